"""What programs in Python get: which release, which values, and the same rows as from the server."""

import csv
import doctest
import io
import pickle
import pkgutil
import re
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, Graph, URIRef

import pilotgraph
from conftest import run
from pilotgraph.build import build
from pilotgraph.edition import published_questions
from pilotgraph.errors import MalformedQuery, QueryError, QueryRefused, ReleaseError
from pilotgraph.lexical import XSD, split
from pilotgraph.library import finding
from pilotgraph.library.opened import OpenRelease
from pilotgraph.library.tables import Row, rows
from pilotgraph.library.values import Cell, to_python, to_text
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.settings import Settings
from test_competency import FILES, Expected
from web import LIGHTS, serving


@pytest.fixture(autouse=True)
def _named(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed here, the release is that of the lighthouses, and there is no pandas."""
    monkeypatch.setenv("PILOTGRAPH_RELEASE", str(release.path))
    monkeypatch.setitem(sys.modules, "pandas", None)


@pytest.fixture(scope="module")
def lights(release: Release) -> OpenRelease:
    return OpenRelease(release)


# The package


def test_importing_it_loads_no_library() -> None:
    script = "import sys, pilotgraph; print(sorted(sys.modules.keys() & set(sys.argv[1:])))"
    heavy = ["click", "flask", "pandas", "pyoxigraph", "pyshacl", "rdflib", "yaml"]
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_no_function_has_the_name_of_a_module() -> None:
    # The module would take its place as soon as it is imported.
    modules = {each.name for each in pkgutil.iter_modules(pilotgraph.__path__)}
    assert modules & set(pilotgraph.__all__) == set()


def test_what_its_texts_show_is_true() -> None:
    found = doctest.testmod(pilotgraph, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)
    assert found.attempted > 10
    assert found.failed == 0


def test_its_functions_ask_the_release_that_is_named(release: Release) -> None:
    assert pilotgraph.open_release().release == release
    assert len(pilotgraph.graph()) == release.read("data.nt").count(b"\n")
    assert pilotgraph.rows("highest-lights") == pilotgraph.open_release().rows("highest-lights")
    assert [row.name for row in pilotgraph.open_release(release.path.parent).questions()] == [
        "highest-lights",
        "lamps-that-failed",
        "lights-by-colour",
    ]


def test_a_release_is_read_once() -> None:
    assert pilotgraph.open_release() is pilotgraph.open_release()


def test_one_that_is_replaced_is_read_anew(release: Release, tmp_path: Path) -> None:
    files = {name: release.read(name) for name in release.files if name not in (MANIFEST, CHECKSUMS)}
    first = write(tmp_path, "0.3.0", files)
    assert pilotgraph.open_release(tmp_path).release.name == first.name
    second = write(tmp_path, "0.4.0", files)
    assert pilotgraph.open_release(tmp_path).release.name == second.name


# Which release


def put(place: Path) -> Path:
    place.mkdir(parents=True)
    (place / "manifest.json").touch()
    return place


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Where a package may be, with a project around it that has built nothing."""
    package = tmp_path / "src/pilotgraph"
    package.mkdir(parents=True)
    (tmp_path / "ontology").mkdir()
    return package


def test_a_package_without_a_release(package: Path) -> None:
    assert finding.carried(package) is None


def test_a_package_in_a_project_has_what_was_built_there(package: Path, tmp_path: Path) -> None:
    put(tmp_path / "dist/current")
    assert finding.carried(package) == tmp_path / "dist"


def test_a_package_in_another_directory_has_not(package: Path, tmp_path: Path) -> None:
    put(tmp_path / "dist/current")
    (tmp_path / "ontology").rmdir()
    assert finding.carried(package) is None


def test_a_package_has_its_own_first(package: Path, tmp_path: Path) -> None:
    put(tmp_path / "dist/current")
    place = put(package / "packaged/1.0.0-12345678")
    (package / "packaged/1.0.0-12345678.search.sqlite3").touch()
    assert finding.carried(package) == place


@pytest.mark.parametrize("argument", ["here", None])
def test_what_is_named_outdoes_the_package(argument: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "carried", lambda: Path("carried"))
    monkeypatch.setenv("PILOTGRAPH_RELEASE", "named")
    assert finding.find_release(argument) == Path(argument or "named")
    monkeypatch.delenv("PILOTGRAPH_RELEASE")
    assert finding.find_release(argument) == Path(argument or "carried")


def test_there_is_no_release_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "carried", lambda: None)
    monkeypatch.delenv("PILOTGRAPH_RELEASE")
    with pytest.raises(ReleaseError) as caught:
        pilotgraph.graph()
    assert str(caught.value) == (
        "there is no release: run `pilotgraph build` in a project, or name one with PILOTGRAPH_RELEASE"
    )


