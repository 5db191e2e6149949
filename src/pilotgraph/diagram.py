"""Shapes and an ontology -> a picture of the model: classes as boxes, and lines for what they name.

Nothing is drawn by hand: what shapes ask of a class gives its rows, and the ontology says what it is a kind
of.  A class with its subclasses is one box; rows that several of these share stand at its head.  Left out is
what tells nothing here: values from lists, what a class above asks as well, and what nearly every class has,
which `common` names instead.  Boxes stand in columns, those that name others left of these, and a line leads
from the first row that names another box.  Lengths are in pixels.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode
from rdflib import OWL

from pilotgraph.constraints import Constraint
from pilotgraph.shown import Value
from pilotgraph.terms import Terms, kind_of

COLUMNS, WIDTH, GAP = 3, 330, 110
_TITLE, _ROW, _PAD, _BETWEEN, _EDGE = 30, 19, 8, 22, 6
# How far a line bends out of its box, at least.
_BEND = 36
ANYTHING, ITSELF = "anything", "one of its kind"
# How much of a row a box has room for.
_CHARACTERS, _MORE = 45, len(" and 9 more")


@dataclass(frozen=True, slots=True)
class Row:
    """A property of a class, and what it names; `targets` are the keys of boxes that a line leads to.

    `more` is how many values there is no room for.
    """

    name: Value
    values: Sequence[Value]
    targets: Sequence[NamedNode] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Card:
    """A class and its rows. `place` is the middle of each line of text below the top of the box."""

    title: Value
    place: int
    rows: Sequence[tuple[int, Row]]
    is_head: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A class, with its subclasses if it has some, at its place in the picture."""

    x: int
    y: int
    height: int
    cards: Sequence[Card]
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Diagram:
    """The picture of a model; the `lines` of a box are paths as SVG writes them."""

    width: int
    height: int
    boxes: Sequence[Box]
    common: Sequence[tuple[Value, Sequence[Value]]]


@dataclass(slots=True)
class _Family:
    """A class with those below it that are drawn with it, and what each has for rows."""

    head: NamedNode
    members: list[NamedNode]
    rows: dict[NamedNode, list[Row]]

    @property
    def height(self) -> int:
        lines = sum(len(rows) for rows in self.rows.values())
        return _TITLE * len(self.members) + _ROW * lines + _PAD

    @property
    def targets(self) -> set[NamedNode]:
        return {each for rows in self.rows.values() for row in rows for each in row.targets} - {self.head}


def draw(terms: Terms) -> Diagram:
    """Draw the classes that shapes are about."""
    families, common = _Model(terms).families()
    columns = _columns(families)
    places = {
        family.head: (number * (WIDTH + GAP) + _EDGE, y)
        for number, column in enumerate(columns)
        for family, y in zip(column, _tops(column), strict=True)
    }
    boxes = [_box(terms, family, places) for column in columns for family in column]
    width = len(columns) * (WIDTH + GAP) - GAP + 2 * _EDGE
    # A line within a column bends out of it, the last one too.
    if any(places[each][0] == box.x and box.lines for box in boxes[-1:] for each in places):
        width += _BEND
    return Diagram(width, max((box.y + box.height for box in boxes), default=0) + _EDGE, boxes, common)


class _Model:
    def __init__(self, terms: Terms) -> None:
        self.terms, self.asked = terms, terms.constraints.by_class
        own = {each for each in terms.own if kind_of(terms.ontology, each) == str(OWL.Class)}
        named = {each for term in own for rule in self.asked.get(term, ()) for each in rule.classes}
        self._drawn = self.asked.keys() | own
        above = {each for term in own for each in self._above(term)}
        # In the order of their names, so that the picture does not depend on that of the files.
        self.classes = sorted(
            own | ((named | above) & self.asked.keys()),
            key=lambda each: (terms.name(each).text.casefold(), each.value),
        )
        # Classes of others that ours are kinds of: what names one of these takes a value from a list.
        self.lists = above - own
        counted = Counter(
            (rule.predicate, tuple(rule.classes))
            for each in self.classes
            for rule in self.asked.get(each, ())
            if rule.classes and not rule.inverse
        )
        most = len(self.classes) / 2
        self.common = [key for key, count in counted.items() if count > most and not self.lists & set(key[1])]

    def _above(self, term: NamedNode) -> list[NamedNode]:
        return [each for each in self.terms.all_above(term) if each in self._drawn]

    def _head(self, term: NamedNode) -> NamedNode:
        return (self._above(term) or [term])[-1]

    def families(self) -> tuple[list[_Family], list[tuple[Value, list[Value]]]]:
        found: dict[NamedNode, _Family] = {}
        for each in self.classes:
            head = self._head(each)
            family = found.setdefault(head, _Family(head, [], {}))
            family.members.append(each)
            family.rows[each] = [row for rule in self.asked.get(each, ()) if (row := self._row(each, rule))]
        for family in found.values():
            family.members.sort(key=lambda each: each != family.head)
            _raise_shared(family)
        names = [
            (self.terms.name(prop), [self.terms.name(each) for each in values])
            for prop, values in self.common
        ]
        return list(found.values()), names

    def _row(self, term: NamedNode, rule: Constraint) -> Row | None:
        inherited = {
            shape
            for each in self._above(term)
            for asked in self.asked.get(each, ())
            for shape in asked.shapes
        }
        classes = [each for each in rule.classes if each not in self.lists]
        skipped = rule.inverse or inherited.issuperset(rule.shapes)
        if skipped or (rule.predicate, tuple(rule.classes)) in self.common:
            return None
        name = self.terms.name_in(rule)
        if not classes:
            return Row(name, [Value(ANYTHING)]) if rule.takes_anything else None
        if classes == [term] and term != self._head(term):
            return Row(name, [Value(ITSELF)])
        values = [self.terms.name(each) for each in classes]
        heads = dict.fromkeys(self._head(each) for each in classes if each in self._drawn)
        lengths = [len(name.text) + 3, *(len(value.text) + 2 for value in values)]
        shown = len(values)
        while shown > 1 and sum(lengths[: shown + 1]) + (_MORE if shown < len(values) else 0) > _CHARACTERS:
            shown -= 1
        return Row(name, values[:shown], list(heads), len(values) - shown)


