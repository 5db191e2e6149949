"""Rows and counts of a list -> what its page shows, as dataclasses that a template prints.

No HTTP here, and no store: links are paths that say what is asked for in their query string.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode

from pilotgraph.catalogue import LABEL, Catalogue, Column, Kind
from pilotgraph.listing import Part, Profile, Rows
from pilotgraph.pages import Describer
from pilotgraph.selection import Selection, pages
from pilotgraph.shown import Value
from pilotgraph.triples import TYPE, Term, Triples

# Of the choices of a facet, and of the values in a cell, so many are shown at once.
_FEW = 6
_SHOWN_VALUES = 4


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column, and where the list is that is sorted by it.

    `order` is "ascending" or "descending" if this list is sorted by it, else empty.
    """

    key: str
    name: str
    definition: str
    href: str
    order: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """The values of one thing in one column: the first few; `more` counts the others."""

    values: Sequence[Value]
    more: int = 0

    @property
    def several(self) -> bool:
        return len(self.values) > 1


@dataclass(frozen=True, slots=True)
class Choice:
    """A value to narrow a list by, how many things have it, and where they are listed."""

    value: Value
    total: int
    href: str


@dataclass(frozen=True, slots=True)
class Facet:
    """A property with the values to choose from, those of most things first; `more` are the rarer ones."""

    name: str
    definition: str
    choices: Sequence[Choice]
    more: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a list is narrowed by, and where it is without that."""

    name: str
    value: Value
    href: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """What the page of a list shows. Hrefs are empty for what is not there.

    `above` are the lists that this one is a part of; `whole` counts what is here if nothing is chosen;
    `beyond` says that there are more than `total`, too many to sort.
    """

    kind: Kind
    above: Sequence[Value]
    total: int
    beyond: bool
    whole: int
    headings: Sequence[Heading]
    rows: Sequence[tuple[Value, Sequence[Cell]]]
    facets: Sequence[Facet]
    chosen: Sequence[Chosen]
    path: str
    query: str
    page: int
    pages: int
    previous: str
    next: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes what pages of lists show, in the words of one release."""

    describer: Describer
    catalogue: Catalogue

    def page(self, selection: Selection, profile: Profile, part: Part) -> ListPage:
        rows = part.rows
        # Most values of a table stand in it more than once.
        shown: dict[Term, Value] = {}
        cells = [[self._cell(column, thing, rows, shown) for column in rows.columns] for thing in rows.things]
        titles = [self.describer.value(thing, rows.triples) for thing in rows.things]
        facets = [self._facet(selection, each, part, profile.names) for each in profile.facets]
        last = pages(part.total)
        at = selection.page
        return ListPage(
            selection.kind,
            [self._list(each) for each in self.catalogue.over(selection.kind)],
            part.total,
            part.beyond,
            profile.total,
            self._headings(selection, part, cells),
            list(zip(titles, cells, strict=True)),
            [facet for facet in facets if facet.choices],
            [
                Chosen(
                    column.name,
                    self._value(column, value, part.names),
                    self.href(selection.without(column, value)),
                )
                for column, value in selection.wanted
            ],
            self.path(selection.kind),
            replace(selection, page=1).text(self.catalogue),
            at,
            last,
            self.href(replace(selection, page=at - 1)) if at > 1 else "",
            self.href(replace(selection, page=at + 1)) if at < last else "",
        )

    def path(self, kind: Kind) -> str:
        return f"{self.describer.site.prefix}{kind.path}"

    def href(self, selection: Selection) -> str:
        """Where what is asked for is listed."""
        query = selection.text(self.catalogue)
        return self.path(selection.kind) + (f"?{query}" if query else "")

    def _headings(self, selection: Selection, part: Part, cells: Sequence[Sequence[Cell]]) -> list[Heading]:
        label = Column(LABEL, TYPE, selection.kind.label)
        order = "descending" if selection.descending else "ascending"
        return [
            Heading(
                each.key,
                each.name,
                each.definition,
                "" if part.beyond else self.href(selection.sorted_by(each.key)),
                order if selection.sort == each.key and not part.beyond else "",
                each is not label and _are_numbers(row[place - 1] for row in cells),
            )
            for place, each in enumerate([label, *part.rows.columns])
        ]

    def _cell(self, column: Column, thing: NamedNode, rows: Rows, shown: dict[Term, Value]) -> Cell:
        values = []
        for term in rows.triples.objects(thing, column.predicate):
            if term not in shown:
                shown[term] = self._value(column, term, rows.triples)
            values.append(shown[term])
        values.sort(key=_by_text)
        return Cell(values[:_SHOWN_VALUES], len(values[_SHOWN_VALUES:]))

    def _facet(self, selection: Selection, column: Column, part: Part, names: Triples) -> Facet:
        """What narrows the list further: not what all have, and not what is chosen."""
        choices = [
            Choice(self._value(column, value, names), things, self.href(selection.with_value(column, value)))
            for value, things in part.counts.get(column.predicate, {}).items()
            if things < part.total and (column, value) not in selection.wanted
        ]
        if column.predicate == TYPE and any(each.predicate == TYPE for each, _ in selection.wanted):
            choices = []
        choices.sort(key=lambda choice: (-choice.total, _by_text(choice.value)))
        # One more than a few is not worth a step to see it.
        cut = len(choices) if len(choices) <= _FEW + 1 else _FEW
        return Facet(column.name, column.definition, choices[:cut], choices[cut:])

    def _value(self, column: Column, value: Term, triples: Triples) -> Value:
        """A value as it stands in a column; a class leads to its list."""
        kind = (
            self.catalogue.kind(value) if column.predicate == TYPE and isinstance(value, NamedNode) else None
        )
        return self._list(kind) if kind else self.describer.value(value, triples)

    def _list(self, kind: Kind) -> Value:
        return Value(kind.label, self.path(kind), kind.iri.value)


def _are_numbers(cells: Iterable[Cell]) -> bool:
    values = [value for cell in cells for value in cell.values]
    return bool(values) and all(value.number for value in values)


def _by_text(value: Value) -> tuple[str, str, str]:
    return (value.text.casefold(), value.language, value.iri)
