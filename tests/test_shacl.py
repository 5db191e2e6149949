"""Shapes are looked at before they are used, and results come in one order, whatever they will mean."""

import pytest
from rdflib import SH, Graph, URIRef

from pilotgraph.shacl import BadShapes, ill_formed, results

BASE = "https://example.org/"
PREFIXES = """\
@prefix : <https://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
BOAT = ":Boat a sh:NodeShape ; sh:targetClass :B ; sh:property :Boat-name .\n"
NAME = ":Boat-name a sh:PropertyShape ; sh:path :name"


def said(turtle: str) -> list[tuple[str, str]]:
    found = ill_formed(((PREFIXES + turtle).encode(),), BASE)
    return [(shape.removeprefix(BASE), message) for shape, message in found]


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        pytest.param(BOAT + NAME + " ; sh:minCount 1 .", [], id="nothing is wrong"),
        pytest.param(
            BOAT + ":Boat-name a sh:PropertyShape .",
            [("Boat-name", "sh:path is missing")],
            id="a property shape without a path",
        ),
        pytest.param(
            BOAT + NAME + " , :label .",
            [("Boat-name", "sh:path is there more than once")],
            id="a property shape with two paths",
        ),
        pytest.param(
            BOAT + ':Boat-name a sh:PropertyShape ; sh:path "name" .',
            [("Boat-name", 'sh:path cannot be "name"')],
            id="a path that is a text",
        ),
        pytest.param(
            BOAT + ":Boat-name a sh:PropertyShape ; sh:path [ sh:inversePath 1 ] .",
            [("Boat-name", "sh:path is not well-formed")],
            id="a path that leads nowhere",
        ),
        pytest.param(
            BOAT + NAME + " ; sh:minCount 1 , 2 .",
            [("Boat-name", "sh:minCount is there more than once")],
            id="a named property shape is looked at",
        ),
        pytest.param(
            BOAT.replace("sh:NodeShape ;", "sh:NodeShape ; sh:severity 1 ;") + NAME + " .",
            [("Boat", 'sh:severity cannot be "1"^^xsd:integer')],
            id="a shape that holds others is looked at",
        ),
        pytest.param(
            BOAT.replace("a sh:NodeShape ; sh:targetClass :B", "sh:severity 1") + NAME + " .",
            [("Boat", 'sh:severity cannot be "1"^^xsd:integer')],
            id="one without a type too",
        ),
        pytest.param(
            BOAT + NAME + " ; sh:maxcount 1 .",
            [("Boat-name", "SHACL has no term sh:maxcount")],
            id="a term that SHACL does not have",
        ),
        pytest.param(
            BOAT + NAME + ' ; sh:pattern "(" .',
            [("Boat-name", '"(" is not a regular expression: missing ), unterminated subpattern')],
            id="a pattern that does not compile",
        ),
        pytest.param(
            BOAT + NAME + ' ; sh:sparql [ sh:select "SELECT $this { $this $PATH ?x . FILTER (?x > ) }" ] .',
            [("Boat-name", "in line 1 of the query: this is not SPARQL from here on")],
            id="a query that does not parse",
        ),
    ],
)
def test_what_is_wrong_with_shapes(turtle: str, expected: list[tuple[str, str]]) -> None:
    assert said(turtle) == expected


@pytest.mark.parametrize(
    ("good", "bad", "message"),
    [
        pytest.param("sh:minCount 1", 'sh:minCount "1"', 'sh:minCount cannot be "1"', id="another datatype"),
        pytest.param(
            "sh:minCount 1",
            'sh:minCount "x"^^xsd:integer',
            'sh:minCount cannot be "x"^^xsd:integer',
            id="no value of the datatype",
        ),
        pytest.param(
            "sh:minCount 1", "sh:minCount 1 , 2", "sh:minCount is there more than once", id="one more"
        ),
        pytest.param(
            "sh:deactivated false",
            'sh:deactivated "0"^^xsd:boolean',
            'sh:deactivated cannot be "0"^^xsd:boolean',
            id="another truth value",
        ),
        pytest.param(
            "sh:nodeKind sh:IRI",
            "sh:nodeKind :IRI",
            "sh:nodeKind cannot be <https://example.org/IRI>",
            id="a term",
        ),
        pytest.param(
            "sh:class :Boat", 'sh:class "Boat"', 'sh:class cannot be "Boat"', id="text where a name should be"
        ),
        pytest.param("sh:in ( 1 2 )", "sh:in [ ]", "sh:in is not well-formed", id="a list that is none"),
        pytest.param(
            "sh:in ( 1 2 )", "sh:in [ rdf:first 1 ]", "sh:in is not well-formed", id="a list without an end"
        ),
        pytest.param(
            "sh:or ( [ sh:nodeKind sh:IRI ] )",
            "sh:or ( [ sh:nodeKind 1 ] )",
            'sh:nodeKind cannot be "1"^^xsd:integer',
            id="deep within",
        ),
    ],
)
@pytest.mark.parametrize("place", [0, 3])
def test_one_of_many_that_are_alike(good: str, bad: str, message: str, place: int) -> None:
    kinds = [good, good, good]
    assert said(alike(kinds)) == []
    kinds.insert(place, bad)
    assert (f"Boat-{place}", message) in said(alike(kinds))


def alike(kinds: list[str]) -> str:
    shapes = (
        f":Boat-{number} a sh:PropertyShape ; sh:path :p{number} ; {kind} .\n"
        for number, kind in enumerate(kinds)
    )
    held = ", ".join(f":Boat-{number}" for number in range(len(kinds)))
    return f":Boat a sh:NodeShape ; sh:targetClass :B ; sh:property {held} .\n" + "".join(shapes)


def test_results_come_in_one_order() -> None:
    shapes = Graph().parse(data=PREFIXES + BOAT + NAME + ' ; sh:minCount 1 ; sh:message "name it" .')
    data = Graph().parse(data=PREFIXES + ":b a :B . :a a :B . :c a :B ; :name 'C' .")
    assert [tuple(result) for result in results(data, shapes)] == [
        (
            URIRef(BASE + name),
            URIRef(BASE + "name"),
            None,
            URIRef(BASE + "Boat-name"),
            SH.MinCountConstraintComponent,
            SH.Violation,
            "name it",
        )
        for name in "ab"
    ]


def test_what_pyshacl_stumbles_over_is_told_in_its_words() -> None:
    shapes = Graph().parse(data=PREFIXES + BOAT.replace(" ;", " ; sh:ignoredProperties ( :name ) ;", 1))
    said = "ClosedConstraintComponent: You can only use sh:ignoredProperties on a Closed Shape (sh:closed)."
    with pytest.raises(BadShapes) as caught:
        results(Graph().parse(data=PREFIXES + ":a a :B ."), shapes)
    assert " ".join(str(caught.value).split()).startswith(said)
