"""The catalogue names what a portal reads, says what each is, and is the same from release to release."""

import hashlib
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from rdflib import DCTERMS, FOAF, PROV, RDF, RDFS, SKOS, VOID, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from pilotgraph import formats
from pilotgraph.build import build
from pilotgraph.dcat_ap import VCARD, add_history, add_standard, catalogue, catalogue_iri, write_json_ld
from pilotgraph.description import DCAT, SPDX
from pilotgraph.distributions import DCATAP
from pilotgraph.formats import JSON_LD, RDF_XML, TURTLE
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.responses import RdfForm
from portals import EU, replace, tell_all
from web import BROWSER, LIGHTS, get, serving

DATASET, TOP, SERVICE = URIRef(LIGHTS), URIRef(f"{LIGHTS}catalog"), URIRef(f"{LIGHTS}sparql")
GEO = "http://www.opengis.net/ont/geosparql#"
KEEPER = URIRef("https://example.org/people/keeper-of-examples")


@pytest.fixture(scope="module")
def told(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Release, Release]:
    """Two releases of a project that says all there is to say: 0.3.0, and the next."""
    project = tell_all(lighthouses, tmp_path_factory.mktemp("told") / "lights")
    first = build(project, project / "dist")
    replace(project / "data/dataset.yaml", "edition: 0.3.0", "edition: 0.4.0")
    return first, build(project, project / "dist")


@pytest.fixture(scope="module")
def graph(told: tuple[Release, Release]) -> Graph:
    return read(told[0])


def read(release: Release) -> Graph:
    return Graph().parse(data=release.read("catalog.ttl"), format="turtle")


def distributions(graph: Graph) -> dict[str, str]:
    """The file of each distribution, by the name of the distribution."""
    found = graph.objects(DATASET, DCAT.distribution)
    return {str(each): str(graph.value(each, DCAT.downloadURL)) for each in found}


@pytest.mark.parametrize(
    ("subject", "term", "value"),
    [
        pytest.param(TOP, RDF.type, DCAT.Catalog, id="there is a catalogue"),
        pytest.param(TOP, DCAT.dataset, DATASET, id="of the dataset"),
        pytest.param(TOP, DCAT.service, SERVICE, id="and of its endpoint"),
        pytest.param(TOP, DCTERMS.publisher, KEEPER, id="the dataset's publisher is the catalogue's"),
        pytest.param(TOP, DCAT.themeTaxonomy, URIRef(f"{EU}data-theme"), id="the list the code is from"),
        pytest.param(TOP, FOAF.homepage, DATASET, id="the landing page is the home page"),
        pytest.param(DATASET, DCTERMS.identifier, Literal(DATASET), id="a dataset is identified by its IRI"),
        pytest.param(DATASET, DCTERMS.conformsTo, URIRef(f"{LIGHTS}ontology/0.3.0"), id="the ontology"),
        pytest.param(DATASET, PROV.wasGeneratedBy, URIRef(f"{LIGHTS}releases/0.3.0#build"), id="its build"),
        pytest.param(DATASET, DCAT.version, Literal("0.3.0"), id="its version"),
        pytest.param(SERVICE, DCAT.endpointURL, SERVICE, id="where the endpoint is"),
        pytest.param(SERVICE, DCAT.servesDataset, DATASET, id="what it serves"),
        pytest.param(SERVICE, DCAT.contactPoint, URIRef(f"{LIGHTS}#contact"), id="whom to ask about it"),
        pytest.param(
            SERVICE,
            DCTERMS.conformsTo,
            URIRef("https://www.w3.org/TR/sparql11-protocol/"),
            id="how it is asked",
        ),
        pytest.param(KEEPER, FOAF.name, Literal("Keeper of examples", lang="en"), id="an agent's name"),
        pytest.param(KEEPER, RDF.type, FOAF.Agent, id="an organisation is an agent"),
        pytest.param(
            URIRef(f"{LIGHTS}#contact"), VCARD.fn, Literal("Keeper of examples", lang="en"), id="a contact's"
        ),
        pytest.param(
            URIRef(f"{EU}data-theme/TRAN"), SKOS.prefLabel, Literal("Transport", lang="en"), id="a code's"
        ),
        pytest.param(URIRef(f"{EU}data-theme/TRAN"), RDF.type, SKOS.Concept, id="a code is a concept"),
        pytest.param(
            URIRef(f"{EU}data-theme"), DCTERMS.title, Literal("Data theme", lang="en"), id="a list's"
        ),
        pytest.param(
            URIRef("https://sws.geonames.org/6269131/"),
            DCAT.centroid,
            Literal("POINT(-1 52)", datatype=URIRef(f"{GEO}wktLiteral")),
            id="a point is written in WKT",
        ),
    ],
)
def test_the_catalogue_says(graph: Graph, subject: URIRef, term: URIRef, value: URIRef | Literal) -> None:
    assert (subject, term, value) in graph


