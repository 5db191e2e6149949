"""`data/terms.nt`: what the terms of the ontology meant when they were last released, as sorted N-Triples.

What a term means is all that is said of it but its wording, which is labels, comments and examples: its kind,
what it is a kind of, its domain and range, its characteristics and restrictions, its definition, and its
scope note, which may name a unit (`comparison.terms`).  Of this nothing changes without a new major version
of the ontology; and a term that is deprecated, or renamed, means what it meant.  The version of the ontology
only goes up, and its version IRI ends in it.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SKOS

from pilotgraph import formats
from pilotgraph.comparison.changes import Change, Kind, PropertyChange
from pilotgraph.comparison.facts import renamed
from pilotgraph.comparison.snapshot import Facts, by_subject
from pilotgraph.comparison.terms import (
    WORDING,
    Terms,
    changes_meaning,
    compare_terms,
    is_meaning,
    renames,
)
from pilotgraph.document import quoted
from pilotgraph.errors import Position, Problem, ReleaseError, Severity
from pilotgraph.formats import N_TRIPLES
from pilotgraph.project import Project
from pilotgraph.released import iris
from pilotgraph.released.records import MERGED, merge_mark, order
from pilotgraph.sources import shown
from pilotgraph.triples import Triples

FILE = "data/terms.nt"

_VERSION, _VERSION_IRI = ox.NamedNode(OWL.versionInfo), ox.NamedNode(OWL.versionIRI)
# What a term may say of its new name: that it is the same.
_SAME = frozenset(
    map(str, (RDFS.subClassOf, RDFS.subPropertyOf, OWL.equivalentClass, OWL.equivalentProperty))
)
# These classes say no more than that a term is deprecated.
_MARKS = frozenset((ox.NamedNode(OWL.DeprecatedClass), ox.NamedNode(OWL.DeprecatedProperty)))
# What a curator reads of a property that is not from the ontology itself.
_NAMES = {str(space): name for name, space in (("owl", OWL), ("rdf", RDF), ("rdfs", RDFS), ("skos", SKOS))}


class Meant:
    """What the terms of a project mean, and what they meant when they were last released."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.root / FILE
        self.shown = shown(self.path, project.root)
        self.text = self.path.read_text(encoding="utf-8-sig", errors="replace") if self.path.exists() else ""
        self._ontology = ox.NamedNode(project.vocabulary.rstrip("#/"))
        self._said = Triples(quad for file in project.ontology for quad in file.quads)
        self._kept = list(_kept(self._said, project.vocabulary, self._ontology))

    @property
    def version(self) -> str:
        """The version of the ontology, empty if it says none."""
        return _version(self._said, self._ontology)

    @property
    def is_kept(self) -> bool:
        """Whether the file says what the terms mean now."""
        return {*self.text.splitlines(), ""} == {*self.content().decode().splitlines(), ""}

    def content(self) -> bytes:
        """What the terms mean now, and the version of the ontology."""
        return formats.serialize(self._kept, N_TRIPLES)

    def problems(self) -> Iterator[Problem]:
        """Terms that mean something else, though the ontology has no new major version; and versions that
        cannot be.
        """
        yield from self._check_version_iri()
        if line := merge_mark(self.text):
            yield Problem(Position(self.shown, line, 1), Severity.ERROR, MERGED)
            return
        try:
            released = formats.parse(self.text.encode(), N_TRIPLES, self.project.iri)
        except SyntaxError as error:
            place = Position(self.shown, error.lineno or 1, error.offset or 1)
            said = error.msg.partition(": ")[2]
            message = f"this is not N-Triples: {said}; take the file as it was at the last release"
            yield Problem(place, Severity.ERROR, message)
            return
        before = _version(Triples(released), self._ontology)
        if self.version and order(self.version) < order(before):
            message = f"ontology version {before} was released already; write it, or one after it"
            yield Problem(self._place(_VERSION), Severity.ERROR, message)
        if _is_major(before, self.version):
            return
        yield from self._check_listed({str(quad.subject)[1:-1] for quad in released})
        now = [ox.Quad(*triple) for triple in self._kept]
        try:
            changes = _compare(self._by_term(released), self._by_term(now))
        except ReleaseError as error:
            place = self.project.place(self._ontology.value) or Position(self.shown, 1, 1)
            yield Problem(place, Severity.ERROR, f"{FILE} and the ontology cannot be compared: {error}")
            return
        for change in changes:
            # A term that is gone is an IRI that is lost, and told as such.
            if change.kind is not Kind.REMOVED and changes_meaning(change):
                yield self._problem(change, before)

    def _check_version_iri(self) -> Iterator[Problem]:
        """Whether the version IRI is that of this version.

        <https://www.w3.org/TR/owl2-syntax/#Ontology_IRI_and_Version_IRI>
        """
        said = self._said.text(self._ontology, [_VERSION])
        for iri in self._said.nodes(self._ontology, _VERSION_IRI):
            last = iri.value.rpartition("/")[2]
            if said and last != said.value:
                message = (
                    f"the version IRI ends in {quoted(last)}, and owl:versionInfo is {quoted(said.value)};"
                    " each version has an IRI of its own: make them equal"
                )
                yield Problem(self._place(_VERSION_IRI), Severity.ERROR, message)

    def _place(self, predicate: ox.NamedNode) -> Position:
        """Where the ontology says something of itself, or else where it begins."""
        for file in self.project.ontology:
            said = {quad.predicate for quad in file.quads if quad.subject == self._ontology}
            if predicate in said and (place := file.place(predicate.value)):
                return place
        return self.project.place(self._ontology.value) or Position(self.shown, 1, 1)

    def _check_listed(self, told: set[str]) -> Iterator[Problem]:
        """Whether the file tells of each term that is on the list of what was released."""
        listed = iris.read(self.project.root)
        if not self.path.exists() and not any(iris.is_release(self.project, each) for each in listed):
            return
        meaning = {str(triple.subject)[1:-1] for triple in self._kept} - told
        missing = sorted((number, iri) for iri, number in listed.items() if iri in meaning)
        if missing:
            line, iri = missing[0]
            rest = f" and {len(missing) - 1} more" if missing[1:] else ""
            message = (
                f"{FILE} does not say what {self._name(iri)}{rest} meant; take the file as it was at the last"
                " release"
            )
            place = Position(shown(self.project.root / iris.FILE, self.project.root), line, 1)
            yield Problem(place, Severity.ERROR, message)

    def _by_term(self, quads: Iterable[ox.Quad]) -> dict[str, Facts]:
        found = by_subject(quads)
        found.pop(self._ontology.value, None)
        return found

    def _problem(self, change: Change, before: str) -> Problem:
        what = " and ".join(_short(each.property) for each in change.properties if is_meaning(each))
        number, name = order(before), self._name(change.iri)
        wanted = f"write {number[0] + 1}.0.0" if number else "write a version such as 2.0.0"
        message = (
            f"{name} was released with another {what}, in ontology version {before or '(none)'}; what a"
            f" term means changes with a new major version only: {wanted} as owl:versionInfo and in"
            " owl:versionIRI, or leave this term as it was, deprecate it, and make another; if this term is"
            f" as it was, take {FILE} as it was at the last release"
        )
        place = self.project.place(change.iri) or Position(self.shown, 1, 1)
        return Problem(place, Severity.ERROR, message)

    def _name(self, iri: str) -> str:
        return self.project.context.name(iri)


