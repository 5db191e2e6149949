"""Published questions over HTTP: the list, the page of each, and its answer in every form."""

import csv
import html
import io
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pilotgraph.errors import LimitExceeded, StoreUnavailable
from pilotgraph.release import Release
from pilotgraph.store import Answer, LocalStore, Query
from web import BROWSER, LIGHTS, get, serving

QUESTION = "/queries/lights-by-colour"
SHOWN = ["Kestrel Point", "Drowned Anvil", "New Mole Head"]


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


def rows(response: TestResponse) -> list[str]:
    """The first column of a page's answer."""
    body = response.text.partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.sub("<[^>]*>", "", row) for row in re.findall("<tr><t[dh][^>]*>(.*?)</t[dh]>", body)]


@pytest.mark.parametrize(
    ("accept", "status", "media_type"),
    [
        pytest.param(None, 200, "text/html", id="no header: the page"),
        pytest.param(BROWSER, 200, "text/html", id="a browser: the page"),
        pytest.param("text/csv", 200, "text/csv", id="a table: the answer"),
        pytest.param("application/json", 200, "application/json", id="JSON by its plain name: the answer"),
        pytest.param("application/sparql-query", 200, "application/sparql-query", id="SPARQL: the query"),
        pytest.param("text/turtle", 303, "", id="RDF: the description"),
        pytest.param("application/ld+json, text/csv;q=0.5", 303, "", id="rather RDF"),
        pytest.param("image/png", 406, "application/problem+json", id="nothing of ours"),
    ],
)
def test_a_question_answers_by_accept(
    client: FlaskClient, accept: str | None, status: int, media_type: str
) -> None:
    response = get(client, QUESTION, accept)
    assert response.status_code == status
    if status == 303:
        assert response.headers["Location"] == "/"
    else:
        assert response.mimetype == media_type


