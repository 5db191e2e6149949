"""What documents hold and pages show: tables of small cases, with no HTTP and no release."""

from dataclasses import replace

import pyoxigraph as ox
import pytest

from pilotgraph.lookup import Incoming
from pilotgraph.pages import Describer, Property, Table, Value
from pilotgraph.registers import Register
from pilotgraph.triples import Triples
from trees import SITE, TREES, read, vocabulary

SURVEY = TREES + "ontology#Survey"
DCTERMS = "http://purl.org/dc/terms/"


@pytest.fixture(scope="module")
def describer() -> Describer:
    facts = read('id:publisher rdfs:label "The publisher"@en .')
    return Describer(SITE, vocabulary(), facts, [Register("https://plants.example/", "Trees in a herbarium")])


def shown(describer: Describer, turtle: str) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Headings, names and texts of the page of id:a."""
    description = describer.describe(TREES + "id/a", read(turtle))
    return [
        (heading, [(each.name, [value.text for value in each.values]) for each in properties])
        for heading, properties in description.sections
    ]


@pytest.mark.parametrize(
    ("turtle", "sections"),
    [
        pytest.param(
            'id:a a t:Tree ; t:height 3 ; t:girth 2 ; t:planted "1900"^^xsd:gYear .',
            [
                ("", [("planted", ["1900"])]),
                ("Size", [("girth", ["2"]), ("height (m)", ["3"])]),
            ],
            id="shapes give groups, order and names",
        ),
        pytest.param(
            "id:a a t:Oak ; t:height 3 .",
            [("Size", [("height (m)", ["3"])])],
            id="a superclass's shapes count",
        ),
        pytest.param(
            "id:a a t:Survey ; t:zebraStripes 1 ; t:height 3 .",
            [("", [("height", ["3"]), ("zebra stripes", ["1"])])],
            id="without a shape the ontology names a property, and else its local name",
        ),
        pytest.param(
            'id:a rdfs:label "Ash"@en , "Esche"@de ; skos:prefLabel "Ash"@en .',
            [("", [("label", ["Esche"])])],
            id="the title is not said twice, but in another language",
        ),
        pytest.param(
            'id:a t:by id:b , id:c , id:d/e , <urn:x:y> . id:b rdfs:label "Zoe" . id:c rdfs:label "Ann" .',
            [("", [("by", ["Ann", "d/e", "urn:x:y", "Zoe"])])],
            id="labels stand for things, in the order of the alphabet",
        ),
        pytest.param("id:a t:by [ t:height 3 ] .", [], id="a blank node is not shown"),
    ],
)
def test_the_properties_of_a_thing(
    describer: Describer, turtle: str, sections: list[tuple[str, list[tuple[str, list[str]]]]]
) -> None:
    assert shown(describer, turtle.replace("id:d/e", "<https://example.org/trees/id/d/e>")) == sections


@pytest.mark.parametrize(
    ("labels", "title", "language"),
    [
        pytest.param(
            'rdfs:label "Oak"@en , "Eiche"@de', "Oak", "", id="the dataset's language goes unmarked"
        ),
        pytest.param('rdfs:label "Oak"@en-gb , "Eiche"@de', "Oak", "en-gb", id="a variant of it is marked"),
        pytest.param('rdfs:label "Eiche"@de', "Eiche", "de", id="and so is another language"),
        pytest.param("t:height 3", "a", "", id="without a label, the name in the IRI"),
    ],
)
def test_the_title_of_a_thing(describer: Describer, labels: str, title: str, language: str) -> None:
    description = describer.describe(TREES + "id/a", read(f"id:a {labels} ."))
    assert (description.title.text, description.title.language) == (title, language)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        pytest.param('"<b>"', Value("<b>"), id="markup is text; the template escapes it"),
        pytest.param("true", Value("yes"), id="what is true"),
        pytest.param("false", Value("no"), id="what is not"),
        pytest.param('"1871"^^xsd:gYear', Value("1871"), id="a year is no number"),
        pytest.param('"x"@de', Value("x", language="de"), id="another language is marked"),
        pytest.param(
            '"https://a.org/"^^xsd:anyURI', Value("https://a.org/", "https://a.org/"), id="an address"
        ),
        pytest.param('"https://a.org/"', Value("https://a.org/"), id="a text that looks like an address"),
        pytest.param(
            '"javascript:x"^^xsd:anyURI', Value("javascript:x"), id="an address no one should follow"
        ),
        pytest.param("<javascript:x>", Value("javascript:x", "", "javascript:x"), id="an IRI no one should"),
        pytest.param(
            "t:Tree",
            Value("tree", "/ontology#Tree", TREES + "ontology#Tree"),
            id="the ontology names its terms",
        ),
        pytest.param(
            "owl:Class",
            Value("Class", "http://www.w3.org/2002/07/owl#Class", "http://www.w3.org/2002/07/owl#Class"),
            id="a term of the W3C goes by its local name",
        ),
        pytest.param(
            "id:n", Value("N", "/id/n", TREES + "id/n", "", "007"), id="a notation stands beside the name"
        ),
    ],
)
def test_a_value(describer: Describer, term: str, value: Value) -> None:
    triples = read(f'id:a t:by {term} . id:n rdfs:label "N" ; skos:notation "007" .')
    (found,) = triples.objects(ox.NamedNode(TREES + "id/a"), ox.NamedNode(TREES + "ontology#by"))
    assert describer.value(found, triples) == value


def test_a_claim_stands_as_a_row_in_the_page_of_what_it_is_about(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree .
    id:s2 a t:Survey ; rdfs:label "second" ; t:surveys id:a ;
        t:year "2002"^^xsd:gYear ; t:result "tall" ; t:note "x" .
    id:s1 a t:Survey ; rdfs:label "first" ; t:surveys id:a ; t:year "2001"^^xsd:gYear .
    id:other a t:Tree ; t:surveys id:a .
    """)
    incoming = [
        Incoming(ox.NamedNode(TREES + "ontology#surveys"), ox.NamedNode(TREES + "ontology#Survey"), 2)
    ]
    (group,) = describer.describe(TREES + "id/a", triples, incoming).nested
    assert [column.name for column in group.columns] == ["year", "result", "note"]
    assert [
        (member.text, [[value.text for value in cell] for cell in cells]) for member, cells in group.members
    ] == [
        ("first", [["2001"], [], []]),
        ("second", [["2002"], ["tall"], ["x"]]),
    ]


