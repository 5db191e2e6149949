"""The files of a release -> what a comparison looks at: things, terms, questions and the description.

In: the files of a release of any age, or of a build that is not written yet.  What old releases do not have
may be missing; `data.nq` (or its portions, `data-1.nq` and so on), `ontology.ttl` and `description.ttl` may
not.  Out: facts by subject, so that two snapshots can be laid side by side.

Data have no blank nodes.  In an ontology one that is a value, such as a restriction, is told as a literal
that holds it whole: equal structures are equal texts, whatever the nodes were called.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import pyoxigraph as ox
from rdflib import DCTERMS, OWL, RDF, SH, VOID

from pilotgraph import formats
from pilotgraph.comparison.changes import Value, Version
from pilotgraph.comparison.structures import AXIOM, as_values
from pilotgraph.context import Context
from pilotgraph.description import DCAT
from pilotgraph.errors import ReleaseError
from pilotgraph.formats import N_QUADS, TURTLE, Format
from pilotgraph.release import DATA, Release, parts
from pilotgraph.triples import LABELS, best

TYPE = str(RDF.type)

_NO_BASE = "http://localhost/"  # nothing in a release is relative
_ENDPOINT, _SUBSET = str(VOID.sparqlEndpoint), str(VOID.subset)
_DASH = "http://datashapes.org/dash#"
_IN_FULL = {ox.NamedNode(f"{_DASH}{name}") for name in ("DetailsViewer", "ValueTableViewer")}
_NAME = "http://www.w3.org/ns/sparql-service-description#name"

# What is said of something: values by the IRI of the property.
Facts = dict[str, set[Value]]


@dataclass(frozen=True)
class Snapshot:
    """What one version of a dataset says.

    `things` are the subjects of the data, `homes` the named graph that each stands in, and `terms` those of
    the ontology, its header among them.  `described` is the description, which holds the questions too.
    `context` is none where a release has none.  The properties in `nested` have a part as their subject, and
    those in `in_full` have one as their value.
    """

    dataset: str
    version: Version
    things: Mapping[str, Facts]
    homes: Mapping[str, str]
    terms: Mapping[str, Facts]
    described: Mapping[str, Facts]
    context: Context | None = field(compare=False)
    nested: frozenset[str]
    in_full: frozenset[str]

    @classmethod
    def of(cls, release: Release) -> Self:
        """Take a snapshot of a release.

        :raises ReleaseError: if it lacks a file that is needed, or one cannot be read.
        """
        return cls._take(release.files, release.read, release.name)

    @classmethod
    def read(cls, files: Mapping[str, bytes]) -> Self:
        """Take a snapshot of a release that is not written yet; files as `release.write` takes them."""
        return cls._take(files, files.__getitem__, "what was built")

    @classmethod
    def _take(cls, names: Iterable[str], content: Callable[[str], bytes], title: str) -> Self:
        there = sorted(names)

        def read(name: str, form: Format[ox.RdfFormat]) -> list[ox.Quad]:
            if name not in there:
                raise ReleaseError(f"{title} has no {name}, which a comparison needs")
            try:
                quads = formats.parse(content(name), form, _NO_BASE)
            except SyntaxError as error:
                raise ReleaseError(f"{title}: {name}, line {error.lineno}: {error.msg}") from error
            if any(isinstance(quad.object, ox.Triple) for quad in quads):
                raise ReleaseError(f"{title}: {name} holds a triple as a value, which is not compared")
            return quads

        described = by_subject(read("description.ttl", TURTLE))
        dataset = next((each for each, facts in described.items() if _ENDPOINT in facts), None)
        if dataset is None:
            raise ReleaseError(f"{title}: description.ttl describes no dataset with an endpoint")
        quads = [quad for name in parts(there, DATA) for quad in read(name, N_QUADS)]
        about, held = described[dataset], {each.value for each in described[dataset].get(_SUBSET, ())}
        things, homes = _sort(quads, held)
        context = None
        if "context.jsonld" in there:
            space = text(about, VOID.uriSpace) or f"{dataset}id/"
            context = Context.read(content("context.jsonld"), f"{title}: context.jsonld", space)
        return cls(
            dataset,
            Version(
                text(about, DCAT.version),
                # A record of the release keeps the same day.
                text(about, DCTERMS.modified, DCTERMS.issued).partition("T")[0],
                _number(about, VOID.triples, title, len(quads)),
                _number(about, VOID.entities, title, len(things)),
            ),
            things,
            homes,
            by_subject(read("ontology.ttl", TURTLE), str(OWL.Ontology)),
            described,
            context,
            frozenset(each.iri for each in (context.terms.values() if context else ()) if each.reverse),
            _shown_in_full(read("shapes.ttl", TURTLE)) if "shapes.ttl" in there else frozenset(),
        )

    @cached_property
    def language(self) -> str:
        """The language of the dataset's title, which is English if one is; empty if it does not say."""
        title = label(self.described[self.dataset], LABELS, "en")
        return (title and title.language) or ""

    @property
    def ontology(self) -> str:
        """The IRI of the ontology, whose terms are its fragments."""
        return f"{self.dataset}ontology"

    @cached_property
    def graphs(self) -> Mapping[str, Facts]:
        """What the description says of the named graphs; that of the ontology is not among them."""
        named = {name.value for facts in self.described.values() for name in facts.get(_NAME, ())}
        return {iri: self.described.get(iri, {}) for iri in named - {self.ontology}}


