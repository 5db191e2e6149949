"""What can go wrong, and where: positions, problems, and the exceptions of this package.

A *problem* is a finding about a source file; a run collects all of them, so problems are
values.  An *exception* ends what was asked for:

* PilotgraphError
  x SourceError            sources cannot be used; carries the problems that say why
    x DocumentError        a YAML or JSON file cannot be read as a document
    x ContextError         the context uses something outside our subset of JSON-LD 1.1
    x ShapesError          a shapes or ontology file cannot be read, or is not well-formed SHACL
    x ReleaseRefused       the sources have violations, so that no release is written
  x SettingsError          settings cannot be used
  x ReleaseError           a release is missing, or does not match its manifest
  x ExportError            a release cannot be written as files for a host
  x QueryError             a query gets no answer
    x MalformedQuery       it does not parse
    x QueryRefused         it asks for what this endpoint does not do (update, SERVICE)
    x NoFormat             no format that the client takes can hold this answer
    x LimitExceeded        it passed the deadline, the memory limit or the size limit
    x StoreUnavailable     nothing is there to evaluate it; it may be asked again

A failed *validation* is not an exception: it is a `Report` with problems in it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Position(NamedTuple):
    """A place in a source file. Lines and columns count from 1, columns in code points."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Severity(StrEnum):
    """How much a problem weighs; errors and violations stop a release."""

    ERROR = "error"
    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One finding about the sources, as the curator reads it.

    `rule` is the IRI of the SHACL shape that was broken, or empty where the reader of the
    file found the problem.
    """

    position: Position
    severity: Severity
    message: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.position}: {self.severity}: {self.message}"

    @property
    def stops_a_release(self) -> bool:
        return self.severity in (Severity.ERROR, Severity.VIOLATION)


class PilotgraphError(Exception):
    """Base of every exception that this package raises on purpose."""


class SourceError(PilotgraphError):
    """Raise if sources cannot be used; `problems` says why, each with its place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


class DocumentError(SourceError):
    """Raise if a file cannot be read as a document."""


class ContextError(SourceError):
    """Raise if a context steps outside the subset that `context` documents."""


class ShapesError(SourceError):
    """Raise if a file of the ontology or the shapes cannot be read, or is not what it should be."""


class ReleaseRefused(SourceError):
    """Raise if the sources have violations, so that no release is written."""


class SettingsError(PilotgraphError):
    """Raise if settings cannot be used; each line of the message says where, and what to write."""


class ReleaseError(PilotgraphError):
    """Raise if a release is missing, or is not what its manifest says."""


class ExportError(PilotgraphError):
    """Raise if a release cannot be written as files for a host."""


# What to do about any limit.
WAY_OUT = "Narrow the query, or take the dump and ask it there."


class QueryError(PilotgraphError):
    """Base of the reasons why a query gets no answer."""


class MalformedQuery(QueryError):
    """Raise if a query does not parse; the message holds the parser's line and column."""


class QueryRefused(QueryError):
    """Raise if a query asks for what a read-only, closed endpoint does not do."""


class NoFormat(QueryError):
    """Raise if no format that the client takes can hold this kind of answer.

    `offers` are the media types that could.
    """

    def __init__(self, offers: Sequence[str]) -> None:
        self.offers = tuple(offers)
        super().__init__("This answer can be sent as: " + ", ".join(self.offers))


class LimitExceeded(QueryError):
    """Raise if a query passed a limit; the message names the limit and the way out."""


class StoreUnavailable(QueryError):
    """Raise if no store is there to answer just now; the same query may be sent again."""
