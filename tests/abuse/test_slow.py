"""Clients that are slow, idle or gone: others are answered beside them, and their requests end."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlencode

import pytest

from abuse.honest import Questions
from abuse.processes import until
from abuse.server import ASK, POST, Server, answer, answers, rest
from pilotgraph.store import LocalStore, Query

SETTINGS = {
    "deadline_seconds": 2,
    "header_seconds": 2,
    "body_seconds": 2,
    "answer_mb": 10,
    "in_flight_mb": 30,
    "connections": 600,
}
# Generous: a busy machine may be late to end what is too slow.
MARGIN_SECONDS = 10


@pytest.fixture(autouse=True)
def others_are_answered(server: Server, questions: Questions) -> Iterator[None]:
    yield
    questions.ask(server)


@pytest.mark.parametrize("count", [4, 80, 200])
def test_stalled_bodies_keep_nobody_waiting(server: Server, questions: Questions, count: int) -> None:
    with server.connections(count, POST + b"Content-Length: 1000\r\n\r\nASK {") as stalled:
        outlast(server, questions, stalled, SETTINGS["body_seconds"])


def test_bodies_byte_by_byte_keep_nobody_waiting(server: Server, questions: Questions) -> None:
    with server.connections(50, POST + b"Content-Length: 100000\r\n\r\nASK {} #") as slow:
        outlast(server, questions, slow, SETTINGS["body_seconds"], b"a")


def test_heads_byte_by_byte_keep_nobody_waiting(server: Server, questions: Questions) -> None:
    with server.connections(50, ASK + b"X-Slow: ") as slow:
        outlast(server, questions, slow, SETTINGS["header_seconds"], b"a")


def test_stalled_heads_keep_nobody_waiting(server: Server, questions: Questions) -> None:
    with server.connections(200, ASK) as stalled:
        outlast(server, questions, stalled, SETTINGS["header_seconds"])


def outlast(
    server: Server, questions: Questions, slow: list[socket.socket], seconds: float, more: bytes = b""
) -> None:
    """Ask honest questions until the server has ended all of the slow requests, which go on with `more`."""
    start, answered = time.monotonic(), 0
    for connection in slow:
        connection.setblocking(False)
    while slow:
        questions.ask(server)
        answered += 1
        slow = [connection for connection in slow if under_way(connection, more)]
        assert time.monotonic() - start < seconds + MARGIN_SECONDS
        time.sleep(0.05)
    assert answered > 3


def under_way(connection: socket.socket, more: bytes) -> bool:
    """Go on with a request; tell whether the server still waits for the rest, for which it has no answer."""
    try:
        connection.sendall(more)
        told = connection.recv(1 << 16)
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    assert b" 200 " not in told
    return told != b""


def test_500_idle_connections_keep_nobody_waiting(server: Server, questions: Questions) -> None:
    with server.connections(500):
        questions.ask(server, 20)


def test_500_connections_that_idle_after_an_answer_keep_nobody_waiting(
    server: Server, questions: Questions
) -> None:
    with server.connections(500, ASK + b"\r\n") as idle:
        assert {answer(each).status for each in idle} == {200}
        questions.ask(server, 20)


@pytest.mark.parametrize(
    "content", [pytest.param(b"", id="idle"), pytest.param(ASK + b"\r\n", id="idle after an answer")]
)
def test_more_connections_than_are_taken_keep_others_waiting_for_a_while_only(
    server: Server, questions: Questions, content: bytes
) -> None:
    with server.connections(SETTINGS["connections"] + 100, content):
        question = questions.next()
        question.check(server.ask(question.text))


def test_1000_connections_that_are_reset_keep_nobody_waiting(server: Server, questions: Questions) -> None:
    for content in (b"", ASK, ASK + b"\r\n", POST + b"Content-Length: 1000\r\n\r\nASK"):
        with server.connections(250, content) as broken:
            for connection in broken:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    questions.ask(server, 20)


@pytest.fixture(scope="module")
def large(local: LocalStore) -> tuple[str, bytes]:
    """A query whose answer is larger than the sockets of both sides take in."""
    values = " ".join(map(str, range(100, 130)))
    text = "SELECT * {" + "".join(f" VALUES ?{name} {{ {values} }}" for name in "abc") + " }"
    content = local.query(Query(text)).content
    assert 4_000_000 < len(content) < SETTINGS["answer_mb"] * 1_000_000
    return text, content


@contextmanager
def readers(server: Server, count: int, text: str) -> Iterator[list[socket.socket]]:
    """Clients that ask for a large answer, each for its own, and do not read it."""
    with ExitStack() as stack:
        opened = [stack.enter_context(server.connect(receive_bytes=4_096)) for _ in range(count)]
        for number, connection in enumerate(opened):
            target = f"/sparql?{urlencode({'query': f'{text} # {number}'})}"
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        yield opened


def test_an_answer_that_is_read_slowly_is_whole(
    server: Server, large: tuple[str, bytes], questions: Questions
) -> None:
    text, content = large
    with readers(server, 2, text) as slow:
        questions.ask(server, 20)
        for connection in slow:
            (reply,) = answers(rest(connection))
            assert reply.status == 200
            assert reply.body == content


def test_answers_that_are_not_read_keep_nobody_waiting(
    server: Server, large: tuple[str, bytes], questions: Questions
) -> None:
    with readers(server, 2, large[0]):
        questions.ask(server, 20)


def test_answers_that_are_not_read_do_not_fill_the_server_for_good(
    server: Server, large: tuple[str, bytes], questions: Questions
) -> None:
    """While they fill all that may be under way, others may be told to come back, and nothing else."""
    with readers(server, 30, large[0]):

        def answered() -> bool:
            question = questions.next()
            reply = server.ask(question.text)
            if reply.status == 503:
                assert reply.headers["Retry-After"]
                return False
            question.check(reply)
            return True

        until("an answer", answered, MARGIN_SECONDS)
