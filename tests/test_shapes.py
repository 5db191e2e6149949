"""Every rule has a record that breaks it, and the report names the line of the slip.

A wrong record stands in its project's folder of them, and its first line says what is expected:
`# expect: <line> <local name of the shape>`.  All of a project's wrong records are added to
it at once, since their ids differ, and it is validated once.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rdflib import SH, URIRef

from conftest import REPOSITORY
from pilotgraph import document
from pilotgraph.formats import to_graph
from pilotgraph.lexical import split
from pilotgraph.mapping import map_record
from pilotgraph.project import Project, Record
from pilotgraph.validation import validate

WRONG = {
    REPOSITORY / "tests/projects/lighthouses": "wrong",
    REPOSITORY: "tests/shapes",
}
FILES = [(root, path) for root, folder in WRONG.items() for path in sorted((root / folder).rglob("*.yaml"))]
EXPECTED = re.compile(r"# expect: (\d+) (\S+)\n")


@dataclass(frozen=True)
class Broken:
    """A project with all of its wrong records: its named property shapes, and which rule is broken where."""

    property_shapes: set[str]
    hits: set[tuple[str, int, str]]


@pytest.fixture(scope="module")
def broken() -> dict[Path, Broken]:
    return {root: add_wrong_records(Project.read(root)) for root in WRONG}


def add_wrong_records(project: Project) -> Broken:
    records = []
    for root, path in FILES:
        if root == project.root:
            content = document.read(path.read_bytes(), str(path))
            records.append(Record(str(path), content, map_record(content, project.context)))
    ids = [iri for record in records for iri in record.mapped.subjects]
    assert len(ids) == len(set(ids)), "two wrong records share an id, so that one would hide the other"
    assert project.subjects.keys().isdisjoint(ids)
    report = validate(replace(project, records=[*project.records, *records]))
    shapes = to_graph(quad for file in project.shapes for quad in file.quads)
    return Broken(
        {split(shape)[1] for shape in shapes.subjects(SH.path) if isinstance(shape, URIRef)},
        {
            (problem.position.path, problem.position.line, split(problem.rule)[1])
            for problem in report.problems
        },
    )


@pytest.mark.parametrize(
    ("root", "path"), [pytest.param(*file, id=f"{file[1].parent.name}: {file[1].stem}") for file in FILES]
)
def test_a_wrong_record_breaks_the_rule_at_the_line(
    root: Path, path: Path, broken: dict[Path, Broken]
) -> None:
    expected = EXPECTED.match(path.read_text())
    assert expected, "the first line is not `# expect: <line> <shape>`"
    found = {(line, name) for where, line, name in broken[root].hits if where == str(path)}
    assert (int(expected[1]), expected[2]) in found


@pytest.mark.parametrize("root", WRONG, ids=lambda root: root.name)
def test_every_named_property_shape_is_broken_by_a_wrong_record(
    root: Path, broken: dict[Path, Broken]
) -> None:
    shapes = broken[root].property_shapes
    expected = {
        match[2] for of_root, path in FILES if of_root == root if (match := EXPECTED.match(path.read_text()))
    }
    assert len(shapes) >= 10
    assert len(expected) >= 10
    assert shapes - expected == set()
