"""The servers that are measured, each over the same quads and with the union of graphs as default graph.

Each is started as its own documentation says, in a session of its own; it answers before it counts as
started, and ends with all its processes.
"""

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

TABLE, GRAPH = "application/sparql-results+json", "application/n-triples"

_ANYTHING = "SELECT * WHERE { ?s ?p ?o } LIMIT 1"
_PORTS = range(20_000, 32_000)
_ANSWER_SECONDS = 60
_SETTLE_SECONDS = 300
_START_SECONDS = 600
_END_SECONDS = 10
_QUIET_SECONDS = 0.2
_QUIET_SHARE = 0.1
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_INSTALL = "pip install --group bench, or leave it out with --peers."


@dataclass(frozen=True, slots=True)
class Peer:
    """A server that runs.

    :param url: its endpoint.
    :param session: the session of its processes.
    :param serial: it answers one query at a time.
    """

    name: str
    url: str
    session: int
    serial: bool = False

    def ask(self, query: str, media_type: str) -> bytes:
        """Return the body of an answer.

        :raises OSError: if there is none in time, or its status is not 200 (`HTTPError`).
        """
        target = f"{self.url}?query={quote(query, safe='')}"
        request = urllib.request.Request(target, headers={"Accept": media_type})
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as response:
            content: bytes = response.read()
        return content

    def processor_seconds(self) -> float:
        """What its processes have used of the processors, those that have ended too."""
        ticks = 0
        for place in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has ended meanwhile
                # proc_pid_stat(5), from the third field: the second is a name, which may hold spaces.
                fields = place.read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.session:
                    ticks += sum(map(int, fields[11:15]))
        return ticks / _TICKS_PER_SECOND

    def settle(self) -> bool:
        """Wait until it has done with queries whose client has gone; False if it takes too long."""
        end = time.monotonic() + _SETTLE_SECONDS
        used = self.processor_seconds()
        while time.monotonic() < end:
            time.sleep(_QUIET_SECONDS)
            before, used = used, self.processor_seconds()
            if used - before < _QUIET_SHARE * _QUIET_SECONDS:
                return True
        return False


def program(name: str, remedy: str) -> str:
    """Where a command is: beside this Python, or on the path."""
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=f"{beside}{os.pathsep}{os.environ.get('PATH', '')}")
    if not found:
        raise SystemExit(f"There is no {name} here. {remedy}")
    return found


@contextmanager
def ours(release: Path, flags: Sequence[str], log: Path) -> Iterator[Peer]:
    port = _free_port()
    command = [program("pilotgraph", "Install the project."), "serve", "--release", str(release)]
    command += ["--port", str(port), *flags]
    with _running("ours", f"http://127.0.0.1:{port}/sparql", command, log) as peer:
        yield peer


@contextmanager
def oxigraph(quads: Path, log: Path) -> Iterator[Peer]:
    """`oxigraph serve`, in memory."""
    bind = f"127.0.0.1:{_free_port()}"
    command = [program("oxigraph", _INSTALL), "serve", "--union-default-graph", "--bind", bind]
    with _running("oxigraph", f"http://{bind}/query", command, log) as peer:
        headers = {"Content-Type": "application/n-quads", "Content-Length": str(quads.stat().st_size)}
        with quads.open("rb") as content:
            load = urllib.request.Request(f"http://{bind}/store", content, headers, method="POST")
            urllib.request.urlopen(load, timeout=_START_SECONDS).close()
        yield peer


@contextmanager
def disk(quads: Path, log: Path) -> Iterator[Peer]:
    """`oxigraph serve-read-only`, on disk."""
    at = ["--location", str(quads.with_suffix(".oxigraph"))]
    command = program("oxigraph", _INSTALL)
    load = [command, "load", *at, "--file", str(quads)]
    subprocess.run(load, check=True, capture_output=True, timeout=_START_SECONDS)
    bind = f"127.0.0.1:{_free_port()}"
    serve = [command, "serve-read-only", *at, "--union-default-graph", "--bind", bind]
    with _running("disk", f"http://{bind}/query", serve, log) as peer:
        yield peer


@contextmanager
def rdflib(quads: Path, log: Path) -> Iterator[Peer]:
    """rdflib-endpoint over rdflib's own store."""
    port = _free_port()
    command = [program("rdflib-endpoint", _INSTALL), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with _running("rdflib", f"http://127.0.0.1:{port}/", [*command, str(quads)], log, serial=True) as peer:
        yield peer


def _free_port() -> int:
    """A port that nothing listens on, of those that no system gives to clients meanwhile."""
    for port in random.sample(_PORTS, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise SystemExit("there is no free port")


@contextmanager
def _running(
    name: str, url: str, command: Sequence[str], log: Path, *, serial: bool = False
) -> Iterator[Peer]:
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
        )
    peer = Peer(name, url, process.pid, serial)
    try:
        end = time.monotonic() + _START_SECONDS
        while not _answers(peer):
            if process.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.01)
        yield peer
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
        # Whatever is left of its group, such as workers.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(peer: Peer) -> bool:
    try:
        peer.ask(_ANYTHING, TABLE)
    except OSError:
        return False
    return True
