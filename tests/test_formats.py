"""The table of formats, and bytes that depend on the graph alone."""

import json
import random
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import XSD, Graph, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic

from pilotgraph.formats import (
    JSON_LD,
    N_QUADS,
    N_TRIPLES,
    RDF_FORMATS,
    RDF_XML,
    RESULT_FORMATS,
    TRIG,
    TURTLE,
    Format,
    order,
    parse,
    serialize,
    to_graph,
    write,
)

BASE = "https://example.org/"


def canonical(quads: Sequence[ox.Quad]) -> bytes:
    """Equal for equal datasets, whatever their blank nodes are called."""
    return serialize(quads, N_QUADS)


BOATS = b"""\
@prefix : <https://example.org/terms#> .
@prefix b: <https://example.org/boat/> .
b:ole :name "Ole"@nb, "Ole \\"II\\"\\n"@en ; :masts 2 ; a :Boat .
b:anna :owner [ :name "Eva" ; :knows [ :name "Kari" ] ] ; :crew ( b:x b:y ) .
b:anna a :Trawler, :Boat ; :length 12.5 .
"""
PREFIXES = {
    "t": "https://example.org/terms#",
    "b": "https://example.org/boat/",
    "unused": "https://example.com/",
}


def boats() -> list[ox.Quad]:
    return parse(BOATS, TURTLE, BASE)


def test_the_table() -> None:
    formats: list[Format[Any]] = [*RDF_FORMATS, *RESULT_FORMATS]
    rows = [(each.name, each.suffix, each.media_type, each.iri, *each.aliases) for each in formats]
    xml, json = ("application/xml", "text/xml"), "application/json"
    w3c = "http://www.w3.org/ns/formats/"
    assert rows == [
        (
            *("Turtle", ".ttl", "text/turtle", w3c + "Turtle"),
            *("application/x-turtle", "application/turtle", "application/trig", "application/x-trig"),
            *("text/n3", "text/rdf+n3"),
        ),
        ("JSON-LD", ".jsonld", "application/ld+json", w3c + "JSON-LD", json),
        ("N-Triples", ".nt", "application/n-triples", w3c + "N-Triples"),
        ("N-Quads", ".nq", "application/n-quads", w3c + "N-Quads"),
        ("RDF/XML", ".rdf", "application/rdf+xml", w3c + "RDF_XML", *xml),
        ("JSON", ".srj", "application/sparql-results+json", w3c + "SPARQL_Results_JSON", json),
        ("XML", ".srx", "application/sparql-results+xml", w3c + "SPARQL_Results_XML", *xml),
        ("CSV", ".csv", "text/csv", w3c + "SPARQL_Results_CSV"),
        ("TSV", ".tsv", "text/tab-separated-values", w3c + "SPARQL_Results_TSV"),
    ]


def test_no_two_formats_of_a_kind_have_a_name_in_common() -> None:
    tables: tuple[tuple[Format[Any], ...], ...] = (RDF_FORMATS, RESULT_FORMATS)
    for formats in tables:
        types = [name for each in formats for name in (each.media_type, *each.aliases)]
        names = [name for each in formats for name in {each.name.lower(), each.suffix[1:]}]
        assert len(set(types)) == len(types)
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("alias", ["application/trig", "text/n3"])
def test_turtle_is_what_its_aliases_say_it_is(alias: str) -> None:
    codec = ox.RdfFormat.from_media_type(alias)
    assert codec
    assert codec != TURTLE.codec
    assert alias in TURTLE.aliases
    written = ox.parse(serialize(boats(), TURTLE, PREFIXES), codec, base_iri=BASE, rename_blank_nodes=True)
    assert canonical(list(written)) == canonical(boats())


@pytest.mark.parametrize(
    ("format", "yes", "no"),
    [
        ("JSON", b'{"head":{},"boolean":true}', b'{"head":{},"boolean":false}'),
        ("CSV", b"true", b"false"),
        ("TSV", b"true", b"false"),
    ],
)
def test_an_answer_to_ask_in_a_format_for_tables_is_one_word(format: str, yes: bytes, no: bytes) -> None:
    (codec,) = [each.codec for each in RESULT_FORMATS if each.name == format]
    store = ox.Store()
    for query, expected in (("ASK {}", yes), ("ASK { ?s ?p ?o }", no)):
        answer = store.query(query)
        assert isinstance(answer, ox.QueryBoolean)
        assert answer.serialize(format=codec) == expected


