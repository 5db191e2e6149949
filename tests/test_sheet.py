"""Rows as CSV and as JSON."""

import csv
import json
from io import StringIO

from pyoxigraph import Literal, NamedNode, Triple
from rdflib import XSD

from pilotgraph import sheet
from pilotgraph.catalogue import Column
from pilotgraph.listing import Rows
from pilotgraph.triples import Triples

EX = "https://example.com/"
NEAR = Column("near", NamedNode(f"{EX}near"), "near", links=True)
HEIGHT = Column("height", NamedNode(f"{EX}height"), "height (m)", datatype=str(XSD.decimal))
COUNT = Column("count", NamedNode(f"{EX}count"), "count", datatype=str(XSD.integer))
OPEN = Column("open", NamedNode(f"{EX}open"), "open", datatype=str(XSD.boolean))
NAMES = {f"{EX}a": 'beech, "old"', f"{EX}b": "ash\nelder", f"{EX}c": "Blåbær"}


def typed(text: str, datatype: str) -> Literal:
    return Literal(text, datatype=NamedNode(datatype))


A, B, C = (NamedNode(f"{EX}{name}") for name in "abc")
ROWS = Rows(
    [B, A],
    [NEAR, HEIGHT, COUNT, OPEN],
    Triples(
        [
            Triple(B, NEAR.predicate, C),
            Triple(B, NEAR.predicate, A),
            Triple(B, HEIGHT.predicate, typed("1.10", HEIGHT.datatype)),
            Triple(A, COUNT.predicate, typed("3", COUNT.datatype)),
            Triple(A, OPEN.predicate, typed("true", OPEN.datatype)),
        ]
    ),
)


def name(thing: NamedNode) -> str:
    return NAMES[thing.value]


def test_csv_has_iris_and_labels_and_survives_any_text() -> None:
    found = sheet.write_csv(ROWS, name, "id").decode()
    assert list(csv.reader(StringIO(found, newline=""))) == [
        ["id", "label", "near", "near label", "height", "count", "open"],
        [f"{EX}b", "ash\nelder", f"{EX}a | {EX}c", 'beech, "old" | Blåbær', "1.10", "", ""],
        [f"{EX}a", 'beech, "old"', "", "", "", "3", "true"],
    ]
    assert found.count("\r\n") == 3


def test_json_has_a_list_for_each_column_that_has_values() -> None:
    found = json.loads(sheet.write_json(ROWS, name, "id", {"class": f"{EX}Tree"}))
    assert found["class"] == f"{EX}Tree"
    assert found["columns"][1] == {"key": "height", "name": "height (m)", "id": f"{EX}height"}
    assert found["rows"] == [
        {
            "id": f"{EX}b",
            "label": "ash\nelder",
            "near": [{"id": f"{EX}a", "label": 'beech, "old"'}, {"id": f"{EX}c", "label": "Blåbær"}],
            "height": ["1.10"],
        },
        {"id": f"{EX}a", "label": 'beech, "old"', "count": [3], "open": [True]},
    ]
