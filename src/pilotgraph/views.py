"""A query and a Vega-Lite spec -> a view: a picture of the data, and what is said of it.

In: `data/views/<NN>-<name>.rq`, a SELECT whose head says what the picture shows, and beside it
`<NN>-<name>.vl.json`, which draws what the query finds (`{"name": "rows"}`) and may draw other files of the
folder too (`{"url": "outline.geojson"}`).  Out: a `View`, or the first thing that is wrong with it.

    # title:   Findings, each with its interval
    # about:   What the picture shows, and how to read it.
    # note:    What it does not show.
    # alt:     {rows} findings on {outcome:count} outcomes, from {effect:min} to {effect:max} per cent.
    # terms:   ex:Finding ex:effect

Nothing is ever fetched: a spec that names an address is refused.  Spec:
<https://vega.github.io/vega-lite/docs/spec.html>.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox

from pilotgraph.document import quoted
from pilotgraph.errors import Position, Problem
from pilotgraph.queries import Head, form, place, problem, query_error

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SPEC = ".vl.json"
# In a release, what is said of its pictures.
INDEX = "views.json"
# Other files that a spec may draw, and what Vega-Lite calls their formats.
DRAWN = {".csv": "csv", ".geojson": "json", ".json": "json", ".tsv": "tsv"}

_HEAD = {
    "title": "what the picture is called",
    "about": "what it shows, and how to read it",
    "alt": "in a sentence, what someone who sees it learns",
    "terms": "the terms that it rests on",
}
_OPTIONAL = ("note",)
# Dots would make `a.dark` and the dark picture of `a` the same file.
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_SLOT = re.compile(r"\{(?P<name>\w+)(?::(?P<what>\w+)|=(?P<value>[^{}]*))?\}")
_ROWS = "rows"
_MINUS = "\u2212"

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | bool | None"
Scalar: TypeAlias = str | float | bool | None
Row: TypeAlias = Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class View:
    """A picture of the data: `text` is its query, and `spec` draws the rows that this finds.

    In `spec` other files stand whole, in the place of their names.  `terms` names what the view rests on,
    each with its place.
    """

    path: str
    name: str
    title: str
    about: str
    note: str
    alt: str
    text: str
    terms: tuple[tuple[str, Position], ...]
    spec: dict[str, Json]
    files: frozenset[str]

    def with_rows(self, rows: Sequence[Row]) -> dict[str, Json]:
        """The spec, with all that it needs."""
        return self.spec | {"datasets": {_ROWS: [dict(row) for row in rows]}}


def published_name(stem: str) -> str:
    """The name of a view, without the number that its file is sorted by."""
    return re.sub(r"^\d+-", "", stem)


def read_view(
    text: str, path: str, name: str, spec: tuple[str, str], files: Mapping[str, bytes]
) -> View | Problem:
    """Read the two files of a view, or say what is wrong with them first.

    :param spec: the text of the spec, and its path as in positions.
    :param files: what else stands in the folder, by name.
    """
    if not _NAME.fullmatch(name):
        return problem(path, "name a view with letters, digits, _ and - only: addresses are made of it")
    if slip := query_error(text):
        return problem(path, *slip)
    if form(text) != "SELECT":
        return problem(path, "a picture is drawn from a table; write SELECT")
    head = Head(text)
    if strange := head.strange(path, (*_HEAD, *_OPTIONAL)):
        return strange
    for key, meaning in _HEAD.items():
        if not head.said(key):
            return problem(path, f'no "# {key}: …" at the head; it says {meaning}')
    variables = _variables(text)
    for key in ("title", "about", "note", "alt"):
        for slot in _SLOT.finditer(head.said(key)):
            if wrong := _slot_error(slot, variables):
                return problem(path, wrong, *head.place(key))
    drawn = _Spec(*spec, files)
    if wrong_spec := drawn.read(variables):
        return wrong_spec
    title, about, note, alt = map(head.said, ("title", "about", "note", "alt"))
    terms = tuple((term, Position(path, *place(text, start))) for term, start in head.words("terms"))
    return View(path, name, title, about, note, alt, text, terms, drawn.spec, frozenset(drawn.used))


def _variables(text: str) -> list[str]:
    solutions = ox.Store().query(text)
    return [each.value for each in solutions.variables] if isinstance(solutions, ox.QuerySolutions) else []


def fill(pattern: str, rows: Sequence[Row]) -> str:
    """The sentence of a pattern, with what the rows say.

    `{rows}` is how many there are; `{x}` lists the values of ?x, and `{x:count}` is how many differ;
    `{x:min}` and `{x:max}` are the least and the greatest, and `{x:sum}` their sum; `{x=text}` is how many
    rows have that text.
    """
    return _SLOT.sub(lambda slot: _said(slot, rows), pattern)


def _said(slot: re.Match[str], rows: Sequence[Row]) -> str:
    name, what, wanted = slot["name"], slot["what"], slot["value"]
    if name == _ROWS and not what and wanted is None:
        return _shown(len(rows))
    values = [value for row in rows if (value := row.get(name)) is not None]
    if wanted is not None:
        return _shown(sum(_shown(value) == wanted for value in values))
    different = list(dict.fromkeys(map(_shown, values)))
    if what == "count":
        return _shown(len(different))
    if what:
        numbers = [value for value in values if isinstance(value, int | float)]
        if what == "sum":
            return _shown(sum(numbers))
        extreme = {"min": min, "max": max}[what]
        return _shown(extreme(numbers) if len(numbers) == len(values) > 0 else extreme(different, default=""))
    *others, last = different or [""]
    return f"{', '.join(others)} and {last}" if others else last


def _shown(value: Scalar) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}".replace("-", _MINUS)
    return f"{value:,}".replace("-", _MINUS) if type(value) is int else str(value)


def _slot_error(slot: re.Match[str], variables: Sequence[str]) -> str:
    name, what = slot["name"], slot["what"]
    if what not in (None, "count", "max", "min", "sum"):
        return f"{quoted(what)} is none of count, max, min and sum"
    if name not in variables and not (name == _ROWS and slot[0] == f"{{{_ROWS}}}"):
        return f"{quoted(slot[0])}: the query has no variable ?{name}; there is {', '.join(variables)}"
    return ""


class _Spec:
    """The text of a spec, read: `spec` is what is to be drawn, and `used` the files that it names."""

    def __init__(self, text: str, path: str, files: Mapping[str, bytes]) -> None:
        self.text, self.path, self.files = text, path, files
        self.spec: dict[str, Json] = {}
        self.used: set[str] = set()
        self.wrong: Problem | None = None

    def read(self, variables: Sequence[str]) -> Problem | None:
        """What is wrong with it first; None if it can be drawn, as far as can be seen."""
        try:
            found: Json = json.loads(self.text, parse_constant=_no_number)
        except json.JSONDecodeError as error:
            return problem(self.path, f"this is not JSON: {error.msg}", error.lineno, error.colno)
        except (RecursionError, ValueError) as error:
            return problem(self.path, f"this is not JSON that can be read: {error}")
        if not isinstance(found, dict) or found.get("$schema") != SCHEMA:
            return self.refuse("$schema", f'a picture is a Vega-Lite spec; write "$schema": "{SCHEMA}"')
        if "datasets" in found:
            return self.refuse("datasets", "a spec holds no data; name the file, or let the query find it")
        if not any(isinstance(each, dict) and each.get("name") == _ROWS for each in _data(found)):
            said = f'nothing draws what the query finds; write "data": {{"name": "{_ROWS}"}}'
            return self.refuse("data", said)
        self.spec = {key: self._inlined(value, key) for key, value in found.items()}
        return self.wrong or self._unknown(found, variables)

    def refuse(self, near: str, message: str) -> Problem:
        """A problem at the first place of a text, or else at the beginning."""
        at = self.text.find(json.dumps(near, ensure_ascii=False))
        return problem(self.path, message, *place(self.text, max(at, 0)))

    def _inlined(self, node: Json, key: str) -> Json:
        """The same, with each file in the place of its name; what leads elsewhere is refused."""
        if isinstance(node, list):
            return [self._inlined(each, key) for each in node]
        if not isinstance(node, dict):
            return node
        if "href" in node:
            self.wrong = self.wrong or self.refuse("href", "a picture has no links; its table has them")
        if "url" in node:
            return self._file(node, key)
        return {name: self._inlined(value, name) for name, value in node.items()}

    def _file(self, node: dict[str, Json], key: str) -> Json:
        name = node["url"]
        content = self.files.get(name) if isinstance(name, str) else None
        if key != "data" or not isinstance(name, str) or content is None:
            near = name if isinstance(name, str) else "url"
            said = f"{quoted(str(name))} is no file beside this one, and nothing is fetched from elsewhere"
            self.wrong = self.wrong or self.refuse(near, said)
            return None
        self.used.add(name)
        kind = DRAWN[name[name.rindex(".") :]]
        try:
            text = content.decode()
            values: Json = json.loads(text) if kind == "json" else text
        except (ValueError, RecursionError) as error:
            self.wrong = self.wrong or self.refuse(name, f"{name} cannot be read: {error}")
            return None
        reading: dict[str, Json] = {"type": kind}
        given = node.get("format")
        return {"values": values, "format": reading | (given if isinstance(given, dict) else {})}

    def _unknown(self, found: dict[str, Json], variables: Sequence[str]) -> Problem | None:
        """A field that nothing gives, in a spec that draws only rows and makes no columns of their values."""
        made = set(_named(found, "as")) | {"count", *variables}
        if self.used or list(_named(found, "pivot")):
            return None
        for name in _named(found, "field"):
            if name not in made and not re.search(r"[.\[\\]", name):
                said = f"the query has no variable ?{name}; there is {', '.join(variables)}"
                return self.refuse(name, said)
        return None


def _data(node: Json) -> Iterator[Json]:
    """Whatever stands under `data`, at any depth."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _data(each)
    if isinstance(node, dict) and "data" in node:
        yield node["data"]


def _named(node: Json, key: str) -> Iterator[str]:
    """The texts that stand under a key, at any depth, one or several."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _named(each, key)
    if isinstance(node, dict) and key in node:
        value = node[key]
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")
