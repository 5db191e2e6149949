"""Tables say what the data says: values as they are, in columns that the shapes name."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from pilotgraph.context import Context
from pilotgraph.formats import N_TRIPLES, TURTLE, parse
from pilotgraph.release import Release
from pilotgraph.tables import About, Table, Tables, tables

BASE = "https://example.org/set/"
CONTEXT = b"""{"@context": {"@version": 1.1, "id": "@id", "type": "@type",
"t": "https://example.org/set/terms#", "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
"label": {"@id": "rdfs:label", "@language": "en"}, "ring": {"@id": "t:ringCode"}}}"""
HEAD = """
@base <https://example.org/set/id/> .
@prefix : <https://example.org/set/terms#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
ONTOLOGY = """
:Bird rdfs:label "bird"@en ; skos:definition "animal with feathers"@en . :Wren rdfs:subClassOf :Bird .
:nests rdfs:label "nests at"@en ; skos:definition "where a bird breeds"@en . :red rdfs:label "red"@en .
:hue rdfs:label "hue"@en .
"""
SHAPES = """
:BirdShape a sh:NodeShape ; sh:targetClass :Bird ; sh:property
  [ sh:path :note ; sh:name "remark"@en ; sh:order 3 ] ,
  [ sh:path :nests ; sh:name "nest"@en ; sh:order 2 ; sh:minCount 1 ] ,
  [ sh:path :weight ; sh:name "weight (g)"@en ; sh:order 1 ; sh:minCount 1 ] ,
  [ sh:path :never ; sh:name "never said"@en ; sh:order 4 ] .
"""
DATA = """
<b/2> a :Bird ; rdfs:label "Jenny"@en ; :weight 9.5 ; :nests <n/1> ; :note "=1+1"@en , "x | y; z¦"@en .
<b/1> a :Bird ; rdfs:label "Troglodytes, \\"the\\" wren\\nof old"@en ; :weight 10.25 ; :nests <n/2> ;
  :ringCode "007" ; :hue :red , :grey ; :seen "2024-05-02"^^xsd:date , "2024"^^xsd:gYear ;
  :called "wren"@en , "Zaunkönig"@de , "músarrindill"@is , "rindill"@is .
<w> a :Wren ; :weight 8 . <v> a :Wren ; rdfs:label "Vífill"@is .
<n/1> a :Nest ; rdfs:label "hedge"@en . <n/2> a :Nest ; rdfs:label "wall"@en ; :hue :red .
<untyped> rdfs:label "in no table"@en .
"""


def triples(text: str) -> list[ox.Triple]:
    return [quad.triple for quad in parse((HEAD + text).encode(), TURTLE, BASE)]


def made(data: str = DATA, shapes: str = SHAPES, most_bytes: int = 10_000) -> Tables:
    about = About(BASE, "Birds", "https://example.org/licence", "en", most_bytes)
    context = Context.read(CONTEXT, "context.jsonld", f"{BASE}id/")
    return tables(triples(data), triples(ONTOLOGY), triples(shapes), context, about)


def rows(table: Table) -> list[list[str]]:
    return list(csv.reader(StringIO(table.content.decode(), newline="")))


