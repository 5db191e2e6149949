"""A program in a process of its own has this process's packages, and nothing else of its environment."""

import subprocess
import sys
from pathlib import Path

import pytest

from pilotgraph.isolation import isolated

PROGRAM = "import json, sys\ndef main() -> None:\n    print(json.dumps([sys.argv[1:], sys.path]))\n"


def run(folder: Path, *arguments: str | Path, **environment: str) -> str:
    done = subprocess.run(
        isolated("apart.program", *arguments),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("name", ["plain", 'it\'s "q" \\ é', "line\nbreak"])
def test_packages_are_those_of_this_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    place = tmp_path / name / "apart"
    place.mkdir(parents=True)
    (place / "program.py").write_text(PROGRAM)
    monkeypatch.setattr(sys, "path", [str(place.parent), "", *sys.path])
    said = run(tmp_path, Path("a b"), "-c", "é", LC_ALL="C.UTF-8", PYTHONPATH="/nowhere")
    assert '[["a b", "-c", "\\u00e9"]' in said
    assert "/nowhere" not in said
    assert '""' not in said


def test_what_lies_in_the_folder_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart/program.py").write_text(PROGRAM)
    with pytest.raises(subprocess.CalledProcessError):
        run(tmp_path)
