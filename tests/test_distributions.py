"""Each file that is offered is described as it is: its bytes are hashed again, and its statements counted."""

import gzip
import hashlib

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, VOID, XSD, BNode, Graph, Literal, URIRef

from pilotgraph.counts import Triple
from pilotgraph.description import DCAT, MEDIA_TYPES, SPDX, describe
from pilotgraph.distributions import (
    CSVW,
    DCATAP,
    FILE_TYPES,
    RDFC,
    SHA_256,
    TABULAR,
    Download,
    add_download,
    add_dumps,
    add_tables,
)
from pilotgraph.dumps import Dump, dumps
from pilotgraph.tables.table import Table, Tables

SET = "https://example.org/set/"
DATASET = URIRef(SET)
NESTS, REST = f"{SET}graph/nests", f"{SET}graph/rest"
GRAPHS: dict[str, list[Triple]] = {
    NESTS: [(f"<{SET}id/n{number}>", RDF.type.n3(), "<https://example.org/Nest>") for number in range(40)],
    REST: [(f"<{SET}id/b1>", RDFS.label.n3(), '"a wren"@en')],
}
SAID = [
    (DATASET, DCAT.version, Literal("1.2.0")),
    (DATASET, VOID.uriSpace, Literal(f"{SET}id/")),
    (DATASET, DCTERMS.license, URIRef("https://example.org/licence")),
    (DATASET, DCTERMS.language, URIRef("https://example.org/english")),
    (DATASET, DCATAP.availability, URIRef("https://example.org/stable")),
    (DATASET, DCTERMS.conformsTo, URIRef(f"{SET}ontology/1.0.0")),
    (DATASET, DCTERMS.issued, Literal("2026-01-01", datatype=XSD.date)),
    (DATASET, DCTERMS.modified, Literal("2026-02-01", datatype=XSD.date)),
    (URIRef(NESTS), DCTERMS.title, Literal("Nests", lang="en")),
]
WRITTEN = dumps(GRAPHS, {}, {}, SET)
PARTS = dumps(GRAPHS, {}, {}, SET, most_bytes=2_000)
FILES = [(dump, packed) for dump in WRITTEN for packed in (False, True)]
CODES = {
    ".jsonld": "JSON_LD",
    ".nq": "RDF_N_QUADS",
    ".nt": "RDF_N_TRIPLES",
    ".rdf": "RDF_XML",
    ".trig": "RDF_TRIG",
    ".ttl": "RDF_TURTLE",
}


def described() -> Graph:
    return describe(SET, [(s.n3(), p.n3(), o.n3()) for s, p, o in SAID], GRAPHS)


@pytest.fixture(scope="module")
def graph() -> Graph:
    graph = described()
    add_dumps(graph, SET, WRITTEN)
    return graph


def one(graph: Graph, subject: URIRef, term: URIRef) -> URIRef:
    (value,) = graph.objects(subject, term)
    assert isinstance(value, URIRef)
    return value


def digest(graph: Graph, subject: URIRef) -> str:
    checksum = one(graph, subject, SPDX.checksum)
    assert one(graph, checksum, SPDX.algorithm) == SHA_256
    (value,) = graph.objects(checksum, SPDX.checksumValue)
    assert isinstance(value, Literal)
    assert value.datatype == XSD.hexBinary
    return str(value)


