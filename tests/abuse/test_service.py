"""SERVICE, however it is written, and everything else that names a place elsewhere: nothing is fetched.

Two things show that no connection left: a listener at the place that was named, which the kernel connects
to whether or not the listener accepts; and the sockets of all of the server's processes.
"""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest

from abuse.honest import CSV, Questions
from abuse.processes import Socket, sockets
from abuse.server import HOST, Server
from pilotgraph.protocol import PROBLEM_JSON
from pilotgraph.store import LocalStore, Query

SETTINGS = {"deadline_seconds": 2}


@pytest.fixture(scope="module")
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0)) as opened:
        opened.setblocking(False)
        yield opened


@pytest.fixture
def place(server: Server, listener: socket.socket) -> Iterator[str]:
    """An IRI that leads to the listener, at which nobody may have called by the end."""
    yield f"http://{HOST}:{listener.getsockname()[1]}/"
    with pytest.raises(BlockingIOError):
        listener.accept()
    assert strangers(server) == []


def strangers(server: Server) -> list[Socket]:
    """Sockets of the server that are neither its listener nor lead to one of its clients."""
    found = sockets(server.process.pid)
    assert server.port in {each.port for each in found}
    return [each for each in found if each.port != server.port]


SPELLINGS = [
    pytest.param("SELECT * { SERVICE <PLACE> { ?s ?p ?o } }", id="as usual"),
    pytest.param("SELECT * { SERVICE<PLACE>{?s ?p ?o} }", id="no space"),
    pytest.param("SELECT*{SERVICE<PLACE>{}}", id="no space anywhere"),
    pytest.param("SELECT * { service <PLACE> { ?s ?p ?o } }", id="small letters"),
    pytest.param("SELECT * { sErViCe <PLACE> { ?s ?p ?o } }", id="mixed letters"),
    pytest.param("SELECT * { SERVICE SILENT <PLACE> { ?s ?p ?o } }", id="silent"),
    pytest.param("SELECT * { serviceSILENT<PLACE>{ ?s ?p ?o } }", id="silent, no space"),
    pytest.param("SELECT * { SERVICE # here\n <PLACE> { ?s ?p ?o } }", id="a comment after it"),
    pytest.param("SELECT * { # here\nSERVICE <PLACE> { ?s ?p ?o } }", id="after a comment"),
    pytest.param("SELECT * { # here\rSERVICE <PLACE> { ?s ?p ?o } }", id="after a comment that \\r ends"),
    pytest.param("SELECT * {\n\tSERVICE\r\n\t<PLACE>\n{ ?s ?p ?o } }", id="tabs and ends of lines"),
    pytest.param("SELECT * { VALUES ?x { <PLACE> } SERVICE ?x { ?s ?p ?o } }", id="variable"),
    pytest.param("SELECT * { BIND (<PLACE> AS ?x) SERVICE $x { ?s ?p ?o } }", id="variable with $"),
    pytest.param("PREFIX x: <PLACE> SELECT * { SERVICE x: { ?s ?p ?o } }", id="prefixed name"),
    pytest.param("BASE <PLACE> SELECT * { SERVICE <x> { ?s ?p ?o } }", id="relative IRI"),
    pytest.param("SELECT * { { SELECT * { SERVICE <PLACE> { ?s ?p ?o } } } }", id="in a sub-select"),
    pytest.param("SELECT * { OPTIONAL { SERVICE <PLACE> { ?s ?p ?o } } }", id="in OPTIONAL"),
    pytest.param("SELECT * { { } UNION { SERVICE <PLACE> { ?s ?p ?o } } }", id="in UNION"),
    pytest.param("SELECT * { ?s ?p ?o MINUS { SERVICE <PLACE> { ?s ?p ?o } } }", id="in MINUS"),
    pytest.param("SELECT * { GRAPH ?g { SERVICE <PLACE> { ?s ?p ?o } } }", id="in GRAPH"),
    pytest.param("SELECT * { FILTER EXISTS { SERVICE <PLACE> { ?s ?p ?o } } }", id="in FILTER EXISTS"),
    pytest.param("ASK { SERVICE <PLACE> { ?s ?p ?o } }", id="ASK"),
    pytest.param("DESCRIBE ?s { SERVICE <PLACE> { ?s ?p ?o } }", id="DESCRIBE"),
    pytest.param("CONSTRUCT { ?s ?p ?o } { SERVICE <PLACE> { ?s ?p ?o } }", id="CONSTRUCT"),
    pytest.param("SELECT * { SERVICE <PLACE> { SERVICE <PLACE> { } } }", id="nested"),
    pytest.param("SELECT * { ?s ?p 'a' . SERVICE <PLACE> { } }", id="after a string"),
    pytest.param("SELECT * { ?s ?p 'it\\'s' . SERVICE <PLACE> { } }", id="after a quote in a string"),
    pytest.param("SELECT * { ?s ?p '''it's''' . SERVICE <PLACE> { } }", id="after a long string"),
    pytest.param("SELECT * { ?s ?p <a:#> . SERVICE <PLACE> { } }", id="after an IRI with #"),
    pytest.param("SELECT * { ?s ?p 1e5SERVICE <PLACE> { } }", id="after a number, no space"),
    pytest.param("PREFIX e: <a:> SELECT * { ?s ?p e:.SERVICE <PLACE> { } }", id="after a name's dot"),
    pytest.param("SELECT * { FILTER(?a<?b) SERVICE <PLACE> { } }", id="after < as an operator"),
    pytest.param("SELECT * { ?s ?p trueSERVICE <PLACE> { } }", id="after true, no space"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("query", SPELLINGS)
def test_service_is_refused(server: Server, place: str, method: str, query: str) -> None:
    query = query.replace("PLACE", place)
    if method == "GET":
        reply = server.request("GET", "/sparql?" + urlencode({"query": query}))
    else:
        reply = server.ask(query)
    assert (reply.status, reply.media_type) == (403, PROBLEM_JSON)
    assert "SERVICE" in reply.text


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(r"SELECT * { \u0053ERVICE <PLACE> { } }", id="escaped letter"),
        pytest.param("SELECT * { SERVICE\u00a0<PLACE> { } }", id="another kind of space"),
        pytest.param("SELECT * { SERVICE\0 <PLACE> { } }", id="null byte"),
        pytest.param("SELECT * { \u017fERVICE <PLACE> { } }", id="a letter whose capital is S"),
        pytest.param(
            "SELECT * { \uff33\uff25\uff32\uff36\uff29\uff23\uff25 <PLACE> { } }", id="wide letters"
        ),
    ],
)
def test_what_only_looks_like_service_is_an_error(server: Server, place: str, query: str) -> None:
    reply = server.ask(query.replace("PLACE", place))
    assert reply.status in (400, 403)
    assert reply.media_type == PROBLEM_JSON


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT ('SERVICE <PLACE> { }' AS ?x) { }", id="in a string"),
        pytest.param("SELECT ('''\nSERVICE <PLACE> { }\n' ''' AS ?x) { }", id="in a long string"),
        pytest.param('SELECT ("\\" SERVICE <PLACE> { }" AS ?x) { }', id="after a quote in a string"),
        pytest.param("ASK { } # SERVICE <PLACE> { }", id="in a comment"),
        pytest.param("ASK { # SERVICE <PLACE> { }\n }", id="in a comment between"),
        pytest.param("ASK { ?s <PLACESERVICE> ?o }", id="in an IRI"),
        pytest.param("ASK { ?s <PLACE#SERVICE> ?o }", id="in a fragment"),
        pytest.param("SELECT * { VALUES ?x { <PLACE> } }", id="the IRI alone"),
        pytest.param("ASK { VALUES ?service { 1 } FILTER (?service = 1) }", id="in a variable"),
        pytest.param("PREFIX e: <PLACE> ASK { ?s e:SERVICE ?o }", id="in a prefixed name"),
    ],
)
def test_the_word_is_allowed(server: Server, local: LocalStore, place: str, query: str) -> None:
    query = query.replace("PLACE", place)
    reply = server.ask(query)
    assert reply.status == 200, reply.text
    assert reply.body == local.query(Query(query, solutions=CSV)).content


