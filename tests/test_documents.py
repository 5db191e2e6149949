"""What CONTRIBUTING and README promise, tried."""

import re
import shutil
from pathlib import Path

from conftest import run
from pilotgraph.release import Release


def block(text: str, language: str) -> str:
    """The first fenced block of a language."""
    return found(rf"^```{language}\n(.*?)^```", text)


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    assert match is not None, f"nothing matches {pattern}"
    return match[1]


def test_the_worked_example_of_contributing(real: Path, tmp_path: Path) -> None:
    for folder in ("data", "ontology", "shapes"):
        shutil.copytree(real / folder, tmp_path / folder)
    text = (real / "CONTRIBUTING.md").read_text(encoding="utf-8")
    name = "data/sites/pi-w1-example.yaml"
    assert run("new", "PilotSite", "pi-w1-example", cwd=tmp_path).stdout == f"{name}\n"
    (tmp_path / name).write_text(block(text, "yaml"), encoding="utf-8")
    result = run("validate", name, cwd=tmp_path)
    assert result.stdout == block(text, "text")
    assert result.returncode == 1


def test_the_first_query_of_the_readme(real: Path, real_release: Release, tmp_path: Path) -> None:
    text = (real / "README.md").read_text(encoding="utf-8")
    query = found(r"'query=\n(.*?)'\n", text)
    expected = found(r"\n\n((?:    \w+,\w+\n)+)", text)
    (tmp_path / "first.rq").write_text(query, encoding="utf-8")
    result = run("query", "--release", real_release.path, "--format", "csv", tmp_path / "first.rq")
    assert result.stdout.splitlines() == [line.strip() for line in expected.splitlines()]
