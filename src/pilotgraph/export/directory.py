"""Files -> a directory that is there whole or not at all, in place of an older export.

It is written beside and renamed.  Whatever ends the program, a full disk or a signal, the last export stays
as it was; what was left beside is cleared away by the next.  That is true of the program, not of the machine:
nothing waits for the disk, so after a loss of power export again.  What is no export of ours is never
replaced, nor is an export to which others have added files.
"""

import ctypes
import errno
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pilotgraph.errors import ExportError

MARKER = "export.json"
_WRITER = "pilotgraph export"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # <fcntl.h>, <linux/fs.h>


def marker(release: str, files: Iterable[str]) -> bytes:
    """What says of a directory that it is an export, of which release, and with which other files."""
    told = {"writer": _WRITER, "release": release, "files": sorted(files)}
    return (json.dumps(told, indent=0, ensure_ascii=False) + "\n").encode()


def files_in(directory: Path) -> set[str]:
    """All that is below a directory and is none itself, by its path there.

    :raises OSError: if part of it cannot be read.
    """
    found = set()
    waiting = [directory]
    for each in waiting:
        for entry in os.scandir(each):
            if entry.is_dir(follow_symlinks=False):
                waiting.append(Path(entry.path))
            else:
                found.add(Path(entry.path).relative_to(directory).as_posix())
    return found


def check(target: Path) -> None:
    """Refuse to replace what is no export.

    :raises ExportError: if a file is there, a directory with something else in it, or an export with more.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ExportError(f"{target} is no directory; name one that is empty, or not there yet")
    if not target.is_dir() or not any(target.iterdir()):
        return
    exported = _exported(target)
    if exported is None:
        raise ExportError(f"{target} holds something that is no export; empty it, or name another directory")
    if others := sorted(files_in(target) - exported):
        them = "1 file that is" if len(others) == 1 else f"{len(others):,} files that are"
        raise ExportError(f"{target} holds {them} not of the export, such as {others[0]}; move what is yours")


def _exported(directory: Path) -> set[str] | None:
    """The files of the export that a directory is, if it is one."""
    try:
        read = json.loads((directory / MARKER).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(read, dict) or read.get("writer") != _WRITER or not isinstance(read.get("files"), list):
        return None
    return {MARKER, *map(str, read["files"])}


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a directory to write into, and put it in place of another when all is written.

    :raises ExportError: if what is there is no export, another process is writing one there, or the system
        refuses: the disk is full, or nothing may be written there.
    """
    check(target)
    try:
        with _written(target.absolute()) as staging:
            yield staging
    except OSError as error:
        left = "the export there is as it was" if target.exists() else "nothing was written"
        raise ExportError(f"{target} cannot be written: {error.strerror or error}; {left}") from error


@contextmanager
def _written(target: Path) -> Iterator[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".{target.name}.exporting")
    with _alone(target):
        shutil.rmtree(staging, ignore_errors=True)
        try:
            staging.mkdir()
            yield staging
            check(target)
            _put(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    # The kernel takes the lock back when its owner ends, however it ends; a directory needs no file for it.
    descriptor = os.open(target.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ExportError(f"another export is being written in {target.parent}; wait for its end") from error
    finally:
        os.close(descriptor)


def _put(staging: Path, target: Path) -> None:
    """Put a directory in the place of another, which is gone then, or lies where the first was."""
    if not target.exists():
        staging.rename(target)
    elif not _exchange(staging, target):
        # Where the system cannot do it in one step, nothing is there for a moment.
        old = target.with_name(f".{target.name}.replaced")
        shutil.rmtree(old, ignore_errors=True)
        target.rename(old)
        try:
            staging.rename(target)
        except OSError:
            _put_back(old, target)
            raise
        shutil.rmtree(old, ignore_errors=True)


def _put_back(old: Path, target: Path) -> None:
    try:
        old.rename(target)
    except OSError as error:
        said = f"{target} cannot be written: {error.strerror or error}"
        raise ExportError(f"{said}; the export that was there is in {old} now") from error


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step, where the system can (Linux, renameat2)."""
    rename = (
        getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    )
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    if rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):  # this file system cannot
        return False
    raise OSError(number, os.strerror(number), str(other))
