"""What is said to the person at the terminal: progress, problems, counts, tables, paths.

What machines may read (records, answers, problems) goes to stdout; progress, summaries and errors go
to stderr.
"""

# ruff: noqa: PLC0415

import json
import os
import shlex
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pilotgraph.controls import printable
from pilotgraph.errors import Problem, Severity

if TYPE_CHECKING:
    from pilotgraph.context import Context
    from pilotgraph.questions import Question
    from pilotgraph.release import Release

FORMS = ("text", "json", "github")
_COLOURS = {"error": "red", "violation": "red", "warning": "yellow", "info": "cyan"}
_ANNOTATIONS = {"error": "error", "violation": "error", "warning": "warning", "info": "notice"}


def fail(message: str, code: int = 1) -> NoReturn:
    click.echo(f"Error: {_lines(message)}", err=True)
    sys.exit(code)


def warn(message: str) -> None:
    click.echo(f"Warning: {_lines(message)}", err=True)


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show what is being done: as a line that moves on a terminal, else as lines on stderr, one a step."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with console.status("") as status:
            yield status.update
    else:
        told = ""

        def tell(step: str) -> None:
            nonlocal told
            # How far a step is, after a colon, is for who watches.
            if step.partition(":")[0] != told:
                told = step.partition(":")[0]
                click.echo(told, err=True)

        yield tell


def print_problems(problems: Iterable[Problem], form: str = "text", *, err: bool = False) -> None:
    """Print every problem, one a line or as JSON."""
    if form == "json":
        rows = [
            {**problem.position._asdict(), "severity": problem.severity, "message": problem.message}
            | ({"rule": problem.rule} if problem.rule else {})
            for problem in problems
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False), err=err)
        return
    colour = False if os.environ.get("NO_COLOR") else None
    for problem in problems:
        click.echo(_annotation(problem) if form == "github" else _line(problem), err=err, color=colour)


def print_notable(problems: Iterable[Problem]) -> None:
    """Print what a release should not be made without knowing, and how much else there is.

    An info without a rule comes from making the release: `validate` would not show it.
    """
    minor = [problem for problem in problems if problem.severity is Severity.INFO and problem.rule]
    print_problems((problem for problem in problems if problem not in minor), err=True)
    if minor:
        them = "it" if len(minor) == 1 else "them"
        click.echo(f"{_number(len(minor), 'info')}; run `pilotgraph validate` to see {them}", err=True)


def _line(problem: Problem) -> str:
    severity = click.style(problem.severity, fg=_COLOURS[problem.severity])
    return f"{printable(str(problem.position))}: {severity}: {printable(problem.message)}"


def _lines(text: str) -> str:
    """A text of several lines, none of which steers the terminal."""
    return "\n".join(map(printable, text.split("\n")))


def _annotation(problem: Problem) -> str:
    """A workflow command of GitHub Actions, which shows the problem beside its line."""

    def escaped(text: str) -> str:
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")

    path, line, column = problem.position
    file = escaped(path).replace(":", "%3A").replace(",", "%2C")
    place = f"file={file},line={line},col={column},title={problem.severity}"
    return f"::{_ANNOTATIONS[problem.severity]} {place}::{escaped(problem.message)}"


def count(problems: Sequence[Problem]) -> str:
    """How many problems there are, by severity, as `1 error, 2 warnings in 3 files`."""
    if not problems:
        return "no problems"
    counts = Counter(problem.severity for problem in problems)
    numbers = ", ".join(_number(counts[severity], severity) for severity in Severity if counts[severity])
    return f"{numbers} in {_number(len({problem.position.path for problem in problems}), 'file')}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def print_result(content: bytes) -> None:
    """Print an answer in the SPARQL 1.1 JSON format as a table, or as true or false."""
    result = json.loads(content)
    if "boolean" in result:
        click.echo(str(result["boolean"]).lower())
        return
    from rich.console import Console
    from rich.table import Table

    names = result["head"]["vars"]
    table = Table(*names, highlight=False)
    for row in result["results"]["bindings"]:
        table.add_row(*(_cell(row.get(name)) for name in names))
    Console(markup=False, emoji=False).print(table)


def _cell(term: Mapping[str, Any] | None) -> str:
    value = term["value"] if term else ""
    if isinstance(value, dict):  # a triple, as SPARQL 1.2 has it
        return f"<< {' '.join(_cell(value[part]) for part in ('subject', 'predicate', 'object'))} >>"
    return _lines(value)


def print_markdown(text: str) -> None:
    """Print Markdown: as pages look on a terminal, elsewhere as it is."""
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))


def print_questions(questions: Iterable["Question"], context: "Context") -> None:
    """Print published questions by name, and what may be set in them with its default."""
    from pyoxigraph import NamedNode

    for question in questions:
        click.echo(f"{click.style(question.name, bold=True)}\n  {question.question}")
        for each in question.parameters:
            default = each.default.value
            default = context.compact(default) if isinstance(each.default, NamedNode) else default
            click.echo(f"  --set {each.name}={shlex.quote(default)}  {each.description}")


def say_which(release: Path) -> None:
    """Say which release is used where nobody named one."""
    click.echo(f"Using the release in {shown(release)}", err=True)


def say_what_to_try(release: "Release", root: str) -> None:
    """Print an address and commands that work, for a server that has just started."""
    from rdflib import VOID

    from pilotgraph.edition import Dataset

    dataset = Dataset(release)
    click.echo(f"Serving {release.name} at {root}/ until Ctrl-C. Try:")
    click.echo(f"  open {root}/ in a browser")
    paths = (dataset.site.path(each.value) for each in dataset.nodes(VOID.exampleResource))
    for example in sorted(path for path in paths if path)[:1]:
        click.echo(f"  curl --location --header 'Accept: text/turtle' {shlex.quote(root + example)}")
    for query in [path for path in release.files if path.startswith("queries/")][:1]:
        file = shlex.quote(f"query@{shown(release.path / query)}")
        click.echo(f"  curl --header 'Accept: text/csv' --data-urlencode {file} {root}/sparql")


def shown(path: Path) -> str:
    """A path as one would type it."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
