"""What shapes ask of a class, told in words."""

import pyoxigraph as ox
import pytest
from rdflib import RDFS, SKOS

from pilotgraph.constraints import Constraint, Constraints, names_in
from trees import TREES, read

TERM = TREES + "ontology#"


def asked(rule: str, rest: str = "") -> Constraint:
    """What a shape of trees with this rule asks of their height."""
    shapes = (
        f"t:S a sh:NodeShape ; sh:targetClass t:Tree ; sh:property t:R . t:R sh:path t:height {rule} . {rest}"
    )
    (found,) = Constraints(read(shapes)).by_class[ox.NamedNode(TERM + "Tree")]
    return found


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        pytest.param("", "any number", id="nothing is said"),
        pytest.param("; sh:minCount 1", "at least one", id="a least number"),
        pytest.param("; sh:maxCount 1", "at most one", id="a greatest number"),
        pytest.param("; sh:minCount 1 ; sh:maxCount 1", "exactly one", id="one"),
        pytest.param("; sh:minCount 2 ; sh:maxCount 2", "exactly 2", id="as many as that"),
        pytest.param("; sh:minCount 2 ; sh:maxCount 4", "from 2 to 4", id="a range"),
        pytest.param("; sh:maxCount 0", "exactly 0", id="none"),
        pytest.param("; sh:minCount 1 ; sh:severity sh:Warning", "any number", id="a warning binds nobody"),
    ],
)
def test_how_many_values_there_are(rule: str, words: str) -> None:
    assert asked(rule).cardinality == words


@pytest.mark.parametrize(
    ("rule", "alternatives"),
    [
        pytest.param("; sh:datatype xsd:gYear", [["year"]], id="a datatype has a name"),
        pytest.param("; sh:datatype xsd:duration", [["duration"]], id="an unusual one has its own"),
        pytest.param("; sh:class t:Oak", [[" <Oak>"]], id="a class is a term"),
        pytest.param("; sh:in ( t:a t:b )", [["one of <a> <b>"]], id="a list"),
        pytest.param('; sh:pattern "^[A-Z]+$"', [["like ^[A-Z]+$"]], id="a pattern"),
        pytest.param(
            '; sh:class t:Oak ; sh:pattern "^https://example.org/trees/id/oak/"',
            [[" <Oak>", "whose IRI begins with https://example.org/trees/id/oak/"]],
            id="a pattern that is the beginning of an IRI",
        ),
        pytest.param(
            "; sh:datatype xsd:integer ; sh:minInclusive 1 ; sh:maxExclusive 9",
            [["whole number", "from 1", "under 9"]],
            id="limits",
        ),
        pytest.param("; sh:maxLength 80", [["at most 80 characters"]], id="a length has a unit"),
        pytest.param("; sh:lessThan t:girth", [["less than its <girth>"]], id="another property"),
        pytest.param("; sh:nodeKind sh:IRI", [["a thing"]], id="any thing"),
        pytest.param(
            "; sh:disjoint t:girth ; sh:or ( [ sh:class t:Oak ] [ sh:datatype xsd:string ] )",
            [["other than its <girth>", " <Oak>"], ["other than its <girth>", "text"]],
            id="what holds for all alternatives holds for each",
        ),
        pytest.param("; sh:not [ sh:class t:Oak ]", [], id="what has no words is left to the message"),
    ],
)
def test_which_values_there_are(rule: str, alternatives: list[list[str]]) -> None:
    def text(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
        if isinstance(term, ox.NamedNode):
            return f"<{term.value.removeprefix(TERM)}>"
        assert isinstance(term, ox.Literal)
        return term.value

    assert [
        [
            " ".join((each.words, *map(text, each.terms), *filter(None, (each.code, each.unit))))
            for each in one
        ]
        for one in asked(rule).alternatives
    ] == alternatives


def test_rules_for_one_property_are_one_constraint_with_all_their_messages() -> None:
    shapes = read("""
    t:S a sh:NodeShape ; sh:targetClass t:Tree ; sh:property t:first , t:second , t:other .
    t:first sh:path t:place ; sh:order 9 ; sh:maxCount 3 ; sh:class t:Wood ;
        sh:message "a wood"@en , "ein Wald"@de .
    t:second sh:path t:place ; sh:order 10 ; sh:minCount 1 ; sh:maxCount 2 ; sh:message "say where"@en .
    t:other sh:path t:place ; sh:order 11 ; sh:minCount 2 ; sh:severity sh:Warning ;
        sh:message "say more"@en .
    """)
    (found,) = Constraints(shapes, "en").by_class[ox.NamedNode(TERM + "Tree")]
    assert found.cardinality == "from 1 to 2"
    assert found.classes == [ox.NamedNode(TERM + "Wood")]
    assert found.messages == (("", "a wood"), ("", "say where"), ("Warning", "say more"))
    assert [name.removeprefix(TERM) for name in found.shapes] == ["first", "second", "other"]


def test_constraints_come_in_the_order_of_the_shapes_and_know_which_way_they_read() -> None:
    shapes = read("""
    t:S a sh:NodeShape ; sh:targetClass t:Tree ; sh:property
        [ sh:path t:height ; sh:order 2 ] , [ sh:path [ sh:inversePath t:surveys ] ; sh:order 1 ] ,
        [ sh:path t:girth ] , [ sh:path ( t:surveys t:girth ) ; sh:order 0 ] .
    """)
    found = Constraints(shapes).by_class[ox.NamedNode(TERM + "Tree")]
    names = [(each.predicate.value.removeprefix(TERM), each.inverse) for each in found]
    assert names == [("surveys", True), ("height", False), ("girth", False)]


def test_what_one_property_asks_besides() -> None:
    shapes = read("""
    t:S a sh:NodeShape ; sh:targetSubjectsOf t:felled ; sh:message "it is gone" ; sh:property
        [ sh:path t:cause ; sh:minCount 1 ; sh:message "say why" ] .
    """)
    found = Constraints(shapes)
    assert [each.messages for each in found.conditions[ox.NamedNode(TERM + "felled")]] == [
        ("it is gone", "say why")
    ]
    assert not found.by_class


def test_a_property_knows_the_classes_that_ask_for_it_and_a_page_what_to_name() -> None:
    shapes = read(f"""
    t:A a sh:NodeShape ; sh:targetClass t:Tree ; sh:property t:status .
    t:B a sh:NodeShape ; sh:targetClass t:Wood ; sh:property t:status .
    t:status sh:path <{SKOS.note}> ; sh:in ( id:good id:bad ) .
    """)
    found = Constraints(shapes)
    uses = found.by_property[ox.NamedNode(SKOS.note)]
    assert sorted(each.of_class.value.removeprefix(TERM) for each in uses) == ["Tree", "Wood"]
    assert names_in(uses) == {ox.NamedNode(TREES + "id/good"), ox.NamedNode(TREES + "id/bad")}
    assert ox.NamedNode(RDFS.label) not in found.by_property


def test_a_list_that_leads_back_to_itself_ends() -> None:
    first, rest = (
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#first>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#rest>",
    )
    found = asked("; sh:in t:list", f"t:list {first} t:a ; {rest} t:list .")
    assert [len(phrase.terms) for phrase in found.alternatives[0]] == [1]
