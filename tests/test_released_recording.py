"""To publish is to put on record: once, in order, with what changed, and the same bytes ever after."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree as ET

import feedparser
import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, Graph, URIRef

from pilotgraph.build import build
from pilotgraph.comparison import as_rdf
from pilotgraph.comparison.snapshot import Facts, by_subject
from pilotgraph.errors import Problem, ReleaseError, ReleaseRefused
from pilotgraph.graphs import NamedGraphs
from pilotgraph.links import derive
from pilotgraph.project import Project
from pilotgraph.release import MANIFEST, Release
from pilotgraph.released import recording, records
from pilotgraph.released.changes import Section, tell
from pilotgraph.released.checks import check
from pilotgraph.released.feed import write
from pilotgraph.released.recording import prepare
from pilotgraph.staging import replace_file
from retired import TOMBSTONE, edit, with_keys

LIGHTS = "https://example.org/lights/"
AS = "https://www.w3.org/ns/activitystreams#"
ATOM = "{http://www.w3.org/2005/Atom}"
RECORDS = ("data/iris.txt", "data/releases/0.3.0.ttl", "data/terms.nt")


@dataclass(frozen=True)
class Published:
    """A project of which two releases were published, the second built twice."""

    project: Path
    first: Release
    second: Release
    second_again: Release
    notes: list[str]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    project = with_keys(tmp_path_factory.mktemp("published") / "lights")
    shutil.rmtree(project / "data/views")  # drawing takes longer than all else
    light = (project / "data/lighthouses/gannet-stack.yaml").read_text(encoding="utf-8")
    light = light.partition("inspections:")[0].replace("gannet-stack", "phantom-rock")
    (project / "data/lighthouses/phantom-rock.yaml").write_text(light, encoding="utf-8")
    out, notes = project / "dist", list[Problem]()
    first = build(project, out, record_iris=True, note=notes.append)
    edit(project / "data/dataset.yaml", "edition: 0.3.0", "edition: 0.4.0")
    edit(project / "data/dataset.yaml", "released: 2026-11-01", "released: 2026-11-20")
    edit(project / "data/lighthouses/south-teal.yaml", "focalHeight: 58.0", "focalHeight: 58.5")
    with (project / "data/lighthouses/old-mole-head.yaml").open("a", encoding="utf-8") as file:
        file.write("deprecated: true\nreplacedBy: lighthouse/new-mole-head\n")
    edit(project / "data/lighthouses/new-mole-head.yaml", "inSightOf: lighthouse/old-mole-head\n", "")
    (project / "data/lighthouses/phantom-rock.yaml").write_text(TOMBSTONE, encoding="utf-8")
    second = build(project, out, record_iris=True, note=notes.append)
    return Published(project, first, second, build(project, out), list(map(str, notes)))


@pytest.fixture
def copy(published: Published, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(published.project, tmp_path / "lights")
    monkeypatch.chdir(tmp_path / "lights")
    return tmp_path / "lights"


@pytest.fixture
def fresh(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The second project, never published."""
    shutil.copytree(lighthouses, tmp_path / "lights")
    monkeypatch.chdir(tmp_path / "lights")
    return tmp_path / "lights"


def publish(root: Path, release: Release, since: Path | None = None) -> bool:
    """Put on record what a project has now, with the files of a release that was built before."""
    project = Project.read(root)
    graphs = NamedGraphs(project, derive(project)).data
    files = {name: release.read(name) for name in release.files}
    out = root / "dist"
    out.mkdir(exist_ok=True)
    registration = prepare(project, records.read(root, project.iri), graphs, files, out, since=since)
    registration.write(out)
    return registration.is_new


def snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in _records(root)}


def _records(root: Path) -> Iterator[Path]:
    yield from (path for path in (root / "data/iris.txt", root / "data/terms.nt") if path.exists())
    yield from sorted((root / "data/releases").glob("*"))


def test_what_is_published_is_what_a_later_build_makes(published: Published) -> None:
    assert published.second.name == published.second_again.name
    assert published.first.name != published.second.name


def test_nothing_is_told_of_iris_that_are_put_on_record_now(published: Published) -> None:
    assert [note for note in published.notes if "--record-iris" in note] == []


def test_three_files_say_what_was_released_and_nothing_is_left_beside(published: Published) -> None:
    assert sorted(snapshot(published.project)) == sorted([*RECORDS, "data/releases/0.4.0.ttl"])


