"""HTTP as nobody should send it, too large, broken off or wrong; what follows is answered as ever."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from urllib.parse import urlencode

import pytest

from abuse.honest import Questions
from abuse.server import ASK, POST, Server, answer, answers, rest

SETTINGS = {"deadline_seconds": 2, "header_seconds": 2, "body_seconds": 2}
# Generous: a busy machine may be late to end what is too slow.
MARGIN_SECONDS = 10

LAST = ASK + b"Connection: close\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
TOO_LARGE = (400, 413, 414, 431)


@pytest.fixture(autouse=True)
def others_are_answered(server: Server, questions: Questions) -> Iterator[None]:
    yield
    questions.ask(server)


def statuses(server: Server, content: bytes) -> list[int]:
    """Send this, taken or not, and wait until the server ends the connection; the statuses that came."""
    with server.connect() as connection:
        with suppress(ConnectionError):
            connection.sendall(content)
        with suppress(HTTPException):  # what comes last need not be HTTP
            return [reply.status for reply in answers(rest(connection))]
    return []


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(LAST + b"X-Large: " + b"a" * 64_000 + b"\r\n\r\n", id="a header of 64 kB"),
        pytest.param(LAST + b"X-Large: " + b"a" * 1_000_000 + b"\r\n\r\n", id="a header of 1 MB"),
        pytest.param(LAST + b"X-Large: " + b"a" * 100_000_000, id="a header that does not end"),
        pytest.param(LAST + b"".join(b"X-%d: a\r\n" % n for n in range(50)) + b"\r\n", id="50 headers"),
        pytest.param(
            LAST + b"".join(b"X-%d: a\r\n" % n for n in range(10_000)) + b"\r\n", id="10,000 headers"
        ),
        pytest.param(LAST + b"Accept: a/b;q=0.1\r\n" * 1_000 + b"\r\n", id="1,000 equal headers"),
        pytest.param(LAST + b"Accept: " + b"text/csv;q=0.1," * 4_000 + b"\r\n\r\n", id="4,000 media types"),
        pytest.param(LAST + b"Accept: text/csv" + b";a=b" * 10_000 + b"\r\n\r\n", id="10,000 parameters"),
        pytest.param(LAST.replace(b"HTTP", b"a" * 1_000_000 + b" HTTP"), id="a request line of 1 MB"),
        pytest.param(b"A" * 1_000_000, id="a method of 1 MB"),
        pytest.param(b"\r\n" * 1_000_000, id="a million empty lines"),
        pytest.param(b"\x16\x03\x01" + b"\x00" * 1_000, id="no HTTP at all"),
        pytest.param(b"GET /sparql HTTP/9.9\r\n\r\n", id="a version that is none"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00" * 10_000, id="HTTP/2 that is not"),
        pytest.param(b"GET /\x00\xff HTTP/1.1\r\nHost: a\r\n\r\n", id="bytes that are no path"),
        pytest.param(LAST + b"X\x00: \x00\r\n\r\n", id="null bytes in a header"),
        pytest.param(LAST + b" folded: yes\r\nno colon\r\n\r\n", id="lines that are no header"),
    ],
)
def test_a_head_that_is_wrong_is_answered_or_ended(server: Server, head: bytes) -> None:
    start = time.monotonic()
    assert set(statuses(server, head)) <= {200, *TOO_LARGE, 405, 501, 505}
    assert time.monotonic() - start < SETTINGS["header_seconds"] + MARGIN_SECONDS


def test_a_half_closed_connection_gets_its_answer_or_is_ended(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(ASK + b"\r\n")
        connection.shutdown(socket.SHUT_WR)
        # Or none: that it reads no more is not said by the end of what it sends.
        assert [reply.body for reply in answers(rest(connection))] in ([], [b"true"])


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        ASK,
        POST + b"Content-Length: 1000\r\n\r\nASK {",
        CHUNKED + b"8\r\nASK",
    ],
)
def test_a_half_closed_connection_with_half_a_request_is_ended(server: Server, content: bytes) -> None:
    with server.connect() as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        assert b" 200 " not in rest(connection)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"Content-Length: -1\r\n", id="below zero"),
        pytest.param(b"Content-Length: six\r\n", id="no number"),
        pytest.param(b"Content-Length: 1e1\r\n", id="with an exponent"),
        pytest.param(b"Content-Length: 99999999999999999999999\r\n", id="over 64 bits"),
        pytest.param(b"Content-Length: 6\r\nContent-Length: 3\r\n", id="two that differ"),
        pytest.param(b"Content-Length: 6, 3\r\n", id="two in one"),
        pytest.param(b"Transfer-Encoding: gzip\r\n", id="a coding that is not known"),
        pytest.param(b"Transfer-Encoding: chunked, gzip\r\n", id="chunked is not the last"),
    ],
)
def test_a_length_that_is_none_is_refused(server: Server, head: bytes) -> None:
    assert set(statuses(server, POST + head + b"\r\nASK {}")) <= {400, 411, 413, 501}


def test_a_body_longer_than_announced_is_another_request(server: Server) -> None:
    """What is left of a query is not taken for the query, nor what follows for part of it."""
    assert statuses(server, POST + b"Content-Length: 3\r\n\r\nASK {}\r\n\r\n") in ([400], [400, 400])


@pytest.mark.parametrize("smuggled", [b"0\r\n\r\n", b"6\r\nASK {}\r\n0\r\n\r\n"])
def test_a_request_with_two_kinds_of_length_is_one_request(server: Server, smuggled: bytes) -> None:
    content = smuggled + ASK + b"\r\n"
    head = POST + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n" % len(content)
    # RFC 9112, 6.3: it ought to be refused; or chunked counts, and then the connection ends.
    assert len(statuses(server, head + content)) <= 1


@pytest.mark.parametrize(
    "chunks",
    [
        pytest.param(b"six\r\nASK {}\r\n0\r\n\r\n", id="a size that is no number"),
        pytest.param(b"-6\r\nASK {}\r\n0\r\n\r\n", id="a size below zero"),
        pytest.param(b"6\r\nASK {}0\r\n\r\n", id="no end of line"),
        pytest.param(b"5\r\nASK {}\r\n0\r\n\r\n", id="a size too small"),
        pytest.param(b"FFFFFFFFFFFFFFFFF\r\nASK {}\r\n0\r\n\r\n", id="a size over 64 bits"),
        pytest.param(b"6;" + b"a" * 1_000_000 + b"\r\nASK {}\r\n0\r\n\r\n", id="an extension of 1 MB"),
    ],
)
def test_malformed_chunks_get_no_answer(server: Server, chunks: bytes) -> None:
    assert set(statuses(server, CHUNKED + chunks)) <= {400, 408, 413}


def test_a_body_in_chunks_is_read_whole(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(
            CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in b"ASK { } # in parts") + b"0\r\n\r\n"
        )
        assert (answer(connection).body) == b"true"


def test_a_body_in_chunks_without_end_is_ended(server: Server, questions: Questions) -> None:
    chunk = b"10000\r\n" + b"#" * 0x10000 + b"\r\n"
    start, sent = time.monotonic(), 0
    with server.connect() as connection, suppress(ConnectionError):
        connection.sendall(CHUNKED)
        while time.monotonic() - start < SETTINGS["body_seconds"] + MARGIN_SECONDS:
            connection.sendall(chunk)
            sent += 1
            if sent % 100 == 0:
                questions.ask(server)
        pytest.fail("it goes on to be read")


def test_requests_in_a_pipeline_are_answered_in_order(server: Server, questions: Questions) -> None:
    asked = [questions.next() for _ in range(50)]
    with server.connect() as connection:
        for question in asked:
            target = f"/sparql?{urlencode({'query': question.text})}"
            close = "Connection: close\r\n" if question is asked[-1] else ""
            head = f"GET {target} HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n{close}\r\n"
            connection.sendall(head.encode())
        replies = list(answers(rest(connection)))
    for question, reply in zip(asked, replies, strict=True):
        question.check(reply)