def test_there_is_one_dataset_and_nothing_that_a_portal_does_not_read(graph: Graph) -> None:
    assert list(graph.subjects(RDF.type, DCAT.Dataset)) == [DATASET]
    terms = {str(term) for term in graph.predicates()}
    assert {term for term in terms if term.startswith(str(VOID))} == {str(VOID.triples)}
    assert not [term for term in terms if "sparql-service-description" in term or "/dqv" in term]
    assert not [term for triple in graph for term in triple if isinstance(term, BNode)]
    assert not list(graph.subjects(RDF.type, RDFS.Resource))


def test_every_file_of_data_is_a_distribution_with_its_size_and_hash(
    graph: Graph, told: tuple[Release, Release]
) -> None:
    release = told[0]
    offered = {path for path in release.files if path.startswith(("data.", "graphs/", "tables/"))}
    assert len(offered) > 50
    found = distributions(graph)
    assert found == {f"{LIGHTS}#{path}": f"{LIGHTS}releases/0.3.0/{path}" for path in offered}
    for path in offered:
        distribution, content = URIRef(f"{LIGHTS}#{path}"), release.read(path)
        assert str(graph.value(distribution, DCAT.byteSize)) == str(len(content))
        (checksum,) = graph.objects(distribution, SPDX.checksum)
        assert str(graph.value(checksum, SPDX.checksumValue)) == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("form", [RDF_XML, JSON_LD], ids=lambda form: form.name)
def test_each_format_says_the_same(told: tuple[Release, Release], form: RdfForm) -> None:
    written, turtle = (
        formats.parse(told[0].read(f"catalog{each.suffix}"), each, LIGHTS) for each in (form, TURTLE)
    )
    assert {quad.triple for quad in written} == {quad.triple for quad in turtle}


def test_the_json_ld_is_compact_and_in_order(told: tuple[Release, Release]) -> None:
    content = json.loads(told[0].read("catalog.jsonld"))
    names = [node["@id"] for node in content["@graph"]]
    assert names == sorted(names)
    (dataset,) = (node for node in content["@graph"] if node["@id"] == LIGHTS)
    assert dataset["dcat:keyword"] == [
        {"@language": "en", "@value": "lamp"},
        {"@language": "en", "@value": "tower"},
    ]


def test_the_next_release_has_the_same_names_and_other_files(told: tuple[Release, Release]) -> None:
    before, after = (distributions(read(release)) for release in told)
    assert before.keys() == after.keys()
    assert {each.replace("/0.3.0/", "/0.4.0/") for each in before.values()} == set(after.values())
    assert set(before.values()).isdisjoint(after.values())


def test_of_a_project_that_says_little_little_is_said(release: Release) -> None:
    graph = read(release)
    assert (TOP, DCAT.dataset, DATASET) in graph
    assert (DATASET, DCTERMS.publisher, KEEPER) in graph
    assert not list(graph.predicate_objects(KEEPER)) or not list(graph.objects(KEEPER, FOAF.name))
    for term in (DCAT.contactPoint, DCAT.keyword, DCTERMS.spatial, DCTERMS.temporal, DCTERMS.language):
        assert not list(graph.objects(None, term))
    assert not list(graph.objects(TOP, DCAT.themeTaxonomy))
    assert not list(graph.objects(None, DCATAP.availability))
    assert list(graph.objects(TOP, DCTERMS.modified)) == [Literal("2026-11-01", datatype=XSD.date)]


