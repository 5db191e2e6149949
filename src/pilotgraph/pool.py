"""Which worker gets which query, and when one is ended: the scheduler of the web process.

In: a query as a frame.  Out: the reply of a worker, or a `QueryError` that says which limit was passed, or
that the query may be sent again.  Everything here happens on one event loop; nothing blocks it.

There are two lanes, so that slow queries never keep quick ones waiting:

* A query begins in the **fast lane**, on one of `workers` workers.  What is still running after
  `slow_after_ms` moves, with its worker, to the slow lane, and another worker is forked in its place.
* In the **slow lane** there are at most `slow_workers`, at most `slow_per_client` of them for one client, and
  the kernel gives them the time that others leave (they are nice).  If there is no room, a query that
  others wait behind is stopped, and begins again when its turn comes.
* Queries of a **shape** that was slow lately begin in the slow lane, so that a thousand variations of one
  bomb cost the fast lane one worker for `slow_after_ms`.

Both lanes have a line of their own, in which clients take turns (`line`).  Who gets no place in it, or no
worker before the deadline, is told at once that the query may be sent again.

Workers are forked by `supervisor`, a process of its own.  If it dies, its workers do, another is started, and
queries that were under way are asked again, once.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, cast

from pilotgraph.errors import WAY_OUT, LimitExceeded, StoreUnavailable
from pilotgraph.frames import ASKED, EVENT, ORDER, REPLIED, Death, Event, Order, Reply
from pilotgraph.line import Line
from pilotgraph.settings import Settings

# Named, not imported: it loads what takes longest, and the web process starts it first of all.
_SUPERVISOR = "pilotgraph.supervisor"
_PATIENCE_SECONDS = 5.0
_IDLE_SECONDS = 10.0
_NICE = 10
_SHAPES_KNOWN = 4_096
_ATTEMPTS = 2

BUSY = "Too many queries are waiting. Send the query again in a moment."
LATE = "No worker was free in time. Send the query again in a moment."
INTERRUPTED = "The query was interrupted. Send the query again in a moment."
CLOSED = "The store is closed."


class Replied(NamedTuple):
    """What a worker said: the kind of reply, the rows or -1, the content, and how long it took."""

    reply: Reply
    rows: int
    content: bytes
    seconds: float


class _Forking(NamedTuple):
    """A worker to come: its lane, and what happens if it does not."""

    slow: bool
    timer: asyncio.TimerHandle


@dataclass(slots=True, eq=False)
class Job:
    """A query on its way: who asked, what the worker is sent, and whom to tell."""

    client: str
    shape: int
    asked: bytes
    seconds: float
    done: "asyncio.Future[Replied]"
    slow: bool = False
    attempts: int = 0
    began: float = 0.0
    timer: asyncio.TimerHandle | None = None
    worker: "_Worker | None" = None
    line: "Line[Job] | None" = field(default=None)


class _Worker(asyncio.Protocol):
    """One worker's end of its socket."""

    def __init__(self, pool: "Pool", process: int, slow: bool) -> None:
        self.pool, self.process, self.slow = pool, process, slow
        self.job: Job | None = None
        self.death: Death | None = None
        self.lost = self.leaving = False
        self.timer: asyncio.TimerHandle | None = None
        self._received: list[bytes] = []
        self._wanted = self._length = 0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if not self.leaving:  # else its supervisor died before it was here
            self.pool._free(self)

    def ask(self, job: Job) -> None:
        self._transport.write(job.asked)

    def leave(self) -> None:
        """Let it end, as it does when nobody can ask it any more."""
        self.leaving = True
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received.append(data)
        self._length += len(data)
        if self._length < (self._wanted or REPLIED.size):
            return
        content = b"".join(self._received)
        reply, last, rows, size = REPLIED.unpack_from(content)
        self._wanted = REPLIED.size + size
        self._received = [content]
        if self._length == self._wanted:
            self._received, self._length, self._wanted = [], 0, 0
            self.pool._replied(self, Reply(reply), last, rows, content[REPLIED.size :])

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.pool._lost(self)


