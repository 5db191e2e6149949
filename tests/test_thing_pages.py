"""The page of a thing as a browser gets it: where it is, what it says to machines, claims with evidence."""

import json
import re
from http import HTTPStatus

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from pilotgraph.release import Release
from web import KESTREL, LIGHTS, get, serving, triples

LARGEST_BYTES = 100_000
DATA = re.compile('<script type="application/ld\\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


@pytest.fixture(scope="module")
def real_client(real_release: Release) -> FlaskClient:
    return serving(real_release).test_client()


@pytest.mark.parametrize("name", ["lighthouse/kestrel-point", "keeper/board-of-made-up-lights"])
def test_the_data_within_a_page_is_what_its_documents_say_of_the_thing(
    client: FlaskClient, name: str
) -> None:
    (embedded,) = DATA.findall(client.get(f"/doc/{name}.html").text)
    thing = ox.NamedNode(f"{LIGHTS}id/{name}")
    document = triples(client.get(f"/doc/{name}.nt").data, ox.RdfFormat.N_TRIPLES)
    said = {triple for triple in document if triple.subject == thing}
    assert triples(embedded.encode(), ox.RdfFormat.JSON_LD) == said != set()


def test_the_start_page_describes_the_dataset_to_search_engines(
    client: FlaskClient, release: Release
) -> None:
    (embedded,) = DATA.findall(get(client, "/", "text/html").text)
    said = json.loads(embedded)
    assert (said["@type"], said["url"], said["version"]) == ("Dataset", LIGHTS, release.version)
    for file in said["distribution"]:
        answer = client.get("/" + file["contentUrl"].removeprefix(LIGHTS))
        assert (answer.status_code, f"{len(answer.data)} B") == (200, file["contentSize"])


def test_a_page_says_where_it_is(client: FlaskClient) -> None:
    page = client.get(f"{KESTREL}.html").text
    (trail,) = re.findall('<nav class="breadcrumbs".*?</nav>', page, re.DOTALL)
    assert re.findall('href="([^"]+)"', trail) == ["/", "/browse/Lighthouse"]
    assert '<a href="/browse" aria-current="true">Browse</a>' in page
    assert f'<link rel="canonical" href="{LIGHTS}doc/lighthouse/kestrel-point">' in page


def test_what_is_not_there_is_in_no_part_of_the_site(client: FlaskClient) -> None:
    answer = client.get("/doc/lighthouse/no-such-light.html", headers={"Accept": "text/html"})
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert "aria-current" not in answer.text


def test_the_way_to_a_question_ends_in_its_words(client: FlaskClient) -> None:
    page = client.get("/queries/lights-by-colour").text
    (trail,) = re.findall('<nav class="breadcrumbs".*?</nav>', page, re.DOTALL)
    (words,) = re.findall("<h1>(.*?)</h1>", page)
    assert re.findall(">([^<>\n]+)</(?:a|span)>", trail) == ["Home", "Questions", words]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("see `a < b` and `c`", "see <code>a &lt; b</code> and <code>c</code>", id="code"),
        pytest.param("a ` alone & more", "a ` alone &amp; more", id="one backtick is one"),
    ],
)
def test_a_message_shows_code_as_code(client: FlaskClient, text: str, shown: str) -> None:
    macros = client.application.jinja_env.get_template("macros.html").module
    assert str(macros.coded(text)) == shown  # type: ignore[attr-defined]  # made by the template


def test_a_large_page_is_small(real_client: FlaskClient) -> None:
    parts = ["/doc/programme/vanguards.html", "/static/style.css", "/static/icon.svg"]
    answers = [real_client.get(part) for part in parts]
    assert all(answer.status_code == HTTPStatus.OK for answer in answers)
    assert sum(len(answer.data) for answer in answers) < LARGEST_BYTES


def test_a_claim_stands_beside_its_evidence_and_can_be_cited(real_client: FlaskClient) -> None:
    page = real_client.get("/doc/programme/icp.html").text
    claims = re.findall("<li>\n<div>\n<h3>.*?</li>\n(?=<li>|</ol>)", page, re.DOTALL)
    assert len(claims) > 30
    for claim in claims:
        said, evidence = claim.split('<div class="evidence">')
        assert re.search('<p class="cite"><bdi>[^<]+</bdi>[^<]+https://w3id.org/pilotgraph/id/', said)
        assert ("<dt>source</dt>" in evidence) + ("<dt>locator</dt>" in evidence) == 2


def test_what_is_inferred_is_marked_and_what_is_stated_is_not(real_client: FlaskClient) -> None:
    page = real_client.get("/doc/publication/lewis-2021.html").text
    marked = set(re.findall('<span class="mark"><a [^>]*>([^<]+)</a></span>', page))
    assert marked == {"inferred"}
    assert re.search('<dd><a href="/id/basis/stated"[^>]*>stated</a></dd>', page)
