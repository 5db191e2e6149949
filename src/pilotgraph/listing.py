"""What is asked for of a class -> the page of its list, or all of its rows.

The store counts, sorts and cuts; a page costs one query for its order, one for its rows, and, where it is
narrowed, one for its counts.  What a class is like as a whole, its `Profile`, is asked for once and kept:
it says which columns are worth a place in a table, and which properties have few enough values to choose
from.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple
from rdflib import XSD

from pilotgraph import formats, list_queries
from pilotgraph.catalogue import Catalogue, Column, Kind
from pilotgraph.errors import LimitExceeded
from pilotgraph.formats import N_TRIPLES, RESULT_FORMATS, Format
from pilotgraph.list_queries import Scope, Stat, Usage
from pilotgraph.selection import Selection, Wanted, facetable
from pilotgraph.store import Query, Store
from pilotgraph.triples import TYPE, Triples

MAX_CHOICES = 30
# A list of more things is neither counted to its end nor sorted, so that a page of it costs no more.
MAX_SORTED = 100_000
# A list of more things is not written as rows: all of them are held at once, with their names, and as
# triples, as answers and as the file that is made of them.  Fewer than are sorted, so that rows always are.
MAX_ROWS = 20_000
_MAX_COLUMNS = 6
# A text of more characters is to be read, not to be looked up; so is a cell of more values.
_LONG_TEXT, _MANY_VALUES = 60, 2.5
# A column that fewer of the things fill is mostly empty.
_WELL_FILLED = 0.3
# Where a value is that of fewer things, in the mean, to choose it is to choose a thing.
_SHARED = 1.5
_TOO_LONG = (
    "This list has more than {:,} rows, the most that CSV and JSON have. Narrow the list, take it as RDF,"
    " or take the dump."
)
_NO_BASE = "http://localhost/"  # nothing in N-Triples is relative

Counts = Mapping[NamedNode, Mapping[Wanted, int]]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the things of a class are like as a whole.

    `columns` are all that it can be sorted by, `shown` those of its table, and `facets` those with few
    values to choose from; `counts` says how many things have each, and `names` what they are called.
    `total` counts the things, also where `usage` is that of the first of them.
    """

    total: int
    usage: Usage
    columns: Sequence[Column]
    shown: Sequence[Column]
    facets: Sequence[Column]
    counts: Counts
    names: Triples


