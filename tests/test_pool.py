"""Which worker gets which query: two lanes, turns, bounds, and what happens when processes end."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from pilotgraph.crew import CLOSED, Replied
from pilotgraph.errors import LimitExceeded, StoreUnavailable
from pilotgraph.job import BUSY, INTERRUPTED, LATE
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pools import (
    BOMB,
    NOTHING,
    POINT,
    WORK,
    WORKED,
    answer,
    asked,
    children_of,
    ending,
    eventually,
    kept,
    on_loop,
    open_pool,
    opened,
    run,
    state,
    work,
)

SHAPES = count(1)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")


@pytest.fixture(scope="module", autouse=True)
def no_idleness() -> Iterator[None]:
    """Idle workers of the slow lane are there for a moment only."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("pilotgraph.pool._IDLE_SECONDS", 0.3)
        yield


@pytest.fixture(scope="module")
def kept_pool(release: Release) -> Iterator[Pool]:
    # A quick query is not to be slow on a machine that has other things to do.
    with kept(release, workers=1, slow_after_ms=300) as pool:
        yield pool


@pytest.fixture
def pool(kept_pool: Pool) -> Pool:
    """A pool with one worker in the fast lane, and nothing to do."""
    run(calm(kept_pool))
    return kept_pool


@pytest.fixture(scope="module")
def kept_narrow(release: Release) -> Iterator[Pool]:
    with kept(release, workers=1, slow_workers=1, slow_per_client=1, slow_after_ms=300) as pool:
        yield pool


@pytest.fixture
def narrow(kept_narrow: Pool) -> Pool:
    """The same with one place in the slow lane."""
    run(calm(kept_narrow))
    return kept_narrow


@pytest.fixture(scope="module")
def kept_single(release: Release) -> Iterator[Pool]:
    with kept(release, workers=1, queued=6, slow_after_ms=60_000) as pool:
        yield pool


@pytest.fixture
def single(kept_single: Pool) -> Pool:
    """The same where nothing is slow."""
    run(calm(kept_single))
    return kept_single


async def calm(pool: Pool) -> None:
    """Wait until a pool has nothing to do, and as many workers as that takes."""
    idle = {"busy_workers": 0, "slow_workers": 0, "queued": 0, "slow_queued": 0}
    await eventually(lambda: stands(pool, workers=pool.settings.workers, **idle))
    await eventually(lambda: len(children_of(pool)) == pool.settings.workers)


def stands(pool: Pool, **numbers: int) -> bool:
    """Whether the pool says so of itself."""
    return {name: pool.state[name] for name in numbers} == numbers


async def bomb(pool: Pool, client: str, shape: int = 0) -> "asyncio.Future[Replied]":
    """A query without end that is in the slow lane; of no shape that was slow before."""
    before = pool.state["busy_slow_workers"]
    asking = pool.ask(client, shape or next(SHAPES), asked(BOMB))
    await eventually(lambda: stands(pool, workers=pool.settings.workers, busy_slow_workers=before + 1))
    return asking


@on_loop
async def test_a_slow_query_moves_and_others_go_on(pool: Pool) -> None:
    (fast,) = children_of(pool)
    slow = await bomb(pool, "a")
    assert stands(pool, workers=1, slow_workers=1, queued=0, slow_queued=0)
    assert state(fast) == "R"
    assert os.getpriority(os.PRIO_PROCESS, fast) > 0
    for _ in range(30):
        assert await answer(pool.ask("b", 0, asked(POINT))) == NOTHING
    assert not slow.done()
    with ending(fast):
        slow.cancel()
        await eventually(lambda: stands(pool, slow_workers=0))
    await calm(pool)


