"""What an endpoint offers and what it holds -> its description, for clients that ask it nothing.

In: the description of a dataset, and the triples of each named graph.  Out: the same description with
the service <https://www.w3.org/TR/sparql11-service-description/>, and with VoID's statistics for
each named graph and for the default graph, which is their union.  A client that adds up the named graphs
and one that reads the default graph come to the same.

A release does not know who will serve it: the address and the limits are a server's.  It adds them to what
it sends, with `served`; in the store they are not.
"""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain
from typing import NamedTuple

import pyoxigraph as ox
from rdflib import (
    DCTERMS,
    FOAF,
    OWL,
    PROV,
    RDF,
    RDFS,
    SDO,
    SH,
    SKOS,
    VOID,
    XSD,
    Graph,
    Literal,
    Namespace,
    URIRef,
)

from pilotgraph import formats
from pilotgraph.counts import Triple, add_counts, part, triples
from pilotgraph.description import DCAT, DQV, SPDX
from pilotgraph.executables import endpoint
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
# For files about the data; the project's own prefixes come from its context and win.
PREFIXES = {
    name: str(space)
    for name, space in {
        "dcat": DCAT,
        "dcterms": DCTERMS,
        "dqv": DQV,
        "foaf": FOAF,
        "owl": OWL,
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
        "schema": SDO,
        "sd": SD,
        "sh": SH,
        "skos": SKOS,
        "spdx": SPDX,
        "void": VOID,
        "xsd": XSD,
    }.items()
}
_SIMPLE = URIRef("http://www.w3.org/ns/entailment/Simple")

# UN/CEFACT Recommendation 20, as schema:unitCode wants.
_UNITS = {"seconds": "SEC", "milliseconds": "C26", "kB": "2P", "MB": "4L"}


class Limit(NamedTuple):
    """What a server does at most. `unit` is written as people do; numbers of things need none."""

    value: float | str
    unit: str
    description: str


def add_service(graph: Graph, dataset: str, name: str, graphs: Mapping[str, Collection[Triple]]) -> None:
    """Describe the endpoint that serves a dataset, and each graph there, `graph` itself too.

    :param graph: the description of the dataset, complete but for this.
    :param name: the named graph that `graph` is.
    :param graphs: what the other named graphs hold.
    """
    root, service = URIRef(dataset), endpoint(dataset)
    offered, default = URIRef(f"{service}#dataset"), URIRef(f"{service}#default-graph")
    for title in graph.objects(root, DCTERMS.title):
        graph.add((service, DCTERMS.title, title))
    graph.add((root, VOID.sparqlEndpoint, service))
    graph.add((service, RDF.type, DCAT.DataService))
    graph.add((service, DCAT.endpointURL, service))
    graph.add((service, DCAT.endpointDescription, service))
    graph.add((service, DCAT.servesDataset, root))
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, service))
    graph.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((service, SD.feature, SD.UnionDefaultGraph))
    graph.add((service, SD.defaultEntailmentRegime, _SIMPLE))
    for iri in [form.iri for form in RDF_FORMATS] + [form.iri for form in RESULT_FORMATS]:
        graph.add((service, SD.resultFormat, URIRef(iri)))
    graph.add((service, SD.defaultDataset, offered))
    graph.add((service, SD.availableGraphs, offered))
    graph.add((offered, RDF.type, SD.Dataset))
    graph.add((offered, RDF.type, SD.GraphCollection))
    graph.add((offered, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    for each in (*graphs, name):
        named, place = URIRef(each), _place(dataset, each)
        graph.add((offered, SD.namedGraph, place))
        graph.add((place, RDF.type, SD.NamedGraph))
        graph.add((place, SD.name, named))
        graph.add((place, SD.graph, named))
        graph.add((named, RDF.type, SD.Graph))
    graph.add((URIRef(name), RDF.type, VOID.DatasetDescription))
    graph.add((URIRef(name), FOAF.primaryTopic, root))
    for each, found in graphs.items():
        add_counts(graph, URIRef(each), found, dataset, _fragment(dataset, each))
    _add_own_counts(graph, dataset, name, graphs, default)


def _add_own_counts(
    graph: Graph, dataset: str, name: str, graphs: Mapping[str, Collection[Triple]], default: URIRef
) -> None:
    """Count the description itself, and the default graph, of which it is a part.

    A description changes when it tells its own length.  But each number is one triple, however large; so
    when each of its own properties and classes has a partition, the length stays, and what is counted
    is true.  The number of different numbers is the one that need not settle: `add_counts` leaves it out.
    """
    counted = Graph()
    while True:
        own = triples(graph + counted)
        again = Graph()
        add_counts(again, URIRef(name), own, dataset, _fragment(dataset, name))
        add_counts(again, default, chain(own, *graphs.values()), dataset, "sparql#default-graph/")
        if set(again) == set(counted):
            break
        counted = again
    graph += counted


def served(
    description: Iterable[ox.Triple], dataset: str, address: str, limits: Mapping[str, Limit]
) -> list[ox.Triple]:
    """A description as one server gives it: its own address in place of the service's IRI, and its limits.

    Clients look for what is said of the address that they asked, and send their queries to the endpoint that
    they are told.

    :param address: where the server answers, such as "http://127.0.0.1:8000/sparql".
    :param limits: by the name of the setting.
    """
    service, here = ox.NamedNode(endpoint(dataset)), ox.NamedNode(address)
    graph = Graph()
    for name, limit in limits.items():
        _add_limit(graph, URIRef(address), URIRef(f"{endpoint(dataset)}#limit/{name}"), name, limit)
    found = [
        ox.Triple(
            here if triple.subject == service else triple.subject,
            triple.predicate,
            here if triple.object == service else triple.object,
        )
        for triple in description
    ]
    added = formats.parse(graph.serialize(format="nt", encoding="utf-8"), formats.N_TRIPLES, "")
    return found + [quad.triple for quad in added]


def _add_limit(graph: Graph, service: URIRef, about: URIRef, name: str, limit: Limit) -> None:
    graph.add((service, SDO.additionalProperty, about))
    graph.add((about, RDF.type, SDO.PropertyValue))
    graph.add((about, SDO.name, Literal(name)))
    graph.add((about, SDO.value, Literal(limit.value)))
    graph.add((about, SDO.description, Literal(limit.description, lang="en")))
    if limit.unit:
        graph.add((about, SDO.unitText, Literal(limit.unit)))
    if limit.unit in _UNITS:
        graph.add((about, SDO.unitCode, Literal(_UNITS[limit.unit])))


def _place(dataset: str, name: str) -> URIRef:
    return part(dataset, "sparql#graph", name)


def _fragment(dataset: str, name: str) -> str:
    return f"{_place(dataset, name).removeprefix(dataset)}/"
