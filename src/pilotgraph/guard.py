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

from pilotgraph.errors import LimitExceeded, MalformedQuery, QueryRefused

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
# A prefix is held to 100 characters, so that the time stays proportional to the text.
_TOKEN = re.compile(
    rf"""[ \t\r\n]*+(?:
      (?P<comment> \#[^\r\n]*+ )
    | (?P<iri>     <(?:[^<>"{{}}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+> )
    | (?P<term>    [?$][{_BASE}_0-9][{_BASE}_{_MORE}]*+
                 | _:[{_BASE}_0-9](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*+
                 | @[A-Za-z]++(?:-[A-Za-z0-9]++)*+
                 | \"{{3}}(?:\"{{0,2}}(?:[^"\\]++|{_ESCAPE}))*+\"{{3}}
                 | '{{3}}(?:'{{0,2}}(?:[^'\\]++|{_ESCAPE}))*+'{{3}}
                 | "(?:[^"\\\r\n]++|{_ESCAPE})*+"
                 | '(?:[^'\\\r\n]++|{_ESCAPE})*+'
                 | (?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?+[0-9]++)?+ )
    | (?P<name>    (?P<prefix>(?:[{_BASE}][{_CHARS}.]{{0,99}}+(?<!\.))?+):
                   (?:(?:[{_BASE}_:0-9]|{_PLX})(?:{_LOCAL})*+(?:\.++(?:{_LOCAL})++)?+)?+ )
    | (?P<word>    [A-Za-z_][A-Za-z0-9_]*+ )
    | (?P<open>    [({{\[] )
    | (?P<close>   [)}}\]] )
    | (?P<quote>   ["'] )
    | (?P<other>   [^ \t\r\n] )
    )""",
    re.VERBOSE,
)

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


def check(text: str, max_kb: int = MAX_KB) -> bool:
    """Refuse a query that must not reach the engine.

    :param max_kb: the longest text taken, in kB (1,000 bytes) of UTF-8.
    :returns: whether the query names the graphs to ask, with FROM or FROM NAMED.
    :raises LimitExceeded: if it is too long.
    :raises QueryRefused: if it has a SERVICE clause, or is an update.
    :raises MalformedQuery: with line and column, if it is nested too deep or has too many parts, or
        where a bracket, a string or a prefix is plainly wrong: the parser would name another place.
    """
    if len(text.encode()) > max_kb * 1000:
        raise LimitExceeded(f"A query may be {max_kb} kB long; this one is longer.")
    scan = _Scan(text)
    scan.run()
    return scan.names_dataset


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The comments of a query, each with its place; a # in a string or an IRI begins none."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "comment":
            yield match.start("comment"), match["comment"]


def prologue(text: str) -> str:
    """What comes before a query itself: its comments, BASE and prefixes, which are Turtle as well."""
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "word" and match["word"].upper() not in _PROLOGUE:
            return text[: match.start("word")]
    return text


class _Scan:
    """One pass over the tokens; what it remembers between them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.names_dataset = False
        self.brackets: list[tuple[str, int]] = []  # open here, outermost first, each with its place
        self.prefixes: set[str] = set()
        self.last = ""  # part that was read, a word in capitals
        self.in_prologue = True
        self.values = False  # VALUES was read, its "{" was not yet
        self.data = 0  # how deep the bracket is that holds the data being read, if any

    def run(self) -> None:
        parts = 0
        for match in _TOKEN.finditer(self.text):
            kind = match.lastgroup or ""
            part, start = match[kind], match.start(kind)
            match kind:
                case "comment":
                    continue
                case "word":
                    part = part.upper()
                    self.word(part)
                case "name":
                    self.name(match["prefix"], start, match.end())
                case "iri":
                    self.iri(part, start)
                case "open":
                    self.open(part, start)
                case "close":
                    self.close(part, start)
                case "quote":
                    raise self.malformed(start, f"a string begins with {part} and does not end")
            self.last = part
            if not self.data or kind == "word" or (kind == "other" and part not in ",^"):
                parts += 1
                if parts > MAX_TOKENS:
                    raise self.malformed(start, f"a query may have {MAX_TOKENS:,} parts; this one has more")
        if self.brackets:
            bracket, start = self.brackets[-1]
            raise self.malformed(start, f"{bracket} is not closed")

    def word(self, word: str) -> None:
        if "SERVICE" in word:
            raise _no_service()
        if word in _PROLOGUE:
            return
        if self.in_prologue and word in _UPDATE:
            raise QueryRefused("This endpoint answers queries only; it takes no updates.")
        self.in_prologue = False
        self.names_dataset |= word == "FROM"
        self.values |= word == "VALUES"

    def name(self, prefix: str, start: int, end: int) -> None:
        if self.last == "PREFIX":
            self.prefixes.add(prefix)
        elif prefix not in self.prefixes:
            raise self.malformed(start, f"the prefix {prefix}: is not declared")
        elif "SERVICE" in prefix.upper() and self.last not in _BEFORE_GRAPH and _GROUP.match(self.text, end):
            raise _no_service()

    def iri(self, iri: str, start: int) -> None:
        # After an operand in parentheses, `<` may be an operator for the engine; then what looks like
        # an IRI could hide a comment, a string or the end of the expression, and with it anything.
        if not self.brackets or self.brackets[-1][0] != "(" or self.last in _BEFORE_OPERAND:
            return
        if _AMBIGUOUS.search(iri) and not _ABSOLUTE.match(iri):
            raise self.malformed(start, "write a space after <, or a prefixed name if this is an IRI")

    def open(self, bracket: str, start: int) -> None:
        self.brackets.append((bracket, start))
        if len(self.brackets) > MAX_DEPTH:
            raise self.malformed(start, f"brackets may be nested {MAX_DEPTH} deep; these are deeper")
        rows = self.values and bracket == "{"
        if (rows or self.last == "IN") and not self.data:
            self.data = len(self.brackets)
        self.values &= not rows

    def close(self, bracket: str, start: int) -> None:
        if not self.brackets or self.brackets[-1][0] != _PAIRS[bracket]:
            raise self.malformed(start, f"{bracket} closes nothing")
        if self.data == len(self.brackets):
            self.data = 0
        self.brackets.pop()

    def malformed(self, start: int, reason: str) -> MalformedQuery:
        line = self.text.count("\n", 0, start) + 1
        column = start - self.text.rfind("\n", 0, start)
        return MalformedQuery(f"line {line}, column {column}: {reason}")


def _no_service() -> QueryRefused:
    return QueryRefused("This endpoint asks no other endpoint: SERVICE is not taken.")