@dataclass(frozen=True, slots=True)
class Rows:
    """Things in order, and what is said of them."""

    things: Sequence[NamedNode]
    columns: Sequence[Column]
    triples: Triples


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one page; how many things are asked for, and how many of these have which value.

    `names` is what the things are called that the list is narrowed by; `beyond` says that there are more
    than were counted, and that `counts` are those of the first of them.
    """

    rows: Rows
    total: int
    counts: Counts
    names: Triples
    beyond: bool = False


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists what a store holds, by class.

    :param ours: what the IRIs begin with that have pages here; a column of other IRIs has no names to show.
    :param apart: named graphs that list nothing.
    :param most: the largest list that is counted and sorted.
    :param most_rows: the largest list that is written as rows.
    """

    store: Store
    catalogue: Catalogue
    ours: Sequence[str]
    apart: Collection[str]
    language: str = ""
    most: int = MAX_SORTED
    most_rows: int = MAX_ROWS
    _profiles: dict[str, Profile] = field(default_factory=dict)

    def profile(self, kind: Kind) -> Profile:
        """Describe a class as a whole; kept, since a release does not change."""
        known = self._profiles.get(kind.name)
        if known is None:
            known = self._profiles[kind.name] = self._make_profile(kind)
        return known

    def totals(self) -> dict[str, int]:
        """Count the things of each class that is shown, with those of the classes below it."""
        return {
            kind.name: self.catalogue.counts[kind.iri]
            if kind.members == (kind.iri,)
            else self.profile(kind).total
            for kind in self.catalogue.kinds.values()
            if kind.shown
        }

    def page(self, selection: Selection) -> Part:
        """Fetch what the page of a list shows."""
        profile = self.profile(selection.kind)
        total, counts = self._count(profile, selection)
        things = self._order(profile, selection, total)
        query = list_queries.rows(list_queries.these(things), profile.shown)
        triples = Triples(self._construct(query) if things else [])
        named = [
            value
            for column, value in selection.wanted
            if isinstance(value, NamedNode) and column.predicate != TYPE
        ]
        names = profile.names if all(each in profile.names for each in named) else self.names(named)
        rows = Rows(things, profile.shown, triples)
        return Part(rows, min(total, self.most), counts, names, beyond=total > self.most)

    def _count(self, profile: Profile, selection: Selection) -> tuple[int, Counts]:
        if not selection.wanted:
            return profile.usage.total, profile.counts
        scope = self._scope(profile, selection)
        return _read_counts(self._select(list_queries.counts(scope, selection, profile.facets)))

    def whole(self, selection: Selection) -> Rows:
        """Fetch all rows, in order.

        :raises LimitExceeded: if there are too many.
        """
        profile = self.profile(selection.kind)
        total = profile.usage.total
        if selection.wanted and not self.has_rows(total):
            query = list_queries.counts(self._scope(profile, selection), selection, [])
            total, _ = _read_counts(self._select(query))
        if not self.has_rows(total):
            raise LimitExceeded(_TOO_LONG.format(min(self.most_rows, self.most)))
        return Rows(
            self._order(profile, selection),
            profile.shown,
            Triples(self._construct(self._rows(profile, selection, named=True))),
        )

    def has_rows(self, total: int) -> bool:
        """Whether a list of so many things can be had as rows."""
        return total <= min(self.most_rows, self.most)

    def graph(self, selection: Selection, form: Format[RdfFormat]) -> bytes:
        """Write what the table says: types and labels of its things, and the values of its columns."""
        # The engine writes it, since there may be as much as its answers may have.
        query = self._rows(self.profile(selection.kind), selection, named=False)
        return self.store.query(Query(query, graph=form)).content

    def names(self, things: Collection[NamedNode]) -> Triples:
        """What things are called."""
        return Triples(self._construct(list_queries.rows(list_queries.these(things), [])) if things else [])

    def _rows(self, profile: Profile, selection: Selection, *, named: bool) -> str:
        found = self._scope(profile, selection)._replace(most=0).pattern(selection)
        return list_queries.rows(found, profile.shown, named=named)

    def _order(self, profile: Profile, selection: Selection, total: int | None = None) -> list[NamedNode]:
        """The things of a page of `total`, or all of them."""
        column = next((each for each in profile.columns if each.key == selection.sort), None)
        scope = self._scope(profile, selection)
        if total is None or total <= self.most:
            scope = scope._replace(most=0)
        query = list_queries.order(
            profile.usage._replace(scope=scope), selection, column, whole=total is None
        )
        return [NamedNode(row["thing"]["value"]) for row in self._select(query)]

    def _scope(self, profile: Profile, selection: Selection) -> Scope:
        """The classes of a list; if one is chosen, that alone, as its count says."""
        members = profile.usage.scope.members
        for column, value in selection.wanted:
            if column.predicate == TYPE:
                members = [each for each in members if each == value]
        return profile.usage.scope._replace(members=members)

    def _make_profile(self, kind: Kind) -> Profile:
        told = sum(self.catalogue.counts[each] for each in kind.members)
        many = told > self.most
        scope = Scope(kind.members, self.apart, most=self.most + 1 if many else 0)
        columns = self.catalogue.columns(kind)
        found = self._select(list_queries.profile(scope, columns, self.ours))
        ((uses, total),) = [_numbers(row, "uses", "things") for row in found if "property" not in row]
        scope = scope._replace(repeated=uses > total)
        stats = {NamedNode(row["property"]["value"]): _stat(row) for row in found if "property" in row}
        columns = [each for each in columns if each.predicate in stats]
        classes = [self.catalogue.classes(kind)] if len(kind.members) > 1 else []
        facets = [*classes, *(each for each in columns if _is_facet(each, stats[each.predicate], total))]
        _, counts = _read_counts(self._select(list_queries.counts(scope, Selection(kind), facets)))
        things = {each for values in counts.values() for each in values if isinstance(each, NamedNode)}
        return Profile(
            told if many else total,
            Usage(scope, total, stats, self.language),
            [*classes, *columns],
            [*classes, *choose(columns, stats, total, _MAX_COLUMNS - len(classes))],
            facets,
            counts,
            self.names(things),
        )

    def _select(self, query: str) -> list[dict[str, dict[str, str]]]:
        answer = json.loads(self.store.query(Query(query, solutions=RESULT_FORMATS[0])).content)
        found: list[dict[str, dict[str, str]]] = answer["results"]["bindings"]
        return found

    def _construct(self, query: str) -> list[Triple]:
        answer = self.store.query(Query(query, graph=N_TRIPLES)).content
        return [quad.triple for quad in formats.parse(answer, N_TRIPLES, _NO_BASE)]


