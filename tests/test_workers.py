"""Queries in other processes: the answers, the limits, and what happens when processes end."""

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from pilotgraph import workers
from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.release import Release
from pilotgraph.store import Answer, LocalStore, Query
from pilotgraph.workers import Limits, WorkerStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")

# 10 to the 12th rows and more, in the smallest release.
BOMB = Query("SELECT (COUNT(*) AS ?n) { " + "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(6)) + "}")
# Takes long enough to be met at work, and ends.
WORK = Query("SELECT (COUNT(*) AS ?n) { " + "".join(f"VALUES ?{v} {{ {'1 ' * 40} }}" for v in "abcd") + "}")
HOARD = Query("SELECT * { " + "".join(f"?s{n} ?p{n} ?o{n} . " for n in range(6)) + "} ORDER BY ?o1 ?o2")
WORKED = b'{"head":{"vars":["n"]},"results":{"bindings":[{"n":{"type":"literal","value":"2560000",'
POINT = Query("SELECT * { ?s ?p ?o } LIMIT 1")
TOO_DEEP = Query("SELECT * { " + "{" * 5_000 + "}" * 5_000 + " }")
WAY_OUT = "Narrow the query, or take the dump and ask it there."
LIMITS = Limits(workers=2, queued=20, deadline_seconds=1.5, memory_mb=100, answer_mb=1)


@pytest.fixture(scope="module")
def store(release: Release) -> Iterator[WorkerStore]:
    with WorkerStore(release.path, LIMITS) as opened:
        yield opened


