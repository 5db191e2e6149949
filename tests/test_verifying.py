"""`pilotgraph verify` says of every check how it went, and by its exit code how all did."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pilotgraph.build import build
from pilotgraph.cli import main
from pilotgraph.release import Release
from pilotgraph.verification import apart

CHECKS = [
    *("manifest", "files", "checksums", "packed", "syntax", "dumps"),
    *("graphs", "counts", "catalogue", "history", "provenance", "shapes"),
]


def verify(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["verify", *map(str, arguments)])


@pytest.fixture(scope="module")
def built(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the second project, with a release in `dist`."""
    copy = Path(shutil.copytree(lighthouses, tmp_path_factory.mktemp("built") / "lights"))
    build(copy, copy / "dist")
    return copy


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    return Path(shutil.copytree(built, tmp_path / "lights", symlinks=True))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do the checks that a test is about."""
    monkeypatch.setattr(apart, "CHECKS", ("files", "provenance"))


def rows(result: Result) -> list[tuple[str, str]]:
    """Status and check of each line."""
    found = [line.partition(": ")[0].rsplit(maxsplit=1) for line in result.stdout.splitlines()]
    return [(status.strip(), check) for status, check in found]


def test_all_is_well_a_line_a_check(project: Path) -> None:
    done = verify(project / "dist", "--project", project)
    assert rows(done) == [
        ("left out" if check == "history" else "ok", check)
        for check in (*CHECKS, "sources", "software", "rebuild")
    ]
    assert done.exit_code == 0
    name = Release.open(project / "dist").name
    assert done.stderr.splitlines()[-1] == f"{name}: 15 checks, verified"


@pytest.mark.usefixtures("few")
def test_every_fault_has_a_line_and_what_is_whole_is_told_too(project: Path) -> None:
    root = Release.open(project / "dist").path
    (root / "data.nq").unlink()
    (root / "queries/more.rq").write_text("ASK {}")
    done = verify(root, "--format", "text")
    lines = done.stdout.splitlines()
    assert "failed    files: data.nq: there is no such file" in lines
    assert "failed    files: queries/more.rq: the manifest does not list this file" in lines
    assert ("ok", "provenance") in rows(done)
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1].endswith("failed: this release is not what it says")


@pytest.mark.usefixtures("few")
def test_other_sources_are_told_and_what_they_make(project: Path) -> None:
    (project / "data/keepers/ida-sandpiper.yaml").unlink()
    text = (project / "data/lighthouses/kestrel-point.yaml").read_text(encoding="utf-8")
    (project / "data/lighthouses/kestrel-point.yaml").write_text(f"# A remark.\n{text}", encoding="utf-8")
    shutil.copy(project / "data/queries/highest-lights.rq", project / "data/queries/more.rq")
    done = verify(project / "dist", "--project", project)
    lines = done.stdout.splitlines()
    start = "failed    sources: data/"
    assert [line for line in lines if line.startswith("failed    sources")] == [
        f"{start}keepers/ida-sandpiper.yaml: the release was made of this file too, which is not read here",
        f"{start}lighthouses/kestrel-point.yaml: the release was made of this file when it had other content",
        f"{start}queries/more.rq: the release was made without this file",
    ]
    assert [line for line in lines if line.startswith("failed    rebuild")], "a keeper is missing"
    assert done.exit_code == 1


@pytest.mark.usefixtures("few")
def test_files_that_differ_are_named(project: Path) -> None:
    with (project / "data/lighthouses/kestrel-point.yaml").open("a", encoding="utf-8") as file:
        file.write("# A remark.\n")
    done = verify(project / "dist", "--project", project)
    differing = [line.split(": ")[1] for line in done.stdout.splitlines() if "failed    rebuild" in line]
    assert differing == ["SHA256SUMS", "manifest.json", "provenance.ttl"]


@pytest.mark.usefixtures("few")
def test_other_software_is_told(project: Path) -> None:
    root = Release.open(project / "dist").path
    text = (root / "provenance.ttl").read_text(encoding="utf-8")
    (root / "provenance.ttl").write_text(
        text.replace('softwareVersion "6', 'softwareVersion "5'), encoding="utf-8"
    )
    done = verify(root, "--project", project)
    told = [line for line in done.stdout.splitlines() if line.startswith("failed    software")]
    assert [line.split(": ")[1] for line in told] == ["PyYAML"]
    assert "version 5." in told[0]


@pytest.mark.usefixtures("few")
def test_programs_read_json(project: Path) -> None:
    root = Release.open(project / "dist").path
    (root / "data.nq").unlink()
    done = verify(root, "--format", "json")
    report = json.loads(done.stdout)
    assert (report["release"], report["verified"]) == (root.name, False)
    assert [row["check"] for row in report["checks"]] == ["files", "provenance"]
    assert report["checks"][0] | {"said": ""} == {
        "check": "files",
        "status": "failed",
        "said": "",
        "faults": [{"where": "data.nq", "message": "there is no such file"}],
    }


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("nowhere", "nowhere: there is no such directory"),
        ("lights/data", "lights/data holds no release: there is no manifest.json"),
    ],
)
def test_where_no_release_is(project: Path, monkeypatch: pytest.MonkeyPatch, place: str, said: str) -> None:
    monkeypatch.chdir(project.parent)
    done = verify(place)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Error: {said}\n")


@pytest.mark.usefixtures("few")
def test_a_release_that_does_not_say_what_it_was_made_of(project: Path) -> None:
    (Release.open(project / "dist").path / "provenance.ttl").unlink()
    done = verify(project / "dist", "--project", project)
    assert done.stdout.splitlines()[1:] == [
        "left out  provenance: there is no provenance.ttl",
        "failed    sources: provenance.ttl: it does not say what the release was made of",
    ]
    assert done.exit_code == 1


@pytest.mark.usefixtures("few")
def test_a_project_that_is_none(project: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = verify(project / "dist", "--project", tmp_path / "empty")
    told = [line for line in done.stdout.splitlines() if line.startswith("failed")]
    assert told
    assert all(line.startswith("failed    sources: ") for line in told)
    assert done.exit_code == 1


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_name_of_a_directory_does_not_steer_a_terminal(project: Path, form: str) -> None:
    root = Release.open(project / "dist").path
    done = verify(root.rename(root.with_name("a\x1b[31m\x9b\udcff")), "--format", form)
    assert done.exit_code == 0
    assert "a\ufffd[31m\ufffd\ufffd" in (done.stdout if form == "json" else done.stderr)
    assert all(line.isprintable() for line in done.output.split("\n"))
