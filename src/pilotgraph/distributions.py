"""Files of a release -> distributions of its dataset, as data portals read them: DCAT 3, DCAT-AP 3.0.1.

In: dumps and tables, with their bytes.  Out: triples in the description, each distribution named by the
file's path as a fragment of the dataset's IRI, which stays the same from release to release, while its
`dcat:downloadURL` is in one release and never changes.

A distribution has one checksum, that of the bytes (DCAT-AP allows no second).  The RDFC-1.0 hash is one of
another thing: of the canonical form of what the file holds, which is what the file `dcterms:hasFormat`.  That
form has a checksum of its own, and as many triples as it has; files that hold the same share it.

What is described beside the things of the dataset has a `dcterms:title`, and no `rdfs:label`: whoever
searches the labels of things would find it among them.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rdflib import DCTERMS, RDF, SKOS, VOID, XSD, Graph, Literal, Namespace, URIRef

from pilotgraph.description import DCAT, MEDIA_TYPES, SPDX
from pilotgraph.dumps import Dump
from pilotgraph.formats import JSON_LD, N_QUADS, N_TRIPLES
from pilotgraph.provenance import file_iri
from pilotgraph.tables import Tables

DCATAP = Namespace("http://data.europa.eu/r5r/")
RDFC = URIRef("https://www.w3.org/TR/rdf-canon/")
CSVW = "https://www.w3.org/TR/tabular-metadata/"
TABULAR = "https://www.w3.org/TR/tabular-data-model/"
CSV, CSVM = "text/csv", "application/csvm+json"
# DCAT-AP's list of algorithms begins with https, unlike SPDX's own namespace.
SHA_256 = URIRef("https://spdx.org/rdf/terms#checksumAlgorithm_sha256")
FILE_TYPES = Namespace("http://publications.europa.eu/resource/authority/file-type/")
_FILE_TYPES = URIRef(FILE_TYPES.removesuffix("/"))
GZIP = "application/gzip"
# The code of each media type in the list of the Publications Office of the EU, and what people call it.
_CODES = {
    CSVM: ("JSON", "JSON"),
    "application/json": ("JSON", "JSON"),
    "application/ld+json": ("JSON_LD", "JSON-LD"),
    "application/n-quads": ("RDF_N_QUADS", "RDF N-Quads"),
    "application/n-triples": ("RDF_N_TRIPLES", "RDF N-Triples"),
    "application/rdf+xml": ("RDF_XML", "RDF XML"),
    "application/sparql-results+json": ("SPARQLQRES", "SPARQL results"),
    "application/sparql-results+xml": ("SPARQLQRES", "SPARQL results"),
    "application/trig": ("RDF_TRIG", "RDF TriG"),
    CSV: ("CSV", "CSV"),
    "text/tab-separated-values": ("TSV", "TSV"),
    "text/turtle": ("RDF_TURTLE", "RDF Turtle"),
}
# What is said of a dataset once, and is true of every file of it.
_INHERITED = (DCTERMS.license, DCTERMS.language, DCATAP.availability)


@dataclass(frozen=True, slots=True)
class Download:
    """A file of a release, as it is offered.

    `media_type` is that of what is in it, if it is packed with gzip.  `standard` is the IRI of what it is
    made according to, or nothing for the dataset's own.
    """

    path: str
    content: bytes
    media_type: str
    title: str
    description: str
    packed: bool = False
    standard: str = ""


def distribution_iri(dataset: str, path: str) -> URIRef:
    return URIRef(f"{dataset}#{path}")


def add_dumps(graph: Graph, dataset: str, dumps: Iterable[Dump]) -> None:
    """Describe dumps and their twins in gzip.

    :param graph: says the dataset's version, licence and languages, and what its graphs are called.
    """
    found = list(dumps)
    # Canonical N-Quads are what a file of N-Quads, or of N-Triples, is: it gives the name.
    ordered = sorted(found, key=lambda each: (each.form not in (N_QUADS, N_TRIPLES), each.path))
    names: dict[str, str] = {}
    for dump in ordered:
        names.setdefault(dump.canonical, dump.path)
    for dump in found:
        canonical = URIRef(f"{distribution_iri(dataset, names[dump.canonical])}-canonical")
        title = f"Canonical form of {names[dump.canonical]}"
        graph.add((canonical, DCTERMS.title, Literal(title, lang="en")))
        graph.add((canonical, DCTERMS.conformsTo, RDFC))
        graph.add((canonical, VOID.triples, Literal(dump.triples)))
        _add_checksum(graph, canonical, dump.canonical)
        for download in _downloads(graph, dataset, dump):
            distribution = add_download(graph, dataset, download)
            graph.add((distribution, DCTERMS.hasFormat, canonical))
            file = next(graph.objects(distribution, DCAT.downloadURL))
            if not dump.graph:
                graph.add((URIRef(dataset), VOID.dataDump, file))
            elif not download.packed:
                graph.add((URIRef(dump.graph), VOID.dataDump, file))
    graph.add((RDFC, DCTERMS.title, Literal("RDF Dataset Canonicalization", lang="en")))


def add_tables(graph: Graph, dataset: str, tables: Tables) -> None:
    """Describe tables, each with the file that says what its columns mean."""
    for table in tables.tables:
        name, shown = table.title or table.of_class, f"{table.rows:,} {'row' if table.rows == 1 else 'rows'}"
        said = f"A table of the things of the class <{table.of_class}>: {shown}, in CSV."
        meant = f"What the columns of {table.url} mean, as CSVW has it."
        add_download(
            graph, dataset, Download(table.path, table.content, CSV, f"Table: {name}", said, standard=TABULAR)
        )
        add_download(
            graph,
            dataset,
            Download(
                table.metadata_path,
                table.metadata,
                CSVM,
                f"Columns of the table: {name}",
                meant,
                standard=CSVW,
            ),
        )
    every = "What the columns of all tables mean, and which of them name the rows of others, as CSVW has it."
    if tables.tables:
        title = "Columns of all tables"
        whole = Download(tables.metadata_path, tables.metadata, CSVM, title, every, standard=CSVW)
        add_download(graph, dataset, whole)
        model = "Model for Tabular Data and Metadata on the Web"
        graph.add((URIRef(CSVW), DCTERMS.title, Literal("Metadata Vocabulary for Tabular Data", lang="en")))
        graph.add((URIRef(TABULAR), DCTERMS.title, Literal(model, lang="en")))


def add_download(graph: Graph, dataset: str, download: Download) -> URIRef:
    """Describe one file, and return its distribution."""
    root, distribution = URIRef(dataset), distribution_iri(dataset, download.path)
    version = graph.value(root, DCAT.version)
    file = URIRef(file_iri(dataset, str(version), download.path))
    size = Literal(str(len(download.content)), datatype=XSD.nonNegativeInteger)
    graph.add((root, DCAT.distribution, distribution))
    graph.add((distribution, RDF.type, DCAT.Distribution))
    graph.add((distribution, DCTERMS.title, Literal(download.title, lang="en")))
    graph.add((distribution, DCTERMS.description, Literal(download.description, lang="en")))
    graph.add((distribution, DCAT.accessURL, file))
    graph.add((distribution, DCAT.downloadURL, file))
    graph.add((distribution, DCAT.mediaType, _media_type(graph, download.media_type)))
    if (file_type := add_file_type(graph, download.media_type)) is not None:
        graph.add((distribution, DCTERMS.format, file_type))
    if download.packed:
        graph.add((distribution, DCAT.compressFormat, _media_type(graph, GZIP)))
    graph.add((distribution, DCAT.byteSize, size))
    _add_checksum(graph, distribution, hashlib.sha256(download.content).hexdigest())
    for term in _INHERITED:
        for value in graph.objects(root, term):
            graph.add((distribution, term, value))
    standards = [URIRef(download.standard)] if download.standard else graph.objects(root, DCTERMS.conformsTo)
    for standard in list(standards):
        graph.add((distribution, DCTERMS.conformsTo, standard))
    # Its IRI stays from release to release, and so does the day since when there is such a file.
    days = {term: graph.value(root, term) for term in (DCTERMS.issued, DCTERMS.modified)}
    if known := list(filter(None, days.values())):
        graph.add((distribution, DCTERMS.issued, days[DCTERMS.issued] or known[0]))
        graph.add((distribution, DCTERMS.modified, days[DCTERMS.modified] or known[0]))
    return distribution


def add_file_type(graph: Graph, media_type: str) -> URIRef | None:
    """Say what a media type is called in the EU's list of file types; None if it is not there."""
    if media_type not in _CODES:
        return None
    code, label = _CODES[media_type]
    graph.add((FILE_TYPES[code], DCTERMS.title, Literal(label, lang="en")))
    graph.add((FILE_TYPES[code], SKOS.inScheme, _FILE_TYPES))
    return FILE_TYPES[code]


