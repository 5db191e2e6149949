"""A TOML file without tables -> its keys, each with its value and its line.

The reader of the standard library tells no lines, so each statement is given to it on its own, which is
the same where there are no tables: <https://toml.io/en/v1.0.0#keyvalue-pair>.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MAX_BYTES = 16_000


class BadFile(ValueError):
    """Raise if a file cannot be read; the message begins with its path, and the line if there is one."""


class Key(NamedTuple):
    """A key that was given, on the line where its statement begins; lines count from 1."""

    name: str
    value: object
    line: int


def read(path: Path) -> Iterator[Key]:
    """The keys of a file in their order; one that is given twice comes twice.

    :raises BadFile: where the file cannot be read any further.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise BadFile(f"{path}: {error.strerror}") from error
    if len(content) > _MAX_BYTES:
        raise BadFile(f"{path}: a file of settings has at most {_MAX_BYTES // 1000} kB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFile(f"{path}:{line}: a file of settings is written in UTF-8") from error
    lines = text.replace("\r\n", "\n").split("\n")
    start = 0
    while start < len(lines):
        statement, end = _statement(lines, start, path)
        for name, value in statement.items():
            yield Key(name, value, start + 1)
        start = end


def _statement(lines: list[str], start: int, path: Path) -> tuple[dict[str, object], int]:
    """What the lines from `start` on say, as few of them as can stand alone, and where the next begins."""
    said = ""
    for end in range(start + 1, len(lines) + 1):
        try:
            return tomllib.loads("\n".join(lines[start:end])), end
        except (ValueError, RecursionError) as error:
            said = said or str(error).partition(" (at ")[0]
    raise BadFile(f'{path}:{start + 1}: {said}; write a setting a line, as in: name = 10, or: name = "text"')
