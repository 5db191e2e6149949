"""A release: a directory that holds what was built, is named by its content, and never changes.

In: the files of a build, as bytes.  Out: `<out>/<version>-<hash>/` with those files, a
`manifest.json` that lists them and a `SHA256SUMS` that `sha256sum -c` accepts; the hash is the
first 8 hexadecimal digits of the manifest's own SHA-256, so the same content has the same name
wherever and whenever it is built.  `<out>/current` is a symbolic link to the newest one.

Readers never see half a release: it is written beside, synced to disk and renamed, and
`current` is replaced by renaming another link over it, because `rename` cannot replace a
directory that is not empty.  A lock makes builds into one directory take turns here, so what
lies in `.building` was left by a build that was killed, and the next one clears it away.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Self

from pilotgraph.errors import ReleaseError
from pilotgraph.formats import RDF_FORMATS

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
CURRENT = "current"

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9._+-]*"
_VERSION = re.compile(_SEGMENT)
_FILE = re.compile(f"{_SEGMENT}(/{_SEGMENT})*")

_MEDIA_TYPES = {format.suffix: format.media_type for format in RDF_FORMATS} | {
    ".csv": "text/csv",
    ".json": "application/json",
    ".md": "text/markdown",
    ".rq": "application/sparql-query",
    ".srj": "application/sparql-results+json",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values",
    "": "text/plain",
}


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """What a manifest says of one file; `path` is relative to the release, `size` in bytes."""

    path: str
    media_type: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, content: bytes) -> Self:
        suffix = Path(path).suffix
        media_type = _MEDIA_TYPES.get(suffix, "application/octet-stream")
        return cls(path, media_type, len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class Release:
    """A release on disk. `files` holds every file by its path, the manifest and checksums too."""

    path: Path
    version: str
    name: str
    files: Mapping[str, ReleasedFile]

    @classmethod
    def open(cls, path: Path, *, verify: bool = True) -> Self:
        """Open a release directory, or the current release of a directory that has one.

        Links are followed once: an open release stays the same when `current` moves on.

        :param verify: compare the SHA-256 of every file, not only its size.
        :raises ReleaseError: if there is no release, or it is not what its manifest says.
        """
        root = (path if (path / MANIFEST).is_file() else path / CURRENT).resolve()
        if not (root / MANIFEST).is_file():
            raise ReleaseError(f"{path} holds no release; `pilotgraph build` writes one")
        manifest = (root / MANIFEST).read_bytes()
        version, files = _read_manifest(root / MANIFEST, manifest)
        files.append(ReleasedFile.of(MANIFEST, manifest))
        files.append(ReleasedFile.of(CHECKSUMS, _checksums(files)))
        for file in files:
            _check(root, file, verify)
        return cls(root, version, _name(version, manifest), {file.path: file for file in files})

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise ReleaseError(f"{self.name} has no file {name!r}; it has {', '.join(self.files)}")
        return (self.path / name).read_bytes()


def check_version(version: str) -> None:
    """Raise ReleaseError if a text cannot be the version in a release's path."""
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} cannot be a version: write letters, digits and . _ + - only")


def write(out: Path, version: str, files: Mapping[str, bytes]) -> Release:
    """Write a release into `out` and make it the current one.

    Content that is there already is checked and not written again.  Until the last step
    `current` leads to the release it led to before, whatever happens.

    :param files: contents by path, such as "queries/sites.rq".
    :raises ReleaseError: if a path or the version cannot be part of a release's path, or if
        the release is there already but damaged.
    :raises OSError: if the disk is full, or `out` cannot be written.
    """
    check_version(version)
    for path in files:
        if not _FILE.fullmatch(path):
            raise ReleaseError(
                f"{path!r} cannot be in a release: name it with letters, digits and . _ + - only"
            )
    listed = [ReleasedFile.of(path, files[path]) for path in sorted(files)]
    manifest = _manifest(version, listed)
    checksums = _checksums([*listed, ReleasedFile.of(MANIFEST, manifest)])
    contents = {**files, MANIFEST: manifest, CHECKSUMS: checksums}
    out.mkdir(parents=True, exist_ok=True)
    with _turn(out):
        target = out / _name(version, manifest)
        if not target.exists():
            _write_directory(target, contents)
        release = Release.open(target)
        _point(out / CURRENT, release.name)
    return release


def _name(version: str, manifest: bytes) -> str:
    return f"{version}-{hashlib.sha256(manifest).hexdigest()[:8]}"


def _manifest(version: str, files: Iterable[ReleasedFile]) -> bytes:
    rows = [
        {"path": file.path, "mediaType": file.media_type, "bytes": file.size, "sha256": file.sha256}
        for file in files
    ]
    return (json.dumps({"version": version, "files": rows}, indent=2) + "\n").encode()


def _read_manifest(place: Path, content: bytes) -> tuple[str, list[ReleasedFile]]:
    wrong = ReleaseError(f"{place} is not a manifest as `pilotgraph build` writes it")
    try:
        manifest = json.loads(content)
        version = str(manifest["version"])
        files = [
            ReleasedFile(str(row["path"]), str(row["mediaType"]), int(row["bytes"]), str(row["sha256"]))
            for row in manifest["files"]
        ]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise wrong from error
    # Only what we wrote ourselves, with the types we wrote, comes out the same again.
    if _manifest(version, files) != content or not _VERSION.fullmatch(version):
        raise wrong
    for file in files:
        if not _FILE.fullmatch(file.path):
            raise ReleaseError(f"{place} lists {file.path!r}, which is no path inside a release")
    return version, files


def _checksums(files: Iterable[ReleasedFile]) -> bytes:
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=attrgetter("path")))
    return "".join(lines).encode()


def _check(root: Path, file: ReleasedFile, verify: bool) -> None:
    place = root / file.path
    if not place.resolve().is_relative_to(root):
        raise ReleaseError(f"{place} leads out of the release")
    if not place.is_file():
        raise ReleaseError(f"{place} is missing; {_REPAIR}")
    size = place.stat().st_size
    if size != file.size:
        raise ReleaseError(f"{place} has {size} bytes and should have {file.size}; {_REPAIR}")
    if verify:
        with place.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        if digest != file.sha256:
            raise ReleaseError(f"{place} has another SHA-256 than the manifest says; {_REPAIR}")


_REPAIR = "copy the release again, or delete it and build it again"


@contextmanager
def _turn(out: Path) -> Iterator[None]:
    # The kernel takes the lock back when its owner ends, however it ends.
    with (out / ".lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _write_directory(target: Path, contents: Mapping[str, bytes]) -> None:
    staging = target.parent / ".building"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        staging.mkdir()
        directories = {staging}
        for path, content in contents.items():
            file = staging / path
            file.parent.mkdir(parents=True, exist_ok=True)
            directories.update(file.parents[: len(Path(path).parts)])
            with file.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        for directory in directories:
            _sync(directory)
        staging.rename(target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    _sync(target.parent)


def _point(link: Path, name: str) -> None:
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
