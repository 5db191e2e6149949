"""The pages of releases: what was published, and each with its files, for people and for programs."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import DCTERMS, PROV, RDF, Graph, Literal, URIRef

from pilotgraph.description import DCAT
from pilotgraph.release import Release
from releases_beside import Beside, put_beside, rebuilt
from web import BROWSER, LIGHTS, get, serving

TAGS = re.compile("<[^>]+>")


@pytest.fixture(scope="module")
def beside(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Beside:
    return put_beside(release, tmp_path_factory.mktemp("beside"))


@pytest.fixture(scope="module")
def client(beside: Beside) -> FlaskClient:
    return serving(beside.served).test_client()


def words(page: str) -> str:
    """What a page says, without markup."""
    return " ".join(TAGS.sub(" ", page).split())


def test_all_releases_are_listed_newest_first_with_what_changed(client: FlaskClient) -> None:
    page = get(client, "/releases", BROWSER).text
    assert re.findall(r'<a href="/releases/([\d.]+)">\1</a>', page) == ["0.3.0", "0.2.0", "0.1.0"]
    for text in (
        "0.3.0 shown by this site 2026-11-01 1,234 things: 2 added, 1 changed",
        "0.2.0 2026-03-04 1,234 no differences",
        "0.1.0 2026-01-02 1,234 the first release",
    ):
        assert text in words(page)


def test_what_was_never_published_is_not_said_to_be(release: Release) -> None:
    client = serving(release).test_client()
    assert "version 0.3.0 , which is not recorded as published" in words(get(client, "/releases").text)
    page = words(get(client, "/releases/0.3.0").text)
    assert "This version is not on record as published yet." in page
    assert "What changed" not in page
    graph = Graph().parse(data=get(client, "/releases", "text/turtle").data, format="turtle")
    about = URIRef(f"{LIGHTS}releases/0.3.0")
    assert set(graph) == {
        (about, DCTERMS.isVersionOf, URIRef(LIGHTS)),
        (about, DCAT.version, Literal("0.3.0")),
    }


def test_a_build_with_the_number_of_another_release_is_not_said_to_be_it(
    beside: Beside, tmp_path: Path
) -> None:
    build = rebuilt(beside.served, tmp_path)
    client = serving(build).test_client()
    listed = words(get(client, "/releases", BROWSER).text)
    assert "This site shows a build that carries the number of 0.3.0 but not its data." in listed
    assert "shown by this site" not in listed
    page = get(client, "/releases/0.3.0", BROWSER).text
    assert "This build carries the number of 0.3.0 but not its data." in words(page)
    assert build.files["data.nq"].sha256 in page, "of the files that are there"
    sha256 = beside.served.files["data.nq"].sha256
    assert f"The data that were published, as sorted N-Quads, have the SHA-256 {sha256}" in words(page)
    graph = Graph().parse(data=client.get("/releases/0.3.0.ttl").data, format="turtle")
    assert not set(graph.subjects(RDF.type, PROV.Activity)), "what it was made by made something else"


def test_what_was_published_has_the_page_and_not_a_build_with_its_number(
    release: Release, tmp_path: Path
) -> None:
    beside = put_beside(release, tmp_path)
    client = serving(rebuilt(beside.served, tmp_path)).test_client()
    page = get(client, "/releases/0.3.0", BROWSER).text
    assert "This site shows a build that carries the number of 0.3.0 but not its data." in words(page)
    assert beside.served.files["data.nq"].sha256 in page
    graph = Graph().parse(data=client.get("/releases/0.3.0.ttl").data, format="turtle")
    assert set(graph.subjects(RDF.type, PROV.Activity))


def test_a_release_lists_every_file_with_what_it_is(client: FlaskClient, beside: Beside) -> None:
    page = get(client, "/releases/0.3.0", BROWSER).text
    for name, file in beside.served.files.items():
        assert f'href="/releases/0.3.0/{name}"' in page
        assert file.sha256 in words(page), name
        assert f'id="{name}"' in page, "the fragment of its distribution's IRI"
    for text in (
        "The whole dataset",
        "Tables for spreadsheets",
        "data.nq all data, by named graph application/n-quads",
        "SHA256SUMS the SHA-256 of every file text/plain",
        "sha256sum --check --ignore-missing SHA256SUMS",
        "Identifier.csv-metadata.json what the columns of Identifier mean",
        "2 added kestrel-point north-teal",
        "1 changed south-teal",
        f"Lighthouses of a made-up coast , version 0.3.0, 2026-11-01. creativecommons.org/licenses/by/4.0."
        f" {LIGHTS}releases/0.3.0",
    ):
        assert text in words(page)
    assert "Other files" not in page, "every file has its group"


def test_an_older_release_has_its_page_and_files(client: FlaskClient, beside: Beside) -> None:
    page = get(client, "/releases/0.2.0", BROWSER).text
    assert "This site shows version 0.3.0" in words(page)
    assert beside.older.files["data.nq"].sha256 in page
    assert 'href="/releases/0.2.0/data.nq"' in page


def test_a_release_that_is_elsewhere_has_a_page_too(client: FlaskClient) -> None:
    page = get(client, "/releases/0.1.0", BROWSER)
    assert page.status_code == 200
    assert "The files of this release are not kept here." in words(page.text)
    assert "sha256sum" not in page.text


@pytest.mark.parametrize(
    "path", ["/releases/0.4.0", "/releases/0.4.0.ttl", "/releases/0.3.0.html", "/releases.html"]
)
def test_there_is_no_page_of_what_is_not_a_release(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0", "0.3.0"])
def test_the_iri_of_a_release_gives_rdf_to_programs(client: FlaskClient, version: str) -> None:
    response = get(client, f"/releases/{version}", "text/turtle")
    graph = Graph().parse(data=response.data, format="turtle")
    about = URIRef(f"{LIGHTS}releases/{version}")
    assert graph.value(about, DCTERMS.isVersionOf) == URIRef(LIGHTS)
    assert str(graph.value(about, DCAT.version)) == version
    assert {str(each).partition("#")[0] for each in graph.subjects() if str(each).startswith(LIGHTS)} == {
        str(about)
    }
    assert client.get(f"/releases/{version}.ttl").data == response.data


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0", "0.3.0"])
def test_a_slash_too_many_leads_to_the_release(beside: Beside, version: str) -> None:
    client = serving(beside.served, public_url="https://example.net/lights").test_client()
    response = client.get(f"/releases/{version}/")
    assert (response.status_code, response.headers["Location"]) == (308, f"/lights/releases/{version}")


def test_releases_link_to_the_ones_before(client: FlaskClient) -> None:
    assert '</releases/0.2.0>; rel="predecessor-version"' in client.get("/releases/0.3.0").headers["Link"]
    assert "predecessor-version" not in client.get("/releases/0.1.0").headers["Link"]


def test_the_start_page_offers_few_files_and_leads_to_all(client: FlaskClient) -> None:
    page = get(client, "/", BROWSER).text
    part = page.partition('<section id="data">')[2].partition("</section>")[0]
    files = re.findall(r'<th scope="row"><a href="/releases/0.3.0/([^"]+)">', part)
    assert files[:2] == ["data.ttl", "data.nq"]
    assert len(files) <= 6
    assert 'href="/releases/0.3.0">All ' in part
    assert 'href="/releases/0.3.0#tables">a table for each class</a>' in part
    for name in (*files, "data.nq.gz"):
        assert f'id="{name}"' in part, "the fragment of its distribution's IRI"
    assert 'id="tables"' in get(client, "/releases/0.3.0").text
