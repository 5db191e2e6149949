"""A question says what it asks, a section what it shows, links where they lead; what is wrong is told."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from pilotgraph.errors import Problem
from pilotgraph.project import Project
from pilotgraph.questions import LinkQuery, Question, Section, read_links, read_question, read_section

LIGHTS = "https://example.org/lights/"
XSD = "http://www.w3.org/2001/XMLSchema#"
HEAD = "# question: Which light?\n# terms: lt:focalHeight\n"
QUERY = f"""# question: Which lights are in sight of a tower,
#    and how high are they?
# terms:    lt:focalHeight
#           lt:inSightOf
PREFIX lt: <{LIGHTS}ontology#>
PREFIX tower: <{LIGHTS}id/lighthouse/>
SELECT ?light ?word WHERE {{
  VALUES ?from {{ tower:kestrel-point }} # parameter: the tower to look from
  VALUES ?least {{ 10.5 }}# parameter: the least height
  values ?none {{ "x" }}
  VALUES ?word {{ "light"@en }}  # parameter:   a word
  ?from lt:inSightOf ?light .
}}
"""


def test_a_question_is_read_with_its_parameters_and_terms() -> None:
    question = read_question(QUERY, "q.rq", "q")
    assert isinstance(question, Question)
    assert question.question == "Which lights are in sight of a tower, and how high are they?"
    assert [(term, str(place)) for term, place in question.terms] == [
        ("lt:focalHeight", "q.rq:3:13"),
        ("lt:inSightOf", "q.rq:4:13"),
    ]
    assert [
        (each.name, each.default, each.description, QUERY[each.start : each.end], each.place)
        for each in question.parameters
    ] == [
        (
            "from",
            ox.NamedNode(f"{LIGHTS}id/lighthouse/kestrel-point"),
            "the tower to look from",
            "tower:kestrel-point",
            (8, 18),
        ),
        (
            "least",
            ox.Literal("10.5", datatype=ox.NamedNode(f"{XSD}decimal")),
            "the least height",
            "10.5",
            (9, 19),
        ),
        ("word", ox.Literal("light", language="en"), "a word", '"light"@en', (11, 18)),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "# asks: x\nASK {}",
            "q.rq:1:1: error: the first line of a query says what it asks: # question: …?",
            id="no question",
        ),
        pytest.param(
            "# terms: x\n# question: x?\nASK {}",
            "q.rq:1:1: error: the first line of a query says what it asks: # question: …?",
            id="a question that comes second",
        ),
        pytest.param(
            "# question: x?\n# terms:\nASK {}",
            "q.rq:1:1: error: the head of a question names the terms that it rests on: # terms: …",
            id="no terms",
        ),
        pytest.param(
            f"{HEAD}ASK {{ ?x }}", "q.rq:3:11: error: this is not SPARQL from here on", id="no query"
        ),
        pytest.param(
            f"{HEAD}ASK {{\n VALUES (?x) {{ (1) }} # parameter: a number\n}}",
            "q.rq:4:22: error: a parameter is a line such as: VALUES ?name { default }"
            " # parameter: what it is",
            id="a parameter of another form",
        ),
        pytest.param(
            f"{HEAD}ASK {{\n VALUES ?x {{ 1 2 }} # parameter: a number\n}}",
            "q.rq:4:14: error: a parameter has one default",
            id="two defaults",
        ),
        pytest.param(
            f"{HEAD}ASK {{\n VALUES ?x {{ UNDEF }} # parameter: a number\n}}",
            "q.rq:4:14: error: a parameter has one default",
            id="no default",
        ),
        pytest.param(
            f"{HEAD}ASK {{\n VALUES ?x {{ 1 }} # parameter: one\n VALUES ?x {{ 1 }} # parameter: two\n}}",
            'q.rq:5:10: error: there is a parameter "x" already',
            id="one name twice",
        ),
    ],
)
def test_a_question_that_cannot_be_published(text: str, problem: str) -> None:
    assert str(read_question(text, "q.rq", "q")) == problem


def test_a_section_is_read() -> None:
    head = "# title: Heights\n# about: How high\n#   they are.\n# metric: towers\n# dimension: urn:size\n"
    assert read_section(f"{head}SELECT * {{}}", "10-s.rq", "10-s", {}) == Section(
        "10-s.rq", "s", "Heights", "How high they are.", "towers", "urn:size", f"{head}SELECT * {{}}"
    )


def test_a_section_may_be_the_answer_of_a_question() -> None:
    head = "# title: Heights\n# about: How high they are.\n# answers: heights\n"
    section = read_section(head, "s.rq", "s", {"heights": "SELECT ?a {}"})
    assert section == Section("s.rq", "s", "Heights", "How high they are.", "", "", "SELECT ?a {}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(
            "# title: x\nSELECT * {}",
            "s.rq:1:1: error: the head of a section has its heading and what it shows:"
            " # title: …, # about: …",
            id="no sentence",
        ),
        pytest.param(
            "# title: x\n# about: x\nASK {}",
            "s.rq:1:1: error: a section of the report is a table; write SELECT",
            id="no table",
        ),
        pytest.param(
            "# title: x\n# about: x\n# dimension: size\nSELECT * {}",
            's.rq:3:14: error: "size" is not an absolute IRI',
            id="a dimension without an IRI",
        ),
        pytest.param("SELECT * {", "s.rq:1:10: error: { is not closed", id="no query"),
        pytest.param(
            "# answers: hights",
            's.rq:1:12: error: no question is called "hights"; did you mean "heights"?',
            id="a question that is none",
        ),
        pytest.param(
            "# title: x\n# answers: heights\n\nSELECT * {}",
            "s.rq:4:1: error: a section has `# answers:` or a query; take one of the two out",
            id="a query beside the question",
        ),
        pytest.param(
            "# title: x\n# about: x\n# metrik: x\nSELECT * {}",
            's.rq:3:1: error: "metrik" is none of title, about, metric, dimension, answers, note',
            id="a key that there is not",
        ),
        pytest.param(
            "# title: x\n# about: x\n# dimension: urn:size\nSELECT * {}",
            "s.rq:3:14: error: a dimension is that of a figure; write # metric: … too",
            id="a dimension of no figure",
        ),
    ],
)
def test_a_section_that_cannot_be_in_a_report(text: str, problem: str) -> None:
    assert str(read_section(text, "s.rq", "s", {"heights": "SELECT * {}"})) == problem


def test_the_questions_of_a_project_are_told_with_their_lines(lighthouses: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(lighthouses, tmp_path / "lights"))
    (root / "data/queries/a.rq").write_text("ASK {}")
    (root / "data/queries/b.rq").write_bytes(b"# question: \xff?")
    project = Project.read(root)
    assert [question.name for question in project.questions] == [
        "highest-lights",
        "lamps-that-failed",
        "lights-by-colour",
    ]
    assert list(map(str, project.problems)) == [
        "data/queries/a.rq:1:1: error: the first line of a query says what it asks: # question: …?",
        "data/queries/b.rq:1:1: error: byte 13 is not UTF-8; save the file as UTF-8",
    ]


def test_a_query_for_links_is_read() -> None:
    text = (
        "# title:  Towers\n#   of others\n# target: urn:towers\n# space:  urn:towers:\n"
        "# PREFIX no: <urn:no:>\nPREFIX a: <urn:a:> prefix b: <urn:b:>\nPREFIX : <urn:c:>\nSELECT ?x {}"
    )
    links = read_links(text, "l.rq", "l")
    assert links == LinkQuery(
        "l.rq", "l", "Towers of others", "urn:towers", "urn:towers:", text, {"a": "urn:a:", "b": "urn:b:"}
    )
    assert str(links.place("x")) == "l.rq:8:8"
    assert str(links.place("y")) == "l.rq:8:1"


def test_a_problem_is_an_error() -> None:
    problem = read_question("", "q.rq", "q")
    assert isinstance(problem, Problem)
    assert problem.stops_a_release
