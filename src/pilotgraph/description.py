"""What is released -> the description of the dataset, in DCAT 3 and VoID.

In: the statements that `dataset.yaml` makes, and the triples of each graph of the data.  Out: one rdflib
Graph, to which `distributions` adds the files and `service_description` the endpoint and its graphs.  What
can be counted is never written by hand, so that portals, people and the endpoint are told the same.

Whatever is described but has no address of its own (a distribution, a checksum, a partition) is
named by a fragment of the dataset's IRI: there are no blank nodes, and one description can be
compared with the next.  Terms: <https://www.w3.org/TR/vocab-dcat-3/>, <https://www.w3.org/TR/void/>.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from rdflib import DCTERMS, FOAF, RDF, VOID, Graph, Literal, Namespace, URIRef

from pilotgraph.counts import Triple, add_counts, count_entities, part
from pilotgraph.lexical import split
from pilotgraph.provenance import file_iri

# rdflib has the terms of DCAT 2, and none of the other three.
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DQV = Namespace("http://www.w3.org/ns/dqv#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
MEDIA_TYPES = Namespace("http://www.iana.org/assignments/media-types/")


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
) -> Graph:
    """Describe a dataset, but for its files.

    It is counted without what describes it: the numbers are those of the dumps.

    :param dataset: its IRI, ending in "/", under which everything is served.
    :param statements: what `dataset.yaml` says of it, its version and `void:uriSpace` among them.
    :param graphs: the data, by the IRI of the named graph.
    """
    root = URIRef(dataset)
    graph = Graph()
    graph.parse(data="".join(f"{s} {p} {o} .\n" for s, p, o in statements), format="nt")
    _say_subset(graph, root, graphs)
    _count(graph, root, [triple for each in graphs.values() for triple in each])
    return graph


def add_linksets(graph: Graph, dataset: str, linksets: Iterable[Linkset]) -> None:
    """Describe links to others, which are parts of the dataset and have files of their own."""
    for linkset in linksets:
        _add_linkset(graph, URIRef(dataset), linkset)


def add_quality(graph: Graph, dataset: str, figures: Graph, files: tuple[str, str]) -> None:
    """Say how good a dataset is, and where its report is: for people, and as RDF."""
    root = URIRef(dataset)
    version = graph.value(root, DCAT.version)
    page, metadata = (URIRef(file_iri(dataset, str(version), name)) for name in files)
    graph += figures
    graph.add((root, FOAF.page, page))
    graph.add((page, DCTERMS.format, MEDIA_TYPES["text/markdown"]))
    graph.add((root, DQV.hasQualityMetadata, metadata))
    graph.add((metadata, RDF.type, DQV.QualityMetadata))
    graph.add((metadata, DCTERMS.hasFormat, page))
    for licence in graph.objects(root, DCTERMS.license):
        graph.add((metadata, DCTERMS.license, licence))


def _say_subset(graph: Graph, dataset: URIRef, graphs: Collection[str]) -> None:
    # In the sources a graph lists several classes, which sort the things among the graphs.  VoID's
    # class partition has one class, and every entity in it has that type: a narrower claim.
    graph.add((dataset, RDF.type, VOID.Dataset))
    for each in list(graph.objects(dataset, VOID.classPartition)):
        graph.remove((dataset, VOID.classPartition, each))
        graph.remove((each, VOID["class"], None))
        if str(each) in graphs:
            graph.add((dataset, VOID.subset, each))


def _count(graph: Graph, dataset: URIRef, triples: list[Triple]) -> None:
    add_counts(graph, dataset, triples, dataset, "#")
    entities = count_entities(triples, str(graph.value(dataset, VOID.uriSpace)))
    graph.add((dataset, VOID.entities, Literal(entities)))
    # If only our own were named, a client might conclude that the data have no property of others.
    used = {predicate for _, predicate, _ in triples}
    used |= {value for _, predicate, value in triples if predicate == RDF.type.n3()}
    for namespace in {split(term[1:-1])[0] for term in used} - {""}:
        graph.add((dataset, VOID.vocabulary, URIRef(namespace)))


def _add_linkset(graph: Graph, dataset: URIRef, linkset: Linkset) -> None:
    version = graph.value(dataset, DCAT.version)
    links, target = URIRef(linkset_iri(dataset, linkset.name)), URIRef(linkset.target)
    dump, table = (URIRef(file_iri(dataset, str(version), name)) for name in linkset.files)
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
        subset = links if len(predicates) == 1 else part(links, "", predicate)
        parts[subset] = number
        graph.add((subset, VOID.linkPredicate, predicate))
        if subset != links:
            graph.add((links, VOID.subset, subset))
    for subset, number in parts.items():
        graph.add((subset, RDF.type, VOID.Linkset))
        graph.add((subset, VOID.subjectsTarget, dataset))
        graph.add((subset, VOID.objectsTarget, target))
        graph.add((subset, VOID.triples, Literal(number)))
