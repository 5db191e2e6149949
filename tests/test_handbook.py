"""The pages of terms and of the guide, over HTTP."""

import re

import pytest
from flask.testing import FlaskClient

from pilotgraph.release import Release
from web import BROWSER, get, serving


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release, public_url="https://example.net/flora").test_client()


def text(client: FlaskClient, path: str) -> str:
    reply = get(client, path, BROWSER)
    assert reply.status_code == 200, path
    return reply.text


def test_every_term_of_the_ontology_has_a_place_and_a_page_of_its_own(client: FlaskClient) -> None:
    shown = text(client, "/ontology")
    anchors = re.findall(r'<article class="term" id="([^"]+)"', shown)
    assert len(set(anchors)) == len(anchors) > 25
    assert {"Lighthouse", "focalHeight", "whiteLight", "adms:Identifier"} <= set(anchors)
    for anchor in anchors:
        page = text(client, f"/ontology/term/{anchor}")
        assert "<h1" in page
        # Links to other terms lead to places that there are.
        for named in re.findall(r'href="/flora/ontology#([^"]+)"', page):
            assert named in anchors, (anchor, named)
    for named in re.findall(r'href="(?:/flora/ontology)?#([^"]+)"', shown):
        assert named in {*anchors, "content"}


def test_the_page_of_a_class_tells_what_a_record_of_it_holds(client: FlaskClient) -> None:
    page = text(client, "/ontology/term/Lighthouse")
    for told in (
        "type: Lighthouse",
        "a lighthouse has one focal height, in metres, over 0 and under 250",
        "decimal number, over 0.0, under 250.0",
        "exactly one",
        "Kestrel Point",
        "Run this query",
    ):
        assert told in page


def test_the_page_of_a_property_tells_where_it_is_used(client: FlaskClient) -> None:
    page = text(client, "/ontology/term/focalHeight")
    assert "<code>focalHeight:</code>" in page
    assert 'href="/flora/queries/highest-lights"' in page
    assert re.search(r"<dt>exactly one: decimal number.*?</dt><dd><a [^>]*>lighthouse</a>", page)


def test_the_picture_of_the_model_is_on_the_page_with_words_for_those_who_do_not_see_it(
    client: FlaskClient,
) -> None:
    shown = text(client, "/ontology")
    (picture,) = re.findall(r"<svg .*?</svg>", shown, re.DOTALL)
    assert 'role="group" aria-label="The model: ' in picture
    assert re.search(r'aria-describedby="model-text">\s*<desc id="model-text">', picture)
    assert '<a href="/flora/ontology#Lighthouse"><text class="head"' in picture
    assert "style=" not in picture
    assert "<script" not in picture


def test_the_guide_shows_chapters_with_their_answers(client: FlaskClient) -> None:
    page = text(client, "/guide")
    assert '<a href="#lamps">From a lamp to its keeper</a>' in page
    assert '<section id="lamps">' in page
    assert "Gannet Stack" in page
    assert "The first 6 of 10 rows." in page
    assert 'href="/flora/sparql?query=PREFIX' in page


@pytest.mark.parametrize(
    ("path", "accept", "status"),
    [
        pytest.param("/ontology/term/Nothing", BROWSER, 404, id="no such term"),
        pytest.param("/ontology/term/Lighthouse", "text/turtle", 406, id="a page about a term is no data"),
        pytest.param("/guide", "text/turtle", 406, id="the guide is no data"),
        pytest.param("/guide", None, 200, id="anything will do"),
    ],
)
def test_what_else_is_answered(client: FlaskClient, path: str, accept: str | None, status: int) -> None:
    assert get(client, path, accept).status_code == status


def test_pages_are_kept_until_the_release_changes(client: FlaskClient) -> None:
    for path in ("/ontology", "/ontology/term/Lighthouse", "/guide"):
        reply = get(client, path, BROWSER)
        again = client.get(path, headers={"Accept": BROWSER, "If-None-Match": reply.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
