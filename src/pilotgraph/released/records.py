"""`data/releases/<version>.ttl`: one record of each release that was published, in RDF.

In: the root of a project.  Out: the records, oldest first, and what is wrong with their files.  A record
says which version it was and of what dataset, its day, how many triples it had, the SHA-256 of its data as
sorted N-Quads (their canonical form, RDFC-1.0) and of all else that sources and program decide (`identity`),
which release came before, and what changed since.

Versions are numbers with dots, so that there is no doubt which of two is the newer; a build may have any.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import pyoxigraph as ox
from rdflib import DCTERMS, VOID, XSD

from pilotgraph import folders, formats
from pilotgraph.comparison.as_rdf import PREFIXES as CHANGE_PREFIXES
from pilotgraph.comparison.as_rdf import Told
from pilotgraph.description import DCAT, SPDX
from pilotgraph.distributions import SHA_256
from pilotgraph.errors import Position, Problem, ReleaseError, Severity
from pilotgraph.formats import TURTLE
from pilotgraph.provenance import file_iri, release_iri
from pilotgraph.sources import FOR_PEOPLE, shown
from pilotgraph.triples import TYPE, Triples

FOLDER = "data/releases"
# Beside those of the project's context.
PREFIXES = CHANGE_PREFIXES | {"spdx": str(SPDX)}

_VERSION = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8})){0,5}")
_SHA256 = re.compile("[0-9a-f]{64}")
_NUMBER = re.compile("[0-9]{1,15}")
_MERGED = re.compile(r"^(?:<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE)

_ISSUED = ox.NamedNode(DCTERMS.issued)
_TRIPLES, _THINGS = ox.NamedNode(VOID.triples), ox.NamedNode(VOID.entities)
_VERSION_OF, _SAYS = ox.NamedNode(DCTERMS.isVersionOf), ox.NamedNode(DCAT.version)
_PREVIOUS, _CHECKSUM = ox.NamedNode(DCAT.previousVersion), ox.NamedNode(SPDX.checksum)
_VALUE, _TITLE = ox.NamedNode(SPDX.checksumValue), ox.NamedNode(DCTERMS.title)
_PART = ox.NamedNode(DCTERMS.hasPart)


class BadRecord(Exception):
    """What is said of a release is no record of it."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A release that was published.

    `issued` is its day, `triples` and `things` are how many of these it has, and `sha256` is that of its data
    as sorted N-Quads.  `previous` is the version before it, empty for the first; `graph` is the whole record,
    the changes too.  `content` is the SHA-256 of all that sources and program decide, or empty: a record need
    not have it.
    """

    version: str
    iri: str
    issued: str
    triples: int
    things: int
    sha256: str
    previous: str
    graph: Sequence[ox.Triple]
    content: str = ""

    @classmethod
    def read(cls, facts: Triples, dataset: str, version: str, graph: Sequence[ox.Triple] = ()) -> Self:
        """Read what is said of one release.

        :param facts: they may be of other releases too.
        :param dataset: the IRI of the dataset of which it is a version.
        :param graph: the whole record, if it is wanted.
        :raises BadRecord: if that is no whole record.
        """
        iri = release_iri(dataset, version)
        release = ox.NamedNode(iri)

        def literal(subject: ox.NamedNode, predicate: ox.NamedNode, what: str) -> str:
            values = list(facts.objects(subject, predicate))
            if len(values) != 1 or not isinstance(values[0], ox.Literal):
                raise BadRecord(f"the record of <{iri}> has to have one {what}")
            return values[0].value

        if not order(version):
            raise BadRecord(f"{version!r} is no version that can be recorded")
        if literal(release, _SAYS, "dcat:version") != version:
            raise BadRecord(f"the record of <{iri}> is of another version than its file's name says")
        if facts.nodes(release, _VERSION_OF) != [ox.NamedNode(dataset)]:
            raise BadRecord(f"<{iri}> is no version (dcterms:isVersionOf) of <{dataset}> here")
        issued = literal(release, _ISSUED, "dcterms:issued")
        total, things = literal(release, _TRIPLES, "void:triples"), literal(release, _THINGS, "void:entities")
        sums = facts.nodes(release, _CHECKSUM)
        sha256 = literal(sums[0], _VALUE, "spdx:checksumValue") if sums else ""
        of_content = facts.nodes(_content(iri), _CHECKSUM)
        content = literal(of_content[0], _VALUE, "spdx:checksumValue") if of_content else ""
        digests = [sha256, *([content] if of_content else [])]
        if not all(map(_NUMBER.fullmatch, (total, things))) or not all(map(_SHA256.fullmatch, digests)):
            raise BadRecord(f"a number or the SHA-256 of <{iri}> is none")
        try:
            date.fromisoformat(issued)
        except ValueError as error:
            raise BadRecord(f"the dcterms:issued of <{iri}> is no day") from error
        before = [each.value for each in facts.nodes(release, _PREVIOUS)]
        previous = before[0].removeprefix(release_iri(dataset, "")) if before else ""
        return cls(version, iri, issued, int(total), int(things), sha256, previous, graph, content)


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a project, oldest first, and what is wrong with the files."""

    releases: Sequence[Recorded] = ()
    problems: Sequence[Problem] = ()

    @property
    def last(self) -> Recorded | None:
        return self.releases[-1] if self.releases else None

    def of(self, version: str) -> Recorded | None:
        """The record of a version, however it is written: 1.0 and 1.0.0 are one."""
        place = order(version)
        return next((each for each in self.releases if place and order(each.version) == place), None)


def order(version: str) -> tuple[int, ...]:
    """A key to sort versions by; empty for what is no version that can be recorded."""
    if not _VERSION.fullmatch(version):
        return ()
    numbers = list(map(int, version.split(".")))
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def record_path(root: Path, version: str) -> Path:
    return root / FOLDER / f"{version}.ttl"


