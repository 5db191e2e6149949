"""What `guard` refuses before the engine sees it, and what it lets pass."""

import time
from contextlib import suppress

import pyoxigraph as ox
import pytest

from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryRefused
from pilotgraph.guard import MAX_DEPTH, MAX_TOKENS, check, comments, prologue

NO_SERVICE = "This endpoint asks no other endpoint: SERVICE is not taken."
NO_UPDATE = "This endpoint answers queries only; it takes no updates."

PROLOGUE = """PREFIX : <http://example.org/> PREFIX ex: <http://example.org/>
PREFIX SERVICE: <http://example.org/> PREFIX SERVICEex: <http://example.org/> """


def group(pattern: str) -> str:
    return f"{PROLOGUE}SELECT * {{ {pattern} }}"


def engine_parses(text: str) -> bool:
    try:
        ox.Store().query(text)
    except SyntaxError:
        return False
    return True


SERVICES = [
    pytest.param("SERVICE <http://x/> {}", id="plain"),
    pytest.param("SERVICE<http://x/>{}", id="no space"),
    pytest.param("sErViCe <http://x/> {}", id="any case"),
    pytest.param("SERVICE SILENT <http://x/> {}", id="SILENT"),
    pytest.param("SERVICESILENT<http://x/>{}", id="SILENT without a space"),
    pytest.param("SERVICE ?where {}", id="a variable"),
    pytest.param("SERVICE$where{}", id="a variable with a dollar and no space"),
    pytest.param("SERVICE ex:a {}", id="a prefixed name"),
    pytest.param("SERVICEex:a{}", id="a prefixed name without a space, where that prefix exists too"),
    pytest.param("SERVICE:a#\n{}", id="the empty prefix without a space, and a comment before the brace"),
    pytest.param("{ SELECT * { SERVICE <http://x/> {} } }", id="in a sub-select"),
    pytest.param("FILTER EXISTS { SERVICE <http://x/> {} }", id="in EXISTS"),
    pytest.param("# not yet\nSERVICE <http://x/> {}", id="after a comment"),
    pytest.param("# not yet\rSERVICE <http://x/> {}", id="after a comment that ends in a carriage return"),
    pytest.param("?s ?p ?o.SERVICE :x {}", id="after a dot"),
    pytest.param("?s ?p ex:.SERVICE :x {}", id="after a name that is only a prefix, and a dot"),
    pytest.param("?s ?p ex:a.b.SERVICE :x {}", id="after a name with a dot in it, and a dot"),
    pytest.param("?s ?p ex:a.b:.SERVICE:x {}", id="after one with a colon at the end"),
    pytest.param("?s ?p 1e5SERVICE :x {}", id="after a number"),
    pytest.param("?s ?p 1.SERVICE :x {}", id="after a number and a dot"),
    pytest.param("?s ?p trueSERVICE :x {}", id="after a boolean"),
    pytest.param("?s ?p ''SERVICE :x {}", id="after an empty string"),
    pytest.param("?s ?p 'a'@en.SERVICE :x {}", id="after a language tag and a dot"),
    pytest.param("?s ?p <<( ?s ?p ?o )>>SERVICE :x {}", id="after a triple term"),
    pytest.param("VALUES ?x { '''a' } SERVICE :x {} #\\q'''\n", id="in a long string with a bad escape"),
    pytest.param("VALUES ?x { '''a' } SERVICE :x {} #\\uD800'''\n", id="in one with a surrogate"),
    pytest.param("VALUES ?x { '''a' } SERVICE :x {} #\\U0000DFFF'''\n", id="in one with a long surrogate"),
    pytest.param("VALUES ?x { '''a' } SERVICE :x {} #\\U00110000'''\n", id="in one with no code point"),
]


