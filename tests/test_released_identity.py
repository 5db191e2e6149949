"""What makes a release the one that was published: it changes with the sources, and with nothing else."""

from pathlib import Path

import pytest

from pilotgraph.release import CHECKSUMS, MANIFEST, data_sha256, write
from pilotgraph.released.identity import content_sha256, is_published
from pilotgraph.released.records import Recorded

FILES = {
    "data.nq": b"<a:a> <a:b> <a:c> .\n",
    "data.nq.gz": b"packed",
    "description.nq": (
        b'<a:a> <a:title> "Lights" <a:g> .\n'
        b'<a:a#data.nq> <a:size> "20" <a:g> .\n'
        b'<a:a#data.nq.gz> <a:size> "6" <a:g> .\n'
        b'<a:a#data.nq.gz-sha256> <a:value> "ab" <a:g> .\n'
    ),
    "description.ttl": b"the same",
    "catalog.rdf": b"the same again",
    "ontology.ttl": b"terms",
    "queries/highest.rq": b"SELECT",
    "provenance.ttl": b"a commit",
    "history.ttl": b"records",
    "changes.md": b"changes",
    "feed.atom": b"a feed",
    "manifest.json": b"{}",
    "SHA256SUMS": b"sums",
}
DIGEST = content_sha256(FILES, FILES.__getitem__)


def changed(name: str, content: bytes) -> str:
    files = {**FILES, name: content}
    return content_sha256(files, files.__getitem__)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.nq.gz", b"packed by another"),
        ("description.nq", FILES["description.nq"].replace(b'"6"', b'"7"').replace(b'"ab"', b'"cd"')),
        *((name, b"another") for name in ("description.ttl", "catalog.rdf", "provenance.ttl", "history.ttl")),
        *((name, b"another") for name in ("changes.md", "feed.atom", "manifest.json", "SHA256SUMS")),
    ],
)
def test_a_second_build_may_have_another(name: str, content: bytes) -> None:
    assert content != FILES[name]
    assert changed(name, content) == DIGEST


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("data.nq", b"<a:a> <a:b> <a:d> .\n"),
        ("description.nq", FILES["description.nq"].replace(b"Lights", b"Lamps")),
        ("description.nq", FILES["description.nq"].replace(b'"20"', b'"21"')),
        ("ontology.ttl", b"other terms"),
        ("queries/highest.rq", b"ASK"),
        ("queries/lowest.rq", b"SELECT"),
        ("tables/feed.atom", b"the name alone leaves nothing out"),
    ],
)
def test_another_release_has_another(name: str, content: bytes) -> None:
    assert changed(name, content) != DIGEST


def test_it_is_told_by_as_much_as_is_on_record(tmp_path: Path) -> None:
    release = write(tmp_path, "1", {name: FILES[name] for name in FILES if name not in (MANIFEST, CHECKSUMS)})
    data = data_sha256(FILES, FILES.__getitem__)

    def known(sha256: str, content: str) -> bool:
        record = Recorded("1", "a:1", "2026-11-01", 1, 1, sha256, "", (), content)
        return is_published(record, release)

    assert known(data, DIGEST)
    assert known(data, "")
    assert not known(data, "0" * 64)
    assert not known("0" * 64, DIGEST)
