"""A release says what it was made of, by what and when, and nothing of the machine."""

import hashlib
import os
import platform
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, PROV, RDF, RDFS, SDO, XSD, Graph, Literal, URIRef

from pilotgraph.build import build
from pilotgraph.errors import SettingsError
from pilotgraph.provenance import (
    SOFTWARE,
    Origin,
    file_time,
    find_origin,
    provenance,
    read_epoch,
    software_versions,
)
from pilotgraph.release import Release

LIGHTS = "https://example.org/lights/"
RELEASE = URIRef(f"{LIGHTS}releases/0.3.0")
BUILD = URIRef(f"{RELEASE}#build")
SHA_1, SHA_256 = "0123456789" * 4, "01234567" * 8
TIME = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def made(release: Release) -> Graph:
    return Graph().parse(data=release.read("provenance.ttl"), format="turtle")


def test_every_input_is_named_with_its_hash(release: Release, lighthouses: Path) -> None:
    graph = made(release)
    used = {
        str(graph.value(each, RDFS.label)): str(digest)
        for each in graph.objects(BUILD, PROV.used)
        for digest in graph.objects(each, SDO.sha256)
    }
    read = [
        path
        for folder in ("data", "ontology", "shapes", "tests")
        for path in (lighthouses / folder).rglob("*")
        if path.is_file()
    ]
    digests = {
        path.relative_to(lighthouses).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in read
    }
    assert used == digests
    assert "data/keepers/þóra-lundadóttir.yaml" in used
    assert (RELEASE, PROV.wasGeneratedBy, BUILD) in graph


def test_software_is_named_with_its_version(release: Release) -> None:
    graph = made(release)
    agents = {
        str(graph.value(each, RDFS.label)): str(graph.value(each, SDO.softwareVersion))
        for each in graph.objects(BUILD, PROV.wasAssociatedWith)
    }
    assert agents == software_versions()
    assert sorted(agents) == sorted(SOFTWARE)
    assert agents["pyoxigraph"] == ox.__version__


def test_nothing_of_the_machine_is_told(release: Release) -> None:
    text = release.read("provenance.ttl").decode()
    for secret in (str(Path.home()), str(Path.cwd()), platform.node(), platform.python_version()):
        assert secret not in text.replace("https://", "")
    assert "_:" not in text


@pytest.mark.parametrize(
    ("commit", "iri"),
    [
        pytest.param(SHA_1, f"swh:1:rev:{SHA_1}", id="SHA-1"),
        pytest.param(SHA_256, f"{RELEASE}#commit", id="SHA-256"),
    ],
)
def test_a_commit_has_an_iri(commit: str, iri: str) -> None:
    graph = provenance(LIGHTS, "0.3.0", {}, Origin(commit, None, TIME), {})
    assert (BUILD, PROV.used, URIRef(iri)) in graph
    assert (URIRef(iri), DCTERMS.identifier, Literal(commit)) in graph
    then = Literal("2026-11-21T09:30:00Z", datatype=XSD.dateTime, normalize=False)
    # The commit has a time of its own, which is not that of the build.
    assert list(graph.subject_objects(PROV.generatedAtTime)) == [(URIRef(iri), then)]
    assert list(graph.objects(BUILD, PROV.endedAtTime)) == []


def test_a_time_that_is_set_is_the_end_of_the_build() -> None:
    graph = provenance(LIGHTS, "0.3.0", {}, Origin("", TIME), {})
    ended = Literal("2026-11-21T09:30:00Z", datatype=XSD.dateTime, normalize=False)
    assert list(graph.objects(BUILD, PROV.endedAtTime)) == [ended]


def test_what_is_unknown_is_left_out() -> None:
    graph = provenance(LIGHTS, "0.3.0", {}, Origin(), {})
    assert list(graph.objects(BUILD, PROV.used)) == list(graph.objects(BUILD, PROV.endedAtTime)) == []
    assert set(graph.objects(None, RDF.type)) == {PROV.Entity, PROV.Activity}


@pytest.mark.parametrize(
    ("text", "time"),
    [
        pytest.param("", None, id="not set"),
        pytest.param("0", datetime(1970, 1, 1, tzinfo=UTC), id="the first second"),
        pytest.param("1795253400", TIME, id="a time"),
        pytest.param("253402300799", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), id="the last second"),
    ],
)
def test_the_environment_may_set_the_time(text: str, time: datetime | None) -> None:
    assert read_epoch({"SOURCE_DATE_EPOCH": text} if text else {}) == time


@pytest.mark.parametrize("text", ["now", "-1", "1.5", " 1", "1\n", "253402300800", "9" * 30, "١٢٣", "0x10"])
def test_a_time_that_is_none_is_an_error(text: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"SOURCE_DATE_EPOCH is {text!r}; write the seconds")):
        read_epoch({"SOURCE_DATE_EPOCH": text})


def test_the_environment_outdoes_the_commit(real: Path) -> None:
    environment = {"PATH": os.environ["PATH"]}
    assert find_origin(real, [], environment | {"SOURCE_DATE_EPOCH": "1795253400"}).time == TIME


@pytest.mark.parametrize(
    ("origin", "dates", "time"),
    [
        pytest.param(Origin("", TIME), ("2026-11-01",), TIME, id="when it was made"),
        pytest.param(Origin("", None, TIME), ("2026-11-01",), TIME, id="when its sources were"),
        pytest.param(Origin(), ("", "2026-11-01"), datetime(2026, 11, 1, tzinfo=UTC), id="a day"),
        pytest.param(Origin(), ("2026-11-21T18:30:00+09:00",), TIME, id="a time elsewhere"),
        pytest.param(Origin(), ("2026", "lately"), datetime(1980, 1, 1, tzinfo=UTC), id="nothing that tells"),
    ],
)
def test_files_have_a_time_that_the_sources_tell(
    origin: Origin, dates: tuple[str, ...], time: datetime
) -> None:
    assert file_time(origin, dates) == time


def test_the_time_of_a_release_is_that_of_its_files(
    lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(lighthouses, tmp_path / "lights")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795253400")
    release = build(tmp_path / "lights", tmp_path / "dist")
    assert {path.stat().st_mtime for path in release.path.rglob("*")} == {TIME.timestamp()}
    assert '"2026-11-21T09:30:00Z"^^xsd:dateTime' in release.read("provenance.ttl").decode()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "soon")
    with pytest.raises(SettingsError):
        build(tmp_path / "lights", tmp_path / "dist")
    assert Release.open(tmp_path / "dist") == release
