"""IRI -> what the store says of a thing: enough for its page, or all of it for its document.

A page stays small however often its thing is named: what names it is counted by property and class,
and only the first of each are fetched, as `room` says.  A document holds them all.

What is described with the dataset, such as its publisher, is a thing too, but a store may hold no more
than the data.  Where it does, the description names things as examples, and questions name them as defaults.
That says nothing of a thing, so its page leaves it out; its document has all that the store says.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from pyoxigraph import NamedNode, Triple
from rdflib import SKOS

from pilotgraph import formats
from pilotgraph.formats import N_TRIPLES, RESULT_FORMATS
from pilotgraph.store import Query, Store
from pilotgraph.triples import DEPRECATED, LABELS, TOMBSTONE, TYPE, Triples

# The lists of classes have the rest.
SHOWN = 25  # of one class that is shown in full
SHOWN_IN_ALL = 48  # so that a page with many classes is no longer than one with few
NAMED = 12  # of what only names a thing
NOTATION = NamedNode(SKOS.notation)
NAMES = (*LABELS, NOTATION)
# What is said of a thing wherever it is named: what it is called, and that it is out of use.
NAMING = (*NAMES, DEPRECATED)
_PORTION = 25_000  # characters; a query may have 200,000 bytes
_NO_BASE = "http://localhost/"  # nothing in N-Triples is relative


class Incoming(NamedTuple):
    """How many things of one class name a thing by one property."""

    predicate: NamedNode
    of_class: NamedNode | None
    total: int


class Lookup:
    """Asks a store about single things.

    :param described: what the description of the dataset says, for what the store does not hold.
    :param nested: properties whose subjects are shown in full on the page of their object.
    :param in_full: properties whose values are shown in full on the page of their subject.
    :param apart: named graphs that say nothing of the subject, such as those that describe the dataset.
    """

    def __init__(
        self,
        store: Store,
        described: Collection[Triple],
        nested: Collection[str] = (),
        apart: Collection[str] = (),
        in_full: Collection[str] = (),
    ) -> None:
        self.store, self.described, self.nested = store, described, nested
        self._in_full = " ".join(str(NamedNode(each)) for each in sorted(in_full))
        self.facts = Triples(described)
        self._apart = ", ".join(str(NamedNode(each)) for each in sorted(apart))

    def exists(self, iri: str) -> bool:
        answer = json.loads(self._ask(f"ASK {{ {NamedNode(iri)} ?p ?o }}"))
        return bool(answer["boolean"]) or NamedNode(iri) in self.facts

    def withdrawn(self) -> frozenset[str]:
        """The things of which there is no more than a tombstone."""
        found = self._ask(f"SELECT ?thing {{ ?thing {TYPE} {TOMBSTONE} }}")
        return frozenset(row["thing"]["value"] for row in json.loads(found)["results"]["bindings"])

    def alike(self, iri: str) -> list[str]:
        """Return the things that share a class with this one, and a scheme too if it is in one."""
        one, scheme = NamedNode(iri), NamedNode(SKOS.inScheme)
        found = self._ask(
            f"SELECT DISTINCT ?thing {{ {one} a ?class . ?thing a ?class"
            f" OPTIONAL {{ {one} {scheme} ?scheme }} FILTER(!BOUND(?scheme) || EXISTS"
            f" {{ ?thing {scheme} ?scheme }}) }}"
        )
        return [row["thing"]["value"] for row in json.loads(found)["results"]["bindings"]]

    def document(self, iri: str) -> list[Triple]:
        """Return the triples that have a thing or a part of it as subject, and those that name the thing.

        Parts are what its page shows in full: what stands in its record, and has no name of its own or
        names it by a reversed key.  None if nothing is said of the thing.
        """
        thing = NamedNode(iri)
        found = self._construct(
            f"{thing} ?p ?o BIND({thing} AS ?s)",
            f"?s ?p {thing} BIND({thing} AS ?o)",
            *(f"{part} ?s ?p ?o" for part in self._parts(thing, "?s")),
            *(f"?s {NamedNode(link)} {thing} ; ?p ?o" for link in sorted(self.nested)),
        )
        if not any(triple.subject == thing for triple in found):
            found = [each for each in self.described if thing in (each.subject, each.object)]
        return found if any(triple.subject == thing for triple in found) else []

    def page(self, iri: str) -> tuple[Triples, list[Incoming]]:
        """Return what a page shows: a thing's triples, names of what they name, and what names it."""
        thing, incoming = NamedNode(iri), self.incoming(iri)
        patterns = [
            f"{thing} ?p ?o BIND({thing} AS ?s)",
            f"{thing} ?link ?s . {_some_of('?s', *NAMING)}",
            *(f"{part} ?s ?p ?o" for part in self._parts(thing, "?s")),
            *(f"{part} ?part ?x ?s . {_some_of('?s', *NAMING)}" for part in self._parts(thing, "?part")),
        ]
        most_in_full = room([each.total for each in incoming if each.predicate.value in self.nested])
        for predicate, of_class, total in incoming:
            kind = f"{TYPE} {of_class}" if of_class else "?p ?o"
            untyped = "" if of_class else f"FILTER NOT EXISTS {{ ?member {TYPE} ?class }}"
            # Sorting is dear where there are many, and only needed where some are left out.
            most = most_in_full if predicate.value in self.nested else NAMED
            first = f"ORDER BY ?member LIMIT {most}" if total > most else ""
            found = f"{self._naming('?member', str(predicate), thing)} ?member {kind} {untyped}"
            members = f"{{ SELECT DISTINCT ?member WHERE {{ {found} }} {first} }}"
            if predicate.value in self.nested:
                patterns.append(f"{members} ?member ?p ?o BIND(?member AS ?s)")
                patterns.append(f"{members} ?member ?link ?s . {_some_of('?s', *NAMING)}")
            else:
                patterns.append(
                    f"{members} {_some_of('?member', *NAMING, TYPE, predicate)} BIND(?member AS ?s)"
                )
        triples = Triples(self._construct(*patterns))
        return (triples, incoming) if thing in triples else (self.facts, [])

    def incoming(self, iri: str) -> list[Incoming]:
        """Count the things that name a thing, by property and class, without tombstones."""
        answer = self._ask(
            "SELECT ?property ?class (COUNT(?thing) AS ?things) WHERE {"
            f" {self._naming('?thing', '?property', NamedNode(iri))} OPTIONAL {{ ?thing {TYPE} ?class }} }}"
            " GROUP BY ?property ?class"
        )
        found = [
            Incoming(
                NamedNode(row["property"]["value"]),
                NamedNode(row["class"]["value"]) if "class" in row else None,
                int(row["things"]["value"]),
            )
            for row in json.loads(answer)["results"]["bindings"]
        ]
        # What it took the place of, but should never have been, it is not known by.
        return [each for each in found if each.of_class != TOMBSTONE]

    def names(self, iris: Iterable[str]) -> Triples:
        """Return what things are called."""
        found: list[Triple] = []
        for things in _portions(str(NamedNode(iri)) for iri in iris):
            found += self._construct(f"VALUES ?s {{ {things} }} {_some_of('?s', *NAMING)}")
        return Triples(found)

    def _parts(self, thing: NamedNode, part: str) -> list[str]:
        """Patterns for what a page shows in full of what a thing names."""
        in_full = f"VALUES ?link {{ {self._in_full} }} {thing} ?link {part} ."
        return [_part(thing, part), in_full] if self._in_full else [_part(thing, part)]

    def _naming(self, subject: str, predicate: str, thing: NamedNode) -> str:
        """What names a thing, in the graphs that are about the subject."""
        naming = f"{subject} {predicate} {thing} ."
        return f"GRAPH ?graph {{ {naming} }} FILTER(?graph NOT IN ({self._apart}))" if self._apart else naming

    def _construct(self, *patterns: str) -> list[Triple]:
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {' } UNION { '.join(patterns)} }} }}"
        return [quad.triple for quad in formats.parse(self._ask(query), N_TRIPLES, _NO_BASE)]

    def _ask(self, query: str) -> bytes:
        return self.store.query(Query(query, solutions=RESULT_FORMATS[0], graph=N_TRIPLES)).content


