"""An export of the lighthouses: whole, linked, the same each time, and the site that the server shows."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pyoxigraph as ox
import pytest

from conftest import COMMAND, Client
from file_host import dead_links, hosting, pages
from markup import Markup, ill_formed
from pilotgraph.errors import ExportError
from pilotgraph.export import exporter, twin
from pilotgraph.export.directory import MARKER, marker
from pilotgraph.export.exporter import Exported, export
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release
from pilotgraph.sitemap import SPACE
from web import KESTREL, LIGHTS, get, serving, triples

BELOW = "/below/a-path"
PUBLIC = f"https://example.net{BELOW}"
SUFFIXES = (".html", *(form.suffix for form in RDF_FORMATS))


@pytest.fixture(scope="module")
def exported(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(release, tmp_path_factory.mktemp("hosts") / BELOW[1:], PUBLIC)


@pytest.fixture(scope="module")
def host(exported: Exported) -> Iterator[str]:
    """The root of a host that shows the export below a path."""
    with hosting(exported.path.parent.parent) as url:
        yield url


def tree(directory: Path) -> dict[str, bytes]:
    files = (each for each in directory.rglob("*") if each.is_file())
    return {each.relative_to(directory).as_posix(): each.read_bytes() for each in files}


def test_every_document_is_there_in_every_form(exported: Exported, release: Release) -> None:
    listed = ET.fromstring(serving(release).test_client().get("/sitemap.xml").data)
    documents = [loc.text or "" for loc in listed.iter(f"{{{SPACE}}}loc") if "/doc/" in (loc.text or "")]
    assert len(documents) > 10
    assert len(list((exported.path / "doc").rglob("*.*"))) == len(documents) * len(SUFFIXES)
    assert len(list((exported.path / "id").rglob("index.html"))) == len(documents)


@pytest.mark.parametrize(
    "file",
    [
        *("index.html", "browse.html", "queries.html", "views.html", "ontology.html", "guide.html"),
        *("sparql.html", "search.html", "404.html", "robots.txt", "sitemap.xml", ".well-known/void"),
        *("browse/Lighthouse.html", "browse/Lighthouse.csv", "browse/Lighthouse.json", "void.ttl"),
        *("queries/highest-lights.html", "queries/highest-lights.json", "queries/highest-lights.xml"),
        *("queries/highest-lights.tsv", "queries/highest-lights.csv", "queries/highest-lights.rq"),
        *("views/heights.svg", "views/heights.dark.svg", "ontology/term/tendedBy.html", "releases.html"),
        *(".htaccess", "_headers", ".nojekyll", "s3-metadata.json", "README.txt", MARKER),
    ],
)
def test_what_a_site_has_is_there(exported: Exported, file: str) -> None:
    assert (exported.path / file).is_file()


@pytest.mark.parametrize("file", ["contract.html", "static/query.js"])
def test_what_only_a_server_has_is_not(exported: Exported, file: str) -> None:
    assert not (exported.path / file).exists()


def test_every_file_of_the_release_is_there_as_it_is(exported: Exported, release: Release) -> None:
    place = exported.path / "releases" / release.version
    assert {name: (place / name).read_bytes() for name in release.files} == {
        name: release.read(name) for name in release.files
    }


def test_no_link_is_dead_below_a_path(exported: Exported, host: str) -> None:
    files = [each for each in pages(exported.path) if each != "404.html"]
    assert len(files) > 100
    faults, linked = dead_links(host, f"{BELOW}/", files)
    assert faults == []
    # What has no suffix on a server is linked to with it, and leads there.
    assert [each for each in files if each not in linked and not each.endswith("/index.html")] == []


def test_the_error_page_knows_the_path_that_it_is_told(exported: Exported, host: str) -> None:
    assert dead_links(host, f"{BELOW}/", ["404.html"])[0] == []
    text = (exported.path / "404.html").read_text(encoding="utf-8")
    assert {each.url.startswith(f"{BELOW}/") for each in Markup(text).links if each.url[0] == "/"} == {True}


def test_the_sitemap_names_the_pages_where_they_are(exported: Exported) -> None:
    listed = ET.parse(exported.path / "sitemap.xml").iter(f"{{{SPACE}}}loc")
    locations = {(loc.text or "").removeprefix(f"{PUBLIC}/") for loc in listed}
    assert {f"{KESTREL[1:]}.html", "browse.html", ""} <= locations
    assert [each for each in locations if each and not (exported.path / unquote(each)).is_file()] == []


@pytest.mark.parametrize(
    "address", ["/", "/browse/Lighthouse", "/queries/highest-lights", "/views/heights", f"{KESTREL}.html"]
)
def test_a_page_says_what_the_server_says(exported: Exported, release: Release, address: str) -> None:
    served = Markup(get(serving(release).test_client(), address, "text/html").text)
    file = "index.html" if address == "/" else f"{address.removesuffix('.html')}.html".lstrip("/")
    written = Markup((exported.path / file).read_text(encoding="utf-8"))
    assert written.data == served.data
    # What leads elsewhere, a thing's IRI or a source, is the same.
    assert {str(each) for each in written.links if "://" in each.url} == {
        str(each) for each in served.links if "://" in each.url
    }
    assert set(written.elements) - set(served.elements) <= {"noscript", "progress"}


@pytest.mark.parametrize("form", RDF_FORMATS)
def test_a_document_is_the_servers(exported: Exported, release: Release, form: object) -> None:
    suffix, codec = form.suffix, form.codec  # type: ignore[attr-defined]
    served = get(serving(release).test_client(), KESTREL + suffix).data
    assert (exported.path / f"{KESTREL[1:]}{suffix}").read_bytes() == served
    assert triples(served, codec)


def test_an_address_without_a_suffix_leads_on(host: str) -> None:
    ask = Client(host)
    reply = ask(f"{BELOW}/id/lighthouse/kestrel-point/")
    assert (
        '<meta http-equiv="refresh" content="0; url=../../../doc/lighthouse/kestrel-point.html">'
        in reply.text
    )
    ask.close()
    assert f'<link rel="canonical" href="{LIGHTS}doc/lighthouse/kestrel-point">' in reply.text


def test_terms_are_found_at_the_address_of_the_ontology_too(exported: Exported) -> None:
    anchors = Markup((exported.path / "ontology/index.html").read_text(encoding="utf-8")).anchors
    assert anchors == Markup((exported.path / "ontology.html").read_text(encoding="utf-8")).anchors
    assert "tendedBy" in anchors


def test_pages_are_well_formed_and_have_the_policy(exported: Exported) -> None:
    scripts = set()
    for file in pages(exported.path):
        text = (exported.path / file).read_text(encoding="utf-8")
        if 'http-equiv="refresh"' in text:
            continue
        assert Markup(text).faults == []
        assert 'http-equiv="Content-Security-Policy"' in text
        assert ("<script defer" in text or '<script type="module"' in text) == ("wasm-unsafe-eval" in text)
        if "wasm-unsafe-eval" in text:
            scripts.add(file)
    assert {"sparql.html", "search.html", "queries/lights-by-colour.html"} <= scripts
    assert not scripts & {"index.html", "404.html", "browse/Lighthouse.html"}


@pytest.mark.parametrize(
    "file",
    [
        "sparql.html",
        "search.html",
        "browse/Lighthouse.html",
        "queries/highest-lights.html",
        "id/lighthouse/kestrel-point/index.html",
    ],
)
def test_a_page_is_html_by_all_its_rules(exported: Exported, file: str) -> None:
    assert ill_formed((exported.path / file).read_text(encoding="utf-8")) == ""


def test_no_form_or_link_waits_for_a_server(exported: Exported) -> None:
    for file in pages(exported.path):
        page = Markup((exported.path / file).read_text(encoding="utf-8"))
        forms = [each.url for each in page.links if each.element == "form"]
        assert {each.rpartition("/")[2] for each in forms} <= {"search.html"}
        assert [each.url for each in page.links if "?" in each.url and "://" not in each.url] == []


def test_scripts_are_told_what_the_servers_store_holds(exported: Exported, release: Release) -> None:
    told = json.loads((exported.path / "static/offline.json").read_bytes())
    store = ox.Store()
    for each in told["files"]:
        content = (exported.path / each["path"]).read_bytes()
        assert len(content) == each["bytes"]
        if not each["path"].endswith(".gz"):
            graph = ox.NamedNode(each["graph"]) if each["graph"] else None
            store.load(content, ox.RdfFormat.from_media_type(each["media_type"]), to_graph=graph)
    assert told["things"] == f"{LIGHTS}id/"
    assert f"{LIGHTS}ontology" in {each["graph"] for each in told["files"]}


def test_what_can_be_found_has_a_page(exported: Exported) -> None:
    found = json.loads((exported.path / "static/search.json").read_bytes())
    assert len(found) > 30
    for each in found:
        assert (exported.path / unquote(each["href"].partition("#")[0])).is_file()
    (kestrel,) = [each for each in found if each["label"] == "Kestrel Point"]
    assert kestrel["href"] == f"{KESTREL[1:]}.html"


def test_the_command_writes_the_same_bytes_whatever_the_machine_is_like(
    exported: Exported, release: Release, tmp_path: Path
) -> None:
    told = ["--release", str(release.path), "--public-url", PUBLIC, str(tmp_path / "out")]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C", "COLUMNS": "40"}
    made = subprocess.run(
        [COMMAND, "export", *told], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert made.stdout == (
        f"{tmp_path}/out: {exported.files:,} files, {exported.pages:,} of them pages of {release.name}\n"
    )
    assert "\nWriting pages and documents\n" in made.stderr
    written = tree(tmp_path / "out")
    assert written == tree(exported.path)
    assert len(written) == exported.files


def test_an_export_that_fails_leaves_the_old_one(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / MARKER).write_bytes(marker("old", []))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(
        ExportError, match="out cannot be written: No space left on device; the export there is"
    ):
        export(release, target)
    assert [each.name for each in tmp_path.rglob("*")] == ["out", MARKER]


def test_a_machine_that_does_not_say_which_cores_are_free_uses_them_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    assert exporter._cores() == 3


def test_a_link_to_nothing_is_told(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = twin.make_app

    def broken(*given: Any) -> object:
        app = made(*given)
        app.view_functions["/search"] = lambda: app.response_class('<a href="/doc/no/such.html">')
        return app

    monkeypatch.setattr(twin, "make_app", broken)
    monkeypatch.setattr(exporter._Site, "_starts", lambda site: ["/search"])
    monkeypatch.setattr(exporter._Site, "_sitemaps", lambda site: {})
    with pytest.raises(ExportError, match=r"^/search leads to /doc/no/such\.html, where nothing is$"):
        export(release, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
