"""The SPARQL endpoint as programs and browsers meet it."""

import html
import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, SDO, Graph, Literal
from werkzeug.test import TestResponse

import pilotgraph
from pilotgraph import guard
from pilotgraph.release import Release
from web import BROWSER, LABEL, LIGHTS, get, serving

STATIC = Path(pilotgraph.__file__).parent / "static"


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param(None, "text/turtle", id="no header: the service description"),
        pytest.param("*/*", "text/turtle", id="anything: the same"),
        pytest.param(BROWSER, "text/html", id="a browser: the form"),
        pytest.param("application/ld+json", "application/ld+json", id="another format of RDF"),
    ],
)
def test_nothing_asked_is_answered_with_what_there_is(
    client: FlaskClient, accept: str | None, media_type: str
) -> None:
    assert get(client, "/sparql", accept).mimetype == media_type


def test_the_description_states_every_limit_of_a_query(client: FlaskClient) -> None:
    described = Graph().parse(data=get(client, "/sparql").data, format="turtle")
    stated = {
        str(described.value(each, SDO.name)): each for each in described.subjects(RDF.type, SDO.PropertyValue)
    }
    assert set(guard.LIMITS) | {"deadline_seconds", "memory_mb", "answer_mb", "query_kb"} <= set(stated)
    for name, (most, text) in guard.LIMITS.items():
        about = stated[name]
        assert described.value(about, SDO.value) == Literal(most)
        assert str(described.value(about, SDO.description)) == text


@pytest.mark.parametrize(
    ("accept", "media_type", "start"),
    [
        pytest.param(None, "application/sparql-results+json", b'{"head"', id="no header"),
        pytest.param("*/*", "application/sparql-results+json", b'{"head"', id="anything"),
        pytest.param("text/csv", "text/csv", b"label\r\n", id="CSV"),
        pytest.param("text/html, text/csv", "text/csv", b"label\r\n", id="as soon CSV as a page"),
        pytest.param(BROWSER, "text/html", b"<!doctype html>", id="a browser"),
    ],
)
def test_a_query_is_answered_by_accept(
    client: FlaskClient, accept: str | None, media_type: str, start: bytes
) -> None:
    query = f"SELECT ?label {{ ?s <{LABEL}> ?label }}"
    response = get(client, "/sparql?" + urlencode({"query": query}), accept)
    assert (response.status_code, response.mimetype) == (200, media_type)
    assert response.data.startswith(start)


def ask(client: FlaskClient, query: str) -> TestResponse:
    return get(client, "/sparql?" + urlencode({"query": query}), BROWSER)


def test_a_browser_sees_a_table(client: FlaskClient) -> None:
    query = f"SELECT ?thing ?none ('<b>' AS ?x) {{ BIND(<{LIGHTS}id/lighthouse/north-teal> AS ?thing) }}"
    page = ask(client, query).text
    assert '<th scope="col">thing</th><th scope="col">none</th><th scope="col">x</th>' in page
    assert (
        '<tr><td><a href="/id/lighthouse/north-teal">North Teal</a></td><td></td>'
        '<td><span class="short">&lt;b&gt;</span></td></tr>'
    ) in page
    assert "&lt;b&gt;&#39; AS ?x" in page  # the query stays in the form


@pytest.mark.parametrize(
    ("query", "text"),
    [
        pytest.param("ASK { ?s ?p ?o }", '<span class="short">true</span>', id="ASK"),
        pytest.param(
            "CONSTRUCT { ?s a <urn:a> } { BIND(<urn:s> AS ?s) }",
            "&lt;urn:s&gt; a &lt;urn:a&gt;",
            id="CONSTRUCT",
        ),
        pytest.param("SELECT ?s { BIND(BNODE() AS ?s) }", "<td><span>_:", id="a blank node"),
        pytest.param("SELECT ?s { BIND(<javascript:x> AS ?s) }", '<span title="javascript:x">', id="no link"),
    ],
)
def test_a_browser_sees_every_kind_of_answer(client: FlaskClient, query: str, text: str) -> None:
    response = ask(client, query)
    assert response.status_code == 200
    assert text in response.text