@pytest.mark.parametrize("pattern", SERVICES)
def test_service_is_refused_however_it_is_written(pattern: str) -> None:
    query = group(pattern)
    assert engine_parses(query), "the engine would take it"
    with pytest.raises(QueryRefused) as refused:
        check(query)
    assert str(refused.value) == NO_SERVICE


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("FILTER(1<2)SERVICE:x#>\n{}", id="the end of an expression and a clause"),
        pytest.param("FILTER(1<2#>'''\n)SERVICE:x{}#''')\n", id="the beginning of a comment"),
        pytest.param("FILTER(''<'#>')SERVICE:x{}#'>)\n", id="a string"),
    ],
)
def test_what_looks_like_an_iri_cannot_hide(pattern: str) -> None:
    query = group(pattern)
    assert engine_parses(query), "the engine would take it"
    column = query.index(pattern) + pattern.index("<") - query.index("\n")
    with pytest.raises(MalformedQuery) as refused:
        check(query)
    assert str(refused.value) == (
        f"line 2, column {column}: write a space after <, or a prefixed name if this is an IRI"
    )


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("?s ?p 'SERVICE <http://x/> {}'", id="a string"),
        pytest.param('?s ?p """\n"SERVICE" ""SERVICE\\""" """', id="a long string with quotes in it"),
        pytest.param("# SERVICE <http://x/> {}\n", id="a comment"),
        pytest.param("?s <http://x/SERVICE> <http://x/#SERVICE>", id="IRIs"),
        pytest.param("?SERVICE ?p $SERVICE", id="variables"),
        pytest.param("?s ?p ex:SERVICE", id="a local name"),
        pytest.param("?s ?p ex:a.SERVICE", id="a local name with a dot in it"),
        pytest.param("?s ?p ex:a\\-SERVICE, ex:%20SERVICE", id="local names with escapes"),
        pytest.param("SERVICE:a SERVICEex:b SERVICE:c", id="prefixes"),
        pytest.param("GRAPH SERVICE:a {}", id="the prefix of a graph"),
        pytest.param("?s ?p _:SERVICE, _:b.SERVICE", id="blank nodes"),
        pytest.param("?s ?p 'a'@SERVICE", id="a language tag"),
        pytest.param("FILTER(?a < 1 && ?b > 2)", id="comparisons with spaces"),
        pytest.param("FILTER(?a<1&&?b>2)", id="comparisons without spaces"),
        pytest.param("FILTER(?a = <urn:x#(y)>)", id="an IRI as the right operand"),
        pytest.param("VALUES (?a ?b) { (1 <http://x/#y>) }", id="an absolute IRI after a value"),
        pytest.param("?s (<#p>|<q(r)>)* ?o", id="IRIs in a path"),
        pytest.param("?s ?p '''a''b'c\\''''", id="a long string that ends in an escaped quote"),
    ],
)
def test_what_only_looks_like_a_clause_passes(pattern: str) -> None:
    query = "BASE <http://example.org/> " + group(pattern)
    assert engine_parses(query)
    assert check(query) is False


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "PREFIX ex: <http://example.org/> delete where { ?s ?p ex:a }",
        "BASE <http://example.org/> WITH <a:g> DELETE { ?s ?p ?o } WHERE {}",
        "LOAD <http://x/>",
        "clear all",
        "DROP GRAPH <a:g>",
        "CREATE GRAPH <a:g>",
        "ADD <a:g> TO <a:h>",
        "MOVE <a:g> TO <a:h>",
        "COPY <a:g> TO <a:h>",
    ],
)
def test_an_update_is_refused(update: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        check(update)
    assert str(refused.value) == NO_UPDATE


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("SELECT * { ?s ?p ?o }", False, id="no clause"),
        pytest.param("SELECT * FROM <a:g> { ?s ?p ?o }", True, id="FROM"),
        pytest.param("SELECT *from<a:g>{ ?s ?p ?o }", True, id="from, without spaces"),
        pytest.param("SELECT * FROM NAMED <a:g> { ?s ?p ?o }", True, id="FROM NAMED"),
        pytest.param("SELECT * { ?s ?p 'FROM <a:g>' } # FROM <a:g>", False, id="a string and a comment"),
        pytest.param("PREFIX from: <a:> SELECT * { ?from ?p from:FROM }", False, id="names"),
    ],
)
def test_it_tells_whether_a_query_names_its_graphs(query: str, names: bool) -> None:
    assert check(query) is names


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT * { ?s ?p ?o ) }", "line 1, column 21: ) closes nothing"),
        ("SELECT *\n{ ?s ?p ( 1 }", "line 2, column 13: } closes nothing"),
        ("SELECT * {\n  { ?s ?p ?o\n}", "line 1, column 10: { is not closed"),
        ("SELECT * { ?s ?p 'open\n }", "line 1, column 18: a string begins with ' and does not end"),
        ("SELECT * { ?s ?p 'é', \" }", 'line 1, column 23: a string begins with " and does not end'),
        ("SELECT * { ?s foaf:name ?o }", "line 1, column 15: the prefix foaf: is not declared"),
        ("SELECT * { ?s :name ?o }", "line 1, column 15: the prefix : is not declared"),
    ],
)
def test_a_slip_is_told_with_its_place(query: str, message: str) -> None:
    assert not engine_parses(query)
    with pytest.raises(MalformedQuery) as malformed:
        check(query)
    assert str(malformed.value) == message


