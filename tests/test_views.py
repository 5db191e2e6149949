"""A view is a query with a head and a spec; what is wrong with either is told, with its place."""

import json

import pytest

from pilotgraph.errors import Problem
from pilotgraph.views import SCHEMA, Row, View, fill, published_name, read_view

HEAD = """# title: Heights
# about: How high each lamp is, of {rows}.
# alt: {rows} bars, up to {height:max} m.
# terms: lt:focalHeight
"""
QUERY = HEAD + 'SELECT ?name ?height WHERE { VALUES (?name ?height) { ("a" 1) ("b" 2.5) } }\n'
FILES = {"sea.csv": b"level\n5\n", "land.geojson": b'{"features": []}', "bad.json": b"{"}


def spec(**more: object) -> dict[str, object]:
    x = {"field": "height", "type": "quantitative"}
    return {"$schema": SCHEMA, "data": {"name": "rows"}, "mark": "bar", "encoding": {"x": x}} | more


def read(query: str = QUERY, drawing: object = None, name: str = "heights") -> View | Problem:
    text = drawing if isinstance(drawing, str) else json.dumps(drawing or spec(), indent=1)
    return read_view(query, "v.rq", name, (text, "v.vl.json"), FILES)


def layered(data: object) -> dict[str, object]:
    return spec(layer=[{"data": data, "mark": "rule"}])


def test_a_view_says_what_its_picture_shows() -> None:
    view = read()
    assert isinstance(view, View)
    assert (view.name, view.title, view.note) == ("heights", "Heights", "")
    assert view.about == "How high each lamp is, of {rows}."
    assert [(term, str(place)) for term, place in view.terms] == [("lt:focalHeight", "v.rq:4:10")]
    rows: list[Row] = [{"name": "a", "height": 1}]
    assert view.with_rows(rows) == spec() | {"datasets": {"rows": rows}}


@pytest.mark.parametrize(
    ("stem", "name"), [("10-heights", "heights"), ("heights", "heights"), ("2-3-a", "3-a")]
)
def test_a_number_only_sorts(stem: str, name: str) -> None:
    assert published_name(stem) == name


@pytest.mark.parametrize(
    ("url", "data"),
    [
        ("sea.csv", {"values": "level\n5\n", "format": {"type": "csv"}}),
        ("land.geojson", {"values": {"features": []}, "format": {"type": "json"}}),
    ],
)
def test_another_file_stands_in_the_place_of_its_name(url: str, data: object) -> None:
    view = read(drawing=layered({"url": url}))
    assert isinstance(view, View)
    assert view.spec == layered(data)
    assert view.files == {url}


