"""Complete or an error: under each cap an answer is byte for byte that of the engine in process, or none.

Asked are the published questions in every format, and queries for all that there is, which pass some caps.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from abuse.server import Server
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.protocol import PROBLEM_JSON
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

# Not by ?o first: the engine has no total order of literals of all types, and ends when it notices.
ALL_SOLUTIONS = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
ALL_TRIPLES = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"


class Expected(NamedTuple):
    name: str
    text: str
    media_type: str
    content: bytes


@pytest.fixture(scope="module")
def expected(real_release: Release, local: LocalStore) -> list[Expected]:
    """What the engine says in this process to each query in each format."""
    paths = [path for path in real_release.files if path.endswith(".rq")]
    asked = {path: real_release.read(path).decode() for path in paths} | {"all solutions": ALL_SOLUTIONS}
    assert len(asked) > 1
    return [
        Expected(name, text, form.media_type, local.query(Query(text, solutions=form)).content)
        for name, text in asked.items()
        for form in RESULT_FORMATS
    ] + [
        Expected(
            "all triples", ALL_TRIPLES, form.media_type, local.query(Query(ALL_TRIPLES, graph=form)).content
        )
        for form in RDF_FORMATS
    ]


@pytest.fixture(scope="module")
def capped(request: pytest.FixtureRequest, real_release: Release) -> Iterator[Server]:
    with Server.running(real_release.path, **request.param) as running:
        yield running


@pytest.fixture(scope="module")
def every(expected: list[Expected]) -> list[Expected]:
    """Each query in one of the formats, by turns; what asks for all is asked in all."""
    turns = len(RESULT_FORMATS)
    return [
        each
        for at, each in enumerate(expected)
        if at // turns % turns == at % turns or each.name.startswith("all ")
    ]


def outcomes(server: Server, asked: list[Expected], cap: str, **parameters: str) -> Counter[int]:
    """Ask; how many answers were complete, and how many errors named the cap."""
    counted: Counter[int] = Counter()
    for each in asked:
        reply = server.ask(each.text, each.media_type, **parameters)
        counted[reply.status] += 1
        if reply.status == 200:
            assert reply.media_type == each.media_type, each.name
            assert reply.body == each.content, each.name
        elif reply.status == 503:  # no worker in time
            assert reply.headers["Retry-After"], each.name
        else:
            assert (reply.status, reply.media_type) == (500, PROBLEM_JSON), each.name
            assert cap in reply.text, each.name
    return counted


@pytest.mark.parametrize("capped", [pytest.param({}, id="the caps of every server")], indirect=True)
def test_every_published_question_is_answered_whole(capped: Server, expected: list[Expected]) -> None:
    assert set(outcomes(capped, expected, "no cap")) == {200}


@pytest.mark.parametrize(
    ("capped", "cap"),
    [
        pytest.param({"answer_mb": 0.001}, "larger than 0.001 MB", id="an answer of 1 kB"),
        pytest.param({"answer_mb": 0.01}, "larger than 0.01 MB", id="an answer of 10 kB"),
        pytest.param({"memory_mb": 5, "answer_mb": 5}, "more than 5 MB of memory", id="5 MB of memory"),
    ],
    indirect=["capped"],
)
def test_an_answer_under_a_cap_is_whole_or_an_error(capped: Server, cap: str, every: list[Expected]) -> None:
    counted = outcomes(capped, every, cap)
    assert counted[200]
    assert counted[500]


@pytest.mark.parametrize(
    ("capped", "cap"),
    [
        pytest.param({"deadline_seconds": 0.01}, "took longer than 0.01 seconds", id="10 ms"),
        pytest.param({"deadline_seconds": 0.05}, "took longer than 0.05 seconds", id="50 ms"),
    ],
    indirect=["capped"],
)
def test_an_answer_under_a_deadline_is_whole_or_an_error(
    capped: Server, cap: str, every: list[Expected]
) -> None:
    # How many are answered depends on the machine; not all can be.
    assert outcomes(capped, every, cap)[500]


@pytest.mark.parametrize("capped", [pytest.param({}, id="a server's")], indirect=True)
@pytest.mark.parametrize("seconds", ["0.001", "0.01"])
def test_an_answer_under_a_deadline_of_the_request_is_whole_or_an_error(
    capped: Server, seconds: str, every: list[Expected]
) -> None:
    assert outcomes(capped, every, f"took longer than {seconds} seconds", timeout=seconds)[500]