@pytest.mark.parametrize(
    ("dump", "packed"), FILES, ids=[dump.packed_path if packed else dump.path for dump, packed in FILES]
)
def test_a_dump_and_its_twin_are_distributions(graph: Graph, dump: Dump, packed: bool) -> None:
    path = dump.packed_path if packed else dump.path
    content = dump.packed if packed else dump.content
    distribution, file = URIRef(f"{SET}#{path}"), URIRef(f"{SET}releases/1.2.0/{path}")
    assert (DATASET, DCAT.distribution, distribution) in graph
    assert set(graph.predicate_objects(distribution)) >= {
        (RDF.type, DCAT.Distribution),
        (DCAT.accessURL, file),
        (DCAT.downloadURL, file),
        (DCAT.mediaType, MEDIA_TYPES[dump.form.media_type]),
        (DCTERMS.format, FILE_TYPES[CODES[dump.form.suffix]]),
        (DCAT.byteSize, Literal(str(len(content)), datatype=XSD.nonNegativeInteger)),
        (DCTERMS.license, URIRef("https://example.org/licence")),
        (DCTERMS.language, URIRef("https://example.org/english")),
        (DCATAP.availability, URIRef("https://example.org/stable")),
        (DCTERMS.conformsTo, URIRef(f"{SET}ontology/1.0.0")),
        (DCTERMS.issued, Literal("2026-01-01", datatype=XSD.date)),
        (DCTERMS.modified, Literal("2026-02-01", datatype=XSD.date)),
    }
    compressed = [MEDIA_TYPES["application/gzip"]] if packed else []
    assert list(graph.objects(distribution, DCAT.compressFormat)) == compressed
    assert digest(graph, distribution) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("dump", WRITTEN, ids=lambda dump: dump.path)
def test_the_hash_of_what_a_dump_holds_is_that_of_its_canonical_form(graph: Graph, dump: Dump) -> None:
    content = gzip.decompress(dump.packed)
    held = ox.Dataset(ox.parse(content, dump.form.codec, base_iri=SET))
    lines = sorted(f"{quad} .\n" for quad in held)
    for path in (dump.path, dump.packed_path):
        canonical = one(graph, URIRef(f"{SET}#{path}"), DCTERMS.hasFormat)
        assert one(graph, canonical, DCTERMS.conformsTo) == RDFC
        assert list(graph.objects(canonical, VOID.triples)) == [Literal(len(lines))]
        assert digest(graph, canonical) == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_files_that_hold_the_same_share_a_canonical_form(graph: Graph) -> None:
    found = {str(each).removeprefix(SET) for each in graph.objects(None, DCTERMS.hasFormat)}
    stems = ("data.nq", "data.nt", "graphs/nests.nt", "graphs/rest.nt")
    assert found == {f"#{stem}-canonical" for stem in stems}


@pytest.mark.parametrize(
    ("path", "title", "description"),
    [
        pytest.param(
            "data.nq",
            "The dataset with its named graphs, as N-Quads",
            "All 41 statements of the dataset, each in its named graph, in N-Quads.",
            id="the dataset, with names of graphs",
        ),
        pytest.param(
            "data.jsonld.gz",
            "The dataset, as JSON-LD, in gzip",
            "All 41 statements of the dataset, as one graph, in JSON-LD, compressed with gzip.",
            id="the dataset as one graph, packed",
        ),
        pytest.param(
            "graphs/nests.ttl",
            "Nests, as Turtle",
            f"All 40 statements of the named graph <{NESTS}>, in Turtle.",
            id="a graph with a title",
        ),
        pytest.param(
            "graphs/rest.ttl",
            f"{REST}, as Turtle",
            f"The 1 statement of the named graph <{REST}>, in Turtle.",
            id="a graph without one, of one statement",
        ),
    ],
)
def test_a_distribution_says_in_words_what_it_is(
    graph: Graph, path: str, title: str, description: str
) -> None:
    distribution = URIRef(f"{SET}#{path}")
    assert list(graph.objects(distribution, DCTERMS.title)) == [Literal(title, lang="en")]
    assert list(graph.objects(distribution, DCTERMS.description)) == [Literal(description, lang="en")]


def test_parts_are_distributions_each_with_what_it_holds() -> None:
    graph = described()
    add_dumps(graph, SET, PARTS)
    parts = [dump for dump in PARTS if dump.path.startswith("data-") and dump.path.endswith(".nt")]
    assert len(parts) > 1
    for dump in parts:
        distribution = URIRef(f"{SET}#{dump.path}")
        (title,) = graph.objects(distribution, DCTERMS.title)
        assert str(title) == f"The dataset, part {dump.part}, as N-Triples"
        canonical = one(graph, distribution, DCTERMS.hasFormat)
        assert digest(graph, canonical) == hashlib.sha256(dump.content).hexdigest()
        assert list(graph.objects(canonical, VOID.triples)) == [Literal(dump.triples)]
    assert not list(graph.predicate_objects(URIRef(f"{SET}#data.nt")))


