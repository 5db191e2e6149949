"""What is known of a thing -> dataclasses that a template prints.

No HTTP and no store here, and nothing of the subject: the words and the order are the `Vocabulary`'s.
What a curator writes inside a record, a reader finds as a table inside its page: things that name it by
a property which the context reverses, and things that it names and that have no name of their own.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import OWL, RDF, RDFS, SKOS, XSD

from pilotgraph.lookup import NAMES, NOTATION, Incoming
from pilotgraph.paths import Site
from pilotgraph.triples import LABELS, TYPE, Term, Triples
from pilotgraph.vocabulary import LAST, Slot, Vocabulary

MAX_ROWS = 1_000
_FAMILIAR = tuple(map(str, (OWL, RDF, RDFS, SKOS)))
_KINDS = frozenset(
    map(str, (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, RDF.Property))
)
_NUMBERS = {str(XSD[name]) for name in ("integer", "nonNegativeInteger", "decimal", "double", "float")}


@dataclass(frozen=True, slots=True)
class Value:
    """One value as a page shows it. `href` is empty for what is no link."""

    text: str
    href: str = ""
    iri: str = ""
    language: str = ""
    notation: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Property:
    """A property as a page names it, and its values: of one thing, or of a whole column."""

    name: str
    definition: str = ""
    href: str = ""
    values: Sequence[Value] = ()

    @property
    def number(self) -> bool:
        return bool(self.values) and all(value.number for value in self.values)


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one class that name the described thing by one property.

    With `columns` it is a table, each member with its own values; without, a list of links.
    `total` counts those that are not shown as well.
    """

    of_class: str
    name: str
    total: int
    columns: Sequence[Property]
    members: Sequence[tuple[Value, Sequence[Sequence[Value]]]]