def test_earlier_versions_are_named_in_their_order_and_are_no_datasets() -> None:
    graph = Graph()
    graph.add((DATASET, DCAT.version, Literal("3.0")))
    earlier = [
        (f"{LIGHTS}releases/2.0", "2.0", "2026-02-02"),
        (f"{LIGHTS}releases/1.0", "1.0", "2026-01-01T10:00:00Z"),
    ]
    add_history(graph, LIGHTS, f"{LIGHTS}releases/3.0#build", earlier)
    found = catalogue(graph, LIGHTS)
    two, one = (URIRef(iri) for iri, _, _ in earlier)
    assert set(found.triples((None, DCAT.previousVersion, None))) == {
        (DATASET, DCAT.previousVersion, two),
        (two, DCAT.previousVersion, one),
    }
    assert set(found.predicate_objects(one)) == {
        (DCTERMS.isVersionOf, DATASET),
        (DCAT.version, Literal("1.0")),
        (DCTERMS.issued, Literal("2026-01-01", datatype=XSD.date)),
    }


def test_an_ontology_without_a_version_is_no_standard() -> None:
    graph, terms = Graph(), f"{LIGHTS}ontology"
    titled = ox.Triple(ox.NamedNode(terms), ox.NamedNode(DCTERMS.title), ox.Literal("Lights"))
    add_standard(graph, LIGHTS, [titled], terms)
    assert set(graph) == set()


def test_making_the_catalogue_leaves_the_description_as_it_is() -> None:
    graph = Graph()
    graph.add((DATASET, DCTERMS.title, Literal("Lights", lang="en")))
    catalogue(graph, LIGHTS)
    assert set(graph) == {(DATASET, DCTERMS.title, Literal("Lights", lang="en"))}


def test_json_ld_has_the_prefixes_that_occur() -> None:
    graph = Graph()
    graph.add((catalogue_iri(LIGHTS), DCTERMS.issued, Literal("2026-01-01", datatype=XSD.date)))
    prefixes = {"dcterms": str(DCTERMS), "foaf": str(FOAF), "xsd": str(XSD)}
    written = json.loads(write_json_ld(graph, prefixes))
    assert written == {
        "@context": {"dcterms": str(DCTERMS), "xsd": str(XSD)},
        "@graph": [
            {"@id": str(TOP), "dcterms:issued": {"@type": "xsd:date", "@value": "2026-01-01"}},
        ],
    }


@pytest.fixture(scope="module")
def client(told: tuple[Release, Release]) -> FlaskClient:
    return serving(told[0]).test_client()


@pytest.mark.parametrize(
    ("path", "accept", "name", "media_type"),
    [
        pytest.param("/catalog", None, "catalog.ttl", "text/turtle", id="a harvester that prefers nothing"),
        pytest.param("/catalog", "*/*", "catalog.ttl", "text/turtle", id="one that takes anything"),
        pytest.param(
            "/catalog", "application/rdf+xml", "catalog.rdf", "application/rdf+xml", id="one of RDF/XML"
        ),
        pytest.param(
            "/catalog.jsonld", "text/turtle", "catalog.jsonld", "application/ld+json", id="a suffix decides"
        ),
    ],
)
def test_the_server_sends_the_catalogue_of_the_release(
    client: FlaskClient,
    told: tuple[Release, Release],
    path: str,
    accept: str | None,
    name: str,
    media_type: str,
) -> None:
    response = get(client, path, accept)
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert response.data == told[0].read(name)
    again = client.get(path, headers={"Accept": accept or "*/*", "If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_formats_that_the_release_has_no_file_of_are_written(client: FlaskClient, graph: Graph) -> None:
    response = get(client, "/catalog.nt")
    assert response.status_code == 200
    assert isomorphic(Graph().parse(data=response.data, format="nt"), graph)


def test_a_person_is_led_to_the_page_which_leads_to_the_catalogue(client: FlaskClient) -> None:
    response = get(client, "/catalog", BROWSER)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert 'href="/catalog.ttl"' in get(client, "/", BROWSER).text


@pytest.mark.parametrize("path", ["/catalog.html", "/catalog.csv"])
def test_what_the_catalogue_is_not_written_in_is_not_there(client: FlaskClient, path: str) -> None:
    assert get(client, path).status_code == 404


def test_a_release_from_before_there_was_a_catalogue_has_none(release: Release, tmp_path: Path) -> None:
    left_out = (MANIFEST, CHECKSUMS, "catalog.ttl", "catalog.rdf", "catalog.jsonld")
    files = {name: release.read(name) for name in release.files if name not in left_out}
    client = serving(write(tmp_path, release.version, files)).test_client()
    assert get(client, "/catalog").status_code == 404
    assert "/catalog" not in get(client, "/", BROWSER).text
    assert "/catalog" not in get(client, "/", BROWSER).headers["Link"]
