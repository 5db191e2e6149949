"""Published questions of two versions -> those that were added, changed, deprecated or removed.

A question is changed if it asks something else, rests on other terms, or asks in another way.  Prefixes,
white space and the new name of a term that was renamed are no change.
"""

from collections.abc import Iterator, Mapping

from pyoxigraph import NamedNode
from rdflib import DCTERMS, RDFS, SH

from pilotgraph import guard, tokens
from pilotgraph.comparison.changes import MARKS, Change, Kind, PropertyChange, Sort
from pilotgraph.comparison.facts import (
    kind_of_change,
    marks,
    property_changes,
    renamed,
)
from pilotgraph.comparison.snapshot import TYPE, Facts, Snapshot, text
from pilotgraph.queries import Head, prefixes

_EXECUTABLE = NamedNode(SH.SPARQLExecutable)
_QUESTION = str(RDFS.comment)
_TEXTS = tuple(f"{SH}{form}" for form in ("select", "ask", "construct", "describe"))
_COMPARED = MARKS | {_QUESTION, str(DCTERMS.subject)}
# What the head of a query says that the description says as well.
_DESCRIBED = frozenset(("question", "terms"))


def compare_questions(old: Snapshot, new: Snapshot, names: Mapping[str, str]) -> list[Change]:
    """Find the changes of questions, in no order.

    :param names: the new names of terms that were renamed.
    """
    before, after = (
        {iri: facts for iri, facts in each.described.items() if _EXECUTABLE in facts.get(TYPE, ())}
        for each in (old, new)
    )
    changes = []
    for iri in before.keys() | after.keys():
        was, now = before.get(iri), after.get(iri)
        found = tuple(_differences(was, now, names)) if was and now else ()
        kind = kind_of_change(was, now, differs=bool(found))
        if kind:
            whole = kind in (Kind.ADDED, Kind.REMOVED)
            changes.append(
                Change(
                    kind,
                    Sort.QUESTION,
                    iri,
                    text(now or was or {}, _QUESTION),
                    _EXECUTABLE.value,
                    properties=marks(kind, was, now) if whole else found,
                )
            )
    return changes


def _differences(was: Facts, now: Facts, names: Mapping[str, str]) -> Iterator[PropertyChange]:
    yield from property_changes(renamed(was, names), renamed(now, names), _COMPARED)
    before, after = text(was, *_TEXTS), text(now, *_TEXTS)
    if before != after and list(_reading(before, names)) != list(_reading(after, names)):
        yield from property_changes(was, now, _TEXTS)


def _reading(query: str, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The rest of the head by its keys, and then the tokens with whole IRIs."""
    head = Head(query)
    for key in head.entries:
        if key not in _DESCRIBED:
            yield key, head.said(key)
    spaces, start = prefixes(query), len(guard.prologue(query))
    for match in tokens.cut(query[start:]):
        token = match[1]
        kind = tokens.kind_of(token)
        if kind == tokens.IRI:
            prefix, _, local = token.partition(":")
            iri = token[1:-1] if token[0] == "<" else spaces.get(prefix, f"{prefix}:") + local
            token = names.get(iri, iri)
        yield kind, token
