"""Command-line arguments -> exit code: what a curator, a researcher and an operator type.

No command ends in a traceback for what a user can cause: a line says what to do.  Modules are imported
inside the command that needs them, so that `--help` answers at once.
"""

# ruff: noqa: PLC0415

import errno
import os
import sys
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotgraph import terminal
from pilotgraph.building import build_release
from pilotgraph.checking import check_command
from pilotgraph.differing import diff_command
from pilotgraph.errors import PilotgraphError, Problem, SourceError
from pilotgraph.exporting import export_command
from pilotgraph.inquiry import get_command, query_command
from pilotgraph.settings import Settings, as_text, options
from pilotgraph.verifying import verify_command

if TYPE_CHECKING:
    from pilotgraph.release import ReleasedFile


# The commands of which one may wonder what is left when they fail.
_WRITING = ("build", "export", "new", "serve")


class _Commands(click.Group):
    """Turns the errors that a user can cause into lines on stderr and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SourceError as error:
            terminal.print_notable(error.problems)
            nothing = "; nothing was written" if context.invoked_subcommand in _WRITING else ""
            terminal.fail(terminal.count(error.problems) + nothing)
        except PilotgraphError as error:
            terminal.fail(str(error))
        except BrokenPipeError:
            raise  # click ends quietly when the reader of our output is gone
        except OSError as error:
            said = (
                f"{terminal.shown(Path(error.filename))}: {error.strerror}" if error.filename else str(error)
            )
            terminal.fail(said, code=2 if context.invoked_subcommand == "validate" else 1)


_DIRECTORY = click.Path(path_type=Path, file_okay=False)
_project = click.option(
    "--project",
    type=_DIRECTORY,
    default=Path(),
    help="The directory that holds ontology/, data/ and shapes/. Default: where you are.",
)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="pilotgraph", message="%(prog)s %(version)s")
def main() -> None:
    """Publish a knowledge graph: YAML records in, a checked release out, and its server.

    A project is a directory with ontology/, data/ and shapes/.  `validate` says what is wrong with it,
    `build` turns it into a release in dist/, and `serve` puts a release on HTTP.
    """


@main.command("build")
@_project
@click.option("--out", type=_DIRECTORY, help="Where releases are kept. Default: dist, in the project.")
@click.option(
    "--record-iris",
    is_flag=True,
    help="Publish the release: put it on record in data/, with its IRIs, what its terms mean, and what"
    " changed since the release before. All that is permanent then.",
)
@click.option(
    "--since",
    type=_DIRECTORY,
    help="With --record-iris: the release before, if it is not where releases are kept.",
)
def build_command(project: Path, out: Path | None, record_iris: bool, since: Path | None) -> None:
    """Turn a project into a release.

    The release is a new directory, named by its version and content; `current` beside it leads to the
    newest one.  The same sources always give the same release.  Beside it stands an index for searching,
    which may be deleted.  With a violation nothing is written, the problems are printed, and the exit code
    is 1.
    """
    if since and not record_iris:
        raise click.UsageError("--since says what to compare with when a release is published: --record-iris")
    release = build_release(project, out, record_iris=record_iris, since=since)
    click.echo(terminal.shown(release.path))
    # The files of a folder are many; the manifest lists them.
    for folder, found in groupby(sorted(release.files.values(), key=_folder), key=_folder):
        files = list(found)
        if folder:
            many = "1 file" if len(files) == 1 else f"{len(files)} files"
            click.echo(f"  {sum(file.size for file in files):>12,}  {folder}  {many}")
        else:
            for file in files:
                click.echo(f"  {file.size:>12,}  {file.path}")


def _folder(file: "ReleasedFile") -> str:
    folder, slash, _ = file.path.rpartition("/")
    return folder + slash


@main.command("validate")
@_project
@click.option(
    "--format",
    "form",
    type=click.Choice(terminal.FORMS),
    default="text",
    help="How problems are printed: text for people (the default), json for programs, github for"
    " annotations in GitHub Actions.",
)
@click.option(
    "--report",
    "reporting",
    is_flag=True,
    help="Print the report on the record that a release would carry, in Markdown: what is covered, on what"
    " it rests, what is missing. Problems go to stderr.",
)
@click.argument("files", nargs=-1, metavar="[FILE]…", type=click.Path(path_type=Path, exists=True))
def validate_command(project: Path, form: str, reporting: bool, files: Sequence[Path]) -> None:
    """Say what is wrong with a project, file by file.

    The whole project is read; name FILEs to see their problems only.  Exit codes: 0 everything conforms
    (there may be warnings), 1 it does not, 2 a file could not be read, so that more may be wrong.
    """
    from pilotgraph.project import Project
    from pilotgraph.quality import assess
    from pilotgraph.validation import problems_in, validate

    problems: Sequence[Problem]
    record = ""
    try:
        with terminal.steps() as step:
            step("Reading the sources")
            sources = Project.read(project)
            step(f"Validating {len(sources.records)} records")
            report = validate(sources)
            if reporting and report.conforms:
                step("Asking what the record is like")
                record = assess(sources, report.graph, report.links.triples).markdown()
        report = problems_in(report, sources, files) if files else report
        problems, code = report.problems, report.exit_code
    except SourceError as error:
        problems, code = error.problems, 2
    terminal.print_problems(problems, form, err=reporting)
    click.echo(terminal.count(problems), err=True)
    if record:
        terminal.print_markdown(record)
    elif reporting:
        click.echo("There is no report on a record that does not conform.", err=True)
    sys.exit(code)


@main.command("new")
@_project
@click.argument("class_name", metavar="CLASS")
@click.argument("name")
def new_command(project: Path, class_name: str, name: str) -> None:
    """Write a record to fill in, and print where it is.

    CLASS is a class as records name it after `type`, NAME the last part of the new record's id.  What the
    shapes require comes first, with comments that say what to write.  It stands where most records of
    its class do; a file that is there already stays as it is.
    """
    from pilotgraph.project import Project
    from pilotgraph.scaffold import new_record, record_path

    sources = Project.read(project)
    text, path = new_record(sources, class_name, name), record_path(sources, class_name, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    click.echo(terminal.shown(path))


main.add_command(check_command)
main.add_command(diff_command)
main.add_command(export_command)
main.add_command(verify_command)
main.add_command(query_command)
main.add_command(get_command)


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a flag for each setting."""
    for option in reversed(options()):
        command = click.option(option.flag, metavar=option.metavar, help=option.help)(command)
    return command


