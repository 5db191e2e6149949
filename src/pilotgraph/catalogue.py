"""An ontology, shapes and counts -> the classes that things are listed by, and what can be listed of them.

A class lists its own things and those of the classes below it.  Its columns are the properties that its
shapes describe, or, where a class has none of its own, those that all classes below it share; their keys
are those of the context.  No store and no HTTP here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import NamedNode
from rdflib import OWL, RDFS

from pilotgraph.context import Context, Term
from pilotgraph.triples import LABELS, TYPE
from pilotgraph.vocabulary import Slot, Vocabulary

# Keys of a list that no property has: by these its order and its part are asked for.
LABEL, SORT, PAGE = "label", "sort", "page"
_SUBCLASS = NamedNode(RDFS.subClassOf)
_EVERYTHING = NamedNode(OWL.Thing)


@dataclass(frozen=True, slots=True)
class Kind:
    """A class that things are listed by.

    `name` is what an URL calls it, and `members` are the classes whose things it lists: itself and those
    below it, where they have any.  `below` are the names of the classes that stand under it on the page of
    all classes; `shown` says whether it stands there itself.
    """

    name: str
    iri: NamedNode
    label: str
    definition: str
    members: tuple[NamedNode, ...]
    below: tuple[str, ...] = ()
    shown: bool = True

    @property
    def path(self) -> str:
        """Where its list is, below the root of the site."""
        return f"/browse/{quote(self.name, safe=':/')}"


@dataclass(frozen=True, slots=True)
class Column:
    """A property of listed things, as the context has it.

    `datatype` is the IRI of one; empty for texts with a language, and for what `links` to things.
    """

    key: str
    predicate: NamedNode
    name: str
    definition: str = ""
    links: bool = False
    datatype: str = ""


class Catalogue:
    """The classes of a release, and their properties.

    :param namespace: what the IRIs of the ontology's own terms begin with; others are named by a prefix.
    :param counts: how many things there are of each class, not counting those of classes below it.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        context: Context,
        namespace: str,
        prefixes: Mapping[str, str],
        counts: Mapping[NamedNode, int],
    ) -> None:
        self.vocabulary, self.context, self.counts = vocabulary, context, counts
        self._namespace, self._prefixes = namespace, prefixes
        above = {each: self._above(each) for each, total in counts.items() if total}
        named: dict[NamedNode, str] = {}
        for each in sorted({*above, *(other for found in above.values() for other in found)}, key=str):
            name = self._name(each) or (each.value if each in above else "")
            if name:
                named[each] = name
        shown = {each for each in named if each in above or each.value.startswith(namespace)}
        self.kinds = {
            name: Kind(
                name,
                each,
                vocabulary.name(each),
                vocabulary.definition(each),
                tuple(member for member in named if member in above and each in (member, *above[member])),
                tuple(named[other] for other in shown if each in self._nearest(other, shown)),
                each in shown,
            )
            for each, name in named.items()
        }
        self._by_iri = {kind.iri: kind for kind in self.kinds.values()}
        self._columns: dict[str, list[Column]] = {}
        self._terms = _properties(context.terms.values())

    def kind(self, of_class: NamedNode) -> Kind | None:
        return self._by_iri.get(of_class)

    def path(self, iri: str) -> str:
        """Where the list of a class is, below the root of the site; empty if there is none."""
        kind = self._by_iri.get(NamedNode(iri))
        return kind.path if kind else ""

    def tree(self) -> list[Kind]:
        """The classes that stand below no other, by name."""
        below = {name for kind in self.kinds.values() if kind.shown for name in kind.below}
        return self.sort(kind for kind in self.kinds.values() if kind.shown and kind.name not in below)

    def under(self, kind: Kind) -> list[Kind]:
        return self.sort(self.kinds[name] for name in kind.below)

    def over(self, kind: Kind) -> list[Kind]:
        """The classes that a class stands below, from the highest down, the first where there are several."""
        found: list[Kind] = []
        while kind.shown:
            higher = self.sort(each for each in self.kinds.values() if each.shown and kind.name in each.below)
            if not higher or higher[0] in found:
                break
            kind = higher[0]
            found.insert(0, kind)
        return found

    @staticmethod
    def sort(kinds: Iterable[Kind]) -> list[Kind]:
        return sorted(kinds, key=lambda kind: (kind.label.casefold(), kind.name))

    def columns(self, kind: Kind) -> list[Column]:
        """What can be listed of the things of a class, in the order of its shapes."""
        known = self._columns.get(kind.name)
        if known is None:
            known = self._columns[kind.name] = self._find_columns(kind)
        return known

    def _find_columns(self, kind: Kind) -> list[Column]:
        slots = dict(self.vocabulary.slots(kind.iri))
        found = [self.vocabulary.slots(member) for member in kind.members]
        for predicate, slot in found[0].items() if found else ():
            if all(predicate in each for each in found):
                slots.setdefault(predicate, slot)
        ordered = sorted(slots.items(), key=lambda item: (item[1], item[0].value))
        return [
            self._column(predicate, slot)
            for predicate, slot in ordered
            if predicate in self._terms and predicate not in (TYPE, *LABELS)
        ]

    def classes(self, kind: Kind) -> Column:
        """The column that tells the classes of a list apart."""
        return Column(self.context.type_key, TYPE, self.vocabulary.name(TYPE), links=True)

    def column(self, key: str) -> Column | None:
        """What a key of the context stands for, of whatever class."""
        term = self.context.terms.get(key)
        predicate = NamedNode(term.iri) if term else None
        if predicate is None or self._terms.get(predicate) is not term:
            return None
        return self._column(predicate, self.vocabulary.slot([], predicate))

    def _column(self, predicate: NamedNode, slot: Slot) -> Column:
        term = self._terms[predicate]
        key = term.name
        if key in (LABEL, SORT, PAGE):
            key = self._name(predicate) or predicate.value
        return Column(
            key,
            predicate,
            slot.name,
            self.vocabulary.definition(predicate),
            term.type == "@id",
            "" if term.type in (None, "@id") else str(term.type),
        )

    def _above(self, of_class: NamedNode) -> list[NamedNode]:
        found = [of_class]
        for each in found:
            higher = self.vocabulary.ontology.nodes(each, _SUBCLASS)
            found += [other for other in higher if other not in found and other != _EVERYTHING]
        return found[1:]

    def _nearest(self, of_class: NamedNode, shown: set[NamedNode]) -> set[NamedNode]:
        """The classes right above one, of those that are shown."""
        above = [each for each in self._above(of_class) if each in shown]
        farther = {other for each in above for other in self._above(each)}
        return {each for each in above if each not in farther}

    def _name(self, term: NamedNode) -> str:
        if term.value.startswith(self._namespace):
            return term.value.removeprefix(self._namespace)
        found = [
            (len(space), prefix) for prefix, space in self._prefixes.items() if term.value.startswith(space)
        ]
        length, prefix = max(found, default=(0, ""))
        return f"{prefix}:{term.value[length:]}" if prefix else ""


def _properties(terms: Iterable[Term]) -> dict[NamedNode, Term]:
    """The first key of each property."""
    found: dict[NamedNode, Term] = {}
    for term in terms:
        if not (term.is_class or term.reverse):
            found.setdefault(NamedNode(term.iri), term)
    return found
