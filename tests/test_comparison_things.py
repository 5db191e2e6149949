"""What happens to things between two versions, and which of them are parts of others."""

import pytest

from pilotgraph.comparison.changes import Change, Kind
from pilotgraph.comparison.comparing import compare
from snapshots import DATASET, snapshot, things

OLD = """
    :oak a t:Tree ; rdfs:label "Oak"@en ; t:height 20 .
    :elm a t:Tree ; rdfs:label "Elm"@en ; t:height 30 .
    :rot a t:Claim ; rdfs:label "Rot of the elm"@en ; t:of :elm .
"""
TOMB = ':elm a as:Tombstone ; rdfs:label "Elm"@en ; as:deleted "2026-12-01" ; rdfs:comment "No elm."@en .'


def changes(old: str, new: str, shapes: str = "") -> list[Change]:
    return list(compare(snapshot(things(old), shapes=shapes), snapshot(things(new), shapes=shapes)).changes)


def told(change: Change) -> list[str]:
    """The properties of a change, as `name - old + new`."""
    return [
        " ".join(
            (
                each.property.rpartition("#")[2].rpartition("/")[2],
                *(f"- {value.value.removeprefix(DATASET)}" for value in each.removed),
                *(f"+ {value.value.removeprefix(DATASET)}" for value in each.added),
            )
        )
        for each in change.properties
    ]


@pytest.mark.parametrize(
    ("taken", "put", "expected"),
    [
        pytest.param("", "", [], id="nothing"),
        pytest.param("height 20", "height 21", [("changed", "oak", ["height - 20 + 21"])], id="a figure"),
        pytest.param(
            "t:height 20 .", "t:height 20, 25 .", [("changed", "oak", ["height + 25"])], id="a second value"
        ),
        pytest.param("; t:height 20", "", [("changed", "oak", ["height - 20"])], id="a value that is gone"),
        pytest.param(
            '"Oak"@en', '"Old oak"@en', [("changed", "oak", ["label - Oak + Old oak"])], id="a name"
        ),
        pytest.param('"Oak"@en', '"Oak"@cy', [("changed", "oak", ["label - Oak + Oak"])], id="a language"),
        pytest.param(
            ":oak a t:Tree", ":ash a t:Tree . :oak a t:Tree", [("added", "ash", [])], id="a new thing"
        ),
        pytest.param(
            "t:height 20",
            "t:height 20 ; owl:deprecated true ; dcterms:isReplacedBy :elm",
            [("deprecated", "oak", ["isReplacedBy + id/elm", "deprecated + true"])],
            id="a deprecated thing",
        ),
        pytest.param(
            ':elm a t:Tree ; rdfs:label "Elm"@en ; t:height 30 .',
            TOMB,
            [
                (
                    "withdrawn",
                    "elm",
                    [
                        "type + https://www.w3.org/ns/activitystreams#Tombstone",
                        "comment + No elm.",
                        "label + Elm",
                        "deleted + 2026-12-01",
                    ],
                )
            ],
            id="a withdrawn thing, whose old values are not told again",
        ),
        pytest.param(
            ':rot a t:Claim ; rdfs:label "Rot of the elm"@en ; t:of :elm .',
            "",
            [("removed", "rot", [])],
            id="a thing that is gone",
        ),
    ],
)
def test_what_happened_to_a_thing(taken: str, put: str, expected: list[tuple[str, str, list[str]]]) -> None:
    assert taken in OLD
    new = OLD.replace(taken, put, 1) if taken else OLD
    found = changes(OLD, new)
    assert [(each.kind, each.iri.rpartition("/")[2], told(each)) for each in found] == expected


@pytest.mark.parametrize(
    ("old", "new", "properties"),
    [
        pytest.param(
            "t:a 1 ; owl:deprecated true", "t:a 1", ["deprecated - true"], id="no longer deprecated"
        ),
        pytest.param(
            "as:deleted 1 ; a as:Tombstone",
            "a t:Tree",
            ["type - https://www.w3.org/ns/activitystreams#Tombstone + ontology#Tree", "deleted - 1"],
            id="no longer withdrawn",
        ),
    ],
)
def test_what_is_in_use_again_is_restored(old: str, new: str, properties: list[str]) -> None:
    (found,) = changes(f":oak {old} .", f":oak {new} .")
    assert (found.kind, told(found)) == (Kind.RESTORED, properties)


