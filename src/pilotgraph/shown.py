"""What a page shows of a thing, as dataclasses that a template prints.

Values are text, never markup: a template escapes them.  What makes them of triples is in `pages`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from pilotgraph.registers import Register

SHOWN_ENTRIES, SHOWN_ROWS = 6, 20


@dataclass(frozen=True, slots=True)
class Value:
    """One value as a page shows it. `href` is empty for what is no link.

    `marked` is one that readers should notice: another than the usual; `deprecated` names what is no longer
    to be used.
    """

    text: str
    href: str = ""
    iri: str = ""
    language: str = ""
    notation: str = ""
    number: bool = False
    marked: bool = False
    deprecated: bool = False

    @property
    def host(self) -> str:
        """Where a link leads, if it leads out of the site."""
        return urlsplit(self.href).hostname or "" if self.href else ""


@dataclass(frozen=True, slots=True)
class Property:
    """A property as a page names it, and its values: of one thing, or of a whole column.

    `heading` is that of the properties with which it belongs together; it may be empty.
    """

    name: str
    definition: str = ""
    href: str = ""
    values: Sequence[Value] = ()
    heading: str = ""

    @property
    def number(self) -> bool:
        return bool(self.values) and all(value.number for value in self.values)

    @property
    def counts(self) -> bool:
        """Whether these are places in a list: whole numbers that differ, from 1 on, with few gaps."""
        texts = {value.text for value in self.values if value.number and value.text.isdecimal()}
        places = sorted(map(int, texts))
        return 1 < len(self.values) == len(places) and places[0] == 1 and places[-1] <= 2 * len(places)


Member = tuple[Value, Sequence[Sequence[Value]]]


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one class that name the described thing by one property, or that it names by one.

    With `columns`, each member has its own values; without, the members are a list of links.
    `total` counts those that are not shown as well, and `everything` is where they all are.
    `named` says that `name` is what the members are to the thing, such as "narrower".
    """

    of_class: str
    name: str
    total: int
    columns: Sequence[Property]
    members: Sequence[Member]
    everything: str = ""
    named: bool = False

    @property
    def headings(self) -> list[str]:
        """Headings under which every member has something: such members are shown one by one, not as rows."""
        headings = dict.fromkeys(column.heading for column in self.columns if column.heading)
        return [
            heading
            for heading in headings
            if all(
                any(
                    cell
                    for cell, column in zip(cells, self.columns, strict=True)
                    if column.heading == heading
                )
                for _, cells in self.members
            )
        ]

    def part(self, start: int, stop: int | None = None) -> "Group":
        """Some of the members, with the columns in which they have something."""
        members = self.members[start:stop]
        kept = [n for n in range(len(self.columns)) if any(cells[n] for _, cells in members)]
        return replace(
            self,
            columns=[self.columns[n] for n in kept],
            members=[(member, [cells[n] for n in kept]) for member, cells in members],
        )

    @property
    def first(self) -> int:
        """How many members to show before the rest can be unfolded; all, if few are left."""
        most = SHOWN_ENTRIES if self.headings else SHOWN_ROWS
        return most if len(self.members) > most * 1.3 else len(self.members)


@dataclass(frozen=True, slots=True)
class Outward:
    """A link to what others hold on a thing: how it is meant, and in which register it is."""

    relation: Property
    target: Value
    register: Register


@dataclass(frozen=True, slots=True)
class Description:
    """What the page of one thing shows.

    `sections` are properties that belong together, with a heading that may be empty; `nested` are
    the groups to show with what is said of their members; `lead` is what the thing is, in its own words;
    `trail` leads to its page.  `replaced` is what took its place, if it is deprecated or withdrawn.
    """

    iri: str
    title: Value
    classes: Sequence[Value]
    sections: Sequence[tuple[str, Sequence[Property]]]
    nested: Sequence[Group] = ()
    linked: Sequence[Group] = ()
    lead: Value | None = None
    outward: Sequence[Outward] = ()
    trail: Sequence[Value] = ()
    replaced: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What the page of a withdrawn thing shows: what it was called and what it was, on which day it was
    withdrawn, why, and what to use instead."""

    title: Value
    classes: Sequence[Value]
    day: str
    reason: Value | None
    replaced: Sequence[Value]


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a SELECT or an ASK, as a page shows it; `total` counts rows left out as well."""

    columns: Sequence[Property]
    rows: Sequence[Sequence[Value | None]]
    total: int


def short_address(address: str) -> str:
    """Return a web address as people say it: its host and its path. Any other IRI stays as it is."""
    parts = urlsplit(address)
    return f"{parts.netloc}{parts.path}".rstrip("/") if parts.scheme in ("http", "https") else address


def by_text(value: Value) -> tuple[list[tuple[int, str]], str, str]:
    """A key to sort by; numbers within a text count as such: 2 before 10."""
    parts = re.split("([0-9]{1,15})", value.text.casefold())
    return ([(int(part) if n % 2 else 0, part) for n, part in enumerate(parts)], value.language, value.iri)


def by_heading(group: Group) -> tuple[str, str]:
    return (group.of_class, group.name)


def place_of(member: Member, columns: Sequence[Property]) -> float:
    """Where a member stands if one of the columns counts them from 1 on, as authors or references are."""
    for cell, column in zip(member[1], columns, strict=True):
        if column.counts:
            return float(cell[0].text) if cell else float("inf")
    return 0
