"""Files, as bytes -> a directory that is there whole or not at all, and a link to it, moved in one step.

Everything is written beside, synced to disk and renamed, and a link is replaced by renaming another over
it, because `rename` cannot replace a directory that is not empty.  A lock makes builds into one directory
take turns, so what lies in `.building` was left by a build that was killed, and the next one clears it away.

Files and directories have the same times and rights everywhere, whatever the clock and the umask say: what
copies or serves them sees no difference between machines.
"""

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pilotgraph.errors import ReleaseError

_ROOM, _RIGHTS = "Make room", "Get the right to write there, or choose another place with --out,"
_REMEDIES = {
    errno.EACCES: _RIGHTS,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: _ROOM,
    errno.ENOSPC: _ROOM,
    errno.EPERM: _RIGHTS,
    errno.EROFS: "Choose a place that can be written with --out",
    errno.EEXIST: "Move away what is there",
    errno.ENOTDIR: "Move away what is there",
}


@contextmanager
def told(out: Path, current: Path, made: Path | None = None) -> Iterator[None]:
    """Say of what the system refuses where it happened, that nothing is lost, and what to do.

    :param current: the link to the last release, if there is one.
    :param made: the release that is there already, if only that link is missing.
    :raises ReleaseError: for any OSError.
    """
    try:
        yield
    except OSError as error:
        place, why = error.filename or out, error.strerror or str(error)
        last = "the last one is as it was" if current.is_symlink() else "there was none before"
        state = (
            f"{made} is made, but it is not the current release" if made else f"No release was made; {last}"
        )
        remedy = _REMEDIES.get(error.errno or 0, "Mend that")
        message = f"{place} cannot be written: {why}. {state}. {remedy} and build again"
        raise ReleaseError(message) from error


@contextmanager
def turn(out: Path, waiting: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Keep other builds from writing into a directory meanwhile.

    :param waiting: is told if one does, whose end is then waited for.
    """
    # The kernel takes the lock back when its owner ends, however it ends.
    with _lock_file(out / ".lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lock_file(path: Path) -> BinaryIO:
    # A pipe would be waited for, and a device might do anything.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ReleaseError(f"{path} is not the file by which builds take turns; move it away and build again")
    return os.fdopen(descriptor, "r+b")


def write_directory(target: Path, contents: Mapping[str, bytes], time: datetime | None) -> None:
    """Write a directory whole or not at all.

    :param contents: by path.
    :param time: when files and directories count as changed; by default, now.
    """
    staging = target.parent / ".building"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir()
        directories = {staging}
        for path, content in contents.items():
            file = staging / path
            file.parent.mkdir(parents=True, exist_ok=True)
            directories.update(file.parents[: len(Path(path).parts)])
            _write_file(file, content, time)
        for directory in directories:
            descriptor = os.open(directory, os.O_RDONLY)
            try:
                _settle(descriptor, 0o755, time)
            finally:
                os.close(descriptor)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    _sync(target.parent)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file in one step; nothing is touched if it has that content.

    What is half-written has one name, so those who may write the same file take turns.
    """
    if path.exists() and path.read_bytes() == content:
        return
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(exist_ok=True)
        with beside.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        beside.rename(path)
        _sync(path.parent)
    except OSError as error:
        # What is half-written is of no use to anybody; where the disk is full, its room is.
        beside.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_file(file: Path, content: bytes, time: datetime | None) -> None:
    with file.open("wb", buffering=0) as stream:
        try:
            left = memoryview(content)
            while left:
                left = left[stream.write(left) :]
            _settle(stream.fileno(), 0o644, time)
        except OSError as error:
            # The system says only that something open could not be written.
            raise OSError(error.errno, error.strerror, str(file)) from error


def _settle(descriptor: int, mode: int, time: datetime | None) -> None:
    """Give what is open its rights and its time, and have it on disk."""
    os.fchmod(descriptor, mode)
    if time:
        seconds = int(time.timestamp())
        os.utime(descriptor, (seconds, seconds))
    os.fsync(descriptor)


def point(link: Path, name: str) -> None:
    """Let a link lead to a name beside it, in one step."""
    if link.is_symlink() and link.readlink() == Path(name):
        return
    temporary = link.with_name(".current")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(name, target_is_directory=True)
    temporary.rename(link)
    _sync(link.parent)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
