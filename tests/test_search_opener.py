"""Whatever lies where an index should be, a release can be searched, by many at once."""

import shutil
import sqlite3
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Event
from time import sleep

import pytest

from pilotgraph import search_opener
from pilotgraph.errors import StoreUnavailable
from pilotgraph.release import Release
from pilotgraph.search_index import fill, index_path, write_index
from pilotgraph.search_opener import Opener


def count(connection: sqlite3.Connection) -> int:
    asked = "SELECT count(*) FROM thing_text WHERE thing_text MATCH 'teal'"
    return int(connection.execute(asked).fetchone()[0])


def patiently(opener: Opener) -> int:
    """Ask until there is an answer, which takes a moment at most."""
    for _ in range(1_000):
        with suppress(StoreUnavailable):
            return opener.use(count)
        sleep(0.02)
    return 0


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Release:
    """A release with its index beside it."""
    copied = Release.open(shutil.copytree(release.path, tmp_path / release.name))
    write_index(copied)
    return copied


def is_in_memory(connection: sqlite3.Connection) -> bool:
    return not connection.execute("PRAGMA database_list").fetchone()[2]


def test_a_good_index_is_read_from_its_file(copy: Release) -> None:
    assert not Opener(copy).use(is_in_memory)


def test_an_index_cannot_be_changed(copy: Release) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        Opener(copy).use(lambda connection: connection.execute("DELETE FROM thing"))


def _of_another_version(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(Path.unlink, id="no file"),
        pytest.param(lambda path: path.write_bytes(b""), id="an empty file"),
        pytest.param(lambda path: path.write_bytes(b"no database" * 1000), id="no database"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:40_000]), id="half of a database"),
        pytest.param(
            lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 60_000), id="a damaged one"
        ),
        pytest.param(_of_another_version, id="another version"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), id="a directory"),
    ],
)
def test_any_other_is_made_anew_in_memory(copy: Release, spoil: Callable[[Path], object]) -> None:
    wanted = Opener(copy).use(count)
    spoil(index_path(copy))
    opener = Opener(copy, making_seconds=20)
    assert opener.use(is_in_memory)
    # Each of its connections has all of it.
    both = Barrier(2, timeout=20)

    def wait_and_count(connection: sqlite3.Connection) -> int:
        both.wait()
        return count(connection)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(opener.use, [wait_and_count] * 2)) == [wanted, wanted]
    assert wanted > 0


def test_one_that_is_damaged_later_is_made_anew_too(copy: Release) -> None:
    opener = Opener(copy, making_seconds=20)
    wanted = opener.use(count)
    path = index_path(copy)
    path.write_bytes(b"\xff" * path.stat().st_size)

    def count_afresh(connection: sqlite3.Connection) -> int:
        connection.execute("PRAGMA shrink_memory")
        return count(connection)

    assert [opener.use(count_afresh) for _ in range(4)] == [wanted] * 4
    assert opener.use(is_in_memory)


def test_a_mistake_in_a_question_is_not_the_fault_of_the_file(copy: Release) -> None:
    opener = Opener(copy)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        opener.use(lambda connection: connection.execute("SELECT * FROM missing"))
    assert not opener.use(is_in_memory)


def test_many_may_ask_at_once(copy: Release) -> None:
    opener = Opener(copy)
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(opener.use, [count] * 100))
    assert len(found) == 1


def test_whoever_asks_while_it_is_made_waits_no_longer_than_agreed(
    copy: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_path(copy).unlink()
    go_on = Event()

    def wait_and_fill(connection: sqlite3.Connection, release: Release) -> None:
        go_on.wait(20)
        fill(connection, release)

    monkeypatch.setattr(search_opener, "fill", wait_and_fill)
    opener = Opener(copy, making_seconds=0.01)
    with pytest.raises(StoreUnavailable, match="is being made"):
        opener.use(count)
    go_on.set()
    assert patiently(opener) > 0


def test_whoever_finds_all_connections_taken_waits_no_longer_than_agreed(copy: Release) -> None:
    opener = Opener(copy, wait_seconds=0.01)
    assert patiently(opener) > 0
    go_on, both = Event(), Barrier(3, timeout=20)

    def hold(connection: sqlite3.Connection) -> None:
        both.wait()
        go_on.wait(20)

    with ThreadPoolExecutor(2) as threads:
        held = [threads.submit(opener.use, hold) for _ in range(2)]
        both.wait()
        with pytest.raises(StoreUnavailable, match="Too many searches"):
            opener.use(count)
        go_on.set()
        assert [each.result() for each in held] == [None, None]
    assert opener.use(count) > 0


def test_nobody_waits_for_an_index_that_was_begun_a_while_ago(
    copy: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    index_path(copy).unlink()
    go_on, waits = Event(), list[float]()

    def wait_and_fill(connection: sqlite3.Connection, release: Release) -> None:
        go_on.wait(20)
        fill(connection, release)

    def wait(opened: list[Future[object]], seconds: float) -> object:
        waits.append(seconds)
        return futures.wait(opened, seconds)

    monkeypatch.setattr(search_opener, "fill", wait_and_fill)
    monkeypatch.setattr(search_opener, "wait", wait)
    opener = Opener(copy, making_seconds=0.01)
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="is being made"):
            opener.use(count)
    go_on.set()
    assert waits[0] <= 0.01
    assert waits[1] == 0


@pytest.mark.parametrize("in_file", [True, False], ids=["a file", "memory"])
def test_whoever_reads_writes_no_file(copy: Release, in_file: bool) -> None:
    if not in_file:
        index_path(copy).unlink()

    def settings(connection: sqlite3.Connection) -> list[int]:
        names = ("temp_store", "query_only")
        return [int(connection.execute(f"PRAGMA {name}").fetchone()[0]) for name in names]

    opener = Opener(copy, making_seconds=20)
    both = Barrier(2, timeout=20)

    def wait_and_ask(connection: sqlite3.Connection) -> list[int]:
        both.wait()
        return settings(connection)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(opener.use, [wait_and_ask] * 2)) == [[2, 1]] * 2


def test_what_could_not_be_made_is_tried_again_later(
    copy: Release, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    index_path(copy).unlink()
    tries, now = list[Release](), [100.0]

    def fail(connection: sqlite3.Connection, release: Release) -> None:
        tries.append(release)
        raise MemoryError

    monkeypatch.setattr(search_opener, "monotonic", lambda: now[0])
    opener = Opener(copy, making_seconds=20)
    with monkeypatch.context() as patched:
        patched.setattr(search_opener, "fill", fail)
        for seconds, tried in ((0, 1), (0, 1), (59, 1), (1, 2), (1, 2)):
            now[0] += seconds
            with pytest.raises(StoreUnavailable, match="could not be made"):
                opener.use(count)
            assert len(tries) == tried
    assert "MemoryError" in caplog.text
    now[0] += 60
    assert opener.use(count) > 0
