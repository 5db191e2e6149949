"""A store -> a few things from its data, to show how each term of an ontology is used.

For a class come the examples that the dataset names itself, and then any others; for a property, things that
have it, each with a value.  All of them take a few queries, whose cost does not grow with the data.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from pyoxigraph import Literal, NamedNode
from rdflib import VOID, XSD

from pilotgraph.accounts import Samples
from pilotgraph.lookup import Lookup
from pilotgraph.store import Query
from pilotgraph.triples import TYPE, Term

SHOWN = 3
_AT_ONCE = 30  # sub-selects in a query: a guarded endpoint takes no more than some 70 patterns

Row = Mapping[str, Mapping[str, str]]


def sample(
    lookup: Lookup,
    graphs: Sequence[str],
    dataset: NamedNode,
    wanted: tuple[Sequence[NamedNode], Sequence[NamedNode]],
    spoken_of: Iterable[NamedNode] = (),
) -> Samples:
    """Ask for examples.

    :param graphs: the named graphs that hold data; all, if none is named.
    :param wanted: the classes and the properties that examples are wanted of.
    :param spoken_of: things to name besides.
    """
    classes, properties = wanted
    things: dict[NamedNode, dict[NamedNode, None]] = {each: {} for each in classes}
    values: dict[NamedNode, list[tuple[NamedNode, Term]]] = {}

    def ask(query: str) -> list[Row]:
        answer = lookup.store.query(Query(query, tuple(graphs)))
        rows: list[Row] = json.loads(answer.content)["results"]["bindings"]
        return rows

    preferred = lookup.facts.nodes(dataset, NamedNode(VOID.exampleResource))
    if preferred:
        chosen = " ".join(map(str, preferred))
        for row in ask(f"SELECT ?thing ?class {{ VALUES ?thing {{ {chosen} }} ?thing {TYPE} ?class }}"):
            things.setdefault(NamedNode(row["class"]["value"]), {})[NamedNode(row["thing"]["value"])] = None
    for term, row in _each(ask, classes, lambda term: f"?thing {TYPE} {term} FILTER(ISIRI(?thing))"):
        things[term][NamedNode(row["thing"]["value"])] = None
    for term, row in _each(ask, properties, lambda term: f"?thing {term} ?value FILTER(ISIRI(?thing))"):
        cell = row["value"]
        if cell["type"] != "bnode":
            value = NamedNode(cell["value"]) if cell["type"] == "uri" else _literal(cell)
            values.setdefault(term, []).append((NamedNode(row["thing"]["value"]), value))
    shown = {term: list(islice(found, SHOWN)) for term, found in things.items()}
    named = {thing for found in shown.values() for thing in found}
    named |= {
        each for found in values.values() for pair in found for each in pair if isinstance(each, NamedNode)
    }
    return Samples(shown, values, lookup.names(sorted(each.value for each in named.union(spoken_of))))


def _each(
    ask: Callable[[str], list[Row]], terms: Sequence[NamedNode], pattern: Callable[[NamedNode], str]
) -> Iterator[tuple[NamedNode, Row]]:
    for start in range(0, len(terms), _AT_ONCE):
        parts = (
            f"{{ SELECT ({place} AS ?term) ?thing ?value {{ {pattern(term)} }} LIMIT {SHOWN} }}"
            for place, term in enumerate(terms[start : start + _AT_ONCE], start)
        )
        for row in ask(f"SELECT ?term ?thing ?value {{ {' UNION '.join(parts)} }}"):
            yield terms[int(row["term"]["value"])], row


def _literal(cell: Mapping[str, str]) -> Literal:
    """A literal from the SPARQL 1.1 JSON format."""
    if "xml:lang" in cell:
        return Literal(cell["value"], language=cell["xml:lang"])
    return Literal(cell["value"], datatype=NamedNode(cell.get("datatype", str(XSD.string))))