def _raise_shared(family: _Family) -> None:
    """Put rows that more than a third of a family's members have at its head."""
    counted = Counter(_key(row) for rows in family.rows.values() for row in rows)
    shared = {key for key, count in counted.items() if count > max(len(family.members) / 3, 1)}
    raised: dict[tuple[str, ...], Row] = {}
    for member, rows in family.rows.items():
        raised |= {_key(row): row for row in rows if _key(row) in shared}
        family.rows[member] = [row for row in rows if _key(row) not in shared]
    first = family.members[0]
    family.rows[first] = [*raised.values(), *family.rows[first]]


def _key(row: Row) -> tuple[str, ...]:
    return (row.name.iri, *(value.iri or value.text for value in row.values))


def _columns(families: Sequence[_Family]) -> list[list[_Family]]:
    """Sort boxes so that those which name others come first, and cut them into columns of like height."""
    levels = _levels(families)
    ordered = sorted(families, key=lambda each: levels[each.head])
    total = sum(each.height + _BETWEEN for each in ordered)
    columns: list[list[_Family]] = [[] for _ in range(COLUMNS)]
    passed = 0
    for each in ordered:
        middle = passed + each.height / 2
        columns[min(int(middle * COLUMNS / max(total, 1)), COLUMNS - 1)].append(each)
        passed += each.height + _BETWEEN
    return [column for column in columns if column]


def _levels(families: Sequence[_Family]) -> dict[NamedNode, int]:
    """How far from the first a box stands: one step behind all that name it, where that has no circle."""
    named: dict[NamedNode, list[NamedNode]] = {each.head: [] for each in families}
    for each in families:
        for target in each.targets & named.keys():
            named[target].append(each.head)
    levels: dict[NamedNode, int] = {}

    def level(head: NamedNode, path: tuple[NamedNode, ...]) -> int:
        if head not in levels:
            before = [level(each, (*path, head)) for each in named[head] if each not in path and each != head]
            if path and any(each in path for each in named[head]):
                return max(before, default=-1) + 1  # of a circle, which is cut here for this path only
            levels[head] = max(before, default=-1) + 1
        return levels[head]

    return {each.head: level(each.head, ()) for each in families}


def _tops(column: Sequence[_Family]) -> list[int]:
    tops, y = [], _EDGE
    for each in column:
        tops.append(y)
        y += each.height + _BETWEEN
    return tops


def _box(terms: Terms, family: _Family, places: dict[NamedNode, tuple[int, int]]) -> Box:
    x, y = places[family.head]
    cards, below = [], 0
    lines: dict[NamedNode, str] = {}
    for number, member in enumerate(family.members):
        place, below = below + _TITLE // 2, below + _TITLE
        rows = []
        for row in family.rows[member]:
            rows.append((below + _ROW // 2, row))
            for target in row.targets:
                if target in places and target != family.head:
                    lines.setdefault(target, _line((x, y + below + _ROW // 2), places[target]))
            below += _ROW
        cards.append(Card(terms.name(member), place, rows, number == 0))
    return Box(x, y, family.height, cards, list(lines.values()))


def _line(start: tuple[int, int], target: tuple[int, int]) -> str:
    """A curve from a row to the title of a box, out of the side that is nearer to it."""
    (x1, y1), (x2, y2) = start, (target[0], target[1] + _TITLE // 2)
    if x2 > x1:
        x1, bend1, bend2 = x1 + WIDTH, GAP // 2, -GAP // 2
    elif x2 < x1:
        x2, bend1, bend2 = x2 + WIDTH, -GAP // 2, GAP // 2
    else:
        x1, x2, bend1, bend2 = x1 + WIDTH, x2 + WIDTH, _BEND, _BEND
    return f"M{x1} {y1}C{x1 + bend1} {y1} {x2 + bend2} {y2} {x2} {y2}"
