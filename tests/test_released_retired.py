"""What is out of use may stay, but what is in use is told of it, at its line."""

from pathlib import Path

import pytest

from pilotgraph.project import Project
from pilotgraph.released.retired import Retired
from pilotgraph.scaffold import new_record
from pilotgraph.validation import validate
from retired import GONE, LIGHTS, TOMBSTONE, edit, with_keys, with_retired


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = with_retired(tmp_path / "lights")
    monkeypatch.chdir(copy)
    return copy


def problems(project: Path) -> list[str]:
    return sorted(map(str, Retired(Project.read(project)).problems()))


USED = "data/lighthouses/kestrel-point.yaml:17:11: warning: liveView is deprecated; name logRemark instead"


def test_only_what_is_in_use_and_names_them_is_told(project: Path) -> None:
    assert problems(project) == [USED]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        pytest.param(
            "data/lighthouses/gannet-stack.yaml",
            "type: Lighthouse\n",
            "type: Lighthouse\ninSightOf: lighthouse/old-mole-head\n",
            "4:12: warning: lighthouse/old-mole-head is deprecated; name lighthouse/new-mole-head instead",
            id="a thing that is deprecated",
        ),
        pytest.param(
            "data/lighthouses/gannet-stack.yaml",
            "type: Lighthouse\n",
            "type: Lighthouse\ninSightOf: [lighthouse/phantom-rock]\n",
            "4:13: error: lighthouse/phantom-rock is withdrawn, so nothing may name it; name"
            " lighthouse/kestrel-point instead",
            id="a thing that is withdrawn",
        ),
        pytest.param(
            "data/dataset.yaml",
            "  - lighthouse/kestrel-point\n",
            "  - lighthouse/phantom-rock\n",
            "14:5: error: lighthouse/phantom-rock is withdrawn, so nothing may name it; name"
            " lighthouse/kestrel-point instead",
            id="an example that is withdrawn",
        ),
        pytest.param(
            "data/lighthouses/old-mole-head.yaml",
            "replacedBy: lighthouse/new-mole-head",
            "replacedBy: lighthouse/phantom-rock",
            "11:13: error: lighthouse/phantom-rock is withdrawn, so it replaces nothing",
            id="replaced by what is withdrawn",
        ),
        pytest.param(
            "data/lighthouses/old-mole-head.yaml",
            "replacedBy: lighthouse/new-mole-head",
            "replacedBy: lighthouse/old-mole-head",
            "11:13: error: lighthouse/old-mole-head is replaced by itself, in the end; name what to use"
            " instead",
            id="replaced by itself",
        ),
        pytest.param(
            "data/lighthouses/gannet-stack.yaml",
            "type: Lighthouse\n",
            "type: Lighthouse\nreplacedBy: lighthouse/north-teal\n",
            "4:13: error: lighthouse/gannet-stack is replaced, so it is deprecated; say so too",
            id="replaced and in use",
        ),
        pytest.param(
            "data/lighthouses/phantom-rock.yaml",
            "type: Tombstone",
            "type: [Tombstone, Lighthouse]",
            "2:19: error: lighthouse/phantom-rock is withdrawn, so it has no other class; say what it was as"
            " formerType",
            id="withdrawn and in use",
        ),
        pytest.param(
            "data/queries/highest-lights.rq",
            "# terms: ",
            "# terms: lt:liveView ",
            "2:10: warning: liveView is deprecated; name logRemark instead",
            id="a question about a term",
        ),
        pytest.param(
            "ontology/lighthouses.ttl",
            "lt:callSign a",
            "lt:callSign rdfs:subPropertyOf lt:liveView .\nlt:callSign a",
            "61:1: warning: liveView is deprecated; name logRemark instead",
            id="a term below one",
        ),
    ],
)
def test_who_names_it_is_told_at_its_line(project: Path, file: str, old: str, new: str, said: str) -> None:
    edit(project / file, old, new)
    assert problems(project) == sorted([f"{file}:{said}", USED])


def test_the_parts_of_a_thing_go_on_naming_it(project: Path) -> None:
    record = project / "data/lighthouses/kestrel-point.yaml"
    with record.open("a", encoding="utf-8") as file:
        file.write("deprecated: true\n")
    found = problems(project)
    told = "lighthouse/kestrel-point is deprecated"
    assert [each for each in found if each.startswith("data/lighthouses/kestrel-point.yaml")] == []
    assert f"data/lighthouses/north-teal.yaml:10:12: warning: {told}" in found