@on_loop
async def test_a_shape_that_was_slow_begins_in_the_slow_lane_until_it_was_quick(pool: Pool) -> None:
    shape = next(SHAPES)
    slow = await bomb(pool, "a", shape)
    slow.cancel()
    await calm(pool)
    known = pool.state["slow_shapes"]
    asking = pool.ask("b", shape, asked(POINT))
    assert stands(pool, slow_queued=1, queued=0, busy_workers=0)
    assert await answer(asking) == NOTHING
    assert stands(pool, slow_workers=1, slow_shapes=known - 1)
    asking = pool.ask("b", shape, asked(POINT))
    assert stands(pool, busy_workers=1, busy_slow_workers=0)
    assert await answer(asking) == NOTHING


@on_loop
async def test_what_others_wait_behind_is_stopped_and_begins_again(narrow: Pool) -> None:
    slow = await bomb(narrow, "a")
    long = narrow.ask("b", next(SHAPES), asked(work(50)))
    points = [narrow.ask("c", 0, asked(POINT)) for _ in range(3)]
    assert [await answer(point) for point in points] == [NOTHING] * 3
    assert not long.done()
    assert stands(narrow, slow_queued=1)
    slow.cancel()
    assert await answer(long) == b"n\r\n6250000\r\n"


@on_loop
async def test_a_slow_query_that_nobody_waits_behind_goes_on(narrow: Pool) -> None:
    (fast,) = children_of(narrow)
    slow = await bomb(narrow, "a")
    second = children_of(narrow) - {fast}
    assert await answer(narrow.ask("b", next(SHAPES), asked(work(40)))) == b"n\r\n2560000\r\n"
    assert second <= children_of(narrow)
    assert stands(narrow, busy_slow_workers=1, workers=1)
    slow.cancel()


@on_loop
async def test_a_client_has_a_share_of_the_slow_lane(pool: Pool) -> None:
    shape = next(SHAPES)
    bombs = [await bomb(pool, "greedy"), await bomb(pool, "greedy", shape)]
    bombs += [pool.ask("greedy", shape, asked(BOMB)) for _ in range(3)]
    assert stands(pool, slow_queued=3, busy_slow_workers=2, busy_workers=0)
    bombs.append(await bomb(pool, "modest"))
    assert stands(pool, slow_queued=3, busy_slow_workers=3)
    assert await answer(pool.ask("greedy", 0, asked(POINT))) == NOTHING
    for each in bombs[:2]:
        each.cancel()
    await eventually(lambda: stands(pool, slow_queued=1, busy_slow_workers=3))
    for each in bombs:
        each.cancel()
    await calm(pool)


@on_loop
async def test_clients_take_turns(single: Pool) -> None:
    first = single.ask("a", 0, asked(BOMB))
    order: list[str] = []
    waiting = []
    for name in ("a1", "a2", "a3", "b1", "c1", "b2"):
        waiting.append(single.ask(name[0], 0, asked(POINT)))
        waiting[-1].add_done_callback(lambda _, name=name: order.append(name))  # type: ignore[misc]
    first.cancel()
    await asyncio.gather(*waiting)
    assert order == ["a1", "b1", "c1", "a2", "b2", "a3"]


@on_loop
async def test_when_the_line_is_full_the_greediest_is_told_at_once(single: Pool) -> None:
    first = single.ask("a", 0, asked(BOMB))
    waiting = [single.ask(client, 0, asked(POINT)) for client in "aaaaabb"]
    assert [each.done() for each in waiting] == [False, False, False, False, True, False, False]
    refused = [waiting[4], single.ask("a", 0, asked(POINT))]
    for each in refused:
        with pytest.raises(StoreUnavailable) as error:
            await each
        assert str(error.value) == BUSY
    assert stands(single, queued=6)
    first.cancel()
    assert [await answer(each) for each in waiting if each not in refused] == [NOTHING] * 6


@on_loop
async def test_waiting_has_an_end(single: Pool) -> None:
    first = single.ask("a", 0, asked(BOMB), 1)
    second, third = single.ask("a", 0, asked(POINT), 0.2), single.ask("a", 0, asked(POINT))
    with pytest.raises(StoreUnavailable) as error:
        await second
    assert str(error.value) == LATE
    with pytest.raises(LimitExceeded, match="took longer than 1 seconds, the limit"):
        await first
    assert await answer(third) == NOTHING


