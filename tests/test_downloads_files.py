"""Files of releases over HTTP, in process: what they are sent as, in parts, packed, and of older releases."""

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from flask.testing import FlaskClient

from pilotgraph.downloads import files
from pilotgraph.edition import Edition
from pilotgraph.release import Release
from pilotgraph.released.records import Recorded
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
from pilotgraph.triples import Triples
from releases_beside import Beside, put_beside, rebuilt, retold
from web import BROWSER, LIGHTS, get, serving

DATA = "/releases/0.3.0/data.nq"


@pytest.fixture(scope="module")
def client(release: Release) -> FlaskClient:
    return serving(release).test_client()


@pytest.fixture(scope="module")
def beside(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Beside:
    return put_beside(release, tmp_path_factory.mktemp("beside"))


@pytest.fixture(scope="module")
def newer(beside: Beside) -> FlaskClient:
    return serving(beside.served).test_client()


def test_every_file_says_what_it_is_and_when_it_is_from(client: FlaskClient, release: Release) -> None:
    for name, file in release.files.items():
        response = client.get(f"/releases/0.3.0/{name}", headers={"Accept-Encoding": "identity"})
        digest = b64encode(hashlib.sha256(response.data).digest()).decode()
        assert response.mimetype == file.media_type
        assert {
            "Accept-Ranges": "bytes",
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Length": str(file.size),
            "ETag": f'"{file.sha256}"',
            "Last-Modified": "Sun, 01 Nov 2026 00:00:00 GMT",
            "Repr-Digest": f"sha-256=:{digest}:",
            "Vary": "Accept-Encoding",
        }.items() <= dict(response.headers).items(), name
        assert "Content-Encoding" not in response.headers
        head = client.head(f"/releases/0.3.0/{name}", headers={"Accept-Encoding": "identity"})
        assert dict(head.headers) == dict(response.headers)
        assert head.data == b""


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("data.nq", "application/n-quads"),
        ("data.nt", "application/n-triples"),
        ("data.trig", "application/trig"),
        ("data.ttl", "text/turtle; charset=utf-8"),
        ("data.ttl.gz", "application/gzip"),
        ("tables/Lighthouse.csv", "text/csv; charset=utf-8; header=present"),
        ("tables/csv-metadata.json", "application/csvm+json"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
    ],
)
def test_the_type_of_a_file_is_the_registered_one(client: FlaskClient, name: str, content_type: str) -> None:
    assert client.get(f"/releases/0.3.0/{name}").headers["Content-Type"] == content_type


