"""The command that re-checks a release: `verify`.

Modules are imported inside the command that needs them, as in `cli`.
"""

# ruff: noqa: PLC0415

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotgraph import terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from pilotgraph.verification.verdict import Verdict

_NO_RELEASE = 2
_COLOURS = {"ok": "green", "failed": "red", "left out": "yellow"}
_DIRECTORY = click.Path(path_type=Path, file_okay=False)


@click.command("verify")
@click.argument("directory", metavar="RELEASE", type=click.Path(path_type=Path))
@click.option(
    "--project",
    "root",
    type=_DIRECTORY,
    help="Compare the release with the sources in this project too, and with what they make when they are"
    " built again.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the verdict is printed: a line a check and a line a fault (the default), or all as JSON.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=1),
    default=600,
    show_default=True,
    help="How long a check may take before it has failed.",
)
def verify_command(directory: Path, root: Path | None, form: str, seconds: float) -> None:
    """Check again whether a release is what it says it is.

    RELEASE is the directory of a release, or one that has a current one.  Files are held against the
    manifest, dumps against their counts, hashes and each other, data against the shapes that lie with them,
    catalogues and records against the files.  Nothing that lies there is trusted.  Exit codes: 0 all is as it
    says, 1 something is not, 2 there is no release.
    """
    from pilotgraph.release import CURRENT, MANIFEST
    from pilotgraph.verification.verdict import plain

    if not directory.is_dir():
        terminal.fail(f"{terminal.shown(directory)}: there is no such directory", _NO_RELEASE)
    if not (directory / MANIFEST).exists() and (directory / CURRENT / MANIFEST).is_file():
        directory = directory / CURRENT
    if not (directory / MANIFEST).exists():
        said = f"{terminal.shown(directory)} holds no release: there is no {MANIFEST}"
        terminal.fail(said, _NO_RELEASE)
    with terminal.steps() as step:
        found = list(_verdicts(directory, root, seconds, step))
    name = plain(directory.resolve().name)
    failed = sum(verdict.status == "failed" for verdict in found)
    if form == "json":
        checks = [verdict.as_json() for verdict in found]
        report = {"release": name, "verified": not failed, "checks": checks}
        click.echo(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for verdict in found:
            _print(verdict)
        ending = f"{failed} failed: this release is not what it says" if failed else "verified"
        click.echo(f"{name}: {len(found)} checks, {ending}", err=True)
    sys.exit(int(failed > 0))


def _verdicts(
    directory: Path, root: Path | None, seconds: float, step: "Callable[[str], None]"
) -> "Iterator[Verdict]":
    from pilotgraph.provenance import FILE
    from pilotgraph.verification import apart, rebuilding
    from pilotgraph.verification.verdict import Fault, Verdict

    sound = False
    for verdict in apart.run(directory, seconds, lambda check: step(f"Checking: {check}")):
        sound = sound or (verdict.check, verdict.status) == ("provenance", "ok")
        yield verdict
    if root and sound:
        yield from rebuilding.compare(directory, root, step)
    elif root:
        # What could not be read within bounds is not read without them.
        message = "it does not say what the release was made of"
        yield Verdict(rebuilding.SOURCES, faults=(Fault(FILE, message),))


def _print(verdict: "Verdict") -> None:
    status = click.style(f"{verdict.status:8}", fg=_COLOURS[verdict.status])
    if not verdict.faults:
        click.echo(f"{status}  {verdict.check}: {verdict.left_out or verdict.said}")
    for fault in verdict.faults:
        where = f"{fault.where}: " if fault.where else ""
        click.echo(f"{status}  {verdict.check}: {where}{fault.message}")
