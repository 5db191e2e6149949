"""A release that a command begins with."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotgraph import terminal
from pilotgraph.building import build_release
from pilotgraph.cli import main
from pilotgraph.errors import SourceError
from pilotgraph.release import Release
from pilotgraph.search_index import index_path


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("dist")
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses", ignore=ignored))


def test_a_release_has_its_index_and_its_steps_and_warnings_are_told(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    release = build_release(project)
    assert release.path == (project / "dist/current").resolve()
    assert index_path(release).is_file()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.index("Writing the index for searching\n") < err.index(": warning: say in which year")


def test_a_project_that_does_not_conform_has_none(project: Path) -> None:
    next((project / "data").glob("*.yaml")).write_text("- id: [", encoding="utf-8")
    with pytest.raises(SourceError):
        build_release(project)
    assert not (project / "dist").exists()


def test_without_its_index_a_release_is_made_all_the_same(project: Path) -> None:
    assert build_release(project)
    for index in (project / "dist").glob("*.sqlite3"):
        index.unlink()
        index.mkdir()
    result = CliRunner().invoke(main, ["build", "--project", str(project)])
    release = Release.open(project / "dist")
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, terminal.shown(release.path))
    *_, before, last = result.stderr.splitlines()
    assert ": warning: say in which year" in result.stderr
    assert "Warning" not in before
    assert last == (
        f"Warning: {index_path(release)} cannot be written: Is a directory. The release is whole; without"
        " its index a server takes longer over the first search"
    )
