"""The index of a release -> connections to it, for any number of threads.

The index is opened when it is first asked for, read-only and immutable.  One that is missing, of another
version or damaged is made anew in memory, in a thread of its own: whoever asks meanwhile is told to come
again, and so for a while if it cannot be made.
"""

import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic
from typing import TypeVar

from pilotgraph.errors import StoreUnavailable
from pilotgraph.release import Release
from pilotgraph.search_index import VERSION, fill, index_path

T = TypeVar("T")

# SQLite gives up Python's lock while it works, so two connections use two cores.
_CONNECTIONS = 2
_BUSY = "Too many searches are under way. Send it again in a moment."
_NOT_YET = "The index for searching is being made. Send it again in a moment."
_FAILED = "The index for searching could not be made. It is tried again within {:g} s."

_log = logging.getLogger(__name__)


class Opener:
    """Gives connections to the index of a release, each to one thread at a time.

    :param wait_seconds: how long to wait for a connection.
    :param making_seconds: for how long, from when an index is begun, whoever asks waits for it; a small one
        is made by then, and a large one must not keep the threads of pages.
    :param retry_seconds: how long to wait before what could not be made is tried again.
    """

    def __init__(
        self,
        release: Release,
        wait_seconds: float = 5.0,
        making_seconds: float = 1.0,
        retry_seconds: float = 60.0,
    ) -> None:
        self.release, self._wait_seconds = release, wait_seconds
        self._making_seconds, self._retry_seconds = making_seconds, retry_seconds
        self._lock = Lock()
        self._begun = self._failed = 0.0
        self._opening: Future[SimpleQueue[sqlite3.Connection]] | None = None
        self._file_is_good = True

    def use(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the index, and return the answer.

        :raises StoreUnavailable: if it is still being made or could not be, or others keep it busy.
        """
        opened = self._open()
        try:
            return self._ask(opened, ask)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
        with self._lock:
            if self._opening is opened:
                self._file_is_good, self._opening = False, None
        return self._ask(self._open(), ask)

    def _ask(
        self, opened: "Future[SimpleQueue[sqlite3.Connection]]", ask: Callable[[sqlite3.Connection], T]
    ) -> T:
        left = self._begun + self._making_seconds - monotonic()
        if not wait([opened], max(left, 0)).done:
            raise StoreUnavailable(_NOT_YET)
        if opened.exception():
            raise StoreUnavailable(_FAILED.format(self._retry_seconds))
        idle = opened.result()
        try:
            connection = idle.get(timeout=self._wait_seconds)
        except Empty:
            raise StoreUnavailable(_BUSY) from None
        try:
            return ask(connection)
        finally:
            idle.put(connection)

    def _open(self) -> "Future[SimpleQueue[sqlite3.Connection]]":
        with self._lock:
            # What went wrong once, such as for want of memory, may go well the next time.
            if self._opening is None or (self._has_failed(self._opening) and self._may_retry()):
                opening = Future[SimpleQueue[sqlite3.Connection]]()
                Thread(target=self._make, args=(opening,), daemon=True, name="search index").start()
                self._opening, self._begun = opening, monotonic()
            return self._opening

    @staticmethod
    def _has_failed(opening: "Future[SimpleQueue[sqlite3.Connection]]") -> bool:
        return opening.done() and opening.exception() is not None

    def _may_retry(self) -> bool:
        return monotonic() >= self._failed + self._retry_seconds

    def _make(self, opening: "Future[SimpleQueue[sqlite3.Connection]]") -> None:
        try:
            idle = SimpleQueue[sqlite3.Connection]()
            for connection in self._connections():
                connection.execute("PRAGMA query_only = ON")
                idle.put(connection)
            opening.set_result(idle)
        except BaseException as error:  # noqa: BLE001 - whoever asks is told
            _log.exception("The index for searching could not be made")
            self._failed = monotonic()
            opening.set_exception(error)

    def _connections(self) -> list[sqlite3.Connection]:
        if self._file_is_good:
            try:
                return self._from_file()
            except sqlite3.DatabaseError:
                self._file_is_good = False
        first = _connect(":memory:")
        fill(first, self.release)
        content = first.serialize()
        others = [_connect(":memory:") for _ in range(_CONNECTIONS - 1)]
        for each in others:
            each.deserialize(content)
        return [first, *others]

    def _from_file(self) -> list[sqlite3.Connection]:
        """Open the file beside the release.

        :raises sqlite3.DatabaseError: if there is none, or it is not what it should be.
        """
        address = f"{index_path(self.release).as_uri()}?mode=ro&immutable=1"
        opened = [_connect(address) for _ in range(_CONNECTIONS)]
        found = opened[0].execute("PRAGMA user_version").fetchone()[0]
        if found != VERSION or opened[0].execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("an index of another version, or damaged")
        return opened


def _connect(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA trusted_schema = OFF")
    # A server writes no files, not even those in which SQLite sorts.
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
