"""The records of releases: read whole, or refused with what is wrong with them."""

import os
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest

from pilotgraph import formats
from pilotgraph.formats import TURTLE
from pilotgraph.provenance import release_iri
from pilotgraph.released import records
from pilotgraph.released.records import Recorded, describe, order, read

LIGHTS = "https://example.org/lights/"
FIRST = Recorded("0.3.0", f"{LIGHTS}releases/0.3.0", "2026-11-01", 135, 19, "ab" * 32, "", ())
TITLE = ox.Literal("Lights", language="en")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / records.FOLDER).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, release: Recorded) -> Path:
    path = root / records.FOLDER / f"{release.version}.ttl"
    path.write_bytes(formats.serialize(describe(LIGHTS, release, TITLE, ["data.nq.gz"]), TURTLE))
    return path


def following(version: str, previous: str) -> Recorded:
    return replace(FIRST, version=version, iri=release_iri(LIGHTS, version), previous=previous)


@pytest.mark.parametrize("content", ["", "cd" * 32], ids=["of the data alone", "of all its content"])
def test_a_record_is_read_as_it_was_written(root: Path, content: str) -> None:
    release = replace(FIRST, content=content)
    put(root, release)
    found = read(root, LIGHTS)
    assert (found.problems, len(found.releases)) == ([], 1)
    assert replace(found.releases[0], graph=()) == release
    assert set(found.releases[0].graph) == set(describe(LIGHTS, release, TITLE, ["data.nq.gz"]))


def test_releases_are_in_the_order_of_their_numbers(root: Path) -> None:
    for version, previous in (("0.10.0", "0.9"), ("0.9", "0.3.0"), ("0.3.0", "")):
        put(root, following(version, previous))
    found = read(root, LIGHTS)
    assert found.problems == []
    assert [each.version for each in found.releases] == ["0.3.0", "0.9", "0.10.0"]
    assert found.last == found.of("0.10") == found.releases[-1]
    assert found.of("0.4") is None
    assert found.of("next") is None


@pytest.mark.parametrize(
    ("version", "key"),
    [
        ("1", (1,)),
        ("1.0.0", (1,)),
        ("0.0", (0,)),
        ("1.2.10", (1, 2, 10)),
        ("1.02", ()),
        ("1.0-rc1", ()),
        ("v1", ()),
        ("", ()),
        ("1.", ()),
        ("٣", ()),
    ],
)
def test_versions_are_numbers_with_dots(version: str, key: tuple[int, ...]) -> None:
    assert order(version) == key


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<<", "<<<<<<< HEAD\n<<", "1:1: error: a merge left its marks here"),
        ("135", "many", "11:"),
        ('"0.3.0" .', '"0.4.0" .', "1:1: error: the record of <https://"),
        ("<http://rdfs.org/ns/void#triples> 135 ;", "", "1:1: error: the record of <https://"),
        ("abab", "xyxy", "1:1: error: a number or the SHA-256 of <https://"),
        ("135", '"-3"', "1:1: error: a number or the SHA-256 of"),
        ("135", '"' + "1" * 5_000 + '"', "1:1: error: a number or the SHA-256 of"),
        ("2026-11-01", "T<script>&", "1:1: error: the dcterms:issued of <https://"),
        (f"isVersionOf> <{LIGHTS}>", "isVersionOf> <x:y>", "1:1: error: <https://example.org/lights/releases/0."),
    ],
)  # fmt: skip
def test_a_record_that_was_spoiled_is_told(root: Path, old: str, new: str, said: str) -> None:
    path = put(root, FIRST)
    text = path.read_text(encoding="utf-8")
    text = f"{new.removesuffix('<<')}{text}" if old == "<<" else text.replace(old, new, 1)
    assert text != path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    (problem,) = read(root, LIGHTS).problems
    assert str(problem).startswith(f"data/releases/0.3.0.ttl:{said}")
    assert problem.stops_a_release


def test_a_pipe_is_no_record(root: Path) -> None:
    os.mkfifo(root / records.FOLDER / "0.3.0.ttl")
    (problem,) = read(root, LIGHTS).problems
    assert str(problem) == "data/releases/0.3.0.ttl:1:1: error: this is not a file"


def test_a_record_that_was_lost_is_missed(root: Path) -> None:
    put(root, FIRST)
    put(root, following("0.5.0", "0.4.0"))
    (problem,) = read(root, LIGHTS).problems
    assert str(problem) == (
        "data/releases/0.5.0.ttl:1:1: error: the release before 0.5.0 is 0.4.0 by this record, and by the"
        " other files <https://example.org/lights/releases/0.3.0>; bring the lost record back"
    )


def test_other_files_are_told_and_what_a_killed_run_left_is_not(root: Path) -> None:
    put(root, FIRST)
    for name in ("notes.md", "0.3.0.ttl.orig", ".0.4.0.ttl.new"):
        (root / records.FOLDER / name).write_text("x", encoding="utf-8")
    found = read(root, LIGHTS)
    assert len(found.releases) == 1
    assert list(map(str, found.problems)) == [
        "data/releases/0.3.0.ttl.orig:1:1: warning: this file is not read: records of releases end in .ttl"
    ]


def test_a_name_that_is_no_version_is_refused(root: Path) -> None:
    put(root, FIRST).rename(root / records.FOLDER / "latest.ttl")
    (problem,) = read(root, LIGHTS).problems
    assert "a record is named after its version, numbers with dots: 1.0.0.ttl" in str(problem)
