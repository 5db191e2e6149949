"""The commands that ask a release: what `query` and `get` print where, and their exit codes."""

import json
import os
import re
import subprocess
from pathlib import Path

import click
import pytest

from conftest import COMMAND, run
from pilotgraph.cli import main
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.release import Release
from terminals import on_terminal

LIGHTS = "https://example.org/lights/"
COUNT = (
    "SELECT (COUNT(DISTINCT ?keeper) AS ?n) WHERE { ?keeper a <https://example.org/lights/ontology#Keeper> }"
)


# query


def test_query_knows_every_format() -> None:
    (choice,) = (option.type for option in main.commands["query"].params if option.name == "form")
    assert isinstance(choice, click.Choice)
    assert list(choice.choices) == [
        *(form.name.lower() for form in RESULT_FORMATS),
        *(form.name.lower() for form in RDF_FORMATS),
    ]


def query(
    release: Release, *arguments: str | Path, text: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "query", "--release", release.path, *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_query_from_standard_input(release: Release) -> None:
    done = query(release, "-", text=COUNT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "n\n4\n", "")


def test_query_from_a_file(release: Release, tmp_path: Path) -> None:
    (tmp_path / "count.rq").write_text(COUNT)
    done = query(release, tmp_path / "count.rq")
    assert (done.returncode, done.stdout, done.stderr) == (0, "n\n4\n", "")


def test_query_by_the_name_of_a_published_question(release: Release) -> None:
    done = query(release, "highest-lights")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "lighthouse,label,height"
    assert len(done.stdout.splitlines()) == 4


def test_query_with_values_for_parameters(release: Release) -> None:
    default = query(release, "lights-by-colour")
    assert default.stdout.splitlines() == [
        "name,height",
        "Kestrel Point,41.5",
        "Drowned Anvil,28",
        "New Mole Head,11",
    ]
    done = query(release, "lights-by-colour", "--set", "colour=lt:greenLight", "--set", "least=10")
    assert (done.returncode, done.stdout, done.stderr) == (0, "name,height\nSouth Teal,58\n", "")


def test_a_query_of_ones_own_has_parameters_too(release: Release, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text("SELECT ?n WHERE {\n VALUES ?n { 1 } # parameter: a number\n}")
    done = query(release, tmp_path / "q.rq", "--set", "n=2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "n\n2\n", "")


def test_query_lists_the_published_questions(release: Release) -> None:
    done = query(release, "--list")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "highest-lights",
        "  Which lighthouses have their lamp highest above the sea?",
        "lamps-that-failed",
        "  Which lamps failed their last inspection, and who tends them?",
        "lights-by-colour",
        "  Which lighthouses show a colour, and how high above the sea?",
        "  --set colour=lt:redLight  the colour",
        "  --set least=0.0  the least height that counts, in metres",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["lowest-lights"],
            "lowest-lights is neither a file nor a published question; did you mean highest-lights?",
            id="a question that is none",
        ),
        pytest.param(
            ["sandpiper"],
            "sandpiper is neither a file nor a published question; --list shows those",
            id="nor like one",
        ),
        pytest.param(
            ["lights-by-colour", "--set", "color=lt:redLight"],
            'no parameter is called "color"; did you mean "colour"?',
            id="a parameter that is none",
        ),
        pytest.param(
            ["lights-by-colour", "--set", "least=high"],
            'least: "high" is not a decimal number; write digits and a point only, as in 1200 or 3.5',
            id="a value of another kind",
        ),
        pytest.param(
            ["-", "--set", "tower=lighthouse/nort-teal"],
            "tower: the release has no lighthouse/nort-teal; did you mean lighthouse/north-teal,"
            " lighthouse/south-teal, lighthouse/gannet-stack?",
            id="a thing that is none",
        ),
    ],
)
def test_query_says_what_there_is_instead(release: Release, arguments: list[str], message: str) -> None:
    text = f"ASK {{\n VALUES ?tower {{ <{LIGHTS}id/lighthouse/south-teal> }} # parameter: a tower\n}}"
    done = query(release, *arguments, text=text)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "give a FILE, - or a NAME; --list shows the names", id="nothing to ask"),
        pytest.param(
            ["lights-by-colour", "--list"], "--list stands alone: it lists all questions", id="list one"
        ),
        pytest.param(
            ["lights-by-colour", "--set", "colour"],
            "Invalid value for --set: colour: write NAME=VALUE, for each name once",
            id="a name without a value",
        ),
        pytest.param(
            ["lights-by-colour", "--set", "least=1", "--set", "least=2"],
            "Invalid value for --set: least=2: write NAME=VALUE, for each name once",
            id="a name twice",
        ),
    ],
)
def test_query_is_called_wrongly(release: Release, arguments: list[str], message: str) -> None:
    done = query(release, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == f"Error: {message}"


@pytest.mark.parametrize("name", [form.name for form in RESULT_FORMATS])
def test_a_table_in_every_format(release: Release, name: str) -> None:
    done = query(release, "--format", name, "-", text=COUNT)
    assert done.returncode == 0
    start = {"JSON": '{"head":', "XML": "<?xml", "CSV": "n", "TSV": "?n"}[name]
    assert done.stdout.startswith(start)


@pytest.mark.parametrize("name", [form.name for form in RDF_FORMATS])
def test_a_graph_in_every_format(release: Release, name: str) -> None:
    done = query(release, "--format", name, "-", text="CONSTRUCT { <x:a> <x:b> 1 } WHERE {}")
    assert done.returncode == 0
    assert "x:a" in done.stdout


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        pytest.param("ASK {}", "true\n", id="a question for yes or no"),
        pytest.param("ASK { <x:a> <x:b> <x:c> }", "false\n", id="and for no"),
        pytest.param("CONSTRUCT { <x:a> <x:b> <x:c> } WHERE {}", "<x:a> <x:b> <x:c> .\n", id="a graph"),
    ],
)
def test_a_query_without_a_table(release: Release, text: str, answer: str) -> None:
    done = query(release, "-", text=text)
    assert (done.returncode, done.stdout, done.stderr) == (0, answer, "")


