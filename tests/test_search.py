"""`/search` over HTTP: a page and JSON that say the same, and 400 for what is no search."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotgraph import searcher
from pilotgraph.edition import Edition
from pilotgraph.release import Release
from pilotgraph.search_queries import Hit, Marked
from pilotgraph.searcher import MAX_CHARACTERS, MAX_WORDS, TOO_LONG, Found, Match
from web import BROWSER, LIGHTS, get, serving


@pytest.fixture(scope="module")
def app(release: Release) -> Flask:
    return serving(release)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def few_a_page(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A page with three results."""
    for module in ("search", "searcher"):
        monkeypatch.setattr(f"pilotgraph.{module}.PAGE", 3)
    yield


def as_json(client: FlaskClient, query: str) -> Any:
    answer = get(client, f"/search.json?{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    return answer.json


def test_json_has_all_that_its_documentation_names(client: FlaskClient) -> None:
    found = as_json(client, "q=north+teal")
    first = found["items"][0]
    assert {name: value for name, value in found.items() if name not in ("items", "classes")} == {
        "query": "north teal",
        "searchedFor": "north teal",
        "match": "all",
        "suggestion": None,
        "total": len(found["items"]),
        "page": 1,
        "pages": 1,
    }
    assert first.pop("snippet")["text"]
    assert first == {
        "iri": f"{LIGHTS}id/lighthouse/north-teal",
        "url": "/id/lighthouse/north-teal",
        "label": {"text": "North Teal", "marks": [[0, 5], [6, 10]]},
        "language": "en",
        "classes": [{"iri": f"{LIGHTS}ontology#Lighthouse", "label": "lighthouse"}],
        "deprecated": False,
    }
    assert {
        "class": "Lighthouse",
        "iri": f"{LIGHTS}ontology#Lighthouse",
        "label": "lighthouse",
        "total": sum(each["classes"] == first["classes"] for each in found["items"]),
    } in found["classes"]


@pytest.mark.parametrize(
    ("path", "accept", "media_type"),
    [
        pytest.param("/search?q=teal", BROWSER, "text/html", id="a browser"),
        pytest.param("/search?q=teal", None, "text/html", id="whoever says nothing"),
        pytest.param("/search?q=teal", "application/json", "application/json", id="a program"),
        pytest.param("/search.json?q=teal", BROWSER, "application/json", id="the suffix, for a browser"),
    ],
)
def test_the_form_is_what_is_asked_for(
    client: FlaskClient, path: str, accept: str | None, media_type: str
) -> None:
    answer = get(client, path, accept)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    other = "/search?q=teal" if media_type == "application/json" else "/search.json?q=teal"
    assert answer.headers["Link"].startswith(f'<{other}>; rel="alternate"')


def test_nothing_else_is_sent(client: FlaskClient) -> None:
    assert get(client, "/search?q=teal", "text/turtle").status_code == 406
    assert get(client, "/search.ttl?q=teal").status_code == 404


def test_the_page_shows_what_the_json_has(client: FlaskClient) -> None:
    found, page = as_json(client, "q=kestrel"), get(client, "/search?q=kestrel", BROWSER).text
    links = re.findall(r'<h2><a href="([^"]*)"', page)
    assert links == [quote(each["url"], safe="/#%") for each in found["items"]]
    assert "<mark>Kestrel</mark> Point" in page
    assert f"{found['total']} results for" in page
    for each in found["classes"]:
        assert f'{each["label"]} <span class="count">{each["total"]}</span>' in page


def test_each_kind_leads_to_its_page(client: FlaskClient) -> None:
    for query in ("q=lighthouse&class=owl:Class", "q=highest&class=sh:SPARQLExecutable", "q=teal"):
        path = as_json(client, query)["items"][0]["url"]
        assert get(client, path.partition("#")[0], "text/html", follow=True).status_code == 200


def test_a_class_is_chosen_by_its_name_or_its_iri(client: FlaskClient) -> None:
    by_name = as_json(client, "q=teal&class=Lighthouse")
    by_iri = as_json(client, f"q=teal&class={quote(LIGHTS + 'ontology#Lighthouse', safe='')}")
    assert by_name["items"] == by_iri["items"] != []
    for chosen in (by_name, by_iri):
        assert chosen["total"] < sum(each["total"] for each in chosen["classes"])
    page = get(client, "/search?q=teal&class=Lighthouse").text
    assert re.findall('aria-current="true">([^<]*?) ?<', page) == ["lighthouse"]


def test_a_class_that_has_none_leads_to_those_that_have(client: FlaskClient) -> None:
    page = get(client, "/search?q=kestrel&class=owl:Class").text
    assert "see all kinds" in page
    assert '<span class="count">' in page


@pytest.mark.usefixtures("few_a_page")
def test_pages_lead_to_each_other(client: FlaskClient) -> None:
    seen, path = list[str](), "/search?q=light"
    while path:
        page = get(client, path).text
        seen += re.findall(r'<h2><a href="([^"]*)"', page)
        found = re.search(r'<a rel="next" href="([^"]*)"', page)
        path = found[1].replace("&amp;", "&") if found else ""
    total = as_json(client, "q=light")["total"]
    assert len(seen) == len(set(seen)) == total > 6


def test_slips_are_mended_and_said(client: FlaskClient) -> None:
    page = get(client, "/search?q=kestrl").text
    assert "this is what <strong>kestrel</strong> finds" in page
    assert as_json(client, "q=kestrl")["searchedFor"] == "kestrel"


def test_where_nothing_is_found_the_page_helps(client: FlaskClient) -> None:
    page = get(client, "/search?q=xyzzy").text
    assert "Nothing here has <q><bdi>xyzzy</bdi></q>." in page
    assert '<a href="/browse">' in page
    assert as_json(client, "q=xyzzy")["items"] == []


def test_without_words_the_page_says_what_can_be_found(client: FlaskClient) -> None:
    for path in ("/search", "/search?q=", "/search?q=+++"):
        answer = get(client, path)
        assert answer.status_code == 200
        assert "What can be found" in answer.text


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        pytest.param("q=" + "x" * (MAX_CHARACTERS + 1), TOO_LONG, id="too many characters"),
        pytest.param("q=" + "x+" * (MAX_WORDS + 1), TOO_LONG, id="too many words"),
        pytest.param("q=" + "x" * 10_000, TOO_LONG, id="10 kB"),
        pytest.param("q=teal&page=0", "page is the number of a page, from 1.", id="no page"),
        pytest.param("q=teal&page=-1", "page is the number of a page, from 1.", id="a page before the first"),
        pytest.param(
            "q=teal&page=²", "page is the number of a page, from 1.", id="a digit that is no number"
        ),
        pytest.param("q=teal&page=99", "The last page of this search is 1.", id="a page after the last"),
        pytest.param("q=teal&page=9999999999", "page is the number of a page, from 1.", id="a huge page"),
    ],
)
def test_what_is_no_search_is_refused(client: FlaskClient, query: str, detail: str) -> None:
    for accept in ("application/json", BROWSER):
        answer = get(client, f"/search?{query}", accept)
        assert answer.status_code == 400
        assert detail in (json.loads(answer.text)["detail"] if accept != BROWSER else answer.text)


