"""SPARQL over HTTP, for programs: answers and errors, and what is done for clients that are slow or gone."""

import asyncio
import io
import json
import sys
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import pytest

from asgi_client import Client, sparql
from pilotgraph.answering import Answering
from pilotgraph.asgi import Gone
from pilotgraph.endpoint import ASKED
from pilotgraph.errors import MalformedQuery
from pilotgraph.metrics import Log, Metrics
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.service import Service
from pilotgraph.store import Answer
from pools import BOMB, POINT, eventually, kept, on_loop, the_loop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")

CSV = "text/csv"
FORM = "application/x-www-form-urlencoded"
# 900 kB, of which one more is too much for what may be sent at once.
LARGE = "SELECT * { VALUES ?x { '" + "a" * 9_000 + "' } VALUES ?n { " + "1 " * 100 + "} }"


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[Pool]:
    with kept(release, workers=1, answer_mb=1, in_flight_mb=2, slow_after_ms=300, proxies=1) as opened:
        yield opened


class Endpoint:
    """The endpoint, with a log that can be read."""

    def __init__(self, pool: Pool, tells: str = "text") -> None:
        self.stream = io.StringIO()
        self.metrics, log = Metrics(), Log(self.stream, tells)
        self.answering = Answering(Service(pool, "release code"), self.metrics, log, the_loop())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert await self.answering.answer(scope, receive, send) is None

    def lines(self) -> list[dict[str, Any]]:
        self.answering.log.flush()
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def outcomes(self) -> list[str]:
        return [line["outcome"] for line in self.lines()]


@pytest.fixture
def endpoint(pool: Pool) -> Endpoint:
    return Endpoint(pool)


@pytest.mark.parametrize(
    ("method", "target", "body", "content_type"),
    [
        ("GET", sparql(POINT), b"", ""),
        ("POST", "/sparql", POINT.encode(), "application/sparql-query"),
        ("POST", "/sparql", urlencode({"query": POINT}).encode(), FORM),
        ("QUERY", "/sparql", POINT.encode(), "application/sparql-query"),
    ],
)
@on_loop
async def test_a_query_is_answered(
    endpoint: Endpoint, method: str, target: str, body: bytes, content_type: str
) -> None:
    pieces = [body[:9], body[9:]] if body else []
    for origin in ("worker", "cache"):
        client = Client(target, method, *pieces, accept=CSV, content_type=content_type)
        answer = await client.ask(endpoint)
        assert (answer.status, answer.body) == (200, b"o\r\n")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Length"] == "3"
        assert answer.headers["Vary"] == "Accept"
        assert endpoint.lines()[-1]["origin"] == origin
    line = endpoint.lines()[-1]
    assert (line["text"], line["status"], line["rows"], line["bytes"]) == (POINT, 200, 0, 3)


@pytest.mark.parametrize(
    ("method", "target", "headers", "status", "outcome"),
    [
        ("GET", sparql("SELECT"), {}, 400, "malformed"),
        ("GET", sparql("CLEAR ALL"), {}, 403, "refused"),
        ("GET", sparql("ASK { SERVICE <http://localhost/> {} }"), {}, 403, "refused"),
        ("GET", sparql(POINT), {"accept": "image/png"}, 406, "request"),
        ("GET", sparql(POINT), {"accept": "text/turtle"}, 406, "not_acceptable"),
        ("GET", sparql(BOMB, timeout="0.05"), {}, 500, "limit"),
        ("GET", sparql("SELECT * { ?s ?p ?o . ?a ?b ?c }"), {}, 500, "limit"),
        ("GET", sparql(POINT, timeout="soon"), {}, 400, "request"),
        ("POST", "/sparql", {}, 415, "request"),
        ("PUT", "/sparql", {}, 405, "request"),
    ],
)
@on_loop
async def test_an_error_is_a_problem_that_anyone_may_read(
    endpoint: Endpoint, method: str, target: str, headers: dict[str, str], status: int, outcome: str
) -> None:
    client = Client(target, method, **headers)
    body = await endpoint.answering.answer(client.scope, client.receive, client.send)
    if body is not None:  # of a method that is none of the endpoint's, Flask says so
        assert method == "PUT"
        return
    assert client.status == status
    assert client.headers["Content-Type"] == "application/problem+json"
    assert client.headers["Access-Control-Allow-Origin"] == "*"
    assert client.headers["Cache-Control"] == "no-store"
    assert json.loads(client.body)["status"] == status
    assert endpoint.outcomes() == [outcome]
    assert endpoint.lines()[0]["status"] == status


