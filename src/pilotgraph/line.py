"""Who waits, in turns: a bounded queue that serves each client in its turn, and each client's jobs in order.

One client's thousand queries do not keep another's one waiting: turns go round the clients.  When the
line is full, who has most in it gives way: of its jobs the newest.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

JobT = TypeVar("JobT")


class Line(Generic[JobT]):
    """Jobs that wait, by client; at most `room` of them."""

    def __init__(self, room: int) -> None:
        self.room, self._length = room, 0
        self._clients: OrderedDict[str, deque[JobT]] = OrderedDict()  # whose turn is next comes first

    def __len__(self) -> int:
        return self._length

    def counts(self) -> Iterator[tuple[str, int]]:
        """How many jobs each client has in the line."""
        return ((client, len(jobs)) for client, jobs in self._clients.items())

    def add(self, client: str, job: JobT) -> JobT | None:
        """Add a job; return the one that had to give way, if any: this one, or one of a greedier client."""
        self._clients.setdefault(client, deque()).append(job)
        self._length += 1
        if self._length <= self.room:
            return None
        greedy = max(self._clients, key=lambda each: (len(self._clients[each]), each == client))
        return self._take(greedy, deque.pop)

    def next(self, admitted: Callable[[str], bool] = lambda client: True) -> JobT | None:
        """Take the job whose turn it is, of the clients that are admitted; None if there is none."""
        client = next(filter(admitted, self._clients), None)
        if client is None:
            return None
        job = self._take(client, deque.popleft)
        if client in self._clients:
            self._clients.move_to_end(client)
        return job

    def remove(self, client: str, job: JobT) -> None:
        """Take out a job that waits no longer.

        :raises ValueError: if it is not in the line.
        """
        if client not in self._clients:
            raise ValueError(f"{client} has nothing in the line")
        self._clients[client].remove(job)
        self._length -= 1
        if not self._clients[client]:
            del self._clients[client]

    def _take(self, client: str, take: Callable[[deque[JobT]], JobT]) -> JobT:
        jobs = self._clients[client]
        job = take(jobs)
        self._length -= 1
        if not jobs:
            del self._clients[client]
        return job
