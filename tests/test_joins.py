"""What `joins` lets the planner have: how triple patterns are counted, and that what passes is planned."""

from collections.abc import Iterator

import pytest

from conftest import REPOSITORY
from engine import Engine, Outcome
from pilotgraph.errors import MalformedQuery
from pilotgraph.guard import read
from pilotgraph.joins import MAX_JOINED, MAX_STEPS

TOO_MUCH = "a query may have as much to join as 72 triple patterns in one group have; this one has more"
TOO_LONG = "a path with brackets or | may have 12 steps; this one has more"
TOO_DEEP = "sub-selects may be nested 6 deep; these are deeper"
QUERIES = sorted(path for folder in ("data", "tests") for path in (REPOSITORY / folder).rglob("*.rq"))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine() as running:
        yield running


def select(group: str) -> str:
    return f"PREFIX : <http://example.org/> SELECT * {{ {group} }}"


def passes(query: str) -> bool:
    try:
        read(query)
    except MalformedQuery as error:
        assert str(error).endswith(TOO_MUCH)
        return False
    return True


def star(count: int, name: str = "a") -> str:
    return " ".join(f"?s :{name}{n} ?{name}{n} ." for n in range(count))


def each(pattern: str, count: int) -> str:
    return " ".join(pattern.replace("{n}", str(n)) for n in range(count))


