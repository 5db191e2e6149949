"""The text of a query is parsed without being asked, and its head is read."""

import socket

import pytest

from pilotgraph.queries import form, query_error


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


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        pytest.param("SELECT*{?s ?p ?o}", "SELECT", id="without a space"),
        pytest.param("# ASK\nPREFIX select: <x:>\nask { ?s select:p ?o }", "ASK", id="in small letters"),
        pytest.param("BASE <http://e.example/> CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", id="with a base"),
        pytest.param("DESCRIBE<http://example.org/SELECT>", "DESCRIBE", id="of a thing"),
    ],
)
def test_the_form_of_a_query(query: str, kind: str) -> None:
    assert query_error(query) is None
    assert form(query) == kind
