"""A query's text -> what must be known before it is parsed, or a refusal.

The parser recurses, so a few kilobytes of brackets overflow its stack and end the process; SERVICE
fetches from wherever a stranger says; and the planner takes minutes over a long enough query.  So the
text is cut into tokens here first, without recursion, in a time that is proportional to its length.
This is no parser: what it lets pass may still be malformed.

The engine reads characters, not tokens, and has no word boundaries: for it `trueSERVICE<x>{}` and,
with the prefix `SERVICEex:`, `SERVICEex:a{}` are SERVICE clauses, and `BYRAND()` is a call.  Where the two
readings differ and it matters, the query is refused, with a hint how to write it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from pilotgraph.copies import MAX_COPIES, Copies
from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryRefused
from pilotgraph.joins import MAX_JOINED, MAX_SELECTS, MAX_STEPS, Joins
from pilotgraph.tokens import (
    CLOSE,
    COMMENT,
    IRI,
    LANGUAGE,
    LITERAL,
    NODE,
    OPEN,
    QUOTE,
    SIGN,
    VARIABLE,
    WORD,
    cut,
    kind_of,
)

MAX_KB = 200
# With 8 MB of stack pyoxigraph 0.5 dies of 500 to 1,000 nested function calls, and of 3,000 nested groups.
MAX_DEPTH = 64
# It dies of chains too, of 3,000 BIND and 10,000 `||` or UNION, and plans 1,300 `||` for 0.7 s.  Rows of
# VALUES and the members of IN do not count.
MAX_TOKENS = 4_000

# What no setting changes, by name, each with what it bounds: the engine would not survive more.
LIMITS = {
    "nested_brackets": (MAX_DEPTH, "How deep brackets of any kind may be nested."),
    "query_parts": (
        MAX_TOKENS,
        "Words, terms and signs of a query; rows of VALUES and members of IN do not count.",
    ),
    "joined_patterns": (MAX_JOINED, "Triple patterns in one group; where groups are nested, fewer."),
    "path_steps": (MAX_STEPS, "Steps of a property path that has brackets or alternatives."),
    "nested_selects": (MAX_SELECTS, "How deep sub-selects may be nested."),
    "copied_parts": (
        MAX_COPIES,
        "Parts that the parser reads again: what is left of IN for each member, and the arguments of REGEX,"
        " REPLACE, SUBSTR and GROUP_CONCAT.",
    ),
}

_TERMS = frozenset((VARIABLE, IRI, LITERAL, NODE))
_BOOLEANS = frozenset(("FALSE", "TRUE"))
_CONSTANTS = _BOOLEANS | {"A"}  # words that are terms, too
_DATA = frozenset(",^")  # the signs that are in rows and members
_BETWEEN = frozenset(",&|")  # operands
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")  # how such a call ends, before its bracket
_PAIRS = {")": "(", "}": "{", "]": "["}
_PROLOGUE = frozenset(("BASE", "PREFIX", "VERSION"))
_UPDATE = frozenset(
    ("ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE", "WITH"),
)
_BEFORE_GRAPH = frozenset(("GRAPH", "FROM", "NAMED"))
_GROUP = re.compile(r"(?:[ \t\r\n]|\#[^\r\n]*+)*+\{")
_BEFORE_OPERAND = frozenset("(,=&|+-*/!^")
_AMBIGUOUS = re.compile(r"[#'()]")
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the tokens of a query say of it.

    `names_dataset`: it names the graphs to ask, with FROM or FROM NAMED.

    `volatile`: it calls NOW, RAND, UUID, STRUUID or BNODE, so that two evaluations may differ.

    `shape`: a number that is equal for queries which differ only in prologue, constants, variables' names,
    comments and white space, and somewhat in how many rows of VALUES or members of IN they have.
    """

    names_dataset: bool
    volatile: bool
    shape: int


def read(text: str, max_kb: int = MAX_KB) -> Reading:
    """Read a query, or refuse one that must not reach the engine.

    :param max_kb: the longest text taken, in kB (1,000 bytes) of UTF-8.
    :raises LimitExceeded: if it is too long.
    :raises QueryRefused: if it has a SERVICE clause, or is an update.
    :raises MalformedQuery: with line and column, if it is nested too deep, has too many parts or too much to
        join, or where a character, a bracket, a string or a prefix is plainly wrong: the parser would name
        another place.
    """
    try:
        too_long = len(text) > max_kb * 1000 or len(text.encode()) > max_kb * 1000
    except UnicodeEncodeError as error:
        raise _malformed(text, error.start, "half of a surrogate pair is no character") from None
    if too_long:
        raise LimitExceeded(f"A query may be {max_kb} kB long; this one is longer.")
    return _Scan(text).run()


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a query, each with its place; a # in a string or an IRI begins none."""
    for match in cut(text):
        if match[1][0] == "#":
            yield match.start(1), match[1]


def prologue(text: str) -> str:
    """What comes before a query itself: its comments, BASE and prefixes, which are Turtle as well."""
    for match in cut(text):
        if kind_of(match[1]) == WORD and match[1].upper() not in _PROLOGUE:
            return text[: match.start(1)]
    return text


