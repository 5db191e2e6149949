"""A guide stays true to its project: its queries find something, its links lead somewhere."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilotgraph.guide_check import check_guide
from pilotgraph.project import Project
from pilotgraph.validation import validate

FAILS = "SELECT ?x WHERE { ?x <urn:x:nothing> ?y }"


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path) -> Iterator[Path]:
    yield Path(shutil.copytree(lighthouses, tmp_path / "lights"))


def problems(root: Path, text: str, *, sound: bool = True) -> list[str]:
    (root / "data/guide/2-more.md").write_text(f"# More\n\n{text}\n", encoding="utf-8")
    found = check_guide(Project.read(root), sound=sound)
    return [f"{each.position.line}:{each.position.column} {each.message}" for each in found]


@pytest.mark.parametrize(
    "text",
    [
        "[a thing](keeper/ida-sandpiper)",
        "[a term](lt:Keeper)",
        "[a term of others](adms:Identifier)",
        "[a question](/queries/highest-lights), [the list](/browse/Keeper), [home](/), [query](/sparql)",
        "[elsewhere](https://example.net/beacons)",
        "```sparql\nSELECT ?x WHERE { ?x a ?class }\n```",
    ],
)
def test_what_leads_somewhere_is_no_problem(project: Path, text: str) -> None:
    assert problems(project, text) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("[gone](keeper/nobody)", '3:8 "keeper/nobody" names nothing', id="a thing"),
        pytest.param("[gone](lt:Lamp)", '3:8 "lt:Lamp" names nothing', id="a term"),
        pytest.param("[gone](/queries/none)", '3:8 "/queries/none" names nothing', id="a question"),
        pytest.param("[gone](/nowhere)", '3:8 "/nowhere" names nothing', id="a page"),
        pytest.param("[slip](ltt:Lamp)", '3:8 unknown prefix "ltt"', id="a prefix"),
        pytest.param("[mail](mailto:a@b.example)", "3:8", id="what a browser does not follow"),
        pytest.param(f"Look:\n\n```sparql\n{FAILS}\n```", "6:1 this query finds nothing", id="a query"),
    ],
)
def test_what_leads_nowhere_is_told_at_its_place(project: Path, text: str, told: str) -> None:
    (found,) = problems(project, text)
    assert found.startswith(told)


def test_no_query_is_asked_of_records_that_are_wrong(project: Path) -> None:
    assert problems(project, f"```sparql\n{FAILS}\n```", sound=False) == []


def test_links_that_are_derived_can_be_asked_for(project: Path) -> None:
    text = "```sparql\nSELECT ?x WHERE { ?x <urn:x:nothing> ?y }\n```"
    (project / "data/guide/2-more.md").write_text(f"# More\n\n{text}\n", encoding="utf-8")
    assert check_guide(Project.read(project), [("<urn:a>", "<urn:x:nothing>", "<urn:b>")]) == []


def test_validation_tells_what_is_wrong_with_the_guide(project: Path) -> None:
    (project / "data/guide/2-more.md").write_text("# More\n\n[x](keeper/nobody)\n", encoding="utf-8")
    (project / "data/guide/3-broken.md").write_text("No title\n", encoding="utf-8")
    report = validate(Project.read(project))
    told = [str(each) for each in report.problems if "guide" in each.position.path]
    assert len(told) == 2
    assert told[0].endswith("names nothing: no record, term, question, picture or page")
    assert told[1].endswith("3-broken.md:1:1: error: a chapter has one title, its first line: # …")
    assert report.exit_code == 1
