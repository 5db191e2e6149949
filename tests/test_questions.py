"""A question says what it asks; its parameters take other values, and nothing else in it changes."""

import shutil
import socket
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotgraph.context import Context
from pilotgraph.errors import MalformedQuery, Problem
from pilotgraph.lexical import BadValue
from pilotgraph.project import Project
from pilotgraph.questions import (
    Question,
    Section,
    bind,
    parameters,
    query_error,
    read_question,
    read_section,
)

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


@pytest.fixture(scope="module")
def context(lighthouses: Path) -> Context:
    path = lighthouses / "ontology/context.jsonld"
    return Context.read(path.read_bytes(), "context.jsonld", f"{LIGHTS}id/")


# Reading.


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
    assert read_section(f"{head}SELECT * {{}}", "s.rq", "s", {}) == Section(
        "s.rq", "s", "Heights", "How high they are.", "towers", "urn:size", f"{head}SELECT * {{}}"
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
            's.rq:3:1: error: "size" is not an absolute IRI',
            id="a dimension without an IRI",
        ),
        pytest.param("SELECT * {", "s.rq:1:10: error: { is not closed", id="no query"),
        pytest.param(
            "# answers: hights",
            's.rq:1:11: error: no question is called "hights"; did you mean "heights"?',
            id="a question that is none",
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


# Other values.


@pytest.mark.parametrize(
    ("values", "old", "new"),
    [
        pytest.param({}, "", "", id="none: the text stays as it is"),
        pytest.param(
            {"from": "lighthouse/north-teal"},
            "tower:kestrel-point",
            f"<{LIGHTS}id/lighthouse/north-teal>",
            id="a thing below the base",
        ),
        pytest.param({"from": "lt:red"}, "tower:kestrel-point", f"<{LIGHTS}ontology#red>", id="a short name"),
        pytest.param({"from": "urn:x:y"}, "tower:kestrel-point", "<urn:x:y>", id="an absolute IRI"),
        pytest.param({"least": "7"}, "10.5", f'"7"^^<{XSD}decimal>', id="a number keeps the datatype"),
        pytest.param({"word": 'a "b"\\\n}'}, '"light"@en', '"a \\"b\\"\\\\\\n}"@en', id="a text is escaped"),
    ],
)
def test_a_value_takes_the_place_of_the_default(
    context: Context, values: dict[str, str], old: str, new: str
) -> None:
    assert bind(QUERY, values, context) == QUERY.replace(old, new)


def test_several_values_are_put_in_at_once(context: Context) -> None:
    bound = bind(QUERY, {"word": "w", "from": "a/b", "least": "1"}, context)
    assert [each.default.value for each in parameters(bound)] == [f"{LIGHTS}id/a/b", "1", "w"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param({"leest": "1"}, 'no parameter is called "leest"; did you mean "least"?', id="a slip"),
        pytest.param(
            {"height": "1"},
            'no parameter is called "height"; there is "from", "least", "word"',
            id="another name",
        ),
        pytest.param(
            {"least": "high"},
            'least: "high" is not a decimal number; write digits and a point only, as in 1200 or 3.5',
            id="not of the datatype",
        ),
        pytest.param({"word": "\udcff"}, "word: a value is written in UTF-8", id="not UTF-8"),
        pytest.param(
            {"from": "a b"},
            f'from: "a b" is not a legal IRI; one below {LIGHTS}id/ is names with / between them',
            id="no IRI",
        ),
    ],
)
def test_a_value_that_is_refused(context: Context, values: dict[str, str], message: str) -> None:
    with pytest.raises(BadValue) as raised:
        bind(QUERY, values, context)
    assert str(raised.value) == message


def test_a_query_without_parameters(context: Context) -> None:
    with pytest.raises(BadValue) as raised:
        bind("ASK {}", {"x": "1"}, context)
    assert str(raised.value) == '"x" cannot be set: this query has no parameters'


def test_a_line_that_calls_itself_a_parameter(context: Context) -> None:
    with pytest.raises(MalformedQuery) as raised:
        bind("ASK {\n  ?a ?b 1 # parameter: which\n}", {}, context)
    assert str(raised.value).startswith("line 2, column 11: a parameter is a line such as: ")


@given(st.text())
def test_whatever_is_typed_stays_a_value(text: str) -> None:
    """A text comes back from the engine as it went in; so nothing of it was read as SPARQL."""
    query = 'SELECT ?x WHERE {\n  VALUES ?x { "a" } # parameter: a text\n}'
    context = Context({}, {}, "urn:base/", "id", "type")
    bound = bind(query, {"x": text}, context)
    solutions = ox.Store().query(bound)
    assert isinstance(solutions, ox.QuerySolutions)
    assert [solution["x"].value for solution in solutions] == [text]


@given(st.text())
def test_a_typed_thing_is_an_iri_or_refused(text: str) -> None:
    query = "SELECT ?x WHERE {\n  VALUES ?x { <urn:a> } # parameter: a thing\n}"
    context = Context({}, {}, "urn:base/", "id", "type")
    try:
        bound = bind(query, {"x": text}, context)
    except BadValue:
        return
    before, _, after = query.partition("<urn:a>")
    iri = bound.removeprefix(f"{before}<").removesuffix(f">{after}")
    assert bound == f"{before}<{iri}>{after}"
    assert set(iri) & set('<>"{}|^`\\ \n') == set()


# Parsing.


@pytest.mark.parametrize(
    ("query", "error"),
    [
        pytest.param("ASK {}", None, id="a query that parses"),
        pytest.param("ASK {\n ?x }", ("this is not SPARQL from here on", 2, 6), id="one that does not"),
        pytest.param(
            "ASK { BIND(<urn:f>(1) AS ?x) }",
            ("The custom function <urn:f> is not supported", 1, 1),
            id="one that calls what there is not",
        ),
        pytest.param(
            "ASK { ?x ?y x:z }",
            ("the prefix x: is not declared", 1, 13),
            id="one with a prefix from nowhere",
        ),
    ],
)
def test_a_query_is_parsed(query: str, error: tuple[str, int, int] | None) -> None:
    assert query_error(query) == error


def test_a_query_may_be_given_prefixes() -> None:
    assert query_error("ASK { ?x ?y x:z }", {"x": "urn:"}) is None


def test_reading_a_query_fetches_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        found = query_error(f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}")
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert found is not None
    assert "SERVICE" in found[0]


def test_a_query_that_would_end_the_process_is_refused() -> None:
    found = query_error("SELECT * " + "{" * 3_000 + "}" * 3_000)
    assert found is not None
    assert "deep" in found[0] or "nest" in found[0]


def test_a_problem_is_an_error() -> None:
    problem = read_question("", "q.rq", "q")
    assert isinstance(problem, Problem)
    assert problem.stops_a_release
