"""From YAML to answers, by the command line and real sockets, on two projects of different subjects.

Nothing here knows what a project is about: expectations are read from the release itself, whose
dumps, pages and endpoint must say the same.
"""

import csv
import io
import json
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, OWL, RDF, SH, Graph, Literal, Namespace, URIRef, Variable
from rdflib.compare import isomorphic
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from rdflib.query import Result
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, URLENCODED, SPARQLWrapper

from conftest import Client, Reply, Serve, run
from pilotgraph.release import Release

NT = "application/n-triples"
DASH = Namespace("http://datashapes.org/dash#")
FORMATS = {
    "ttl": ("text/turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", ox.RdfFormat.JSON_LD),
    "nt": (NT, ox.RdfFormat.N_TRIPLES),
    "nq": ("application/n-quads", ox.RdfFormat.N_QUADS),
    "rdf": ("application/rdf+xml", ox.RdfFormat.RDF_XML),
}
# rdflib's reader of JSON-LD uses a class that rdflib itself deprecates.
rdflib_reads_json_ld = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
_AT_ONCE = 4
LABELS = (
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2004/02/skos/core#notation",
)
THING, CLASS, LABEL = Variable("thing"), Variable("class"), Variable("label")
TYPES = "SELECT ?thing ?class WHERE { ?thing a ?class } ORDER BY ?thing ?class"


@dataclass(frozen=True)
class Published:
    """A project that was built and is being served."""

    project: Path
    output: str
    release: Release
    url: str
    get: Client

    def sparql(self, query: str, accept: str) -> Reply:
        return self.get("/sparql?" + urllib.parse.urlencode({"query": query}), accept=accept)

    @cached_property
    def dump(self) -> list[ox.Quad]:
        return list(ox.parse(self.release.read("data.nq"), ox.RdfFormat.N_QUADS))

    @cached_property
    def served(self) -> set[ox.Triple]:
        """All that the endpoint holds, the ontology as well."""
        reply = self.sparql("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", NT)
        assert reply.status == 200, reply.text
        return triples(reply.body, ox.RdfFormat.N_TRIPLES)

    @cached_property
    def description(self) -> Graph:
        return Graph().parse(data=self.release.read("description.ttl"), format="turtle")

    @cached_property
    def dataset(self) -> URIRef:
        (page,) = self.description.subjects(URIRef("http://rdfs.org/ns/void#sparqlEndpoint"))
        assert isinstance(page, URIRef)
        return page

    @cached_property
    def space(self) -> str:
        return str(self.description.value(self.dataset, URIRef("http://rdfs.org/ns/void#uriSpace")))

    @cached_property
    def things(self) -> list[str]:
        return sorted({quad.subject.value for quad in self.dump if isinstance(quad.subject, ox.NamedNode)})

    @cached_property
    def documented(self) -> dict[str, set[ox.Triple]]:
        """What the endpoint says of each thing and its parts, and what names the thing.

        Parts are what the context links by a reversed key, what has no name, and what a shape wants to be
        seen in full.
        """
        context = json.loads((self.project / "ontology/context.jsonld").read_bytes())["@context"]
        reversed_keys = [
            term["@reverse"] for term in context.values() if isinstance(term, dict) and "@reverse" in term
        ]
        links = {f"{context[key.partition(':')[0]]}{key.partition(':')[2]}" for key in reversed_keys}
        assert links
        shapes = Graph().parse(data=self.release.read("shapes.ttl"), format="turtle")
        in_full = {
            str(path)
            for rule in shapes.subjects(DASH.viewer, DASH.ValueTableViewer)
            for path in shapes.objects(rule, SH.path)
        }
        said: dict[str, set[ox.Triple]] = {thing: set() for thing in self.things}
        for triple in self.served:
            if isinstance(triple.subject, ox.NamedNode) and triple.subject.value in said:
                said[triple.subject.value].add(triple)
        named = {
            thing for thing, found in said.items() if any(t.predicate.value in LABELS[:3] for t in found)
        }
        about = {thing: set(found) for thing, found in said.items()}
        for triple in self.served:
            subject, value = str(triple.subject)[1:-1], str(triple.object)[1:-1]
            if isinstance(triple.object, ox.NamedNode) and value in about:
                about[value].add(triple)
                if triple.predicate.value in links:
                    about[value] |= said.get(subject, set())
                is_part = value not in named and triple.predicate.value != str(RDF.type)
                if subject in about and (is_part or triple.predicate.value in in_full):
                    about[subject] |= said.get(value, set())
        return about

    def for_each(self, check: Callable[[Client, str], None]) -> None:
        """Check each thing, several at once: the server answers one while another's answer is read."""

        def check_some(things: list[str]) -> int:
            client = Client(self.url)
            try:
                for thing in things:
                    check(client, thing)
            finally:
                client.close()
            return len(things)

        with ThreadPoolExecutor(_AT_ONCE) as threads:
            shares = [self.things[start::_AT_ONCE] for start in range(_AT_ONCE)]
            assert sum(threads.map(check_some, shares)) == len(self.things)

    def path(self, thing: str) -> str:
        """What follows /id/ and /doc/ in the URL of a thing."""
        return urllib.parse.quote(thing.removeprefix(self.space), safe="/%:@!$&'()*+,;=~")


