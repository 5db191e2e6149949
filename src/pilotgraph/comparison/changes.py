"""What changed between two versions of a dataset, as values: IRIs and RDF terms, without words.

A comparison holds all that its writers need but names, which `names` looks up: so one that was recorded as
RDF years ago can be read and told again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from pyoxigraph import Literal, NamedNode

from pilotgraph.triples import DEPRECATED, FORMER_TYPE, LABELS, REPLACED_BY, TYPE

Value: TypeAlias = NamedNode | Literal

# What says that something is deprecated or withdrawn, and what to use instead; no change of what it is.
MARKS = frozenset((DEPRECATED.value, REPLACED_BY.value))
# The datatype of what has no IRI, such as an OWL restriction: it is told as Turtle has it, `[ … ]`.
STRUCTURE = NamedNode("http://www.iana.org/assignments/media-types/text/turtle")


class Kind(StrEnum):
    """What happened to something; in the order in which it is told.

    Renamed is a term that is deprecated in favour of one that is new.  Withdrawn is what became a tombstone,
    and restored what no longer is one, or is no longer deprecated.  Removed is gone without a trace, which a
    build does not let happen to what was released.
    """

    ADDED = "added"
    CHANGED = "changed"
    RENAMED = "renamed"
    DEPRECATED = "deprecated"
    RESTORED = "restored"
    WITHDRAWN = "withdrawn"
    REMOVED = "removed"


# What becomes of something as a whole: it is told of, rather than of what differs in it.
WHOLE = frozenset((Kind.ADDED, Kind.WITHDRAWN, Kind.REMOVED))


class Sort(StrEnum):
    """What something is to a dataset; in the order in which it is told."""

    THING = "thing"
    TERM = "term"
    QUESTION = "question"
    GRAPH = "graph"
    DESCRIPTION = "description"


# What is told in other words: a new name, or the name and former class of what was withdrawn.
_HIDDEN = {
    Kind.RENAMED: frozenset(each.value for each in LABELS),
    Kind.WITHDRAWN: frozenset(each.value for each in (TYPE, *LABELS, FORMER_TYPE)),
}


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """Values of one property, an IRI, that something lost and got; each sorted as N-Triples are."""

    property: str
    removed: tuple[Value, ...] = ()
    added: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one thing, term, question or graph, or to the description.

    `label` is what it was called then.  `of_class` is the IRI of its class, the former one if it was
    withdrawn.  `graph` is the named graph that a thing stands in, and `moved_from` another, in which it stood
    before.  `part_of` is the thing whose part it is: on whose page it is shown in full.  `renamed_to` is the
    new term for one that was renamed.  What was added or removed has no `properties` but those that mark it,
    for its content is in a release; what was withdrawn has those that say so.
    """

    kind: Kind
    sort: Sort
    iri: str
    label: str = ""
    of_class: str = ""
    graph: str = ""
    moved_from: str = ""
    part_of: str = ""
    renamed_to: str = ""
    properties: tuple[PropertyChange, ...] = ()

    @property
    def replaced_by(self) -> tuple[str, ...]:
        """What is to be used instead, if that is news."""
        if self.renamed_to:
            return (self.renamed_to,)
        said = (each for each in self.properties if each.property == REPLACED_BY.value)
        return tuple(value.value for each in said for value in each.added)

    @property
    def told(self) -> tuple[PropertyChange, ...]:
        """The properties that a reader wants to see; its kind tells the others."""
        hidden = MARKS | _HIDDEN.get(self.kind, frozenset())
        return tuple(each for each in self.properties if each.property not in hidden)


@dataclass(frozen=True, slots=True)
class Version:
    """One of the versions that are compared; `issued` is a date, or empty, and a number is -1 if unknown."""

    version: str
    issued: str = ""
    triples: int = -1
    things: int = -1


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed in a dataset, an IRI, from one version to another; false if nothing did.

    Changes are sorted: by `Sort`, by graph, by `Kind`, by class, and by IRI.
    """

    dataset: str
    old: Version
    new: Version
    changes: Sequence[Change]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, sort: Sort) -> list[Change]:
        return [each for each in self.changes if each.sort is sort]


def order(change: Change) -> tuple[int, str, int, str, str]:
    """Where a change stands among others."""
    return (
        list(Sort).index(change.sort),
        change.graph,
        list(Kind).index(change.kind),
        change.of_class,
        change.iri,
    )
