"""Blank nodes -> texts that hold what they are: equal structures give equal texts.

An ontology says with blank nodes what has no name: a restriction, a list, an axiom about several terms.  The
names of such nodes mean nothing, and one that is added may rename all others.  So each is told as what is
said of it, in the order of the texts, as Turtle has it: `[ <p> <o> ; <q> [ … ] ]`, and a list `( <a> <b> )`.
OWL's structures are trees <https://www.w3.org/TR/owl2-mapping-to-rdf/>; where a node leads back to one above
it, `_:up2` says to which.
"""

from collections.abc import Iterable
from typing import TypeAlias

import pyoxigraph as ox
from rdflib import OWL, RDF

from pilotgraph.comparison.changes import STRUCTURE, Value
from pilotgraph.errors import ReleaseError

# The property under which structures are told that nothing leads to.
AXIOM = str(OWL.Axiom)

_FIRST, _REST, _NIL = map(ox.NamedNode, (RDF.first, RDF.rest, RDF.nil))
_CELL = frozenset((_FIRST, _REST))
# What describes a term is small.  Nodes that lead to one another take time without end, deep ones a stack.
_MOST_DEEP, _MOST_NODES = 100, 100_000

_Term: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Above = tuple[ox.BlankNode, ...]


class _About(dict[ox.BlankNode, list[ox.Quad]]):
    """What is said of each node, and how often nodes have been told so far."""

    told = 0


def as_values(quads: Iterable[ox.Quad]) -> tuple[list[tuple[str, str, Value]], list[ox.Literal]]:
    """Statements about what has an IRI, and the structures that none of those leads to.

    :raises ReleaseError: if structures are deeper or larger than anything that describes a term.
    """
    about = _About()
    named: list[ox.Quad] = []
    for quad in quads:
        if isinstance(quad.subject, ox.BlankNode):
            about.setdefault(quad.subject, []).append(quad)
        else:
            named.append(quad)
    values = [
        (quad.subject.value, quad.predicate.value, _value(quad.object, about))
        for quad in named
        if isinstance(quad.subject, ox.NamedNode)
    ]
    inner = {quad.object for quad in named} | {quad.object for each in about.values() for quad in each}
    loose = {_structure(node, about) for node in about if node not in inner}
    return values, sorted((_literal(each) for each in loose), key=str)


def _value(term: _Term, about: _About) -> Value:
    if isinstance(term, ox.NamedNode | ox.Literal):
        return term
    if isinstance(term, ox.BlankNode):
        return _literal(_structure(term, about))
    raise ReleaseError("a triple stands where a thing should; RDF 1.1 has no triples in triples")


def _literal(structure: str) -> ox.Literal:
    return ox.Literal(structure, datatype=STRUCTURE)


def _structure(node: ox.BlankNode, about: _About, above: _Above = ()) -> str:
    if node in above:
        return f"_:up{len(above) - above.index(node)}"
    about.told += 1
    if len(above) > _MOST_DEEP or about.told > _MOST_NODES:
        raise ReleaseError(
            f"blank nodes stand more than {_MOST_DEEP} deep in one another, or lead to one another in too"
            " many ways to be compared; give some of them IRIs"
        )
    inside = (*above, node)
    if items := _list(node, about):
        return f"( {' '.join(_text(each, about, inside) for each in items)} )"
    said = sorted(f"{each.predicate} {_text(each.object, about, inside)}" for each in about.get(node, ()))
    return f"[ {' ; '.join(said)} ]" if said else "[]"


def _list(node: ox.BlankNode, about: _About) -> list[_Term]:
    """The items of a well-formed list; none if it is no such list, or says something else too."""
    items: list[_Term] = []
    seen = set[ox.BlankNode]()
    rest: _Term = node
    # A loop, since a list may be longer than calls may be deep.
    while rest != _NIL:
        if not isinstance(rest, ox.BlankNode) or rest in seen:
            return []
        seen.add(rest)
        said = {quad.predicate: quad.object for quad in about.get(rest, ())}
        if len(about.get(rest, ())) != len(_CELL) or said.keys() != _CELL:
            return []
        items.append(said[_FIRST])
        rest = said[_REST]
    return items


def _text(term: _Term, about: _About, above: _Above) -> str:
    return _structure(term, about, above) if isinstance(term, ox.BlankNode) else str(term)
