"""The supervisor and its workers, as the web process sees them: forked, joined, lost, and mourned.

One end of a socket for each; everything happens on one event loop.  What a worker is for, and what becomes
of a query whose worker has ended, is for the `Boss` to say: in the web process, the pool.

If the supervisor dies, its workers do, and another is started.
"""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from pilotgraph.errors import StoreUnavailable
from pilotgraph.frames import EVENT, ORDER, REPLIED, Death, Event, Order, Reply
from pilotgraph.settings import Settings
from pilotgraph.supervised import Supervised

_PATIENCE_SECONDS = 5.0
_PROCESSOR_TIME = 2  # CPUCLOCK_SCHED of a process, as clock_getcpuclockid(3) makes it

CLOSED = "The store is closed."


class Replied(NamedTuple):
    """What a worker said: the kind of reply, the rows or -1, the content, and the processor time it took."""

    reply: Reply
    rows: int
    content: bytes
    seconds: float


class Boss(Protocol):
    """Who is told what happens to workers."""

    def started(self) -> None:
        """A supervisor has loaded the release, and can fork."""

    def free(self, worker: "Worker") -> None:
        """A worker is there, and has nothing to do."""

    def replied(self, worker: "Worker", replied: Replied, last: bool) -> None:
        """A worker has replied; after the `last` reply it ends."""

    def useless(self, worker: "Worker") -> None:
        """A worker is ending, or has ended."""

    def ended(self, worker: "Worker") -> None:
        """A worker has ended, and `worker.death` says why; nothing will be heard of it."""


class _Forking(NamedTuple):
    """A worker to come: its lane, and what happens if it does not."""

    slow: bool
    timer: asyncio.TimerHandle


class Worker(asyncio.Protocol):
    """One worker's end of its socket."""

    def __init__(self, crew: "Crew", process: int, slow: bool) -> None:
        self._crew, self.process, self.slow = crew, process, slow
        self.death: Death | None = None
        self.lost = self.leaving = False
        self._received: list[bytes] = []
        self._length = 0
        self._head: tuple[int, bool, int, float, int] | None = None
        self.used_seconds = 0.0  # of the processor, up to the last reply
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if not self.leaving:  # else its supervisor died before it was here
            self._crew.boss.free(self)

    def ask(self, query: bytes) -> None:
        self._transport.write(query)

    def spent_seconds(self) -> float | None:
        """The processor time that its query has taken so far, where the kernel tells (Linux)."""
        try:
            return time.clock_gettime((~self.process << 3) | _PROCESSOR_TIME) - self.used_seconds
        except OSError:
            return None

    def leave(self) -> None:
        """Let it end, as it does when nobody can ask it any more."""
        self.leaving = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        self._length += len(data)
        if self._head is None:
            if self._length < REPLIED.size:
                return
            content = b"".join(self._received)
            self._head = REPLIED.unpack_from(content)
            self._received = [content[REPLIED.size :]]
        reply, last, rows, used, size = self._head
        if self._length == REPLIED.size + size:
            content = b"".join(self._received)
            self._received, self._length, self._head = [], 0, None
            seconds, self.used_seconds = used - self.used_seconds, used
            self._crew.boss.replied(self, Replied(Reply(reply), rows, content, seconds), last)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crew.lose(self)


