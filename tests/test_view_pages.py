"""Pictures over HTTP: a gallery, and for each a page with its table and its query, and its files."""

import json
import re

import pytest
from flask import Flask

from pilotgraph.edition import Edition
from pilotgraph.pictures import published_pictures
from pilotgraph.release import Release
from web import BROWSER, get, serving


@pytest.fixture(scope="module")
def app(release: Release) -> Flask:
    return serving(release)


@pytest.fixture(scope="module")
def real_app(real_release: Release) -> Flask:
    return serving(real_release)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/views", "text/html"),
        ("/views/heights", "text/html"),
        ("/views/heights.svg", "image/svg+xml"),
        ("/views/heights.dark.svg", "image/svg+xml"),
        ("/views/heights.csv", "text/csv"),
        ("/views/heights.json", "application/json"),
        ("/views/heights.vl.json", "application/json"),
        ("/views/heights.rq", "application/sparql-query"),
    ],
)
def test_each_address_answers(app: Flask, release: Release, path: str, media_type: str) -> None:
    answer = get(app.test_client(), path, BROWSER)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    if "." in path:
        assert answer.data == release.read(path.removeprefix("/"))
    tag = answer.headers["ETag"]
    assert app.test_client().get(path, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/html"),
        ("image/svg+xml", "image/svg+xml"),
        ("text/csv;q=0.5, application/json", "application/json"),
        ("text/csv", "text/csv"),
    ],
)
def test_a_program_gets_the_picture_or_the_data_by_accept(
    app: Flask, accept: str | None, media_type: str
) -> None:
    answer = get(app.test_client(), "/views/heights", accept)
    assert (answer.status_code, answer.mimetype) == (200, media_type)
    assert "Accept" in answer.headers["Vary"]
    assert f'type="{media_type}"' not in answer.headers["Link"]
    assert answer.headers["Link"].count('rel="alternate"') == 3


@pytest.mark.parametrize(
    "path",
    ["/views/none", "/views/heights.png", "/views/heights.dark", "/views/.svg", "/views/heights.svg.svg"],
)
def test_what_is_no_picture_is_not_found(app: Flask, path: str) -> None:
    assert get(app.test_client(), path).status_code == 404


def test_a_page_shows_picture_table_and_query(app: Flask) -> None:
    text = get(app.test_client(), "/views/heights", BROWSER).text
    assert '<source srcset="/views/heights.dark.svg" media="(prefers-color-scheme: dark)">' in text
    assert 'alt="Bars for 8 lighthouses, from 9.1 to 102 metres; 5 let nobody in."' in text
    # A thing is called by its label, and leads to its page; the label is no column of its own.
    assert re.search(r'<a href="/id/lighthouse/gannet-stack"[^>]*>Gannet Stack</a>', text)
    assert re.findall(r'<th scope="col"[^>]*>([^<]+)', text) == ["lighthouse", "height", "visitors"]
    assert 'href="/sparql?query=%23%20title' in text
    assert "Show the table" not in text


def test_a_long_table_is_folded(real_app: Flask) -> None:
    assert "Show the table" in get(real_app.test_client(), "/views/sites-on-a-map", BROWSER).text


def test_the_gallery_has_all_pictures(real_app: Flask, real_release: Release) -> None:
    text = get(real_app.test_client(), "/views", BROWSER).text
    for picture in published_pictures(real_release):
        assert f'href="/views/{picture.name}"' in text
        assert f'width="{picture.width}" height="{picture.height}"' in text


def test_every_picture_of_the_real_data_has_its_page(real_app: Flask, real_release: Release) -> None:
    for picture in published_pictures(real_release):
        answer = get(real_app.test_client(), f"/views/{picture.name}", BROWSER)
        assert answer.status_code == 200
        assert "{" not in picture.alt + picture.about + picture.note
        rows = json.loads(real_release.read(f"views/{picture.name}.json"))
        assert f"{len(rows):,}<span" in answer.text


def test_without_pictures_there_is_no_gallery(release: Release) -> None:
    app = serving(release)
    site = app.jinja_env.globals["site"]
    assert isinstance(site, Edition)
    site.views.clear()
    assert get(app.test_client(), "/views").status_code == 404


def test_below_a_prefix_links_lead_to_it(release: Release) -> None:
    app = serving(release, public_url="https://example.net/below")
    text = get(app.test_client(), "/views/heights", BROWSER).text
    assert 'src="/below/views/heights.svg"' in text
    assert 'href="/below/views/heights.csv"' in text
