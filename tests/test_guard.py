"""What `guard` refuses before the engine sees it, and what it lets pass."""

import socket
import time
from collections.abc import Iterator
from contextlib import suppress

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Engine, Outcome
from pilotgraph import copies, guard, joins
from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryError, QueryRefused
from pilotgraph.guard import MAX_DEPTH, MAX_TOKENS, Reading, comments, prologue, read

NO_SERVICE = "No other endpoint is asked from here: SERVICE is not taken."
NO_UPDATE = "Only queries are answered here: updates are not taken."

NOWHERE = "<http://127.0.0.1:9/>"  # it answers at once that nothing is there
PREFIXES = ("", "ex", "service", "SERVICE", "SERVICEex")
PROLOGUE = "".join(f"PREFIX {prefix}: {NOWHERE} " for prefix in PREFIXES) + "\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


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
    pytest.param("GRAPH ?g { OPTIONAL { SERVICE <http://x/> {} } }", id="in groups"),
    pytest.param("?s ?p 1e5 SERVICE <http://x/> {}", id="after a number and a space"),
    pytest.param("?s ?p ?SERVICE SERVICE ?SERVICE {}", id="between variables of that name"),
]


@pytest.mark.parametrize("pattern", SERVICES)
def test_service_is_refused_however_it_is_written(pattern: str) -> None:
    query = group(pattern)
    assert engine_parses(query), "the engine would take it"
    with pytest.raises(QueryRefused) as refused:
        read(query)
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
        read(query)
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
        pytest.param("?s ex:service service:service", id="small letters"),
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
    assert not read(query).names_dataset


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "PREFIX ex: <http://example.org/> delete where { ?s ?p ex:a }",
        "# SELECT * {}\nINSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "PREFIX a: <a:> # ASK {}\nLOAD SILENT <http://x/> INTO GRAPH a:g",
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
    assert not engine_parses(update), "the engine takes queries only"
    with pytest.raises(QueryRefused) as refused:
        read(update)
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
    assert read(query).names_dataset is names
    assert read(query).names_dataset is names


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
        read(query)
    assert str(malformed.value) == message


@pytest.mark.parametrize(("opening", "closing"), ["{}", "()", "[]"])
def test_nesting_is_bounded(opening: str, closing: str) -> None:
    read(opening * MAX_DEPTH + closing * MAX_DEPTH)
    with pytest.raises(MalformedQuery) as deep:
        read(opening * 100_000)
    assert (
        str(deep.value) == f"line 1, column {MAX_DEPTH + 1}: brackets may be nested 64 deep; these are deeper"
    )


@pytest.mark.parametrize(
    "part", ["||1", "UNION{}", "!", "+1", "/!<a:p>", "OPTIONAL{}", "(?x AS ?y)", "<a:b>|"]
)
def test_the_parts_of_a_query_are_counted(part: str) -> None:
    with pytest.raises(MalformedQuery) as long:
        read("SELECT " + part * 6_000)
    assert str(long.value).endswith(f": a query may have {MAX_TOKENS:,} parts; this one has more")