@pytest.mark.parametrize(
    ("before", "unit", "patterns", "after", "others"),
    [
        pytest.param("", "?s :p ?o .", 1, "", 0, id="three terms and a dot"),
        pytest.param("", "?s a :C .", 1, "", 0, id="the predicate a"),
        pytest.param("", "?s ?p 1.", 1, "", 0, id="a number that ends in the dot"),
        pytest.param("", "?s ?p -1.5 .", 1, "", 0, id="a number with a sign"),
        pytest.param("", "?s ?p true .", 1, "", 0, id="a boolean"),
        pytest.param("", "?s ?p 'a'@en .", 1, "", 0, id="a string with a language"),
        pytest.param("", "?s ?p '1'^^<http://a/b> .", 1, "", 0, id="a literal with a datatype"),
        pytest.param("", "<http://a/s> <http://a/p> _:b .", 1, "", 0, id="IRIs and a blank node"),
        pytest.param("", "[] ?p [] .", 1, "", 0, id="anonymous blank nodes"),
        pytest.param("?s :p 1", "; :p ?o", 1, "", 1, id="properties"),
        pytest.param("?s :p 1", "; ; :p ?o ;", 1, ".", 1, id="properties, with semicolons to spare"),
        pytest.param("?s :p 1", ", ?o", 1, "", 1, id="objects"),
        pytest.param("", "?s :p [ :p ?o ; :q ?x, ?y ] .", 4, "", 0, id="a blank node with properties"),
        pytest.param("", "[ :p ?o ; :q ?x ] :r ?y .", 3, "", 0, id="as a subject"),
        pytest.param("?s :p (", "?x", 2, ")", 1, id="members of a list"),
        pytest.param("?s :p (", "'1'^^<http://a/b> 'a'@en 1", 6, ")", 1, id="members that are literals"),
        pytest.param("?s :p (", "[ :p ?x ]", 3, ")", 1, id="members with properties"),
        pytest.param("(", "?x", 2, ") :p ?y", 1, id="members of a list that is a subject"),
        pytest.param("?s :p (", "(1)", 4, ")", 1, id="lists in a list"),
        pytest.param("", "?s :p/:p/^:p ?o .", 3, "", 0, id="steps of a path"),
        pytest.param("", "?s :p*/(:p|:q)/!(:p|^:q) ?o .", 3, "", 0, id="steps, with operators"),
        pytest.param("", "?s (:p/(:q/:r)*)+ ?o .", 3, "", 0, id="steps in brackets"),
        pytest.param("", "?s :p|:q|:r ?o .", 1, "", 0, id="alternatives"),
        pytest.param("", "?s :p ?o FILTER(?o > 1 && ?o < 9)", 1, "", 0, id="a filter instead of a dot"),
        pytest.param("", "?s :p ?o FILTER REGEX(?o, 'a', 'i')", 1, "", 0, id="a filter that is a call"),
        pytest.param("", "?s :p ?o BIND(?o + 1 AS ?x{n})", 1, "", 0, id="a value bound"),
        pytest.param("", "{ ?s :p ?o }", 1, "", 0, id="groups"),
        pytest.param("", "{ ?s :p ?o } { ?s :q ?o } .", 2, "", 0, id="groups and dots"),
        pytest.param("{ ?s :p ?o . " * 50, "?s :p ?x .", 1, "}" * 50, 50, id="groups in groups"),
        pytest.param("", "GRAPH ?g { ?s :p ?o }", 2, "", 0, id="patterns in GRAPH"),
        pytest.param("", "GRAPH :g {}", 1, "", 0, id="GRAPH with nothing in it"),
    ],
)
def test_what_a_group_joins_is_counted(
    before: str, unit: str, patterns: int, after: str, others: int, engine: Engine
) -> None:
    most = (MAX_JOINED - others) // patterns
    query = select(before + each(unit, most) + after)
    assert passes(query)
    assert engine.ask(query) is Outcome.ANSWER
    more = select(before + each(unit, most + 1) + after)
    assert not passes(more)
    assert engine.ask(more, cpu_seconds=20) is Outcome.ANSWER, "it is SPARQL as well"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(select("?s ?p ?o " + each("FILTER(?o != {n})", 500)), id="filters"),
        pytest.param(select("?s ?p ?o FILTER(" + "||".join(["?o"] * 1_000) + ")"), id="alternatives in one"),
        pytest.param(select("?s ?p ?o " + each("BIND({n} AS ?x{n})", 400)), id="values bound"),
        pytest.param(select("VALUES ?s { " + each(":a{n}", 2_000) + " } " + star(20)), id="2,000 values"),
        pytest.param(
            select("VALUES (?s ?o) { " + each("(:a{n} {n})", 2_000) + " } ?s ?p ?o"), id="2,000 rows"
        ),
        pytest.param(select(star(20) + "FILTER(?s IN (" + each(":a{n},", 5_000) + "1))"), id="members of IN"),
        pytest.param(
            "SELECT " + each("(?o + {n} AS ?x{n})", 400) + " { ?s ?p ?o }", id="expressions selected"
        ),
        pytest.param("CONSTRUCT { " + "?s ?p ?o . " * 900 + "} WHERE { ?s ?p ?o }", id="a template"),
        pytest.param("CONSTRUCT { ?s ?p ( " + "1 " * 900 + ") } { ?s ?p ?o }", id="a template with a list"),
        pytest.param(
            select(star(1) + each("FILTER NOT EXISTS { ?s :p{n} ?x . ?x :q ?y }", 100)),
            id="what is not there",
        ),
    ],
)
def test_what_costs_the_planner_little_is_not_counted(query: str, engine: Engine) -> None:
    assert passes(query)
    assert engine.ask(query) is Outcome.ANSWER


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(
            select("?s a ?o " + each("OPTIONAL { ?s :p{n} ?a{n} . ?a{n} :q ?b{n} . ?b{n} :r ?c{n} }", 30)),
            id="30 OPTIONAL of 3 triple patterns",
        ),
        pytest.param(
            select("UNION".join(["{ ?s a ?o ; :p ?x . ?x :q ?y }"] * 50)), id="50 alternatives of 3 patterns"
        ),
        pytest.param(select("UNION".join(["{ ?s ?p ?o }"] * 600)), id="600 alternatives"),
        pytest.param(
            select(star(10) + each("{ SELECT ?s (COUNT(?x) AS ?x{n}) { ?s :p{n} ?x } GROUP BY ?s }", 5)),
            id="5 aggregates",
        ),
        pytest.param(select(star(1) + each("MINUS { ?s :p{n} ?o ; :q ?x }", 60)), id="60 MINUS"),
        pytest.param(select(star(5) + "OPTIONAL { ?s :p ?o " * 20 + "}" * 20), id="20 nested OPTIONAL"),
        pytest.param(select(star(5) + "FILTER EXISTS { ?s :p ?o " * 50 + "}" * 50), id="50 nested EXISTS"),
        pytest.param(
            select("{ SELECT (COUNT(*) AS ?n) { ?s :p ?o " * 5 + "} }" * 5), id="5 nested aggregates"
        ),
        pytest.param(
            select(f"?s ({'/'.join([':p'] * MAX_STEPS)})* ?o . {star(50)}"), id="a long path, repeated"
        ),
        pytest.param(select(f"?s {'|'.join([':p'] * 1_500)} ?o"), id="1,500 alternatives of a path"),
        pytest.param(
            select("?s " + "(" * 60 + ":p" + "*)" * 60 + " ?o . ?o ?q ?x"), id="star of star of star"
        ),
        pytest.param(select("?s " + "^(" * 60 + ":p" + ")" * 60 + " ?o . ?o ?q ?x"), id="inverse of inverse"),
    ],
)
def test_what_is_large_but_not_hard_is_planned(query: str, engine: Engine) -> None:
    assert passes(query)
    assert engine.ask(query) is Outcome.ANSWER


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(
            select("?s ?p " + "[ ?p " * 62 + "1" + "]" * 62 + "; ?p " + "?o," * 10 + "?o"), id="nested [ ]"
        ),
        pytest.param(select("?s ?p " + "(" * 62 + "1" + ")" * 62), id="nested ( )"),
        pytest.param(select("?s ?p " + "<< ?s ?p " * 100 + "?o" + ">>" * 100), id="nested << >>"),
        pytest.param(select("?s ?p ?o " + ", ?o {| ?p ?o |}" * 40), id="annotations"),
        pytest.param(select("VALUES ?x { 1 } " * 80), id="VALUES that are joined"),
        pytest.param(
            select(f"VALUES ?s {{ {'1 ' * 20_000} }} {star(50)}"), id="many values for many patterns"
        ),
        pytest.param(
            select("UNION".join(["{ ?s ?p ?o }"] * 300) + f" FILTER(?s IN ({'1,' * 2_000}1))"),
            id="a filter with many members, for many alternatives",
        ),
        pytest.param(
            select(star(60) + each("{ SELECT ?s { ?s :a{n} ?o ; :b ?x } }", 50)),
            id="sub-selects in a large group",
        ),
        pytest.param(
            select(star(60) + "{" + star(40, "b") + "} UNION {" + star(40, "c") + "}"),
            id="UNION in a large group",
        ),
        pytest.param(
            select(star(60) + "{ SELECT (COUNT(*) AS ?n) {" + star(60, "b") + "} }"), id="a large aggregate"
        ),
        pytest.param(
            select(each("OPTIONAL { ?s :p ?a{n} ; :q ?b{n} ; :r ?c{n}", 60) + "}" * 60),
            id="60 nested OPTIONAL of 3 patterns",
        ),
        pytest.param(select("UNION".join("{" + star(60) + "}" for _ in range(5))), id="5 large alternatives"),
        pytest.param(
            "CONSTRUCT WHERE {" + "?s ?p ?o . " * 80 + "}", id="a pattern that is a template as well"
        ),
        pytest.param("CONSTRUCT {} {" + "?s ?p ?o . " * 80 + "}", id="a pattern after a template"),
        pytest.param(
            select("?s ?p ?o FILTER(?o IN (1, EXISTS {" + "?s ?p ?o . " * 80 + "}))"),
            id="EXISTS as a member of IN",
        ),
    ],
)
def test_what_is_too_much_together_is_refused(query: str) -> None:
    assert not passes(query)


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        pytest.param(select(f"\n{star(71)}\n?s :p ?x ; :q §?y ."), TOO_MUCH, id="triple patterns"),
        pytest.param(
            select(f"\n{{ {star(60)} }} ?s :p 'é'; :q (1 2 3 4 5 §6)"), TOO_MUCH, id="members of a list"
        ),
        pytest.param(
            select(f"{{ {star(66)} }} UNION {{ {star(66)} §}} UNION {{ {star(66)} }}"), TOO_MUCH, id="groups"
        ),
        pytest.param(select(f"?s ({'/'.join([':p'] * 12)}§/:p)+ ?o"), TOO_LONG, id="a path in brackets"),
        pytest.param(
            select(f"?s :q|{'/'.join([':p'] * 12)}§/:p ?o"), TOO_LONG, id="a path after an alternative"
        ),
        pytest.param(select(f"?s {'/'.join([':p'] * 13)}§|:q ?o"), TOO_LONG, id="a path before one"),
        pytest.param(
            select(f"?s {'/'.join([':p'] * 13)}/§(:p|:q) ?o"), TOO_LONG, id="a path before brackets"
        ),
        pytest.param(select("{ SELECT * { " * 6 + "{ §SELECT * {" + "} }" * 7), TOO_DEEP, id="sub-selects"),
    ],
)
def test_a_refusal_names_the_place_and_the_limit(marked: str, message: str) -> None:
    before, query = marked.partition("§")[0], marked.replace("§", "")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    with pytest.raises(MalformedQuery) as refused:
        read(query)
    assert str(refused.value) == f"line {line}, column {column}: {message}"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(select(star(250)), id="250 triple patterns"),
        pytest.param(select("?s :p (" + "?x " * 200 + ")"), id="a list of 200 members"),
        pytest.param(
            select(f"?s ({'/'.join([':p'] * 32)})* ?o . ?o :q ?x"), id="a path of 32 steps, repeated"
        ),
        pytest.param(
            select("{ SELECT (COUNT(*) AS ?n) { ?s :p ?o " * 25 + "} }" * 25), id="25 nested aggregates"
        ),
        pytest.param(
            select(each("OPTIONAL { ?s :p ?a{n} ; :q ?b{n} ; :r ?c{n}", 80) + "}" * 80),
            id="80 nested OPTIONAL",
        ),
    ],
)
def test_without_a_limit_the_planner_takes_long(query: str, engine: Engine) -> None:
    with pytest.raises(MalformedQuery):
        read(query)
    assert engine.ask(query, cpu_seconds=1) is Outcome.SLOW


def test_the_queries_of_the_repository_pass() -> None:
    assert len(QUERIES) > 150
    for path in QUERIES:
        assert passes(path.read_text()), path
