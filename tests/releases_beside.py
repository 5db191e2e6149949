"""Releases that lie beside one another, as `dist/` holds them: the one that is served, and older ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.released.identity import content_sha256
from web import LIGHTS

_RECORD = """
<{base}releases/{version}>
  dcterms:isVersionOf <{base}> ; dcat:version "{version}" ; dcterms:issued "{issued}"^^xsd:date ;
  void:triples {triples} ; void:entities 19 ; spdx:checksum <{base}releases/{version}#sha256> {previous}.
<{base}releases/{version}#sha256> spdx:checksumValue "{sha256}"^^xsd:hexBinary .
"""
_PREFIXES = """
@prefix as: <https://www.w3.org/ns/activitystreams#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


@dataclass(frozen=True)
class Beside:
    """Two published releases, a third whose files are elsewhere, and the directory that holds the two."""

    out: Path
    served: Release
    older: Release


def files_of(release: Release) -> dict[str, bytes]:
    """The content of a release, to make another of."""
    return {name: release.read(name) for name in release.files if name not in (MANIFEST, CHECKSUMS)}


def record(version: str, sha256: str, issued: str = "2026-01-02", previous: str = "") -> str:
    """A record of a release as `history.ttl` has it, without its prefixes."""
    before = f"; dcat:previousVersion <{LIGHTS}releases/{previous}> " if previous else ""
    return _RECORD.format(
        base=LIGHTS, version=version, issued=issued, triples=1_234, sha256=sha256, previous=before
    )


def history(*records: str) -> bytes:
    return (_PREFIXES + "".join(records)).encode()


def put_beside(release: Release, out: Path, *, whole: bool = True) -> Beside:
    """Write 0.2.0, which is not the newest any more, and 0.3.0, which knows of it and of a lost 0.1.0.

    :param whole: with all files, so that it can be served.
    """
    files = files_of(release)
    if not whole:
        files = {name: files[name] for name in ("data.nq", "data.ttl", "ontology.ttl", "provenance.ttl")}
    shorter = _shorter(files)
    older = write(out, "0.2.0", shorter)
    changed = "".join(
        f"<{LIGHTS}releases/0.3.0#{name}> a as:{kind} ; dcterms:isPartOf <{LIGHTS}releases/0.3.0> ;"
        f" as:object <{LIGHTS}id/lighthouse/{thing}> ; as:target <{LIGHTS}graph/lights> ;"
        f' rdfs:label "{thing}" .\n'
        for name, kind, thing in (
            ("a", "Create", "kestrel-point"),
            ("b", "Create", "north-teal"),
            ("c", "Update", "south-teal"),
        )
    )
    known = history(
        record("0.1.0", "0" * 64),
        record("0.2.0", older.files["data.nq"].sha256, "2026-03-04", "0.1.0"),
        record("0.3.0", release.files["data.nq"].sha256, "2026-11-01", "0.2.0"),
        f"<{LIGHTS}releases/0.3.0#content> spdx:checksum <{LIGHTS}releases/0.3.0#content-sha256> .\n"
        f"<{LIGHTS}releases/0.3.0#content-sha256>"
        f' spdx:checksumValue "{content_sha256(files, files.__getitem__)}"^^xsd:hexBinary .\n',
        changed,
    )
    return Beside(out, write(out, "0.3.0", {**files, "history.ttl": known}), older)


def rebuilt(release: Release, out: Path) -> Release:
    """Write a build that has the number of a release, and a line less of data."""
    return write(out, release.version, _shorter(files_of(release)))


def retold(release: Release, out: Path) -> Release:
    """Write a build that has the number and the data of a release, and another ontology."""
    files = files_of(release)
    return write(out, release.version, {**files, "ontology.ttl": files["ontology.ttl"] + b"# or so\n"})


def _shorter(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same with a line less of data, as an older release may have it, and without packed files."""
    kept = {name: content for name, content in files.items() if not name.endswith(".gz")}
    return {
        **kept,
        "data.nq": b"".join(files["data.nq"].splitlines(keepends=True)[:-1]),
        "provenance.ttl": files["provenance.ttl"].replace(b"releases/0.3.0", b"releases/0.2.0"),
    }
