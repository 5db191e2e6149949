"""Questions are grouped by the classes that they rest on."""

import pytest
from pyoxigraph import NamedNode

from pilotgraph.edition import Edition
from pilotgraph.question_groups import classes_of, group, rests_on
from pilotgraph.questions import Question, read_question
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore

ONTOLOGY = "https://example.org/lights/ontology#"
LIGHTHOUSE, INSPECTION = NamedNode(f"{ONTOLOGY}Lighthouse"), NamedNode(f"{ONTOLOGY}Inspection")


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings())


def question(terms: str) -> Question:
    found = read_question(f"# question: {terms}?\n# terms: {terms}\nASK {{}}", "data/queries/a.rq", terms)
    assert isinstance(found, Question)
    return found


@pytest.mark.parametrize(
    ("terms", "classes"),
    [
        pytest.param("lt:Lighthouse lt:Inspection", [LIGHTHOUSE, INSPECTION], id="classes in order"),
        pytest.param("lt:inspects lt:Lighthouse", [LIGHTHOUSE], id="a class says more than a property"),
        pytest.param("lt:inspects", [INSPECTION], id="what a property is about"),
        pytest.param("rdfs:label", [], id="a property of anything"),
    ],
)
def test_the_classes_of_a_question(edition: Edition, terms: str, classes: list[NamedNode]) -> None:
    assert classes_of(question(terms), edition.context, edition.describer.vocabulary) == classes


def test_terms_are_iris(edition: Edition) -> None:
    found = rests_on(question("lt:Lighthouse rdfs:label"), edition.context)
    assert found == [LIGHTHOUSE, NamedNode("http://www.w3.org/2000/01/rdf-schema#label")]


def test_groups_are_sorted_and_hold_each_question_once(edition: Edition) -> None:
    asked = [
        question(each)
        for each in ("rdfs:label", "lt:Inspection", "lt:Lighthouse", "lt:Lighthouse lt:Inspection")
    ]
    groups, totals = group(asked, edition.context, edition.describer.vocabulary)
    assert [(each.of_class, [one.name for one in each.questions]) for each in groups] == [
        (LIGHTHOUSE, ["lt:Lighthouse", "lt:Lighthouse lt:Inspection"]),
        (INSPECTION, ["lt:Inspection"]),
        (None, ["rdfs:label"]),
    ]
    assert list(totals.items()) == [(INSPECTION, 2), (LIGHTHOUSE, 2)]
