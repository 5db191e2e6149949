"""What the pages of an ontology say of a term: dataclasses that a template prints."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import NamedNode
from rdflib import OWL, RDF

from pilotgraph.questions import Question
from pilotgraph.shown import Property, Value
from pilotgraph.triples import Term, Triples

# Kinds of terms, in the order of a page, and the heading of each.
KINDS = {
    str(OWL.Class): "Classes",
    str(OWL.ObjectProperty): "Properties that name a thing",
    str(OWL.DatatypeProperty): "Properties that have a value",
    str(OWL.AnnotationProperty): "Annotations",
    str(RDF.Property): "Properties",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A `Phrase` as a page prints it."""

    words: str
    values: Sequence[Value] = ()
    code: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What a class asks of one property, as a row of a table."""

    of: Value
    key: str
    cardinality: str
    alternatives: Sequence[Sequence[Words]]
    messages: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Use:
    """Classes that ask the same of a property: how many values, and which."""

    classes: Sequence[Value]
    cardinality: str
    alternatives: Sequence[Sequence[Words]]


@dataclass(frozen=True, slots=True)
class Example:
    """A thing of a class; or a thing that has a property, and its value."""

    thing: Value
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What the page of an ontology says of a term.

    `total` is how many things a class has, its subclasses' too, or how often a property is used; None if the
    release does not count it.  `inherited` names what a class above asks as well; `replaced` is what took the
    place of a term that is deprecated.
    """

    iri: str
    anchor: str
    page: str
    curie: str
    title: Value
    kind: str
    definition: str
    facts: Sequence[Property]
    keys: Sequence[str]
    total: int | None
    listed: str
    rules: Sequence[Rule]
    inherited: Sequence[tuple[Value, Sequence[Value]]]
    uses: Sequence[Use]
    conditions: Sequence[str]
    examples: Sequence[Example]
    query: str
    questions: Sequence[Question]
    replaced: Sequence[Value] = ()

    @property
    def is_class(self) -> bool:
        return self.kind == str(OWL.Class)

    @property
    def is_property(self) -> bool:
        return self.kind in KINDS and not self.is_class


@dataclass(frozen=True, slots=True)
class Samples:
    """Things from the data, by class or by property, and what they are called."""

    things: Mapping[NamedNode, Sequence[NamedNode]] = field(default_factory=dict)
    values: Mapping[NamedNode, Sequence[tuple[NamedNode, Term]]] = field(default_factory=dict)
    names: Triples = field(default_factory=lambda: Triples([]))
