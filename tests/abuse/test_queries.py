"""Queries that end, hang or swell an engine: each gets a complete answer, or an error that names the cap.

The cap is one of the guard's, before any process is troubled with the query, or the deadline, the
memory or the size of the answer.  After each an honest client is answered as if nothing had been.
"""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest

from abuse.honest import CSV, Questions
from abuse.server import Server, answer, answers, rest
from pilotgraph.protocol import FORM, PROBLEM_JSON, QUERY, UPDATE
from pilotgraph.store import LocalStore, Query

SETTINGS = {"deadline_seconds": 1, "memory_mb": 200, "answer_mb": 5}
# Generous: processes are ended on time, but a busy machine may be late to tell.
MARGIN_SECONDS = 5

# The caps, as an error names them: the guard's, and those on a query that is being answered.
MAY = re.compile(r"\bmay (be|have)\b[^;]*\d")
SLOW = "took longer than 1 second"
LARGE = "answer is larger than 5 MB, the limit"
HUNGRY = "needed more than 200 MB of memory, the limit"
UPDATES = "updates are not taken"

TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
TEN_MB = 10_000_000


@pytest.fixture(autouse=True)
def others_are_answered(server: Server, questions: Questions) -> Iterator[None]:
    """What is sent is dealt with by its deadline, and leaves the server as it was."""
    start = time.monotonic()
    yield
    assert time.monotonic() - start < SETTINGS["deadline_seconds"] + MARGIN_SECONDS
    questions.ask(server)


def chain(operator: str, part: str, count: int) -> str:
    return operator.join([part] * count)


def product(ways: int) -> str:
    """All triples, times all triples, and so on: 10 to the 12th solutions and more."""
    return "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(ways))


def linked(length: int) -> str:
    return "".join(f"?s{n} ?p ?s{n + 1} . " for n in range(length))


