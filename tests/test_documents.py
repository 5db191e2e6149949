"""What CONTRIBUTING and README promise, tried."""

import re
import shutil
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS

from conftest import merged_ontology, run
from pilotgraph.release import Release


def section(text: str, title: str) -> str:
    """What stands under a heading of the second level."""
    return found(rf"^## {title}\n(.*?)(?=^## )", text)


def block(text: str, language: str) -> str:
    """The first fenced block of a language."""
    return found(rf"^```{language}\n(.*?)^```", text)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    assert match is not None, f"nothing matches {pattern}"
    return match[1]


@pytest.fixture
def copy(real: Path, tmp_path: Path) -> Path:
    """The sources of the real project, to be changed."""
    for folder in ("data", "ontology", "shapes"):
        shutil.copytree(real / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def contributing(real: Path) -> str:
    return (real / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_site_of_contributing(contributing: str, copy: Path) -> None:
    text = section(contributing, "Add a site")
    name = "data/sites/pi-w1-example.yaml"
    assert run("new", "PilotSite", "pi-w1-example", cwd=copy).stdout == f"{name}\n"
    (copy / name).write_text(block(text, "yaml"), encoding="utf-8")
    result = run("validate", name, cwd=copy)
    assert result.stdout == block(text, "text")
    assert result.returncode == 1


def test_the_finding_of_contributing_and_the_judgement_beside_it(contributing: str, copy: Path) -> None:
    text = section(contributing, "Add a finding")
    finding, judgement = re.findall(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    names = "data/findings/vanguards-example.yaml", "data/judgements/vanguards-example.yaml"
    assert run("new", "Finding", "vanguards-example", cwd=copy).stdout == f"{names[0]}\n"
    assert run("new", "Judgement", "vanguards-example", cwd=copy).stdout == f"{names[1]}\n"
    (copy / names[0]).write_text(finding, encoding="utf-8")
    (copy / names[1]).write_text(judgement, encoding="utf-8")
    result = run("validate", *names, cwd=copy)
    assert result.stdout == block(text, "text")
    low, high = found(r"intervalLow: (\S+)", finding), found(r"intervalHigh: (\S+)", finding)
    mended = finding.replace(f"Low: {low}", f"Low: {high}").replace(f"High: {high}", f"High: {low}")
    mended += found(r"`(unit: \S+)`", text) + "\n"
    (copy / names[0]).write_text(mended, encoding="utf-8")
    result = run("validate", *names, cwd=copy)
    assert (result.stdout, result.returncode) == ("", 0)


def test_contributing_names_every_class_of_claim(real: Path, contributing: str) -> None:
    graph = merged_ontology(real)
    (claim,) = [term for term in graph.subjects(RDF.type, OWL.Class) if str(term).endswith("ontology#Claim")]
    classes = {str(term).rpartition("#")[2] for term in graph.subjects(RDFS.subClassOf, claim)}
    listed = set(re.findall(r"\| (\w+) \|$", section(contributing, "Add a finding"), re.MULTILINE))
    assert listed - {"class"} == classes


def test_the_first_query_of_the_readme(real: Path, real_release: Release, tmp_path: Path) -> None:
    text = (real / "README.md").read_text(encoding="utf-8")
    query = found(r"'query=\n(.*?)'\n", text)
    expected = found(r"\n\n((?:    \w+,\w+\n)+)", text)
    (tmp_path / "first.rq").write_text(query, encoding="utf-8")
    result = run("query", "--release", real_release.path, "--format", "csv", tmp_path / "first.rq")
    assert result.stdout.splitlines() == [line.strip() for line in expected.splitlines()]
