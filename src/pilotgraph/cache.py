"""What is known need not be asked again: a cache bounded in bytes, and questions that wait for one answer.

An answer is exact for as long as its release is served, and a server serves one release: nothing here
grows old.  What was used longest ago goes first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class Cache(Generic[KeyT, ValueT]):
    """Values by key, at most so many bytes of them.

    :param size: the bytes that a value and its key take.
    """

    def __init__(self, most_bytes: float, size: Callable[[KeyT, ValueT], int]) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self._size = size
        self._values: OrderedDict[KeyT, ValueT] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: KeyT) -> ValueT | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: KeyT, value: ValueT) -> None:
        """Keep a value, unless it would take more than an eighth of the room."""
        size = self._size(key, value)
        if key in self._values or size > self.most_bytes / 8:
            return
        self._values[key] = value
        self.bytes += size
        while self.bytes > self.most_bytes:
            self.bytes -= self._size(*self._values.popitem(last=False))


class Together(Generic[KeyT, ValueT]):
    """Work that is under way, by key: who comes later waits for the same result.

    It goes on while anyone waits, and is cancelled when the last one has gone.
    """

    def __init__(self) -> None:
        self._under_way: dict[KeyT, tuple[asyncio.Future[ValueT], list[None]]] = {}

    def __contains__(self, key: KeyT) -> bool:
        return key in self._under_way

    async def wait(self, key: KeyT, begin: Callable[[], asyncio.Future[ValueT]]) -> ValueT:
        """Wait for the work of a key, which is begun if it is not under way."""
        found = self._under_way.get(key)
        if found is None:
            found = self._under_way[key] = begin(), []
            found[0].add_done_callback(lambda work: self._forget(key, work))
        work, waiting = found
        waiting.append(None)
        try:
            return await asyncio.shield(work)
        finally:
            waiting.pop()
            if not waiting and not work.done():
                work.cancel()
                self._forget(key, work)  # now: who comes next is not to wait for what was given up

    def _forget(self, key: KeyT, work: asyncio.Future[ValueT]) -> None:
        if key in self._under_way and self._under_way[key][0] is work:
            del self._under_way[key]
