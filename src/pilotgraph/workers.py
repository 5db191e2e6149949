"""Queries in processes that can be ended: `WorkerStore`, a `Store` that threads may share.

It starts `supervisor` as a process of its own and speaks to it and its workers over sockets.  What it
answers is complete; otherwise it says which limit was passed, or that the query may be sent again.
If the supervisor dies, the next query starts another.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Self

from pilotgraph import supervisor
from pilotgraph.errors import LimitExceeded, MalformedQuery, NoFormat, StoreUnavailable
from pilotgraph.guard import check
from pilotgraph.store import WAY_OUT, Answer, Query
from pilotgraph.supervisor import ASKED, DEATHS, QUERIES, READY, REPLIED, Death, Limits, Reply, read

__all__ = ["DEFAULTS", "Limits", "WorkerStore"]

DEFAULTS = Limits()

_PATIENCE_SECONDS = 5.0


class WorkerStore:
    """Answers queries from a release, within limits, in other processes; threads may share it."""

    def __init__(self, release: Path, limits: Limits = DEFAULTS) -> None:
        """Start the supervisor and wait until it answers.

        :param release: the directory of a release; a link is followed now, not at a restart.
        :raises StoreUnavailable: if it does not start; it has said why on standard error.
        """
        self.limits = limits
        self._release = release.resolve()
        self._places = threading.BoundedSemaphore(limits.workers + limits.queued)
        self._lock = threading.Lock()
        self._running: _Supervised | None = _Supervised(self._release, limits)

    def query(self, query: Query) -> Answer:
        names_dataset = check(query.text, self.limits.query_kb)
        asked = json.dumps(
            {
                "text": query.text,
                "default_graphs": query.default_graphs,
                "named_graphs": query.named_graphs,
                "solutions": query.solutions and query.solutions.suffix,
                "graph": query.graph and query.graph.suffix,
                "names_dataset": names_dataset,
            }
        ).encode()
        if not self._places.acquire(blocking=False):
            raise StoreUnavailable("Too many queries are waiting. Send the query again in a moment.")
        try:
            # Twice: the first worker may end for reasons that are not the query's.
            answer = self._ask(query, asked) or self._ask(query, asked)
        finally:
            self._places.release()
        if answer is None:
            raise StoreUnavailable("The query was interrupted. Send the query again in a moment.")
        return answer

    def close(self) -> None:
        """End the supervisor and its workers; queries under way get StoreUnavailable."""
        with self._lock:
            running, self._running = self._running, None
        if running:
            running.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, query: Query, asked: bytes) -> Answer | None:
        """Ask once; None if the query is to be asked again."""
        running = self._running
        if running is None:
            raise StoreUnavailable("The store is closed.")
        ticket = os.urandom(8)
        # It may wait for a worker as long as another query may take, and has as long itself.
        patience = 2 * self.limits.deadline_seconds + 1
        try:
            with _connect(running.directory / QUERIES, patience) as connection:
                connection.sendall(ASKED.pack(ticket, len(asked)) + asked)
                with connection.makefile("rb") as stream:
                    reply, length = REPLIED.unpack(read(stream, REPLIED.size))
                    return _understand(Reply(reply), read(stream, length), query)
        except (TimeoutError, BlockingIOError) as error:
            raise StoreUnavailable("No worker was free in time. Send the query again in a moment.") from error
        except (ConnectionError, FileNotFoundError):
            self._investigate(running, ticket)
            return None

    def _investigate(self, running: "_Supervised", ticket: bytes) -> None:
        """Say why a query got no reply; return if it was for no fault of its own.

        :raises LimitExceeded: if the query was the reason.
        """
        try:
            with _connect(running.directory / DEATHS, _PATIENCE_SECONDS) as connection:
                connection.sendall(ticket)
                death = connection.recv(1)
        except OSError:
            death = b""
        match death and Death(death[0]):
            case Death.DEADLINE:
                passed = f"The query took longer than {self.limits.deadline_seconds:g} seconds, the limit."
            case Death.MEMORY:
                passed = f"The query needed more than {self.limits.memory_mb} MB of memory, the limit."
            case Death.CRASH:
                passed = "The query was too much for the process that evaluated it, which ended."
            case Death.UNRELATED:
                return
            case _:
                self._restart(running)
                return
        raise LimitExceeded(f"{passed} {WAY_OUT}")

    def _restart(self, dead: "_Supervised") -> None:
        """Start a supervisor in place of one that does not answer, unless another thread did."""
        if not self._lock.acquire(timeout=_PATIENCE_SECONDS):
            raise StoreUnavailable("The store is starting again. Send the query again in a moment.")
        try:
            if self._running is dead:
                dead.end()
                self._running = _Supervised(self._release, self.limits)
        finally:
            self._lock.release()


def _understand(reply: Reply, content: bytes, query: Query) -> Answer:
    if reply is Reply.SOLUTIONS and query.solutions:
        return Answer(content, query.solutions)
    if reply is Reply.GRAPH and query.graph:
        return Answer(content, query.graph)
    message = content.decode()
    if reply is Reply.NO_FORMAT:
        raise NoFormat(message.split("\n"))
    if reply is Reply.TOO_LARGE:
        raise LimitExceeded(message)
    raise MalformedQuery(message)


def _connect(path: Path, timeout_seconds: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout_seconds)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


class _Supervised:
    """A running supervisor, as its parent sees it."""

    def __init__(self, release: Path, limits: Limits) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="pilotgraph-"))
        self._lifeline, theirs = socket.socketpair()
        arguments = (release, self.directory, json.dumps(asdict(limits)))
        with theirs:
            # -P: nothing in the current directory may pass for a module.
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", supervisor.__name__, *map(str, arguments)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env={**os.environ, "RUST_BACKTRACE": "0"},
            )
        if self._lifeline.recv(1) != READY:
            self.end()
            raise StoreUnavailable("The query workers did not start.")

    def end(self) -> None:
        self._lifeline.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)  # it did that itself, unless it was killed
