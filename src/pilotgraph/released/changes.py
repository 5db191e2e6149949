"""What changed from one release to the next: found when a release is published, and told from its record."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from pilotgraph.comparison.as_rdf import Told, describe_changes
from pilotgraph.comparison.changes import Comparison
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.markdown import as_markdown
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.comparison.told import numbers, summary
from pilotgraph.release import Release
from pilotgraph.released.records import Recorded


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of a release: a `text` in Markdown, with a heading, and a `summary` in one plain line."""

    release: Recorded
    text: str
    summary: str


def compare_with(before: Release, new: Snapshot) -> Sequence[ox.Triple]:
    """What changed since the release before, in RDF."""
    return describe_changes(compare(Snapshot.of(before), new))


def tell(dataset: str, releases: Sequence[Recorded], files: Mapping[str, bytes]) -> Iterator[Section]:
    """Tell of releases, the newest first.

    :param dataset: its IRI.
    :param files: the release that is being made, by path: what is named is called as it calls it.
    """
    told = Told((triple for each in releases for triple in each.graph), dataset)
    names = Names.of(Snapshot.read(files)) if releases else Names(())
    for release in reversed(releases):
        comparison = told.of(release.version)
        yield Section(release, as_markdown(comparison, names), _summary(comparison))


def _summary(comparison: Comparison) -> str:
    said = summary(comparison) if comparison.old.version else "the first release"
    return f"{said[:1].upper()}{said[1:]}. It has {numbers(comparison.new)}."
