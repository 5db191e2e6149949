"""Lists over HTTP: pages and their twins for programs, what is refused, and markup that stays text."""

import csv
import json
import re
from dataclasses import replace
from html import unescape
from io import StringIO
from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from pilotgraph.browse import FORMS
from pilotgraph.edition import Edition
from pilotgraph.formats import RDF_FORMATS, Format
from pilotgraph.release import Release
from pilotgraph.responses import HTML, Form
from web import BROWSER, LIGHTS, get, serving, triples


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


def test_all_classes_lead_to_their_lists(client: FlaskClient) -> None:
    page = get(client, "/browse", BROWSER)
    assert page.status_code == 200
    for name in ("Inspection", "Keeper", "Lighthouse", "TidalLighthouse", "adms:Identifier"):
        assert f'href="/browse/{name}"' in page.text
        assert get(client, f"/browse/{name}", BROWSER).status_code == 200
    assert re.search(r'>lighthouse</a> <span class="count">8<', page.text)
    assert 'Among them: <a href="/browse/TidalLighthouse">tidal lighthouse</a>' in page.text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_list_comes_by_suffix_and_by_accept(client: FlaskClient, form: Form) -> None:
    asked = "?openToVisitors=true"
    negotiated = get(client, f"/browse/Lighthouse{asked}", form.media_type)
    assert (negotiated.status_code, negotiated.mimetype) == (200, form.media_type)
    others = {each.media_type for each in FORMS if each is not form}
    assert others == set(re.findall(r'rel="alternate[^"]*"; type="([^"]+)"', negotiated.headers["Link"]))
    assert f'<{LIGHTS}browse/Lighthouse{asked}>; rel="canonical"' in negotiated.headers["Link"]
    if form is not HTML:
        named = client.get(f"/browse/Lighthouse{form.suffix}{asked}")
        assert (named.data, named.headers["Link"]) == (negotiated.data, negotiated.headers["Link"])


def test_all_forms_list_the_same_things_in_the_same_order(client: FlaskClient) -> None:
    asked = "?lampColour=lt:whiteLight&sort=-focalHeight"
    page = get(client, f"/browse/Lighthouse{asked}", BROWSER).text
    shown = [unquote(unescape(each)) for each in re.findall(r'<th scope="row"><a href="/id/([^"]+)"', page)]
    table = list(csv.DictReader(StringIO(client.get(f"/browse/Lighthouse.csv{asked}").text)))
    assert [f"{LIGHTS}id/{each}" for each in shown] == [row["id"] for row in table]
    assert len(table) == 5
    rows = json.loads(client.get(f"/browse/Lighthouse.json{asked}").data)
    assert rows["class"] == f"{LIGHTS}ontology#Lighthouse"
    assert [row["id"] for row in rows["rows"]] == [row["id"] for row in table]
    for form in RDF_FORMATS:
        found = triples(client.get(f"/browse/Lighthouse{form.suffix}{asked}").data, form.codec)
        assert {str(triple.subject)[1:-1] for triple in found} == {row["id"] for row in table}


def test_a_list_that_is_held_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/browse/Lighthouse.csv?sort=firstLit")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/browse/Lighthouse.csv?sort=firstLit", headers=tag).status_code == 304
    assert client.get("/browse/Lighthouse.csv?sort=-firstLit", headers=tag).status_code == 200
    assert first.headers["Cache-Control"].startswith("public")


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        pytest.param(
            "Ship",
            404,
            "No class with things has that name here. There are: Identifier",
            id="a class that is not here",
        ),
        pytest.param("Lighthouse.xlsx", 404, "No class with things", id="a form that is none"),
        pytest.param("Lighthouse?page=2", 404, "This list has one page.", id="a page past the last"),
        pytest.param("Lighthouse?colour=red", 400, "This list cannot be narrowed", id="a key"),
        pytest.param("Lighthouse.csv?sort=height", 400, "This list cannot be sorted", id="a column"),
        pytest.param("Keeper?sort=type", 400, "This list cannot be sorted by", id="the class of all"),
        pytest.param(
            "TidalLighthouse?sort=-liveView",
            400,
            'This list cannot be sorted by "liveView". There are: label, firstLit',
            id="a column that no thing fills",
        ),
        pytest.param("Lighthouse?tendedBy=%3Cx%3E%22%7D", 400, "is not a legal IRI", id="no IRI"),
        pytest.param("Lighthouse?tendedBy=%FF%00", 400, "is not a legal IRI", id="bytes that are no text"),
    ],
)
def test_what_cannot_be_listed_is_told(client: FlaskClient, path: str, status: int, detail: str) -> None:
    for accept in ("application/problem+json, */*;q=0.1", BROWSER):
        response = get(client, f"/browse/{path}", accept)
        assert response.status_code == status
    problem = client.get(f"/browse/{path}").get_json()
    assert problem is None or detail.replace("Identifier", "") in problem["detail"]


