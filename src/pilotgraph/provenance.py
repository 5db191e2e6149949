"""What a release was made of, by what and when, as PROV-O <https://www.w3.org/TR/prov-o/>.

In: the SHA-256 of each file that the build read, the git repository that these files are in, if any, and
SOURCE_DATE_EPOCH <https://reproducible-builds.org/specs/source-date-epoch/>.  Out: an `Origin`, and a graph
for `provenance.ttl`, in which all that is ours is named by fragments of the release's IRI.

Nothing here tells machines apart: no clock, no host, no user, no path from outside the project.  Of the
software, the packages that settle how bytes are written are named, and not Python or the system, on which
nothing may depend: machines that agree on the former make the same release, which naming the latter would
prevent.  What was released before (`data/iris.txt`, `data/terms.nt`, `data/releases/`) is no input either: it
stops a build or is told in `history.ttl`, and a release that is put on record would change by that record.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from urllib.parse import quote

from rdflib import DCTERMS, PROV, RDF, RDFS, SDO, XSD, Graph, Literal, URIRef

from pilotgraph import commits
from pilotgraph.errors import SettingsError

FILE = "provenance.ttl"
EPOCH = "SOURCE_DATE_EPOCH"
# The last second that four digits of a year can tell, as XML Schema writes dates everywhere.
_LATEST = 253_402_300_799
# Older files cannot stand in ZIP archives, which wheels are.
_EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
# Our own, and those whose next version may write or count or draw something in another way.
SOFTWARE = (
    "pilotgraph",
    "markdown-it-py",
    "pyoxigraph",
    "pyshacl",
    "PyYAML",
    "rdflib",
    "vl-convert-python",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where sources are from. `commit` is the git commit that last changed them, or nothing if none is known
    to hold them as they are, and `committed` when it was made; `time` is when the release counts as made, or
    None if the environment does not tell."""

    commit: str = ""
    time: datetime | None = None
    committed: datetime | None = None


def read_epoch(environment: Mapping[str, str]) -> datetime | None:
    """The time that the environment sets for what is built.

    :raises SettingsError: if it is no number of seconds, or past the year 9999.
    """
    text = environment.get(EPOCH, "")
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,12}", text) or int(text) > _LATEST:
        raise SettingsError(
            f"{EPOCH} is {text!r}; write the seconds since 1970-01-01T00:00:00Z, such as"
            " `git log -1 --format=%ct` prints, or unset it"
        )
    return datetime.fromtimestamp(int(text), UTC)


def find_origin(root: Path, inputs: Iterable[str], environment: Mapping[str, str]) -> Origin:
    """Find where the files of a project are from.

    :param inputs: their paths, relative to `root`.
    :raises SettingsError: as `read_epoch`.
    """
    time = read_epoch(environment)
    commit = commits.last_change(root, inputs, environment)
    if commit is None:
        return Origin("", time)
    return Origin(commit.name, time, datetime.fromtimestamp(commit.seconds, UTC))


def file_time(origin: Origin, dates: Iterable[str]) -> datetime:
    """When the files of a release count as changed: when it was made, or its sources, or on one of some days.

    :param dates: as in RDF; those that tell no day are passed over.
    """
    if found := origin.time or origin.committed:
        return found
    for date in dates:
        try:
            found = datetime.fromisoformat(date)
        except ValueError:
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return _EARLIEST


def release_iri(dataset: str, version: str) -> str:
    """The IRI of a release, which is for ever."""
    return f"{dataset}releases/{version}"


def file_iri(dataset: str, version: str, path: str) -> str:
    """The IRI of a file of a release."""
    return f"{release_iri(dataset, version)}/{path}"


def activity_iri(dataset: str, version: str) -> str:
    """The IRI of the build of a version."""
    return f"{release_iri(dataset, version)}#build"


def commit_iri(dataset: str, version: str, commit: str) -> str:
    """The IRI of a commit: an identifier of Software Heritage, which follows from the commit itself.

    It is defined for SHA-1 only <https://www.swhid.org/specification/v1.2/>.
    """
    by_sha_1 = len(commit) == 40  # noqa: PLR2004 (hexadecimal digits)
    return f"swh:1:rev:{commit}" if by_sha_1 else f"{release_iri(dataset, version)}#commit"


def software_versions() -> dict[str, str]:
    """The version of each package of SOFTWARE."""
    return {name: metadata.version(name) for name in SOFTWARE[1:]} | {SOFTWARE[0]: _own_version()}


def _own_version() -> str:
    # Run from its sources it need not be installed, and what an installation of them tells may be of old.
    sources = Path(__file__).parents[2] / "pyproject.toml"
    if sources.is_file():
        project = tomllib.loads(sources.read_text(encoding="utf-8")).get("project", {})
        if project.get("name") == SOFTWARE[0]:
            return str(project["version"])
    return metadata.version(SOFTWARE[0])


def provenance(
    dataset: str, version: str, inputs: Mapping[str, str], origin: Origin, software: Mapping[str, str]
) -> Graph:
    """Say how a release came about.

    :param dataset: its IRI.
    :param inputs: the SHA-256 of each file that was read, in hexadecimal digits, by its path in the project.
    :param software: versions, by the name of the package.
    """
    graph = Graph()
    release, build = URIRef(release_iri(dataset, version)), URIRef(activity_iri(dataset, version))
    graph.add((release, RDF.type, PROV.Entity))
    graph.add((release, PROV.wasGeneratedBy, build))
    graph.add((build, RDF.type, PROV.Activity))
    graph.add((build, RDFS.label, Literal(f"Build of version {version}", lang="en")))
    if origin.time:
        graph.add((build, PROV.endedAtTime, _instant(origin.time)))
    if origin.commit:
        commit = URIRef(commit_iri(dataset, version, origin.commit))
        graph.add((build, PROV.used, commit))
        graph.add((commit, RDF.type, PROV.Entity))
        graph.add((commit, RDFS.label, Literal(f"git commit {origin.commit}", lang="en")))
        graph.add((commit, DCTERMS.identifier, Literal(origin.commit)))
        if origin.committed:
            graph.add((commit, PROV.generatedAtTime, _instant(origin.committed)))
    for path, digest in inputs.items():
        entity = URIRef(f"{release}#input/{quote(path)}")
        graph.add((build, PROV.used, entity))
        graph.add((entity, RDF.type, PROV.Entity))
        graph.add((entity, RDFS.label, Literal(path)))
        graph.add((entity, SDO.sha256, Literal(digest)))
    for name, number in software.items():
        agent = URIRef(f"{release}#software/{quote(name)}")
        graph.add((build, PROV.wasAssociatedWith, agent))
        graph.add((agent, RDF.type, PROV.SoftwareAgent))
        graph.add((agent, RDFS.label, Literal(name)))
        graph.add((agent, SDO.softwareVersion, Literal(number)))
    return graph


def _instant(time: datetime) -> Literal:
    text = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Literal(text, datatype=XSD.dateTime, normalize=False)
