"""The picture of a model: what is in it, and where."""

import re

import pytest

from pilotgraph.constraints import Constraints
from pilotgraph.context import Context
from pilotgraph.diagram import ANYTHING, GAP, ITSELF, WIDTH, Diagram, draw
from pilotgraph.edition import Edition
from pilotgraph.pages import Describer
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
from pilotgraph.terms import Terms
from pilotgraph.triples import Triples
from pilotgraph.vocabulary import Vocabulary
from trees import SITE, TREES, read

ONTOLOGY = """
t:Tree a owl:Class ; rdfs:label "tree"@en .
t:Oak a owl:Class ; rdfs:label "oak"@en ; rdfs:subClassOf t:Tree .
t:Wood a owl:Class ; rdfs:label "wood"@en .
t:Colour a owl:Class ; rdfs:label "colour"@en ; rdfs:subClassOf skos:Concept .
skos:Concept a owl:Class ; rdfs:label "concept"@en .
t:Survey a owl:Class ; rdfs:label "survey"@en .
"""


def picture(shapes: str, ontology: str = ONTOLOGY) -> Diagram:
    read_shapes = "".join(
        f"t:Shape{number} a sh:NodeShape ; sh:targetClass {line.strip()} .\n"
        for number, line in enumerate(shapes.strip().splitlines())
    )
    vocabulary = Vocabulary(read(ontology), read(read_shapes), (), "en")
    context = Context.read(b'{"@context": {"id": "@id", "type": "@type"}}', "context.jsonld", TREES + "id/")
    return draw(
        Terms(Describer(SITE, vocabulary, Triples([])), Constraints(read(read_shapes), "en"), context, {})
    )


def told(diagram: Diagram) -> dict[str, list[str]]:
    """Rows by class; that of a box with several begins with the head's name."""
    return {
        f"{box.cards[0].title.text}/{card.title.text}": [
            f"{row.name.text}: {', '.join(value.text for value in row.values)}" for _, row in card.rows
        ]
        for box in diagram.boxes
        for card in box.cards
    }


def test_a_class_has_a_row_for_each_property_that_names_a_thing() -> None:
    diagram = picture("""
    t:Survey ; sh:property [ sh:path t:of ; sh:class t:Wood ] , [ sh:path t:at ; sh:datatype xsd:date ]
    t:Wood ; sh:property [ sh:path t:seeAlso ; sh:nodeKind sh:IRI ]
    """)
    assert told(diagram) == {
        "survey/survey": ["of: wood"],
        "wood/wood": [f"see also: {ANYTHING}"],
        "tree/tree": [],
        "tree/oak": [],
        "colour/colour": [],
    }


def test_what_names_another_stands_left_of_it_and_a_line_leads_there() -> None:
    diagram = picture("""
    t:Survey ; sh:property [ sh:path t:of ; sh:class t:Wood ] , [ sh:path t:first ; sh:class t:Wood ]
    t:Wood ; sh:property [ sh:path t:has ; sh:class t:Oak ]
    """)
    boxes = {box.cards[0].title.text: box for box in diagram.boxes}
    assert boxes["survey"].x < boxes["tree"].x
    (line,) = boxes["survey"].lines
    assert line.startswith(f"M{boxes['survey'].x + WIDTH} {boxes['survey'].y + 39}C")
    assert line.endswith(f"{boxes['wood'].x} {boxes['wood'].y + 15}") or boxes["wood"].x == boxes["survey"].x
    assert len(boxes["wood"].lines) == 1  # to the box of trees, in which oaks are


def test_what_most_of_a_family_share_stands_at_its_head_and_values_from_lists_are_left_out() -> None:
    diagram = picture("""
    t:Tree ; sh:property t:R-in
    t:Oak ; sh:property t:R-in , [ sh:path t:after ; sh:class t:Oak ] , t:R-hue
    t:Colour ; sh:property [ sh:path t:wider ; sh:class t:Colour ]
    skos:Concept ; sh:property [ sh:path t:note ; sh:datatype xsd:string ]
    t:Survey . t:R-hue sh:path t:hue ; sh:class skos:Concept
    t:Wood ; sh:property [ sh:path t:seen ; sh:class t:Wood ] . t:R-in sh:path t:in ; sh:class t:Wood
    """)
    assert told(diagram) == {
        "tree/tree": ["in: wood"],
        "tree/oak": [f"after: {ITSELF}"],
        "concept/concept": [],
        "concept/colour": [f"wider: {ITSELF}"],
        "wood/wood": ["seen: wood"],
        "survey/survey": [],
    }


