"""A server as a process of its own, with settings of a test's choosing, and how it is asked."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from io import BytesIO
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

from conftest import REPOSITORY, Reply

COMMAND = Path(sys.executable).with_name("pilotgraph")
HOST = "127.0.0.1"

# What is not answered by then hangs. Generous: it is time on a machine that has other things to do.
PATIENCE_SECONDS = 30.0
_START_SECONDS = 60.0

# Heads of requests without the empty line at the end.
ASK = b"GET /sparql?query=ASK%20%7B%7D HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n"
POST = b"POST /sparql HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\n"


@dataclass(frozen=True)
class Server:
    """`pilotgraph serve`, running. It leads a process group, so that its orphans can be found."""

    process: "subprocess.Popen[bytes]"
    port: int

    @classmethod
    @contextmanager
    def running(cls, release: Path, **settings: float) -> Iterator[Self]:
        """Start it; `deadline_seconds=2` is `--deadline-seconds 2`. It must end when it is told to."""
        flags = [
            text for name, value in settings.items() for text in (f"--{name.replace('_', '-')}", f"{value:g}")
        ]
        with (
            tempfile.TemporaryFile() as said,
            subprocess.Popen(
                [
                    COMMAND,
                    "serve",
                    "--release",
                    release,
                    "--host",
                    HOST,
                    "--port",
                    "0",
                    "--log",
                    "none",
                    *flags,
                ],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=said,
                process_group=0,
            ) as process,
        ):
            try:
                yield cls(process, _port(process, said.fileno()))
                process.terminate()
                process.wait(PATIENCE_SECONDS)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def request(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        source: str = HOST,
    ) -> Reply:
        """Send one request on a connection of its own; read the answer to its announced end.

        :param source: the address to send from; Linux has all of 127.0.0.0/8.
        :raises OSError: if there is no answer; TimeoutError if there is none in time.
        :raises HTTPException: if what comes is not an answer, or less than announced.
        """
        connection = HTTPConnection(HOST, self.port, PATIENCE_SECONDS, source_address=(source, 0))
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def ask(self, query: str, accept: str = "text/csv", source: str = HOST, **parameters: str) -> Reply:
        """Send a query by POST, as a form."""
        body = urlencode({"query": query, **parameters}).encode()
        headers = {"Accept": accept, "Content-Type": "application/x-www-form-urlencoded"}
        return self.request("POST", "/sparql", body, headers, source)

    @contextmanager
    def connections(self, count: int, content: bytes = b"") -> Iterator[list[socket.socket]]:
        """Connections to send by hand on, which have all sent the same, perhaps nothing."""
        with ExitStack() as stack:
            opened = [stack.enter_context(self.connect()) for _ in range(count)]
            for connection in opened:
                connection.sendall(content)
            yield opened

    def connect(self, receive_bytes: int | None = None) -> socket.socket:
        """A connection to send by hand on; `receive_bytes` is how much the system takes in unread."""
        connection = socket.socket()
        if receive_bytes is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        connection.settimeout(PATIENCE_SECONDS)
        connection.connect((HOST, self.port))
        return connection


def _port(process: "subprocess.Popen[bytes]", said: int) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        # Not by the position of the file, which the server shares.
        told = re.search(rb"http://[\d.]+:(\d+)/", os.pread(said, 10_000, 0))
        if told and _answers(int(told[1])):
            return int(told[1])
        assert process.poll() is None, f"pilotgraph serve ended with exit code {process.returncode}"
        time.sleep(0.02)
    raise AssertionError(f"pilotgraph serve does not answer after {_START_SECONDS:g} s")


def _answers(port: int) -> bool:
    """Whether it answers, no matter what: printing the address may come first."""
    connection = HTTPConnection(HOST, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/there/is/no/such/page")
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def answer(connection: socket.socket) -> Reply:
    """Read one answer from a connection that was written to by hand, and on which no other follows."""
    with HTTPResponse(connection) as response:
        response.begin()
        return Reply(response.status, response.headers, response.read())


def rest(connection: socket.socket, seconds: float = PATIENCE_SECONDS) -> bytes:
    """All that comes until the server ends the connection, which it must do in time."""
    deadline = time.monotonic() + seconds
    content = bytearray()
    try:
        while part := connection.recv(1 << 16):
            content += part
            connection.settimeout(max(0.001, deadline - time.monotonic()))
    except ConnectionError:
        pass
    except TimeoutError:
        raise AssertionError(f"the connection is still open after {seconds:g} s") from None
    return bytes(content)


def answers(content: bytes) -> Iterator[Reply]:
    """The answers to requests that were sent in a pipeline."""
    stream = _Kept(content)
    while stream.tell() < len(content):
        yield answer(stream)  # type: ignore[arg-type]  # all that it is asked for is `makefile`


class _Kept(BytesIO):
    """What was read from a connection, to read on from where the answer before ended."""

    def makefile(self, _: str) -> Self:
        return self

    def close(self) -> None:
        """An answer closes what it was read from; the next is read from the same."""
