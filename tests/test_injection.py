"""Whatever stands in data, in a release or in an address does nothing but show."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Literal
from werkzeug.test import TestResponse

from crawl import PAGE, Crawl, in_process
from hostile import IRIS, TEXTS, hostile
from kinds import kinds
from markup import Markup, bad_addresses, ill_formed
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.paths import escape
from pilotgraph.release import Release
from pilotgraph.responses import RdfForm
from web import LABEL, get, serving, triples

# What a template would make of one text that looks like a template.
EVALUATED = str(7 * 191)
# Where a stranger can put a text: {} stands for it.
PLACES = (
    "/{}",
    "/id/{}",
    "/id/keeper/{}",
    "/doc/keeper/{}",
    "/doc/keeper/{}.html",
    "/doc/keeper/{}.jsonld",
    "/ontology/{}",
    "/ontology.{}",
    "/releases/{}/data.nq",
    "/releases/0.3.0/{}",
    "/browse/{}",
    "/browse/Keeper?sort={}",
    "/browse/Keeper?page={}",
    "/browse/Keeper?{}=x",
    "/browse/Lighthouse?lampColour={}",
    "/browse/Lighthouse?tendedBy={}",
    "/search?q={}",
    "/search?q=keeper&class={}",
    "/search?q=keeper&page={}",
    "/search.json?q={}",
    "/queries/{}",
    "/queries/lights-by-colour?colour={}",
    "/queries/lights-by-colour?least={}",
    "/queries/lights-by-colour?{}=1",
    "/views/{}",
    "/sparql?query={}",
    "/sparql?query=SELECT+*+%7B%7D&format={}",
    "/sparql?query=SELECT+*+%7B%7D&timeout={}",
    "/sparql?{}=x",
    "/static/{}",
)
PAGES = re.compile("/id/|/doc/[^?]*[.]html$|/browse/[^?.]*$|/ontology/term/|/queries/[^?.]*$|/views/[^?.]*$")
IN_ADDRESSES = ("a script", "ends", "quotes", "a template", "a query", "directions", "a long word")
# Texts that no data can hold, as bytes.
ONLY_IN_ADDRESSES = (
    b"\x00",
    b"\r\nSet-Cookie: a=b\r\n\r\n<x-injected>",
    b"\xff\xfe<x-injected>",
    b"../../../../etc/passwd",
    b"//example.org/x",
    b"\xed\xa0\x80",
)


@pytest.fixture(scope="module")
def release_of_a_stranger(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    return hostile(lighthouses, tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def client(release_of_a_stranger: Release) -> FlaskClient:
    return serving(release_of_a_stranger).test_client()


@pytest.fixture(scope="module")
def whole(client: FlaskClient, release_of_a_stranger: Release) -> Crawl:
    """Every kind of page, and every page of a thing, term or list that these lead to."""
    crawl = Crawl(in_process(client))
    found = [target for path in kinds(release_of_a_stranger).values() for target in crawl.read(path)]
    seen = set(crawl.pages)
    for target in found:
        if target not in seen and PAGES.match(target):
            seen.add(target)
            more = crawl.read(target, expected=200)
            found += more if target.startswith("/id/") else []
    return crawl


def test_no_text_becomes_markup(whole: Crawl) -> None:
    assert whole.faults == []
    assert "/doc/lighthouse/hostile.html" in whole.pages
    assert [path for path, page in whole.pages.items() if "x-injected" in page.elements] == []
    assert [path for path, page in whole.pages.items() if EVALUATED in page.text] == []


def test_every_place_in_a_page_is_found(whole: Crawl) -> None:
    assert whole.missing_anchors() == []


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_shows(client: FlaskClient, name: str) -> None:
    path = f"/doc/keeper/text-{list(TEXTS).index(name)}.html"
    answer = get(client, path)
    assert answer.status_code == 200
    (heading,) = re.findall("<h1.*?</h1>", answer.text, re.DOTALL)
    assert TEXTS[name].split() == unescape(re.sub("<[^>]*>", "", heading)).split()
    assert TEXTS[name] in set(strings(Markup(answer.text).data))


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_every_format_holds_every_text_as_it_is(client: FlaskClient, form: RdfForm) -> None:
    for place, text in enumerate(TEXTS.values()):
        answer = get(client, f"/doc/keeper/text-{place}{form.suffix}")
        labels = {
            each.object.value
            for each in triples(answer.data, form.codec)
            if each.predicate.value == LABEL and isinstance(each.object, Literal)
        }
        assert text in labels


@pytest.mark.parametrize("iri", IRIS)
@pytest.mark.parametrize("suffix", [".html", *(form.suffix for form in RDF_FORMATS)])
def test_a_thing_with_any_name_answers(client: FlaskClient, iri: str, suffix: str) -> None:
    answer = get(client, f"/doc/{escape(iri)}{suffix}")
    assert answer.status_code == 200
    assert problems(answer) == []


def test_a_table_of_results_holds_every_text_as_it_is(client: FlaskClient) -> None:
    query = f"SELECT ?text {{ ?thing a <https://example.org/lights/ontology#Keeper> ; <{LABEL}> ?text }}"
    answer = get(client, f"/sparql?query={quote(query)}", "text/csv")
    assert {*TEXTS.values()} <= {text for (text,) in csv.reader(io.StringIO(answer.text, newline=""))}


@pytest.mark.parametrize("place", PLACES)
def test_a_text_in_an_address_does_nothing(client: FlaskClient, place: str) -> None:
    texts = [*(TEXTS[name].encode() for name in IN_ADDRESSES), *ONLY_IN_ADDRESSES]
    found = {}
    for text in texts:
        answer = get(client, place.format(quote(text, safe="")), "text/html")
        found[text] = problems(answer)
    assert {text: faults for text, faults in found.items() if faults} == {}


def test_a_form_with_any_text_does_nothing(client: FlaskClient) -> None:
    for text in TEXTS.values():
        answer = client.post("/sparql", data={"query": text}, headers={"Accept": "text/html"})
        assert answer.status_code == 400
        assert problems(answer) == []


def strings(block: object) -> Iterator[str]:
    """Every text in a block of JSON."""
    if isinstance(block, str):
        yield block
    elif isinstance(block, list | dict):
        for each in block.values() if isinstance(block, dict) else block:
            yield from strings(each)


def problems(answer: TestResponse) -> list[str]:
    return list(_problems(answer))


def _problems(answer: TestResponse) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    if "Set-Cookie" in answer.headers:
        yield "a header of a stranger"
    if not re.match("/(?![/\\\\])|$", answer.headers.get("Location", "")):
        yield f"leads to {answer.headers['Location']}"
    if answer.mimetype == PAGE:
        page = Markup(answer.text)
        yield from filter(None, [ill_formed(answer.text)])
        yield from page.faults
        yield from bad_addresses(page.links)
        if "x-injected" in page.elements:
            yield "a text became an element"
        if EVALUATED in answer.text:
            yield "a text became a template"
