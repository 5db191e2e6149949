"""YAML bytes -> a tree of nodes, each with its place in the file.

The tree is read from YAML *events*, not from the Python values that a loader builds, because a
value forgets what was written: `1.10` becomes the float 1.1, `no` becomes False, and of two equal
keys the last one wins.  Here a scalar keeps its text, and only whether it was written plain or
quoted is told apart.  JSON is YAML, so the context is read here too and its errors have places.

Accepted is the Basic profile of YAML-LD <https://json-ld.github.io/yaml-ld/spec/#basic-profile>:
UTF-8, one document a file, string keys, no anchors, aliases or tags; and less: the top level is a
map, nesting ends at MAX_DEPTH, a file at MAX_BYTES, and there are no characters that cannot be
seen.  No RDF here: keys get their meaning in `mapping`.
"""

import codecs
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias, cast

import yaml

from pilotgraph.errors import DocumentError, Position, Problem, Severity

MAX_BYTES = 1 << 20
MAX_DEPTH = 32


class Text(NamedTuple):
    """A scalar, as it is written. `plain`: without quotes, and not as a block."""

    text: str
    plain: bool
    position: Position


class Items(NamedTuple):
    """A list. Its position is that of its first dash, or of its bracket."""

    nodes: "tuple[Node, ...]"
    position: Position


class Map(NamedTuple):
    """Keys and values in the order of the file. Its position is that of its first key, or of its brace."""

    entries: "tuple[tuple[Text, Node], ...]"
    position: Position


Node: TypeAlias = Text | Items | Map

# libyaml reads 26 times as fast as the parser in Python, and gives the same events.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# A NamedTuple's own constructor takes twice as long, and half of reading is the making of nodes.
_new = tuple.__new__

_SHOWN = 60

# What cannot be seen, and what ends a line for some readers of YAML but not for others.
_NEVER_SEEN = "\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_UNSEEN = re.compile(f"[\t{_NEVER_SEEN}]")
_UNSEEN_IN_TEXT = re.compile(f"[{_NEVER_SEEN}]")

# What the parser says -> what the curator can do about it.
_ADVICE = {
    "mapping values are not allowed in this context": "a text that holds a colon and a space needs quotes",
    "could not find expected ':'": "a key needs a colon and a space after it",
    "did not find expected key": "keys of one map start in the same column",
    "did not find expected '-' indicator": "the items of one list start in the same column, each with `- `",
    "did not find expected ',' or ']'": "a list in brackets needs commas and a closing bracket",
    "did not find expected ',' or '}'": "a map in braces needs commas and a closing brace",
    "found character that cannot start any token": "a text that starts with @, ` or % needs quotes",
    "did not find expected <document start>": "this does not belong to the map above; check its column",
    "did not find expected node content": "a bracket or brace is not closed, or was never opened",
    "found unknown escape character": "write \\\\ for a backslash, or use single quotes",
    "found incompatible YAML document": "remove the line that starts with %",
    "found unexpected end of stream": "a quote that was opened is not closed",
    "block sequence entries are not allowed in this context": "a list starts on a line of its own",
}


def quoted(text: str) -> str:
    """The text as it stands in a message: on one line, shortened if long."""
    line = " ".join(text.split())
    return f'"{line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"}"'


def read(content: bytes, path: str) -> Map:
    """Read one file.

    :param path: goes into every position.
    :raises DocumentError: with all problems that can be seen together.
    """
    text = _decode(content, path)
    problems: list[Problem] = []
    top: Node | None = None
    try:
        top = _build(text, path, problems)
    except yaml.MarkedYAMLError as error:
        # What scanning stumbles over began earlier: the quote that was opened, the key without a colon.
        began = error.context_mark if (error.context or "").startswith("while scanning") else None
        advice = _ADVICE.get(error.problem or "")
        said = f"this is not YAML: {error.problem}" + (f"; {advice}" if advice else "")
        problems.append(_problem(_place(path, began or error.problem_mark), said))
    if problems:
        raise DocumentError(sorted(set(problems)))
    if top is None:
        raise _refused(Position(path, 1, 1), "the file is empty; write one `key: value` a line")
    if not isinstance(top, Map):
        raise _refused(top.position, "the file is not a map; write one `key: value` a line")
    return top


