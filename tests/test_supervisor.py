"""The supervisor as a process: how it starts, what it does when told, how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pilotgraph.frames import ASKED, EVENT, ORDER, REPLIED, Death, Event, Order, Reply
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pools import BOMB, NOTHING, PATIENCE_SECONDS, POINT, asked, children, ending, state, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")


class Running:
    """A supervisor, and the other end of its control socket."""

    def __init__(self, control: socket.socket, process: "subprocess.Popen[str]") -> None:
        self.control, self.process = control, process

    def order(self, order: Order, number: int = 0) -> None:
        self.control.sendall(ORDER.pack(order, number))

    def event(self) -> tuple[int, int, int]:
        """What it tells next: what happened, to which process, how that ended."""
        event, process, death = EVENT.unpack(self.control.recv(EVENT.size, socket.MSG_WAITALL))
        return event, process, death

    def fork(self, niceness: int = 0) -> tuple[int, socket.socket]:
        """A new worker, and its socket."""
        self.order(Order.FORK, niceness)
        content, (descriptor,), _, _ = socket.recv_fds(self.control, EVENT.size, 1)
        event, process, _ = EVENT.unpack(content)
        assert event == Event.FORKED
        worker = socket.socket(fileno=descriptor)
        worker.settimeout(PATIENCE_SECONDS)
        return process, worker


@contextmanager
def supervisor(release: Path, **settings: float) -> Iterator[Running]:
    ours, theirs = socket.socketpair()
    values = Settings(**settings).values()  # type: ignore[arg-type]
    command = [sys.executable, "-m", "pilotgraph.supervisor", str(release), json.dumps(values)]
    # Its control socket is closed first: leaving the process waits for its end.
    with subprocess.Popen(command, stdin=theirs.fileno(), stderr=subprocess.PIPE, text=True) as process, ours:
        theirs.close()
        ours.settimeout(PATIENCE_SECONDS)
        yield Running(ours, process)


@contextmanager
def ready(release: Release, **settings: float) -> Iterator[Running]:
    with supervisor(release.path, **settings) as running:
        assert running.event() == (Event.READY, 0, Death.UNRELATED)
        yield running


@pytest.fixture(scope="module")
def running(release: Release) -> Iterator[Running]:
    with ready(release, memory_mb=64, answer_mb=1, queries_per_worker=2) as opened:
        yield opened


def send(worker: socket.socket, text: str, seconds: float = 60.0) -> None:
    query = asked(text)
    worker.sendall(ASKED.pack(seconds, len(query)) + query)


def reply(worker: socket.socket) -> tuple[Reply, bool, int, bytes]:
    kind, last, rows, seconds, size = REPLIED.unpack(worker.recv(REPLIED.size, socket.MSG_WAITALL))
    assert seconds > 0
    return Reply(kind), last, rows, worker.recv(size, socket.MSG_WAITALL) if size else b""


def test_it_forks_workers_that_answer_and_end_with_their_sockets(running: Running) -> None:
    first, one = running.fork()
    second, other = running.fork(niceness=7)
    assert children(running.process.pid) == {first, second}
    with one, other:
        for last in (False, True):
            send(one, POINT)
            assert reply(one) == (Reply.SOLUTIONS, last, 0, NOTHING)
        assert one.recv(1) == b""
        assert running.event() == (Event.ENDED, first, Death.UNRELATED)
        # It is told of before it has made itself nice.
        until(lambda: os.getpriority(os.PRIO_PROCESS, second) == 7)
    assert running.event() == (Event.ENDED, second, Death.UNRELATED)
    assert children(running.process.pid) == set()


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("SELECT ?s ?s {}", Reply.MALFORMED, b"line 1, column"),
        ("CONSTRUCT WHERE { ?s ?p ?o }", Reply.NO_FORMAT, b"text/turtle"),
        ("SELECT * { ?s ?p ?o . ?a ?b ?c }", Reply.TOO_LARGE, b"The answer is larger than 1 MB"),
    ],
)
def test_what_has_no_answer_is_told_and_ends_nobody(
    running: Running, text: str, kind: Reply, said: bytes
) -> None:
    process, worker = running.fork()
    with worker:
        send(worker, text)
        told, _, rows, content = reply(worker)
        assert (told, rows) == (kind, -1)
        assert said in content
        send(worker, POINT)
        assert reply(worker)[0] is Reply.SOLUTIONS
    assert running.event() == (Event.ENDED, process, Death.UNRELATED)


def test_it_tells_how_a_worker_ended(running: Running) -> None:
    hoard = BOMB.replace("(COUNT(*) AS ?n)", "*") + " ORDER BY ?o1 ?o2"

    def ended(text: str = "", seconds: float = 60.0, by: signal.Signals | None = None) -> Death:
        process, worker = running.fork()
        with worker:
            if text:
                send(worker, text, seconds)
            if by:
                os.kill(process, by)
            event, number, death = running.event()
            assert (event, number) == (Event.ENDED, process)
            assert worker.recv(1) == b""
        return Death(death)

    assert ended(BOMB, seconds=0.05) is Death.DEADLINE
    assert ended(hoard) is Death.MEMORY
    assert ended("SELECT * { " + "{" * 20_000 + "}" * 20_000 + " }") is Death.CRASH
    assert ended(by=signal.SIGKILL) is Death.UNRELATED
    assert ended(by=signal.SIGHUP) is Death.UNRELATED
    assert ended(by=signal.SIGSEGV) is Death.CRASH


def test_it_kills_its_own_workers_only(running: Running) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        process, worker = running.fork()
        with worker:
            running.order(Order.KILL, stranger.pid)
            running.order(Order.KILL, process)
            assert running.event() == (Event.ENDED, process, Death.UNRELATED)
            assert stranger.poll() is None
            running.order(Order.KILL, process)  # which is gone
        assert children(running.process.pid) == set()
        stranger.kill()


def test_it_ends_with_its_control_socket_and_its_workers_with_it(release: Release) -> None:
    with ready(release) as running:
        busy, one = running.fork()
        idle, other = running.fork()
        with one, other, ending(busy, idle):
            send(one, BOMB)
            until(lambda: state(busy) == "R")
            running.control.close()
            assert running.process.wait(PATIENCE_SECONDS) == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
def test_its_workers_end_with_it(release: Release, how: signal.Signals) -> None:
    with ready(release) as running:
        busy, one = running.fork()
        idle, other = running.fork()
        with one, other, ending(busy, idle):
            send(one, BOMB)
            until(lambda: state(busy) == "R")
            running.process.send_signal(how)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_is_not_for_it(running: Running, number: signal.Signals) -> None:
    process, worker = running.fork()
    with worker:
        running.process.send_signal(number)
        for last in (False, True):
            os.kill(process, number)
            send(worker, POINT)
            assert reply(worker)[:2] == (Reply.SOLUTIONS, last)
    assert running.event() == (Event.ENDED, process, Death.UNRELATED)


def test_a_release_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with supervisor(tmp_path / "none") as running:
        assert running.control.recv(1) == b""
        _, said = running.process.communicate(timeout=PATIENCE_SECONDS)
    assert running.process.returncode == 1
    assert said.startswith("pilotgraph: ")
    assert said.count("\n") == 1
