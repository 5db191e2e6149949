"""Which worker gets which query, and when one is ended: the scheduler of the web process.

In: a query as a frame.  Out: the reply of a worker, or a `QueryError` that says which limit was passed, or
that the query may be sent again.  Everything here happens on one event loop; nothing blocks it.

There are two lanes, so that slow queries never keep quick ones waiting:

* A query begins in the **fast lane**, on one of `workers` workers.  One that has had `slow_after_ms` of the
  processor moves, with its worker, to the slow lane, and another worker is forked in its place.
* In the **slow lane** there are at most `slow_workers`, at most `slow_per_client` of them for one client, and
  the kernel gives them the time that others leave (they are nice).  If there is no room, a query that
  others wait behind is stopped, and begins again when its turn comes.
* Queries of a **shape** that was slow lately, or ended its worker, begin in the slow lane, so that a
  thousand variations of one bomb cost the fast lane one worker for `slow_after_ms`.

Where many wait, a query may take less than `slow_after_ms` before it moves.

Both lanes have a line of their own, in which clients take turns (`line`).  Who gets no place in it, or no
worker before the deadline, is told at once that the query may be sent again.

The processes themselves are the `crew`'s.  A query whose worker ended for no fault of its own is asked again,
once.
"""

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from pilotgraph.crew import CLOSED, Crew, Replied, Worker
from pilotgraph.errors import StoreUnavailable
from pilotgraph.frames import ASKED, Death, Reply
from pilotgraph.job import BUSY, INTERRUPTED, LATE, Job, Lately, passed
from pilotgraph.line import Line
from pilotgraph.settings import Settings

_IDLE_SECONDS = 10.0
_NICE = 10
_SHAPES_KNOWN = 4_096
_LEAST_SECONDS = 0.005
_SHORTEST_SECONDS = 0.02
_CROWD = 4  # so many that wait for each worker halve what a query may take before it is slow
_ATTEMPTS = 2


