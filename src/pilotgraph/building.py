"""A project -> a release with its index, told at the terminal: what `build`, `serve` and `export` begin with.

Modules are imported when a release is built, as in `cli`.
"""

# ruff: noqa: PLC0415

from pathlib import Path
from typing import TYPE_CHECKING

from pilotgraph import terminal

if TYPE_CHECKING:
    from pilotgraph.errors import Problem
    from pilotgraph.release import Release


def build_release(
    project: Path, out: Path | None = None, *, record_iris: bool = False, since: Path | None = None
) -> "Release":
    """Build a project, and say the steps and what should be known of the release.

    :param out: where releases are kept; by default, `dist` in the project.
    :param record_iris: publish the release; `since` is then the one before, if it is kept elsewhere.
    :raises PilotgraphError: if the project does not conform, or the release cannot be written.
    """
    from pilotgraph.build import build
    from pilotgraph.errors import ReleaseError
    from pilotgraph.search_index import write_index

    notes: list[Problem] = []
    with terminal.steps() as step:
        place = out or project / "dist"
        release = build(project, place, step, notes.append, record_iris=record_iris, since=since)
        step("Writing the index for searching")
        try:
            write_index(release)
            warning = ""
        except ReleaseError as error:
            # The release is made and current all the same, and a server makes an index that it lacks.
            warning = str(error)
    terminal.print_notable(notes)
    if warning:
        terminal.warn(warning)
    return release
