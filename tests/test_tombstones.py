"""What is deprecated is there, with what to use instead; what was withdrawn is gone, with its tombstone."""

import json
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import VOID, Graph, Literal, URIRef

from conftest import Client, Serve
from pilotgraph.build import build
from pilotgraph.check import Mark, hold
from pilotgraph.contract import KINDS
from pilotgraph.deployment import discover
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release
from pilotgraph.responses import DOCUMENTS
from pilotgraph.search_index import write_index
from retired import GONE, LIGHTS, NEW, OLD, with_retired
from web import BROWSER, get, serving, triples

GONE_PATH = GONE.removeprefix(f"{LIGHTS}id/")
OLD_PATH = OLD.removeprefix(f"{LIGHTS}id/")
AS = "https://www.w3.org/ns/activitystreams#"
SUCCESSOR = '; rel="successor-version http://purl.org/dc/terms/isReplacedBy"'


@pytest.fixture(scope="module")
def retired(tmp_path_factory: pytest.TempPathFactory) -> Release:
    project = with_retired(tmp_path_factory.mktemp("retired") / "lights")
    shutil.rmtree(project / "data/views")
    release = build(project, project / "dist")
    write_index(release)
    return release


@pytest.fixture(scope="module")
def client(retired: Release) -> Iterator[FlaskClient]:
    with serving(retired).test_client() as client:
        yield client


def as_json(client: FlaskClient, path: str, accept: str | None = None) -> Any:
    return get(client, path, accept).json


# Withdrawn.


@pytest.mark.parametrize("address", ["/id/", "/doc/"])
@pytest.mark.parametrize("form", DOCUMENTS, ids=lambda form: form.name)
def test_it_is_gone_in_the_form_that_a_client_takes(client: FlaskClient, address: str, form: Any) -> None:
    answer = get(client, f"{address}{GONE_PATH}", form.media_type)
    assert (answer.status_code, answer.mimetype) == (410, form.media_type)
    assert "Accept" in answer.headers["Vary"]
    with_suffix = get(client, f"/doc/{GONE_PATH}{form.suffix}")
    assert (with_suffix.status_code, with_suffix.mimetype) == (410, form.media_type)


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_a_program_reads_what_it_was_when_it_went_and_why(client: FlaskClient, form: Any) -> None:
    found = triples(get(client, f"/doc/{GONE_PATH}{form.suffix}").data, form.codec)
    assert {(each.predicate.value.rpartition("#")[2].rpartition("/")[2]) for each in found} == {
        *("type", "label", "comment", "deleted", "formerType", "isReplacedBy")
    }
    assert ox.NamedNode(f"{AS}Tombstone") in {each.object for each in found}
    assert {each.subject for each in found} == {ox.NamedNode(GONE)}


def test_a_person_reads_it_too(client: FlaskClient) -> None:
    page = get(client, f"/id/{GONE_PATH}", BROWSER).text
    for said in (
        "<h1>Phantom Rock</h1>",
        'datetime="2026-11-05">2026-11-05</time>',
        "It was a reflection, which one inspector took for a light.",
        '<a href="/id/lighthouse/kestrel-point">Kestrel Point</a> instead.',
        '<a href="/ontology#Lighthouse">lighthouse</a>',
        GONE,
    ):
        assert said in page