class Pool:
    """The workers of a release, from the event loop that asks them.

    :param release: its directory; a link is followed now, not at a restart.
    :param notice: is told of each start of a supervisor, and each end of a worker.
    """

    def __init__(
        self, release: Path, settings: Settings, notice: Callable[[str], object] = lambda event: None
    ) -> None:
        self.settings = settings
        self._release, self._notice = release.resolve(), notice
        self._loop = asyncio.get_running_loop()
        self._fast: Line[Job] = Line(settings.queued)
        self._slow: Line[Job] = Line(settings.slow_queued)
        self._idle: dict[bool, list[_Worker]] = {False: [], True: []}
        self._workers: dict[int, _Worker] = {}
        self._forking: deque[_Forking] = deque()
        self._slow_of = Counter[str]()  # client -> its queries in the slow lane
        self._shapes: OrderedDict[int, None] = OrderedDict()  # slow lately
        self._running: _Supervised | None = None
        self._tasks = set[asyncio.Task[None]]()
        self._closed = False

    async def start(self) -> None:
        """Start the supervisor, and wait until it has loaded the release.

        :raises StoreUnavailable: if it does not start; it has said why on standard error.
        """
        running = await self._loop.run_in_executor(None, _Supervised, self._release, self.settings)
        if self._closed:
            running.end()
            raise StoreUnavailable(CLOSED)
        self._running = running
        self._notice("start")
        running.control.setblocking(False)
        self._loop.add_reader(running.control, self._hear, running)
        for _ in range(self.settings.workers):
            self._fork(slow=False)
        self._make_room()  # for slow queries that wait since the supervisor before this one died

    async def close(self) -> None:
        """End the supervisor and its workers; queries under way get StoreUnavailable."""
        self._closed = True
        running, self._running = self._running, None
        if running:
            self._loop.remove_reader(running.control)
            await self._loop.run_in_executor(None, running.end)
        jobs = [worker.job for worker in self._workers.values() if worker.job]
        while job := self._fast.next() or self._slow.next():
            jobs.append(job)
        for job in jobs:
            self._fail(job, StoreUnavailable(CLOSED))
        for worker in list(self._workers.values()):
            worker.leave()
        self._forget_forking()
        if self._tasks:  # such as a restart, which is given up now
            await asyncio.wait(self._tasks)

    @property
    def state(self) -> dict[str, int]:
        """How many there are of what can be counted, for the operator."""
        slow, fast = self._of(slow=True), self._of(slow=False)
        return {
            "workers": len(fast),
            "busy_workers": sum(worker.job is not None for worker in fast),
            "slow_workers": len(slow),
            "busy_slow_workers": sum(worker.job is not None for worker in slow),
            "queued": len(self._fast),
            "slow_queued": len(self._slow),
            "slow_shapes": len(self._shapes),
        }

    @property
    def ready(self) -> bool:
        """Whether there are workers to ask."""
        return self._running is not None and bool(self._workers)

    @property
    def supervisor(self) -> int | None:
        """The process of the supervisor, if there is one just now."""
        return self._running.process.pid if self._running else None

    def ask(
        self, client: str, shape: int, query: bytes, seconds: float | None = None
    ) -> "asyncio.Future[Replied]":
        """Ask a query as soon as there is a worker for it; to cancel the future stops it.

        :param client: whose turn it takes.
        :param shape: what queries have in common that differ in constants only.
        :param query: JSON, as `supervisor` reads it.
        :param seconds: a lower deadline than that of the settings.
        :raises StoreUnavailable: by the future, if it got no place or no worker in time, or was interrupted.
        :raises LimitExceeded: by the future, if it took too long or too much memory, or ended its worker.
        """
        longest = self.settings.deadline_seconds
        seconds = min(seconds or longest, longest)
        asked = ASKED.pack(seconds, len(query)) + query
        job = Job(client, shape, asked, seconds, self._loop.create_future())
        if self._closed:
            self._fail(job, StoreUnavailable(CLOSED))
            return job.done
        job.slow = shape in self._shapes
        job.done.add_done_callback(lambda _: self._settled(job))
        self._queue(job)
        return job.done

    # Jobs.

    def _queue(self, job: Job) -> None:
        idle = self._idle[job.slow]
        if idle and not (job.slow and self._has_its_share(job.client)):
            self._begin(idle.pop(), job)
            return
        job.line = self._slow if job.slow else self._fast
        if not job.timer:
            job.timer = self._loop.call_later(job.seconds, self._expire, job)
        refused = job.line.add(job.client, job)
        if refused:
            refused.line = None
            self._fail(refused, StoreUnavailable(BUSY))
        if job.slow and job.line:
            self._make_room()

    def _begin(self, worker: _Worker, job: Job) -> None:
        if job.timer:
            job.timer.cancel()
        if worker.timer:
            worker.timer.cancel()
        worker.job, job.worker, job.line = job, worker, None
        job.attempts += 1
        job.began = self._loop.time()
        if worker.slow:
            self._slow_of[job.client] += 1
            job.timer = self._loop.call_later(job.seconds + 1, self._overdue, job)
        else:
            job.timer = self._loop.call_later(self.settings.slow_after_ms / 1000, self._linger, job)
        worker.ask(job)

    def _linger(self, job: Job) -> None:
        """A query in the fast lane takes long."""
        self._shapes[job.shape] = None
        self._shapes.move_to_end(job.shape)
        if len(self._shapes) > _SHAPES_KNOWN:
            self._shapes.popitem(last=False)
        worker = job.worker
        if worker is None:
            return
        if self._slow_room() and not self._has_its_share(job.client):
            if self._idle[True] and len(self._of(slow=True)) >= self.settings.slow_workers:
                self._retire(self._idle[True].pop())
            worker.slow = True
            self._slow_of[job.client] += 1
            with suppress(OSError):  # it may have ended this moment
                os.setpriority(os.PRIO_PROCESS, worker.process, _NICE)
            job.timer = self._loop.call_later(job.seconds + 1, self._overdue, job)
            self._fork(slow=False)
        elif len(self._fast) and self._running:
            # Others wait.  It begins again in the slow lane, if there is a place in its line.
            self._stop(job)
            job.slow, job.attempts, job.timer = True, job.attempts - 1, None
            self._queue(job)
        elif self._loop.time() - job.began > job.seconds + 1:
            self._overdue(job)
        else:
            job.timer = self._loop.call_later(self.settings.slow_after_ms / 1000, self._linger, job)

    def _overdue(self, job: Job) -> None:
        """The kernel should have ended it: it was stopped from outside, so that no signal reaches it."""
        self._stop(job)
        self._fail(job, _passed(Death.DEADLINE, self.settings, job))

    def _expire(self, job: Job) -> None:
        if job.line:
            job.line.remove(job.client, job)
            job.line = None
        self._fail(job, StoreUnavailable(LATE))

    def _fail(self, job: Job, error: Exception) -> None:
        if not job.done.done():
            job.done.set_exception(error)

    def _settled(self, job: Job) -> None:
        if job.timer:
            job.timer.cancel()
        if job.line:
            job.line.remove(job.client, job)
            job.line = None
        if job.worker:  # nobody waits for the answer any more
            self._stop(job)

    def _stop(self, job: Job) -> None:
        """End the worker of a job, which may be asked again, and fork another in its place."""
        worker, job.worker = job.worker, None
        if not worker:
            return
        self._release_worker(worker, job)
        worker.leaving = True
        self._order(Order.KILL, worker.process)
        if not worker.slow:
            self._fork(slow=False)
        self._make_room()

    def _release_worker(self, worker: _Worker, job: Job) -> None:
        worker.job = None
        if worker.slow:
            self._slow_of[job.client] -= 1
            if not self._slow_of[job.client]:
                del self._slow_of[job.client]

    # Workers.

    def _of(self, *, slow: bool) -> list[_Worker]:
        return [each for each in self._workers.values() if each.slow is slow and not each.leaving]

    def _has_its_share(self, client: str) -> bool:
        return self._slow_of[client] >= self.settings.slow_per_client

    def _slow_room(self) -> bool:
        busy = sum(worker.job is not None for worker in self._of(slow=True))
        return busy + self._slow_forking() < self.settings.slow_workers

    def _slow_forking(self) -> int:
        return sum(each.slow for each in self._forking)

    def _make_room(self) -> None:
        """Let jobs that wait in the slow lane begin, on workers that are idle or new."""
        while self._idle[True]:
            job = self._slow.next(lambda client: not self._has_its_share(client))
            if not job:
                return
            self._begin(self._idle[True].pop(), job)
        share = self.settings.slow_per_client
        wanted = sum(min(count, share - self._slow_of[client]) for client, count in self._slow.counts())
        room = self.settings.slow_workers - len(self._of(slow=True))
        for _ in range(min(wanted, room) - self._slow_forking()):
            self._fork(slow=True)

    def _free(self, worker: _Worker) -> None:
        """A worker has nothing to do."""
        line = self._slow if worker.slow else self._fast
        admitted = (lambda client: not self._has_its_share(client)) if worker.slow else (lambda client: True)
        job = line.next(admitted)
        if job:
            self._begin(worker, job)
            return
        self._idle[worker.slow].append(worker)
        if worker.slow:
            worker.timer = self._loop.call_later(_IDLE_SECONDS, self._retire, worker)

    def _retire(self, worker: _Worker) -> None:
        if worker in self._idle[worker.slow]:
            self._idle[worker.slow].remove(worker)
        worker.leave()

    def _replied(self, worker: _Worker, reply: Reply, last: bool, rows: int, content: bytes) -> None:
        if worker.leaving:  # nobody wanted the reply any more; another worker is on its way
            return
        job = worker.job
        if job:
            self._release_worker(worker, job)
            job.worker = None
            if job.timer:
                job.timer.cancel()
            seconds = self._loop.time() - job.began
            if worker.slow and seconds < self.settings.slow_after_ms / 1000:
                self._shapes.pop(job.shape, None)
            if not job.done.done():
                job.done.set_result(Replied(reply, rows, content, seconds))
        if last:
            worker.leaving = True
            if not worker.slow:
                self._fork(slow=False)
            return
        self._free(worker)
        if worker.slow:
            self._make_room()

    def _lost(self, worker: _Worker) -> None:
        """Its socket is closed; why, the supervisor knows in a moment."""
        if worker in self._idle[worker.slow]:
            self._idle[worker.slow].remove(worker)
        if worker.death is not None:
            self._bury(worker)
        elif not worker.leaving:
            self._loop.call_later(_PATIENCE_SECONDS, self._doubt, worker, self._running)

    def _doubt(self, worker: _Worker, running: "_Supervised | None") -> None:
        if worker.death is None and running and running is self._running:
            running.process.kill()  # it tells nothing, so it cannot be well

    def _bury(self, worker: _Worker) -> None:
        if self._workers.get(worker.process) is worker:  # else someone else has its number by now
            del self._workers[worker.process]
        job = worker.job
        if job:
            self._release_worker(worker, job)
            job.worker = None
            if worker.death not in (None, Death.UNRELATED):
                self._fail(job, _passed(worker.death, self.settings, job))
            elif job.attempts < _ATTEMPTS:
                if job.timer:
                    job.timer.cancel()
                    job.timer = None
                if not job.done.done():
                    self._queue(job)
            else:
                self._fail(job, StoreUnavailable(INTERRUPTED))
        if not worker.leaving and not worker.slow:
            self._fork(slow=False)
        worker.leaving = True
        self._make_room()

    # The supervisor.

    def _order(self, order: Order, number: int) -> None:
        if self._running:
            with suppress(OSError):  # it is dead: `_hear` is told so
                self._running.control.send(ORDER.pack(order, number))

    def _fork(self, *, slow: bool) -> None:
        if self._running:
            # A supervisor that does not fork has been stopped from outside, and would never say so.
            timer = self._loop.call_later(_PATIENCE_SECONDS, self._running.process.kill)
            self._forking.append(_Forking(slow, timer))
            self._order(Order.FORK, _NICE if slow else 0)

    def _forget_forking(self) -> None:
        while self._forking:
            self._forking.popleft().timer.cancel()

    def _hear(self, running: "_Supervised") -> None:
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
            worker = self._workers[process] = _Worker(self, process, slow)
            if descriptors:
                self._keep(self._join(worker, socket.socket(fileno=descriptors[0])))
            else:  # this process may open no more; so nobody has that end, and the worker ends
                worker.lost = True
        elif worker_ended := self._workers.get(process):
            self._notice(f"worker ended: {Death(death).name.lower()}")
            worker_ended.death = Death(death)
            if worker_ended in self._idle[worker_ended.slow]:
                self._idle[worker_ended.slow].remove(worker_ended)
            if worker_ended.lost:
                self._bury(worker_ended)

    def _keep(self, doing: Coroutine[None, None, None]) -> None:
        # The loop itself would let a task go that nothing else holds.
        task = self._loop.create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _join(self, worker: _Worker, ours: socket.socket) -> None:
        ours.setblocking(False)
        await self._loop.create_unix_connection(lambda: worker, sock=ours)

    def _mourn(self, running: "_Supervised") -> None:
        """The supervisor is dead, and its workers are or will be."""
        self._loop.remove_reader(running.control)
        if self._running is running:
            self._running = None
            self._forget_forking()
            workers = list(self._workers.values())
            for worker in workers:
                worker.leaving = True
                worker.death = Death.UNRELATED
                if worker in self._idle[worker.slow]:
                    self._idle[worker.slow].remove(worker)
            self._keep(self._restart(running))
            for worker in workers:
                self._bury(worker)

    async def _restart(self, dead: "_Supervised") -> None:
        await self._loop.run_in_executor(None, dead.end)
        while not self._closed and not self._running:
            begun = time.monotonic()
            try:
                await self.start()
            except (StoreUnavailable, OSError):
                # It said why on standard error, or could not be begun; another try may do when memory or
                # the disk is back.
                await asyncio.sleep(max(0.0, 1 - (time.monotonic() - begun)))


def _passed(death: Death | None, settings: Settings, job: Job) -> LimitExceeded:
    match death:
        case Death.DEADLINE:
            passed = f"The query took longer than {job.seconds:g} seconds, the limit."
        case Death.MEMORY:
            passed = f"The query needed more than {settings.memory_mb:g} MB of memory, the limit."
        case _:
            passed = "The query was too much for the process that evaluated it, which ended."
    return LimitExceeded(f"{passed} {WAY_OUT}")


class _Supervised:
    """A running supervisor, as the web process sees it; to make one waits until it is ready."""

    def __init__(self, release: Path, settings: Settings) -> None:
        # -P: nothing in the current directory may pass for a module.
        command = [sys.executable, "-P", "-m", _SUPERVISOR, str(release), json.dumps(settings.values())]
        self.control, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own module
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env={**os.environ, "RUST_BACKTRACE": "0"},
                )
            except OSError:
                self.control.close()
                raise
        ready = self.control.recv(EVENT.size, socket.MSG_WAITALL)
        if ready != EVENT.pack(Event.READY, 0, Death.UNRELATED):
            self.end()
            raise StoreUnavailable("The query workers did not start.")

    def end(self) -> None:
        self.control.close()
        try:
            self.process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
