"""A directory is read as a whole: every file, in one order, with its place, and nothing is judged yet."""

import shutil
from pathlib import Path

import pytest
from rdflib import DCTERMS, URIRef

from pilotgraph.errors import Position
from pilotgraph.project import Project

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


def test_records_come_in_the_order_of_their_paths(root: Path) -> None:
    (root / "data/a").mkdir()
    for name in ("b", "a", "c"):
        (root / f"data/a/{name}.yaml").write_text(f"id: a/{name}\n")
    paths = [record.path for record in Project.read(root).records]
    assert paths == sorted(paths)
    assert paths[:3] == ["data/a/a.yaml", "data/a/b.yaml", "data/a/c.yaml"]


def test_what_the_dataset_says_is_read_as_text(root: Path) -> None:
    path = root / "data/dataset.yaml"
    path.write_text(path.read_text().replace("edition: 0.3.0", 'edition: "0 \\"3\\""'))
    project = Project.read(root)
    assert project.said(DCTERMS.license) == "https://creativecommons.org/licenses/by/4.0/"
    assert project.said(URIRef("http://www.w3.org/ns/dcat#version")) == '0 "3"'
    assert project.said(DCTERMS.creator) == ""


def test_the_place_of_a_thing_or_a_term(project: Project) -> None:
    assert str(project.place(TERMS + "Keeper")).endswith("ontology/lighthouses.ttl:29:1")
    assert str(project.place(BASE + "shapes#Keeper-label")).endswith("shapes/keeper.ttl:11:1")
    assert str(project.place(BASE + "id/keeper/ida-sandpiper")).endswith("ida-sandpiper.yaml:1:5")
    assert project.place(TERMS + "Nothing") is None
