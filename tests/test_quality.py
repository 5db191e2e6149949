"""The report on a record says what is there, and its figures can be counted by hand."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, SKOS, Graph, Literal, URIRef
from rdflib.namespace import XSD

from pilotgraph.description import DQV
from pilotgraph.project import Project
from pilotgraph.quality import Quality, assess
from pilotgraph.validation import validate

SET = "https://example.org/lights/"
REPORT = """\
# The record of “Lighthouses of a made-up coast”, version 0.3.0

## In figures

What was counted when this version was made.

| figure | number | what it is |
| --- | ---: | --- |
| Things by class | 4 | classes that have things |
| Lighthouses that were never inspected | 4 | lighthouses without an inspection |
| Lamps that passed | 0.6 | share of all inspections in which the lamp passed |
| Facts held | 3 | facts on the list of those to hold that a query finds in the data |
| Facts missing | 0 | facts on that list that its query does not find |
| Facts repeated | 1 | entries of that list that say another one again |
| Facts left out | 1 | facts on that list with no place in the data, each with a reason |
| Properties of one fact | 6 | properties that the query of one fact only asks for |

## Things by class

How many things of each class there are.

| class | things |
| --- | ---: |
| inspection | 5 |
| keeper | 4 |
| lighthouse | 6 |
| tidal lighthouse | 2 |

## Lighthouses that were never inspected

They have no inspection in the record; that none was made is not said.

| lighthouse | name |
| --- | --- |
"""


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, which a test may change."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lights"))


@pytest.fixture(scope="module")
def quality(lighthouses: Path) -> Quality:
    return assessed(lighthouses)


def assessed(root: Path) -> Quality:
    project = Project.read(root)
    assert not any(problem.stops_a_release for problem in project.problems)
    return assess(project, validate(project).graph)


def test_the_report_is_for_people(quality: Quality) -> None:
    assert quality.markdown().startswith(REPORT)


def test_a_thing_in_a_table_leads_to_its_page(quality: Quality) -> None:
    lines = quality.markdown().splitlines()
    assert f"| [lighthouse/south-teal](<{SET}id/lighthouse/south-teal>) | South Teal |" in lines
    assert f"| [tendedBy](<{SET}ontology#tendedBy>) | H3 |" in lines


def test_a_fact_that_is_lost_or_left_out_is_listed(root: Path) -> None:
    tower = root / "data/lighthouses/gannet-stack.yaml"
    tower.write_text(tower.read_text().replace("focalHeight: 102", "focalHeight: 103"))
    lines = assessed(root).markdown().splitlines()
    assert "| Facts held | 2 | facts on the list of those to hold that a query finds in the data |" in lines
    assert "| H1 | The lamp of Gannet Stack stands highest, at 102 metres. |" in lines
    assert "| H5 | What the keepers ate is no matter of a list of lights. |" in lines


def test_a_project_without_queries_or_facts_has_a_short_report(root: Path) -> None:
    shutil.rmtree(root / "data/report")
    shutil.rmtree(root / "tests")
    quality = assessed(root)
    assert quality.markdown() == "# The record of “Lighthouses of a made-up coast”, version 0.3.0\n"
    assert len(quality.graph(SET)) == 0


def test_a_long_table_comes_last_and_is_whole(root: Path) -> None:
    numbers = " ".join(map(str, range(41)))
    text = f"# title: Numbers\n# about: Many.\nSELECT ?n {{ VALUES ?n {{ {numbers} }} }}\n"
    (root / "data/report/05-numbers.rq").write_text(text)
    report = assessed(root).markdown()
    assert report.rindex("## ") == report.index("## Numbers")
    assert report.endswith("| 39 |\n| 40 |\n")


def test_an_answer_that_says_nothing_counts_as_none(root: Path) -> None:
    text = "# title: Share\n# about: Of nothing.\n# metric: nothing\nSELECT (1 / 0 AS ?share) {}\n"
    (root / "data/report/05-share.rq").write_text(text)
    assert "| Share | 0 | nothing |" in assessed(root).markdown().splitlines()


def test_what_markdown_would_read_is_escaped(root: Path) -> None:
    said = r'"a|b" "*c* _d_" "<e>" "[f]" "g&amp;h & i" "j\\k" "`l`" "m\nn"'
    text = f"# title: A * B\n# about: Marks.\nSELECT ?the_text {{ VALUES ?the_text {{ {said} UNDEF }} }}\n"
    (root / "data/report/05-marks.rq").write_text(text)
    lines = assessed(root).markdown().splitlines()
    start = lines.index(r"## A \* B")
    assert lines[start + 4 : start + 15] == [
        "| the text |",
        "| --- |",
        r"| a\|b |",
        r"| \*c\* \_d\_ |",
        r"| \<e> |",
        r"| \[f\] |",
        r"| g\&amp;h & i |",
        r"| j\\k |",
        r"| \`l\` |",
        "| m n |",
        "|  |",
    ]


def test_a_section_sees_shapes_and_what_validation_found(root: Path) -> None:
    text = """# title: Warnings
