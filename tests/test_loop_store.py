"""Queries in other processes: the answers, the limits, and what happens when processes end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from pilotgraph import guard
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
from pilotgraph.settings import Settings
from pilotgraph.store import Answer, LocalStore, Query
from pools import BOMB as BOMB_TEXT
from pools import PATIENCE_SECONDS, WORKED, children, csv, ending, state, until
from pools import WORK as WORK_TEXT
from worker_store import WorkerStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")

BOMB, WORK = csv(BOMB_TEXT), csv(WORK_TEXT)
HOARD = csv(BOMB_TEXT.replace("(COUNT(*) AS ?n)", "*") + " ORDER BY ?o1 ?o2")
POINT = Query("SELECT * { ?s ?p ?o } LIMIT 1")
TOO_DEEP = Query("SELECT * { " + "{" * 5_000 + "}" * 5_000 + " }")
WAY_OUT = "Narrow the query, or take the dump and ask it there."
# Nothing is kept, so that every query reaches a worker.
SETTINGS = Settings(workers=2, queued=20, deadline_seconds=1.5, memory_mb=100, answer_mb=2, cache_mb=0)
PATIENT = Settings(workers=2, deadline_seconds=60, drain_seconds=7.25, cache_mb=0)
MARK = '"drain_seconds": 7.25'  # by which its supervisor is known


@pytest.fixture(scope="module")
def store(release: Release) -> Iterator[WorkerStore]:
    with WorkerStore(release.path, SETTINGS) as opened:
        yield opened


@pytest.fixture(scope="module")
def patient(release: Release) -> Iterator[WorkerStore]:
    """A store whose queries may take long, on a machine that has other things to do."""
    with WorkerStore(release.path, PATIENT) as opened:
        yield opened


@pytest.fixture(scope="module")
def local(release: Release) -> Iterator[LocalStore]:
    with LocalStore(release) as opened:
        yield opened


@pytest.fixture
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every query through to the workers, as if it were harmless."""
    read = guard.read
    monkeypatch.setattr(guard, "read", lambda *_: read("SELECT (RAND() AS ?r) {}"))


def supervisor(store: WorkerStore) -> int:
    process = store.service.pool.supervisor
    assert process
    return process


def workers(store: WorkerStore) -> set[int]:
    """Its workers, when none is on its way in or out."""
    pool = store.service.pool

    def are_all_there() -> bool:
        fast, slow = pool.state["workers"], pool.state["slow_workers"]
        return fast == pool.settings.workers and len(children(supervisor(store))) == fast + slow

    until(are_all_there)
    return children(supervisor(store))


def descriptors(process: int) -> set[str]:
    return {each.name for each in Path(f"/proc/{process}/fd").iterdir()}


@contextmanager
def under_way(store: WorkerStore, *queries: Query) -> Iterator[list[Future[Answer]]]:
    """As many workers as there are queries have begun to evaluate them."""
    with ThreadPoolExecutor(len(queries)) as threads:
        asked = [threads.submit(store.query, query) for query in queries]
        until(lambda: [state(each) for each in children(supervisor(store))].count("R") >= len(queries))
        yield asked


def error_of(future: Future[Answer]) -> str:
    error = future.exception(PATIENCE_SECONDS)
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
        (csv(by_graph, named_graphs=(first,)), by_graph),
        (csv(everything, default_graphs=tuple(others)), everything),
        (csv(everything.replace("*", f"* FROM <{first}>")), everything),
    ):
        assert store.query(query) == local.query(query) != local.query(csv(plain))


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
        answered = 0
        while not bomb.done():
            store.query(POINT)
            answered += 1
        assert error_of(bomb) == (
            f"LimitExceeded: The query took longer than 1.5 seconds, the limit. {WAY_OUT}"
        )
        assert answered > 20


@pytest.mark.parametrize(("asks_for", "holds"), [(0.3, "0.3"), (60.0, "1.5")])
def test_a_request_may_lower_the_deadline_and_not_raise_it(
    store: WorkerStore, asks_for: float, holds: str
) -> None:
    with pytest.raises(LimitExceeded, match=f"took longer than {re.escape(holds)} seconds, the limit"):
        store.query(replace(BOMB, timeout_seconds=asks_for))


