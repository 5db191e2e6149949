"""A comparison <-> RDF, in which the new release says how it came from the old one.

Releases are `<dataset>releases/<version>`, with their version, day and numbers in DCAT, Dublin Core and VoID.
Each change is a fragment of the new release, named after what changed, so that there are no blank nodes:

* an activity of ActivityStreams (`as:Create`, `as:Update`, `as:Delete`,
  <https://www.w3.org/TR/activitystreams-vocabulary/>) with the thing as `as:object`, its class as `as:tag`,
  and what it stands in as `as:target`: its named graph, the ontology, or the dataset.  `as:origin` is the
  graph that it stood in before, `as:context` the thing that it is a part of, and `as:result` the new term in
  whose favour an old one was deprecated;
* if statements differ, a change set of Talis as well (<http://purl.org/vocab/changeset/schema#>): each is
  reified as an `rdf:Statement`.  A structure without a name, such as a restriction, is a literal in Turtle.

What was withdrawn is an `as:Delete` that adds the class `as:Tombstone`.
"""

from collections.abc import Iterable, Iterator

import pyoxigraph as ox
from rdflib import DCTERMS, RDF, RDFS, SH, VOID, XSD, Namespace

from pilotgraph.comparison.changes import (
    MARKS,
    Change,
    Comparison,
    Kind,
    PropertyChange,
    Sort,
    Value,
    Version,
    order,
)
from pilotgraph.comparison.facts import in_order, is_deprecated
from pilotgraph.comparison.snapshot import TYPE, Facts, by_subject, text
from pilotgraph.description import DCAT
from pilotgraph.errors import ReleaseError
from pilotgraph.provenance import release_iri
from pilotgraph.service_description import SD
from pilotgraph.triples import AS, TOMBSTONE

CS = Namespace("http://purl.org/vocab/changeset/schema#")
# What the RDF of a comparison is written with.
PREFIXES = {
    "as": str(AS),
    "cs": str(CS),
    "dcat": str(DCAT),
    "dcterms": str(DCTERMS),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "void": str(VOID),
    "xsd": str(XSD),
}

_ACTIVITIES = {Kind.ADDED: "Create", Kind.WITHDRAWN: "Delete", Kind.REMOVED: "Delete"}
_OBJECT, _TAG, _TARGET = f"{AS}object", f"{AS}tag", f"{AS}target"
_ORIGIN, _CONTEXT, _RESULT = f"{AS}origin", f"{AS}context", f"{AS}result"
# Of a version that is issued in a year, or a month, without a day.
_BY_LENGTH = {len("2026"): XSD.gYear, len("2026-11"): XSD.gYearMonth}
_PART_OF, _LABEL = str(DCTERMS.isPartOf), str(RDFS.label)


def describe_changes(comparison: Comparison) -> list[ox.Triple]:
    """Say what changed, without saying anything of the releases themselves."""
    release = release_iri(comparison.dataset, comparison.new.version)
    return [triple for each in comparison.changes for triple in _describe(each, comparison.dataset, release)]


def describe_versions(comparison: Comparison) -> list[ox.Triple]:
    """Say of the two releases which versions they are, and which was the previous one."""
    dataset, old, new = comparison.dataset, comparison.old, comparison.new
    found = []
    for each in (old, new) if old.version not in ("", new.version) else (new,):
        release = release_iri(dataset, each.version)
        found += [
            _link(release, DCTERMS.isVersionOf, dataset),
            _say(release, DCAT.version, ox.Literal(each.version)),
        ]
        if each.issued:
            day = each.issued.partition("T")[0]
            kind = ox.NamedNode(_BY_LENGTH.get(len(day), XSD.date))
            found.append(_say(release, DCTERMS.issued, ox.Literal(day, datatype=kind)))
        numbers = ((VOID.triples, each.triples), (VOID.entities, each.things))
        found += [_say(release, term, ox.Literal(number)) for term, number in numbers if number >= 0]
    if old.version not in ("", new.version):
        pair = release_iri(dataset, new.version), release_iri(dataset, old.version)
        found.append(_link(pair[0], DCAT.previousVersion, pair[1]))
    return found


