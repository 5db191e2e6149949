"""What is said otherwise of the dataset and its graphs, and what differs with each version by itself."""

import pytest

from pilotgraph.comparison.comparing import compare
from pilotgraph.lexical import split
from snapshots import DATASET, snapshot

OLD = """
    d: dcterms:license <https://example.org/free> ; dcterms:publisher :club ; void:triples 7 ;
        dcterms:issued "2026-11-01"^^xsd:date ; dcat:distribution <https://example.org/small/#data.nq> .
    d: foaf:page <https://example.org/guide>, <https://example.org/small/releases/1.0.0/record.md> .
    :club rdfs:label "Club"@en .
"""


@pytest.mark.parametrize(
    ("taken", "put", "expected"),
    [
        pytest.param("void:triples 7", "void:triples 8", [], id="what is counted"),
        pytest.param("2026-11-01", "2026-12-01", [], id="the day"),
        pytest.param("#data.nq", "#data-1.nq", [], id="the files"),
        pytest.param("/free", "/freer", ["description  license"], id="the licence"),
        pytest.param("releases/1.0.0", "releases/2.0.0", [], id="the report on this release"),
        pytest.param("/guide", "/handbook", ["description  page"], id="a page about it"),
        pytest.param(
            "foaf:page", "dcterms:extent :much ; foaf:page", ["description  extent"], id="how much there is"
        ),
        pytest.param(
            "foaf:page",
            "<http://www.w3.org/ns/adms#sample> :one ; foaf:page",
            ["description  sample"],
            id="an example of it",
        ),
        pytest.param('"Club"', '"Society"', ["description id/club label"], id="who publishes"),
        pytest.param(":club rdfs", "d:two sd:name g:new . :club rdfs", ["graph graph/new"], id="a new graph"),
        pytest.param(
            ":club rdfs",
            'g:things dcterms:description "All"@en . :club rdfs',
            ["graph graph/things description"],
            id="what a named graph holds",
        ),
    ],
)
def test_descriptions(taken: str, put: str, expected: list[str]) -> None:
    assert taken in OLD
    new = snapshot(description=OLD.replace(taken, put, 1), version="2.0.0")
    found = [
        " ".join(
            (each.sort, each.iri.removeprefix(DATASET), *(split(one.property)[1] for one in each.properties))
        )
        for each in compare(snapshot(description=OLD), new).changes
    ]
    assert found == expected
