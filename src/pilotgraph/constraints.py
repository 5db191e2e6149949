"""Shapes -> what a class asks of each of its properties, in words that a curator reads.

In: shapes as triples, written in SHACL Core <https://www.w3.org/TR/shacl/>.  Out: a `Constraint` for each
property shape of a class: how many values, which values, and the message.  Terms stay terms, for a page to
name and link.  A part of SHACL that `_PHRASES` does not know adds no words; the message covers it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, Literal, NamedNode
from rdflib import RDF, SH, XSD

from pilotgraph.lexical import split
from pilotgraph.triples import TYPE, Term, Triples

DATATYPES = {
    str(RDF.langString): "text in a language",
    str(XSD.string): "text",
    str(XSD.boolean): "true or false",
    str(XSD.integer): "whole number",
    str(XSD.decimal): "decimal number",
    str(XSD.double): "number",
    str(XSD.date): "date",
    str(XSD.dateTime): "date and time",
    str(XSD.gYear): "year",
    str(XSD.gYearMonth): "month of a year",
    str(XSD.anyURI): "web address",
}
# What a value may be, by the parameter of SHACL that says so; the value of the parameter follows.
_PHRASES = {
    "class": "",
    "datatype": "",
    "nodeKind": "",
    "in": "one of",
    "hasValue": "always",
    "pattern": "like",
    "minInclusive": "from",
    "minExclusive": "over",
    "maxInclusive": "up to",
    "maxExclusive": "under",
    "minLength": "at least",
    "maxLength": "at most",
    "disjoint": "other than its",
    "equals": "the same as its",
    "lessThan": "less than its",
    "lessThanOrEquals": "not beyond its",
    "uniqueLang": "",
}
_UNITS = {"minLength": "characters", "maxLength": "characters"}
_KINDS = {
    str(SH.IRI): "a thing",
    str(SH.Literal): "a value",
    str(SH.BlankNodeOrIRI): "a thing",
    str(SH.IRIOrLiteral): "a thing or a value",
}
# The beginning of an IRI, as an expression that means nothing else.
_BEGINNING = re.compile(r"\^(https?://[^\\^$*+?()\[\]{}|]*)")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few words on what a value may be, the terms and values (with a unit) that follow, or a pattern."""

    words: str
    terms: tuple[Term, ...] = ()
    code: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a class asks of a property, read from one property shape or from several.

    `shapes` are their IRIs, or the names that unnamed ones got when they were read.
    A value fits one of the `alternatives`, and all phrases of that.  `messages` are those of the shapes, each
    with its severity where it does not stop a release: "Warning" or "Info".  `inverse` is whether the things
    of the class are the values and not the subjects.
    """

    of_class: NamedNode
    predicate: NamedNode
    inverse: bool
    shapes: tuple[str, ...]
    least: int = 0
    most: int | None = None
    alternatives: tuple[tuple[Phrase, ...], ...] = ()
    messages: tuple[tuple[str, str], ...] = ()
    order: float = field(default=float("inf"))

    @property
    def cardinality(self) -> str:
        """How many values there are, in words."""
        least, most = self.least, self.most
        if least == most:
            return f"exactly {_number(least)}"
        if most is None:
            return f"at least {_number(least)}" if least else "any number"
        return f"from {least} to {most}" if least else f"at most {_number(most)}"

    @property
    def classes(self) -> list[NamedNode]:
        """The classes that its values may have."""
        phrases = (phrase for each in self.alternatives for phrase in each if not phrase.words)
        return [term for phrase in phrases for term in phrase.terms if isinstance(term, NamedNode)]

    @property
    def takes_anything(self) -> bool:
        """Whether a value may be a thing of any class."""
        return any(phrase.words == _KINDS[str(SH.IRI)] for each in self.alternatives for phrase in each)


@dataclass(frozen=True, slots=True)
class Condition:
    """What whatever has a property is asked for besides: the messages of a shape for its subjects."""

    shape: str
    messages: tuple[str, ...]


class Constraints:
    """What shapes ask: of the properties of each class, and of whatever has a property."""

    def __init__(self, shapes: Triples, language: str = "") -> None:
        self._shapes, self._language = shapes, language
        self.by_class: dict[NamedNode, list[Constraint]] = {}
        self.by_property: dict[NamedNode, list[Constraint]] = {}
        self.conditions: dict[NamedNode, list[Condition]] = {}
        for shape in shapes.subjects(TYPE, NamedNode(SH.NodeShape)):
            for target in shapes.nodes(shape, NamedNode(SH.targetClass)):
                for rule in shapes.objects(shape, NamedNode(SH.property)):
                    for constraint in self._read(target, rule):
                        self.by_class.setdefault(target, []).append(constraint)
            for having in shapes.nodes(shape, NamedNode(SH.targetSubjectsOf)):
                rules = [*shapes.objects(shape, NamedNode(SH.property))]
                told = [text for rule in [shape, *rules] if (text := self._message(rule))]
                self.conditions.setdefault(having, []).append(Condition(_name(shape), tuple(told)))
        for target, found in self.by_class.items():
            self.by_class[target] = list(_merge(found))
            for each in self.by_class[target]:
                self.by_property.setdefault(each.predicate, []).append(each)

    def _read(self, target: NamedNode, rule: Term) -> Iterator[Constraint]:
        shapes = self._shapes
        # A rule that only warns says nothing of what a release may hold.
        severity = next((split(each.value)[1] for each in shapes.nodes(rule, NamedNode(SH.severity))), "")
        severity = "" if severity == "Violation" else severity
        message = self._message(rule)
        order = shapes.text(rule, [NamedNode(SH.order)])
        for path in shapes.objects(rule, NamedNode(SH.path)):
            inverse = shapes.nodes(path, NamedNode(SH.inversePath))
            for predicate in inverse or ([path] if isinstance(path, NamedNode) else []):
                yield Constraint(
                    target,
                    predicate,
                    bool(inverse),
                    (_name(rule),),
                    0 if severity else self._count(rule, SH.minCount) or 0,
                    None if severity else self._count(rule, SH.maxCount),
                    () if severity else tuple(self._alternatives(rule)),
                    ((severity, message),) if message else (),
                    float(order.value) if order else float("inf"),
                )

    def _message(self, rule: Term) -> str:
        found = self._shapes.text(rule, [NamedNode(SH.message)], self._language)
        return found.value if found else ""

    def _count(self, rule: Term, parameter: str) -> int | None:
        found = self._shapes.text(rule, [NamedNode(parameter)])
        return int(found.value) if found else None

    def _alternatives(self, rule: Term) -> Iterator[tuple[Phrase, ...]]:
        always = tuple(self._phrases(rule))
        choices = [
            tuple(self._phrases(each))
            for head in self._shapes.objects(rule, NamedNode(SH["or"]))
            for each in self._items(head)
        ]
        if choices:
            yield from (always + choice for choice in choices)
        elif always:
            yield always

    def _phrases(self, rule: Term) -> Iterator[Phrase]:
        for name, words in _PHRASES.items():
            for value in self._shapes.objects(rule, NamedNode(SH[name])):
                if name == "in":
                    yield Phrase(words, tuple(self._items(value)))
                elif name == "uniqueLang":
                    yield Phrase("one in each language")
                elif name == "datatype" and isinstance(value, NamedNode):
                    yield Phrase(DATATYPES.get(value.value, split(value.value)[1]))
                elif name == "nodeKind" and isinstance(value, NamedNode):
                    yield Phrase(_KINDS.get(value.value, ""))
                elif name == "pattern" and isinstance(value, Literal):
                    beginning = _BEGINNING.fullmatch(value.value)
                    if beginning:
                        yield Phrase("whose IRI begins with", code=beginning[1])
                    else:
                        yield Phrase(words, code=value.value)
                elif not isinstance(value, BlankNode):
                    yield Phrase(words, (value,), unit=_UNITS.get(name, ""))

    def _items(self, head: Term) -> Iterator[Term]:
        """The members of an RDF list."""
        seen: set[Term] = set()
        while head not in seen and head in self._shapes:
            seen.add(head)
            yield from self._shapes.objects(head, NamedNode(RDF.first))
            head = next(self._shapes.objects(head, NamedNode(RDF.rest)), head)


def _merge(found: Iterable[Constraint]) -> Sequence[Constraint]:
    """One constraint a property, in the order of the shapes."""
    merged: dict[tuple[NamedNode, bool], Constraint] = {}
    for each in sorted(found, key=lambda each: (each.order, each.predicate.value)):
        key = (each.predicate, each.inverse)
        first = merged.get(key)
        merged[key] = _both(first, each) if first else each
    return list(merged.values())


def _both(first: Constraint, second: Constraint) -> Constraint:
    limits = [each for each in (first.most, second.most) if each is not None]
    alternatives = first.alternatives or second.alternatives
    if first.alternatives and second.alternatives:
        alternatives = tuple(
            tuple(dict.fromkeys(one + other)) for one in first.alternatives for other in second.alternatives
        )
    return Constraint(
        first.of_class,
        first.predicate,
        first.inverse,
        tuple(dict.fromkeys(first.shapes + second.shapes)),
        max(first.least, second.least),
        min(limits, default=None),
        alternatives,
        tuple(dict.fromkeys(first.messages + second.messages)),
        first.order,
    )


def _number(count: int) -> str:
    return "one" if count == 1 else str(count)


def _name(shape: Term) -> str:
    return shape.value if isinstance(shape, NamedNode) else str(shape)


def names_in(constraints: Iterable[Constraint]) -> set[NamedNode]:
    """The things that constraints speak of, which a page names by their labels."""
    return {
        term
        for each in constraints
        for phrases in each.alternatives
        for phrase in phrases
        for term in phrase.terms
        if isinstance(term, NamedNode)
    }