@pytest.mark.parametrize("kind", ["FROM", "FROM NAMED", "default-graph-uri", "named-graph-uri", "GRAPH"])
@pytest.mark.parametrize("name", ["PLACE", "PLACEdata.ttl", "file:///etc/passwd"])
def test_a_graph_that_is_elsewhere_is_empty(server: Server, place: str, kind: str, name: str) -> None:
    name = name.replace("PLACE", place)
    match kind:
        case "GRAPH":
            reply = server.ask(f"SELECT ?s {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
        case "FROM" | "FROM NAMED":
            reply = server.ask(
                f"SELECT ?s {kind} <{name}> {{ {{ ?s ?p ?o }} UNION {{ GRAPH ?g {{ ?s ?p ?o }} }} }}"
            )
        case _:
            reply = server.ask("SELECT ?s { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", **{kind: name})
    assert reply.status == 200, reply.text
    assert reply.body == b"s\r\n"


def test_load_fetches_nothing(server: Server, place: str) -> None:
    for query in (f"LOAD <{place}>", f"LOAD SILENT <{place}> INTO GRAPH <a:b>"):
        assert server.ask(query).status == 403


def test_honest_queries_open_nothing_either(server: Server, place: str, questions: Questions) -> None:
    questions.ask(server, 20)


def test_the_listener_would_see_a_connection(listener: socket.socket) -> None:
    service = f"SERVICE SILENT <http://{HOST}:{listener.getsockname()[1]}/> {{ ?s ?p ?o }}"

    def ask() -> bool:
        return bool(ox.Store().query(f"ASK {{ {service} }}"))

    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(ask)
        listener.settimeout(10)
        try:
            listener.accept()[0].close()
        finally:
            listener.setblocking(False)
        assert asked.result(10)
