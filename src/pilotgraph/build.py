"""A project -> a release: read, validate, sort into named graphs, describe, write.

In: the root of the sources.  Out: a `Release`, or a `ReleaseRefused` with every problem that this run
found, and then nothing is written.  Nothing here knows the clock, the machine or the order in which
a directory is listed, so the same sources give the same bytes.

What was released is for ever (`released`): a build that loses an IRI of it, or that changes what one of its
terms means, is refused, and a release says which came before it.
"""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from rdflib import DCTERMS

from pilotgraph.commits import are_uncommitted
from pilotgraph.contents import contents
from pilotgraph.description import DCAT
from pilotgraph.errors import Problem, ReleaseRefused, Severity
from pilotgraph.graphs import NamedGraphs
from pilotgraph.project import Project
from pilotgraph.provenance import Origin, file_time, find_origin
from pilotgraph.release import Release, check_version, write
from pilotgraph.released import records
from pilotgraph.released.checks import check_version as check_published
from pilotgraph.released.checks import fingerprint, place_of
from pilotgraph.released.identity import content_sha256
from pilotgraph.released.iris import Listed
from pilotgraph.released.recording import Registration, prepare
from pilotgraph.validation import Report, validate


def build(  # noqa: PLR0913 (what a caller may tell, each by its name)
    root: Path,
    out: Path,
    progress: Callable[[str], object] = lambda step: None,
    note: Callable[[Problem], object] = lambda problem: None,
    *,
    record_iris: bool = False,
    since: Path | None = None,
    origin: Origin | None = None,
) -> Release:
    """Build the project at `root` into a release in `out`, and make it the current one.

    :param progress: is told each step when it begins.
    :param note: is told each problem that does not stop the release.
    :param record_iris: publish the release: put it on record in the sources, with its IRIs, what its terms
        mean, and what changed since the release before.
    :param since: the release before, if it is not in `out`.
    :param origin: what the release is to say of where its sources are from, and when it was made; by default,
        what git and the environment tell.
    :raises ReleaseRefused: if there are violations; the last release stays the current one.
    :raises ReleaseError: if something cannot be written; whatever is on record has its release.
    :raises SettingsError: if the environment sets no time that can be one.
    :raises SourceError: if the sources cannot be read at all.
    """
    progress("Reading the sources")
    project = Project.read(root)
    uncommitted = [] if origin or not record_iris else _check_committed(project)
    origin = origin or find_origin(project.root, project.inputs, os.environ)
    progress(f"Validating {len(project.records)} records")
    report = validate(project)
    named = NamedGraphs(project, report.links)
    problems = sorted([*uncommitted, *report.problems, *named.problems])
    if any(problem.stops_a_release for problem in problems):
        raise ReleaseRefused(problems)
    recorded = records.read(project.root, project.iri)
    mended = set(Listed(project).problems(recorded.releases)) if record_iris else set()
    for problem in problems:
        if problem not in mended:
            note(problem)
    pictures, undrawn = _draw(report, progress)
    if undrawn:
        raise ReleaseRefused(undrawn)
    progress(f"Writing {sum(map(len, named.data.values()))} triples")
    version = project.said(DCAT.version)
    check_version(version)  # before it becomes a part of IRIs
    files = contents(project, report, named, origin, recorded.releases) | pictures
    registration: Registration | None = None
    if record_iris:
        progress("Comparing with the release before")
        registration = prepare(project, recorded, named.data, files, out, since=since)
        if registration.is_new:  # it tells of itself
            files = contents(project, report, named, origin, registration.releases) | pictures
    else:
        made = fingerprint(named.data)[1], content_sha256(files, files.__getitem__)
        for problem in check_published(project, recorded, *made):
            if problem not in problems:
                note(problem)
    time = file_time(origin, (project.said(DCTERMS.modified), project.said(DCTERMS.issued)))
    waiting = partial(progress, "Waiting until another build there has ended")
    release = write(out, version, files, time, waiting)
    if registration:
        # What is permanent comes last: of what could not be written, nothing is on record.
        progress("Putting the release on record")
        registration.write(out, waiting)
    return release


def _check_committed(project: Project) -> list[Problem]:
    if not are_uncommitted(project.root, project.inputs, os.environ):
        return []
    message = (
        "the sources are not committed: a build after the commit will name it, and have other files than what"
        " is published now; commit them first"
    )
    return [Problem(place_of(project, DCAT.version), Severity.WARNING, message)]


def _draw(report: Report, progress: Callable[[str], object]) -> tuple[dict[str, bytes], list[Problem]]:
    if not report.gallery.found:
        return {}, []
    progress("Drawing the pictures")
    return report.gallery.draw()
