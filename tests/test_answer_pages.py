"""What a page shows of an answer, and of where a query is wrong."""

import json

import pytest

from pilotgraph.answer_pages import Slip, show, slip
from pilotgraph.edition import Edition
from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryError, QueryRefused
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore, Query
from web import LIGHTS


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings())


def test_things_are_called_by_their_names_and_other_iris_are_not(edition: Edition) -> None:
    text = f"SELECT * {{ VALUES (?a ?b) {{ (<{LIGHTS}id/lighthouse/north-teal> <urn:x:y>) }} }}"
    shown = show(edition, edition.store.query(Query(text)))
    assert shown.table
    assert [cell and cell.text for cell in shown.table.rows[0]] == ["North Teal", "urn:x:y"]


def test_a_short_answer_is_shown_raw_too_and_a_long_one_is_not(edition: Edition) -> None:
    short = show(edition, edition.store.query(Query("SELECT ?s { ?s ?p ?o } LIMIT 3")))
    assert len(json.loads(short.raw)["results"]["bindings"]) == 3
    assert not show(edition, edition.store.query(Query("SELECT * { ?s ?p ?o . ?x ?y ?z } LIMIT 900"))).raw


def test_a_graph_is_text(edition: Edition) -> None:
    shown = show(edition, edition.store.query(Query("CONSTRUCT { <urn:a> a <urn:b> } {}")))
    assert shown.graph == "<urn:a> a <urn:b> .\n"
    assert shown.table is None


def test_an_answer_larger_than_a_page_is_refused_with_a_way_out(edition: Edition) -> None:
    many = edition.store.query(Query("SELECT * { ?s ?p ?o . ?x ?y ?z } LIMIT 9000"))
    with pytest.raises(LimitExceeded, match=r"larger than 2 MB, the most that a page shows.*format=csv"):
        show(edition, many)


@pytest.mark.parametrize(
    ("text", "error", "found"),
    [
        pytest.param(
            "ASK {\n  ] \n}", MalformedQuery("line 2, column 3: x"), Slip(2, 3, "  ", "]", " "), id="a sign"
        ),
        pytest.param(
            "ASK {\r\n ?é ]\r\n",
            MalformedQuery("line 2, column 5: x"),
            Slip(2, 5, " ?é ", "]", ""),
            id="of a form",
        ),
        pytest.param(
            "ASK {", MalformedQuery("line 1, column 6: x"), Slip(1, 6, "ASK {", "", ""), id="the end"
        ),
        pytest.param("ASK {", MalformedQuery("line 3, column 1: x"), None, id="no line of the text"),
        pytest.param("ASK {", MalformedQuery("a query may be 3 long"), None, id="no place"),
        pytest.param("ASK {", QueryRefused("line 1, column 1: x"), None, id="another error"),
    ],
)
def test_where_a_query_is_wrong(text: str, error: QueryError, found: Slip | None) -> None:
    assert slip(text, error) == found
