"""A release: a directory that holds what was built, is named by its content, and never changes.

In: the files of a build, as bytes.  Out: `<out>/<version>-<hash>/` with those files, a
`manifest.json` that lists them and a `SHA256SUMS` that `sha256sum -c` accepts; the hash is the
first 8 hexadecimal digits of the manifest's own SHA-256, so the same content has the same name
wherever and whenever it is built.  `<out>/current` is a symbolic link to the newest one.

Readers never see half a release: `staging` writes it beside and gives it its name when all of it is on disk.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count, takewhile
from operator import attrgetter
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Self

from pilotgraph.errors import ReleaseError
from pilotgraph.formats import RDF_FORMATS, TRIG
from pilotgraph.staging import point, told, turn, write_directory

MANIFEST = "manifest.json"
CHECKSUMS = "SHA256SUMS"
CURRENT = "current"
# The dump of all data with their graphs: canonical N-Quads, also in parts.
DATA = "data.nq"

_SEGMENT = r"[A-Za-z0-9_][A-Za-z0-9._+-]*"
_VERSION = re.compile(_SEGMENT)
_FILE = re.compile(f"{_SEGMENT}(/{_SEGMENT})*")
# RFC 6838, section 4.2, without parameters.
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
_MEDIA_TYPE = re.compile(f"{_NAME}/{_NAME}")
_SHA256 = re.compile("[0-9a-f]{64}")
_MOST_MANIFEST_BYTES = 200_000_000  # of a million files

# What a file is called that describes a table, or all in its folder.
TABLE_METADATA = "-metadata.json"
PACKED = ".gz"


class FileType(NamedTuple):
    """What files of one suffix are: the name of their format for people, and its media type."""

    name: str
    media_type: str


FILE_TYPES = {format.suffix: FileType(format.name, format.media_type) for format in (*RDF_FORMATS, TRIG)} | {
    ".atom": FileType("Atom", "application/atom+xml"),
    ".csv": FileType("CSV", "text/csv"),
    PACKED: FileType("gzip", "application/gzip"),
    ".json": FileType("JSON", "application/json"),
    TABLE_METADATA: FileType("JSON", "application/csvm+json"),
    ".md": FileType("Markdown", "text/markdown"),
    ".rq": FileType("SPARQL", "application/sparql-query"),
    ".srj": FileType("SPARQL results in JSON", "application/sparql-results+json"),
    ".svg": FileType("SVG", "image/svg+xml"),
    ".tsv": FileType("tab-separated values", "text/tab-separated-values"),
    "": FileType("text", "text/plain"),
}


def type_of(path: str) -> FileType:
    """What a file is, by its name."""
    suffix = TABLE_METADATA if path.endswith(TABLE_METADATA) else PurePosixPath(path).suffix
    return FILE_TYPES.get(suffix, FileType(suffix.removeprefix("."), "application/octet-stream"))


def content_type(media_type: str) -> str:
    """The header for a media type: text is in UTF-8, and a table begins with the names of its columns."""
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    # RFC 4180, section 3.
    return media_type + charset + ("; header=present" if media_type == "text/csv" else "")


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """What a manifest says of one file; `path` is relative to the release, `size` in bytes."""

    path: str
    media_type: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, content: bytes) -> Self:
        return cls(path, type_of(path).media_type, len(content), hashlib.sha256(content).hexdigest())


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
        # Path.resolve would raise RuntimeError where a link leads to itself.
        root = Path(os.path.realpath(path if (path / MANIFEST).is_file() else path / CURRENT))
        if not (root / MANIFEST).is_file():
            raise ReleaseError(f"{path} holds no release; `pilotgraph build` writes one")
        if (root / MANIFEST).stat().st_size > _MOST_MANIFEST_BYTES:
            raise ReleaseError(f"{root / MANIFEST} is too large to be the manifest of a release")
        manifest = (root / MANIFEST).read_bytes()
        version, files = read_manifest(root / MANIFEST, manifest)
        files.append(ReleasedFile.of(MANIFEST, manifest))
        files.append(ReleasedFile.of(CHECKSUMS, checksums(files)))
        for file in files:
            _check(root, file, verify)
        return cls(root, version, name_of(version, manifest), {file.path: file for file in files})

    def read(self, name: str) -> bytes:
        if name not in self.files:
            raise ReleaseError(f"{self.name} has no file {name!r}; it has {', '.join(self.files)}")
        return (self.path / name).read_bytes()

    def parts(self, name: str) -> list[str]:
        """The files that hold what a dump of this name holds, as `parts` finds them.

        :raises ReleaseError: if the release has none.
        """
        found = parts(self.files, name)
        if found[0] not in self.files:
            self.read(name)
        return found

    def read_parts(self, name: str) -> bytes:
        """The lines of all parts of a dump; only those of N-Triples and N-Quads make a document."""
        return b"".join(map(self.read, self.parts(name)))


def parts(names: Container[str], name: str) -> list[str]:
    """The files that hold what a dump of this name holds: itself, or `data-1.nq`, `data-2.nq` and so on.

    If there are none, it is the name itself, so that whoever reads it finds that there is no such file.

    :param names: the paths of all files.
    """
    if name in names:
        return [name]
    path = PurePosixPath(name)
    # The numbers have no gap, so the first that is not there is one too many.
    numbered = (f"{path.with_suffix('')}-{number}{path.suffix}" for number in count(1))
    return list(takewhile(names.__contains__, numbered)) or [name]


def data_sha256(names: Container[str], read: Callable[[str], bytes]) -> str:
    """The SHA-256 of all data, in hexadecimal digits: it is the same in parts, and is what a record keeps.

    :param names: the paths of all files.
    :param read: gives the content of a file.
    """
    digest = hashlib.sha256()
    for name in parts(names, DATA):
        digest.update(read(name))
    return digest.hexdigest()


def check_version(version: str) -> None:
    """Raise ReleaseError if a text cannot be the version in a release's path."""
    if not _VERSION.fullmatch(version):
        raise ReleaseError(f"{version!r} cannot be a version: write letters, digits and . _ + - only")


