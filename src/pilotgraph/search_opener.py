"""The index of a release -> connections to it, for any number of threads.

The index is opened when it is first asked for, read-only and immutable.  One that is missing, of another
version or damaged is made anew in memory, in a thread of its own: whoever asks meanwhile waits a little.
"""

import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import TypeVar

from pilotgraph.errors import StoreUnavailable
from pilotgraph.release import Release
from pilotgraph.search_index import VERSION, fill, index_path

T = TypeVar("T")

# SQLite gives up Python's lock while it works, so two connections use two cores.
_CONNECTIONS = 2
_BUSY = "Too many searches are under way. Send it again in a moment."
_NOT_YET = "The index for searching is being made. Send it again in a moment."


class Opener:
    """Gives connections to the index of a release, each to one thread at a time.

    :param wait_seconds: how long to wait for a connection, and for an index that is being made.
    """

    def __init__(self, release: Release, wait_seconds: float = 5.0) -> None:
        self.release, self._wait_seconds = release, wait_seconds
        self._lock = Lock()
        self._opening: Future[SimpleQueue[sqlite3.Connection]] | None = None
        self._file_is_good = True

    def use(self, ask: Callable[[sqlite3.Connection], T]) -> T:
        """Ask the index, and return the answer.

        :raises StoreUnavailable: if it is still being made, or others keep it busy.
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
        try:
            idle = opened.result(self._wait_seconds)
        except TimeoutError:
            raise StoreUnavailable(_NOT_YET) from None
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
            if self._opening is None or (self._opening.done() and self._opening.exception()):
                self._opening = Future()
                Thread(target=self._make, args=(self._opening,), daemon=True, name="search index").start()
            return self._opening

    def _make(self, opening: "Future[SimpleQueue[sqlite3.Connection]]") -> None:
        try:
            idle = SimpleQueue[sqlite3.Connection]()
            for connection in self._connections():
                idle.put(connection)
            opening.set_result(idle)
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is told
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
    return connection
