"""A query -> what may be changed in it, and the same query with other values.

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
from pilotgraph.errors import MalformedQuery
from pilotgraph.formats import TURTLE
from pilotgraph.lexical import LITERALS, BadValue
from pilotgraph.queries import place

Value: TypeAlias = ox.NamedNode | ox.Literal

_COMMENT = re.compile(r"#[ \t]*parameter\b(?:[ \t]*:[ \t]*(?P<description>\S.*?))?[ \t]*", re.IGNORECASE)
_BEFORE = re.compile(r"[ \t]*VALUES[ \t]+\?(?P<name>\w+)[ \t]*\{[ \t]*(?P<default>\S(?:.*\S)?)[ \t]*\}[ \t]*")


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


def parameters(text: str) -> tuple[Parameter, ...]:
    """What may be changed in a query that parses, in the order of its lines.

    :raises MalformedQuery: with line and column, if a line calls itself a parameter and is none.
    """
    found: dict[str, Parameter] = {}
    for start, comment in guard.comments(text):
        promised = _COMMENT.fullmatch(comment)
        if not promised:
            continue
        line = text.rfind("\n", 0, start) + 1
        match = _BEFORE.fullmatch(text, line, start)
        if not match or not promised["description"]:
            said = "a parameter is a line such as: VALUES ?name { default } # parameter: what it is"
            raise _malformed(text, start, said)
        name, (begin, end) = match["name"], match.span("default")
        if name in found:
            raise _malformed(text, match.start("name"), f"there is a parameter {quoted(name)} already")
        default = _term(match["default"], guard.prologue(text))
        if default is None:
            raise _malformed(text, begin, "a parameter has one default")
        if isinstance(default, ox.Literal) and not (default.language or default.datatype.value in LITERALS):
            raise _malformed(text, begin, f"a parameter cannot be of the datatype {default.datatype}")
        found[name] = Parameter(name, default, promised["description"], begin, end, place(text, begin))
    return tuple(found.values())


def bind(text: str, values: Mapping[str, str], context: Context) -> str:
    """The query with other values for some of its parameters, by name.

    A thing or a class is written as in a record: below the base, as a CURIE, or as an absolute IRI.  A
    literal keeps the datatype and the language of the default.

    :raises MalformedQuery: as `parameters`, if there are values.
    :raises BadValue: if there is no such parameter, or a value is not of its kind.
    """
    known = {parameter.name: parameter for parameter in parameters(text)} if values else {}
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


def typed_iri(text: str, context: Context) -> str:
    """The IRI of what someone typed for a thing or a class; a class is typed as in a record."""
    term = context.terms.get(text)
    return term.iri if term and term.is_class else context.expand(text)


def _converted(text: str, default: Value, context: Context) -> Value:
    """A value as a term of the same kind as the default: what it holds is never read as SPARQL."""
    if re.search("[\ud800-\udfff]", text):
        raise BadValue("a value is written in UTF-8")
    if isinstance(default, ox.NamedNode):
        return ox.NamedNode(typed_iri(text, context))
    if default.language:
        return ox.Literal(text, language=default.language)
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
    """The one term that a text stands for; SPARQL writes it as Turtle does."""
    try:
        found = list(ox.parse(f"{prologue}\n<x:s> <x:p> {text} .", TURTLE.codec))
    except SyntaxError:
        return None
    term = found[0].object if len(found) == 1 else None
    return term if isinstance(term, ox.NamedNode | ox.Literal) else None


def _malformed(text: str, start: int, message: str) -> MalformedQuery:
    line, column = place(text, start)
    return MalformedQuery(f"line {line}, column {column}: {message}")
