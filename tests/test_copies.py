"""What `copies` lets the parser multiply, and what it does not."""

from collections.abc import Iterator

import pytest

from engine import Engine, Outcome
from pilotgraph.errors import MalformedQuery
from pilotgraph.guard import read

MESSAGE = "nested IN, REGEX, REPLACE, SUBSTR and GROUP_CONCAT may have 100,000 parts copied; these have more"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def where(expression: str) -> str:
    return f"SELECT * {{ ?s ?p ?a FILTER({expression}) }}"


def having(expression: str) -> str:
    return f"SELECT ({expression} AS ?x) {{ ?s ?p ?a }}"


def nested(form: str, times: int, core: str = "?a") -> str:
    before, after = form.split("…")
    return before * times + core + after * times


MEMBERS = ", ".join(map(str, range(30)))


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(where(nested("REPLACE(…, 'a', 'b')", 10)), id="10 REPLACE"),
        pytest.param(where(nested("REPLACE('a', …, 'b', 'i')", 10)), id="10 REPLACE with flags"),
        pytest.param(where(nested("REGEX(…, 'a')", 10)), id="10 REGEX"),
        pytest.param(having(nested("SUBSTR(?a, …)", 10)), id="10 SUBSTR"),
        pytest.param(having(nested("GROUP_CONCAT(…)", 5)), id="GROUP_CONCAT in another"),
        pytest.param(where(nested("IF(…, 1, 2)", 60)), id="60 IF"),
        pytest.param(where(nested("COALESCE(?b, …)", 60)), id="60 COALESCE"),
        pytest.param(where(nested("(…)", 60)), id="60 parentheses"),
        pytest.param(where(nested("!(…)", 60)), id="60 negations"),
        pytest.param(where(nested("(-(…))", 30)), id="30 signs"),
        pytest.param(where(nested("CONCAT(STR(…), 'a')", 30)), id="30 CONCAT and STR"),
        pytest.param(where("?a IN (" + "1, " * 40_000 + "2)"), id="40,000 members"),
        pytest.param(where("STR(?a) NOT IN (" + "'a', " * 10_000 + "'b')"), id="10,000 members for a call"),
        pytest.param(where(" || ".join(["?a IN (1, 2, 3)"] * 200)), id="200 IN side by side"),
        pytest.param(where("?a IN (?a IN (?a IN (1, 2), 2), 2)"), id="IN among members"),
        pytest.param(where(nested(f"(… IN ({MEMBERS}))", 2)), id="IN in IN"),
    ],
)
def test_what_is_usual_passes_and_is_parsed(query: str, engine: Engine) -> None:
    read(query)
    assert engine.ask(query) is Outcome.ANSWER


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(where(nested("REPLACE(…, 'a', 'b')", 26)), id="26 REPLACE"),
        pytest.param(where(nested("REGEX('a', …)", 26)), id="26 REGEX"),
        pytest.param(where(nested("substr(…, 1)", 26)), id="26 SUBSTR, in small letters"),
        pytest.param(having(nested("GROUP_CONCAT(DISTINCT …)", 30)), id="30 GROUP_CONCAT"),
        pytest.param(where(nested("(… IN (1, 2))", 24)), id="24 IN"),
        pytest.param(where(nested(f"(… IN ({MEMBERS}))", 5)), id="5 IN of 30 members"),
        pytest.param(where(nested("(?a || … NOT IN (1, 2))", 24)), id="24 NOT IN after ||"),
        pytest.param(where("+".join(["?a"] * 1_500) + f" IN ({MEMBERS})"), id="IN after a long sum"),
        pytest.param(
            where("EXISTS {" + "?s ?p ?o . " * 60 + "} IN (" + "1," * 9_000 + "2)"), id="IN after EXISTS"
        ),
    ],
)
def test_what_multiplies_is_refused(query: str, engine: Engine) -> None:
    with pytest.raises(MalformedQuery) as refused:
        read(query)
    assert str(refused.value).endswith(MESSAGE)
    assert engine.ask(query, cpu_seconds=1) in (Outcome.SLOW, Outcome.LARGE), "it would hang or swell"


def test_the_place_is_that_of_a_closing_bracket() -> None:
    query = where("\n" + nested("REGEX(…, 'a')", 14))
    with pytest.raises(MalformedQuery) as refused:
        read(query)
    column = query.rindex("))") - query.index("\n")
    assert str(refused.value) == f"line 2, column {column}: {MESSAGE}"