def _media_type(graph: Graph, name: str) -> URIRef:
    graph.add((MEDIA_TYPES[name], DCTERMS.title, Literal(name)))
    return MEDIA_TYPES[name]


def _add_checksum(graph: Graph, subject: URIRef, digest: str) -> None:
    checksum = URIRef(f"{subject}-sha256")
    graph.add((subject, SPDX.checksum, checksum))
    graph.add((checksum, RDF.type, SPDX.Checksum))
    graph.add((checksum, SPDX.algorithm, SHA_256))
    graph.add((checksum, SPDX.checksumValue, Literal(digest, datatype=XSD.hexBinary)))
    graph.add((SHA_256, DCTERMS.title, Literal("SHA-256")))


def _title(graph: Graph, dataset: str, name: str) -> str:
    """What a named graph is called; the ontology as the version of it is that the dataset conforms to."""
    versions = [
        each for each in graph.objects(URIRef(dataset), DCTERMS.conformsTo) if str(each).startswith(name)
    ]
    titles = (graph.value(each, DCTERMS.title) for each in (URIRef(name), *versions))
    return str(next(filter(None, titles), name))


def _downloads(graph: Graph, dataset: str, dump: Dump) -> Iterator[Download]:
    """A dump as it is, and packed."""
    name, media_type = dump.form.name, dump.form.media_type
    if dump.graph:
        title, held = _title(graph, dataset, dump.graph), f"the named graph <{dump.graph}>"
    elif dump.form.codec.supports_datasets and dump.form is not JSON_LD:
        title, held = "The dataset with its named graphs", "the dataset, each in its named graph"
    else:
        title, held = "The dataset", "the dataset, as one graph"
    number = "1 statement" if dump.triples == 1 else f"{dump.triples:,} statements"
    whole = f"Part {dump.part}:" if dump.part else "The" if dump.triples == 1 else "All"
    title += f", part {dump.part}, as {name}" if dump.part else f", as {name}"
    said = f"{whole} {number} of {held}, in {name}"
    yield Download(dump.path, dump.content, media_type, title, f"{said}.")
    packed = f"{said}, compressed with gzip."
    yield Download(dump.packed_path, dump.packed, media_type, f"{title}, in gzip", packed, packed=True)