def test_a_page_shows_the_first_rows_of_many(client: FlaskClient) -> None:
    page = ask(client, "SELECT * { ?s ?p ?o . ?x ?y ?z } LIMIT 1500").text
    assert page.count("<tr>") == 1_001
    assert "The first 1,000 are shown." in page
    assert '<span class="count">1,500<span class="hidden"> rows</span></span>' in page


def test_a_malformed_query_stays_in_the_form_with_what_is_wrong(client: FlaskClient) -> None:
    response = ask(client, "SELECT * { <b> ")
    assert (response.status_code, response.mimetype) == (400, "text/html")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Malformed query" in response.text
    assert "SELECT * { &lt;b&gt; </textarea>" in response.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Content-Type": "application/sparql-query"}, 413, id="as a query"),
        pytest.param({"Content-Type": "application/x-www-form-urlencoded"}, 413, id="as a form"),
    ],
)
def test_a_body_that_is_too_large_is_refused(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    response = client.post("/sparql", data=b"q" * 610_001, headers=headers)
    assert response.status_code == status
    assert json.loads(response.data)["detail"] == "The body of a request may have 610,000 bytes."


def test_a_slip_is_shown_in_its_line(client: FlaskClient) -> None:
    page = ask(client, "SELECT ?é WHERE {\r\n  ?é ] ?x }").text
    assert 'data-line="2" data-column="6"' in page
    assert '<span class="soft">2</span>   ?é <mark>]</mark> ?x }' in page


def test_every_answer_has_an_address_that_keeps_all_that_was_asked(client: FlaskClient) -> None:
    graph = f"{LIGHTS}graph/none"
    asked = {"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "default-graph-uri": graph, "timeout": "2"}
    page = client.post("/sparql", data=asked, headers={"Accept": BROWSER}).text
    assert f'<input type="hidden" name="default-graph-uri" value="{graph}">' in page
    links = [html.unescape(each) for each in re.findall(r'href="(/sparql\?[^"]*)"', page)]
    assert len(links) == 5
    for each in links:
        given = parse_qs(urlsplit(each).query)
        assert {name: [value] for name, value in asked.items()}.items() <= given.items()
        assert client.get(each, headers={"Accept": BROWSER}).status_code == 200
    assert "0" in client.get(next(each for each in links if "csv" in each)).text


def test_a_query_too_long_for_an_address_is_answered_and_says_so(client: FlaskClient) -> None:
    query = f"SELECT (1 AS ?one) {{}} # {'é' * 11_000}"
    page = client.post("/sparql", data={"query": query}, headers={"Accept": BROWSER}).text
    assert "too long for an address" in page
    assert "/sparql?query=" not in page
    assert "<summary>curl</summary>" in page
    assert "<summary>R</summary>" not in page


@pytest.mark.parametrize(
    ("path", "start"),
    [
        pytest.param("/sparql", "PREFIX lt: ", id="a fresh query, with the prefixes declared"),
        pytest.param(
            "/sparql?question=highest-lights", "# question: Which lighthouses have", id="a question"
        ),
        pytest.param("/sparql?question=none", "PREFIX lt: ", id="no question of ours"),
    ],
)
def test_the_editor_has_something_to_begin_with(client: FlaskClient, path: str, start: str) -> None:
    page = get(client, path, BROWSER).text
    assert f"required>{start}" in page
    assert "<tbody>" not in page, "nothing is asked yet"


def test_what_the_editor_completes_is_kept_by_browsers(client: FlaskClient) -> None:
    response = get(client, "/sparql/terms.json")
    assert response.mimetype == "application/json"
    assert set(json.loads(response.data)) == {"prefixes", "classes", "properties"}
    again = client.get("/sparql/terms.json", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_our_own_script_stays_small() -> None:
    assert len((STATIC / "query.js").read_bytes()) < 5_000
