"""A release's data, and SPARQL queries answered from it.

In: a `Query`: its text, the graphs to ask, and a format for each kind of result.  Out: a complete
`Answer`, or a `QueryError` that says why there is none; never a part of an answer.

`Store` is the interface: `LocalStore` evaluates in this process, for the command line; in a
server `loop_store.LoopStore` has it done in processes that can be ended, because pyoxigraph
cannot be told to stop.  The default graph is the union of all named graphs, unless the request
or the query says otherwise; a graph that the release does not have is empty, and nothing is fetched.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Protocol, Self

import pyoxigraph as ox
from rdflib import OWL, RDF, VOID

from pilotgraph import guard, readable
from pilotgraph.context import Context
from pilotgraph.errors import WAY_OUT, LimitExceeded, MalformedQuery, NoFormat, ReleaseError
from pilotgraph.formats import N_QUADS, N_TRIPLES, RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from pilotgraph.release import DATA, Release

DESCRIPTION = "description.nq"
ONTOLOGY = "ontology.ttl"
CONTEXT = "context.jsonld"

# Nothing in a release is relative.
_NO_BASE = "http://localhost/"
_TYPE = ox.NamedNode(str(RDF.type))
_ENDPOINT = ox.NamedNode(str(VOID.sparqlEndpoint))
_HEADER = ox.NamedNode(str(OWL.Ontology))

# Turtle up to this size is for people, and gets prefixes; more would take three times as long.
_READ_BYTES = 100_000
_QUOTED = re.compile(rb'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Query:
    """A query as the SPARQL Protocol has it, with the formats that its answer may have.

    `solutions` is for SELECT and ASK, `graph` for CONSTRUCT and DESCRIBE; None where the client takes
    no format for that kind.  Graphs named here replace those of FROM and FROM NAMED in the text
    (<https://www.w3.org/TR/sparql11-protocol/#dataset>).  `timeout_seconds` is how long the client waits
    at most: it may lower the deadline, and never raises it.
    """

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    solutions: Format[ox.QueryResultsFormat] | None = RESULT_FORMATS[0]
    graph: Format[ox.RdfFormat] | None = RDF_FORMATS[0]
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, in the one of the query's two formats that suits its kind.

    `rows` are its solutions, or the lines of a graph in N-Triples or N-Quads; None in other formats.
    """

    content: bytes
    format: Format[ox.QueryResultsFormat] | Format[ox.RdfFormat]
    rows: int | None = None


class Store(Protocol):
    """Whatever answers queries: here in process, in workers, or one day a server elsewhere."""

    def query(self, query: Query) -> Answer:
        """Answer a query, completely.

        :raises QueryError: if there is no answer; which subclass says why.
        """
        ...

    def close(self) -> None:
        """Give back processes and memory; a second call does nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Data:
    """What queries are evaluated on: the statements, and the prefixes for answers in Turtle.

    `base` is what relative IRIs in a query are resolved against: the endpoint, as the Protocol wants
    (<https://www.w3.org/TR/sparql11-protocol/#base>).
    """

    store: ox.Store
    prefixes: Mapping[str, str]
    base: str

    @classmethod
    def load(cls, release: Release) -> Self:
        store = ox.Store()
        # Not `bulk_load`, which would give blank nodes other names each time.
        for part in release.parts(DATA):
            _extend(store, release, part)
        if DESCRIPTION in release.files:
            _extend(store, release, DESCRIPTION)
        store.bulk_extend(_ontology(release))
        context = Context.read(release.read(CONTEXT), CONTEXT, _NO_BASE)
        endpoints = (quad.object for quad in store.quads_for_pattern(None, _ENDPOINT, None))
        base = next((each.value for each in endpoints if isinstance(each, ox.NamedNode)), _NO_BASE)
        return cls(store, context.prefixes, base)


def _extend(store: ox.Store, release: Release, name: str) -> None:
    try:
        # As a stream: there may be much more of it than fits into memory twice.
        store.bulk_extend(ox.parse(path=release.path / name, format=ox.RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise readable.not_rdf(release, name, error) from error


def _ontology(release: Release) -> list[ox.Quad]:
    """The ontology as a named graph, called by its own IRI, so that a query can go by superclasses."""
    quads = readable.quads(release, ONTOLOGY)
    typed = (quad.subject for quad in quads if quad.predicate == _TYPE and quad.object == _HEADER)
    headers = {subject for subject in typed if isinstance(subject, ox.NamedNode)}
    if len(headers) != 1:
        found = f"{release.path / ONTOLOGY} names {len(headers)} things of type owl:Ontology"
        raise ReleaseError(f"{found}; one is wanted, to name its graph")
    (name,) = headers
    named = ox.Dataset(ox.Quad(quad.subject, quad.predicate, quad.object, name) for quad in quads)
    # The names of blank nodes, and the order that answers follow, are to be the same each time.
    named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(named, key=str)


class LocalStore:
    """A release's data in this process: for the command line and for tests, not for strangers."""

    def __init__(self, release: Release, answer_mb: float = 1_000) -> None:
        self._data = Data.load(release)
        self._answer_mb = answer_mb

    def query(self, query: Query) -> Answer:
        return evaluate(self._data, query, guard.read(query.text).names_dataset, self._answer_mb)

    def graph(self, iri: str) -> list[ox.Quad]:
        """All that a named graph holds."""
        return list(self._data.store.quads_for_pattern(None, None, None, ox.NamedNode(iri)))

    def close(self) -> None:
        """Nothing to do: the memory goes with the object."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def evaluate(data: Data, query: Query, names_dataset: bool, answer_mb: float) -> Answer:
    """Answer a query that `guard.read` let pass.

    :param names_dataset: what `guard.read` said of it.
    :param answer_mb: the largest answer given, in MB (1,000,000 bytes).
    :raises QueryError: MalformedQuery, NoFormat or LimitExceeded.
    """
    output = _Capped(answer_mb)
    results: Any = None
    try:
        results = data.store.query(query.text, base_iri=data.base, **_dataset(query, names_dataset))
        if isinstance(results, ox.QueryTriples):
            if query.graph is None:
                raise NoFormat([format.media_type for format in RDF_FORMATS])
            results.serialize(output, query.graph.codec)
            content = output.getvalue()
            if query.graph.codec == TURTLE.codec and len(content) <= _READ_BYTES:
                content = _shorten(content, data.prefixes)
            return Answer(content, query.graph, _lines(content, query.graph))
        if query.solutions is None:
            raise NoFormat([format.media_type for format in RESULT_FORMATS])
        results.serialize(output, query.solutions.codec)
        content = output.getvalue()
        rows = None if isinstance(results, ox.QueryBoolean) else _rows(content, query.solutions)
        return Answer(content, query.solutions, rows)
    except SyntaxError as error:
        raise MalformedQuery(_explanation(str(error))) from error
    except RuntimeError as error:  # it calls a function that the engine does not have
        raise MalformedQuery(str(error)) from error
    finally:
        results = None  # no error takes it to another thread, where it may not be dropped


def _dataset(query: Query, names_dataset: bool) -> dict[str, Any]:
    """The arguments that choose the graphs; a graph named twice is still asked once."""
    if query.default_graphs or query.named_graphs:
        return {
            "default_graph": [_graph(iri) for iri in dict.fromkeys(query.default_graphs)],
            "named_graphs": [_graph(iri) for iri in dict.fromkeys(query.named_graphs)],
        }
    # pyoxigraph would let this option win over FROM.
    return {"use_default_graph_as_union": not names_dataset}


def _graph(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise MalformedQuery(f"the graph {iri!r} is not named by an absolute IRI") from error


def _explanation(error: str) -> str:
    """The parser's error without what it expected, a long list, but with the rule that was broken."""
    match = re.match(r"error at (\d+):(\d+): expected (?:one of )?(.*)", error, re.DOTALL)
    if not match:
        return error
    # Of what it expected, rules are the sentences; the rest are tokens and ranges of characters.
    rules = re.findall(r"(?:^|, )([A-Za-z][\w* ]* [\w* ]+)(?=, |$)", match[3])
    reason = "; ".join(rules) or "the query is not right here, or before"
    return f"line {match[1]}, column {match[2]}: {reason}"


def _shorten(turtle: bytes, prefixes: Mapping[str, str]) -> bytes:
    """Write Turtle again with our prefixes: those that are used, in order.

    pyoxigraph writes prefixes only if each triple goes through Python, and then all, in the order of a
    hash table.
    """
    output = BytesIO()
    triples = ox.parse(turtle, TURTLE.codec)
    ox.serialize((quad.triple for quad in triples), output, TURTLE.codec, prefixes=dict(prefixes))
    lines = output.getvalue().split(b"\n", len(prefixes))
    statements = lines.pop()
    used = [line for line in sorted(lines) if line.split(b" ", 2)[1] in statements]
    return b"\n".join([*used, statements])


def _lines(content: bytes, format: Format[ox.RdfFormat]) -> int | None:
    return content.count(b"\n") if format.codec in (N_TRIPLES.codec, N_QUADS.codec) else None


def _rows(content: bytes, format: Format[ox.QueryResultsFormat]) -> int:
    """How many solutions a result holds, told from what cannot stand within a value."""
    match format.codec:
        case ox.QueryResultsFormat.XML:
            return content.count(b"<result>")
        case ox.QueryResultsFormat.TSV:
            return content.count(b"\n") - 1
        case ox.QueryResultsFormat.CSV:
            # Only what is in quotes may hold the end of a line.
            return (_QUOTED.sub(b"", content) if b'"' in content else content).count(b"\r\n") - 1
    if b"{}" in content:  # a solution without values, or a text with braces
        return len(json.loads(content)["results"]["bindings"])
    # In a text there is a backslash before a quotation mark.
    return content.count(b'}},{"') + (not content.endswith(b'"bindings":[]}}'))


class _Capped(BytesIO):
    """Takes bytes up to a limit; the writer is stopped there, so that no more is computed."""

    def __init__(self, answer_mb: float) -> None:
        super().__init__()
        self._answer_mb = answer_mb

    def write(self, content: Any, /) -> int:
        if self.tell() + len(content) > self._answer_mb * 1_000_000:
            raise LimitExceeded(f"The answer is larger than {self._answer_mb:g} MB, the limit. {WAY_OUT}")
        return super().write(content)