@on_loop
async def test_a_deadline_may_be_lowered(pool: Pool) -> None:
    with pytest.raises(LimitExceeded, match=r"took longer than 0\.2 seconds, the limit"):
        await pool.ask("a", 0, asked(BOMB), 0.2)


@on_loop
async def test_to_cancel_stops_the_worker_or_leaves_the_line(single: Pool) -> None:
    running, waiting = single.ask("a", 0, asked(BOMB)), single.ask("a", 0, asked(BOMB))
    assert stands(single, busy_workers=1, queued=1)
    with ending(*children_of(single)):
        waiting.cancel()
        running.cancel()
        await calm(single)


@on_loop
async def test_to_cancel_when_the_reply_is_there_leaves_as_many_workers(single: Pool) -> None:
    for _ in range(8):
        asking = single.ask("a", 0, asked(POINT))
        await asyncio.sleep(0)
        # The reply comes before the pool knows that nobody wants it, and is read afterwards.
        asyncio.get_running_loop().call_soon(time.sleep, 0.05)
        asking.cancel()
        await calm(single)
    for _ in range(20):
        assert await answer(single.ask("a", 0, asked(POINT))) == NOTHING
    assert stands(single, workers=1)
    assert len(children_of(single)) == 1


@on_loop
async def test_a_worker_that_has_served_its_number_is_replaced_and_no_query_is_lost(release: Release) -> None:
    notices: list[str] = []
    pool = await open_pool(release.path, notices.append, queries_per_worker=3)
    try:
        texts = [f"SELECT ({n} AS ?n) {{}}" for n in range(60)]
        asking = [pool.ask(str(n % 5), 0, asked(text)) for n, text in enumerate(texts)]
        assert [await answer(each) for each in asking] == [b"n\r\n%d\r\n" % n for n in range(60)]
        await eventually(lambda: len(children_of(pool)) == 2)
        assert notices.count("worker ended: unrelated") >= 18
        assert notices.count("start") == 1
    finally:
        await pool.close()


@on_loop
async def test_a_worker_that_is_stopped_from_outside_ends(pool: Pool) -> None:
    (stopped,) = children_of(pool)
    with ending(stopped):
        os.kill(stopped, signal.SIGSTOP)
        with pytest.raises(LimitExceeded, match=r"took longer than 0\.5 seconds"):
            await pool.ask("a", 99, asked(POINT), 0.5)
    assert await answer(pool.ask("a", 0, asked(POINT))) == NOTHING


@on_loop
async def test_a_query_whose_worker_is_killed_is_asked_again_once(single: Pool) -> None:
    work = single.ask("a", 0, asked(WORK))
    (busy,) = children_of(single)
    await eventually(lambda: state(busy) == "R")
    os.kill(busy, signal.SIGKILL)
    assert await answer(work) == WORKED
    slow = single.ask("a", 0, asked(BOMB))
    for _ in range(2):
        # Its worker is there before it is asked, and gone before the pool knows.
        await eventually(lambda: len(children_of(single)) == 1 and stands(single, busy_workers=1))
        (busy,) = children_of(single)
        os.kill(busy, signal.SIGKILL)
        await eventually(lambda busy=busy: busy not in children_of(single))  # type: ignore[misc]
    with pytest.raises(StoreUnavailable) as error:
        await slow
    assert str(error.value) == INTERRUPTED
    await calm(single)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP])
