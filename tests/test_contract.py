"""The HTTP contract: its table is whole, and the page that shows it too."""

from dataclasses import replace
from email.message import Message
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from pilotgraph.app import ROUTES
from pilotgraph.conformity import faults
from pilotgraph.contract import EVERY, KINDS
from pilotgraph.contract_lines import BROWSER, Kind, lines
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release
from pilotgraph.responses import DOCUMENTS
from web import get, serving

ROOT = "https://example.net/lights"
MOST_BYTES = 75_000
NAMES = {
    "thing": "keeper/%C3%BE%C3%B3ra-lundad%C3%B3ttir",
    "graph": "graph/about",
    "ontology_version": "0.3.0",
    "dump": "0.3.0/data.ttl",
    "release": "0.3.0",
    "feed": "feed.atom",
    "withdrawn": "lighthouse/phantom-rock",
    "class": "Lighthouse",
    "question": "highest-lights",
    "view": "heights",
    "guide": "lamps",
    "term": "Lighthouse",
}


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release, public_url=ROOT).test_client()


def test_the_table_has_a_line_for_every_form_and_method() -> None:
    table = list(lines(EVERY))
    assert len({kind.name for kind in EVERY}) == len(EVERY)
    assert len({(line.kind.name, line.method, line.accept, line.held) for line in table}) == len(table)
    asked = [line for line in table if line.kind.name == "a thing" and line.method == "GET" and not line.held]
    things = {line.accept: line.expected.location for line in asked}
    assert things | {form.media_type: f"/doc/{{thing}}{form.suffix}" for form in DOCUMENTS} == things
    assert things[None] == things["*/*"] == things[BROWSER] == "/doc/{thing}.html"
    assert {line.method for line in table} == {"GET", "HEAD", "OPTIONS", "DELETE", "POST", "QUERY"}
    assert {line.expected.status for line in table} == {200, 302, 303, 304, 308, 404, 405, 406, 410}


def test_every_route_is_in_the_table(release: Release) -> None:
    site = serving(release).url_map.bind("localhost")
    matched = {site.match(urlsplit(kind.path.format_map(NAMES)).path)[0] for kind in KINDS}
    assert {route.rule for route in ROUTES} - matched == set()


def test_the_page_of_the_contract_shows_every_kind_and_answer(client: FlaskClient) -> None:
    page = get(client, "/contract").text
    for kind in EVERY:
        assert f"<code>{kind.path}</code>" in page
        for offer, expected in kind.answers:
            shown = f"to <code>{expected.location}</code>" if expected.location else expected.media_type
            assert shown in page, (kind, offer)
    assert '<a href="/lights/doc/keeper/board-of-made-up-lights.ttl">' in page
    assert len(page) < MOST_BYTES


@pytest.mark.parametrize(
    "kind", [kind for kind in EVERY if "withdrawn" not in kind.names], ids=lambda kind: kind.name
)
def test_behind_a_proxy_the_contract_holds_with_its_path(client: FlaskClient, kind: Kind) -> None:
    path = kind.path.format_map(NAMES)
    for line in lines([kind]):
        if line.held or line.body:
            continue
        expected = line.expected
        if kind.name == "a query":  # the server in front of the application keeps and tags its answers
            expected = replace(expected, held=False, cache="")
        sent = {"Accept": line.accept} if line.accept else {}
        response = client.open(path, method=line.method, headers=sent)
        headers = Message()
        for name, value in response.headers.items():
            headers[name] = value
        assert faults(expected, ROOT, NAMES, response.status_code, headers) == [], line


def test_the_forms_of_a_document_are_those_of_the_table_of_formats() -> None:
    paths = {kind.path for kind in KINDS}
    assert {f"/doc/{{thing}}{form.suffix}" for form in DOCUMENTS} <= paths
    assert {f"/void{form.suffix}" for form in RDF_FORMATS} <= paths