@main.command("serve")
@click.option(
    "--project",
    type=_DIRECTORY,
    help="Build this project first, and serve the result. Default: the release that PILOTGRAPH_RELEASE names;"
    " else the project where you are; where there is none, the release in the installed package.",
)
@click.option(
    "--release",
    "directory",
    type=_DIRECTORY,
    help="Build nothing: serve this release, or the current one in this directory.",
)
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    help="A TOML file with settings, each named as its flag here.",
)
@click.option("--show-settings", is_flag=True, help="Print what holds and where it is from, and end.")
@_flags
def serve_command(
    project: Path | None, directory: Path | None, file: Path | None, show_settings: bool, **flags: str | None
) -> None:
    """Serve a release on HTTP: pages, RDF for every thing, and SPARQL.

    Ctrl-C stops it.  Settings are read from --settings FILE, the environment (PILOTGRAPH_PORT=8080) and
    flags; the later win.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    settings = Settings.read(file, os.environ, given)
    if show_settings:
        click.echo(as_text(settings), nl=False)
        return
    if project and directory:
        raise click.UsageError("give --project or --release, not both")
    from pilotgraph.library.finding import meant
    from pilotgraph.readable import PAGES, open_readable
    from pilotgraph.serving import serve

    if not (project or directory) and (directory := meant()):
        terminal.say_which(directory)
    release = open_readable(directory, PAGES, verify=False) if directory else build_release(project or Path())
    try:
        code = serve(release.path, settings, lambda url: terminal.say_what_to_try(release, url))
    except OSError as error:
        place = f"port {settings.port} of {settings.host}"
        if error.errno == errno.EADDRINUSE:
            terminal.fail(f"{place} is taken; choose another with --port")
        terminal.fail(f"cannot listen on {place}: {error.strerror}")
    sys.exit(code)
