"""YAML bytes to nodes: what is kept, where it stands, and what the curator reads when it is refused."""

import time

import pytest
import yaml

from pilotgraph import document
from pilotgraph.document import MAX_BYTES, MAX_DEPTH, Items, Map, Node, Text, quoted, read
from pilotgraph.errors import DocumentError, Position


def problems(content: bytes) -> list[str]:
    with pytest.raises(DocumentError) as caught:
        read(content, "r.yaml")
    return [str(problem) for problem in caught.value.problems]


def shape(node: Node) -> object:
    """The node as plain values; a quoted text in a tuple of its own."""
    if isinstance(node, Text):
        return node.text if node.plain else (node.text,)
    if isinstance(node, Items):
        return [shape(item) for item in node.nodes]
    return {key.text: shape(value) for key, value in node.entries}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a: 1.10", {"a": "1.10"}, id="a number keeps its text"),
        pytest.param(
            "a: no\nb: 017\nc: 12:30:00", {"a": "no", "b": "017", "c": "12:30:00"}, id="so do the rest"
        ),
        pytest.param("a: 'x'\nb: \"x\"", {"a": ("x",), "b": ("x",)}, id="quoted text is not plain"),
        pytest.param("a: |\n  x\n  y\n", {"a": ("x\ny\n",)}, id="a literal block keeps its lines"),
        pytest.param("a: >-\n  x\n  y\n", {"a": ("x y",)}, id="a folded block is one line"),
        pytest.param("a:\nb: ~\nc: null", {"a": "", "b": "~", "c": "null"}, id="what is empty is text too"),
        pytest.param("a:\n- x\n- [y, z]", {"a": ["x", ["y", "z"]]}, id="lists in both styles"),
        pytest.param(
            "a:\n- b: x\n  c: {d: y}", {"a": [{"b": "x", "c": {"d": "y"}}]}, id="maps in both styles"
        ),
        pytest.param("a: []\nb: {}", {"a": [], "b": {}}, id="empty lists and maps"),
        pytest.param("---\na: x # why\n...\n", {"a": "x"}, id="markers and comments are not content"),
        pytest.param("a: 1\r\nb: 2\r\n", {"a": "1", "b": "2"}, id="lines may end as on Windows"),
        pytest.param('a: "x\\ty"', {"a": ("x\ty",)}, id="a tab may be written as an escape"),
        pytest.param("<<: {a: b}", {"<<": {"a": "b"}}, id="a merge key is a key like any other"),
        pytest.param('{"a": {"b": 1.1}}', {"a": {"b": "1.1"}}, id="JSON is YAML"),
    ],
)
def test_read(content: str, expected: object) -> None:
    assert shape(read(content.encode(), "r.yaml")) == expected


