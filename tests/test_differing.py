"""The command `diff`: what it prints, and how it ends."""

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import CliRunner, Result

from comparisons import NEW_FILES, OLD_FILES
from pilotgraph.cli import main
from pilotgraph.release import Release, write
from terminals import on_terminal
from test_comparison_text import TOLD


@pytest.fixture
def releases(tmp_path: Path) -> tuple[Path, Path]:
    """Two releases, and the second is the current one where both are kept."""
    return write(tmp_path, "1.0.0", OLD_FILES).path, write(tmp_path, "1.1.0", NEW_FILES).path


def diff(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["diff", *map(str, arguments)])


def test_differences_end_with_1(releases: tuple[Path, Path]) -> None:
    result = diff(*releases)
    assert (result.exit_code, result.stdout, result.stderr) == (1, TOLD, "")


def test_no_differences_end_with_0(releases: tuple[Path, Path]) -> None:
    # A directory of releases stands for its current one.
    result = diff(releases[1], releases[1].parent)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("\nno differences\n")


@pytest.mark.parametrize("form", ["json", "turtle", "markdown"])
def test_each_format_can_be_read(form: str, releases: tuple[Path, Path]) -> None:
    result = diff(*releases, "--format", form)
    assert (result.exit_code, result.stderr) == (1, "")
    if form == "json":
        assert len(json.loads(result.stdout)["changes"]) == 13
    elif form == "turtle":
        graph = list(ox.parse(result.stdout, format=ox.RdfFormat.TURTLE))
        assert sum(quad.predicate.value.endswith("#object") for quad in graph) > 13
        assert "@prefix t: <https://example.org/small/ontology#> ." in result.stdout
    else:
        assert result.stdout.startswith("## 1.1.0 (2026-12-01)\n")


def test_trouble_ends_with_2_and_one_line(
    releases: tuple[Path, Path], tmp_path: Path, release: Release
) -> None:
    nothing = tmp_path / "nothing"
    for arguments, message in (
        ((releases[0], nothing), f"{nothing} holds no release; `pilotgraph build` writes one"),
        ((releases[0], release.path), "https://example.org/small/ and https://example.org/lights/ are two"),
    ):
        result = diff(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"Error: {message}")
        assert result.stderr.count("\n") == 1
    (releases[1] / "data.nq").write_text("")
    result = diff(*releases)
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_the_second_one_is_wanted() -> None:
    assert diff("dist").exit_code == 2


def test_a_terminal_shows_colours_and_does_not_break_iris(
    releases: tuple[Path, Path], tmp_path: Path
) -> None:
    code, seen = on_terminal("diff", *releases, cwd=tmp_path)
    assert code == 1
    assert "\x1b[1mFew statements\x1b[0m\n" in seen
    wide = "https://example.org/small/ontology#height → https://example.org/small/ontology#tallness"
    assert wide in seen
    code, plain = on_terminal("diff", *releases, cwd=tmp_path, NO_COLOR="1")
    assert (code, plain) == (1, TOLD)


def test_a_release_does_not_steer_the_terminal(tmp_path: Path) -> None:
    steering = b"O\\u001B]0;title\\u0007\\u001B[31ma\\u202E\\u009B1mk\\rOVER"
    files = NEW_FILES | {"data.nq": NEW_FILES["data.nq"].replace(b"Oak", steering)}
    result = diff(*(write(tmp_path, *each).path for each in (("1.0.0", OLD_FILES), ("1.1.0", files))))
    assert result.exit_code == 1
    assert "O\ufffd]0;title\ufffd\ufffd[31ma\ufffd\ufffd1mk\ufffdOVER" in result.stdout
    assert all(line.isprintable() for line in result.stdout.split("\n"))
