"""The wheel carries the release: two lines answer in an empty directory, with no network and no project.

The real project makes one wheel, in an environment of pip's own.  What else holds of wheels is tried with
the second project, which takes the place of the first in a copy of the sources.
"""

import csv
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.version import Version

from conftest import REPOSITORY
from pilotgraph.build import build
from pilotgraph.release import Release
from retired import edit

PINS = REPOSITORY / "constraints.txt"
PINNED = ("--constraint", PINS, "--build-constraint", PINS)
SOURCES = ("ontology", "data", "shapes", "tests/coverage")
PROGRAM = (".gitignore", "LICENSE", "LICENSE-DATA", "MANIFEST.in", "README.md", "pyproject.toml", "src")
# What would reach a network ends the program.
OFFLINE = """
import sys
def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        raise RuntimeError(f"{event} {arguments}")
sys.addaudithook(refuse)
"""


def pip(*arguments: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def done(result: subprocess.CompletedProcess[str]) -> str:
    """What a command said, if it did its work; pip without an index is a reason to skip, except in CI."""
    said = result.stdout + result.stderr
    if result.returncode and "No matching distribution found" in said and not os.environ.get("CI"):
        pytest.skip("pip finds no packages here")
    assert result.returncode == 0, said
    return result.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the real project, as `pip wheel .` makes it."""
    place = tmp_path_factory.mktemp("wheel")
    done(pip("wheel", "--no-deps", *PINNED, "--wheel-dir", place, ".", cwd=REPOSITORY))
    (made,) = place.iterdir()
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment in which nothing was installed but the wheel, and setuptools."""
    place = tmp_path_factory.mktemp("clean")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", place], check=True)
    python = place / "bin/python"
    done(pip("--python", python, "install", "--constraint", PINS, wheel, "setuptools", cwd=place))
    return python


@pytest.fixture(scope="module")
def packed(python: Path) -> Release:
    """The release in the installed package."""
    (manifest,) = python.parent.parent.glob("lib/python*/site-packages/pilotgraph/packaged/*/manifest.json")
    return Release.open(manifest.parent)


def copied(lighthouses: Path, root: Path) -> Path:
    """The program with the second project, in a new directory."""
    root.mkdir()
    for name in PROGRAM:
        source = REPOSITORY / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
        else:
            shutil.copyfile(source, root / name)
    for name in SOURCES:
        shutil.copytree(lighthouses / name, root / name)
    return root


@pytest.fixture(scope="module")
def project(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy that stays as it is."""
    return copied(lighthouses, tmp_path_factory.mktemp("second") / "project")


@pytest.fixture(scope="module")
def second(python: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the second project."""
    return make(python, project, tmp_path_factory.mktemp("made"), PYTHONHASHSEED="1")


def make(python: Path, source: str | Path, cwd: Path, **environment: str) -> Path:
    """A wheel, made with what is installed there."""
    place = cwd / "wheels"
    shutil.rmtree(place, ignore_errors=True)
    options = ("--no-deps", "--no-build-isolation", "--no-cache-dir")
    done(pip("--python", python, "wheel", *options, "--wheel-dir", place, source, cwd=cwd, **environment))
    (made,) = place.iterdir()
    return made


def carried(wheel: Path, place: Path) -> Release:
    """The release in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    (manifest,) = place.glob("pilotgraph/packaged/*/manifest.json")
    return Release.open(manifest.parent)


# The real one


def test_two_lines_answer_offline_in_an_empty_directory(
    python: Path, packed: Release, tmp_path: Path
) -> None:
    lines = (REPOSITORY / "tests/competency/evaluated-vanguards-by-model-type.csv").read_text().splitlines()
    expected = list(csv.reader(line for line in lines if not line.startswith("#")))
    program = f"""{OFFLINE}
import pilotgraph
for row in pilotgraph.rows("evaluated-vanguards-by-model-type"): print(*row, sep=",")
print(len(pilotgraph.graph()))
"""
    result = subprocess.run(
        [python, "-I", "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    *rows, count = result.stdout.splitlines()
    assert [row.split(",") for row in rows] == expected[1:]
    assert int(count) == packed.read("data.nt").count(b"\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [("query", "programme-dates"), ("get", "/queries/programme-dates.csv")])
def test_the_command_line_uses_it(
    arguments: tuple[str, ...], python: Path, packed: Release, tmp_path: Path
) -> None:
    command: list[str | Path] = [python.with_name("pilotgraph"), *arguments]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (result.returncode, result.stderr) == (0, f"Using the release in {packed.path}\n")
    assert len(result.stdout.splitlines()) > 1


def test_it_is_served(python: Path, packed: Release, tmp_path: Path) -> None:
    command: list[str | Path] = [python.with_name("pilotgraph"), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        said = server.stdout.readline()
        server.terminate()
        assert server.wait(30) == 0
    assert said.startswith(f"Serving {packed.name} at http://127.0.0.1:")


def test_a_wheel_has_both_licences_and_stays_small(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition(".dist-info/")[2] for name in archive.namelist()}
        (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        assert b"License-Expression: Apache-2.0 AND CC-BY-4.0\n" in archive.read(metadata)
    assert {"licenses/LICENSE", "licenses/LICENSE-DATA"} <= names
    assert wheel.stat().st_size < 30_000_000


def test_a_source_distribution_holds_what_the_build_reads(python: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".*", "dist", "build", "node_modules"))
    held = sources(python, copy, tmp_path)
    wanted = {
        path.relative_to(copy).as_posix()
        for folder in SOURCES
        for path in (copy / folder).rglob("*")
        if path.is_file()
    }
    assert len(wanted) > 1_000
    assert sorted(wanted - held) == []
    assert {"src/packaging_backend.py", "constraints.txt", "LICENSE-DATA", "tests/conftest.py"} <= held


def sources(python: Path, root: Path, place: Path) -> set[str]:
    """Make the source distribution of a project, `source.tar.gz`; the paths in it."""
    program = (
        f"import sys; sys.path.insert(0, 'src'); import packaging_backend as b; b.build_sdist({str(place)!r})"
    )
    done(
        subprocess.run(
            [python, "-c", program], cwd=root, capture_output=True, text=True, timeout=120, check=False
        )
    )
    (made,) = place.glob("*.tar.gz")
    made = made.rename(place / "source.tar.gz")
    with tarfile.open(made) as archive:
        return {each.name.partition("/")[2] for each in archive.getmembers() if each.isfile()}


# The second project


def test_equal_sources_make_equal_wheels(python: Path, project: Path, second: Path, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere/project"
    mask = os.umask(0o077)
    try:
        shutil.copytree(project, other, copy_function=shutil.copyfile)
        for path in other.rglob("*"):
            os.utime(path, (1e9, 1e9))
        again = make(python, other, tmp_path, PYTHONHASHSEED="2", TZ="Asia/Tokyo", LANG="C")
    finally:
        os.umask(mask)
    assert again.read_bytes() == second.read_bytes()


def test_a_wheel_carries_what_build_would_write(project: Path, second: Path, tmp_path: Path) -> None:
    assert carried(second, tmp_path / "unpacked").name == build(project, tmp_path / "built").name


@pytest.mark.parametrize(("edition", "version"), [("0.10.0", "0.10.0"), ("0.3.0_Draft-2", "0.3.0.draft.2")])
def test_its_version_grows_with_that_of_the_data(
    python: Path, project: Path, second: Path, tmp_path: Path, edition: str, version: str
) -> None:
    """So that `pip install --upgrade` brings new data."""
    assert second.name == "pilotgraph-1.0.0+data.0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(second) as archive:
        assert (
            version_in(archive.read("pilotgraph-1.0.0+data.0.3.0.dist-info/METADATA")) == "1.0.0+data.0.3.0"
        )
    newer = tmp_path / "newer"
    shutil.copytree(project, newer)
    edit(newer / "data/dataset.yaml", "edition: 0.3.0", f"edition: {edition}")
    program = f"""
import sys
sys.path.insert(0, "src")
import packaging_backend as backend
print(backend.prepare_metadata_for_build_wheel({str(tmp_path)!r}))
"""
    command: list[str | Path] = [python, "-c", program]
    result = subprocess.run(command, cwd=newer, capture_output=True, text=True, timeout=60, check=False)
    said = version_in((tmp_path / done(result).splitlines()[-1] / "METADATA").read_bytes())
    assert said == f"1.0.0+data.{version}"
    assert Version(said) > Version("1.0.0+data.0.3.0")


def version_in(metadata: bytes) -> str:
    return str(message_from_bytes(metadata)["Version"])


def test_its_times_are_those_that_are_set(python: Path, project: Path, tmp_path: Path) -> None:
    made = make(python, project, tmp_path, SOURCE_DATE_EPOCH="1600000000")
    with zipfile.ZipFile(made) as archive:
        times = {each.date_time for each in archive.infolist()}
    assert times == {datetime.fromtimestamp(1_600_000_000, UTC).timetuple()[:6]}


def test_a_source_distribution_makes_the_same_release(
    python: Path, project: Path, second: Path, tmp_path: Path
) -> None:
    sources(python, project, tmp_path)
    made = make(python, tmp_path / "source.tar.gz", tmp_path)
    assert made.name == second.name
    assert carried(made, tmp_path / "there").name == carried(second, tmp_path / "here").name


def git(*arguments: str, cwd: Path) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def test_a_repository_makes_a_wheel_and_stays_clean(python: Path, lighthouses: Path, tmp_path: Path) -> None:
    if not shutil.which("git") and not os.environ.get("CI"):
        pytest.skip("there is no git")
    project = copied(lighthouses, tmp_path / "project")
    git("init", "--quiet", cwd=project)
    git("add", ".", cwd=project)
    git("commit", "--quiet", "--message", "all", cwd=project)
    here = carried(make(python, project, tmp_path), tmp_path / "here")
    assert git("status", "--porcelain", cwd=project) == ""
    there = carried(make(python, f"git+file://{project}", tmp_path), tmp_path / "there")
    assert here.name == there.name


def test_sources_that_cannot_be_released_make_no_wheel(
    python: Path, lighthouses: Path, tmp_path: Path
) -> None:
    project = copied(lighthouses, tmp_path / "project")
    wrong = project / "data/lighthouses/south-teal.yaml"
    wrong.write_text(wrong.read_text().replace("focalHeight: 58.0", "focalHeight: 5800"))
    options = ("--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path / "wheels")
    result = pip("--python", python, "wheel", *options, project, cwd=tmp_path)
    assert result.returncode == 1
    said = result.stdout + result.stderr
    place = "data/lighthouses/south-teal.yaml:10:14"
    assert f"{place}: violation: a lighthouse has one focal height, in metres, over 0 and under 250" in said
    assert "Error: the release was not built, so there is no wheel" in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("wheels/*"))


def test_an_editable_install_builds_no_release(python: Path, project: Path, tmp_path: Path) -> None:
    program = f"""
import sys
sys.path.insert(0, "src")
import packaging_backend as backend
needed = [backend.get_requires_for_build_wheel(), backend.get_requires_for_build_editable()]
name = backend.build_editable({str(tmp_path)!r})
print(*("pyoxigraph" in str(each) for each in needed), name)
"""
    command: list[str | Path] = [python, "-c", program]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=60, check=False)
    for_wheel, for_editable, name = done(result).splitlines()[-1].split()
    assert (for_wheel, for_editable) == ("True", "False")
    with zipfile.ZipFile(tmp_path / name) as archive:
        assert not [each for each in archive.namelist() if "packaged" in each]
