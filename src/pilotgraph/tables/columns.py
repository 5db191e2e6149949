"""Things of a class -> the columns of its table: what is in each cell, and what CSVW says of it.

Columns stand in the order of the shapes, and are called as these call them; then comes what no shape names.
A property has one column, or, where its values are of several kinds, one for each language and each datatype.
What names things has two: their IRIs, and beside them their labels.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pyoxigraph as ox
from rdflib import RDFS, XSD

from pilotgraph.constraints import Constraints
from pilotgraph.context import Context
from pilotgraph.lexical import split
from pilotgraph.triples import LABELS, TYPE, Triples
from pilotgraph.vocabulary import LAST, Slot, Vocabulary

_SUBCLASS = ox.NamedNode(RDFS.subClassOf)
_LABEL = ox.NamedNode(RDFS.label)
# What is not in the name of a variable of a URI template, which the name of a column is too.
_NOT_IN_NAMES = re.compile("[^A-Za-z0-9_]+")

Cells = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the values of each row, and what CSVW says of them besides.

    `links` is whether the values are IRIs, and `said` are properties of CSVW.
    """

    name: str
    title: str
    cells: Cells
    said: Mapping[str, Any]
    links: bool = False
    required: bool = False

    @property
    def has_several(self) -> bool:
        """Whether a cell holds several values."""
        return any(len(cell) > 1 for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A class, its things and its columns, of which the first is the things' IRIs."""

    of_class: ox.NamedNode
    title: str
    definition: str
    things: Sequence[ox.NamedNode]
    columns: Sequence[Column]
    # What no column may be called.
    type_name: str


class _Sort(NamedTuple):
    """What values that share a column are: 0 and nothing (things), 1 and a language, 2 and a datatype."""

    kind: int
    of: str


class Reader:
    """Reads the columns of a class.

    :param language: that of names and labels, where there is one in it.
    """

    def __init__(
        self, data: Triples, ontology: Triples, shapes: Triples, context: Context, language: str
    ) -> None:
        self.data, self.ontology, self.context, self.language = data, ontology, context, language
        self.vocabulary = Vocabulary(ontology, shapes, language=language)
        self._least = {
            kind: {each.predicate: each.least for each in found if not each.inverse}
            for kind, found in Constraints(shapes, language).by_class.items()
        }

    def read(self, of_class: ox.NamedNode, things: Sequence[ox.NamedNode]) -> Sheet:
        """Read the columns of the things of a class."""
        free = _Names()
        ids = Column(
            free(self.context.id_key),
            self.context.id_key,
            [[thing.value] for thing in things],
            {"datatype": "anyURI", "suppressOutput": True},
            links=True,
            required=True,
        )
        type_name = free(self.context.type_key)
        columns = [
            column
            for predicate, slot in self._properties(of_class, things)
            for column in self._columns(of_class, things, predicate, slot, free)
        ]
        labels = [[text] if (text := self.label(thing)) else [] for thing in things]
        named = next((each for each in columns if not each.links and each.cells == labels), None)
        if named is None and any(labels):
            name = self.vocabulary.name(_LABEL)
            named = Column(free(name), name, labels, {"suppressOutput": True})
        others = [each for each in columns if each is not named]
        ordered = [ids, *([named] if named else []), *others]
        names, definitions = self.vocabulary.name, self.vocabulary.definition
        return Sheet(of_class, names(of_class), definitions(of_class), things, _apart(ordered), type_name)

    def label(self, thing: ox.NamedNode) -> str:
        """What a thing or a term is called, or nothing."""
        for triples in (self.data, self.ontology):
            if text := triples.text(thing, LABELS, self.language):
                return text.value
        return ""

    def _properties(
        self, of_class: ox.NamedNode, things: Iterable[ox.NamedNode]
    ) -> list[tuple[ox.NamedNode, Slot]]:
        used = {predicate for thing in things for predicate in self.data.about(thing)}
        slots = {each: self.vocabulary.slot([of_class], each) for each in used}
        return sorted(slots.items(), key=lambda item: (item[1].order == LAST, item[1], item[0].value))

    def _columns(
        self,
        of_class: ox.NamedNode,
        things: Sequence[ox.NamedNode],
        predicate: ox.NamedNode,
        slot: Slot,
        free: Callable[[str], str],
    ) -> Iterator[Column]:
        sorts: dict[_Sort, dict[ox.NamedNode, list[str]]] = {}
        for thing in things:
            for value in self.data.objects(thing, predicate):
                # All rows have this type, so no column says it.
                if (predicate, value) != (TYPE, of_class):
                    sort, text = _read(value)
                    sorts.setdefault(sort, {}).setdefault(thing, []).append(text)
        said = {"dc:description": self.vocabulary.definition(predicate), "propertyUrl": predicate.value}
        key = self.context.key(predicate.value) or split(predicate.value)[1]
        for sort in sorted(sorts):
            cells = [sorted(sorts[sort].get(thing, ())) for thing in things]
            more = (split(sort.of)[1] or sort.of) if len(sorts) > 1 and sort.kind else ""
            column = Column(
                free(f"{key}_{more}" if more else key),
                f"{slot.name} ({more})" if more else slot.name,
                cells,
                said | _form(sort),
                links=sort.kind == 0,
                required=all(cells) and self._is_asked_for(of_class, predicate),
            )
            if not column.links:
                yield column
                continue
            template = {"valueUrl": f"{{+{column.name}}}"}
            # A cell has one value URL: several values would be made one of it.
            alone = {"suppressOutput": True} if column.has_several else template
            yield replace(column, said={**column.said, **alone})
            labels = [[self.label(ox.NamedNode(each)) for each in cell] for cell in cells]
            if any(map(any, labels)):
                word = self.vocabulary.name(_LABEL)
                yield Column(
                    free(f"{column.name}_{word}"),
                    f"{column.title} ({word})",
                    labels,
                    {"suppressOutput": True},
                )

    def _is_asked_for(self, of_class: ox.NamedNode, predicate: ox.NamedNode) -> bool:
        classes = [of_class]
        for each in classes:
            if self._least.get(each, {}).get(predicate):
                return True
            classes += [above for above in self.ontology.nodes(each, _SUBCLASS) if above not in classes]
        return False


class _Names:
    """Gives each column a name of its own, which the template of a URL can hold."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def __call__(self, wanted: str) -> str:
        stem = _NOT_IN_NAMES.sub("_", wanted).strip("_") or "column"
        name, number = stem, 1
        while name in self._given:
            number += 1
            name = f"{stem}_{number}"
        self._given.add(name)
        return name


def _apart(columns: Sequence[Column]) -> list[Column]:
    """Tell columns apart that would have the same heading."""
    titles = [column.title for column in columns]
    return [
        replace(column, title=f"{column.title} [{column.name}]") if titles.count(column.title) > 1 else column
        for column in columns
    ]


def _read(value: object) -> tuple[_Sort, str]:
    if isinstance(value, ox.NamedNode):
        return _Sort(0, ""), value.value
    if isinstance(value, ox.Literal):
        if value.language:
            return _Sort(1, value.language), value.value
        return _Sort(2, value.datatype.value), value.value
    raise TypeError("the data has no blank nodes")


def _form(sort: _Sort) -> dict[str, Any]:
    """What CSVW says of such values."""
    if sort.kind == 0:
        return {"datatype": "anyURI"}
    if sort.kind == 1:
        return {"lang": sort.of}
    space, name = split(sort.of)
    if space == str(XSD):
        return {} if name == "string" else {"datatype": name}
    return {"datatype": {"@id": sort.of, "base": "string"}}