def test_the_history_has_what_changed_and_no_more(published: Published) -> None:
    history = Graph().parse(data=published.second.read("history.ttl"), format="turtle")
    release = URIRef(f"{LIGHTS}releases/0.4.0")
    assert set(history.subjects(DCTERMS.isVersionOf, URIRef(LIGHTS))) == {
        release,
        URIRef(f"{LIGHTS}releases/0.3.0"),
    }
    kinds = {
        str(history.value(change, URIRef(f"{AS}object"))).removeprefix(f"{LIGHTS}id/"): str(kind)
        for name in ("Create", "Update", "Delete")
        for kind in [name]
        for change in history.subjects(None, URIRef(AS + name))
    }
    assert kinds == {
        "lighthouse/new-mole-head": "Update",
        "lighthouse/old-mole-head": "Update",
        "lighthouse/phantom-rock": "Delete",
        "lighthouse/south-teal": "Update",
    }
    assert not any(isinstance(term, ox.BlankNode) for quad in ox.parse(
        published.second.read("history.ttl"), ox.RdfFormat.TURTLE
    ) for term in quad.triple)  # fmt: skip


def test_the_change_log_tells_it_newest_first(published: Published) -> None:
    text = published.second.read("changes.md").decode()
    lines = text.splitlines()
    assert lines[0] == "# Changes of the data"
    assert [line for line in lines if line.startswith("## ")] == [
        "## 0.4.0 (2026-11-20)",
        "## 0.3.0 (2026-11-01)",
    ]
    assert "  - focal height: 58 → 58.5" in lines
    assert text.endswith("The first release: 143 triples about 20 things.\n")


def test_a_feed_reader_finds_both_releases(published: Published) -> None:
    feed = feedparser.parse(published.second.read("feed.atom"))
    assert not feed.bozo, feed.get("bozo_exception")
    assert (feed.version, feed.feed.id) == ("atom10", f"{LIGHTS}feed.atom")
    assert feed.feed.updated == "2026-11-20T00:00:00Z"
    assert [entry.id for entry in feed.entries] == [f"{LIGHTS}releases/0.4.0", f"{LIGHTS}releases/0.3.0"]
    latest, oldest = feed.entries
    assert latest.title == "Lighthouses of a made-up coast 0.4.0"
    assert latest.link == f"{LIGHTS}releases/0.4.0"
    assert [each.href for each in latest.enclosures] == [
        f"{LIGHTS}releases/0.4.0/data.nq.gz",
        f"{LIGHTS}releases/0.4.0/data.ttl.gz",
    ]
    assert "58 → 58.5" in latest.content[0].value
    assert latest.content[0].type == "text/html"
    assert "withdrawn" in latest.summary
    assert oldest.published == "2026-11-01T00:00:00Z"


@pytest.mark.parametrize("which", ["published", "unpublished"])
def test_a_feed_has_what_atom_demands(which: str, published: Published, release: Release) -> None:
    """RFC 4287, sections 4.1.1 and 4.1.2."""
    content = (published.second if which == "published" else release).read("feed.atom")
    feed = ET.fromstring(content)
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"{ATOM}{name}")) == 1, name
        assert len(element.findall(f"{ATOM}link[@rel='alternate']")) == 1
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    assert len(feed.findall(f"{ATOM}link[@rel='self']")) == 1
    assert len(feed.findall(f"{ATOM}entry")) == (2 if which == "published" else 0)
    assert not feedparser.parse(content).bozo


def test_without_a_release_on_record_the_files_say_so(release: Release) -> None:
    assert release.read("changes.md").decode().endswith("No release has been published yet.\n")
    assert len(Graph().parse(data=release.read("history.ttl"), format="turtle")) == 0


