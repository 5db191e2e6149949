"""The list of released IRIs, whatever an editor or a merge made of it."""

import shutil
from pathlib import Path

import pyoxigraph as ox
import pytest

from pilotgraph import formats
from pilotgraph.formats import TURTLE
from pilotgraph.project import Project
from pilotgraph.released import records
from pilotgraph.released.iris import Listed
from pilotgraph.released.records import Recorded, describe
from pilotgraph.triples import AS
from retired import edit

LIGHTS = "https://example.org/lights/"


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "lights"
    shutil.copytree(lighthouses, copy)
    monkeypatch.chdir(copy)
    return copy


def listed(project: Path) -> Listed:
    return Listed(Project.read(project))


def test_without_a_list_nothing_is_told(project: Path) -> None:
    assert list(listed(project).problems(())) == []


def test_it_has_things_parts_terms_graphs_and_questions(project: Path) -> None:
    iris = listed(project).content().splitlines()
    assert iris == sorted(iris)
    assert {
        LIGHTS,
        f"{LIGHTS}id/keeper/þóra-lundadóttir",
        f"{LIGHTS}id/identifier/south-teal-list",
        f"{LIGHTS}ontology#Keeper",
        f"{LIGHTS}graph/others",
        f"{LIGHTS}queries/highest-lights",
    } <= set(iris)


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="line ends of Windows"),
        pytest.param(lambda text: "\ufeff" + text, id="a mark of the encoding"),
        pytest.param(lambda text: "".join(reversed(text.splitlines(keepends=True))), id="another order"),
        pytest.param(lambda text: text + text, id="each line twice"),
        pytest.param(lambda text: text.replace("\n", "  \n\n"), id="spaces and empty lines"),
    ],
)
def test_what_an_editor_does_to_it_is_mended(project: Path, write: object) -> None:
    assert callable(write)
    whole = listed(project).content()
    (project / "data/iris.txt").write_bytes(write(whole).encode())
    found = listed(project)
    assert list(found.problems(())) == []
    assert found.content() == whole


def test_comments_come_first_and_stay(project: Path) -> None:
    (project / "data/iris.txt").write_text(f"{LIGHTS}\n# Ours, for ever.\n", encoding="utf-8")
    assert listed(project).content().splitlines()[:2] == ["# Ours, for ever.", LIGHTS]


def test_what_a_merge_left_is_told_at_its_line(project: Path) -> None:
    text = f"{LIGHTS}\n<<<<<<< HEAD\n{LIGHTS}id/a\n=======\n{LIGHTS}id/b\n>>>>>>> other\n"
    (project / "data/iris.txt").write_text(text, encoding="utf-8")
    assert list(map(str, listed(project).problems(()))) == [
        "data/iris.txt:2:1: error: a merge left its marks here; keep what both sides have, and take the marks"
        " out"
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            f"{LIGHTS}\n{LIGHTS}id/a\n".encode("utf-16"),
            "1:1: error: byte 1 is not UTF-8; save the file as UTF-8",
        ),
        (f"{LIGHTS}\n".encode("utf-16-le"), "1:1: error: this is not UTF-8; save it as UTF-8"),
        (f"{LIGHTS}\n# é\n".encode("latin-1"), "2:1: error: byte 31 is not UTF-8; save the file as UTF-8"),
    ],
    ids=["UTF-16", "UTF-16 without a mark", "a comment in Latin-1"],
)
def test_another_encoding_is_told_once(project: Path, content: bytes, said: str) -> None:
    put_on_record(project, "0.2.0")
    (project / "data/iris.txt").write_bytes(content)
    found = listed(project)
    assert list(map(str, found.problems(()))) == [f"data/iris.txt:{said}"]
    assert list(found.check_told(records.read(project, LIGHTS).releases)) == []


def put_on_record(project: Path, version: str, *objects: str) -> None:
    """Write a record of a release, with changes of some things."""
    release = Recorded(version, f"{LIGHTS}releases/{version}", "2026-11-01", 1, 1, "ab" * 32, "", ())
    graph = describe(LIGHTS, release, None)
    for number, iri in enumerate(objects):
        change = ox.NamedNode(f"{release.iri}#{number}")
        graph.append(ox.Triple(change, ox.NamedNode(AS.object), ox.NamedNode(iri)))
    folder = project / "data/releases"
    folder.mkdir(exist_ok=True)
    (folder / f"{version}.ttl").write_bytes(formats.serialize(graph, TURTLE))