@pytest.mark.parametrize("name", ["Nope", "nope:Nope", "https://example.org/x", "a b", "<", "'", '"', "\x00"])
def test_a_class_that_there_is_not_is_refused(client: FlaskClient, name: str) -> None:
    answer = get(client, f"/search.json?q=teal&class={quote(name, safe='')}")
    assert (answer.status_code, "no class" in answer.text) == (400, True)


def test_what_is_searched_for_is_only_shown(client: FlaskClient) -> None:
    page = get(client, "/search?q=" + quote("\"><script>alert(1)</script> ' \u202e teal", safe="")).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_markup_in_what_is_found_is_only_shown(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = Marked('<img src=x onerror="alert(1)"> \u202e & <mark>', ((0, 4), (35, 41)))
    hit = Hit("javascript:alert(1)", (f"{LIGHTS}ontology#Lighthouse",), evil, "", evil)
    found = Found("x", Match.ALL, 1, [hit], [(f"{LIGHTS}ontology#Lighthouse", 1)], '<i>"')
    monkeypatch.setattr(searcher.Searcher, "find", lambda *_: found)
    page = get(app.test_client(), "/search?q=x").text
    shown = "<mark>&lt;img</mark> src=x onerror=&#34;alert(1)&#34;&gt; \u202e &amp; <mark>&lt;mark&gt;</mark>"
    assert page.count(f"<bdi>{shown}</bdi>") == 2
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "&lt;i&gt;&#34;</a>?" in page


def test_a_search_has_a_tag_of_its_own(client: FlaskClient) -> None:
    first, other = (get(client, f"/search?q={word}") for word in ("teal", "kestrel"))
    assert first.headers["ETag"] != other.headers["ETag"]
    again = client.get("/search?q=teal", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_a_search_that_takes_too_long_is_503(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searcher, "_STEPS", 1)
    edition = app.jinja_env.globals["site"]
    assert isinstance(edition, Edition)
    monkeypatch.setattr(edition.searcher, "_deadline_seconds", 0)
    answer = get(app.test_client(), "/search.json?q=teal")
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert "Search for longer words" in answer.text


def test_links_are_below_the_path_of_the_site(release: Release) -> None:
    client = serving(release, public_url="https://example.org/lamps").test_client()
    assert as_json(client, "q=teal")["items"][0]["url"].startswith("/lamps/id/")
    page = get(client, "/search?q=teal").text
    assert re.findall(r'(?:href|action)="/(?!lamps/)', page) == []


@settings(max_examples=40, deadline=None)
@given(
    sent=st.one_of(
        st.binary(max_size=250), st.text(max_size=210).map(lambda text: text.encode("utf-8", "replace"))
    )
)
def test_any_text_is_answered_or_refused(client: FlaskClient, sent: bytes) -> None:
    page = get(client, f"/search?q={quote(sent, safe='')}", BROWSER)
    assert page.status_code in (200, 400)
    assert "<mark><" not in page.text
    assert get(client, f"/search.json?q={quote(sent, safe='')}").status_code == page.status_code
