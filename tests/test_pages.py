"""What documents hold and pages show: tables of small cases, with no HTTP and no release."""

import pyoxigraph as ox
import pytest

from pilotgraph import pages
from pilotgraph.pages import Describer, Incoming, Site, Table, Triples, Value, Vocabulary

TREES = "https://example.org/trees/"
SITE = Site(TREES, TREES + "id/")
BEHIND_A_PROXY = Site(TREES, TREES + "id/", "/flora")

PREFIXES = """
@prefix id: <https://example.org/trees/id/> .
@prefix t: <https://example.org/trees/ontology#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
t:Tree a owl:Class ; rdfs:label "tree"@en .
t:Oak a owl:Class ; rdfs:label "oak"@en ; rdfs:subClassOf t:Tree , [ a owl:Restriction ] .
t:Survey a owl:Class ; rdfs:label "survey"@en .
t:height a owl:DatatypeProperty ; rdfs:label "height"@en , "Höhe"@de ;
    skos:definition "distance from the ground to the top of a tree"@en .
t:surveys a owl:ObjectProperty ; rdfs:label "surveys"@en .
t:neighbour a owl:ObjectProperty ; rdfs:label "stands beside"@en .
"""
SHAPES = """
t:size rdfs:label "Size"@en ; sh:order 1 .
[] a sh:NodeShape ; sh:targetClass t:Tree ; sh:property
    [ sh:path t:height ; sh:name "height (m)"@en ; sh:order 20 ; sh:group t:size ] ,
    [ sh:path t:girth ; sh:order 10 ; sh:group t:size ] ,
    [ sh:path t:planted ; sh:order 1 ] ,
    [ sh:path t:planted ; sh:order 5 ; sh:name "a second rule for the same property" ] ,
    [ sh:path [ sh:inversePath t:neighbour ] ; sh:name "its neighbours"@en ; sh:order 2 ] .
[] a sh:NodeShape ; sh:targetClass t:Survey ; sh:property
    [ sh:path t:result ; sh:order 2 ] , [ sh:path t:year ; sh:order 1 ] .
"""


def read(turtle: str) -> Triples:
    return Triples(ox.parse(PREFIXES + turtle, ox.RdfFormat.TURTLE))


@pytest.fixture(scope="module")
def describer() -> Describer:
    vocabulary = Vocabulary(read(ONTOLOGY), read(SHAPES), {TREES + "ontology#surveys"}, "en")
    return Describer(SITE, vocabulary, read('id:publisher rdfs:label "The publisher"@en .'))


