"""Two releases of one project, compared as a whole."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pilotgraph.build import build
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.comparison.told import summary
from pilotgraph.errors import ReleaseError
from pilotgraph.release import Release
from snapshots import DATASET, files, snapshot

LIGHTS = "https://example.org/lights/"
TOWER = """\
id: lighthouse/heron-ledge
type: Lighthouse
label: Heron Ledge
firstLit: 1901
focalHeight: 12.5
flashCount: 3
openToVisitors: false
lampColour: lt:whiteLight
tendedBy: keeper/ida-sandpiper
inSightOf: lighthouse/gannet-stack
identifier:
  - id: identifier/heron-ledge-list
    type: Identifier
    label: number of Heron Ledge in the list of made-up lights
    notation: "0077"
inspections:
  - id: inspection/heron-ledge-1902
    type: Inspection
    label: inspection of Heron Ledge in 1902
    inspectedOn: 1902-03-04
    lampPassed: true
"""


@pytest.fixture(scope="module")
def following(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release with one tower more, and another height of one that was there."""
    root = tmp_path_factory.mktemp("following") / "lights"
    shutil.copytree(lighthouses, root)
    (root / "data/lighthouses/heron-ledge.yaml").write_text(TOWER, encoding="utf-8")
    tower, description = root / "data/lighthouses/gannet-stack.yaml", root / "data/dataset.yaml"
    for path, old, new in (
        (tower, "focalHeight: 102", "focalHeight: 103"),
        (description, "edition: 0.3.0\nreleased: 2026-11-01", "edition: 0.4.0\nreleased: 2026-12-01"),
    ):
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    return build(root, root / "dist")


def test_a_record_is_told_with_its_parts_and_a_figure_as_old_and_new(
    release: Release, following: Release
) -> None:
    found = compare(Snapshot.of(release), Snapshot.of(following))
    assert [
        (each.kind, each.iri.removeprefix(f"{LIGHTS}id/"), each.part_of.removeprefix(f"{LIGHTS}id/"))
        for each in found.changes
    ] == [
        ("added", "inspection/heron-ledge-1902", "lighthouse/heron-ledge"),
        ("added", "lighthouse/heron-ledge", ""),
        ("changed", "lighthouse/gannet-stack", ""),
        # It has a name of its own, so that it is no part on pages either.
        ("added", "identifier/heron-ledge-list", ""),
    ]
    (height,) = found.changes[2].properties
    assert (height.property, height.removed[0].value, height.added[0].value) == (
        f"{LIGHTS}ontology#focalHeight",
        "102",
        "103",
    )
    assert (found.old.version, found.new.version, found.new.issued) == ("0.3.0", "0.4.0", "2026-12-01")
    assert summary(found) == "things: 2 added with 1 part, 1 changed"


def test_nothing_changes_from_a_release_to_itself(release: Release) -> None:
    found = compare(Snapshot.of(release), Snapshot.of(release))
    assert not found
    assert summary(found) == "no differences"


def test_two_datasets_are_not_compared() -> None:
    other = {name: content.replace(b"/small/", b"/other/") for name, content in files().items()}
    with pytest.raises(ReleaseError) as raised:
        compare(snapshot(), Snapshot.read(other))
    assert str(raised.value) == (
        f"{DATASET} and https://example.org/other/ are two datasets; compare versions of one"
    )


def test_the_same_bytes_whatever_the_order_of_hashes(release: Release, following: Release) -> None:
    written = {
        subprocess.run(
            [sys.executable, "-m", "pilotgraph", "diff", "--format", "turtle", release.path, following.path],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(written) == 1
    assert b"heron-ledge" in written.pop()