def test_what_nearly_every_class_has_is_told_once() -> None:
    diagram = picture(
        """
    t:Tree ; sh:property [ sh:path t:by ; sh:class t:Survey ]
    t:Wood ; sh:property [ sh:path t:by ; sh:class t:Survey ]
    t:Oak ; sh:property [ sh:path t:by ; sh:class t:Survey ]
    """,
        ONTOLOGY.replace("t:Colour a owl:Class", "t:Colour a owl:Thing"),
    )
    assert [(name.text, [value.text for value in values]) for name, values in diagram.common] == [
        ("by", ["survey"])
    ]
    assert not any(told(diagram).values())


def test_a_row_that_is_too_long_for_its_box_says_how_much_is_left_out() -> None:
    names = [f"Kind{number}" for number in range(9)]
    ontology = "".join(f't:{name} a owl:Class ; rdfs:label "quite long name {name}"@en .' for name in names)
    diagram = picture(
        f"t:Kind0 ; sh:property [ sh:path t:of ; sh:or ({' '.join(f'[ sh:class t:{n} ]' for n in names)}) ]",
        ontology,
    )
    (row,) = (row for box in diagram.boxes for card in box.cards for _, row in card.rows)
    assert (len(row.values), row.more) == (1, 8)


def test_boxes_do_not_overlap_and_stand_within_the_picture() -> None:
    names = [f"K{number}" for number in range(20)]
    ontology = "".join(f't:{name} a owl:Class ; rdfs:label "{name}"@en .' for name in names)
    shapes = "\n".join(
        f"t:{name} ; sh:property [ sh:path t:a ; sh:class t:{names[(place * 7 + 3) % 20]} ] ,"
        f" [ sh:path t:b ; sh:class t:{names[(place * 3 + 1) % 20]} ]"
        for place, name in enumerate(names)
    )
    diagram = picture(shapes, ontology)
    assert len(diagram.boxes) == 20
    for one in diagram.boxes:
        assert 0 <= one.x <= diagram.width - WIDTH
        assert one.y + one.height <= diagram.height
        for other in diagram.boxes:
            apart = (
                abs(one.x - other.x) >= WIDTH + GAP
                or one.y >= other.y + other.height
                or other.y >= one.y + one.height
            )
            assert apart or one is other
    assert picture(shapes, ontology) == diagram


@pytest.mark.parametrize("shapes", ["t:Tree", "t:Tree ; sh:property [ sh:path t:by ; sh:class t:Tree ]"])
def test_a_small_model_has_a_picture_too(shapes: str) -> None:
    assert len(picture(shapes, "t:Tree a owl:Class .").boxes) == 1


def test_a_circle_of_classes_ends() -> None:
    ring = "\n".join(
        f"t:{a} ; sh:property [ sh:path t:next ; sh:class t:{b} ]" for a, b in ("AB", "BC", "CA")
    )
    diagram = picture(ring, "t:A a owl:Class . t:B a owl:Class . t:C a owl:Class .")
    assert sum(len(box.lines) for box in diagram.boxes) == 3


def test_the_picture_of_a_release_has_its_classes_each_with_a_link(release: Release) -> None:
    diagram = Edition(release, LocalStore(release), Settings()).diagram
    cards = {card.title.text: card.title.href for box in diagram.boxes for card in box.cards}
    assert cards["lighthouse"] == "/ontology#Lighthouse"
    assert set(cards) == {"Identifier", "inspection", "keeper", "lighthouse", "tidal lighthouse"}
    assert all(re.fullmatch(r"M[-\d ]+C[-\d ]+", line) for box in diagram.boxes for line in box.lines)
