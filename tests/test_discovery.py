"""What programs look for at addresses that they know beforehand."""

import urllib.robotparser
from pathlib import Path

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release, write
from pilotgraph.responses import RdfForm
from releases_beside import files_of, history, record
from web import BROWSER, get, serving, triples


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


@pytest.mark.parametrize(
    ("accept", "path"),
    [
        pytest.param(None, "/void.ttl", id="a crawler that says nothing"),
        pytest.param("*/*", "/void.ttl", id="one that takes anything"),
        pytest.param("application/rdf+xml, text/turtle;q=0.5", "/void.rdf", id="one that prefers RDF/XML"),
        pytest.param("application/n-quads", "/void.nq", id="one that takes N-Quads"),
        pytest.param(BROWSER, "/", id="a person"),
    ],
)
def test_the_well_known_address_leads_to_the_description(
    client: FlaskClient, accept: str | None, path: str
) -> None:
    response = get(client, "/.well-known/void", accept)
    assert (response.status_code, response.headers["Location"]) == (302, path)
    assert response.headers["Vary"] == "Accept"
    assert get(client, path, accept).status_code == 200


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_the_description_has_an_address_in_each_format(
    client: FlaskClient, release: Release, form: RdfForm
) -> None:
    response = client.get(f"/void{form.suffix}")
    assert (response.status_code, response.mimetype) == (200, form.media_type)
    assert triples(response.data, form.codec) == triples(release.read("description.ttl"), ox.RdfFormat.TURTLE)


@pytest.mark.parametrize("path", ["/void.html", "/void.exe", "/void", "/.well-known/other", "/sitemap-9.xml"])
def test_what_is_not_known_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("prefix", ["", "/flora"])
def test_crawlers_may_read_pages_and_no_endless_views(release: Release, prefix: str) -> None:
    client = serving(release, public_url=prefix and f"https://example.net{prefix}").test_client()
    text = client.get("/robots.txt").text
    assert f"Allow: {prefix}/static/\nDisallow: {prefix}/*?\n" in text
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(text.splitlines())
    for path in ("/", "/doc/lighthouse/kestrel-point.html", "/browse/Lighthouse"):
        assert robots.can_fetch("anyone", f"https://example.net{prefix}{path}")
    origin = f"https://example.net{prefix}" if prefix else "http://localhost"
    assert robots.site_maps() == [f"{origin}/sitemap.xml"]


@pytest.mark.parametrize("path", ["/contract", "/robots.txt", "/sitemap.xml", "/void.ttl"])
def test_what_a_client_has_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert "Last-Modified" not in first.headers, "code can change it too"


@pytest.mark.parametrize("path", ["/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/feed.atom"])
def test_what_stands_in_the_release_as_it_is_sent_has_its_day(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    day = first.headers["Last-Modified"]
    assert day == "Sun, 01 Nov 2026 00:00:00 GMT"
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    assert client.get(path, headers={"If-Modified-Since": day}).status_code == 304
    for other in (
        {"If-Modified-Since": "Sat, 31 Oct 2026 00:00:00 GMT"},
        {"If-Modified-Since": "Sun, 01 Nov 2026 09:00:00 GMT"},
        {"If-Modified-Since": day, "If-None-Match": 'W/"another"'},
        {"If-Modified-Since": "today"},
    ):
        assert client.get(path, headers=other).status_code == 200, other


def test_the_catalogue_in_a_form_that_is_written_for_the_client_has_no_day(client: FlaskClient) -> None:
    assert "Last-Modified" not in client.get("/catalog.nt").headers


def test_two_releases_of_one_day_are_not_told_apart_by_it(release: Release, tmp_path: Path) -> None:
    known = history(
        record("0.2.0", "0" * 64, "2026-11-01"),
        record("0.3.0", release.files["data.nq"].sha256, "2026-11-01", "0.2.0"),
    )
    served = write(tmp_path, "0.3.0", {**files_of(release), "history.ttl": known})
    client = serving(served).test_client()
    assert "Last-Modified" not in client.get("/catalog.ttl").headers
    assert "Last-Modified" in client.get("/releases/0.3.0/catalog.ttl").headers
