"""The command that holds a deployed site against the HTTP contract: `check`.

Modules are imported inside the command that needs them, as in `cli`.
"""

# ruff: noqa: PLC0415

import sys
from collections import Counter
from collections.abc import Sequence

import click

from pilotgraph import terminal

_NOTHING_ANSWERS = 2


@click.command("check")
@click.argument("url")
@click.option(
    "--iri",
    "iris",
    multiple=True,
    help="The IRI of a thing that is to lead to this site, through whatever redirects it. For several, repeat"
    " it. Default: the examples that the site describes, if they lead anywhere yet.",
)
@click.option("--host-only", is_flag=True, help="Follow no IRI: check the addresses of the site alone.")
@click.option("--quiet", "-q", is_flag=True, help="Print only what is wrong or was left out.")
def check_command(url: str, iris: Sequence[str], host_only: bool, quiet: bool) -> None:
    """Hold a deployed site against the HTTP contract.

    URL is the root of the site, which shows the contract at /contract.  A line is printed for each check:
    ✓ it holds, ✗ and what is wrong, - and why it could not be tried.  Exit codes: 0 all is well, 1 something
    is wrong, 2 nothing answers there that the contract could be held against.
    """
    from pilotgraph.check import Mark, check
    from pilotgraph.deployment import NoSite, discover
    from pilotgraph.probe import NoAnswer

    if host_only and iris:
        raise click.UsageError("give --iri or --host-only, not both")
    try:
        site = discover(url)
    except (NoAnswer, NoSite) as error:
        terminal.fail(str(error), _NOTHING_ANSWERS)
    marks: Counter[Mark] = Counter()
    colours = {Mark.KEPT: "green", Mark.BROKEN: "red", Mark.LEFT_OUT: "yellow"}
    for found in check(site, iris, host_only=host_only):
        marks[found.mark] += 1
        if not (quiet and found.mark is Mark.KEPT):
            said = f": {'; '.join(found.said)}" if found.said else ""
            click.echo(f"{click.style(found.mark, fg=colours[found.mark])} {found.asked}{said}")
    left_out = f", {marks[Mark.LEFT_OUT]} left out" if marks[Mark.LEFT_OUT] else ""
    click.echo(f"{marks.total()} checks: {marks[Mark.BROKEN]} found something wrong{left_out}", err=True)
    sys.exit(int(marks[Mark.BROKEN] > 0))
