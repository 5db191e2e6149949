"""A directory that may hold a release -> its files, read within bounds; nothing about it is trusted."""

import os
import stat
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath

import pyoxigraph as ox
from rdflib import Graph, URIRef

from pilotgraph import formats
from pilotgraph.description import DCAT
from pilotgraph.errors import ReleaseError
from pilotgraph.formats import RDF_FORMATS, TRIG
from pilotgraph.release import DATA, MANIFEST, ReleasedFile, parts, read_manifest
from pilotgraph.verification.verdict import Fault

FORMATS = {form.suffix: form for form in (*RDF_FORMATS, TRIG)}
# Dumps are divided long before they are as large.
MOST_BYTES = 200_000_000
_MOST_FILES = 100_000


class Unusable(Exception):
    """Raise if a file that a check needs, or all of the directory, cannot be used; `fault` says why."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(where, message)


class Copy:
    """A copy of a release. `files` are the paths of its plain files, `strange` is what else lies there.

    :raises Unusable: if there are more files than any release has: of a part it can only be said what lacks.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.realpath(root))
        self.files: list[str] = []
        self.strange: list[Fault] = []
        for number, (path, mode) in enumerate(_entries(self.root)):
            if number == _MOST_FILES:
                raise Unusable(
                    "", f"it holds more than {_MOST_FILES:,} files, and was not looked into further"
                )
            name = path.relative_to(self.root).as_posix()
            if stat.S_ISREG(mode):
                self.files.append(name)
            elif stat.S_ISLNK(mode):
                within = Path(os.path.realpath(path)).is_relative_to(self.root)
                said = (
                    "a link stands in the place of the file" if within else "a link leads out of the release"
                )
                self.strange.append(Fault(name, said))
            else:
                self.strange.append(Fault(name, "this is neither a file nor a folder"))
        self.files.sort()
        self.strange.sort()

    @cached_property
    def manifest(self) -> tuple[str, list[ReleasedFile]]:
        """The version, and the files that are listed.

        :raises Unusable: if there is no manifest that can be read.
        """
        try:
            return read_manifest(Path(MANIFEST), self.read(MANIFEST))
        except ReleaseError as error:
            raise Unusable(MANIFEST, str(error).removeprefix(f"{MANIFEST} ")) from error

    def open(self, name: str) -> int:
        """Open a file for reading, and return its descriptor.

        :raises Unusable: if there is no such file, or it is not a plain one within the release.
        """
        if name not in self.files:
            raise Unusable(name, "there is no such file")
        try:
            return os.open(self.root / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            raise Unusable(name, f"it cannot be read: {error.strerror}") from error

    def read(self, name: str) -> bytes:
        """Read a file whole.

        :raises Unusable: as `open`, or if it is larger than any file of a release.
        """
        with os.fdopen(self.open(name), "rb") as stream:
            try:
                content = stream.read(MOST_BYTES + 1)
            except OSError as error:
                raise Unusable(name, f"it cannot be read: {error.strerror}") from error
        if len(content) > MOST_BYTES:
            raise Unusable(name, f"it has more than {MOST_BYTES:,} bytes, and is not looked into")
        return content

    def parse(self, name: str) -> list[ox.Quad]:
        """Read a file of RDF.

        :raises Unusable: as `read`, or if it does not parse.
        """
        form = FORMATS[PurePosixPath(name).suffix]
        try:
            return formats.parse(self.read(name), form, "urn:x-none:/")
        except SyntaxError as error:
            said = error.msg.partition(": ")[2] or error.msg
            raise Unusable(name, f"line {error.lineno or 1}: this is not {form.name}: {said}") from error
        except ValueError as error:
            raise Unusable(name, f"this is not {form.name}: {error}") from error

    @cached_property
    def description(self) -> Graph:
        """What is said of the dataset.

        :raises Unusable: if it cannot be read.
        """
        return formats.to_graph(self.parse("description.ttl"))

    @cached_property
    def dataset(self) -> str:
        """The IRI of the dataset.

        :raises Unusable: if the description does not tell.
        """
        found = {str(each) for each in self.description.subjects(DCAT.distribution)}
        if len(found) != 1:
            raise Unusable(
                "description.ttl", f"it describes {len(found)} datasets with distributions, not one"
            )
        return found.pop()

    @cached_property
    def version(self) -> str:
        """The version of the dataset, as it is described.

        :raises Unusable: if the description does not tell.
        """
        found = self.description.value(URIRef(self.dataset), DCAT.version)
        if found is None:
            raise Unusable("description.ttl", "it says no version of the dataset")
        return str(found)

    @cached_property
    def data(self) -> list[ox.Quad]:
        """The data with their named graphs.

        :raises Unusable: if they cannot be read.
        """
        return [quad for name in parts(self.files, DATA) for quad in self.parse(name)]


def _entries(root: Path) -> Iterator[tuple[Path, int]]:
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(folder) / name
            mode = path.lstat().st_mode
            if not stat.S_ISDIR(mode):
                yield path, mode
