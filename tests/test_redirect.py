"""The rules for w3id.org in redirect/, by the Apache that they are for."""

import http.client
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from apache import apache, needs_apache
from conftest import REPOSITORY

SITE = "https://pilotgraph.example"
RULES = REPOSITORY / "redirect/.htaccess"

pytestmark = [pytest.mark.clients, needs_apache]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    def fill(place: Path) -> None:
        (place / "pilotgraph").mkdir(parents=True)
        shutil.copy(RULES, place / "pilotgraph")

    with apache(fill) as number:
        yield number


def ask(port: int, path: str, method: str = "GET") -> tuple[int, str | None, str | None]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path)
    response = connection.getresponse()
    response.read()
    connection.close()
    headers = response.headers
    return response.status, headers["Location"], headers["Access-Control-Allow-Origin"]


@pytest.mark.parametrize(
    "below",
    [
        pytest.param("", id="the dataset"),
        pytest.param("id/site/x", id="a thing"),
        pytest.param("ontology", id="the ontology"),
        pytest.param("id/keeper/%C3%BE%C3%B3ra", id="a letter that is escaped stays so"),
        pytest.param("id/a%20b", id="a space too"),
        pytest.param("id/a%25b", id="and an escape of an escape"),
        pytest.param("id/(a)'b,c;d=e@f:g!h$i&j*k+l~m", id="all that a path may hold"),
        pytest.param("id/a//b", id="an empty segment"),
        pytest.param("sparql?query=ASK%20%7B%7D&x=%C3%BE", id="a query goes along"),
        pytest.param("id/x%0d%0aSet-Cookie:%20a=b", id="a line break stays escaped"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_iri_leads_to_the_same_path_of_the_site(port: int, below: str, method: str) -> None:
    assert ask(port, f"/pilotgraph/{below}", method) == (302, f"{SITE}/{below}", "*")


@pytest.mark.parametrize("method", ["POST", "QUERY", "OPTIONS"])
def test_a_method_with_a_body_stays_what_it_is(port: int, method: str) -> None:
    assert ask(port, "/pilotgraph/sparql", method) == (307, f"{SITE}/sparql", "*")


def test_the_rules_name_the_site_in_two_places_that_the_readme_tells(real: Path) -> None:
    rules = RULES.read_text(encoding="utf-8")
    assert rules.count(SITE) == 2
    assert f"`{SITE}`" in (real / "redirect/README.md").read_text(encoding="utf-8")