def doubled(times: int) -> str:
    return " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(times))


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT * {" + "{" * 3_000 + "}" * 3_000 + "}", id="3,000 nested groups"),
        pytest.param("SELECT * {" + "{" * 100_000 + "}" * 100_000 + "}", id="100,000 nested groups"),
        pytest.param("SELECT * " + "{" * 99_000 + "}" * 99_000, id="99,000, which is short enough"),
        pytest.param("SELECT * {" + "{" * 100_000, id="100,000 groups that do not end"),
        pytest.param("ASK { FILTER " + "(" * 10_000 + "1" + ")" * 10_000 + "}", id="10,000 parentheses"),
        pytest.param("ASK { FILTER (" + "!" * 10_000 + "true) }", id="10,000 negations"),
        pytest.param("ASK { FILTER (" + "- " * 10_000 + "1) }", id="10,000 minus signs"),
        pytest.param("ASK {" + chain(" UNION ", "{?s ?p ?o}", 10_000) + "}", id="10,000 UNION branches"),
        pytest.param("ASK { FILTER (" + chain("||", "?x=1", 10_000) + ") }", id="10,000 || branches"),
        pytest.param("ASK { BIND (" + chain("+", "1", 10_000) + " AS ?x) }", id="10,000 sums"),
        pytest.param(f"SELECT * {{ {product(1_000)} }}", id="1,000 triple patterns"),
        pytest.param(f"SELECT * {{ {linked(1_000)} }}", id="chain of 1,000 triple patterns"),
        pytest.param("ASK { ?s " + chain("/", "!<a:b>", 1_000) + " ?o }", id="path of 1,000 steps"),
        pytest.param("ASK { ?s ?p " + "[ ?p " * 3_000 + "1" + "]" * 3_000 + "}", id="nested [ ]"),
        pytest.param("ASK { ?s ?p " + "(" * 3_000 + "1" + ")" * 3_000 + "}", id="nested ( )"),
        pytest.param("ASK { ?s " + "^(" * 3_000 + TYPE + ")" * 3_000 + " ?o }", id="nested paths"),
        pytest.param("ASK {" + "FILTER NOT EXISTS {" * 3_000 + "}" * 3_001, id="nested NOT EXISTS"),
        pytest.param("ASK {" + "OPTIONAL {" * 3_000 + "}" * 3_001, id="nested OPTIONAL"),
        pytest.param("ASK {" + "{ SELECT * " * 3_000 + "}" * 3_001, id="nested sub-selects"),
        pytest.param("ASK { BIND (" + "ABS(" * 3_000 + "1" + ")" * 3_000 + " AS ?x) }", id="nested calls"),
    ],
)
def test_what_would_overflow_a_stack_or_a_planner_is_told_the_limit(server: Server, query: str) -> None:
    reply = server.ask(query)
    assert (reply.status, reply.media_type) == (413 if len(query) > 200_000 else 400, PROBLEM_JSON)
    assert MAY.search(reply.text), reply.text


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("SELECT * {" + "?s ?p ?o . " * 64 + "}", id="64 triple patterns of the same"),
        pytest.param(f"SELECT * {{ {product(64)} }}", id="64-way product"),
        pytest.param(f"SELECT * {{ ?s {chain('/', '(!<a:b>)*', 12)} ?o }}", id="path of 12 stars"),
        pytest.param("SELECT * { ?s ((!<a:b>|^!<a:b>)*)* ?o }", id="star of a star"),
        pytest.param("SELECT (COUNT(*) AS ?n) { ?s ((!<a:b>|^!<a:b>)*)* ?o }", id="star of a star, counted"),
        pytest.param(f"SELECT (COUNT(*) AS ?n) {{ {product(3)} }}", id="3-way product, counted"),
        pytest.param(f"SELECT (COUNT(*) AS ?n) {{ {product(4)} }}", id="4-way product, counted"),
        pytest.param(f"SELECT * {{ {product(3)} }} ORDER BY ?o0 ?o1 LIMIT 1", id="3-way product, in order"),
        pytest.param(f"SELECT * {{ {product(4)} }} ORDER BY ?o0 ?o1 LIMIT 1", id="4-way product, in order"),
        pytest.param(f"SELECT (GROUP_CONCAT(?o0) AS ?t) {{ {product(3)} }}", id="3-way product, as one text"),
        pytest.param(f"SELECT (GROUP_CONCAT(?o0) AS ?t) {{ {product(4)} }}", id="4-way product, as one text"),
        pytest.param(f"SELECT DISTINCT * {{ {product(3)} }}", id="3-way product, distinct"),
        pytest.param(f"SELECT DISTINCT * {{ {product(4)} }}", id="4-way product, distinct"),
        pytest.param(f"SELECT DISTINCT ?p0 {{ {product(3)} }}", id="3-way product, few distinct"),
        pytest.param(
            f"SELECT (COUNT(DISTINCT *) AS ?n) {{ {product(4)} }}", id="4-way product, distinct count"
        ),
        pytest.param(f"SELECT ?v26 {{ BIND('0123456789' AS ?v0) {doubled(26)} }}", id="26 CONCAT doublings"),
        pytest.param(
            f"CONSTRUCT {{ ?s0 ?p1 ?o0 . ?s1 ?p0 ?o1 }} {{ {product(2)} }}", id="CONSTRUCT explosion"
        ),
        pytest.param(f"CONSTRUCT {{ _:a ?p0 _:b }} {{ {product(2)} }}", id="CONSTRUCT of blank nodes"),
        pytest.param(f"DESCRIBE * {{ {product(2)} }}", id="DESCRIBE of a product"),
        pytest.param(
            "SELECT * {" + "".join(f"VALUES ?{v} {{ {'1 ' * 1_000} }}" for v in "abc") + "}",
            id="product of VALUES",
        ),
    ],
)
def test_what_would_hang_or_swell_is_told_the_limit(server: Server, query: str) -> None:
    reply = server.ask(query, "text/csv, text/turtle")
    assert (reply.status, reply.media_type) == (500, PROBLEM_JSON), reply.text[:1_000]
    assert any(cap in reply.text for cap in (SLOW, HUNGRY, LARGE)), reply.text


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(f"ASK {{ FILTER REGEX('{'a' * 50_000}!', '^(a+)+$') }}", id="catastrophic regex"),
        pytest.param("ASK { FILTER REGEX('a', '((((a{100}){100}){100}){100})') }", id="regex of 10^8 states"),
        pytest.param(f"ASK {{ FILTER REGEX('', '{'(' * 3_000}b{')' * 3_000}') }}", id="deep regex"),
        pytest.param("ASK { ?s ?p ?o FILTER REGEX(STR(?o), '(.*a){12}x{200}') }", id="regex on all literals"),
        pytest.param(f"SELECT * {{ {linked(32)} }}", id="chain of 32 triple patterns"),
        pytest.param(f"ASK {{ VALUES ?x {{ {'1 ' * 50_000}}} }}", id="50,000 values"),
    ],
)
def test_what_looks_worse_than_it_is_gets_its_answer(server: Server, local: LocalStore, query: str) -> None:
    reply = server.ask(query)
    assert reply.status == 200, reply.text
    assert reply.body == local.query(Query(query, solutions=CSV)).content