def test_rdf_of_a_question_describes_it(client: FlaskClient) -> None:
    described = get(client, QUESTION, "text/turtle", follow=True)
    assert f"<{LIGHTS}queries/lights-by-colour>" in described.text


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        (".html", "text/html"),
        (".csv", "text/csv"),
        (".json", "application/sparql-results+json"),
        (".xml", "application/sparql-results+xml"),
        (".tsv", "text/tab-separated-values"),
        (".srj", "application/sparql-results+json"),
        (".rq", "application/sparql-query"),
    ],
)
def test_a_suffix_says_the_form(client: FlaskClient, suffix: str, media_type: str) -> None:
    response = get(client, QUESTION + suffix, "image/png")
    assert (response.status_code, response.mimetype) == (200, media_type)
    again = client.get(QUESTION + suffix, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    other = client.get(f"{QUESTION}{suffix}?least=20", headers={"If-None-Match": response.headers["ETag"]})
    assert other.status_code == 200, "another value is another answer"


@pytest.mark.parametrize("path", ["/queries/none", QUESTION + ".png", QUESTION + ".", "/queries/none.csv"])
def test_what_is_no_question_is_not_found(client: FlaskClient, path: str) -> None:
    assert get(client, path, BROWSER).status_code == 404


def test_a_graph_cannot_hold_a_table(client: FlaskClient) -> None:
    assert get(client, QUESTION + ".ttl").status_code == 406


def test_values_change_page_table_and_text_alike(client: FlaskClient) -> None:
    asked = "?colour=lt:redLight&least=20"
    assert rows(get(client, QUESTION, BROWSER)) == SHOWN
    assert rows(get(client, QUESTION + asked, BROWSER)) == SHOWN[:2]
    table = csv.reader(io.StringIO(get(client, f"{QUESTION}.csv{asked}").text))
    assert [row[0] for row in table] == ["name", *SHOWN[:2]]
    text = get(client, f"{QUESTION}.rq{asked}").text
    assert f"VALUES ?colour {{ <{LIGHTS}ontology#redLight> }}" in text
    assert 'VALUES ?least { "20"^^<http://www.w3.org/2001/XMLSchema#decimal> }' in text
    assert rows(client.get("/sparql", query_string={"query": text}, headers={"Accept": BROWSER})) == SHOWN[:2]


def test_the_page_has_the_form_filled_in_and_leads_on_with_the_same_values(client: FlaskClient) -> None:
    page = get(client, QUESTION + "?colour=lt:redLight&least=20", BROWSER)
    assert '<option value="lt:redLight" selected>red</option>' in page.text
    assert 'name="least" type="number" step="any" value="20"' in page.text
    links = [html.unescape(each) for each in re.findall(r'href="(/[^"]*)"', page.text)]
    answers = [each for each in links if each.startswith((f"{QUESTION}.", f"{QUESTION}?"))]
    assert {urlsplit(each).path.removeprefix(QUESTION) for each in answers} == {
        *(".json", ".xml", ".csv", ".tsv", ".rq", ""),
    }
    for each in answers:
        assert parse_qs(urlsplit(each).query) == {"colour": ["lt:redLight"], "least": ["20"]}
        assert client.get(each).status_code == 200
    (edited,) = (each for each in links if each.startswith("/sparql?"))
    assert rows(get(client, edited, BROWSER)) == SHOWN[:2]
    addresses = [
        address for address in re.findall(r"http://localhost(/[^&\s\"<]*)", page.text) if "csv" in address
    ]
    assert set(addresses) == {f"{QUESTION}.csv?colour=lt%3AredLight"}, "snippets ask for the same"
    assert page.text.count("&amp;least=20") >= len(addresses)


def test_programs_find_the_answers_and_the_description_by_link(client: FlaskClient) -> None:
    links = get(client, QUESTION + "?least=20", BROWSER).headers["Link"]
    assert f'<{QUESTION}.csv?least=20>; rel="alternate"; type="text/csv"' in links
    assert f'<{LIGHTS}queries/lights-by-colour>; rel="cite-as"' in links
    assert '</void.ttl>; rel="describedby"; type="text/turtle"' in links


@pytest.mark.parametrize(
    ("asked", "said", "field"),
    [
        pytest.param(
            "least=high",
            'least: "high" is not a decimal number; write digits and a point only, as in 1200 or 3.5',
            'value="high" required aria-invalid="true"',
            id="no number",
        ),
        pytest.param("least=", "least: ", 'name="least" type="text" value=""', id="nothing"),
        pytest.param(
            "colour=keeper/nobody",
            "colour: the release has no keeper/nobody",
            '<option value="keeper/nobody" selected>keeper/nobody</option>',
            id="no thing of ours",
        ),
        pytest.param(
            "colour=lt:redLigt", "did you mean lt:redLight", "<option", id="almost the name of a thing"
        ),
        pytest.param("color=red", 'did you mean "colour"?', "<option", id="no parameter"),
        pytest.param("least=1&least=2", "least: give one value", 'name="least"', id="twice"),
        pytest.param(
            "colour=%22%3E%3Cscript%3E", "colour: ", 'value="&#34;&gt;&lt;script&gt;" selected', id="markup"
        ),
    ],
)
def test_a_value_that_cannot_be_one_is_refused_on_the_page(
    client: FlaskClient, asked: str, said: str, field: str
) -> None:
    response = get(client, f"{QUESTION}?{asked}", BROWSER)
    assert (response.status_code, response.mimetype) == (400, "text/html")
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert said in html.unescape(response.text)
    assert field in response.text
    assert "<tbody>" not in response.text
    refused = get(client, f"{QUESTION}.csv?{asked}", "text/csv")
    assert (refused.status_code, refused.mimetype) == (400, "application/problem+json")
    assert said in json.loads(refused.data)["detail"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(StoreUnavailable("Busy just now."), 503, id="nobody can say"),
        pytest.param(LimitExceeded("It took too long."), 500, id="past a limit"),
    ],
)
def test_a_store_that_fails_is_told_on_the_page(release: Release, error: Exception, status: int) -> None:
    class Failing(LocalStore):
        def query(self, query: Query) -> Answer:
            if "VALUES ?least" in query.text:
                raise error
            return super().query(query)

    response = get(serving(release, Failing(release)).test_client(), QUESTION, BROWSER)
    assert response.status_code == status
    assert str(error) in response.text
    assert "<form class=" in response.text


def test_the_list_has_every_question_in_groups(client: FlaskClient) -> None:
    page = get(client, "/queries", BROWSER).text
    names = re.findall(r'<li><a href="/queries/([^"]*)">', page)
    assert sorted(names) == ["highest-lights", "lamps-that-failed", "lights-by-colour"]
    assert re.findall("<h2>(.*?) <span", page) == ["lighthouse", "inspection"]


def test_the_list_can_be_narrowed_to_a_class(client: FlaskClient) -> None:
    page = get(client, "/queries?about=Inspection", BROWSER).text
    assert re.findall(r'<li><a href="/queries/([^"]*)">', page) == ["lamps-that-failed"]
    assert '<a href="/queries?about=Inspection" aria-current="true">' in page
    assert get(client, "/queries?about=Whale", BROWSER).status_code == 400


def test_rdf_of_the_list_is_the_description(client: FlaskClient) -> None:
    response = get(client, "/queries", "text/turtle")
    assert (response.status_code, response.headers["Location"]) == (303, "/")


def test_links_lead_below_the_path_of_a_proxy(release: Release) -> None:
    client = serving(release, public_url="https://example.net/data").test_client()
    page = get(client, QUESTION + "?least=20", BROWSER).text
    assert 'action="/data/queries/lights-by-colour"' in page
    assert 'href="/data/queries/lights-by-colour.csv?least=20"' in page
    assert "https://example.net/data/queries/lights-by-colour.csv?least=20" in page
    assert "/data/data/" not in page
