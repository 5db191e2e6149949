"""All requests to a server: which part answers them, and what the operator is told."""

import asyncio
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug import Request, Response

from asgi_client import Client, sparql
from pilotgraph.answering import Answering
from pilotgraph.bridge import Bridge
from pilotgraph.front import Front
from pilotgraph.metrics import Log, Metrics
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.service import Service
from pools import POINT, eventually, kept, on_loop, open_pool, opened, the_loop

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")


def pages(request: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    """Stands for Flask: says what it was asked."""
    if request["PATH_INFO"] == "/broken":
        raise ValueError("broken")
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{request['REQUEST_METHOD']} {request['PATH_INFO']} ".encode(), request["wsgi.input"].read()]


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[Pool]:
    with kept(release, query_kb=1, body_seconds=0.3) as opened:
        yield opened


def front_of(pool: Pool, application: Callable[..., Any] = pages, threads: int = 2) -> Front:
    metrics = Metrics()
    answering = Answering(Service(pool, "stamp"), metrics, Log(sys.stderr, "none"), the_loop())
    return Front(answering, Bridge(application, threads, pool.settings.queued))


LARGE = 700_000


@Request.application
def large_pages(request: Request) -> Response:
    """Stands for Flask: a list that is longer than a piece of an answer."""
    response = Response(b"a" * LARGE)
    response.set_etag("list")
    return response.make_conditional(request)


@pytest.fixture
def front(pool: Pool) -> Iterator[Front]:
    made = front_of(pool)
    yield made
    made.close()
    assert made.under_way == made.pages.waiting == 0


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        ("GET", "/", {}, b""),
        ("HEAD", "/doc/x", {}, b""),
        ("POST", "/anything", {}, b"abc"),
        ("DELETE", "/sparql/", {}, b""),
        ("GET", "/sparql", {}, b""),
        ("OPTIONS", "/sparql", {}, b""),
        ("GET", sparql("ASK {}"), {"accept": "text/html"}, b""),
        (
            "POST",
            "/sparql",
            {"accept": "text/html", "content_type": "application/x-www-form-urlencoded"},
            b"query=ASK%20%7B%7D",
        ),
        ("GET", "/health", {}, b""),
    ],
)
@on_loop
async def test_pages_answer_what_is_no_query_of_a_program(
    front: Front, method: str, target: str, headers: dict[str, str], body: bytes
) -> None:
    client = await Client(target, method, *([body] if body else []), **headers).ask(front)
    assert client.body == f"{method} {target.partition('?')[0]} ".encode() + body


@on_loop
async def test_queries_of_programs_reach_no_page(front: Front) -> None:
    client = await Client(sparql(POINT), accept="text/csv").ask(front)
    assert (client.status, client.body) == (200, b"o\r\n")


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 200), ("POST", 405), ("DELETE", 405)])
@on_loop
async def test_an_operator_is_told_what_can_be_asked(
    front: Front, path: str, method: str, status: int
) -> None:
    client = await Client(path, method).ask(front)
    assert (client.status, client.headers["Allow"]) == (status, "GET, HEAD, OPTIONS")
    assert client.headers["Access-Control-Allow-Origin"] == "*"
    assert client.headers.get_content_type() == (
        "application/problem+json" if status == 405 else "text/plain"
    )


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/metrics"])
@on_loop
async def test_operators_are_told(front: Front, pool: Pool, path: str, method: str) -> None:
    await eventually(lambda: pool.state["workers"] == 2)
    client = await Client(path, method).ask(front)
    assert client.status == 200
    assert client.headers["Cache-Control"] == "no-store"
    assert client.headers["Access-Control-Allow-Origin"] == "*"
    assert (client.body != b"") == (method == "GET")


@on_loop
async def test_metrics_are_those_of_this_server(front: Front) -> None:
    for _ in range(3):
        await Client(sparql(POINT)).ask(front)
    await Client(sparql("SELECT")).ask(front)
    page = (await Client("/metrics").ask(front)).body.decode()
    said = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    assert said["pilotgraph_queries_total", "answered"] == 3
    assert said["pilotgraph_queries_total", "malformed"] == 1
    assert said["pilotgraph_answers_total", "worker"] == 1
    assert said["pilotgraph_answers_total", "cache"] == 2
    assert said["pilotgraph_requests_under_way",] == 1
    assert said["pilotgraph_cache_answers",] == 1
    assert {name for name, *_ in said if "bytes" in name} >= {
        "pilotgraph_cache_bytes",
        "pilotgraph_in_flight_bytes",
    }


@on_loop
async def test_a_server_that_drains_is_alive_and_not_ready(front: Front) -> None:
    front.draining = True
    statuses = [(await Client(f"/health/{name}").ask(front)).status for name in ("live", "ready")]
    assert statuses == [200, 503]
    assert (await Client(sparql(POINT)).ask(front)).status == 200


@on_loop
async def test_a_server_without_workers_is_not_ready(release: Release) -> None:
    pool = await open_pool(release.path, workers=1)
    front = front_of(pool)
    assert (await Client("/health/ready").ask(front)).status == 200
    await pool.close()
    await eventually(lambda: pool.state["workers"] == 0)
    assert (await Client("/health/ready").ask(front)).status == 503
    assert (await Client("/health/live").ask(front)).status == 200
    assert (await Client(sparql(POINT)).ask(front)).status == 503
    front.close()


