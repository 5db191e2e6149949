"""The text of a query -> its tokens, each with its kind, found by one compiled expression.

The terminals are those of SPARQL 1.1 <https://www.w3.org/TR/sparql11-query/#sparqlGrammar>.  What is none of
them is a token of one character.
"""

import re
from collections.abc import Iterator

_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = r"0-9\u00b7\u0300-\u036f\u203f-\u2040"
_CHARS = rf"{_BASE}_\-{_MORE}"
_PLX = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
# In a local name the engine reads dots in one place only: `a.b.SERVICE` is a name, a dot and a keyword.
_PART = rf"[{_CHARS}:]++|{_PLX}"
_LOCAL = rf"(?:(?:[{_BASE}_:0-9]|{_PLX})(?:{_PART})*+(?:\.++(?:{_PART})++)?+)?+"
# An escape that stands for no character makes the engine read a string another way: not part of these.
_ESCAPE = (
    r"""\\[tbnrf"'\\]|\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}"""
    r"|\\U00(?:0(?!0[Dd][89A-Fa-f])[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}"
)
# The token is group 1, the only one, and each alternative begins with a set of characters: that is twice as
# fast as a group for each.  A prefix is held to 100 characters: time stays proportional to the text.
_TOKEN = re.compile(
    rf"""[ \t\r\n]*+(
      [?$][{_BASE}_0-9][{_BASE}_{_MORE}]*+
    | [{_BASE}][{_CHARS}.]{{0,99}}+(?<!\.):{_LOCAL}
    | _:[{_BASE}_0-9](?:[{_CHARS}]++|\.++(?=[{_CHARS}]))*+
    | [A-Za-z_][A-Za-z0-9_]*+
    | <(?:[^<>"{{}}|^`\\\x00-\x20]++|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*+>
    | :{_LOCAL}
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

VARIABLE, IRI, LITERAL, NODE, LANGUAGE = "variable", "iri", "literal", "node", "language"
WORD, SIGN, OPEN, CLOSE, QUOTE, COMMENT = "word", "sign", "open", "close", "quote", "comment"
_SINGLE = {
    **dict.fromkeys(".,;/|^?$*+-!=<>&@~", SIGN),
    **dict.fromkeys("({[", OPEN),
    **dict.fromkeys(")}]", CLOSE),
    **dict.fromkeys("\"'", QUOTE),
}
_FIRST = {
    **dict.fromkeys("?$", VARIABLE),
    **dict.fromkeys("\"'.0123456789", LITERAL),
    "<": IRI,
    "@": LANGUAGE,
    "#": COMMENT,
}


def cut(text: str) -> Iterator[re.Match[str]]:
    """The tokens of a query: group 1 of each match."""
    # White space that no token follows would be sought again from each of its characters.
    return _TOKEN.finditer(text.rstrip(" \t\r\n"))


def kind_of(token: str) -> str:
    """What kind of token it is: an IRI may be a prefixed name, and a quote is one that begins no string."""
    kind = _SINGLE.get(token) or _FIRST.get(token[0])
    if kind:
        return kind
    if ":" in token:
        return NODE if token[0] == "_" else IRI
    return WORD if token.isascii() and token.isidentifier() else SIGN
