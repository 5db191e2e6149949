"""The web process, over a socket: what the server in front of us adds, and how it ends."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from abuse.processes import alive, generations, tree
from abuse.server import HOST, PATIENCE_SECONDS, Server, answer, rest
from pilotgraph.release import Release
from pools import BOMB, POINT, until, work

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")

SETTINGS = {
    "query_kb": 1,
    "header_seconds": 1,
    "body_seconds": 1,
    "drain_seconds": 20,
    "deadline_seconds": 60,
}
WEB, SUPERVISOR = 1, 2


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[Server]:
    with Server.running(release.path, **SETTINGS) as running:
        yield running


def process_of(server: Server, generation: int) -> int:
    (found,) = generations(server.process.pid)[generation]
    return found.number


def test_it_answers_over_a_socket(server: Server) -> None:
    reply = server.ask(POINT)
    assert (reply.status, reply.body) == (200, b"o\r\n")
    again = server.request(
        "QUERY",
        "/sparql",
        POINT.encode(),
        {
            "Content-Type": "application/sparql-query",
            "Accept": "text/csv",
            "If-None-Match": reply.headers["ETag"],
        },
    )
    assert (again.status, again.body) == (304, b"")
    assert server.request("GET", "/health/ready").body == b"ok\n"
    assert server.request("HEAD", "/health/live").body == b""
    assert server.request("GET", "/", headers={"Accept": "text/html"}).media_type == "text/html"
    assert server.request("GET", "/%ff%00").status == 404


@pytest.mark.parametrize("target", ["/sparql", "/doc/x"])
def test_a_stalled_body_is_told_so_and_its_connection_closed(server: Server, target: str) -> None:
    with server.connect() as connection:
        head = f"POST {target} HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        connection.sendall(f"{head}Content-Length: 100\r\n\r\nASK".encode())
        assert answer(connection).status == 408
        assert rest(connection) == b""


@pytest.mark.parametrize("target", ["/sparql", "/doc/x"])
def test_a_body_that_is_too_large_is_told_so(server: Server, target: str) -> None:
    reply = server.request("POST", target, b"a" * 13_001, {"Content-Type": "application/sparql-query"})
    assert reply.status == 413
    assert server.ask(POINT).status == 200


def test_a_stalled_head_is_ended(server: Server) -> None:
    with server.connect() as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-")
        rest(connection)


def test_a_client_that_goes_ends_its_query(server: Server) -> None:
    def busy() -> int:
        lines = server.request("GET", "/metrics").text.splitlines()
        numbers = (line.split() for line in lines if line.startswith("pilotgraph_busy_"))
        return sum(int(float(number)) for _, number in numbers)

    with server.connect() as connection:
        content = BOMB.encode()
        head = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
        connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        until(lambda: busy() == 1)
    until(lambda: busy() == 0)


def test_sigterm_lets_a_query_end_and_takes_no_more(release: Release) -> None:
    """Even if all processes get it at once, as systemd ends a service."""
    with Server.running(release.path, **SETTINGS) as server, ThreadPoolExecutor(1) as thread:
        processes = tree(server.process.pid)
        asking = thread.submit(server.ask, work(45))
        until(lambda: b"pilotgraph_busy_slow_workers 1.0" in server.request("GET", "/metrics").body)
        os.killpg(server.process.pid, signal.SIGTERM)
        assert asking.result(PATIENCE_SECONDS).body == b"n\r\n4100625\r\n"
        assert server.process.wait(PATIENCE_SECONDS) == 0
        until(lambda: not alive(processes))
        with socket.socket() as late, pytest.raises(ConnectionRefusedError):
            late.connect((HOST, server.port))


def test_a_drain_has_an_end(release: Release) -> None:
    with Server.running(release.path, **{**SETTINGS, "drain_seconds": 0.5}) as server:
        processes = tree(server.process.pid)
        with server.connect() as connection:
            content = BOMB.encode()
            head = "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Type: application/sparql-query\r\n"
            connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
            until(lambda: b"pilotgraph_busy_slow_workers 1.0" in server.request("GET", "/metrics").body)
            started = time.monotonic()
            server.process.terminate()
            assert server.process.wait(PATIENCE_SECONDS) == 0
            assert time.monotonic() - started < 20  # of the 60 that the query has
        until(lambda: not alive(processes))


def test_nothing_outlives_what_started_it(release: Release) -> None:
    with Server.running(release.path, **SETTINGS) as server:

        def kill(generation: int) -> int:
            first = process_of(server, generation)
            below = [each for each in tree(first) if each.number != first]
            os.kill(first, signal.SIGKILL)
            until(lambda: not alive(below))
            return first

        def answered() -> bool:
            try:
                return server.ask(POINT).status == 200
            except OSError:
                return False

        for generation in (SUPERVISOR, WEB):
            first = kill(generation)
            until(answered)  # what was killed is there again, at the same address
            assert process_of(server, generation) != first
        kill(0)
        server.process.wait(PATIENCE_SECONDS)
        with socket.socket() as late, pytest.raises(ConnectionRefusedError):
            late.connect((HOST, server.port))
