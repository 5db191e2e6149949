"""Sitemaps: every page once, each known to the site, in as many files as it takes."""

from itertools import chain
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from pyoxigraph import Quad

from pilotgraph import sitemap
from pilotgraph.formats import N_QUADS, parse
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.store import Answer, LocalStore, Query
from web import LIGHTS, serving

PUBLIC = "https://example.net/flora"
MODIFIED = "http://purl.org/dc/terms/modified"


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release, public_url=PUBLIC).test_client()


def places(client: FlaskClient, path: str = "/sitemap.xml") -> list[str]:
    response = client.get(path)
    assert (response.status_code, response.mimetype) == (200, "application/xml")
    return [each.text or "" for each in ET.fromstring(response.data).iter(f"{{{sitemap.SPACE}}}loc")]


def things(release: Release) -> set[str]:
    quads: list[Quad] = parse(release.read("data.nq"), N_QUADS, LIGHTS)
    subjects = {str(quad.subject)[1:-1] for quad in quads}
    return {each for each in subjects if each.startswith(f"{LIGHTS}id/")}


def test_every_page_is_there_once_and_answers(client: FlaskClient, release: Release) -> None:
    found = places(client)
    assert len(found) == len(set(found))
    documents = [each for each in found if "/doc/" in each]
    assert len(documents) == len(things(release)) > 10
    for each in found:
        assert each.startswith(f"{PUBLIC}/")
        assert client.get(urlsplit(each).path.removeprefix("/flora")).status_code == 200, each
    local = {each.removeprefix(PUBLIC) for each in found}
    assert {"/", "/browse", "/browse/Lighthouse", "/contract", "/ontology", "/queries"} <= local
    assert {"/queries/highest-lights", "/doc/lighthouse/v%C3%ADfilsey.html"} <= local
    assert {"/guide", "/ontology/term/Lighthouse", "/views", "/views/heights"} <= local


def test_what_is_too_much_for_one_file_is_in_several(
    client: FlaskClient, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = places(client)
    monkeypatch.setattr(sitemap, "MOST", 5)
    parts = places(serving(release, public_url=PUBLIC).test_client())
    total = -(-len(things(release)) // 5)
    assert parts == [f"{PUBLIC}/sitemap-{number}.xml" for number in range(total + 1)]
    several = serving(release, public_url=PUBLIC).test_client()
    found = [places(several, urlsplit(part).path.removeprefix("/flora")) for part in parts]
    assert all(len(each) <= 5 for each in found[1:])
    assert sorted(chain.from_iterable(found)) == sorted(whole)
    assert several.get(f"/sitemap-{total + 1}.xml").status_code == 404


@pytest.mark.parametrize(("room", "whole"), [(0, True), (-1, False)], ids=["just enough", "one too few"])
def test_a_file_has_no_more_pages_than_it_may(
    client: FlaskClient, release: Release, monkeypatch: pytest.MonkeyPatch, room: int, whole: bool
) -> None:
    found = places(client)
    monkeypatch.setattr(sitemap, "MOST", len(found) + room)
    again = places(serving(release, public_url=PUBLIC).test_client())
    assert again == (found if whole else [f"{PUBLIC}/sitemap-{number}.xml" for number in range(2)])


def test_many_files_are_made_once_each(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap, "MOST", 2)
    asked: list[str] = []
    store = LocalStore(release)
    answer = store.query

    def query(asking: Query) -> Answer:
        asked.append(asking.text)
        return answer(asking)

    monkeypatch.setattr(store, "query", query)
    several = serving(release, store, PUBLIC).test_client()
    paths = [urlsplit(each).path.removeprefix("/flora") for each in places(several)]
    assert len(paths) > 6
    for _ in range(2):
        for path in paths:
            places(several, path)
    assert len([each for each in asked if "OFFSET" in each]) == len(paths) - 1


def test_the_day_of_the_last_change_is_told_only_where_it_is_known(
    release: Release, tmp_path_factory: pytest.TempPathFactory
) -> None:
    files = {name: release.read(name) for name in release.files if name not in (MANIFEST, CHECKSUMS)}
    date = '"2026-05-01"^^<http://www.w3.org/2001/XMLSchema#date>'
    said = f"<{LIGHTS}id/lighthouse/kestrel-point> <{MODIFIED}> {date} <{LIGHTS}graph/others> .\n"
    files["data.nq"] += said.encode()
    dated = write(tmp_path_factory.mktemp("dated"), release.version, files)
    content = serving(dated).test_client().get("/sitemap.xml").text
    assert content.count("<lastmod>") == 1
    assert "/doc/lighthouse/kestrel-point.html</loc><lastmod>2026-05-01</lastmod>" in content
