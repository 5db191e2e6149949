"""The supervisor: a process that loads a release once, and forks query workers from it.

pyoxigraph cannot be told to stop, takes what memory it wants, and some queries kill the process that
asks them.  So the web process asks none itself:

    web process --- control ---> supervisor     loads the release, forks workers, tells how they ended
              \\---- a socket each ---> worker, worker, …

The supervisor is single-threaded, so that it may fork, and is not on the way of a query.  Told to fork, it
gives back one end of a socket pair, whose other end is all that the new worker has.  A query is one frame
there and one back.  Which worker gets which query, and when one is ended, is for `pool` to say.

* The deadline is a timer of the kernel's with its default action, which ends the worker whatever it
  is doing, even if everyone else is gone.
* Memory is bounded by RLIMIT_AS; a failed allocation ends the worker.
* A worker can open nothing, no socket either: RLIMIT_NOFILE leaves it what it has.

The supervisor ends when the other end of its control socket is closed, so it never outlives the web
process, however that ended; workers end with the supervisor (PR_SET_PDEATHSIG) and with their sockets.

On systems other than Linux there is no memory limit, and a worker that is evaluating when the supervisor is
killed ends at its deadline.

Run as `python -m pilotgraph.supervisor RELEASE SETTINGS`, with a socket as standard input.
"""

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from pilotgraph.errors import LimitExceeded, MalformedQuery, NoFormat, PilotgraphError
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.frames import ASKED, EVENT, ORDER, REPLIED, Death, Event, Order, Reply, read
from pilotgraph.orphans import end_with_parent
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import Data, Query, evaluate

_PAUSE_SECONDS = 0.1
_SHORT_BYTES = 64_000  # what is as well copied once more as sent in two pieces
_FAILED, _OUT_OF_MEMORY = 1, 12  # exit codes of a worker
_CONNECTION = 3  # descriptor in a worker

_SOLUTIONS = {format.suffix: format for format in RESULT_FORMATS}
_GRAPHS = {format.suffix: format for format in RDF_FORMATS}


