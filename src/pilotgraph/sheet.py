"""Rows of a list -> CSV or JSON: the same table for programs, with the IRIs of its things.

CSV is RFC 4180 <https://www.rfc-editor.org/rfc/rfc4180>, with a row of keys first.  What has several values
has ` | ` between them.  Numbers, dates and truth are as in RDF, not as a page shows them.
"""

import csv
import json
from collections.abc import Callable, Sequence
from io import StringIO
from typing import Any

from pyoxigraph import Literal, NamedNode
from rdflib import XSD

from pilotgraph.catalogue import LABEL, Column
from pilotgraph.listing import Rows
from pilotgraph.triples import Term

BETWEEN = " | "
_INTEGERS, _BOOLEAN = {str(XSD.integer), str(XSD.nonNegativeInteger)}, str(XSD.boolean)

# A thing or another IRI -> what it is called.
Naming = Callable[[NamedNode], str]


def write_csv(rows: Rows, name: Naming, id_key: str) -> bytes:
    """Write rows as CSV: the IRI and the label of each thing, then its columns, with labels beside IRIs."""
    keys = [key for column in rows.columns for key in _keys(column)]
    buffer = StringIO()
    sheet = csv.writer(buffer)
    sheet.writerow([id_key, LABEL, *keys])
    for thing in rows.things:
        cells = [thing.value, name(thing)]
        for column in rows.columns:
            values = _values(rows, thing, column)
            cells.append(BETWEEN.join(_text(each) for each in values))
            if column.links:
                named = (name(each) for each in values if isinstance(each, NamedNode))
                cells.append(BETWEEN.join(named))
        sheet.writerow(cells)
    return buffer.getvalue().encode()


def write_json(rows: Rows, name: Naming, id_key: str, about: dict[str, Any]) -> bytes:
    """Write rows as JSON; every column holds a list, since any may have several values.

    :param about: what the list is, put before its rows.
    """
    columns = [
        {"key": column.key, "name": column.name, id_key: column.predicate.value} for column in rows.columns
    ]
    things = [
        {id_key: thing.value, LABEL: name(thing)}
        | {
            column.key: [_json(each, name, id_key) for each in values]
            for column in rows.columns
            if (values := _values(rows, thing, column))
        }
        for thing in rows.things
    ]
    return json.dumps(about | {"columns": columns, "rows": things}, ensure_ascii=False).encode()


def _keys(column: Column) -> list[str]:
    return [column.key, f"{column.key} {LABEL}"] if column.links else [column.key]


def _values(rows: Rows, thing: NamedNode, column: Column) -> Sequence[Term]:
    return sorted(rows.triples.objects(thing, column.predicate), key=str)


def _text(term: Term) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


def _json(term: Term, name: Naming, id_key: str) -> object:
    if isinstance(term, NamedNode):
        return {id_key: term.value, LABEL: name(term)}
    if isinstance(term, Literal):
        datatype = term.datatype.value
        if datatype == _BOOLEAN:
            return term.value == "true"
        # A decimal stays as it is written: a number of JSON is often read as binary.
        return int(term.value) if datatype in _INTEGERS else term.value
    return str(term)