@pytest.mark.parametrize("there", ["ontology", "dist/current"])
def test_a_command_means_the_project_where_it_is(
    there: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "carried", lambda: Path("carried"))
    monkeypatch.delenv("PILOTGRAPH_RELEASE")
    assert finding.meant(tmp_path) == Path("carried")
    put(tmp_path / there)
    assert finding.meant(tmp_path) is None
    monkeypatch.setenv("PILOTGRAPH_RELEASE", "named")
    assert finding.meant(tmp_path) == Path("named")


@pytest.mark.parametrize("arguments", [["query", "highest-lights"], ["get", "/queries/highest-lights.csv"]])
def test_a_command_says_which_release_it_took(arguments: list[str], release: Release, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, f"Using the release in {release.path}\n")
    assert done.stdout.splitlines()[0] == "lighthouse,label,height"


def test_the_release_is_no_setting() -> None:
    assert Settings.read(None, {"PILOTGRAPH_RELEASE": "dist"}, {}).origins == {}


# Values


@pytest.mark.parametrize(
    ("datatype", "text", "value"),
    [
        ("integer", "-12", -12),
        ("nonNegativeInteger", "5", 5),
        ("integer", "9" * 30, int("9" * 30)),
        ("decimal", "-0.031", Decimal("-0.031")),
        ("double", "1.5E-3", 0.0015),
        ("float", "-INF", float("-inf")),
        ("boolean", "true", True),
        ("boolean", "0", False),
        ("date", "2015-02-28", date(2015, 2, 28)),
        ("dateTime", "2015-02-28T09:30:00.5", datetime(2015, 2, 28, 9, 30, 0, 500_000)),
        ("dateTime", "2015-02-28T09:30:00Z", datetime(2015, 2, 28, 9, 30, tzinfo=UTC)),
        ("gYear", "2015", 2015),
        ("gYearMonth", "2015-02", "2015-02"),
        ("anyURI", "x:a", "x:a"),
        ("string", "15", "15"),
        # texts that are none of their datatype, or that Python has no value for
        ("integer", "1_000", "1_000"),
        ("integer", "٣", "٣"),
        ("decimal", "1e3", "1e3"),
        ("date", "2015-02-30", "2015-02-30"),
        ("date", "2015-W01-1", "2015-W01-1"),
        ("date", "2015-02-28Z", "2015-02-28Z"),
        ("date", "-0044-03-15", "-0044-03-15"),
        ("gYear", "-0044", "-0044"),
        ("boolean", "yes", "yes"),
        ("integer", "1" * 5000, "1" * 5000),
    ],
)
def test_a_literal_is_what_its_datatype_means(datatype: str, text: str, value: Cell) -> None:
    found = to_python({"type": "literal", "value": text, "datatype": XSD + datatype})
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ({"type": "uri", "value": "https://example.org/a"}, "https://example.org/a"),
        ({"type": "literal", "value": "5"}, "5"),
        ({"type": "literal", "value": "phare", "xml:lang": "fr"}, "phare"),
        ({"type": "bnode", "value": "b0"}, "_:b0"),
    ],
)
def test_other_terms_are_texts(term: dict[str, str], value: str) -> None:
    assert to_python(term) == value


class Scalar:
    """As NumPy's are: it knows its equivalent in Python."""

    def item(self) -> int:
        return 7


@pytest.mark.parametrize(
    ("value", "text"),
    [
        pytest.param("lt:redLight", "lt:redLight", id="a text"),
        pytest.param(URIRef("https://example.org/a"), "https://example.org/a", id="an IRI of rdflib"),
        pytest.param(True, "true", id="truth"),
        pytest.param(2015, "2015", id="a whole number"),
        pytest.param(Decimal("1E+2"), "100", id="a decimal is written without an exponent"),
        pytest.param(1e-7, "0.0000001", id="and so is a float"),
        pytest.param(date(2015, 2, 28), "2015-02-28", id="a date"),
        pytest.param(datetime(2015, 2, 28, 9), "2015-02-28T09:00:00", id="a date and time"),
        pytest.param(Scalar(), "7", id="a number of a data frame"),
    ],
)
def test_a_value_for_a_parameter_is_written_as_one_types_it(value: object, text: str) -> None:
    assert to_text("n", value) == text


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(10**5_000, id="whole"),
        pytest.param(-(10**5_000), id="less than nothing"),
        pytest.param(Decimal("1e-999999999"), id="small"),
    ],
)
def test_a_number_that_nobody_types_is_refused(value: object) -> None:
    with pytest.raises(QueryError, match='"n" has more than 1,000 digits'):
        to_text("n", value)