@dataclass(frozen=True, slots=True)
class Description:
    """What the page of one thing shows.

    `sections` are properties that belong together, with a heading that may be empty; `nested` are
    the groups to show as tables.
    """

    iri: str
    title: Value
    classes: Sequence[Value]
    sections: Sequence[tuple[str, Sequence[Property]]]
    nested: Sequence[Group] = ()
    linked: Sequence[Group] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a SELECT or an ASK, as a page shows it; `total` counts rows left out as well."""

    columns: Sequence[Property]
    rows: Sequence[Sequence[Value | None]]
    total: int


@dataclass(frozen=True, slots=True)
class Describer:
    """Turns triples into what a page shows, in the words of one release.

    `facts` describe the dataset, and name what the store does not hold.
    """

    site: Site
    vocabulary: Vocabulary
    facts: Triples

    def describe(self, iri: str, triples: Triples, incoming: Iterable[Incoming] = ()) -> Description:
        thing = NamedNode(iri)
        classes = triples.nodes(thing, TYPE)
        nested: list[Group] = []
        linked: list[Group] = []
        for predicate in triples.about(thing):
            parts = [each for each in triples.nodes(thing, predicate) if _is_part(each, triples)]
            if parts:
                kind = Incoming(predicate, next(iter(triples.nodes(parts[0], TYPE)), None), len(parts))
                nested.append(self._table(self.vocabulary.slot(classes, predicate), kind, parts, triples))
        for each in incoming:
            inverse = self.vocabulary.slot(classes, each.predicate, inverse=True)
            slot = self.vocabulary.slot([each.of_class] if each.of_class else [], each.predicate)
            slot = inverse if inverse.order < LAST else slot
            members = [
                member
                for member in triples.subjects(each.predicate, thing)
                if each.of_class in (triples.nodes(member, TYPE) or (None,))
            ]
            if each.predicate.value in self.vocabulary.nested:
                nested.append(self._table(slot, each, members, triples))
            else:
                rows = [(self.value(member, triples), ()) for member in members]
                linked.append(self._group(slot, each, rows))
        return Description(
            iri,
            self.value(thing, triples),
            [self.term(each) for each in classes],
            self._sections(thing, triples),
            sorted(nested, key=_by_heading),
            sorted(linked, key=_by_heading),
        )

    def terms(self, namespace: str) -> list[tuple[str, list[Description]]]:
        """Describe the ontology's own terms, by what they are."""
        ontology = self.vocabulary.ontology
        found: dict[str, list[Description]] = {}
        for term in ontology:
            if isinstance(term, NamedNode) and term.value.startswith(namespace):
                kinds = [self.vocabulary.name(kind) for kind in ontology.nodes(term, TYPE)]
                found.setdefault(min(kinds, default=""), []).append(self.describe(term.value, ontology))
        return [
            (kind, sorted(terms, key=lambda term: _by_text(term.title)))
            for kind, terms in sorted(found.items())
        ]

    def borrowed(self, namespace: str) -> list[Value]:
        """Name the terms of others that the ontology declares: data use them beside its own."""
        ontology = self.vocabulary.ontology
        terms = [
            term
            for term in ontology
            if isinstance(term, NamedNode)
            and not term.value.startswith(namespace)
            and _is_term(ontology, term)
        ]
        return [self.value(term, ontology) for term in sorted(terms, key=lambda term: term.value)]

    def table(self, answer: bytes) -> Table:
        """Read an answer in the SPARQL 1.1 JSON format; numbers and truth stay as a query has them."""
        read = json.loads(answer)
        if "boolean" in read:
            return Table([Property("answer")], [[Value(str(read["boolean"]).lower())]], 1)
        found, names = read["results"]["bindings"], read["head"]["vars"]
        rows = [[self._cell(row.get(name)) for name in names] for row in found[:MAX_ROWS]]
        columns = [
            Property(name, values=[cell for row in rows if (cell := row[place])])
            for place, name in enumerate(names)
        ]
        return Table(columns, rows, len(found))

    def _cell(self, cell: Mapping[str, str] | None) -> Value | None:
        if cell is None:
            return None
        if cell["type"] == "uri":
            return self.value(NamedNode(cell["value"]), Triples([]))
        mark = "_:" if cell["type"] == "bnode" else ""
        number = cell.get("datatype") in _NUMBERS
        return Value(f"{mark}{cell['value']}", language=cell.get("xml:lang", ""), number=number)

    def term(self, term: NamedNode) -> Value:
        """Return a class or a property as a page names it."""
        return Value(self.vocabulary.name(term), self.site.href(term.value), term.value)

    def value(self, term: Term, triples: Triples) -> Value:
        """Return a term as a page shows it, named by what the triples or the ontology say."""
        if isinstance(term, Literal):
            return self._literal(term)
        if not isinstance(term, NamedNode):
            return Value(str(term))
        language = self.vocabulary.language
        label = triples.text(term, LABELS, language) or self.facts.text(term, LABELS, language)
        notation = triples.text(term, [NOTATION])
        code = notation.value if notation else ""
        return Value(
            label.value if label else code or self._name(term),
            self.site.href(term.value),
            term.value,
            self._other(label),
            code if label else "",
        )

    def _literal(self, literal: Literal) -> Value:
        text, datatype = literal.value, literal.datatype.value
        if datatype in _NUMBERS:
            whole, dot, rest = text.partition(".")
            return Value(re.sub(r"\B(?=(\d{3})+$)", ",", whole) + dot + rest, number=True)
        if datatype == str(XSD.boolean):
            return Value({"true": "yes", "false": "no"}.get(text, text))
        return Value(
            text,
            self.site.href(text) if datatype == str(XSD.anyURI) else "",
            language=self._other(literal),
        )

    def _name(self, term: NamedNode) -> str:
        if term.value.startswith(self.site.things):
            return term.value.removeprefix(self.site.things)
        known = term in self.vocabulary.ontology or term.value.startswith(_FAMILIAR)
        return self.vocabulary.name(term) if known else term.value

    def _other(self, literal: Literal | None) -> str:
        language = (literal and literal.language) or ""
        return "" if language == self.vocabulary.language else language

    def _sections(self, thing: Term, triples: Triples) -> list[tuple[str, list[Property]]]:
        # A title stands in the heading, and parts stand in tables below.
        title = triples.text(thing, LABELS, self.vocabulary.language)
        found: dict[str, list[Property]] = {}
        for slot, predicate in self._slots(triples.nodes(thing, TYPE), triples.about(thing)):
            values = self._values(
                (
                    value
                    for value in triples.objects(thing, predicate)
                    if not (predicate in LABELS and value == title) and not _is_part(value, triples)
                ),
                triples,
            )
            if values:
                found.setdefault(slot.group, []).append(self._property(slot, predicate, values))
        return list(found.items())

    def _slots(
        self, classes: Iterable[NamedNode], predicates: Iterable[NamedNode]
    ) -> list[tuple[Slot, NamedNode]]:
        slots = [(self.vocabulary.slot(classes, each), each) for each in predicates if each != TYPE]
        return sorted(slots, key=lambda pair: (pair[0], pair[1].value))

    def _property(self, slot: Slot, predicate: NamedNode, values: Sequence[Value]) -> Property:
        known = predicate in self.vocabulary.ontology
        href = (known and self.site.path(predicate.value)) or ""
        return Property(slot.name, self.vocabulary.definition(predicate), href, values)

    def _values(self, terms: Iterable[Term], triples: Triples) -> list[Value]:
        # Blank nodes are the restrictions of an ontology.
        found = (self.value(each, triples) for each in terms if not isinstance(each, BlankNode))
        return sorted(found, key=_by_text)

    def _table(self, slot: Slot, kind: Incoming, members: Sequence[Term], triples: Triples) -> Group:
        used = {each for member in members for each in triples.about(member)} - {kind.predicate, *NAMES}
        slots = self._slots([kind.of_class] if kind.of_class else [], used)
        rows = [
            (
                self.value(member, triples),
                [self._values(triples.objects(member, predicate), triples) for _, predicate in slots],
            )
            for member in members
        ]
        columns = [
            self._property(each, predicate, [value for _, cells in rows for value in cells[place]])
            for place, (each, predicate) in enumerate(slots)
        ]
        return self._group(slot, kind, rows, columns)

    def _group(
        self,
        slot: Slot,
        kind: Incoming,
        rows: Iterable[tuple[Value, Sequence[Sequence[Value]]]],
        columns: Sequence[Property] = (),
    ) -> Group:
        of_class = self.vocabulary.name(kind.of_class) if kind.of_class else ""
        return Group(of_class, slot.name, kind.total, columns, sorted(rows, key=lambda row: _by_text(row[0])))


def _is_part(term: Term, triples: Triples) -> bool:
    return term in triples and triples.text(term, LABELS) is None and isinstance(term, NamedNode)


def _is_term(ontology: Triples, node: NamedNode) -> bool:
    return any(kind.value in _KINDS for kind in ontology.nodes(node, TYPE))


def _by_text(value: Value) -> tuple[str, str, str]:
    return (value.text.casefold(), value.language, value.iri)


def _by_heading(group: Group) -> tuple[str, str]:
    return (group.of_class, group.name)
