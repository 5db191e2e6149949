"""The command `export`."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from conftest import COMMAND
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


def test_ctrl_c_ends_it_in_a_word_and_leaves_nothing(release: Release, tmp_path: Path) -> None:
    # What a shell starts in the background does not hear it, and hands that on.
    heard = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        process = subprocess.Popen(
            [COMMAND, "export", "--release", release.path, tmp_path / "site"],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, heard)
    assert process.stderr is not None
    next(line for line in process.stderr if line == "Writing pages and documents\n")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (1, "\nAborted!\n")
    assert list(tmp_path.iterdir()) == []
