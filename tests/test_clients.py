"""The clients that people use, against a real server: what they get is what the release says.

Each asks over a socket as it does by itself, with its own requests and readers.  The answer must be that of
`LocalStore`, which reads the same release in process.  Comunica, curl and Redland's tools are not Python's:
`make clients` installs the first, and the tests of what is not there are skipped, except in CI.
"""

import csv
import http.client
import io
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote, urlencode
from xml.dom import minidom

import pytest
from rdflib import RDF, RDFS, Dataset, Graph, Literal, URIRef, Variable
from rdflib.compare import to_isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import Result
from rdflib.term import Identifier
from SPARQLWrapper import (
    CSV,
    GET,
    JSON,
    JSONLD,
    N3,
    POST,
    POSTDIRECTLY,
    RDFXML,
    TSV,
    TURTLE,
    URLENCODED,
    XML,
    SPARQLWrapper,
)
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from conftest import REPOSITORY, Reply, Serve
from pilotgraph.deployment import Site
from pilotgraph.formats import N_QUADS, RDF_FORMATS, RESULT_FORMATS
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

SOLUTIONS = {form.media_type: form for form in RESULT_FORMATS}
GRAPHS = {form.media_type: form for form in RDF_FORMATS}
RESULT_JSON, RESULT_XML = "application/sparql-results+json", "application/sparql-results+xml"
TEXT_CSV, TEXT_TSV, NT = "text/csv", "text/tab-separated-values", "application/n-triples"