class _Supervisor:
    """The process that forks workers and tells how they ended."""

    def __init__(self, release: Path, settings: Settings, control: socket.socket) -> None:
        self.settings, self.control = settings, control
        self.data = Data.load(Release.open(release))
        self.memory_bytes = _address_space_bytes() + int(settings.memory_mb * 1_000_000)
        self.workers = set[int]()

    def run(self) -> None:
        """Supervise until the other end of the control socket is closed."""
        woken, waker = socket.socketpair()
        waker.setblocking(False)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        gc.collect()
        gc.freeze()  # a collection in a worker would write to pages that are shared, and so copy them
        try:
            self.tell(Event.READY)
            while True:
                ready, _, _ = select.select([self.control, woken], [], [])
                if woken in ready:
                    woken.recv(4096)
                    self.reap()
                if self.control in ready and not self.obey():
                    return
        except ConnectionError:
            return  # nobody is left to be told
        finally:
            signal.set_wakeup_fd(-1)
            for process in self.workers:
                with suppress(ProcessLookupError, ChildProcessError):
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)

    def tell(self, event: Event, process: int = 0, death: Death = Death.UNRELATED) -> None:
        self.control.sendall(EVENT.pack(event, process, death))

    def obey(self) -> bool:
        order = self.control.recv(ORDER.size, socket.MSG_WAITALL)
        if len(order) < ORDER.size:
            return False
        what, number = ORDER.unpack(order)
        if what == Order.FORK:
            self.fork(niceness=number)
        elif number in self.workers:  # else it has ended, and someone else may have its number
            os.kill(number, signal.SIGKILL)
        return True

    def reap(self) -> None:
        while self.workers:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            self.workers.discard(process)
            code = os.waitstatus_to_exitcode(status)
            if code == _FAILED:
                time.sleep(_PAUSE_SECONDS)  # if it cannot even start, others would not either
            self.tell(Event.ENDED, process, _death(code))

    def fork(self, niceness: int) -> None:
        ours, theirs = socket.socketpair()
        supervisor = os.getpid()
        process = os.fork()
        if process:
            self.workers.add(process)
            with ours, theirs:
                socket.send_fds(
                    self.control, [EVENT.pack(Event.FORKED, process, Death.UNRELATED)], [ours.fileno()]
                )
            return
        code = _FAILED
        try:
            _confine(supervisor, theirs, self.memory_bytes)
            os.nice(niceness)
            self.work()
            code = 0
        except MemoryError:
            os._exit(_OUT_OF_MEMORY)
        finally:
            # Nothing of the supervisor's may run in this process, not even what follows an exception.
            if code == _FAILED:
                sys.excepthook(*sys.exc_info())
            os._exit(code)

    # From here on: in a worker.

    def work(self) -> None:
        connection = socket.socket(fileno=_CONNECTION)
        # What large queries leave in the heap is not given back; a fresh worker has all of the limit.
        enough = _peak_bytes() + self.settings.memory_mb * 1_000_000 / 4
        answered, last = 0, False
        with connection.makefile("rb") as stream, suppress(ConnectionError):  # the web process may be gone
            while not last:
                seconds, length = ASKED.unpack(read(stream, ASKED.size))
                asked = json.loads(read(stream, length))
                signal.setitimer(signal.ITIMER_REAL, seconds)
                reply, rows, content = self.answer(asked)
                signal.setitimer(signal.ITIMER_REAL, 0)
                answered += 1
                last = answered >= self.settings.queries_per_worker or _peak_bytes() > enough
                head = REPLIED.pack(reply, last, rows, time.process_time(), len(content))
                if len(content) <= _SHORT_BYTES:
                    connection.sendall(head + content)
                else:
                    connection.sendall(head)
                    connection.sendall(content)

    def answer(self, asked: dict[str, Any]) -> tuple[Reply, int, bytes]:
        query = Query(
            asked["text"],
            tuple(asked["default_graphs"]),
            tuple(asked["named_graphs"]),
            _SOLUTIONS.get(asked["solutions"]),
            _GRAPHS.get(asked["graph"]),
        )
        try:
            answer = evaluate(self.data, query, asked["names_dataset"], self.settings.answer_mb)
        except NoFormat as error:
            return Reply.NO_FORMAT, -1, "\n".join(error.offers).encode()
        except LimitExceeded as error:
            return Reply.TOO_LARGE, -1, str(error).encode()
        except MalformedQuery as error:
            return Reply.MALFORMED, -1, str(error).encode()
        is_graph = answer.format.suffix in _GRAPHS
        rows = -1 if answer.rows is None else answer.rows
        return Reply.GRAPH if is_graph else Reply.SOLUTIONS, rows, answer.content


def _death(exit_code: int) -> Death:
    if exit_code == -signal.SIGALRM:
        return Death.DEADLINE
    if exit_code in (-signal.SIGABRT, _OUT_OF_MEMORY):
        return Death.MEMORY
    if exit_code in (0, -signal.SIGKILL, -signal.SIGHUP):
        return Death.UNRELATED
    return Death.CRASH


def _address_space_bytes() -> int:
    if sys.platform != "linux":
        return 0
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


def _peak_bytes() -> int:
    """The most memory that this process had at once, where there is a limit to it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 if sys.platform == "linux" else 0


def _confine(supervisor: int, connection: socket.socket, memory_bytes: int) -> None:
    """Leave this process what a query needs: memory up to a limit, and its connection."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    end_with_parent(supervisor)
    if sys.platform == "linux":
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = memory_bytes if hard == resource.RLIM_INFINITY else min(memory_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1):
        os.dup2(nothing, descriptor)
    os.dup2(connection.fileno(), _CONNECTION)
    os.closerange(_CONNECTION + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    # 0 to 2 and the connection: a query can open nothing, no socket either.
    resource.setrlimit(resource.RLIMIT_NOFILE, (_CONNECTION + 1, _CONNECTION + 1))


def _main() -> None:
    release, settings = sys.argv[1:]
    # A signal to all processes at once is for `serve`, which lets queries end; then the socket is closed.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=os.dup(sys.stdin.fileno()))
    try:
        _Supervisor(Path(release), Settings(**json.loads(settings)), control).run()
    except PilotgraphError as error:
        sys.exit(f"pilotgraph: {error}")


if __name__ == "__main__":
    _main()
