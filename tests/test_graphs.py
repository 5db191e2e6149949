"""Graphs of a project: which there are, what stands in them, and that no triple stands in two."""

import shutil
from pathlib import Path

import pytest

from conftest import read
from pilotgraph.counts import Triple
from pilotgraph.graphs import NamedGraphs
from pilotgraph.links import derive
from pilotgraph.project import Project

LIGHTS = "https://example.org/lights/"
ABOUT, QUESTIONS = f"{LIGHTS}graph/about", f"{LIGHTS}graph/questions"


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the second project that a test may spoil, in the current directory."""
    copy = tmp_path / "lights"
    shutil.copytree(lighthouses, copy)
    monkeypatch.chdir(copy)
    return copy


def named(project: Project) -> NamedGraphs:
    return NamedGraphs(project, derive(project))


def edit(root: Path, old: str, new: str) -> None:
    path = root / "data/dataset.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_all_that_records_and_links_say_stands_in_one_graph(root: Path) -> None:
    project = read(root)
    graphs = named(project)
    said = {each[:3] for record in project.records for each in record.mapped.statements}
    said |= set(derive(project).triples)
    assert graphs.problems == []
    assert sorted(graphs.data) == [
        f"{LIGHTS}graph/{name}" for name in ("inspections", "lights", "others", "registers")
    ]
    assert sorted(triple for found in graphs.data.values() for triple in found) == sorted(said)


def test_the_description_and_the_questions_have_graphs_without_records(root: Path) -> None:
    graphs = named(read(root))
    assert (graphs.description, graphs.queries) == (ABOUT, QUESTIONS)


def test_a_record_of_a_dataset_does_not_stand_in_the_graph_that_describes_ours(root: Path) -> None:
    (root / "data/surveys").mkdir()
    (root / "data/surveys/soundings.yaml").write_text(
        "id: survey/soundings\ntype: Catalogued\nlabel: Soundings\n", encoding="utf-8"
    )
    graphs = named(read(root))
    found = [name for name, said in graphs.data.items() for each in said if "soundings" in each[0]]
    assert set(found) == {f"{LIGHTS}graph/others"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "holds: [http://www.w3.org/ns/dcat#Dataset]",
            "holds: lt:Keeper",
            "data/dataset.yaml:1:5: error: no graph holds <http://www.w3.org/ns/dcat#Dataset>; let one hold"
            " it, for the description of the dataset",
            id="the description has one",
        ),
        pytest.param(
            "holds: [http://www.w3.org/ns/dcat#Dataset]",
            "holds: [http://www.w3.org/ns/dcat#Dataset, lt:Keeper]",
            f"data/dataset.yaml:20:13: error: {ABOUT} holds other classes too; let a graph hold this one"
            " alone, for the description of the dataset",
            id="which holds nothing else",
        ),
        pytest.param(
            "holds: [http://www.w3.org/ns/shacl#SPARQLExecutable]",
            "holds: lt:Keeper",
            "data/dataset.yaml:1:5: error: no graph holds <http://www.w3.org/ns/shacl#SPARQLExecutable>; let"
            " one hold it, for the published questions",
            id="the questions have one",
        ),
        pytest.param(
            "holds: [http://www.w3.org/ns/shacl#SPARQLExecutable]",
            "holds: [http://www.w3.org/ns/shacl#SPARQLExecutable, lt:Keeper]",
            f"data/dataset.yaml:40:13: error: {QUESTIONS} holds other classes too; let a graph hold this one"
            " alone, for the published questions",
            id="which hold nothing else either",
        ),
        pytest.param(
            "- id: https://example.org/lights/graph/questions",
            "- id: https://example.org/lights/graph/others",
            f"data/dataset.yaml:40:13: error: {LIGHTS}graph/others holds other classes too; let a graph hold"
            " this one alone, for the published questions",
            id="and are not that of the rest",
        ),
    ],
)
def test_what_is_about_the_data_has_graphs_of_its_own(root: Path, old: str, new: str, message: str) -> None:
    edit(root, old, new)
    assert message in [str(problem) for problem in named(Project.read(root)).problems]


def test_one_graph_cannot_be_both(root: Path) -> None:
    edit(root, "holds: [http://www.w3.org/ns/shacl#SPARQLExecutable]", "holds: lt:Keeper")
    both = "http://www.w3.org/ns/dcat#Dataset, http://www.w3.org/ns/shacl#SPARQLExecutable"
    edit(root, "http://www.w3.org/ns/dcat#Dataset", both)
    assert [str(problem).partition(":")[2] for problem in named(Project.read(root)).problems] == [
        f"20:13: error: {ABOUT} holds other classes too; let a graph hold this one alone, for the description"
        " of the dataset"
    ]


def test_without_questions_there_need_be_no_graph_for_them(root: Path) -> None:
    edit(root, "holds: [http://www.w3.org/ns/shacl#SPARQLExecutable]", "holds: lt:Keeper")
    shutil.rmtree(root / "data/queries")
    graphs = named(read(root))
    assert (graphs.problems, graphs.queries) == ([], "")


def test_a_triple_in_two_graphs_is_found_where_its_subject_is_defined(root: Path) -> None:
    graphs = named(read(root))
    ida: Triple = (f"<{LIGHTS}id/keeper/ida-sandpiper>", "<x:p>", '"a"')
    other: Triple = ("<x:unknown>", "<x:p>", '"a"')
    found = graphs.overlaps({"x:one": [ida, other], "x:two": [], "x:three": {other, ida}})
    assert sorted(map(str, found)) == [
        f"data/dataset.yaml:1:5: error: x:one and x:three both say {' '.join(other)}; a triple stands in one"
        " graph",
        f"data/keepers/ida-sandpiper.yaml:1:5: error: x:one and x:three both say {' '.join(ida)}; a triple"
        " stands in one graph",
    ]
    assert list(graphs.overlaps(graphs.data)) == []
