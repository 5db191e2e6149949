"""The exceptions are the tree that the module draws; a problem is one line, and problems have an order."""

import re
from collections.abc import Iterator
from random import Random

import pytest

from pilotgraph import errors
from pilotgraph.errors import (
    NoFormat,
    PilotgraphError,
    Position,
    Problem,
    ReleaseRefused,
    Severity,
    SourceError,
)


def drawn() -> Iterator[tuple[str, str]]:
    """Each exception of the docstring, and the one that it stands below."""
    above: list[str] = []
    for indent, name in re.findall(r"^( *)[*x] (\w+)", errors.__doc__ or "", re.MULTILINE):
        del above[len(indent) // 2 :]
        yield name, above[-1] if above else "Exception"
        above.append(name)


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    found = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Exception)]
    assert len(found) >= 10
    assert list(drawn()) == [(each.__name__, str(each.__base__ and each.__base__.__name__)) for each in found]


def problem(
    line: int, severity: Severity = Severity.ERROR, message: str = "no value", column: int = 1
) -> Problem:
    return Problem(Position("data/a.yaml", line, column), severity, message)


def test_a_problem_reads_as_one_line() -> None:
    assert str(problem(3, Severity.VIOLATION, column=5)) == "data/a.yaml:3:5: violation: no value"


@pytest.mark.parametrize(
    ("severity", "stops"),
    [
        (Severity.ERROR, True),
        (Severity.VIOLATION, True),
        (Severity.WARNING, False),
        (Severity.INFO, False),
    ],
)
def test_errors_and_violations_stop_a_release(severity: Severity, stops: bool) -> None:
    assert problem(1, severity).stops_a_release is stops


def test_problems_come_in_the_order_of_files_lines_and_columns() -> None:
    ordered = [
        problem(2, column=9),
        problem(2, column=10),
        problem(2, message="unknown key", column=10),
        problem(10),
        Problem(Position("data/b.yaml", 1, 1), Severity.ERROR, "no value"),
    ]
    for seed in range(5):
        assert sorted(Random(seed).sample(ordered, len(ordered))) == ordered


def test_a_source_error_carries_its_problems_and_says_them() -> None:
    error = ReleaseRefused(iter([problem(1), problem(2)]))
    assert isinstance(error, SourceError)
    assert error.problems == (problem(1), problem(2))
    assert str(error) == "data/a.yaml:1:1: error: no value\ndata/a.yaml:2:1: error: no value"


def test_no_format_names_what_could_be_sent() -> None:
    error = NoFormat(["text/csv", "text/turtle"])
    assert isinstance(error, PilotgraphError)
    assert error.offers == ("text/csv", "text/turtle")
    assert str(error) == "This answer can be sent as: text/csv, text/turtle"
