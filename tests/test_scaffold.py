"""A new record comes from the shapes: filled in as its comments say, it is valid."""

import re
import shutil
from pathlib import Path

import pytest

from pilotgraph import document
from pilotgraph.errors import PilotgraphError
from pilotgraph.project import Project
from pilotgraph.scaffold import new_record, record_path
from pilotgraph.triples import TOMBSTONE
from pilotgraph.validation import validate
from retired import with_keys

TOWER = """\
id: lighthouse/new-rock
type: TidalLighthouse

# a lighthouse has one label, its usual English name
label:

# a lighthouse has one focal height, in metres, over 0 and under 250
focalHeight:

# a lighthouse has one flash count, a whole number from 1
flashCount:

# say once whether a lighthouse is open to visitors: true or false
openToVisitors:

# a lighthouse has at least one lamp colour: lt:whiteLight, lt:redLight or lt:greenLight
# lt:whiteLight, lt:redLight, lt:greenLight
lampColour:

# a lighthouse is tended by at least one keeper, such as keeper/ida-sandpiper
# keeper/board-of-made-up-lights, keeper/ida-sandpiper, keeper/jonas-fulmar, keeper/þóra-lundadóttir
tendedBy:

# What follows may be left out. Take the # away before what you fill in.

# an identifier is written out below its lighthouse, with type: Identifier
# identifier:
#   - id: identifier/new-rock
#     type: Identifier
#     label:  # an identifier has a label that says what it identifies
#     notation:  # an identifier has one notation, four digits

# say in which year the lamp was first lit, such as 1871
# firstLit:

# a lamp is automated once, in a month such as 1988-06
# automatedIn:

# what is in sight of a lighthouse is another lighthouse
# SIGHT
# inSightOf:

# a live view is an address that begins with https://
# liveView:

# inspections:
#   - id: inspection/new-rock
#     type: Inspection
#     label:  # an inspection has one label that names the lighthouse and the year
#     inspectedOn:  # an inspection has one day, such as 2024-05-02, not before 1790
#     lampPassed:  # say once whether the lamp passed: true or false
""".replace(
    "SIGHT",
    "lighthouse/drowned-anvil, lighthouse/gannet-stack, lighthouse/kestrel-point, lighthouse/new-mole-head,"
    " lighthouse/north-teal, lighthouse/old-mole-head, lighthouse/south-teal, lighthouse/vífilsey",
)

VALUES = {
    "label": "New Rock",
    "focalHeight": "12.5",
    "flashCount": "3",
    "openToVisitors": "false",
    "lampColour": "lt:redLight",
    "tendedBy": "keeper/ida-sandpiper",
    "notation": '"0042"',
    "firstLit": "1871",
    "automatedIn": "1988-06",
    "inSightOf": "lighthouse/south-teal",
    "liveView": "https://example.org/new-rock",
    "inspectedOn": "2024-05-02",
    "lampPassed": "true",
}


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, outside the current directory."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))


@pytest.fixture(scope="module")
def project(lighthouses: Path) -> Project:
    return Project.read(lighthouses)


def fill_in(text: str) -> str:
    return re.sub(
        r"^( *)(\w+):(?=$|  #)", lambda key: f"{key[0]} {VALUES.get(key[2], '')}", text, flags=re.MULTILINE
    )


def findings(root: Path, name: str) -> list[str]:
    problems = validate(Project.read(root)).problems
    return [str(problem) for problem in problems if problem.position.path.endswith(f"/{name}.yaml")]


def test_a_record_to_fill_in(project: Project) -> None:
    assert new_record(project, "TidalLighthouse", "new-rock") == TOWER


def test_a_tombstone_is_no_new_record(tmp_path: Path) -> None:
    project = Project.read(with_keys(tmp_path / "lights"))
    with pytest.raises(PilotgraphError) as raised:
        new_record(project, "tombstone", "phantom-rock")
    assert str(raised.value) == (
        "a tombstone has the id of what was withdrawn, and stands in the place of its record; see"
        ' "Rename or remove something" in CONTRIBUTING.md'
    )


def test_filled_in_it_is_valid(root: Path) -> None:
    sources = Project.read(root)
    path = record_path(sources, "TidalLighthouse", "new-rock")
    path.write_text(fill_in(new_record(sources, "TidalLighthouse", "new-rock")))
    warning = "say in which year the lamp was first lit, such as 1871"
    assert findings(root, "new-rock") == [f"data/lighthouses/new-rock.yaml:1:5: warning: {warning}"]


def test_with_all_that_may_be_left_out_it_is_valid_too(root: Path) -> None:
    sources = Project.read(root)
    text = new_record(sources, "TidalLighthouse", "new-rock")
    text = re.sub(r"^# (?=\w+:$| +)", "", text, flags=re.MULTILINE)
    record_path(sources, "TidalLighthouse", "new-rock").write_text(fill_in(text))
    assert findings(root, "new-rock") == []
    (record,) = [each for each in Project.read(root).records if each.path.endswith("/new-rock.yaml")]
    assert len(record.mapped.subjects) == 3


def test_left_as_it_is_it_says_what_is_missing(root: Path) -> None:
    sources = Project.read(root)
    record_path(sources, "Keeper", "new").write_text(new_record(sources, "Keeper", "new"))
    assert findings(root, "new") == [
        'data/keepers/new.yaml:5:7: error: "label" has no value; write one, or leave it out',
        'data/keepers/new.yaml:8:10: error: "callSign" has no value; write one, or leave it out',
    ]


