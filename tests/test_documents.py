"""What CONTRIBUTING and README promise, tried."""

import re
import shutil
from pathlib import Path

from conftest import run


def block(text: str, language: str) -> str:
    """The first fenced block of a language."""
    return re.search(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)[1]


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


def test_the_first_query_of_the_readme(real: Path, real_release: object, tmp_path: Path) -> None:
    text = (real / "README.md").read_text(encoding="utf-8")
    query = re.search(r"'query=\n(.*?)'\n", text, re.DOTALL)[1]
    expected = re.search(r"\n\n((?:    \w+,\w+\n)+)", text)[1]
    (tmp_path / "first.rq").write_text(query, encoding="utf-8")
    result = run("query", "--release", real_release.path, "--format", "csv", tmp_path / "first.rq")
    assert result.stdout.splitlines() == [line.strip() for line in expected.splitlines()]
