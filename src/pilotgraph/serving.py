"""What `serve` does: keep a port, and a web process that serves on it; another when that dies.

The port is bound here and listened on there (SO_REUSEPORT), so that it stays ours while there is no web
process.
"""

import multiprocessing
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pilotgraph import web
from pilotgraph.settings import Settings

_FORK = multiprocessing.get_context("fork")
_STOPPING = (signal.SIGTERM, signal.SIGINT)
_PAUSE_SECONDS = 1.0
_PATIENCE_SECONDS = 5.0


def serve(release: Path, settings: Settings, ready: Callable[[str], object]) -> int:
    """Serve a release until SIGTERM or SIGINT.

    :param ready: is told the URL, when it answers.
    :returns: an exit code: 0 after a signal, 1 if the web process did not start and has said why.
    :raises OSError: if it cannot listen there.
    """
    woken, waker = socket.socketpair()
    waker.setblocking(False)
    with _bound(settings.host, settings.port) as bound, woken, waker:
        address, port = bound.getsockname()[:2]
        settings = replace(settings, host=address, port=port)
        signal.set_wakeup_fd(waker.fileno(), warn_on_full_buffer=False)
        for number in (*_STOPPING, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        started = False
        while True:
            with _Web(release, settings) as process:
                answered = process.is_ready(woken)
                if answered:
                    if not started:
                        ready(f"http://{f'[{address}]' if ':' in address else address}:{port}")
                    started = True
                    process.wait(woken)
                if process.stopped:
                    return 0
            if not started:
                return 1
            print("pilotgraph: the web process ended; it is started again", file=sys.stderr, flush=True)
            if not answered:
                time.sleep(_PAUSE_SECONDS)


def _bound(host: str, port: int) -> socket.socket:
    """A socket with that address, which nobody else has."""
    family, kind, _, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind(address)  # not if someone listens there
        address = alone.getsockname()
    bound = socket.socket(family, kind)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(address)
    return bound


class _Web:
    """A web process, which ends with this object.

    It is forked, since everything it needs is loaded here already: it answers in half of the time.
    """

    def __init__(self, release: Path, settings: Settings) -> None:
        self.stopped = False
        self._settings = settings
        self._lifeline, theirs = socket.socketpair()
        with theirs:
            self._process = _FORK.Process(target=_run, args=(release, settings, theirs, self._lifeline))
            self._process.start()

    def __enter__(self) -> "_Web":
        return self

    def __exit__(self, *_: object) -> None:
        self._lifeline.close()  # which ends it too
        self._process.join(_PATIENCE_SECONDS)
        self._process.kill()  # if it has not ended
        self._process.join()

    def is_ready(self, woken: socket.socket) -> bool:
        """Wait until it answers; False if it has ended, or is to."""
        return self.wait(woken) == web.READY

    def wait(self, woken: socket.socket) -> bytes:
        """Wait for what it says next, which is nothing when it ends; end it at a signal."""
        while True:
            seconds = self._settings.drain_seconds + _PATIENCE_SECONDS if self.stopped else None
            ready, _, _ = select.select([self._lifeline, woken], [], [], seconds)
            if self._lifeline in ready:
                try:
                    said = self._lifeline.recv(1)
                except ConnectionError:
                    said = b""
                if not (said and self.stopped):
                    return said
            elif woken in ready:
                if set(_STOPPING).intersection(woken.recv(4096)):
                    self.stopped = True
                    self._process.terminate()
                self._reap_others()
            else:
                self._process.kill()

    def _reap_others(self) -> None:
        """In a container this may be process 1, whose children are those of others that have died."""
        while found := _ended():
            if found == self._process.pid:
                return  # whose end is told by its lifeline
            os.waitpid(found, os.WNOHANG)


def _run(release: Path, settings: Settings, lifeline: socket.socket, ours: socket.socket) -> None:
    """The web process."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    ours.close()  # or it would never see that end closed
    web.run(release, settings, lifeline)


def _ended() -> int:
    """A child that has ended and was not asked how; 0 if there is none."""
    try:
        found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return found.si_pid if found else 0