@on_loop
async def test_a_supervisor_that_is_killed_is_replaced_and_no_query_is_lost(
    release: Release, how: signal.Signals
) -> None:
    async with opened(release, workers=2) as pool:
        shape = next(SHAPES)
        slow = await bomb(pool, "a", shape)
        slow.cancel()
        await calm(pool)
        first, workers = pool.supervisor, children_of(pool)
        assert first
        work = pool.ask("a", shape, asked(WORK))
        assert stands(pool, slow_queued=1)
        points = [pool.ask("b", 0, asked(POINT)) for _ in range(40)]
        with ending(first, *workers):
            os.kill(first, how)
            assert await answer(work) == WORKED
        assert [await answer(point) for point in points] == [NOTHING] * 40
        assert pool.supervisor not in (first, None)
        await eventually(lambda: len(children_of(pool)) == 2)
        assert stands(pool, workers=2, busy_workers=0, queued=0)


@on_loop
async def test_a_supervisor_that_is_stopped_from_outside_is_replaced(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pilotgraph.crew._PATIENCE_SECONDS", 1.0)
    async with opened(release, workers=1) as pool:
        first = pool.supervisor
        assert first
        with ending(first):
            os.kill(first, signal.SIGSTOP)
            slow = pool.ask("a", 1, asked(BOMB))
            await eventually(lambda: stands(pool, busy_slow_workers=1))  # there is no fast worker now
            assert await answer(pool.ask("b", 0, asked(POINT))) == NOTHING
        assert pool.supervisor != first
        slow.cancel()


@on_loop
async def test_a_supervisor_that_cannot_start_again_is_tried_again(release: Release, tmp_path: Path) -> None:
    place = tmp_path / release.name
    shutil.copytree(release.path, place)
    pool = Pool(place, Settings(workers=1, deadline_seconds=60))
    await pool.start()
    try:
        first = pool.supervisor
        assert first
        place.rename(tmp_path / "away")
        os.kill(first, signal.SIGKILL)
        await eventually(lambda: pool.supervisor is None)
        with pytest.raises(StoreUnavailable) as error:
            await pool.ask("a", 99, asked(POINT), 0.5)
        assert str(error.value) == LATE
        waiting = pool.ask("a", 0, asked(POINT))
        (tmp_path / "away").rename(place)
        assert await answer(waiting) == NOTHING
    finally:
        await pool.close()


@on_loop
async def test_a_supervisor_that_cannot_be_begun_again_is_tried_again(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(release, workers=1) as pool:
        first = pool.supervisor
        assert first
        with monkeypatch.context() as broken:
            tried: list[None] = []

            def no_process(*_: object, **__: object) -> None:
                tried.append(None)
                raise BlockingIOError

            broken.setattr("subprocess.Popen", no_process)
            os.kill(first, signal.SIGKILL)
            await eventually(lambda: tried)
        assert await answer(pool.ask("a", 0, asked(POINT))) == NOTHING


@on_loop
async def test_close_tells_everyone_and_leaves_nothing_behind(release: Release) -> None:
    async with opened(release, workers=1, slow_after_ms=60_000) as pool:
        assert pool.supervisor
        asking = [pool.ask("a", 0, asked(BOMB)), pool.ask("a", 0, asked(POINT))]
        with ending(pool.supervisor, *children_of(pool)):
            await pool.close()
        asking.append(pool.ask("a", 0, asked(POINT)))
        errors = await asyncio.gather(*asking, return_exceptions=True)
        assert [str(error) for error in errors] == [CLOSED] * 3
        await pool.close()


@on_loop
async def test_close_gives_up_a_restart(release: Release) -> None:
    async with opened(release, workers=1) as pool:
        assert pool.supervisor
        os.kill(pool.supervisor, signal.SIGKILL)
        await eventually(lambda: pool.supervisor is None)
        await pool.close()
        assert pool.supervisor is None
        assert asyncio.all_tasks() == {asyncio.current_task()}  # nothing goes on


@on_loop
async def test_a_pool_that_does_not_start_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StoreUnavailable):
        await Pool(tmp_path / "none", Settings()).start()
    assert capfd.readouterr().err.count("\n") == 1
