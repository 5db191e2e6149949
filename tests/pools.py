"""What tests of the pool, of its service and of its workers share: how to ask it, and what to ask."""

import asyncio
import json
import os
import select
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import uvloop

from pilotgraph.crew import Replied
from pilotgraph.formats import RESULT_FORMATS
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import Query

P = ParamSpec("P")
T = TypeVar("T")

# Generous: it is time on a machine that has other things to do.
PATIENCE_SECONDS = 30.0

# 10 to the 12th rows and more, in the smallest release.
BOMB = "SELECT (COUNT(*) AS ?n) { " + "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(6)) + "}"


def work(size: int) -> str:
    """A query that takes long enough to be met at work, and ends: the more so, the larger."""
    rows = f"{{ {'1 ' * size} }}"
    return "SELECT (COUNT(*) AS ?n) { " + "".join(f"VALUES ?{v} {rows}" for v in "abcd") + "}"


WORK, WORKED = work(30), b"n\r\n810000\r\n"
POINT = "SELECT ?o { <https://example.org/none> ?p ?o } LIMIT 1"
NOTHING = b"o\r\n"


def csv(text: str, default_graphs: tuple[str, ...] = (), named_graphs: tuple[str, ...] = ()) -> Query:
    return Query(text, default_graphs, named_graphs, RESULT_FORMATS[2])


def asked(text: str) -> bytes:
    """A query as a worker reads it, for an answer in CSV."""
    return json.dumps(
        {
            "text": text,
            "default_graphs": [],
            "named_graphs": [],
            "solutions": RESULT_FORMATS[2].suffix,
            "graph": None,
            "names_dataset": False,
        }
    ).encode()


@cache
def the_loop() -> asyncio.AbstractEventLoop:
    """The event loop of all tests, such as the server has, in a thread of its own."""
    loop = uvloop.new_event_loop()
    threading.Thread(target=loop.run_forever, name="tests", daemon=True).start()
    return loop


def run(doing: Coroutine[None, None, T]) -> T:
    """Do something on the event loop."""

    async def timed() -> T:
        async with asyncio.timeout(3 * PATIENCE_SECONDS):
            return await doing

    return asyncio.run_coroutine_threadsafe(timed(), the_loop()).result()


def on_loop(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """Make a test of what happens on the event loop."""

    @wraps(test)
    def on_it(*arguments: P.args, **options: P.kwargs) -> None:
        run(test(*arguments, **options))

    return on_it


async def open_pool(release: Path, notice: Callable[[str], object] = str, /, **settings: Any) -> Pool:
    """A pool with settings of a test's choosing, all of whose workers are there."""
    pool = Pool(release, Settings(**{"deadline_seconds": 60.0, **settings}), notice)
    await pool.start()
    await eventually(lambda: len(children_of(pool)) == pool.settings.workers)
    return pool


@asynccontextmanager
async def opened(release: Release, **settings: float) -> AsyncIterator[Pool]:
    """A pool for one test."""
    pool = await open_pool(release.path, str, **settings)
    try:
        yield pool
    finally:
        await pool.close()


@contextmanager
def kept(release: Release, **settings: float) -> Iterator[Pool]:
    """A pool for several tests."""
    pool = run(open_pool(release.path, str, **settings))
    yield pool
    run(pool.close())


async def eventually(true: Callable[[], object]) -> None:
    """Wait until something is so, while the loop goes on."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it is not so"
        await asyncio.sleep(0.005)


def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, "it is not so"
        time.sleep(0.005)


async def answer(asking: "asyncio.Future[Replied]") -> bytes:
    return (await asking).content


def children(process: int) -> set[int]:
    """The children of a process that are not dead."""
    found = set[int]()
    for thread in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            found.update(map(int, thread.read_text().split()))
    return {each for each in found if state(each) not in ("gone", "Z", "X")}


def children_of(pool: Pool) -> set[int]:
    return children(pool.supervisor) if pool.supervisor else set()


def state(process: int) -> str:
    """How Linux says a process is: R runs, S sleeps, T is stopped, Z is dead."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "gone"


@contextmanager
def ending(*processes: int) -> Iterator[None]:
    """What is done in here makes these processes end."""
    handles = [os.pidfd_open(process) for process in processes]
    try:
        yield
        for handle in handles:
            assert select.select([handle], [], [], PATIENCE_SECONDS)[0], f"{processes} go on"
    finally:
        for handle in handles:
            os.close(handle)