def test_what_has_no_text_is_refused() -> None:
    with pytest.raises(QueryError, match=r'^"n" cannot be a Fraction: give a text'):
        to_text("n", Fraction(10**5_000, 3))


class Several:
    """Several numbers, as NumPy and pandas have them."""

    def item(self) -> int:
        raise ValueError("can only convert an array of size 1 to a Python scalar")

    def __repr__(self) -> str:
        return "array([1, 2])"


def test_several_values_are_refused() -> None:
    with pytest.raises(QueryError, match=r'^"n" cannot be array\(\[1, 2\]\): give a text,'):
        to_text("n", Several())


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), ["a"], b"a"])
def test_other_values_are_refused(value: object) -> None:
    with pytest.raises(QueryError) as caught:
        to_text("n", value)
    assert str(caught.value) == (
        f'"n" cannot be {value!r}: give a text, an id or IRI, a number, True or False, or a date'
    )


# Rows


def test_a_row_is_a_tuple_with_names() -> None:
    (row,) = rows(["label", "n"], [["a", None]])
    label, n = row
    assert (label, n, row.label, row["label"], row[0], row[-1]) == ("a", None, "a", "a", "a", None)
    assert tuple(row) == ("a", None)
    assert row._asdict() == {"label": "a", "n": None}
    assert row._fields == ("label", "n")
    assert repr(row) == "Row(label='a', n=None)"


def test_a_column_may_have_any_name() -> None:
    names = ["count", "index", "class", "1st", "_x", "naïve"]
    (row,) = rows(names, [[0, 1, 2, 3, 4, 5]])
    assert [row[name] for name in names] == [*row]
    assert [getattr(row, name) for name in names if name != "_x"] == [0, 1, 2, 3, 5]


def test_a_row_survives_another_process() -> None:
    (row,) = rows(["label"], [["a"]])
    again = pickle.loads(pickle.dumps(row))
    assert (again, again.label) == (row, "a")


def test_a_name_that_is_none_is_told_with_those_there_are() -> None:
    (row,) = rows(["label", "n"], [["a", 1]])
    with pytest.raises(AttributeError, match=r"^no column is called 'lable'; there is label, n$"):
        _ = row.lable
    with pytest.raises(KeyError, match="no column is called 'lable'; there is label, n"):
        row["lable"]


# Queries


def test_a_published_question(lights: OpenRelease) -> None:
    assert lights.query("lights-by-colour", colour="lt:greenLight", least=10) == [
        ("South Teal", Decimal(58)),
    ]
    whole = URIRef(f"{LIGHTS}ontology#greenLight")
    assert lights.query("lights-by-colour", colour=whole) == lights.rows(
        "lights-by-colour", colour="lt:greenLight", least=Decimal("0.0")
    )


def test_a_query_of_ones_own(lights: OpenRelease) -> None:
    (row,) = lights.query("SELECT ?z ?a WHERE { VALUES (?a ?z) { (1 UNDEF) } }")
    assert isinstance(row, Row)
    assert row._asdict() == {"z": None, "a": 1}


@pytest.mark.parametrize(("text", "answer"), [("ASK {}", True), ("ASK { <x:a> ?p ?o }", False)])
def test_a_question_for_yes_or_no(text: str, answer: bool, lights: OpenRelease) -> None:
    assert lights.query(text) is answer


@pytest.mark.parametrize("text", ["CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o ; a ?c } LIMIT 9", "DESCRIBE {}"])
def test_a_graph_as_answer(text: str, lights: OpenRelease) -> None:
    thing = f"<{LIGHTS}id/lighthouse/kestrel-point>"
    found = lights.query(text.replace("{}", thing))
    assert isinstance(found, Graph)
    assert len(found) > 5
    assert dict(found.namespaces())["lt"] == URIRef(f"{LIGHTS}ontology#")


