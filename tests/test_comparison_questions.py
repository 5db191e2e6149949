"""Which published questions ask something else."""

import json

import pytest

from pilotgraph.comparison.changes import Change, Sort
from pilotgraph.comparison.comparing import compare
from snapshots import DATASET, snapshot

QUERY = (
    "# question: How tall is the oak?\n# terms: t:height\n# note: In metres.\n"
    f"PREFIX t: <{DATASET}ontology#>\nSELECT ?height WHERE {{ ?tree t:height ?height }}\n"
)
ONTOLOGY = "t:height a owl:DatatypeProperty ."
RENAMED = (
    "t:tallness a owl:DatatypeProperty ."
    " t:height a owl:DatatypeProperty ; owl:deprecated true ; dcterms:isReplacedBy t:tallness ."
)


def described(
    query: str = QUERY, term: str = "t:height", question: str = "How tall is the oak?", more: str = ""
) -> str:
    return (
        f'<{DATASET}queries/oak> a sh:SPARQLExecutable ; rdfs:comment "{question}"@en ;'
        f" dcterms:subject {term} ; sh:select {json.dumps(query)} {more} ."
    )


def changes(old: str, new: str, ontology: str = ONTOLOGY) -> list[Change]:
    found = compare(
        snapshot(ontology=ONTOLOGY, description=old), snapshot(ontology=ontology, description=new)
    )
    return found.of(Sort.QUESTION)


@pytest.mark.parametrize(
    ("new", "properties"),
    [
        pytest.param(described(QUERY.replace(" WHERE", "\nWHERE")), [], id="white space"),
        pytest.param(
            described(QUERY.replace("t:", "tree:").replace("# terms: tree:", "# terms: t:")),
            [],
            id="a prefix",
        ),
        pytest.param(
            described(QUERY.replace("t:height", f"<{DATASET}ontology#height>")), [], id="a whole IRI"
        ),
        pytest.param(
            described(QUERY.replace("?height }", "?height } LIMIT 1")), ["shacl#select"], id="the query"
        ),
        pytest.param(described(QUERY.replace("In metres.", "In feet.")), ["shacl#select"], id="a note"),
        pytest.param(described(question="How high is it?"), ["rdf-schema#comment"], id="the question"),
        pytest.param(described(term="t:height, t:Tree"), ["terms/subject"], id="its terms"),
    ],
)
def test_what_changes_a_question(new: str, properties: list[str]) -> None:
    found = changes(described(), new)
    assert [each.property.rpartition("/")[2] for change in found for each in change.properties] == [
        each.removeprefix("terms/") for each in properties
    ]
    assert {each.kind for each in found} <= {"changed"}


def test_the_new_name_of_a_term_changes_no_question() -> None:
    new = described(QUERY.replace("t:height", "t:tallness"), "t:tallness")
    assert changes(described(), new, RENAMED) == []
    assert [each.kind for each in changes(described(), new)] == ["changed"]


def test_questions_come_and_go_and_are_deprecated() -> None:
    (added,) = changes("", described())
    assert (added.kind, added.iri, added.label) == ("added", f"{DATASET}queries/oak", "How tall is the oak?")
    (removed,) = changes(described(), "")
    assert (removed.kind, removed.label) == ("removed", "How tall is the oak?")
    (deprecated,) = changes(
        described(), described(more=f"; owl:deprecated true ; dcterms:isReplacedBy <{DATASET}queries/elm>")
    )
    assert (deprecated.kind, deprecated.replaced_by) == ("deprecated", (f"{DATASET}queries/elm",))
