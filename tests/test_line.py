"""The line that waits: whose turn it is, and who gives way when it is full."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotgraph.line import Line


def line_of(room: int, *jobs: str) -> Line[str]:
    """A line with jobs such as "a1", whose client is the letter; none gives way."""
    line: Line[str] = Line(room)
    for job in jobs:
        assert line.add(job[0], job) is None
    return line


def taken(line: Line[str]) -> list[str]:
    found = []
    while job := line.next():
        found.append(job)
    assert len(line) == 0
    return found


@pytest.mark.parametrize(
    ("jobs", "turns"),
    [
        ([], []),
        (["a1", "a2"], ["a1", "a2"]),
        (["a1", "a2", "a3", "b1"], ["a1", "b1", "a2", "a3"]),
        (["a1", "a2", "b1", "b2", "c1"], ["a1", "b1", "c1", "a2", "b2"]),
    ],
)
def test_turns_go_round(jobs: list[str], turns: list[str]) -> None:
    assert taken(line_of(10, *jobs)) == turns


def test_who_comes_back_is_last() -> None:
    line = line_of(10, "a1", "b1", "c1")
    assert line.next() == "a1"
    line.add("a", "a2")
    assert taken(line) == ["b1", "c1", "a2"]


@pytest.mark.parametrize(
    ("room", "jobs", "late", "gives_way", "left"),
    [
        (0, [], "a1", "a1", []),
        (1, ["a1"], "b1", "b1", ["a1"]),  # of equals the one that came last
        (3, ["a1", "a2", "a3"], "b1", "a3", ["a1", "b1", "a2"]),
        (3, ["a1", "a2", "a3"], "a4", "a4", ["a1", "a2", "a3"]),
        (4, ["a1", "b1", "b2", "b3"], "a2", "b3", ["a1", "b1", "a2", "b2"]),
    ],
)
def test_in_a_full_line_the_greediest_gives_way(
    room: int, jobs: list[str], late: str, gives_way: str, left: list[str]
) -> None:
    line = line_of(room, *jobs)
    assert line.add(late[0], late) == gives_way
    assert len(line) == len(left)
    assert taken(line) == left


def test_who_is_not_admitted_is_passed_over_and_keeps_the_turn() -> None:
    line = line_of(10, "a1", "a2", "b1", "b2")
    assert [line.next(lambda client: client == "b") for _ in range(3)] == ["b1", "b2", None]
    assert taken(line) == ["a1", "a2"]


def test_a_job_may_leave() -> None:
    line = line_of(3, "a1", "a2", "b1")
    line.remove("a", "a1")
    line.remove("b", "b1")
    assert dict(line.counts()) == {"a": 1}
    assert line.add("b", "b2") is None
    for client, job in (("a", "a1"), ("c", "c1")):
        with pytest.raises(ValueError):
            line.remove(client, job)
    assert taken(line) == ["a2", "b2"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["add", "next", "remove"]))), st.integers(0, 5)
)
def test_its_counts_are_those_of_what_is_in_it(steps: list[tuple[str, str]], room: int) -> None:
    line: Line[str] = Line(room)
    held: list[str] = []
    for number, (client, step) in enumerate(steps):
        match step:
            case "add":
                held.append(f"{client}{number}")
                refused = line.add(client, held[-1])
                assert (refused is None) == (len(held) <= room)
                if refused:
                    held.remove(refused)
            case "next":
                job = line.next()
                assert (job is None) == (not held)
                if job:
                    assert job == next(each for each in held if each[0] == job[0]), "not in their order"
                    held.remove(job)
            case "remove" if own := [each for each in held if each[0] == client]:
                line.remove(client, own[0])
                held.remove(own[0])
        assert len(line) == len(held)
        assert dict(line.counts()) == Counter(each[0] for each in held)
