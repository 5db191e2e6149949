"""Snippets: each holds the query as one string, whatever is in it."""

import ast
import subprocess

import pytest

from pilotgraph import snippets
from pilotgraph.snippets import Snippet

ENDPOINT = "https://example.org/lights/sparql"
QUERIES = [
    pytest.param("ASK { ?s ?p ?o }", id="a line"),
    pytest.param(
        'SELECT * {\n  ?s ?p "it\'s $HOME `id` \\"x\\"" \n}', id="quotation marks and what a shell reads"
    ),
    pytest.param('SELECT ("""a""" AS ?x) {}', id="three quotation marks"),
    pytest.param("ASK {} # \\", id="a backslash at the end"),
    pytest.param('ASK {} # )" )-"', id="the end of a string of R"),
    pytest.param("ASK {}\nSPARQL\nSPARQL_", id="the end of a here document"),
    pytest.param("ASK {} # café \u202e \U0001f600", id="letters of all kinds"),
    pytest.param("ASK {} # a\rb", id="a lone carriage return"),
]


def of(found: list[Snippet], language: str) -> str:
    (text,) = (each.text for each in found if each.language == language)
    return text


@pytest.mark.parametrize("query", QUERIES)
def test_a_shell_sends_the_query_as_it_is(query: str) -> None:
    text = of(snippets.of_query(ENDPOINT, query, len(query), graph=False), "curl")
    shell = ["bash", "-c", 'curl() { printf "%s\\n" "$@"; cat; }\n' + text]
    said = subprocess.run(shell, capture_output=True, check=True, timeout=20).stdout.decode()
    arguments = ["-H", "Accept: text/csv", ENDPOINT, "--data-urlencode", "query@-"]
    assert said == "\n".join([*arguments, query, ""])


@pytest.mark.parametrize("query", QUERIES)
def test_python_sends_the_query_as_it_is(query: str) -> None:
    text = of(snippets.of_query(ENDPOINT, query, len(query), graph=False), "Python")
    (assigned,) = (
        node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "query"
    )
    assert ast.literal_eval(assigned).strip("\n") == query


@pytest.mark.parametrize("query", QUERIES)
def test_a_string_of_r_ends_where_the_query_does(query: str) -> None:
    text = of(snippets.of_query(ENDPOINT, query, len(query), graph=False), "R")
    literal = text.removeprefix("query <- ").rpartition("\nanswer <- ")[0]
    if literal.startswith('r"'):
        dashes = literal[2 : literal.index("(")]
        end = f'){dashes}"'
        assert literal[len(dashes) + 3 :].index(end) == len(query), "nothing in it ends it"
        assert literal == f'r"{dashes}({query}{end}'
    else:
        assert ast.literal_eval(literal) == query


def test_what_a_form_sends_is_shown_with_the_line_ends_of_files() -> None:
    for each in snippets.of_query(ENDPOINT, "ASK {\r\n}\r\n", 20, graph=False):
        assert "ASK {\n}" in each.text
        assert "\r" not in each.text


def test_a_graph_is_asked_for_as_turtle() -> None:
    for each in snippets.of_query(ENDPOINT, "DESCRIBE <x:a>", 20, graph=True):
        assert "turtle" in each.text
        assert "csv" not in each.text


def test_base_r_is_left_out_where_an_address_would_be_too_long() -> None:
    languages = [each.language for each in snippets.of_query(ENDPOINT, "ASK {}", 60_001, graph=False)]
    assert languages == ["curl", "Python"]


def test_an_endpoint_may_have_parameters_already() -> None:
    text = of(snippets.of_query(f"{ENDPOINT}?timeout=1", "ASK {}", 9, graph=False), "R")
    assert f'"{ENDPOINT}?timeout=1&format=csv&query="' in text


@pytest.mark.parametrize("graph", [False, True], ids=["a table", "a graph"])
def test_an_address_is_read_as_it_is(graph: bool) -> None:
    address = "https://example.org/queries/a.csv?x=it%27s&y='$(id)"
    found = snippets.of_address(address, graph=graph)
    assert [each.language for each in found] == ["curl", "Python", "R"]
    shell = ["bash", "-c", 'curl() { printf "%s " "$@"; }\n' + of(found, "curl")]
    assert (
        subprocess.run(shell, capture_output=True, check=True, timeout=20).stdout.decode() == f"-L {address} "
    )
    ast.parse(of(found, "Python"))
    assert f'"{address}"' in of(found, "Python")
    assert of(found, "R") == f'answer <- {"readLines" if graph else "read.csv"}("{address}")'