@pytest.mark.parametrize("target", ["/anything", "/sparql"])
@pytest.mark.parametrize(("size", "stalls", "status"), [(13_001, False, 413), (100, True, 408)])
@on_loop
async def test_bodies_are_bounded_wherever_they_go(
    front: Front, target: str, size: int, stalls: bool, status: int
) -> None:
    client = Client(target, "POST", b"a" * size, content_type="application/sparql-query")
    client.stalls = stalls
    await client.ask(front)
    assert (client.status, client.headers["Connection"]) == (status, "close")
    assert client.headers["Access-Control-Allow-Origin"] == "*"
    assert client.headers["Content-Type"] == "application/problem+json"


@on_loop
async def test_a_body_that_breaks_off_is_told(front: Front) -> None:
    for target in ("/anything", "/sparql"):
        client = Client(target, "POST", b"a")
        client.stalls = True
        client.gone.set()
        await client.ask(front)
        assert (client.status, client.headers["Connection"]) == (400, "close")


@on_loop
async def test_what_went_wrong_is_said_without_what_it_was(
    front: Front, capfd: pytest.CaptureFixture[str]
) -> None:
    client = await Client("/broken").ask(front)
    assert client.status == 500
    assert client.headers["Content-Type"] == "application/problem+json"
    assert b"broken" not in client.body
    assert "ValueError: broken" in capfd.readouterr().err


@on_loop
async def test_pages_that_wait_are_bounded_and_queries_go_on(release: Release) -> None:
    async with opened(release, queued=2, page_threads=1) as pool:
        may = threading.Event()

        def slowly(request: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
            assert may.wait(30)
            return pages(request, start)

        front = front_of(pool, slowly, threads=1)
        held = [asyncio.ensure_future(Client("/page").ask(front)) for _ in range(3)]
        await eventually(lambda: front.pages.waiting == 3)
        refused = await Client("/page").ask(front)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert (await Client(sparql(POINT)).ask(front)).status == 200
        assert (await Client("/health/ready").ask(front)).status == 200
        may.set()
        assert [client.status for client in await asyncio.gather(*held)] == [200] * 3
        assert (await Client("/page").ask(front)).status == 200
        front.close()


@on_loop
async def test_large_pages_have_room_beside_large_answers(release: Release) -> None:
    async with opened(release, in_flight_mb=1, answer_mb=1) as pool:
        front = front_of(pool, large_pages)
        slow = Client("/list.csv")
        slow.takes.clear()
        sending = slow.asking(front)
        await eventually(lambda: front.state["in_flight_bytes"] == LARGE)
        refused = await Client("/list.csv").ask(front)
        assert (refused.status, refused.headers["Retry-After"]) == (503, "1")
        assert refused.headers["Content-Type"] == "application/problem+json"
        head = await Client("/list.csv", "HEAD").ask(front)
        assert (head.status, head.headers["Content-Length"], head.body) == (200, str(LARGE), b"")
        known = await Client("/list.csv", if_none_match='"list"').ask(front)
        assert (known.status, known.headers["Content-Length"], known.body) == (304, None, b"")
        slow.takes.set()
        await sending
        assert (slow.headers["Content-Length"], slow.body) == (str(LARGE), b"a" * LARGE)
        assert front.state["in_flight_bytes"] == 0
        assert (await Client("/list.csv").ask(front)).body == slow.body
        front.close()


@on_loop
async def test_each_piece_of_a_page_may_take_its_time(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    began = list[float]()
    timeout = asyncio.timeout

    def timed(seconds: float) -> asyncio.Timeout:
        began.append(seconds)
        return timeout(seconds)

    front = front_of(pool, large_pages)
    monkeypatch.setattr("pilotgraph.front.TAKE_SECONDS", 12.5)
    monkeypatch.setattr(asyncio, "timeout", timed)
    client = await Client("/list.csv").ask(front)
    assert [len(message["body"]) for message in client.messages[1:]] == [*[64_000] * 10, 60_000, 0]
    assert began.count(12.5) == len(client.messages)
    front.close()


@on_loop
async def test_a_page_that_is_not_taken_gives_its_room_back(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilotgraph.front.TAKE_SECONDS", 0.1)
    front, slow = front_of(pool, large_pages), Client("/list.csv")
    slow.takes.clear()
    await slow.ask(front)
    assert slow.messages == []
    assert front.state["in_flight_bytes"] == front.under_way == 0
    front.close()


class Body(list[bytes]):
    """Can be watched."""


@on_loop
async def test_a_page_for_which_there_is_no_room_is_not_kept(release: Release) -> None:
    made = list[weakref.ref[Body]]()

    def watched(_: dict[str, Any], start: Callable[..., Any]) -> Body:
        body = Body([b"a" * LARGE])
        made.append(weakref.ref(body))
        start("200 OK", [])
        return body

    async with opened(release, in_flight_mb=1, answer_mb=1) as pool:
        front, clients = front_of(pool, watched), [Client("/list.csv") for _ in range(2)]
        sending = []
        for client in clients:
            client.takes.clear()
            sending.append(client.asking(front))
            await eventually(lambda: len(made) == len(sending) and not front.pages.waiting)
        await eventually(lambda: made[1]() is None)
        assert made[0]() is not None
        for client in clients:
            client.takes.set()
        await asyncio.gather(*sending)
        assert [client.status for client in clients] == [200, 503]
        front.close()
