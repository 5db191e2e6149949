"""What the shapes say becomes a problem at a line, and a report that is released; pyshacl is the judge."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyshacl
import pytest
from rdflib import RDF, SH, XSD, Graph, Literal, URIRef

from pilotgraph.errors import PilotgraphError, Problem, Severity
from pilotgraph.formats import to_graph
from pilotgraph.project import Project
from pilotgraph.validation import Report, problems_in, validate

BASE = "https://example.org/lights/id/"
TERMS = "https://example.org/lights/ontology#"
RULES = "https://example.org/lights/shapes#"
KEEPER = "data/keepers/ida-sandpiper.yaml"
TOWER = "data/lighthouses/kestrel-point.yaml"
GANNET = "data/lighthouses/gannet-stack.yaml"
ASKED = "say in which year the lamp was first lit, such as 1871"


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, outside the current directory."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def add_shape(root: Path, turtle: str) -> None:
    path = root / "shapes/keeper.ttl"
    path.write_text(
        path.read_text() + "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n" + turtle
    )


def validated(root: Path) -> Report:
    return validate(Project.read(root))


def found(root: Path) -> list[str]:
    """What is found besides the warning that the lighthouses come with."""
    return [str(each) for each in validated(root).problems if each.message != ASKED]


def test_a_warning_does_not_stop_a_release(lighthouses: Path) -> None:
    report = validated(lighthouses)
    position = report.problems[0].position
    assert report.problems == [Problem(position, Severity.WARNING, ASKED, RULES + "Lighthouse-firstLit")]
    assert str(position).endswith("data/lighthouses/gannet-stack.yaml:2:5")
    assert (report.conforms, report.exit_code, report.unreadable) == (True, 0, frozenset())


def test_a_violation_does(root: Path) -> None:
    change(root / KEEPER, "IDA7", "ida")
    report = validated(root)
    assert [problem.rule for problem in report.problems] == [
        RULES + "Keeper-callSign",
        RULES + "Lighthouse-firstLit",
    ]
    assert (report.conforms, report.exit_code) == (False, 1)


@pytest.mark.parametrize(
    ("shape", "problems"),
    [
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ; sh:property [ sh:path lt:callSign ;"
            ' sh:maxLength 4 ; sh:severity sh:Info ; sh:message "long"@en ] .',
            [
                "data/keepers/board-of-made-up-lights.yaml:4:11: info: long",
                "data/keepers/þóra-lundadóttir.yaml:5:11: info: long",
            ],
            id="a value: where it stands",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:TidalLighthouse ; sh:property [ sh:path lt:liveView ;"
            ' sh:minCount 1 ; sh:message "no camera"@en ] .',
            [
                "data/lighthouses/drowned-anvil.yaml:1:5: violation: no camera",
                "data/lighthouses/vífilsey.yaml:1:5: violation: no camera",
            ],
            id="no value: at the id of the thing",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Inspection ; sh:property [ sh:path lt:logRemark ;"
            ' sh:maxCount 1 ; sh:message "one remark"@en ] .',
            [f"{TOWER}:32:5: violation: one remark"],
            id="too many values: at their key",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Lighthouse ;"
            " sh:property [ sh:path [ sh:inversePath lt:inspects ] ; sh:maxCount 1 ;"
            ' sh:message "inspected once"@en ] .',
            [f"{TOWER}:1:5: violation: inspected once"],
            id="an inverse path: at the id of the thing",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ; sh:closed true ;"
            " sh:ignoredProperties ( rdf:type rdfs:label ) ; sh:property lsh:Keeper-callSign ;"
            ' sh:message "no such key"@en .',
            ["data/keepers/þóra-lundadóttir.yaml:4:12: violation: no such key"],
            id="a closed shape: at the value that does not belong",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ; sh:nodeKind sh:Literal ;"
            ' sh:pattern "sandpiper" ; sh:message "not a text"@en .',
            [
                "data/keepers/board-of-made-up-lights.yaml:1:5: violation: not a text",
                f"{KEEPER}:1:5: violation: not a text",
                "data/keepers/jonas-fulmar.yaml:1:5: violation: not a text",
                "data/keepers/þóra-lundadóttir.yaml:1:5: violation: not a text",
            ],
            id="the thing itself: at its id, and a message once",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Lighthouse ; sh:property [ sh:path lt:inSightOf ;"
            " sh:node [ sh:property [ sh:path lt:openToVisitors ; sh:hasValue true ] ] ;"
            ' sh:message "shut"@en ] .',
            [
                f"{TOWER}:16:13: violation: shut",
                "data/lighthouses/old-mole-head.yaml:10:12: violation: shut",
            ],
            id="what a value must conform to: at the value",
        ),
        pytest.param(
            'lsh:A a sh:NodeShape ; sh:targetNode lt:Keeper ; sh:pattern "^urn:" ; sh:message "no URN"@en .',
            ["ontology/lighthouses.ttl:29:1: violation: no URN"],
            id="a term: where the ontology defines it",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetObjectsOf <http://purl.org/dc/terms/publisher> ;"
            ' sh:pattern "^urn:" ; sh:message "no URN"@en .',
            ["data/dataset.yaml:6:14: violation: no URN"],
            id="someone else's thing: where it is named",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetNode <urn:nothing> ; sh:nodeKind sh:Literal ;"
            ' sh:message "no text"@en .',
            ["data/dataset.yaml:1:1: violation: no text"],
            id="what is named nowhere: at the dataset",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Inspection ; sh:property [ sh:path lt:logOpened ;"
            ' sh:pattern "Z$" ; sh:message "not UTC"@en ] .',
            [f"{TOWER}:30:16: violation: not UTC"],
            id="a date and time is looked at as it is written",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ;"
            " sh:sparql [ sh:prefixes lsh:P ; sh:select"
            " 'SELECT $this ?value { $this lt:callSign ?value FILTER(STRLEN(?value) > 5) }' ;"
            ' sh:message "long"@en ] . lsh:P sh:declare [ sh:prefix "lt" ;'
            ' sh:namespace "https://example.org/lights/ontology#"^^xsd:anyURI ] .',
            ["data/keepers/board-of-made-up-lights.yaml:1:5: violation: long"],
            id="a rule written as a query",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:deactivated true ; sh:targetClass lt:Keeper ;"
            " sh:property [ sh:path lt:liveView ; sh:minCount 1 ] .",
            [],
            id="a shape that is switched off",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ; sh:property [ sh:path lt:callSign ;"
            ' sh:maxLength 5 ; sh:severity lt:grave ; sh:message "long"@en ] . lt:grave a sh:Severity .',
            ["data/keepers/board-of-made-up-lights.yaml:4:11: violation: long"],
            id="a severity of one's own is a violation",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ;"
            " sh:property [ sh:path lt:callSign ; sh:maxLength 5 ] .",
            [
                "data/keepers/board-of-made-up-lights.yaml:4:11: violation:"
                ' String length not <= Literal("5", datatype=xsd:integer)'
            ],
            id="without a message, pyshacl's",
        ),
        pytest.param(
            "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ;"
            " sh:property [ sh:path lt:callSign ; sh:maxLength 5 ; sh:severity sh:Warning ;"
            ' sh:message "long"@en ] , [ sh:path lt:callSign ; sh:maxLength 4 ; sh:message "long"@en ] .',
            [
                "data/keepers/board-of-made-up-lights.yaml:4:11: violation: long",
                "data/keepers/þóra-lundadóttir.yaml:5:11: violation: long",
            ],
            id="of one message at one place, the gravest",
        ),
    ],
)
def test_the_place_of_a_result(root: Path, shape: str, problems: list[str]) -> None:
    add_shape(root, shape)
    assert found(root) == problems


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        pytest.param(
            KEEPER,
            "type: Keeper",
            "type: Keper",
            f'{KEEPER}:2:7: error: type: "Keper" is not a class of the context; did you mean "Keeper"?',
            id="a thing without a class is not the fault of those who refer to it",
        ),
        pytest.param(
            "data/keepers/jonas-fulmar.yaml",
            "id: keeper/jonas-fulmar",
            "id: keeper/ida-sandpiper",
            'data/keepers/jonas-fulmar.yaml:1:5: error: the id "keeper/ida-sandpiper" is taken,'
            f" at {KEEPER}:1; give each its own",
            id="two records are not held to be one with two labels",
        ),
        pytest.param(
            TOWER,
            "[keeper/board-of-made-up-lights, keeper/ida-sandpiper]",
            "keeper/nobody",
            f'{TOWER}:15:11: error: no record has the id "keeper/nobody"',
            id="what leads nowhere is not of the wrong class",
        ),
        pytest.param(
            TOWER,
            "    lampPassed: false",
            "    lampPassed: no",
            f'{TOWER}:24:17: error: lampPassed: "no" is not true or false',
            id="what cannot be mapped is not missing",
        ),
    ],
)
def test_a_mistake_is_reported_once(root: Path, path: str, old: str, new: str, problem: str) -> None:
    change(root / path, old, new)
    assert [each for each in found(root) if "the file's name is" not in each] == [problem]


def test_results_do_not_depend_on_how_the_shapes_are_laid_out(lighthouses: Path, tmp_path: Path) -> None:
    """Property shapes are given targets, for speed: every result must be that of the shapes as written."""
    root = Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))
    for path in (lighthouses / "wrong").rglob("*.yaml"):
        shutil.copy(path, root / "data/keepers")
    add_shape(
        root,
        "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ; sh:closed true ;"
        " sh:ignoredProperties ( rdf:type ) ; sh:property lsh:Keeper-label . "
        "lsh:B a sh:NodeShape ; sh:targetClass lt:Inspection ;"
        " sh:node lsh:Inspection , lsh:C . lsh:C a sh:NodeShape ; sh:targetSubjectsOf lt:inspects ;"
        " sh:property lsh:Inspection-lampPassed . ",
    )
    project = Project.read(root)
    data = Graph()
    for record in (project.dataset, *project.records):
        for subject, predicate, value, _ in record.mapped.statements:
            data.parse(data=f"{subject} {predicate} {value} .", format="nt")
    for file in (*project.ontology, *project.imports):
        data += to_graph(file.quads)
    shapes = to_graph(quad for file in project.shapes for quad in file.quads)
    _, expected, _ = pyshacl.validate(data, shacl_graph=shapes)
    assert results(validate(project).graph) == results(expected)
    assert len(results(expected)) >= 30


def results(report: Graph) -> set[tuple[str, ...]]:
    parts = (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape, SH.sourceConstraintComponent)
    return {
        tuple(str(report.value(node, part)) for part in parts)
        for node in report.subjects(RDF.type, SH.ValidationResult)
    }


def test_the_report_has_names_and_no_places(root: Path) -> None:
    change(root / KEEPER, "IDA7", "ida")
    assert set(validated(root).graph.serialize(format="nt").splitlines()) == {
        f"{subject} {predicate} {value} ."
        for subject, pairs in {
            "<https://example.org/lights/report>": [
                (RDF.type.n3(), SH.ValidationReport.n3()),
                (SH.conforms.n3(), f'"false"^^{XSD.boolean.n3()}'),
                (SH.result.n3(), "<https://example.org/lights/report#1>"),
                (SH.result.n3(), "<https://example.org/lights/report#2>"),
            ],
            "<https://example.org/lights/report#1>": [
                (RDF.type.n3(), SH.ValidationResult.n3()),
                (SH.focusNode.n3(), f"<{BASE}keeper/ida-sandpiper>"),
                (SH.resultPath.n3(), f"<{TERMS}callSign>"),
                (SH.value.n3(), '"ida"'),
                (SH.sourceShape.n3(), f"<{RULES}Keeper-callSign>"),
                (SH.sourceConstraintComponent.n3(), SH.PatternConstraintComponent.n3()),
                (SH.resultSeverity.n3(), SH.Violation.n3()),
                (SH.resultMessage.n3(), '"a keeper has one call sign of 3 to 6 capital letters and digits"'),
            ],
            "<https://example.org/lights/report#2>": [
                (RDF.type.n3(), SH.ValidationResult.n3()),
                (SH.focusNode.n3(), f"<{BASE}lighthouse/gannet-stack>"),
                (SH.resultPath.n3(), f"<{TERMS}firstLit>"),
                (SH.sourceShape.n3(), f"<{RULES}Lighthouse-firstLit>"),
                (SH.sourceConstraintComponent.n3(), SH.MinCountConstraintComponent.n3()),
                (SH.resultSeverity.n3(), SH.Warning.n3()),
                (SH.resultMessage.n3(), f'"{ASKED}"'),
            ],
        }.items()
        for predicate, value in pairs
    }


def test_without_results_the_report_conforms(root: Path) -> None:
    change(root / GANNET, "focalHeight", "firstLit: 1850\nfocalHeight")
    report = validated(root)
    assert report.problems == []
    name = URIRef("https://example.org/lights/report")
    assert set(report.graph) == {(name, RDF.type, SH.ValidationReport), (name, SH.conforms, Literal(True))}


def test_the_report_is_the_same_in_every_process_and_directory(root: Path, tmp_path: Path) -> None:
    change(root / KEEPER, "IDA7", "ida")
    add_shape(
        root,
        "lsh:A a sh:NodeShape ; sh:targetClass lt:Keeper ;"
        ' sh:property [ sh:path [ sh:inversePath lt:tendedBy ] ; sh:maxCount 0 ; sh:message "none" ] ,'
        ' [ sh:path ( [ sh:inversePath lt:tendedBy ] rdfs:label ) ; sh:maxCount 0 ; sh:message "none" ] .',
    )
    script = (
        "import sys\nfrom pathlib import Path\nfrom pilotgraph.project import Project\n"
        "from pilotgraph.validation import validate\nreport = validate(Project.read(Path(sys.argv[1])))\n"
        "print(*sorted(report.graph.serialize(format='nt').splitlines()), sep='\\n')\n"
    )
    other = shutil.copytree(root, tmp_path / "other")
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script, project],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, project in (("1", root), ("2", other))
    ]
    assert outputs[0] == outputs[1]
    assert outputs[0].count("ValidationResult>") >= 9
    assert "_:" not in outputs[0]


@pytest.mark.parametrize(
    ("files", "lines", "exit_code"),
    [
        pytest.param([TOWER], [f"{TOWER}:11"], 1, id="a file that has a fault"),
        pytest.param([KEEPER], [f"{KEEPER}:1"], 2, id="a file that cannot be read"),
        pytest.param([GANNET], [f"{GANNET}:2"], 0, id="a file with a warning"),
        pytest.param(["data/lighthouses/north-teal.yaml"], [], 0, id="a file without fault"),
        pytest.param(["data/queries/../lighthouses"], [f"{GANNET}:2", f"{TOWER}:11"], 1, id="a folder"),
        pytest.param([TOWER, KEEPER], [f"{KEEPER}:1", f"{TOWER}:11"], 2, id="two files"),
        pytest.param(["."], [f"{KEEPER}:1", f"{GANNET}:2", f"{TOWER}:11"], 2, id="all"),
    ],
)
def test_a_report_can_be_cut_down_to_files(
    root: Path, monkeypatch: pytest.MonkeyPatch, files: list[str], lines: list[str], exit_code: int
) -> None:
    monkeypatch.chdir(root)
    (root / KEEPER).write_text("")
    change(root / TOWER, "41.50", "41,50")
    project = Project.read(root)
    report = problems_in(validate(project), project, [Path(file) for file in files])
    assert [f"{each.position.path}:{each.position.line}" for each in report.problems] == lines
    assert report.exit_code == exit_code
    assert report.conforms == (exit_code == 0)


@pytest.mark.parametrize("file", ["../elsewhere.yaml", "/dev/null"])
def test_a_file_outside_the_project_is_not_said_to_be_without_fault(
    root: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    monkeypatch.chdir(root)
    project = Project.read(root)
    with pytest.raises(PilotgraphError) as caught:
        problems_in(validate(project), project, [Path(file)])
    assert str(caught.value) == f"{file} is not in the project, which is {root}"