def test_a_release_on_record_is_an_iri_for_ever(project: Path) -> None:
    put_on_record(project, "0.2.0")
    assert f"{LIGHTS}releases/0.2.0" in listed(project).content().splitlines()
    (project / "data/iris.txt").write_text(listed(project).content(), encoding="utf-8")
    assert list(listed(project).problems(())) == []
    (project / "data/releases/0.2.0.ttl").unlink()
    (said,) = map(str, listed(project).problems(()))
    assert said.endswith(
        f":1: error: <{LIGHTS}releases/0.2.0> was released; bring data/releases/0.2.0.ttl back"
    )


def test_the_present_version_may_have_been_stopped_before_it_was_on_record(project: Path) -> None:
    text = listed(project).content(f"{LIGHTS}releases/0.3.0")
    assert f"{LIGHTS}releases/0.3.0" in text.splitlines()
    (project / "data/iris.txt").write_text(text, encoding="utf-8")
    (said,) = map(str, listed(project).problems(()))
    assert said.endswith(
        f":1: warning: <{LIGHTS}releases/0.3.0> is not on record; bring data/releases/0.3.0.ttl back if it"
        " was lost, or publish again with `pilotgraph build --record-iris` if that was stopped"
    )


@pytest.mark.parametrize("missing", ["releases/0.2.0", "id/lighthouse/south-teal", "ontology#Keeper"])
def test_what_a_record_tells_of_is_on_the_list(project: Path, missing: str) -> None:
    told = ("id/lighthouse/south-teal", "ontology#Keeper", "graph/others")
    put_on_record(project, "0.2.0", *(LIGHTS + each for each in told), "https://example.org/other")
    (project / "data/iris.txt").write_text(listed(project).content(), encoding="utf-8")
    sources = Project.read(project)
    releases = records.read(project, LIGHTS).releases
    assert list(Listed(sources).check_told(releases)) == []
    edit(project / "data/iris.txt", f"{LIGHTS}{missing}\n", "")
    assert list(map(str, Listed(sources).check_told(releases))) == [
        f"data/releases/0.2.0.ttl:1:1: error: <{LIGHTS}{missing}> was released, as this record tells; bring"
        " its line in data/iris.txt back"
    ]
    assert list(Listed(sources).problems(releases)) == []


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["ontology#Keeper"], "1 IRI is not listed here yet; `pilotgraph build --record-iris` adds it"),
        (
            ["ontology#Keeper", "ontology#callSign"],
            "2 IRIs are not listed here yet; `pilotgraph build --record-iris` adds them",
        ),
    ],
)
def test_how_many_are_new_is_told(project: Path, missing: list[str], said: str) -> None:
    whole = listed(project).content().splitlines()
    lines = [line for line in whole if line.removeprefix(LIGHTS) not in missing]
    (project / "data/iris.txt").write_text("\n".join(lines), encoding="utf-8")
    assert list(map(str, listed(project).problems(()))) == [f"data/iris.txt:1:1: info: {said}"]


def test_an_iri_that_is_lost_is_told_at_its_line_and_a_tombstone_is_no_loss(project: Path) -> None:
    gone = f"{LIGHTS}id/lighthouse/phantom-rock"
    (project / "data/iris.txt").write_text(f"# Ours.\n{LIGHTS}\n{gone}\n", encoding="utf-8")
    errors = [str(each) for each in listed(project).problems(()) if each.stops_a_release]
    assert errors == [
        f"data/iris.txt:3:1: error: <{gone}> was released, and an IRI is for ever; bring it back, as"
        " deprecated or as a tombstone if need be"
    ]
    (project / "data/lighthouses/phantom-rock.yaml").write_text("id: lighthouse/phantom-rock\n")
    assert [each for each in listed(project).problems(()) if each.stops_a_release] == []
