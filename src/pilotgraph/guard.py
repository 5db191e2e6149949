"""A query's text -> what must be known before it is parsed, or a refusal.

The parser recurses, so a few kilobytes of brackets overflow its stack and end the process; SERVICE
fetches from wherever a stranger says; and the planner takes minutes over a long enough query.  So the
text is cut into tokens here first, by one compiled expression, without recursion.  This is no parser:
what it lets pass may still be malformed.

The terminals are those of SPARQL 1.1 <https://www.w3.org/TR/sparql11-query/#sparqlGrammar>, but the
engine reads characters, not tokens, and has no word boundaries: for it `trueSERVICE<x>{}` and, with
the prefix `SERVICEex:`, `SERVICEex:a{}` are SERVICE clauses.  Where the two readings differ and
it matters, the query is refused, with a hint how to write it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryRefused
from pilotgraph.joins import Joins

MAX_KB = 200
# With 8 MB of stack pyoxigraph 0.5 dies of 1,000 nested function calls; 100 nested lists plan for 2 s.
MAX_DEPTH = 64
# It dies of chains too, of 10,000 `||` or UNION.  Rows of VALUES and the members of IN do not count.
MAX_TOKENS = 5_000

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = r"0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS = rf"{_BASE}_\-{_MORE}"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
# In a local name the engine reads dots in one place only: `a.b.SERVICE` is a name, a dot and a keyword.
_LOCAL = rf"[{_CHARS}:]++|{_PLX}"
# An escape that stands for no character makes the engine read a string another way: not part of these.
_ESCAPE = (
    r"""\\[tbnrf"'\\]|\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}"""
    r"|\\U00(?:0(?!0[Dd][89A-Fa-f])[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}"
)
# A prefix is held to 100 characters, so that the time stays proportional to the text.  One group, and each
# alternative begins with the characters that it may begin with: that is twice as fast as a group for each.
_TOKEN = re.compile(
    rf"""[ \t\r\n]*+(
      [?$][{_BASE}_0-9][{_BASE}_{_MORE}]*+
    | [{_BASE}][{_CHARS}.]{{0,99}}+(?<!\.):(?:(?:[{_BASE}_:0-9]|{_PLX})(?:{_LOCAL})*+(?:\.++(?:{_LOCAL})++)?+)?+
    | _:[{_BASE}_0-9](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*+
    | [A-Za-z_][A-Za-z0-9_]*+
    | <(?:[^<>"{{}}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>
    | :(?:(?:[{_BASE}_:0-9]|{_PLX})(?:{_LOCAL})*+(?:\.++(?:{_LOCAL})++)?+)?+
    | \#[^\r\n]*+
    | "{{3}}(?:"{{0,2}}(?:[^"\\]++|{_ESCAPE}))*+"{{3}}
    | '{{3}}(?:'{{0,2}}(?:[^'\\]++|{_ESCAPE}))*+'{{3}}
    | "(?:[^"\\\r\n]++|{_ESCAPE})*+"
    | '(?:[^'\\\r\n]++|{_ESCAPE})*+'
    | (?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+
    | @[A-Za-z]++(?:-[A-Za-z0-9]++)*+
    | [^ \t\r\n]
    )""",
    re.VERBOSE,
)

# The kinds of token, by all that there is of it, by its first character, or by what `_Scan` finds.
_VARIABLE, _IRI, _NODE, _LITERAL, _LANGUAGE, _COMMENT = "v", "i", "b", "l", "@", "#"
_WORD, _SIGN, _OPEN, _CLOSE, _QUOTE = "word", "sign", "open", "close", "quote"
_KINDS = {
    **dict.fromkeys(".,;/|^?$*+-!=<>&@~", _SIGN),
    **dict.fromkeys("({[", _OPEN),
    **dict.fromkeys(")}]", _CLOSE),
    **dict.fromkeys("\"'", _QUOTE),
}
_FIRST = {  # for a token of several characters, or a digit
    **dict.fromkeys("?$", _VARIABLE),
    **dict.fromkeys("\"'.0123456789", _LITERAL),
    "<": _IRI,
    "@": _LANGUAGE,
    "#": _COMMENT,
}

