"""Two accounts of one thing -> what happened to it: which values differ, and whether it is still in use."""

from collections.abc import Collection, Iterable, Mapping

from pyoxigraph import Literal, NamedNode
from rdflib import OWL, SKOS

from pilotgraph.comparison.changes import (
    MARKS,
    STRUCTURE,
    Kind,
    PropertyChange,
    Value,
)
from pilotgraph.comparison.snapshot import TYPE, Facts, label
from pilotgraph.triples import DEPRECATED, LABELS, REPLACED_BY, TOMBSTONE, TRUE

_NO_FACTS: Facts = {}
_NAMES = (*LABELS, NamedNode(SKOS.notation))
_INDIVIDUAL = NamedNode(OWL.NamedIndividual)


def label_of(facts: Facts, language: str = "") -> str:
    """What something is called for readers of a language: a label, or else a notation; or nothing."""
    found = label(facts, _NAMES, language)
    return found.value if found else ""


def class_of(facts: Facts) -> str:
    """The class of something; that it is an individual says nothing, if anything else is said."""
    kinds = facts.get(TYPE, set())
    return min((each.value for each in kinds - {_INDIVIDUAL} or kinds), default="")


def is_deprecated(facts: Facts) -> bool:
    return not TRUE.isdisjoint(facts.get(DEPRECATED.value, ()))


def is_withdrawn(facts: Facts) -> bool:
    return TOMBSTONE in facts.get(TYPE, ())


def replacements(facts: Facts) -> tuple[str, ...]:
    found = {each.value for each in facts.get(REPLACED_BY.value, ()) if isinstance(each, NamedNode)}
    return tuple(sorted(found))


def kind_of_change(old: Facts | None, new: Facts | None, *, differs: bool) -> Kind | None:
    """What happened to something, of which nothing was or is said if there are no facts.

    :param differs: whether it says something else than before, be it only a mark.
    """
    if new is None:
        return None if old is None else Kind.REMOVED
    before = old or _NO_FACTS
    if is_withdrawn(new) and not is_withdrawn(before):
        return Kind.WITHDRAWN
    if old is None:
        return Kind.ADDED
    if is_withdrawn(old) and not is_withdrawn(new):
        return Kind.RESTORED
    if is_deprecated(new) != is_deprecated(old):
        return Kind.DEPRECATED if is_deprecated(new) else Kind.RESTORED
    return Kind.CHANGED if differs else None


def property_changes(
    old: Facts | None, new: Facts | None, only: Collection[str] | None = None
) -> tuple[PropertyChange, ...]:
    """The values that differ, by property, sorted."""
    before, after = old or _NO_FACTS, new or _NO_FACTS
    found = []
    for each in sorted(before.keys() | after.keys()):
        if only is not None and each not in only:
            continue
        was, now = before.get(each, set()), after.get(each, set())
        if was != now:
            found.append(PropertyChange(each, in_order(was - now), in_order(now - was)))
    return tuple(found)


def marks(kind: Kind, old: Facts | None, new: Facts | None) -> tuple[PropertyChange, ...]:
    """What says why something is as it is, of what has its content in a release.

    What was withdrawn should never have been said, so its old values are not told again.
    """
    if kind is Kind.WITHDRAWN:
        said = new or _NO_FACTS
        return tuple(PropertyChange(each, (), in_order(said[each])) for each in sorted(said))
    if kind is Kind.ADDED:
        return property_changes({}, new, MARKS)
    return ()


def renamed(facts: Facts, names: Mapping[str, str]) -> Facts:
    """The same facts with new names for terms."""
    if not names:
        return facts
    found: Facts = {}
    for each, values in facts.items():
        found.setdefault(names.get(each, each), set()).update(_renamed(value, names) for value in values)
    return found


def _renamed(value: Value, names: Mapping[str, str]) -> Value:
    if isinstance(value, NamedNode):
        return NamedNode(names[value.value]) if value.value in names else value
    if value.datatype == STRUCTURE:
        text = value.value
        for old, new in names.items():
            text = text.replace(f"<{old}>", f"<{new}>")
        return Literal(text, datatype=STRUCTURE) if text != value.value else value
    return value


def in_order(values: Iterable[Value]) -> tuple[Value, ...]:
    return tuple(sorted(values, key=str))
