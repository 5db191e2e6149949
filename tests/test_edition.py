"""What a release fixes for its site, made ready once."""

import pytest

from pilotgraph.edition import Dataset, Edition
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release
from pilotgraph.store import LocalStore

LIGHTS = "https://example.org/lights/"


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), "https://example.net/flora")


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
        "publisher": ["https://example.org/people/keeper-of-examples"],
        "licence": ["https://creativecommons.org/licenses/by/4.0/"],
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


def test_dumps_come_first_among_the_files_and_what_has_a_list_of_its_own_is_not_there(
    edition: Edition,
) -> None:
    paths = [file.path for file in edition.files]
    assert paths[:3] == ["data.jsonld", "data.nq", "data.ttl"]
    assert not [path for path in paths if path.startswith(("links/", "queries/"))]


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


def test_the_ontology_and_the_description_are_ready_in_every_format(edition: Edition) -> None:
    assert list(edition.ontology) == list(edition.description) == list(RDF_FORMATS)
    assert edition.ontology_page.iri == LIGHTS + "ontology"
    assert sum(len(terms) for _, terms in edition.terms) > 20


@pytest.mark.parametrize(
    "other", [pytest.param("", id="no address"), pytest.param("https://example.org", id="another address")]
)
def test_the_stamp_depends_on_where_it_is_published(edition: Edition, other: str) -> None:
    assert Edition(edition.release, edition.store, other).stamp != edition.stamp
