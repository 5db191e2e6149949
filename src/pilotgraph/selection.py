"""The query string of a list -> which things of a class are asked for, and in what order.

    /browse/Tree?species=species/oak&standing=true&sort=-height&page=2

A key of the context narrows the list to the things that have a value, which is written as in a record;
several keys narrow it more, and so does one key with several values.  Whatever is asked for comes out as
terms that the RDF library has checked, so no text of a stranger gets into a query.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from math import ceil
from typing import TypeAlias
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode
from rdflib import XSD

from pilotgraph.catalogue import LABEL, PAGE, SORT, Catalogue, Column, Kind
from pilotgraph.document import quoted
from pilotgraph.lexical import LITERALS, BadValue
from pilotgraph.negotiation import RequestError
from pilotgraph.triples import TYPE

PAGE_ROWS = 50
MAX_FILTERS = 12
_MAX_PAGE_DIGITS = 7
_BOOLEAN, _YEAR = str(XSD.boolean), str(XSD.gYear)

Wanted: TypeAlias = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for of one class. `wanted` pairs columns with values, in the order they were asked.

    `sort` is the key of a column, or that of the label.
    """

    kind: Kind
    wanted: tuple[tuple[Column, Wanted], ...] = ()
    sort: str = LABEL
    descending: bool = False
    page: int = 1

    def with_value(self, column: Column, value: Wanted) -> "Selection":
        return replace(self, wanted=(*self.wanted, (column, value)), page=1)

    def without(self, column: Column, value: Wanted) -> "Selection":
        kept = tuple(pair for pair in self.wanted if pair != (column, value))
        return replace(self, wanted=kept, page=1)

    def sorted_by(self, key: str) -> "Selection":
        """The same things by this column: upwards first, and downwards if they are so already."""
        return replace(self, sort=key, descending=self.sort == key and not self.descending, page=1)

    def text(self, catalogue: Catalogue) -> str:
        """The query string that asks for this; empty if it asks for nothing in particular."""
        pairs = [(column.key, write(column, value, catalogue)) for column, value in self.wanted]
        if self.sort != LABEL or self.descending:
            pairs.append((SORT, "-" * self.descending + self.sort))
        if self.page > 1:
            pairs.append((PAGE, str(self.page)))
        return urlencode(pairs, safe="/:")


def facetable(column: Column) -> bool:
    """Whether a list can be narrowed by a column."""
    return column.links or column.datatype in (_BOOLEAN, _YEAR)


def read(
    asked: Sequence[tuple[str, str]], kind: Kind, columns: Sequence[Column], catalogue: Catalogue
) -> Selection:
    """Read a query string.

    :param asked: its keys and values, in order.
    :param columns: of the class; not all need be shown.
    :raises RequestError: 400, with what could be asked for.
    """
    keyed = {column.key: column for column in columns}
    single: dict[str, str] = {}
    wanted: dict[tuple[Column, Wanted], None] = {}
    for key, text in asked:
        if key in (SORT, PAGE):
            if key in single:
                raise _bad(f"Give {key} once.")
            single[key] = text
            continue
        column = keyed.get(key) or catalogue.column(key)
        if column is None or not facetable(column):
            known = [each for each in columns if facetable(each)]
            raise _bad(_known(f"This list cannot be narrowed by {quoted(key)}.", known))
        wanted[column, _value(column, text, catalogue)] = None
    if len(wanted) > MAX_FILTERS:
        raise _bad(f"A list can be narrowed by {MAX_FILTERS} values at once.")
    if sum(column.predicate == TYPE for column, _ in wanted) > 1:
        raise _bad(f"Give {catalogue.context.type_key} once.")
    sort = single.get(SORT, LABEL)
    descending, sort = sort.startswith("-"), sort.removeprefix("-")
    if sort != LABEL and sort not in keyed:
        known = [Column(LABEL, TYPE, ""), *columns]
        raise _bad(_known(f"This list cannot be sorted by {quoted(sort)}.", known))
    return Selection(kind, tuple(wanted), sort, descending, _page(single.get(PAGE, "1")))


def write(column: Column, value: Wanted, catalogue: Catalogue) -> str:
    """Write a value as a query string has it."""
    if isinstance(value, Literal):
        return value.value
    kind = catalogue.kind(value) if column.predicate == TYPE else None
    return kind.name if kind else catalogue.context.compact(value.value)


def whole(selection: Selection) -> Selection:
    """The same things, not only those of one page."""
    return replace(selection, page=1)


def pages(total: int) -> int:
    return max(1, ceil(total / PAGE_ROWS))


def _value(column: Column, text: str, catalogue: Catalogue) -> Wanted:
    if column.predicate == TYPE:
        kind = catalogue.kinds.get(text)
        if kind is None:
            names = ", ".join(sorted(catalogue.kinds))
            raise _bad(f"There is no class {quoted(text)} here. There are: {names}.")
        return kind.iri
    try:
        if column.links:
            return NamedNode(catalogue.context.expand(text))
        LITERALS[column.datatype](text)
    except (BadValue, ValueError) as error:
        raise _bad(f"{column.key}: {error}.") from error
    return Literal(text, datatype=NamedNode(column.datatype))


def _page(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= _MAX_PAGE_DIGITS and int(text) > 0:
        return int(text)
    raise _bad(f"A page has a number from 1; {quoted(text)} is none.")


def _known(message: str, columns: Sequence[Column]) -> str:
    return f"{message} There are: {', '.join(column.key for column in columns)}." if columns else message


def _bad(message: str) -> RequestError:
    return RequestError(HTTPStatus.BAD_REQUEST, message)
