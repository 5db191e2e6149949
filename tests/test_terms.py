"""Accounts of terms: of a small ontology, and of a release."""

import pyoxigraph as ox
import pytest
from rdflib import VOID

from pilotgraph.accounts import Account, Samples
from pilotgraph.constraints import Constraints
from pilotgraph.context import Context
from pilotgraph.edition import Edition
from pilotgraph.pages import Describer
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore, Query
from pilotgraph.terms import Terms, counts, kind_of
from pilotgraph.triples import Triples
from pilotgraph.vocabulary import Vocabulary
from trees import SITE, TREES, read

TERM = TREES + "ontology#"
ONTOLOGY = """
t:Tree a owl:Class ; rdfs:label "tree"@en ; skos:definition "plant with a trunk"@en .
t:Oak a owl:Class ; rdfs:label "oak"@en ; rdfs:subClassOf t:Tree , [ a owl:Restriction ] .
t:height a owl:DatatypeProperty ; rdfs:label "height"@en ; rdfs:domain t:Tree ; rdfs:range xsd:decimal ;
    skos:scopeNote "In metres."@en .
t:near a owl:ObjectProperty , owl:SymmetricProperty ; rdfs:label "stands near"@en .
t:list a skos:ConceptScheme ; skos:prefLabel "a list"@en .
dcterms:spatial a owl:ObjectProperty ; rdfs:label "place"@en .
dcterms:creator a owl:ObjectProperty ; rdfs:label "creator"@en .
"""
SHAPES = """
t:TreeShape a sh:NodeShape ; sh:targetClass t:Tree ; sh:property t:R-height .
t:OakShape a sh:NodeShape ; sh:targetClass t:Oak ; sh:property t:R-height , t:R-near , t:R-place .
t:R-height sh:path t:height ; sh:name "height (m)"@en ; sh:order 1 ; sh:minCount 1 ;
    sh:message "give a height"@en .
t:R-near sh:path t:near ; sh:order 2 ; sh:class t:Tree ; sh:disjoint t:height .
t:R-place sh:path dcterms:spatial ; sh:order 3 ; sh:in ( id:wood ) .
"""
CONTEXT = b"""{"@context": {"@version": 1.1, "id": "@id", "type": "@type",
"t": "https://example.org/trees/ontology#", "dcterms": "http://purl.org/dc/terms/",
"Oak": "t:Oak", "height": "t:height", "near": {"@id": "t:near", "@type": "@id"},
"nearby": {"@reverse": "t:near", "@type": "@id"}}}"""


def make(totals: dict[str, int] | None = None) -> Terms:
    vocabulary = Vocabulary(read(ONTOLOGY), read(SHAPES), (), "en")
    describer = Describer(SITE, vocabulary, Triples([]))
    found = {ox.NamedNode(TERM + name): total for name, total in (totals or {}).items()}
    constraints = Constraints(read(SHAPES), "en")
    return Terms(describer, constraints, Context.read(CONTEXT, "context.jsonld", TREES + "id/"), found)


def account(name: str, samples: Samples | None = None, **totals: int) -> Account:
    return make(totals).account(ox.NamedNode(TERM + name), samples or Samples())


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings(public_url="https://example.net/flora"))


def test_terms_stand_under_the_heading_of_their_kind() -> None:
    terms = make()
    found = [
        (heading, [each.title.text for each in members])
        for heading, members in terms.by_kind(terms.own, Samples())
    ]
    assert found == [
        ("Classes", ["oak", "tree"]),
        ("Properties that name a thing", ["stands near"]),
        ("Properties that have a value", ["height"]),
        ("Concept scheme", ["a list"]),
    ]


def test_of_the_terms_of_others_those_that_are_used_come_first() -> None:
    terms = make()
    assert [terms.curie(each) for each in terms.used] == ["dcterms:spatial"]
    assert [terms.curie(each) for each in terms.spoken_of] == ["dcterms:creator"]


def test_what_the_ontology_says_of_a_property() -> None:
    height = account("height")
    assert [(each.name, [value.text for value in each.values]) for each in height.facts] == [
        ("note", ["In metres."]),
        ("said of", ["tree"]),
        ("its values", ["decimal number"]),
    ]
    assert height.facts[1].values[0].href == "/ontology#Tree"
    assert (height.anchor, height.page, height.curie) == ("height", "/ontology/term/height", "t:height")


def test_a_class_names_those_above_and_below_it() -> None:
    assert [(each.name, each.values[0].text) for each in account("Tree").facts] == [("kinds of it", "oak")]
    assert [(each.name, each.values[0].text) for each in account("Oak").facts] == [("is a kind of", "tree")]


@pytest.mark.parametrize(
    ("term", "keys"),
    [
        pytest.param("Oak", ["type: Oak"], id="a class"),
        pytest.param("height", ["height:"], id="a property"),
        pytest.param("near", ["near:", "nearby:"], id="a property that is written both ways"),
        pytest.param("Tree", [], id="a class that no record has"),
    ],
)
def test_how_a_record_writes_a_term(term: str, keys: list[str]) -> None:
    assert account(term).keys == keys


