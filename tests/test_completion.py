"""What helps to write a query comes from the release."""

import json

import pytest

from pilotgraph import completion
from pilotgraph.edition import Edition
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore, Query

ONTOLOGY = "https://example.org/lights/ontology#"


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings())


def test_a_fresh_query_runs_and_finds_things_with_their_names(edition: Edition) -> None:
    text = completion.fresh_query(edition)
    assert text == (
        f"PREFIX lt: <{ONTOLOGY}>\n"
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        "SELECT ?thing ?label WHERE {\n  ?thing a lt:Lighthouse ; rdfs:label ?label .\n}\nLIMIT 25\n"
    )
    assert json.loads(edition.store.query(Query(text)).content)["results"]["bindings"]


def test_what_is_completed_is_what_the_data_have_most_used_first(edition: Edition) -> None:
    found = json.loads(completion.terms(edition))
    assert found["prefixes"]["lt"] == ONTOLOGY
    for kind, pattern in (("classes", "?s a ?term"), ("properties", "?s ?term ?o")):
        totals = [total for _, _, total in found[kind]]
        assert totals == sorted(totals, reverse=True)
        graph = f"GRAPH ?g {{ {pattern} }} FILTER(STRENDS(STR(?g), '/data'))"
        answer = edition.store.query(Query(f"SELECT DISTINCT ?term {{ {graph} }}")).content
        used = {row["term"]["value"] for row in json.loads(answer)["results"]["bindings"]}
        assert used <= {iri for iri, _, _ in found[kind]}, kind
    assert [f"{ONTOLOGY}Lighthouse", "lighthouse"] in [each[:2] for each in found["classes"]]
