"""The commands that ask a release: `query` and `get`.

Modules are imported inside the command that needs them, as in `cli`.
"""

# ruff: noqa: PLC0415

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import click

from pilotgraph import terminal
from pilotgraph.errors import QueryError

# As in `formats`, whose libraries take a tenth of a second to load.
_FORMATS = ("json", "xml", "csv", "tsv", "turtle", "json-ld", "n-triples", "n-quads", "rdf/xml")
_FAILURE = 400

_release = click.option(
    "--release",
    "directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="A release, or a directory with a current one. Default: the one that PILOTGRAPH_RELEASE names; else"
    " dist, where `build` writes; where there is no project either, the release in the installed package.",
)


@click.command("query")
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
    directory: Path | None, form: str | None, settings: Sequence[str], listing: bool, query: str | None
) -> None:
    """Answer a SPARQL query from a release.

    Give a FILE with the query, - for standard input, or the NAME of a question that the release
    publishes; --list names them all.
    """
    from pilotgraph.asking import check_things, query_text
    from pilotgraph.edition import Dataset, published_questions, read_context
    from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
    from pilotgraph.lexical import BadValue
    from pilotgraph.lookup import Lookup
    from pilotgraph.parameters import bind
    from pilotgraph.readable import QUESTIONS, open_readable
    from pilotgraph.store import LocalStore, Query

    results = {each.name.lower(): each for each in RESULT_FORMATS}
    graphs = {each.name.lower(): each for each in RDF_FORMATS}
    release = open_readable(_place(directory), QUESTIONS if listing else ())
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
        check_things(Lookup(store, dataset.triples), published, values, context, dataset.site)
        answer = store.query(asked)
    if form or answer.format is not results["json"]:
        click.echo(answer.content, nl=not answer.content.endswith(b"\n"))
    else:
        terminal.print_result(answer.content)


def _place(directory: Path | None) -> Path:
    """Where the release is that a command asks."""
    from pilotgraph.library.finding import meant

    found = directory or meant()
    if found and not directory:
        terminal.say_which(found)
    return found or Path("dist")


def _values(settings: Sequence[str]) -> dict[str, str]:
    values = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or name in values:
            said = f"{setting}: write NAME=VALUE, for each name once"
            raise click.BadParameter(said, param_hint="--set")
        values[name] = value
    return values


@click.command("get")
@_release
@click.option(
    "--accept", metavar="TYPE", help="The Accept header: a media type such as text/turtle. Default: none."
)
@click.option("--include", "-i", is_flag=True, help="Print the status and the headers too.")
@click.argument("path")
def get_command(directory: Path | None, accept: str | None, include: bool, path: str) -> None:
    """Print the answer to one request, without a server.

    PATH is what follows the host in a URL, such as /sparql or /doc/… with its suffix.  Redirects are not
    followed: --include shows where they lead.  The exit code is 1 for a status of 400 or more.
    """
    from pilotgraph.app import create_app
    from pilotgraph.readable import PAGES, open_readable
    from pilotgraph.store import LocalStore

    if not path.startswith("/"):
        raise click.BadParameter("a path begins with /", param_hint="PATH")
    release = open_readable(_place(directory), PAGES)
    with closing(LocalStore(release)) as store:
        client = create_app(release, store).test_client()
        answer = client.get(path, headers={"Accept": accept} if accept else {}, buffered=True)
    if include:
        click.echo(f"{answer.status}\n{str(answer.headers).replace(chr(13), '')}", nl=False)
    click.echo(answer.data, nl=False)
    sys.exit(int(answer.status_code >= _FAILURE))