@pytest.mark.parametrize("target", ["/sparql", "/sparql?unknown=1", "/sparql?query=a&query=b"])
@on_loop
async def test_what_holds_no_query_is_anothers(endpoint: Endpoint, target: str) -> None:
    client = Client(target, accept="text/html")
    assert await endpoint.answering.answer(client.scope, client.receive, client.send) == b""
    assert client.messages == []
    assert ASKED not in client.scope
    assert endpoint.lines() == []


@on_loop
async def test_a_page_is_made_of_what_is_known_already(endpoint: Endpoint) -> None:
    page = Client(sparql(POINT), accept="text/html")
    assert await endpoint.answering.answer(page.scope, page.receive, page.send) == b""
    form = Client("/sparql", "POST", b"query=ASK%20", b"%7B%7D", accept="text/html", content_type=FORM)
    assert await endpoint.answering.answer(form.scope, form.receive, form.send) == b"query=ASK%20%7B%7D"
    wrong = Client(sparql("SELECT"), accept="text/html")
    assert await endpoint.answering.answer(wrong.scope, wrong.receive, wrong.send) == b""
    assert page.messages == form.messages == wrong.messages == []
    assert isinstance(page.scope[ASKED], Answer)
    assert b"true" in form.scope[ASKED].content
    assert isinstance(wrong.scope[ASKED], MalformedQuery)
    assert [line["status"] for line in endpoint.lines()] == [200, 200, 400]


@on_loop
async def test_head_is_get_without_the_body(endpoint: Endpoint) -> None:
    for query in (POINT, LARGE, "SELECT"):
        get, head = (
            await Client(sparql(query)).ask(endpoint),
            await Client(sparql(query), "HEAD").ask(endpoint),
        )
        assert (head.status, head.body) == (get.status, b"")
        assert head.headers.items() == get.headers.items()
        assert int(head.headers["Content-Length"]) == len(get.body) > 0


@on_loop
async def test_who_has_an_answer_is_not_sent_it_again(endpoint: Endpoint) -> None:
    tag = (await Client(sparql(POINT)).ask(endpoint)).headers["ETag"]
    for method in ("GET", "HEAD"):
        for seen in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = await Client(sparql(POINT), method, if_none_match=seen).ask(endpoint)
            assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)
            assert again.headers["Access-Control-Allow-Origin"] == "*"
            assert again.headers["Vary"] == "Accept"
            assert "Content-Length" not in again.headers
    for other in (
        Client(sparql(POINT), accept=CSV, if_none_match=tag),
        Client(sparql(POINT), if_none_match='"x"'),
    ):
        assert (await other.ask(endpoint)).status == 200
    form = Client(
        "/sparql", "POST", POINT.encode(), content_type="application/sparql-query", if_none_match=tag
    )
    assert (await form.ask(endpoint)).status == 200
    nothing = await Client(sparql("SELECT"), if_none_match="*").ask(endpoint)
    assert nothing.status == 400
    assert endpoint.outcomes().count("unchanged") == 8


@on_loop
async def test_what_may_come_out_another_way_has_no_tag(endpoint: Endpoint) -> None:
    first, second = [
        await Client(sparql("SELECT (RAND() AS ?x) {}"), accept=CSV).ask(endpoint) for _ in range(2)
    ]
    assert first.body != second.body
    for each in (first, second):
        assert each.headers["ETag"] is None
        assert each.headers["Cache-Control"] == "no-store"


