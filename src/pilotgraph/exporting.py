"""The command that writes a site as files for any host: `export`.

Modules are imported inside the command that needs them, as in `cli`.
"""

# ruff: noqa: PLC0415

from pathlib import Path

import click

from pilotgraph import terminal
from pilotgraph.building import build_release

_DIRECTORY = click.Path(path_type=Path, file_okay=False)


@click.command("export")
@click.option(
    "--project",
    type=_DIRECTORY,
    help="Build this project first, and export the result. Default: the release that PILOTGRAPH_RELEASE"
    " names; else the project where you are; where there is none, the release in the installed package.",
)
@click.option(
    "--release",
    "directory",
    type=_DIRECTORY,
    help="Build nothing: export this release, or the current one in this directory.",
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="Where readers will find it, such as https://example.org/pilots. The error page needs it, unless"
    " it is the root of a host. Default: where the IRIs lead.",
)
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
def export_command(project: Path | None, directory: Path | None, public_url: str, target: Path) -> None:
    """Write the site as files that any host can serve.

    DIR gets every page and every document in each format, the files of the release, and what Apache, Netlify,
    Cloudflare Pages, GitHub Pages and S3 read to send the right headers; its README.txt tells more.  Queries
    are answered in the browser.  An older export in DIR is replaced when all is written; a
    directory with anything else, such as files of Git, is left alone.
    """
    from pilotgraph.export.directory import check
    from pilotgraph.export.exporter import export
    from pilotgraph.library.finding import meant
    from pilotgraph.readable import PAGES, open_readable
    from pilotgraph.settings import Settings

    if project and directory:
        raise click.UsageError("give --project or --release, not both")
    check(target)
    url = Settings.read(None, {}, {"public_url": public_url} if public_url else {}).public_url
    if not (project or directory) and (directory := meant()):
        terminal.say_which(directory)
    release = open_readable(directory, PAGES) if directory else build_release(project or Path())
    with terminal.steps() as step:
        made = export(release, target, url, step)
    click.echo(
        f"{terminal.shown(target)}: {made.files:,} files, {made.pages:,} of them pages of {release.name}"
    )
