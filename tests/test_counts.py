"""Statistics in VoID: each number is counted a second time here, by hand."""

import pytest
from rdflib import RDF, VOID, Graph, Literal, URIRef

from pilotgraph.counts import Triple, add_counts, count_entities, part, triples
from pilotgraph.triples import FORMER_TYPE, TOMBSTONE

TYPE = RDF.type.n3()
SET = "https://example.org/set/"
WHOLE = URIRef(f"{SET}graph/birds")
BIRDS: list[Triple] = [
    ("<x:n1>", TYPE, "<x:Nest>"),
    ("<x:n1>", "<x:of>", "<x:b1>"),
    ("<x:n2>", TYPE, "<x:Nest>"),
    ("<x:n2>", "<x:of>", "<x:b1>"),
    ("<x:b1>", TYPE, "<https://example.org/é#Ω>"),
    ("<x:b1>", TYPE, "_:restriction"),
    ("<x:b1>", "<x:name>", '"a wren"@en'),
    ("<x:b1>", "<x:name>", '"dryw"@cy'),
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    found = Graph()
    add_counts(found, WHOLE, BIRDS, SET, "#birds/")
    return found


def numbers(graph: Graph, whole: URIRef) -> dict[URIRef, int]:
    return {
        predicate: value.toPython()
        for predicate, value in graph.predicate_objects(whole)
        if isinstance(value, Literal) and isinstance(predicate, URIRef)
    }


def partitions(graph: Graph, link: URIRef, of: URIRef) -> dict[str, dict[URIRef, int]]:
    return {
        str(graph.value(each, of)): numbers(graph, each)
        for each in graph.objects(WHOLE, link)
        if isinstance(each, URIRef)
    }


def test_the_whole_is_counted(graph: Graph) -> None:
    assert numbers(graph, WHOLE) == {
        VOID.triples: 8,
        VOID.distinctSubjects: 3,
        VOID.distinctObjects: 6,
        VOID.properties: 3,
        VOID.classes: 2,
    }


def test_a_class_has_a_partition_with_its_entities(graph: Graph) -> None:
    assert partitions(graph, VOID.classPartition, VOID["class"]) == {
        "x:Nest": {VOID.entities: 2},
        "https://example.org/é#Ω": {VOID.entities: 1},
    }


def test_a_property_has_a_partition_with_its_triples_subjects_and_objects(graph: Graph) -> None:
    def counted(triples: int, subjects: int, objects: int) -> dict[URIRef, int]:
        return {VOID.triples: triples, VOID.distinctSubjects: subjects, VOID.distinctObjects: objects}

    assert partitions(graph, VOID.propertyPartition, VOID.property) == {
        str(RDF.type): counted(4, 3, 3),
        "x:of": counted(2, 2, 1),
        "x:name": counted(2, 1, 2),
    }


def test_a_partition_is_named_by_a_fragment_that_every_reader_takes(graph: Graph) -> None:
    names = {str(each) for each in graph.objects(WHOLE, VOID.classPartition | VOID.propertyPartition)}
    assert names == {
        f"{SET}#birds/class/x:Nest",
        f"{SET}#birds/class/https://example.org/%C3%A9%23%CE%A9",
        f"{SET}#birds/property/http://www.w3.org/1999/02/22-rdf-syntax-ns%23type",
        f"{SET}#birds/property/x:of",
        f"{SET}#birds/property/x:name",
    }
    assert part(SET, "#class", f"{SET}ontology#Nest") == URIRef(f"{SET}#class/ontology%23Nest")


def test_numbers_that_would_count_themselves_are_left_out() -> None:
    """Whoever adds one more number to a description may, or may not, add one more different number."""
    found = Graph()
    about = [
        ("<x:a>", VOID.triples.n3(), '"5"'),
        ("<x:b>", VOID.triples.n3(), '"5"'),
        ("<x:a>", "<x:p>", '"5"'),
    ]
    add_counts(found, WHOLE, about, SET, "#birds/")
    said = numbers(found, WHOLE)
    assert (said[VOID.triples], said[VOID.distinctSubjects]) == (3, 2)
    assert VOID.distinctObjects not in said
    properties = partitions(found, VOID.propertyPartition, VOID.property)
    assert VOID.distinctObjects not in properties[str(VOID.triples)]
    assert properties["x:p"][VOID.distinctObjects] == 1


def test_nothing_is_counted_as_nothing() -> None:
    found = Graph()
    add_counts(found, WHOLE, [], SET, "#birds/")
    assert set(numbers(found, WHOLE).values()) == {0}
    assert set(found.subjects()) == {WHOLE}


def test_a_graph_is_read_as_it_will_be_written() -> None:
    graph = Graph()
    graph.parse(data=f'<{SET}> <x:name> "a \\"wren\\"\\n"@en , 5 .', format="turtle")
    assert sorted(triples(graph)) == [
        (f"<{SET}>", "<x:name>", '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (f"<{SET}>", "<x:name>", '"a \\"wren\\"\\n"@en'),
    ]


def test_entities_are_what_is_ours_and_not_withdrawn() -> None:
    gone = [("<x:gone>", TYPE, str(TOMBSTONE)), ("<x:gone>", "<x:name>", '"an owl"')]
    once = [("<x:once>", str(FORMER_TYPE), str(TOMBSTONE)), ("<y:other>", TYPE, "<x:Nest>")]
    assert count_entities([*BIRDS, *gone, *once], "x:") == len(["n1", "n2", "b1", "once"])
    assert count_entities(iter([]), "x:") == 0