@pytest.mark.parametrize(
    ("error", "message", "query", "parameters"),
    [
        pytest.param(
            QueryError,
            'no question is called "lights-by-color"; did you mean lights-by-colour?',
            "lights-by-color",
            {},
            id="a question that is none",
        ),
        pytest.param(
            QueryError,
            'no question is called "xyz"; list_questions() has those there are',
            "xyz",
            {},
            id="nor like one",
        ),
        pytest.param(
            QueryError,
            'no parameter is called "hue"; there is "colour", "least"',
            "lights-by-colour",
            {"hue": "lt:redLight"},
            id="a parameter that is none",
        ),
        pytest.param(
            QueryError,
            'least: "high" is not a decimal number; write digits and a point only, as in 1200 or 3.5',
            "lights-by-colour",
            {"least": "high"},
            id="a value of another kind",
        ),
        pytest.param(
            QueryError,
            "tower: the release has no lighthouse/nort-teal; did you mean lighthouse/north-teal,"
            " lighthouse/south-teal, lighthouse/gannet-stack?",
            f"ASK {{\n VALUES ?tower {{ <{LIGHTS}id/lighthouse/south-teal> }} # parameter: a tower\n}}",
            {"tower": "lighthouse/nort-teal"},
            id="a thing that is none",
        ),
        pytest.param(
            QueryRefused,
            "No other endpoint is asked from here: SERVICE is not taken.",
            "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
            {},
            id="it asks someone else",
        ),
        pytest.param(
            QueryRefused,
            "Only queries are answered here: updates are not taken.",
            "DELETE WHERE { ?s ?p ?o }",
            {},
            id="it is an update",
        ),
        pytest.param(
            QueryError,
            "a triple as a value has no equivalent in Python; select its subject or object",
            "SELECT (TRIPLE(<x:a>, <x:b>, 1) AS ?t) {}",
            {},
            id="a triple is a value",
        ),
    ],
)
def test_what_has_no_answer(
    error: type[Exception], message: str, query: str, parameters: dict[str, Any], lights: OpenRelease
) -> None:
    with pytest.raises(error) as caught:
        lights.query(query, **parameters)
    assert str(caught.value) == message
    assert isinstance(caught.value, pilotgraph.PilotgraphError)


def test_what_does_not_parse(lights: OpenRelease) -> None:
    with pytest.raises(MalformedQuery, match=r"^line 1, column 16: "):
        lights.query("SELECT ?x WHERE")


def test_only_a_select_has_rows(lights: OpenRelease) -> None:
    with pytest.raises(QueryError, match=r"^only a SELECT has rows; ask others with query\(\)$"):
        lights.rows("ASK {}")


def test_nothing_is_fetched(lights: OpenRelease) -> None:
    assert lights.rows("SELECT ?s FROM <http://127.0.0.1:9/data.ttl> WHERE { ?s ?p ?o }") == []


def test_questions_with_their_defaults(lights: OpenRelease) -> None:
    assert [each._asdict() for each in lights.questions()][-1] == {
        "name": "lights-by-colour",
        "question": "Which lighthouses show a colour, and how high above the sea?",
        "parameters": "colour=lt:redLight, least=0.0",
    }


# Graphs


def triples(content: bytes, form: ox.RdfFormat) -> set[tuple[str, str, str]]:
    return {(str(q.subject), str(q.predicate), str(q.object)) for q in ox.parse(content, form)}


def test_a_graph_is_the_dump(lights: OpenRelease) -> None:
    graph = lights.graph()
    dump = triples(lights.release.read("data.nq"), ox.RdfFormat.N_QUADS)
    written = graph.serialize(format="nt", encoding="utf-8")
    assert triples(written, ox.RdfFormat.N_TRIPLES) == dump


def test_a_graph_belongs_to_whoever_asked_for_it(lights: OpenRelease) -> None:
    first = lights.graph()
    first.remove((None, None, None))
    first.bind("lt", "https://example.org/other#", override=True, replace=True)
    second = lights.graph()
    assert len(second) > 0
    assert dict(second.namespaces())["lt"] == URIRef(f"{LIGHTS}ontology#")


def test_the_parts_of_the_data_make_the_whole(lights: OpenRelease) -> None:
    parts = [lights.graph(name) for name in ("lights", "inspections", "registers", "others")]
    assert sum(map(len, parts)) == len(lights.graph())
    assert set(lights.graph(f"{LIGHTS}graph/lights")) == set(parts[0])


@pytest.mark.parametrize("name", ["ontology", f"{LIGHTS}ontology"])
def test_the_ontology(name: str, lights: OpenRelease) -> None:
    graph = lights.graph(name)
    assert (URIRef(f"{LIGHTS}ontology"), RDF.type, OWL.Ontology) in graph
    assert len(graph) == len(Graph().parse(data=lights.release.read("ontology.ttl"), format="turtle"))


def test_the_questions_are_a_graph_too(lights: OpenRelease) -> None:
    sh = URIRef("http://www.w3.org/ns/shacl#select")
    assert len(set(lights.graph("questions").subjects(sh))) == 3


