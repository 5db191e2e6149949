"""A comparison as RDF, and back."""

from dataclasses import replace

import pyoxigraph as ox
import pytest
from rdflib import XSD, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, RDF

from comparisons import NEW, OLD
from pilotgraph import formats
from pilotgraph.comparison.as_rdf import PREFIXES, Told, describe_changes, describe_versions
from pilotgraph.comparison.changes import Comparison, Version
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.triples import AS
from snapshots import DATASET, snapshot

RELEASE = f"{DATASET}releases/1.1.0"
CS = Namespace("http://purl.org/vocab/changeset/schema#")


def turtle(comparison: Comparison) -> bytes:
    graph = describe_versions(comparison) + describe_changes(comparison)
    return formats.serialize(graph, formats.TURTLE, PREFIXES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(OLD, NEW, id="everything"),
        pytest.param(NEW, OLD, id="the other way round"),
        pytest.param(snapshot(version="1"), snapshot(version="2"), id="no differences"),
    ],
)
def test_what_is_written_can_be_read_again(old: Snapshot, new: Snapshot) -> None:
    comparison = compare(old, new)
    read = Told(formats.parse(turtle(comparison), formats.TURTLE, DATASET), DATASET).of(new.version.version)
    assert read == comparison


def test_changes_without_their_releases_leave_the_numbers_unknown() -> None:
    comparison = compare(OLD, NEW)
    read = Told(describe_changes(comparison), DATASET).of("1.1.0")
    assert read == Comparison(DATASET, Version(""), Version("1.1.0"), comparison.changes)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        pytest.param("2026-11-20T10:00:00Z", Literal("2026-11-20", datatype=XSD.date), id="a time"),
        pytest.param("2026-11-20", Literal("2026-11-20", datatype=XSD.date), id="a day"),
        pytest.param("2026-11", Literal("2026-11", datatype=XSD.gYearMonth), id="a month"),
        pytest.param("2026", Literal("2026", datatype=XSD.gYear), id="a year"),
    ],
)
def test_a_release_is_issued_on_a_day_or_in_a_year(said: str, wanted: Literal) -> None:
    comparison = compare(OLD, NEW)
    issued = replace(comparison, new=replace(comparison.new, issued=said))
    graph = Graph().parse(data=formats.serialize(describe_versions(issued), formats.TURTLE), format="turtle")
    assert graph.value(URIRef(RELEASE), DCTERMS.issued) == wanted


def test_releases_are_kept_apart() -> None:
    first, second = compare(OLD, NEW), compare(NEW, snapshot(version="2.0.0"))
    both = [triple for each in (first, second) for triple in describe_versions(each) + describe_changes(each)]
    assert Told(both, DATASET).of("1.1.0") == first
    assert Told(both, DATASET).of("2.0.0") == second


def test_there_are_no_blank_nodes_and_every_change_is_a_fragment_of_its_release() -> None:
    found = list(ox.parse(turtle(compare(OLD, NEW)), format=ox.RdfFormat.TURTLE))
    terms = [term for quad in found for term in (quad.subject, quad.object)]
    assert not any(isinstance(term, ox.BlankNode) for term in terms)
    changes = {quad.subject.value for quad in found if quad.predicate.value == f"{AS}object"}
    assert f"{RELEASE}#id/oak" in changes
    assert f"{RELEASE}#ontology%23height" in changes
    assert all(each.startswith(f"{RELEASE}#") for each in changes)


def test_another_reader_finds_activities_and_change_sets() -> None:
    graph, activity = Graph().parse(data=turtle(compare(OLD, NEW)), format="turtle"), AS
    oak = URIRef(f"{RELEASE}#id/oak")
    assert set(graph.objects(oak, RDF.type)) == {activity.Update, CS.ChangeSet}
    assert graph.value(oak, DCTERMS.isPartOf) == URIRef(RELEASE)
    assert graph.value(oak, CS.subjectOfChange) == URIRef(f"{DATASET}id/oak")
    said = {
        (str(graph.value(each, RDF.predicate)).rpartition("#")[2], str(graph.value(each, RDF.object)))
        for each in graph.objects(oak, CS.addition)
    }
    assert said == {("tallness", "21"), ("near", f"{DATASET}id/fir")}
    created, deleted = (
        {str(graph.value(each, activity.object)) for each in graph.subjects(RDF.type, kind)}
        for kind in (activity.Create, activity.Delete)
    )
    assert created == {f"{DATASET}{each}" for each in ("id/ash", "id/ash-1", "id/leaf", "graph/more")}
    assert deleted == {f"{DATASET}id/fir", f"{DATASET}id/rot"}
