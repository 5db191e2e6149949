"""Things, documents, the dataset, the ontology and files, in every form, on the lighthouses."""

import json

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import RDF, SH, Graph, URIRef
from rdflib.compare import isomorphic

from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release
from pilotgraph.responses import DOCUMENTS, RdfForm
from web import BROWSER, KESTREL, LIGHTS, get, serving, triples


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        pytest.param(None, ".html", id="no header means the page"),
        pytest.param("", ".html", id="an empty header too"),
        pytest.param("*/*", ".html", id="anything means the page"),
        pytest.param(BROWSER, ".html", id="a browser gets the page"),
        pytest.param("text/turtle", ".ttl", id="Turtle"),
        pytest.param("application/ld+json", ".jsonld", id="JSON-LD"),
        pytest.param("application/n-triples", ".nt", id="N-Triples"),
        pytest.param("application/n-quads", ".nq", id="N-Quads"),
        pytest.param("application/rdf+xml", ".rdf", id="RDF/XML"),
        pytest.param("application/*", ".jsonld", id="a range of types keeps our order"),
        pytest.param("text/turtle;q=0.4, application/rdf+xml", ".rdf", id="the higher q wins"),
        pytest.param("text/html;q=0, */*;q=0.1", ".ttl", id="q=0 rules the page out"),
        pytest.param("text/turtle; charset=utf-8", ".ttl", id="a parameter does not hide a match"),
        pytest.param("image/png, text/turtle;q=0.1", ".ttl", id="what we do not have is passed over"),
    ],
)
def test_a_thing_leads_to_the_document_that_the_client_takes(
    client: FlaskClient, accept: str | None, suffix: str
) -> None:
    for path in ("/id/lighthouse/kestrel-point", KESTREL):
        response = get(client, path, accept)
        assert (response.status_code, response.headers["Location"]) == (303, KESTREL + suffix)
        assert response.headers["Vary"] == "Accept"


def test_a_client_that_takes_nothing_of_ours_is_told_what_there_is(client: FlaskClient) -> None:
    response = get(client, "/id/lighthouse/kestrel-point", "image/png")
    assert (response.status_code, response.mimetype) == (406, "application/problem+json")
    types = [form.media_type for form in DOCUMENTS]
    assert json.loads(response.data) == {
        "title": "Not Acceptable",
        "status": 406,
        "detail": "Nothing here has a type that your Accept header allows. It can be sent as: "
        + ", ".join(types),
        "offers": types,
    }


def test_a_document_holds_the_same_in_every_format(client: FlaskClient) -> None:
    found = [triples(client.get(KESTREL + form.suffix).data, form.codec) for form in RDF_FORMATS]
    assert all(each == found[0] for each in found)
    assert len(found[0]) > 20
    page = ox.NamedNode(LIGHTS + "doc/lighthouse/kestrel-point")
    assert {
        (triple.predicate.value, str(triple.object)) for triple in found[0] if triple.subject == page
    } == {
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "<http://xmlns.com/foaf/0.1/Document>"),
        ("http://xmlns.com/foaf/0.1/primaryTopic", f"<{LIGHTS}id/lighthouse/kestrel-point>"),
        ("http://rdfs.org/ns/void#inDataset", f"<{LIGHTS}>"),
        ("http://purl.org/dc/terms/license", "<https://creativecommons.org/licenses/by/4.0/>"),
        ("http://purl.org/dc/terms/modified", '"2026-11-01"^^<http://www.w3.org/2001/XMLSchema#date>'),
    }


def test_a_document_links_to_its_other_forms(client: FlaskClient) -> None:
    thora = "keeper/%C3%BE%C3%B3ra-lundad%C3%B3ttir"
    others = [
        f'</doc/{thora}{form.suffix}>; rel="alternate{"" if form in RDF_FORMATS else " describes"}";'
        f' type="{form.media_type}"'
        for form in DOCUMENTS
        if form.suffix != ".ttl"
    ]
    assert client.get("/doc/keeper/þóra-lundadóttir.ttl").headers["Link"].split(", ") == [
        *others,
        f'<{LIGHTS}doc/{thora}>; rel="canonical"',
        f'<{LIGHTS}id/{thora}>; rel="cite-as"',
        '</>; rel="collection describedby"',
        '</browse/Keeper>; rel="collection"',
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
    ]


def test_the_iri_of_a_named_graph_leads_to_the_description(client: FlaskClient) -> None:
    response = client.get("/graph/others")
    assert (response.status_code, response.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("path", "kind"), [("/shapes", SH.NodeShape), ("/report", SH.ValidationReport)], ids=["shapes", "report"]
)
def test_the_iri_of_a_shape_or_a_result_leads_to_what_is_said_of_it(
    client: FlaskClient, path: str, kind: URIRef
) -> None:
    response = client.get(path, follow_redirects=True)
    assert (response.status_code, response.mimetype) == (200, "text/turtle")
    found = set(Graph().parse(data=response.data, format="turtle").subjects(RDF.type, kind))
    assert any(str(each).startswith(LIGHTS + path[1:]) for each in found)


