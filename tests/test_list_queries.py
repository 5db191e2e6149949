"""The SPARQL of lists: that it counts, sorts and fetches what it says, and that the guard lets it pass."""

import json

import pytest
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, QueryTriples, Store
from rdflib import RDFS, XSD

from pilotgraph import guard, list_queries
from pilotgraph.catalogue import Column, Kind
from pilotgraph.list_queries import Scope, Stat, Usage
from pilotgraph.selection import Selection
from pilotgraph.triples import TYPE

EX = "https://example.com/"
TREE, SHRUB = NamedNode(f"{EX}Tree"), NamedNode(f"{EX}Shrub")
DATA, APART = NamedNode(f"{EX}data"), NamedNode(f"{EX}apart")
LABEL = NamedNode(RDFS.label)
HEIGHT = Column("height", NamedNode(f"{EX}height"), "height", datatype=str(XSD.integer))
NEAR = Column("near", NamedNode(f"{EX}near"), "near", links=True)
NOTE = Column("note", NamedNode(f"{EX}note"), "note")
KIND = Kind("Tree", TREE, "tree", "", (TREE, SHRUB))


def node(name: str) -> NamedNode:
    return NamedNode(f"{EX}{name}")


@pytest.fixture(scope="module")
def store() -> Store:
    """Five things in one graph, and one in a graph that lists nothing."""
    store = Store()
    number = NamedNode(str(XSD.integer))
    for name, of_class, label, height in (
        ("a", TREE, Literal("beech", language="en"), 30),
        ("b", TREE, Literal("Ash", language="en"), 9),
        ("c", SHRUB, Literal("Zaunrübe", language="de"), None),
        ("d", SHRUB, Literal("alder", language="en"), 11),
        ("e", TREE, None, 100),
    ):
        store.add(Quad(node(name), TYPE, of_class, DATA))
        if label:
            store.add(Quad(node(name), LABEL, label, DATA))
        if height:
            store.add(Quad(node(name), HEIGHT.predicate, Literal(str(height), datatype=number), DATA))
    store.add(Quad(node("a"), NEAR.predicate, node("c"), DATA))
    store.add(Quad(node("b"), NEAR.predicate, node("d"), DATA))
    store.add(Quad(node("b"), NEAR.predicate, node("a"), DATA))
    store.add(Quad(node("c"), LABEL, Literal("bryony", language="en"), DATA))
    store.add(Quad(node("d"), NOTE.predicate, Literal("old"), DATA))
    store.add(Quad(node("z"), TYPE, TREE, APART))
    return store


def ask(store: Store, query: str) -> list[dict[str, str]]:
    """Answer a query that the guard lets pass."""
    guard.read(query)
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, QuerySolutions)
    rows = json.loads(found.serialize(format=QueryResultsFormat.JSON) or b"")["results"]["bindings"]
    return [{name: cell["value"].removeprefix(EX) for name, cell in row.items()} for row in rows]


def scope(*, repeated: bool = False) -> Scope:
    return Scope((TREE, SHRUB), (APART.value,), repeated)


def usage(*, repeated: bool = False) -> Usage:
    stats = {HEIGHT.predicate: Stat(4, 4, 4, 2, 0), NEAR.predicate: Stat(3, 2, 3, 20, 0)}
    return Usage(scope(repeated=repeated), 5, stats | {LABEL: Stat(5, 4, 5, 5, 0)}, "en")


@pytest.mark.parametrize("repeated", [False, True])
def test_a_profile_counts_things_and_how_they_use_properties(store: Store, repeated: bool) -> None:
    rows = ask(store, list_queries.profile(scope(repeated=repeated), [HEIGHT, NEAR], [f"{EX}a", f"{EX}c"]))
    assert [row for row in rows if "property" not in row] == [{"uses": "5", "things": "5"}]
    found = {
        row["property"]: (row["uses"], row["things"], row["values"], row["foreign"])
        for row in rows
        if "property" in row
    }
    assert found["height"] == ("4", "4", "4", "0")
    assert found["near"] == ("3", "2", "3", "1")


def test_counts_are_of_what_is_asked_for(store: Store) -> None:
    asked = Selection(KIND, ((NEAR, node("d")),))
    rows = ask(store, list_queries.counts(scope(), asked, [NEAR, HEIGHT]))
    assert {(row.get("property"), row.get("value"), row["things"]) for row in rows} == {
        (None, None, "1"),
        ("near", "d", "1"),
        ("near", "a", "1"),
        ("height", "9", "1"),
    }
    assert ask(store, list_queries.counts(scope(), Selection(KIND), [])) == [{"things": "5"}]


@pytest.mark.parametrize(
    ("column", "descending", "order"),
    [
        # c has a label in the reader's language beside the other; e has none, and comes last.
        pytest.param(None, False, "dbace", id="by label, whatever its case"),
        pytest.param(None, True, "cabde", id="by label, downwards"),
        pytest.param(HEIGHT, False, "bdaec", id="numbers as numbers"),
        pytest.param(HEIGHT, True, "eadbc", id="numbers downwards, and what has none last"),
        pytest.param(NEAR, False, "bacde", id="things by their label, the first of several"),
        pytest.param(NOTE, False, "dabce", id="texts"),
    ],
)
@pytest.mark.parametrize("repeated", [False, True])
def test_things_are_in_order(
    store: Store, column: Column | None, descending: bool, order: str, repeated: bool
) -> None:
    asked = Selection(KIND, sort=column.key if column else "label", descending=descending)
    rows = ask(store, list_queries.order(usage(repeated=repeated), asked, column, whole=False))
    assert "".join(row["thing"] for row in rows) == order


@pytest.mark.parametrize("repeated", [False, True])
def test_a_list_can_be_sorted_by_class(store: Store, repeated: bool) -> None:
    column = Column("type", TYPE, "type", links=True)
    asked = Selection(KIND, sort="type")
    assert len(ask(store, list_queries.order(usage(repeated=repeated), asked, column, whole=True))) == 5


def test_a_page_is_a_part_and_the_whole_is_not(store: Store) -> None:
    second = Selection(KIND, page=2)
    assert ask(store, list_queries.order(usage(), second, None, whole=False)) == []
    assert len(ask(store, list_queries.order(usage(), second, None, whole=True))) == 5


def test_rows_hold_what_columns_say_and_what_values_are_called(store: Store) -> None:
    query = list_queries.rows(list_queries.these([node("b")]), [NEAR, HEIGHT])
    guard.read(query)
    answer = store.query(query, use_default_graph_as_union=True)
    assert isinstance(answer, QueryTriples)
    found = {(triple.subject, triple.predicate) for triple in answer}
    assert found == {
        *((node("b"), each) for each in (TYPE, LABEL, NEAR.predicate, HEIGHT.predicate)),
        *((node(each), LABEL) for each in "ad"),
    }


def test_no_class_is_left_lists_nothing(store: Store) -> None:
    assert ask(store, list_queries.counts(Scope((), ()), Selection(KIND), [])) == [{"things": "0"}]