def test_workers_that_were_ended_are_replaced(store: WorkerStore) -> None:
    with under_way(store, BOMB, csv(f"{BOMB_TEXT} # another")) as bombs:
        until(lambda: store.service.pool.state["busy_slow_workers"] == 2)
        before = children(supervisor(store))
        assert store.query(POINT)
        assert all(error_of(bomb).startswith("LimitExceeded: The query took longer") for bomb in bombs)
    until(lambda: len(before - children(supervisor(store))) >= 2)
    assert len(workers(store)) >= 2


def test_memory_is_bounded(store: WorkerStore) -> None:
    with pytest.raises(LimitExceeded) as error:
        store.query(HOARD)
    assert str(error.value) == f"The query needed more than 100 MB of memory, the limit. {WAY_OUT}"
    assert store.query(POINT)


def test_answers_are_bounded(store: WorkerStore) -> None:
    with pytest.raises(LimitExceeded) as error:
        store.query(Query("SELECT * { ?s ?p ?o . ?a ?b ?c }"))
    assert str(error.value) == f"The answer is larger than 2 MB, the limit. {WAY_OUT}"


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
    before = workers(store)
    with pytest.raises(MalformedQuery, match="nested"):
        store.query(TOO_DEEP)
    with pytest.raises(QueryRefused):
        store.query(Query("SELECT * { SERVICE <http://localhost/> {} }"))
    assert workers(store) == before


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
def test_the_listener_of_that_test_would_see_one(local: LocalStore) -> None:
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
    until(lambda: all(descriptors(each) == {"0", "1", "2", "3"} for each in workers(store)))
    for process in workers(store):
        limits = Path(f"/proc/{process}/limits").read_text().splitlines()
        assert [line.split()[3:5] for line in limits if line.startswith("Max open files")] == [["4", "4"]]
        assert [line.split()[4:6] for line in limits if line.startswith("Max core file")] == [["0", "0"]]


def test_a_worker_that_grew_is_replaced_after_its_answer(store: WorkerStore) -> None:
    before = workers(store)
    text = "SELECT (STRLEN(GROUP_CONCAT(?x; separator='')) AS ?n) { " + "".join(
        f"VALUES ?{v} {{ {'1 ' * 20} }}" for v in "abc"
    )
    text += " BIND('" + "a" * 2_000 + "' AS ?x) }"
    assert store.query(csv(text)).content == b"n\r\n16000000\r\n"
    until(lambda: len(workers(store) - before) == 1)


def test_a_query_whose_worker_is_killed_is_asked_again(patient: WorkerStore) -> None:
    workers(patient)
    with under_way(patient, WORK) as [work]:
        busy = [each for each in children(supervisor(patient)) if state(each) == "R"]
        with ending(*busy):
            for process in busy:
                os.kill(process, signal.SIGKILL)
    assert work.result(PATIENCE_SECONDS).content == WORKED
    assert not workers(patient) & set(busy)


def test_a_supervisor_that_is_killed_is_replaced(patient: WorkerStore, local: LocalStore) -> None:
    first, old = supervisor(patient), workers(patient)
    with under_way(patient, WORK) as [work], ending(first, *old):
        os.kill(first, signal.SIGKILL)
    assert work.result(PATIENCE_SECONDS).content == WORKED
    assert patient.query(POINT) == local.query(POINT)
    assert supervisor(patient) != first


def test_many_threads_start_one_supervisor(release: Release, patient: WorkerStore) -> None:
    os.kill(supervisor(patient), signal.SIGKILL)
    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(patient.query, [POINT] * 8))
    assert len(answers) == 1
    commands = [command(each) for each in children(os.getpid())]
    assert len([each for each in commands if str(release.path.resolve()) in each and MARK in each]) == 1


