"""`data/iris.txt`: every IRI that was ever released, one a line, `#` for a comment.

A released IRI is for ever: what it names may be deprecated or withdrawn, but is not lost.  Things, terms,
graphs, published questions and the releases themselves have such IRIs.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox

from pilotgraph.description import DCAT
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.executables import query_iri
from pilotgraph.project import Project
from pilotgraph.provenance import release_iri
from pilotgraph.released.records import FOLDER, MERGED, Recorded, merge_mark, order, record_path
from pilotgraph.sources import shown
from pilotgraph.triples import AS

FILE = "data/iris.txt"

_OBJECT = ox.NamedNode(AS.object)


def read(root: Path) -> dict[str, int]:
    """What is listed in the project at `root`, each IRI with its line; nothing before the first release."""
    path = root / FILE
    if not path.exists():
        return {}
    lines = enumerate(_text(path).splitlines(), 1)
    return {iri: number for number, line in lines if (iri := line.strip()) and not iri.startswith("#")}


def is_release(project: Project, iri: str) -> bool:
    """Whether an IRI is that of a release."""
    start = release_iri(project.iri, "")
    return iri.startswith(start) and bool(order(iri.removeprefix(start)))


class Listed:
    """The list of a project, and what it has now."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.path = project.root / FILE
        self.shown = shown(self.path, project.root)
        self.text = _text(self.path) if self.path.exists() else ""
        self.lines = [line.strip() for line in self.text.splitlines()]
        self.now = frozenset(_now(project))

    @property
    def new(self) -> frozenset[str]:
        """What is not listed yet."""
        return self.now.difference(self.lines)

    def problems(self, releases: Iterable[Recorded]) -> Iterator[Problem]:
        """What was released and is lost; and, once there is a list, how much is new.

        :param releases: that are on record.
        """
        if self._broken:
            yield self._broken
            return
        for number, iri in enumerate(self.lines, 1):
            if iri and not iri.startswith("#") and iri not in self.now:
                yield self._lost(iri, Position(self.shown, number, 1))
        # Before the first release is published there is no list, and nothing to be told.  What was lost from
        # it is not new, and is not to be added.
        if self.new and self.lines and not any(self.check_told(releases)):
            total = len(self.new)
            are, them = ("IRI is", "it") if total == 1 else ("IRIs are", "them")
            message = f"{total} {are} not listed here yet; `pilotgraph build --record-iris` adds {them}"
            yield Problem(Position(self.shown, 1, 1), Severity.INFO, message)

    @cached_property
    def _broken(self) -> Problem | None:
        """Why the list cannot be read at all: each line would be told as an IRI that is lost."""
        if line := merge_mark(self.text):
            return Problem(Position(self.shown, line, 1), Severity.ERROR, MERGED)
        try:
            content = self.path.read_bytes() if self.text else b""
            content.decode()
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            message = f"byte {error.start + 1} is not UTF-8; save the file as UTF-8"
            return Problem(Position(self.shown, line, 1), Severity.ERROR, message)
        # Every other byte of a text in UTF-16 is empty, and what is only ASCII may lack the mark before it.
        if "\0" in self.text:
            return Problem(Position(self.shown, 1, 1), Severity.ERROR, "this is not UTF-8; save it as UTF-8")
        return None

    def _lost(self, iri: str, place: Position) -> Problem:
        project = self.project
        if not is_release(project, iri):
            message = (
                f"<{iri}> was released, and an IRI is for ever; bring it back, as deprecated or as a"
                " tombstone if need be"
            )
            return Problem(place, Severity.ERROR, message)
        version = iri.removeprefix(release_iri(project.iri, ""))
        record = shown(record_path(project.root, version), project.root)
        if version != project.said(DCAT.version):
            return Problem(place, Severity.ERROR, f"<{iri}> was released; bring {record} back")
        # The record is what is written last.
        message = (
            f"<{iri}> is not on record; bring {record} back if it was lost, or publish again with"
            " `pilotgraph build --record-iris` if that was stopped"
        )
        return Problem(place, Severity.WARNING, message)

    def check_told(self, releases: Iterable[Recorded]) -> Iterator[Problem]:
        """Whether each release on record is on the list, and whatever of ours is told of it."""
        if self._broken:
            return
        ours = (self.project.base, self.project.vocabulary)
        for release in releases:
            told = {
                triple.object.value
                for triple in release.graph
                if triple.predicate == _OBJECT and isinstance(triple.object, ox.NamedNode)
            }
            missing = {iri for iri in told if iri.startswith(ours)} | {release.iri}
            for iri in sorted(missing.difference(self.lines))[:1]:
                message = f"<{iri}> was released, as this record tells; bring its line in {FILE} back"
                path = record_path(self.project.root, release.version)
                place = Position(shown(path, self.project.root), 1, 1)
                yield Problem(place, Severity.ERROR, message)

    def content(self, release: str = "") -> str:
        """The list with what is new, in order; comments come first.

        :param release: the IRI of the one that is being published.
        """
        comments = [line for line in self.lines if line.startswith("#")]
        iris = sorted(self.now.union(self.lines, [release]) - {"", *comments})
        return "".join(f"{line}\n" for line in comments + iris)


def _text(path: Path) -> str:
    # Where something is not UTF-8, `Listed.problems` says so.  Some editors begin a file with the mark of its
    # encoding.
    return path.read_text(encoding="utf-8-sig", errors="replace")


def _now(project: Project) -> Iterator[str]:
    ours = (project.iri, project.base, project.vocabulary)
    terms = {
        quad.subject.value
        for file in project.ontology
        for quad in file.quads
        if isinstance(quad.subject, ox.NamedNode)
    }
    yield from (iri for iri in terms | project.subjects.keys() if iri.startswith(ours))
    for path in (project.root / FOLDER).glob("*.ttl"):
        if order(path.stem):
            yield release_iri(project.iri, path.stem)
    yield from (query_iri(project.iri, question.name) for question in project.questions)