def test_what_a_spec_says_of_a_format_is_kept() -> None:
    view = read(drawing=layered({"url": "land.geojson", "format": {"property": "features"}}))
    assert isinstance(view, View)
    held = {"values": {"features": []}, "format": {"type": "json", "property": "features"}}
    assert view.spec == layered(held)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (QUERY.replace("SELECT", "SELEKT"), "v.rq:5:10: error: this is not SPARQL from here on"),
        (HEAD + "ASK {}", "v.rq:1:1: error: a picture is drawn from a table; write SELECT"),
        (QUERY.replace("# alt: ", "# alternative: "), 'v.rq:3:1: error: "alternative" is none of title,'),
        (QUERY.replace("# title: Heights\n", ""), 'v.rq:1:1: error: no "# title: …" at the head;'),
        (
            QUERY.replace("{height:max}", "{depth}"),
            'v.rq:3:8: error: "{depth}": the query has no variable ?depth',
        ),
        (
            QUERY.replace("{height:max}", "{height:mean}"),
            'v.rq:3:8: error: "mean" is none of count, max, min',
        ),
        (QUERY.replace("of {rows}", "of {x=1}"), 'v.rq:2:10: error: "{x=1}": the query has no variable ?x;'),
    ],
)
def test_a_query_that_cannot_be_drawn(query: str, said: str) -> None:
    problem = read(query)
    assert isinstance(problem, Problem)
    assert str(problem).startswith(said)


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        pytest.param('{"mark":\n  bar}', "2:3: error: this is not JSON: Expecting value", id="no JSON"),
        pytest.param(
            '{"a": NaN}', "1:1: error: this is not JSON that can be read: NaN is no", id="no number"
        ),
        pytest.param("[" * 10**5, "1:1: error: this is not JSON that can be read", id="too deep"),
        pytest.param("[]", "1:1: error: a picture is a Vega-Lite spec; write", id="a list"),
        pytest.param(
            spec(**{"$schema": "https://vega.github.io/schema/vega/v6.json"}),
            "2:2: error: a picture is a Vega-Lite spec; write",
            id="Vega, which is another language",
        ),
        pytest.param(
            spec(data={"values": []}),
            '3:2: error: nothing draws what the query finds; write "data"',
            id="no rows",
        ),
        pytest.param(spec(datasets={"a": []}), "13:2: error: a spec holds no data;", id="data of its own"),
        pytest.param(
            spec(encoding={"x": {"field": "heigth"}}),
            "9:13: error: the query has no variable ?heigth; there is name, height",
            id="a field that there is not",
        ),
        *(
            pytest.param(
                layered({"url": url}), f"error: {json.dumps(url)} is no file beside this one", id=url
            )
            for url in (
                "https://example.org/a.json",
                "file:///etc/passwd",
                "../dataset.yaml",
                "missing.csv",
                "",
            )
        ),
        pytest.param(layered({"url": 5}), 'error: "5" is no file beside this one', id="a number"),
        pytest.param(layered({"url": "bad.json"}), "error: bad.json cannot be read:", id="a broken file"),
        pytest.param(
            spec(mark={"type": "image", "url": "https://example.org/a.png"}),
            'error: "https://example.org/a.png" is no file beside this one',
            id="an image",
        ),
        pytest.param(
            spec(encoding={"url": {"field": "name"}}), "is no file beside this one", id="images from the rows"
        ),
        pytest.param(
            spec(encoding={"href": {"field": "name"}}), "error: a picture has no links;", id="links"
        ),
    ],
)
def test_a_spec_that_cannot_be_drawn(drawing: object, said: str) -> None:
    problem = read(drawing=drawing)
    assert isinstance(problem, Problem)
    assert problem.position.path == "v.vl.json"
    assert said in str(problem)


@pytest.mark.parametrize("name", ["a.dark", "a b", "", "é"])
def test_a_name_that_cannot_be_part_of_an_address(name: str) -> None:
    problem = read(name=name)
    assert isinstance(problem, Problem)
    assert "name a view with letters" in problem.message


def test_a_field_that_a_spec_makes_is_none_of_the_query() -> None:
    made = {
        "transform": [{"calculate": "datum.height * 2", "as": "twice"}],
        "encoding": {"x": {"field": "twice"}},
    }
    assert isinstance(read(drawing=spec(**made)), View)


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{rows} rows", "3 rows"),
        ("{kind}", "light, buoy"),
        ("{kind:count} kinds", "2 kinds"),
        ("{height:min} to {height:max}", "\u22122.5 to 1,200"),
        ("{height:sum}", "1,197.5"),
        ("{kind=light} of {kind=mast}", "2 of 0"),
        ("{none}{none:max}{none:min}", ""),
        ("{ kept } {}", "{ kept } {}"),
    ],
)
def test_a_sentence_is_filled_from_the_rows(pattern: str, said: str) -> None:
    rows: list[Row] = [
        {"kind": "light", "height": 1200, "none": None},
        {"kind": "buoy", "height": -2.5, "none": None},
        {"kind": "light", "height": None, "none": None},
    ]
    assert fill(pattern, rows) == said.replace(", buoy", " and buoy")