@on_loop
async def test_a_client_that_goes_ends_its_query(endpoint: Endpoint, pool: Pool) -> None:
    client = Client(sparql(BOMB))
    asking = client.asking(endpoint)
    await eventually(lambda: pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 1)
    client.gone.set()
    with pytest.raises(Gone):
        await asking
    await eventually(lambda: pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 0)
    assert client.messages == []
    assert endpoint.outcomes() == ["gone"]


@on_loop
async def test_a_client_that_stays_is_waited_for_by_those_who_ask_the_same(
    endpoint: Endpoint, pool: Pool
) -> None:
    query = sparql(BOMB, format="csv")
    clients = [Client(query) for _ in range(3)]
    asking = [client.asking(endpoint) for client in clients]
    await eventually(lambda: pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 1)
    for client in clients[:2]:
        client.gone.set()
    await asyncio.wait(asking[:2])
    assert pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 1
    assert not asking[2].done()
    clients[2].gone.set()
    await asyncio.wait(asking)
    await eventually(lambda: pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 0)


def forwarded(query: str, client: str) -> Client:
    """A request that a proxy of ours passes on."""
    return Client(sparql(query), accept=CSV, x_forwarded_for=f"203.0.113.1, {client}")


@on_loop
async def test_large_answers_have_room_for_a_while(endpoint: Endpoint) -> None:
    first, second, third = (forwarded(LARGE, f"192.0.2.{n}") for n in range(3))
    sending = []
    for client in (first, second):
        client.takes.clear()
        sending.append(client.asking(endpoint))
    await eventually(lambda: endpoint.answering.sending.bytes > 1_800_000)
    await third.ask(endpoint)
    assert (third.status, third.headers["Retry-After"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "1")
    small = await forwarded(POINT, "192.0.2.0").ask(endpoint)
    assert small.status == 200
    for client in (first, second):
        client.takes.set()
    await asyncio.gather(*sending)
    assert endpoint.answering.sending.bytes == 0
    assert len(first.body) == len(second.body) > 900_000
    assert first.body == second.body == (await forwarded(LARGE, "192.0.2.2").ask(endpoint)).body
    assert endpoint.outcomes() == ["busy", "answered", "answered", "answered", "answered"]


@on_loop
async def test_one_client_has_half_of_the_room(endpoint: Endpoint) -> None:
    first, second, other = (forwarded(LARGE, f"192.0.2.{n}") for n in (0, 0, 1))
    first.takes.clear()
    sending = first.asking(endpoint)
    await eventually(lambda: endpoint.answering.sending.bytes > 900_000)
    assert (await second.ask(endpoint)).status == HTTPStatus.SERVICE_UNAVAILABLE
    assert (await other.ask(endpoint)).status == 200
    first.takes.set()
    await sending
    assert endpoint.answering.sending.bytes == 0


@on_loop
async def test_an_answer_that_is_not_taken_is_given_up(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilotgraph.answering.TAKE_SECONDS", 0.1)
    client = forwarded(LARGE, "192.0.2.0")

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await client.gone.wait()

    with pytest.raises(TimeoutError):
        await endpoint(client.scope, client.receive, send)
    assert endpoint.answering.sending.bytes == 0
    assert endpoint.outcomes() == ["gone"]


@pytest.mark.parametrize("tells", ["none", "hash", "text"])
@on_loop
async def test_the_log_tells_as_much_as_it_may(pool: Pool, tells: str) -> None:
    endpoint = Endpoint(pool, tells)
    for _ in range(2):
        await forwarded(POINT, "192.0.2.77").ask(endpoint)
    lines = endpoint.lines()
    assert len(lines) == (0 if tells == "none" else 2)
    assert all((line.get("text") == POINT) == (tells == "text") for line in lines)
    assert len({line["query"] for line in lines}) <= 1
    assert "192.0.2" not in endpoint.stream.getvalue()
    assert b'pilotgraph_queries_total{outcome="answered"} 2.0' in endpoint.metrics.page()


@on_loop
async def test_a_line_is_written_soon_without_another_query(endpoint: Endpoint) -> None:
    await Client(sparql(POINT)).ask(endpoint)
    assert endpoint.stream.getvalue() == ""
    await eventually(endpoint.stream.getvalue)