class Told:
    """What statements tell of the releases of a dataset, each with its changes."""

    def __init__(self, statements: Iterable[ox.Triple | ox.Quad], dataset: str) -> None:
        self._dataset = dataset
        self._facts = by_subject(
            each if isinstance(each, ox.Quad) else ox.Quad(each.subject, each.predicate, each.object)
            for each in statements
        )
        self._changes: dict[str, list[Facts]] = {}
        for about in self._facts.values():
            if _OBJECT in about:
                for release in about.get(_PART_OF, ()):
                    self._changes.setdefault(release.value, []).append(about)

    def of(self, version: str) -> Comparison:
        """What changed in a release; of one about which nothing else is said, its numbers are unknown.

        :raises ReleaseError: if that is not as `describe_changes` writes it.
        """
        release = release_iri(self._dataset, version)
        said = text(self._facts.get(release, {}), DCAT.previousVersion)
        before = said.removeprefix(release_iri(self._dataset, ""))
        try:
            changes = [_read(about, self._facts, self._dataset) for about in self._changes.get(release, ())]
            old, new = self._version(before), self._version(version)
        except (AttributeError, LookupError, ValueError) as error:
            raise ReleaseError(f"what is said of the changes in <{release}> is not whole") from error
        return Comparison(self._dataset, old, new, sorted(changes, key=order))

    def _version(self, version: str) -> Version:
        facts = self._facts.get(release_iri(self._dataset, version), {})
        numbers = (int(text(facts, each) or -1) for each in (VOID.triples, VOID.entities))
        return Version(version, text(facts, DCTERMS.issued), *numbers)


def _describe(change: Change, dataset: str, release: str) -> Iterator[ox.Triple]:
    # Only # may stand in an IRI and not in its fragment.
    node = f"{release}#{change.iri.removeprefix(dataset).replace('#', '%23')}"
    yield _link(node, RDF.type, AS + _ACTIVITIES.get(change.kind, "Update"))
    yield _link(node, _PART_OF, release)
    yield _link(node, _OBJECT, change.iri)
    if change.label:
        yield _say(node, _LABEL, ox.Literal(change.label))
    where = {Sort.THING: change.graph, Sort.TERM: f"{dataset}ontology"}.get(change.sort, dataset)
    for predicate, value in (
        (_TAG, change.of_class),
        (_TARGET, where),
        (_ORIGIN, change.moved_from),
        (_CONTEXT, change.part_of),
        (_RESULT, change.renamed_to),
    ):
        if value:
            yield _link(node, predicate, value)
    if not change.properties:
        return
    yield _link(node, RDF.type, CS.ChangeSet)
    yield _link(node, CS.subjectOfChange, change.iri)
    for name, predicate in (("removed", CS.removal), ("added", CS.addition)):
        values = [(each, value) for each in change.properties for value in getattr(each, name)]
        for number, (each, value) in enumerate(values, 1):
            statement = f"{node}/{name}/{number}"
            # What a term lost is the old one's, and what it got the new one's, but for its deprecation.
            new = name == "added" and each.property not in MARKS and change.renamed_to
            yield _link(node, predicate, statement)
            yield _link(statement, RDF.type, RDF.Statement)
            yield _link(statement, RDF.subject, new or change.iri)
            yield _link(statement, RDF.predicate, each.property)
            yield _say(statement, RDF.object, value)


def _read(about: Facts, facts: dict[str, Facts], dataset: str) -> Change:
    lost, got = (_statements(about, facts, predicate) for predicate in (CS.removal, CS.addition))
    iri, kind, target = text(about, _OBJECT), _kind(about, lost, got), text(about, _TARGET)
    of_class = text(about, _TAG)
    sort = {f"{dataset}ontology": Sort.TERM, dataset: _SORTS.get(of_class, Sort.DESCRIPTION)}.get(target)
    properties = tuple(
        PropertyChange(each, in_order(lost.get(each, ())), in_order(got.get(each, ())))
        for each in sorted(lost.keys() | got.keys())
    )
    return Change(
        kind,
        sort or Sort.THING,
        iri,
        text(about, _LABEL),
        of_class,
        "" if sort else target,
        text(about, _ORIGIN),
        text(about, _CONTEXT),
        text(about, _RESULT),
        properties,
    )


_SORTS = {str(SH.SPARQLExecutable): Sort.QUESTION, str(SD.Graph): Sort.GRAPH}


def _kind(about: Facts, lost: Facts, got: Facts) -> Kind:
    activities = {each.value for each in about[TYPE]}
    if f"{AS}Create" in activities:
        return Kind.ADDED
    if f"{AS}Delete" in activities:
        return Kind.WITHDRAWN if TOMBSTONE in got.get(TYPE, ()) else Kind.REMOVED
    if _RESULT in about:
        return Kind.RENAMED
    if is_deprecated(got):
        return Kind.DEPRECATED
    restored = is_deprecated(lost) or TOMBSTONE in lost.get(TYPE, ())
    return Kind.RESTORED if restored else Kind.CHANGED


def _statements(about: Facts, facts: dict[str, Facts], predicate: str) -> Facts:
    found: Facts = {}
    for statement in about.get(str(predicate), ()):
        said = facts[statement.value]
        found.setdefault(text(said, RDF.predicate), set()).update(said[str(RDF.object)])
    return found


def _say(subject: str, predicate: str, value: Value) -> ox.Triple:
    return ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), value)


def _link(subject: str, predicate: str, value: str) -> ox.Triple:
    return _say(subject, predicate, ox.NamedNode(value))