DEEP = MAX_DEPTH - 3


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("ASK " + "{" * DEEP + "}" * DEEP, id="groups"),
        pytest.param("ASK { FILTER" + "(" * DEEP + "1" + ")" * DEEP + "}", id="parentheses"),
        pytest.param("ASK { FILTER(" + "!" * 3_900 + "?x) }", id="negations"),
        pytest.param(
            "ASK { FILTER(" + "!(" * DEEP + "?x" + ")" * DEEP + ") }", id="negations in parentheses"
        ),
        pytest.param("ASK { FILTER(" + "-(" * DEEP + "1" + ")" * DEEP + ") }", id="minus signs"),
        pytest.param("ASK { FILTER(" + "||".join(["?x"] * 1_300) + ") }", id="1,300 in ||"),
        pytest.param("ASK { FILTER(" + "&&".join(["1"] * 1_300) + ") }", id="1,300 in &&"),
        pytest.param("ASK { FILTER(" + "+".join(["1"] * 1_900) + " = 1) }", id="1,900 in +"),
        pytest.param("ASK { FILTER(" + "*".join(["?x"] * 1_900) + " = 1) }", id="1,900 in *"),
        pytest.param("SELECT * { " + "UNION".join(["{}"] * 1_200) + " }", id="1,200 alternatives"),
        pytest.param("SELECT * { " + "".join(f"BIND(1 AS ?x{n})" for n in range(550)) + " }", id="550 BIND"),
        pytest.param("SELECT * { ?s ?p ?o " + "MINUS{}" * 1_200 + " }", id="1,200 MINUS"),
        pytest.param("SELECT * { ?s ?p ?o " + "OPTIONAL{}" * 1_200 + " }", id="1,200 OPTIONAL"),
        pytest.param("ASK { FILTER(" + "IF(1, 2, " * DEEP + "1" + ")" * DEEP + ") }", id="IF"),
        pytest.param("ASK { FILTER(" + "COALESCE(?x, " * DEEP + "1" + ")" * DEEP + ") }", id="COALESCE"),
        pytest.param("ASK { FILTER(" + "<a:f>(" * DEEP + "1" + ")" * DEEP + ") }", id="functions by IRI"),
        pytest.param("ASK { " + "FILTER EXISTS {" * DEEP + "}" * DEEP + " }", id="EXISTS"),
        pytest.param("ASK { " + "FILTER(EXISTS {" * 30 + "})" * 30 + " }", id="EXISTS in parentheses"),
        pytest.param("ASK { " + "{ SELECT * { ?s ?p ?o " * 4 + "} }" * 4 + " }", id="sub-selects"),
        pytest.param("ASK { ?s ?p " + "[ ?p " * 32 + "1" + "]" * 32 + " }", id="blank nodes"),
        pytest.param("ASK { ?s ?p " + "(" * 17 + "1" + ")" * 17 + " }", id="lists"),
        pytest.param("ASK { ?s " + "/".join(["<a:p>"] * 70) + " ?o }", id="a path of 70 steps"),
        pytest.param("ASK { ?s " + "|".join(["<a:p>"] * 1_900) + " ?o }", id="1,900 alternatives of a path"),
        pytest.param("ASK { ?s " + "(" * DEEP + "<a:p>" + "*)" * DEEP + " ?o }", id="stars"),
        pytest.param("ASK { ?s ((<a:p>|<a:q>)*/(^<a:p>)*)* ?o }", id="stars of a sequence"),
        pytest.param("ASK { ?s " + "^(" * DEEP + "<a:p>" + ")" * DEEP + " ?o }", id="inverses"),
        pytest.param("ASK { ?s !(" + "|".join(["<a:p>"] * 1_900) + ") ?o }", id="a negated set of 1,900"),
        pytest.param(
            "SELECT " + " ".join(f"(SUM(?o + {n}) AS ?x{n})" for n in range(350)) + " { ?s ?p ?o }",
            id="350 sums",
        ),
        pytest.param("SELECT ?s { ?s ?p ?o } ORDER BY " + "(?o + 1)" * 600, id="600 orders"),
        pytest.param("DESCRIBE " + " ".join(f"<a:{n}>" for n in range(1_000)), id="1,000 described"),
        pytest.param("ASK " + "FROM <a:g>" * 1_900 + " {}", id="1,900 graphs"),
        pytest.param("ASK { ?s ?p " + "<<( ?s ?p " * 8 + "1" + ")>>" * 8 + " }", id="triple terms"),
    ],
)
def test_the_engine_survives_what_passes(query: str, engine: Engine) -> None:
    read(query)
    assert engine.ask(query) in (Outcome.ANSWER, Outcome.ERROR)
    assert engine.ask(query, on_data=True, cpu_seconds=2) is not Outcome.CRASH


