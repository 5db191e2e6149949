"""Triples -> how many there are, and of what: VoID's statistics <https://www.w3.org/TR/void/#statistics>.

A client plans its queries by them, and takes a class or a property without a partition for one that is not
there; so every class and every property has one.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias
from urllib.parse import quote

from rdflib import RDF, VOID, Graph, Literal, URIRef

from pilotgraph import formats
from pilotgraph.formats import N_TRIPLES
from pilotgraph.triples import TOMBSTONE

# Subject, predicate and object, each written as in N-Triples.
Triple: TypeAlias = tuple[str, str, str]

_TYPE, _TOMBSTONE = RDF.type.n3(), str(TOMBSTONE)
# Where these are counted, a number of different numbers would count itself.
_NUMBERS = frozenset(
    term.n3()
    for term in (
        VOID.triples,
        VOID.entities,
        VOID.distinctSubjects,
        VOID.distinctObjects,
        VOID.properties,
        VOID.classes,
    )
)


def part(dataset: str, kind: str, iri: str) -> URIRef:
    """Name what has no address of its own by a fragment that begins with `kind`."""
    return URIRef(f"{dataset}{kind}/{quote(iri.removeprefix(dataset), safe='/:')}")


def add_counts(graph: Graph, whole: URIRef, triples: Iterable[Triple], dataset: str, kind: str) -> None:
    """Say how many triples, subjects, objects, classes and properties there are, and how many of each.

    :param whole: what the triples make up: a dataset, or a graph.
    :param kind: what the fragments of `dataset` begin with that name the partitions.
    """
    rows = list(triples)
    properties: dict[str, list[Triple]] = defaultdict(list)
    classes: dict[str, list[Triple]] = defaultdict(list)
    for row in rows:
        properties[row[1]].append(row)
        # A class without a name, such as a restriction, has none for a partition either.
        if row[1] == _TYPE and row[2].startswith("<"):
            classes[row[2]].append(row)
    _number(graph, whole, VOID.triples, len(rows))
    _number(graph, whole, VOID.properties, len(properties))
    _number(graph, whole, VOID.classes, len(classes))
    _add_distinct(graph, whole, rows)
    for fragment, link, of, total, groups in (
        ("class", VOID.classPartition, VOID["class"], VOID.entities, classes),
        ("property", VOID.propertyPartition, VOID.property, VOID.triples, properties),
    ):
        for name, found in groups.items():
            term = URIRef(name[1:-1])
            partition = part(dataset, kind + fragment, term)
            graph.add((whole, link, partition))
            graph.add((partition, of, term))
            _number(graph, partition, total, len(found))
            if groups is properties:
                _add_distinct(graph, partition, found)


def count_entities(triples: Iterable[Triple], space: str) -> int:
    """How many things are described whose IRIs begin with `space`; a tombstone stands for none."""
    subjects, withdrawn = set(), set()
    for subject, predicate, value in triples:
        if subject.startswith(f"<{space}"):
            subjects.add(subject)
            if (predicate, value) == (_TYPE, _TOMBSTONE):
                withdrawn.add(subject)
    return len(subjects - withdrawn)


def triples(graph: Graph) -> list[Triple]:
    """What a graph says."""
    content = graph.serialize(format="nt", encoding="utf-8")
    return [
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for quad in formats.parse(content, N_TRIPLES, "")
    ]


def _add_distinct(graph: Graph, whole: URIRef, rows: list[Triple]) -> None:
    _number(graph, whole, VOID.distinctSubjects, len({subject for subject, _, _ in rows}))
    if not any(predicate in _NUMBERS for _, predicate, _ in rows):
        _number(graph, whole, VOID.distinctObjects, len({value for _, _, value in rows}))


def _number(graph: Graph, subject: URIRef, predicate: URIRef, number: int) -> None:
    graph.add((subject, predicate, Literal(number)))
