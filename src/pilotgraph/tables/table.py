"""Columns -> a file of CSV, and what is known of it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import StringIO
from itertools import chain

from pilotgraph.tables.columns import Sheet

FOLDER = "tables"
# Between the values of a cell: the first that no value has, of these and of those kept for private use.
_SEPARATORS = ("|", ";", "¦", "‖")
_PRIVATE = range(0xE000, 0xF900)


@dataclass(frozen=True, slots=True)
class Table:
    """A table and its description; `url` is the name of the file, beside which the description stands."""

    url: str
    of_class: str
    title: str
    rows: int
    content: bytes
    metadata: bytes

    @property
    def path(self) -> str:
        """Where the table is, relative to the release."""
        return f"{FOLDER}/{self.url}"

    @property
    def metadata_path(self) -> str:
        """Where its description is: <https://www.w3.org/TR/tabular-data-model/#standard-file-metadata>."""
        return f"{self.path}-metadata.json"


@dataclass(frozen=True, slots=True)
class Tables:
    """All tables, and the description of them all."""

    tables: Sequence[Table]
    metadata: bytes

    # <https://www.w3.org/TR/tabular-data-model/#standard-directory-metadata>
    metadata_path = f"{FOLDER}/csv-metadata.json"

    @property
    def files(self) -> dict[str, bytes]:
        """All files, by path; none if there is no table, since CSVW has no description of nothing."""
        found = {self.metadata_path: self.metadata} if self.tables else {}
        for table in self.tables:
            found |= {table.path: table.content, table.metadata_path: table.metadata}
        return found


def choose_separator(sheets: Iterable[Sheet]) -> str:
    """Choose what stands between the values of a cell: the same in all tables, and in no value."""
    used: set[str] = set()
    for sheet in sheets:
        for column in sheet.columns:
            if column.has_several:
                used.update(*chain.from_iterable(column.cells))
    return next(each for each in chain(_SEPARATORS, map(chr, _PRIVATE)) if each not in used)


def write_parts(sheet: Sheet, separator: str, most_bytes: int) -> Iterator[tuple[Sheet, bytes]]:
    """Write a table, in as many parts as are small enough; each has the row of headings."""
    content = _write(sheet, separator)
    if len(content) <= most_bytes or len(sheet.things) == 1:
        yield sheet, content
        return
    middle = len(sheet.things) // 2
    for part in (slice(middle), slice(middle, None)):
        columns = [replace(column, cells=column.cells[part]) for column in sheet.columns]
        yield from write_parts(
            replace(sheet, things=sheet.things[part], columns=columns), separator, most_bytes
        )


def _write(sheet: Sheet, separator: str) -> bytes:
    buffer = StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.title for column in sheet.columns])
    rows = zip(*(column.cells for column in sheet.columns), strict=True)
    writer.writerows([separator.join(cell) for cell in row] for row in rows)
    return buffer.getvalue().encode()
