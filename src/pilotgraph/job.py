"""A query on its way through the pool, what may be said of its end, and the shapes that were slow lately."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass

from pilotgraph.crew import Replied, Worker
from pilotgraph.errors import WAY_OUT, LimitExceeded
from pilotgraph.frames import Death

BUSY = "Too many queries are waiting. Send the query again in a moment."
LATE = "No worker was free in time. Send the query again in a moment."
INTERRUPTED = "The query was interrupted. Send the query again in a moment."


@dataclass(slots=True, eq=False)
class Job:
    """A query on its way: who asked, what the worker is sent, and whom to tell."""

    client: str
    shape: int
    asked: bytes
    seconds: float
    done: asyncio.Future[Replied]
    slow: bool = False
    attempts: int = 0
    began: float = 0.0
    timer: asyncio.TimerHandle | None = None
    worker: Worker | None = None
    waits: bool = False

    def fail(self, error: Exception) -> None:
        """Tell who asked, unless they know better already."""
        if not self.done.done():
            self.done.set_exception(error)


class Lately:
    """The numbers that came last, at most so many."""

    def __init__(self, most: int) -> None:
        self._numbers: OrderedDict[int, None] = OrderedDict()
        self._most = most

    def add(self, number: int) -> None:
        self._numbers[number] = None
        self._numbers.move_to_end(number)
        if len(self._numbers) > self._most:
            self._numbers.popitem(last=False)

    def discard(self, number: int) -> None:
        self._numbers.pop(number, None)

    def __contains__(self, number: int) -> bool:
        return number in self._numbers

    def __len__(self) -> int:
        return len(self._numbers)


def passed(death: Death | None, seconds: float, memory_mb: float) -> LimitExceeded:
    """What a query is told whose worker ended while it was evaluated, and which limit it passed."""
    match death:
        case Death.DEADLINE:
            limit = f"The query took longer than {seconds:g} seconds, the limit."
        case Death.MEMORY:
            limit = f"The query needed more than {memory_mb:g} MB of memory, the limit."
        case _:
            limit = "The query was too much for the process that evaluated it, which ended."
    return LimitExceeded(f"{limit} {WAY_OUT}")
