"""Snapshots of a few statements, for tests of what changes between two."""

import json

import pyoxigraph as ox

from pilotgraph.comparison.snapshot import Snapshot

DATASET = "https://example.org/small/"
PREFIXES = {
    "": f"{DATASET}id/",
    "t": f"{DATASET}ontology#",
    "g": f"{DATASET}graph/",
    "d": DATASET,
    "as": "https://www.w3.org/ns/activitystreams#",
    "dash": "http://datashapes.org/dash#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "void": "http://rdfs.org/ns/void#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_CONTEXT = {
    "@context": {
        "@version": 1.1,
        "t": PREFIXES["t"],
        "owl": PREFIXES["owl"],
        "id": "@id",
        "type": "@type",
        "of": {"@id": "t:of", "@type": "@id"},
        "claims": {"@reverse": "t:of", "@type": "@id"},
    }
}


def files(
    data: str = "",
    ontology: str = "",
    description: str = "",
    shapes: str = "",
    version: str = "1.0.0",
) -> dict[str, bytes]:
    """The files of a release.

    :param data: in TriG; other parts in Turtle, all with `PREFIXES`.
    """
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    said = f"""
        d: a dcat:Dataset ; dcterms:title "Few statements"@en ; void:sparqlEndpoint d:sparql ;
            void:uriSpace "{DATASET}id/" ; dcat:version "{version}" .
        d:sparql sd:namedGraph d:one . d:one sd:name g:things . g:things dcterms:title "Things"@en .
    """
    read = ox.parse(head + data, format=ox.RdfFormat.TRIG)
    return {
        "data.nq": ox.serialize(read, format=ox.RdfFormat.N_QUADS) or b"",
        "ontology.ttl": (head + ontology).encode(),
        "description.ttl": (head + said + description).encode(),
        "shapes.ttl": (head + shapes).encode(),
        "context.jsonld": json.dumps(_CONTEXT).encode(),
    }


def snapshot(
    data: str = "",
    ontology: str = "",
    description: str = "",
    shapes: str = "",
    version: str = "1.0.0",
) -> Snapshot:
    """A snapshot of such a release."""
    return Snapshot.read(files(data, ontology, description, shapes, version))


def things(statements: str) -> str:
    """Data in the one graph."""
    return f"g:things {{ {statements} }}"
