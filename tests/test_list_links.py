"""Where a page leads for all that names a thing: the list exists, and holds just those."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pyoxigraph import NamedNode

from pilotgraph.catalogue import Catalogue
from pilotgraph.context import Context
from pilotgraph.list_links import ListLinks
from pilotgraph.paths import Site
from pilotgraph.release import Release
from trees import TREES, vocabulary
from web import serving

CONTEXT = b"""{"@context": {"@version": 1.1, "id": "@id", "type": "@type", "t": "https://example.org/trees/ontology#",
"Tree": "t:Tree", "neighbour": {"@id": "t:neighbour", "@type": "@id"}, "girth": {"@id": "t:girth"},
"planted": {"@id": "t:planted", "@type": "@id"}}}"""


@pytest.fixture(scope="module")
def links() -> ListLinks:
    context = Context.read(CONTEXT, "context.jsonld", TREES + "id/")
    names = vocabulary()
    catalogue = Catalogue(names, context, TREES + "ontology#", context.prefixes, {term("Tree"): 3})
    return ListLinks(Site(TREES, TREES + "id/", "/below"), catalogue)


def term(name: str) -> NamedNode:
    return NamedNode(f"{TREES}ontology#{name}")


@pytest.mark.parametrize(
    ("of_class", "predicate", "thing", "path"),
    [
        pytest.param("Tree", "planted", "a", "/below/browse/Tree?planted=a", id="by the key of a property"),
        pytest.param(
            "Tree", "planted", "a/b%26", "/below/browse/Tree?planted=a/b%2526", id="as an URL has it"
        ),
        pytest.param("Tree", "girth", "a", "", id="not if its values are no things"),
        pytest.param("Tree", "near", "a", "", id="nor without a key"),
        pytest.param("Survey", "planted", "a", "", id="nor for a class of which there are none"),
    ],
)
def test_the_list_of_those_that_name_a_thing(
    links: ListLinks, of_class: str, predicate: str, thing: str, path: str
) -> None:
    assert links.naming(term(of_class), term(predicate), NamedNode(f"{TREES}id/{thing}")) == path


def test_a_list_that_has_classes_below_is_narrowed_to_the_one_that_is_counted() -> None:
    context = Context.read(CONTEXT, "context.jsonld", TREES + "id/")
    counts = {term("Tree"): 3, term("Oak"): 2}
    catalogue = Catalogue(vocabulary(), context, TREES + "ontology#", context.prefixes, counts)
    found = ListLinks(Site(TREES, TREES + "id/", ""), catalogue)
    path = found.naming(term("Tree"), term("planted"), NamedNode(f"{TREES}id/a"))
    assert path == "/browse/Tree?planted=a&type=Tree"


def test_the_list_of_a_class(links: ListLinks) -> None:
    assert links.of_class(term("Tree")) == "/below/browse/Tree"
    assert links.of_class(term("Survey")) == ""


@pytest.fixture(scope="module")
def real_client(real_release: Release) -> FlaskClient:
    app: Flask = serving(real_release)
    return app.test_client()


def test_a_page_leads_to_all_that_names_its_thing(real_client: FlaskClient) -> None:
    page = real_client.get("/doc/publication/lewis-2021.html").text
    found = re.findall('<a href="(/browse/[^"]+=publication/lewis-2021)">All ([0-9,]+)</a>', page)
    assert len(found) > 3
    for address, total in found[:3]:
        listed = real_client.get(address, headers={"Accept": "text/csv"})
        assert (listed.status_code, listed.text.count("\n")) == (200, int(total.replace(",", "")) + 1)
