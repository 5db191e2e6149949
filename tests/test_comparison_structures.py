"""Blank nodes as texts: equal structures give equal ones."""

import pyoxigraph as ox
import pytest
from rdflib import RDF

from pilotgraph.comparison.changes import STRUCTURE
from pilotgraph.comparison.structures import as_values
from pilotgraph.errors import ReleaseError

ONE = str(ox.Literal(1))


def values(turtle: str) -> tuple[list[str], list[str]]:
    named, loose = as_values(ox.parse("@prefix : <x:> . " + turtle, format=ox.RdfFormat.TURTLE))
    assert all(each.datatype == STRUCTURE for each in loose)
    return [value.value for _, _, value in named], [each.value for each in loose]


@pytest.mark.parametrize(
    ("turtle", "named", "loose"),
    [
        pytest.param(":a :b [ :q :d ; :p :c ] .", ["[ <x:p> <x:c> ; <x:q> <x:d> ]"], [], id="sorted"),
        pytest.param(":a :b [ :p [ :q :c ] ] .", ["[ <x:p> [ <x:q> <x:c> ] ]"], [], id="nested"),
        pytest.param(":a :b [] .", ["[]"], [], id="a node of which nothing is said"),
        pytest.param("[ :p :c ] :q :d .", [], ["[ <x:p> <x:c> ; <x:q> <x:d> ]"], id="nothing leads to it"),
        pytest.param(
            ":a :b _:n . _:n :p _:m . _:m :p _:n .", ["[ <x:p> [ <x:p> _:up2 ] ]"], [], id="a circle"
        ),
        pytest.param(":a :b ( :c [ :p :d ] 1 ) .", [f"( <x:c> [ <x:p> <x:d> ] {ONE} )"], [], id="a list"),
        pytest.param(":a :b ( ( :c ) () ) .", [f"( ( <x:c> ) <{RDF.nil}> )"], [], id="lists in a list"),
        pytest.param(
            f":a :b [ <{RDF.first}> :c ; <{RDF.rest}> :d ] .",
            [f"[ <{RDF.first}> <x:c> ; <{RDF.rest}> <x:d> ]"],
            [],
            id="a list without an end",
        ),
        pytest.param(
            f":a :b _:n . _:n <{RDF.first}> :c ; <{RDF.rest}> _:n .",
            [f"[ <{RDF.first}> <x:c> ; <{RDF.rest}> _:up1 ]"],
            [],
            id="a list that leads back to itself",
        ),
    ],
)
def test_structures(turtle: str, named: list[str], loose: list[str]) -> None:
    assert values(turtle) == (named, loose)


def test_a_list_may_be_long() -> None:
    items = " ".join(f":{number}" for number in range(5_000))
    (told,), _ = values(f":a :b ( {items} ) .")
    assert told == f"( {' '.join(f'<x:{number}>' for number in range(5_000))} )"


@pytest.mark.parametrize(
    "turtle",
    [
        pytest.param(":a :p " + "[ :p " * 300 + '"x"' + " ]" * 300 + " .", id="deep"),
        pytest.param(
            "".join(f"_:n{number} :p _:n{number + 1} ; :q _:n{number + 1} . " for number in range(40))
            + ":a :p _:n0 .",
            id="two ways to each",
        ),
        pytest.param(
            "".join(f"_:n{one} :p _:n{other} . " for one in range(14) for other in range(14))
            + ":a :p _:n0 .",
            id="every node to every other",
        ),
    ],
)
def test_what_has_no_end_is_refused(turtle: str) -> None:
    with pytest.raises(ReleaseError, match="blank nodes stand more than 100 deep"):
        as_values(ox.parse("@prefix : <x:> . " + turtle, format=ox.RdfFormat.TURTLE))
