"""A release and the sources that it is said to be made of -> whether they make it.

In: a copy of a release, and the root of a project that the caller trusts.  Out: three verdicts.  The sources
are compared with the inputs that the release names, the software with that which made it, and the files with
those of another build, which is told when the first was made, since no two are made at one time.
"""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from rdflib import DCTERMS, PROV, RDFS, SDO, Graph, URIRef

from pilotgraph import formats
from pilotgraph.build import build
from pilotgraph.errors import PilotgraphError
from pilotgraph.project import Project
from pilotgraph.provenance import FILE, Origin, activity_iri, find_origin, software_versions
from pilotgraph.verification.copy import Copy, Unusable
from pilotgraph.verification.verdict import Fault, Verdict

SOURCES, SOFTWARE, REBUILD = "sources", "software", "rebuild"
_COMMIT = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")


def compare(
    directory: Path, root: Path, progress: Callable[[str], object] = lambda step: None
) -> Iterator[Verdict]:
    """Compare a release with sources, and with what they make now.

    :param progress: is told each step when it begins.
    :raises SettingsError: if the environment sets no time that can be one.
    """
    progress(SOURCES)
    copy = Copy(directory)
    try:
        made = _Made(copy)
    except Unusable as unusable:
        yield Verdict(SOURCES, faults=(unusable.fault,))
        return
    try:
        project = Project.read(root)
    except PilotgraphError as error:
        yield Verdict.of(SOURCES, "", [Fault("", line) for line in str(error).splitlines()])
        return
    origin = find_origin(project.root, project.inputs, os.environ)
    said = f"{len(made.inputs)} files have the SHA-256 that {FILE} says"
    yield Verdict.of(SOURCES, said, _source_faults(made, project.inputs, origin))
    here = software_versions()
    software = ", ".join(f"{name} {version}" for name, version in sorted(made.software.items()))
    yield Verdict.of(SOFTWARE, f"here as when it was made: {software}", _software_faults(made, here))
    yield _rebuild(copy, root, replace(made.origin, commit=origin.commit or made.origin.commit), progress)


class _Made:
    """What a release says of how it was made.

    :raises Unusable: if it does not, or not in a way that can be true.
    """

    def __init__(self, copy: Copy) -> None:
        graph = formats.to_graph(copy.parse(FILE))
        build = URIRef(activity_iri(copy.dataset, copy.version))
        self.inputs = _table(graph, build, PROV.used, SDO.sha256)
        self.software = _table(graph, build, PROV.wasAssociatedWith, SDO.softwareVersion)
        used = graph.objects(build, PROV.used)
        commits = {str(name) for each in used for name in graph.objects(each, DCTERMS.identifier)}
        if len(commits) > 1 or not all(map(_COMMIT.fullmatch, commits)):
            raise Unusable(FILE, "it names something as a git commit that is none")
        time, committed = (_time(graph, term) for term in (PROV.endedAtTime, PROV.generatedAtTime))
        self.origin = Origin("".join(commits), time, committed)


def _time(graph: Graph, term: URIRef) -> datetime | None:
    said = next(graph.objects(None, term), None)
    try:
        return datetime.fromisoformat(str(said)) if said is not None else None
    except ValueError as error:
        raise Unusable(FILE, f"it says a time that is none: {said}") from error


def _table(graph: Graph, build: URIRef, link: URIRef, about: URIRef) -> dict[str, str]:
    return {
        str(graph.value(each, RDFS.label)): str(value)
        for each in graph.objects(build, link)
        for value in graph.objects(each, about)
    }


def _source_faults(made: _Made, inputs: dict[str, str], origin: Origin) -> Iterator[Fault]:
    for path in sorted(made.inputs.keys() | inputs.keys()):
        if path not in inputs:
            yield Fault(path, "the release was made of this file too, which is not read here")
        elif path not in made.inputs:
            yield Fault(path, "the release was made without this file")
        elif inputs[path] != made.inputs[path]:
            yield Fault(path, "the release was made of this file when it had other content")
    if origin.commit and made.origin.commit and origin.commit != made.origin.commit:
        yield Fault(
            FILE, f"the release is of commit {made.origin.commit}, and these sources of {origin.commit}"
        )


def _software_faults(made: _Made, here: dict[str, str]) -> Iterator[Fault]:
    for name in sorted(made.software.keys() | here.keys()):
        if (then := made.software.get(name)) != (now := here.get(name)):
            yield Fault(
                name, f"version {then or 'none'} made the release, and version {now or 'none'} is here"
            )


def _rebuild(copy: Copy, root: Path, origin: Origin, progress: Callable[[str], object]) -> Verdict:
    with TemporaryDirectory(prefix="pilotgraph-") as folder:
        try:
            release = build(root, Path(folder), progress, origin=origin)
        except PilotgraphError as error:
            return Verdict.of(REBUILD, "", [Fault("", line) for line in str(error).splitlines()])

        def faults() -> Iterator[Fault]:
            for path in sorted(release.files.keys() | set(copy.files)):
                if path not in release.files:
                    yield Fault(path, "these sources make no such file")
                elif path not in copy.files:
                    yield Fault(path, "these sources make this file too")
                elif release.read(path) != copy.read(path):
                    yield Fault(path, "these sources make a file with other content")

        return Verdict.of(REBUILD, f"{len(release.files)} files are made again, byte by byte", faults())
