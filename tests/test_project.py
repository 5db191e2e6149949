"""A directory is read as a whole: every file, in one order, with its place, and nothing is judged yet."""

import os
import shutil
from pathlib import Path

import pytest

from pilotgraph.errors import Position, Severity
from pilotgraph.project import Project, TurtleFile, shown, split

BASE = "https://example.org/lights/"
TERMS = BASE + "ontology#"


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, outside the current directory."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))


@pytest.fixture(scope="module")
def project(lighthouses: Path) -> Project:
    return Project.read(lighthouses)


def test_everything_below_the_root_is_read(project: Project) -> None:
    assert (len(project.records), len(project.questions)) == (12, 3)
    assert (len(project.ontology), len(project.imports), len(project.shapes)) == (2, 7, 4)
    assert (project.problems, project.unreadable) == ([], frozenset())


def test_the_dataset_says_what_the_namespaces_are(project: Project) -> None:
    assert project.iri == BASE
    assert project.base == project.context.base == BASE + "id/"
    assert project.vocabulary == TERMS


def test_a_record_knows_what_it_is_about(project: Project) -> None:
    record = next(each for each in project.records if each.path.endswith("drowned-anvil.yaml"))
    assert record.iri == BASE + "id/lighthouse/drowned-anvil"
    assert record.types == [TERMS + "TidalLighthouse"]
    assert project.subjects[record.iri] == Position(record.path, 1, 5)
    assert project.subjects[BASE + "id/inspection/drowned-anvil-2025"] == Position(record.path, 13, 7)


def test_a_part_does_not_lend_its_id_to_the_record(root: Path) -> None:
    path = root / "data/lighthouses/kestrel-point.yaml"
    path.write_text(path.read_text().replace("id: lighthouse/kestrel-point\n", ""))
    record = next(each for each in Project.read(root).records if each.path.endswith("kestrel-point.yaml"))
    assert record.iri is None
    assert BASE + "id/inspection/kestrel-point-2024" in record.mapped.subjects


def test_a_question_has_a_name_and_says_what_it_asks(project: Project) -> None:
    assert [(each.name, each.question) for each in project.questions] == [
        ("highest-lights", "Which lighthouses have their lamp highest above the sea?"),
        ("lamps-that-failed", "Which lamps failed their last inspection, and who tends them?"),
        ("lights-by-colour", "Which lighthouses show a colour, and how high above the sea?"),
    ]


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


def test_records_come_in_the_order_of_their_paths(root: Path) -> None:
    (root / "data/a").mkdir()
    for name in ("b", "a", "c"):
        (root / f"data/a/{name}.yaml").write_text(f"id: a/{name}\n")
    paths = [record.path for record in Project.read(root).records]
    assert paths == sorted(paths)
    assert paths[:3] == ["data/a/a.yaml", "data/a/b.yaml", "data/a/c.yaml"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("notes.md", [], id="what people read is left alone"),
        pytest.param("iris.txt", [], id="and so are lists"),
        pytest.param(".hidden/x.yaml", [], id="and what is hidden"),
        pytest.param("views/heights.json", [], id="and charts"),
        pytest.param("queries/README", [], id="and what stands with the queries"),
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
    path.parent.mkdir(exist_ok=True)
    path.write_text("x")
    project = Project.read(root)
    assert [(problem.severity, problem.message) for problem in project.problems] == expected
    assert all(problem.position == Position(f"data/{name}", 1, 1) for problem in project.problems)
    assert len(project.records) == 12


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


def test_the_place_of_a_thing_or_a_term(project: Project) -> None:
    assert str(project.place(TERMS + "Keeper")).endswith("ontology/lighthouses.ttl:29:1")
    assert str(project.place(BASE + "shapes#Keeper-label")).endswith("shapes/keeper.ttl:11:1")
    assert str(project.place(BASE + "id/keeper/ida-sandpiper")).endswith("ida-sandpiper.yaml:1:5")
    assert project.place(TERMS + "Nothing") is None


@pytest.mark.parametrize(
    ("iri", "parts"),
    [
        ("https://example.org/id/a/b", ("https://example.org/id/a/", "b")),
        ("https://example.org/x#b", ("https://example.org/x#", "b")),
        ("urn:x", ("", "urn:x")),
    ],
)
def test_an_iri_is_split_after_its_last_slash_or_hash(iri: str, parts: tuple[str, str]) -> None:
    assert split(iri) == parts