def test_the_other_way_round_additions_are_removals() -> None:
    new = OLD + ':ash a t:Tree ; rdfs:label "Ash"@en .'
    there, back = changes(OLD, new), changes(new, OLD)
    assert [(each.kind, each.iri, each.label, each.of_class, each.graph) for each in there] == [
        ("added", f"{DATASET}id/ash", "Ash", f"{DATASET}ontology#Tree", f"{DATASET}graph/things")
    ]
    assert [(each.kind, each.iri, each.label, each.of_class, each.graph) for each in back] == [
        ("removed", f"{DATASET}id/ash", "Ash", f"{DATASET}ontology#Tree", f"{DATASET}graph/things")
    ]


@pytest.mark.parametrize(
    ("new", "part", "shapes"),
    [
        pytest.param(
            ':ring a t:Claim ; rdfs:label "Rings"@en ; t:of :oak .', "ring", "", id="named by a reversed key"
        ),
        pytest.param(
            ":oak t:code :oak-1 . :oak-1 a t:Code ; skos:notation 1 .", "oak-1", "", id="without a name"
        ),
        pytest.param(
            ':oak t:branch :bough . :bough a t:Branch ; rdfs:label "Bough"@en .',
            "bough",
            "[] sh:path t:branch ; dash:viewer dash:ValueTableViewer .",
            id="to be seen in full",
        ),
    ],
)
def test_a_part_is_added_to_a_thing_that_is_not_changed_by_it(new: str, part: str, shapes: str) -> None:
    (found,) = changes(OLD, OLD + new, shapes)
    assert (found.kind, found.iri, found.part_of) == ("added", f"{DATASET}id/{part}", f"{DATASET}id/oak")
    (found,) = changes(OLD + new, OLD, shapes)
    assert (found.kind, found.iri, found.part_of) == ("removed", f"{DATASET}id/{part}", f"{DATASET}id/oak")


@pytest.mark.parametrize(("first", "second"), [("oak", "elm"), ("elm", "oak")])
def test_a_part_of_two_things_is_told_with_the_first_by_iri(first: str, second: str) -> None:
    found = changes(OLD, f":{first} t:code :c . :{second} t:code :c . :c a t:Code . {OLD}")
    assert [each.part_of for each in found if each.kind is Kind.ADDED] == [f"{DATASET}id/elm"]


def test_a_thing_that_names_a_new_thing_which_is_no_part_is_changed() -> None:
    found = changes(OLD, OLD + ':oak t:branch :bough . :bough a t:Branch ; rdfs:label "Bough"@en .')
    assert [(each.kind, told(each), each.part_of) for each in found] == [
        ("added", [], ""),
        ("changed", ["branch + id/bough"], ""),
    ]


def test_what_was_withdrawn_belongs_to_what_it_belonged_to() -> None:
    new = OLD.replace(
        ':rot a t:Claim ; rdfs:label "Rot of the elm"@en ; t:of :elm .', ":rot a as:Tombstone ."
    )
    (found,) = changes(OLD, new)
    assert (found.kind, found.label) == ("withdrawn", "Rot of the elm")
    assert (found.of_class, found.part_of) == (f"{DATASET}ontology#Claim", f"{DATASET}id/elm")
    assert found.told == ()


def test_a_thing_that_stands_in_another_graph_has_moved() -> None:
    (found,) = compare(snapshot("g:a { :oak a t:Tree }"), snapshot("g:b { :oak a t:Tree }")).changes
    assert (found.kind, found.graph, found.moved_from) == (
        "changed",
        f"{DATASET}graph/b",
        f"{DATASET}graph/a",
    )
    assert found.properties == ()


def test_derived_statements_in_another_graph_move_no_thing() -> None:
    old = "g:things { :oak a t:Tree }"
    (found,) = compare(snapshot(old), snapshot(old + " g:a { :oak owl:sameAs t:oak }")).changes
    assert (found.graph, found.moved_from, told(found)) == (
        f"{DATASET}graph/things",
        "",
        ["sameAs + ontology#oak"],
    )


def test_what_came_and_was_withdrawn_since_is_of_the_class_that_it_had() -> None:
    (found,) = changes(OLD, OLD + ":fir a as:Tombstone ; as:formerType t:Tree .")
    assert (found.kind, found.of_class) == ("withdrawn", f"{DATASET}ontology#Tree")