def test_what_has_no_name_of_its_own_is_shown_by_its_properties(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree ; t:code id:c1 , id:c2 , id:named , <https://example.org/elsewhere> .
    id:c1 a t:Code ; skos:notation "001" ; t:scheme id:list .
    id:c2 a t:Code ; t:scheme id:list .
    id:named a t:Code ; rdfs:label "a code" ; t:scheme id:list .
    id:list rdfs:label "the list" .
    """)
    description = describer.describe(TREES + "id/a", triples)
    ((_, properties),) = description.sections
    assert [(each.name, [value.text for value in each.values]) for each in properties] == [
        ("code", ["a code", "https://example.org/elsewhere"])
    ]
    (group,) = description.nested
    assert (group.of_class, group.name, group.total) == ("Code", "code", 2)
    assert [column.name for column in group.columns] == ["scheme"]
    assert [
        (member.text, [[value.text for value in cell] for cell in cells]) for member, cells in group.members
    ] == [("001", [["the list"]]), ("c2", [["the list"]])]


def test_each_claim_has_its_evidence_and_what_is_unusual_is_marked(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree .
    id:s1 a t:Survey ; rdfs:label "one" ; t:surveys id:a ; t:result 3 ; t:basis id:seen ; t:source id:b .
    id:s2 a t:Survey ; rdfs:label "two" ; t:surveys id:a ; t:result 4 ; t:basis id:guessed ; t:source id:b .
    """)
    incoming = [Incoming(ox.NamedNode(TREES + "ontology#surveys"), ox.NamedNode(SURVEY), 2)]
    (group,) = describer.describe(TREES + "id/a", triples, incoming).nested
    assert [(column.name, column.heading) for column in group.columns] == [
        ("result", ""),
        ("basis", "Evidence"),
        ("source", "Evidence"),
    ]
    assert group.headings == ["Evidence"]
    assert [[value.marked for value in cells[1]] for _, cells in group.members] == [[False], [True]]