@pytest.mark.parametrize(
    ("class_name", "folder", "start"),
    [
        pytest.param("Keeper", "keepers", "id: keeper/x\ntype: Keeper\n", id="a class with records"),
        pytest.param("keeper", "keepers", "id: keeper/x\ntype: Keeper\n", id="in small letters"),
        pytest.param(
            "Inspection",
            "inspection",
            "id: inspection/x\ntype: Inspection\n",
            id="a class that has only parts",
        ),
        pytest.param("Part", "part", "id: part/x\ntype: Part\n", id="a class without shapes or records"),
    ],
)
def test_folder_and_id_are_those_of_the_class(
    project: Project, class_name: str, folder: str, start: str
) -> None:
    assert record_path(project, class_name, "x") == project.root / f"data/{folder}/x.yaml"
    assert new_record(project, class_name, "x").startswith(start)


def test_a_class_of_two_words_is_hyphenated(root: Path) -> None:
    for path in (root / "data/lighthouses").glob("*.yaml"):
        path.unlink()
    sources = Project.read(root)
    assert record_path(sources, "tidallighthouse", "x").parent == root / "data/tidal-lighthouse"
    assert new_record(sources, "tidallighthouse", "x").startswith("id: tidal-lighthouse/x\n")


def test_what_the_other_end_of_a_link_writes_is_told(project: Project) -> None:
    lines = new_record(project, "Inspection", "x").splitlines()
    at = lines.index("# an inspection is written below the one lighthouse that it visited")
    assert lines[at + 1].startswith("# lighthouse/drowned-anvil, ")
    assert lines[at + 2] == ""


def test_only_a_few_choices_are_shown(root: Path) -> None:
    for number in range(9):
        (root / f"data/keepers/a{number}.yaml").write_text(
            f"id: keeper/a{number}\ntype: Keeper\nlabel: A\ncallSign: A{number}A\n"
        )
    shown = ", ".join(f"keeper/a{number}" for number in range(8))
    assert f"\n# {shown}, …\ntendedBy:\n" in new_record(Project.read(root), "Lighthouse", "x")


def test_choices_fit_the_pattern_of_the_shape(root: Path) -> None:
    path = root / "shapes/lighthouse.ttl"
    path.write_text(
        path.read_text().replace("sh:class lt:Keeper ;", 'sh:class lt:Keeper ; sh:pattern "a$" ;')
    )
    text = new_record(Project.read(root), "Lighthouse", "x")
    assert "keeper/ida-sandpiper\n\n" not in text
    assert "# a lighthouse is tended by at least one keeper, such as keeper/ida-sandpiper\ntendedBy:" in text


def test_a_description_is_preferred_to_the_message_of_the_error(root: Path) -> None:
    path = root / "shapes/keeper.ttl"
    described = 'sh:description "The full name."@en ; sh:message "a keeper has one label'
    path.write_text(path.read_text().replace('sh:message "a keeper has one label', described))
    assert "# The full name.\nlabel:\n" in new_record(Project.read(root), "Keeper", "x")


@pytest.mark.parametrize(
    ("class_name", "name", "message"),
    [
        pytest.param(
            "Keper", "x", 'the context has no class "Keper"; did you mean "Keeper"?', id="a misspelt class"
        ),
        pytest.param("Ship", "x", 'the context has no class "Ship"', id="a class that is not there"),
        pytest.param("label", "x", 'the context has no class "label"', id="a key is no class"),
        pytest.param("Keeper", "a/b", '"a/b" is not a name; leave out the /', id="a path as name"),
        pytest.param(
            "Keeper",
            "a b",
            '"keeper/a b" is not a legal IRI;'
            " one below https://example.org/lights/id/ is names with / between them",
            id="a name with a space",
        ),
        pytest.param(
            "Keeper",
            "..",
            '"keeper/.." is not a legal IRI;'
            " one below https://example.org/lights/id/ is names with / between them",
            id="a name that leads out of the folder",
        ),
    ],
)
def test_a_name_that_cannot_be_used(project: Project, class_name: str, name: str, message: str) -> None:
    with pytest.raises(PilotgraphError) as caught:
        new_record(project, class_name, name)
    assert str(caught.value) == message


def test_an_id_that_is_taken(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    with pytest.raises(PilotgraphError) as caught:
        new_record(Project.read(root), "Keeper", "ida-sandpiper")
    assert str(caught.value) == (
        'the id "keeper/ida-sandpiper" is taken, at data/keepers/ida-sandpiper.yaml:1'
    )


def test_a_file_that_is_there_already(root: Path) -> None:
    (root / "data/keepers/x.yaml").write_text("")
    with pytest.raises(PilotgraphError, match=r"^the file data/keepers/x\.yaml is there already$"):
        new_record(Project.read(root), "Keeper", "x")


def test_every_class_of_the_real_project_has_a_record_to_fill_in(real: Path) -> None:
    sources = Project.read(real)
    terms = sources.context.terms.values()
    classes = [term.name for term in terms if term.is_class and term.iri != TOMBSTONE.value]
    assert len(classes) >= 15
    for name in classes:
        document.read(new_record(sources, name, "x-x-x").encode(), "new.yaml")
