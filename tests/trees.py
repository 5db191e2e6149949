"""A small made-up dataset, as its ontology and shapes say it."""

import pyoxigraph as ox

from pilotgraph.paths import Site
from pilotgraph.triples import Triples
from pilotgraph.vocabulary import Vocabulary

TREES = "https://example.org/trees/"
SITE = Site(TREES, TREES + "id/")

PREFIXES = """
@prefix id: <https://example.org/trees/id/> .
@prefix t: <https://example.org/trees/ontology#> .
@prefix dash: <http://datashapes.org/dash#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
t:Tree a owl:Class ; rdfs:label "tree"@en .
t:Oak a owl:Class ; rdfs:label "oak"@en ; rdfs:subClassOf t:Tree , [ a owl:Restriction ] .
t:Survey a owl:Class ; rdfs:label "survey"@en .
t:height a owl:DatatypeProperty ; rdfs:label "height"@en , "Höhe"@de ;
    skos:definition "distance from the ground to the top of a tree"@en .
t:surveys a owl:ObjectProperty ; rdfs:label "surveys"@en .
<urn:x:isIn> rdfs:label "is in"@en ; owl:inverseOf <urn:x:holds> .
t:neighbour a owl:ObjectProperty ; rdfs:label "stands beside"@en .
<http://purl.org/dc/terms/spatial> a owl:ObjectProperty ; rdfs:label "spatial coverage"@en .
"""
SHAPES = """
t:size rdfs:label "Size"@en ; sh:order 1 .
[] a sh:NodeShape ; sh:targetClass t:Tree ; sh:property
    [ sh:path t:height ; sh:name "height (m)"@en ; sh:order 20 ; sh:group t:size ] ,
    [ sh:path t:girth ; sh:order 10 ; sh:group t:size ] ,
    [ sh:path t:planted ; sh:order 1 ] ,
    [ sh:path t:planted ; sh:order 5 ; sh:name "a second rule for the same property" ] ,
    [ sh:path [ sh:inversePath t:neighbour ] ; sh:name "its neighbours"@en ; sh:order 2 ] .
[] a sh:NodeShape ; sh:targetClass t:Survey ; sh:property
    [ sh:path t:result ; sh:order 2 ] , [ sh:path t:year ; sh:order 1 ] ,
    [ sh:path t:basis ; sh:order 1 ; sh:group t:evidence ; sh:defaultValue id:seen ] ,
    [ sh:path t:basis ; sh:order 1 ; sh:group t:evidence ; sh:name "basis"@en ; sh:minCount 1 ] ,
    [ sh:path t:source ; sh:order 2 ; sh:group t:evidence ] .
t:evidence rdfs:label "Evidence" ; sh:order 1 .
[] a sh:NodeShape ; sh:targetClass t:Tree ; sh:property
    [ sh:path t:planting ; sh:order 60 ; dash:viewer dash:ValueTableViewer ] .
"""


def read(turtle: str) -> Triples:
    return Triples(ox.parse(PREFIXES + turtle, ox.RdfFormat.TURTLE))


def vocabulary() -> Vocabulary:
    return Vocabulary(read(ONTOLOGY), read(SHAPES), {TREES + "ontology#surveys"}, "en")