@pytest.fixture(scope="module", params=["lighthouses", "real"])
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> Iterator[Published]:
    project: Path = request.getfixturevalue(request.param)
    out = tmp_path_factory.mktemp("dist")
    build = run("build", "--project", project, "--out", out)
    assert build.returncode == 0, build.stderr
    url = serve("--release", out)
    client = Client(url)
    yield Published(project, build.stdout, Release.open(out), url, client)
    client.close()


def triples(content: bytes, form: ox.RdfFormat) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(content, form, base_iri="http://wrong.invalid/")}


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))[1:]


def expected_types(published: Published) -> list[list[str]]:
    """What the query TYPES must find."""
    return sorted(
        [triple.subject.value, triple.object.value]
        for triple in published.served
        if triple.predicate.value == str(RDF.type)
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.NamedNode)
    )


def named(found: list[list[str]]) -> list[list[str]]:
    """Rows without those about blank nodes, which ontologies may have."""
    return sorted(row for row in found if not row[0].startswith("_:"))


def test_build_says_which_release_it_wrote(published: Published) -> None:
    assert published.release.name in published.output
    assert len(published.things) >= 12


def test_the_endpoint_holds_what_the_dump_holds(published: Published) -> None:
    graphs = sorted(
        {quad.graph_name.value for quad in published.dump if isinstance(quad.graph_name, ox.NamedNode)}
    )
    assert len(graphs) >= 2
    dataset = "".join(f"FROM <{graph}> " for graph in graphs)
    reply = published.sparql(
        f"CONSTRUCT {{ ?s ?p ?o }} {dataset}WHERE {{ ?s ?p ?o }}", "application/n-triples"
    )
    assert triples(reply.body, ox.RdfFormat.N_TRIPLES) == {quad.triple for quad in published.dump}


def test_the_ontology_is_a_graph_of_its_own(published: Published) -> None:
    ontology = Graph().parse(data=published.release.read("ontology.ttl"), format="turtle")
    (name,) = ontology.subjects(RDF.type, OWL.Ontology)
    reply = published.sparql(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}", NT)
    assert isomorphic(Graph().parse(data=reply.body, format="nt"), ontology)


def test_a_triple_stands_in_one_graph(published: Published) -> None:
    assert len({quad.triple for quad in published.dump}) == len(published.dump)
    answer = rows(published.sparql("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", "text/csv").body)
    assert answer == [[str(len(published.served))]]


@pytest.mark.parametrize("name", ["data.ttl", "data.jsonld"])
def test_the_other_dumps_hold_what_the_quads_hold(published: Published, name: str) -> None:
    form = FORMATS[name.partition(".")[2]][1]
    assert triples(published.release.read(name), form) == {quad.triple for quad in published.dump}


# Queries, by the clients that people use.


def test_a_query_by_urllib(published: Published) -> None:
    query = urllib.parse.urlencode({"query": TYPES})
    request = urllib.request.Request(f"{published.url}/sparql?{query}", headers={"Accept": "text/csv"})
    with urllib.request.urlopen(request) as response:
        assert response.headers.get_content_type() == "text/csv"
        assert named(rows(response.read())) == expected_types(published)


