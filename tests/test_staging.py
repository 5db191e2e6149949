"""A directory is there whole or not at all; what the system refuses is told with what to do."""

import errno
import os
from pathlib import Path

import pytest

from pilotgraph.errors import ReleaseError
from pilotgraph.staging import point, told, write_directory


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
