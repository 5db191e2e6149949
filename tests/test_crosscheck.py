"""What SHACL cannot see is found between the files: ids, names, classes, and references that lead nowhere."""

import shutil
import unicodedata
from pathlib import Path

import pytest

from pilotgraph.crosscheck import check, doubtful, is_missing, written
from pilotgraph.errors import Position
from pilotgraph.project import Project

BASE = "https://example.org/lights/id/"
TERMS = "https://example.org/lights/ontology#"
KEEPER = "data/keepers/ida-sandpiper.yaml"
TOWER = "data/lighthouses/kestrel-point.yaml"


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, outside the current directory."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def checked(root: Path) -> list[str]:
    return list(map(str, check(Project.read(root))))


def test_the_lighthouses_have_no_fault(root: Path) -> None:
    assert checked(root) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "problems"),
    [
        pytest.param(
            KEEPER,
            "id: keeper/ida-sandpiper",
            "id: keeper/ida",
            [
                f'{KEEPER}:1:5: error: the id ends in "ida", and the file\'s name is "ida-sandpiper";'
                " make them equal"
            ],
            id="an id that is not the file's name, to which references are not blamed",
        ),
        pytest.param(
            TOWER,
            "id: inspection/kestrel-point-2024",
            "id: lighthouse/north-teal",
            [
                'data/lighthouses/north-teal.yaml:1:5: error: the id "lighthouse/north-teal" is taken,'
                f" at {TOWER}:19; give each its own"
            ],
            id="the id of a part that another record has",
        ),
        pytest.param(
            TOWER,
            "    type: Inspection\n    label: inspection of Kestrel Point in 2025\n",
            "    label: inspection of Kestrel Point in 2025\n",
            [f'{TOWER}:26:9: error: no "type" here; write the class that this is of'],
            id="a part without a class",
        ),
        pytest.param(KEEPER, "type: Keeper", "tpye: Keeper", [], id="a misspelt key is not told twice"),
        pytest.param(KEEPER, "type: Keeper", "type: Keper", [], id="nor a misspelt class"),
        pytest.param(
            KEEPER,
            "type: Keeper",
            "type: lt:Keper",
            [f'{KEEPER}:2:7: error: the ontology does not define "Keper"; did you mean "Keeper"?'],
            id="a class that the ontology does not have",
        ),
        pytest.param(
            TOWER,
            "inSightOf: [lighthouse/drowned-anvil,",
            "inSightOf: [lighthouses/drowned-anvil,",
            [
                f'{TOWER}:16:13: error: no record has the id "lighthouses/drowned-anvil";'
                ' did you mean "lighthouse/drowned-anvil"?'
            ],
            id="a reference whose first part is misspelt",
        ),
        pytest.param(
            TOWER,
            "inspections:\n",
            "inspections:\n  - inspection/kestrel-point-2026\n",
            [
                f'{TOWER}:19:5: error: no record has the id "inspection/kestrel-point-2026"; did you mean'
                ' "inspection/kestrel-point-2025", "inspection/kestrel-point-2024"?'
            ],
            id="a reference under a reversed key",
        ),
        pytest.param(
            TOWER,
            "lampColour: [lt:redLight,",
            "lampColour: [lt:blueLamp,",
            [f'{TOWER}:14:14: error: the ontology does not define "blueLamp"'],
            id="a reference that is like nothing",
        ),
        pytest.param(
            "data/dataset.yaml",
            "lighthouse/kestrel-point",
            "lighthouse/kestrel",
            [
                'data/dataset.yaml:14:5: error: no record has the id "lighthouse/kestrel"; did you mean'
                ' "lighthouse/kestrel-point"?'
            ],
            id="an example that is not there",
        ),
        pytest.param(
            "ontology/context.jsonld",
            '"skos:notation"',
            '"skos:notatoin"',
            [
                "ontology/context.jsonld:28:5: error: nothing here defines"
                " <http://www.w3.org/2004/02/skos/core#notatoin>;"
                " did you mean <http://www.w3.org/2004/02/skos/core#notation>?"
            ],
            id="a key for a foreign property that no import declares",
        ),
        pytest.param(
            "data/queries/lights-by-colour.rq",
            "#           lt:lampColour",
            "#           lt:lampColor lz:x",
            [
                'data/queries/lights-by-colour.rq:3:13: error: the ontology does not define "lampColor";'
                ' did you mean "lampColour"?',
                'data/queries/lights-by-colour.rq:3:26: error: unknown prefix "lz"',
            ],
            id="a question that rests on what there is not",
        ),
        pytest.param(
            "data/queries/lights-by-colour.rq",
            "{ lt:redLight }",
            "{ lt:reddLight }",
            [
                'data/queries/lights-by-colour.rq:7:20: error: the ontology does not define "reddLight";'
                ' did you mean "redLight", "greenLight", "whiteLight"?'
            ],
            id="a parameter whose default there is not",
        ),
        pytest.param(
            "shapes/keeper.ttl",
            "sh:path lt:callSign",
            "sh:path lt:calSign",
            [
                'shapes/keeper.ttl:20:13: error: the ontology does not define "calSign";'
                ' did you mean "callSign"?'
            ],
            id="a shape for a property that is not there",
        ),
        pytest.param(
            "shapes/identifier.ttl",
            "sh:targetClass adms:Identifier",
            "sh:targetClass adms:Identifer",
            [
                "shapes/identifier.ttl:8:20: error: nothing here defines <http://www.w3.org/ns/adms#Identifer>;"
                " did you mean <http://www.w3.org/ns/adms#Identifier>, <http://www.w3.org/ns/adms#identifier>?"
            ],
            id="a shape for a foreign class that no import declares",
        ),
        pytest.param(
            "ontology/lighthouses.ttl",
            "rdfs:range lt:Keeper",
            "rdfs:range lt:Kepeer",
            [
                'ontology/lighthouses.ttl:156:16: error: the ontology does not define "Kepeer";'
                ' did you mean "Keeper"?'
            ],
            id="an ontology that names what it does not define",
        ),
    ],
)
def test_a_fault(root: Path, path: str, old: str, new: str, problems: list[str]) -> None:
    change(root / path, old, new)
    assert checked(root) == problems