@pytest.mark.parametrize(
    ("method", "request_method"),
    [
        pytest.param("GET", URLENCODED, id="GET"),
        pytest.param(POST, URLENCODED, id="POST of a form"),
        pytest.param(POST, POSTDIRECTLY, id="POST of the query itself"),
    ],
)
def test_a_query_by_sparqlwrapper(published: Published, method: str, request_method: str) -> None:
    wrapper = SPARQLWrapper(f"{published.url}/sparql", returnFormat=JSON)
    wrapper.setMethod(method)
    wrapper.setRequestMethod(request_method)
    wrapper.setQuery(TYPES)
    answer = wrapper.queryAndConvert()
    assert isinstance(answer, dict)
    found = [
        [row["thing"]["value"], row["class"]["value"]]
        for row in answer["results"]["bindings"]
        if row["thing"]["type"] == "uri"
    ]
    assert sorted(found) == expected_types(published)


def test_a_query_by_rdflib(published: Published) -> None:
    graph = Graph(SPARQLStore(f"{published.url}/sparql"))
    answer = graph.query(TYPES).bindings
    found = [[str(row[THING]), str(row[CLASS])] for row in answer if isinstance(row[THING], URIRef)]
    assert sorted(found) == expected_types(published)


def test_the_three_ways_to_send_a_query_get_the_same_bytes(published: Published) -> None:
    encoded = urllib.parse.urlencode({"query": TYPES})
    form = published.get(
        "/sparql",
        "POST",
        encoded.encode(),
        content_type="application/x-www-form-urlencoded",
        accept="text/csv",
    )
    direct = published.get(
        "/sparql", "POST", TYPES.encode(), content_type="application/sparql-query", accept="text/csv"
    )
    assert form.status == direct.status == 200
    assert form.body == direct.body == published.sparql(TYPES, "text/csv").body


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("application/sparql-results+json", "json"),
        ("application/sparql-results+xml", "xml"),
        ("text/csv", "csv"),
        ("text/tab-separated-values", "tsv"),
    ],
)
def test_a_table_in_every_format(published: Published, accept: str, name: str) -> None:
    query = f"SELECT ?thing ?label WHERE {{ ?thing <{LABELS[1]}> ?label FILTER(ISIRI(?thing)) }}"
    reply = published.sparql(query, accept)
    assert (reply.status, reply.media_type) == (200, accept)
    table = Result.parse(io.BytesIO(reply.body), format=name)
    found = {(str(row[THING]), str(row[LABEL])) for row in table.bindings}
    assert found == {
        (triple.subject.value, triple.object.value)
        for triple in published.served
        if triple.predicate.value == LABELS[1]
        and isinstance(triple.subject, ox.NamedNode)
        and isinstance(triple.object, ox.Literal)
    }
    assert len(found) > 12


@pytest.mark.parametrize(("accept", "answer"), [("application/sparql-results+json", True)])
def test_a_yes_or_no_question(published: Published, accept: str, answer: bool) -> None:
    assert json.loads(published.sparql("ASK { ?s ?p ?o }", accept).body)["boolean"] is answer


@pytest.mark.parametrize(
    ("accept", "name"),
    [
        ("text/turtle", "turtle"),
        (NT, "nt"),
        pytest.param("application/ld+json", "json-ld", marks=rdflib_reads_json_ld),
        ("application/rdf+xml", "xml"),
    ],
)
def test_a_graph_in_every_format(published: Published, accept: str, name: str) -> None:
    example = min(thing for thing in published.things if thing.startswith(published.space))
    reply = published.sparql(f"CONSTRUCT {{ <{example}> ?p ?o }} WHERE {{ <{example}> ?p ?o }}", accept)
    assert (reply.status, reply.media_type) == (200, accept)
    expected = "".join(
        f"{quad.subject} {quad.predicate} {quad.object} .\n"
        for quad in published.dump
        if quad.subject == ox.NamedNode(example)
    )
    assert isomorphic(Graph().parse(data=reply.body, format=name), Graph().parse(data=expected, format="nt"))


