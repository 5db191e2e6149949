"""The text of a query -> what is wrong with it, what its head says, and which prefixes it declares.

The first lines of a file are its head, `# key: text` each; a line that is indented further goes on with the
one above.  What the keys mean is `questions`'.
"""

import re
from collections.abc import Collection, Mapping

import pyoxigraph as ox

from pilotgraph import guard
from pilotgraph.document import quoted
from pilotgraph.errors import Position, Problem, QueryError, Severity
from pilotgraph.formats import TURTLE

_FORMS = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_HEAD = re.compile(r"(?:#[^\n]*(?:\n|\Z))*")
_ENTRY = re.compile(r"^# (?P<key>[a-z]+):(?P<said>[^\n]*(?:\n#[ \t]{2}[^\n]*)*)", re.MULTILINE)


class Head:
    """What the first lines of a file say, by key."""

    def __init__(self, text: str) -> None:
        found = _HEAD.match(text)
        self._text, self._end = text, found.end() if found else 0
        self.entries = {entry["key"]: entry for entry in _ENTRY.finditer(text, 0, self._end)}

    @property
    def body(self) -> str:
        """What follows the head."""
        return self._text[self._end :]

    def said(self, key: str) -> str:
        """One entry, in one line; empty if there is none."""
        lines = self.entries[key]["said"].split("\n") if key in self.entries else ()
        return " ".join(" ".join(line.removeprefix("#") for line in lines).split())

    def words(self, key: str) -> list[tuple[str, int]]:
        """The words of an entry, each with its place in the text."""
        start = self.entries[key].start("said")
        return [
            (each[0], start + each.start()) for each in re.finditer(r"[^\s#]+", self.entries[key]["said"])
        ]

    def place(self, key: str) -> tuple[int, int]:
        """The line and column where what is said begins."""
        words = self.words(key)
        return place(self._text, words[0][1] if words else self.entries[key].start())

    def strange(self, path: str, keys: Collection[str]) -> Problem | None:
        """An entry with a key that is none of those."""
        for key, entry in self.entries.items():
            if key not in keys:
                message = f"{quoted(key)} is none of {', '.join(keys)}"
                return problem(path, message, *place(self._text, entry.start()))
        return None


def query_error(query: str, prefixes: Mapping[str, str] | None = None) -> tuple[str, int, int] | None:
    """What is wrong with a SPARQL query, in which line and column; None if it parses."""
    try:
        # It is evaluated, on nothing, since there is no parser apart: it must not fetch, or end this process.
        guard.read("".join(f"PREFIX {name}: <{iri}> " for name, iri in (prefixes or {}).items()) + query)
        ox.Store().query(query, prefixes=dict(prefixes or {}))
    except QueryError as error:
        return located(error)
    except RuntimeError as error:  # it calls a function that there is not
        return str(error), 1, 1
    except SyntaxError as error:
        at = re.match(r"error at (\d+):(\d+)", error.msg)
        # The parser goes on to list what the grammar allows, and its own words are among that.
        said = re.search("[A-Z]\\w* [A-Za-z ]+", error.msg)
        message = "this is not SPARQL from here on" + (f": {said[0]}" if said else "")
        return message, int(at[1]) if at else 1, int(at[2]) if at else 1
    return None


def form(query: str) -> str:
    """What a query that parses is: SELECT, ASK, CONSTRUCT or DESCRIBE."""
    body = query[len(guard.prologue(query)) :].upper()
    return next(each for each in _FORMS if body.startswith(each))


def prefixes(query: str) -> dict[str, str]:
    """The prefixes that a query declares, if it parses."""
    parser = ox.parse(guard.prologue(query), TURTLE.codec)
    list(parser)  # there is no triple, but a parser knows only the prefixes that it has come to
    return parser.prefixes


def located(error: QueryError) -> tuple[str, int, int]:
    """What an error says, and the line and column that it says it of."""
    at = re.match(r"line (\d+), column (\d+): ", str(error))
    return (str(error)[at.end() :], int(at[1]), int(at[2])) if at else (str(error), 1, 1)


def place(text: str, start: int) -> tuple[int, int]:
    """The line and column of a place in a text."""
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def problem(path: str, message: str, line: int = 1, column: int = 1) -> Problem:
    return Problem(Position(path, line, column), Severity.ERROR, message)
