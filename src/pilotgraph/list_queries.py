"""What is asked for of a class -> the SPARQL that counts it, puts it in order and fetches it.

Text out, nothing in but terms that are checked already.  `?thing` is a listed thing in each query, once,
and what is not about the subject, such as the ontology, lists nothing: it only names.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from pyoxigraph import NamedNode
from rdflib import XSD

from pilotgraph.catalogue import Column
from pilotgraph.lookup import NAMES, NAMING
from pilotgraph.selection import PAGE_ROWS, Selection
from pilotgraph.triples import DEPRECATED, TYPE

_ORDERED = frozenset(
    str(XSD[name])
    for name in ("boolean", "date", "dateTime", "decimal", "double", "gYear", "gYearMonth", "integer")
)


class Stat(NamedTuple):
    """How a property is used by the things of a class: `uses` by `things`, with `values` that differ.

    `length` is the mean number of characters of a value, and `foreign` counts values that are IRIs of others.
    """

    uses: int
    things: int
    values: int
    length: float
    foreign: int


class Scope(NamedTuple):
    """The things of some classes. `apart` are the graphs that list nothing.

    `repeated` says that some of them are of several of these classes; `most`, if it is not 0, that so many
    are looked at and no more.
    """

    members: Sequence[NamedNode]
    apart: Collection[str]
    repeated: bool = True
    most: int = 0

    def pattern(self, selection: Selection | None = None) -> str:
        """What binds `?thing`, and `?class` where there are several, unless some are of two."""
        wanted = selection.wanted if selection else ()
        narrowed = [
            f"?thing {column.predicate} {value} ." for column, value in wanted if column.predicate != TYPE
        ]
        several = len(self.members) != 1
        graphs = f"FILTER(?graph NOT IN ({', '.join(f'<{each}>' for each in sorted(self.apart))}))"
        typed = f"GRAPH ?graph {{ ?thing {TYPE} {'?class' if several else self.members[0]} }}"
        classes = ""
        if several and narrowed:
            # The engine would join VALUES to all things there are, before it looks which are wanted.
            typed += f" FILTER(?class IN ({_listed(self.members)}))"
        elif several:
            classes = f"VALUES ?class {{ {_listed(self.members, ' ')} }}"
        found = f"{' '.join(narrowed)} {classes} {typed} {graphs if self.apart else ''}"
        limit = f" LIMIT {self.most}" if self.most else ""
        if self.repeated:
            return f"{{ SELECT DISTINCT ?thing WHERE {{ {found} }}{limit} }}"
        kept = "?thing ?class" if several else "?thing"
        return f"{{ SELECT {kept} WHERE {{ {found} }}{limit} }}" if limit else found


class Usage(NamedTuple):
    """What is known of the things of a list as a whole, for readers of `language`."""

    scope: Scope
    total: int
    stats: Mapping[NamedNode, Stat]
    language: str


def profile(scope: Scope, columns: Iterable[Column], ours: Sequence[str]) -> str:
    """How many things there are (no ?property), of each class (no ?uses), and how they use each property."""
    asked = _listed([*(column.predicate for column in columns), *NAMING])
    foreign = " && ".join(["ISIRI(?value)", *(f'!STRSTARTS(STR(?value), "{each}")' for each in ours)])
    typed = scope._replace(repeated=False).pattern()
    return (
        "SELECT ?property ?uses ?things ?values ?length ?foreign WHERE {"
        f" {{ SELECT (COUNT(*) AS ?uses) (COUNT(DISTINCT ?thing) AS ?things) WHERE {{ {typed} }} }}"
        " UNION { SELECT ?property (COUNT(*) AS ?uses) (COUNT(DISTINCT ?thing) AS ?things)"
        " (COUNT(DISTINCT ?value) AS ?values) (AVG(STRLEN(STR(?value))) AS ?length)"
        f" (SUM(IF({foreign}, 1, 0)) AS ?foreign)"
        f" WHERE {{ {scope.pattern()} ?thing ?property ?value FILTER(?property IN ({asked})) }}"
        " GROUP BY ?property } }"
    )


def counts(scope: Scope, selection: Selection, columns: Sequence[Column]) -> str:
    """How many things there are (no ?property), and how many have each value of these columns."""
    found = scope.pattern(selection)
    total = f"SELECT (COUNT(*) AS ?things) WHERE {{ {found} }}"
    if not columns:
        return total
    asked = _listed(column.predicate for column in columns)
    return (
        f"SELECT ?property ?value ?things WHERE {{ {{ {total} }}"
        f" UNION {{ SELECT ?property ?value (COUNT(*) AS ?things)"
        f" WHERE {{ {found} ?thing ?property ?value FILTER(?property IN ({asked})) }}"
        " GROUP BY ?property ?value } }"
    )


def order(usage: Usage, selection: Selection, column: Column | None, *, whole: bool) -> str:
    """The things of one page, or all, in order; in no order, if only the first of them are looked at.

    :param column: that they are sorted by; None for their label.
    """
    scope, stats = usage.scope, usage.stats
    stat = stats.get(column.predicate) if column else None
    grouped = True
    if column is None:
        pattern, key, grouped = _label(usage)
    elif column.links:
        classed = column.predicate == TYPE and len(scope.members) > 1 and not scope.repeated
        link = "" if classed else f"?thing {column.predicate} ?named ."
        pattern, key = (
            f"OPTIONAL {{ {link} {_naming('?class' if classed else '?named')} }}",
            _name(usage.language),
        )
    else:
        grouped = stat is None or stat.uses > stat.things
        pattern = f"OPTIONAL {{ ?thing {column.predicate} ?value }}"
        key = "?value" if column.datatype in _ORDERED else "LCASE(STR(?value))"
        key = f"{'MAX' if selection.descending else 'MIN'}({key})" if grouped else key
    way = "DESC" if selection.descending else "ASC"
    part = "" if whole else f" LIMIT {PAGE_ROWS} OFFSET {PAGE_ROWS * (selection.page - 1)}"
    found = f"{scope.pattern(selection)} {pattern}"
    chosen = f"?thing ({key} AS ?key)" if grouped else "?thing ?key"
    bound = "" if grouped else f" BIND({key} AS ?key)"
    group = " GROUP BY ?thing" if grouped else ""
    if usage.scope.most:
        # What is cut off would be other things each time: there are too many to put in order.
        return f"SELECT ?thing WHERE {{ {scope.pattern(selection)} }}{part}"
    # What is deprecated comes last, and before it what has no value, whatever the direction.
    last = f"(EXISTS {{ ?thing {DEPRECATED} true }}) " if DEPRECATED in stats else ""
    sort = f" ORDER BY {last}(!BOUND(?key)) {way}(?key) ?thing{part}"
    return f"SELECT {chosen} WHERE {{ {found}{bound} }}{group}{sort}"


def rows(found: str, columns: Sequence[Column], *, named: bool = True) -> str:
    """What is said of things, and what their values are called.

    :param found: a pattern that binds ?thing.
    :param named: whether values that are things get their names.
    """
    asked = _listed([TYPE, *NAMING, *(column.predicate for column in columns)])
    patterns = [f"{found} ?thing ?p ?o FILTER(?p IN ({asked})) BIND(?thing AS ?s)"]
    links = [column.predicate for column in columns if column.links and column.predicate != TYPE]
    if links and named:
        patterns.append(
            f"{{ SELECT DISTINCT ?s WHERE {{ {found}"
            f" ?thing ?link ?s FILTER(?link IN ({_listed(links)})) }} }}"
            f" ?s ?p ?o FILTER(?p IN ({_listed(NAMING)}))"
        )
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {' } UNION { '.join(patterns)} }} }}"


def these(things: Iterable[NamedNode]) -> str:
    """A pattern that binds ?thing to each of these."""
    return f"VALUES ?thing {{ {_listed(things, ' ')} }}"


def _label(usage: Usage) -> tuple[str, str, bool]:
    stats = usage.stats
    first = next((each for each in NAMES if each in stats), None)
    if first is not None and stats[first].uses == stats[first].things == usage.total:
        return f"?thing {first} ?name", "LCASE(STR(?name))", False
    return f"OPTIONAL {{ {_naming('?thing')} }}", _name(usage.language), True


def _naming(subject: str) -> str:
    return f"{subject} ?naming ?name FILTER(?naming IN ({_listed(NAMES)}))"


def _name(language: str) -> str:
    """Of the names of a thing, the one that a page shows: by its property first, then by its language."""
    ranks = "".join(f'IF(?naming = {name}, "{place}", ' for place, name in enumerate(NAMES[:-1]))
    rank = f'{ranks}"{len(NAMES)}"{")" * (len(NAMES) - 1)}'
    foreign = f'IF(LANGMATCHES(LANG(?name), "{language or "*"}"), "0", "1")'
    return f"SUBSTR(MIN(CONCAT({rank}, {foreign}, LCASE(STR(?name)))), 3)"


def _listed(terms: Iterable[NamedNode], between: str = ", ") -> str:
    return between.join(map(str, terms))
