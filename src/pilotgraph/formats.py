"""The one table of formats, and RDF <-> bytes.

Negotiation, file names, the service description and the command line all read this table, so they
cannot disagree.  pyoxigraph reads and writes; what it leaves open is settled here, so that equal graphs
give equal bytes: the order of statements and of prefixes, and the names of blank nodes (RDFC-1.0
<https://www.w3.org/TR/rdf-canon/>).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any, Generic, TypeVar

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import IdentifiedNode

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
W3C = "http://www.w3.org/ns/formats/"
_DEFAULT = ox.DefaultGraph()

Codec = TypeVar("Codec", ox.RdfFormat, ox.QueryResultsFormat)


@dataclass(frozen=True, slots=True, eq=False)  # there is one of each: compared and hashed by identity, fast
class Format(Generic[Codec]):
    """A way to write a graph or a query's result. `iri`: <https://www.w3.org/ns/formats/>.

    `aliases` are other media types that clients ask for it by, and that are true of what is written.
    """

    name: str
    suffix: str
    media_type: str
    iri: str
    codec: Codec
    aliases: tuple[str, ...] = ()


_XML = ("application/xml", "text/xml")
_JSON = ("application/json",)
# Names from before the registration, and the languages that Turtle is a part of: TriG and N3.
_TURTLE = (
    *("application/x-turtle", "application/turtle"),
    *("application/trig", "application/x-trig"),
    *("text/n3", "text/rdf+n3"),
)

TURTLE = Format("Turtle", ".ttl", "text/turtle", W3C + "Turtle", ox.RdfFormat.TURTLE, _TURTLE)
JSON_LD = Format("JSON-LD", ".jsonld", "application/ld+json", W3C + "JSON-LD", ox.RdfFormat.JSON_LD, _JSON)
# Not text/plain: that is N-Triples in ASCII <https://www.w3.org/TR/n-triples/#sec-other-media-types>.
N_TRIPLES = Format("N-Triples", ".nt", "application/n-triples", W3C + "N-Triples", ox.RdfFormat.N_TRIPLES)
N_QUADS = Format("N-Quads", ".nq", "application/n-quads", W3C + "N-Quads", ox.RdfFormat.N_QUADS)
RDF_XML = Format("RDF/XML", ".rdf", "application/rdf+xml", W3C + "RDF_XML", ox.RdfFormat.RDF_XML, _XML)

# Best first: the order settles ties when a client takes several.
RDF_FORMATS = (TURTLE, JSON_LD, N_TRIPLES, N_QUADS, RDF_XML)
# For dumps alone: of a description of one thing it would say no more than Turtle, which answers to its name.
TRIG = Format("TriG", ".trig", "application/trig", W3C + "TriG", ox.RdfFormat.TRIG)

# CSV and TSV are defined for SELECT <https://www.w3.org/TR/sparql11-results-csv-tsv/>.  The Protocol allows
# them for ASK too, and leaves open how: the engine writes the one word `true` or `false`.
RESULT_FORMATS = tuple(
    Format(name, suffix, media_type, f"{W3C}SPARQL_Results_{name}", codec, aliases)
    for name, suffix, media_type, codec, aliases in (
        ("JSON", ".srj", "application/sparql-results+json", ox.QueryResultsFormat.JSON, _JSON),
        ("XML", ".srx", "application/sparql-results+xml", ox.QueryResultsFormat.XML, _XML),
        ("CSV", ".csv", "text/csv", ox.QueryResultsFormat.CSV, ()),
        ("TSV", ".tsv", "text/tab-separated-values", ox.QueryResultsFormat.TSV, ()),
    )
)


def parse(content: bytes, format: Format[ox.RdfFormat], base: str) -> list[ox.Quad]:
    """Read RDF; blank nodes get names of their own, so that those of two files stay apart.

    :param base: the IRI that relative references are resolved against.
    :raises SyntaxError: with `lineno` and `offset`, if it does not parse.
    """
    return list(ox.parse(content, format.codec, base_iri=base, rename_blank_nodes=True))


def serialize(
    statements: Iterable[ox.Triple | ox.Quad],
    format: Format[ox.RdfFormat],
    prefixes: Mapping[str, str] | None = None,
) -> bytes:
    """Write RDF, each statement once: equal graphs give equal bytes.

    A format without named graphs gets the union of all graphs.  N-Triples and N-Quads are in their
    canonical form; in the others a subject's types come first.

    :param prefixes: those that occur are used, where the format has them.
    """
    return write(order(statements), format, prefixes)


def order(statements: Iterable[ox.Triple | ox.Quad]) -> list[ox.Quad]:
    """Each statement once, by graph and subject, types first; blank nodes have their canonical names."""
    return sorted(_canonical(statements), key=_order)


def write(
    ordered: Iterable[ox.Quad],
    format: Format[ox.RdfFormat],
    prefixes: Mapping[str, str] | None = None,
    base: str = "",
) -> bytes:
    """Write what `order` gave, or a part of it, as `serialize` does.

    :param base: what IRIs are relative to in Turtle and TriG, if that makes them shorter.
    """
    quads = list(ordered)
    if not format.codec.supports_datasets and any(quad.graph_name != _DEFAULT for quad in quads):
        quads = order({quad.triple for quad in quads})
    if format in (N_TRIPLES, N_QUADS):
        return "".join(sorted(f"{quad} .\n" for quad in quads)).encode()
    if format is JSON_LD:
        return _json_ld(quads)
    spaces = _occurring(prefixes or {}, quads)
    if format in (TURTLE, TRIG):
        return _readable(quads, format, spaces, base)
    return _write([quad.triple for quad in quads], format, spaces)


def to_graph(quads: Iterable[ox.Quad]) -> Graph:
    """The same triples for rdflib, with the same literals."""
    graph = Graph()
    for quad in quads:
        graph.add((to_term(quad.subject), to_term(quad.predicate), to_term(quad.object)))
    return graph


# rdflib tells its terms apart by comparing texts, unless they are one object: half the time of a graph.
@lru_cache(maxsize=1 << 16)
def to_term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> IdentifiedNode | Literal:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = URIRef(term.datatype.value)
        # rdflib would rewrite the text: a date and time ending in Z, for one.
        return Literal(term.value, datatype=None if datatype == XSD.string else datatype, normalize=False)
    raise TypeError("RDF 1.1 has no triples in triples")


def _canonical(statements: Iterable[ox.Triple | ox.Quad]) -> set[ox.Quad]:
    quads = {each if isinstance(each, ox.Quad) else ox.Quad(*each) for each in statements}
    if any(
        isinstance(term, ox.BlankNode)
        for quad in quads
        for term in (quad.subject, quad.object, quad.graph_name)
    ):
        dataset = ox.Dataset(quads)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        quads = set(dataset)
    return quads


def _write(
    statements: Sequence[ox.Triple] | Sequence[ox.Quad],
    format: Format[ox.RdfFormat],
    prefixes: dict[str, str] | None = None,
) -> bytes:
    buffer = BytesIO()
    ox.serialize(statements, buffer, format.codec, prefixes=prefixes)
    return buffer.getvalue()


def _order(quad: ox.Quad) -> tuple[str, str, bool, str, str]:
    graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else str(quad.graph_name)
    predicate = quad.predicate.value
    return graph, str(quad.subject), predicate != RDF_TYPE, predicate, str(quad.object)


def _occurring(prefixes: Mapping[str, str], quads: Iterable[ox.Quad]) -> dict[str, str]:
    iris = set()
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if isinstance(term, ox.Literal):
                iris.add(term.datatype.value)
            elif isinstance(term, ox.NamedNode):
                iris.add(term.value)
    return {name: space for name, space in prefixes.items() if any(iri.startswith(space) for iri in iris)}


def _readable(
    quads: list[ox.Quad], format: Format[ox.RdfFormat], prefixes: Mapping[str, str], base: str
) -> bytes:
    """Turtle or TriG, its prefixes in order and its subjects apart.

    pyoxigraph's order of prefixes is that of a hash table, and it writes them too relative to the base.
    """
    buffer = BytesIO()
    statements = quads if format is TRIG else [quad.triple for quad in quads]
    ox.serialize(statements, buffer, format.codec, prefixes=dict(prefixes), base_iri=base or None)
    head = [f"@base <{base}> ."] if base else []
    head += sorted(f"@prefix {name}: <{space}> ." for name, space in prefixes.items())
    # A line never ends within a text, where its end is written \\n; and what starts with @ is no statement.
    body = b"".join(line for line in buffer.getvalue().splitlines(keepends=True) if line[:1] != b"@")
    for end, apart in ((b" .\n", b" .\n\n"), (b"\n\n}\n", b"\n}\n\n")):
        body = body.replace(end, apart)
    lead = "".join(f"{line}\n" for line in head) + ("\n" if head and body else "")
    return lead.encode() + body.removesuffix(b"\n")


def _json_ld(quads: list[ox.Quad]) -> bytes:
    """pyoxigraph writes a type like any other property; readers of JSON look for `@type`."""
    written = json.loads(_write(quads, JSON_LD))
    nodes = [
        {**node, "@graph": [_with_type(inner) for inner in node["@graph"]]}
        if "@graph" in node
        else _with_type(node)
        for node in written
    ]
    # A node a line: a difference between releases is one between lines.
    return ("[\n" + ",\n".join(json.dumps(node, ensure_ascii=False) for node in nodes) + "\n]\n").encode()


def _with_type(node: dict[str, Any]) -> dict[str, Any]:
    types = node.pop(RDF_TYPE, [])
    if not types or any("@id" not in each for each in types):
        return node | ({RDF_TYPE: types} if types else {})
    return {"@id": node.pop("@id"), "@type": [each["@id"] for each in types], **node}
