"""A query -> its answer, once for all who ask it: the guard, the cache, and the pool of workers.

What stands in front of the workers, in this order: an answer that is known is given again; a query that is
under way is waited for; what the guard refuses never reaches a worker.  A query that may answer another
way the next time (`NOW()`, `RAND()`, …) is neither kept nor shared.

`loop_store` is the same for threads, such as those that make pages.
"""

import asyncio
import json
import sys
from hashlib import blake2b
from typing import NamedTuple, TypeAlias

from pilotgraph import guard
from pilotgraph.cache import Cache, Together
from pilotgraph.crew import Replied
from pilotgraph.errors import LimitExceeded, MalformedQuery, NoFormat
from pilotgraph.frames import Reply
from pilotgraph.pool import Pool
from pilotgraph.store import Answer, Query

Key: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], str, str]

# Where the answer is from, as log and metrics tell it.
CACHE, SHARED, WORKER = "cache", "shared", "worker"
_OVERHEAD_BYTES = 500


class Given(NamedTuple):
    """An answer; one that is `kept` comes out the same again."""

    answer: Answer
    kept: bool
    origin: str


class Service:
    """Answers queries from a release; for one event loop, that of the pool.

    :param stamp: changes with the release and with the code, so that tags do.
    """

    def __init__(self, pool: Pool, stamp: str) -> None:
        self.pool, self._stamp = pool, stamp
        self.cache: Cache[Key, Given] = Cache(pool.settings.cache_mb * 1_000_000, _size)
        self.together: Together[Key, Replied] = Together()

    def known(self, key: Key) -> Given | None:
        """An answer that needs no work."""
        return self.cache.get(key)

    async def answer(self, query: Query, client: str = "", query_kb: int | None = None) -> Given:
        """Answer a query, completely.

        :param client: whose turn it takes, such as an address.
        :param query_kb: the longest text taken, if that is not the one of the settings.
        :raises QueryError: if there is no answer; which subclass says why.
        """
        key = key_of(query)
        known = self.cache.get(key)
        if known:
            return known
        reading = guard.read(query.text, query_kb or self.pool.settings.query_kb)
        shared = not reading.volatile and query.timeout_seconds is None
        origin = SHARED if shared and key in self.together else WORKER

        def begin() -> "asyncio.Future[Replied]":
            return self.pool.ask(client, reading.shape, _frame(query, reading), query.timeout_seconds)

        if shared:
            replied = await self.together.wait(key, begin)
        else:
            replied = await begin()
        answer = _understand(replied, query)
        given = Given(answer, not reading.volatile, origin)
        if given.kept:
            self.cache.put(key, given._replace(origin=CACHE))
        return given

    def tag(self, key: Key) -> str:
        """An entity tag of the answer, known before the answer is (RFC 9110, section 8.8.3)."""
        seen = "\x00".join((self._stamp, key[0], *key[1], "", *key[2], "", key[3], key[4]))
        return f'W/"{blake2b(seen.encode(), digest_size=12).hexdigest()}"'


def key_of(query: Query) -> Key:
    """What the answer depends on, besides the release."""
    return (
        query.text,
        query.default_graphs,
        query.named_graphs,
        query.solutions.media_type if query.solutions else "",
        query.graph.media_type if query.graph else "",
    )


def _size(key: Key, given: Given) -> int:
    # A text takes up to four bytes for each character, if one of them needs as many.
    texts = sum(map(sys.getsizeof, (key[0], *key[1], *key[2])))
    return texts + len(given.answer.content) + _OVERHEAD_BYTES


def _frame(query: Query, reading: guard.Reading) -> bytes:
    asked = {
        "text": query.text,
        "default_graphs": query.default_graphs,
        "named_graphs": query.named_graphs,
        "solutions": query.solutions and query.solutions.suffix,
        "graph": query.graph and query.graph.suffix,
        "names_dataset": reading.names_dataset,
    }
    return json.dumps(asked).encode()


def _understand(replied: Replied, query: Query) -> Answer:
    rows = None if replied.rows < 0 else replied.rows
    if replied.reply is Reply.SOLUTIONS and query.solutions:
        return Answer(replied.content, query.solutions, rows)
    if replied.reply is Reply.GRAPH and query.graph:
        return Answer(replied.content, query.graph, rows)
    message = replied.content.decode()
    if replied.reply is Reply.NO_FORMAT:
        raise NoFormat(message.split("\n"))
    if replied.reply is Reply.TOO_LARGE:
        raise LimitExceeded(message)
    raise MalformedQuery(message)
