"""The service description says what is there and what is true; numbers are counted again by the store."""

import socket
from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, FOAF, RDF, SDO, SH, VOID, BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from pilotgraph.counts import Triple, triples
from pilotgraph.description import DCAT
from pilotgraph.errors import QueryRefused
from pilotgraph.formats import (
    N_QUADS,
    N_TRIPLES,
    RDF_FORMATS,
    RESULT_FORMATS,
    TURTLE,
    parse,
    serialize,
    to_graph,
)
from pilotgraph.release import Release
from pilotgraph.service_description import PREFIXES, SD, Limit, add_service, served
from pilotgraph.store import LocalStore, Query

TYPE = RDF.type.n3()
SET = "https://example.org/set/"
SERVICE = URIRef(f"{SET}sparql")
ABOUT = f"{SET}graph/about"
GRAPHS: dict[str, list[Triple]] = {
    f"{SET}graph/nests": [(f"<{SET}id/n1>", TYPE, "<x:Nest>"), (f"<{SET}id/n1>", "<x:of>", f"<{SET}id/b1>")],
    f"{SET}graph/rest": [
        (f"<{SET}id/b1>", TYPE, "<x:Bird>"),
        (f"<{SET}id/b1>", "<x:name>", '"a wren"@en'),
        (f"<{SET}id/n1>", "<x:name>", '"a nest"@en'),
    ],
    f"{SET}ontology": [("<x:Bird>", TYPE, "<x:Class>"), ("_:b", TYPE, "<x:Class>")],
    f"{SET}graph/empty": [],
}
ADDRESS = "http://127.0.0.1:8000/sparql"
LIMITS = {
    "deadline_seconds": Limit(10.0, "seconds", "A query that runs longer is ended."),
    "queued": Limit(256, "queries", "Queries that may wait."),
    "answer_mb": Limit(32, "MB", "The largest answer."),
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    described = Graph()
    described.add((URIRef(SET), DCTERMS.title, Literal("Birds", lang="en")))
    described.add((URIRef(SET), VOID.triples, Literal(5)))
    add_service(described, SET, ABOUT, GRAPHS)
    return described


def test_the_service_says_what_the_endpoint_does(graph: Graph) -> None:
    assert (URIRef(SET), VOID.sparqlEndpoint, SERVICE) in graph
    assert (SERVICE, DCAT.servesDataset, URIRef(SET)) in graph
    assert list(graph.objects(SERVICE, SD.endpoint)) == [SERVICE]
    assert list(graph.objects(SERVICE, SD.supportedLanguage)) == [SD.SPARQL11Query]
    assert list(graph.objects(SERVICE, SD.feature)) == [SD.UnionDefaultGraph]
    assert list(graph.objects(SERVICE, SD.inputFormat)) == [], "it takes no data"
    assert {str(iri) for iri in graph.objects(SERVICE, SD.resultFormat)} == {
        *(form.iri for form in RDF_FORMATS),
        *(form.iri for form in RESULT_FORMATS),
    }


# Each feature of the Recommendation, and whether the endpoint has it.


@pytest.fixture(scope="module")
def store(release: Release) -> Iterator[LocalStore]:
    with LocalStore(release) as opened:
        yield opened


def ask(store: LocalStore, text: str) -> bool:
    form = next(form for form in RESULT_FORMATS if form.media_type == "text/csv")
    return store.query(Query(text, solutions=form)).content == b"true"


def test_the_default_graph_is_the_union(store: LocalStore) -> None:
    within = "GRAPH ?g { ?s ?p ?o }"
    for graph in ("lights", "inspections", "about", "questions"):
        values = f"VALUES ?g {{ <https://example.org/lights/graph/{graph}> }}"
        assert ask(store, f"ASK {{ {values} {within} ?s ?p ?o }}")
        assert not ask(store, f"ASK {{ {values} {within} FILTER NOT EXISTS {{ ?s ?p ?o }} }}")


def test_no_dataset_is_required(store: LocalStore) -> None:
    assert ask(store, "ASK { ?s ?p ?o }")


def test_no_iri_is_dereferenced(store: LocalStore) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert not ask(store, f"ASK FROM <{address}> {{ ?s ?p ?o }}")
        assert not ask(store, f"ASK FROM NAMED <{address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}")
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_no_graph_is_empty(store: LocalStore) -> None:
    assert not ask(store, "ASK { GRAPH ?g {} FILTER NOT EXISTS { GRAPH ?g { ?s ?p ?o } } }")


def test_no_other_endpoint_is_asked(store: LocalStore) -> None:
    with pytest.raises(QueryRefused):
        ask(store, "ASK { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_nothing_is_entailed(graph: Graph, store: LocalStore) -> None:
    regime = URIRef("http://www.w3.org/ns/entailment/Simple")
    assert list(graph.objects(SERVICE, SD.defaultEntailmentRegime)) == [regime]
    assert ask(store, "ASK { ?class <http://www.w3.org/2000/01/rdf-schema#subClassOf> ?above . ?s a ?class }")
    inherited = "?class <http://www.w3.org/2000/01/rdf-schema#subClassOf> ?above . ?s a ?class , ?above"
    assert not ask(store, f"ASK {{ {inherited} }}")


# The graphs.


def test_each_graph_is_named_and_the_default_graph_is_their_union(graph: Graph) -> None:
    rows = graph.query(
        """
        SELECT ?name ?triples WHERE {
          ?service a sd:Service ; sd:defaultDataset ?set ; sd:availableGraphs ?set .
          ?set a sd:Dataset , sd:GraphCollection ; sd:namedGraph ?named .
          ?named a sd:NamedGraph ; sd:name ?name ; sd:graph ?name .
          ?name a sd:Graph ; void:triples ?triples .
        } ORDER BY ?name
        """,
        initNs={"sd": SD, "void": VOID},
    )
    sizes = {str(row[0]): int(str(row[1])) for row in rows if isinstance(row, tuple)}
    assert sizes == {name: len(found) for name, found in GRAPHS.items()} | {ABOUT: len(graph)}
    (default,) = graph.objects(URIRef(f"{SERVICE}#dataset"), SD.defaultGraph)
    assert (default, RDF.type, SD.Graph) in graph
    assert list(graph.objects(default, VOID.triples)) == [Literal(sum(sizes.values()))]


def test_the_description_says_of_which_dataset_it_is_one(graph: Graph) -> None:
    assert set(graph.objects(URIRef(ABOUT), RDF.type)) == {SD.Graph, VOID.DatasetDescription}
    assert list(graph.objects(URIRef(ABOUT), FOAF.primaryTopic)) == [URIRef(SET)]


def everything(graph: Graph) -> dict[str, list[Triple]]:
    """What each graph holds, by its IRI; the default graph is called as in the description."""
    named = {**GRAPHS, ABOUT: triples(graph)}
    return named | {f"{SERVICE}#default-graph": [triple for found in named.values() for triple in found]}


@pytest.mark.parametrize("name", [*GRAPHS, ABOUT, f"{SERVICE}#default-graph"])
def test_every_graph_has_true_numbers_the_description_of_itself_too(graph: Graph, name: str) -> None:
    found = everything(graph)[name]
    whole = URIRef(name)
    properties = Counter(predicate for _, predicate, _ in found)
    classes = Counter(value for _, predicate, value in found if predicate == TYPE)
    said = {
        str(graph.value(each, VOID.property)): each for each in graph.objects(whole, VOID.propertyPartition)
    }
    assert graph.value(whole, VOID.triples) == Literal(len(found))
    assert graph.value(whole, VOID.distinctSubjects) == Literal(len({row[0] for row in found}))
    assert {
        f"<{term}>": int(str(graph.value(each, VOID.triples))) for term, each in said.items()
    } == properties
    assert {
        f"<{graph.value(each, VOID['class'])}>": int(str(graph.value(each, VOID.entities)))
        for each in graph.objects(whole, VOID.classPartition)
    } == classes
    for term, each in said.items():
        rows = [row for row in found if row[1] == f"<{term}>"]
        assert graph.value(each, VOID.distinctSubjects) == Literal(len({row[0] for row in rows}))
        objects = graph.value(each, VOID.distinctObjects)
        assert objects in (None, Literal(len({row[2] for row in rows})))
        assert (objects is None) == (term.startswith(str(VOID)) and rows[0][2].startswith('"'))
    told = graph.value(whole, VOID.distinctObjects)
    assert told == (
        None if name in (ABOUT, f"{SERVICE}#default-graph") else Literal(len({row[2] for row in found}))
    )


def test_a_description_comes_out_the_same_again(graph: Graph) -> None:
    again = Graph()
    again.add((URIRef(SET), DCTERMS.title, Literal("Birds", lang="en")))
    again.add((URIRef(SET), VOID.triples, Literal(5)))
    add_service(again, SET, ABOUT, dict(reversed(GRAPHS.items())))
    assert set(again) == set(graph)


def test_nothing_is_without_a_name(graph: Graph) -> None:
    assert [term for triple in graph for term in triple if isinstance(term, BNode)] == []
    for subject in graph.subjects():
        assert str(subject).startswith(SET)
        assert str(subject).isascii(), "fragments are percent-encoded, so that every reader takes them"


def test_terms_of_open_namespaces_are_spelt_as_their_vocabularies_spell_them(graph: Graph) -> None:
    used = {str(term) for triple in graph for term in triple if str(term).startswith((str(DCAT), str(SD)))}
    assert {iri.partition("#")[2] for iri in used} == {
        *("DataService", "endpointURL", "endpointDescription", "servesDataset"),
        *("Service", "endpoint", "supportedLanguage", "SPARQL11Query", "feature", "UnionDefaultGraph"),
        *("resultFormat", "defaultEntailmentRegime", "defaultDataset", "availableGraphs", "GraphCollection"),
        *("Dataset", "defaultGraph", "Graph", "namedGraph", "NamedGraph", "name", "graph"),
    }


# As a server gives it.


@pytest.fixture(scope="module")
def sent(graph: Graph) -> Graph:
    described = [quad.triple for quad in parse(graph.serialize(format="nt").encode(), N_TRIPLES, SET)]
    content = serialize(served(described, SET, ADDRESS, LIMITS), TURTLE, PREFIXES)
    return Graph().parse(data=content, format="turtle")


def test_a_server_speaks_of_the_address_where_it_was_asked(graph: Graph, sent: Graph) -> None:
    address = URIRef(ADDRESS)
    assert SERVICE not in sent.all_nodes()
    assert list(sent.subjects(RDF.type, SD.Service)) == list(sent.objects(None, SD.endpoint)) == [address]
    assert list(sent.objects(URIRef(SET), VOID.sparqlEndpoint)) == [address]
    added = {each for each in sent if any("#limit/" in str(term) for term in each)}
    back = {tuple(SERVICE if term == address else term for term in triple) for triple in set(sent) - added}
    assert back == set(graph), "and says the same of all else"


@pytest.mark.parametrize(
    ("name", "value", "unit", "code"),
    [
        pytest.param("deadline_seconds", Literal(10.0), "seconds", "SEC", id="seconds"),
        pytest.param("answer_mb", Literal(32), "MB", "4L", id="megabytes"),
        pytest.param("queued", Literal(256), "queries", None, id="things have no code"),
    ],
)
def test_a_server_says_what_it_does_at_most(
    sent: Graph, name: str, value: Literal, unit: str, code: str | None
) -> None:
    limit = URIRef(f"{SERVICE}#limit/{name}")
    assert (URIRef(ADDRESS), SDO.additionalProperty, limit) in sent
    expected = {
        (RDF.type, SDO.PropertyValue),
        (SDO.name, Literal(name)),
        (SDO.value, value),
        (SDO.description, Literal(LIMITS[name].description, lang="en")),
        (SDO.unitText, Literal(unit)),
    }
    assert set(sent.predicate_objects(limit)) == expected | (
        {(SDO.unitCode, Literal(code))} if code else set()
    )


def test_limits_are_not_in_a_release(store: LocalStore) -> None:
    assert not ask(store, f"ASK {{ ?s <{SDO.additionalProperty}> ?limit }}")


# In the store.


def test_the_description_can_be_queried(store: LocalStore, release: Release) -> None:
    description = {
        quad for quad in ox.parse(release.read("description.nq"), ox.RdfFormat.N_QUADS) if quad.graph_name
    }
    names = {quad.graph_name for quad in description if isinstance(quad.graph_name, ox.NamedNode)}
    assert {name.value for name in names} == {
        "https://example.org/lights/graph/about",
        "https://example.org/lights/graph/questions",
    }
    for name in names:
        text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {name} {{ ?s ?p ?o }} }}"
        content = store.query(Query(text, graph=N_TRIPLES)).content
        found = {quad.triple for quad in ox.parse(content, ox.RdfFormat.N_TRIPLES)}
        assert found == {quad.triple for quad in description if quad.graph_name == name}


def test_the_store_has_the_same_values_as_the_file_in_its_own_way(release: Release) -> None:
    """DCAT wants `xsd:nonNegativeInteger` of `dcat:byteSize`; the store takes it for `xsd:integer`."""
    file = Graph().parse(data=release.read("description.ttl"), format="turtle")
    stored = to_graph(parse(release.read("description.nq"), N_QUADS, SET))
    in_file, in_store = set(file) - set(stored), set(stored) - set(file)
    assert {predicate for _, predicate, _ in in_file} == {DCAT.byteSize, SH.defaultValue}
    assert {value.datatype for value in file.objects(None, DCAT.byteSize) if isinstance(value, Literal)} == {
        XSD.nonNegativeInteger
    }
    values = [
        {(subject, predicate, float(str(value))) for subject, predicate, value in found}
        for found in (in_file, in_store)
    ]
    assert values[0] == values[1]
    assert len(values[0]) == len(in_file) == len(in_store) > 3


def test_the_questions_are_in_the_description_too(release: Release) -> None:
    file = Graph().parse(data=release.read("description.ttl"), format="turtle")
    texts = {str(text) for text in file.objects(None, SH.select)}
    assert texts == {release.read(path).decode() for path in release.files if path.startswith("queries/")}