@pytest.mark.parametrize(("opening", "closing"), ["{}", "()", "[]"])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    check(opening * MAX_DEPTH + closing * MAX_DEPTH)
    with pytest.raises(MalformedQuery) as deep:
        check(opening * 100_000)
    assert (
        str(deep.value) == f"line 1, column {MAX_DEPTH + 1}: brackets may be nested 64 deep; these are deeper"
    )


@pytest.mark.parametrize("part", ["||1", "UNION{}", "!", "+1", "?s ?p ?o.", "/<a:p>"])
def test_the_parts_of_a_query_are_counted(part: str) -> None:
    with pytest.raises(MalformedQuery) as long:
        check("SELECT * { " + part * 6_000)
    assert str(long.value).endswith(f": a query may have {MAX_TOKENS:,} parts; this one has more")


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param("VALUES ?x { " + "<http://example.org/a> " * 8_000 + "}", id="values of one variable"),
        pytest.param(
            "VALUES (?x ?y) { " + "('a'@en '1'^^<a:b>) " * 8_000 + "}", id="values of several variables"
        ),
        pytest.param("FILTER(?x IN (" + "<http://example.org/a>, " * 8_000 + "1))", id="members of IN"),
    ],
)
def test_data_in_a_query_are_not_counted(pattern: str) -> None:
    assert check("SELECT * { ?x ?p ?y " + pattern + " }") is False


def test_parts_after_data_are_counted_again() -> None:
    with pytest.raises(MalformedQuery):
        check("SELECT * { VALUES ?x { 1 2 3 } " + "?s ?p ?o . " * 6_000 + "}")


def test_length_is_bounded_in_bytes() -> None:
    check("#" + "é" * 499, 1)
    with pytest.raises(LimitExceeded) as long:
        check("#" + "é" * 500, 1)
    assert str(long.value) == "A query may be 1 kB long; this one is longer."


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("'" * 99_999, id="quotes"),
        pytest.param("'''" + "a'" * 50_000, id="a long string that does not end"),
        pytest.param('"' + "\\n" * 50_000, id="escapes in a string that does not end"),
        pytest.param("a." * 50_000, id="what could become a prefix"),
        pytest.param("é" * 50_000, id="letters that are no word"),
        pytest.param("_:a" + "." * 100_000, id="dots after a blank node"),
        pytest.param("PREFIX a: <b:> SELECT a:a" + "." * 100_000, id="dots after a name"),
        pytest.param("PREFIX a: <b:> SELECT a:" + "%" * 100_000, id="half escapes in a name"),
        pytest.param("<a" * 60_000, id="IRIs that do not end"),
        pytest.param("PREFIX SERVICE: <b:> SELECT " + "SERVICE:a#\n" * 15_000, id="comments after a name"),
    ],
)
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    with suppress(MalformedQuery, QueryRefused):
        check(text)
    assert time.process_time() - start < 0.5


def test_a_comment_begins_where_no_string_and_no_iri_is() -> None:
    text = '# a\r\nPREFIX b: <urn:b#c>#d\nASK { ?e b:f \'#g\', """\n# h""" } # i'
    assert list(comments(text)) == [(0, "# a"), (text.index("#d"), "#d"), (text.index("# i"), "# i")]


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("ASK {}", ""),
        (
            "# ASK\nprefix select: <urn:ASK> BASE <urn:x>SELECT",
            "# ASK\nprefix select: <urn:ASK> BASE <urn:x>",
        ),
        ("PREFIX a: <urn:a>", "PREFIX a: <urn:a>"),
    ],
)
def test_the_prologue_ends_where_the_query_begins(text: str, before: str) -> None:
    assert prologue(text) == before
