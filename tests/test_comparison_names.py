"""What IRIs and values are called."""

import pyoxigraph as ox
import pytest

from pilotgraph.comparison.names import Names
from snapshots import DATASET, snapshot, things

OLD = snapshot(things(':oak rdfs:label "Oak"@en . :elm rdfs:label "Elm"@en .'))
NEW = snapshot(
    things(':oak rdfs:label "Holm oak"@en, "Derwen"@cy . :code skos:notation "A1" .'),
    't:isPartOf a owl:ObjectProperty . t:height rdfs:label "height"@en .',
)
NAMES = Names.of(NEW, OLD)
INTEGER = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")


@pytest.mark.parametrize(
    ("iri", "name"),
    [
        pytest.param(
            f"{DATASET}id/oak", "Holm oak", id="in the language of the dataset, as the newer has it"
        ),
        pytest.param(f"{DATASET}id/elm", "Elm", id="as the older has it"),
        pytest.param(f"{DATASET}id/code", "A1", id="by its notation"),
        pytest.param(f"{DATASET}ontology#height", "height", id="a term"),
        pytest.param(f"{DATASET}ontology#isPartOf", "is part of", id="a term without a label"),
        pytest.param("http://www.w3.org/2002/07/owl#ObjectProperty", "object property", id="a class of OWL"),
        pytest.param(DATASET, "Few statements", id="the dataset"),
    ],
)
def test_names(iri: str, name: str) -> None:
    assert NAMES.term(iri) == name


def test_only_what_has_a_name_has_a_label() -> None:
    assert NAMES.label(f"{DATASET}ontology#isPartOf") == ""
    assert Names(()).label(f"{DATASET}id/oak") == ""


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        pytest.param(
            [ox.NamedNode(f"{DATASET}id/oak"), ox.Literal("x")], ["Holm oak", "x"], id="labels and texts"
        ),
        pytest.param(
            [ox.NamedNode("https://example.org/")], ["https://example.org/"], id="an IRI without a label"
        ),
        pytest.param(
            [ox.Literal("1"), ox.Literal("1", datatype=INTEGER)],
            ['"1"', f'"1"^^{INTEGER}'],
            id="values that look alike",
        ),
    ],
)
def test_values(values: list[ox.NamedNode | ox.Literal], texts: list[str]) -> None:
    assert NAMES.values(values) == texts
