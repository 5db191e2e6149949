"""What is known of a thing -> what its page shows (`shown`).

No HTTP and no store here, and nothing of the subject: the words and the order are the `Vocabulary`'s.
What a curator writes inside a record, a reader finds as a table inside its page: things that name it by
a property which the context reverses, and things that it names and that have no name of their own, or
whose property the shapes want to be seen in full.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD

from pilotgraph.lookup import NAMING, NOTATION, Incoming
from pilotgraph.paths import Site
from pilotgraph.registers import Register
from pilotgraph.shown import (
    Description,
    Group,
    Outward,
    Property,
    Table,
    Tombstone,
    Value,
    by_heading,
    by_text,
    place_of,
    short_address,
)
from pilotgraph.triples import DELETED, DEPRECATED, FORMER_TYPE, LABELS, REPLACED_BY, TYPE, Term, Triples
from pilotgraph.vocabulary import Slot, Vocabulary

__all__ = ["Describer", "Description", "Group", "Property", "Table", "Value"]

MAX_ROWS = 1_000
_FAMILIAR = tuple(map(str, (OWL, RDF, RDFS, SKOS)))
# What a thing is, in a sentence; the first that there is leads its page.
_LEADS = tuple(map(NamedNode, (DCTERMS.description, SKOS.definition, RDFS.comment)))
_NUMBERS = {str(XSD[name]) for name in ("integer", "nonNegativeInteger", "decimal", "double", "float")}


class ListLinks(Protocol):
    """Where things are listed; an empty path says that there is no such list."""

    def of_class(self, of_class: NamedNode) -> str: ...

    def naming(self, of_class: NamedNode, predicate: NamedNode, thing: NamedNode) -> str: ...


@dataclass(frozen=True, slots=True)
class Describer:
    """Turns triples into what a page shows, in the words of one release.

    `facts` describe the dataset, and name what the store does not hold; `registers` are those of others
    that it links to; `lists` says where what names a thing is listed, if there are lists.
    """

    site: Site
    vocabulary: Vocabulary
    facts: Triples
    registers: Sequence[Register] = ()
    lists: ListLinks | None = None

    def describe(self, iri: str, triples: Triples, incoming: Iterable[Incoming] = ()) -> Description:
        thing = NamedNode(iri)
        classes = triples.nodes(thing, TYPE)
        nested: list[Group] = []
        linked: list[Group] = []
        for predicate in triples.about(thing):
            parts = [
                each for each in triples.nodes(thing, predicate) if self._in_full(predicate, each, triples)
            ]
            if parts:
                kind = Incoming(predicate, next(iter(triples.nodes(parts[0], TYPE)), None), len(parts))
                slot = self.vocabulary.slot(classes, predicate)
                nested.append(self._table(thing, slot, kind, parts, triples))
        for each in incoming:
            inverse = self.vocabulary.inverse(classes, each.predicate)
            slot = inverse or self.vocabulary.slot([each.of_class] if each.of_class else [], each.predicate)
            members = [
                member
                for member in triples.subjects(each.predicate, thing)
                if each.of_class in (triples.nodes(member, TYPE) or (None,))
            ]
            if each.predicate.value in self.vocabulary.nested:
                nested.append(self._table(thing, slot, each, members, triples))
            else:
                names = sorted((self.value(member, triples) for member in members), key=by_text)
                rows = [(name, ()) for name in names]
                group = Group(self._class_name(each), slot.name, each.total, (), rows)
                everything = self._everything(each, thing)
                linked.append(replace(group, everything=everything, named=inverse is not None))
        lead = triples.text(thing, _LEADS, self.vocabulary.language)
        outward = self._outward(thing, triples)
        return Description(
            iri,
            self.value(thing, triples),
            [self.term(each) for each in classes],
            self._sections(thing, triples, {lead, *(NamedNode(each.target.iri) for each in outward)}),
            sorted(nested, key=by_heading),
            sorted(linked, key=lambda group: (not group.named, *by_heading(group))),
            self._literal(lead) if lead else None,
            outward,
            [Value(self.vocabulary.name(each), path) for each in classes if (path := self._list(each))][:1],
            [self.value(each, triples) for each in triples.nodes(thing, REPLACED_BY)],
        )

    def withdrawn(
        self, iri: str, triples: Triples, look_up: Callable[[Collection[str]], Triples]
    ) -> Tombstone:
        """What a page shows of something that is gone.

        :param triples: what its tombstone says.
        :param look_up: finds what things are called, by their IRIs.
        """
        thing = NamedNode(iri)
        others = triples.nodes(thing, REPLACED_BY)
        names = look_up([each.value for each in others]) if others else Triples([])
        day = triples.text(thing, [DELETED])
        reason = triples.text(thing, [NamedNode(RDFS.comment)], self.vocabulary.language)
        return Tombstone(
            self.value(thing, triples),
            [self.term(each) for each in triples.nodes(thing, FORMER_TYPE)],
            day.value.partition("T")[0] if day else "",
            self._literal(reason) if reason else None,
            [self.value(each, names) for each in others],
        )

    def table(
        self,
        answer: bytes,
        look_up: Callable[[Collection[str]], Triples] = lambda _: Triples([]),
        most: int = MAX_ROWS,
    ) -> Table:
        """Read an answer in the SPARQL 1.1 JSON format; numbers and truth stay as a query has them.

        :param look_up: finds what things of ours are called, by their IRIs.
        :param most: how many rows are shown.
        """
        read = json.loads(answer)
        if "boolean" in read:
            return Table([Property("answer")], [[Value(str(read["boolean"]).lower())]], 1)
        found, names = read["results"]["bindings"], read["head"]["vars"]
        shown = found[:most]
        things = {cell["value"] for row in shown for cell in row.values() if self._is_thing(cell)}
        labels = look_up(sorted(things)) if things else Triples([])
        rows = [[self._cell(row.get(name), labels) for name in names] for row in shown]
        columns = [
            Property(name, values=[cell for row in rows if (cell := row[place])])
            for place, name in enumerate(names)
        ]
        return Table(columns, rows, len(found))

    def _is_thing(self, cell: Mapping[str, str]) -> bool:
        return cell["type"] == "uri" and cell["value"].startswith(self.site.things)

    def _cell(self, cell: Mapping[str, str] | None, labels: Triples) -> Value | None:
        if cell is None:
            return None
        if cell["type"] == "uri":
            return self.value(NamedNode(cell["value"]), labels)
        mark = "_:" if cell["type"] == "bnode" else ""
        number = cell.get("datatype") in _NUMBERS
        return Value(f"{mark}{cell['value']}", language=cell.get("xml:lang", ""), number=number)

    def term(self, term: NamedNode) -> Value:
        """Return a class or a property as a page names it."""
        is_deprecated = self.vocabulary.ontology.is_deprecated(term)
        href = self.site.href(term.value)
        return Value(self.vocabulary.name(term), href, term.value, deprecated=is_deprecated)

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
            deprecated=triples.is_deprecated(term) or self.vocabulary.ontology.is_deprecated(term),
        )

    def named(self, term: Term) -> Value:
        """Return what the description names: by its label, or an address without its scheme."""
        value = self.value(term, self.facts)
        return value if value.text != value.iri else replace(value, text=short_address(value.iri))

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

    def _sections(
        self, thing: Term, triples: Triples, elsewhere: Collection[Term | None]
    ) -> list[tuple[str, list[Property]]]:
        """Everything that is said of a thing, but for what the page shows elsewhere."""
        title = triples.text(thing, LABELS, self.vocabulary.language)
        told = {DEPRECATED, REPLACED_BY} if triples.is_deprecated(thing) else set()
        found: dict[str, list[Property]] = {}
        for slot, predicate in self._slots(triples.nodes(thing, TYPE), triples.about(thing).keys() - told):
            values = self._values(
                (
                    value
                    for value in triples.objects(thing, predicate)
                    if value not in elsewhere
                    and not (predicate in LABELS and value == title)
                    and not self._in_full(predicate, value, triples)
                ),
                triples,
                slot,
            )
            if values:
                found.setdefault(slot.group, []).append(self._property(slot, predicate, values))
        return list(found.items())

    def _in_full(self, predicate: NamedNode, value: Term, triples: Triples) -> bool:
        shown = predicate.value in self.vocabulary.in_full and value in triples
        return shown or _is_part(value, triples)

    def _outward(self, thing: Term, triples: Triples) -> list[Outward]:
        """Links to what others hold on a thing: into the registers that the description names."""
        classes, found = triples.nodes(thing, TYPE), []
        for predicate in triples.about(thing):
            for value in triples.nodes(thing, predicate):
                register = next((each for each in self.registers if value.value.startswith(each.space)), None)
                if register:
                    relation = self._property(self.vocabulary.slot(classes, predicate), predicate, ())
                    name = value.value.removeprefix(register.space)
                    target = Value(name, self.site.href(value.value), value.value)
                    found.append(Outward(relation, target, register))
        return sorted(found, key=lambda link: (link.register.title, link.target.text))

    def _slots(
        self, classes: Iterable[NamedNode], predicates: Iterable[NamedNode]
    ) -> list[tuple[Slot, NamedNode]]:
        slots = [(self.vocabulary.slot(classes, each), each) for each in predicates if each != TYPE]
        return sorted(slots, key=lambda pair: (pair[0], pair[1].value))

    def _property(self, slot: Slot, predicate: NamedNode, values: Sequence[Value]) -> Property:
        known = predicate in self.vocabulary.ontology
        href = (known and self.site.path(predicate.value)) or ""
        return Property(slot.name, self.vocabulary.definition(predicate), href, values, slot.group)

    def _values(self, terms: Iterable[Term], triples: Triples, slot: Slot | None = None) -> list[Value]:
        usual = slot.usual if slot else ""
        found = (
            replace(self.value(each, triples), marked=True)
            if usual and str(each) != usual
            else self.value(each, triples)
            for each in terms
            if not isinstance(each, BlankNode)  # the restrictions of an ontology
        )
        return sorted(found, key=by_text)

    def _table(
        self, thing: NamedNode, slot: Slot, kind: Incoming, things: Sequence[Term], triples: Triples
    ) -> Group:
        used = {each for member in things for each in triples.about(member)} - {kind.predicate, *NAMING}
        # What every member says of the thing itself need not be told on its own page.
        told = {each for each in used if all(set(triples.objects(m, each)) <= {thing} for m in things)}
        slots = self._slots([kind.of_class] if kind.of_class else [], used - told)
        rows = [
            (
                self.value(member, triples),
                [
                    self._values(triples.objects(member, predicate), triples, each)
                    for each, predicate in slots
                ],
            )
            for member in things
        ]
        columns = [
            self._property(each, predicate, [value for _, cells in rows for value in cells[place]])
            for place, (each, predicate) in enumerate(slots)
        ]
        everything = self._everything(kind, thing)
        members = sorted(rows, key=lambda row: (place_of(row, columns), by_text(row[0])))
        return Group(self._class_name(kind), slot.name, kind.total, columns, members, everything)

    def _list(self, of_class: NamedNode) -> str:
        return self.lists.of_class(of_class) if self.lists else ""

    def _everything(self, kind: Incoming, thing: NamedNode) -> str:
        """Return where all those are listed that name a thing by a property; empty if nowhere."""
        if self.lists is None or kind.of_class is None:
            return ""
        return self.lists.naming(kind.of_class, kind.predicate, thing)

    def _class_name(self, kind: Incoming) -> str:
        return self.vocabulary.name(kind.of_class) if kind.of_class else ""


def _is_part(term: Term, triples: Triples) -> bool:
    return term in triples and triples.text(term, LABELS) is None and isinstance(term, NamedNode)