def test_every_node_knows_its_place_in_code_points() -> None:
    top = read("é😀: x\nlist:\n  - y\n  - {k: v}\n".encode(), "data/r.yaml")
    (first, x), (second, items) = top.entries
    assert isinstance(items, Items)
    y, inner = items.nodes
    assert isinstance(inner, Map)
    places = [node.position for node in (top, first, x, second, items, y, inner, *inner.entries[0])]
    assert [str(place).removeprefix("data/r.yaml:") for place in places] == [
        *("1:1", "1:1", "1:5", "2:1", "3:3", "3:5", "4:5", "4:6", "4:9")
    ]
    assert x.position == Position("data/r.yaml", 1, 5)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", ["1:1: error: the file is empty; write one `key: value` a line"], id="no content"),
        pytest.param(
            "# x\n", ["1:1: error: the file is empty; write one `key: value` a line"], id="comments only"
        ),
        pytest.param(
            "- x", ["1:1: error: the file is not a map; write one `key: value` a line"], id="a list"
        ),
        pytest.param("x", ["1:1: error: the file is not a map; write one `key: value` a line"], id="a text"),
        pytest.param(
            "a: x\n\tb: y\nc:\tz\n",
            [
                "2:1: error: a tab; indent with spaces (inside a text in double quotes, write \\t)",
                "3:3: error: a tab; indent with spaces (inside a text in double quotes, write \\t)",
            ],
            id="every line with a tab",
        ),
        pytest.param(
            "é: \x85\nb: \u2028\nc: \ufeff\nd: x\ry",
            [
                "1:4: error: the character U+0085, which cannot be seen; remove it",
                "2:4: error: the character U+2028, which cannot be seen; remove it",
                "3:4: error: the character U+FEFF, which cannot be seen; remove it",
                "4:5: error: the character U+000D, which cannot be seen; remove it",
            ],
            id="characters that cannot be seen",
        ),
        pytest.param(
            'a: "x\\u0007"',
            ["1:4: error: the character U+0007, which cannot be seen; remove it"],
            id="a control character as an escape",
        ),
        pytest.param(
            "\ufeffa: x",
            ["1:1: error: the file starts with a byte order mark; save it as UTF-8 without one"],
            id="a byte order mark",
        ),
        pytest.param(
            "a: x\nb: y\na: z\nb: z\n",
            [
                '3:1: error: the key "a" is on line 1 too; keep one',
                '4:1: error: the key "b" is on line 2 too; keep one',
            ],
            id="all duplicate keys",
        ),
        pytest.param(
            "a: {b: x, 'b': y}",
            ['1:11: error: the key "b" is on line 1 too; keep one'],
            id="a duplicate key inside, quoted",
        ),
        pytest.param(
            "a: &name x\nb: *name\nc: !!int 1\nd: &more [!own e]",
            [
                "1:4: error: an anchor, &name; write the value without it",
                "2:4: error: an alias, *name; write the value itself",
                "3:4: error: a tag, tag:yaml.org,2002:int; write the value without it",
                "4:4: error: an anchor, &more; write the value without it",
                "4:11: error: a tag, !own; write the value without it",
            ],
            id="anchors, aliases and tags",
        ),
        pytest.param(
            "? [a, b]\n: x\n? {c: d}\n: y\n",
            [
                "1:3: error: a list or a map is used as a key; a key is a text",
                "3:3: error: a list or a map is used as a key; a key is a text",
            ],
            id="keys that are no text",
        ),
        pytest.param(
            "a: x\n---\nb: y\n---\nc: z",
            ["2:1: error: a second document starts; write it to a file of its own"],
            id="several documents",
        ),
        pytest.param(
            "%YAML 1.1\n---\na: x", ["1:1: error: a directive; remove the line with %"], id="a directive"
        ),
        pytest.param(
            "a: x\nb: y: z\n",
            [
                "2:5: error: this is not YAML: mapping values are not allowed in this context; "
                "a text that holds a colon and a space needs quotes"
            ],
            id="a colon in a text",
        ),
        pytest.param(
            "a: x\nb\nc: y\n",
            [
                "2:1: error: this is not YAML: could not find expected ':'; "
                "a key needs a colon and a space after it"
            ],
            id="a key without a colon",
        ),
        pytest.param(
            'a: x\nb: "y\nc: z\n',
            [
                "2:4: error: this is not YAML: found unexpected end of stream; "
                "a quote that was opened is not closed"
            ],
            id="a quote that is not closed points at the quote",
        ),
        pytest.param(
            '{"a": "x"\n "b": "y"}',
            [
                "2:2: error: this is not YAML: did not find expected ',' or '}'; "
                "a map in braces needs commas and a closing brace"
            ],
            id="JSON without a comma points where the comma is missed",
        ),
        pytest.param(
            "a: >x\n  y",
            ["1:4: error: this is not YAML: did not find expected comment or line break"],
            id="what has no advice keeps the parser's words",
        ),
        pytest.param(
            "a: &x y\nb: @z",
            [
                "1:4: error: an anchor, &x; write the value without it",
                "2:4: error: this is not YAML: found character that cannot start any token; "
                "a text that starts with @, ` or % needs quotes",
            ],
            id="what was seen before the parser stopped is told too",
        ),
    ],
)
def test_what_cannot_be_read(content: str, expected: list[str]) -> None:
    assert problems(content.encode()) == [f"r.yaml:{problem}" for problem in expected]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("é: x\nb: café".encode("latin-1"), "1:1: error: byte 1 (0xE9)", id="at its start"),
        pytest.param(
            "é: x\nü: ".encode() + b"caf\xe9", "2:7: error: byte 14 (0xE9)", id="after other letters"
        ),
        pytest.param("a: x".encode("utf-16"), "1:1: error: byte 1 (0xFF)", id="another encoding of Unicode"),
        pytest.param(b"a: \xed\xa0\x80", "1:4: error: byte 4 (0xED)", id="half of a surrogate pair"),
    ],
)
def test_a_file_that_is_not_utf_8_names_the_byte(content: bytes, expected: str) -> None:
    assert problems(content) == [f"r.yaml:{expected} is not UTF-8; save the file as UTF-8"]