class Pool:
    """Gives queries to the workers of a release.

    :param release: its directory; a link is followed now, not at a restart.
    :param notice: is told of each start of a supervisor, and each end of a worker.
    """

    def __init__(
        self, release: Path, settings: Settings, notice: Callable[[str], object] = lambda event: None
    ) -> None:
        self.settings = settings
        self._crew = Crew(release, settings, self, notice)
        self._loop = asyncio.get_running_loop()
        self._lines: dict[bool, Line[Job]] = {False: Line(settings.queued), True: Line(settings.slow_queued)}
        self._idle: dict[bool, list[Worker]] = {False: [], True: []}
        self._jobs: dict[Worker, Job] = {}
        self._retiring: dict[Worker, asyncio.TimerHandle] = {}
        self._slow_of = Counter[str]()  # client -> its queries in the slow lane
        self._shapes = Lately(_SHAPES_KNOWN)  # slow lately

    async def start(self) -> None:
        """Start the supervisor, and wait until it has loaded the release.

        :raises StoreUnavailable: if it does not start; it has said why on standard error.
        """
        await self._crew.start()

    async def close(self) -> None:
        """End the supervisor and its workers; queries under way get StoreUnavailable."""
        await self._crew.close()
        jobs = list(self._jobs.values())
        for line in self._lines.values():
            while job := line.next():
                job.waits = False
                jobs.append(job)
        for job in jobs:
            job.fail(StoreUnavailable(CLOSED))

    @property
    def state(self) -> dict[str, int]:
        """How many there are of what can be counted, for the operator."""
        slow, fast = self._crew.of(slow=True), self._crew.of(slow=False)
        return {
            "workers": len(fast),
            "busy_workers": sum(worker in self._jobs for worker in fast),
            "slow_workers": len(slow),
            "busy_slow_workers": sum(worker in self._jobs for worker in slow),
            "queued": len(self._lines[False]),
            "slow_queued": len(self._lines[True]),
            "slow_shapes": len(self._shapes),
        }

    @property
    def ready(self) -> bool:
        """Whether a supervisor is there, which has workers or will have them in a moment."""
        return self._crew.supervisor is not None

    @property
    def supervisor(self) -> int | None:
        """The process of the supervisor, if there is one just now."""
        return self._crew.supervisor

    def ask(
        self, client: str, shape: int, query: bytes, seconds: float | None = None
    ) -> asyncio.Future[Replied]:
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
        job = Job(client, shape, asked, seconds, self._loop.create_future(), shape in self._shapes)
        if self._crew.closed:
            job.fail(StoreUnavailable(CLOSED))
        else:
            job.done.add_done_callback(lambda _: self._settle(job))
            self._queue(job)
        return job.done

    # What the crew tells.

    def started(self) -> None:
        for _ in range(self.settings.workers):
            self._crew.fork(slow=False)
        self._make_room()  # for slow queries that wait since the supervisor before this one died

    def free(self, worker: Worker) -> None:
        line = self._lines[worker.slow]
        while job := line.next(self._is_admitted) if worker.slow else line.next():
            job.waits = False
            if not worker.slow and job.shape in self._shapes:  # known as slow since it began to wait
                job.slow = True
                self._queue(job)
                continue
            self._begin(worker, job)
            return
        self._idle[worker.slow].append(worker)
        if worker.slow:
            self._retiring[worker] = self._loop.call_later(_IDLE_SECONDS, self._retire, worker)

    def replied(self, worker: Worker, replied: Replied, last: bool) -> None:
        if worker.leaving:  # nobody wanted the reply any more; another worker is on its way
            return
        job = self._part(worker)
        if job:
            if replied.reply is Reply.TOO_LARGE:
                self._shapes.add(job.shape)  # it would have taken longer
            elif worker.slow and replied.seconds < self._quantum_seconds:
                self._shapes.discard(job.shape)
            if not job.done.done():
                job.done.set_result(replied)
        if last:
            worker.leaving = True
            if not worker.slow:
                self._crew.fork(slow=False)
        else:
            self.free(worker)
        if worker.slow:
            self._make_room()

    def useless(self, worker: Worker) -> None:
        if worker in self._idle[worker.slow]:
            self._idle[worker.slow].remove(worker)
        retiring = self._retiring.pop(worker, None)
        if retiring:
            retiring.cancel()

    def ended(self, worker: Worker) -> None:
        job = self._part(worker)
        if job and worker.death not in (None, Death.UNRELATED):
            self._shapes.add(job.shape)
            job.fail(passed(worker.death, job.seconds, self.settings.memory_mb))
        elif job and job.attempts >= _ATTEMPTS:
            job.fail(StoreUnavailable(INTERRUPTED))
        elif job and not job.done.done():
            self._queue(job)
        if not worker.leaving and not worker.slow:
            self._crew.fork(slow=False)
        worker.leaving = True
        self._make_room()

    # Jobs.

    def _queue(self, job: Job) -> None:
        idle = self._idle[job.slow]
        if idle and (not job.slow or self._is_admitted(job.client)):
            self._begin(idle.pop(), job)
            return
        self._set(job, job.seconds, self._expire)
        job.waits = True
        refused = self._lines[job.slow].add(job.client, job)
        if refused:
            refused.waits = False
            refused.fail(StoreUnavailable(BUSY))
        if job.slow and job.waits:
            self._make_room()

    def _begin(self, worker: Worker, job: Job) -> None:
        retiring = self._retiring.pop(worker, None)
        if retiring:
            retiring.cancel()
        self._jobs[worker], job.worker, job.waits = job, worker, False
        job.attempts += 1
        job.began = self._loop.time()
        if worker.slow:
            self._slow_of[job.client] += 1
            self._set(job, job.seconds + 1, self._overdue)
        else:
            self._set(job, self._quantum_seconds, self._linger)
        worker.ask(job.asked)

    def _part(self, worker: Worker) -> Job | None:
        """Take a worker's query from it."""
        job = self._jobs.pop(worker, None)
        if job:
            job.worker = None
            if job.timer:
                job.timer.cancel()
            if worker.slow:
                self._slow_of[job.client] -= 1
                if not self._slow_of[job.client]:
                    del self._slow_of[job.client]
        return job

    def _set(self, job: Job, seconds: float, then: Callable[[Job], None]) -> None:
        if job.timer:
            job.timer.cancel()
        job.timer = self._loop.call_later(seconds, then, job)

    def _linger(self, job: Job) -> None:
        """A query in the fast lane takes long: slow is one that has had its processor time."""
        worker, passed = job.worker, self._loop.time() - job.began
        if worker is None:
            return
        if passed > job.seconds + 1:
            self._overdue(job)
            return
        spent = worker.spent_seconds()
        left = self._quantum_seconds - (passed if spent is None else spent)
        if left > 0:
            self._set(job, max(left, _LEAST_SECONDS), self._linger)
            return
        self._shapes.add(job.shape)
        if self._has_slow_room() and self._is_admitted(job.client):
            self._move(worker, job)
        elif len(self._lines[False]) and self.ready:
            # Others wait.  It begins again in the slow lane, if there is a place in its line.
            self._stop(job)
            job.slow, job.attempts = True, job.attempts - 1
            self._queue(job)
        else:
            self._set(job, self._quantum_seconds, self._linger)

    @property
    def _quantum_seconds(self) -> float:
        """The processor time after which a query is slow: less of it where many wait."""
        longest = self.settings.slow_after_ms / 1000
        crowd = 1 + len(self._lines[False]) / (_CROWD * self.settings.workers)
        return max(longest / crowd, min(longest, _SHORTEST_SECONDS))

    def _move(self, worker: Worker, job: Job) -> None:
        """Move a query with its worker to the slow lane."""
        if self._idle[True] and len(self._crew.of(slow=True)) >= self.settings.slow_workers:
            self._retire(self._idle[True][-1])
        worker.slow = True
        self._slow_of[job.client] += 1
        with suppress(OSError):  # it may have ended this moment
            os.setpriority(os.PRIO_PROCESS, worker.process, _NICE)
        self._set(job, job.began + job.seconds + 1 - self._loop.time(), self._overdue)
        self._crew.fork(slow=False)

    def _overdue(self, job: Job) -> None:
        """The kernel should have ended it: it was stopped from outside, so that no signal reaches it."""
        self._stop(job)
        job.fail(passed(Death.DEADLINE, job.seconds, self.settings.memory_mb))

    def _expire(self, job: Job) -> None:
        self._leave_line(job)
        job.fail(StoreUnavailable(LATE))

    def _settle(self, job: Job) -> None:
        if job.timer:
            job.timer.cancel()
        self._leave_line(job)
        self._stop(job)  # nobody waits for the answer any more

    def _leave_line(self, job: Job) -> None:
        if job.waits:
            self._lines[job.slow].remove(job.client, job)
            job.waits = False

    def _stop(self, job: Job) -> None:
        """End the worker of a job, which may be asked again, and have another forked in its place."""
        worker = job.worker
        if worker:
            self._part(worker)
            self._crew.kill(worker)
            if not worker.slow:
                self._crew.fork(slow=False)
            self._make_room()

    # The slow lane.

    def _is_admitted(self, client: str) -> bool:
        return self._slow_of[client] < self.settings.slow_per_client

    def _has_slow_room(self) -> bool:
        busy = sum(worker in self._jobs for worker in self._crew.of(slow=True))
        return busy + self._crew.forking(slow=True) < self.settings.slow_workers

    def _make_room(self) -> None:
        """Let jobs that wait in the slow lane begin, on workers that are idle or new."""
        line = self._lines[True]
        while self._idle[True]:
            job = line.next(self._is_admitted)
            if not job:
                return
            self._begin(self._idle[True].pop(), job)
        share = self.settings.slow_per_client
        wanted = sum(min(count, share - self._slow_of[client]) for client, count in line.counts())
        room = self.settings.slow_workers - len(self._crew.of(slow=True))
        for _ in range(min(wanted, room) - self._crew.forking(slow=True)):
            self._crew.fork(slow=True, niceness=_NICE)

    def _retire(self, worker: Worker) -> None:
        self.useless(worker)
        worker.leave()
