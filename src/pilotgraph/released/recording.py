"""Publishing a release: what was released is written into the sources, for ever.

In: a project, the files of its release, and the release before.  Out: a `Registration`, which writes
`data/iris.txt`, `data/terms.nt` and `data/releases/<version>.ttl` when the release itself is on disk.  Each
is written beside and renamed, the record last: whoever is stopped before that has a version that is not on
record yet, and the next run makes the same release and writes the same again.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rdflib import URIRef

from pilotgraph import formats
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.counts import Triple
from pilotgraph.description import DCAT
from pilotgraph.errors import Problem, ReleaseError, ReleaseRefused, Severity
from pilotgraph.formats import TURTLE
from pilotgraph.project import Project
from pilotgraph.provenance import release_iri
from pilotgraph.release import Release
from pilotgraph.released import records
from pilotgraph.released.changes import compare_with
from pilotgraph.released.checks import check_day, check_version, day_of, fingerprint, place_of
from pilotgraph.released.history import HISTORY
from pilotgraph.released.identity import content_sha256, is_published
from pilotgraph.released.iris import Listed
from pilotgraph.released.records import Recorded, Records, order, record_path
from pilotgraph.released.terms import Meant
from pilotgraph.staging import replace_file, turn
from pilotgraph.triples import Triples

# Of the dumps, those that a feed leads to: all the data, in the formats that most programs take.
_DUMP = re.compile(r"data(-\d+)?\.(nq|ttl)\.gz")


@dataclass(frozen=True)
class Registration:
    """What is to be put on record of a release.

    `before` is what was on record so far, `releases` what is then, oldest first; `files` are the contents
    that say so, in the order in which they are written.
    """

    project: Project
    before: Sequence[Recorded]
    releases: Sequence[Recorded]
    files: Mapping[Path, bytes]

    @property
    def is_new(self) -> bool:
        """Whether the release is not on record yet."""
        return len(self.releases) > len(self.before)

    def write(self, out: Path, waiting: Callable[[], object] = lambda: None) -> None:
        """Put it on record.

        :param out: where the release is; builds into one directory take turns.
        :param waiting: is told if another build writes there, whose end is then waited for.
        :raises ReleaseError: if another build has put something on record meanwhile, or a file cannot be
            written.
        """
        try:
            with turn(out, waiting):
                if records.read(self.project.root, self.project.iri).releases != self.before:
                    raise ReleaseError(
                        "another build has put a release on record meanwhile, so this one is not; build again"
                    )
                for path, content in self.files.items():
                    replace_file(path, content)
        except OSError as error:
            place, why = error.filename or out, error.strerror or str(error)
            raise ReleaseError(
                f"{place} cannot be written: {why}. The release is made, and it is not on record. Mend that"
                " and build again with --record-iris"
            ) from error


def prepare(  # noqa: PLR0913 (what is published, what was before, and where that is)
    project: Project,
    recorded: Records,
    graphs: Mapping[str, Collection[Triple]],
    files: Mapping[str, bytes],
    out: Path,
    *,
    since: Path | None = None,
) -> Registration:
    """Find what is to be put on record of the release that these files make; nothing is written.

    :param recorded: what is on record.
    :param graphs: the data, by the IRI of the named graph.
    :param out: where releases are kept, the one before among them.
    :param since: the release before, if it is somewhere else.
    :raises ReleaseRefused: if this version cannot be published.
    :raises ReleaseError: if the release before is not there, with which it is to be compared.
    """
    listed, meant = Listed(project), Meant(project)
    total, sha256 = fingerprint(graphs)
    version = project.said(DCAT.version)
    same, before = recorded.of(version), recorded.releases
    held = content_sha256(files, files.__getitem__)
    _check(project, recorded, version, sha256, held)
    if same:
        if listed.new or not meant.is_kept:
            raise _refused(
                project, f"version {same.version} was published with other terms or IRIs; write a new version"
            )
        return Registration(project, before, before, {listed.path: listed.content().encode()})
    if not meant.version:
        raise _refused(project, "the ontology says no owl:versionInfo; write one, such as 1.0.0")
    term, issued = day_of(project)
    try:
        date.fromisoformat(issued)
    except ValueError:
        message = "dataset.yaml does not say on which day this version is issued; write the day"
        raise _refused(project, message, term) from None
    last = recorded.last
    new = Snapshot.read(files)
    previous = last.version if last else ""
    iri = release_iri(project.iri, version)
    release = Recorded(version, iri, issued, total, new.version.things, sha256, previous, (), held)
    if last:
        release = replace(release, graph=compare_with(_find(last, since, out), new))
    dumps = sorted(path for path in files if _DUMP.fullmatch(path))
    graph = [*release.graph, *records.describe(project.iri, release, project.title, dumps)]
    content = formats.serialize(graph, TURTLE, records.PREFIXES | project.context.prefixes)
    path = record_path(project.root, version)
    # As it will be read from then on: what this release tells of itself, later builds tell too.
    kept = [quad.triple for quad in formats.parse(content, TURTLE, project.iri)]
    known = Recorded.read(Triples(kept), project.iri, version, kept)
    # What a file speaks of is in those before it: whoever is stopped between two has lost nothing.
    written = {meant.path: meant.content(), listed.path: listed.content(iri).encode(), path: content}
    return Registration(project, before, [*before, known], written)


def _check(project: Project, recorded: Records, version: str, sha256: str, held: str) -> None:
    if not order(version):
        message = f"{version!r} cannot be published: write numbers with dots, such as 1.0.0"
        raise _refused(project, message)
    found = [*check_version(project, recorded, sha256, held), *check_day(project, recorded)]
    refused = [replace(each, severity=Severity.ERROR) for each in found if each.severity is Severity.WARNING]
    if refused:
        raise ReleaseRefused(refused)


def _refused(project: Project, message: str, term: URIRef = DCAT.version) -> ReleaseRefused:
    return ReleaseRefused([Problem(place_of(project, term), Severity.ERROR, message)])


def _find(last: Recorded, since: Path | None, out: Path) -> Release:
    """The release before, as it was published."""
    if since:
        release = Release.open(since)
        if _fits(release, last):
            return release
        raise ReleaseError(f"{since} is not release {last.version} as it was published")
    found = []
    for path in sorted(out.glob(f"{last.version}-*")):
        try:
            release = Release.open(path)
        except (ReleaseError, OSError):  # a directory that only looks like one, or a damaged one
            continue
        if _fits(release, last):
            found.append(release)
    if not found:
        raise ReleaseError(
            f"{out} has no release {last.version} as it was published, with which this one is to be compared;"
            " fetch it, and say where it is with --since"
        )
    # One that tells of itself was built when it was published, or later.
    return min(found, key=lambda each: (not _tells(each, last), each.name))


def _fits(release: Release, last: Recorded) -> bool:
    return release.version == last.version and is_published(last, release)


def _tells(release: Release, last: Recorded) -> bool:
    return HISTORY in release.files and f"releases/{last.version}>".encode() in release.read(HISTORY)