def column(table: Table, name: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [each for each in json.loads(table.metadata)["tableSchema"]["columns"] if each["name"] == name]
    return found


BIRDS, NESTS, WRENS = made().tables


def test_there_is_a_table_for_each_class_that_has_things() -> None:
    assert [(each.path, each.of_class, each.title, each.rows) for each in made().tables] == [
        ("tables/Bird.csv", f"{BASE}terms#Bird", "bird", 2),
        ("tables/Nest.csv", f"{BASE}terms#Nest", "Nest", 2),
        ("tables/Wren.csv", f"{BASE}terms#Wren", "Wren", 2),
    ]
    described = [json.loads(each.metadata).get("dc:description", "") for each in made().tables]
    assert described == ["animal with feathers", "", ""]
    assert sorted(made().files) == [
        "tables/Bird.csv",
        "tables/Bird.csv-metadata.json",
        "tables/Nest.csv",
        "tables/Nest.csv-metadata.json",
        "tables/Wren.csv",
        "tables/Wren.csv-metadata.json",
        "tables/csv-metadata.json",
    ]


def test_without_things_there_is_no_file() -> None:
    assert made('<untyped> rdfs:label "in no table"@en .').files == {}


def test_columns_are_named_and_ordered_as_the_shapes_say_and_rows_by_iri() -> None:
    header, first, second = rows(BIRDS)
    assert header == [
        "id",
        "label",
        "weight (g)",
        "nest",
        "nest (label)",
        "remark",
        "called (de)",
        "called (en)",
        "called (is)",
        "hue",
        "hue (label)",
        "ring code",
        "seen (date)",
        "seen (gYear)",
    ]
    ids = [f"{BASE}id/{name}" for name in ("b/1", "b/2", "n/1", "n/2")]
    hues = f"{BASE}terms#grey‖{BASE}terms#red"
    assert first == [
        *(ids[0], 'Troglodytes, "the" wren\nof old', "10.25", ids[3], "wall", ""),
        *("Zaunkönig", "wren", "músarrindill‖rindill", hues, "‖red", "007", "2024-05-02", "2024"),
    ]
    assert second == [ids[1], "Jenny", "9.5", ids[2], "hedge", "=1+1‖x | y; z¦", *[""] * 8]


def test_the_file_is_that_of_rfc_4180() -> None:
    assert BIRDS.content.decode().startswith("id,label,weight (g),nest,")
    assert BIRDS.content.endswith(b",,,,,,,,\r\n")
    assert b'"Troglodytes, ""the"" wren\nof old"' in BIRDS.content


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(
            "id",
            {"titles": "id", "datatype": "anyURI", "suppressOutput": True, "required": True},
            id="the thing",
        ),
        pytest.param(
            "weight",
            {
                "titles": "weight (g)",
                "propertyUrl": f"{BASE}terms#weight",
                "datatype": "decimal",
                "required": True,
            },
            id="a number that all have, as a shape asks",
        ),
        pytest.param(
            "nests",
            {
                "titles": "nest",
                "dc:description": "where a bird breeds",
                "propertyUrl": f"{BASE}terms#nests",
                "datatype": "anyURI",
                "valueUrl": "{+nests}",
                "required": True,
            },
            id="one thing, of which there is a table",
        ),
        pytest.param(
            "nests_label", {"titles": "nest (label)", "suppressOutput": True}, id="what it is called"
        ),
        pytest.param(
            "note",
            {"titles": "remark", "propertyUrl": f"{BASE}terms#note", "lang": "en", "separator": "‖"},
            id="several texts",
        ),
        pytest.param(
            "hue",
            {
                "titles": "hue",
                "propertyUrl": f"{BASE}terms#hue",
                "datatype": "anyURI",
                "suppressOutput": True,
                "separator": "‖",
            },
            id="several things, which CSVW cannot turn into IRIs",
        ),
        pytest.param(
            "ring", {"titles": "ring code", "propertyUrl": f"{BASE}terms#ringCode"}, id="a key, a string"
        ),
        pytest.param(
            "called_is",
            {"titles": "called (is)", "propertyUrl": f"{BASE}terms#called", "lang": "is", "separator": "‖"},
            id="one language of several",
        ),
        pytest.param(
            "seen_gYear",
            {"titles": "seen (gYear)", "propertyUrl": f"{BASE}terms#seen", "datatype": "gYear"},
            id="one datatype of several",
        ),
        pytest.param(
            "type",
            {
                "propertyUrl": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
                "valueUrl": f"{BASE}terms#Bird",
                "virtual": True,
            },
            id="what all rows say",
        ),
    ],
)
def test_a_column_is_described(name: str, expected: dict[str, Any]) -> None:
    assert column(BIRDS, name) == {"name": name} | expected


def test_a_class_without_shapes_has_a_table() -> None:
    assert rows(NESTS)[0] == ["id", "label", "hue", "hue (label)"]
    assert rows(WRENS)[0] == ["id", "label", "weight (g)"]
    # The shape is that of the class above, but one of the two has no weight.
    assert "required" not in column(WRENS, "weight")


def test_what_is_no_single_text_of_all_things_is_a_label_for_reading_only() -> None:
    table = made(
        '<b/1> a :Bird ; rdfs:label "wren"@en , "Zaunkönig"@de . <b/2> a :Bird ; rdfs:label "tit"@en .'
    ).tables[0]
    assert rows(table)[0][:2] == ["id", "label (en)"]
    table = made('<b/1> a :Bird ; rdfs:label "wren"@en . <b/2> a :Bird ; rdfs:label "Meise"@de .').tables[0]
    assert rows(table)[0] == ["id", "label", "label (de)", "label (en)"]
    assert [row[1] for row in rows(table)[1:]] == ["wren", "Meise"]
    assert column(table, "label") == {"name": "label", "titles": "label", "suppressOutput": True}


def test_columns_with_the_same_heading_are_told_apart() -> None:
    shape = ":S a sh:NodeShape ; sh:targetClass :Bird ; sh:property [ sh:path :{} ; sh:name 'size' ] ."
    table = made("<b> a :Bird ; :long 1 ; :wide 2 .", "".join(map(shape.format, ("long", "wide")))).tables[0]
    assert rows(table)[0] == ["id", "size [long]", "size [wide]"]