def _compare(old: Terms, new: Terms) -> list[Change]:
    """Find what happened to each term by itself, whatever replaces it.

    What speaks of another term may call it by a new name, if that means the same.  Of a term that has such a
    name, less may be said than before: what it means is said there.
    """
    names = renames(old, new)
    while others := {
        each.iri
        for each in compare_terms(old, new, names)
        if each.kind is Kind.RENAMED and changes_meaning(each)
    }:
        names = {iri: name for iri, name in names.items() if iri not in others}
    before, after = ({iri: renamed(facts, names) for iri, facts in terms.items()} for terms in (old, new))
    found = compare_terms(before, after, names={})
    return [
        each
        for each in found
        if each.iri not in names or any(_says_more(said, names[each.iri]) for said in each.properties)
    ]


def _says_more(change: PropertyChange, name: str) -> bool:
    """Whether a term is told to mean what it did not, other than what its new name means."""
    added = (each for each in change.added if change.property not in _SAME or each != ox.NamedNode(name))
    return is_meaning(change) and any(True for _ in added)


def _version(triples: Triples, ontology: ox.NamedNode) -> str:
    said = triples.text(ontology, [_VERSION])
    if said:
        return said.value
    iris = triples.nodes(ontology, _VERSION_IRI)
    return iris[0].value.rpartition("/")[2] if iris else ""


def _is_major(before: str, version: str) -> bool:
    old, new = order(before), order(version)
    return bool(old and new and new[0] > old[0])


def _kept(triples: Triples, vocabulary: str, ontology: ox.NamedNode) -> Iterator[ox.Triple]:
    for predicate in (_VERSION, _VERSION_IRI):
        yield from (ox.Triple(ontology, predicate, each) for each in triples.objects(ontology, predicate))
    todo: list[ox.NamedNode | ox.BlankNode] = [
        each for each in triples if isinstance(each, ox.NamedNode) and each.value.startswith(vocabulary)
    ]
    seen: set[ox.BlankNode] = set()
    while todo:
        subject = todo.pop()
        for predicate, values in triples.about(subject).items():
            # What has no name is all meaning.
            if isinstance(subject, ox.NamedNode) and predicate.value in WORDING:
                continue
            for value in values:
                if value not in _MARKS:
                    yield ox.Triple(subject, predicate, value)
                if isinstance(value, ox.BlankNode) and value not in seen:
                    seen.add(value)
                    todo.append(value)


def _short(iri: str) -> str:
    for space, name in _NAMES.items():
        if iri.startswith(space):
            return f"{name}:{iri.removeprefix(space)}"
    return f"<{iri}>"
