"""A project -> where it breaks with what was released before.

An IRI that is lost, a term that means something else without a new major version, a record of a release
that cannot be read: each stops a release.  What keeps a version from being published is a warning, since
whoever builds may be about to give it a new number and a new day.
"""

import hashlib
from collections.abc import Collection, Mapping

from rdflib import DCTERMS, URIRef

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
    recorded = records.read(project.root, project.iri)
    found = [*listed.problems(recorded.releases), *Meant(project).problems()]
    found += [*recorded.problems, *listed.check_told(recorded.releases)]
    if recorded.releases:
        named = NamedGraphs(project, links)
        if not named.problems:
            found += check_version(project, recorded, fingerprint(named.data)[1])
        found += check_day(project, recorded)
    return found


def check_version(
    project: Project, recorded: Records, sha256: str, content_sha256: str = ""
) -> list[Problem]:
    """Whether the version of a project is free, or is published with the very same content.

    :param sha256: that of the data.
    :param content_sha256: that of all else, as `identity` finds it, once there are files.
    """
    version = project.said(DCAT.version)
    same, last = recorded.of(version), recorded.last
    if same and same.version != version:
        message = (
            f"version {same.version} was published, and {version} is the same number; write a new version"
        )
    elif same and same.sha256 != sha256:
        message = f"version {same.version} was published with other data; write a new version"
    elif same and content_sha256 and same.content and same.content != content_sha256:
        message = (
            f"version {same.version} was published with these data, and with something else beside them (what"
            " is said of the dataset, the ontology, shapes, questions, pictures, or how the program writes"
            " them); write a new version"
        )
    elif last and not same and order(version) and order(version) < order(last.version):
        message = f"version {last.version} was published already; write a version after it"
    else:
        return []
    return [Problem(place_of(project, DCAT.version), Severity.WARNING, message)]


def check_day(project: Project, recorded: Records) -> list[Problem]:
    """Whether a version that is not on record yet has a day of its own, after that of the last one."""
    last, (term, day) = recorded.last, day_of(project)
    if not last or recorded.of(project.said(DCAT.version)) or not day or day > last.issued:
        return []
    if day == last.issued:
        severity = Severity.INFO
        message = (
            f"version {last.version} was issued on the same day; write the day of this one, if it is another"
        )
    else:
        severity = Severity.WARNING
        message = f"version {last.version} was issued later, on {last.issued}; write the day of this one"
    return [Problem(place_of(project, term), severity, message)]


def day_of(project: Project) -> tuple[URIRef, str]:
    """The term by which dataset.yaml says when this version is issued, and that day."""
    term = DCTERMS.modified if project.said(DCTERMS.modified) else DCTERMS.issued
    return term, project.said(term).partition("T")[0]


def place_of(project: Project, term: URIRef) -> Position:
    """Where dataset.yaml says something of the dataset."""
    wanted = f"<{project.iri}>", term.n3()
    for subject, predicate, _, position in project.dataset.mapped.statements:
        if (subject, predicate) == wanted:
            return position
    return project.subjects[project.iri]


def fingerprint(graphs: Mapping[str, Collection[Triple]]) -> tuple[int, str]:
    """How many statements some graphs have, and the SHA-256 of these as sorted N-Quads."""
    content = n_quads(graphs)
    return content.count(b"\n"), hashlib.sha256(content).hexdigest()