@pytest.mark.parametrize("format", [*RDF_FORMATS, TRIG], ids=lambda format: format.name)
def test_what_is_written_is_read_back(format: Format[ox.RdfFormat]) -> None:
    assert canonical(parse(serialize(boats(), format, PREFIXES), format, BASE)) == canonical(boats())


@pytest.mark.parametrize(
    ("format", "name"),
    [
        pytest.param(TURTLE, "turtle", id="Turtle"),
        pytest.param(N_TRIPLES, "nt", id="N-Triples"),
        pytest.param(RDF_XML, "xml", id="RDF/XML"),
        pytest.param(
            JSON_LD,
            "json-ld",
            id="JSON-LD",
            # rdflib's own parser uses a class that rdflib deprecates.
            marks=pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
        ),
    ],
)
def test_rdflib_reads_the_same_graph(format: Format[ox.RdfFormat], name: str) -> None:
    expected = Graph().parse(BOATS, format="turtle", publicID=BASE)
    assert isomorphic(Graph().parse(serialize(boats(), format, PREFIXES), format=name), expected)


@pytest.mark.parametrize("format", [*RDF_FORMATS, TRIG], ids=lambda format: format.name)
def test_order_and_names_of_blank_nodes_do_not_matter(format: Format[ox.RdfFormat]) -> None:
    written = {serialize(shuffled(boats(), seed), format, PREFIXES) for seed in range(5)}
    assert len(written) == 1


def shuffled(quads: Sequence[ox.Quad], seed: int) -> list[ox.Quad]:
    return random.Random(seed).sample(quads, len(quads))


def test_the_hash_seed_does_not_matter() -> None:
    code = (
        "from tests.test_formats import *\n"
        "import sys\n"
        "for format in (*RDF_FORMATS, TRIG): sys.stdout.buffer.write(serialize(boats(), format, PREFIXES))"
    )
    written = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(written) == 1
    assert b"@prefix" in written.pop()


def test_turtle_is_grouped_sorted_and_has_the_prefixes_that_occur() -> None:
    quads = [quad for quad in boats() if quad.subject == ox.NamedNode("https://example.org/boat/ole")]
    assert serialize(quads, TURTLE, PREFIXES).decode() == (
        "@prefix b: <https://example.org/boat/> .\n"
        "@prefix t: <https://example.org/terms#> .\n"
        "\n"
        "b:ole a t:Boat ;\n"
        "\tt:masts 2 ;\n"
        '\tt:name "Ole \\"II\\"\\n"@en , "Ole"@nb .\n'
    )
    assert serialize([], TURTLE, PREFIXES) == b""


def test_json_ld_says_type_and_keeps_graphs() -> None:
    boat, graph = ox.NamedNode("https://example.org/a"), ox.NamedNode("https://example.org/g")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    quads = [
        ox.Quad(boat, kind, boat, graph),
        ox.Quad(boat, boat, ox.Literal("é")),
        ox.Quad(boat, kind, graph),
    ]
    written = serialize(quads, JSON_LD)
    assert json.loads(written) == [
        {"@id": boat.value, "@type": [graph.value], boat.value: [{"@value": "é"}]},
        {"@id": graph.value, "@graph": [{"@id": boat.value, "@type": [boat.value]}]},
    ]
    assert "é" in written.decode()
    assert canonical(parse(written, JSON_LD, BASE)) == canonical(quads)


def test_a_type_that_json_ld_cannot_call_one_stays_a_property() -> None:
    boat = ox.NamedNode("https://example.org/a")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    quads = [ox.Quad(boat, kind, ox.Literal("Boat")), ox.Quad(boat, kind, boat)]
    assert canonical(parse(serialize(quads, JSON_LD), JSON_LD, BASE)) == canonical(quads)


@pytest.mark.parametrize("format", [TURTLE, N_TRIPLES, RDF_XML], ids=lambda format: format.name)
def test_a_format_without_graphs_gets_their_union_once(format: Format[ox.RdfFormat]) -> None:
    node = ox.NamedNode("https://example.org/terms#a")
    quads = [ox.Quad(node, node, node, graph) for graph in (node, ox.DefaultGraph())]
    assert parse(serialize(quads, format), format, BASE) == [ox.Quad(node, node, node)]


def test_triples_are_taken_for_the_default_graph() -> None:
    triples = [quad.triple for quad in boats()]
    assert serialize(triples, N_QUADS) == serialize(boats(), N_QUADS)


def test_canonical_lines_are_sorted_and_blank_nodes_have_their_canonical_names() -> None:
    content = b'_:q <https://example.org/p> _:z _:g .\n_:z <https://example.org/p> "x" _:g .\n'
    assert canonical(parse(content, N_QUADS, BASE)) == (
        b'_:c14n0 <https://example.org/p> "x" _:c14n1 .\n_:c14n2 <https://example.org/p> _:c14n0 _:c14n1 .\n'
    )
    assert canonical(boats()).count(b"\n") == len(boats())


