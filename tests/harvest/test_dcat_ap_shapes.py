"""The catalogue keeps the rules of DCAT-AP 3.0.1, as its editors publish them in SHACL.

They are files of <https://github.com/SEMICeu/DCAT-AP> (releases/3.0.1), which the repository does not hold.
The environment variable DCAT_AP_SHAPES says where they are; else they are looked for in ../shared/dcat-ap
beside the repository.  Without them the tests are skipped.
"""

import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import DCTERMS, FOAF, RDF, SH, SKOS, Graph, URIRef

from conftest import REPOSITORY
from pilotgraph.build import build
from pilotgraph.dcat_ap import ADMS
from pilotgraph.description import DCAT
from pilotgraph.release import Release
from portals import EU, tell_all
from web import LIGHTS

FOLDER = Path(os.environ.get("DCAT_AP_SHAPES", REPOSITORY.parent / "shared/dcat-ap"))
REAL = "https://w3id.org/pilotgraph/"
LICENCE = URIRef("https://creativecommons.org/licenses/by/4.0/")
DUMP = URIRef(f"{LIGHTS}#data.nq")
KEEPER = URIRef("https://example.org/people/keeper-of-examples")
MANDATORY, RECOMMENDED, RANGES = "shapes.ttl", "shapes_recommended.ttl", "range.ttl"
LISTS, DEPRECATED, ALL = "mdr-vocabularies.shape.ttl", "deprecateduris.ttl", "dcat-ap-SHACL.ttl"
FILES = (MANDATORY, RECOMMENDED, RANGES, LISTS, DEPRECATED, ALL)
# The generated file names these shapes of data services and does not have them.
BROKEN = {
    "dcat:DataServiceShape/dc08f4dca4377fade57f89454e3fa06a8389d314",
    "dcat:DataServiceShape/eb3ac4e4fdde2e2588a9502c5956060a18c5c99f",
}


def read_shapes(name: str) -> Graph:
    path = FOLDER / name
    if not path.is_file():
        message = f"there is no {path}; set DCAT_AP_SHAPES to the folder with the shapes of DCAT-AP 3.0.1"
        pytest.skip(message)
    shapes = Graph().parse(path)
    missing = {shape for shape in shapes.objects(None, SH.property) if (shape, SH.path, None) not in shapes}
    assert {str(shape).partition("#")[2] for shape in missing} == (BROKEN if name == ALL else set())
    for shape in missing:
        shapes.remove((None, SH.property, shape))
    return shapes


@pytest.fixture(scope="module")
def told(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Graph:
    """The catalogue of a project that says all that DCAT-AP recommends."""
    project = tell_all(lighthouses, tmp_path_factory.mktemp("told") / "lights")
    return catalogue(build(project, project / "dist"))


@pytest.fixture(scope="module")
def real_catalogue(real_release: Release) -> Graph:
    return catalogue(real_release)


def catalogue(release: Release) -> Graph:
    return Graph().parse(data=release.read("catalog.ttl"), format="turtle")


def results(graph: Graph, shapes: Graph) -> Counter[tuple[str, str, str]]:
    """What the shapes find: the thing, the property, and how grave it is."""
    _, report, _ = validate(graph, shacl_graph=shapes, inference="none", do_owl_imports=False)
    assert isinstance(report, Graph)
    return Counter(
        (
            str(report.value(result, SH.focusNode)),
            str(report.value(result, SH.resultPath)),
            str(report.value(result, SH.resultSeverity)).removeprefix(str(SH)),
        )
        for result in report.objects(None, SH.result)
    )


def unmendable(name: str, dataset: str) -> Counter[tuple[str, str, str]]:
    """Publishers are to be in the EU's list of its corporate bodies, and ours are in none."""
    about = (dataset, f"{dataset}catalog", f"{dataset}sparql") if name == LISTS else ()
    return Counter((each, str(DCTERMS.publisher), "Warning") for each in about)


@pytest.mark.parametrize("name", FILES)
def test_the_real_catalogue_keeps_the_rules(real_catalogue: Graph, name: str) -> None:
    assert len(list(real_catalogue.subjects(RDF.type, DCAT.Distribution))) > 100
    assert results(real_catalogue, read_shapes(name)) == unmendable(name, REAL)


@pytest.mark.parametrize("name", FILES)
def test_the_catalogue_of_a_second_dataset_keeps_the_rules(told: Graph, name: str) -> None:
    assert results(told, read_shapes(name)) == unmendable(name, LIGHTS)


def test_a_catalogue_that_says_little_breaks_no_code_list(release: Release) -> None:
    found = results(catalogue(release), read_shapes(LISTS))
    assert {grave for _, _, grave in found} <= {"Warning"}


@pytest.mark.parametrize(
    ("name", "fault", "expected"),
    [
        pytest.param(
            MANDATORY,
            lambda graph: graph.remove((URIRef(LIGHTS), DCTERMS.title, None)),
            (LIGHTS, str(DCTERMS.title), "Violation"),
            id="a dataset without a title",
        ),
        pytest.param(
            RECOMMENDED,
            lambda graph: graph.remove((URIRef(LIGHTS), DCAT.keyword, None)),
            (LIGHTS, str(DCAT.keyword), "Warning"),
            id="a dataset without keywords",
        ),
        pytest.param(
            RANGES,
            lambda graph: graph.remove((LICENCE, RDF.type, None)),
            (LIGHTS + "catalog", str(DCTERMS.license), "Violation"),
            id="a licence of no class",
        ),
        pytest.param(
            LISTS,
            lambda graph: graph.remove((URIRef(f"{EU}frequency/IRREG"), SKOS.inScheme, None)),
            (LIGHTS, str(DCTERMS.accrualPeriodicity), "Violation"),
            id="a frequency from no list",
        ),
        # The one rule of this file that can be broken wants the codes of before, which the lists refuse:
        # so a status would always be a warning, and the catalogue says none.
        pytest.param(
            DEPRECATED,
            lambda graph: graph.add((DUMP, ADMS.status, URIRef(f"{EU}distribution-status/COMPLETED"))),
            (str(DUMP), str(ADMS.status), "Warning"),
            id="a status",
        ),
        pytest.param(
            ALL,
            lambda graph: graph.remove((KEEPER, FOAF.name, None)),
            (str(KEEPER), str(FOAF.name), "Violation"),
            id="an agent without a name",
        ),
    ],
)
def test_each_file_of_rules_finds_a_fault(
    told: Graph, name: str, fault: Callable[[Graph], object], expected: tuple[str, str, str]
) -> None:
    spoilt = Graph()
    spoilt += told
    fault(spoilt)
    assert expected in results(spoilt, read_shapes(name))