def test_graphs_may_end_alike(lighthouses: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(lighthouses, tmp_path / "project"))
    path, text = project / "data/dataset.yaml", (lighthouses / "data/dataset.yaml").read_text()
    names = {"lights": "a/x", "inspections": "b/x", "others": "data", "about": "description"}
    for old, new in names.items():
        text = text.replace(f"{LIGHTS}graph/{old}\n", f"{LIGHTS}graph/{new}\n")
    path.write_text(text)
    opened = OpenRelease(build(project, tmp_path / "dist"))

    def held(name: str) -> set[tuple[str, str, str]]:
        return triples(opened.graph(name).serialize(format="nt", encoding="utf-8"), ox.RdfFormat.N_TRIPLES)

    quads = list(ox.parse(opened.release.read("data.nq"), ox.RdfFormat.N_QUADS))
    quads += ox.parse(opened.release.read("description.nq"), ox.RdfFormat.N_QUADS)
    for name in names.values():
        iri = f"{LIGHTS}graph/{name}"
        said = {
            (str(q.subject), str(q.predicate), str(q.object))
            for q in quads
            if str(q.graph_name) == f"<{iri}>"
        }
        assert held(iri) == said != set()
    assert held("data") > held(f"{LIGHTS}graph/data")
    assert held("description") == triples(opened.release.read("description.ttl"), ox.RdfFormat.TURTLE)
    with pytest.raises(QueryError) as caught:
        opened.graph("x")
    wanted = f'"x" may be {LIGHTS}graph/a/x or {LIGHTS}graph/b/x: give the whole IRI of one'
    assert str(caught.value) == wanted


def test_a_graph_that_there_is_not(lights: OpenRelease) -> None:
    with pytest.raises(ReleaseError) as caught:
        lights.graph("lamps")
    said, _, known = str(caught.value).partition("; it has ")
    assert said == 'the release has no graph "lamps"'
    assert {"data", "inspections", "lights", "ontology", "shapes", "description"} <= set(known.split(", "))


# The same rows as the server


def shown(value: Cell, cell: str) -> bool:
    """Whether a value of Python is what a cell of CSV says."""
    match value:
        case None:
            return cell == ""
        case bool():
            return cell == str(value).lower()
        case int() | Decimal():
            return Decimal(cell) == value
        case float():
            return float(cell) == value
        case date():
            return cell == value.isoformat()
    return cell == value


def typed(text: str, default: ox.NamedNode | ox.Literal) -> object:
    """The value of a file's name as a program would give it."""
    if isinstance(default, ox.NamedNode):
        return text if re.search("[/:]", text) else split(default.value)[0] + text
    return int(text) if text.isdigit() else text


def test_every_question_has_the_rows_of_the_server(real_release: Release) -> None:
    opened = OpenRelease(real_release)
    client = serving(real_release).test_client()
    published = published_questions(real_release)
    defaults = {each.name: {p.name: p.default for p in each.parameters} for each in published}
    asked, wrong = set(), []
    for expected in map(Expected.read, FILES):
        name = expected.question
        values = {key: typed(text, defaults[name][key]) for key, text in expected.values.items()}
        answer = client.get(f"/queries/{name}.csv", query_string=values)
        header, *lines = csv.reader(io.StringIO(answer.text))
        found = opened.rows(name, **values)
        same = len(found) == len(lines) and all(
            list(row._fields) == header and all(map(shown, row, line))
            for row, line in zip(found, lines, strict=True)
        )
        asked.add(name)
        wrong += [] if same else [f"{name} {values}"]
    assert wrong == []
    assert asked == {Path(path).stem for path in real_release.files if path.startswith("queries/")}
    assert len(asked) > 100


# RDF 1.2

_TRIPLE = "<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>>"


def test_a_graph_of_triples_that_hold_triples_is_no_answer(lights: OpenRelease) -> None:
    with pytest.raises(QueryError, match="rdflib has none; ask with SELECT"):
        lights.query(f"CONSTRUCT {{ {_TRIPLE} }} {{}}")


@pytest.mark.parametrize("name", ["data", "ontology"])
def test_a_release_with_triples_that_hold_triples_has_no_such_graph(
    release: Release, tmp_path: Path, name: str
) -> None:
    files = {path: release.read(path) for path in release.files if path not in (MANIFEST, CHECKSUMS)}
    files["data.nq"] += f"{_TRIPLE} <https://example.org/lights/graph/lights> .\n".encode()
    files["ontology.ttl"] += f"\n{_TRIPLE} .\n".encode()
    opened = OpenRelease(write(tmp_path, "0.3.0", files))
    with pytest.raises(ReleaseError, match=f'the graph "{name}" holds a triple as a value'):
        opened.graph(name)
    assert opened.rows("SELECT DISTINCT ?s { ?s <urn:b> ?o }") == [("urn:a",)]