@pytest.fixture(scope="module")
def local(release: Release) -> Iterator[LocalStore]:
    with LocalStore(release) as opened:
        yield opened


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every query through to the workers."""
    monkeypatch.setattr(workers, "check", lambda *_: False)


def supervisor(store: WorkerStore) -> int:
    assert store._running
    return store._running._process.pid


def directory(store: WorkerStore) -> Path:
    assert store._running
    return store._running.directory


def children(process: int) -> set[int]:
    return set(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))


def descriptors(process: int) -> set[str]:
    return {each.name for each in Path(f"/proc/{process}/fd").iterdir()}


def state(process: int) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "gone"


@contextmanager
def ending(*processes: int) -> Iterator[None]:
    """What is done in here makes these processes end."""
    handles = [os.pidfd_open(process) for process in processes]
    try:
        yield
        for handle in handles:
            assert select.select([handle], [], [], 10)[0], "the process goes on"
    finally:
        for handle in handles:
            os.close(handle)


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not happens():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.005)


@contextmanager
def under_way(store: WorkerStore, *queries: Query) -> Iterator[list[Future[Answer]]]:
    """As many workers as there are queries have begun to evaluate them."""
    with ThreadPoolExecutor(len(queries)) as threads:
        asked = [threads.submit(store.query, query) for query in queries]
        until(lambda: [state(each) for each in children(supervisor(store))].count("R") >= len(queries))
        yield asked


def error_of(future: Future[Answer]) -> str:
    error = future.exception(30)
    assert isinstance(error, QueryError)
    return f"{type(error).__name__}: {error}"


def test_answers_are_those_of_the_engine_in_process(store: WorkerStore, local: LocalStore) -> None:
    texts = ["SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o", "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o }"]
    for text in texts:
        for solutions in RESULT_FORMATS:
            for graph in RDF_FORMATS:
                query = Query(text, (), (), solutions, graph)
                assert store.query(query) == local.query(query)


def test_graphs_reach_the_workers(store: WorkerStore, local: LocalStore) -> None:
    by_graph = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    everything = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
    first, *others = [row.split(",")[0] for row in local.query(csv(by_graph)).content.decode().split()[1:]]
    for query, plain in (
        (csv(by_graph, named_graphs=[first]), by_graph),
        (csv(everything, default_graphs=others), everything),
        (csv(everything.replace("*", f"* FROM <{first}>")), everything),
    ):
        assert store.query(query) == local.query(query) != local.query(csv(plain))


def csv(text: str, default_graphs: list[str] | None = None, named_graphs: list[str] | None = None) -> Query:
    return Query(text, tuple(default_graphs or ()), tuple(named_graphs or ()), RESULT_FORMATS[2])


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (Query("SELECT ?s ?s { ?s ?p ?o }"), MalformedQuery),
        (Query("ASK {}", ("no IRI",)), MalformedQuery),
        (Query("ASK {}", solutions=None), NoFormat),
        (Query("DESCRIBE <a:b>", graph=None), NoFormat),
        (Query("CLEAR ALL"), QueryRefused),
    ],
)
def test_errors_are_those_of_the_engine_in_process(
    store: WorkerStore, local: LocalStore, query: Query, kind: type[QueryError]
) -> None:
    with pytest.raises(kind) as expected:
        local.query(query)
    with pytest.raises(kind) as told:
        store.query(query)
    assert str(told.value) == str(expected.value)


def test_threads_get_their_own_answers(store: WorkerStore) -> None:
    queries = [csv(f"SELECT ({n} AS ?n) {{}}") for n in range(400)]
    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(store.query, queries))
    assert [answer.content for answer in answers] == [b"n\r\n%d\r\n" % n for n in range(400)]


def test_the_deadline_is_kept_while_others_are_answered(store: WorkerStore) -> None:
    with under_way(store, BOMB) as [bomb]:
        start = time.monotonic()
        answered = 0
        while not bomb.done():
            store.query(POINT)
            answered += 1
        assert error_of(bomb) == (
            f"LimitExceeded: The query took longer than 1.5 seconds, the limit. {WAY_OUT}"
        )
        assert 0.5 < time.monotonic() - start < 3
        assert answered > 50


def test_every_worker_is_replaced(store: WorkerStore) -> None:
    before = children(supervisor(store))
    with ending(*before), under_way(store, BOMB, BOMB) as bombs:
        waiting = time.monotonic()
        store.query(POINT)
        assert time.monotonic() - waiting < 3
        assert all(error_of(bomb).startswith("LimitExceeded: The query took longer") for bomb in bombs)
    after = children(supervisor(store))
    assert len(after) == len(before) == 2
    assert not after & before


def test_memory_is_bounded(store: WorkerStore) -> None:
    with pytest.raises(LimitExceeded) as error:
        store.query(HOARD)
    assert str(error.value) == f"The query needed more than 100 MB of memory, the limit. {WAY_OUT}"
    assert store.query(POINT)


def test_answers_are_bounded(store: WorkerStore) -> None:
    with pytest.raises(LimitExceeded) as error:
        store.query(Query("SELECT * { ?s ?p ?o . ?a ?b ?c }"))
    assert str(error.value) == f"The answer is larger than 1 MB, the limit. {WAY_OUT}"


def test_length_is_bounded(release: Release, store: WorkerStore) -> None:
    with pytest.raises(LimitExceeded) as error:
        store.query(Query("ASK {} #" + "a" * 200_000))
    assert str(error.value) == "A query may be 200 kB long; this one is longer."


@pytest.mark.usefixtures("unguarded")
def test_a_query_that_kills_its_process_gets_an_error_and_the_next_an_answer(store: WorkerStore) -> None:
    for _ in range(3):
        with pytest.raises(LimitExceeded) as error:
            store.query(TOO_DEEP)
        assert str(error.value) == (
            f"The query was too much for the process that evaluated it, which ended. {WAY_OUT}"
        )
        assert store.query(POINT)


def test_the_guard_stands_before_the_workers(store: WorkerStore) -> None:
    before = children(supervisor(store))
    with pytest.raises(MalformedQuery, match="nested"):
        store.query(TOO_DEEP)
    with pytest.raises(QueryRefused):
        store.query(Query("SELECT * { SERVICE <http://localhost/> {} }"))
    assert children(supervisor(store)) == before


@pytest.mark.usefixtures("unguarded")
def test_no_connection_leaves_a_worker_even_if_the_guard_is_passed(store: WorkerStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        service = f"<http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }}"
        with pytest.raises(LimitExceeded):
            store.query(Query(f"SELECT * {{ SERVICE {service} }}"))
        store.query(Query(f"SELECT * {{ SERVICE SILENT {service} }}"))  # an empty row, but from nowhere
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.usefixtures("unguarded")
def test_the_listener_of_that_test_would_see_one(local: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pilotgraph.store.check", lambda *_: False)
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as thread:
        listener.settimeout(10)
        service = f"<http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }}"
        asked = thread.submit(local.query, Query(f"SELECT * {{ SERVICE SILENT {service} }}"))
        listener.accept()[0].close()
        assert asked.result(10)


def test_functions_that_need_the_system_work_in_a_worker(store: WorkerStore) -> None:
    text = "SELECT (NOW() AS ?now) (RAND() AS ?r) (UUID() AS ?u) (STRUUID() AS ?v) (SHA256('a') AS ?h) {}"
    assert len(store.query(csv(text)).content.split(b"\r\n")[1].split(b",")) == 5


def test_a_worker_has_only_what_it_needs(store: WorkerStore) -> None:
    until(lambda: all(descriptors(each) == {"0", "1", "2", "3"} for each in children(supervisor(store))))
    for process in children(supervisor(store)):
        limits = Path(f"/proc/{process}/limits").read_text().splitlines()
        assert [line.split()[3:5] for line in limits if line.startswith("Max open files")] == [["5", "5"]]
        assert [line.split()[4:6] for line in limits if line.startswith("Max core file")] == [["0", "0"]]


def test_the_sockets_are_for_their_owner_only(store: WorkerStore) -> None:
    assert directory(store).stat().st_mode & 0o777 == 0o700
    assert {each.name: each.stat().st_mode & 0o777 for each in directory(store).iterdir()} == {
        "queries.sock": 0o600,
        "deaths.sock": 0o600,
    }


def test_a_worker_that_grew_is_replaced_after_its_answer(store: WorkerStore) -> None:
    before = children(supervisor(store))
    text = "SELECT (STRLEN(GROUP_CONCAT(?x; separator='')) AS ?n) { " + "".join(
        f"VALUES ?{v} {{ {'1 ' * 20} }}" for v in "abc"
    )
    text += " BIND('" + "a" * 2_000 + "' AS ?x) }"
    assert store.query(csv(text)).content == b"n\r\n16000000\r\n"
    until(lambda: len(children(supervisor(store)) - before) == 1)


def test_a_query_whose_worker_is_killed_is_asked_again(store: WorkerStore) -> None:
    with under_way(store, WORK) as [work]:
        busy = [each for each in children(supervisor(store)) if state(each) == "R"]
        with ending(*busy):
            for process in busy:
                os.kill(process, signal.SIGKILL)
    assert work.result(10).content.startswith(WORKED)
    until(lambda: len(children(supervisor(store)) - set(busy)) == 2)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_supervisor_that_is_killed_is_replaced(store: WorkerStore, local: LocalStore, how: int) -> None:
    first, old, place = supervisor(store), children(supervisor(store)), directory(store)
    with under_way(store, WORK) as [work], ending(first, *old):
        os.kill(first, how)
    assert work.result(10).content.startswith(WORKED)
    assert store.query(POINT) == local.query(POINT)
    assert supervisor(store) != first
    assert not place.exists()


def test_many_threads_start_one_supervisor(store: WorkerStore) -> None:
    os.kill(supervisor(store), signal.SIGKILL)
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(store.query, [POINT] * 8))
    assert len(answers) == 1
    assert len([each for each in children(os.getpid()) if b"pilotgraph.supervisor" in command(each)]) == 1


def command(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def test_a_full_queue_is_told_at_once(release: Release) -> None:
    limits = Limits(workers=1, queued=1, deadline_seconds=1)
    with (
        WorkerStore(release.path, limits) as store,
        under_way(store, BOMB) as [bomb],
        ThreadPoolExecutor(1) as thread,
    ):
        waiting = thread.submit(store.query, POINT)
        until(lambda: store._places._value == 0)
        start = time.monotonic()
        with pytest.raises(StoreUnavailable) as error:
            store.query(POINT)
        assert str(error.value) == "Too many queries are waiting. Send the query again in a moment."
        assert time.monotonic() - start < 0.5
        assert error_of(bomb).startswith("LimitExceeded: The query took longer than 1 seconds")
        assert waiting.result(5)


def test_waiting_for_a_worker_has_an_end(release: Release) -> None:
    limits = Limits(workers=1, queued=10, deadline_seconds=0.25)
    with WorkerStore(release.path, limits) as store, ThreadPoolExecutor(11) as threads:
        told = [error_of(bomb) for bomb in [threads.submit(store.query, BOMB) for _ in range(11)]]
        assert set(told) == {
            f"LimitExceeded: The query took longer than 0.25 seconds, the limit. {WAY_OUT}",
            "StoreUnavailable: No worker was free in time. Send the query again in a moment.",
        }
        assert store.query(POINT)


def test_close_leaves_nothing_behind(release: Release) -> None:
    store = WorkerStore(release.path, LIMITS)
    place, processes = directory(store), {supervisor(store)} | children(supervisor(store))
    with under_way(store, BOMB) as [bomb], ending(*processes):
        store.close()
        assert not place.exists()
        assert error_of(bomb) == "StoreUnavailable: The store is closed."
    store.close()
    with pytest.raises(StoreUnavailable) as error:
        store.query(POINT)
    assert str(error.value) == "The store is closed."


PARENT = """
import sys
from pathlib import Path
from pilotgraph.workers import WorkerStore
store = WorkerStore(Path(sys.argv[1]))
print(store._running._process.pid, store._running.directory, flush=True)
sys.stdin.read()
"""


def test_a_parent_that_is_killed_leaves_nothing_behind(release: Release) -> None:
    command = [sys.executable, "-c", PARENT, str(release.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        process, place = parent.stdout.readline().split()
        assert Path(place).exists()
        with ending(int(process), *children(int(process))):
            parent.kill()
    assert not Path(place).exists()


def test_a_release_that_is_damaged_is_not_served(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(StoreUnavailable) as error:
        WorkerStore(tmp_path / "nothing")
    assert str(error.value) == "The query workers did not start."
    assert capfd.readouterr().err == (
        f"pilotgraph: {tmp_path}/nothing holds no release; `pilotgraph build` writes one\n"
    )
    assert not list(tmp_path.iterdir())
