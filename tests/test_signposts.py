"""The header Link: what a document is, belongs to and leads to (FAIR Signposting), on the lighthouses."""

from email.message import Message

import pytest
from flask.testing import FlaskClient

from pilotgraph import signposts
from pilotgraph.browse import FORMS
from pilotgraph.conformity import links
from pilotgraph.edition import Edition
from pilotgraph.release import Release
from pilotgraph.responses import DOCUMENTS, HTML
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
from web import BROWSER, KESTREL, LIGHTS, get, serving

LICENSE = ("https://creativecommons.org/licenses/by/4.0/", "license")
ABOUT = "https://schema.org/AboutPage"


@pytest.fixture(scope="module", params=["", "https://example.net/flora"])
def prefix(request: pytest.FixtureRequest) -> str:
    """The path that a proxy shows the site below."""
    return str(request.param).removeprefix("https://example.net")


@pytest.fixture(scope="module")
def client(release: Release, prefix: str) -> FlaskClient:
    return serving(release, public_url=prefix and f"https://example.net{prefix}").test_client()


def linked(client: FlaskClient, path: str, accept: str = "*/*") -> list[tuple[str, str]]:
    headers = Message()
    headers["Link"] = get(client, path, accept).headers["Link"]
    return links(headers)


def test_a_page_leads_to_its_thing_its_data_and_its_list(client: FlaskClient, prefix: str) -> None:
    found = linked(client, KESTREL + ".html")
    forms = [form.suffix for form in DOCUMENTS if form.suffix != ".html"]
    for relation in ("alternate", "describedby"):
        assert [target for target, each in found if each == relation] == [
            f"{prefix}{KESTREL}{suffix}" for suffix in forms
        ]
    assert [each for each in found if each[1] not in ("alternate", "describedby")] == [
        (f"{LIGHTS}doc/lighthouse/kestrel-point", "canonical"),
        (f"{LIGHTS}id/lighthouse/kestrel-point", "cite-as"),
        (f"{prefix}/", "collection"),
        (f"{prefix}/browse/Lighthouse", "collection"),
        (ABOUT, "type"),
        (f"{LIGHTS}ontology#Lighthouse", "type"),
        LICENSE,
    ]


def test_data_lead_to_the_page_that_they_describe(client: FlaskClient, prefix: str) -> None:
    found = linked(client, KESTREL + ".nq")
    assert (f"{prefix}{KESTREL}.html", "describes") in found
    assert (f"{prefix}/", "describedby") in found
    assert (f"{prefix}/browse/Lighthouse", "collection") in found
    assert not [target for target, relation in found if relation == "type"]


def test_the_iri_of_a_thing_leads_to_all_that_describes_it(client: FlaskClient, prefix: str) -> None:
    assert linked(client, "/id/lighthouse/kestrel-point") == [
        *((f"{prefix}{KESTREL}{form.suffix}", "describedby") for form in DOCUMENTS),
        LICENSE,
    ]


def test_the_dataset_leads_to_its_files_and_they_back(client: FlaskClient, prefix: str) -> None:
    found = linked(client, "/", BROWSER)
    items = [target for target, relation in found if relation == "item"]
    release, suffixes = f"{prefix}/releases/0.3.0", ("jsonld", "nq", "nt", "rdf", "trig", "ttl")
    assert items == [f"{release}/data.{suffix}" for suffix in suffixes]
    assert (LIGHTS, "cite-as") in found
    assert [target for target, relation in found if relation == "type"] == [
        ABOUT,
        "https://schema.org/Dataset",
    ]
    for item in items:
        assert linked(client, item.removeprefix(prefix)) == [(release, "collection"), LICENSE]
    of_release = linked(client, release.removeprefix(prefix), BROWSER)
    assert [target for target, relation in of_release if relation == "item"] == items
    assert (f"{LIGHTS}releases/0.3.0", "cite-as") in of_release
    assert (f"{prefix}/", "collection") in of_release
    data = [target for target, relation in found if relation == "describedby"]
    description = [f"{prefix}/void{form.suffix}" for form in DOCUMENTS if form.suffix != ".html"]
    assert data == [*description, f"{prefix}/catalog.ttl"]
    for each in data:
        response = client.get(each.removeprefix(prefix))
        assert response.status_code == 200
        assert (f"{prefix}/", "describes") in linked(client, each.removeprefix(prefix))


def test_the_ontology_leads_to_its_forms(client: FlaskClient, prefix: str) -> None:
    found = linked(client, "/ontology", BROWSER)
    assert (f"{LIGHTS}ontology", "cite-as") in found
    assert (f"{prefix}/ontology.ttl", "describedby") in found
    assert (f"{prefix}/ontology.html", "describes") in linked(client, "/ontology", "text/turtle")


def test_what_a_browser_escapes_is_escaped_in_every_link(client: FlaskClient, prefix: str) -> None:
    thora = "keeper/%C3%BE%C3%B3ra-lundad%C3%B3ttir"
    for path in (f"/id/{thora}", f"/doc/{thora}.html"):
        header = get(client, path).headers["Link"]
        assert header.isascii()
        assert f"<{prefix}/doc/{thora}.ttl>" in header


LENGTHS = pytest.mark.parametrize(
    ("length", "told"), [(250, True), (251, False), (3_000, False)], ids=["short", "long", "very long"]
)
# What the other headers of an answer take, with some to spare.
OTHERS_BYTES = 1_000


@LENGTHS
def test_the_links_of_a_list_that_much_is_asked_of_stay_short(
    release: Release, prefix: str, length: int, told: bool
) -> None:
    edition = Edition(
        release, LocalStore(release), Settings(public_url=prefix and f"https://a.example{prefix}")
    )
    query = "?" + "built=1850&".ljust(length, "1")
    for form in FORMS:
        header = signposts.of_list(edition, "/browse/Lighthouse", query, FORMS, form)
        other = "csv" if form is HTML else "json" if form.suffix == ".csv" else "csv"
        assert (f"<{prefix}/browse/Lighthouse.{other}{query}>" in header) == told
        assert f'<{prefix}/>; rel="collection"' in header
        assert len(header) + OTHERS_BYTES < 4_096


@LENGTHS
def test_the_links_of_a_question_that_is_asked_with_much_stay_short(
    client: FlaskClient, prefix: str, length: int, told: bool
) -> None:
    query = "?least=" + "1".rjust(length - len("least="), "0")
    response = get(client, f"/queries/highest-lights{query}", BROWSER)
    header = response.headers["Link"]
    assert (f"<{prefix}/queries/highest-lights.csv{query}>" in header) == told
    assert 'rel="cite-as"' in header
    assert len(header) + OTHERS_BYTES < 4_096