def _decode(content: bytes, path: str) -> str:
    start = Position(path, 1, 1)
    if len(content) > MAX_BYTES:
        raise _refused(start, f"the file has {len(content)} bytes, and may have {MAX_BYTES}; divide it")
    if content.startswith(codecs.BOM_UTF8):
        raise _refused(start, "the file starts with a byte order mark; save it as UTF-8 without one")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        end = Position(path, before.count("\n") + 1, len(before) - before.rfind("\n"))
        byte = f"byte {error.start + 1} (0x{content[error.start]:02X})"
        raise _refused(end, f"{byte} is not UTF-8; save the file as UTF-8") from None
    if _UNSEEN.search(text):
        lines = enumerate((line.removesuffix("\r") for line in text.split("\n")), 1)
        problems = [
            _problem(Position(path, number, match.start() + 1), _unseen(match[0]))
            for number, line in lines
            if (match := _UNSEEN.search(line))
        ]
        if problems:
            raise DocumentError(problems)
    return text


def _build(text: str, path: str, problems: list[Problem]) -> Node | None:
    """The top node of the only document; what is wrong with it is added to `problems`.

    :raises DocumentError: at once if nesting is too deep, since the parser's time grows with its square.
    """
    escapes = "\\" in text
    nodes: list[Node] = []
    outer: list[tuple[list[Node], Position]] = []
    next_event: Callable[[], Any] = _LOADER(text).get_event
    scalar, map_start, list_start = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
    # Three of four events are scalars: what is done for each of them is what reading costs.
    while (event := next_event()) is not None:
        kind = type(event)
        if kind is scalar:
            value, mark = event.value, event.start_mark
            position = _new(Position, (path, mark.line + 1, mark.column + 1))
            if event.tag is not None or event.anchor is not None:
                problems += _refuse_properties(event, position)
            if escapes and (unseen := _UNSEEN_IN_TEXT.search(value)):
                problems.append(_problem(position, _unseen(unseen[0])))
            nodes.append(_new(Text, (value, event.implicit[0], position)))
        elif kind is map_start or kind is list_start:
            mark = event.start_mark
            position = _new(Position, (path, mark.line + 1, mark.column + 1))
            problems += _refuse_properties(event, position)
            outer.append((nodes, position))
            nodes = []
            if len(outer) > MAX_DEPTH:
                message = f"nested more than {MAX_DEPTH} deep; give the inner parts a file of their own"
                raise DocumentError(sorted([*problems, _problem(position, message)]))
        elif kind is yaml.MappingEndEvent:
            entries = _pair(nodes, problems)
            nodes, position = outer.pop()
            nodes.append(_new(Map, (entries, position)))
        elif kind is yaml.SequenceEndEvent:
            items = tuple(nodes)
            nodes, position = outer.pop()
            nodes.append(_new(Items, (items, position)))
        elif kind is yaml.AliasEvent:
            position = _place(path, event.start_mark)
            problems.append(_problem(position, f"an alias, *{event.anchor}; write the value itself"))
            nodes.append(Text("", False, position))
        elif kind is yaml.DocumentStartEvent:
            position = _place(path, event.start_mark)
            if event.version or event.tags:
                problems.append(_problem(position, "a directive; remove the line with %"))
            if nodes:
                problems.append(_problem(position, "a second document starts; write it to a file of its own"))
                break
    return nodes[0] if nodes else None


def _pair(nodes: Sequence[Node], problems: list[Problem]) -> tuple[tuple[Text, Node], ...]:
    keys = nodes[::2]
    if len({key.text for key in keys if type(key) is Text}) < len(keys):
        problems += _refuse_keys(keys)
    # With a problem there is no tree in the end, so these are texts.
    return tuple(zip(cast("Sequence[Text]", keys), nodes[1::2], strict=True))


def _refuse_keys(keys: Sequence[Node]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for key in keys:
        if type(key) is not Text:
            yield _problem(key.position, "a list or a map is used as a key; a key is a text")
        elif key.text in first:
            message = f"the key {quoted(key.text)} is on line {first[key.text]} too; keep one"
            yield _problem(key.position, message)
        else:
            first[key.text] = key.position.line


def _refuse_properties(event: Any, position: Position) -> Iterator[Problem]:
    """Anchors and tags: node properties in YAML's words."""
    if event.anchor is not None:
        yield _problem(position, f"an anchor, &{event.anchor}; write the value without it")
    if event.tag is not None:
        yield _problem(position, f"a tag, {event.tag}; write the value without it")


def _unseen(character: str) -> str:
    if character == "\t":
        return "a tab; indent with spaces (inside a text in double quotes, write \\t)"
    return f"the character U+{ord(character):04X}, which cannot be seen; remove it"


def _place(path: str, mark: Any) -> Position:
    return Position(path, mark.line + 1, mark.column + 1)


def _problem(position: Position, message: str) -> Problem:
    return Problem(position, Severity.ERROR, message)


def _refused(position: Position, message: str) -> DocumentError:
    return DocumentError([_problem(position, message)])
