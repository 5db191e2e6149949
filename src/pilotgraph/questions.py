"""Files of queries -> questions with parameters, and sections of the report; and a query with other values.

A query's first lines are its head, `# key: text` each; a line that is indented further goes on with the one
above.  A question says what it asks (`# question:`) and of which terms (`# terms:`); a section of the report
has a `# title:` and an `# about:`, and may name a question that it is the answer of (`# answers:`).

A parameter is a line of the query:

      VALUES ?tree { <https://example.org/id/tree/oak> }  # parameter: the tree

So the text is a query as it stands, which anyone can send, and the value there is the default.  Another value
is put in as a term, never as text: a query stays what it was, whatever someone types.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeAlias

import pyoxigraph as ox

from pilotgraph import guard
from pilotgraph.context import Context
from pilotgraph.document import quoted
from pilotgraph.errors import MalformedQuery, Position, Problem, QueryError, Severity
from pilotgraph.lexical import LITERALS, BadValue, is_iri

Value: TypeAlias = ox.NamedNode | ox.Literal

_HEAD = re.compile(r"(?:#[^\n]*(?:\n|\Z))*")
_ENTRY = re.compile(r"^# (?P<key>[a-z]+):(?P<said>[^\n]*(?:\n#[ \t]{2}[^\n]*)*)", re.MULTILINE)
_PARAMETER = re.compile(
    r"^[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{[ \t]*(?P<default>\S(?:[^\n]*?\S)?)[ \t]*\}"
    r"[ \t]*#[ \t]*parameter:[ \t]*(?P<description>\S[^\n]*?)[ \t\r]*$",
    re.MULTILINE,
)
_PROMISED = re.compile(r"#[ \t]*parameter\b", re.IGNORECASE)
_PROLOGUE = re.compile(r"^[ \t]*(?:PREFIX[ \t]+[^\s<]*|BASE)[ \t]*<[^<>\s]*>", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be changed in a query.

    Its default stands in the text from `start` to `end`, and `place` is its line and column.
    """

    name: str
    default: Value
    description: str
    start: int
    end: int
    place: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """A query to be published. `terms` names what it rests on, each with its place."""

    path: str
    name: str
    question: str
    text: str
    terms: tuple[tuple[str, Position], ...]
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A query whose answer is a part of the report on a release.

    `metric` says what its number of rows is, or the one number that is its answer; nothing, if that is
    no figure to keep.  `dimension` is the IRI of the kind of quality that it is a sign of, if one is named.
    """

    path: str
    name: str
    title: str
    about: str
    metric: str
    dimension: str
    text: str


def query_error(query: str, prefixes: Mapping[str, str] | None = None) -> tuple[str, int, int] | None:
    """What is wrong with a SPARQL query, in which line and column; None if it parses."""
    try:
        # It is evaluated, on nothing, since there is no parser apart: it must not fetch, or end this process.
        guard.check("".join(f"PREFIX {name}: <{iri}> " for name, iri in (prefixes or {}).items()) + query)
        ox.Store().query(query, prefixes=dict(prefixes or {}))
    except QueryError as error:
        return _located(error)
    except RuntimeError as error:  # it calls a function that there is not
        return str(error), 1, 1
    except SyntaxError as error:
        place = re.match(r"error at (\d+):(\d+)", error.msg)
        # The parser goes on to list what the grammar allows, and its own words are among that.
        said = re.search("[A-Z]\\w* [A-Za-z ]+", error.msg)
        message = "this is not SPARQL from here on" + (f": {said[0]}" if said else "")
        return message, int(place[1]) if place else 1, int(place[2]) if place else 1
    return None


def read_question(text: str, path: str, name: str) -> Question | Problem:
    """Read the file of a question, or say what is wrong with it first."""
    if slip := query_error(text):
        return _problem(path, *slip)
    head = _head(text)
    if not text.startswith("# question:") or not _said(head, "question"):
        return _problem(path, "the first line of a query says what it asks: # question: …?")
    if not _said(head, "terms"):
        return _problem(path, "the head of a question names the terms that it rests on: # terms: …")
    named = re.finditer(r"[^\s#]+", head["terms"]["said"])
    start = head["terms"].start("said")
    terms = tuple((each[0], Position(path, *_place(text, start + each.start()))) for each in named)
    try:
        return Question(path, name, _said(head, "question"), text, terms, parameters(text))
    except MalformedQuery as error:
        return _problem(path, *_located(error))


def read_section(text: str, path: str, name: str, questions: Mapping[str, str]) -> Section | Problem:
    """Read the file of a section of the report, or say what is wrong with it first.

    :param questions: texts by name: a section may have `# answers: <name>` in place of a query.
    """
    head = _head(text)
    asked = _said(head, "answers")
    query = questions.get(asked, "") if asked else text
    if asked and not query:
        near = get_close_matches(asked, questions, 1)
        hint = f"; did you mean {quoted(near[0])}?" if near else ""
        at = _place(text, head["answers"].start("said"))
        return _problem(path, f"no question is called {quoted(asked)}{hint}", *at)
    if slip := query_error(query):
        return _problem(path, *slip)
    if not _said(head, "title") or not _said(head, "about"):
        return _problem(
            path, "the head of a section has its heading and what it shows: # title: …, # about: …"
        )
    dimension = _said(head, "dimension")
    if dimension and not is_iri(dimension):
        at = _place(text, head["dimension"].start())
        return _problem(path, f"{quoted(dimension)} is not an absolute IRI", *at)
    if not isinstance(ox.Store().query(query), ox.QuerySolutions):
        return _problem(path, "a section of the report is a table; write SELECT")
    title, about, metric = (_said(head, key) for key in ("title", "about", "metric"))
    return Section(path, name, title, about, metric, dimension, query)


def parameters(text: str) -> tuple[Parameter, ...]:
    """What may be changed in a query that parses, in the order of its lines.

    :raises MalformedQuery: with line and column, if a line calls itself a parameter and is none.
    """
    found: dict[str, Parameter] = {}
    prologue = "\n".join(match[0] for match in _PROLOGUE.finditer(text))
    lines = {match.start(): match for match in _PARAMETER.finditer(text)}
    start = 0
    for line in text.splitlines(keepends=True):
        match, promised = lines.get(start), _PROMISED.search(line)
        if match:
            name, default = match["name"], _term(match["default"], prologue)
            if default is None:
                raise _malformed(text, match.start("default"), "a parameter has one default")
            if name in found:
                raise _malformed(text, match.start("name"), f"there is a parameter {quoted(name)} already")
            begin, end = match.span("default")
            place = _place(text, begin)
            found[name] = Parameter(name, default, match["description"], begin, end, place)
        elif promised:
            said = "a parameter is a line such as: VALUES ?name { default } # parameter: what it is"
            raise _malformed(text, start + promised.start(), said)
        start += len(line)
    return tuple(found.values())


def bind(text: str, values: Mapping[str, str], context: Context) -> str:
    """The query with other values for some of its parameters, by name.

    A thing is written as in a record: below the base, as a CURIE, or as an absolute IRI.  A literal keeps
    the datatype and the language of the default.

    :raises MalformedQuery: as `parameters`.
    :raises BadValue: if there is no such parameter, or a value is not of its kind.
    """
    known = {parameter.name: parameter for parameter in parameters(text)}
    for name in values:
        if name not in known:
            raise BadValue(_unknown(name, list(known)))
    for parameter in reversed(known.values()):
        if parameter.name in values:
            try:
                term = _converted(values[parameter.name], parameter.default, context)
            except BadValue as error:
                raise BadValue(f"{parameter.name}: {error}") from None
            text = text[: parameter.start] + str(term) + text[parameter.end :]
    return text


def _converted(text: str, default: Value, context: Context) -> Value:
    """A value as a term of the same kind as the default: what it holds is never read as SPARQL."""
    if re.search("[\ud800-\udfff]", text):
        raise BadValue("a value is written in UTF-8")
    if isinstance(default, ox.NamedNode):
        return ox.NamedNode(context.expand(text))
    if default.language:
        return ox.Literal(text, language=default.language)
    if default.datatype.value in LITERALS:
        LITERALS[default.datatype.value](text)
    return ox.Literal(text, datatype=default.datatype)


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return f"{quoted(name)} cannot be set: this query has no parameters"
    near = get_close_matches(name, known, 1)
    return f"no parameter is called {quoted(name)}; " + (
        f"did you mean {quoted(near[0])}?" if near else f"there is {', '.join(map(quoted, known))}"
    )


def _term(text: str, prologue: str) -> Value | None:
    """The one term that a text stands for, in the words of SPARQL."""
    query = f"{prologue}\nSELECT ?x WHERE {{ VALUES ?x {{ {text} }} }}"
    if query_error(query):
        return None
    solutions = ox.Store().query(query)
    found = [solution["x"] for solution in solutions] if isinstance(solutions, ox.QuerySolutions) else []
    return found[0] if len(found) == 1 and isinstance(found[0], ox.NamedNode | ox.Literal) else None


def _head(text: str) -> dict[str, re.Match[str]]:
    match = _HEAD.match(text)
    entries = _ENTRY.finditer(text, 0, match.end() if match else 0)
    return {entry["key"]: entry for entry in entries}


def _said(head: Mapping[str, re.Match[str]], key: str) -> str:
    lines = head[key]["said"].split("\n") if key in head else ()
    return " ".join(" ".join(line.removeprefix("#") for line in lines).split())


def _located(error: QueryError) -> tuple[str, int, int]:
    place = re.match(r"line (\d+), column (\d+): ", str(error))
    return (str(error)[place.end() :], int(place[1]), int(place[2])) if place else (str(error), 1, 1)


def _place(text: str, start: int) -> tuple[int, int]:
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def _malformed(text: str, start: int, message: str) -> MalformedQuery:
    line, column = _place(text, start)
    return MalformedQuery(f"line {line}, column {column}: {message}")


def _problem(path: str, message: str, line: int = 1, column: int = 1) -> Problem:
    return Problem(Position(path, line, column), Severity.ERROR, message)