PREFIXES = """\
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# With what a client might garble on the way, cells that are empty, and one order only.
TABLE = f"""{PREFIXES}
SELECT ?thing ?label ?other ("naïve 𝄞 100% a+b & c; #d 'e' <f> \\"g\\"" AS ?text) WHERE {{
  ?thing rdfs:label ?label FILTER(ISIRI(?thing)) # a comment
  OPTIONAL {{ ?thing skos:altLabel ?other }}
}} ORDER BY ?thing ?label ?other LIMIT 200
"""
TYPES = f"""{PREFIXES}
CONSTRUCT {{ ?thing a ?class ; rdfs:label ?label }} WHERE {{
  ?thing a ?class ; rdfs:label ?label FILTER(ISIRI(?thing))
}} ORDER BY ?thing ?class ?label LIMIT 200
"""
BY_GRAPH = """\
SELECT ?graph (COUNT(*) AS ?triples) WHERE {
  { ?s ?p ?o } UNION { GRAPH ?graph { ?s ?p ?o } }
} GROUP BY ?graph ORDER BY ?graph
"""
EVERY_GRAPH = "SELECT DISTINCT ?graph WHERE { GRAPH ?graph { ?s ?p ?o } } ORDER BY ?graph"
TRUE, FALSE = "ASK { ?s ?p ?o }", "ASK { ?s ?p 'nothing says this' }"

# How often each row occurs, in whatever order.
Rows = Counter[frozenset[tuple[Variable, Identifier]]]


@dataclass(frozen=True)
class Endpoint:
    """A release that is being served, and the same in this process."""

    url: str
    store: LocalStore

    def expected(self, text: str, media_type: str, default: list[str], named: list[str]) -> bytes:
        solutions, graph = SOLUTIONS.get(media_type), GRAPHS.get(media_type)
        return self.store.query(Query(text, tuple(default), tuple(named), solutions, graph)).content

    def answer(self, text: str, media_type: str) -> bytes:
        return self.expected(text, media_type, [], [])

    def rows(self, text: str) -> Rows:
        return counted(Result.parse(io.BytesIO(self.answer(text, RESULT_JSON)), format="json"))

    def graph(self, text: str) -> Graph:
        return Graph().parse(data=self.answer(text, NT), format="nt")

    def column(self, text: str) -> list[str]:
        return [row[0] for row in csv.reader(io.StringIO(self.answer(text, TEXT_CSV).decode()))][1:]

    def get(self, query: str) -> str:
        """The URL that asks a query by GET."""
        return f"{self.url}?{urlencode({'query': query})}"


def counted(result: Result) -> Rows:
    return Counter(frozenset(row.items()) for row in result.bindings)


def assert_same(found: Rows, expected: Rows) -> None:
    assert sorted(map(str, found - expected))[:3] == [], "not expected"
    assert sorted(map(str, expected - found))[:3] == [], "missing"


@pytest.fixture(scope="module")
def endpoint(real_release: Release, serve: Serve) -> Endpoint:
    return Endpoint(f"{serve('--release', real_release.path)}/sparql", LocalStore(real_release))


@pytest.fixture(scope="module")
def graphs(endpoint: Endpoint) -> list[str]:
    found = endpoint.column(EVERY_GRAPH)
    assert len(found) >= 4
    return found


@pytest.fixture(scope="module")
def thing(endpoint: Endpoint) -> str:
    """The thing with a label of which most is said."""
    pattern = f"?s <{RDFS.label}> ?label ; ?p ?o FILTER(ISIRI(?s))"
    text = f"SELECT ?s WHERE {{ {pattern} }} GROUP BY ?s ORDER BY DESC(COUNT(*)) ?s LIMIT 1"
    return endpoint.column(text)[0]


def test_the_queries_find_enough(endpoint: Endpoint, thing: str) -> None:
    assert sum(endpoint.rows(TABLE).values()) == 200
    assert len(endpoint.graph(TYPES)) >= 300
    assert len(endpoint.graph(f"DESCRIBE <{thing}>")) >= 10
    assert b"true" in endpoint.answer(TRUE, RESULT_JSON)
    assert b"false" in endpoint.answer(FALSE, RESULT_JSON)


# SPARQLWrapper.


def sparqlwrapper(endpoint: Endpoint, query: str, returned: str) -> SPARQLWrapper:
    wrapper = SPARQLWrapper(endpoint.url, returnFormat=returned)
    wrapper.setQuery(query)
    wrapper.setTimeout(30)
    return wrapper


METHODS = [
    pytest.param(GET, URLENCODED, id="GET"),
    pytest.param(POST, URLENCODED, id="POST of a form"),
    pytest.param(POST, POSTDIRECTLY, id="POST of the query itself"),
]


@pytest.mark.parametrize(
    ("returned", "media_type", "read"),
    [
        pytest.param(JSON, RESULT_JSON, json.loads, id="JSON"),
        pytest.param(XML, RESULT_XML, lambda content: minidom.parseString(content).toxml(), id="XML"),
        pytest.param(CSV, TEXT_CSV, bytes, id="CSV"),
        pytest.param(TSV, TEXT_TSV, bytes, id="TSV"),
    ],
)
@pytest.mark.parametrize(("method", "request_method"), METHODS)
def test_sparqlwrapper_gets_a_table(
    endpoint: Endpoint,
    method: str,
    request_method: str,
    returned: str,
    media_type: str,
    read: Callable[[bytes], Any],
) -> None:
    wrapper = sparqlwrapper(endpoint, TABLE, returned)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    found = wrapper.queryAndConvert()
    found = found.toxml() if isinstance(found, minidom.Document) else found
    assert found == read(endpoint.answer(TABLE, media_type))


@pytest.mark.parametrize("returned", [JSON, XML])
@pytest.mark.parametrize(("query", "expected"), [(TRUE, "true"), (FALSE, "false")])
def test_sparqlwrapper_gets_yes_or_no(endpoint: Endpoint, query: str, expected: str, returned: str) -> None:
    found = sparqlwrapper(endpoint, query, returned).queryAndConvert()
    if isinstance(found, minidom.Document):
        (boolean,) = found.getElementsByTagName("boolean")
        assert boolean.firstChild is not None
        assert boolean.firstChild.nodeValue == expected
    else:
        assert isinstance(found, dict)
        assert found["boolean"] is (expected == "true")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("returned", [TURTLE, N3, RDFXML, XML, JSONLD])
@pytest.mark.parametrize("form", ["CONSTRUCT", "DESCRIBE"])
@pytest.mark.parametrize("method", [GET, POST])
def test_sparqlwrapper_gets_a_graph(
    endpoint: Endpoint, thing: str, method: str, form: str, returned: str
) -> None:
    query = TYPES if form == "CONSTRUCT" else f"DESCRIBE <{thing}>"
    wrapper = sparqlwrapper(endpoint, query, returned)
    wrapper.setMethod(method)
    found = wrapper.queryAndConvert()
    if isinstance(found, bytes):
        found = Graph().parse(data=found, format="turtle")
    assert isinstance(found, Graph)
    assert set(found) == set(endpoint.graph(query))


@pytest.mark.parametrize(("method", "request_method"), METHODS)
@pytest.mark.parametrize(
    ("default", "named"),
    [
        pytest.param([0], [], id="a default graph"),
        pytest.param([0, 1], [], id="two default graphs"),
        pytest.param([], [0, 2], id="named graphs"),
        pytest.param([3], [0, 1, 2], id="both"),
    ],
)
def test_sparqlwrapper_names_the_graphs(
    endpoint: Endpoint,
    graphs: list[str],
    default: list[int],
    named: list[int],
    method: str,
    request_method: str,
) -> None:
    wrapper = sparqlwrapper(endpoint, BY_GRAPH, CSV)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    for each in default:
        wrapper.addDefaultGraph(graphs[each])
    for each in named:
        wrapper.addNamedGraph(graphs[each])
    expected = endpoint.expected(
        BY_GRAPH, TEXT_CSV, [graphs[each] for each in default], [graphs[each] for each in named]
    )
    assert expected != endpoint.answer(BY_GRAPH, TEXT_CSV)
    assert wrapper.queryAndConvert() == expected


def test_sparqlwrapper_tells_what_is_wrong_with_a_query(endpoint: Endpoint) -> None:
    with pytest.raises(QueryBadFormed, match=r"line 2, column \d"):
        sparqlwrapper(endpoint, "SELECT * WHERE { ?s ?p \n} ?o", JSON).query()


def test_sparqlwrapper_may_not_update(endpoint: Endpoint) -> None:
    wrapper = sparqlwrapper(endpoint, "INSERT DATA { <urn:a> <urn:b> <urn:c> }", JSON)
    wrapper.setMethod(POST)
    with pytest.raises(urllib.error.HTTPError) as told:
        wrapper.query()
    assert told.value.code == 403
    told.value.close()
    assert endpoint.answer(TRUE, RESULT_JSON)


# rdflib.


@pytest.fixture(params=["GET", "POST", "POST_FORM"])
def store(endpoint: Endpoint, request: pytest.FixtureRequest) -> SPARQLStore:
    return SPARQLStore(endpoint.url, method=request.param)


@pytest.mark.parametrize("returned", ["xml", "json", "csv", "tsv"])
def test_rdflib_gets_a_table(endpoint: Endpoint, store: SPARQLStore, returned: str) -> None:
    store.returnFormat = returned
    query = TABLE.replace(' \\"g\\"', "")
    found = counted(Graph(store).query(query))
    if returned == "csv":  # it has no types and no languages
        assert sum(found.values()) == sum(endpoint.rows(query).values())
    else:
        assert_same(found, endpoint.rows(query))


def test_rdflib_gets_a_graph(endpoint: Endpoint, store: SPARQLStore, thing: str) -> None:
    for query in (TYPES, f"DESCRIBE <{thing}>"):
        assert set(Graph(store).query(query).graph or ()) == set(endpoint.graph(query))
    assert Graph(store).query(TRUE).askAnswer is True
    assert Graph(store).query(FALSE).askAnswer is False


def test_rdflib_uses_the_endpoint_as_a_graph(endpoint: Endpoint, store: SPARQLStore, thing: str) -> None:
    graph, subject = Graph(store), URIRef(thing)
    (total,) = endpoint.column("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert len(graph) == int(total)
    said = set(endpoint.graph(f"CONSTRUCT WHERE {{ <{thing}> ?p ?o }}"))
    assert set(graph.triples((subject, None, None))) == said
    assert all(triple in graph for triple in said)
    assert (subject, RDF.type, Literal("nothing")) not in graph
    assert graph.value(subject, RDFS.label) in {value for _, name, value in said if name == RDFS.label}


def test_rdflib_binds_variables(endpoint: Endpoint, store: SPARQLStore, thing: str) -> None:
    text = "SELECT ?name ?value WHERE { ?thing ?name ?value }"
    found = Graph(store).query(text, initBindings={"thing": URIRef(thing)})
    assert_same(counted(found), endpoint.rows(text.replace("?thing", f"<{thing}>")))


def test_rdflib_knows_the_named_graphs(endpoint: Endpoint, store: SPARQLStore, graphs: list[str]) -> None:
    assert sorted(map(str, store.contexts())) == graphs
    for name in graphs:
        (size,) = endpoint.column(f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        graph = Graph(store, URIRef(name))
        assert len(graph) == int(size)
        types = endpoint.expected("CONSTRUCT WHERE { ?s a ?c }", NT, [name], [])
        found = {triple for triple in graph.triples((None, RDF.type, None)) if isinstance(triple[0], URIRef)}
        expected = set(Graph().parse(data=types, format="nt"))
        assert found == {triple for triple in expected if isinstance(triple[0], URIRef)}


def test_rdflib_uses_the_endpoint_as_a_dataset(endpoint: Endpoint, store: SPARQLStore) -> None:
    dataset = Dataset(store, default_union=True)
    assert_same(counted(dataset.query(BY_GRAPH)), endpoint.rows(BY_GRAPH))


# urllib.


@pytest.mark.parametrize(
    ("query", "media_type"),
    [
        pytest.param(TABLE, RESULT_JSON, id="SELECT"),
        pytest.param(TRUE, RESULT_JSON, id="ASK"),
        pytest.param(TYPES, "text/turtle", id="CONSTRUCT"),
    ],
)
@pytest.mark.parametrize("posted", [False, True])
def test_urllib_says_nothing_of_formats(
    endpoint: Endpoint, query: str, media_type: str, posted: bool
) -> None:
    url = endpoint.url if posted else endpoint.get(query)
    data = urlencode({"query": query}).encode() if posted else None
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as response:
        assert response.headers.get_content_type() == media_type
        assert response.read() == endpoint.answer(query, media_type)


def test_urllib_learns_where_a_query_is_wrong(endpoint: Endpoint) -> None:
    with pytest.raises(urllib.error.HTTPError) as told:
        urllib.request.urlopen(endpoint.get("SELECT * WHERE { ?s ?p \n} ?o"), timeout=30)
    with told.value as response:
        assert (response.code, response.headers.get_content_type()) == (400, "application/problem+json")
        assert re.search(r"line 2, column \d", json.load(response)["detail"])


# curl.


def missing(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


def tool(name: str) -> str:
    return shutil.which(name) or missing(f"there is no {name} here")


def curl(*arguments: str, body: str = "") -> tuple[list[int], Reply]:
    """Run curl with `body` as its input; gives the interim statuses, and the answer."""
    done = subprocess.run(
        [tool("curl"), "--silent", "--show-error", "--include", "--max-time", "30", *arguments],
        input=body.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    output = io.BytesIO(done.stdout)
    interim: list[int] = []
    while True:
        status = int(output.readline().split()[1])
        headers = http.client.parse_headers(output)
        if status >= 200:
            return interim, Reply(status, headers, output.read())
        interim.append(status)


BY_GET = ["--get", "--data-urlencode", "query@-"]
BY_FORM = ["--data-urlencode", "query@-"]
DIRECTLY = ["--header", "Content-Type: application/sparql-query", "--data-binary", "@-"]


@pytest.mark.clients
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(BY_GET, id="GET"),
        pytest.param(BY_FORM, id="POST of a form"),
        pytest.param(DIRECTLY, id="POST of the query itself"),
        pytest.param([*DIRECTLY, "--request", "QUERY"], id="QUERY"),
        pytest.param([*BY_FORM, "--request", "QUERY"], id="QUERY of a form"),
        pytest.param([*BY_GET, "--compressed"], id="compressed"),
        pytest.param([*BY_GET, "--http1.0"], id="GET of HTTP 1.0"),
        pytest.param([*DIRECTLY, "--http1.0"], id="POST of HTTP 1.0"),
        pytest.param([*DIRECTLY, "--header", "Transfer-Encoding: chunked"], id="in chunks"),
    ],
)
def test_curl_gets_a_table(endpoint: Endpoint, arguments: list[str]) -> None:
    _, reply = curl(*arguments, "--header", "Accept: text/csv", endpoint.url, body=TABLE)
    assert (reply.status, reply.media_type) == (200, TEXT_CSV), reply.text
    assert reply.body == endpoint.answer(TABLE, TEXT_CSV)


@pytest.mark.clients
@pytest.mark.parametrize("media_type", [*SOLUTIONS, *GRAPHS])
def test_curl_gets_every_format(endpoint: Endpoint, media_type: str) -> None:
    query = TABLE if media_type in SOLUTIONS else TYPES
    _, reply = curl(*BY_FORM, "--header", f"Accept: {media_type}", endpoint.url, body=query)
    assert (reply.status, reply.media_type) == (200, media_type)
    assert reply.body == endpoint.answer(query, media_type)


@pytest.mark.clients
def test_curl_gets_the_same_headers_without_a_body(endpoint: Endpoint) -> None:
    _, whole = curl(*BY_GET, endpoint.url, body=TABLE)
    _, head = curl(*BY_GET, "--head", endpoint.url, body=TABLE)
    varying = {"date", "server", "connection", "keep-alive"}
    (expected, found) = (
        {name.lower(): value for name, value in reply.headers.items() if name.lower() not in varying}
        for reply in (whole, head)
    )
    assert (head.status, head.body) == (200, b"")
    assert found == expected
    assert found["content-length"] == str(len(whole.body))


@pytest.mark.clients
@pytest.mark.parametrize(
    "query",
    [
        pytest.param(TABLE, id="a table"),
        pytest.param(TYPES, id="a graph"),
        pytest.param(
            "",
            id="the description",
        ),
    ],
)
def test_curl_need_not_get_the_same_twice(endpoint: Endpoint, query: str) -> None:
    asked = [*BY_GET, endpoint.url] if query else [endpoint.url]
    _, first = curl(*asked, body=query)
    assert first.status == 200
    _, second = curl("--header", f"If-None-Match: {first.headers['ETag']}", *asked, body=query)
    assert (second.status, len(second.body)) == (304, 0)
    assert second.headers["ETag"] == first.headers["ETag"]
    _, other = curl("--header", f"If-None-Match: {first.headers['ETag']}", *BY_GET, endpoint.url, body=TRUE)
    assert (other.status, other.body) == (200, endpoint.answer(TRUE, RESULT_JSON))


@pytest.mark.clients
def test_curl_waits_to_be_asked_for_a_large_query(endpoint: Endpoint) -> None:
    things = endpoint.column("SELECT DISTINCT ?s WHERE { ?s a ?c FILTER(ISIRI(?s)) } LIMIT 2000")
    values = " ".join(f"<{each}>" for each in things)
    query = f"SELECT (COUNT(*) AS ?n) WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"
    assert len(query) > 100_000
    # Longer than --max-time: without "100 Continue" curl would send nothing.
    waiting = ["--header", "Expect: 100-continue", "--expect100-timeout", "60"]
    interim, reply = curl(*DIRECTLY, *waiting, "--header", "Accept: text/csv", endpoint.url, body=query)
    assert (interim, reply.status) == ([100], 200)
    assert reply.body == endpoint.answer(query, TEXT_CSV)


@pytest.mark.clients
def test_curl_is_told_that_a_query_is_too_large(endpoint: Endpoint) -> None:
    query = f"ASK {{ ?s ?p '{'x' * 5_000_000}' }}"
    waiting = ["--header", "Expect: 100-continue", "--expect100-timeout", "60"]
    _, reply = curl(*DIRECTLY, *waiting, endpoint.url, body=query)
    assert (reply.status, reply.media_type) == (413, "application/problem+json")
    assert reply.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.clients
def test_curl_asks_twice_on_one_connection(endpoint: Endpoint) -> None:
    counting = ["--silent", "--output", os.devnull, "--write-out", "%{http_code} %{num_connects}\n"]
    urls = [endpoint.get(TABLE), endpoint.get(TYPES)]
    first, second = ([*counting, url] for url in urls)
    done = subprocess.run([tool("curl"), *first, "--next", *second], capture_output=True, check=True)
    assert done.stdout.split() == [b"200", b"1", b"200", b"0"]


# Redland's tools read RDF and results with parsers of their own.


@pytest.mark.clients
@pytest.mark.parametrize(
    ("media_type", "parser"),
    [("text/turtle", "turtle"), (NT, "ntriples"), ("application/rdf+xml", "rdfxml")],
)
def test_rapper_reads_a_graph(endpoint: Endpoint, media_type: str, parser: str, tmp_path: Path) -> None:
    (tmp_path / "graph").write_bytes(endpoint.answer(TYPES, media_type))
    asked = [tool("rapper"), "--quiet", "--input", parser, "--output", "ntriples", endpoint.get(TYPES)]
    done = subprocess.run(asked, capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    assert set(Graph().parse(data=done.stdout, format="nt")) == set(endpoint.graph(TYPES))


@pytest.mark.clients
def test_rapper_reads_the_service_description(endpoint: Endpoint) -> None:
    asked = [tool("rapper"), "--quiet", "--guess", "--output", "ntriples", endpoint.url]
    done = subprocess.run(asked, capture_output=True, check=True, timeout=60)
    with urllib.request.urlopen(endpoint.url, timeout=30) as response:
        expected = Graph().parse(data=response.read(), format="turtle")
    assert set(Graph().parse(data=done.stdout, format="nt")) == set(expected)


@pytest.mark.clients
def test_roqet_gets_a_table(endpoint: Endpoint) -> None:
    query = f"SELECT ?thing ?label WHERE {{ ?thing <{RDFS.label}> ?label }} ORDER BY ?thing ?label LIMIT 200"
    # By "--protocol", its long form, it finds nothing anywhere.
    asked = [tool("roqet"), "--quiet", "-p", endpoint.url, "--results", "xml", "--exec", query]
    done = subprocess.run(asked, capture_output=True, check=True, timeout=60)
    found = Result.parse(io.BytesIO(done.stdout), format="xml")
    assert_same(counted(found), endpoint.rows(query))


# Comunica.

CLIENTS = REPOSITORY / "tests/clients"
ABOUT = "https://example.org/notes#about"
MINE = f"SELECT ?note ?label WHERE {{ ?note <{ABOUT}> ?thing . ?thing <{RDFS.label}> ?label }}"


@dataclass(frozen=True)
class Told:
    """What Comunica answered, by which queries (None is a request without one), and the types it was sent."""

    content: bytes
    queries: list[str | None]
    types: list[str | None]

    @property
    def rows(self) -> Rows:
        return counted(Result.parse(io.BytesIO(self.content), format="json"))


@dataclass(frozen=True)
class Comunica:
    """A process that answers queries by Comunica; see clients/comunica.mjs."""

    process: subprocess.Popen[str]

    def __call__(self, query: str, *sources: str | dict[str, str], engine: str = "usual") -> Told:
        asked = json.dumps({"engine": engine, "query": query, "sources": sources})
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{asked}\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        assert "error" not in told, told["error"]
        return Told(told["content"].encode(), told["queries"], told["types"])


def numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@pytest.fixture(scope="module")
def comunica() -> Iterator[Comunica]:
    beside = Path(sys.executable).with_name("node")
    node = str(beside) if beside.exists() else tool("node")
    if not (CLIENTS / "node_modules/planning.cjs").is_file():
        missing("Comunica is not installed; run `make clients`")
    needed = json.loads((CLIENTS / "package.json").read_bytes())["engines"]["node"].removeprefix(">=")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if numbers(version.removeprefix("v")) < numbers(needed):
        missing(f"Comunica needs Node {needed}, and this is {version}; run `make clients`")
    process = subprocess.Popen(
        [node, "comunica.mjs"], cwd=CLIENTS, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    # Leaving closes the input, and with it the script ends.
    with process:
        yield Comunica(process)
    assert process.returncode == 0


@pytest.fixture(scope="module")
def notes(endpoint: Endpoint) -> dict[str, str]:
    """Someone's own file: a note about each of 300 things."""
    labelled = f"?s a ?class ; <{RDFS.label}> ?label FILTER(ISIRI(?s))"
    things = endpoint.column(f"SELECT DISTINCT ?s WHERE {{ {labelled} }} ORDER BY ?s LIMIT 300")
    assert len(things) == 300
    turtle = "".join(f"<#{number}> <#about> <{each}> .\n" for number, each in enumerate(things))
    base = ABOUT.partition("#")[0]
    return {"type": "serialized", "value": turtle, "mediaType": "text/turtle", "baseIRI": base}


