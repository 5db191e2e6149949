"""The parameters of a query take other values, and nothing else in it changes."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotgraph.context import Context
from pilotgraph.errors import MalformedQuery
from pilotgraph.lexical import BadValue
from pilotgraph.parameters import bind, parameters

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
    text = "ASK {\n  ?a ?b 1 # parameter: which\n}"
    with pytest.raises(MalformedQuery) as raised:
        bind(text, {"b": "1"}, context)
    assert str(raised.value).startswith("line 2, column 11: a parameter is a line such as: ")
    assert bind(text, {}, context) == text


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("ASK { ?x a <http://www.w3.org/ns/shacl#parameter> }", id="an IRI"),
        pytest.param('ASK { ?x ?y "# parameter: x" }', id="a string"),
        pytest.param('ASK { ?x ?y """\nVALUES ?x { 1 } # parameter: x\n""" }', id="a line in a string"),
        pytest.param("ASK {\n # VALUES ?x { 1 } # parameter: x\n}", id="a line that is a comment"),
        pytest.param("ASK {} # parameters are nice", id="another word"),
    ],
)
def test_what_only_looks_like_a_parameter(text: str) -> None:
    assert parameters(text) == ()


@pytest.mark.parametrize(
    ("written", "default"),
    [
        pytest.param("'a } # parameter: b'", ox.Literal("a } # parameter: b"), id="a text"),
        pytest.param("<urn:a#parameter>", ox.NamedNode("urn:a#parameter"), id="an IRI"),
        pytest.param("b:c", ox.NamedNode("urn:b:c"), id="a name by the second prefix of a line"),
        pytest.param("true", ox.Literal(True), id="a truth value"),
        pytest.param("'a'@en-GB", ox.Literal("a", language="en-GB"), id="a text in a language"),
    ],
)
@pytest.mark.parametrize("braces", ["{%s}", "{ %s }\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_default_is_a_term(written: str, default: ox.NamedNode | ox.Literal, braces: str, end: str) -> None:
    line = f"VALUES ?x {braces % written}# parameter: what it is "
    text = end.join(("PREFIX a: <urn:a:> PREFIX b: <urn:b:>", "ASK {", line, "}"))
    (found,) = parameters(text)
    assert (found.name, found.default, found.description) == ("x", default, "what it is")
    assert text[found.start : found.end] == written


@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("VALUES ?x { 1 } VALUES ?y { 2 }", "a parameter has one default", id="two lines in one"),
        pytest.param("VALUES ?x { 1+1 }", "a parameter has one default", id="what is to be computed"),
        pytest.param(
            "VALUES ?x { 1e0 }",
            f"a parameter cannot be of the datatype <{XSD}double>",
            id="a datatype whose values cannot be told from others",
        ),
    ],
)
def test_a_default_that_cannot_be_one(line: str, message: str) -> None:
    with pytest.raises(MalformedQuery) as raised:
        parameters(f"ASK {{\n{line} # parameter: x\n}}")
    assert str(raised.value) == f"line 2, column 13: {message}"


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


def test_a_class_is_typed_as_in_a_record(context: Context) -> None:
    query = (
        "SELECT * {\n  VALUES ?kind { <https://example.org/lights/ontology#Keeper> } # parameter: the kind\n}"
    )
    bound = bind(query, {"kind": "Lighthouse"}, context)
    assert bound == query.replace("#Keeper>", "#Lighthouse>")
