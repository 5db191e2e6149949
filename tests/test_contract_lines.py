"""Kinds of address make lines of the HTTP contract: one for every method, and every way to ask."""

import pytest

from pilotgraph.contract import KINDS
from pilotgraph.contract_lines import BROWSER, Expected, Kind, lines
from pilotgraph.formats import TURTLE
from pilotgraph.responses import HTML

PAGE = Expected(media_type="text/html")
DATA = Expected(media_type="text/turtle", held=True)


def asked(kind: Kind) -> list[tuple[str, str | None, str, int]]:
    return [(each.method, each.accept, each.held, each.expected.status) for each in lines([kind])]


def test_what_is_negotiated_is_asked_for_in_every_way() -> None:
    kind = Kind("both", "/x/{name}", "", [(HTML, PAGE), (TURTLE, DATA)], [("text/*", HTML)])
    assert kind.names == {"name"}
    assert asked(kind) == [
        ("GET", None, "", 200),
        ("GET", "*/*", "", 200),
        ("GET", BROWSER, "", 200),
        ("GET", "text/html", "", 200),
        ("GET", "text/turtle", "", 200),
        ("GET", "text/*", "", 200),
        ("GET", "image/png", "", 406),
        ("GET", "text/turtle", "its ETag", 304),
        ("GET", "text/turtle", "*", 304),
        ("HEAD", None, "", 200),
        ("OPTIONS", None, "", 200),
        ("DELETE", None, "", 405),
    ]


def test_what_has_one_form_is_sent_whatever_the_client_takes() -> None:
    assert asked(Kind("one", "/x.ttl", "", [(TURTLE, DATA)]))[:3] == [
        ("GET", None, "", 200),
        ("GET", "*/*", "", 200),
        ("GET", "image/png", "", 200),
    ]


def test_what_is_negotiated_refuses_all_else_even_if_it_has_one_form() -> None:
    kind = Kind("one", "/x", "", [(HTML, PAGE)], negotiated=True, needs=("guide",))
    assert kind.names == {"guide"}
    assert ("GET", "image/png", "", 406) in asked(kind)
    assert ("GET", BROWSER, "", 200) in asked(kind)


def test_what_is_missing_is_missing_by_get_and_head() -> None:
    kind = Kind("none", "/x", "", [(TURTLE, Expected(404)), (HTML, Expected(404))])
    assert {(method, status) for method, _, _, status in asked(kind)} == {("GET", 404), ("HEAD", 404)}


def test_a_method_with_a_body_is_a_line_of_its_own() -> None:
    bodies = {"POST": ("ASK {}", "application/sparql-query")}
    (line,) = [
        each
        for each in lines([Kind("asked", "/x", "", [(TURTLE, DATA)], bodies=bodies)])
        if each.method == "POST"
    ]
    assert line.body == bodies["POST"]
    assert line.expected.status == 200


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if len(kind.answers) > 1], ids=lambda kind: kind.name
)
def test_what_is_not_acceptable_is_told_wherever_there_is_a_choice(kind: Kind) -> None:
    told = [line.expected for line in lines([kind]) if line.accept == "image/png"]
    # What is gone is gone, whatever a client takes.
    status = 410 if kind.answers[0][1].status == 410 else 406
    assert [(each.status, each.media_type) for each in told] == [(status, "application/problem+json")]
