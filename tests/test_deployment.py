"""What a site says of itself is enough to know what to ask it for; the rest is in test_check.py."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pilotgraph.deployment import NoSite, Site, discover
from pilotgraph.release import Release

SILENT = "https://example.org/lights/"


class Files(BaseHTTPRequestHandler):
    """Gives what `content` has for a path."""

    content: dict[str, bytes] = {}  # noqa: RUF012 - set by each test

    def do_GET(self) -> None:
        found = self.content.get(self.path.partition("?")[0])
        self.send_response(200 if found is not None else 404)
        self.end_headers()
        self.wfile.write(found or b"")

    def log_message(self, *_: object) -> None:
        """Tell nobody."""


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Files, "content", {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_site_without_sitemap_or_endpoint_is_still_known(url: str, release: Release) -> None:
    Files.content.update({"/": release.read("description.ttl"), "/ontology": release.read("ontology.ttl")})
    assert discover(url) == Site(
        url,
        SILENT,
        f"{SILENT}id/",
        [f"{SILENT}id/keeper/board-of-made-up-lights", f"{SILENT}id/lighthouse/kestrel-point"],
        {
            "thing": "keeper/board-of-made-up-lights",
            "graph": "graph/about",
            "ontology_version": "0.3.0",
            "dump": "0.3.0/data.ttl",
            "release": "0.3.0",
        },
    )


def test_an_index_of_sitemaps_leads_to_the_pages(url: str, release: Release) -> None:
    start = b'<?xml version="1.0"?><%s xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    Files.content.update(
        {
            "/": release.read("description.ttl"),
            "/ontology": release.read("ontology.ttl"),
            "/sitemap.xml": start % b"sitemapindex"
            + b"<sitemap><loc>https://elsewhere.example/sitemap-0.xml</loc></sitemap></sitemapindex>",
            "/sitemap-0.xml": start % b"urlset"
            + b"<url><loc>https://elsewhere.example/browse/Tower</loc></url>"
            + b"<url><loc>https://elsewhere.example/queries/how-high</loc></url></urlset>",
        }
    )
    names = discover(url).names
    assert (names["class"], names["question"], "view" in names) == ("Tower", "how-high", False)


def test_an_index_that_leads_to_itself_has_an_end(url: str, release: Release) -> None:
    Files.content.update(
        {
            "/": release.read("description.ttl"),
            "/ontology": release.read("ontology.ttl"),
            "/sitemap.xml": b'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            b"<sitemap><loc>https://elsewhere.example/sitemap.xml</loc></sitemap></sitemapindex>",
        }
    )
    assert "class" not in discover(url).names


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"<html>", "does not answer with Turtle, but with status 200", id="a page"),
        pytest.param(b"", "describes 0 datasets with an endpoint; one is wanted", id="nothing"),
    ],
)
def test_what_describes_no_dataset_is_no_site(url: str, content: bytes, said: str) -> None:
    Files.content["/"] = content
    with pytest.raises(NoSite, match=said):
        discover(url)
