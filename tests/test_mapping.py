"""Records to statements: every kind of value, the forms that the store keeps, and whole messages."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store

from pilotgraph.context import Context
from pilotgraph.document import read
from pilotgraph.errors import Position
from pilotgraph.lexical import XSD
from pilotgraph.mapping import RDF_TYPE, Mapped, lines, map_record

CONTEXT = Context.read(
    b"""{"@context": {
      "ex": "https://example.org/terms#",
      "xsd": "http://www.w3.org/2001/XMLSchema#",
      "id": "@id", "type": "@type",
      "Boat": "ex:Boat", "Trawler": "ex:Trawler",
      "note": "ex:note",
      "name": {"@id": "ex:name", "@language": "en-GB"},
      "page": {"@id": "ex:page", "@type": "xsd:anyURI"},
      "afloat": {"@id": "ex:afloat", "@type": "xsd:boolean"},
      "launched": {"@id": "ex:launched", "@type": "xsd:date"},
      "logged": {"@id": "ex:logged", "@type": "xsd:dateTime"},
      "length": {"@id": "ex:length", "@type": "xsd:decimal"},
      "built": {"@id": "ex:built", "@type": "xsd:gYear"},
      "since": {"@id": "ex:since", "@type": "xsd:gYearMonth"},
      "masts": {"@id": "ex:masts", "@type": "xsd:integer"},
      "sign": {"@id": "ex:sign", "@type": "xsd:string"},
      "owner": {"@id": "ex:owner", "@type": "@id"},
      "sailors": {"@reverse": "ex:sailsOn", "@type": "@id"}
    }}""",
    "c.jsonld",
    "https://example.org/id/",
)


def mapped(content: str) -> Mapped:
    return map_record(read(dedent(content).encode(), "r.yaml"), CONTEXT)


def triples(content: str) -> list[str]:
    """The statements in the order of the file, shortened."""
    record = mapped(content)
    assert record.problems == []
    short = [" ".join(statement[:3]) for statement in record.statements]
    return [
        triple.replace("https://example.org/terms#", "ex:")
        .replace("https://example.org/id/", "")
        .replace(RDF_TYPE, "a")
        .replace(XSD, "xsd:")
        for triple in short
    ]


def problems(content: str) -> list[str]:
    return [str(problem).removeprefix("r.yaml:") for problem in mapped(content).problems]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("type: Boat", ["a <ex:Boat>"], id="a class by its name"),
        pytest.param("type: ex:Ferry", ["a <ex:Ferry>"], id="a class as a CURIE"),
        pytest.param("type: [Boat, Trawler]", ["a <ex:Boat>", "a <ex:Trawler>"], id="several classes"),
        pytest.param("note: true", ['<ex:note> "true"'], id="true is a text where a text is meant"),
        pytest.param("note: 1.10", ['<ex:note> "1.10"'], id="so is a number"),
        pytest.param("note: 'null'", ['<ex:note> "null"'], id="so is null in quotes"),
        pytest.param("sign: 017", ['<ex:sign> "017"'], id="a text under a term typed as string"),
        pytest.param("name: Anna", ['<ex:name> "Anna"@en-gb'], id="a text with a language, in lower case"),
        pytest.param(
            'note: "a \\"b\\" \\\\ c\\n\\td"',
            ['<ex:note> "a \\"b\\" \\\\ c\\n\\td"'],
            id="a text with escapes",
        ),
        pytest.param(
            "note: [x, y]", ['<ex:note> "x"', '<ex:note> "y"'], id="a list gives a statement an item"
        ),
        pytest.param("owner: person/eva", ["<ex:owner> <person/eva>"], id="a thing below the base"),
        pytest.param("owner: ex:Eva", ["<ex:owner> <ex:Eva>"], id="a thing as a CURIE"),
        pytest.param(
            "owner: https://example.com/e", ["<ex:owner> <https://example.com/e>"], id="a thing elsewhere"
        ),
        pytest.param("owner: 'null'", ["<ex:owner> <null>"], id="a thing whose name is null, in quotes"),
    ],
)
def test_values(value: str, expected: list[str]) -> None:
    assert triples(f"id: boat/anna\n{value}\n") == [f"<boat/anna> {triple}" for triple in expected]


def test_a_reverse_key_makes_the_record_the_object() -> None:
    assert triples("id: boat/anna\nsailors: [person/eva, person/ole]\n") == [
        "<person/eva> <ex:sailsOn> <boat/anna>",
        "<person/ole> <ex:sailsOn> <boat/anna>",
    ]


def test_parts_have_ids_and_are_linked() -> None:
    record = """\
        id: boat/anna
        owner:
          id: person/eva
          note: x
        sailors:
          - id: person/ole
            owner: {id: company/a}
          - person/eva
        """
    assert triples(record) == [
        '<person/eva> <ex:note> "x"',
        "<boat/anna> <ex:owner> <person/eva>",
        "<person/ole> <ex:owner> <company/a>",
        "<person/ole> <ex:sailsOn> <boat/anna>",
        "<person/eva> <ex:sailsOn> <boat/anna>",
    ]
    base = "https://example.org/id/"
    assert mapped(record).subjects == {
        f"{base}boat/anna": Position("r.yaml", 1, 5),
        f"{base}person/eva": Position("r.yaml", 3, 7),
        f"{base}person/ole": Position("r.yaml", 6, 9),
        f"{base}company/a": Position("r.yaml", 7, 17),
    }


def test_every_statement_knows_the_place_of_its_value() -> None:
    statements = mapped("id: boat/anna\ntype: Boat\nnote: [x,\n  y]\nowner:\n  id: p\n  note: z\n").statements
    assert [(place.line, place.column) for *_, place in statements] == [
        (2, 7),
        (3, 8),
        (4, 3),
        (7, 9),
        (6, 3),
    ]


@pytest.mark.parametrize(
    ("key", "text", "canonical"),
    [
        ("page", "https://example.org/A%2f", "https://example.org/A%2f"),
        ("afloat", "true", "true"),
        ("afloat", "false", "false"),
        ("launched", "2016-02-29", "2016-02-29"),
        ("launched", "2000-02-29", "2000-02-29"),
        ("launched", "0001-01-01", "0001-01-01"),
        ("logged", "2015-02-28T09:30:00", "2015-02-28T09:30:00"),
        ("logged", "2015-02-28T09:30:00Z", "2015-02-28T09:30:00Z"),
        ("logged", "2015-02-28T09:30:00.500Z", "2015-02-28T09:30:00.5Z"),
        ("logged", "2015-02-28T09:30:00.000+01:00", "2015-02-28T09:30:00+01:00"),
        ("logged", "2015-02-28T09:30:00+00:00", "2015-02-28T09:30:00Z"),
        ("logged", "2015-02-28T09:30:00-00:00", "2015-02-28T09:30:00Z"),
        ("logged", "2015-02-28T09:30:00-14:00", "2015-02-28T09:30:00-14:00"),
        ("length", "521.30", "521.3"),
        ("length", "1.10", "1.1"),
        ("length", "1200", "1200"),
        ("length", "5.", "5"),
        ("length", ".5", "0.5"),
        ("length", "+007.0", "7"),
        ("length", "-0.50", "-0.5"),
        ("length", "-0.0", "0"),
        ("length", "99999999999999999999.999999999999999999", "99999999999999999999.999999999999999999"),
        ("built", "2015", "2015"),
        ("built", "0987", "0987"),
        ("since", "2015-12", "2015-12"),
        ("masts", "01", "1"),
        ("masts", "+5", "5"),
        ("masts", "-0", "0"),
        ("masts", "9223372036854775807", "9223372036854775807"),
        ("masts", "-9223372036854775808", "-9223372036854775808"),
        ("masts", "0000000000000000000000000012", "12"),
        ("sign", "017", "017"),
    ],
)
def test_literals_have_the_form_that_the_store_gives_back(key: str, text: str, canonical: str) -> None:
    record = mapped(f"id: a\n{key}: '{text}'\n")
    assert record.problems == []
    datatype = CONTEXT.terms[key].type
    subject, predicate, value, _ = record.statements[0]
    assert value == (f'"{canonical}"' if key == "sign" else f'"{canonical}"^^<{datatype}>')
    assert stored([f'{subject} {predicate} "{text}"^^<{datatype}> .\n']) == lines(record.statements)
    assert stored(lines(record.statements)) == lines(record.statements)


def stored(written: list[str]) -> list[str]:
    """What a store gives back for N-Quads."""
    store = Store()
    store.load("".join(written).encode(), RdfFormat.N_QUADS)
    return sorted(f"{quad} .\n" for quad in store)


ANY_URI = "is not an absolute IRI"
BOOLEAN = "is not true or false"
DATE = "is not a date; write year-month-day, of a day that exists, as in 2015-02-28"
DATE_TIME = "is not a date and time; write them as in 2015-02-28T09:30:00Z"
DECIMAL = "is not a decimal number; write digits and a point only, as in 1200 or 3.5"
YEAR = "is not a year; write four digits, as in 2015"
YEAR_MONTH = "is not a month of a year; write them as in 2015-02"
INTEGER = "is not a whole number; write digits only, as in 1200"


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        pytest.param("page", "site/x", ANY_URI, id="a relative reference is no absolute IRI"),
        pytest.param("page", "https://example.org/a b", ANY_URI, id="an address with a space"),
        pytest.param("afloat", "yes", BOOLEAN, id="yes"),
        pytest.param("afloat", "True", BOOLEAN, id="True"),
        pytest.param("afloat", "1", BOOLEAN, id="one"),
        pytest.param("launched", "2015-02-30", DATE, id="a day that does not exist"),
        pytest.param("launched", "2015-02-29", DATE, id="the leap day of a year without one"),
        pytest.param("launched", "1900-02-29", DATE, id="the leap day of a century"),
        pytest.param("launched", "2015-W09-6", DATE, id="a date by week"),
        pytest.param("launched", "20150228", DATE, id="a date without hyphens"),
        pytest.param("launched", "28/02/2015", DATE, id="a date as in Britain"),
        pytest.param("launched", "2015-02", DATE, id="a month instead of a date"),
        pytest.param("launched", "0000-01-01", DATE, id="the year zero"),
        pytest.param("launched", "2015-02-28Z", DATE, id="a date with a time zone"),
        pytest.param("launched", "٢٠١٥-02-28", DATE, id="digits of another script"),
        pytest.param("logged", "2015-02-28", DATE_TIME, id="a date instead of a time"),
        pytest.param("logged", "2015-02-28 09:30:00", DATE_TIME, id="a time without the T"),
        pytest.param("logged", "2015-02-30T09:30:00", DATE_TIME, id="a time on a day that does not exist"),
        pytest.param("logged", "2015-02-28T24:00:00", DATE_TIME, id="the 24th hour"),
        pytest.param("logged", "2015-02-28T23:59:60", DATE_TIME, id="a leap second"),
        pytest.param("logged", "2015-02-28T9:30:00T", DATE_TIME, id="an hour of one digit"),
        pytest.param("logged", "2015-02-28T09:30:00+15:00", DATE_TIME, id="a time zone that does not exist"),
        pytest.param("length", "1,200", DECIMAL, id="a separator of thousands"),
        pytest.param("length", "1 200", DECIMAL, id="a space of thousands"),
        pytest.param("length", "10_000", DECIMAL, id="an underscore"),
        pytest.param("length", "1.1E0", DECIMAL, id="an exponent"),
        pytest.param("length", "3.5 m", DECIMAL, id="a unit"),
        pytest.param("length", ".", DECIMAL, id="no digit"),
        pytest.param("length", "12%", DECIMAL, id="a percentage"),
        pytest.param("length", "1" * 21, DECIMAL, id="more digits than the store holds"),
        pytest.param("length", "0." + "1" * 19, DECIMAL, id="more decimals than the store holds"),
        pytest.param("built", "15", YEAR, id="a year of two digits"),
        pytest.param("built", "2015-16", YEAR, id="two years"),
        pytest.param("built", "0000", YEAR, id="year zero"),
        pytest.param("since", "2015-13", YEAR_MONTH, id="a thirteenth month"),
        pytest.param("since", "2015-1", YEAR_MONTH, id="a month of one digit"),
        pytest.param("masts", "1,200", INTEGER, id="a whole number with a separator"),
        pytest.param("masts", "2.0", INTEGER, id="a whole number with a point"),
        pytest.param("masts", "two", INTEGER, id="a word"),
        pytest.param("masts", "9223372036854775808", INTEGER, id="one more than the store can count"),
        pytest.param("masts", "1" * 5000, INTEGER, id="so many digits that Python would refuse"),
    ],
)
def test_what_does_not_fit_its_datatype(key: str, text: str, expected: str) -> None:
    shown = text if len(text) <= 60 else text[:59] + "…"
    assert problems(f"id: a\n{key}: {text}\n") == [f'2:{len(key) + 3}: error: {key}: "{shown}" {expected}']


BELOW = "is not a legal IRI; one below https://example.org/id/ is names with / between them"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "id: a\nnoet: x\n", ['2:1: error: unknown key "noet"; did you mean "note"?'], id="near a key"
        ),
        pytest.param("id: a\nzzz: x\n", ['2:1: error: unknown key "zzz"'], id="near no key"),
        pytest.param(
            "id: a\ntpye: x\n", ['2:1: error: unknown key "tpye"; did you mean "type"?'], id="near type"
        ),
        pytest.param(
            "id: a\n'@type': x\n", ['2:1: error: unknown key "@type"; did you mean "type"?'], id="@type"
        ),
        pytest.param("id: a\n<<: {b: c}\n", ['2:1: error: unknown key "<<"'], id="a merge key"),
        pytest.param(
            "id: a\nBoat: x\n", ['2:1: error: "Boat" is a class; write it after "type"'], id="a class"
        ),
        pytest.param(
            "id: a\ntype: Baot\n",
            ['2:7: error: type: "Baot" is not a class of the context; did you mean "Boat"?'],
            id="a class misspelt",
        ),
        pytest.param(
            "id: a\ntype: note\n",
            ['2:7: error: type: "note" is not a class of the context'],
            id="a property as a class",
        ),
        pytest.param(
            "id: a\ntype: https://example.org/terms#Boat\n",
            ['2:7: error: type: "https://example.org/terms#Boat" is not a class of the context'],
            id="a class as an IRI",
        ),
        pytest.param(
            "id: a\ntype: {id: Boat}\n", ['2:7: error: "type" takes a text, not a map'], id="a class as a map"
        ),
        pytest.param(
            "id: a\nnote:\n", ['2:6: error: "note" has no value; write one, or leave it out'], id="empty"
        ),
        pytest.param(
            "id: a\nnote: ~\n", ['2:7: error: "note" has no value; write one, or leave it out'], id="~"
        ),
        pytest.param(
            "id: a\nnote: null\n", ['2:7: error: "note" has no value; write one, or leave it out'], id="null"
        ),
        pytest.param(
            "id: a\nnote: ''\n",
            ['2:7: error: "note" has no value; write one, or leave it out'],
            id="an empty text",
        ),
        pytest.param(
            "id: a\nmasts: null\n",
            ['2:8: error: "masts" has no value; write one, or leave it out'],
            id="null under a number",
        ),
        pytest.param(
            "id: a\nnote: [x, null]\n",
            ['2:11: error: "note" has no value; write one, or leave it out'],
            id="null in a list",
        ),
        pytest.param(
            "id: a\nnote: []\n",
            ['2:7: error: "note" has an empty list; give it a value, or leave it out'],
            id="an empty list",
        ),
        pytest.param(
            "id: a\nnote: [[x]]\n",
            ['2:8: error: "note" has a list in a list; write one list'],
            id="a list in a list",
        ),
        pytest.param(
            "id: a\nnote: {id: b}\n", ['2:7: error: "note" takes a text, not a map'], id="a map for a text"
        ),
        pytest.param(
            "note: x\n",
            ['1:1: error: no "id" here; every record has one, and every part of it its own'],
            id="a record without an id",
        ),
        pytest.param(
            "id: a\nowner:\n  note: x\n",
            ['3:3: error: no "id" here; every record has one, and every part of it its own'],
            id="a part without an id",
        ),
        pytest.param("id:\nnote: x\n", ['1:4: error: "id" has no value; write one'], id="an empty id"),
        pytest.param("id: [a]\n", ['1:5: error: "id" takes one text'], id="a list of ids"),
        pytest.param(
            "id: boat/South Teal\n", [f'1:5: error: id: "boat/South Teal" {BELOW}'], id="an id with a space"
        ),
        pytest.param(
            "id: a\nowner: exx:b\n",
            ['2:8: error: owner: unknown prefix "exx"; did you mean "ex"?'],
            id="a prefix",
        ),
        pytest.param(
            "id: a\nowner: ../b\n", [f'2:8: error: owner: "../b" {BELOW}'], id="an illegal reference"
        ),
        pytest.param(
            "id: a\nowner:\n- {id: b}\n- {id: b}\n- {id: a}\n",
            [
                '4:8: error: "b" is the id on line 3 too; give each its own',
                '5:8: error: "a" is the id on line 1 too; give each its own',
            ],
            id="one id for several parts",
        ),
        pytest.param(
            "noet: x\nmasts: two\nowner: {name: [], id: b c}\n",
            [
                '1:1: error: no "id" here; every record has one, and every part of it its own',
                '1:1: error: unknown key "noet"; did you mean "note"?',
                f'2:8: error: masts: "two" {INTEGER}',
                f'3:23: error: id: "b c" {BELOW}',
                '3:15: error: "name" has an empty list; give it a value, or leave it out',
            ],
            id="everything at once",
        ),
    ],
)
def test_what_does_not_fit(content: str, expected: list[str]) -> None:
    assert problems(content) == expected


def test_what_fits_is_kept_beside_what_does_not() -> None:
    record = mapped("id: a\nnote: x\nmasts: two\nowner: {note: y}\nsailors: [{note: z, sign: w}, p]\n")
    assert [problem.position.line for problem in record.problems] == [3, 4, 5]
    assert lines(record.statements) == [
        '<https://example.org/id/a> <https://example.org/terms#note> "x" .\n',
        "<https://example.org/id/p> <https://example.org/terms#sailsOn> <https://example.org/id/a> .\n",
    ]


def test_lines_are_sorted_and_none_is_there_twice() -> None:
    statements = mapped("id: b\nnote: [y, x, y]\n").statements
    start = "<https://example.org/id/b> <https://example.org/terms#note>"
    assert lines(statements) == [f'{start} "x" .\n', f'{start} "y" .\n']
    assert lines(statements, "https://example.org/g") == [
        f'{start} "x" <https://example.org/g> .\n',
        f'{start} "y" <https://example.org/g> .\n',
    ]


visible = st.characters(
    exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff"
) | st.sampled_from("\n\t")


@given(st.text(visible, min_size=1), st.text(visible, min_size=1))
def test_texts_come_back_from_the_store_unchanged(first: str, second: str) -> None:
    def literal(text: str) -> str:
        return '"' + "".join(f"\\U{ord(character):08X}" for character in text) + '"'

    record = mapped(f"id: a\nnote: {literal(first)}\nname: [{literal(second)}]\n")
    assert record.problems == []
    written = lines(record.statements, "https://example.org/g")
    assert stored(written) == written
    store = Store()
    store.load("".join(written).encode(), RdfFormat.N_QUADS)
    assert {quad.object.value for quad in store} == {first, second}
