"""What a release fixes for its site, made ready once."""

import pyoxigraph as ox
import pytest
from rdflib import RDF, SDO, SH, VOID, Graph, URIRef

from pilotgraph.edition import Dataset, Edition
from pilotgraph.formats import RDF_FORMATS, TURTLE, Format, parse
from pilotgraph.release import Release
from pilotgraph.service_description import SD, Limit
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore

LIGHTS = "https://example.org/lights/"


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings(public_url="https://example.net/flora"))


def test_what_the_dataset_says_of_itself(release: Release) -> None:
    dataset = Dataset(release)
    assert (dataset.site.dataset, dataset.site.things) == (LIGHTS, LIGHTS + "id/")
    assert dataset.text("http://purl.org/dc/terms/title") == "Lighthouses of a made-up coast"
    assert dataset.text("http://purl.org/dc/terms/license") == "https://creativecommons.org/licenses/by/4.0/"
    assert dataset.text("http://purl.org/dc/terms/nothing") == ""


def test_the_names_of_the_site(edition: Edition) -> None:
    assert (edition.title, edition.language) == ("Lighthouses of a made-up coast", "en")
    assert edition.paths.prefix == "/flora"


def test_the_figures_of_the_start_page(edition: Edition) -> None:
    assert {figure.name: [value.text for value in figure.values] for figure in edition.figures} == {
        "version": ["0.3.0"],
        "released": ["2026-11-01"],
        "things": ["19"],
        "triples": ["135"],
        "publisher": ["example.org/people/keeper-of-examples"],
        "licence": ["creativecommons.org/licenses/by/4.0"],
    }


def test_the_classes_come_by_number_and_then_by_name(edition: Edition) -> None:
    counts = [(-total, value.text) for value, total in edition.classes]
    assert len(counts) >= 5
    assert counts == sorted(counts)


def test_a_question_stands_in_the_head_of_its_query(edition: Edition) -> None:
    first = edition.questions[0]
    assert first.question == "Which lighthouses have their lamp highest above the sea?"
    assert first.text.startswith(f"# question: {first.question}\n")
    assert len(edition.questions) == 3


def test_links_to_others_have_a_list_of_their_own(edition: Edition) -> None:
    ((links, target, total, files),) = edition.linksets
    assert (links.text, links.iri) == ("Lights in the register of made-up beacons", f"{LIGHTS}#links/beacons")
    assert (target.text, target.href, total) == (
        "https://example.net/beacons",
        "https://example.net/beacons",
        2,
    )
    below = "/flora/releases/0.3.0/links/"
    assert [(file.text, file.href) for file in files] == [
        ("beacons.nt", f"{below}beacons.nt"),
        ("beacons.sssom.tsv", f"{below}beacons.sssom.tsv"),
    ]


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_the_ontology_and_the_description_are_there_in_every_format(
    edition: Edition, form: Format[ox.RdfFormat]
) -> None:
    for written, file in ((edition.ontology, "ontology.ttl"), (edition.description, "description.ttl")):
        found, released = (
            ox.Dataset(ox.Quad(*quad.triple) for quad in parse(content, each, LIGHTS))
            for content, each in ((written[form], form), (edition.release.read(file), TURTLE))
        )
        for each in (found, released):
            each.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert set(found) == set(released)
        assert written[form] is written[form], "written once"


def test_the_description_in_turtle_is_the_file_of_the_release(edition: Edition) -> None:
    assert edition.description[TURTLE] == edition.release.read("description.ttl")


def test_the_ontology_has_a_page(edition: Edition) -> None:
    assert edition.ontology_page.iri == LIGHTS + "ontology"
    own, used = edition.outline
    assert sum(len(terms) for _, terms in own) > 20
    assert {heading for heading, _ in used} >= {"Classes", "Properties that have a value"}


def test_the_endpoint_is_described_as_its_server_gives_it(edition: Edition) -> None:
    address = "http://127.0.0.1:8000/sparql"
    limits = {"deadline_seconds": Limit(10.0, "seconds", "A query that runs longer is ended.")}
    written = edition.describe_service(TURTLE, address, limits)
    found = Graph().parse(data=written, format="turtle")
    assert list(found.subjects(RDF.type, SD.Service)) == [URIRef(address)]
    (limit,) = found.objects(URIRef(address), SDO.additionalProperty)
    assert str(limit) == f"{LIGHTS}sparql#limit/deadline_seconds"
    assert written.startswith(b"@prefix adms:"), "with the prefixes of the release"
    assert set(found.subjects(RDF.type, SH.SPARQLExecutable)) == {
        URIRef(f"{LIGHTS}queries/{question.name}") for question in edition.questions
    }


def test_the_graphs_whose_iris_lead_to_the_description(edition: Edition) -> None:
    graphs = ["about", "inspections", "lights", "others", "questions", "registers"]
    assert edition.graphs == [f"{LIGHTS}graph/{name}" for name in graphs]


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("keeper/board-of-made-up-lights", id="an example of the dataset"),
        pytest.param("lighthouse/kestrel-point", id="another"),
    ],
)
def test_a_page_shows_what_the_data_say_and_its_document_what_the_endpoint_says(
    edition: Edition, name: str
) -> None:
    thing, example = ox.NamedNode(f"{LIGHTS}id/{name}"), ox.NamedNode(VOID.exampleResource)
    assert ox.Triple(ox.NamedNode(LIGHTS), example, thing) in edition.lookup.document(thing.value)
    triples, incoming = edition.lookup.page(thing.value)
    assert incoming
    assert example not in {each.predicate for each in incoming}
    assert ox.NamedNode(LIGHTS) not in triples


@pytest.mark.parametrize(
    "other", [pytest.param("", id="no address"), pytest.param("https://example.org", id="another address")]
)
def test_the_stamp_depends_on_where_it_is_published(edition: Edition, other: str) -> None:
    assert Edition(edition.release, edition.store, Settings(public_url=other)).stamp != edition.stamp
