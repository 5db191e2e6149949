"""What programs look for at addresses that they know beforehand."""

import urllib.robotparser

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release
from pilotgraph.responses import RdfForm
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
