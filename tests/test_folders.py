"""A folder is listed as pathlib lists it, but one that cannot be read stops a build."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import COMMAND
from pilotgraph.folders import below, entries

# Whoever may do anything to files is no test of rights: root gives up what makes it root.
MORTAL = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []


def fail(folder: Path, message: str) -> None:
    raise AssertionError(f"{folder}: {message}")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Files, folders, hidden ones and links of every kind."""
    root = tmp_path / "tree"
    for name in ("b/c/d.yaml", "b-c/x.yaml", "a.yaml", ".git/config", "b/.x.yaml", "views/v.rq"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / "loop").symlink_to(root)
    (root / "b/up").symlink_to("..")
    (root / "nowhere").symlink_to("lost")
    (root / "itself").symlink_to("itself")
    return root


def test_the_order_and_the_links_are_those_of_pathlib(tree: Path) -> None:
    hidden = {tree / ".git/config"}
    assert below(tree, fail) == sorted(set(tree.rglob("*")) - hidden)
    assert entries(tree, fail) == sorted(tree.iterdir())


def test_a_folder_that_is_passed_by_is_not_looked_into(tree: Path) -> None:
    (tree / "b/views").mkdir()
    (tree / "b/views/y.yaml").touch()
    found = below(tree, fail, ("views",))
    assert tree / "views" in found
    assert tree / "views/v.rq" not in found
    assert tree / "b/views/y.yaml" in found


def test_no_folder_is_an_empty_one_and_whatever_else_is_told(tree: Path) -> None:
    said: list[tuple[str, str]] = []
    for name in ("none", "nowhere", "itself", "a.yaml"):
        assert below(tree / name, lambda folder, why: said.append((folder.name, why))) == []
    assert said == [
        ("nowhere", "the folder cannot be read: No such file or directory"),
        ("itself", "the folder cannot be read: Too many levels of symbolic links"),
        ("a.yaml", "the folder cannot be read: Not a directory"),
    ]


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("dist")
    return Path(shutil.copytree(lighthouses, tmp_path / "lights", ignore=ignored))


def without(project: Path, folder: str, command: str) -> subprocess.CompletedProcess[str]:
    """Run a command for which a folder may not be read."""
    place = project / folder
    place.mkdir(parents=True, exist_ok=True)
    place.chmod(0)
    try:
        return subprocess.run(
            [*MORTAL, COMMAND, command], cwd=project, capture_output=True, text=True, check=False
        )
    finally:
        place.chmod(0o755)


@pytest.mark.parametrize(
    "folder",
    [
        "data/extra/deeper",
        "data/links/older",
        *(f"data/{name}" for name in ("facts", "guide", "links", "queries", "releases", "report", "views")),
        "ontology",
        "ontology/imports",
        "shapes",
        "data",
    ],
)
def test_a_folder_that_may_not_be_read_is_told_once(project: Path, folder: str) -> None:
    done = without(project, folder, "validate")
    said = [line for line in done.stdout.splitlines() if "folder" in line]
    assert said == [f"{folder}:1:1: error: the folder cannot be read: Permission denied"]
    # As for a record of a release: what else there is was looked into.
    assert done.returncode == (1 if folder == "data/releases" else 2)
    assert "there is no file here" not in done.stdout


def test_nothing_is_released_without_a_folder(project: Path) -> None:
    (project / "data/extra").mkdir()
    done = without(project, "data/extra", "build")
    assert done.returncode == 1
    assert "data/extra:1:1: error: the folder cannot be read: Permission denied\n" in done.stderr
    assert not (project / "dist").exists()