def write(
    out: Path,
    version: str,
    files: Mapping[str, bytes],
    time: datetime | None = None,
    waiting: Callable[[], object] = lambda: None,
) -> Release:
    """Write a release into `out` and make it the current one.

    Content that is there already is checked and not written again.  Until the last step
    `current` leads to the release it led to before, whatever happens.

    :param files: contents by path, such as "queries/sites.rq".
    :param time: when files and directories count as changed; by default, now.
    :param waiting: is told if another build writes into `out`, whose end is then waited for.
    :raises ReleaseError: if a path or the version cannot be part of a release's path; if the
        release is there already but damaged; or if `out` cannot be written, or the disk is full.
    """
    check_version(version)
    for path in files:
        if not _FILE.fullmatch(path):
            raise ReleaseError(
                f"{path!r} cannot be in a release: name it with letters, digits and . _ + - only"
            )
    listed = [ReleasedFile.of(path, files[path]) for path in sorted(files)]
    manifest = _manifest(version, listed)
    sums = checksums([*listed, ReleasedFile.of(MANIFEST, manifest)])
    contents = {**files, MANIFEST: manifest, CHECKSUMS: sums}
    with told(out, out / CURRENT):
        out.mkdir(parents=True, exist_ok=True)
        with turn(out, waiting):
            link = out / CURRENT
            if link.exists() and not link.is_symlink():
                raise ReleaseError(f"{link} is not the link that a build makes; move it away and build again")
            target = out / name_of(version, manifest)
            if not os.path.lexists(target):
                write_directory(target, contents, time)
            elif not (target / MANIFEST).is_file():
                raise ReleaseError(f"{target} is in the way, and is no release; delete it and build again")
            release = Release.open(target)
            with told(out, link, target):
                point(link, release.name)
    return release


def name_of(version: str, manifest: bytes) -> str:
    """What the directory of a release is called."""
    return f"{version}-{hashlib.sha256(manifest).hexdigest()[:8]}"


def _manifest(version: str, files: Iterable[ReleasedFile]) -> bytes:
    rows = [
        {"path": file.path, "mediaType": file.media_type, "bytes": file.size, "sha256": file.sha256}
        for file in files
    ]
    return (json.dumps({"version": version, "files": rows}, indent=2) + "\n").encode()


def read_manifest(place: Path, content: bytes) -> tuple[str, list[ReleasedFile]]:
    """The version, and what is said of each file but the manifest itself and the checksums.

    :param place: where the manifest is from, for messages.
    :raises ReleaseError: if it is not one, or lists what can be no file of a release.
    """
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
        if not _MEDIA_TYPE.fullmatch(file.media_type):
            raise ReleaseError(f"{place} says {file.media_type!r} of {file.path}, which is no media type")
        if not _SHA256.fullmatch(file.sha256):
            raise ReleaseError(f"{place} says {file.sha256!r} of {file.path}, which is no SHA-256")
    return version, files


def checksums(files: Iterable[ReleasedFile]) -> bytes:
    """What `sha256sum --check` reads."""
    lines = (f"{file.sha256}  {file.path}\n" for file in sorted(files, key=attrgetter("path")))
    return "".join(lines).encode()


def _check(root: Path, file: ReleasedFile, verify: bool) -> None:
    place = root / file.path
    if not Path(os.path.realpath(place)).is_relative_to(root):
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
