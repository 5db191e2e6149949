"""What is released, counted -> the description of the dataset: DCAT 3, VoID and SPARQL service description.

In: the statements that `dataset.yaml` makes, the triples of each named graph, and the dumps as
bytes.  Out: one rdflib Graph, which the build writes as `description.ttl`.  What can be counted is
counted here and never written by hand, so that portals, people and the endpoint are told the same.

Whatever is described but has no address of its own (a distribution, a checksum, a partition) is
named by a fragment of the dataset's IRI: there are no blank nodes, and one description can be
compared with the next.  Terms: <https://www.w3.org/TR/vocab-dcat-3/>, <https://www.w3.org/TR/void/>,
<https://www.w3.org/TR/sparql11-service-description/>.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import quote

from rdflib import DCTERMS, FOAF, RDF, VOID, XSD, Graph, Literal, Namespace, URIRef

from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS

# Subject, predicate and object, each written as in N-Triples.
Triple: TypeAlias = tuple[str, str, str]

# rdflib has the terms of DCAT 2, and none of the other four.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DQV = Namespace("http://www.w3.org/ns/dqv#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
MEDIA_TYPES = Namespace("http://www.iana.org/assignments/media-types/")

_TYPE = RDF.type.n3()


@dataclass(frozen=True, slots=True)
class Linkset:
    """Links to one dataset of others. `target` is its IRI, and `space` what every IRI there begins with."""

    name: str
    title: str
    target: str
    space: str
    triples: Collection[Triple]

    @property
    def files(self) -> tuple[str, str]:
        """Paths in a release: of the links as N-Triples, and of a table that says more of each."""
        return f"links/{self.name}.nt", f"links/{self.name}.sssom.tsv"


def linkset_iri(dataset: str, name: str) -> str:
    return f"{dataset}#links/{name}"


def describe(
    dataset: str,
    statements: Iterable[Triple],
    graphs: Mapping[str, Collection[Triple]],
    ontology: tuple[str, int],
    dumps: Mapping[str, bytes],
) -> Graph:
    """Describe a dataset, its dumps and the endpoint that serves it.

    :param dataset: its IRI, ending in "/", under which everything is served.
    :param statements: what `dataset.yaml` says of it, its version and `void:uriSpace` among them.
    :param graphs: the data, by the IRI of the named graph.
    :param ontology: the IRI of the ontology, which is a named graph too, and its number of triples.
    :param dumps: the files that hold the whole of the data, by name.
    """
    root = URIRef(dataset)
    graph = Graph()
    graph.parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in statements), format="nt")
    _say_subset(graph, root)
    _count(graph, root, graphs)
    for name, content in sorted(dumps.items()):
        _add_distribution(graph, root, name, content)
    sizes = {URIRef(name): len(triples) for name, triples in graphs.items()}
    sizes[URIRef(ontology[0])] = ontology[1]
    _add_service(graph, root, sizes)
    return graph


def add_linksets(graph: Graph, dataset: str, linksets: Iterable[Linkset]) -> None:
    """Describe links to others, which are parts of the dataset and have files of their own."""
    for linkset in linksets:
        _add_linkset(graph, URIRef(dataset), linkset)


def add_quality(graph: Graph, dataset: str, figures: Graph, files: tuple[str, str]) -> None:
    """Say how good a dataset is, and where its report is: for people, and as RDF."""
    root = URIRef(dataset)
    version = graph.value(root, DCAT.version)
    page, metadata = (URIRef(f"{dataset}releases/{version}/{name}") for name in files)
    graph += figures
    graph.add((root, FOAF.page, page))
    graph.add((page, DCTERMS.format, MEDIA_TYPES["text/markdown"]))
    graph.add((root, DQV.hasQualityMetadata, metadata))
    graph.add((metadata, RDF.type, DQV.QualityMetadata))
    graph.add((metadata, DCTERMS.hasFormat, page))
    for licence in graph.objects(root, DCTERMS.license):
        graph.add((metadata, DCTERMS.license, licence))


def _say_subset(graph: Graph, dataset: URIRef) -> None:
    # In the sources a graph lists several classes, which sort the things among the graphs.  VoID's
    # class partition has one class, and every entity in it has that type: a narrower claim.
    graph.add((dataset, RDF.type, VOID.Dataset))
    for part in list(graph.objects(dataset, VOID.classPartition)):
        graph.remove((dataset, VOID.classPartition, part))
        graph.remove((part, VOID["class"], None))
        graph.add((dataset, VOID.subset, part))


def _count(graph: Graph, dataset: URIRef, graphs: Mapping[str, Collection[Triple]]) -> None:
    triples = [triple for part in graphs.values() for triple in part]
    subjects = {subject for subject, _, _ in triples}
    space = f"<{graph.value(dataset, VOID.uriSpace)}"
    properties = Counter(predicate for _, predicate, _ in triples)
    classes = Counter(value for _, predicate, value in triples if predicate == _TYPE)
    for term, number in (
        (VOID.triples, len(triples)),
        (VOID.entities, sum(subject.startswith(space) for subject in subjects)),
        (VOID.distinctSubjects, len(subjects)),
        (VOID.distinctObjects, len({value for _, _, value in triples})),
        (VOID.properties, len(properties)),
        (VOID.classes, len(classes)),
    ):
        graph.add((dataset, term, Literal(number)))
    for fragment, kind, total, link, counts in (
        ("#class", VOID["class"], VOID.entities, VOID.classPartition, classes),
        ("#property", VOID.property, VOID.triples, VOID.propertyPartition, properties),
    ):
        for name, number in counts.items():
            term = URIRef(name[1:-1])
            partition = _part(dataset, fragment, term)
            graph.add((dataset, link, partition))
            graph.add((partition, RDF.type, VOID.Dataset))
            graph.add((partition, kind, term))
            graph.add((partition, total, Literal(number)))


def _add_distribution(graph: Graph, dataset: URIRef, name: str, content: bytes) -> None:
    version = graph.value(dataset, DCAT.version)
    (form,) = [form for form in RDF_FORMATS if name.endswith(form.suffix)]
    distribution = URIRef(f"{dataset}#{name}")
    checksum = URIRef(f"{distribution}-sha256")
    file = URIRef(f"{dataset}releases/{version}/{name}")
    size = Literal(str(len(content)), datatype=XSD.nonNegativeInteger)
    digest = Literal(hashlib.sha256(content).hexdigest(), datatype=XSD.hexBinary)
    graph.add((dataset, DCAT.distribution, distribution))
    graph.add((dataset, VOID.dataDump, file))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCTERMS.title, Literal(form.name, lang="en")))
    graph.add((distribution, DCAT.downloadURL, file))
    graph.add((distribution, DCAT.mediaType, MEDIA_TYPES[form.media_type]))
    graph.add((distribution, DCAT.byteSize, size))
    graph.add((distribution, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    graph.add((checksum, SPDX.checksumValue, digest))
    for licence in graph.objects(dataset, DCTERMS.license):
        graph.add((distribution, DCTERMS.license, licence))


def _add_linkset(graph: Graph, dataset: URIRef, linkset: Linkset) -> None:
    version = graph.value(dataset, DCAT.version)
    links, target = URIRef(linkset_iri(dataset, linkset.name)), URIRef(linkset.target)
    dump, table = (URIRef(f"{dataset}releases/{version}/{name}") for name in linkset.files)
    graph.add((dataset, VOID.subset, links))
    graph.add((links, DCTERMS.title, Literal(linkset.title, lang="en")))
    graph.add((links, VOID.dataDump, dump))
    graph.add((links, DCTERMS.hasFormat, table))
    for licence in graph.objects(dataset, DCTERMS.license):
        graph.add((links, DCTERMS.license, licence))
    graph.add((target, RDF.type, VOID.Dataset))
    graph.add((target, VOID.uriSpace, Literal(linkset.space)))
    predicates = Counter(predicate for _, predicate, _ in linkset.triples)
    # VoID wants one link predicate a linkset: if there are several, each has a part of its own.
    parts = {links: len(linkset.triples)}
    for name, number in predicates.items():
        predicate = URIRef(name[1:-1])
        part = links if len(predicates) == 1 else _part(links, "", predicate)
        parts[part] = number
        graph.add((part, VOID.linkPredicate, predicate))
        if part != links:
            graph.add((links, VOID.subset, part))
    for part, number in parts.items():
        graph.add((part, RDF.type, VOID.Linkset))
        graph.add((part, VOID.subjectsTarget, dataset))
        graph.add((part, VOID.objectsTarget, target))
        graph.add((part, VOID.triples, Literal(number)))


def _add_service(graph: Graph, dataset: URIRef, sizes: Mapping[URIRef, int]) -> None:
    service = URIRef(f"{dataset}sparql")
    offered, default = URIRef(f"{service}#dataset"), URIRef(f"{service}#default-graph")
    for title in graph.objects(dataset, DCTERMS.title):
        graph.add((service, DCTERMS.title, title))
    graph.add((dataset, VOID.sparqlEndpoint, service))
    graph.add((service, RDF.type, DCAT.DataService))
    graph.add((service, DCAT.endpointURL, service))
    graph.add((service, DCAT.endpointDescription, service))
    graph.add((service, DCAT.servesDataset, dataset))
    graph.add((service, RDF.type, SD.Service))
    graph.add((service, SD.endpoint, service))
    graph.add((service, SD.supportedLanguage, SD.SPARQL11Query))
    graph.add((service, SD.feature, SD.UnionDefaultGraph))
    for iri in [form.iri for form in RDF_FORMATS] + [form.iri for form in RESULT_FORMATS]:
        graph.add((service, SD.resultFormat, URIRef(iri)))
    graph.add((service, SD.defaultDataset, offered))
    graph.add((offered, RDF.type, SD.Dataset))
    graph.add((offered, SD.defaultGraph, default))
    graph.add((default, RDF.type, SD.Graph))
    graph.add((default, VOID.triples, Literal(sum(sizes.values()))))
    for name, triples in sizes.items():
        place = _part(dataset, "sparql#graph", name)
        graph.add((offered, SD.namedGraph, place))
        graph.add((place, RDF.type, SD.NamedGraph))
        graph.add((place, SD.name, name))
        graph.add((place, SD.graph, name))
        graph.add((name, RDF.type, SD.Graph))
        graph.add((name, VOID.triples, Literal(triples)))


def _part(dataset: URIRef, kind: str, iri: URIRef) -> URIRef:
    return URIRef(f"{dataset}{kind}/{quote(iri.removeprefix(dataset), safe='/:')}")
