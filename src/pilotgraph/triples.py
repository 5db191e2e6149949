"""Triples, indexed for reading: what is said of a subject, and which subjects name an object."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, XSD, Namespace

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple

TYPE = NamedNode(RDF.type)
LABELS = (NamedNode(SKOS.prefLabel), NamedNode(RDFS.label), NamedNode(DCTERMS.title))

# What was released is for ever: it may be deprecated, with what is to be used in its place, or withdrawn;
# then a tombstone stands for it <https://www.w3.org/TR/activitystreams-vocabulary/#dfn-tombstone>.
AS = Namespace("https://www.w3.org/ns/activitystreams#")
DEPRECATED, REPLACED_BY = NamedNode(OWL.deprecated), NamedNode(DCTERMS.isReplacedBy)
TOMBSTONE = NamedNode(AS.Tombstone)
# All that says "it is so" in RDF.
TRUE = frozenset(Literal(text, datatype=NamedNode(XSD.boolean)) for text in ("true", "1"))
DELETED, FORMER_TYPE = NamedNode(AS.deleted), NamedNode(AS.formerType)


class Triples:
    """Triples by subject and by object; equal ones count once."""

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        self._out: dict[Term, dict[NamedNode, dict[Term, None]]] = {}
        self._in: dict[tuple[NamedNode, Term], dict[Term, None]] = {}
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            self._out.setdefault(subject, {}).setdefault(predicate, {})[value] = None
            self._in.setdefault((predicate, value), {})[subject] = None

    def __contains__(self, subject: object) -> bool:
        return subject in self._out

    def __iter__(self) -> Iterator[Term]:
        return iter(self._out)

    def about(self, subject: Term) -> Mapping[NamedNode, Collection[Term]]:
        return self._out.get(subject, {})

    def of(self, subject: NamedNode) -> Iterator[Triple]:
        for predicate, values in self.about(subject).items():
            yield from (Triple(subject, predicate, value) for value in values)

    def objects(self, subject: Term, *predicates: NamedNode) -> Iterator[Term]:
        for predicate in predicates:
            yield from self.about(subject).get(predicate, ())

    def subjects(self, predicate: NamedNode, value: Term) -> Collection[Term]:
        return self._in.get((predicate, value), ())

    def nodes(self, subject: Term, *predicates: NamedNode) -> list[NamedNode]:
        return [term for term in self.objects(subject, *predicates) if isinstance(term, NamedNode)]

    def is_deprecated(self, subject: Term) -> bool:
        return not TRUE.isdisjoint(self.objects(subject, DEPRECATED))

    def text(self, subject: Term, predicates: Iterable[NamedNode], language: str = "") -> Literal | None:
        """Return the literal that suits a reader of `language` best, by the order of predicates."""
        for predicate in predicates:
            if found := best(self.objects(subject, predicate), language):
                return found
        return None

    def title(self, dataset: Term) -> Literal | None:
        """What a dataset is called, in English if that is said.  Its language is that of the site."""
        return self.text(dataset, LABELS, "en")


def best(terms: Iterable[Term], language: str) -> Literal | None:
    """The literal among terms that suits a reader of a language best."""
    literals = (term for term in terms if isinstance(term, Literal))
    return min(
        literals,
        key=lambda each: (_distance(each, language), each.value, each.language or ""),
        default=None,
    )


def _distance(literal: Literal, language: str) -> int:
    tag = (literal.language or "").lower()
    if tag == language:
        return 0
    return 1 if tag.partition("-")[0] == language.partition("-")[0] else 2 + bool(tag)
