"""The supervisor and its workers: the processes behind `workers.WorkerStore`.

pyoxigraph cannot be told to stop, takes what memory it wants, and some queries kill the process
that asks them.  So a web server asks none itself:

    web threads --- queries.sock ---> worker, worker, …      forked by the supervisor, replaced when they end
              \\---- deaths.sock ----> supervisor             loads the release once, then only watches

A worker waits in `accept`, so the kernel picks an idle one; the supervisor is not on that way, and is
single-threaded, so that it may fork.  Each query is one frame out and one back.  When the
connection ends without one, the client asks the supervisor how the worker died:

* the deadline is a timer of the kernel's with its default action, which ends the worker whatever it
  is doing, even if the supervisor is gone;
* memory is bounded by RLIMIT_AS, and a failed allocation ends the worker;
* a worker can open nothing, no socket either: RLIMIT_NOFILE leaves it its listener and one connection.

The sockets are for their owner only, in a directory that goes when the supervisor ends.  It ends when
its standard input does, so it never outlives its parent, however that ended; workers end with the
supervisor (PR_SET_PDEATHSIG).

On systems other than Linux there is no memory limit, and a supervisor that is killed by SIGKILL leaves
idle workers behind.

Run as `python -m pilotgraph.supervisor RELEASE DIRECTORY LIMITS`, with a socket as standard input.
"""

import ctypes
import gc
import json
import mmap
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any, BinaryIO

