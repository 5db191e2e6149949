"""Places that clients take in turns: at most so many at once, and at most a share of them for one client.

For one event loop.  Who finds no place waits in a line (`line`); when that is full, who has most in it gives
way.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus

from pilotgraph.line import Line
from pilotgraph.negotiation import RequestError

FULL = "Too many requests are waiting. Send it again in a moment."


@dataclass(slots=True, eq=False)
class _Waiting:
    client: str
    place: asyncio.Future[None]


class Turns:
    """Gives `places` to clients, at most `share` of them to one; at most `room` others wait."""

    def __init__(self, places: int, share: int, room: int) -> None:
        self._free, self._share = places, share
        self._of = Counter[str]()
        self._line: Line[_Waiting] = Line(room)

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Hold a place, when there is one.

        :raises RequestError: 503, if too many wait already.
        """
        if self._free and self._is_admitted(client):
            self._take(client)
        else:
            await self._wait(client)
        try:
            yield
        finally:
            self._give_back(client)

    async def _wait(self, client: str) -> None:
        waiting = _Waiting(client, asyncio.get_running_loop().create_future())
        refused = self._line.add(client, waiting)
        if refused:
            error = RequestError(HTTPStatus.SERVICE_UNAVAILABLE, FULL, {"Retry-After": "1"})
            refused.place.set_exception(error)
        try:
            await waiting.place
        except asyncio.CancelledError:
            if waiting.place.cancelled():
                with suppress(ValueError):  # it may have been taken out of the line this moment
                    self._line.remove(client, waiting)
            elif not waiting.place.exception():  # it had been given the place this moment
                self._give_back(client)
            raise

    def _is_admitted(self, client: str) -> bool:
        return self._of[client] < self._share

    def _take(self, client: str) -> None:
        self._free -= 1
        self._of[client] += 1

    def _give_back(self, client: str) -> None:
        self._free += 1
        self._of[client] -= 1
        if not self._of[client]:
            del self._of[client]
        while self._free and (waiting := self._line.next(self._is_admitted)):
            if not waiting.place.done():  # else its client is gone, and has yet to be told so
                self._take(waiting.client)
                waiting.place.set_result(None)