def command(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text()


def test_a_full_queue_is_told_at_once(release: Release) -> None:
    settings = Settings(workers=1, queued=1, deadline_seconds=60, slow_after_ms=60_000, cache_mb=0)
    with ThreadPoolExecutor(2) as threads, WorkerStore(release.path, settings) as store:
        bomb = threads.submit(store.query, BOMB)
        until(lambda: store.service.pool.state["busy_workers"] == 1)
        waiting = threads.submit(store.query, POINT)
        until(lambda: store.service.pool.state["queued"] == 1)
        start = time.monotonic()
        with pytest.raises(StoreUnavailable) as error:
            store.query(csv("ASK {}"))
        assert str(error.value) == "Too many queries are waiting. Send the query again in a moment."
        assert time.monotonic() - start < 5  # of the 60 that waiting may take
        assert not waiting.done()
        store.close()
        assert error_of(bomb) == error_of(waiting) == "StoreUnavailable: The store is closed."


def test_waiting_for_a_worker_has_an_end(release: Release) -> None:
    settings = Settings(workers=1, deadline_seconds=0.25, slow_after_ms=60_000)
    with WorkerStore(release.path, settings) as store, ThreadPoolExecutor(11) as threads:
        bombs = [csv(f"{BOMB_TEXT} # {n}") for n in range(11)]
        assert {error_of(bomb) for bomb in [threads.submit(store.query, bomb) for bomb in bombs]} == {
            f"LimitExceeded: The query took longer than 0.25 seconds, the limit. {WAY_OUT}",
            "StoreUnavailable: No worker was free in time. Send the query again in a moment.",
        }
        assert store.query(POINT)


def test_close_leaves_nothing_behind(release: Release) -> None:
    store = WorkerStore(release.path, PATIENT)
    with under_way(store, BOMB) as [bomb], ending(supervisor(store), *children(supervisor(store))):
        store.close()
        assert error_of(bomb) == "StoreUnavailable: The store is closed."
    store.close()
    with pytest.raises(StoreUnavailable) as error:
        store.query(POINT)
    assert str(error.value) == "The store is closed."


def test_nobody_who_asks_while_it_closes_waits_for_ever(release: Release) -> None:
    store = WorkerStore(release.path, PATIENT)
    answered: list[Answer] = []

    def ask(number: int) -> str:
        while True:
            try:
                answered.append(store.query(csv(f"SELECT ({number} AS ?n) {{}}")))
            except StoreUnavailable as error:
                return str(error)

    with ThreadPoolExecutor(10) as threads:
        asking = [threads.submit(ask, number) for number in range(8)]
        until(lambda: len(answered) > 8)
        closing = [threads.submit(store.close) for _ in range(2)]
        assert {each.result(PATIENCE_SECONDS) for each in asking} == {"The store is closed."}
        for each in closing:
            each.result(PATIENCE_SECONDS)


def test_who_asks_when_its_loop_has_stopped_is_told(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = WorkerStore(release.path, PATIENT)
    told: list[str] = []
    join = threading.Thread.join

    def joined(thread: threading.Thread, timeout: float | None = None) -> None:
        join(thread, timeout)
        if thread.name == "pool":  # its loop goes on no more, and is not closed yet
            asking = ThreadPoolExecutor(1).submit(store.query, POINT)
            told.append(error_of(asking))

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "join", joined)
        store.close()
    assert told == ["StoreUnavailable: The store is closed."]


PARENT = """
import sys
from pathlib import Path
from worker_store import WorkerStore
store = WorkerStore(Path(sys.argv[1]))
print(store.service.pool.supervisor, flush=True)
sys.stdin.read()
"""


def test_a_parent_that_is_killed_leaves_nothing_behind(release: Release) -> None:
    command = [sys.executable, "-c", PARENT, str(release.path)]
    here = Path(__file__).parent
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=here
    ) as parent:
        assert parent.stdout
        process = int(parent.stdout.readline())
        until(lambda: len(children(process)) == Settings().workers)
        with ending(process, *children(process)):
            parent.kill()


def test_a_release_that_is_not_there_is_not_served(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StoreUnavailable) as error:
        WorkerStore(tmp_path / "nothing")
    assert str(error.value) == "The query workers did not start."
    assert capfd.readouterr().err == (
        f"pilotgraph: {tmp_path}/nothing holds no release; `pilotgraph build` writes one\n"
    )


def test_a_release_that_does_not_match_its_manifest_is_not_served(
    release: Release, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / release.name
    shutil.copytree(release.path, place)
    content = (place / "data.nq").read_bytes()
    (place / "data.nq").write_bytes(content[:-2] + b"\n\n")
    with pytest.raises(StoreUnavailable):
        WorkerStore(place)
    said = capfd.readouterr().err
    assert said.startswith(f"pilotgraph: {place}/data.nq has another SHA-256 than the manifest says")
    assert said.count("\n") == 1
