"""What a stranger wrote, in a release and in addresses: no script runs and no dialog opens."""

from pathlib import Path
from urllib.parse import quote

import pytest

from browser.visitor import Visit
from conftest import Serve
from hostile import IRIS, TEXTS, hostile
from pilotgraph.paths import escape

PLACES = (
    "/search?q={}",
    "/sparql?query={}",
    "/browse/Keeper?sort={}",
    "/queries/lights-by-colour?colour={}",
    "/doc/keeper/{}.html",
)
PAGES = (
    *("/", "/browse", "/browse/Keeper", "/browse/Lighthouse", "/search?q=script", "/queries", "/ontology"),
    *("/queries/lights-by-colour", "/doc/lighthouse/hostile.html", "/doc/inspection/hostile.html"),
    "/sparql?query=" + quote("SELECT ?name { ?thing <http://www.w3.org/2000/01/rdf-schema#label> ?name }"),
)


@pytest.fixture(scope="module")
def stranger(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> str:
    return serve("--release", hostile(lighthouses, tmp_path_factory.mktemp("hostile")).path)


def test_nothing_runs(visit: Visit, stranger: str) -> None:
    things = [f"/doc/keeper/text-{place}.html" for place in range(len(TEXTS))]
    named = [f"/doc/{escape(iri)}.html" for iri in IRIS]
    asked = [place.format(quote(text[:500], safe="")) for place in PLACES for text in TEXTS.values()]
    visitor = visit(stranger)
    for path in (*PAGES, *things, *named, *asked):
        visitor.open(path)
        found = visitor.page.evaluate(
            "[typeof window.injected, document.querySelectorAll('x-injected').length]"
        )
        assert found == ["undefined", 0], path
        visitor.note_violations()
    for path in (*PAGES, *things):
        visitor.open(path)
        assert visitor.wider_than_the_window() == "", path
