"""Published questions as RDF: whole, and as SHACL's vocabulary has it."""

import json

import pytest
from rdflib import DCTERMS, RDF, RDFS, SDO, SH, BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD

from pilotgraph.context import Context
from pilotgraph.executables import describe_questions, endpoint, query_iri
from pilotgraph.questions import Question, read_question

SET = "https://example.org/set/"
CONTEXT = Context.read(
    json.dumps({"@context": {"id": "@id", "type": "@type", "b": f"{SET}ontology#"}}).encode(),
    "context.jsonld",
    f"{SET}id/",
)
HEIGHTS = """\
# question: Which nests are higher than "two" \\ metres?
# terms: b:height b:Nest
PREFIX b: <https://example.org/set/ontology#>
PREFIX tree: <https://example.org/set/id/tree/>
SELECT ?nest {
  VALUES ?in { tree:oak }  # parameter: the tree
  VALUES ?least { 2 }  # parameter: the least height, in metres
  VALUES ?word { "wren"@en }  # parameter: a word of the name
  ?nest b:height ?height FILTER(?height > ?least)
}
"""
ANY = """\
# question: Is there a nest?
# terms: b:Nest
PREFIX b: <https://example.org/set/ontology#>
PREFIX : <https://example.org/set/>
PREFIX tree: <https://example.org/other/tree/>
PREFIX nest: <https://example.org/set/id/nest/>
ask { ?nest a b:Nest }
"""
FORMS = {
    "heights": HEIGHTS,
    "any": ANY,
    "copy": "# question: What of nests?\n# terms: b:Nest\nCONSTRUCT { ?s a ?o } WHERE { ?s a ?o }",
    "about": "# question: What is it?\n# terms: b:Nest\n# SELECT\nBASE <https://example.org/>DESCRIBE<nest>",
}


def question(name: str) -> Question:
    read = read_question(FORMS[name], f"data/queries/{name}.rq", name)
    assert isinstance(read, Question), read
    return read


@pytest.fixture(scope="module")
def graph() -> Graph:
    return describe_questions(
        SET, map(question, FORMS), CONTEXT, {"b": f"{SET}ontology#", "xsd": str(XSD), "tree": f"{SET}tree#"}
    )


@pytest.mark.parametrize(
    ("name", "kind", "text"),
    [
        pytest.param("heights", "SPARQLSelectExecutable", "select", id="a table"),
        pytest.param("any", "SPARQLAskExecutable", "ask", id="yes or no, in small letters"),
        pytest.param("copy", "SPARQLConstructExecutable", "construct", id="a graph"),
        pytest.param(
            "about", "SPARQLDescribeExecutable", "describe", id="a description, with a base before it"
        ),
    ],
)
def test_a_question_holds_its_query_whole(graph: Graph, name: str, kind: str, text: str) -> None:
    query = URIRef(f"{SET}queries/{name}")
    assert query == URIRef(query_iri(SET, name))
    assert set(graph.objects(query, RDF.type)) == {SH.SPARQLExecutable, URIRef(f"{SH}{kind}")}
    assert list(graph.objects(query, URIRef(f"{SH}{text}"))) == [Literal(FORMS[name])]
    assert list(graph.objects(query, SDO.target)) == [URIRef(f"{SET}sparql")] == [endpoint(SET)]


def test_a_question_is_said_in_words_and_by_its_terms(graph: Graph) -> None:
    query = URIRef(f"{SET}queries/heights")
    words = Literal('Which nests are higher than "two" \\ metres?', lang="en")
    assert list(graph.objects(query, RDFS.comment)) == [words]
    assert set(graph.objects(query, DCTERMS.subject)) == {
        URIRef(f"{SET}ontology#height"),
        URIRef(f"{SET}ontology#Nest"),
    }
    assert list(graph.objects(query, RDFS.label)) == [], "who searches labels looks for things"


def test_what_may_be_changed_is_a_parameter_with_its_default(graph: Graph) -> None:
    rows = graph.query(
        """
        SELECT ?path ?name ?order ?description ?default ?datatype ?kind WHERE {
          <https://example.org/set/queries/heights> sh:parameter ?parameter .
          ?parameter a sh:Parameter ; sh:path ?path ; sh:name ?name ; sh:order ?order ;
            sh:description ?description ; sh:defaultValue ?default .
          OPTIONAL { ?parameter sh:datatype ?datatype }
          OPTIONAL { ?parameter sh:nodeKind ?kind }
        } ORDER BY ?order
        """,
        initNs={"sh": SH},
    )
    below = f"{SET}queries/heights#"
    assert [tuple(row) for row in rows if isinstance(row, tuple)] == [
        (
            *(URIRef(below + "in"), Literal("in"), Literal(1), Literal("the tree", lang="en")),
            *(URIRef(f"{SET}id/tree/oak"), None, SH.IRI),
        ),
        (
            *(URIRef(below + "least"), Literal("least"), Literal(2)),
            *(Literal("the least height, in metres", lang="en"), Literal(2), XSD.integer, None),
        ),
        (
            *(URIRef(below + "word"), Literal("word"), Literal(3)),
            *(Literal("a word of the name", lang="en"), Literal("wren", lang="en"), RDF.langString, None),
        ),
    ]
    assert list(graph.objects(URIRef(f"{SET}queries/any"), SH.parameter)) == []


def test_a_prefix_is_declared_once_and_the_known_ones_win(graph: Graph) -> None:
    (declared,) = set(graph.objects(None, SH.prefixes))
    found = {}
    for each in graph.objects(declared, SH.declare):
        assert list(graph.objects(each, RDF.type)) == [SH.PrefixDeclaration]
        (prefix,), (space,) = graph.objects(each, SH.prefix), graph.objects(each, SH.namespace)
        assert isinstance(space, Literal)
        assert space.datatype == XSD.anyURI
        found[str(prefix)] = str(space)
    assert found == {
        "b": f"{SET}ontology#",
        "nest": f"{SET}id/nest/",
        "tree": f"{SET}tree#",
        "xsd": str(XSD),
    }
    assert len(set(graph.subjects(SH.prefixes, declared))) == len(FORMS)


def test_a_prefix_with_two_meanings_is_not_declared() -> None:
    graph = describe_questions(SET, [question("heights"), question("any")], CONTEXT, {})
    assert {str(each) for each in graph.objects(None, SH.prefix)} == {"b", "nest"}


def test_nothing_is_without_a_name(graph: Graph) -> None:
    assert [term for triple in graph for term in triple if isinstance(term, BNode)] == []
    assert all(str(subject).startswith(SET) for subject in graph.subjects())