def test_a_history_is_indexed_once_however_many_releases_it_has(
    published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed: list[int] = []

    def index(quads: Iterable[ox.Quad]) -> dict[str, Facts]:
        indexed.append(1)
        return by_subject(quads)

    project = Project.read(published.project)
    releases = records.read(published.project, project.iri).releases
    monkeypatch.setattr(as_rdf, "by_subject", index)
    files = {name: published.second.read(name) for name in published.second.files}
    told = list(tell(project.iri, releases, files))
    assert ([each.release.version for each in told], len(indexed)) == (["0.4.0", "0.3.0"], 1)


@pytest.mark.parametrize("date", ["2026-11-01", "2026-11-01T10:30:00"])
def test_a_feed_has_times_of_one_zone(fresh: Path, release: Release, date: str) -> None:
    """RFC 3339 has no time without its zone, and RDF may."""
    publish(fresh, release)
    project = Project.read(fresh)
    (known,) = records.read(fresh, project.iri).releases
    feed = feedparser.parse(write(project, [Section(replace(known, issued=date), "text", "summary")]))
    assert feed.entries[0].published == "2026-11-01T00:00:00Z"


def test_who_publishes_what_is_not_committed_is_warned(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(fresh / "data/views")
    out, notes = fresh / "dist", list[Problem]()

    def run(*arguments: str) -> None:
        who = ("-c", "user.name=A curator", "-c", "user.email=curator@example.org")
        subprocess.run(["git", *who, *arguments], cwd=fresh, check=True)

    def warned() -> list[str]:
        found = [str(note) for note in notes if "committed" in note.message]
        notes.clear()
        return found

    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    run("init", "--quiet")
    build(fresh, out, note=notes.append)
    assert warned() == []
    build(fresh, out, note=notes.append, record_iris=True)
    assert warned() == [
        "data/dataset.yaml:10:10: warning: the sources are not committed: a build after the commit will name"
        " it, and have other files than what is published now; commit them first"
    ]
    for path in _records(fresh):
        path.unlink()
    run("add", "data", "ontology", "shapes", "tests")
    run("commit", "--quiet", "--message", "sources")
    made = build(fresh, out, note=notes.append, record_iris=True)
    assert warned() == []
    run("add", "data")
    run("commit", "--quiet", "--message", "published")
    assert build(fresh, out).name == made.name


# What cannot be published.


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            [("data/dataset.yaml", "edition: 0.4.0", "edition: next")],
            "error: 'next' cannot be published: write numbers with dots, such as 1.0.0",
            id="a version without an order",
        ),
        pytest.param(
            [("data/dataset.yaml", "edition: 0.4.0", "edition: 0.3.9")],
            "error: version 0.4.0 was published already; write a version after it",
            id="an older version",
        ),
        pytest.param(
            [("data/dataset.yaml", "edition: 0.4.0", "edition: 0.4")],
            "error: version 0.4.0 was published, and 0.4 is the same number; write a new version",
            id="the same version in other digits",
        ),
        pytest.param(
            [("data/lighthouses/south-teal.yaml", "58.5", "58.6")],
            "error: version 0.4.0 was published with other data; write a new version",
            id="other data",
        ),
        pytest.param(
            [("ontology/lighthouses.ttl", "lt:Keeper a", "lt:Buoy a owl:Class .\nlt:Keeper a")],
            "error: version 0.4.0 was published with other terms or IRIs; write a new version",
            id="other terms",
        ),
        pytest.param(
            [
                ("data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0"),
                ("data/dataset.yaml", "released: 2026-11-20\n", ""),
            ],
            "error: dataset.yaml does not say on which day this version is issued; write the day",
            id="no day",
        ),
        pytest.param(
            [
                ("data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0"),
                ("data/dataset.yaml", "released: 2026-11-20\n", "released: next autumn\n"),
            ],
            "error: dataset.yaml does not say on which day this version is issued; write the day",
            id="no day either",
        ),
        pytest.param(
            [
                ("data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0"),
                ("data/dataset.yaml", "released: 2026-11-20\n", "released: 2026-11-19\n"),
            ],
            "error: version 0.4.0 was issued later, on 2026-11-20; write the day of this one",
            id="a day before the last",
        ),
        pytest.param(
            [
                ("data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0"),
                ("ontology/lighthouses.ttl", "owl:versionInfo", "rdfs:seeAlso"),
                ("ontology/lighthouses.ttl", "owl:versionIRI", "rdfs:seeAlso"),
            ],
            "error: the ontology says no owl:versionInfo; write one, such as 1.0.0",
            id="an ontology without a version",
        ),
    ],
)
def test_it_is_refused_and_nothing_is_touched(
    copy: Path, published: Published, changes: list[tuple[str, str, str]], said: str
) -> None:
    before = snapshot(copy)
    for file, old, new in changes:
        edit(copy / file, old, new)
    with pytest.raises(ReleaseRefused) as raised:
        publish(copy, published.second)
    (problem,) = map(str, raised.value.problems)
    assert re.fullmatch(rf"data/dataset\.yaml:\d+:\d+: {re.escape(said)}", problem)
    assert snapshot(copy) == before


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "data/lighthouses/south-teal.yaml",
            "58.5",
            "58.6",
            "was published with other data; write a new version",
        ),
        ("data/dataset.yaml", ": 0.4.0", ": 0.1.0", "was published already; write a version after it"),
        ("data/dataset.yaml", ": 0.4.0", ": 0.4.0 # as it was", ""),
    ],
)
def test_an_ordinary_build_of_it_is_warned(copy: Path, file: str, old: str, new: str, said: str) -> None:
    edit(copy / file, old, new)
    project = Project.read(copy)
    found = list(map(str, check(project, derive(project))))
    wanted = [f"data/dataset.yaml:10:10: warning: version 0.4.0 {said}"] if said else []
    assert [each for each in found if " info: " not in each] == wanted


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-11-21", []),
        (
            "2026-11-20",
            ["info: version 0.4.0 was issued on the same day; write the day of this one, if it is another"],
        ),
        (
            "2026-11-19",
            ["warning: version 0.4.0 was issued later, on 2026-11-20; write the day of this one"],
        ),
    ],
)
def test_a_day_that_was_forgotten_is_told_where_it_stands(copy: Path, day: str, said: list[str]) -> None:
    edit(copy / "data/dataset.yaml", ": 0.4.0", ": 0.5.0")
    edit(copy / "data/dataset.yaml", "released: 2026-11-20", f"released: {day}")
    project = Project.read(copy)
    found = list(map(str, check(project, derive(project))))
    assert found == [f"data/dataset.yaml:11:11: {each}" for each in said]


