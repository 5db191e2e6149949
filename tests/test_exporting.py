"""The command `export`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotgraph.cli import main
from pilotgraph.release import Release


def run(*arguments: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["export", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_the_command_refuses_a_directory_with_something_else(release: Release, tmp_path: Path) -> None:
    (tmp_path / "letters.txt").touch()
    code, out, err = run("--release", release.path, tmp_path)
    assert (code, out) == (1, "")
    assert err == (
        f"Error: {tmp_path} holds something that is no export; empty it, or name another directory\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--project", ".", "--release", ".", "x"], "give --project or --release, not both"),
        (["--release", "nowhere", "x"], "nowhere holds no release"),
        (["--public-url", "here", "--release", "nowhere", "x"], "public_url"),
        ([], "Missing argument 'DIR'"),
    ],
)
def test_the_command_says_what_it_cannot_take(arguments: list[str], said: str) -> None:
    code, _, err = run(*arguments)
    assert code != 0
    assert said in err
    assert "Traceback" not in err
