"""What stands before the workers: the guard, the cache, and questions that wait for one answer."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pilotgraph.crew import Replied
from pilotgraph.errors import LimitExceeded, MalformedQuery, NoFormat, QueryRefused, StoreUnavailable
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.service import CACHE, SHARED, WORKER, Service, key_of
from pilotgraph.store import LocalStore, Query
from pools import BOMB, NOTHING, POINT, children_of, csv, ending, eventually, kept, on_loop, open_pool, state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")


class Counting:
    """A service that knows how often its pool was asked."""

    def __init__(self, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        ask = pool.ask

        def counted(
            client: str, shape: int, query: bytes, seconds: float | None = None
        ) -> "asyncio.Future[Replied]":
            self.asked.append(client)
            return ask(client, shape, query, seconds)

        monkeypatch.setattr(pool, "ask", counted)
        self.service = Service(pool, "release code")


@pytest.fixture(scope="module")
def pool(release: Release) -> Iterator[Pool]:
    with kept(release, workers=2, answer_mb=1, cache_mb=1) as opened:
        yield opened


@pytest.fixture
def counting(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(pool, monkeypatch)


@on_loop
async def test_what_was_answered_is_known(counting: Counting) -> None:
    service = counting.service
    assert service.known(key_of(csv(POINT))) is None
    first, second = await service.answer(csv(POINT)), await service.answer(csv(POINT))
    assert first.answer == second.answer == service.known(key_of(csv(POINT)))[0]  # type: ignore[index]
    assert (first.answer.content, first.kept, second.kept) == (NOTHING, True, True)
    assert (first.origin, second.origin) == (WORKER, CACHE)
    assert len(counting.asked) == 1


@on_loop
async def test_equal_queries_at_once_are_asked_once(counting: Counting) -> None:
    asking = [counting.service.answer(csv(POINT), str(client)) for client in range(20)]
    given = await asyncio.gather(*asking)
    assert {each.answer.content for each in given} == {NOTHING}
    assert [each.origin for each in given] == [WORKER] + [SHARED] * 19
    assert counting.asked == ["0"]


@pytest.mark.parametrize("call", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()", "now ( )"])
@on_loop
async def test_what_may_come_out_another_way_is_neither_kept_nor_shared(
    counting: Counting, call: str
) -> None:
    query = csv(f"SELECT ({call} AS ?x) {{}}")
    given = await asyncio.gather(*(counting.service.answer(query) for _ in range(3)))
    assert [(each.kept, each.origin) for each in given] == [(False, WORKER)] * 3
    assert counting.service.known(key_of(query)) is None
    assert len(counting.asked) == 3


@on_loop
async def test_who_waits_less_does_not_wait_for_others(counting: Counting) -> None:
    bomb = asyncio.ensure_future(counting.service.answer(csv(BOMB)))
    await asyncio.sleep(0)
    with pytest.raises(LimitExceeded, match=r"longer than 0\.1 seconds"):
        await counting.service.answer(replace(csv(BOMB), timeout_seconds=0.1))
    assert not bomb.done()
    bomb.cancel()
    given = await counting.service.answer(replace(csv(POINT), timeout_seconds=30))
    assert given.kept  # an answer is complete, however long it was waited for
    assert (await counting.service.answer(csv(POINT))).origin == CACHE


@on_loop
async def test_a_query_ends_when_the_last_who_asked_has_gone(counting: Counting, pool: Pool) -> None:
    asking = [asyncio.ensure_future(counting.service.answer(csv(BOMB))) for _ in range(3)]
    await eventually(lambda: pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 1)
    for each in asking[:2]:
        each.cancel()
    await asyncio.wait(asking[:2])
    assert pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 1
    await eventually(lambda: [state(each) for each in children_of(pool)].count("R") == 1)
    (busy,) = [each for each in children_of(pool) if state(each) == "R"]
    with ending(busy):
        asking[2].cancel()
        await eventually(lambda: pool.state["busy_workers"] + pool.state["busy_slow_workers"] == 0)
        await eventually(lambda: busy not in children_of(pool))


@pytest.mark.parametrize(
    ("query", "kind", "reaches_a_worker"),
    [
        (Query("CLEAR ALL"), QueryRefused, False),
        (Query("SELECT * { SERVICE <http://localhost/> {} }"), QueryRefused, False),
        (Query("ASK {} #" + "a" * 200_000), LimitExceeded, False),
        (Query("SELECT ?s ?s {}"), MalformedQuery, True),
        (Query("ASK {}", solutions=None), NoFormat, True),
        (Query("SELECT * { ?s ?p ?o . ?a ?b ?c }"), LimitExceeded, True),
    ],
)
@on_loop
async def test_errors_are_told_to_all_and_not_kept(
    counting: Counting, query: Query, kind: type[Exception], reaches_a_worker: bool
) -> None:
    errors = await asyncio.gather(*(counting.service.answer(query) for _ in range(2)), return_exceptions=True)
    assert [type(error) for error in errors] == [kind] * 2
    assert len(counting.asked) == reaches_a_worker
    with pytest.raises(kind):
        await counting.service.answer(query)
    assert len(counting.asked) == 2 * reaches_a_worker


@on_loop
async def test_an_answer_depends_on_text_graphs_and_formats(counting: Counting, release: Release) -> None:
    local = LocalStore(release)
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    queries = [
        Query(text),
        Query(f"{text} "),
        Query(text, solutions=RESULT_FORMATS[1]),
        Query(text, default_graphs=("a:b",)),
        Query(text, named_graphs=("a:b",)),
        Query("CONSTRUCT WHERE { ?s a ?o }"),
        Query("CONSTRUCT WHERE { ?s a ?o }", graph=RDF_FORMATS[2]),
    ]
    for _ in range(2):
        for query in queries:
            assert (await counting.service.answer(query)).answer == local.query(query)
    assert len(counting.asked) == len(queries)
    tags = {counting.service.tag(key_of(query)) for query in queries}
    assert len(tags) == len(queries)
    assert tags == {counting.service.tag(key_of(replace(query))) for query in queries}
    other = Service(counting.service.pool, "release other-code")
    assert not tags & {other.tag(key_of(query)) for query in queries}


@on_loop
async def test_the_cache_stays_within_its_size(counting: Counting) -> None:
    cache = counting.service.cache
    for n in range(60):
        # A text beyond the plane of most scripts takes four bytes for each of its characters.
        text = f"SELECT ('{'a' * 9_000}\U0001f5fc' AS ?x) ({n} AS ?n) {{}}"
        assert (await counting.service.answer(csv(text))).kept
        assert cache.bytes <= 1_000_000
    assert 0 < len(cache) < 1_000_000 / 36_000


@on_loop
async def test_a_pool_that_is_closed_is_told(release: Release) -> None:
    with pytest.MonkeyPatch.context() as patched:
        pool = await open_pool(release.path)
        service = Counting(pool, patched).service
        asking = [asyncio.ensure_future(service.answer(csv(BOMB))) for _ in range(2)]
        await asyncio.sleep(0)
        await pool.close()
        errors = await asyncio.gather(*asking, service.answer(csv(POINT)), return_exceptions=True)
        assert [type(error) for error in errors] == [StoreUnavailable] * 3