def test_a_class_tells_its_own_rules_and_names_those_that_the_class_above_has_too() -> None:
    oak = account("Oak")
    assert [(rule.of.text, rule.key, rule.cardinality) for rule in oak.rules] == [
        ("stands near", "near", "any number"),
        ("place", "", "any number"),
    ]
    ((above, asked),) = oak.inherited
    assert (above.text, [each.text for each in asked]) == ("tree", ["height"])
    (rule,) = account("Tree").rules
    assert (rule.of.text, rule.cardinality, rule.messages) == (
        "height (m)",
        "at least one",
        (("", "give a height"),),
    )


def test_values_are_named_by_the_ontology_the_shapes_or_the_data() -> None:
    names = read('id:wood rdfs:label "The wood"@en .')
    near, place = account("Oak", Samples(names=names)).rules
    assert [(each.words, [(v.text, v.href) for v in each.values]) for each in near.alternatives[0]] == [
        ("", [("tree", "/ontology#Tree")]),
        ("other than its", [("height (m)", "/ontology#height")]),
    ]
    assert [(v.text, v.href) for each in place.alternatives[0] for v in each.values] == [
        ("The wood", "/id/wood")
    ]


def test_a_property_knows_the_classes_that_ask_the_same_of_it() -> None:
    (use,) = account("height").uses
    assert ([each.text for each in use.classes], use.cardinality) == (["oak", "tree"], "at least one")


def test_a_class_counts_the_things_of_those_below_it() -> None:
    assert account("Tree", Tree=1, Oak=3).total == 4
    assert account("Oak", Tree=1, Oak=3).total == 3
    assert account("Oak", Tree=1).total is None
    assert not account("Oak", Tree=1).query


def test_a_class_without_things_of_its_own_shows_those_of_the_classes_below() -> None:
    oak, thing = ox.NamedNode(TERM + "Oak"), ox.NamedNode(TREES + "id/a")
    (example,) = account("Tree", Samples({oak: [thing]}, {}, read('id:a rdfs:label "A"@en .'))).examples
    assert (example.thing.text, example.thing.href, example.value) == ("A", "/id/a", None)


def test_a_long_value_is_cut_in_an_example() -> None:
    height, thing = ox.NamedNode(TERM + "height"), ox.NamedNode(TREES + "id/a")
    (example,) = account("height", Samples({}, {height: [(thing, ox.Literal("tall " * 99))]})).examples
    assert example.value is not None
    assert example.value.text.endswith("tall …")
    assert len(example.value.text) <= 101


@pytest.mark.parametrize(
    ("iri", "anchor", "page"),
    [
        pytest.param(TERM + "Tree", "Tree", "Tree", id="one of its own has the name that its IRI ends in"),
        pytest.param(TERM + "a/b", "a/b", "a%2Fb", id="whatever that is"),
        pytest.param("http://purl.org/dc/terms/spatial", "dcterms:spatial", "dcterms:spatial", id="a prefix"),
        pytest.param("urn:x/y#z", "urn:x-y-z", "urn:x-y-z", id="no prefix"),
    ],
)
def test_the_place_and_the_page_of_a_term(iri: str, anchor: str, page: str) -> None:
    told = make().account(ox.NamedNode(iri), Samples())
    assert (told.anchor, told.page) == (anchor, f"/ontology/term/{page}")


def test_a_kind_is_the_one_that_pages_know() -> None:
    assert kind_of(read(ONTOLOGY), ox.NamedNode(TERM + "near")).endswith("#ObjectProperty")
    assert kind_of(read(ONTOLOGY), ox.NamedNode(TERM + "nothing")) == ""


def test_counts_are_those_of_the_description() -> None:
    facts = read(f"""
    id:d <{VOID.classPartition}> id:p ; <{VOID.propertyPartition}> id:q .
    id:p <{VOID["class"]}> t:Oak ; <{VOID.entities}> 7 .
    id:q <{VOID.property}> t:height ; <{VOID.triples}> 9 .
    """)
    found = counts(facts, ox.NamedNode(TREES + "id/d"))
    assert found == {ox.NamedNode(TERM + "Oak"): 7, ox.NamedNode(TERM + "height"): 9}


def test_every_term_of_a_release_that_is_used_has_examples_and_a_query_that_finds_them(
    edition: Edition,
) -> None:
    own, used = edition.accounts
    accounts = [each for groups in (own, used) for _, members in groups for each in members]
    assert len({each.anchor for each in accounts}) == len(accounts) > 25
    counted = [each for each in accounts if each.total and (each.is_class or each.is_property)]
    for each in counted:
        if each.query:
            assert each.examples, each.iri
            assert edition.store.query(Query(each.query)).rows, each.query
    assert {each.title.text for each in counted if each.is_class} >= {"lighthouse", "keeper", "Identifier"}
    lighthouse = next(each for each in accounts if each.anchor == "Lighthouse")
    assert (lighthouse.total, lighthouse.page, lighthouse.listed) == (
        8,
        "/flora/ontology/term/Lighthouse",
        "/flora/browse/Lighthouse",
    )
    assert lighthouse.examples[0].thing.text == "Kestrel Point"  # which the dataset names


def test_a_term_leads_to_the_questions_that_rest_on_it(edition: Edition) -> None:
    (height,) = (
        a
        for groups in edition.accounts
        for _, members in groups
        for a in members
        if a.anchor == "focalHeight"
    )
    assert {each.name for each in height.questions} == {"highest-lights", "lights-by-colour"}
