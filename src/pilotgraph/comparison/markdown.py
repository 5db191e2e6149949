"""A comparison -> the section of a change log, in Markdown: what changed in one release."""

import re
from collections.abc import Iterator, Sequence

from pilotgraph.comparison.changes import Change, Comparison, Kind, PropertyChange, Sort
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.text import difference
from pilotgraph.comparison.told import (
    Told,
    name,
    named,
    nested,
    numbers,
    of_meaning,
    version_line,
    with_parts,
)

# What CommonMark reads as more than a character; a line of ours never begins with any other.
_SPECIAL = re.compile(r"[\\`*_\[\]<>#&|~]")
_LONG = 100  # characters; a longer value has a line of its own


def as_markdown(comparison: Comparison, names: Names, level: int = 2) -> str:
    """Write the section of the new version, ending in a line break.

    :param level: of its heading; the lists have headings one below.
    """
    old, new = comparison.old, comparison.new
    lines = [f"{'#' * level} {escape(version_line(new))}", ""]
    if not old.version:
        lines += [f"The first release: {numbers(new)}." if numbers(new) else "The first release.", ""]
    elif numbers(new):
        before = f"; {escape(old.version)} had {numbers(old)}" if numbers(old) else ""
        lines += [f"{numbers(new)}{before}.", ""]
    if old.version and not comparison:
        lines += ["Nothing in the data, the terms or the questions changed.", ""]
    for kind in Kind:
        found = [told for sort in Sort for told in nested(_of(comparison, sort, kind))]
        if found:
            lines += [f"{'#' * (level + 1)} {kind.capitalize()}", ""]
            for each in found:
                lines += _item(each, names, "")
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _of(comparison: Comparison, sort: Sort, kind: Kind) -> list[Change]:
    return [each for each in comparison.of(sort) if each.kind is kind]


def escape(text: str) -> str:
    """A text that stands for itself in a line of Markdown."""
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))


def _link(label: str, iri: str) -> str:
    return f"[{escape(label)}](<{iri}>)"


def _item(told: Told, names: Names, margin: str) -> Iterator[str]:
    change = told.change
    said = _link(name(change, names), change.iri)
    if change.sort is Sort.QUESTION:
        said = f"The question {said}"
    elif change.sort is Sort.GRAPH:
        said = f"The named graph {said}"
    elif change.sort is Sort.DESCRIPTION:
        said = f"What is said of {said}"
    elif change.of_class:
        said += f" ({escape(names.term(change.of_class))})"
    said += with_parts(told)
    if change.part_of and not margin:
        said += f" of {_link(names.label(change.part_of) or change.part_of, change.part_of)}"
    if change.renamed_to:
        said += f" is now {_link(names.term(change.renamed_to), change.renamed_to)}"
    elif change.replaced_by:
        instead = " or ".join(_link(*each) for each in named(change.replaced_by, names))
        said += f"; use {instead} instead"
    if change.moved_from:
        said += f", moved from {escape(names.term(change.moved_from))}"
    if meaning := of_meaning(change):
        said += f": {meaning}"
    yield f"{margin}- {said}"
    for each in change.told:
        yield from _property(each, names, f"{margin}  ", compared=change.kind is not Kind.WITHDRAWN)
    for part in told.parts:
        yield from _item(part, names, f"{margin}  ")


def _property(change: PropertyChange, names: Names, margin: str, *, compared: bool) -> Iterator[str]:
    label = escape(names.term(change.property))
    texts = names.values([*change.removed, *change.added])
    removed, added = texts[: len(change.removed)], texts[len(change.removed) :]
    if len(removed) == len(added) == 1 and any("\n" in each for each in texts):
        yield f"{margin}- {label}:"
        yield from _block(list(difference(removed[0], added[0])), f"{margin}  ")
        return
    if not compared:
        yield f"{margin}- {label}: {'; '.join(map(escape, added))}"
        return
    if all(len(each) <= _LONG for each in texts):
        old, new = ("; ".join(map(escape, each)) for each in (removed, added))
        if old and new:
            yield f"{margin}- {label}: {old} → {new}"
        else:
            yield f"{margin}- {label}: {f'{new} added' if new else f'{old} removed'}"
        return
    yield f"{margin}- {label}:"
    for sign, found in (("removed", removed), ("added", added)):
        yield from (f"{margin}  - {sign}: {escape(each)}" for each in found)


def _block(lines: Sequence[str], margin: str) -> Iterator[str]:
    """Lines as they are, in a fence that is longer than any in them."""
    runs = [len(match) for line in lines for match in re.findall("`+", line)]
    fence = "`" * max([3, *(run + 1 for run in runs)])
    yield from (f"{margin}{line}".rstrip() for line in (f"{fence}diff", *lines, fence))
