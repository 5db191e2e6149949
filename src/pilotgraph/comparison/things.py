"""Two accounts of the data -> the things that were added, changed, deprecated, withdrawn or removed.

A part belongs to a thing, and is told with it: it is what the page of the thing shows in full.  That is what
names the thing by a reversed key of the records, what the thing names by a property whose values the shapes
want in full, and what it names and has no name of its own.
"""

from collections.abc import Iterable, Mapping

from pyoxigraph import NamedNode

from pilotgraph.comparison.changes import WHOLE, Change, Kind, PropertyChange, Sort, Value
from pilotgraph.comparison.facts import (
    class_of,
    kind_of_change,
    label_of,
    marks,
    property_changes,
    renamed,
)
from pilotgraph.comparison.snapshot import TYPE, Facts, Snapshot, text
from pilotgraph.triples import FORMER_TYPE, LABELS

_LABELS = frozenset(each.value for each in LABELS)
_Found = Mapping[str, tuple[Kind, tuple[PropertyChange, ...]]]


def compare_things(old: Snapshot, new: Snapshot, names: Mapping[str, str]) -> list[Change]:
    """Find the changes of things, in no order.

    :param names: the new names of terms that were renamed, which is no change of things that use them.
    """
    found: dict[str, tuple[Kind, tuple[PropertyChange, ...]]] = {}
    for iri in old.things.keys() | new.things.keys():
        before, after = old.things.get(iri), new.things.get(iri)
        changes: tuple[PropertyChange, ...] = ()
        if before != after:
            changes = property_changes(before and renamed(before, names), after and renamed(after, names))
        moved = before is not None and after is not None and old.homes[iri] != new.homes[iri]
        kind = kind_of_change(before, after, differs=bool(changes) or moved)
        if kind:
            found[iri] = kind, marks(kind, before, after) if kind in WHOLE else changes
    before_owners, owners = _Owners(old, found), _Owners(new, found)
    changes_of_things = []
    for iri, (kind, changes) in found.items():
        was, now = old.things.get(iri, {}), new.things.get(iri, {})
        gone = bool(was) and kind in (Kind.WITHDRAWN, Kind.REMOVED)
        home, former = (homes.get(iri, "") for homes in (new.homes, old.homes))
        told = changes
        if kind is Kind.CHANGED:
            told = _without(Kind.REMOVED, told, iri, found, before_owners)
            told = _without(Kind.ADDED, told, iri, found, owners)
            if not told and home == former:
                continue
        changes_of_things.append(
            Change(
                kind,
                Sort.THING,
                iri,
                label_of(now, new.language) or label_of(was, old.language),
                class_of(was) if gone else text(now, FORMER_TYPE.value) or class_of(now),
                former if gone else home,
                "" if gone or former == home else former,
                (before_owners if gone else owners).of(iri),
                properties=told,
            )
        )
    return changes_of_things


class _Owners:
    """What parts belong to, in one of the snapshots; asked of things that changed only."""

    def __init__(self, snapshot: Snapshot, changed: Iterable[str]) -> None:
        self.snapshot, things = snapshot, snapshot.things
        wanted = set(changed)
        nameless = {each for each in wanted if each in things and things[each].keys().isdisjoint(_LABELS)}
        self._holders: dict[str, str] = {}
        for subject, facts in things.items():
            for predicate, values in facts.items():
                if predicate == TYPE:
                    continue
                shown = wanted if predicate in snapshot.in_full else nameless
                if not shown:
                    continue
                for value in values:
                    if isinstance(value, NamedNode) and value.value in shown:
                        part = value.value
                        self._holders[part] = min(self._holders.get(part, subject), subject)

    def of(self, iri: str) -> str:
        """The thing that something is a part of; empty if it is none, or is not in this snapshot."""
        facts: Facts = self.snapshot.things.get(iri, {})
        reversed_keys = sorted(self.snapshot.nested & facts.keys())
        named = (
            value.value
            for predicate in reversed_keys
            for value in sorted(facts[predicate], key=str)
            if isinstance(value, NamedNode) and value.value != iri
        )
        return next(named, "") or self._holders.get(iri, "")


def _without(
    kind: Kind, changes: Iterable[PropertyChange], iri: str, found: _Found, owners: _Owners
) -> tuple[PropertyChange, ...]:
    """Leave out that a thing names a part which was added to it, or removed: that is told of the part."""

    def is_told(value: Value) -> bool:
        part = value.value if isinstance(value, NamedNode) else ""
        return part in found and found[part][0] is kind and owners.of(part) == iri

    rest = []
    for each in changes:
        removed, added = each.removed, each.added
        if kind is Kind.REMOVED:
            removed = tuple(value for value in removed if not is_told(value))
        else:
            added = tuple(value for value in added if not is_told(value))
        if removed or added:
            rest.append(PropertyChange(each.property, removed, added))
    return tuple(rest)