def joined(endpoint: Endpoint, notes: dict[str, str]) -> Rows:
    """The rows of MINE, by rdflib."""
    graph = Graph().parse(data=notes["value"], format="turtle", publicID=notes["baseIRI"])
    for triple in endpoint.graph(f"CONSTRUCT WHERE {{ ?s <{RDFS.label}> ?label }}"):
        graph.add(triple)
    return counted(graph.query(MINE))


@pytest.mark.clients
@pytest.mark.parametrize("typed", [False, True], ids=["of no known type", "of type sparql"])
def test_comunica_asks_a_source(comunica: Comunica, endpoint: Endpoint, thing: str, typed: bool) -> None:
    source: str | dict[str, str] = {"type": "sparql", "value": endpoint.url} if typed else endpoint.url
    assert_same(comunica(TABLE, source).rows, endpoint.rows(TABLE))
    assert_same(comunica(BY_GRAPH, source).rows, endpoint.rows(BY_GRAPH))
    for query in (TRUE, FALSE):
        assert json.loads(comunica(query, source).content)["boolean"] is (query == TRUE)
    for query in (TYPES, f"DESCRIBE <{thing}>"):
        found = Graph().parse(data=comunica(query, source).content, format="nt")
        assert set(found) == set(endpoint.graph(query))