def test_claims_that_rest_on_nothing_are_rows_of_a_table(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree .
    id:s1 a t:Survey ; rdfs:label "one" ; t:surveys id:a ; t:result 3 ; t:basis id:seen .
    id:s2 a t:Survey ; rdfs:label "two" ; t:surveys id:a ; t:result 4 .
    """)
    incoming = [Incoming(ox.NamedNode(TREES + "ontology#surveys"), ox.NamedNode(SURVEY), 2)]
    (group,) = describer.describe(TREES + "id/a", triples, incoming).nested
    assert group.headings == []


def test_a_column_that_only_repeats_the_thing_is_left_out(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree .
    id:s1 a t:Survey ; rdfs:label "one" ; t:surveys id:a ; t:about id:a ; t:mixed id:a .
    id:s2 a t:Survey ; rdfs:label "two" ; t:surveys id:a ; t:about id:a ; t:mixed id:b .
    """)
    incoming = [Incoming(ox.NamedNode(TREES + "ontology#surveys"), ox.NamedNode(SURVEY), 2)]
    (group,) = describer.describe(TREES + "id/a", triples, incoming).nested
    assert [column.name for column in group.columns] == ["mixed"]


def test_what_is_seen_in_full_is_a_table_in_its_own_order(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree ; t:planting id:p1 , id:p2 , id:p3 .
    id:p1 a t:Planting ; rdfs:label "Ann" ; t:place 2 .
    id:p2 a t:Planting ; rdfs:label "Ben" ; t:place 3 .
    id:p3 a t:Planting ; rdfs:label "Cleo" ; t:place 1 .
    """)
    description = describer.describe(TREES + "id/a", triples)
    assert description.sections == []
    (group,) = description.nested
    assert [member.text for member, _ in group.members] == ["Cleo", "Ann", "Ben"]


@pytest.mark.parametrize(
    ("turtle", "lead", "rest"),
    [
        pytest.param(
            'dcterms:description "A tall one."@en ; skos:definition "tree"@en',
            "A tall one.",
            ["tree"],
            id="a description comes first",
        ),
        pytest.param(
            'skos:definition "tree"@en , "Baum"@de', "tree", ["Baum"], id="in the reader's language"
        ),
        pytest.param('rdfs:comment "x"', "x", [], id="a comment"),
        pytest.param("t:height 3", None, ["3"], id="else there is none"),
    ],
)
def test_a_page_begins_with_what_the_thing_is(
    describer: Describer, turtle: str, lead: str | None, rest: list[str]
) -> None:
    description = describer.describe(TREES + "id/a", read(f"id:a {turtle} ."))
    assert (description.lead and description.lead.text) == lead
    texts = [value.text for _, found in description.sections for each in found for value in each.values]
    assert texts == rest


def test_links_into_a_register_say_how_they_are_meant_and_where_they_lead(describer: Describer) -> None:
    triples = read("id:a owl:sameAs <https://plants.example/ash/7> ; t:page <https://example.org/a> .")
    description = describer.describe(TREES + "id/a", triples)
    (link,) = description.outward
    assert (link.relation.name, link.target.text, link.target.host, link.register.title) == (
        "same as",
        "ash/7",
        "plants.example",
        "Trees in a herbarium",
    )
    assert [each.name for _, found in description.sections for each in found] == ["page"]


class Listed:
    """Lists of every class but surveys."""

    def of_class(self, of_class: ox.NamedNode) -> str:
        return "" if of_class.value == SURVEY else f"/list/{of_class.value.rpartition('#')[2]}"

    def naming(self, of_class: ox.NamedNode, predicate: ox.NamedNode, thing: ox.NamedNode) -> str:
        list_ = self.of_class(of_class)
        return list_ and f"{list_}?{predicate.value.rpartition('#')[2]}={thing.value.rpartition('/')[2]}"


def test_lists_lead_to_a_page_and_show_all_that_names_it(describer: Describer) -> None:
    triples = read("""
    id:a a t:Survey , t:Oak .
    id:b a t:Oak ; t:near id:a .
    """)
    incoming = [Incoming(ox.NamedNode(TREES + "ontology#near"), ox.NamedNode(TREES + "ontology#Oak"), 300)]
    description = replace(describer, lists=Listed()).describe(TREES + "id/a", triples, incoming)
    assert [(each.text, each.href) for each in description.trail] == [("oak", "/list/Oak")]
    assert [group.everything for group in description.linked] == ["/list/Oak?near=a"]
    assert describer.describe(TREES + "id/a", triples, incoming).linked[0].everything == ""


def test_what_names_a_thing_is_grouped_by_class_and_named_by_the_shapes(describer: Describer) -> None:
    triples = read("""
    id:a a t:Tree .
    id:b a t:Oak ; rdfs:label "b" ; t:neighbour id:a .
    id:s a t:Survey ; rdfs:label "s" ; t:surveys id:a .
    id:x t:surveys id:a .
    """)
    ontology = TREES + "ontology#"
    incoming = [
        Incoming(ox.NamedNode(ontology + "neighbour"), ox.NamedNode(ontology + "Oak"), 300),
        Incoming(ox.NamedNode(ontology + "surveys"), ox.NamedNode(ontology + "Survey"), 1),
        Incoming(ox.NamedNode(ontology + "surveys"), None, 1),
    ]
    description = describer.describe(TREES + "id/a", triples, incoming)
    assert [
        (group.of_class, group.name, group.total, [member.text for member, _ in group.members])
        for group in (*description.nested, *description.linked)
    ] == [("", "surveys", 1, ["x"]), ("survey", "surveys", 1, ["s"]), ("oak", "its neighbours", 300, ["b"])]
    assert [group.named for group in description.linked] == [True]


def test_a_yes_or_no_answer(describer: Describer) -> None:
    table = describer.table(b'{"head": {}, "boolean": false}')
    assert table == Table([Property("answer")], [[Value("false")]], 1)


def test_a_table_of_results(describer: Describer) -> None:
    table = describer.table(
        b"""{"head": {"vars": ["a", "b", "c"]}, "results": {"bindings": [
        {"a": {"type": "uri", "value": "https://example.org/trees/id/x"}},
        {"b": {"type": "literal", "value": "y", "xml:lang": "de"},
         "c": {"type": "literal", "value": "1000", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}},
        {"b": {"type": "bnode", "value": "z"}}]}}"""
    )
    assert table.rows == [
        [Value("x", "/id/x", TREES + "id/x"), None, None],
        [None, Value("y", language="de"), Value("1000", number=True)],
        [None, Value("_:z"), None],
    ]
    assert [(column.name, column.number) for column in table.columns] == [
        ("a", False),
        ("b", False),
        ("c", True),
    ]
    assert table.total == 3


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        pytest.param("10687", "10,687", id="thousands apart"),
        pytest.param("-2200000000", "-2,200,000,000", id="millions too, and less than nothing"),
        pytest.param("-100", "-100", id="no sign apart from its number"),
        pytest.param("1234567.1234", "1,234,567.1234", id="no commas behind the point"),
        pytest.param("0.5", "0.5", id="a small one as it is"),
        pytest.param("1.5E6", "1.5E6", id="a double as it is"),
        pytest.param('"22607"^^xsd:nonNegativeInteger', "22,607", id="a number that is not negative"),
    ],
)
def test_a_number(describer: Describer, literal: str, text: str) -> None:
    triples = read(f"id:a t:height {literal} .")
    (found,) = triples.objects(ox.NamedNode(TREES + "id/a"), ox.NamedNode(TREES + "ontology#height"))
    assert describer.value(found, triples) == Value(text, number=True)


def test_a_column_is_one_of_numbers_if_all_its_values_are(describer: Describer) -> None:
    triples = read("""
    id:s1 t:surveys id:a ; t:count 1000 ; t:mixed 1 .
    id:s2 t:surveys id:a ; t:mixed "one" .
    """)
    incoming = [Incoming(ox.NamedNode(TREES + "ontology#surveys"), None, 2)]
    (group,) = describer.describe(TREES + "id/a", triples, incoming).nested
    assert [(column.name, column.number) for column in group.columns] == [("count", True), ("mixed", False)]


def test_what_the_store_does_not_hold_is_named_by_the_description(describer: Describer) -> None:
    publisher = ox.NamedNode(TREES + "id/publisher")
    assert describer.value(publisher, Triples([])).text == "The publisher"


@pytest.mark.parametrize(
    ("iri", "text"),
    [
        pytest.param(TREES + "id/publisher", "The publisher", id="by its label"),
        pytest.param("https://licences.example/by/4.0/", "licences.example/by/4.0", id="by its address"),
    ],
)
def test_what_the_description_names(describer: Describer, iri: str, text: str) -> None:
    named = describer.named(ox.NamedNode(iri))
    assert (named.text, named.iri) == (text, iri)
