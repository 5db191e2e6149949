"""A release -> what is to be found in it, and in which words.

That is whatever has a page of its own: things, terms of the ontology, published questions.  What it is
found by follows from RDF alone: labels, other names, notations, every other text that is said of it, and the
names of what it names, so that a thing is found by its class, its identifiers and its neighbours too.  All
this stands in the order of its page.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode
from rdflib import DCTERMS, RDFS, SH, SKOS, VOID, XSD

from pilotgraph import formats
from pilotgraph.formats import N_QUADS, TURTLE
from pilotgraph.release import DATA, Release
from pilotgraph.triples import DEPRECATED, LABELS, TOMBSTONE, TYPE, Term, Triples
from pilotgraph.vocabulary import Vocabulary

QUESTION = str(SH.SPARQLExecutable)

_NAMES = (*LABELS, NamedNode(SKOS.altLabel))
_NOTATION = NamedNode(SKOS.notation)
# What tells best what a thing is, before all else that is said of it.
_FIRST = tuple(map(NamedNode, (SKOS.definition, DCTERMS.description, RDFS.comment)))
_STRING = str(XSD.string)
_ALIAS_CHARACTERS = 40
_NO_BASE = "http://localhost/"  # nothing in a release is relative
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160)), " ")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one thing to find it by; texts of one field stand in lines.

    `related` are names of other things; `unseen` are words that are not shown with it: its class, the end of
    its IRI, and codes of what has a name.  `aliases` stand for it alone, beside names and codes.  A thing
    with a larger `weight` is likelier to be meant; what is `deprecated` comes after what is not.
    """

    iri: str
    classes: tuple[str, ...]
    label: str
    language: str
    weight: float
    names: str = ""
    codes: str = ""
    notes: str = ""
    related: str = ""
    unseen: str = ""
    aliases: str = ""
    deprecated: bool = False


class Source:
    """A release, as what is to be found in it; `language` is that of the dataset's title."""

    def __init__(self, release: Release) -> None:
        quads = formats.parse(release.read_parts(DATA), N_QUADS, _NO_BASE)
        self._data = Triples(quads)
        self._naming: dict[Term, list[Term]] = {}
        self._said: Counter[Term] = Counter()
        for quad in quads:
            if isinstance(quad.object, NamedNode):
                self._naming.setdefault(quad.object, []).append(quad.subject)
            elif isinstance(quad.object, Literal) and len(quad.object.value) <= _ALIAS_CHARACTERS:
                self._said[quad.object] += 1
        self._description = Triples(formats.parse(release.read("description.ttl"), TURTLE, _NO_BASE))
        self._ontology = Triples(formats.parse(release.read("ontology.ttl"), TURTLE, _NO_BASE))
        # The dataset can be asked; its parts have no endpoint of their own.
        endpoint = NamedNode(VOID.sparqlEndpoint)
        (dataset,) = (
            each
            for each in self._description
            if isinstance(each, NamedNode) and endpoint in self._description.about(each)
        )
        title = self._description.title(dataset)
        self.language = ((title and title.language) or "en").lower()
        things = next(self._description.objects(dataset, NamedNode(VOID.uriSpace)), None)
        self._things = things.value if isinstance(things, Literal | NamedNode) else dataset.value
        self._terms = f"{dataset.value}ontology#"
        shapes = Triples(formats.parse(release.read("shapes.ttl"), TURTLE, _NO_BASE))
        self._vocabulary = Vocabulary(self._ontology, shapes, language=self.language)
        self._names: dict[Term, tuple[str, str]] = {}

    def entries(self) -> Iterator[Entry]:
        """Everything that is to be found, each once."""
        for triples, start in (
            (self._data, self._things),
            (self._description, self._things),
            (self._ontology, self._terms),
        ):
            for each in triples:
                known = triples is self._description and each in self._data
                if not isinstance(each, NamedNode) or TOMBSTONE in triples.nodes(each, TYPE):
                    continue
                if each.value.startswith(start) and not known:
                    yield self._entry(each, triples)
        for each in self._description.subjects(TYPE, NamedNode(QUESTION)):
            if isinstance(each, NamedNode):
                yield self._question(each)

    def _entry(self, thing: NamedNode, triples: Triples) -> Entry:
        label = triples.text(thing, LABELS, self.language)
        names: list[str] = []
        codes: list[str] = []
        first: list[str] = []
        notes: list[str] = []
        related: list[str] = []
        unseen: list[str] = []
        aliases = [_local(thing)]
        about, classes = triples.about(thing), triples.nodes(thing, TYPE)
        slots = {each: self._vocabulary.slot(classes, each) for each in about}
        for predicate in sorted(about, key=lambda each: (slots[each], each.value)):
            into = notes
            if predicate in _NAMES:
                into = names
            elif predicate == _NOTATION:
                into = codes
            elif predicate in _FIRST:
                into = first
            for each in about[predicate] if predicate != DEPRECATED else ():
                if isinstance(each, NamedNode):
                    if predicate != TYPE:
                        name, code = self._name(each)
                        related.append(name)
                        unseen.append(code)
                elif isinstance(each, Literal) and (each.language or each.datatype.value == _STRING):
                    into.append(each.value)
                    # What is short and said of nothing else, such as an abbreviation, is as good as a name.
                    if self._said[each] == 1:
                        aliases.append(each.value)
        title = label.value if label else next(iter(codes), thing.value.removeprefix(self._things))
        naming = self._naming.get(thing, ())
        # What has a code in place of a name is known by what it belongs to.
        whole = [] if label else [self._name(each)[0] for each in naming]
        return Entry(
            thing.value,
            tuple(sorted({each.value for each in classes})),
            _clean([title]),
            ((label and label.language) or "").lower(),
            # A thing that many others name is likelier to be meant than one that none does.
            1 + math.log1p(len(naming)) / 4,
            _clean(each for each in names if each != title),
            _clean(each for each in codes if each != title),
            _clean([*whole, *first, *notes]),
            _clean(related),
            _clean([*map(self._vocabulary.name, classes), _local(thing), *unseen]),
            _clean(aliases),
            triples.is_deprecated(thing),
        )

    def _question(self, question: NamedNode) -> Entry:
        asked = self._description.text(question, [NamedNode(RDFS.comment)], self.language)
        subjects = self._description.nodes(question, NamedNode(DCTERMS.subject))
        return Entry(
            question.value,
            (QUESTION,),
            _clean([asked.value if asked else _local(question)]),
            ((asked and asked.language) or "").lower(),
            weight=1.0,
            related=_clean(self._name(each)[0] for each in subjects),
            unseen=_clean([_local(question)]),
        )

    def _name(self, thing: Term) -> tuple[str, str]:
        """What a thing is called, and its code if it has a name too; nothing if it has neither."""
        known = self._names.get(thing)
        if known is None:
            triples = self._data if thing in self._data else self._ontology
            label = triples.text(thing, LABELS, self.language)
            notation = triples.text(thing, [_NOTATION])
            code = notation.value if notation else ""
            known = self._names[thing] = (label.value, code) if label else (code, "")
        return known


def _local(thing: NamedNode) -> str:
    return thing.value.rpartition("#")[2].rpartition("/")[2]


def _clean(texts: Iterable[str]) -> str:
    """Texts in lines, each once, without control characters: these mark what was found."""
    return "\n".join(dict.fromkeys(text.translate(_CONTROLS) for text in texts if text))
