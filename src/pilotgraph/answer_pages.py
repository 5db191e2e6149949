"""The answer to a query, or what is wrong with it -> what a page shows of it. No HTTP here."""

from dataclasses import dataclass

from pilotgraph.charts import Chart, draw
from pilotgraph.edition import Edition
from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryError
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.pages import Table
from pilotgraph.queries import located
from pilotgraph.store import Answer

_SHOWN_BYTES = 2_000_000
_RAW_BYTES = 50_000
_TOO_LARGE = (
    f"The answer is larger than {_SHOWN_BYTES // 1_000_000} MB, the most that a page shows."
    " Give the query a LIMIT, or take the answer with format=csv."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer on a page: a table, perhaps with bars, or a graph as Turtle.

    `raw` is a table's answer as programs get it, if that is short enough to be read.
    """

    table: Table | None = None
    chart: Chart | None = None
    graph: str | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """Where a query is wrong, and the line that it is in: before, at and after that place."""

    line: int
    column: int
    before: str
    at: str
    after: str


def show(edition: Edition, answer: Answer) -> Shown:
    """Make an answer ready to be shown: things are called by their names.

    :param answer: a table in the SPARQL 1.1 JSON format, or a graph in Turtle.
    :raises LimitExceeded: if it is larger than a page can be.
    """
    if len(answer.content) > _SHOWN_BYTES:
        raise LimitExceeded(_TOO_LARGE)
    if answer.format in RDF_FORMATS:
        return Shown(graph=answer.content.decode())
    table = edition.describer.table(answer.content, edition.lookup.names)
    raw = answer.content.decode() if len(answer.content) <= _RAW_BYTES else ""
    return Shown(table, draw(table), raw=raw)


def slip(text: str, error: QueryError) -> Slip | None:
    """The place in a query that an error names, if it names one."""
    if not isinstance(error, MalformedQuery) or not str(error).startswith("line "):
        return None
    _, line, column = located(error)
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return None
    wrong = lines[line - 1].rstrip("\r")
    start = min(max(column - 1, 0), len(wrong))
    return Slip(line, column, wrong[:start], wrong[start : start + 1], wrong[start + 1 :])