def test_who_takes_gzip_is_sent_the_packed_twin(client: FlaskClient, release: Release) -> None:
    twin = release.files["data.nq.gz"]
    response = client.get(DATA, headers={"Accept-Encoding": "gzip, br"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["Content-Type"] == "application/n-quads"
    assert response.headers["ETag"] == f'"{twin.sha256}"'
    assert response.headers["Content-Length"] == str(twin.size)
    assert response.headers["Repr-Digest"] == (f"sha-256=:{b64encode(bytes.fromhex(twin.sha256)).decode()}:")
    assert gzip.decompress(response.data) == release.read("data.nq")


def test_a_packed_file_by_its_own_name_stays_packed(client: FlaskClient, release: Release) -> None:
    response = client.get(f"{DATA}.gz", headers={"Accept-Encoding": "gzip"})
    assert (response.mimetype, "Content-Encoding" in response.headers) == ("application/gzip", False)
    assert response.data == release.read("data.nq.gz")


def test_a_client_that_was_broken_off_goes_on(client: FlaskClient, release: Release) -> None:
    """curl, wget and browsers ask so; whatever had come unpacked or packed, the parts fit."""
    for coding, name in (("identity", "data.nq"), ("gzip", "data.nq.gz")):
        content = release.read(name)
        tag = client.head(DATA, headers={"Accept-Encoding": coding}).headers["ETag"]
        response = client.get(
            DATA, headers={"Accept-Encoding": coding, "Range": "bytes=100-", "If-Range": tag}
        )
        assert (response.status_code, response.data) == (206, content[100:])
        assert response.headers["Content-Range"] == f"bytes 100-{len(content) - 1}/{len(content)}"
        assert response.headers["ETag"] == tag
        assert response.headers.get("Content-Encoding", "identity") == coding
    other = client.get(DATA, headers={"Range": "bytes=100-", "If-Range": '"another"'})
    assert (other.status_code, other.data) == (200, release.read("data.nq"))


def test_several_ranges_are_answered_with_the_whole(client: FlaskClient, release: Release) -> None:
    response = client.get(DATA, headers={"Range": "bytes=0-9,20-29"})
    assert (response.status_code, response.data) == (200, release.read("data.nq"))


def test_a_range_beyond_the_end_is_told_the_size(client: FlaskClient, release: Release) -> None:
    size = release.files["data.nq"].size
    response = client.get(DATA, headers={"Range": f"bytes={size}-"})
    assert (response.status_code, response.mimetype) == (416, "application/problem+json")
    assert response.headers["Content-Range"] == f"bytes */{size}"
    assert json.loads(response.data)["detail"] == (
        f"The file has {size:,} bytes; the header Range asks for none of them."
    )


def test_who_has_it_is_told_so_without_content(client: FlaskClient, release: Release) -> None:
    tag = f'"{release.files["data.nq"].sha256}"'
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": "Sun, 01 Nov 2026 00:00:00 GMT"}):
        response = client.get(DATA, headers=headers)
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Vary"] == "Accept-Encoding"
        assert not {"Content-Length", "Content-Range", "Repr-Digest"} & set(response.headers.keys())


def test_who_wants_another_is_refused(client: FlaskClient) -> None:
    response = client.get(DATA, headers={"If-Match": '"another"'})
    assert (response.status_code, response.mimetype) == (412, "application/problem+json")
    assert response.headers["Cache-Control"] == "no-store"


def test_an_older_release_is_given_out_from_beside(newer: FlaskClient, beside: Beside) -> None:
    for name in ("data.nq", "SHA256SUMS", "queries/highest-lights.rq"):
        response = newer.get(f"/releases/0.2.0/{name}")
        assert (response.status_code, response.data) == (200, beside.older.read(name))
        assert response.headers["Last-Modified"] == "Wed, 04 Mar 2026 00:00:00 GMT"
        assert '</releases/0.2.0>; rel="collection"' in response.headers["Link"]
    plain = newer.get("/releases/0.2.0/data.nq", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers, "it has no packed twin"


@pytest.mark.parametrize("make", [rebuilt, retold])
def test_a_build_with_the_number_of_another_release_is_not_kept_for_ever(
    beside: Beside, tmp_path: Path, make: Callable[[Release, Path], Release]
) -> None:
    build = make(beside.served, tmp_path)
    client = serving(build).test_client()
    response = client.get(DATA)
    assert response.data == build.read("data.nq")
    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert "Last-Modified" not in response.headers
    later = {"If-Modified-Since": "Sun, 01 Nov 2026 00:00:00 GMT"}
    assert client.get(DATA, headers=later).status_code == 200
    held = client.get(DATA, headers={"If-None-Match": response.headers["ETag"]})
    assert (held.status_code, held.headers["Cache-Control"]) == (304, "public, max-age=300")
    assert "Last-Modified" not in client.get("/catalog.ttl").headers


def test_what_was_published_comes_before_a_build_with_its_number(release: Release, tmp_path: Path) -> None:
    beside = put_beside(release, tmp_path)
    response = serving(rebuilt(beside.served, tmp_path)).test_client().get(DATA)
    assert response.data == beside.served.read("data.nq")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Last-Modified"] == "Sun, 01 Nov 2026 00:00:00 GMT"


def test_of_a_release_that_is_elsewhere_that_is_said(newer: FlaskClient) -> None:
    response = newer.get("/releases/0.1.0/data.nq")
    assert response.status_code == 404
    assert json.loads(response.data)["detail"] == (
        "Release 0.1.0 was published on 2026-01-02, but this server does not keep it."
    )
    assert "but this server does not keep it" in get(newer, "/releases/0.1.0/data.nq", BROWSER).text


@pytest.mark.parametrize(
    "path",
    [
        *("0.2.0/nothing", "0.4.0/data.nq", "current/data.nq", ".lock", "0.2.0/../0.3.0/data.nq"),
        *("../current/data.nq", "0.2.0/%2e%2e/0.3.0/data.nq", "%2e%2e/manifest.json", "0.2.0//data.nq"),
        *("0.2.0/%2e/data.nq", "0.2.0/data.nq%00", "0.4.0/", ""),
    ],
)
def test_nothing_else_beside_is_reached(newer: FlaskClient, beside: Beside, path: str) -> None:
    for whole in (path, path.replace("0.2.0", beside.older.name), path.replace("0.2.0", beside.served.name)):
        found = newer.get(f"/releases/{whole}")
        assert found.status_code == 404, whole


def test_a_file_that_has_become_shorter_does_not_pass_for_whole(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_bytes(b"abc")
    pieces = files._Pieces(place, 1, 10)
    assert next(pieces) == b"bc"
    with pytest.raises(OSError, match="has become shorter than its manifest says"):
        next(pieces)
    pieces.close()


def test_a_file_is_read_as_it_is_taken(release: Release) -> None:
    place = release.path / "data.nq"
    size = place.stat().st_size
    pieces = files._Pieces(place, 5, size - 5)
    assert b"".join(pieces) == place.read_bytes()[5:-5]
    pieces.close()


def test_releases_in_rdf_are_their_history(newer: FlaskClient) -> None:
    text = get(newer, "/releases", "text/turtle").text
    assert f"<{LIGHTS}releases/0.3.0> dcterms:isVersionOf <{LIGHTS}> ;" in text
    assert newer.get("/releases.ttl").text == text


def test_who_asks_at_once_waits_for_one_reading(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    read, begun = list[int](), Barrier(2)

    def records(history: Triples, dataset: str) -> list[Recorded]:
        read.append(1)
        # Whoever comes in meanwhile has come before this ends, unless it is kept out.
        with suppress(BrokenBarrierError):
            begun.wait(0.3)
        return []

    monkeypatch.setattr(files, "records", records)
    site = Edition(release, LocalStore(release), Settings())
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(files.recorded, [site, site])
    assert (one is other, len(read)) == (True, 1)
