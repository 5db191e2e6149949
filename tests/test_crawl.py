"""Every link leads somewhere: in process, the lighthouses whole and a sample of the real site."""

import pytest
from flask import Flask

from crawl import Crawl, in_process
from kinds import kinds
from markup import Link, Markup, bad_addresses, ill_formed
from pilotgraph.release import Release
from web import serving

PROXY = "https://example.net/below/a-path"


@pytest.fixture(scope="module")
def lights(release: Release) -> Flask:
    return serving(release)


@pytest.fixture(scope="module")
def whole(lights: Flask) -> Crawl:
    """The lighthouses, from the landing page on."""
    return Crawl(in_process(lights.test_client())).everything()


def test_every_link_resolves(whole: Crawl) -> None:
    assert whole.faults == []


def test_every_anchor_exists(whole: Crawl) -> None:
    assert whole.missing_anchors() == []


def test_every_kind_of_page_is_reached(whole: Crawl, release: Release) -> None:
    paths = {name: path for name, path in kinds(release).items() if "?" not in path and name != "nothing"}
    assert {name for name, path in paths.items() if path not in whole.pages} == set()


def test_every_thing_is_reached(whole: Crawl, lights: Flask) -> None:
    site_map = lights.test_client().get("/sitemap.xml").text
    assert site_map.count("<loc>") > 10
    for path in whole.pages:
        if path.startswith("/doc/"):
            assert f"/id/{path.removeprefix('/doc/').removesuffix('.html')}<" in site_map or path in site_map


def test_every_link_keeps_the_path_below_which_a_proxy_shows_the_site(release: Release) -> None:
    below = Crawl(in_process(serving(release, public_url=PROXY).test_client()), "/below/a-path")
    for path in kinds(release).values():
        below.read(path)
    assert below.faults == []
    assert {*below.pages} == {*kinds(release).values()}


def test_links_of_a_sample_of_the_real_site_resolve(real_release: Release) -> None:
    crawl = Crawl(in_process(serving(real_release).test_client()), strict=False)
    targets = {target for path in kinds(real_release).values() for target in crawl.read(path)}
    assert crawl.faults == []
    assert crawl.missing_anchors() == []
    things = sorted(target for target in targets if target.startswith("/id/"))
    assert len(things) > 500
    assert {crawl.get(thing).status for thing in things} == {303}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('<img src="/a.svg">', "an image without a text: /a.svg"),
        ("<p onclick='x()'>", "<p onclick='x()'>"),
        ("<p style='x'>", "<p style='x'>"),
        ("<script>x()</script>", "an inline script: <script>"),
        ("<p id=a><p id=a>", "#a is there 2 times"),
        ("<style>p{}</style>", "<style>"),
    ],
)
def test_markup_that_this_site_never_sends_is_named(text: str, fault: str) -> None:
    assert Markup(text).faults == [fault]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:x()",
            "mailto:a@example.org",
            "data:text/html,x",
            "file:///etc/passwd",
            "//example.org/",
        ),
        *("", "/a b", "https://", "https:///path", "http://exa mple.org/", "/a\nb", "https://a|b/"),
    ],
)
def test_an_address_that_no_browser_should_follow_is_named(url: str) -> None:
    assert list(bad_addresses([Link("a", url)])) != []


@pytest.mark.parametrize(
    "url", ["https://example.org/a?b=c#d", "http://[::1]:80/", "/a/þóra", "#here", "?page=2"]
)
def test_an_address_may_be_followed(url: str) -> None:
    assert list(bad_addresses([Link("a", url)])) == []


def test_markup_that_browsers_must_guess_at_is_named() -> None:
    good = "<!doctype html><html lang=en><title>a</title><p>b"
    assert ill_formed(good) == ""
    assert "unexpected-end-tag" in ill_formed(f"{good}</b>")