def test_one_name_in_two_files_is_two_blank_nodes() -> None:
    quads = [quad for name in ("x", "y") for quad in parse(f"_:a <b:c> '{name}' .".encode(), TURTLE, BASE)]
    assert len({quad.subject for quad in quads}) == 2


def test_what_does_not_parse_says_where() -> None:
    with pytest.raises(SyntaxError) as caught:
        parse(b"@prefix b: <b> .\nb:a b:b .", TURTLE, BASE)
    assert (caught.value.lineno, caught.value.offset) == (2, 9)


def test_literals_keep_their_texts_on_the_way_to_rdflib() -> None:
    texts = [
        ("2024-05-02T09:30:00Z", XSD.dateTime),
        ("01", XSD.integer),
        ("1.10", XSD.decimal),
        ("1", XSD.boolean),
        ("x", XSD.string),
    ]
    node = ox.NamedNode("urn:x")
    quads = [ox.Quad(node, node, ox.Literal(text, datatype=ox.NamedNode(kind))) for text, kind in texts]
    quads += [ox.Quad(node, node, ox.Literal("x", language="en")), ox.Quad(node, node, ox.BlankNode("b"))]
    assert {value.n3() for value in to_graph(quads).objects()} == {
        *(f'"{text}"^^{kind.n3()}' for text, kind in texts[:-1]),
        '"x"',
        '"x"@en',
        "_:b",
    }


def test_a_list_is_one_still_for_rdflib() -> None:
    graph = to_graph(parse(b"<a> <b> ( 1 2 3 ) .", TURTLE, BASE))
    (head,) = graph.objects(URIRef(BASE + "a"), URIRef(BASE + "b"))
    assert [str(each) for each in Collection(graph, head)] == ["1", "2", "3"]


def test_trig_keeps_the_graphs_and_sets_subjects_apart() -> None:
    lines = (
        b'<x:s/a> <x:p> "1" <y:g/1> .\n<x:s/b> <x:p> "2 .\\n}" <y:g/1> .\n'
        b"<x:s/a> <x:q> <x:s/b> <y:g/2> .\n<x:s/a> <x:q> <x:s/a> .\n"
    )
    quads = parse(lines, N_QUADS, BASE)
    written = write(order(quads), TRIG, {"s": "x:s/", "x": "x:"}, "x:s/")
    assert written.decode() == (
        "@base <x:s/> .\n@prefix s: <x:s/> .\n@prefix x: <x:> .\n\n"
        "s:a x:q s:a .\n\n"
        '<y:g/1> {\n\ts:a x:p "1" .\n\n\ts:b x:p "2 .\\n}" .\n}\n\n'
        "<y:g/2> {\n\ts:a x:q s:b .\n}\n"
    )
    assert canonical(parse(written, TRIG, BASE)) == canonical(quads)


@pytest.mark.parametrize("format", [TURTLE, TRIG], ids=lambda format: format.name)
@pytest.mark.parametrize(
    "iri",
    [
        pytest.param("https://example.org/id/a", id="below the base"),
        pytest.param("https://example.org/id/", id="the base"),
        pytest.param("https://example.org/id", id="the base without its slash"),
        pytest.param("https://example.org/id/a:b/c", id="a colon, as after a scheme"),
        pytest.param("https://example.org/id//a", id="an empty segment"),
        pytest.param("https://example.org/id/?a", id="a query"),
        pytest.param("https://example.org/id/#a", id="a fragment"),
        pytest.param("https://example.org/ontology#A", id="beside the base"),
        pytest.param("https://example.org//id/a", id="a path that begins as an authority does"),
        pytest.param("https://example.com/id/a", id="another host"),
        pytest.param("http://example.org/id/a", id="another scheme"),
        pytest.param("urn:x:id/a", id="no path"),
    ],
)
def test_an_iri_is_the_same_when_it_is_written_relative_to_a_base(
    iri: str, format: Format[ox.RdfFormat]
) -> None:
    node = ox.NamedNode(iri)
    quads = [ox.Quad(node, node, node, node if format is TRIG else ox.DefaultGraph())]
    written = write(quads, format, {}, "https://example.org/id/")
    assert parse(written, format, "https://wrong.invalid/") == quads
    if format is TURTLE:
        (triple,) = Graph().parse(written, format="turtle", publicID="https://wrong.invalid/")
        assert set(map(str, triple)) == {iri}