@pytest.mark.parametrize(
    ("before", "opening", "core", "closing", "after"),
    [
        pytest.param("ASK ", "{", "", "}", "", id="groups"),
        pytest.param("ASK { FILTER(", "IF(", "1", ",1,1)", ") }", id="IF"),
        pytest.param("ASK { FILTER(", "COALESCE(", "1", ")", ") }", id="COALESCE"),
        pytest.param("ASK {", "FILTER EXISTS {", "", "}", "}", id="EXISTS"),
        pytest.param("ASK {", "MINUS {", "", "}", "}", id="MINUS"),
        pytest.param("ASK {", "OPTIONAL {", "", "}", "}", id="OPTIONAL"),
        pytest.param("ASK {", "{} UNION {", "", "}", "}", id="alternatives"),
    ],
)
def test_what_would_overflow_the_stack_is_refused(
    before: str, opening: str, core: str, closing: str, after: str, engine: Engine
) -> None:
    message = f"brackets may be nested {MAX_DEPTH} deep; these are deeper"
    query = before + opening * 10_000 + core + closing * 10_000 + after
    with pytest.raises(MalformedQuery, match=message):
        read(query)
    with pytest.raises(MalformedQuery, match=message):
        read(before + opening * 100_000, max_kb=2_000)
    assert engine.ask(query) is Outcome.CRASH


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("ASK { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }", id="parentheses"),
        pytest.param("ASK { FILTER(" + "!" * 10_000 + "?x) }", id="negations"),
        pytest.param("ASK { FILTER(" + "+".join(["1"] * 10_000) + " = 1) }", id="a sum"),
        pytest.param("ASK { " + "UNION".join(["{}"] * 10_000) + " }", id="alternatives"),
        pytest.param("ASK { " + "OPTIONAL{}" * 10_000 + " }", id="OPTIONAL"),
        pytest.param("ASK { " + "".join(f"BIND(1 AS ?x{n})" for n in range(3_000)) + " }", id="BIND"),
    ],
)
def test_a_chain_that_would_overflow_the_stack_is_refused(query: str, engine: Engine) -> None:
    with pytest.raises(MalformedQuery):
        read(query)
    assert engine.ask(query, cpu_seconds=20) is Outcome.CRASH


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
    read("SELECT * { ?x ?p ?y " + pattern + " }")


def test_parts_after_data_are_counted_again() -> None:
    with pytest.raises(MalformedQuery):
        read("SELECT * { VALUES ?x { 1 2 3 } " + "?s ?p ?o . " * 6_000 + "}")


def test_length_is_bounded_in_bytes() -> None:
    read("#" + "é" * 499, 1)
    with pytest.raises(LimitExceeded) as long:
        read("#" + "é" * 500, 1)
    assert str(long.value) == "A query may be 1 kB long; this one is longer."


def test_ten_megabytes_are_too_long() -> None:
    with pytest.raises(LimitExceeded) as long:
        read("ASK { ?s ?p '" + "a" * 10_000_000)
    assert str(long.value) == "A query may be 200 kB long; this one is longer."


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("ASK { ?s ?p '\ud800' }", "line 1, column 14: half of a surrogate pair is no character"),
        ("ASK {\n\udfff }", "line 2, column 1: half of a surrogate pair is no character"),
        ("ASK { ?s ?p 'a }", "line 1, column 13: a string begins with ' and does not end"),
        ('ASK { ?s ?p """a"" }', 'line 1, column 18: a string begins with " and does not end'),
        ("ASK { ?s ?p [ ?p ?o }", "line 1, column 21: } closes nothing"),
        ("ASK { ?s ?p <http://x/ > }", "line 1, column 14: the prefix http: is not declared"),
        ("ASK { # }", "line 1, column 5: { is not closed"),
    ],
)
def test_what_no_query_has_is_told_with_its_place(query: str, message: str) -> None:
    with pytest.raises(MalformedQuery) as malformed:
        read(query)
    assert str(malformed.value) == message


