"""A WSGI application behind ASGI: what it is told of a request, and how its response is sent."""

import asyncio
import io
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from wsgiref.validate import validator

import pytest

from asgi_client import Client, scope
from pilotgraph.asgi import Room
from pilotgraph.bridge import Bridge, environ
from pilotgraph.endpoint import ASKED
from pilotgraph.loop_store import CLIENT
from pilotgraph.negotiation import RequestError
from pools import eventually, on_loop

PIECE = 64_000
LARGE = 4 * PIECE
ROOM = Room(2 * LARGE)


@asynccontextmanager
async def bridged(application: Callable[..., Any], threads: int = 2) -> AsyncIterator[Bridge]:
    bridge = Bridge(application, threads, 100)
    try:
        yield bridge
        assert ROOM.bytes == 0
    finally:
        bridge.close()


def test_a_request_is_told_as_pep_3333_has_it() -> None:
    found = environ(
        scope(
            "/doc/caf%C3%A9%20%2F?q=%C3%A9&x",
            "POST",
            (
                ("host", "example.org"),
                ("accept", "text/html"),
                ("accept", "text/turtle"),
                ("x-name", "\xe9"),
                ("content-type", "text/plain"),
                ("content-length", "999"),
                ("transfer-encoding", "chunked"),
            ),
        ),
        b"abc",
    )
    assert found.pop("wsgi.input").read() == b"abc"
    assert found.pop("wsgi.errors") is sys.stderr
    assert found == {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/doc/caf\xc3\xa9 /",
        "QUERY_STRING": "q=%C3%A9&x",
        "REQUEST_URI": "/doc/caf%C3%A9%20%2F?q=%C3%A9&x",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "example.org",
        "HTTP_ACCEPT": "text/html,text/turtle",
        "HTTP_X_NAME": "\xe9",
        "CONTENT_TYPE": "text/plain",
        "CONTENT_LENGTH": "3",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def test_what_a_server_does_not_know_is_made_up() -> None:
    found = environ(scope(server=None, client=None), b"")
    assert (found["SERVER_NAME"], found["SERVER_PORT"], found["REMOTE_ADDR"]) == ("localhost", "80", "")


def echo(request: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
    content = request["wsgi.input"].read(int(request["CONTENT_LENGTH"]))
    start("207 Multi-Status", [("Content-Type", "text/plain"), ("X-One", "1"), ("X-One", "2")])
    return [request["PATH_INFO"].encode("latin-1"), b" ", content]


@pytest.mark.parametrize("application", [echo, validator(echo)], ids=["plain", "validated"])
@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"abc")])
@on_loop
async def test_a_response_is_sent(application: Callable[..., Any], method: str, body: bytes) -> None:
    client = Client()
    async with bridged(application) as bridge:
        assert await bridge.respond(scope("/a%20b?c", method), body, client.send, ROOM, "a client") == 207
    assert client.messages[0] == {
        "type": "http.response.start",
        "status": 207,
        "headers": [(b"content-type", b"text/plain"), (b"x-one", b"1"), (b"x-one", b"2")],
    }
    assert client.body == b"/a b " + body