def test_a_published_question_has_an_answer_and_the_same_by_the_command_line(published: Published) -> None:
    queries = [
        name for name in published.release.files if name.startswith("queries/") and name.endswith(".rq")
    ]
    assert len(queries) >= 3
    for name in queries:
        reply = published.sparql(published.release.read(name).decode(), "text/csv")
        assert rows(reply.body), name
    name = Path(queries[0]).stem
    answer = run("query", "--release", published.release.path, "--format", "csv", name)
    reply = published.sparql(published.release.read(queries[0]).decode(), "text/csv")
    assert rows(answer.stdout.encode()) == rows(reply.body)


@pytest.mark.parametrize("published", ["real"], indirect=True)
def test_the_first_question_of_a_researcher(published: Published) -> None:
    query = published.release.read("queries/evaluated-vanguards-by-model-type.rq").decode()
    answer = published.sparql(query, "text/csv").body
    assert rows(answer) == [["EHCH", "6"], ["MCP", "14"], ["PACS", "9"]]


# Every thing has an IRI that answers.


def test_every_iri_leads_to_its_document(published: Published) -> None:
    offers = [(suffix, media_type) for suffix, (media_type, _) in FORMATS.items()] + [("html", "text/html")]
    offered = dict(zip(published.things, cycle(offers), strict=False))

    def check(client: Client, thing: str) -> None:
        path, (suffix, media_type) = published.path(thing), offered[thing]
        reply = client(f"/id/{path}", accept=media_type)
        assert (reply.status, reply.headers["Vary"]) == (303, "Accept"), thing
        location = urllib.parse.urljoin(f"{published.url}/id/{path}", reply.headers["Location"])
        assert location == f"{published.url}/doc/{path}.{suffix}"

    published.for_each(check)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_document_says_what_the_endpoint_says(published: Published, suffix: str) -> None:
    media_type, form = FORMATS[suffix]
    about = published.documented

    def check(client: Client, thing: str) -> None:
        reply = client(f"/doc/{published.path(thing)}.{suffix}")
        assert (reply.status, reply.media_type) == (200, media_type), thing
        document = ox.NamedNode(published.dataset + "doc/" + thing.removeprefix(published.space))
        found = {triple for triple in triples(reply.body, form) if triple.subject != document}
        assert found == about[thing], thing

    published.for_each(check)


def test_every_page_shows_what_its_thing_is_called(published: Published) -> None:
    labels = {
        quad.subject.value: quad.object.value
        for predicate in reversed(LABELS)
        for quad in published.dump
        if quad.predicate.value == predicate and isinstance(quad.subject, ox.NamedNode)
        if isinstance(quad.object, ox.Literal)
    }

    def check(client: Client, thing: str) -> None:
        reply = client(f"/doc/{published.path(thing)}.html")
        assert (reply.status, reply.media_type) == (200, "text/html"), thing
        assert "<h1" in reply.text, thing
        assert escaped(labels[thing]) in reply.text, thing

    published.for_each(check)


def escaped(text: str) -> str:
    """As templates write it."""
    for character, entity in {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;"}.items():
        text = text.replace(character, entity)
    return text


def test_what_is_not_there_is_not_found(published: Published) -> None:
    for path in ("/id/nothing/of-this-name", "/doc/nothing/of-this-name.ttl", "/nothing"):
        assert published.get(path).status == 404


# The dataset itself.


def test_the_root_is_a_page_that_says_what_this_is(published: Published) -> None:
    reply = published.get("/", accept="text/html")
    assert (reply.status, reply.media_type) == (200, "text/html")
    title = published.description.value(published.dataset, DCTERMS.title)
    assert escaped(str(title)) in reply.text
    assert "/sparql" in reply.text


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        ("ttl", "turtle"),
        ("nt", "nt"),
        ("rdf", "xml"),
        pytest.param("jsonld", "json-ld", marks=rdflib_reads_json_ld),
    ],
)
def test_the_root_is_the_description_of_the_dataset(published: Published, suffix: str, name: str) -> None:
    media_type = FORMATS[suffix][0]
    reply = published.get("/", accept=media_type)
    assert (reply.status, reply.media_type) == (200, media_type)
    found = Graph().parse(data=reply.body, format=name)
    title = published.description.value(published.dataset, DCTERMS.title)
    assert isinstance(title, Literal)
    assert (published.dataset, DCTERMS.title, title) in found