def by_subject(quads: Iterable[ox.Quad], axioms: str = "") -> dict[str, Facts]:
    """What is said of every subject that has an IRI.

    :param axioms: the class of the subject that is also told the structures which nothing leads to.
    """
    found: dict[str, Facts] = {}
    named, loose = as_values(quads)
    for subject, predicate, value in named:
        found.setdefault(subject, {}).setdefault(predicate, set()).add(value)
    kind = ox.NamedNode(axioms) if axioms else None
    for facts in found.values():
        if loose and kind in facts.get(TYPE, ()):
            facts[AXIOM] = set(loose)
    return found


def text(facts: Facts, *predicates: str) -> str:
    """One value, as text: of the first property that has any, the least; empty if there is none."""
    for predicate in map(str, predicates):
        if values := facts.get(predicate):
            return min(values, key=str).value
    return ""


def label(facts: Facts, predicates: Iterable[ox.NamedNode], language: str) -> ox.Literal | None:
    """The literal that suits a reader of a language best, by the order of predicates."""
    found = (best(facts.get(each.value, ()), language) for each in predicates)
    return next(filter(None, found), None)


def _number(about: Facts, predicate: str, title: str, counted: int) -> int:
    """How many of something there are: as is said, or else as is counted."""
    said = text(about, predicate) or str(counted)
    try:
        return int(said)
    except ValueError as error:
        name = predicate.removeprefix(str(VOID))
        raise ReleaseError(f"{title}: description.ttl has a void:{name} that is no number") from error


def _sort(quads: Iterable[ox.Quad], held: set[str]) -> tuple[dict[str, Facts], dict[str, str]]:
    """Things, and the graph that each stands in: where its class is said, or else the first."""
    things: dict[str, Facts] = {}
    homes: dict[str, str] = {}
    typed: dict[str, str] = {}
    graphs: dict[ox.NamedNode | ox.BlankNode | ox.DefaultGraph, str] = {}
    for quad in quads:
        graph = graphs.get(quad.graph_name)
        if graph is None:
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""
            graph = graphs[quad.graph_name] = name
        if held and graph not in held:
            continue
        subject, predicate, value = quad.subject, quad.predicate.value, quad.object
        if not isinstance(subject, ox.NamedNode) or not isinstance(value, Value):
            raise ReleaseError(f"{quad} has a blank node; data that can be compared have none")
        iri = subject.value
        things.setdefault(iri, {}).setdefault(predicate, set()).add(value)
        kept = typed if predicate == TYPE else homes
        kept[iri] = min(kept.get(iri, graph), graph)
    return things, homes | typed


def _shown_in_full(shapes: Sequence[ox.Quad]) -> frozenset[str]:
    viewer, path = ox.NamedNode(f"{_DASH}viewer"), ox.NamedNode(SH.path)
    rules = {quad.subject for quad in shapes if quad.predicate == viewer and quad.object in _IN_FULL}
    return frozenset(
        quad.object.value
        for quad in shapes
        if quad.predicate == path and quad.subject in rules and isinstance(quad.object, ox.NamedNode)
    )