def test_void_names_the_files_of_the_dataset_and_of_each_graph(graph: Graph) -> None:
    def files(subject: URIRef) -> set[str]:
        return {
            str(each).removeprefix(f"{SET}releases/1.2.0/") for each in graph.objects(subject, VOID.dataDump)
        }

    unpacked = {"data.nq", "data.trig", "data.nt", "data.ttl", "data.jsonld", "data.rdf"}
    assert files(DATASET) == unpacked | {f"{each}.gz" for each in unpacked}
    assert files(URIRef(NESTS)) == {f"graphs/nests{suffix}" for suffix in (".nt", ".ttl", ".jsonld", ".rdf")}


def test_media_types_and_codes_have_names_that_people_know(graph: Graph) -> None:
    assert list(graph.objects(MEDIA_TYPES["text/turtle"], DCTERMS.title)) == [Literal("text/turtle")]
    assert list(graph.objects(FILE_TYPES.RDF_TURTLE, DCTERMS.title)) == [Literal("RDF Turtle", lang="en")]
    assert not [s for s, label in graph.subject_objects(RDFS.label) if not str(s).startswith(SET)]
    assert one(graph, FILE_TYPES.RDF_TURTLE, SKOS.inScheme) == URIRef(FILE_TYPES.removesuffix("/"))


def test_a_table_and_what_its_columns_mean_are_distributions() -> None:
    graph = described()
    table = Table("Nest.csv", "https://example.org/Nest", "nest", 1, b"id\r\nn1\r\n", b"{}")
    add_tables(graph, SET, Tables([table], b"[]"))
    for path, media_type, code, content in (
        ("tables/Nest.csv", "text/csv", "CSV", table.content),
        ("tables/Nest.csv-metadata.json", "application/csvm+json", "JSON", table.metadata),
        ("tables/csv-metadata.json", "application/csvm+json", "JSON", b"[]"),
    ):
        distribution = URIRef(f"{SET}#{path}")
        assert (DATASET, DCAT.distribution, distribution) in graph
        assert one(graph, distribution, DCAT.mediaType) == MEDIA_TYPES[media_type]
        assert one(graph, distribution, DCTERMS.format) == FILE_TYPES[code]
        standard = TABULAR if path.endswith(".csv") else CSVW
        assert one(graph, distribution, DCTERMS.conformsTo) == URIRef(standard)
        assert digest(graph, distribution) == hashlib.sha256(content).hexdigest()
    (said,) = graph.objects(URIRef(f"{SET}#tables/Nest.csv"), DCTERMS.description)
    assert str(said) == "A table of the things of the class <https://example.org/Nest>: 1 row, in CSV."


def test_a_type_of_file_that_the_list_lacks_has_a_media_type_and_no_code() -> None:
    graph = described()
    distribution = add_download(
        graph, SET, Download("a.odd", b"", "application/x-odd", "Odd", "An odd file.")
    )
    assert one(graph, distribution, DCAT.mediaType) == MEDIA_TYPES["application/x-odd"]
    assert list(graph.objects(distribution, DCTERMS.format)) == []


def test_nothing_is_without_a_name(graph: Graph) -> None:
    assert [term for triple in graph for term in triple if isinstance(term, BNode)] == []


def test_terms_of_open_namespaces_are_spelt_as_their_vocabularies_spell_them(graph: Graph) -> None:
    open_ones = (str(DCAT), str(SPDX), str(DCATAP))
    used = {str(term) for triple in graph for term in triple if str(term).startswith(open_ones)}
    assert {iri.removeprefix(str(DCATAP)).partition("#")[2] or "availability" for iri in used} == {
        *("distribution", "Distribution", "accessURL", "downloadURL", "mediaType", "compressFormat"),
        *("byteSize", "version", "availability", "checksum", "Checksum", "algorithm", "checksumValue"),
    }
