"""An export on Apache, which does what `.htaccess` says; and an export that is killed on its way."""

import http.client
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from apache import apache, needs_apache
from conftest import COMMAND
from file_host import dead_links, hosting, pages
from pilotgraph.build import build
from pilotgraph.export.exporter import export
from pilotgraph.release import Release
from pilotgraph.responses import FOR_EVER
from retired import with_retired

BELOW = "/below/a-path"
RELEASED = "/releases/0.3.0/data.nq"


@pytest.fixture(scope="module")
def port(release: Release) -> Iterator[int]:
    """Apache, which shows an export below a path."""
    modules, settings = ("dir", "mime", "setenvif"), "TypesConfig /dev/null\n"
    with apache(
        lambda place: export(release, place / BELOW[1:], f"http://localhost{BELOW}"), modules, settings
    ) as number:
        yield number


def ask(port: int, path: str, accept: str = "*/*") -> tuple[int, http.client.HTTPMessage]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", BELOW + path, headers={"Accept": accept})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.headers


@needs_apache
@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/", "text/html; charset=utf-8", "public, max-age=300"),
        ("/browse", "text/html; charset=utf-8", "public, max-age=300"),
        ("/doc/lighthouse/kestrel-point.ttl", "text/turtle; charset=utf-8", "public, max-age=300"),
        ("/doc/lighthouse/kestrel-point.jsonld", "application/ld+json", "public, max-age=300"),
        (
            "/doc/keeper/%C3%BE%C3%B3ra-lundad%C3%B3ttir.html",
            "text/html; charset=utf-8",
            "public, max-age=300",
        ),
        ("/browse/adms%3AIdentifier.csv", "text/csv; charset=utf-8; header=present", "public, max-age=300"),
        ("/.well-known/void", "text/turtle; charset=utf-8", "public, max-age=300"),
        ("/static/vendor/oxigraph-0.5.11/web_bg.wasm", "application/wasm", "public, max-age=300"),
        (RELEASED, "application/n-quads", FOR_EVER),
        ("/releases/0.3.0.html", "text/html; charset=utf-8", "public, max-age=300"),
        ("/releases/0.3.0/tables/csv-metadata.json", "application/csvm+json", FOR_EVER),
        ("/releases/0.3.0/index.html", "text/html; charset=utf-8", "public, max-age=300"),
        ("/releases/0.3.0/SHA256SUMS", "text/plain; charset=utf-8", FOR_EVER),
    ],
)
def test_apache_sends_types_and_headers(port: int, path: str, media_type: str, cache: str) -> None:
    status, headers = ask(port, path)
    assert status == 200
    assert headers["Content-Type"] == media_type
    assert headers.get_all("Cache-Control") == [cache]
    assert headers.get_all("Access-Control-Allow-Origin") == ["*"]
    assert "Content-Encoding" not in headers
    assert "'wasm-unsafe-eval'" in headers["Content-Security-Policy"]


@needs_apache
def test_apache_sends_what_is_compressed_as_it_is(port: int, release: Release) -> None:
    packed = [name for name in release.files if name.endswith(".gz")]
    for name in packed[:3]:
        status, headers = ask(port, f"/releases/0.3.0/{name}")
        assert (status, headers["Content-Type"], headers["Content-Encoding"]) == (
            200,
            "application/gzip",
            None,
        )
    assert packed


@needs_apache
@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/turtle", ".ttl"),
        ("application/ld+json, application/json;q=0.5", ".jsonld"),
        ("application/rdf+xml", ".rdf"),
        ("application/n-triples", ".nt"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", ".html"),
        ("text/html, text/turtle;q=0.1", ".html"),
        ("*/*", ".html"),
    ],
)
@pytest.mark.parametrize("path", ["/id/lighthouse/kestrel-point", "/doc/lighthouse/kestrel-point"])
def test_apache_leads_from_an_iri_to_the_form_that_is_asked_for(
    port: int, path: str, accept: str, suffix: str
) -> None:
    status, headers = ask(port, path, accept)
    if path.startswith("/doc/") and suffix == ".html":
        assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    else:
        target = f"http://127.0.0.1:{port}{BELOW}/doc/lighthouse/kestrel-point{suffix}"
        assert (status, headers["Location"]) == (303, target)
    assert "Accept" in headers["Vary"]
    assert headers["Access-Control-Allow-Origin"] == "*"


@needs_apache
def test_apache_shows_a_directory_at_its_address(port: int) -> None:
    status, headers = ask(port, "/graph/lights")
    assert (status, headers["Location"]) == (301, f"http://127.0.0.1:{port}{BELOW}/graph/lights/")
    assert ask(port, "/graph/lights/")[0] == 200


@needs_apache
@pytest.mark.parametrize("path", ["/no/such/thing", "/doc/no/such.html", "/id/lighthouse/none"])
def test_apache_shows_the_error_page(port: int, path: str) -> None:
    assert ask(port, path)[0] == 404
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", BELOW + path)
    assert "There is nothing at this address." in connection.getresponse().read().decode()
    connection.close()


@needs_apache
def test_no_link_is_dead_on_apache(port: int, release: Release, tmp_path: Path) -> None:
    made = export(release, tmp_path / "out", f"http://localhost{BELOW}")
    files = [each for each in pages(made.path) if not each.endswith("/index.html")]
    assert dead_links(f"http://127.0.0.1:{port}", f"{BELOW}/", files)[0] == []


def test_a_killed_export_leaves_the_old_one(release: Release, tmp_path: Path) -> None:
    target = tmp_path / "out"
    command = [str(COMMAND), "export", "--release", str(release.path), str(target)]
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    seconds = time.monotonic() - started
    mark = target / "robots.txt"
    whole = mark.read_bytes()
    mark.write_bytes(b"old")
    moments = random.Random(6)
    for _ in range(3):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            time.sleep(moments.uniform(0.3, 0.9) * seconds)
            running.send_signal(signal.SIGKILL)
        # Either it came too late, and all was written, or nothing was touched.
        assert (target / "index.html").is_file()
        assert (target / "export.json").is_file()
        assert mark.read_bytes() in (b"old", whole)
        mark.write_bytes(b"old")
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert mark.read_bytes() == whole
    assert {each.name for each in tmp_path.iterdir()} == {"out"}


def test_what_was_withdrawn_has_its_tombstone_in_an_export(tmp_path: Path) -> None:
    gone = build(with_retired(tmp_path / "lights"), tmp_path / "dist")
    made = export(gone, tmp_path / "out")
    text = (made.path / "doc/lighthouse/phantom-rock.html").read_text(encoding="utf-8")
    assert "It was a reflection" in text
    assert (made.path / "doc/lighthouse/phantom-rock.ttl").is_file()
    assert (made.path / "id/lighthouse/phantom-rock/index.html").is_file()
    with hosting(made.path) as url:
        assert dead_links(url, "/", ["doc/lighthouse/phantom-rock.html"])[0] == []