def test_all_tables_are_described_together_with_keys_that_lead_to_rows() -> None:
    whole = json.loads(made().metadata)
    assert whole["@context"] == ["http://www.w3.org/ns/csvw", {"@language": "en"}]
    assert (whole["dc:title"], whole["dc:license"]) == ("Birds", {"@id": "https://example.org/licence"})
    assert [table["url"] for table in whole["tables"]] == ["Bird.csv", "Nest.csv", "Wren.csv"]
    assert [table["tableSchema"]["primaryKey"] for table in whole["tables"]] == ["id"] * 3
    assert [table["tableSchema"].get("foreignKeys") for table in whole["tables"]] == [
        [{"columnReference": "nests", "reference": {"resource": "Nest.csv", "columnReference": "id"}}],
        None,
        None,
    ]
    # A table by itself says the same but for the keys.
    alone = json.loads(BIRDS.metadata)
    del whole["tables"][0]["tableSchema"]["foreignKeys"]
    assert alone == {"@context": whole["@context"]} | whole["tables"][0]


@pytest.mark.parametrize(
    ("nests", "keys"),
    [
        pytest.param(":nests <n/1>", ["nests"], id="one"),
        pytest.param(":nests <n/1>, <n/2>", None, id="several"),
        pytest.param(":weight 1", None, id="none"),
    ],
)
def test_a_column_is_a_key_if_each_cell_has_one_value(nests: str, keys: list[str] | None) -> None:
    found = made(f"<b/1> a :Bird ; :nests <n/1> . <b/2> a :Bird ; {nests} . <n/1> a :Nest . <n/2> a :Nest .")
    schema = json.loads(found.metadata)["tables"][0]["tableSchema"]
    assert [each["columnReference"] for each in schema.get("foreignKeys", [])] == (keys or [])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param(("a", "b"), "|", id="the usual one"),
        pytest.param(("a|", "b"), ";", id="the next, where a value has the first"),
        pytest.param(("a|;", "b¦‖"), "\ue000", id="one that nobody types, where values have them all"),
    ],
)
def test_what_stands_between_values_is_in_none(values: tuple[str, str], expected: str) -> None:
    text = " , ".join(json.dumps(each, ensure_ascii=False) for each in values)
    found = made(f"<b> a :Bird ; :note {text} .")
    assert column(found.tables[0], "note")["separator"] == expected
    assert rows(found.tables[0])[1][1].split(expected) == list(values)


def test_a_table_that_is_too_large_comes_in_parts() -> None:
    data = " ".join(
        f'<b/{number}> a :Bird ; :nests <n/1> ; :note "{"far " * number}" .' for number in range(9)
    )
    found = made(data + ' <n/1> a :Nest ; rdfs:label "hedge"@en .', most_bytes=300)
    parts = [table for table in found.tables if table.of_class.endswith("Bird")]
    assert len(parts) > 2
    assert [part.url for part in parts] == [f"Bird-{number}.csv" for number in range(1, len(parts) + 1)]
    assert [part.title for part in parts[:2]] == [f"bird (1 of {len(parts)})", f"bird (2 of {len(parts)})"]
    assert all(len(part.content) <= 300 for part in parts)
    assert {tuple(rows(part)[0]) for part in parts} == {("id", "nest", "nest (label)", "remark")}
    assert [row[0] for part in parts for row in rows(part)[1:]] == [
        f"{BASE}id/b/{number}" for number in range(9)
    ]
    assert [part.rows for part in parts] == [len(rows(part)) - 1 for part in parts]


def test_a_release_has_the_tables_of_its_data(release: Release, lighthouses: Path) -> None:
    quads = parse(release.read("data.nt"), N_TRIPLES, BASE)
    classes = {quad.object for quad in quads if quad.predicate.value.endswith("#type")}
    paths = [path for path in release.files if path.startswith("tables/") and path.endswith(".csv")]
    assert len(paths) == len(classes) == 5
    assert release.read("tables/Keeper.csv").decode().splitlines() == [
        "id,label,call sign,alt label",
        "https://example.org/lights/id/keeper/board-of-made-up-lights,Board of Made-up Lights,BOARD1,",
        "https://example.org/lights/id/keeper/ida-sandpiper,Ida Sandpiper,IDA7,",
        "https://example.org/lights/id/keeper/jonas-fulmar,Jonas Fulmar,0410,",
        "https://example.org/lights/id/keeper/þóra-lundadóttir,Þóra Lundadóttir,TORA2,Þóra vitavörður",
    ]
