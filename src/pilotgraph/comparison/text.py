"""A comparison -> lines for people, each with what it is, so that a terminal can colour it.

Nothing is cut short or broken into lines: an IRI can be taken from the text as it is.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import unified_diff
from enum import Enum, auto
from itertools import groupby

from pilotgraph.comparison.changes import Comparison, Kind, PropertyChange, Sort
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.told import (
    Told,
    name,
    named,
    nested,
    numbers,
    of_meaning,
    summary,
    version_line,
    with_parts,
)

_HEADINGS = {
    Sort.TERM: "Terms",
    Sort.QUESTION: "Published questions",
    Sort.GRAPH: "Named graphs",
    Sort.DESCRIPTION: "What is said of the dataset",
}
_SHORT = 60  # characters; two values that are shorter stand in one line


class Look(Enum):
    """What a line is, which a terminal may show."""

    TITLE = auto()
    HEADING = auto()
    KIND = auto()
    NAME = auto()
    IRI = auto()
    OLD = auto()
    NEW = auto()
    PLAIN = auto()


Line = tuple[str, Look]


def as_text(comparison: Comparison, names: Names) -> Iterator[Line]:
    """Tell of a comparison."""
    old, new = comparison.old, comparison.new
    yield names.term(comparison.dataset), Look.TITLE
    yield f"{version_line(old)} → {version_line(new)}", Look.PLAIN
    yield " → ".join(filter(None, map(numbers, (old, new)))), Look.PLAIN
    yield summary(comparison), Look.PLAIN
    for heading, tops in _sections(comparison, names):
        yield "", Look.PLAIN
        yield f"{heading}: {len(tops)}", Look.HEADING
        for kind, group in groupby(tops, key=lambda each: each.change.kind):
            same = list(group)
            yield "", Look.PLAIN
            yield f"  {kind.capitalize()}: {_counts(same, names)}", Look.KIND
            for each in same:
                yield "", Look.PLAIN
                yield from _thing(each, names, "    ")


def _sections(comparison: Comparison, names: Names) -> Iterator[tuple[str, list[Told]]]:
    """What is told under one heading; things are, by the graph that they stand in."""
    # A part is told with what it belongs to, whatever graph it stands in.
    graphs: dict[str, list[Told]] = {}
    for each in nested(comparison.of(Sort.THING)):
        graphs.setdefault(each.change.graph, []).append(each)
    for graph in sorted(graphs, key=lambda graph: (names.term(graph), graph)):
        yield names.term(graph) if graph else "Things", graphs[graph]
    for sort, heading in _HEADINGS.items():
        if found := nested(comparison.of(sort)):
            yield heading, found


def _counts(same: Sequence[Told], names: Names) -> str:
    """How many there are; of each class, if there are several classes."""
    classes = Counter(names.term(each.change.of_class) for each in same if each.change.of_class)
    if len(classes) <= 1:
        return str(len(same))
    return f"{len(same)} ({', '.join(f'{kind} {number}' for kind, number in sorted(classes.items()))})"


def _thing(told: Told, names: Names, margin: str) -> Iterator[Line]:
    change = told.change
    of_class = names.term(change.of_class) if change.of_class else ""
    kind = f" ({of_class})" if of_class and change.sort in (Sort.THING, Sort.TERM) else ""
    renamed = f" → {names.term(change.renamed_to)}" if change.renamed_to else ""
    called = name(change, names)
    yield f"{margin}{called}{renamed}{kind}{with_parts(told)}", Look.NAME
    if called != change.iri:
        yield f"{margin}{change.iri}{f' → {change.renamed_to}' if change.renamed_to else ''}", Look.IRI
    inner = f"{margin}  "
    if change.part_of and margin == "    ":
        yield f"{inner}of {names.label(change.part_of) or change.part_of}", Look.PLAIN
    if change.moved_from:
        yield f"{inner}moved from {names.term(change.moved_from)} to {names.term(change.graph)}", Look.PLAIN
    if not change.renamed_to:
        for label, iri in named(change.replaced_by, names):
            yield f"{inner}use {label} instead", Look.NEW
            yield f"{inner}{iri}", Look.IRI
    if said := of_meaning(change):
        yield f"{inner}{said}", Look.PLAIN
    for each in change.told:
        yield from _property(each, names, inner, signs="" if change.kind is Kind.WITHDRAWN else "-+")
    for part in told.parts:
        yield from _thing(part, names, inner)


def _property(change: PropertyChange, names: Names, margin: str, signs: str) -> Iterator[Line]:
    """What differs in one property.

    :param signs: before what is gone and what is new; none if nothing is compared.
    """
    label = names.term(change.property)
    texts = names.values([*change.removed, *change.added])
    removed, added = texts[: len(change.removed)], texts[len(change.removed) :]
    short = all(len(each) <= _SHORT for each in texts)
    if len(removed) == len(added) == 1 and short:
        yield f"{margin}{label}: {removed[0]} → {added[0]}", Look.PLAIN
        return
    if not signs:
        yield f"{margin}{label}: {'; '.join(added)}", Look.PLAIN
        return
    yield f"{margin}{label}:", Look.PLAIN
    if len(removed) == len(added) == 1 and all("\n" in each for each in texts):
        for line in difference(removed[0], added[0]):
            yield f"{margin}  {line}", {"-": Look.OLD, "+": Look.NEW}.get(line[:1], Look.PLAIN)
        return
    for sign, found, look in zip(signs, (removed, added), (Look.OLD, Look.NEW), strict=True):
        for each in found:
            lines = each.split("\n")
            yield f"{margin}  {sign} {lines[0]}", look
            yield from ((f"{margin}    {line}", look) for line in lines[1:])


def difference(old: str, new: str) -> Iterator[str]:
    """The lines that differ between two texts, with one line around them, and `…` for what is left out."""
    lines = unified_diff(old.splitlines(), new.splitlines(), n=1, lineterm="")
    for number, line in enumerate(lines):
        if number > 2:  # noqa: PLR2004 - two lines name the files, and the third says where it begins
            yield "…" if line.startswith("@@") else line
