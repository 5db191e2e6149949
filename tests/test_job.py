"""What is said of a query that ended its worker, and which shapes are remembered."""

import asyncio

import pytest

from pilotgraph.errors import WAY_OUT, StoreUnavailable
from pilotgraph.frames import Death
from pilotgraph.job import INTERRUPTED, Job, Lately, passed
from pools import on_loop


@pytest.mark.parametrize(
    ("death", "said"),
    [
        (Death.DEADLINE, "The query took longer than 2.5 seconds, the limit."),
        (Death.MEMORY, "The query needed more than 500 MB of memory, the limit."),
        (Death.UNRELATED, "The query was too much for the process that evaluated it, which ended."),
        (None, "The query was too much for the process that evaluated it, which ended."),
    ],
)
def test_the_limit_that_was_passed_is_named_with_a_way_out(death: Death | None, said: str) -> None:
    assert str(passed(death, 2.5, 500.0)) == f"{said} {WAY_OUT}"


def test_the_last_numbers_are_remembered() -> None:
    lately = Lately(3)
    for number in (1, 2, 3, 1, 4):
        lately.add(number)
    assert [number in lately for number in (1, 2, 3, 4)] == [True, False, True, True]
    lately.discard(3)
    lately.discard(7)
    assert (3 in lately, len(lately)) == (False, 2)


@on_loop
async def test_who_knows_better_already_is_told_nothing() -> None:
    done = asyncio.get_running_loop().create_future()
    job = Job("", 0, b"", 1.0, done)
    job.fail(StoreUnavailable(INTERRUPTED))
    job.fail(StoreUnavailable("another"))
    with pytest.raises(StoreUnavailable, match="interrupted"):
        await done
