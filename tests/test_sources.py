"""Files are read as their kind, each with its place; what cannot be read is told, and nothing hangs."""

import os
import shutil
from pathlib import Path

import pytest

from pilotgraph.errors import Position, Severity
from pilotgraph.project import Project
from pilotgraph.sources import TurtleFile, shown


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, outside the current directory."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        pytest.param(".", "data/x.yaml", id="from the root: as it stands there"),
        pytest.param("..", "lights/data/x.yaml", id="from above: the way down to it"),
        pytest.param("data", "x.yaml", id="from the folder: its name"),
        pytest.param("shapes", "data/x.yaml", id="from elsewhere: as from the root"),
    ],
)
def test_a_path_is_shown_as_it_would_be_typed(
    start: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "lights"
    for folder in ("data", "shapes"):
        (root / folder).mkdir(parents=True)
    monkeypatch.chdir(root / start)
    assert shown(root / "data/x.yaml", root) == expected
    assert shown(tmp_path / "elsewhere.yaml", root / "data").endswith("elsewhere.yaml")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("notes.md", [], id="what people read is left alone"),
        pytest.param("iris.txt", [], id="and so are lists"),
        pytest.param(".hidden/x.yaml", [], id="and what is hidden"),
        pytest.param("queries/README", [], id="and what stands with the queries"),
        pytest.param("queries/.a.rq.swp", [], id="and what an editor leaves there"),
        pytest.param(
            "queries/x.sparql",
            [
                (
                    Severity.WARNING,
                    "this file is not read: those of data/queries end in .rq, and have no folders",
                )
            ],
            id="a query by another suffix is not read",
        ),
        pytest.param(
            "views/heights.json",
            [
                (
                    Severity.WARNING,
                    "no picture uses this file: a spec has the name of its query, and names what it draws",
                )
            ],
            id="nor a file that no picture draws",
        ),
        pytest.param(
            "report/old/x.rq",
            [
                (
                    Severity.WARNING,
                    "this file is not read: those of data/report end in .rq, and have no folders",
                )
            ],
            id="nor one in a folder below",
        ),
        pytest.param(
            "links/my beacons.rq",
            [
                (
                    Severity.ERROR,
                    "name the file with letters, digits and . _ + - only: IRIs are made of it",
                )
            ],
            id="a query whose name cannot be part of an IRI",
        ),
        pytest.param(
            "keepers/x.yml",
            [(Severity.ERROR, 'records end in .yaml; name the file "x.yaml"')],
            id="a record by another suffix is an error",
        ),
        pytest.param(
            "keepers/x.csv",
            [
                (
                    Severity.WARNING,
                    "this file is not read: records end in .yaml, and queries stand in data/queries",
                )
            ],
            id="of anything else there is a warning",
        ),
    ],
)
def test_a_file_that_is_no_record(root: Path, name: str, expected: list[tuple[Severity, str]]) -> None:
    path = root / "data" / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("x")
    project = Project.read(root)
    assert [(problem.severity, problem.message) for problem in project.problems] == expected
    assert all(problem.position == Position(f"data/{name}", 1, 1) for problem in project.problems)
    assert len(project.records) == 12


def test_two_sections_of_the_report_have_two_names(root: Path) -> None:
    shutil.copy(root / "data/report/10-things.rq", root / "data/report/40-things.rq")
    assert list(map(str, Project.read(root).problems)) == [
        'data/report/40-things.rq:1:1: error: data/report/10-things.rq is called "things" too;'
        " numbers do not count"
    ]


def test_a_pipe_is_not_waited_for(root: Path) -> None:
    os.mkfifo(root / "data/keepers/pipe.yaml")
    project = Project.read(root)
    assert list(map(str, project.problems)) == ["data/keepers/pipe.yaml:1:1: error: this is not a file"]
    assert project.unreadable == {"data/keepers/pipe.yaml"}


@pytest.mark.parametrize(
    ("iri", "line", "column"),
    [
        pytest.param("x:#a", 4, 1, id="a term is where a line begins with it"),
        pytest.param("x:#b", 3, 21, id="or else where it is named first"),
        pytest.param("x:#ab", 5, 1, id="and not where a longer name begins in the same way"),
        pytest.param("y:/c", 6, 1, id="by its whole IRI too"),
    ],
)
def test_the_place_of_a_term(iri: str, line: int, column: int) -> None:
    text = "@prefix : <x:#> .\n\n:z :p :ab-c, :a.b , :b .\n:a :p :z .\n:ab :p :z .\n<y:/c> :p :z .\n"
    assert TurtleFile("x.ttl", text.encode(), []).place(iri) == Position("x.ttl", line, column)
    assert TurtleFile("x.ttl", text.encode(), []).place("x:#none") is None
