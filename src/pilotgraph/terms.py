"""An ontology and its shapes -> an account of each term: what it means, what is asked of it, how it is used.

In: the words of a release (`Describer`), what its shapes ask (`Constraints`), its context and questions, what
the description of the dataset counts, and a few things as examples.  Out: dataclasses that a template prints.
No HTTP and no store here, and nothing of the subject.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode
from rdflib import OWL, RDFS, SKOS, VOID

from pilotgraph.accounts import KINDS, Account, Example, Rule, Samples, Use, Words
from pilotgraph.constraints import DATATYPES, Constraint, Constraints, Phrase
from pilotgraph.context import Context
from pilotgraph.pages import Describer
from pilotgraph.questions import Question
from pilotgraph.shown import Property, Value
from pilotgraph.term_queries import query_of_class, query_of_property, short
from pilotgraph.triples import DEPRECATED, LABELS, REPLACED_BY, TYPE, Term, Triples

_TOLD = frozenset(
    map(NamedNode, (*map(str, (SKOS.definition, RDFS.comment, RDFS.isDefinedBy)), TYPE.value))
).union(LABELS, (DEPRECATED, REPLACED_BY))
_SUB = NamedNode(RDFS.subClassOf)
_BELOW = "kinds of it"
# What a page calls the properties by which an ontology speaks of its terms, in the order of the page.
_FACTS = {
    str(SKOS.scopeNote): "note",
    str(SKOS.example): "example",
    str(RDFS.subClassOf): "is a kind of",
    str(RDFS.subPropertyOf): "is a kind of",
    "": _BELOW,
    str(RDFS.domain): "said of",
    str(RDFS.range): "its values",
    str(OWL.inverseOf): "the other way round",
}
_SHOWN_CHARACTERS = 100


def kind_of(ontology: Triples, term: NamedNode) -> str:
    """What sort of term it is, an IRI: the first of `KINDS`, or any class that it has; empty if none."""
    kinds = [each.value for each in ontology.nodes(term, TYPE)]
    return next((kind for kind in KINDS if kind in kinds), min(kinds, default=""))


def counts(facts: Triples, dataset: NamedNode) -> dict[NamedNode, int]:
    """How many things of a class there are, and how often a property is used, by what VoID says."""
    found: dict[NamedNode, int] = {}
    for parts, term, number in (
        (VOID.classPartition, VOID["class"], VOID.entities),
        (VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        for part in facts.nodes(dataset, NamedNode(parts)):
            total = facts.text(part, [NamedNode(number)])
            found |= {each: int(total.value) for each in facts.nodes(part, NamedNode(term)) if total}
    return found


class Terms:
    """The terms of a release, its own and those of others that it uses.

    :param totals: as `counts` finds them.
    """

    def __init__(
        self,
        describer: Describer,
        constraints: Constraints,
        context: Context,
        totals: Mapping[NamedNode, int],
        questions: Sequence[Question] = (),
    ) -> None:
        self.describer, self.constraints, self.context = describer, constraints, context
        self.totals = totals
        self.namespace = namespace = f"{describer.site.dataset}ontology#"
        self.ontology = describer.vocabulary.ontology
        named = [each for each in self.ontology if isinstance(each, NamedNode)]
        self.own = [each for each in named if each.value.startswith(namespace)]
        ontology = namespace.rstrip("#/")
        declared = [each for each in named if kind_of(self.ontology, each) in KINDS]
        asked = {*constraints.by_class, *constraints.by_property, *totals}
        others = {each for each in declared if not each.value.startswith((namespace, ontology))}
        # Terms of others that something is asked of, or that are used; and those that are only spoken of.
        self.used = sorted(others & asked, key=lambda term: term.value)
        self.spoken_of = sorted(others - asked, key=lambda term: term.value)
        self._here = {*self.own, *self.used}
        self._asking: dict[NamedNode, list[Question]] = {}
        for question in questions:
            for text, _ in question.terms:
                self._asking.setdefault(NamedNode(context.expand(text)), []).append(question)

    def wanted(self) -> tuple[list[NamedNode], list[NamedNode]]:
        """The classes and the properties that there may be examples of."""
        used = [each for each in (*self.own, *self.used) if each in self.totals]
        classes = [each for each in used if kind_of(self.ontology, each) == str(OWL.Class)]
        return classes, [each for each in used if each in self.own and each not in classes]

    def by_kind(self, terms: Iterable[NamedNode], samples: Samples) -> list[tuple[str, list[Account]]]:
        """Give an account of terms, by what they are, under the heading of each kind."""
        found: dict[str, list[Account]] = {}
        for term in terms:
            found.setdefault(kind_of(self.ontology, term), []).append(self.account(term, samples))
        places = {kind: place for place, kind in enumerate(KINDS)}
        return [
            (
                KINDS.get(kind) or self.describer.vocabulary.name(NamedNode(kind)) if kind else "",
                sorted(found[kind], key=lambda account: (account.title.text.casefold(), account.iri)),
            )
            for kind in sorted(found, key=lambda kind: (places.get(kind, len(places)), kind))
        ]

    def name(self, term: NamedNode) -> Value:
        """A term as the page of the ontology names it: a link to where it stands there, if it does."""
        if term.value in DATATYPES:
            return Value(DATATYPES[term.value])
        named = self.describer.term(term)
        if term in self._here:
            return replace(named, href=f"{self.describer.site.prefix}/ontology#{self.anchor(term)}")
        return named

    def name_in(self, constraint: Constraint, term: NamedNode | None = None) -> Value:
        """A property as the shapes of a class name it, that of a constraint or one that it compares with."""
        term = term or constraint.predicate
        inverse = constraint.inverse and term == constraint.predicate
        slot = self.describer.vocabulary.slot([constraint.of_class], term, inverse=inverse)
        named = self.name(term)
        return Value(slot.name, named.href, named.iri)

    def anchor(self, term: NamedNode) -> str:
        """The name of a term's place on the page."""
        if term.value.startswith(self.namespace):
            return term.value.removeprefix(self.namespace)
        return re.sub(r"[^\w.:-]", "-", self.curie(term).strip("<>"))

    def curie(self, term: NamedNode) -> str:
        """A term with a prefix, as SPARQL takes it; or its IRI in brackets."""
        return short(term, self.context.prefixes)[0]

    def account(self, term: NamedNode, samples: Samples) -> Account:
        ontology, vocabulary = self.ontology, self.describer.vocabulary
        kind = kind_of(ontology, term)
        is_class = kind == str(OWL.Class)
        own = is_class or term.value.startswith(self.namespace)  # how those of others are used, they say
        lists = self.describer.lists
        constraints = self.constraints.by_class.get(term, [])
        rules, inherited = self._own_rules(term, constraints)
        label = ontology.text(term, LABELS, vocabulary.language)
        return Account(
            term.value,
            self.anchor(term),
            f"{self.describer.site.prefix}/ontology/term/{quote(self.anchor(term), safe=':')}",
            self.curie(term),
            self.describer.value(term, ontology) if label else Value(vocabulary.name(term)),
            kind,
            vocabulary.definition(term),
            self._facts(term, is_class),
            self._keys(term),
            self._total(term, is_class),
            lists.of_class(term) if is_class and lists else "",
            [self._rule(each, samples) for each in rules],
            inherited,
            self._uses(term, samples),
            [text for each in self.constraints.conditions.get(term, []) for text in each.messages],
            self._examples(term, samples, is_class) if own else [],
            self._query(term, is_class) if own and self._total(term, is_class) else "",
            self._asking.get(term, []),
            [self.name(each) for each in ontology.nodes(term, REPLACED_BY)],
        )

    def _facts(self, term: NamedNode, is_class: bool) -> list[Property]:
        """What else the ontology says of a term, and what is below a class."""
        vocabulary = self.describer.vocabulary
        said: dict[str, list[Value]] = {name: [] for name in _FACTS.values()}
        for predicate in sorted(set(self.ontology.about(term)) - _TOLD, key=lambda each: each.value):
            name = _FACTS.get(predicate.value) or vocabulary.name(predicate)
            said.setdefault(name, []).extend(
                self.name(each) if isinstance(each, NamedNode) else self.describer.value(each, self.ontology)
                for each in self.ontology.objects(term, predicate)
                if isinstance(each, NamedNode | Literal)
            )
        said[_BELOW] = [self.name(each) for each in self._below(term)] if is_class else []
        return [
            Property(name, values=sorted(values, key=lambda value: value.text.casefold()))
            for name, values in said.items()
            if values
        ]

    def _below(self, term: NamedNode) -> list[NamedNode]:
        return [each for each in self.ontology.subjects(_SUB, term) if isinstance(each, NamedNode)]

    def all_below(self, term: NamedNode) -> list[NamedNode]:
        """A class and those below it, however far."""
        found = [term]
        for each in found:
            found += [other for other in self._below(each) if other not in found]
        return found

    def all_above(self, term: NamedNode) -> list[NamedNode]:
        """The classes above a class, the nearest first."""
        found = self.ontology.nodes(term, _SUB)
        for each in found:
            found += [other for other in self.ontology.nodes(each, _SUB) if other not in found]
        return found

    def _keys(self, term: NamedNode) -> list[str]:
        """How a record writes a term: as a type, or as keys; with a reversed key it is the other thing's."""
        found = [each for each in self.context.terms.values() if each.iri == term.value]
        return [
            f"{self.context.type_key}: {each.name}" if each.is_class else f"{each.name}:" for each in found
        ]

    def _total(self, term: NamedNode, is_class: bool) -> int | None:
        counted = [each for each in (self.all_below(term) if is_class else [term]) if each in self.totals]
        return sum(self.totals[each] for each in counted) if counted else None

    def _own_rules(
        self, term: NamedNode, constraints: Sequence[Constraint]
    ) -> tuple[list[Constraint], list[tuple[Value, list[Value]]]]:
        """What a class asks itself, and what a class above asks in the same words."""
        rest, inherited = list(constraints), []
        for each in self.all_above(term):
            shapes = {shape for rule in self.constraints.by_class.get(each, []) for shape in rule.shapes}
            same = [rule for rule in rest if shapes.issuperset(rule.shapes)]
            if same:
                inherited.append((self.name(each), [self.name(rule.predicate) for rule in same]))
                rest = [rule for rule in rest if rule not in same]
        return rest, inherited

    def _uses(self, term: NamedNode, samples: Samples) -> list[Use]:
        found: dict[tuple[object, ...], list[Constraint]] = {}
        for each in self.constraints.by_property.get(term, []):
            found.setdefault((each.inverse, each.cardinality, each.alternatives), []).append(each)
        return [
            Use(
                sorted((self.name(each.of_class) for each in same), key=lambda value: value.text.casefold()),
                same[0].cardinality,
                self._alternatives(same[0], samples),
            )
            for same in sorted(found.values(), key=len, reverse=True)
        ]

    def _alternatives(self, constraint: Constraint, samples: Samples) -> list[list[Words]]:
        return [[self._words(constraint, each, samples) for each in one] for one in constraint.alternatives]

    def _rule(self, constraint: Constraint, samples: Samples) -> Rule:
        keys = [
            each.name
            for each in self.context.terms.values()
            if each.iri == constraint.predicate.value and each.reverse == constraint.inverse
        ]
        return Rule(
            self.name_in(constraint),
            ", ".join(keys),
            constraint.cardinality,
            self._alternatives(constraint, samples),
            constraint.messages,
        )

    def _words(self, constraint: Constraint, phrase: Phrase, samples: Samples) -> Words:
        values = [self._value(constraint, term, samples) for term in phrase.terms]
        code = phrase.code.removeprefix(self.describer.site.things)
        return Words(phrase.words, values, code, phrase.unit)

    def _value(self, constraint: Constraint, term: Term, samples: Samples) -> Value:
        if not isinstance(term, NamedNode) or term not in self._here:
            return self.describer.value(term, samples.names)
        is_property = kind_of(self.ontology, term) in KINDS and kind_of(self.ontology, term) != str(OWL.Class)
        return self.name_in(constraint, term) if is_property else self.name(term)

    def _query(self, term: NamedNode, is_class: bool) -> str:
        if not is_class:
            return query_of_property(term, self.context.prefixes)
        below = len(self.all_below(term)) > 1
        return query_of_class(
            term, self.constraints.by_class.get(term, ()), self.context.prefixes, below=below
        )

    def _examples(self, term: NamedNode, samples: Samples, is_class: bool) -> list[Example]:
        if is_class:
            things = samples.things.get(term, ())
            if not things:
                found = (samples.things.get(each, ()) for each in self.all_below(term))
                things = [each[0] for each in found if each][:3]
            return [Example(self.describer.value(each, samples.names)) for each in things]
        return [
            Example(
                self.describer.value(thing, samples.names), _short(self.describer.value(value, samples.names))
            )
            for thing, value in samples.values.get(term, ())
        ]


def _short(value: Value) -> Value:
    if len(value.text) <= _SHOWN_CHARACTERS:
        return value
    text = value.text[:_SHOWN_CHARACTERS].rsplit(" ", 1)[0] + " …"
    return Value(text, value.href, value.iri, value.language, value.notation, value.number)
