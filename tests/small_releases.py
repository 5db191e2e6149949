"""Releases of a few statements, for what no project has."""

from pathlib import Path

import pyoxigraph as ox
from rdflib import RDFS, SKOS

from pilotgraph.release import Release, write

DATASET = "https://example.org/small/"
_DESCRIPTION = f"""
    @prefix dcterms: <http://purl.org/dc/terms/> .
    @prefix void: <http://rdfs.org/ns/void#> .
    <{DATASET}> dcterms:title "Few statements"@en ;
        void:sparqlEndpoint <{DATASET}sparql> ;
        void:uriSpace "{DATASET}id/" .
"""


def small_release(out: Path, statements: str, ontology: str = "") -> Release:
    """Write a release.

    :param statements: in Turtle without prefixes but `rdfs`, `skos` and `:`, the IRI of all things.
    :param ontology: likewise; `:` is the IRI of its terms.
    """
    graph, read = ox.NamedNode(f"{DATASET}graph"), _read(f"{DATASET}id/", statements)
    quads = (ox.Quad(quad.subject, quad.predicate, quad.object, graph) for quad in read)
    return write(
        out,
        "1",
        {
            "data.nq": ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"",
            "description.ttl": _DESCRIPTION.encode(),
            "ontology.ttl": _prefixed(f"{DATASET}ontology#", ontology).encode(),
            "shapes.ttl": b"",
        },
    )


def _read(space: str, text: str) -> list[ox.Quad]:
    return list(ox.parse(_prefixed(space, text), format=ox.RdfFormat.TURTLE))


def _prefixed(space: str, text: str) -> str:
    known = {"": space, "rdfs": str(RDFS), "skos": str(SKOS)}
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in known.items()) + text