class Crew:
    """The workers of a release, and the supervisor that forks them.

    :param release: its directory; a link is followed now, not at a restart.
    :param notice: is told of each start of a supervisor, and each end of a worker.
    """

    def __init__(
        self, release: Path, settings: Settings, boss: Boss, notice: Callable[[str], object]
    ) -> None:
        self.boss, self._settings = boss, settings
        self._release, self._notice = release.resolve(), notice
        self._loop = asyncio.get_running_loop()
        self._workers: dict[int, Worker] = {}
        self._forking: deque[_Forking] = deque()
        self._running: Supervised | None = None
        self._tasks = set[asyncio.Task[None]]()
        self.closed = False

    async def start(self) -> None:
        """Start the supervisor, and wait until it has loaded the release.

        :raises StoreUnavailable: if it does not start; it has said why on standard error.
        """
        running = await self._loop.run_in_executor(None, Supervised, self._release, self._settings)
        if self.closed:
            running.end()
            raise StoreUnavailable(CLOSED)
        self._running = running
        self._notice("start")
        running.control.setblocking(False)
        self._loop.add_reader(running.control, self._hear, running)
        self.boss.started()

    async def close(self) -> None:
        """End the supervisor and its workers."""
        self.closed = True
        running, self._running = self._running, None
        if running:
            self._loop.remove_reader(running.control)
            await self._loop.run_in_executor(None, running.end)
        for worker in list(self._workers.values()):
            worker.leave()
        self._forget_forking()
        if self._tasks:  # such as a restart, which is given up now
            await asyncio.wait(self._tasks)

    @property
    def supervisor(self) -> int | None:
        """The process of the supervisor, if there is one just now."""
        return self._running.process.pid if self._running else None

    def of(self, *, slow: bool) -> list[Worker]:
        """The workers of a lane that are there and stay."""
        return [each for each in self._workers.values() if each.slow is slow and not each.leaving]

    def forking(self, *, slow: bool) -> int:
        """How many workers are to come to a lane."""
        return sum(each.slow is slow for each in self._forking)

    def fork(self, *, slow: bool, niceness: int = 0) -> None:
        """Have a worker forked; if there is no supervisor, the next one is told anew what it needs."""
        if self._running:
            # A supervisor that does not fork has been stopped from outside, and would never say so.
            timer = self._loop.call_later(_PATIENCE_SECONDS, self._running.process.kill)
            self._forking.append(_Forking(slow, timer))
            self._order(Order.FORK, niceness)

    def kill(self, worker: Worker) -> None:
        """End a worker whatever it does; nothing is expected of it any more."""
        worker.leaving = True
        self._order(Order.KILL, worker.process)

    def lose(self, worker: Worker) -> None:
        """A worker's socket is closed; why, the supervisor knows in a moment."""
        worker.lost = True
        self.boss.useless(worker)
        if worker.death is not None:
            self._bury(worker)
        elif not worker.leaving:
            self._loop.call_later(_PATIENCE_SECONDS, self._doubt, worker, self._running)

    def _doubt(self, worker: Worker, running: Supervised | None) -> None:
        if worker.death is None and running and running is self._running:
            running.process.kill()  # it tells nothing, so it cannot be well

    def _bury(self, worker: Worker) -> None:
        if self._workers.get(worker.process) is worker:  # else someone else has its number by now
            del self._workers[worker.process]
        self.boss.ended(worker)

    def _order(self, order: Order, number: int) -> None:
        if self._running:
            with suppress(OSError):  # it is dead: `_hear` is told so
                self._running.control.send(ORDER.pack(order, number))

    def _forget_forking(self) -> None:
        while self._forking:
            self._forking.popleft().timer.cancel()

    def _hear(self, running: Supervised) -> None:
        try:
            content, descriptors, _, _ = socket.recv_fds(running.control, EVENT.size, 1)
        except BlockingIOError:
            return
        except ConnectionError:
            content, descriptors = b"", []
        if len(content) < EVENT.size:
            self._mourn(running)
            return
        event, process, death = EVENT.unpack(content)
        if event == Event.FORKED:
            slow, timer = self._forking.popleft()
            timer.cancel()
            worker = self._workers[process] = Worker(self, process, slow)
            if descriptors:
                self._keep(self._join(worker, socket.socket(fileno=descriptors[0])))
            else:  # this process may open no more; so nobody has that end, and the worker ends
                worker.lost = True
        elif worker_ended := self._workers.get(process):
            self._notice(f"worker ended: {Death(death).name.lower()}")
            worker_ended.death = Death(death)
            self.boss.useless(worker_ended)
            if worker_ended.lost:
                self._bury(worker_ended)

    def _keep(self, doing: Coroutine[None, None, None]) -> None:
        # The loop itself would let a task go that nothing else holds.
        task = self._loop.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, worker: Worker, ours: socket.socket) -> None:
        ours.setblocking(False)
        await self._loop.create_unix_connection(lambda: worker, sock=ours)

    def _mourn(self, running: Supervised) -> None:
        """The supervisor is dead, and its workers are or will be."""
        self._loop.remove_reader(running.control)
        if self._running is running:
            self._running = None
            self._forget_forking()
            workers = list(self._workers.values())
            for worker in workers:
                worker.leaving = True
                worker.death = Death.UNRELATED
                self.boss.useless(worker)
            self._keep(self._restart(running))
            for worker in workers:
                self._bury(worker)

    async def _restart(self, dead: Supervised) -> None:
        await self._loop.run_in_executor(None, dead.end)
        while not self.closed and not self._running:
            begun = time.monotonic()
            try:
                await self.start()
            except (StoreUnavailable, OSError):
                # It said why on standard error, or could not be begun; another try may do when memory or
                # the disk is back.
                await asyncio.sleep(max(0.0, 1 - (time.monotonic() - begun)))