def test_a_file_name_may_be_decomposed(root: Path) -> None:
    path = root / "data/lighthouses/vífilsey.yaml"
    decomposed = path.with_name(unicodedata.normalize("NFD", path.name))
    assert decomposed != path
    path.rename(decomposed)
    assert checked(root) == []


def test_references_to_what_an_unreadable_file_would_define_are_not_blamed(root: Path) -> None:
    (root / KEEPER).write_text("")
    change(root / TOWER, "keeper/board-of-made-up-lights", "keeper/somebody")
    assert checked(root) == [f'{TOWER}:15:12: error: no record has the id "keeper/somebody"']


def test_many_references_that_lead_nowhere_take_no_time_at_all(root: Path) -> None:
    """Suggestions are looked for within one class only, or a lost folder would take minutes."""
    for number in range(400):
        (root / f"data/keepers/k{number}.yaml").write_text(f"id: keeper/k{number}\ntype: Keeper\n")
    missing = ", ".join(f"beacon/b{number}" for number in range(400))
    change(root / TOWER, "[lighthouse/drowned-anvil, lighthouse/north-teal]", f"[{missing}]")
    problems = checked(root)
    assert len(problems) == 400
    assert problems[0] == f'{TOWER}:16:13: error: no record has the id "beacon/b0"'


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param(
            "lighthouse/drowned-anvil, ",
            "lighthouse/drowned-anvi, ",
            '"lighthouse/drowned-anvi" was released and has no record; bring it back, as deprecated or as a'
            " tombstone",
            id="a thing",
        ),
        pytest.param(
            "lt:redLight, ",
            "lt:redLamp, ",
            '"redLamp" was released and the ontology does not define it; bring it back, as deprecated',
            id="a term",
        ),
    ],
)
def test_of_what_was_released_and_is_lost_nothing_is_guessed(
    root: Path, old: str, new: str, said: str
) -> None:
    (root / "data/iris.txt").write_text(f"{BASE}lighthouse/drowned-anvi\n{TERMS}redLamp\n")
    change(root / TOWER, old, new)
    (problem,) = checked(root)
    assert problem.endswith(f" error: {said}")


def test_a_class_that_is_written_as_a_record_is_told_its_name(root: Path) -> None:
    change(root / TOWER, "tendedBy: ", "tendedBy: Keeper #")
    (problem,) = checked(root)
    assert problem.endswith(' error: no record has the id "Keeper"; write the class as lt:Keeper')


def test_what_is_written_is_known_by_subject_and_property(root: Path) -> None:
    change(root / TOWER, "41.50 ", "41,50 ")
    change(root / TOWER, "flashCount: 2", "flashCont: 2")
    found = written(Project.read(root))
    tower = BASE + "lighthouse/kestrel-point"
    assert {
        prop: (each.key.line, each.refused) for (about, prop), each in found.items() if about == tower
    } == {
        "": (1, False),
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": (2, False),
        "http://www.w3.org/2000/01/rdf-schema#label": (3, False),
        "http://www.w3.org/ns/adms#identifier": (4, False),
        TERMS + "firstLit": (9, False),
        TERMS + "automatedIn": (10, False),
        TERMS + "focalHeight": (11, True),
        TERMS + "flashCount": (12, True),
        TERMS + "openToVisitors": (13, False),
        TERMS + "lampColour": (14, False),
        TERMS + "tendedBy": (15, False),
        TERMS + "inSightOf": (16, False),
        TERMS + "liveView": (17, False),
    }
    assert found[BASE + "inspection/kestrel-point-2025", TERMS + "lampPassed"].key == Position(TOWER, 31, 5)


def test_what_shacl_cannot_judge(root: Path) -> None:
    assert doubtful(Project.read(root)) == set()
    change(root / KEEPER, "type: Keeper", "type: lt:Keper")
    change(root / "data/keepers/jonas-fulmar.yaml", "type: Keeper\n", "")
    change(root / TOWER, "id: inspection/kestrel-point-2024", "id: lighthouse/north-teal")
    assert doubtful(Project.read(root)) == {
        BASE + "keeper/ida-sandpiper",
        BASE + "keeper/jonas-fulmar",
        BASE + "lighthouse/north-teal",
    }


@pytest.mark.parametrize(
    ("iri", "missing"),
    [
        pytest.param(BASE + "keeper/ida-sandpiper", False, id="a thing"),
        pytest.param(BASE + "keeper/nobody", True, id="a thing that is not there"),
        pytest.param(TERMS + "Keeper", False, id="a term"),
        pytest.param(TERMS + "Nothing", True, id="a term that is not there"),
        pytest.param(TERMS, False, id="a namespace"),
        pytest.param("https://example.org/people/nobody", False, id="what is not ours"),
    ],
)
def test_what_is_missing(lighthouses: Path, iri: str, missing: bool) -> None:
    assert is_missing(Project.read(lighthouses), iri) is missing