@pytest.mark.parametrize("path", [f"/id/{GONE_PATH}", f"/doc/{GONE_PATH}.ttl", f"/doc/{GONE_PATH}.html"])
@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "*"},
        {"If-None-Match": 'W/"0123"'},
        {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"},
        {"Range": "bytes=0-10"},
    ],
    ids=str,
)
def test_no_condition_brings_it_back(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 410
    assert answer.data
    assert "ETag" not in answer.headers


def test_head_says_the_same_without_a_body(client: FlaskClient) -> None:
    asked = client.get(f"/id/{GONE_PATH}"), client.head(f"/id/{GONE_PATH}")
    for name in ("Content-Type", "Content-Length", "Link", "Cache-Control", "Vary"):
        assert asked[0].headers[name] == asked[1].headers[name]
    assert (asked[1].status_code, asked[1].data) == (410, b"")


def test_who_takes_no_form_of_it_is_told_that_it_is_gone(client: FlaskClient) -> None:
    answer = get(client, f"/id/{GONE_PATH}", "image/png")
    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")


def test_the_header_leads_to_what_took_its_place(client: FlaskClient) -> None:
    for path in (f"/id/{GONE_PATH}", f"/doc/{GONE_PATH}.jsonld"):
        assert f"</id/lighthouse/kestrel-point>{SUCCESSOR}" in client.get(path).headers["Link"]


def test_it_is_in_no_list_no_search_and_no_sitemap(client: FlaskClient) -> None:
    label = "Phantom"
    for path in ("/browse", "/browse/Lighthouse", "/browse/Lighthouse.csv", "/browse/Lighthouse.ttl", "/"):
        answer = get(client, path, BROWSER if "." not in path else None)
        assert answer.status_code == 200
        assert label not in answer.text, path
        assert "Tombstone" not in answer.text, path
    assert as_json(client, "/search.json?q=phantom")["total"] == 0
    assert get(client, "/browse/as:Tombstone").status_code == 404
    assert "Tombstone" not in get(client, "/sparql/terms.json").text
    places = [each.text or "" for each in ET.fromstring(get(client, "/sitemap.xml").data).iter() if each.text]
    assert any(place.endswith("/doc/lighthouse/kestrel-point.html") for place in places)
    assert not any(GONE_PATH in place for place in places)


def test_what_took_its_place_does_not_speak_of_it(client: FlaskClient) -> None:
    assert "Phantom" not in get(client, "/doc/lighthouse/kestrel-point.html").text


def test_it_is_counted_as_a_tombstone_and_not_as_a_thing(retired: Release, release: Release) -> None:
    def things(of: Release) -> Any:
        graph = Graph().parse(data=of.read("description.ttl"), format="turtle")
        return graph, graph.value(URIRef(LIGHTS), VOID.entities)

    graph, total = things(retired)
    assert total == things(release)[1]
    parts = list(graph.subjects(VOID["class"], URIRef(f"{AS}Tombstone")))
    assert all((part, VOID.entities, Literal(1)) in graph for part in parts)
    assert any((URIRef(LIGHTS), VOID.classPartition, part) in graph for part in parts)


def test_the_endpoint_and_the_dump_have_its_tombstone(client: FlaskClient, retired: Release) -> None:
    query = quote(f"ASK {{ <{GONE}> a <{AS}Tombstone> }}")
    assert as_json(client, f"/sparql?query={query}", "application/sparql-results+json")["boolean"] is True
    assert f"<{GONE}>".encode() in retired.read("data.nq")


def test_an_iri_that_never_was_is_not_gone(client: FlaskClient) -> None:
    assert get(client, "/id/lighthouse/nowhere").status_code == 404


def test_the_real_server_keeps_the_contract_about_it(retired: Release, serve: Serve) -> None:
    url = serve("--release", retired.path)
    kinds = [kind for kind in KINDS if "withdrawn" in kind.names]
    found = list(hold(discover(url), kinds))
    assert len(found) >= 30
    assert [each for each in found if each.mark is not Mark.KEPT] == []
    ask = Client(url)
    for path in (f"/id/{GONE_PATH}", f"/doc/{GONE_PATH}.ttl"):
        answer = ask(path, accept="text/turtle", if_none_match="*")
        assert (answer.status, answer.media_type) == (410, "text/turtle")
        assert len(answer.body) == int(answer.headers["Content-Length"])
    ask.close()


def test_the_contract_shows_it_where_there_is_one(client: FlaskClient) -> None:
    (kind,) = (each for each in KINDS if each.name == "a thing that was withdrawn")
    assert kind.names == {"withdrawn"}
    assert f"/id/{GONE_PATH}" in get(client, "/contract", BROWSER).text


# Deprecated.


def test_a_deprecated_thing_is_there_with_what_to_use_instead(client: FlaskClient) -> None:
    page = get(client, f"/doc/{OLD_PATH}.html")
    assert page.status_code == 200
    assert "<strong>Deprecated:</strong>" in page.text
    assert 'Use <a href="/id/lighthouse/new-mole-head">New Mole Head</a> instead.' in page.text
    assert f"</id/lighthouse/new-mole-head>{SUCCESSOR}" in page.headers["Link"]
    found = triples(get(client, f"/doc/{OLD_PATH}.nt").data, ox.RdfFormat.N_TRIPLES)
    said = {each.predicate.value: each.object for each in found if each.subject == ox.NamedNode(OLD)}
    assert said["http://www.w3.org/2002/07/owl#deprecated"] == ox.Literal(True)
    assert said["http://purl.org/dc/terms/isReplacedBy"] == ox.NamedNode(NEW)


def test_what_took_its_place_says_what_it_replaces(client: FlaskClient) -> None:
    page = get(client, f"/doc/{NEW.removeprefix(f'{LIGHTS}id/')}.html").text
    assert '>Old Mole Head</a> <span class="mark">deprecated</span>' in page
    assert "<strong>Deprecated:</strong>" not in page


@pytest.mark.parametrize("query", ["", "?sort=label", "?sort=-label", "?sort=-focalHeight", "?sort=tendedBy"])
def test_a_list_marks_it_and_has_it_last(client: FlaskClient, query: str) -> None:
    page = get(client, f"/browse/Lighthouse{query}", BROWSER).text
    rows = [row for row in page.split("<tr>") if row.startswith('<th scope="row">')]
    marked = [place for place, row in enumerate(rows) if "deprecated" in row.partition("</th>")[0]]
    assert marked == [len(rows) - 1]
    assert "Old Mole Head" in rows[-1]


def test_a_search_marks_it_and_has_it_after_the_others_but_for_its_own_name(client: FlaskClient) -> None:
    found = as_json(client, "/search.json?q=mole")["items"]
    assert [each["iri"] for each in found if each["deprecated"]] == [OLD]
    assert found[-1]["iri"] == OLD
    assert as_json(client, "/search.json?q=old+mole+head")["items"][0]["iri"] == OLD
    page = get(client, "/search?q=mole", BROWSER).text
    assert page.count('<span class="mark">deprecated</span>') == 1
    assert not any("true" in json.dumps(each["snippet"]) for each in found)


def test_a_deprecated_term_is_told_on_its_page_and_in_the_ontology(client: FlaskClient) -> None:
    for path in ("/ontology/term/liveView", "/ontology"):
        page = get(client, path, BROWSER).text
        assert page.count("<strong>Deprecated:</strong>") == 1
        assert 'Use <a href="/ontology#logRemark">log remark</a> instead.' in page
    assert "Deprecated" not in get(client, "/ontology/term/logRemark", BROWSER).text


# The feed.


def test_the_feed_is_found_read_and_kept(client: FlaskClient, retired: Release) -> None:
    home = get(client, "/", BROWSER)
    assert (
        '<link rel="alternate" type="application/atom+xml" href="/feed.atom" title="Releases">' in home.text
    )
    assert '</feed.atom>; rel="alternate"; type="application/atom+xml"' in home.headers["Link"]
    answer = get(client, "/feed.atom")
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    assert answer.data == retired.read("feed.atom")
    again = client.get("/feed.atom", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
