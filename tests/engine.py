"""The query engine in processes of its own: what becomes of a query, whatever it does to the process."""

import json
import os
import resource
import signal
import subprocess
import sys
from enum import StrEnum
from types import TracebackType
from typing import Self

import pyoxigraph as ox

# A ring with a chord, so that paths come back to where they began.
RING = """
    <a:1> <a:p> <a:2> . <a:2> <a:p> <a:3> . <a:3> <a:p> <a:1> . <a:1> <a:q> <a:3> . <a:1> <a:label> "one" .
    <a:2> <a:label> "two" . <a:3> <a:n> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .
"""
_STARTING_MB = 100  # of addresses, which an interpreter with the engine has before it is asked anything


class Outcome(StrEnum):
    ANSWER = "answer"
    ERROR = "error"
    SLOW = "slow"  # it used up its seconds
    LARGE = "large"  # it used up its memory
    CRASH = "crash"


class Engine:
    """A process that forks for each query, and lives on."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.communicate()

    def ask(self, query: str, on_data: bool = False, cpu_seconds: int = 10, memory_mb: int = 300) -> Outcome:
        """Evaluate a query on nothing, or on the ring; the seconds are of this query's own time."""
        assert self._process.stdin
        assert self._process.stdout
        asked = json.dumps([query, on_data, cpu_seconds, memory_mb])
        self._process.stdin.write(asked.encode() + b"\n")
        self._process.stdin.flush()
        return Outcome(self._process.stdout.readline().decode().strip())


def _outcome(store: ox.Store, query: str, cpu_seconds: int, memory_mb: int) -> Outcome:
    child = os.fork()
    if not child:
        os._exit(_evaluate(store, query, cpu_seconds, memory_mb))
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        return Outcome.ERROR if os.WEXITSTATUS(status) else Outcome.ANSWER
    match os.WTERMSIG(status):
        case signal.SIGXCPU:
            return Outcome.SLOW
        case signal.SIGABRT:
            return Outcome.LARGE
        case _:
            return Outcome.CRASH


def _evaluate(store: ox.Store, query: str, cpu_seconds: int, memory_mb: int) -> int:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    limit = (_STARTING_MB + memory_mb) << 20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    try:
        results = store.query(query, use_default_graph_as_union=True)
        if not isinstance(results, ox.QueryBoolean):
            for _ in results:
                pass
    except (SyntaxError, RuntimeError, ValueError, OSError):
        return 1
    return 0


def _main() -> None:
    empty, ring = ox.Store(), ox.Store()
    ring.load(RING, ox.RdfFormat.TURTLE)
    for line in sys.stdin:
        query, on_data, cpu_seconds, memory_mb = json.loads(line)
        print(_outcome(ring if on_data else empty, query, cpu_seconds, memory_mb), flush=True)


if __name__ == "__main__":
    _main()