def shown(describer: Describer, turtle: str) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Headings, names and texts of the page of id:a."""
    description = describer.describe(TREES + "id/a", read(turtle))
    return [
        (section.heading, [(each.name, [value.text for value in each.values]) for each in section.properties])
        for section in description.sections
    ]


# IRIs and paths.


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        pytest.param("id/oak/1", "/id/oak/1", id="a thing"),
        pytest.param("id/eik/þóra", "/id/eik/%C3%BE%C3%B3ra", id="what is not ASCII is escaped in an URL"),
        pytest.param("id/a%20b%2Fc", "/id/a%20b%2Fc", id="an escape in an IRI stays one"),
        pytest.param("ontology#Tree", "/ontology#Tree", id="a term, by the fragment of its document"),
        pytest.param("", "/", id="the dataset"),
        pytest.param("graph/a", "/graph/a", id="whatever else is ours"),
        pytest.param("id/a?b", None, id="an IRI with a query string is not served"),
    ],
)
def test_an_iri_of_ours_has_a_path(iri: str, path: str | None) -> None:
    assert SITE.path(TREES + iri) == path
    assert BEHIND_A_PROXY.path(TREES + iri) == (path and "/flora" + path)


@pytest.mark.parametrize(
    ("iri", "href"),
    [
        pytest.param("https://example.org/tree", "https://example.org/tree", id="https"),
        pytest.param("http://example.org/tree", "http://example.org/tree", id="http"),
        pytest.param(TREES + "id/a", "/id/a", id="ours is relative to this host"),
        pytest.param("javascript:alert(1)", "", id="a script is no link"),
        pytest.param("data:text/html,x", "", id="nor is data"),
        pytest.param("urn:isbn:0", "", id="nor a name that no browser can follow"),
    ],
)
def test_what_a_link_points_at(iri: str, href: str) -> None:
    assert SITE.href(iri) == href


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        pytest.param("oak/1", ["oak/1"], id="ASCII means one thing"),
        pytest.param(
            "caf%C3%A9", ["café", "caf%C3%A9"], id="an escaped letter may be escaped in the IRI too"
        ),
        pytest.param("a%2Fb", ["a%2Fb"], id="an escaped slash is not a slash"),
        pytest.param("a%20b", ["a%20b"], id="an escaped space stays escaped"),
        pytest.param("%FF", ["%FF"], id="what is not UTF-8 stays escaped"),
        pytest.param("%00%0D%0A", ["%00%0D%0A"], id="control characters stay escaped"),
        pytest.param("%EF%BF%BD", ["%EF%BF%BD"], id="a character that no IRI has stays escaped"),
        pytest.param("a b", [], id="a space is in no IRI"),
        pytest.param("a>b", [], id="nor is the sign that ends an IRI in SPARQL"),
        pytest.param("100%", [], id="nor half an escape"),
        pytest.param("a" * 3_000, [], id="nothing has so long a name"),
    ],
)
def test_what_a_path_may_mean(name: str, candidates: list[str]) -> None:
    assert SITE.candidates(name) == [SITE.things + candidate for candidate in candidates]


@pytest.mark.parametrize("name", ["oak/1", "þóra-lundadóttir", "a%20b", "(a)+b,c;d=e@f:g!h$i&j'k*l~m"])
def test_a_path_leads_back_to_its_iri(name: str) -> None:
    path = SITE.path(SITE.things + name)
    assert path is not None
    assert SITE.candidates(path.removeprefix("/id/"))[0] == SITE.things + name


def test_the_paths_of_a_document() -> None:
    assert SITE.document(TREES + "id/eik/þóra", ".ttl") == "/doc/eik/%C3%BE%C3%B3ra.ttl"
    assert BEHIND_A_PROXY.document(TREES + "id/a") == "/flora/doc/a"
    assert SITE.document_iri(TREES + "id/eik/þóra") == TREES + "doc/eik/þóra"


# Queries.


@pytest.mark.parametrize("write", [pages.document_query, pages.incoming_query, pages.exists_query])
@pytest.mark.parametrize(
    "iri",
    ["https://example.org/> ?p ?o } #", "https://example.org/a b", "not-absolute", "https://a/\x00", ""],
)
def test_what_is_no_iri_never_reaches_a_query(write: object, iri: str) -> None:
    with pytest.raises(ValueError, match=r"IRI|scheme"):
        write(iri)  # type: ignore[operator]  # a table of functions


def test_queries_find_what_a_page_needs_and_no_more(describer: Describer) -> None:
    store = ox.Store()
    turtle = """
    id:a a t:Tree ; rdfs:label "a" ; t:neighbour id:b .
    id:b a t:Oak ; rdfs:label "b" ; t:height 3 ; t:neighbour id:a .
    id:s a t:Survey ; rdfs:label "s" ; t:surveys id:a ; t:by id:who .
    id:who rdfs:label "who" ; t:height 5 .
    id:x t:surveys id:a .
    """
    store.load((PREFIXES + turtle).encode(), ox.RdfFormat.TURTLE)
    thing = TREES + "id/a"
    counts = store.query(pages.incoming_query(thing))
    assert isinstance(counts, ox.QuerySolutions)
    incoming = pages.read_incoming(counts.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    vocabulary = describer.vocabulary
    found = store.query(pages.page_query(thing, incoming, vocabulary))
    assert isinstance(found, ox.QueryTriples)
    triples = set(found)
    expected = {
        quad.triple
        for quad in store
        if (quad.subject, quad.predicate.value)
        not in {(ox.NamedNode(TREES + "id/b"), TREES + "ontology#height")}
        and quad.subject != ox.NamedNode(TREES + "id/who")
    } | {
        quad.triple for quad in store.quads_for_pattern(ox.NamedNode(TREES + "id/who"), pages.LABELS[1], None)
    }
    assert triples == expected
    description = describer.describe(thing, Triples(triples), incoming)
    assert [(group.of_class, group.name, group.total) for group in description.nested] == [
        ("", "surveys", 1),
        ("survey", "surveys", 1),
    ]
    assert [(group.of_class, group.name, group.total) for group in description.linked] == [
        ("oak", "its neighbours", 1)
    ]


def test_a_page_lists_the_first_of_many_and_counts_them_all(describer: Describer) -> None:
    store = ox.Store()
    about = "".join(f'id:{n:03} t:near id:a ; a t:Tree ; rdfs:label "{n:03}" .\n' for n in range(250))
    store.load((PREFIXES + about).encode(), ox.RdfFormat.TURTLE)
    thing = TREES + "id/a"
    incoming = [Incoming(ox.NamedNode(TREES + "ontology#near"), ox.NamedNode(TREES + "ontology#Tree"), 250)]
    found = store.query(pages.page_query(thing, incoming, describer.vocabulary))
    assert isinstance(found, ox.QueryTriples)
    (group,) = describer.describe(thing, Triples(found), incoming).linked
    assert group.total == 250
    assert [member.text for member, _ in group.members] == [f"{n:03}" for n in range(pages.SHOWN)]


# Documents.


def test_a_document_holds_what_was_found_and_what_it_is_itself() -> None:
    found = read("id:a t:height 3 . id:b t:neighbour id:a .")
    triples = [
        ox.Triple(subject, predicate, value)  # type: ignore[arg-type]  # a literal is no subject
        for subject in found
        for predicate, values in found.about(subject).items()
        for value in values
    ]
    licence = "https://creativecommons.org/licenses/by/4.0/"
    assert [f"{triple}" for triple in pages.document(TREES + "id/a", triples, SITE, licence)] == [
        *map(str, triples),
        "<https://example.org/trees/doc/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
        " <http://xmlns.com/foaf/0.1/Document>",
        "<https://example.org/trees/doc/a> <http://xmlns.com/foaf/0.1/primaryTopic>"
        " <https://example.org/trees/id/a>",
        "<https://example.org/trees/doc/a> <http://rdfs.org/ns/void#inDataset> <https://example.org/trees/>",
        "<https://example.org/trees/doc/a> <http://purl.org/dc/terms/license>"
        " <https://creativecommons.org/licenses/by/4.0/>",
    ]


# Pages.


@pytest.mark.parametrize(
    ("turtle", "sections"),
    [
        pytest.param(
            'id:a a t:Tree ; t:height 3 ; t:girth 2 ; t:planted "1900"^^xsd:gYear .',
            [
                ("Size", [("girth", ["2"]), ("height (m)", ["3"])]),
                ("", [("planted", ["1900"])]),
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
        pytest.param('rdfs:label "Oak"@en , "Eiche"@de', "Oak", "", id="the dataset's language first"),
        pytest.param('rdfs:label "Oak"@en-gb , "Eiche"@de', "Oak", "en-gb", id="then a variant of it"),
        pytest.param('rdfs:label "Oak" , "Eiche"@de', "Oak", "", id="then a text without a language"),
        pytest.param('rdfs:label "Eiche"@de , "Tammi"@fi', "Eiche", "de", id="then any, always the same"),
        pytest.param('dcterms:title "T"@en ; skos:prefLabel "P"@en', "P", "", id="prefLabel before title"),
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
    id:s2 a t:Survey ; rdfs:label "second" ; t:surveys id:a ; t:year 2002 ; t:result "tall" ; t:note "x" .
    id:s1 a t:Survey ; rdfs:label "first" ; t:surveys id:a ; t:year 2001 .
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
    store = ox.Store()
    turtle = """
    id:a a t:Tree ; t:code id:c1 , id:c2 , id:named , <https://example.org/elsewhere> .
    id:c1 a t:Code ; skos:notation "001" ; t:scheme id:list .
    id:c2 a t:Code ; t:scheme id:list .
    id:named a t:Code ; rdfs:label "a code" ; t:scheme id:list .
    id:list rdfs:label "the list" ; t:height 1 .
    """
    store.load((PREFIXES + turtle).encode(), ox.RdfFormat.TURTLE)
    found = store.query(pages.page_query(TREES + "id/a", [], describer.vocabulary))
    assert isinstance(found, ox.QueryTriples)
    description = describer.describe(TREES + "id/a", Triples(found))
    (section,) = description.sections
    assert [(each.name, [value.text for value in each.values]) for each in section.properties] == [
        ("code", ["a code", "https://example.org/elsewhere"])
    ]
    (group,) = description.nested
    assert (group.of_class, group.name, group.total) == ("Code", "code", 2)
    assert [column.name for column in group.columns] == ["scheme"]
    assert [
        (member.text, [[value.text for value in cell] for cell in cells]) for member, cells in group.members
    ] == [("001", [["the list"]]), ("c2", [["the list"]])]


@pytest.mark.parametrize(
    ("answer", "table"),
    [
        pytest.param(
            b'{"head": {}, "boolean": false}', Table(("answer",), [[Value("false")]], 1), id="yes or no"
        ),
        pytest.param(
            b"""{"head": {"vars": ["a", "b"]}, "results": {"bindings": [
                {"a": {"type": "uri", "value": "https://example.org/trees/id/x"}},
                {"b": {"type": "literal", "value": "y", "xml:lang": "de"}},
                {"b": {"type": "bnode", "value": "z"}}]}}""",
            Table(
                ["a", "b"],
                [
                    [Value("x", "/id/x", TREES + "id/x"), None],
                    [None, Value("y", language="de")],
                    [None, Value("_:z")],
                ],
                3,
            ),
            id="every kind of term, and none",
        ),
    ],
)
def test_a_table_of_results(describer: Describer, answer: bytes, table: Table) -> None:
    assert pages.read_table(answer, describer) == table


def test_what_the_store_does_not_hold_is_named_by_the_description(describer: Describer) -> None:
    publisher = ox.NamedNode(TREES + "id/publisher")
    assert describer.value(publisher, Triples([])).text == "The publisher"


def test_the_terms_of_an_ontology_by_what_they_are(describer: Describer) -> None:
    assert [
        (kind, [term.title.text for term in terms]) for kind, terms in describer.terms(TREES + "ontology#")
    ] == [
        ("Class", ["oak", "survey", "tree"]),
        ("Datatype property", ["height"]),
        ("Object property", ["stands beside", "surveys"]),
    ]
