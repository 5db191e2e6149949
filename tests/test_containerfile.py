"""What the Containerfile takes is enough to build the release; what it runs are commands of ours."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from conftest import REPOSITORY, Serve, run
from pilotgraph.release import Release
from pilotgraph.settings import Settings

LINES = (REPOSITORY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
TAKEN = (REPOSITORY / ".containerignore").read_text(encoding="utf-8").splitlines()


def said(instruction: str) -> list[str]:
    """What follows an instruction, each time."""
    found = [line.removeprefix(instruction).strip() for line in LINES if line.startswith(f"{instruction} ")]
    assert found, f"there is no {instruction}"
    return found


def copied() -> list[tuple[str, str]]:
    """Which files of the repository go where in the build stage."""
    found = []
    for line in said("COPY"):
        *sources, place = line.split()
        if not line.startswith("--from="):
            found += [(source, f"{place}{source}" if place == "./" else place) for source in sources]
    return found


def test_what_is_copied_makes_the_same_release(real_release: Release, tmp_path: Path) -> None:
    for source, place in copied():
        assert f"!{source}" in TAKEN, f".containerignore leaves {source} out"
        path, to = REPOSITORY / source, tmp_path / place
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, to)
        else:
            shutil.copy(path, to)
    # What makes the wheel does the same; tests/harvest makes one.
    assert said("RUN")[-1].endswith(" --build-constraint constraints.txt .")
    result = run("build", "--out", tmp_path / "release", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    made = Release.open(tmp_path / "release")
    # A copy is no git repository, so its provenance names no commit.
    assert made.files.keys() == real_release.files.keys()
    for name in ("data.nq", "ontology.ttl", "shapes.ttl", "report.ttl", "record.md"):
        assert made.files[name] == real_release.files[name]


def test_it_takes_nothing_else() -> None:
    assert TAKEN[1] == "*"
    assert {line[1:] for line in TAKEN if line.startswith("!")} == {source for source, _ in copied()}


def test_the_files_that_the_package_needs_are_there() -> None:
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    taken = tomllib.loads(project)["project"]
    for name in (taken["readme"], *taken["license-files"]):
        assert (name, f"./{name}") in copied()


def test_it_serves_to_all_and_as_nobody() -> None:
    *arguments, host = json.loads(said("CMD")[-1])
    assert arguments == ["pilotgraph", "serve", "--host"]
    result = run(*arguments[1:], host, "--show-settings")
    assert result.returncode == 0, result.stderr
    assert re.search(r'^host +"0\.0\.0\.0" ', result.stdout, re.MULTILINE)
    assert said("EXPOSE") == [str(Settings().port)]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", said("USER")[0])


@pytest.mark.parametrize("alive", [True, False])
def test_the_health_check_tells_the_living_from_the_dead(serve: Serve, release: Release, alive: bool) -> None:
    port = serve("--release", release.path).rpartition(":")[2] if alive else "9"
    match = re.search(r"CMD (\[.*\])$", said("HEALTHCHECK")[0])
    assert match
    python, option, code = json.loads(match[1])
    assert (python, option) == ("python", "-c")
    assert f":{Settings().port}/" in code
    command = [sys.executable, option, code.replace(f":{Settings().port}/", f":{port}/")]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode == 0) is alive
