"""A directory is there whole or not at all; what the system refuses is told with what to do."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from pilotgraph.errors import ReleaseError
from pilotgraph.staging import point, told, turn, write_directory


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EDQUOT, "Make room"),
        (errno.EACCES, "Get the right to write there, or choose another place with --out,"),
        (errno.EROFS, "Choose a place that can be written with --out"),
        (errno.EIO, "Mend that"),
    ],
)
def test_an_error_of_the_system_is_told(tmp_path: Path, number: int, remedy: str) -> None:
    link = tmp_path / "current"
    for last in ("there was none before", "the last one is as it was"):
        with pytest.raises(ReleaseError) as raised, told(tmp_path, link):
            raise OSError(number, os.strerror(number), "a/file")
        assert str(raised.value) == (
            f"a/file cannot be written: {os.strerror(number)}. No release was made; {last}."
            f" {remedy} and build again"
        )
        link.unlink(missing_ok=True)
        link.symlink_to("somewhere")


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".building/old").mkdir(parents=True)
    (tmp_path / ".building/old/file").write_text("half")
    write_directory(tmp_path / "new", {"a/b": b"whole"}, None)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "new",
        "new/a",
        "new/a/b",
    ]


def test_a_link_is_moved_over_what_a_killed_build_left(tmp_path: Path) -> None:
    (tmp_path / ".current").symlink_to("half")
    for name in ("one", "two", "two"):
        point(tmp_path / "current", name)
        assert (tmp_path / "current").readlink() == Path(name)
    assert os.listdir(tmp_path) == ["current"]  # noqa: PTH208 (names)


def test_builds_take_turns_by_a_file_that_stays(tmp_path: Path) -> None:
    for _ in range(2):
        with turn(tmp_path), (tmp_path / ".lock").open("ab") as lock, pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert (tmp_path / ".lock").read_bytes() == b""


def test_a_pipe_in_the_place_of_the_lock_is_refused(tmp_path: Path) -> None:
    # A build that waited would wait for ever, so another process waits here.
    os.mkfifo(tmp_path / ".lock")
    program = "import sys; from pathlib import Path; from pilotgraph.staging import turn"
    done = subprocess.run(
        [sys.executable, "-c", f"{program}; turn(Path(sys.argv[1])).__enter__()", tmp_path],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == (
        f"pilotgraph.errors.ReleaseError: {tmp_path}/.lock is not the file by which builds take turns;"
        " move it away and build again"
    )
    assert stat.S_ISFIFO((tmp_path / ".lock").stat().st_mode)
