"""The description of a dataset -> the catalogue that data portals harvest: DCAT-AP 3.0.1.

In: the description, which has everything that VoID, SPARQL clients and people want.  Out: what a portal
reads of it, from the catalogue to the last code, as one graph that needs no other: of whatever it names, it
says what it is and what it is called.  So a portal's rules for ranges and code lists can be held against this
graph alone, and CKAN, for one, shows names instead of IRIs.

The description says things once, and plainly: a title, or a label.  DCAT-AP has another property for the
name of an agent, of a contact and of a code; they are derived here, as are the classes that follow from what
a thing is named by (the value of `dcterms:license` is a licence document).  What nobody said is left out.

The dataset is the only `dcat:Dataset` here: portals make an entry of each.  Named graphs are not in the
catalogue, and earlier versions are named by their IRIs, as what the dataset `dcat:previousVersion` was.
<https://semiceu.github.io/DCAT-AP/releases/3.0.1/>
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyoxigraph as ox
from rdflib import (
    DCTERMS,
    FOAF,
    OWL,
    PROV,
    RDF,
    RDFS,
    SKOS,
    VOID,
    XSD,
    Graph,
    Literal,
    Namespace,
    Node,
    URIRef,
)

from pilotgraph.description import DCAT, SPDX
from pilotgraph.distributions import DCATAP, add_file_type
from pilotgraph.executables import endpoint
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
WKT = URIRef("http://www.opengis.net/ont/geosparql#wktLiteral")
ADMS = Namespace("http://www.w3.org/ns/adms#")
_PROTOCOL = URIRef("https://www.w3.org/TR/sparql11-protocol/")
# Beside DCAT-AP's own prefixes, those of a project.
PREFIXES = {
    "adms": str(ADMS),
    "dcatap": str(DCATAP),
    "geosparql": WKT.removesuffix("wktLiteral"),
    "vcard": str(VCARD),
}

# What a portal reads; how many statements a file holds is the one thing of VoID.
_READ = tuple(map(str, (RDF, RDFS, DCAT, DCTERMS, FOAF, SKOS, PROV, SPDX, VCARD, ADMS, DCATAP)))
_ALSO_READ = {VOID.triples}
_LEFT_OUT = {RDFS.Resource}

_DATA_THEME = URIRef("http://www.w3.org/ns/dcat#theme")
# The classes of values, by property.
_RANGES: Mapping[Node, tuple[URIRef, ...]] = {
    DCTERMS.accessRights: (DCTERMS.RightsStatement,),
    DCTERMS.accrualPeriodicity: (DCTERMS.Frequency,),
    DCTERMS.conformsTo: (DCTERMS.Standard,),
    DCTERMS.creator: (FOAF.Agent,),
    # CKAN takes a format's label if its class is this one, the first by name, and else its IRI.
    DCTERMS.format: (DCTERMS.IMT, DCTERMS.MediaTypeOrExtent),
    DCTERMS.language: (DCTERMS.LinguisticSystem,),
    DCTERMS.license: (DCTERMS.LicenseDocument,),
    DCTERMS.provenance: (DCTERMS.ProvenanceStatement,),
    DCTERMS.publisher: (FOAF.Agent,),
    DCTERMS.spatial: (DCTERMS.Location,),
    DCTERMS.temporal: (DCTERMS.PeriodOfTime,),
    DCTERMS.type: (SKOS.Concept,),
    DCAT.compressFormat: (DCTERMS.MediaType,),
    DCAT.contactPoint: (VCARD.Kind,),
    DCAT.landingPage: (FOAF.Document,),
    DCAT.mediaType: (DCTERMS.MediaType,),
    DCAT.themeTaxonomy: (SKOS.ConceptScheme,),
    DCATAP.availability: (SKOS.Concept,),
    FOAF.homepage: (FOAF.Document,),
    FOAF.page: (FOAF.Document,),
    PROV.wasGeneratedBy: (PROV.Activity,),
    SKOS.inScheme: (SKOS.ConceptScheme,),
    SPDX.algorithm: (SPDX.ChecksumAlgorithm,),
    _DATA_THEME: (SKOS.Concept,),
}
# What the label of a thing is called, by its class.
_NAMES: Mapping[Node, URIRef] = {
    DCTERMS.LicenseDocument: DCTERMS.title,
    DCTERMS.Location: SKOS.prefLabel,
    DCTERMS.Standard: DCTERMS.title,
    FOAF.Agent: FOAF.name,
    SKOS.Concept: SKOS.prefLabel,
    SKOS.ConceptScheme: DCTERMS.title,
    VCARD.Kind: VCARD.fn,
}
# A catalogue of one dataset is what that is; so is the service, but for its title.
_OF_CATALOGUE = (
    *(DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCTERMS.creator, DCTERMS.license),
    *(DCTERMS.language, DCTERMS.spatial, DCTERMS.temporal, DCTERMS.issued, DCTERMS.modified),
)
_OF_SERVICE = (
    *(DCTERMS.publisher, DCTERMS.license, DCTERMS.accessRights, DCAT.contactPoint, DCAT.keyword),
    *(DCAT.landingPage, _DATA_THEME),
)


def catalogue_iri(dataset: str) -> URIRef:
    return URIRef(f"{dataset}catalog")


def add_standard(graph: Graph, dataset: str, ontology: Iterable[ox.Triple], terms: str) -> None:
    """Say which version of its ontology a dataset is written in.

    :param terms: the IRI of the ontology.
    """
    said = [each for each in ontology if each.subject == ox.NamedNode(terms)]
    titles = [each.object for each in said if each.predicate.value == str(DCTERMS.title)]
    for triple in said:
        if triple.predicate.value == str(OWL.versionIRI) and isinstance(triple.object, ox.NamedNode):
            standard = URIRef(triple.object.value)
            graph.add((URIRef(dataset), DCTERMS.conformsTo, standard))
            for title in titles:
                if isinstance(title, ox.Literal):
                    graph.add((standard, DCTERMS.title, Literal(title.value, lang=title.language)))


def add_history(graph: Graph, dataset: str, activity: str, earlier: Iterable[tuple[str, str, str]]) -> None:
    """Say what made this version, and which versions came before it.

    :param activity: the IRI of the build.
    :param earlier: IRI, version and day of each version before this one, the last one first.
    """
    root = URIRef(dataset)
    version = graph.value(root, DCAT.version)
    graph.add((root, PROV.wasGeneratedBy, URIRef(activity)))
    graph.add((URIRef(activity), DCTERMS.title, Literal(f"Build of version {version}", lang="en")))
    after = root
    for iri, number, issued in earlier:
        release = URIRef(iri)
        graph.add((after, DCAT.previousVersion, release))
        graph.add((release, DCTERMS.isVersionOf, root))
        graph.add((release, DCAT.version, Literal(number)))
        graph.add((release, DCTERMS.issued, Literal(issued.partition("T")[0], datatype=XSD.date)))
        after = release


def catalogue(description: Graph, dataset: str) -> Graph:
    """Make the catalogue.

    :param description: of the dataset, its files and its endpoint; it is not changed.
    """
    source = Graph()
    source += description
    root, top = URIRef(dataset), catalogue_iri(dataset)
    _add_catalogue(source, root, top)
    _add_service(source, root, endpoint(dataset))
    graph = _reachable(source, top)
    _add_classes(graph)
    _add_names(graph)
    # The store has none of these: with literals of types that it does not know, its ORDER BY may fail.
    for corner in (DCAT.bbox, DCAT.centroid):
        for place, text in list(graph.subject_objects(corner)):
            graph.set((place, corner, Literal(str(text), datatype=WKT)))
    return graph


def write_json_ld(graph: Graph, prefixes: Mapping[str, str]) -> bytes:
    """Write a graph without blank nodes as compact JSON-LD, a node a block: equal graphs give equal bytes."""
    used = {name: space for name, space in prefixes.items() if any(_begins(space, each) for each in graph)}
    written = json.loads(graph.serialize(format="json-ld", context=used, auto_compact=False))
    written.pop("@context", None)
    said = written.get("@graph", [written])  # of one thing rdflib writes that alone
    nodes = sorted((_ordered(node) for node in said), key=lambda node: str(node["@id"]))
    content = {"@context": dict(sorted(used.items())), "@graph": nodes}
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode()


def _add_catalogue(graph: Graph, dataset: URIRef, catalogue: URIRef) -> None:
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    graph.add((catalogue, DCAT.dataset, dataset))
    graph.add((catalogue, DCAT.service, endpoint(dataset)))
    _inherit(graph, dataset, catalogue, _OF_CATALOGUE)
    if not graph.value(catalogue, DCTERMS.modified):
        for date in graph.objects(dataset, DCTERMS.issued):
            graph.add((catalogue, DCTERMS.modified, date))
    for page in graph.objects(dataset, DCAT.landingPage):
        graph.add((catalogue, FOAF.homepage, page))
    for code in list(graph.objects(dataset, _DATA_THEME)):
        for scheme in list(graph.objects(code, SKOS.inScheme)):
            graph.add((catalogue, DCAT.themeTaxonomy, scheme))
    graph.add((dataset, DCTERMS.identifier, Literal(dataset)))


def _add_service(graph: Graph, dataset: URIRef, service: URIRef) -> None:
    _inherit(graph, dataset, service, _OF_SERVICE)
    graph.add((service, DCTERMS.conformsTo, _PROTOCOL))
    graph.add((_PROTOCOL, DCTERMS.title, Literal("SPARQL 1.1 Protocol", lang="en")))
    taken = {form.media_type for form in RDF_FORMATS} | {form.media_type for form in RESULT_FORMATS}
    for media_type in sorted(taken):
        if (file_type := add_file_type(graph, media_type)) is not None:
            graph.add((service, DCTERMS.format, file_type))


def _inherit(graph: Graph, whole: URIRef, part: URIRef, terms: Iterable[URIRef]) -> None:
    for term in terms:
        for value in list(graph.objects(whole, term)):
            graph.add((part, term, value))


def _reachable(source: Graph, start: URIRef) -> Graph:
    """What is said of a thing, and of all that it leads to, in the terms that portals read."""
    graph = Graph()
    found, todo = {start}, [start]
    while todo:
        subject = todo.pop()
        for term, value in source.predicate_objects(subject):
            if value in _LEFT_OUT or not (term in _ALSO_READ or str(term).startswith(_READ)):
                continue
            graph.add((subject, term, value))
            if term != RDF.type and isinstance(value, URIRef) and value not in found:
                found.add(value)
                todo.append(value)
    return graph


def _add_classes(graph: Graph) -> None:
    for term, classes in _RANGES.items():
        for value in set(graph.objects(None, term)):
            # A list of codes that nothing is known of is no more than an IRI: a portal has it, or not.
            if classes == (SKOS.ConceptScheme,) and not _labels(graph, value):
                continue
            for each in classes:
                graph.add((value, RDF.type, each))


def _labels(graph: Graph, thing: Node) -> list[Node]:
    return list(graph.objects(thing, RDFS.label)) or list(graph.objects(thing, DCTERMS.title))


def _add_names(graph: Graph) -> None:
    """Call what is named in passing as its class wants it, and by a label, which portals look for first."""
    things = {value for term in _RANGES for value in graph.objects(None, term)}
    things -= set(graph.subjects(RDF.type, DCAT.Dataset))  # which may be its own landing page
    for thing in things:
        labels = _labels(graph, thing)
        graph.remove((thing, DCTERMS.title, None))
        terms = {_NAMES[kind] for kind in graph.objects(thing, RDF.type) if kind in _NAMES}
        for term in (RDFS.label, *terms):
            for label in labels:
                graph.add((thing, term, label))


def _begins(space: str, triple: Iterable[Node]) -> bool:
    return any(
        str(each).startswith(space)
        if isinstance(each, URIRef)
        else str(getattr(each, "datatype", "")).startswith(space)
        for each in triple
    )


def _ordered(node: dict[str, Any]) -> dict[str, Any]:
    first = {key: node[key] for key in ("@id", "@type") if key in node}
    rest = {key: value for key, value in sorted(node.items()) if key not in first}
    return {
        key: sorted(value, key=lambda each: json.dumps(each, sort_keys=True))
        if isinstance(value, list)
        else value
        for key, value in (first | rest).items()
    }