@pytest.mark.parametrize(
    ("query", "is_sparql"),
    [
        pytest.param("SELECT ('a\0b' AS ?x) {}", True, id="a null byte in a string"),
        pytest.param("ASK {} # \0", True, id="in a comment"),
        pytest.param("ASK {\0}", False, id="between tokens"),
        pytest.param("ASK { ?s ?\0 ?o }", False, id="in a variable"),
        pytest.param("\ufeffASK {}", False, id="a byte order mark"),
        pytest.param("ASK\u00a0{}", False, id="a no-break space"),
        pytest.param("ASK {\u3000}", False, id="an ideographic space"),
        pytest.param("ASK\u2028{}", False, id="a line separator"),
        pytest.param("ASK {\v}", False, id="a vertical tab"),
        pytest.param("SELECT ('\u00a0\u2028\ufeff😀' AS ?x) {}", True, id="all of that in a string"),
        pytest.param("ASK { \\u0053ERVICE <http://x/> {} }", False, id="an escape in a keyword"),
        pytest.param("ASK { SER\u200bVICE <http://x/> {} }", False, id="a keyword with a space of no width"),
        pytest.param("", False, id="nothing"),
        pytest.param("SELECT", False, id="the beginning of a query"),
        pytest.param("a" * 199_000, False, id="a very long word"),
    ],
)
def test_odd_characters_are_left_to_the_parser(query: str, is_sparql: bool) -> None:
    read(query)
    assert engine_parses(query) is is_sparql


def test_a_graph_is_never_fetched(engine: Engine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/graph"
        for query in (
            f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
            f"SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            f"SELECT * {{ GRAPH <{url}> {{ ?s ?p ?o }} }}",
            f"DESCRIBE <{url}>",
        ):
            read(query)
            assert engine.ask(query, on_data=True) is Outcome.ANSWER
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    ("query", "volatile"),
    [
        pytest.param("SELECT (NOW() AS ?x) {}", True, id="NOW"),
        pytest.param("ASK { FILTER(rand() > 0.5) }", True, id="RAND in small letters"),
        pytest.param("SELECT (STR( UUID ( ) ) AS ?x) {}", True, id="UUID with spaces"),
        pytest.param("SELECT (StrUUID() AS ?x) {}", True, id="STRUUID"),
        pytest.param("SELECT (BNODE() AS ?x) {}", True, id="BNODE"),
        pytest.param("SELECT (BNODE('a') AS ?x) {}", True, id="BNODE with an argument"),
        pytest.param("SELECT (RAND # here\n () AS ?x) {}", True, id="a comment before the bracket"),
        pytest.param("ASK { FILTERRAND() }", True, id="no space after a keyword"),
        pytest.param("SELECT * { ?s ?p ?o } ORDER BYRAND()", True, id="no space after BY"),
        pytest.param("ASK { FILTER(1 IN (1, RAND())) }", True, id="a member of IN"),
        pytest.param("ASK { FILTER(EXISTS { BIND(UUID() AS ?x) }) }", True, id="in EXISTS"),
        pytest.param("SELECT (YEAR('2020-01-01T00:00:00'^^<a:b>) AS ?x) {}", False, id="another function"),
        pytest.param("ASK { ?s ?p 'NOW() RAND()' } # UUID()", False, id="a string and a comment"),
        pytest.param("ASK { <a:RAND()> ?p ?o }", False, id="an IRI"),
        pytest.param("PREFIX ex: <a:> ASK { ?RAND ex:NOW (1) }", False, id="a name before a list"),
        pytest.param("ASK { ?s ?UUID (1) }", False, id="a variable before a list"),
        pytest.param("PREFIX RAND: <a:> ASK { ?s RAND: (1) }", False, id="a prefix before a list"),
        pytest.param("ASK { _:BNODE ?p 'a'@NOW }", False, id="a blank node and a language"),
    ],
)
def test_it_tells_whether_two_answers_may_differ(query: str, volatile: bool) -> None:
    assert engine_parses(query)
    assert read(query).volatile is volatile


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("ASK { <a:b> ?p 1 }", "ASK {<c:d> ?p 2.5}", id="constants and spaces"),
        pytest.param("ASK { ?s ?p 'a' }", 'ASK { ?x ?y """b""" } # c', id="names, strings and comments"),
        pytest.param(
            "PREFIX a: <a:> ASK { a:b a:c true }",
            "ASK { <a:b> <a:c> false }",
            id="prefixes, or none, and booleans",
        ),
        pytest.param("select * where { ?s a <a:b> }", "SELECT*WHERE{$s a<a:c>}", id="small letters"),
        pytest.param(
            "ASK { VALUES ?x {" + " 1" * 1_100 + "} }",
            "ASK { VALUES ?x {" + " <a:b>" * 1_900 + "} }",
            id="values",
        ),
        pytest.param(
            "ASK { FILTER(?x IN (" + "1," * 1_100 + "2)) }",
            "ASK { FILTER(?x IN (" + "3," * 1_900 + "4)) }",
            id="members",
        ),
    ],
)
def test_queries_that_differ_in_constants_have_one_shape(one: str, other: str) -> None:
    assert read(one).shape == read(other).shape