def test_a_table_on_a_terminal(release: Release, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(
        'SELECT ?a ?b WHERE { VALUES (?a ?b) { (<x:a> "[b]") (UNDEF ":smile:") } }'
    )
    code, seen = on_terminal("query", "--release", release.path, "q.rq", cwd=tmp_path)
    assert code == 0
    plain = re.sub("\x1b\\[[0-9;]*m", "", seen)
    rows = [re.split("[┃│]", line)[1:-1] for line in plain.splitlines() if line[:1] in "┃│"]
    assert [[cell.strip() for cell in row] for row in rows] == [["a", "b"], ["x:a", "[b]"], ["", ":smile:"]]


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        pytest.param(["--format", "turtle"], COUNT, "This answer can be sent as", id="a table is no graph"),
        pytest.param([], "SELECT", "line 1, column 7", id="it does not parse"),
        pytest.param([], "DROP ALL", "update", id="it is an update"),
        pytest.param([], "SELECT * { SERVICE <http://localhost/> {} }", "SERVICE", id="it asks someone else"),
    ],
)
def test_a_query_without_an_answer(release: Release, arguments: list[str], text: str, message: str) -> None:
    done = query(release, *arguments, "-", text=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_that_is_not_utf_8(release: Release, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"SELECT * { ?s ?p '\xff' }")
    done = query(release, tmp_path / "q.rq")
    assert (done.returncode, done.stderr) == (1, "Error: the query is not UTF-8, at byte 19\n")


def test_a_query_without_a_release(tmp_path: Path) -> None:
    done = run("query", "-", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        1,
        "Error: dist holds no release; `pilotgraph build` writes one\n",
    )


def test_a_reader_who_leaves_gets_no_traceback(release: Release) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [COMMAND, "query", "--release", release.path, "highest-lights"],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


# get


def test_get_prints_the_body_alone(release: Release) -> None:
    done = run("get", "--release", release.path, "--accept", "text/turtle", "/")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"<{LIGHTS}> a " in done.stdout


def test_get_shows_status_and_headers_when_asked(release: Release) -> None:
    path = "/id/keeper/ida-sandpiper"
    done = run("get", "--release", release.path, "-i", "--accept", "text/turtle", path)
    status, *headers = done.stdout.partition("\n\n")[0].splitlines()
    assert (done.returncode, status) == (0, "303 SEE OTHER")
    assert "Location: /doc/keeper/ida-sandpiper.ttl" in headers


def test_get_leaves_no_file_open(release: Release) -> None:
    done = subprocess.run(
        [COMMAND, "get", "--release", release.path, f"/releases/{release.version}/data.nq"],
        env=os.environ | {"PYTHONWARNINGS": "always::ResourceWarning"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, release.read("data.nq"), b"")


def test_get_fails_as_the_request_does(release: Release) -> None:
    done = run("get", "--release", release.path, "/id/keeper/nobody")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["status"] == 404


def test_get_wants_a_path(release: Release) -> None:
    done = run("get", "--release", release.path, "sparql")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == "Error: Invalid value for PATH: a path begins with /"
