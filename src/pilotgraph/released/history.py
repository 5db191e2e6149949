"""The records of releases -> what a release says of those before it: `history.ttl` and `changes.md`.

The one is all records together; the other the change log of the data, for people, the newest release first.
"""

from collections.abc import Mapping, Sequence

from pilotgraph import formats
from pilotgraph.formats import TURTLE
from pilotgraph.project import Project
from pilotgraph.released import feed, records
from pilotgraph.released.changes import Section, tell
from pilotgraph.released.records import Recorded

HISTORY, CHANGES = "history.ttl", "changes.md"


def files(project: Project, releases: Sequence[Recorded], made: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that tell of releases; the last may be the one that is being made.

    :param made: its other files, by path.
    """
    sections = list(tell(project.iri, releases, made))
    graph = [triple for each in releases for triple in each.graph]
    prefixes = records.PREFIXES | project.context.prefixes
    return {
        HISTORY: formats.serialize(graph, TURTLE, prefixes) or b"# No release has been published yet.\n",
        CHANGES: _change_log(sections).encode(),
        feed.FILE: feed.write(project, sections),
    }


def _change_log(sections: Sequence[Section]) -> str:
    told = [each.text for each in sections] or ["No release has been published yet.\n"]
    return "\n".join(["# Changes of the data\n", *told])