def test_queries_that_differ_otherwise_have_a_shape_each() -> None:
    queries = [
        "ASK {}",
        "ASK { ?s ?p ?o }",
        "ASK { ?s ?p 1 }",
        "ASK { ?s a ?o }",
        "ASK { ?s <a:b> ?o }",
        "ASK { ?s <a:b>* ?o }",
        "ASK { ?s <a:b>+ ?o }",
        "ASK { ?s ?p ?o . ?s ?p ?o }",
        "ASK { ?s ?p ?o ; ?p ?o }",
        "ASK { ?s ?p ?o FILTER(?o = 1) }",
        "ASK { ?s ?p ?o FILTER(?o < 1) }",
        "ASK { ?s ?p ?o FILTER(?o < NOW()) }",
        "ASK { OPTIONAL { ?s ?p ?o } }",
        "ASK { VALUES ?x { 1 } }",
        "ASK { VALUES ?x {" + " 1" * 1_000 + "} }",
        "SELECT * { ?s ?p ?o }",
        "SELECT * { ?s ?p ?o } LIMIT 1",
        "DESCRIBE * { ?s ?p ?o }",
    ]
    assert len({read(query).shape for query in queries}) == len(queries)


TOKENS = [
    *(
        "SELECT",
        "*",
        "WHERE",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "?s",
        "?p",
        "?o",
        ".",
        ";",
        ",",
        "a",
        "<a:p>",
        "ex:a",
    ),
    *(
        "PREFIX ex: <a:>",
        "FILTER",
        "OPTIONAL",
        "UNION",
        "MINUS",
        "GRAPH",
        "VALUES",
        "BIND",
        "AS",
        "EXISTS",
        "NOT",
    ),
    *(
        "CONSTRUCT",
        "ASK",
        "FROM",
        "GROUP BY",
        "COUNT",
        "SERVICE",
        "INSERT",
        "RAND",
        "REGEX",
        "IN",
        "/",
        "|",
        "^",
    ),
    *(
        "!",
        "+",
        "||",
        "&&",
        "=",
        "<",
        ">",
        "<<",
        ">>",
        "{|",
        "|}",
        "~",
        "1",
        "1.",
        "1e5",
        "'a'",
        "'",
        '"""',
        "@en",
    ),
    *("^^", "#", "\n", "\\", "\0", "\ud800", "\ufeff", "\u00a0", "_:b", ":", "$", "%", "é", "😀"),
]


@settings(max_examples=500)
@given(
    st.text()
    | st.binary().map(lambda content: content.decode(errors="surrogateescape"))
    | st.lists(st.sampled_from(TOKENS)).map("".join)
    | st.lists(st.sampled_from(TOKENS)).map(" ".join)
)
def test_whatever_is_sent_is_read_or_refused(text: str) -> None:
    with suppress(QueryError):
        assert isinstance(read(text), Reading)


@settings(max_examples=200)
@given(st.lists(st.sampled_from([token for token in TOKENS if token != "\ud800"]), max_size=30).map(" ".join))
def test_the_engine_survives_whatever_passes(engine: Engine, body: str) -> None:
    query = f"PREFIX ex: <a:> SELECT * {{ ?s ?p ?o {body} }}"
    with suppress(QueryError):
        read(query)
        assert engine.ask(query, on_data=True) is not Outcome.CRASH


