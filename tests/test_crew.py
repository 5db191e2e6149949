"""The crew without a pool: what its boss is told, and when."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pilotgraph.crew import Crew, Replied, Worker
from pilotgraph.errors import StoreUnavailable
from pilotgraph.frames import ASKED, Death, Reply
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pools import POINT, asked, eventually, on_loop


class Boss:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.starts = 0
        self.idle: list[Worker] = []
        self.replies: list[Replied] = []
        self.last: list[bool] = []
        self.dead: list[tuple[Worker, Death | None]] = []

    def started(self) -> None:
        self.starts += 1

    def free(self, worker: Worker) -> None:
        self.idle.append(worker)

    def replied(self, worker: Worker, replied: Replied, last: bool) -> None:
        self.replies.append(replied)
        self.last.append(last)

    def useless(self, worker: Worker) -> None:
        if worker in self.idle:
            self.idle.remove(worker)

    def ended(self, worker: Worker) -> None:
        self.dead.append((worker, worker.death))


async def begun(release: Path, **settings: Any) -> tuple[Crew, Boss, list[str]]:
    boss, notices = Boss(), list[str]()
    crew = Crew(release, Settings(**settings), boss, notices.append)
    await crew.start()
    crew.fork(slow=False)
    crew.fork(slow=True, niceness=5)
    assert (crew.forking(slow=False), crew.forking(slow=True)) == (1, 1)
    await eventually(lambda: len(boss.idle) == 2)
    return crew, boss, notices


def niceness(worker: Worker) -> int:
    return os.getpriority(os.PRIO_PROCESS, worker.process)


def ask(worker: Worker) -> None:
    query = asked(POINT)
    worker.ask(ASKED.pack(5, len(query)) + query)


@on_loop
async def test_workers_come_reply_and_end(release: Release) -> None:
    crew, boss, notices = await begun(release.path, queries_per_worker=2)
    (fast,), (slow,) = crew.of(slow=False), crew.of(slow=True)
    # A worker is heard of a moment before it has made itself nice.
    await eventually(lambda: niceness(slow) >= niceness(fast) + 5)
    for number in (1, 2):
        ask(fast)
        await eventually(lambda number=number: len(boss.replies) == number)  # type: ignore[misc]
    assert [each.reply for each in boss.replies] == [Reply.SOLUTIONS] * 2
    assert all(each.seconds > 0 for each in boss.replies)
    assert boss.last == [False, True]
    await eventually(lambda: boss.dead == [(fast, Death.UNRELATED)])
    assert crew.of(slow=False) == []
    crew.kill(slow)
    await eventually(lambda: len(boss.dead) == 2)
    assert (boss.starts, notices) == (1, ["start", "worker ended: unrelated", "worker ended: unrelated"])
    await crew.close()
    assert crew.supervisor is None


@on_loop
async def test_with_its_supervisor_a_worker_is_lost_and_another_supervisor_starts(release: Release) -> None:
    crew, boss, _ = await begun(release.path)
    first = crew.supervisor
    assert first
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: boss.starts == 2)
    assert {death for _, death in boss.dead} == {Death.UNRELATED}
    assert crew.supervisor not in (None, first)
    assert (boss.idle, crew.of(slow=False), crew.of(slow=True)) == ([], [], [])
    await crew.close()


@on_loop
async def test_without_a_release_there_is_no_crew(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    crew = Crew(tmp_path, Settings(), Boss(), lambda event: None)
    with pytest.raises(StoreUnavailable, match="did not start"):
        await crew.start()
    await crew.close()
    assert capfd.readouterr().err.startswith(f"pilotgraph: {tmp_path} holds no release")
