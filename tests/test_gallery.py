"""Each view of a project is asked and drawn, into files of the release; what is wrong is told."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pilotgraph.build import build
from pilotgraph.errors import Problem, ReleaseRefused, Severity
from pilotgraph.gallery import MAX_ROWS
from pilotgraph.project import Project
from pilotgraph.release import Release
from pilotgraph.validation import validate

VIEW = "data/views/10-heights"
SUFFIXES = (".csv", ".dark.svg", ".json", ".rq", ".srj", ".svg", ".vl.json")


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "lights"
    shutil.copytree(lighthouses, copy)
    monkeypatch.chdir(copy)
    return copy


def test_a_view_becomes_files_of_the_release(release: Release, lighthouses: Path) -> None:
    found = sorted(path for path in release.files if path.startswith("views/"))
    assert found == [f"views/heights{suffix}" for suffix in SUFFIXES]
    assert release.read("views/heights.rq") == (lighthouses / f"{VIEW}.rq").read_bytes()
    assert release.files["views/heights.svg"].media_type == "image/svg+xml"
    assert release.files["views/heights.csv"].media_type == "text/csv"


def test_rows_have_numbers_as_numbers_and_things_as_iris(release: Release) -> None:
    rows = json.loads(release.read("views/heights.json"))
    assert len(rows) == 8
    assert rows[0] == {
        "lighthouse": "https://example.org/lights/id/lighthouse/gannet-stack",
        "lighthouseLabel": "Gannet Stack",
        "height": 102.0,
        "visitors": "no",
    }


def test_a_released_spec_needs_nothing_else(release: Release) -> None:
    spec = json.loads(release.read("views/heights.vl.json"))
    assert spec["datasets"]["rows"] == json.loads(release.read("views/heights.json"))
    assert spec["layer"][1]["data"]["values"] == "level,what\n5,highest tide\n"


def test_what_a_page_says_is_filled_from_the_data(release: Release) -> None:
    (told,) = json.loads(release.read("views.json"))
    root = ElementTree.fromstring(release.read("views/heights.svg"))
    assert told["alt"] == "Bars for 8 lighthouses, from 9.1 to 102 metres; 5 let nobody in."
    assert (told["name"], told["note"]) == ("heights", "")
    assert [told[key] for key in ("width", "height")] == [
        round(float(root.attrib[key])) for key in ("width", "height")
    ]


def test_both_pictures_show_every_name(release: Release) -> None:
    names = [row["lighthouseLabel"] for row in json.loads(release.read("views/heights.json"))]
    for suffix in (".svg", ".dark.svg"):
        texts = set(ElementTree.fromstring(release.read(f"views/heights{suffix}")).itertext())
        assert texts.issuperset(names)


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _nothing(root: Path) -> None:
    _edit(
        root / f"{VIEW}.rq", "?lighthouse lt:focalHeight", "?none lt:noHeight ?x . ?lighthouse lt:focalHeight"
    )


def _unknown(root: Path) -> None:
    _edit(root / f"{VIEW}.rq", "# terms: lt:focalHeight", "# terms: lt:vocalHeight")


def _many(root: Path) -> None:
    ten = " ".join(map(str, range(10)))
    values = " ".join(f"VALUES ?{name} {{ {ten} }}" for name in "abc")
    _edit(root / f"{VIEW}.rq", "  OPTIONAL", f"  {values}\n  OPTIONAL")


def _no_spec(root: Path) -> None:
    (root / f"{VIEW}.vl.json").unlink()


def _no_query(root: Path) -> None:
    (root / f"{VIEW}.rq").rename(root / "data/views/other.rq")


def _twice(root: Path) -> None:
    for suffix in (".rq", ".vl.json"):
        shutil.copy(root / (VIEW + suffix), root / f"data/views/20-heights{suffix}")


def _broken(root: Path) -> None:
    _edit(root / f"{VIEW}.vl.json", '"width": 360,', '"width": 360')


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (_nothing, [(Severity.WARNING, f"{VIEW}.rq:1:1", "the query finds nothing")]),
        (_unknown, [(Severity.ERROR, f"{VIEW}.rq:4:10", 'the ontology does not define "vocalHeight"')]),
        (_many, [(Severity.ERROR, f"{VIEW}.rq:1:1", f"rows, and a picture may show {MAX_ROWS:,}")]),
        (_no_spec, [(Severity.ERROR, f"{VIEW}.vl.json:1:1", "there is no such file")]),
        (
            _no_query,
            [
                (Severity.WARNING, f"{VIEW}.vl.json:1:1", "no picture uses this file"),
                (Severity.ERROR, "data/views/other.vl.json:1:1", "there is no such file"),
            ],
        ),
        (_twice, [(Severity.ERROR, "data/views/20-heights.rq:1:1", f'{VIEW}.rq is called "heights" too')]),
        (_broken, [(Severity.ERROR, f"{VIEW}.vl.json:5:3", "this is not JSON: Expecting ',' delimiter")]),
    ],
)
def test_validation_tells_what_is_wrong(
    project: Path, spoil: Callable[[Path], None], expected: list[tuple[Severity, str, str]]
) -> None:
    spoil(project)
    found = [each for each in validate(Project.read(project)).problems if "views" in each.position.path]
    assert [(each.severity, str(each.position)) for each in found] == [each[:2] for each in expected]
    for problem, (_, _, said) in zip(found, expected, strict=True):
        assert said in problem.message


def test_a_view_that_finds_nothing_is_left_out_and_the_build_goes_on(project: Path, tmp_path: Path) -> None:
    _nothing(project)
    notes: list[Problem] = []
    built = build(project, tmp_path / "out", note=notes.append)
    assert not [path for path in built.files if path.startswith("views")]
    assert any("there is no picture" in note.message for note in notes)


def test_a_spec_that_cannot_be_drawn_stops_the_build(project: Path, tmp_path: Path) -> None:
    _edit(project / f"{VIEW}.vl.json", '"type": "bar"', '"type": "triangles"')
    with pytest.raises(ReleaseRefused) as refused:
        build(project, tmp_path / "out")
    (problem,) = refused.value.problems
    assert str(problem.position) == f"{VIEW}.vl.json:1:1"
    assert problem.message.startswith("this cannot be drawn: ")
    assert not (tmp_path / "out/current").exists()


def test_a_project_without_views_draws_nothing(project: Path, tmp_path: Path) -> None:
    shutil.rmtree(project / "data/views")
    steps: list[str] = []
    built = build(project, tmp_path / "out", steps.append)
    assert not [path for path in built.files if path.startswith("views")]
    assert not [step for step in steps if step.startswith("Drawing")]
