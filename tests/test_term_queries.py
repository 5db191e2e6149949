"""Queries that show how a term is used."""

import pyoxigraph as ox
import pytest
from rdflib import RDFS

from pilotgraph.constraints import Constraints
from pilotgraph.term_queries import query_of_class, query_of_property, short
from trees import TREES, read

TERM = TREES + "ontology#"
PREFIXES = {"t": TERM, "tree": TREES, "rdfs": str(RDFS)}


@pytest.mark.parametrize(
    ("iri", "written"),
    [
        pytest.param(TERM + "Tree", ("t:Tree", "t"), id="the longest prefix is taken"),
        pytest.param(TREES + "oak", ("tree:oak", "tree"), id="a short one"),
        pytest.param(TERM + "a.b", (f"<{TERM}a.b>", ""), id="what needs an escape stays an IRI"),
        pytest.param(TERM, (f"<{TERM}>", ""), id="nothing after the prefix"),
        pytest.param("urn:x:y", ("<urn:x:y>", ""), id="no prefix"),
    ],
)
def test_a_term_as_sparql_takes_it(iri: str, written: tuple[str, str]) -> None:
    assert short(ox.NamedNode(iri), PREFIXES) == written


def test_a_query_for_a_property() -> None:
    assert query_of_property(ox.NamedNode(TERM + "height"), PREFIXES) == (
        f"PREFIX t: <{TERM}>\nSELECT ?thing ?value WHERE {{\n  ?thing t:height ?value .\n}}\nLIMIT 20"
    )


def test_a_query_for_a_class_shows_what_each_of_its_things_has_and_finds_those_below() -> None:
    shapes = read(f"""
    t:S a sh:NodeShape ; sh:targetClass t:Tree ; sh:property
        [ sh:path t:height ; sh:order 1 ; sh:minCount 1 ] , [ sh:path t:girth ; sh:order 2 ] ,
        [ sh:path <{RDFS.label}> ; sh:order 3 ; sh:minCount 1 ] , [ sh:path t:thing ; sh:minCount 1 ] ,
        [ sh:path [ sh:inversePath t:surveys ] ; sh:minCount 1 ] .
    """)
    tree = ox.NamedNode(TERM + "Tree")
    query = query_of_class(tree, Constraints(shapes).by_class[tree], PREFIXES, below=True)
    assert query == "\n".join(
        [
            f"PREFIX rdfs: <{RDFS}>",
            f"PREFIX t: <{TERM}>",
            "SELECT ?thing ?label ?height WHERE {",
            "  ?thing a/rdfs:subClassOf* t:Tree ;",
            "    rdfs:label ?label ;",
            "    t:height ?height .",
            "}",
            "LIMIT 20",
        ]
    )
    store = ox.Store()
    store.update(
        f"INSERT DATA {{ <urn:a> a <{TERM}Oak> ; <{RDFS.label}> 'A' ; <{TERM}height> 3 ."
        f" <{TERM}Oak> <{RDFS.subClassOf}> <{TERM}Tree> }}"
    )
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    assert len(list(found)) == 1