def _seconds(text: str) -> float:
    start = time.process_time()
    with suppress(QueryError):
        read(text, max_kb=1_000)
    return time.process_time() - start


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        pytest.param("", "'", "", id="quotes"),
        pytest.param("", '"', "", id="double quotes"),
        pytest.param("'''", "a'", "", id="a long string that does not end"),
        pytest.param("", "'''a", "", id="long strings"),
        pytest.param('"', "\\n", "", id="escapes in a string that does not end"),
        pytest.param('"""', "\\", "", id="backslashes in one"),
        pytest.param("", "\\", "", id="backslashes"),
        pytest.param("", "<", "", id="less than"),
        pytest.param("", "<a", "", id="IRIs that do not end"),
        pytest.param("<", "a", "", id="one that does not"),
        pytest.param("", "<<a>", "", id="IRIs in what is none"),
        pytest.param("", "#\n", "", id="comments"),
        pytest.param("", "#", "", id="one comment"),
        pytest.param("", ".", "", id="dots"),
        pytest.param("", "a.", "", id="what could become a prefix"),
        pytest.param("", "a-", "", id="what could, with hyphens"),
        pytest.param("", "é", "", id="letters that are no word"),
        pytest.param("", "a", "", id="one word"),
        pytest.param("_:a", ".", "", id="dots after a blank node"),
        pytest.param("_:a", ".a", "", id="dots in a blank node"),
        pytest.param("PREFIX a: <b:> SELECT a:a", ".", "", id="dots after a name"),
        pytest.param("PREFIX a: <b:> SELECT a:a", ".a", "", id="dots in a name"),
        pytest.param("PREFIX a: <b:> SELECT a:", "%", "", id="half escapes in a name"),
        pytest.param("PREFIX : <b:> SELECT ", ":", "", id="colons"),
        pytest.param("PREFIX : <b:> SELECT ", ": ", "", id="prefixes"),
        pytest.param("", "PREFIX a: <b:> ", "", id="declarations"),
        pytest.param("PREFIX SERVICE: <b:> SELECT ", "SERVICE:a#\n", "", id="comments after names"),
        pytest.param("PREFIX SERVICE: <b:> SELECT SERVICE:a", "#\n", "", id="comments after one"),
        pytest.param("", "{", "", id="brackets that open"),
        pytest.param("SELECT * {", "{}", "}", id="groups"),
        pytest.param("SELECT * {", "{}UNION", "{}}", id="alternatives"),
        pytest.param("SELECT * {", "?s ?p ?o.", "}", id="triple patterns"),
        pytest.param("SELECT * { ?s ?p ", "[?p ", "", id="blank nodes"),
        pytest.param("SELECT * { ?s a", "/a", " ?o }", id="a path"),
        pytest.param("ASK { FILTER(?x", "||?x", ") }", id="operators"),
        pytest.param("ASK { FILTER(?x IN (", "1,", "1)) }", id="members"),
        pytest.param("ASK { VALUES (?x) { ", "(1)", " } }", id="rows"),
        pytest.param("", "1", "", id="one number"),
        pytest.param("", "1e", "", id="numbers"),
        pytest.param("", " \n", "", id="white space"),
    ],
)
def test_the_time_is_proportional_to_the_length(
    before: str, unit: str, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, limit in (
        (guard, "MAX_TOKENS"),
        (guard, "MAX_DEPTH"),
        (joins, "_MAX_COST"),
        (copies, "MAX_COPIES"),
    ):
        monkeypatch.setattr(module, limit, 1 << 62)
    short, long = (before + unit * (length // len(unit)) + after for length in (20_000, 160_000))
    # Eight times the length takes eight times as long; in a quadratic time it would be sixty-four.
    assert min(_seconds(long) for _ in range(2)) < 24 * min(_seconds(short) for _ in range(3)) + 0.02


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
