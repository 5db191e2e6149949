"""Places that clients take in turns."""

import asyncio
from http import HTTPStatus

import pytest

from pilotgraph.negotiation import RequestError
from pilotgraph.turns import Turns
from pools import eventually, on_loop


class Visit:
    """Somebody who wants a place, and holds it until told to go."""

    def __init__(self, turns: Turns, client: str) -> None:
        self.has, self.go = False, asyncio.Event()
        self.task = asyncio.ensure_future(self._stay(turns, client))

    async def _stay(self, turns: Turns, client: str) -> None:
        async with turns.turn(client):
            self.has = True
            await self.go.wait()


async def visits(turns: Turns, clients: str) -> list[Visit]:
    """Each letter is a client, in this order."""
    made = [Visit(turns, client) for client in clients]
    await asyncio.sleep(0.01)
    return made


def having(made: list[Visit]) -> list[bool]:
    return [visit.has for visit in made]


@on_loop
async def test_one_client_has_its_share_and_others_the_rest() -> None:
    turns = Turns(4, 2, 10)
    made = await visits(turns, "aaaabc")
    assert having(made) == [True, True, False, False, True, True]
    made[4].go.set()
    await made[4].task
    await asyncio.sleep(0.01)
    assert not any(having(made)[2:4]), "a place is free, and not for the one who has a share already"
    made[0].go.set()
    await eventually(lambda: made[2].has)
    assert not made[3].has
    for visit in made:
        visit.go.set()
    await asyncio.gather(*(visit.task for visit in made))


@on_loop
async def test_when_too_many_wait_the_greediest_gives_way() -> None:
    turns = Turns(1, 1, 2)
    made = await visits(turns, "aaab")
    with pytest.raises(RequestError) as error:
        await made[2].task
    assert (error.value.status, error.value.headers) == (HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "1"})
    for visit in made:
        visit.go.set()
    await asyncio.gather(made[0].task, made[1].task, made[3].task)


@on_loop
async def test_who_leaves_takes_no_place_along() -> None:
    turns = Turns(1, 1, 10)
    made = await visits(turns, "aabc")
    made[1].task.cancel()  # while it waits
    await asyncio.gather(made[1].task, return_exceptions=True)
    made[0].task.cancel()  # while it has the place: the next has it now, and leaves in the same moment
    made[2].task.cancel()
    await asyncio.gather(made[0].task, made[2].task, return_exceptions=True)
    await eventually(lambda: made[3].has)
    made[3].go.set()
    await made[3].task
    (last,) = await visits(turns, "a")
    assert last.has
    last.go.set()
    await last.task


@on_loop
async def test_a_place_that_was_given_to_one_who_leaves_is_given_on() -> None:
    turns = Turns(1, 1, 10)
    made = await visits(turns, "abc")
    made[0].go.set()
    while not made[0].task.done():
        await asyncio.sleep(0)
    made[1].task.cancel()  # it may have the place by now, or is about to
    await asyncio.gather(made[1].task, return_exceptions=True)
    await eventually(lambda: made[2].has)
    made[2].go.set()
    await made[2].task