def choose(
    columns: Sequence[Column], stats: Mapping[NamedNode, Stat], total: int, most: int = _MAX_COLUMNS
) -> list[Column]:
    """Choose the columns that make a readable table, at most so many, and keep their order.

    What tells nothing is left out: IRIs of others, and one value that all have.  Best is what most
    things have one short value of; if there is hardly anything else, one long text has a place too.
    """
    telling = [
        each
        for each in columns
        if not (stats[each.predicate].foreign or _is_constant(stats[each.predicate], total))
    ]
    short = [each for each in telling if not _is_long(each, stats[each.predicate])]
    filled = [each for each in short if stats[each.predicate].things >= _WELL_FILLED * total]
    best = sorted(
        filled if len(filled) > 1 else short, key=lambda each: _has_many_values(stats[each.predicate])
    )
    best = best[:most]
    if len(best) <= 1:
        best += sorted(
            (each for each in telling if each not in short), key=lambda each: -stats[each.predicate].things
        )[:1]
    return [each for each in telling if each in best]


def _has_many_values(stat: Stat) -> bool:
    return stat.uses > _MANY_VALUES * stat.things


def _is_long(column: Column, stat: Stat) -> bool:
    return not column.links and stat.length > _LONG_TEXT


def _is_constant(stat: Stat, total: int) -> bool:
    return stat.values == 1 and stat.things == total > 1


def _is_facet(column: Column, stat: Stat, total: int) -> bool:
    few = stat.values <= MAX_CHOICES and stat.uses >= _SHARED * stat.values
    return facetable(column) and few and not (stat.foreign or _is_constant(stat, total))


def _stat(row: Mapping[str, Mapping[str, str]]) -> Stat:
    uses, things, values, foreign = _numbers(row, "uses", "things", "values", "foreign")
    return Stat(uses, things, values, float(row["length"]["value"]), foreign)


def _numbers(row: Mapping[str, Mapping[str, str]], *names: str) -> tuple[int, ...]:
    return tuple(int(row[name]["value"]) for name in names)


def _read_counts(found: Sequence[Mapping[str, Mapping[str, str]]]) -> tuple[int, Counts]:
    total, counts = 0, dict[NamedNode, dict[Wanted, int]]()
    for row in found:
        (things,) = _numbers(row, "things")
        if "property" not in row:
            total = things
        elif row["value"]["type"] != "bnode":
            counts.setdefault(NamedNode(row["property"]["value"]), {})[_term(row["value"])] = things
    return total, counts


def _term(cell: Mapping[str, str]) -> Wanted:
    if cell["type"] == "uri":
        return NamedNode(cell["value"])
    return Literal(cell["value"], datatype=NamedNode(cell.get("datatype", str(XSD.string))))
