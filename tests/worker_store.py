"""`WorkerStore`: a service with an event loop of its own in a thread, as if its queries were answered here.

What tests of the workers want of it: to ask from threads, and to meet every limit by a plain call.
"""

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Self

import uvloop

from pilotgraph.crew import CLOSED
from pilotgraph.errors import StoreUnavailable
from pilotgraph.loop_store import LoopStore
from pilotgraph.pool import Pool
from pilotgraph.service import Given, Service
from pilotgraph.settings import Settings
from pilotgraph.store import Query


class WorkerStore(LoopStore):
    """Answers queries from a release, within limits, in other processes; threads may share it."""

    def __init__(self, release: Path, settings: Settings | None = None) -> None:
        """Start the supervisor and wait until it answers.

        :param release: the directory of a release; a link is followed now, not at a restart.
        :raises StoreUnavailable: if it does not start; it has said why on standard error.
        """
        self._closing, self._closed = threading.Lock(), False
        loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="pool", daemon=True)
        self._thread.start()
        opened = asyncio.run_coroutine_threadsafe(_open(release, settings or Settings()), loop)
        try:
            super().__init__(opened.result(), loop)
        except StoreUnavailable:
            self._end(loop)
            raise

    def close(self) -> None:
        """End the supervisor and its workers; queries under way get StoreUnavailable."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(self._finish(), self._loop).result()
        self._end(self._loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _ask(self, query: Query) -> "Future[Given]":
        with self._closing:  # what is asked of a loop that has stopped would never be answered
            if self._closed:
                raise StoreUnavailable(CLOSED)
            return super()._ask(query)

    async def _finish(self) -> None:
        await self.service.pool.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon_threadsafe(loop.stop)
        self._thread.join()
        loop.close()


async def _open(release: Path, settings: Settings) -> Service:
    pool = Pool(release, settings)
    await pool.start()
    return Service(pool, str(release))
