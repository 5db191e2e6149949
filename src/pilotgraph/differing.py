"""The command that compares two releases: `diff`.

Modules are imported inside the command that needs them, as in `cli`.
"""

# ruff: noqa: PLC0415

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotgraph import terminal
from pilotgraph.controls import printable
from pilotgraph.errors import ReleaseError, SourceError

if TYPE_CHECKING:
    from pilotgraph.comparison.changes import Comparison
    from pilotgraph.comparison.names import Names

_FORMS = ("text", "json", "turtle", "markdown")
_RELEASE = click.Path(path_type=Path, file_okay=False)
_TROUBLE = 2


@click.command("diff")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMS),
    default="text",
    help="text for people (the default), json for programs, turtle for the RDF in which a release tells its"
    " history, markdown for a change log.",
)
@click.argument("old", metavar="OLD", type=_RELEASE)
@click.argument("new", metavar="NEW", type=_RELEASE)
def diff_command(form: str, old: Path, new: Path) -> None:
    """Say what changed between two releases.

    OLD and NEW are releases, or directories with a current one.  Told are things that were added, changed,
    deprecated, withdrawn or restored, by the named graph that they stand in; terms, and whether what they
    mean changed; the published questions; the named graphs; and what is said of the dataset.  A term that
    was renamed is told once, whatever uses it.  Pictures, guide, shapes and numbers are not compared.

    Exit codes, as those of diff(1): 0 there are no differences, 1 there are, 2 there was trouble.
    """
    from pilotgraph.comparison.comparing import compare
    from pilotgraph.comparison.names import Names
    from pilotgraph.comparison.snapshot import Snapshot
    from pilotgraph.readable import open_readable

    try:
        before, after = (Snapshot.of(open_readable(each)) for each in (old, new))
        comparison = compare(before, after)
    except (ReleaseError, SourceError) as error:
        terminal.fail(str(error), _TROUBLE)
    except OSError as error:
        terminal.fail(f"{error.filename}: {error.strerror}" if error.filename else str(error), _TROUBLE)
    _print(comparison, Names.of(after, before), form)
    sys.exit(int(bool(comparison)))


def _print(comparison: "Comparison", names: "Names", form: str) -> None:
    from pilotgraph.comparison.as_json import as_json
    from pilotgraph.comparison.as_rdf import PREFIXES, describe_changes, describe_versions
    from pilotgraph.comparison.markdown import as_markdown
    from pilotgraph.comparison.text import Look, as_text
    from pilotgraph.formats import TURTLE, serialize

    if form == "text":
        styles: dict[Look, dict[str, Any]] = {
            Look.TITLE: {"bold": True},
            Look.HEADING: {"bold": True, "underline": True},
            Look.KIND: {"bold": True},
            Look.NAME: {"fg": "cyan"},
            Look.IRI: {"dim": True},
            Look.OLD: {"fg": "red"},
            Look.NEW: {"fg": "green"},
        }
        colour = False if os.environ.get("NO_COLOR") else None
        for line, look in as_text(comparison, names):
            # Not wrapped: an IRI is to be taken from the screen whole.
            click.echo(click.style(printable(line), **styles.get(look, {})), color=colour)
    elif form == "json":
        click.echo(as_json(comparison, names), nl=False)
    elif form == "markdown":
        click.echo(as_markdown(comparison, names), nl=False)
    else:
        graph = describe_versions(comparison) + describe_changes(comparison)
        click.echo(serialize(graph, TURTLE, names.prefixes | PREFIXES), nl=False)