def read(root: Path, dataset: str) -> Records:
    """Read all records below the root of a project.

    :param dataset: the IRI of the dataset, of which they are versions.
    """
    found: list[Recorded] = []
    problems: list[Problem] = []

    def refuse(folder: Path, message: str) -> None:
        problems.append(Problem(Position(shown(folder, root), 1, 1), Severity.ERROR, message))

    for path in folders.entries(root / FOLDER, refuse):
        if path.name.startswith("."):
            continue
        if path.suffix != ".ttl":
            if path.suffix not in FOR_PEOPLE:
                message = "this file is not read: records of releases end in .ttl"
                problems.append(Problem(Position(shown(path, root), 1, 1), Severity.WARNING, message))
            continue
        try:
            found.append(_read(path, dataset, shown(path, root)))
        except _Wrong as wrong:
            problems.append(Problem(wrong.position, Severity.ERROR, str(wrong)))
    found.sort(key=lambda each: order(each.version))
    if not any(problem.stops_a_release for problem in problems):
        problems += _check_chain(found, dataset, root)
    return Records(found, problems)


def describe(
    dataset: str, release: Recorded, title: ox.Literal | None, dumps: Iterable[str] = ()
) -> list[ox.Triple]:
    """What a record says of its release, beside what it has already, which are the changes.

    :param title: what the dataset is called.
    :param dumps: paths of files that hold its data.
    """
    node = ox.NamedNode(release.iri)
    said: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]] = [
        (node, TYPE, ox.NamedNode(VOID.Dataset)),
        (node, _VERSION_OF, ox.NamedNode(dataset)),
        (node, _SAYS, ox.Literal(release.version)),
        (node, _ISSUED, ox.Literal(release.issued, datatype=ox.NamedNode(XSD.date))),
        (node, _TRIPLES, ox.Literal(str(release.triples), datatype=ox.NamedNode(XSD.integer))),
        (node, _THINGS, ox.Literal(str(release.things), datatype=ox.NamedNode(XSD.integer))),
        *_checksum(node, f"{release.iri}#sha256", release.sha256),
    ]
    if release.content:
        part = _content(release.iri)
        title_of_part = f"What version {release.version} holds, whoever builds it"
        said += [(node, _PART, part), (part, _TITLE, ox.Literal(title_of_part, language="en"))]
        said += _checksum(part, f"{part.value}-sha256", release.content)
    if title:
        name = f"{title.value} {release.version}"
        said.append((node, _TITLE, ox.Literal(name, language=title.language)))
    if release.previous:
        said.append((node, _PREVIOUS, ox.NamedNode(release_iri(dataset, release.previous))))
    dump = ox.NamedNode(VOID.dataDump)
    said += ((node, dump, ox.NamedNode(file_iri(dataset, release.version, path))) for path in dumps)
    return [ox.Triple(*each) for each in said]


def _content(release: str) -> ox.NamedNode:
    """What stands for the content of a release, which has another checksum than its data."""
    return ox.NamedNode(f"{release}#content")


def _checksum(
    subject: ox.NamedNode, iri: str, digest: str
) -> list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode | ox.Literal]]:
    checksum = ox.NamedNode(iri)
    return [
        (subject, _CHECKSUM, checksum),
        (checksum, TYPE, ox.NamedNode(SPDX.Checksum)),
        (checksum, ox.NamedNode(SPDX.algorithm), ox.NamedNode(SHA_256)),
        (checksum, _VALUE, ox.Literal(digest, datatype=ox.NamedNode(XSD.hexBinary))),
    ]


def merge_mark(text: str) -> int:
    """The line of the first mark that a merge left in a text; 0 if there is none."""
    found = _MERGED.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else 0


MERGED = "a merge left its marks here; keep what both sides have, and take the marks out"


class _Wrong(Exception):
    def __init__(self, position: Position, message: str) -> None:
        self.position = position
        super().__init__(message)


def _read(path: Path, dataset: str, name: str) -> Recorded:
    top = Position(name, 1, 1)
    version = path.name.removesuffix(".ttl")
    if not order(version):
        raise _Wrong(top, "a record is named after its version, numbers with dots: 1.0.0.ttl")
    if not path.is_file():
        raise _Wrong(top, "this is not a file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise _Wrong(top, f"the file cannot be read: {error.strerror}") from error
    if line := merge_mark(content.decode(errors="replace")):
        raise _Wrong(Position(name, line, 1), MERGED)
    try:
        graph = [quad.triple for quad in formats.parse(content, TURTLE, dataset)]
    except SyntaxError as error:
        place = Position(name, error.lineno or 1, error.offset or 1)
        raise _Wrong(place, f"this is not Turtle: {error.msg.partition(': ')[2]}") from error
    try:
        found = Recorded.read(Triples(graph), dataset, version, graph)
        Told(graph, dataset).of(version)
    except (BadRecord, ReleaseError) as bad:
        raise _Wrong(top, f"{bad}; take the file as it was when the release was published") from bad
    return found


def _check_chain(found: Iterable[Recorded], dataset: str, root: Path) -> Iterable[Problem]:
    """Each release but the first names the one before it: what is lost between is seen."""
    previous = ""
    for each in found:
        if each.previous != previous:
            path = shown(record_path(root, each.version), root)
            wanted = f"<{release_iri(dataset, previous)}>" if previous else "none"
            message = (
                f"the release before {each.version} is {each.previous or 'none'} by this record, and by the"
                f" other files {wanted}; bring the lost record back"
            )
            yield Problem(Position(path, 1, 1), Severity.ERROR, message)
        previous = each.version
