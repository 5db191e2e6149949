"""A directory that is there whole or not at all."""

import errno
import fcntl
import os
import re
import resource
import signal
from pathlib import Path

import pytest

from pilotgraph.errors import ExportError
from pilotgraph.export import directory


def write(target: Path, text: str) -> None:
    with directory.replacing(target) as staging:
        (staging / "page.html").write_text(text, encoding="utf-8")
        if text == "old":
            (staging / "stale.html").touch()
        (staging / directory.MARKER).write_bytes(directory.marker(text, directory.files_in(staging)))


def names(place: Path) -> set[str]:
    return {each.name for each in place.iterdir()}


@pytest.mark.parametrize("before", ["nothing", "an empty directory", "an export"])
def test_a_directory_is_replaced_whole(tmp_path: Path, before: str) -> None:
    target = tmp_path / "made/out" if before == "nothing" else tmp_path / "out"
    if before == "an empty directory":
        target.mkdir()
    elif before == "an export":
        write(target, "old")
    write(target, "new")
    assert (target / "page.html").read_text(encoding="utf-8") == "new"
    assert names(target) == {"page.html", directory.MARKER}
    assert names(target.parent) == {"out"}


@pytest.mark.parametrize("before", ["a file", "a link", "something", "a marker of others"])
def test_what_is_no_export_is_left_alone(tmp_path: Path, before: str) -> None:
    target = tmp_path / "out"
    if before == "a file":
        target.touch()
    elif before == "a link":
        target.symlink_to(tmp_path)
    else:
        target.mkdir()
        (target / ("x" if before == "something" else directory.MARKER)).write_text("[]", encoding="utf-8")
    kept = names(target) if target.is_dir() else set()
    with pytest.raises(ExportError, match=r"holds something that is no export|is no directory"):
        write(target, "new")
    assert (names(target) if target.is_dir() else set()) == kept


@pytest.mark.parametrize(
    ("added", "told"),
    [
        (["CNAME"], "1 file that is not of the export, such as CNAME;"),
        ([".git/HEAD", ".git/refs/x", "a"], "3 files that are not of the export, such as .git/HEAD;"),
        (["link@"], "1 file that is not of the export, such as link;"),
    ],
)
def test_what_others_have_added_to_an_export_is_left_alone(
    tmp_path: Path, added: list[str], told: str
) -> None:
    target = tmp_path / "out"
    write(target, "old")
    (target / "stale.html").unlink()  # as many files as there were do not make it the export that it was
    for name in added:
        path = target / name.rstrip("@")
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("@"):
            path.symlink_to(tmp_path)
        else:
            path.touch()
    before = directory.files_in(target)
    with pytest.raises(ExportError, match=re.escape(f"{target} holds {told} move what is yours")):
        write(target, "new")
    assert directory.files_in(target) == before
    assert names(tmp_path) == {"out"}


def test_what_is_added_while_another_is_written_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write(target, "old")
    with pytest.raises(ExportError, match="such as CNAME"), directory.replacing(target):
        (target / "CNAME").touch()
    assert "CNAME" in names(target)


def test_a_directory_that_cannot_be_finished_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write(target, "old")
    with pytest.raises(ZeroDivisionError), directory.replacing(target) as staging:
        (staging / "page.html").write_text("half", encoding="utf-8")
        raise ZeroDivisionError
    assert (target / "page.html").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == {"out"}


def test_two_do_not_write_at_once(tmp_path: Path) -> None:
    other = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    try:
        with pytest.raises(ExportError, match="another export is being written"):
            write(tmp_path / "out", "new")
    finally:
        os.close(other)
    write(tmp_path / "out", "new")


def test_a_system_that_cannot_exchange_names_replaces_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "_exchange", lambda one, other: False)
    write(tmp_path / "out", "old")
    write(tmp_path / "out", "new")
    assert (tmp_path / "out/page.html").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == {"out"}


@pytest.mark.parametrize(
    ("fails", "said", "kept"),
    [
        pytest.param([".out.exporting"], "the export there is as it was", "out", id="the new one"),
        pytest.param(
            [".out.exporting", ".out.replaced"],
            "the export that was there is in {}/.out.replaced now",
            ".out.replaced",
            id="the old one too",
        ),
    ],
)
def test_a_name_that_cannot_be_given_loses_no_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: list[str], said: str, kept: str
) -> None:
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name in fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(path, target)

    write(tmp_path / "out", "old")
    monkeypatch.setattr(directory, "_exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ExportError) as caught:
        write(tmp_path / "out", "new")
    place = tmp_path / "out"
    assert str(caught.value) == f"{place} cannot be written: Input/output error; {said.format(tmp_path)}"
    assert (tmp_path / kept / "page.html").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == {kept}


def test_a_full_disk_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "out"
    write(target, "old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
        with pytest.raises(
            ExportError, match="out cannot be written: File too large; the export there is as it was"
        ):
            write(target, "x" * 2_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert (target / "page.html").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == {"out"}