def test_the_start_page_says_what_this_is_and_how_to_use_it(client: FlaskClient) -> None:
    page = get(client, "/", BROWSER).text
    for text in (
        "<h1>Lighthouses of a made-up coast</h1>",
        "An invented example.",
        '<a href="/id/lighthouse/kestrel-point"',
        ">Kestrel Point</a>",
        ">Which lighthouses have their lamp highest above the sea?</a>",
        "http://localhost/sparql",
        '<a href="/releases/0.3.0/data.nq">data.nq</a>',
        '>tidal lighthouse</a> <span class="count">2</span>',
    ):
        assert text in page


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_the_dataset_is_described_in_rdf(client: FlaskClient, release: Release, form: RdfForm) -> None:
    response = get(client, "/", form.media_type)
    assert (response.status_code, response.mimetype) == (200, form.media_type)
    expected = triples(release.read("description.ttl"), ox.RdfFormat.TURTLE)
    assert len(triples(response.data, form.codec) ^ expected) == 0


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_the_endpoint_is_described_at_the_address_that_was_asked(
    client: FlaskClient, release: Release, form: RdfForm
) -> None:
    response = get(client, "/sparql", form.media_type)
    assert (response.status_code, response.mimetype) == (200, form.media_type)
    found, here = triples(response.data, form.codec), ox.NamedNode("http://localhost/sparql")
    assert (
        ox.Triple(here, ox.NamedNode("http://www.w3.org/ns/sparql-service-description#endpoint"), here)
        in found
    )
    said = [each.object for each in found if each.predicate.value == "https://schema.org/name"]
    names = {each.value for each in said if isinstance(each, ox.Literal)}
    assert {"answer_mb", "deadline_seconds", "memory_mb", "query_kb"} <= names
    expected = triples(release.read("description.ttl"), ox.RdfFormat.TURTLE)
    elsewhere = {each for each in expected if "/sparql>" not in str(each)}
    assert len(elsewhere - found) == 0
    assert len(elsewhere) > 100


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_the_ontology_in_rdf(client: FlaskClient, release: Release, form: RdfForm) -> None:
    names = {".ttl": "turtle", ".jsonld": "json-ld", ".nt": "nt", ".nq": "nquads", ".rdf": "xml"}
    expected = Graph().parse(data=release.read("ontology.ttl"), format="turtle")
    for response in (
        get(client, "/ontology", form.media_type),
        get(client, "/ontology/0.3.0", form.media_type),
        client.get("/ontology" + form.suffix),
    ):
        assert (response.status_code, response.mimetype) == (200, form.media_type)
        found = triples(response.data, form.codec)
        as_text = "".join(f"{triple} .\n" for triple in found)
        assert isomorphic(Graph().parse(data=as_text, format="nt"), expected), names


def test_every_file_of_the_release_is_served_for_ever(client: FlaskClient, release: Release) -> None:
    assert len(release.files) > 10
    for name, file in release.files.items():
        response = client.get(f"/releases/0.3.0/{name}")
        assert (response.status_code, response.mimetype) == (200, file.media_type)
        assert response.data == release.read(name)
        assert response.headers["ETag"] == f'"{file.sha256}"'
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        again = client.get(f"/releases/0.3.0/{name}", headers={"If-None-Match": f'"{file.sha256}"'})
        assert again.status_code == 304


def test_the_start_page_leads_to_the_report_on_the_record(client: FlaskClient) -> None:
    page = get(client, "/", BROWSER).text
    for name, content_type in (("record.md", "text/markdown"), ("record.ttl", "text/turtle")):
        assert f'<a href="/releases/0.3.0/{name}">' in page
        response = client.get(f"/releases/0.3.0/{name}")
        assert response.content_type == f"{content_type}; charset=utf-8"
    assert "## Lighthouses that were never inspected" in client.get("/releases/0.3.0/record.md").text


def test_a_download_can_be_resumed(client: FlaskClient, release: Release) -> None:
    whole = release.read("data.nq")
    response = client.get("/releases/0.3.0/data.nq", headers={"Range": "bytes=100-"})
    assert (response.status_code, response.data) == (206, whole[100:])
    response = client.get("/releases/0.3.0/data.nq", headers={"Range": "bytes=99999999-"})
    assert (response.status_code, response.mimetype) == (416, "application/problem+json")
    assert response.headers["Content-Range"] == f"bytes */{len(whole)}"
