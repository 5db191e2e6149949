"""The form of a question: what can be chosen, what is typed, and what was given."""

import pytest
from rdflib import XSD

from pilotgraph.edition import Edition
from pilotgraph.question_forms import Choice, Field, fields
from pilotgraph.questions import Question, read_question
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
from web import LIGHTS

HEAD = "# question: which?\n# terms: lt:Lighthouse\nPREFIX lt: <https://example.org/lights/ontology#>\n"
PREFIX = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings())


def field(edition: Edition, default: str, given: str | None = None, wrong: str = "") -> Field:
    text = f"{HEAD}{PREFIX}SELECT * {{\n  VALUES ?x {{ {default} }}  # parameter: what it is\n}}"
    question = read_question(text, "data/queries/a.rq", "a")
    assert isinstance(question, Question)
    (found,) = fields(edition, question, {} if given is None else {"x": given}, wrong)
    assert (found.name, found.description) == ("x", "what it is")
    return found


COLOURS = tuple(
    Choice(f"lt:{each}Light", each, term=f"<{LIGHTS}ontology#{each}Light>")
    for each in ("green", "red", "white")
)


def test_a_thing_is_chosen_by_name_among_those_like_the_default(edition: Edition) -> None:
    found = field(edition, "lt:redLight")
    assert (found.value, found.choices) == ("lt:redLight", COLOURS)


def test_a_thing_of_another_kind_that_was_given_can_be_chosen_too(edition: Edition) -> None:
    found = field(edition, "lt:redLight", "keeper/nobody")
    assert found.value == "keeper/nobody"
    assert found.choices == (Choice("keeper/nobody", "keeper/nobody"), *COLOURS)


@pytest.mark.parametrize(
    ("default", "kind", "step", "value", "end"),
    [
        pytest.param("3", "number", "1", "3", f"^^<{XSD.integer}>", id="a whole number"),
        pytest.param("0.50", "number", "any", "0.50", f"^^<{XSD.decimal}>", id="a decimal"),
        pytest.param('"2019"^^xsd:gYear', "number", "1", "2019", f"^^<{XSD.gYear}>", id="a year"),
        pytest.param('"2019-05-01"^^xsd:date', "date", "", "2019-05-01", f"^^<{XSD.date}>", id="a day"),
        pytest.param(
            '"2019-05"^^xsd:gYearMonth', "text", "", "2019-05", f"^^<{XSD.gYearMonth}>", id="a month"
        ),
        pytest.param('"tower"@en', "text", "", "tower", "@en", id="a text"),
    ],
)
def test_a_literal_is_typed(
    edition: Edition, default: str, kind: str, step: str, value: str, end: str
) -> None:
    assert field(edition, default) == Field("x", "what it is", value, kind, step, end=end)


def test_truth_is_chosen(edition: Edition) -> None:
    found = field(edition, "true", "false")
    terms = [f'"{each}"^^<{XSD.boolean}>' for each in ("true", "false")]
    assert (found.value, found.choices) == (
        "false",
        (Choice("true", "yes", term=terms[0]), Choice("false", "no", term=terms[1])),
    )


def test_what_was_refused_is_shown_as_it_was_typed(edition: Edition) -> None:
    assert field(edition, "3", "three", "x") == Field(
        "x", "what it is", "three", wrong=True, end=f"^^<{XSD.integer}>"
    )