def test_the_same_data_with_something_else_beside_them_is_another_release(
    copy: Path, published: Published, tmp_path: Path
) -> None:
    edit(copy / "data/dataset.yaml", "name: Lighthouses", "name: Beacons")
    message = (
        "version 0.4.0 was published with these data, and with something else beside them (what is said of"
        " the dataset, the ontology, shapes, questions, pictures, or how the program writes them); write a"
        " new version"
    )
    notes = list[Problem]()
    other = build(copy, tmp_path / "other", note=notes.append)
    assert other.read("data.nq") == published.second.read("data.nq")
    assert [str(note) for note in notes if "was published" in note.message] == [
        f"data/dataset.yaml:10:10: warning: {message}"
    ]
    with pytest.raises(ReleaseRefused) as raised:
        build(copy, tmp_path / "other", record_iris=True)
    assert list(map(str, raised.value.problems)) == [f"data/dataset.yaml:10:10: error: {message}"]
    edit(copy / "data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0")
    with pytest.raises(ReleaseError, match=r" is not release 0\.4\.0 as it was published$"):
        publish(copy, other, tmp_path / "other" / other.name)


# The release before.


def test_the_release_before_is_looked_for_and_may_be_elsewhere(
    copy: Path, published: Published, tmp_path: Path
) -> None:
    edit(copy / "data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0")
    elsewhere = tmp_path / "fetched"
    shutil.move(copy / "dist" / published.second.name, elsewhere)
    with pytest.raises(ReleaseError) as raised:
        publish(copy, published.second)
    assert str(raised.value) == (
        f"{copy}/dist has no release 0.4.0 as it was published, with which this one is to be compared; fetch"
        " it, and say where it is with --since"
    )
    with pytest.raises(ReleaseError, match=r" is not release 0\.4\.0 as it was published$"):
        publish(copy, published.second, copy / "dist" / published.first.name)
    assert publish(copy, published.second, elsewhere)
    text = (copy / "data/releases/0.5.0.ttl").read_text(encoding="utf-8")
    assert f"dcat:previousVersion <{LIGHTS}releases/0.4.0>" in text


def test_a_damaged_release_is_not_compared_with(copy: Path, published: Published) -> None:
    edit(copy / "data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0")
    (copy / "dist" / published.second.name / "ontology.ttl").write_text("", encoding="utf-8")
    with pytest.raises(ReleaseError, match=r"has no release 0\.4\.0 as it was published"):
        publish(copy, published.second)


def test_what_cannot_be_looked_at_is_not_compared_with(copy: Path, published: Published) -> None:
    edit(copy / "data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0")
    strange = copy / "dist" / "0.4.0-00000000"
    strange.mkdir()
    manifest = published.second.read(MANIFEST)
    first = next(iter(published.second.files))
    (strange / MANIFEST).write_bytes(manifest.replace(f'"{first}"'.encode(), f'"{"a" * 300}"'.encode()))
    with pytest.raises(OSError, match="File name too long"):
        Release.open(strange)
    assert publish(copy, published.second)


