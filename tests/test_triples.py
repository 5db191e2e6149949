"""What is said of a subject, and in which words to say it."""

import pyoxigraph as ox
import pytest
from rdflib import OWL, XSD

from pilotgraph.triples import LABELS, TYPE, Triples
from trees import TREES, read

A, B = ox.NamedNode(TREES + "id/a"), ox.NamedNode(TREES + "id/b")
NEAR, TREE = ox.NamedNode(TREES + "ontology#near"), ox.NamedNode(TREES + "ontology#Tree")


def test_triples_are_read_from_both_ends() -> None:
    triples = read("id:a a t:Tree ; t:near id:b , id:b , 3 . id:b t:near id:b .")
    assert list(triples) == [A, B]
    assert (A in triples, NEAR in triples) == (True, False)
    assert {predicate: len(values) for predicate, values in triples.about(A).items()} == {TYPE: 1, NEAR: 2}
    assert list(triples.subjects(NEAR, B)) == [A, B]
    assert triples.nodes(A, TYPE, NEAR) == [TREE, B]
    assert list(triples.objects(B, TYPE)) == []


def test_what_nothing_is_said_of() -> None:
    nothing = Triples([])
    assert (dict(nothing.about(A)), nothing.text(A, LABELS)) == ({}, None)


@pytest.mark.parametrize(
    ("labels", "text", "language"),
    [
        pytest.param('rdfs:label "Oak"@en , "Eiche"@de', "Oak", "en", id="the reader's language first"),
        pytest.param('rdfs:label "Oak"@en-gb , "Eiche"@de', "Oak", "en-gb", id="then a variant of it"),
        pytest.param('rdfs:label "Oak" , "Eiche"@de', "Oak", None, id="then a text without a language"),
        pytest.param('rdfs:label "Eiche"@de , "Tammi"@fi', "Eiche", "de", id="then any, always the same"),
        pytest.param('dcterms:title "T"@en ; skos:prefLabel "P"@de', "P", "de", id="prefLabel before title"),
    ],
)
def test_the_label_for_a_reader(labels: str, text: str, language: str | None) -> None:
    found = read(f"id:a {labels} .").text(A, LABELS, "en")
    assert found is not None
    assert (found.value, found.language) == (text, language)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("true", True),
        ('"1"^^xsd:boolean', True),
        ("false", False),
        ('"true"', False),
        ('"trueish"@en', False),
    ],
)
def test_deprecated_is_what_rdf_says_is(value: str, *, wanted: bool) -> None:
    said = f"@prefix owl: <{OWL}> . @prefix xsd: <{XSD}> . <x:a> owl:deprecated {value} ."
    found = Triples(ox.parse(said, format=ox.RdfFormat.TURTLE))
    assert found.is_deprecated(ox.NamedNode("x:a")) is wanted
