"""What `joins` lets the planner have: how triple patterns are counted, and that what passes is planned."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import REPOSITORY
from engine import Engine, Outcome
from pilotgraph.errors import MalformedQuery
from pilotgraph.guard import read
from pilotgraph.joins import MAX_JOINED, MAX_SELECTS, MAX_STEPS

TOO_MUCH = "a query may have as much to join as 72 triple patterns in one group have; this one has more"
QUERIES = sorted(path for folder in ("data", "tests") for path in (REPOSITORY / folder).rglob("*.rq"))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def select(group: str) -> str:
    return f"PREFIX : <http://example.org/> SELECT * {{ {group} }}"


def passes(query: str) -> bool:
    try:
        read(query)
    except MalformedQuery as error:
        assert str(error).endswith(TOO_MUCH)
        return False
    return True


def star(count: int, name: str = "a") -> str:
    return " ".join(f"?s :{name}{n} ?{name}{n} ." for n in range(count))


def each(pattern: str, count: int) -> str:
    return " ".join(pattern.replace("{n}", str(n)) for n in range(count))


@pytest.mark.parametrize(
    ("before", "unit", "after", "patterns"),
    [
        pytest.param("", "?s :p ?o .", "", 1, id="three terms and a dot"),
        pytest.param("", "?s a :C .", "", 1, id="the predicate a"),
        pytest.param("", "?s ?p 1.", "", 1, id="a number that ends in the dot"),
        pytest.param("", "?s ?p -1.5 .", "", 1, id="a number with a sign"),
        pytest.param("", "?s ?p true .", "", 1, id="a boolean"),
        pytest.param("", "?s ?p 'a'@en .", "", 1, id="a string with a language"),
        pytest.param("", "?s ?p '1'^^<http://a/b> .", "", 1, id="a literal with a datatype"),
        pytest.param("", "<http://a/s> <http://a/p> _:b .", "", 1, id="IRIs and a blank node"),
        pytest.param("", "[] ?p [] .", "", 1, id="anonymous blank nodes"),
        pytest.param("?s :p 1 ", "; :p ?o", "", 1, id="a list of properties"),
        pytest.param("?s :p 1 ", "; ; :p ?o ;", "", 1, id="with semicolons to spare"),
        pytest.param("?s :p 1 ", ", ?o", "", 1, id="a list of objects"),
        pytest.param("", "?s :p [ :p ?o ; :q ?x, ?y ] .", "", 4, id="a blank node with properties"),
        pytest.param("", "[ :p ?o ; :q ?x ] :r ?y .", "", 3, id="as a subject"),
        pytest.param("?s :p ", "[ :p ", "1" + "]" * 35, 2, id="nested blank nodes"),
        pytest.param("?s :p (", "?x", ")", 2, id="the members of a list"),
        pytest.param("?s :p (", "'1'^^<http://a/b> 'a'@en 1", ")", 6, id="literals as members"),
        pytest.param("(", "?x", ") :p ?y", 2, id="a list as a subject"),
        pytest.param("?s :p (", "[ :p ?x ]", ")", 3, id="blank nodes with properties in a list"),
        pytest.param("", "?s :p/:p/^:p ?o .", "", 3, id="the steps of a path"),
        pytest.param("", "?s :p*/(:p|:q)/!(:p|^:q) ?o .", "", 3, id="of a path with operators"),
        pytest.param("", "?s :p|:q|:r ?o .", "", 1, id="alternatives"),
        pytest.param("", "?s (:p/(:q/:r)*)+ ?o .", "", 3, id="steps in brackets"),
        pytest.param("", "?s :p ?o FILTER(?o > 1 && ?o < 9)", "", 1, id="a filter instead of a dot"),
        pytest.param("", "?s :p ?o FILTER REGEX(?o, 'a', 'i')", "", 1, id="a filter that is a call"),
        pytest.param("", "?s :p ?o FILTER :f(?o)", "", 1, id="a filter that calls a function by IRI"),
        pytest.param("", "?s :p ?o BIND(?o + 1 AS ?x{n})", "", 1, id="a value bound"),
        pytest.param("", "{ ?s :p ?o }", "", 1, id="groups in braces"),
        pytest.param("", "{ ?s :p ?o } { ?s :q ?o } .", "", 2, id="one after the other"),
        pytest.param("", "{ ?s :p ?o . ", "}" * 35 + "}" * 36, 1, id="nested groups"),
        pytest.param("", "GRAPH ?g { ?s :p ?o }", "", 2, id="patterns in GRAPH"),
        pytest.param("", "GRAPH :g {}", "", 1, id="GRAPH with nothing in it"),
        pytest.param("", "VALUES ?x { 1 2 }", "", 1, id="VALUES"),
        pytest.param("", "VALUES (?x ?y) { (1 :a) (UNDEF :b) }", "", 1, id="VALUES of two variables"),
    ],
)
def test_what_is_joined_is_counted(before: str, unit: str, after: str, patterns: int, engine: Engine) -> None:
    first = patterns and (1 if before.startswith("?s :p") else 0)
    most = (MAX_JOINED - first) // patterns
    if after.startswith(("1]", "}")):  # they are nested, and the brackets have a limit of their own
        most = 35 if after[0] == "1" else 60
        after = after[0].strip("}") + ("]" if after[0] == "1" else "}") * most
    query = select(before + each(unit, most) + after)
    assert engine.ask(query) is Outcome.ANSWER
