"""Which terms mean something else, are renamed, or are only spoken of otherwise."""

import pytest

from pilotgraph.comparison.changes import Change, Sort
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.terms import changes_meaning
from snapshots import DATASET, snapshot, things

TERMS = f"{DATASET}ontology#"
OLD = """
    <https://example.org/small/ontology> a owl:Ontology ; owl:versionInfo "1" ; dcterms:title "Small"@en .
    t:Tree a owl:Class ; rdfs:label "tree"@en ; skos:definition "plant with a trunk"@en ;
        rdfs:subClassOf [ a owl:Restriction ; owl:onProperty t:height ; owl:maxCardinality 1 ] .
    t:height a owl:DatatypeProperty ; rdfs:label "height"@en ; rdfs:domain t:Tree ;
        skos:scopeNote "In metres."@en ; skos:example "20"@en .
    t:part a owl:ObjectProperty ; rdfs:label "part"@en .
"""
RENAMED = (
    OLD.replace("t:height a owl:DatatypeProperty", "t:tallness a owl:DatatypeProperty").replace(
        "owl:onProperty t:height", "owl:onProperty t:tallness"
    )
    + 't:height a owl:DatatypeProperty ; rdfs:label "height"@en ; owl:deprecated true ;'
    + " dcterms:isReplacedBy t:tallness ."
)


def changes(old: str, new: str) -> list[Change]:
    return list(compare(snapshot(ontology=old), snapshot(ontology=new)).changes)


@pytest.mark.parametrize(
    ("taken", "put", "kind", "property_name", "meaning"),
    [
        ('"plant with a trunk"', '"woody plant"', "changed", "definition", True),
        ('"In metres."', '"In feet."', "changed", "scopeNote", True),
        ("rdfs:domain t:Tree", "rdfs:domain t:Plant", "changed", "domain", True),
        ("t:part a", "t:part a owl:FunctionalProperty,", "changed", "type", True),
        ("owl:maxCardinality 1", "owl:minCardinality 1", "changed", "subClassOf", True),
        ('rdfs:label "part"@en', 'rdfs:label "piece"@en', "changed", "label", False),
        ('skos:example "20"@en', 'skos:example "25"@en', "changed", "example", False),
        ("t:part a", "t:part owl:deprecated true ; a", "deprecated", "deprecated", False),
    ],
)
def test_a_term_means_something_else_or_is_spoken_of_otherwise(
    taken: str, put: str, kind: str, property_name: str, meaning: bool
) -> None:
    assert taken in OLD
    (found,) = changes(OLD, OLD.replace(taken, put))
    assert (found.sort, found.kind, changes_meaning(found)) == (Sort.TERM, kind, meaning)
    assert [each.property.rpartition("#")[2] for each in found.properties] == [property_name]


def test_a_term_is_added_or_gone() -> None:
    new = OLD + 't:Leaf a owl:Class ; rdfs:label "leaf"@en .'
    (added,), (removed,) = changes(OLD, new), changes(new, OLD)
    assert (added.kind, added.iri, added.label) == ("added", f"{TERMS}Leaf", "leaf")
    assert (removed.kind, removed.iri, removed.label) == ("removed", f"{TERMS}Leaf", "leaf")
    assert not changes_meaning(added)
    assert changes_meaning(removed)


def test_restrictions_are_compared_by_what_they_say() -> None:
    # Another node before it, and another order, give the old one another name.
    first = "t:Bush rdfs:subClassOf [ a owl:Restriction ; owl:onProperty t:part ; owl:minCardinality 1 ] . "
    said = "[ owl:maxCardinality 1 ; owl:onProperty t:height ; a owl:Restriction ]"
    new = first + OLD.replace("[ a owl:Restriction ; owl:onProperty t:height ; owl:maxCardinality 1 ]", said)
    assert [(each.kind, each.iri) for each in changes(OLD, new)] == [("added", f"{TERMS}Bush")]


def test_a_term_that_is_renamed_is_one_change() -> None:
    (found,) = changes(OLD, RENAMED)
    assert (found.kind, found.iri, found.renamed_to) == ("renamed", f"{TERMS}height", f"{TERMS}tallness")
    assert found.label == "height"
    assert found.told == ()
    assert not changes_meaning(found)


def test_a_new_name_may_come_with_a_new_meaning() -> None:
    (found,) = changes(OLD, RENAMED.replace("In metres.", "In feet."))
    assert (found.kind, [each.property for each in found.told]) == (
        "renamed",
        ["http://www.w3.org/2004/02/skos/core#scopeNote"],
    )
    assert changes_meaning(found)


@pytest.mark.parametrize(
    ("added", "kinds"),
    [
        pytest.param(
            "t:part owl:deprecated true ; dcterms:isReplacedBy t:height .",
            [("deprecated", "part")],
            id="a term that was there before is no new name",
        ),
        pytest.param(
            "t:part owl:deprecated true ; dcterms:isReplacedBy t:Part . t:Part a owl:Class .",
            [("added", "Part"), ("deprecated", "part")],
            id="nor is one of another kind",
        ),
        pytest.param(
            "t:part owl:deprecated true ; dcterms:isReplacedBy t:b, t:c ."
            " t:b a owl:ObjectProperty . t:c a owl:ObjectProperty .",
            [("added", "b"), ("added", "c"), ("deprecated", "part")],
            id="nor are two",
        ),
        pytest.param(
            "t:part owl:deprecated true ; dcterms:isReplacedBy t:b . t:b a owl:ObjectProperty ;"
            " owl:deprecated true ; dcterms:isReplacedBy t:c . t:c a owl:ObjectProperty .",
            [("added", "b"), ("renamed", "part")],
            id="the last of two new names counts",
        ),
    ],
)
def test_what_is_a_new_name(added: str, kinds: list[tuple[str, str]]) -> None:
    found = changes(OLD, OLD + added)
    assert [(each.kind, each.iri.removeprefix(TERMS)) for each in found] == kinds
    assert [each.renamed_to for each in found if each.renamed_to] in ([], [f"{TERMS}c"])


def test_things_that_use_the_new_name_are_not_changed() -> None:
    old, new = (
        snapshot(things(f":oak a t:Tree ; {name} 20 ."), ontology)
        for name, ontology in (("t:height", OLD), ("t:tallness", RENAMED))
    )
    (found,) = compare(old, new).changes
    assert (found.sort, found.kind) == ("term", "renamed")
    (found,) = compare(new, old).of(Sort.THING)
    assert (found.kind, len(found.properties)) == ("changed", 2)  # the old version knows of no new name


def test_the_version_of_an_ontology_is_no_change_but_its_title_is() -> None:
    assert changes(OLD, OLD.replace('owl:versionInfo "1"', 'owl:versionInfo "2"')) == []
    (found,) = changes(OLD, OLD.replace('"Small"@en', '"Tiny"@en'))
    assert (found.sort, found.iri, found.label) == (Sort.DESCRIPTION, f"{DATASET}ontology", "Tiny")