@pytest.mark.clients
def test_comunica_joins_a_file_in_batches(
    comunica: Comunica, endpoint: Endpoint, notes: dict[str, str]
) -> None:
    told = comunica(MINE, endpoint.url, notes)
    assert_same(told.rows, joined(endpoint, notes))
    batches = [query for query in told.queries if query and "VALUES" in query and "COUNT" not in query]
    assert len(batches) >= 3
    assert max(map(len, batches)) > 2_000


@pytest.mark.clients
def test_comunica_reaches_the_endpoint_by_service(
    comunica: Comunica, endpoint: Endpoint, notes: dict[str, str]
) -> None:
    pattern = f"?thing <{RDFS.label}> ?label"
    query = MINE.replace(pattern, f"SERVICE <{endpoint.url}> {{ {pattern} }}")
    assert_same(comunica(query, notes).rows, joined(endpoint, notes))


@pytest.mark.clients
def test_comunica_knows_the_endpoint_by_its_description(comunica: Comunica, endpoint: Endpoint) -> None:
    told = comunica(TABLE, endpoint.url, engine="planning")
    assert_same(told.rows, endpoint.rows(TABLE))
    assert told.queries == [None, TABLE]


@pytest.mark.clients
def test_comunica_plans_by_the_description(
    comunica: Comunica, endpoint: Endpoint, notes: dict[str, str]
) -> None:
    told = comunica(MINE, endpoint.url, notes, engine="planning")
    assert_same(told.rows, joined(endpoint, notes))
    assert [query for query in told.queries if query and "COUNT" in query] == []


@pytest.mark.clients
@pytest.mark.parametrize("name", ["lighthouse/kestrel-point", "lighthouse/vífilsey"])
def test_comunica_dereferences_the_iri_of_a_thing(
    comunica: Comunica, lights: Site, leading: str, name: str
) -> None:
    iri = f"{leading}id/{name}"
    told = comunica(f"CONSTRUCT WHERE {{ <{iri}> ?name ?value }}", quote(iri, safe=":/"))
    assert told.types == [N_QUADS.media_type]  # which it prefers to all else; it followed two redirects
    document = Graph().parse(f"{lights.root}/doc/{quote(name)}.ttl", format="turtle")
    said = Graph()
    for triple in document.triples((URIRef(iri), None, None)):
        said.add(triple)
    assert len(said) > 3
    assert to_isomorphic(Graph().parse(data=told.content, format="nt")) == to_isomorphic(said)