class _Scan:
    """One pass over the tokens; what it remembers between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.joins = Joins()
        self.copies = Copies()
        self.names_dataset = False
        self.volatile = False
        self.shape: list[str] = []
        self.brackets: list[tuple[str, int]] = []  # open here, outermost first, each with its place
        self.prefixes: set[str] = set()
        self.harmless: set[str] = set()  # those of them that cannot be a keyword
        self.last = ""  # token that was read, a word in capitals
        self.in_prologue = True
        self.values = False  # VALUES was read, its "{" was not yet
        self.data = 0  # how deep the bracket is that holds the data being read, if any
        self.members = 0  # of all data so far
        self.data_from = 0  # how many of them there were before these data

    def run(self) -> Reading:
        match, shape, take_term = None, self.shape, self.joins.term
        try:
            for match in cut(self.text):
                part = match[1]
                kind = kind_of(part)
                if kind in _TERMS:
                    if kind == IRI:
                        self.iri(part, match.end())
                    self.last = part
                    if self.data:
                        self.members += 1
                        continue
                    take_term()
                    if kind == LITERAL and part[-1] == ".":  # of a number, and maybe of a triple pattern
                        self.joins.sign(".")
                    shape.append(kind)
                elif kind == SIGN:
                    self.sign(part)
                elif kind != COMMENT:
                    self.mark(kind, part, match.start(1))
                if len(shape) > MAX_TOKENS:
                    break
        except MalformedQuery as error:
            raise _malformed(self.text, match.start(1) if match else 0, str(error)) from None
        if match and len(shape) > MAX_TOKENS:
            reason = f"a query may have {MAX_TOKENS:,} parts; this one has more"
            raise _malformed(self.text, match.start(1), reason)
        return self.reading()

    def reading(self) -> Reading:
        if self.brackets:
            bracket, start = self.brackets[-1]
            raise _malformed(self.text, start, f"{bracket} is not closed")
        digest = blake2b(" ".join(self.shape).encode(), digest_size=8).digest()
        return Reading(self.names_dataset, self.volatile, int.from_bytes(digest))

    def sign(self, sign: str) -> None:
        self.last = sign
        if sign in _BETWEEN:
            self.copies.separate(len(self.shape) + self.members)
        if not self.data:
            self.joins.sign(sign)
        elif sign in _DATA:
            return
        self.shape.append(sign)

    def mark(self, kind: str, part: str, start: int) -> None:
        """Take a token that is neither a term nor a sign."""
        in_data = self.data
        if kind == WORD:
            part = part.upper()
            self.word(part)
            in_data = 0
        elif kind == OPEN:
            self.open(part, start)
        elif kind == CLOSE:
            self.close(part)
        elif kind == QUOTE:
            raise MalformedQuery(f"a string begins with {part} and does not end")
        self.last = part
        if kind == LANGUAGE or part in _BOOLEANS:
            part = kind
        if not in_data:
            self.shape.append(part)

    def word(self, word: str) -> None:
        if "SERVICE" in word:
            raise _no_service()
        if word in _PROLOGUE:
            return
        if word in _CONSTANTS:
            self.joins.term()
            return
        if self.in_prologue:
            if word in _UPDATE:
                raise QueryRefused("Only queries are answered here: updates are not taken.")
            self.in_prologue = False
            self.shape.clear()
        self.joins.word(word)
        self.names_dataset |= word == "FROM"
        self.values |= word == "VALUES"

    def iri(self, iri: str, end: int) -> None:
        if iri[0] != "<":
            prefix = iri.partition(":")[0]
            if prefix not in self.harmless:
                self.name(prefix, end)
        # After an operand in parentheses, `<` may be an operator for the engine; then what looks like
        # an IRI could hide a comment, a string or the end of the expression, and with it anything.
        elif (
            self.brackets
            and self.brackets[-1][0] == "("
            and self.last not in _BEFORE_OPERAND
            and _AMBIGUOUS.search(iri)
            and not _ABSOLUTE.match(iri)
        ):
            raise MalformedQuery("write a space after <, or a prefixed name if this is an IRI")

    def name(self, prefix: str, end: int) -> None:
        if self.last == "PREFIX":
            self.prefixes.add(prefix)
            if "SERVICE" not in prefix.upper():
                self.harmless.add(prefix)
        elif prefix not in self.prefixes:
            raise MalformedQuery(f"the prefix {prefix}: is not declared")
        elif self.last not in _BEFORE_GRAPH and _GROUP.match(self.text, end):
            raise _no_service()

    def open(self, bracket: str, start: int) -> None:
        self.brackets.append((bracket, start))
        if len(self.brackets) > MAX_DEPTH:
            raise MalformedQuery(f"brackets may be nested {MAX_DEPTH} deep; these are deeper")
        self.copies.open(len(self.shape) + self.members, self.last)
        self.volatile |= bracket == "(" and self.last.endswith(_VOLATILE) and self.last.isidentifier()
        rows = self.values and bracket == "{"
        if rows:
            self.values = False
            self.joins.open_values()
        else:
            self.joins.open("{|" if self.text.startswith("{|", start) else bracket)
        if not self.data and (rows or self.last == "IN"):
            self.data, self.data_from = len(self.brackets), self.members
        elif bracket == "{":
            self.data = 0  # a pattern, in EXISTS among the members of IN

    def close(self, bracket: str) -> None:
        if not self.brackets or self.brackets[-1][0] != _PAIRS[bracket]:
            raise MalformedQuery(f"{bracket} closes nothing")
        if self.data == len(self.brackets):
            self.data, members = 0, self.members - self.data_from
            self.shape.append(str(members.bit_length()))
            if bracket == "}":
                self.joins.data(values=members)
            else:
                self.joins.data(members=members)
        self.copies.close(len(self.shape) + self.members)
        self.brackets.pop()
        self.joins.close()


def _malformed(text: str, start: int, reason: str) -> MalformedQuery:
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return MalformedQuery(f"line {line}, column {column}: {reason}")


def _no_service() -> QueryRefused:
    return QueryRefused("No other endpoint is asked from here: SERVICE is not taken.")