def test_a_file_over_the_size_limit_is_refused_unread() -> None:
    assert read(b"a: x #".ljust(MAX_BYTES, b"x"), "r.yaml")
    assert problems(b"a: x #".ljust(MAX_BYTES + 1, b"x")) == [
        "r.yaml:1:1: error: the file has 1048577 bytes, and may have 1048576; divide it"
    ]


def test_nesting_ends_at_the_limit() -> None:
    deepest = "{a: " * MAX_DEPTH + "x" + "}" * MAX_DEPTH
    assert read(deepest.encode(), "r.yaml")
    assert problems(f"{{b: &c d, a: {deepest}}}".encode()) == [
        "r.yaml:1:5: error: an anchor, &c; write the value without it",
        "r.yaml:1:138: error: nested more than 32 deep; give the inner parts a file of their own",
    ]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[" * 200_000, id="brackets"),
        pytest.param("{" * 200_000, id="braces"),
        pytest.param("- " * 200_000, id="dashes"),
        pytest.param("? " * 200_000, id="question marks"),
        pytest.param("a: [" + "{b: [" * 200_000, id="brackets below a key"),
    ],
)
def test_bottomless_nesting_is_refused_at_once(content: str) -> None:
    start = time.process_time()
    (problem,) = problems(content.encode())
    assert time.process_time() - start < 1
    assert problem.endswith("error: nested more than 32 deep; give the inner parts a file of their own")


@pytest.mark.parametrize("loader", [yaml.SafeLoader, yaml.CSafeLoader], ids=["in Python", "in C"])
def test_both_parsers_give_the_same_nodes(monkeypatch: pytest.MonkeyPatch, loader: type) -> None:
    monkeypatch.setattr(document, "_LOADER", loader)
    top = read("é: 1.10\nb: 'x'\nc: [y, {d: |\n z\n}]\n".replace("|\n z\n", '"z"').encode(), "r.yaml")
    assert shape(top) == {"é": "1.10", "b": ("x",), "c": ["y", {"d": ("z",)}]}
    assert [key.position.line for key, _ in top.entries] == [1, 2, 3]
    assert problems(b"a: &b x\nc: *b") == [
        "r.yaml:1:4: error: an anchor, &b; write the value without it",
        "r.yaml:2:4: error: an alias, *b; write the value itself",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("x", '"x"', id="a short text as it is"),
        pytest.param("a\n  b", '"a b"', id="on one line"),
        pytest.param("x" * 60, f'"{"x" * 60}"', id="60 characters"),
        pytest.param("x" * 61, f'"{"x" * 59}…"', id="no more than 60"),
    ],
)
def test_quoted(text: str, expected: str) -> None:
    assert quoted(text) == expected
