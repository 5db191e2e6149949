"""Names and places of properties: what the ontology and the shapes of a small dataset give."""

import pyoxigraph as ox
import pytest

from pilotgraph.vocabulary import FIRST, LAST, Slot
from trees import TREES, vocabulary


def term(name: str) -> ox.NamedNode:
    return ox.NamedNode(f"{TREES}ontology#{name}")


@pytest.mark.parametrize(
    ("classes", "name", "inverse", "slot"),
    [
        pytest.param(
            ["Tree"],
            "height",
            False,
            Slot(1, "Size", 20, "height (m)"),
            id="group, order and name are of the shape",
        ),
        pytest.param(
            ["Oak"], "girth", False, Slot(1, "Size", 10, "girth"), id="the shape of a superclass counts"
        ),
        pytest.param(
            ["Survey", "Oak"], "planted", False, Slot(FIRST, "", 1, "planted"), id="the first of two rules"
        ),
        pytest.param(
            ["Tree"], "neighbour", True, Slot(FIRST, "", 2, "its neighbours"), id="a path against the arrow"
        ),
        pytest.param(
            ["Tree"], "neighbour", False, Slot(FIRST, "", LAST, "stands beside"), id="is not one along it"
        ),
        pytest.param(
            ["Survey"],
            "height",
            False,
            Slot(FIRST, "", LAST, "height"),
            id="the shape of another class is not",
        ),
        pytest.param([], "year", False, Slot(FIRST, "", LAST, "year"), id="nor any without a class"),
    ],
)
def test_the_place_of_a_property(classes: list[str], name: str, inverse: bool, slot: Slot) -> None:
    assert vocabulary().slot([term(each) for each in classes], term(name), inverse=inverse) == slot


@pytest.mark.parametrize(
    ("predicate", "name"),
    [
        pytest.param(TREES + "ontology#neighbour", "its neighbours", id="by a shape whose path is inverse"),
        pytest.param("urn:x:holds", "is in", id="by owl:inverseOf"),
        pytest.param("urn:x:isIn", "holds", id="which goes both ways"),
        pytest.param("http://www.w3.org/2004/02/skos/core#broader", "narrower", id="by SKOS"),
        pytest.param(TREES + "ontology#height", None, id="else it has none"),
    ],
)
def test_the_name_of_a_property_from_its_object(predicate: str, name: str | None) -> None:
    slot = vocabulary().inverse([term("Oak")], ox.NamedNode(predicate))
    assert (slot and slot.name) == name


def test_what_a_shape_calls_usual() -> None:
    assert vocabulary().slot([term("Survey")], term("basis")) == Slot(
        1, "Evidence", 1, "basis", str(ox.NamedNode(TREES + "id/seen"))
    )


def test_what_a_shape_wants_to_be_seen_in_full() -> None:
    assert vocabulary().in_full == {TREES + "ontology#planting"}


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        pytest.param(TREES + "ontology#height", "height", id="the label in the reader's language"),
        pytest.param(TREES + "ontology#zebraStripes", "zebra stripes", id="else the local name as words"),
        pytest.param("urn:x:hasURL", "has URL", id="which keep what is in capitals"),
        pytest.param("https://example.org/a/b/", "b", id="whatever comes last in the IRI"),
    ],
)
def test_the_name_of_a_term(iri: str, name: str) -> None:
    assert vocabulary().name(ox.NamedNode(iri)) == name


def test_the_definition_of_a_term() -> None:
    assert vocabulary().definition(term("height")) == "distance from the ground to the top of a tree"
    assert vocabulary().definition(term("surveys")) == ""
