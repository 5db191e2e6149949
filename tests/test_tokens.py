"""How `tokens` cuts the text of a query, and what kind it gives each token."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

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

PIECES = [
    *" \t\r\n.,:;?$@#^|/\\%<>(){}[]'\"_-+*!&=~0a\0é\u00a0\u3000\ufeff\u200b\ud800😀",
    "'''",
    "\\u0041",
    "ex:a",
    "<a>",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "ASK{?a$b}",
            [(WORD, "ASK"), (OPEN, "{"), (VARIABLE, "?a"), (VARIABLE, "$b"), (CLOSE, "}")],
            id="no spaces",
        ),
        pytest.param("?s<a:b>?o", [(VARIABLE, "?s"), (IRI, "<a:b>"), (VARIABLE, "?o")], id="an IRI"),
        pytest.param("?a<?b", [(VARIABLE, "?a"), (SIGN, "<"), (VARIABLE, "?b")], id="less than"),
        pytest.param("<a b>", [(SIGN, "<"), (WORD, "a"), (WORD, "b"), (SIGN, ">")], id="no IRI has a space"),
        pytest.param("<a\\u0020>", [(IRI, "<a\\u0020>")], id="an escape in an IRI"),
        pytest.param("ex:a.b.", [(IRI, "ex:a.b"), (SIGN, ".")], id="a dot in a name, and one after it"),
        pytest.param(": ex:", [(IRI, ":"), (IRI, "ex:")], id="names that are only a prefix"),
        pytest.param("e.x:a", [(IRI, "e.x:a")], id="a dot in a prefix"),
        pytest.param("ex.:a", [(WORD, "ex"), (SIGN, "."), (IRI, ":a")], id="no prefix ends in a dot"),
        pytest.param("ex:a\\-b%20:c", [(IRI, "ex:a\\-b%20:c")], id="escapes in a name"),
        pytest.param("été:œuvre", [(IRI, "été:œuvre")], id="letters that are not ASCII"),
        pytest.param("é", [(SIGN, "é")], id="which are no word"),
        pytest.param("_:b.c. _a", [(NODE, "_:b.c"), (SIGN, "."), (WORD, "_a")], id="blank nodes"),
        pytest.param("'a'\"b\"", [(LITERAL, "'a'"), (LITERAL, '"b"')], id="strings"),
        pytest.param("'''a''b\n'c'''", [(LITERAL, "'''a''b\n'c'''")], id="a long string"),
        pytest.param("'a\nb", [(QUOTE, "'"), (WORD, "a"), (WORD, "b")], id="a short string ends in its line"),
        pytest.param("''''", [(LITERAL, "''"), (LITERAL, "''")], id="a long string that does not end"),
        pytest.param("'a'@en-GB", [(LITERAL, "'a'"), (LANGUAGE, "@en-GB")], id="a language"),
        pytest.param(
            "1.5e-3 .5 1.",
            [(LITERAL, "1.5e-3"), (LITERAL, ".5"), (LITERAL, "1.")],
            id="numbers, one with a dot",
        ),
        pytest.param("1e5SERVICE", [(LITERAL, "1e5"), (WORD, "SERVICE")], id="a word after a number"),
        pytest.param("#a\r#b\n#", [(COMMENT, "#a"), (COMMENT, "#b"), (COMMENT, "#")], id="comments"),
        pytest.param(
            "a\u00a0\u3000b", [(WORD, "a"), (SIGN, "\u00a0"), (SIGN, "\u3000"), (WORD, "b")], id="wide spaces"
        ),
        pytest.param(
            "? $ @ _", [(SIGN, "?"), (SIGN, "$"), (SIGN, "@"), (WORD, "_")], id="beginnings without an end"
        ),
        pytest.param("\0\\", [(SIGN, "\0"), (SIGN, "\\")], id="what begins nothing"),
    ],
)
def test_a_text_is_cut_into_terminals(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(kind_of(match[1]), match[1]) for match in cut(text)] == expected


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_each_character_is_in_one_token_or_white_space_between(text: str) -> None:
    end = 0
    for match in cut(text):
        assert match.start() == end
        assert re.fullmatch(r"[ \t\r\n]*", text[end : match.start(1)])
        end = match.end()
        assert kind_of(match[1]) in {
            *(VARIABLE, IRI, LITERAL, NODE, LANGUAGE, COMMENT, WORD, SIGN, OPEN, CLOSE, QUOTE),
        }
    assert re.fullmatch(r"[ \t\r\n]*", text[end:])
