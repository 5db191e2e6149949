"""The description says what is there: each number is counted a second time here, by SPARQL or by hand."""

import pytest
from rdflib import DCTERMS, FOAF, RDF, VOID, BNode, Graph, Literal, URIRef

from pilotgraph.counts import Triple
from pilotgraph.description import DCAT, DQV, Linkset, add_linksets, add_quality, describe

TYPE = RDF.type.n3()
SET = "https://example.org/set/"
DATASET = URIRef(SET)


def statement(subject: str, predicate: URIRef, value: str) -> Triple:
    return f"<{subject}>", predicate.n3(), value


STATEMENTS = [
    statement(SET, RDF.type, DCAT.Dataset.n3()),
    statement(SET, DCTERMS.title, '"Birds"@en'),
    statement(SET, DCTERMS.license, "<https://example.org/licence>"),
    statement(SET, DCAT.version, '"1.2.0"'),
    statement(SET, VOID.uriSpace, f'"{SET}id/"'),
    statement(SET, VOID.classPartition, f"<{SET}graph/nests>"),
    statement(SET, VOID.classPartition, f"<{SET}graph/rest>"),
    statement(SET, VOID.classPartition, f"<{SET}graph/about>"),
    statement(f"{SET}graph/nests", RDF.type, VOID.Dataset.n3()),
    statement(f"{SET}graph/nests", VOID["class"], "<x:Nest>"),
    statement(f"{SET}graph/nests", VOID["class"], "<x:Burrow>"),
    statement(f"{SET}graph/about", VOID["class"], DCAT.Dataset.n3()),
]
GRAPHS: dict[str, list[Triple]] = {
    f"{SET}graph/nests": [
        (f"<{SET}id/n1>", TYPE, "<x:Nest>"),
        (f"<{SET}id/n1>", "<x:of>", f"<{SET}id/b1>"),
        (f"<{SET}id/n2>", TYPE, "<x:Burrow>"),
    ],
    f"{SET}graph/rest": [
        (f"<{SET}id/b1>", TYPE, "<x:Bird>"),
        (f"<{SET}id/b1>", TYPE, "<https://example.org/é#Ω>"),
        (f"<{SET}id/b1>", "<x:name>", '"a wren"@en'),
        ("<https://elsewhere.example/b2>", TYPE, "<x:Bird>"),
        ("<https://elsewhere.example/b2>", "<x:name>", '"a wren"@en'),
    ],
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return describe(SET, STATEMENTS, GRAPHS)


@pytest.mark.parametrize(
    ("term", "number"),
    [
        pytest.param(VOID.triples, 8, id="triples of the data, without those about the data"),
        pytest.param(VOID.entities, 3, id="subjects in the URI space"),
        pytest.param(VOID.distinctSubjects, 4, id="subjects, of other places too"),
        pytest.param(VOID.distinctObjects, 6, id="objects, literals too, each once"),
        pytest.param(VOID.properties, 3, id="properties, rdf:type too"),
        pytest.param(VOID.classes, 4, id="classes that have instances"),
    ],
)
def test_the_dataset_is_counted(graph: Graph, term: URIRef, number: int) -> None:
    assert list(graph.objects(DATASET, term)) == [Literal(number)]


def partitions(graph: Graph, link: URIRef, of: URIRef, number: URIRef) -> dict[str, int]:
    found = {}
    for part in graph.objects(DATASET, link):
        (term,), (count,) = graph.objects(part, of), graph.objects(part, number)
        found[str(term)] = int(str(count))
    return found


def test_each_class_has_a_partition_with_its_entities(graph: Graph) -> None:
    assert partitions(graph, VOID.classPartition, VOID["class"], VOID.entities) == {
        "x:Nest": 1,
        "x:Burrow": 1,
        "x:Bird": 2,
        "https://example.org/é#Ω": 1,
    }


def test_each_property_has_a_partition_with_its_triples(graph: Graph) -> None:
    assert partitions(graph, VOID.propertyPartition, VOID.property, VOID.triples) == {
        str(RDF.type): 5,
        "x:of": 1,
        "x:name": 2,
    }


def test_the_vocabularies_are_those_of_all_terms(graph: Graph) -> None:
    """A client may take a term for one that is not there if its namespace is not named."""
    assert set(graph.objects(DATASET, VOID.vocabulary)) == {
        URIRef(str(RDF)),
        URIRef("https://example.org/é#"),
    }


def test_a_graph_of_the_data_is_a_subset_and_no_partition_by_one_class(graph: Graph) -> None:
    nests, rest = URIRef(f"{SET}graph/nests"), URIRef(f"{SET}graph/rest")
    assert set(graph.objects(DATASET, VOID.subset)) == {nests, rest}
    for part in (nests, rest, URIRef(f"{SET}graph/about")):
        assert list(graph.objects(part, VOID["class"])) == []
        assert (DATASET, VOID.classPartition, part) not in graph


LINKSETS = [
    Linkset(
        "one",
        "Birds of one register",
        "https://one.example/birds",
        "https://one.example/",
        [(f"<{SET}id/b1>", "<x:same>", "<https://one.example/1>")],
    ),
    Linkset(
        "two",
        "Birds of another",
        "https://two.example/",
        "https://two.example/birds/",
        [
            (f"<{SET}id/b1>", "<x:same>", "<https://two.example/birds/1>"),
            (f"<{SET}id/b2>", "<x:like>", "<https://two.example/birds/2>"),
            (f"<{SET}id/b3>", "<x:like>", "<https://two.example/birds/2>"),
        ],
    ),
]


@pytest.fixture(scope="module")
def linked() -> Graph:
    graph = describe(SET, STATEMENTS, GRAPHS)
    add_linksets(graph, SET, LINKSETS)
    return graph


@pytest.mark.parametrize("linkset", LINKSETS, ids=["of one predicate", "of two"])
def test_a_linkset_is_a_part_of_the_dataset_and_leads_to_its_target(linked: Graph, linkset: Linkset) -> None:
    links, target = URIRef(f"{SET}#links/{linkset.name}"), URIRef(linkset.target)
    below = f"{SET}releases/1.2.0/links/{linkset.name}"
    assert (DATASET, VOID.subset, links) in linked
    assert set(linked.predicate_objects(links)) >= {
        (RDF.type, VOID.Linkset),
        (DCTERMS.title, Literal(linkset.title, lang="en")),
        (DCTERMS.license, URIRef("https://example.org/licence")),
        (DCTERMS.hasFormat, URIRef(f"{below}.sssom.tsv")),
        (VOID.subjectsTarget, DATASET),
        (VOID.objectsTarget, target),
        (VOID.dataDump, URIRef(f"{below}.nt")),
        (VOID.triples, Literal(len(linkset.triples))),
    }
    assert set(linked.predicate_objects(target)) == {
        (RDF.type, VOID.Dataset),
        (VOID.uriSpace, Literal(linkset.space)),
    }


def test_a_linkset_has_one_predicate_or_parts_that_have_one_each(linked: Graph) -> None:
    said = {
        (str(linkset).removeprefix(SET), str(predicate), int(str(linked.value(linkset, VOID.triples))))
        for linkset, predicate in linked.subject_objects(VOID.linkPredicate)
    }
    assert said == {
        ("#links/one", "x:same", 1),
        ("#links/two/x:like", "x:like", 2),
        ("#links/two/x:same", "x:same", 1),
    }
    two = URIRef(f"{SET}#links/two")
    for part in linked.objects(two, VOID.subset):
        assert (part, RDF.type, VOID.Linkset) in linked
        assert (part, VOID.subjectsTarget, DATASET) in linked
        assert (part, VOID.objectsTarget, URIRef("https://two.example/")) in linked


def test_the_report_on_the_record_is_linked_for_people_and_for_machines() -> None:
    graph = describe(SET, STATEMENTS, GRAPHS)
    before = set(graph)
    figures = Graph()
    figures.add((DATASET, DQV.hasQualityMeasurement, URIRef(f"{SET}#measurement/nests")))
    add_quality(graph, SET, figures, ("record.md", "record.ttl"))
    page, metadata = (URIRef(f"{SET}releases/1.2.0/record.{suffix}") for suffix in ("md", "ttl"))
    markdown = URIRef("http://www.iana.org/assignments/media-types/text/markdown")
    assert set(graph) - before == {
        (DATASET, DQV.hasQualityMeasurement, URIRef(f"{SET}#measurement/nests")),
        (DATASET, FOAF.page, page),
        (DATASET, DQV.hasQualityMetadata, metadata),
        (page, DCTERMS.format, markdown),
        (metadata, RDF.type, DQV.QualityMetadata),
        (metadata, DCTERMS.hasFormat, page),
        (metadata, DCTERMS.license, URIRef("https://example.org/licence")),
    }


def test_nothing_is_without_a_name(graph: Graph) -> None:
    assert [term for triple in graph for term in triple if isinstance(term, BNode)] == []
    for subject in graph.subjects():
        assert str(subject).startswith(SET)
        assert str(subject).isascii(), "fragments are percent-encoded, so that every reader takes them"


def test_terms_of_open_namespaces_are_spelt_as_their_vocabularies_spell_them(graph: Graph) -> None:
    used = {str(term) for triple in graph for term in triple if str(term).startswith(str(DCAT))}
    assert {iri.partition("#")[2] for iri in used} == {"Dataset", "version"}
