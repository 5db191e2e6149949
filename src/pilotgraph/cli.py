"""Command-line arguments -> exit code: what a curator, a researcher and an operator type.

No command ends in a traceback for what a user can cause: a line says what to do.  Modules are imported
inside the command that needs them, so that `--help` answers at once.
"""

# ruff: noqa: PLC0415

import errno
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotgraph import terminal
from pilotgraph.errors import PilotgraphError, Problem, QueryError, SourceError
from pilotgraph.settings import Settings, as_text, options

if TYPE_CHECKING:
    from pilotgraph.release import Release

# As in `formats`, whose libraries take a tenth of a second to load.
_FORMATS = ("json", "xml", "csv", "tsv", "turtle", "json-ld", "n-triples", "n-quads", "rdf/xml")
_FAILURE = 400


class _Commands(click.Group):
    """Turns the errors that a user can cause into lines on stderr and an exit code."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except SourceError as error:
            terminal.print_notable(error.problems)
            terminal.fail(f"{terminal.count(error.problems)}; nothing was written")
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
_release = click.option(
    "--release",
    "directory",
    type=_DIRECTORY,
    default=Path("dist"),
    help="A release, or a directory with a current one. Default: dist, where `build` writes.",
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
    help="Add new IRIs to data/iris.txt, which makes them permanent. Use it when the release is published.",
)
def build_command(project: Path, out: Path | None, record_iris: bool) -> None:
    """Turn a project into a release.

    The release is a new directory, named by its version and content; `current` beside it leads to the
    newest one.  The same sources always give the same release.  With a violation nothing is written, the
    problems are printed, and the exit code is 1.
    """
    release = _build(project, out, record_iris=record_iris)
    click.echo(terminal.shown(release.path))
    for file in release.files.values():
        click.echo(f"  {file.size:>12,}  {file.path}")


def _build(project: Path, out: Path | None = None, *, record_iris: bool = False) -> "Release":
    from pilotgraph.build import build

    notes: list[Problem] = []
    with terminal.steps() as step:
        release = build(project, out or project / "dist", step, notes.append, record_iris=record_iris)
    terminal.print_notable(notes)
    return release


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


@main.command("query")
@_release
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS, case_sensitive=False),
    help="The first four are for tables, the others for graphs. Default: a table that people can read on a"
    " terminal, CSV elsewhere; true or false for ASK; Turtle for CONSTRUCT and DESCRIBE.",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Give a parameter of the query another value than its default: an id, or a number or year. For"
    " several parameters, repeat it.",
)
@click.option("--list", "listing", is_flag=True, help="List the published questions and their parameters.")
@click.argument("query", metavar="FILE|-|NAME", required=False)
def query_command(
    directory: Path, form: str | None, settings: Sequence[str], listing: bool, query: str | None
) -> None:
    """Answer a SPARQL query from a release.

    Give a FILE with the query, - for standard input, or the NAME of a question that the release
    publishes; --list names them all.
    """
    from pilotgraph.asking import check_things, query_text
    from pilotgraph.edition import Dataset, published_questions, read_context
    from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
    from pilotgraph.lexical import BadValue
    from pilotgraph.parameters import bind
    from pilotgraph.release import Release
    from pilotgraph.store import LocalStore, Query

    results = {each.name.lower(): each for each in RESULT_FORMATS}
    graphs = {each.name.lower(): each for each in RDF_FORMATS}
    release = Release.open(directory)
    dataset = Dataset(release)
    context = read_context(release, dataset)
    if listing and (query or settings):
        raise click.UsageError("--list stands alone: it lists all questions")
    if listing:
        terminal.print_questions(published_questions(release), context)
        return
    if query is None:
        raise click.UsageError("give a FILE, - or a NAME; --list shows the names")
    published, values = query_text(release, query), _values(settings)
    try:
        text = bind(published, values, context)
    except BadValue as error:
        raise QueryError(str(error)) from error
    if form:
        asked = Query(text, solutions=results.get(form), graph=graphs.get(form))
    else:
        asked = Query(text, solutions=results["json" if sys.stdout.isatty() else "csv"])
    with closing(LocalStore(release)) as store:
        check_things(store, published, values, context, dataset)
        answer = store.query(asked)
    if form or answer.format is not results["json"]:
        click.echo(answer.content, nl=not answer.content.endswith(b"\n"))
    else:
        terminal.print_result(answer.content)


def _values(settings: Sequence[str]) -> dict[str, str]:
    values = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name in values:
            said = f"{setting}: write NAME=VALUE, for each name once"
            raise click.BadParameter(said, param_hint="--set")
        values[name] = value
    return values


@main.command("get")
@_release
@click.option(
    "--accept", metavar="TYPE", help="The Accept header: a media type such as text/turtle. Default: none."
)
@click.option("--include", "-i", is_flag=True, help="Print the status and the headers too.")
@click.argument("path")
def get_command(directory: Path, accept: str | None, include: bool, path: str) -> None:
    """Print the answer to one request, without a server.

    PATH is what follows the host in a URL, such as /sparql or /doc/… with its suffix.  Redirects are not
    followed: --include shows where they lead.  The exit code is 1 for a status of 400 or more.
    """
    from pilotgraph.app import create_app
    from pilotgraph.release import Release
    from pilotgraph.store import LocalStore

    if not path.startswith("/"):
        raise click.BadParameter("a path begins with /", param_hint="PATH")
    release = Release.open(directory)
    with closing(LocalStore(release)) as store:
        client = create_app(release, store).test_client()
        answer = client.get(path, headers={"Accept": accept} if accept else {}, buffered=True)
    if include:
        click.echo(f"{answer.status}\n{str(answer.headers).replace(chr(13), '')}", nl=False)
    click.echo(answer.data, nl=False)
    sys.exit(int(answer.status_code >= _FAILURE))


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command a flag for each setting."""
    for option in reversed(options()):
        command = click.option(option.flag, metavar=option.metavar, help=option.help)(command)
    return command


@main.command("serve")
@click.option(
    "--project",
    type=_DIRECTORY,
    help="Build this project first, and serve the result. Default: where you are.",
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
    from pilotgraph.release import Release
    from pilotgraph.serving import serve

    release = Release.open(directory, verify=False) if directory else _build(project or Path())
    try:
        code = serve(release.path, settings, lambda url: terminal.say_what_to_try(release, url))
    except OSError as error:
        place = f"port {settings.port} of {settings.host}"
        if error.errno == errno.EADDRINUSE:
            terminal.fail(f"{place} is taken; choose another with --port")
        terminal.fail(f"cannot listen on {place}: {error.strerror}")
    sys.exit(code)