def test_an_empty_list_says_so_and_offers_all(client: FlaskClient) -> None:
    page = get(client, "/browse/Lighthouse?lampColour=lt:greenLight&type=TidalLighthouse", BROWSER)
    assert page.status_code == 200
    assert "Nothing here fits all of this." in page.text
    assert '<a href="/browse/Lighthouse">see all 8</a>' in page.text
    assert 'aria-label="Remove lamp colour: green"' in page.text
    empty = client.get("/browse/Lighthouse.csv?tendedBy=keeper/nobody").text
    assert empty.splitlines()[0].startswith("id,label,type")
    assert len(empty.splitlines()) == 1


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/&lt;script&gt;",
        "https://example.org/'onmouseover='alert(1)",
        "https://example.org/\u202egnp.exe",
        "keeper/a&b;'c'",
    ],
)
def test_a_value_of_a_stranger_only_shows(client: FlaskClient, value: str) -> None:
    page = client.get("/browse/Lighthouse", query_string={"tendedBy": value}, headers={"Accept": BROWSER})
    assert page.status_code == 200
    assert "<script" not in page.text.replace('<script type="application/ld+json"', "")
    assert not re.search(r"""<[^>]*'\s*onmouseover""", page.text)
    assert page.text.count("<bdi") == 1


def test_a_table_says_what_it_is_sorted_by(client: FlaskClient) -> None:
    page = get(client, "/browse/Lighthouse?sort=-focalHeight", BROWSER).text
    assert page.count("aria-sort=") == 1
    assert re.search(r'aria-sort="descending"><a href="/browse/Lighthouse\?sort=focalHeight"', page)
    assert '<link rel="alternate" type="text/csv" href="/browse/Lighthouse.csv?sort=-focalHeight"' in page


def test_a_list_is_below_the_path_of_a_proxy(release: Release) -> None:
    client = serving(release, public_url="https://example.net/lights").test_client()
    page = get(client, "/browse/Lighthouse?openToVisitors=true", BROWSER).text
    found = re.findall(r'(?:href|action)="(/[^"]*)"', page)
    assert len(found) > 20
    assert [each for each in found if not each.startswith("/lights/")] == []


def test_forms_have_one_suffix_each() -> None:
    assert len({form.suffix for form in FORMS}) == len(FORMS)
    assert {form for form in FORMS if isinstance(form, Format)} == set(RDF_FORMATS)


def limited(release: Release, **limits: int) -> FlaskClient:
    app = serving(release)
    edition = app.jinja_env.globals["site"]
    assert isinstance(edition, Edition)
    edition.lists = replace(edition.lists, **limits)  # type: ignore[arg-type]
    return app.test_client()


def test_a_list_with_too_many_rows_says_so_and_does_not_offer_them(release: Release) -> None:
    client = limited(release, most_rows=4)
    for suffix in (".csv", ".json"):
        answer = client.get(f"/browse/Lighthouse{suffix}")
        assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
        assert "Narrow the list" in answer.get_json()["detail"]
        assert client.get(f"/browse/Lighthouse{suffix}?lampColour=lt:redLight").status_code == 200
    assert client.get("/browse/Lighthouse.ttl").status_code == 200
    page = get(client, "/browse/Lighthouse", BROWSER)
    for text in (page.text, page.headers["Link"]):
        assert "Lighthouse.csv" not in text
        assert "Lighthouse.json?" not in text
        assert "Lighthouse.ttl" in text
    assert "Lighthouse.csv?" not in get(client, "/browse/Lighthouse?lampColour=lt:whiteLight", BROWSER).text
    assert "Lighthouse.csv?" in get(client, "/browse/Lighthouse?lampColour=lt:redLight", BROWSER).text


def test_what_is_counted_of_the_first_is_not_shown_as_the_count_of_all(release: Release) -> None:
    client = limited(release, most=4)
    page = get(client, "/browse/Lighthouse", BROWSER).text
    facets = page[page.index('id="narrow"') :]
    assert "what the first 4 have" in facets
    assert '<a href="/browse/Lighthouse?' in facets
    assert 'class="count"' not in facets
    facets = get(client, "/browse/Lighthouse?lampColour=lt:redLight", BROWSER).text.partition('id="narrow"')[
        2
    ]
    assert 'class="count"' in facets
    assert "what the first" not in facets
