"""The real graph holds the facts of its sources: `coverage/*.yaml` has a query for each of them, by number.

The facts are those of an inventory of the five texts that the project began with, F001 to F449, and a fact is
asked for by its triples: what it is about, the theme, the value, the unit, the publication.  The wording is
not asked for, so a fact is not there because some text happens to say it.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, RDF, SKOS, XSD, BNode, Graph, Literal, Variable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.term import Node

from conftest import read
from pilotgraph.context import Context
from pilotgraph.description import DQV
from pilotgraph.errors import Position
from pilotgraph.facts import Fact, triples
from pilotgraph.release import Release

TERMS = "https://w3id.org/pilotgraph/ontology#"
BASE = "https://w3id.org/pilotgraph/id/"
PUBLICATION = f"{BASE}publication/"
NUMBERS = [f"F{number:03}" for number in range(1, 450)]

# Facts that the inventory has twice, and the number of the other place, or numbers if it has two parts.
SAME = {
    "F397": {"F351"},  # patients' experience of the vanguards is known from local evaluations
    "F398": {"F350", "F357"},  # in the pioneers it was still being looked into
    "F401": {"F182"},  # a local evaluation finds out what works, and how
    "F406": {"F069"},  # pilots too expected fewer unplanned admissions
    "F407": {"F058"},  # two later kinds of vanguard are left out
    "F417": {"F336"},  # unplanned admissions rose less with care home pilots above all
    "F434": {"F369"},  # planning together in place of the market
}

# What is written as it is printed: a code or a name, and no sentence of ours or of a source.
AS_PRINTED = {
    str(SKOS.notation),
    str(DCTERMS.title),
    str(DCTERMS.bibliographicCitation),
    f"{TERMS}abbreviation",
    f"{TERMS}nameAsPrinted",
    f"{TERMS}publisherName",
}
SHIFTED = {XSD[name] for name in ("integer", "decimal", "gYear", "gYearMonth", "date")}


# A subject, a property, a value, as rdflib's parser of SPARQL has them.
Pattern: TypeAlias = tuple[Node, Node, Node]
ROOT = Path(__file__).parents[1]
CONTEXT = Context.read((ROOT / "ontology/context.jsonld").read_bytes(), "context.jsonld", BASE)


@cache
def patterns(ask: str) -> tuple[Pattern, ...]:
    prologue = "".join(f"PREFIX {name}: <{space}> " for name, space in CONTEXT.prefixes.items())
    query = translateQuery(parseQuery(f"BASE <{BASE}> {prologue} ASK {{ {ask}\n}}"))
    group = query.algebra.p.p
    assert group.name == "BGP"
    assert all(isinstance(part, Node) for pattern in group.triples for part in pattern)
    return tuple(group.triples)


def group(asked: Iterable[Pattern]) -> str:
    """Patterns as they stand between the braces of a query."""
    return " ".join(" ".join(map(_written, pattern)) + " ." for pattern in asked)


def _written(term: Node) -> str:
    return f"?_{term}" if isinstance(term, BNode) else term.n3()


def is_variable(term: Node) -> bool:
    return isinstance(term, BNode | Variable)


def holds(store: ox.Store, asked: Iterable[Pattern]) -> bool:
    return bool(store.query(f"ASK {{ {group(asked)} }}"))


@pytest.fixture(scope="module")
def facts(real: Path) -> dict[str, Fact]:
    return {fact.number: fact for fact in read(real).facts}


@pytest.fixture(scope="module")
def asked(facts: dict[str, Fact]) -> list[Fact]:
    return [fact for fact in facts.values() if fact.ask]


@pytest.fixture
def graph(real_release: Release) -> ox.Store:
    """The data, without named graphs and without the ontology."""
    store = ox.Store()
    triples = (quad.triple for quad in ox.parse(real_release.read("data.nq"), ox.RdfFormat.N_QUADS))
    store.bulk_extend(ox.Quad(*triple) for triple in triples)
    return store


def told(found: Iterator[tuple[Fact, str]]) -> list[str]:
    return [f"{fact.position.path}: {fact.number}: {what}" for fact, what in found]


# What stands in the files.


def test_each_fact_stands_in_one_place(facts: dict[str, Fact]) -> None:
    assert sorted(facts) == NUMBERS


def test_seven_facts_are_told_twice(facts: dict[str, Fact]) -> None:
    same = {fact.number: set(fact.same) for fact in facts.values() if fact.same}
    assert same.keys() == SAME.keys()
    assert {number: others for number, others in same.items() if not others <= SAME[number]} == {}


def test_few_facts_have_no_place_in_the_graph(facts: dict[str, Fact]) -> None:
    excluded = {fact.number: fact.excluded for fact in facts.values() if fact.excluded}
    assert len(excluded) <= 40
    assert [number for number, reason in excluded.items() if len(reason.split()) < 6] == []


def test_an_ask_rests_on_no_prose(asked: list[Fact]) -> None:
    assert told(_prose(asked)) == []


def _prose(asked: list[Fact]) -> Iterator[tuple[Fact, str]]:
    for fact in asked:
        for _, predicate, value in patterns(fact.ask):
            is_text = isinstance(value, Literal) and value.datatype in (None, RDF.langString, XSD.string)
            if is_text and str(predicate) not in AS_PRINTED:
                yield fact, f"{predicate.n3()} {value.n3()}"


def test_an_ask_names_the_publication_that_says_so(asked: list[Fact]) -> None:
    assert told((fact, "no source") for fact in asked if not _is_sourced(fact)) == []


def _is_sourced(fact: Fact) -> bool:
    """By its source, or because it is about a publication itself."""
    sources = {str(value) for _, predicate, value in patterns(fact.ask) if predicate == DCTERMS.source}
    subjects = {str(subject) for subject, _, _ in patterns(fact.ask)}
    return any(term.startswith(PUBLICATION) for term in sources or subjects)


# What is in the graph.


def test_the_graph_holds_each_fact(graph: ox.Store, asked: list[Fact]) -> None:
    assert len(asked) >= len(NUMBERS) - len(SAME) - 40
    assert told((fact, fact.text) for fact in asked if not holds(graph, patterns(fact.ask))) == []


def test_a_fact_is_lost_with_the_triples_that_its_ask_names(graph: ox.Store, asked: list[Fact]) -> None:
    for fact in asked:
        named = [ox.Quad(*triple) for triple in triples(graph, fact, CONTEXT)]
        assert named, fact.number
        for quad in named:
            graph.remove(quad)
        assert triples(graph, fact, CONTEXT) == [], fact.number
        graph.extend(named)


def test_a_fact_is_lost_with_the_triples_of_any_pattern(graph: ox.Store, asked: list[Fact]) -> None:
    size = len(graph)
    assert told(_resting_on_nothing(graph, asked)) == []
    assert len(graph) == size


def _resting_on_nothing(graph: ox.Store, asked: list[Fact]) -> Iterator[tuple[Fact, str]]:
    for fact in asked:
        for pattern in patterns(fact.ask):
            found = graph.query(f"CONSTRUCT {{ {group([pattern])} }} WHERE {{ {group(patterns(fact.ask))} }}")
            assert isinstance(found, ox.QueryTriples)
            taken = [ox.Quad(*triple) for triple in found]
            for quad in taken:
                graph.remove(quad)
            if not taken or holds(graph, patterns(fact.ask)):
                yield fact, group([pattern])
            graph.extend(taken)


def test_an_ask_singles_out_what_it_is_about(graph: ox.Store, asked: list[Fact]) -> None:
    """An ask that dozens of claims answer would hold without the one that it is there for."""
    assert told((fact, f"{number} answers") for fact in asked if (number := _answers(graph, fact)) > 20) == []
    assert sum(_answers(graph, fact) == 1 for fact in asked) >= 0.9 * len(asked)


def _answers(graph: ox.Store, fact: Fact) -> int:
    found = graph.query(f"SELECT DISTINCT * WHERE {{ {group(patterns(fact.ask))} }}")
    assert isinstance(found, ox.QuerySolutions)
    return len(list(found))


def test_no_other_number_would_do(graph: ox.Store, asked: list[Fact]) -> None:
    shifted = [(fact, pattern) for fact in asked for pattern in patterns(fact.ask) if _is_number(pattern[2])]
    assert len(shifted) >= 50
    assert told(_indifferent(graph, shifted)) == []


def _indifferent(graph: ox.Store, shifted: list[tuple[Fact, Pattern]]) -> Iterator[tuple[Fact, str]]:
    for fact, pattern in shifted:
        subject, predicate, number = pattern
        assert isinstance(number, Literal)
        other = _next(number)
        asks_too = any(each[1:] == (predicate, other) and is_variable(each[0]) for each in patterns(fact.ask))
        changed = subject, predicate, other
        if not asks_too and holds(
            graph, [changed if each is pattern else each for each in patterns(fact.ask)]
        ):
            yield fact, f"{number} could be {other}"


def _is_number(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype in SHIFTED


def _next(number: Literal) -> Literal:
    """One more, or a year later."""
    text = str(number)
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and number.datatype != XSD.gYear:
        return Literal(str(Decimal(text) + 1), datatype=number.datatype, normalize=False)
    return Literal(f"{int(text[:4]) + 1:04}{text[4:]}", datatype=number.datatype, normalize=False)


def test_the_report_counts_every_fact(real_release: Release) -> None:
    report = Graph().parse(data=real_release.read("record.ttl"), format="turtle")
    figures = {}
    for node, metric in report.subject_objects(DQV.isMeasurementOf):
        figures[str(metric).rpartition("/")[2]] = int(float(str(report.value(node, DQV.value))))
    parts = ("facts-held", "facts-repeated", "facts-excluded")
    assert sum(figures[part] for part in parts) == len(NUMBERS)
    assert (figures["facts-missing"], figures["facts-repeated"]) == (0, len(SAME))
    assert len(figures) >= 15


# The checks themselves.


def made_up(ask: str) -> Fact:
    return Fact("X1", Position("x.yaml", 1, 1), "x", ask)


@pytest.mark.parametrize(
    ("ask", "problems"),
    [
        pytest.param(
            '?c dcterms:source <publication/a> ; skos:note "it was hard"@en .',
            ['x.yaml: X1: <http://www.w3.org/2004/02/skos/core#note> "it was hard"@en'],
            id="a sentence",
        ),
        pytest.param(
            '?c dcterms:source <publication/a> ; pg:locator "Table 1" .',
            ['x.yaml: X1: <https://w3id.org/pilotgraph/ontology#locator> "Table 1"'],
            id="a text without a language",
        ),
        pytest.param(
            '?c dcterms:source <publication/a> ; skos:notation "04E" ; pg:value 4 .',
            [],
            id="a code is no prose",
        ),
        pytest.param("?c pg:about <programme/icp> .", ["x.yaml: X1: no source"], id="no publication"),
        pytest.param("?c dcterms:source ?any .", ["x.yaml: X1: no source"], id="nor any"),
        pytest.param(
            "<publication/a> pg:publicationYear ?year .", [], id="what is about a publication needs no other"
        ),
    ],
)
def test_an_ask_is_held_to_its_rules(ask: str, problems: list[str]) -> None:
    fact = made_up(ask)
    assert told(_prose([fact])) + ["x.yaml: X1: no source"] * (not _is_sourced(fact)) == problems


def test_a_number_that_could_be_another_is_found() -> None:
    store = ox.Store()
    fact = made_up("?c pg:value 4 .")
    for number in (4, 5):
        claim = ox.NamedNode(f"urn:claim:{number}")
        store.add(ox.Quad(claim, ox.NamedNode(f"{TERMS}value"), ox.Literal(number)))
    assert told(_indifferent(store, [(fact, patterns(fact.ask)[0])])) == ["x.yaml: X1: 4 could be 5"]
    assert told(_resting_on_nothing(store, [fact])) == []
    assert told(_resting_on_nothing(ox.Store(), [fact])) == [f"x.yaml: X1: {group(patterns(fact.ask))}"]


@pytest.mark.parametrize(
    ("text", "datatype", "following"),
    [
        ("3", "integer", "4"),
        ("-0.05", "decimal", "0.95"),
        ("2015", "gYear", "2016"),
        ("2013-11", "gYearMonth", "2014-11"),
        ("2021-10-29", "date", "2022-10-29"),
    ],
)
def test_a_number_is_shifted(text: str, datatype: str, following: str) -> None:
    number = _next(Literal(text, datatype=XSD[datatype], normalize=False))
    assert (str(number), number.datatype) == (following, XSD[datatype])