from pilotgraph.errors import LimitExceeded, MalformedQuery, NoFormat, PilotgraphError
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.guard import MAX_KB
from pilotgraph.release import Release
from pilotgraph.store import Data, Query, evaluate


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may use, and how many are taken; kB and MB are thousands and millions of bytes.

    `memory_mb` is what a worker may take beyond the data.  A query is `queued` when every worker has
    one; beyond that number none is taken.
    """

    workers: int = 2
    queued: int = 10
    deadline_seconds: float = 10.0
    memory_mb: int = 500
    answer_mb: int = 32
    query_kb: int = MAX_KB


# Names in the directory, and what the supervisor says when its workers wait.
QUERIES, DEATHS = "queries.sock", "deaths.sock"
READY = b"."
# A query: a ticket, by which a death can be asked about, and the length of the JSON that follows.
ASKED = struct.Struct("!8sI")
# A reply: what it is, and the length of the content or message that follows.
REPLIED = struct.Struct("!BQ")


class Reply(IntEnum):
    SOLUTIONS = 0
    GRAPH = 1
    MALFORMED = 2
    NO_FORMAT = 3
    TOO_LARGE = 4


class Death(IntEnum):
    """Why a worker ended without a reply."""

    UNRELATED = 0  # to the query: ended from outside, or retired
    DEADLINE = 1
    MEMORY = 2
    CRASH = 3


def read(stream: BinaryIO, size: int) -> bytes:
    """Read as many bytes as were announced.

    :raises ConnectionResetError: if the other side ended before.
    """
    content = stream.read(size)
    if len(content) < size:
        raise ConnectionResetError
    return content


_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
_DEATHS_KNOWN = 1_000
_NO_TICKET = bytes(8)
_OUT_OF_MEMORY = 12  # exit code of a worker
_LISTENER = 3  # descriptor in a worker
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

_SOLUTIONS = {format.suffix: format for format in RESULT_FORMATS}
_GRAPHS = {format.suffix: format for format in RDF_FORMATS}


class _Supervisor:
    """The process that forks workers, replaces those that end, and knows how they ended."""

    def __init__(self, release: Path, directory: Path, limits: Limits) -> None:
        self.limits = limits
        self.data = Data.load(Release.open(release))
        self.memory_bytes = _address_space_bytes() + limits.memory_mb * 1_000_000
        self.queries = _listen(directory / QUERIES, limits.workers + limits.queued)
        self.deaths = _listen(directory / DEATHS, limits.workers + limits.queued)
        self.tickets = mmap.mmap(-1, 8 * limits.workers)  # shared: the query that each worker has
        self.workers: dict[int, slice] = {}  # process -> its place in `tickets`
        self.known: OrderedDict[bytes, Death] = OrderedDict()

    def run(self, lifeline: socket.socket) -> None:
        """Supervise until the other end of `lifeline` is closed."""
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        gc.collect()
        gc.freeze()  # a collection in a worker would write to pages that are shared, and so copy them
        try:
            for place in range(self.limits.workers):
                self.fork(slice(8 * place, 8 * place + 8))
            lifeline.sendall(READY)
            while True:
                ready, _, _ = select.select([lifeline, self.deaths, woken], [], [])
                if lifeline in ready:
                    return
                if woken in ready:
                    woken.recv(4096)
                    self.reap()
                if self.deaths in ready:
                    self.inquest()
        finally:
            signal.set_wakeup_fd(-1)
            for process in self.workers:
                with suppress(ProcessLookupError, ChildProcessError):
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)

    def reap(self) -> None:
        while True:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            self.bury(process, status)

    def inquest(self) -> None:
        """Tell a client how the worker ended that had its query."""
        connection, _ = self.deaths.accept()
        with connection, suppress(OSError):  # it may be gone
            connection.settimeout(_PATIENCE_SECONDS)
            ticket = connection.recv(8)
            for process, place in tuple(self.workers.items()):
                # Its sockets are closed already, but it may take a moment more until it is dead.
                if self.tickets[place] == ticket:
                    os.kill(process, signal.SIGKILL)
                    self.bury(*os.waitpid(process, 0))
            connection.sendall(bytes([self.known.get(ticket, Death.UNRELATED)]))

    def bury(self, process: int, status: int) -> None:
        place = self.workers.pop(process)
        ticket = self.tickets[place]
        self.known[ticket] = _death(os.waitstatus_to_exitcode(status))
        if len(self.known) > _DEATHS_KNOWN:
            self.known.popitem(last=False)
        if ticket == _NO_TICKET:
            time.sleep(_PAUSE_SECONDS)  # it cannot even start; others would not either
        self.fork(place)

    def fork(self, place: slice) -> None:
        self.tickets[place] = _NO_TICKET
        supervisor = os.getpid()
        process = os.fork()
        if process:
            self.workers[process] = place
            return
        code = 1
        try:
            _confine(supervisor, self.queries, self.memory_bytes)
            self.work(place)
            code = 0
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        finally:
            # Nothing of the supervisor's may run in this process, not even what follows an exception.
            if code == 1:
                sys.excepthook(*sys.exc_info())
            os._exit(code)

    # From here on: in a worker.

    def work(self, place: slice) -> None:
        listener = socket.socket(fileno=_LISTENER)
        # What large queries leave in the heap is not given back; a fresh worker has all of the limit.
        enough = _peak_bytes() + self.limits.memory_mb * 1_000_000 // 4
        while _peak_bytes() < enough:
            connection, _ = listener.accept()
            signal.setitimer(signal.ITIMER_REAL, self.limits.deadline_seconds)
            with suppress(ConnectionError):  # the client may be gone
                self.serve(connection, place)
            connection.close()  # not after an exception: then its end must mean that the worker has ended
            signal.setitimer(signal.ITIMER_REAL, 0)

    def serve(self, connection: socket.socket, place: slice) -> None:
        with connection.makefile("rb") as stream:
            ticket, length = ASKED.unpack(read(stream, ASKED.size))
            asked = json.loads(read(stream, length))
        try:
            gone = connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            gone = False  # nothing more was sent, but it waits
        if not gone:
            self.tickets[place] = ticket
            reply, content = self.answer(asked)
            connection.sendall(REPLIED.pack(reply, len(content)) + content)

    def answer(self, asked: dict[str, Any]) -> tuple[Reply, bytes]:
        query = Query(
            asked["text"],
            tuple(asked["default_graphs"]),
            tuple(asked["named_graphs"]),
            _SOLUTIONS.get(asked["solutions"]),
            _GRAPHS.get(asked["graph"]),
        )
        try:
            answer = evaluate(self.data, query, asked["names_dataset"], self.limits.answer_mb)
        except NoFormat as error:
            return Reply.NO_FORMAT, "\n".join(error.offers).encode()
        except LimitExceeded as error:
            return Reply.TOO_LARGE, str(error).encode()
        except MalformedQuery as error:
            return Reply.MALFORMED, str(error).encode()
        is_graph = answer.format.suffix in _GRAPHS
        return Reply.GRAPH if is_graph else Reply.SOLUTIONS, answer.content


def _listen(path: Path, backlog: int) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(backlog)
    return listener


def _death(exit_code: int) -> Death:
    if exit_code == -signal.SIGALRM:
        return Death.DEADLINE
    if exit_code in (-signal.SIGABRT, _OUT_OF_MEMORY):
        return Death.MEMORY
    if exit_code in (0, -signal.SIGKILL, -signal.SIGTERM, -signal.SIGHUP):
        return Death.UNRELATED
    return Death.CRASH


def _address_space_bytes() -> int:
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _peak_bytes() -> int:
    """The most memory that this process had at once, where there is a limit to it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 if sys.platform == "linux" else 0


def _confine(supervisor: int, listener: socket.socket, memory_bytes: int) -> None:
    """Leave this process what a query needs: memory up to a limit, its listener, one connection."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != supervisor:  # it died before that
            os._exit(0)
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.dup2(listener.fileno(), _LISTENER)
    os.closerange(_LISTENER + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    # 0 to 2, the listener, and one more, which `accept` takes: a query can open nothing, no socket either.
    resource.setrlimit(resource.RLIMIT_NOFILE, (_LISTENER + 2, _LISTENER + 2))


def _main() -> None:
    release, directory, limits = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's; it closes the lifeline
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        supervisor = _Supervisor(Path(release), Path(directory), Limits(**json.loads(limits)))
        supervisor.run(socket.socket(fileno=sys.stdin.fileno()))
    except PilotgraphError as error:
        sys.exit(f"pilotgraph: {error}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    _main()