# about: What validation warns of.
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT ?message ?group WHERE {
  ?result a sh:ValidationResult ; sh:resultMessage ?message ; sh:sourceShape ?shape . ?shape sh:order ?group
}
"""
    (root / "data/report/05-warnings.rq").write_text(text)
    lines = assessed(root).markdown().splitlines()
    start = lines.index("## Warnings")
    assert lines[start + 4 : start + 7] == [
        "| message | group |",
        "| --- | ---: |",
        "| say in which year the lamp was first lit, such as 1871 | 30 |",
    ]


def measured(graph: Graph) -> Iterator[tuple[str, Literal]]:
    for node in graph.subjects(RDF.type, DQV.QualityMeasurement):
        (metric,) = graph.objects(node, DQV.isMeasurementOf)
        (number,) = graph.objects(node, DQV.value)
        assert list(graph.objects(node, DQV.computedOn)) == [URIRef(SET)]
        assert (URIRef(SET), DQV.hasQualityMeasurement, node) in graph
        assert isinstance(number, Literal)
        assert list(graph.objects(metric, DQV.expectedDataType)) == [number.datatype]
        yield str(metric).removeprefix(f"{SET}#metric/"), number


def test_the_figures_are_for_machines(quality: Quality) -> None:
    assert dict(measured(quality.graph(SET))) == {
        "things": Literal(4),
        "never-inspected": Literal(4),
        "share-of-inspections": Literal("0.6", datatype=XSD.decimal),
        "facts-held": Literal(3),
        "facts-missing": Literal(0),
        "facts-repeated": Literal(1),
        "facts-excluded": Literal(1),
        "properties-of-one-fact": Literal(6),
    }


def test_a_metric_says_what_it_is(quality: Quality) -> None:
    metric = URIRef(f"{SET}#metric/never-inspected")
    assert set(quality.graph(SET).predicate_objects(metric)) == {
        (RDF.type, DQV.Metric),
        (SKOS.prefLabel, Literal("Lighthouses that were never inspected", lang="en")),
        (SKOS.definition, Literal("lighthouses without an inspection", lang="en")),
        (DQV.expectedDataType, XSD.integer),
        (DQV.inDimension, URIRef("http://www.w3.org/2016/05/ldqd#completeness")),
    }


def test_terms_are_spelt_as_the_vocabulary_spells_them(quality: Quality) -> None:
    used = {str(term) for triple in quality.graph(SET) for term in triple if str(term).startswith(str(DQV))}
    assert {iri.partition("#")[2] for iri in used} == {
        *("Metric", "QualityMeasurement", "computedOn", "expectedDataType", "hasQualityMeasurement"),
        *("inDimension", "isMeasurementOf", "value"),
    }