@pytest.mark.parametrize(
    ("query", "is_query"),
    [
        pytest.param("SELECT ('a\0b' AS ?x) {}", True, id="in a string"),
        pytest.param("SELECT ('a\\u0000b' AS ?x) {}", True, id="escaped in a string"),
        pytest.param("ASK { ?s ?p ?o } # \0", True, id="in a comment"),
        pytest.param("ASK { ?s ?p\0 ?o }", False, id="in a variable"),
        pytest.param("ASK { ?s <a:\0b> ?o }", False, id="in an IRI"),
        pytest.param("\0ASK { ?s ?p ?o }", False, id="before the query"),
        pytest.param("ASK { ?s ?p ?o }\0", False, id="after the query"),
        pytest.param("\0" * 100_000, False, id="nothing else"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_null_bytes_are_text_like_any_other(
    server: Server, local: LocalStore, method: str, query: str, is_query: bool
) -> None:
    if method == "GET":
        reply = server.request(
            "GET", f"/sparql?query={quote(query[:10_000])}", headers={"Accept": CSV.media_type}
        )
    else:
        reply = server.request(
            "POST", "/sparql", query.encode(), {"Content-Type": QUERY, "Accept": CSV.media_type}
        )
    if is_query:
        assert reply.status == 200, reply.text
        assert reply.body == local.query(Query(query, solutions=CSV)).content
    else:
        assert (reply.status, reply.media_type) == (400, PROBLEM_JSON)


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        pytest.param(b"ASK {} #" + b"a" * TEN_MB, QUERY, id="as it is"),
        pytest.param(b"query=ASK%20%7B%7D%23" + b"a" * TEN_MB, FORM, id="as a form"),
    ],
)
def test_a_query_of_10_mb_is_too_large(server: Server, body: bytes, media_type: str) -> None:
    with server.connect() as connection:
        head = (
            f"POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}"
        )
        with suppress(ConnectionError):  # it need not read what it refuses
            connection.sendall(head.encode() + b"\r\n\r\n" + body)
        reply = answer(connection)
    assert (reply.status, reply.media_type) == (413, PROBLEM_JSON)
    assert MAY.search(reply.text), reply.text


def test_a_query_of_10_mb_in_a_url_is_too_long(server: Server) -> None:
    with server.connect() as connection:
        with suppress(ConnectionError):
            connection.sendall(
                b"GET /sparql?query=ASK%20%7B%7D%23" + b"a" * TEN_MB + b" HTTP/1.1\r\nHost: a\r\n\r\n"
            )
        # If the connection is ended before all was sent, the answer may be lost.
        assert [reply.status for reply in answers(rest(connection))] in ([], [400], [414], [431])


@pytest.mark.parametrize(
    "update",
    [
        "LOAD <http://127.0.0.1/data>",
        "load silent <http://127.0.0.1/data> into graph <a:b>",
        "PREFIX a: <a:> # ASK\nLOAD <a:b>",
        "INSERT DATA { <a:b> <a:b> <a:b> }",
        "DELETE DATA { <a:b> <a:b> <a:b> }",
        "DELETE WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }",
        "WITH <a:b> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL",
        "DROP SILENT DEFAULT",
        "CREATE GRAPH <a:b>",
        "COPY <a:b> TO DEFAULT",
        "MOVE <a:b> TO <a:c>",
        "ADD <a:b> TO <a:c>",
    ],
)
@pytest.mark.parametrize(
    ("parameter", "media_type"), [("query", FORM), ("update", FORM), ("", QUERY), ("", UPDATE)]
)
def test_updates_are_refused(server: Server, update: str, parameter: str, media_type: str) -> None:
    body = urlencode({parameter: update}) if parameter else update
    reply = server.request("POST", "/sparql", body.encode(), {"Content-Type": media_type})
    assert (reply.status, reply.media_type) == (403, PROBLEM_JSON)
    assert UPDATES in reply.text


def test_an_update_behind_a_query_is_refused(server: Server) -> None:
    assert server.ask("ASK {} ; CLEAR ALL").status == 400
