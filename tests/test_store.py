"""Queries in process: the graphs they ask, the formats of answers, and what has no answer."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from pilotgraph.errors import LimitExceeded, MalformedQuery, NoFormat, QueryError, QueryRefused
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, Format, parse
from pilotgraph.release import write
from pilotgraph.store import Answer, LocalStore, Query

CONTEXT = {"id": "@id", "type": "@type", "ex": "http://example.org/", "unused": "http://example.net/"}
DATA = """\
<http://example.org/a> <http://example.org/p> "one"@en <http://example.org/g> .
<http://example.org/b> <http://example.org/p> <http://example.org/a> <http://example.org/h> .
<http://example.org/b> <http://example.org/q> "1.5" <http://example.org/h> .
"""
ONTOLOGY = "<http://example.org/ontology> a <http://www.w3.org/2002/07/owl#Ontology> ."
FILES = {
    "data.nq": DATA.encode(),
    "ontology.ttl": ONTOLOGY.encode(),
    "context.jsonld": json.dumps({"@context": CONTEXT}).encode(),
}
JSON, XML, CSV, TSV = RESULT_FORMATS
TURTLE, JSON_LD, N_TRIPLES, N_QUADS, RDF_XML = RDF_FORMATS
G, H, NONE = "http://example.org/g", "http://example.org/h", "http://example.org/none"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStore]:
    with LocalStore(write(tmp_path_factory.mktemp("out"), "1.0.0", FILES)) as opened:
        yield opened


def rows(answer: Answer) -> list[str]:
    assert answer.format is CSV
    return sorted(answer.content.decode().splitlines()[1:])


ALL = ["http://example.org/a", "http://example.org/b", "http://example.org/b", "http://example.org/ontology"]
IN_G, IN_H = ["http://example.org/a"], ["http://example.org/b", "http://example.org/b"]


def s(clause: str = "") -> str:
    return f"SELECT ?s {clause} {{ ?s ?p ?o }}"


def by_graph(clause: str = "") -> str:
    return f"SELECT ?g {clause} {{ GRAPH ?g {{ ?s ex:p ?o }} }}"


@pytest.mark.parametrize(
    ("text", "default_graphs", "named_graphs", "expected"),
    [
        pytest.param(s(), [], [], ALL, id="the default graph is the union of the named ones"),
        pytest.param(s(), [H], [], IN_H, id="or the one that the request names"),
        pytest.param(s(), [G, H], [], IN_G + IN_H, id="or their merge"),
        pytest.param(s(), [G, G], [], IN_G, id="where one that is named twice counts once"),
        pytest.param(s(), [NONE], [], [], id="one that the release does not have is empty"),
        pytest.param(s(), [], [G], [], id="named graphs alone leave it empty"),
        pytest.param(s("FROM ex:ontology"), [], [], ALL[3:], id="the ontology is one, called by its IRI"),
        pytest.param(s("FROM ex:h"), [], [], IN_H, id="or the one of FROM"),
        pytest.param(s("FROM ex:none"), [], [], [], id="which may be one that is not there"),
        pytest.param(s("FROM NAMED ex:g"), [], [], [], id="FROM NAMED alone leaves it empty"),
        pytest.param(s("FROM ex:h"), [G], [], IN_G, id="the request wins over FROM"),
        pytest.param(s("FROM ex:h"), [], [G], [], id="as a whole"),
        pytest.param(by_graph(), [], [], [G, H], id="all graphs are named ones"),
        pytest.param(by_graph(), [], [G, NONE], [G], id="or those that the request names"),
        pytest.param(by_graph(), [G], [], [], id="none, if it names a default graph only"),
        pytest.param(by_graph(), [H], [G], [G], id="or both kinds"),
        pytest.param(by_graph("FROM NAMED ex:h"), [], [], [H], id="or those of FROM NAMED"),
        pytest.param(by_graph("FROM ex:h"), [], [], [], id="none, if there is FROM only"),
        pytest.param(by_graph("FROM NAMED ex:h"), [], [G], [G], id="the request wins here too"),
    ],
)
def test_the_graphs_that_are_asked(
    store: LocalStore, text: str, default_graphs: list[str], named_graphs: list[str], expected: list[str]
) -> None:
    text = "PREFIX ex: <http://example.org/> " + text
    assert rows(store.query(Query(text, tuple(default_graphs), tuple(named_graphs), CSV))) == expected


@pytest.mark.parametrize("clause", ["FROM", "FROM NAMED"])
def test_a_graph_is_never_fetched(store: LocalStore, clause: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        text = f"SELECT * {clause} <{url}> {{ ?s ?p ?o }}"
        assert rows(store.query(Query(text, solutions=CSV))) == []
        assert rows(store.query(Query("SELECT * { ?s ?p ?o }", (url,), (url,), CSV))) == []
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("format", "select", "ask"),
    [
        (JSON, b'{"head":{"vars":["o"]},"results":{"bindings":[{"o":'
               b'{"type":"literal","value":"one","xml:lang":"en"}}]}}', b'{"head":{},"boolean":true}'),
        (XML, b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
              b'<variable name="o"/></head><results><result><binding name="o"><literal xml:lang="en">one'
              b'</literal></binding></result></results></sparql>',
         b'<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head></head>'
         b"<boolean>true</boolean></sparql>"),
        (CSV, b"o\r\none\r\n", b"true"),
        (TSV, b'?o\n"one"@en\n', b"true"),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)  # fmt: skip
def test_solutions(
    store: LocalStore, format: Format[ox.QueryResultsFormat], select: bytes, ask: bytes
) -> None:
    asked = ("SELECT ?o { <http://example.org/a> ?p ?o }", select, 1), ("ASK { ?s ?p ?o }", ask, None)
    for text, expected, rows in asked:
        assert store.query(Query(text, solutions=format, graph=None)) == Answer(expected, format, rows)


@pytest.mark.parametrize("format", RDF_FORMATS, ids=lambda format: format.name)
def test_graphs(store: LocalStore, format: Format[ox.RdfFormat]) -> None:
    for text in (
        f"CONSTRUCT {{ ?s ?p ?o }} FROM <{G}> FROM <{H}> {{ ?s ?p ?o }}",
        f"DESCRIBE <{G[:-1]}a> <{G[:-1]}b>",
    ):
        answer = store.query(Query(text, solutions=None, graph=format))
        assert answer.format is format
        found = {quad.triple for quad in parse(answer.content, format, "http://example.org/")}
        assert found == {quad.triple for quad in parse(DATA.encode(), N_QUADS, "http://example.org/")}


def test_turtle_declares_the_prefixes_that_it_uses(store: LocalStore) -> None:
    text = "CONSTRUCT { ?s ?p ?o } FROM <http://example.org/h> { ?s ?p ?o FILTER(isIRI(?o)) }"
    assert store.query(Query(text, graph=TURTLE)).content.decode() == (
        "@prefix ex: <http://example.org/> .\nex:b ex:p ex:a .\n"
    )


def test_a_blank_node_has_the_same_name_each_time(tmp_path: Path) -> None:
    in_data = b"_:c14n7 <a:p> <a:o> <a:g> .\n"
    in_ontology = ONTOLOGY.encode() + b"[] <a:p> <a:o> ."
    release = write(tmp_path, "1.0.0", FILES | {"data.nq": in_data, "ontology.ttl": in_ontology})
    with LocalStore(release) as store:
        assert rows(store.query(Query("SELECT ?s { ?s <a:p> ?o }", solutions=CSV))) == ["_:c14n0", "_:c14n7"]


def test_an_empty_graph_is_an_answer(store: LocalStore) -> None:
    assert store.query(Query("CONSTRUCT WHERE { ?s <a:none> ?o }", graph=TURTLE)) == Answer(b"", TURTLE)


def test_a_triple_that_is_constructed_twice_stands_once(store: LocalStore) -> None:
    text = "CONSTRUCT { <a:s> <a:p> <a:o> } { ?s ?p ?o }"
    assert store.query(Query(text, graph=N_TRIPLES)).content == b"<a:s> <a:p> <a:o> .\n"


def test_a_solution_keeps_the_variables_in_the_order_of_select(store: LocalStore) -> None:
    text = "SELECT ?p ?s ?o { ?s ?p ?o FILTER(isIRI(?o)) }"
    assert store.query(Query(text, solutions=CSV)).content.split(b"\r\n")[0] == b"p,s,o"


MALFORMED = [
    ("SELECT * {", "line 1, column 10: { is not closed"),
    ("", "line 1, column 1: the query is not right here, or before"),
    ("SELECT *\n{ ?s ?p }", "line 2, column 10: the query is not right here, or before"),
    ("SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o }",
     "line 1, column 40: The SELECT contains a variable that is unbound"),
    ("SELECT * { ?s ?p ?o } GROUP BY ?s", "line 1, column 34: SELECT * is not authorized with GROUP BY"),
    ("SELECT ?s ?s { ?s ?p ?o }", "line 1, column 26: Duplicated variable name in SELECT"),
    ("ASK { ?s ?p <http://[> }", "line 1, column 23: IRI parsing failed"),
    ("SELECT (<a:f>(1) AS ?x) {}", "The custom function <a:f> is not supported"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MALFORMED)
def test_a_query_that_does_not_parse_is_told_where(store: LocalStore, text: str, message: str) -> None:
    with pytest.raises(MalformedQuery) as malformed:
        store.query(Query(text))
    assert str(malformed.value) == message


@pytest.mark.parametrize("iri", ["", "g", "http://example.org/a b"])
def test_a_graph_is_named_by_an_absolute_iri(store: LocalStore, iri: str) -> None:
    for graphs in (((iri,), ()), ((), (iri,))):
        with pytest.raises(MalformedQuery) as malformed:
            store.query(Query("ASK {}", *graphs))
        assert str(malformed.value) == f"the graph {iri!r} is not named by an absolute IRI"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT * { SERVICE <http://localhost/> {} }",
         "No other endpoint is asked from here: SERVICE is not taken."),
        ("CLEAR ALL", "Only queries are answered here: updates are not taken."),
    ],
)  # fmt: skip
def test_what_the_guard_refuses_is_not_evaluated(store: LocalStore, text: str, message: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        store.query(Query(text))
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "offers"),
    [("ASK {}", RESULT_FORMATS), ("SELECT * {}", RESULT_FORMATS), ("DESCRIBE <a:b>", RDF_FORMATS)],
)
def test_a_kind_of_answer_that_the_client_does_not_take_has_none(
    store: LocalStore, text: str, offers: tuple[Format[ox.RdfFormat], ...]
) -> None:
    with pytest.raises(NoFormat) as error:
        store.query(Query(text, solutions=None, graph=None))
    assert error.value.offers == tuple(offer.media_type for offer in offers)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?s { ?s ?p ?o . ?a ?b ?c . VALUES ?i { " + "1 " * 5_000 + "} VALUES ?j { 1 2 3 } }",
        "CONSTRUCT { ?s ?p ?n } { ?s ?p ?o VALUES ?i { "
        + "1 2 3 4 5 6 7 8 " * 5_000
        + "} BIND(RAND() AS ?n) }",
    ],
    ids=["solutions", "graph"],
)
def test_an_answer_over_the_limit_is_none(tmp_path: Path, text: str) -> None:
    with LocalStore(write(tmp_path, "1.0.0", FILES), answer_mb=1) as store:
        with pytest.raises(LimitExceeded) as error:
            store.query(Query(text))
        assert str(error.value) == (
            "The answer is larger than 1 MB, the limit. Narrow the query, or take the dump and ask it there."
        )
        assert rows(store.query(Query("SELECT ?s { ?s ?p ?o }", solutions=CSV)))


def test_every_error_is_a_query_error(store: LocalStore) -> None:
    for text in ("SELECT", "CLEAR ALL", "\0", "PREFIX", "<", "SELECT * { ?s ?p '\\uD800' }"):
        with pytest.raises(QueryError):
            store.query(Query(text))
