"""The history that a release carries -> what is recorded of each release that was published."""

from collections.abc import Iterator
from itertools import chain

from pyoxigraph import NamedNode, Triple
from rdflib import DCTERMS

from pilotgraph import formats
from pilotgraph.formats import TURTLE
from pilotgraph.provenance import release_iri
from pilotgraph.release import Release
from pilotgraph.released.history import HISTORY
from pilotgraph.released.records import BadRecord, Recorded, order
from pilotgraph.triples import Triples


def read_history(release: Release) -> Triples:
    """What a release says of those that were published; nothing, if it is older than such records."""
    if HISTORY not in release.files:
        return Triples(())
    return Triples(formats.parse(release.read(HISTORY), TURTLE, (release.path / HISTORY).as_uri()))


def statements(history: Triples) -> Iterator[Triple]:
    """All that a history says; it has no blank nodes."""
    return chain.from_iterable(history.of(each) for each in history if isinstance(each, NamedNode))


def records(history: Triples, dataset: str) -> list[Recorded]:
    """The releases of a dataset, newest first; what is no whole record tells of none."""
    found = []
    for each in history.subjects(NamedNode(DCTERMS.isVersionOf), NamedNode(dataset)):
        version = each.value.removeprefix(release_iri(dataset, "")) if isinstance(each, NamedNode) else ""
        try:
            found.append(Recorded.read(history, dataset, version))
        except BadRecord:
            continue
    return sorted(found, key=lambda each: order(each.version), reverse=True)