def test_a_text_that_looks_like_an_iri_names_nothing(project: Path) -> None:
    file = project / "data/lighthouses/gannet-stack.yaml"
    with file.open("a", encoding="utf-8") as stream:
        stream.write("callSign: https://example.org/lights/id/lighthouse/phantom-rock\n")
    assert problems(project) == [USED]


def test_a_tombstone_is_of_something_that_was_released(project: Path) -> None:
    iris = project / "data/iris.txt"
    iris.write_text(f"{LIGHTS}\n", encoding="utf-8")
    said = "data/lighthouses/phantom-rock.yaml:1:5: error: lighthouse/phantom-rock was never released"
    assert problems(project) == sorted([USED, f"{said}; delete the file"])
    iris.write_text(f"{GONE}\n", encoding="utf-8")
    assert problems(project) == [USED]


@pytest.mark.parametrize(
    ("new_mole_head", "instead"),
    [
        pytest.param("lighthouse/old-mole-head", "", id="a circle"),
        pytest.param("lighthouse/new-mole-head", "", id="itself"),
        pytest.param("", "", id="deprecated"),
        pytest.param(
            "[lighthouse/north-teal, lighthouse/south-teal]",
            "; name lighthouse/north-teal or lighthouse/south-teal instead",
            id="replaced in its turn",
        ),
    ],
)
def test_only_what_is_in_use_is_to_be_named_instead(project: Path, new_mole_head: str, instead: str) -> None:
    with (project / "data/lighthouses/new-mole-head.yaml").open("a", encoding="utf-8") as file:
        file.write("deprecated: true\n" + (f"replacedBy: {new_mole_head}\n" if new_mole_head else ""))
    with (project / "data/lighthouses/gannet-stack.yaml").open("a", encoding="utf-8") as file:
        file.write("inSightOf: lighthouse/old-mole-head\n")
    (said,) = (each for each in problems(project) if "/gannet-stack.yaml" in each)
    assert said.endswith(f" warning: lighthouse/old-mole-head is deprecated{instead}")


def test_a_circle_is_found_from_each_of_its_members(project: Path) -> None:
    with (project / "data/lighthouses/new-mole-head.yaml").open("a", encoding="utf-8") as file:
        file.write("deprecated: true\nreplacedBy: lighthouse/old-mole-head\n")
    assert [each.split(":")[0] for each in problems(project) if "in the end" in each] == [
        "data/lighthouses/new-mole-head.yaml",
        "data/lighthouses/old-mole-head.yaml",
    ]


def test_a_deprecated_class_is_told_once_however_often_it_is_used(project: Path) -> None:
    with (project / "ontology/lighthouses.ttl").open("a", encoding="utf-8") as file:
        file.write("lt:Keeper owl:deprecated true .\n")
    (said,) = (each for each in problems(project) if "Keeper is deprecated" in each and ".yaml" in each)
    assert said.endswith(".yaml:2:7: warning: Keeper is deprecated, here and in 3 more places")


def test_the_whole_validation_says_it_once(project: Path) -> None:
    """The shapes ask for a lighthouse there, too."""
    edit(
        project / "data/lighthouses/gannet-stack.yaml",
        "type: Lighthouse\n",
        "type: Lighthouse\ninSightOf: lighthouse/phantom-rock\n",
    )
    report = validate(Project.read(project))
    assert len([each for each in report.problems if each.stops_a_release]) == 1


@pytest.mark.parametrize("key", ["label", "deleted", "reason"])
def test_a_tombstone_says_what_it_was_when_it_went_and_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    project = with_keys(tmp_path / "lights")
    monkeypatch.chdir(project)
    text = "".join(line for line in TOMBSTONE.splitlines(keepends=True) if not line.startswith(f"{key}:"))
    (project / "data/lighthouses/phantom-rock.yaml").write_text(text, encoding="utf-8")
    report = validate(Project.read(project))
    (said,) = (str(each) for each in report.problems if each.stops_a_release)
    assert said.startswith("data/lighthouses/phantom-rock.yaml:1:5: violation: a tombstone ")


def test_a_new_record_does_not_offer_them(project: Path) -> None:
    text = new_record(Project.read(project), "Lighthouse", "new-light")
    offered = next(line for line in text.splitlines() if line.startswith("# lighthouse/"))
    assert "lighthouse/new-mole-head" in offered
    assert "old-mole-head" not in offered
    assert "phantom-rock" not in offered
