"""A fact is asked for by plain triple patterns; whatever else stands in its place is told, with its line."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from pilotgraph import document
from pilotgraph.context import Context
from pilotgraph.errors import Position, Problem
from pilotgraph.facts import Fact, check, read, triples

BASE = "https://example.org/lights/id/"
TERMS = "https://example.org/lights/ontology#"
TOWER = ox.NamedNode(BASE + "lighthouse/north-teal")
HEIGHT = ox.NamedNode(TERMS + "focalHeight")


@pytest.fixture(scope="module")
def context(lighthouses: Path) -> Context:
    path = lighthouses / "ontology/context.jsonld"
    return Context.read(path.read_bytes(), "context.jsonld", BASE)


def reading(text: str, context: Context) -> tuple[list[Fact], list[str]]:
    problems: list[Problem] = []
    facts = read(document.read(text.encode(), "f.yaml"), context, problems)
    return facts, [str(problem) for problem in (*problems, *check(facts))]


def test_a_fact_is_asked_for_same_as_another_or_excluded(context: Context) -> None:
    facts, problems = reading(
        "L1:\n"
        "  fact: North Teal stands high.\n"
        "  ask: <lighthouse/north-teal> lt:focalHeight ?height .\n"
        "L2: {same: L1}\n"
        "L3: {same: [L1, L4]}\n"
        "L4: {fact: It is white., excluded: Paint is no matter of ours.}\n",
        context,
    )
    assert problems == []
    assert [(fact.number, fact.position.line, fact.same, fact.excluded) for fact in facts] == [
        ("L1", 1, (), ""),
        ("L2", 4, ("L1",), ""),
        ("L3", 5, ("L1", "L4"), ""),
        ("L4", 6, (), "Paint is no matter of ours."),
    ]
    assert facts[0].ask == "<lighthouse/north-teal> lt:focalHeight ?height ."


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("L1: {same: L9}", "f.yaml:1:1: error: L1 is the same as L9, {none}", id="as nothing"),
        pytest.param(
            "L1: {same: L2}\nL2: {same: L1}",
            "f.yaml:1:1: error: L1 is the same as L2, {none}",
            id="same as what is the same",
        ),
        pytest.param(
            "L1: {fact: It is tall.}",
            "f.yaml:1:1: error: L1: a fact has one of ask, same, excluded",
            id="nothing to ask",
        ),
        pytest.param(
            "L1: {same: L2, excluded: no}",
            "f.yaml:1:1: error: L1: a fact has one of ask, same, excluded",
            id="two at once",
        ),
        pytest.param("L1: yes", "f.yaml:1:5: error: L1: a fact has one of ask, same, excluded", id="no map"),
        pytest.param(
            "L1: {sparql: no}",
            'f.yaml:1:6: error: L1: "sparql" is none of fact, ask, same, excluded',
            id="another key",
        ),
        pytest.param(
            "L1: {same: []}",
            "f.yaml:1:12: error: L1: the numbers of facts are wanted here",
            id="same as none",
        ),
        pytest.param(
            "L1: {fact: x, ask: '?a ?b ?c . SERVICE <urn:x> {}'}",
            "f.yaml:1:20: error: L1: an ask is plain triple patterns, and its line 1 is not:"
            " No other endpoint is asked from here: SERVICE is not taken.",
            id="a question to another endpoint",
        ),
        pytest.param("L1: {excluded: ''}", "f.yaml:1:16: error: L1: a text is wanted here", id="no reason"),
        pytest.param(
            "L1: {ask: '?a a ?b'}",
            "f.yaml:1:1: error: L1: say in a sentence, under `fact`, what is asked for",
            id="no sentence",
        ),
        pytest.param(
            "L1:\n  fact: x\n  ask: |\n    ?a a lt:Keeper .\n    FILTER(?a)",
            "f.yaml:3:8: error: L1: an ask is plain triple patterns, and its line 2 is not:"
            " this is not SPARQL from here on",
            id="a filter",
        ),
        pytest.param(
            "L1: {fact: x, ask: '?a lt:tendedBy/a ?b'}",
            "f.yaml:1:20: error: L1: an ask is plain triple patterns, and its line 1 is not:"
            " this is not SPARQL from here on",
            id="a path",
        ),
    ],
)
def test_a_fact_that_cannot_be_used(context: Context, text: str, problem: str) -> None:
    _, problems = reading(text, context)
    assert problems[0] == problem.format(none="which is no fact with an ask or a reason")


def test_a_number_stands_once(context: Context) -> None:
    first, second = (reading(f"{start}L1: {{excluded: x}}", context)[0] for start in ("", "\n"))
    assert [str(problem) for problem in check(second + first)] == [
        "f.yaml:2:1: error: L1 stands at f.yaml:1 already"
    ]


def test_an_ask_stands_once(context: Context) -> None:
    first = "L1:\n  fact: x\n  ask: ?x a lt:Lighthouse ; lt:tendedBy ?keeper .\n"
    _, problems = reading(
        f"{first}L2:\n  fact: y\n  ask: ?x  a lt:Lighthouse ; lt:tendedBy ?keeper .\n", context
    )
    assert problems == ["f.yaml:4:1: error: L2 asks the same as L1; say so, with `same`, or ask for more"]


def test_the_triples_of_an_ask_come_from_every_graph(context: Context) -> None:
    store = ox.Store()
    store.add(ox.Quad(TOWER, HEIGHT, ox.Literal(52), ox.NamedNode("urn:graph")))

    def found(ask: str) -> list[ox.Triple]:
        return triples(store, Fact("L1", Position("f.yaml", 1, 1), "x", ask), context)

    assert found("<lighthouse/north-teal> lt:focalHeight 52 . # high") == [
        ox.Triple(TOWER, HEIGHT, ox.Literal(52))
    ]
    assert len(found("$tower lt:focalHeight ?height")) == 1
    assert found("[ lt:focalHeight ?tower ] lt:tendedBy ?tower") == []
