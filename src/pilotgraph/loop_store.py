"""`LoopStore`: a `Store` for the threads that make pages, on the event loop of the server."""

import asyncio
from concurrent.futures import CancelledError, Future
from contextvars import ContextVar

from pilotgraph import guard
from pilotgraph.crew import CLOSED
from pilotgraph.errors import StoreUnavailable
from pilotgraph.service import Given, Service
from pilotgraph.store import Answer, Query

# Whose turn the queries of a page take: that of the reader for whom a thread makes it.
CLIENT: ContextVar[str] = ContextVar("CLIENT", default="")


class LoopStore:
    """Asks a service, on its event loop, from other threads."""

    def __init__(self, service: Service, loop: asyncio.AbstractEventLoop) -> None:
        self.service, self._loop = service, loop

    def query(self, query: Query) -> Answer:
        asked = self._ask(query)
        try:
            return asked.result().answer
        except CancelledError as error:  # the loop is about to be closed
            raise StoreUnavailable(CLOSED) from error

    def _ask(self, query: Query) -> "Future[Given]":
        # What pages ask is the site's own; a setting for strangers must not refuse it.
        query_kb = max(guard.MAX_KB, self.service.pool.settings.query_kb)
        answering = self.service.answer(query, CLIENT.get(), query_kb)
        try:
            return asyncio.run_coroutine_threadsafe(answering, self._loop)
        except RuntimeError as error:  # the loop is closed
            answering.close()
            raise StoreUnavailable(CLOSED) from error

    def close(self) -> None:
        """Nothing to do: the service is another's."""