class Content:
    """A body that is made while it is sent, and knows whether it was closed."""

    def __init__(self, *pieces: bytes, error: Exception | None = None) -> None:
        self.made, self.closed, self.running = 0, 0, False
        self.may = threading.Event()
        self.may.set()
        self._pieces, self._error = pieces, error

    def __call__(self, request: dict[str, Any], start: Callable[..., Any]) -> "Content":
        start("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.running = True
            self.may.wait(30)
            self.running = False
            self.made += 1
            yield piece
        if self._error:
            raise self._error

    def close(self) -> None:
        assert not self.running
        self.closed += 1


@pytest.mark.parametrize(
    ("pieces", "bodies"),
    [
        ((), [0]),
        ((b"",), [0]),
        ((b"a",) * 10, [10]),
        ((b"a" * PIECE,), [PIECE, 0]),
        ((b"a" * (PIECE - 1), b"b", b"c"), [PIECE, 1]),
        ((b"a" * 25_000,) * 7, [75_000, 75_000, 25_000]),
        ((b"a" * (2 * PIECE + 1),), [PIECE, PIECE, 1, 0]),
        ((b"a", b"b" * LARGE, b"c"), [*[PIECE] * 4, 1, 1]),
    ],
)
@on_loop
async def test_content_is_sent_in_pieces_of_a_good_size(pieces: tuple[bytes, ...], bodies: list[int]) -> None:
    content, client = Content(*pieces), Client()
    async with bridged(content) as bridge:
        await bridge.respond(scope(), b"", client.send, ROOM, "a client")
        assert bridge.waiting == 0
    assert [len(message["body"]) for message in client.messages[1:]] == bodies
    more = [bool(message.get("more_body")) for message in client.messages[1:]]
    assert more == [True] * (len(bodies) - 1) + [False]
    assert client.body == b"".join(pieces)
    assert content.closed == 1


@on_loop
async def test_no_more_is_made_than_a_client_takes_and_others_go_on() -> None:
    content, slow = Content(*[b"a" * PIECE] * 5), Client()
    async with bridged(content, threads=1) as bridge:
        slow.takes.clear()
        responding = asyncio.ensure_future(bridge.respond(scope(), b"", slow.send, ROOM, "a client"))
        await eventually(lambda: content.made == 1)
        others = [Client() for _ in range(3)]
        for other in others:
            content.made = 0
            await bridge.respond(scope(), b"", other.send, ROOM, "a client")
        content.made = 1
        assert bridge.waiting == 0
        assert slow.messages == []
        slow.takes.set()
        await responding
    assert [len(each.body) for each in (slow, *others)] == [5 * PIECE] * 4
    assert content.closed == 4


@on_loop
async def test_large_bodies_in_memory_have_room_until_they_are_sent() -> None:
    content, slow, other = Content(b"a" * LARGE), Client(), Client()
    async with bridged(content) as bridge:
        slow.takes.clear()
        responding = asyncio.ensure_future(bridge.respond(scope(), b"", slow.send, ROOM, "a client"))
        await eventually(lambda: ROOM.bytes == LARGE)
        with pytest.raises(RequestError) as refused:
            await bridge.respond(scope(), b"", other.send, ROOM, "a client")
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
        assert (other.messages, ROOM.bytes) == ([], LARGE)
        await bridge.respond(scope(), b"", other.send, ROOM, "another")
        assert ROOM.bytes == LARGE
        slow.takes.set()
        await responding
    assert slow.body == other.body == b"a" * LARGE
    assert content.closed == 3


@pytest.mark.parametrize("pieces", [(b"a" * PIECE,), (b"a" * 8_192,) * 100], ids=["small", "file"])
@on_loop
async def test_what_is_small_or_read_as_it_is_sent_needs_no_room(pieces: tuple[bytes, ...]) -> None:
    full, client = Room(1), Client()
    full.add("a client", 1)
    async with bridged(Content(*pieces)) as bridge:
        await bridge.respond(scope(), b"", client.send, full, "a client")
    assert (client.body, full.bytes) == (b"".join(pieces), 1)


@pytest.mark.parametrize("taken", [0, 1, 2])
@on_loop
async def test_room_is_given_back_when_a_client_goes(taken: int) -> None:
    held = list[int]()

    async def going(_: Any) -> None:
        held.append(ROOM.bytes)
        if len(held) > taken:
            raise TimeoutError

    async with bridged(Content(b"a" * LARGE)) as bridge:
        with pytest.raises(TimeoutError):
            await bridge.respond(scope(), b"", going, ROOM, "a client")
        assert ROOM.bytes == 0
    assert held == [LARGE] * (taken + 1)


@on_loop
async def test_an_answer_is_not_kept_beside_its_page() -> None:
    told, asked = list[Any](), scope()
    asked[ASKED] = "an answer"

    def page(request: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        told.append(request[ASKED])
        start("200 OK", [])
        return []

    async with bridged(page) as bridge:
        await bridge.respond(asked, b"", Client().send, ROOM, "a client")
    assert told == ["an answer"]
    assert ASKED not in asked


@pytest.mark.parametrize("when", ["at once", "later"])
@on_loop
async def test_an_error_of_the_application_is_the_servers(when: str) -> None:
    content = Content(*[b"a" * PIECE] * (when == "later"), error=ValueError("no"))
    async with bridged(content) as bridge:
        with pytest.raises(ValueError, match="no"):
            await bridge.respond(scope(), b"", Client().send, ROOM, "a client")
        assert bridge.waiting == 0
    assert content.closed == 1


@on_loop
async def test_a_client_that_does_not_take_it_ends_it() -> None:
    async def gone(_: Any) -> None:
        raise TimeoutError

    content = Content(b"a", b"b")
    async with bridged(content) as bridge:
        with pytest.raises(TimeoutError):
            await bridge.respond(scope(), b"", gone, ROOM, "a client")
        assert bridge.waiting == 0
    assert content.closed == 1


@on_loop
async def test_what_is_given_up_is_closed_when_its_thread_is_done() -> None:
    content = Content(b"a")
    content.may.clear()
    async with bridged(content) as bridge:
        responding = asyncio.ensure_future(bridge.respond(scope(), b"", Client().send, ROOM, "a client"))
        await eventually(lambda: content.running)
        responding.cancel()
        await asyncio.wait([responding])
        assert responding.cancelled()
        assert (bridge.waiting, content.closed) == (0, 0)
        content.may.set()
        await eventually(lambda: content.closed == 1)


@on_loop
async def test_requests_run_in_as_many_threads_as_there_are() -> None:
    at_once = threading.Barrier(3)

    def meeting(_: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        at_once.wait(30)
        start("200 OK", [])
        return [b"met"]

    clients = [Client() for _ in range(6)]
    async with bridged(meeting, threads=3) as bridge:
        await asyncio.gather(
            *(bridge.respond(scope(), b"", each.send, ROOM, str(place)) for place, each in enumerate(clients))
        )
    assert [client.body for client in clients] == [b"met"] * 6


def test_the_input_may_be_read_to_its_end() -> None:
    assert isinstance(environ(scope(), b"abc")["wsgi.input"], io.BytesIO)


@on_loop
async def test_a_page_asks_the_store_in_the_name_of_its_reader() -> None:
    seen: list[str] = []

    def application(request: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        seen.append(CLIENT.get())
        start("200 OK", [])
        return [b""]

    async with bridged(application, threads=1) as bridge:
        for client in ("192.0.2.1", "192.0.2.2"):
            await bridge.respond(scope(), b"", Client().send, ROOM, client)
    assert seen == ["192.0.2.1", "192.0.2.2"]
