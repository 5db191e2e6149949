"""Columns -> metadata of a table, and of all tables together <https://www.w3.org/TR/tabular-metadata/>."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pilotgraph.dumps import MOST_BYTES
from pilotgraph.formats import RDF_TYPE
from pilotgraph.tables.columns import Column, Sheet

_CSVW = "http://www.w3.org/ns/csvw"
# Of RFC 4180; a reader need not guess.
_DIALECT = {
    "encoding": "utf-8",
    "delimiter": ",",
    "quoteChar": '"',
    "doubleQuote": True,
    "header": True,
    "lineTerminators": ["\r\n", "\n"],
}


@dataclass(frozen=True, slots=True)
class About:
    """What all tables share.

    IRI, title, licence (an IRI, or nothing) and language of the dataset; and the size over which a table
    comes in parts, each with some of the rows.
    """

    dataset: str
    title: str
    licence: str
    language: str
    most_bytes: int = MOST_BYTES


def describe(sheet: Sheet, url: str, separator: str, about: About) -> bytes:
    """Describe one table."""
    return _write({"@context": _context(about)} | _table(sheet, url, separator, about, {}))


def describe_all(sheets: Mapping[str, Sheet], separator: str, about: About) -> bytes:
    """Describe all tables, by the names of their files, and which columns name the rows of others."""
    rows = {url: {thing.value for thing in sheet.things} for url, sheet in sheets.items()}
    keys = {url: sheet.columns[0].name for url, sheet in sheets.items()}
    described = []
    for url, sheet in sorted(sheets.items()):
        foreign = {
            column.name: (target, keys[target])
            for column in sheet.columns[1:]
            if (target := _target(column, rows))
        }
        described.append(_table(sheet, url, separator, about, foreign))
    whole = {"@context": _context(about), "@type": "TableGroup", "dc:title": about.title}
    return _write(whole | _rights(about) | {"dialect": _DIALECT, "tables": described})


def _target(column: Column, rows: Mapping[str, set[str]]) -> str:
    """The table in which each value of a column is a row; nothing if there is none.

    A key is one value: validators refuse an empty cell, and take several values for one that no row has.
    """
    if not column.links or any(len(cell) != 1 for cell in column.cells):
        return ""
    values = {value for cell in column.cells for value in cell}
    return next((url for url, things in sorted(rows.items()) if values <= things), "")


def _context(about: About) -> list[Any]:
    return [_CSVW, {"@language": about.language}]


def _rights(about: About) -> dict[str, Any]:
    licence = {"dc:license": {"@id": about.licence}} if about.licence else {}
    return licence | {"dc:isPartOf": {"@id": about.dataset}}


def _table(
    sheet: Sheet, url: str, separator: str, about: About, foreign: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    key = sheet.columns[0].name
    typed = {
        "name": sheet.type_name,
        "propertyUrl": RDF_TYPE,
        "valueUrl": sheet.of_class.value,
        "virtual": True,
    }
    schema: dict[str, Any] = {
        "aboutUrl": f"{{+{key}}}",
        "primaryKey": key,
        "columns": [*(_column(column, separator) for column in sheet.columns), typed],
    }
    if foreign:
        schema["foreignKeys"] = [
            {"columnReference": name, "reference": {"resource": target, "columnReference": other}}
            for name, (target, other) in foreign.items()
        ]
    head = {"url": url, "dc:title": sheet.title}
    if sheet.definition:
        head["dc:description"] = sheet.definition
    return head | _rights(about) | {"dialect": _DIALECT, "tableSchema": schema}


def _column(column: Column, separator: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": column.name, "titles": column.title}
    found |= {key: value for key, value in column.said.items() if value}
    if column.has_several:
        found["separator"] = separator
    if column.required:
        found["required"] = True
    return found


def _write(metadata: dict[str, Any]) -> bytes:
    return (json.dumps(metadata, ensure_ascii=False, indent=2) + "\n").encode()
