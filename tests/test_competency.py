"""Every published question has the answer that its sources give, row by row, in process and over HTTP.

`competency/<question>.csv` is the answer with the defaults; `<question>@<parameter>=<value>.csv`, with
several parameters joined by commas, is one with another value.  In a file's name a thing leaves out what its
IRI shares with that of the default, `@programme=icp`, or has %2F for a slash.  A file's first lines say from
where the answer was written (`# source:`), for it is never made from the output; then comes CSV, with IRIs
as a record writes them, below the base.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyoxigraph as ox
import pytest

from conftest import REPOSITORY, Client, Serve, read
from pilotgraph.context import Context
from pilotgraph.formats import RESULT_FORMATS
from pilotgraph.lexical import split
from pilotgraph.parameters import bind
from pilotgraph.project import Project
from pilotgraph.questions import Question
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

FILES = sorted((REPOSITORY / "tests/competency").glob("*.csv"))
CSV = next(format for format in RESULT_FORMATS if format.media_type == "text/csv")

Rows = list[list[str]]


@dataclass(frozen=True)
class Expected:
    """One file: a question by name, values for its parameters, what it was written from, and the rows."""

    question: str
    values: dict[str, str]
    sources: list[str]
    rows: Rows

    @classmethod
    def read(cls, path: Path) -> "Expected":
        name, _, settings = path.stem.partition("@")
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        start = next((number for number, line in enumerate(lines) if not line.startswith("#")), len(lines))
        return cls(
            name,
            {
                key: unquote(value)
                for key, _, value in (each.partition("=") for each in settings.split(",") if each)
            },
            [line[9:].strip() for line in lines[:start] if line.startswith("# source:")],
            list(csv.reader(lines[start:], strict=True)),
        )

    def query(self, question: Question, context: Context) -> str:
        values = dict(self.values)
        for each in question.parameters:
            value = values.get(each.name, "")
            if isinstance(each.default, ox.NamedNode) and value and not re.search("[/:]", value):
                values[each.name] = split(each.default.value)[0] + value
        return bind(question.text, values, context)


@pytest.fixture(scope="module")
def project(real: Path) -> Project:
    return read(real)


@pytest.fixture(scope="module")
def questions(project: Project) -> dict[str, Question]:
    return {question.name: question for question in project.questions}


@pytest.fixture(scope="module")
def store(real_release: Release) -> LocalStore:
    return LocalStore(real_release)


@pytest.fixture(scope="module")
def client(serve: Serve, real_release: Release) -> Iterator[Client]:
    client = Client(serve("--release", real_release.path))
    yield client
    client.close()


def differences(expected: Rows, content: bytes, text: str, base: str) -> list[str]:
    """What is missing in an answer, what is too much, and whether only the order is another."""
    header, *found = csv.reader(io.StringIO(content.decode()))
    if header != expected[0]:
        return [f"the columns are {header}, and should be {expected[0]}"]
    found = [[cell.removeprefix(base) for cell in row] for row in found]
    wanted = [[cell.removeprefix(base) for cell in row] for row in expected[1:]]
    told, rest = [], list(found)
    for row in wanted:
        if row in rest:
            rest.remove(row)
        else:
            told.append(f"missing: {row}")
    told += [f"unexpected: {row}" for row in rest]
    is_ordered = "ORDER BY" in text[text.rfind("}") :].upper()
    return told or ["the rows are in another order"] * (is_ordered and found != wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_has_the_answer_of_its_sources(
    path: Path, questions: dict[str, Question], project: Project, store: LocalStore
) -> None:
    expected = Expected.read(path)
    text = expected.query(questions[expected.question], project.context)
    answer = store.query(Query(text, solutions=CSV))
    assert differences(expected.rows, answer.content, text, project.base) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_server_gives_the_same_answer(
    path: Path, questions: dict[str, Question], project: Project, client: Client
) -> None:
    expected = Expected.read(path)
    text = expected.query(questions[expected.question], project.context)
    reply = client(
        "/sparql", "POST", text.encode(), content_type="application/sparql-query", accept="text/csv"
    )
    assert (reply.status, reply.media_type) == (200, "text/csv"), reply.text
    assert differences(expected.rows, reply.body, text, project.base) == []


def test_every_question_has_an_answer_and_every_answer_a_question(questions: dict[str, Question]) -> None:
    answered = {path.stem.partition("@")[0] for path in FILES}
    assert sorted(questions.keys() - answered) == []
    assert sorted(answered - questions.keys()) == []
    assert sorted(questions.keys() - {path.stem for path in FILES}) == [], "answers with the defaults"


def test_every_parameter_is_tried_with_another_value(questions: dict[str, Question]) -> None:
    tried = {(expected.question, name) for expected in map(Expected.read, FILES) for name in expected.values}
    known = {(name, each.name) for name, question in questions.items() for each in question.parameters}
    assert sorted(known - tried) == []
    assert sorted(tried - known) == []


def test_every_answer_says_what_it_was_written_from_and_has_rows() -> None:
    files = {path.name: Expected.read(path) for path in FILES}
    assert [name for name, each in files.items() if not each.sources or not all(each.sources)] == []
    assert [name for name, each in files.items() if len(each.rows) < 2] == []
    wrong = [name for name, each in files.items() if len({len(row) for row in each.rows}) != 1]
    assert wrong == [], "rows with more cells than the header, or fewer"


def test_there_are_sixty_questions(questions: dict[str, Question]) -> None:
    assert len(questions) >= 60
    assert sum(bool(question.parameters) for question in questions.values()) >= 20


# The comparison itself.

ANSWER = b"site,n\r\nurn:base/a,1\r\nurn:base/b,2\r\nurn:base/b,2\r\n"


@pytest.mark.parametrize(
    ("expected", "text", "told"),
    [
        pytest.param([["a", "1"], ["b", "2"], ["b", "2"]], "} ORDER BY ?site", [], id="the same"),
        pytest.param([["b", "2"], ["a", "1"], ["b", "2"]], "{ { ORDER BY ?n } }", [], id="in no order"),
        pytest.param(
            [["b", "2"], ["a", "1"], ["b", "2"]],
            "} order by ?site",
            ["the rows are in another order"],
            id="in another",
        ),
        pytest.param([["a", "1"], ["b", "2"]], "}", ["unexpected: ['b', '2']"], id="a row too often"),
        pytest.param(
            [["a", "1"], ["b", "3"], ["b", "2"], ["b", "2"], ["c", ""]],
            "}",
            ["missing: ['b', '3']", "missing: ['c', '']"],
            id="a row too few",
        ),
    ],
)
def test_a_difference_is_told(expected: Rows, text: str, told: list[str]) -> None:
    assert differences([["site", "n"], *expected], ANSWER, text, "urn:base/") == told


def test_other_columns_are_told() -> None:
    assert differences([["place", "n"]], ANSWER, "}", "") == [
        "the columns are ['site', 'n'], and should be ['place', 'n']"
    ]
