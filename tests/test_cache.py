"""Answers that are kept within a size, and work that is done once for all who wait for it."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotgraph.cache import Cache, Together
from pools import on_loop


def cache_of(most_bytes: int) -> Cache[str, bytes]:
    return Cache(most_bytes, lambda key, value: len(key) + len(value))


def test_what_was_used_longest_ago_goes_first() -> None:
    cache = cache_of(24)
    for key in "abcdefgh":
        cache.put(key, b"12")
    assert cache.get("a") == b"12"
    cache.put("i", b"12")
    cache.put("j", b"1")
    assert [key for key in "abcdefghij" if cache.get(key)] == list("adefghij")
    assert cache.bytes == 23


def test_a_value_that_is_there_is_not_counted_twice() -> None:
    cache = cache_of(80)
    for _ in range(3):
        cache.put("a", b"12")
    assert (len(cache), cache.bytes) == (1, 3)


@pytest.mark.parametrize(("most_bytes", "kept"), [(0, False), (31, False), (32, True)])
def test_a_value_may_take_an_eighth_of_the_room(most_bytes: int, kept: bool) -> None:
    cache = cache_of(most_bytes)
    cache.put("a", b"123")
    assert (cache.get("a") is not None) == kept
    assert cache.bytes == 4 * kept


@given(
    st.lists(st.tuples(st.text("abcdef", min_size=1, max_size=3), st.binary(max_size=12))), st.integers(0, 90)
)
def test_its_bytes_are_those_of_what_it_keeps(puts: list[tuple[str, bytes]], most_bytes: int) -> None:
    cache, given_first = cache_of(most_bytes), dict[str, bytes]()
    for key, value in puts:
        if cache.get(key) is None:
            given_first[key] = value
        cache.put(key, value)
    kept = {key: found for key in given_first if (found := cache.get(key)) is not None}
    assert len(kept) == len(cache)
    assert sum(len(key) + len(value) for key, value in kept.items()) == cache.bytes <= most_bytes
    assert kept.items() <= given_first.items()


class Work:
    """Work that ends when a test says so."""

    def __init__(self) -> None:
        self.begun: list[asyncio.Future[int]] = []
        self.together: Together[str, int] = Together()

    def begin(self) -> "asyncio.Future[int]":
        self.begun.append(asyncio.get_running_loop().create_future())
        return self.begun[-1]

    def wait(self) -> "asyncio.Task[int]":
        return asyncio.get_running_loop().create_task(self.together.wait("key", self.begin))


@on_loop
async def test_equal_work_is_done_once() -> None:
    work = Work()
    waiting = [work.wait() for _ in range(5)]
    await asyncio.sleep(0)
    assert "key" in work.together
    work.begun[0].set_result(7)
    assert await asyncio.gather(*waiting) == [7] * 5
    assert len(work.begun) == 1
    assert "key" not in work.together
    again = work.wait()
    await asyncio.sleep(0)
    work.begun[1].set_result(8)
    assert await again == 8


@on_loop
async def test_an_error_is_everyones() -> None:
    work = Work()
    waiting = [work.wait() for _ in range(3)]
    await asyncio.sleep(0)
    work.begun[0].set_exception(ValueError("no"))
    assert [str(error) for error in await asyncio.gather(*waiting, return_exceptions=True)] == ["no"] * 3
    assert "key" not in work.together


@on_loop
async def test_it_goes_on_while_anyone_waits() -> None:
    work = Work()
    first, second = work.wait(), work.wait()
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    work.begun[0].set_result(7)
    assert await second == 7


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@on_loop
async def test_who_comes_after_the_last_has_gone_is_not_told_that_it_was_cancelled(turns: int) -> None:
    work = Work()
    first = work.wait()
    await asyncio.sleep(0)
    first.cancel()
    for _ in range(turns):
        await asyncio.sleep(0)
    second = work.wait()
    while len(work.begun) == 1:
        await asyncio.sleep(0)
    assert work.begun[0].cancelled()
    third = work.wait()
    await asyncio.sleep(0)
    work.begun[1].set_result(7)
    assert {await second, await third} == {7}
    assert len(work.begun) == 2


@pytest.mark.parametrize("end", [lambda work: work.set_result(7), lambda work: work.cancel()])
@on_loop
async def test_nobody_who_leaves_at_the_end_breaks_it(end: Callable[["asyncio.Future[int]"], object]) -> None:
    work = Work()
    waiting = work.wait()
    await asyncio.sleep(0)
    end(work.begun[0])
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert "key" not in work.together
