"""A comparison -> what its writers tell alike: what goes together, and the sentences about it.

A part that was added to a thing which was added itself, or that went with it, is told with that thing.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pilotgraph.comparison.changes import WHOLE, Change, Comparison, Kind, Sort, Version
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.terms import changes_meaning


@dataclass(frozen=True)
class Told:
    """A change, and the changes of parts that are told with it."""

    change: Change
    parts: list["Told"] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many parts there are, and parts of parts."""
        return sum(1 + each.total for each in self.parts)


def nested(changes: Iterable[Change]) -> list[Told]:
    """Put parts under what they belong to, where the same happened to both."""
    every = [Told(each) for each in changes]
    wholes = {(each.change.kind, each.change.iri): each for each in every if each.change.kind in WHOLE}
    tops = []
    for each in every:
        above = wholes.get((each.change.kind, each.change.part_of))
        if above is None or _leads_to(each, above, wholes):
            tops.append(each)
        else:
            above.parts.append(each)
    return tops


def _leads_to(part: Told, above: Told, wholes: dict[tuple[Kind, str], Told]) -> bool:
    """Whether what a part belongs to belongs to the part in turn."""
    seen: list[Told] = []
    current: Told | None = above
    while current and current not in seen:
        if current is part:
            return True
        seen.append(current)
        current = wholes.get((current.change.kind, current.change.part_of))
    return False


def summary(comparison: Comparison) -> str:
    """What changed, in one sentence: how many of each sort, and what happened to them."""
    found = []
    for sort in Sort:
        tops = nested(comparison.of(sort))
        if sort is Sort.DESCRIPTION:
            found += ["description changed"] if tops else []
            continue
        kinds = Counter(each.change.kind for each in tops)
        parts = Counter[Kind]()
        for each in tops:
            parts[each.change.kind] += each.total
        said = [f"{number} {kind}{_with(parts[kind])}" for kind, number in sorted(kinds.items(), key=_place)]
        if said:
            found.append(f"{sort}s: {', '.join(said)}")
    return "; ".join(found) or "no differences"


def _place(item: tuple[Kind, int]) -> int:
    return list(Kind).index(item[0])


def _with(parts: int) -> str:
    return f" with {parts} part{'' if parts == 1 else 's'}" if parts else ""


def with_parts(told: Told) -> str:
    """How many parts are told with something, in words that follow its name; empty if there is none."""
    return _with(told.total)


def version_line(version: Version) -> str:
    """A version and its day."""
    return (version.version or "?") + (f" ({version.issued})" if version.issued else "")


def numbers(version: Version) -> str:
    """How much a version has, as far as it is known."""
    triples = f"{version.triples:,} triples" if version.triples >= 0 else ""
    things = f"{version.things:,} things" if version.things >= 0 else ""
    return " about ".join(filter(None, (triples, things)))


def name(change: Change, names: Names) -> str:
    """What something was called; a term without a label, by its local name as words."""
    return change.label or (names.term(change.iri) if change.sort is Sort.TERM else change.iri)


def of_meaning(change: Change) -> str:
    """Whether a term means something else, or is only spoken of in other words; empty if neither."""
    if change.sort is not Sort.TERM or change.kind in WHOLE:
        return ""
    if changes_meaning(change):
        return "means something else"
    return "in other words, with the same meaning" if change.kind is Kind.CHANGED else ""


def named(iris: Sequence[str], names: Names) -> list[tuple[str, str]]:
    """What IRIs are called, and the IRIs."""
    return [(names.term(iri), iri) for iri in iris]