# Robust.


def test_of_a_release_that_cannot_be_written_nothing_is_on_record(fresh: Path) -> None:
    (fresh / "dist").write_bytes(b"in the way")
    with pytest.raises(ReleaseError, match="No release was made"):
        build(fresh, fresh / "dist", record_iris=True)
    assert snapshot(fresh) == {}
    (fresh / "dist").unlink()
    edit(fresh / "data/lighthouses/south-teal.yaml", "focalHeight: 58.0", "focalHeight: 58.5")
    build(fresh, fresh / "dist", record_iris=True)
    assert sorted(snapshot(fresh)) == list(RECORDS)


def test_who_is_stopped_before_the_record_makes_the_same_release_again(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(path: Path, content: bytes) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(recording, "replace_file", stop)
        build(fresh, fresh / "dist", record_iris=True)
    made = Release.open(fresh / "dist")
    assert snapshot(fresh) == {}
    assert build(fresh, fresh / "dist", record_iris=True).name == made.name
    assert build(fresh, fresh / "dist").name == made.name


def test_of_two_that_publish_at_once_the_second_is_told(copy: Path, published: Published) -> None:
    edit(copy / "data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0")
    project, out = Project.read(copy), copy / "dist"
    graphs = NamedGraphs(project, derive(project)).data
    files = {name: published.second.read(name) for name in published.second.files}
    one, other = (
        prepare(project, records.read(copy, project.iri), graphs, files, out) for _ in ("one", "other")
    )
    one.write(out)
    before = snapshot(copy)
    with pytest.raises(ReleaseError, match="another build has put a release on record meanwhile"):
        other.write(out)
    assert snapshot(copy) == before


@pytest.mark.parametrize("writes", [0, 1, 2])
def test_whatever_stops_it_the_next_run_writes_the_same(
    fresh: Path, release: Release, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    written: list[Path] = []

    def fail(path: Path, content: bytes) -> None:
        if len(written) == writes:
            path.parent.mkdir(exist_ok=True)
            path.with_name(f".{path.name}.new").write_bytes(content[:10])  # as a kill leaves it
            raise KeyboardInterrupt
        written.append(path)
        replace_file(path, content)

    monkeypatch.setattr(recording, "replace_file", fail)
    with pytest.raises(KeyboardInterrupt):
        publish(fresh, release)
    assert not (fresh / RECORDS[1]).exists(), "the record is the last"
    monkeypatch.setattr(recording, "replace_file", replace_file)
    assert publish(fresh, release)
    after = snapshot(fresh)
    assert sorted(after) == list(RECORDS)
    assert [path for path in fresh.rglob("*.new") if path.name.startswith(".")] == []
    assert not publish(fresh, release)
    assert snapshot(fresh) == after


@pytest.mark.parametrize("writes", [1, 2])
def test_who_is_stopped_with_a_new_term_has_lost_nothing(
    copy: Path, published: Published, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    edit(copy / "data/dataset.yaml", "edition: 0.4.0", "edition: 0.5.0")
    edit(copy / "ontology/lighthouses.ttl", "lt:Keeper a", "lt:Buoy a owl:Class .\nlt:Keeper a")
    written: list[Path] = []

    def fail(path: Path, content: bytes) -> None:
        if len(written) == writes:
            raise KeyboardInterrupt
        written.append(path)
        replace_file(path, content)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(recording, "replace_file", fail)
        publish(copy, published.second)
    project = Project.read(copy)
    assert [each for each in check(project, derive(project)) if each.stops_a_release] == []
    assert publish(copy, published.second)
    assert check(Project.read(copy), derive(project)) == []


def test_a_full_disk_leaves_nothing_half_written(
    fresh: Path, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ReleaseError) as raised:
        publish(fresh, release)
    assert str(raised.value) == (
        f"{fresh}/data/terms.nt cannot be written: No space left on device. The release is made, and it is"
        " not on record. Mend that and build again with --record-iris"
    )
    assert snapshot(fresh) == {}
    assert [path for path in (fresh / "data").iterdir() if path.name.startswith(".")] == []


def test_a_list_that_was_sorted_otherwise_is_put_in_order_again(copy: Path, published: Published) -> None:
    file = copy / "data/iris.txt"
    before = file.read_text(encoding="utf-8")
    file.write_text("".join(reversed(before.splitlines(keepends=True))), encoding="utf-8")
    assert not publish(copy, published.second)
    assert file.read_text(encoding="utf-8") == before
