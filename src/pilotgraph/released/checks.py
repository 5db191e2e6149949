"""A project -> where it breaks with what was released before.

An IRI that is lost, a term that means something else without a new major version, a record of a release
that cannot be read: each stops a release.  That a version was published with other data is a warning, since
whoever builds may be about to give it a new number.
"""

import hashlib
from collections.abc import Collection, Mapping

from pilotgraph.counts import Triple
from pilotgraph.description import DCAT
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.graphs import NamedGraphs
from pilotgraph.links import Links
from pilotgraph.mapping import n_quads
from pilotgraph.project import Project
from pilotgraph.released import records
from pilotgraph.released.iris import Listed
from pilotgraph.released.records import Records, order
from pilotgraph.released.terms import Meant


def check(project: Project, links: Links) -> list[Problem]:
    """Hold a project in which nothing else is wrong against what was released."""
    listed = Listed(project)
    found = [*listed.problems(), *Meant(project).problems()]
    recorded = records.read(project.root, project.iri)
    found += [*recorded.problems, *listed.check_told(recorded.releases)]
    if recorded.releases:
        named = NamedGraphs(project, links)
        if not named.problems:
            found += check_version(project, recorded, fingerprint(named.data)[1])
    return found


def check_version(project: Project, recorded: Records, sha256: str) -> list[Problem]:
    """Whether the version of a project is free, or is published with the very same data."""
    version = project.said(DCAT.version)
    same, last = recorded.of(version), recorded.last
    if same and same.sha256 != sha256:
        message = f"version {same.version} was published with other data; write a new version"
    elif last and order(version) and order(version) < order(last.version) and not same:
        message = f"version {last.version} was published already; write a version after it"
    else:
        return []
    return [Problem(version_place(project), Severity.WARNING, message)]


def version_place(project: Project) -> Position:
    """Where dataset.yaml says the version."""
    wanted = f"<{project.iri}>", DCAT.version.n3()
    for subject, predicate, _, position in project.dataset.mapped.statements:
        if (subject, predicate) == wanted:
            return position
    return project.subjects[project.iri]


def fingerprint(graphs: Mapping[str, Collection[Triple]]) -> tuple[int, str]:
    """How many statements some graphs have, and the SHA-256 of these as sorted N-Quads."""
    content = n_quads(graphs)
    return content.count(b"\n"), hashlib.sha256(content).hexdigest()