def room(totals: Sequence[int]) -> int:
    """Return how many of each group a page shows: what a small group does not need, others have."""
    least = SHOWN_IN_ALL // max(len(totals), 1)
    return next(
        (most for most in range(SHOWN, least, -1) if sum(min(most, each) for each in totals) <= SHOWN_IN_ALL),
        max(min(least, SHOWN), 1),
    )


def _some_of(subject: str, *predicates: NamedNode) -> str:
    # FILTER, since the engine would join VALUES to every label there is: 80 ms and not 0.2.
    return f"{subject} ?p ?o FILTER(?p IN ({', '.join(map(str, predicates))}))"


def _portions(things: Iterable[str]) -> Iterator[str]:
    """Join things into texts that fit into a query."""
    portion: list[str] = []
    length = 0
    for thing in things:
        if length + len(thing) > _PORTION and portion:
            yield " ".join(portion)
            portion, length = [], 0
        portion.append(thing)
        length += len(thing) + 1
    if portion:
        yield " ".join(portion)


def _part(thing: NamedNode, part: str) -> str:
    """What a thing names, if it has no name of its own; a class is no part, whatever it lacks."""
    names = ", ".join(map(str, LABELS))
    nameless = f"FILTER NOT EXISTS {{ {part} ?named ?name FILTER(?named IN ({names})) }}"
    return f"{thing} ?link {part} FILTER(?link != {TYPE}) {nameless}"