_CONSTANTS = frozenset(("A", "FALSE", "TRUE"))  # the words that can be part of a triple pattern
_VOLATILE = ("NOW", "RAND", "UUID", "BNODE")  # how such a name ends: for the engine, `BYRAND()` is one too
_TERMS = frozenset((_VARIABLE, _IRI, _NODE, _LITERAL))
_IN_DATA = frozenset("({[)}],^@")  # rows and members have these
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
    """What the tokens of a query say of it."""

    names_dataset: bool
    """It names the graphs to ask, with FROM or FROM NAMED."""

    volatile: bool
    """Two evaluations may differ: it calls NOW, RAND, UUID, STRUUID or BNODE."""

    shape: int
    """The same for queries that differ in nothing but constants, names, comments and white space, and
    have rows of VALUES in number alike."""


def check(text: str, max_kb: int = MAX_KB) -> bool:
    return read(text, max_kb).names_dataset


def read(text: str, max_kb: int = MAX_KB) -> Reading:
    """Refuse a query that must not reach the engine.

    :param max_kb: the longest text taken, in kB (1,000 bytes) of UTF-8.
    :raises LimitExceeded: if it is too long.
    :raises QueryRefused: if it has a SERVICE clause, or is an update.
    :raises MalformedQuery: with line and column, if it is nested too deep, has too many parts or too much
        to join, or where a bracket, a string or a prefix is plainly wrong: the parser would name another
        place.
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
    for match in _TOKEN.finditer(text):
        if match[1].startswith("#"):
            yield match.start(1), match[1]


def prologue(text: str) -> str:
    """What comes before a query itself: its comments, BASE and prefixes, which are Turtle as well."""
    for match in _TOKEN.finditer(text):
        part = match[1]
        if part[0] not in _FIRST and _kind(part) == _WORD and part.upper() not in _PROLOGUE:
            return text[: match.start(1)]
    return text


class _Scan:
    """One pass over the tokens; what it remembers between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.joins = Joins()
        self.names_dataset = False
        self.volatile = False
        self.shape: list[str] = []
        self.brackets: list[tuple[str, int]] = []  # open here, outermost first, each with its place
        self.prefixes: set[str] = set()
        self.last = ""  # token that was read, a word in capitals
        self.in_prologue = True
        self.values = False  # VALUES was read, its "{" was not yet
        self.data = 0  # how deep the bracket is that holds the data being read, if any
        self.members = 0  # read of those data

    def run(self) -> Reading:
        parts = start = 0
        try:
            for match in _TOKEN.finditer(self.text):
                part, start = match[1], match.start(1)
                kind = _KINDS.get(part) or _FIRST.get(part[0]) or _kind(part)
                if kind in _TERMS:
                    if kind == _IRI:
                        self.iri(part, match.end())
                    self.last = part
                    if self.data:
                        self.members += 1
                        continue
                    self.term(part)
                elif kind == _COMMENT:
                    continue
                else:
                    kind = self.mark(kind, part, start)
                    if self.data and kind in _IN_DATA:
                        continue
                self.shape.append(kind)
                parts += 1
                if parts > MAX_TOKENS:
                    raise MalformedQuery(f"a query may have {MAX_TOKENS:,} parts; this one has more")
        except MalformedQuery as error:
            raise _malformed(self.text, start, str(error)) from None
        if self.brackets:
            bracket, start = self.brackets[-1]
            raise _malformed(self.text, start, f"{bracket} is not closed")
        shape = blake2b(" ".join(self.shape).encode(), digest_size=8)
        return Reading(self.names_dataset, self.volatile, int.from_bytes(shape.digest()))

    def term(self, part: str) -> None:
        self.joins.term()
        if part[-1] == ".":  # a number, and maybe the end of a triple pattern
            self.joins.sign(".")

    def mark(self, kind: str, part: str, start: int) -> str:
        """Take a token that is no term, and return how it stands in the shape."""
        match kind:
            case "@":
                return kind
            case "sign":
                if not self.data:
                    self.joins.sign(part)
            case "word":
                part = part.upper()
                self.word(part)
            case "open":
                self.open(part, start)
            case "close":
                self.close(part)
            case "quote":
                raise MalformedQuery(f"a string begins with {part} and does not end")
        self.last = part
        return part

    def word(self, word: str) -> None:
        if "SERVICE" in word:
            raise _no_service()
        if word in _CONSTANTS:
            self.joins.term()
            return
        if word in _PROLOGUE:
            return
        if self.in_prologue:
            if word in _UPDATE:
                raise QueryRefused("This endpoint answers queries only; it takes no updates.")
            self.in_prologue = False
            self.shape.clear()
        self.joins.word(word)
        self.names_dataset |= word == "FROM"
        self.values |= word == "VALUES"

    def iri(self, iri: str, end: int) -> None:
        if iri[0] != "<":
            self.name(iri.partition(":")[0], end)
        # After an operand in parentheses, `<` may be an operator for the engine; then what looks like
        # an IRI could hide a comment, a string or the end of the expression, and with it anything.
        elif self.brackets and self.brackets[-1][0] == "(" and self.last not in _BEFORE_OPERAND:
            if _AMBIGUOUS.search(iri) and not _ABSOLUTE.match(iri):
                raise MalformedQuery("write a space after <, or a prefixed name if this is an IRI")

    def name(self, prefix: str, end: int) -> None:
        if self.last == "PREFIX":
            self.prefixes.add(prefix)
        elif prefix not in self.prefixes:
            raise MalformedQuery(f"the prefix {prefix}: is not declared")
        elif "SERVICE" in prefix.upper() and self.last not in _BEFORE_GRAPH and _GROUP.match(self.text, end):
            raise _no_service()

    def open(self, bracket: str, start: int) -> None:
        self.brackets.append((bracket, start))
        if len(self.brackets) > MAX_DEPTH:
            raise MalformedQuery(f"brackets may be nested {MAX_DEPTH} deep; these are deeper")
        rows = self.values and bracket == "{"
        self.values &= not rows
        if rows:
            self.joins.open_rows()
        elif bracket == "{" and self.text.startswith("|", start + 1):
            self.joins.open("{|")
        else:
            self.joins.open(bracket)
        self.volatile |= bracket == "(" and self.last.endswith(_VOLATILE)
        if (rows or self.last == "IN") and not self.data:
            self.data, self.members = len(self.brackets), 0
        elif bracket == "{":
            self.data = 0  # EXISTS among the members of IN

    def close(self, bracket: str) -> None:
        if not self.brackets or self.brackets[-1][0] != _PAIRS[bracket]:
            raise MalformedQuery(f"{bracket} closes nothing")
        if self.data == len(self.brackets):
            self.data = 0
            self.shape.append(str(self.members.bit_length()))
        self.brackets.pop()
        self.joins.close()


def _kind(part: str) -> str:
    """What a token is that is not known by its first character alone."""
    if ":" in part:
        return _NODE if part[0] == "_" else _IRI
    return _WORD if part.isascii() and part.isidentifier() else _SIGN


def _malformed(text: str, start: int, reason: str) -> MalformedQuery:
    line = text.count("\n", 0, start) + 1
    column = start - text.rfind("\n", 0, start)
    return MalformedQuery(f"line {line}, column {column}: {reason}")


def _no_service() -> QueryRefused:
    return QueryRefused("This endpoint asks no other endpoint: SERVICE is not taken.")
