"""Shapes are looked at before they are used, and results come in one order, whatever they will mean."""

import pytest
from rdflib import SH, Graph, URIRef

from pilotgraph.shacl import BadShapes, ill_formed, results

BASE = "https://example.org/"
PREFIXES = """\
@prefix : <https://example.org/> .
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
