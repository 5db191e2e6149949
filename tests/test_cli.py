"""The command line as people and programs meet it: what is printed where, and the exit code."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from conftest import COMMAND, Client, Serve, run
from pilotgraph.cli import main
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from terminals import on_terminal

LIGHTS = "https://example.org/lights/"


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the second project that a test may spoil."""
    copy = tmp_path / "lights"
    shutil.copytree(lighthouses, copy)
    return copy


@pytest.fixture
def broken(project: Path) -> Path:
    """A project with an error, two violations and a warning, in three files."""
    edit(project / "data/keepers/ida-sandpiper.yaml", "callSign: IDA7", "callSign: IDA7\ncallsign: IDA8")
    edit(project / "data/lighthouses/south-teal.yaml", "focalHeight: 58.0", "focalHeight: 5800")
    edit(project / "data/lighthouses/south-teal.yaml", "label: South Teal\n", "")
    return project


PROBLEMS = [
    'data/keepers/ida-sandpiper.yaml:5:1: error: unknown key "callsign"; did you mean "callSign"?',
    "data/lighthouses/gannet-stack.yaml:2:5: warning: say in which year the lamp was first lit, such as 1871",
    "data/lighthouses/south-teal.yaml:1:5: violation: a lighthouse has one label, its usual English name",
    "data/lighthouses/south-teal.yaml:9:14: violation: "
    "a lighthouse has one focal height, in metres, over 0 and under 250",
]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


# Help


def test_the_version_is_that_of_the_package() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, "pilotgraph 1.0.0\n", "")


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pilotgraph", "--version"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "pilotgraph 1.0.0\n", "")


def test_the_commands_are_those_of_the_design() -> None:
    names = ["build", "check", "diff", "export", "get", "new", "query", "serve", "validate", "verify"]
    assert sorted(main.commands) == names


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_and_option_has_help(name: str) -> None:
    command = main.commands[name]
    done = CliRunner().invoke(main, [name, "--help"])
    assert done.exit_code == 0
    assert command.get_short_help_str(80) in " ".join(done.stdout.split())
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name
            assert option.help.endswith("."), option.name


def test_help_is_quick_because_it_loads_no_library() -> None:
    script = "import sys; import pilotgraph.cli; print(sorted(sys.modules.keys() & set(sys.argv[1:])))"
    heavy = ["flask", "pyshacl", "rdflib", "rich.console", "granian", "yaml"]
    done = subprocess.run([sys.executable, "-c", script, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# build


def test_build_prints_what_it_wrote(project: Path) -> None:
    done = run("build", cwd=project)
    release = Release.open(project / "dist")
    first, *files = done.stdout.splitlines()
    assert (done.returncode, first) == (0, f"dist/{release.name}")
    rows = [line.split(maxsplit=2) for line in files]
    listed = {row[1]: (int(row[0].replace(",", "")), *row[2:]) for row in rows}
    sizes = {name: (release.path / name).stat().st_size for name in release.files}
    folders = {f"{Path(name).parent}/" for name in sizes if "/" in name}
    assert folders == {"graphs/", "guide/", "links/", "queries/", "tables/", "views/"}
    inside = {each: [size for name, size in sizes.items() if name.startswith(each)] for each in folders}
    assert listed == {
        **{name: (size,) for name, size in sizes.items() if "/" not in name},
        **{
            each: (sum(found), f"{len(found)} file{'s'[len(found) == 1 :]}") for each, found in inside.items()
        },
    }
    assert done.stderr.splitlines() == [
        "Reading the sources",
        "Validating 12 records",
        "Drawing the pictures",
        "Writing 135 triples",
        "Writing the index for searching",
        PROBLEMS[1],
    ]


def test_build_counts_what_is_only_worth_knowing_and_validate_prints_it(project: Path) -> None:
    edit(project / "shapes/lighthouse.ttl", "sh:Warning", "sh:Info")
    built = run("build", "--record-iris", cwd=project)
    assert (built.returncode, built.stderr.splitlines()[-1:]) == (
        0,
        ["1 info; run `pilotgraph validate` to see it"],
    )
    validated = run("validate", cwd=project)
    assert validated.stdout.splitlines() == [PROBLEMS[1].replace("warning", "info")]


def test_build_elsewhere(project: Path, tmp_path: Path) -> None:
    done = run("build", "--project", "lights", "--out", "out", "--record-iris", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == f"out/{Release.open(tmp_path / 'out').name}"
    assert (project / "data/iris.txt").exists()


def test_build_of_a_project_with_violations(broken: Path) -> None:
    done = run("build", cwd=broken)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Reading the sources",
        "Validating 12 records",
        *PROBLEMS,
        "Error: 1 error, 2 violations, 1 warning in 3 files; nothing was written",
    ]
    assert not (broken / "dist").exists()


def test_build_where_nothing_can_be_written(project: Path) -> None:
    (project / "file").write_text("")
    done = run("build", "--out", "file/dist", cwd=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == (
        "Error: file/dist cannot be written: Not a directory. No release was made; there was none before."
        " Move away what is there and build again"
    )
    assert "Traceback" not in done.stderr


def test_build_shows_progress_on_a_terminal(project: Path) -> None:
    code, seen = on_terminal("build", cwd=project)
    assert code == 0
    assert re.search("[⠀-⣿]\x1b\\[0m Validating 12 records", seen), "something turns while it works"
    assert "Writing 135 triples" in seen
    assert "\x1b[33mwarning\x1b[0m: say in which year" in seen


# validate


def test_validate_prints_every_problem_in_order(broken: Path) -> None:
    done = run("validate", cwd=broken)
    assert done.stdout.splitlines() == PROBLEMS
    assert done.stderr.splitlines()[-1] == "1 error, 2 violations, 1 warning in 3 files"
    assert done.returncode == 1


def test_validate_of_a_project_that_conforms(project: Path) -> None:
    edit(
        project / "data/lighthouses/gannet-stack.yaml",
        "type: Lighthouse\n",
        "type: Lighthouse\nfirstLit: 1871\n",
    )
    done = run("validate", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == ["Reading the sources", "Validating 12 records", "no problems"]


def test_validate_with_warnings_only_succeeds(project: Path) -> None:
    done = run("validate", cwd=project)
    assert (done.returncode, done.stdout.splitlines()) == (0, [PROBLEMS[1]])
    assert done.stderr.splitlines()[-1] == "1 warning in 1 file"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        pytest.param(
            "data/keepers/ida-sandpiper.yaml",
            b"",
            "data/keepers/ida-sandpiper.yaml:1:1: error: the file is empty; write one `key: value` a line",
            id="a record",
        ),
        pytest.param(
            "ontology/lighthouses.ttl",
            b"lt:",
            "ontology/lighthouses.ttl:1:1: error: this is not Turtle: The prefix lt: has not been declared",
            id="the ontology",
        ),
    ],
)
def test_validate_says_2_where_a_file_cannot_be_read(
    project: Path, file: str, content: bytes, message: str
) -> None:
    (project / file).write_bytes(content)
    done = run("validate", cwd=project)
    assert message in done.stdout.splitlines()
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_validate_where_there_is_no_project(tmp_path: Path) -> None:
    done = run("validate", "--project", "nowhere", cwd=tmp_path)
    assert done.returncode == 2
    assert "nowhere/data/dataset.yaml:1:1: error: there is no such file" in done.stdout.splitlines()


def test_validate_of_one_file_says_nothing_of_others(broken: Path) -> None:
    one = "data/lighthouses/south-teal.yaml"
    done = run("validate", one, cwd=broken)
    assert (done.returncode, done.stdout.splitlines()) == (1, PROBLEMS[2:])
    fine = run("validate", "data/lighthouses/kestrel-point.yaml", cwd=broken)
    assert (fine.returncode, fine.stdout) == (0, "")


def test_validate_from_elsewhere_prints_paths_that_lead_there(broken: Path, tmp_path: Path) -> None:
    done = run("validate", "--project", "lights", cwd=tmp_path)
    assert done.stdout.splitlines() == [f"lights/{line}" for line in PROBLEMS]


def test_validate_as_json(broken: Path) -> None:
    done = run("validate", "--format", "json", cwd=broken)
    rows = json.loads(done.stdout)
    assert [
        f"{row['path']}:{row['line']}:{row['column']}: {row['severity']}: {row['message']}" for row in rows
    ] == PROBLEMS
    assert rows[0].keys() == {"path", "line", "column", "severity", "message"}
    assert rows[1]["rule"] == f"{LIGHTS}shapes#Lighthouse-firstLit"
    assert done.returncode == 1


def test_validate_as_json_when_there_is_nothing_to_say(project: Path) -> None:
    done = run("validate", "--format", "json", "data/dataset.yaml", cwd=project)
    assert (done.returncode, json.loads(done.stdout)) == (0, [])


def test_validate_as_annotations_on_github(project: Path) -> None:
    """<https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts> has what is escaped."""
    (project / "data/keepers/a,b:c.yaml").write_text("id: keeper/50%\ntype: Keeper\n")
    done = run("validate", "--format", "github", cwd=project)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("::error file=data/keepers/a%2Cb%3Ac.yaml,line=1,col=5,title=error::")
    assert '"keeper/50%25" is not a legal IRI' in lines[0]
    assert (
        "::warning file=data/lighthouses/gannet-stack.yaml,line=2,col=5,title=warning::"
        "say in which year the lamp was first lit, such as 1871"
    ) in lines


@pytest.mark.parametrize(
    ("environment", "severity"),
    [
        pytest.param({}, "\x1b[33mwarning\x1b[0m", id="a colour on a terminal"),
        pytest.param({"NO_COLOR": "1"}, "warning", id="none where NO_COLOR is set"),
    ],
)
def test_validate_has_colours(project: Path, environment: dict[str, str], severity: str) -> None:
    code, seen = on_terminal("validate", cwd=project, **environment)
    assert code == 0
    assert f"data/lighthouses/gannet-stack.yaml:2:5: {severity}: say in which year" in seen


def test_validate_reports_on_the_record(project: Path) -> None:
    done = run("validate", "--report", cwd=project)
    assert (done.returncode, done.stderr.splitlines()) == (
        0,
        [
            "Reading the sources",
            "Validating 12 records",
            "Asking what the record is like",
            PROBLEMS[1],
            "1 warning in 1 file",
        ],
    )
    run("build", cwd=project)
    assert done.stdout == Release.open(project / "dist").read("record.md").decode()


def test_validate_keeps_the_report_apart_from_problems_as_json(project: Path) -> None:
    done = run("validate", "--report", "--format", "json", cwd=project)
    assert done.stdout.startswith("# The record of ")
    problems = json.loads(done.stderr[done.stderr.index("[") : done.stderr.rindex("]") + 1])
    assert [problem["severity"] for problem in problems] == ["warning"]


def test_there_is_no_report_on_a_broken_record(broken: Path) -> None:
    done = run("validate", "--report", cwd=broken)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Reading the sources",
        "Validating 12 records",
        *PROBLEMS,
        "1 error, 2 violations, 1 warning in 3 files",
        "There is no report on a record that does not conform.",
    ]


def test_the_report_on_a_terminal_is_laid_out(project: Path) -> None:
    code, seen = on_terminal("validate", "--report", cwd=project)
    plain = re.sub("\x1b\\[[0-9;?]*[a-zA-Z]", "", seen)
    assert code == 0
    assert "## In figures" not in plain
    assert re.search("In figures *\n", plain)
    assert re.search(r"Things by class +4 +classes that have things", plain)


# new


def test_new_writes_a_record_beside_others_of_its_class(project: Path) -> None:
    done = run("new", "Keeper", "new-keeper", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (0, "data/keepers/new-keeper.yaml\n", "")
    text = (project / "data/keepers/new-keeper.yaml").read_text(encoding="utf-8")
    assert text.startswith("id: keeper/new-keeper\ntype: Keeper\n")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "ida-sandpiper",
            'the id "keeper/ida-sandpiper" is taken, at data/keepers/ida-sandpiper.yaml:1',
            id="a record",
        ),
        pytest.param(
            "unfinished",
            "the file data/keepers/unfinished.yaml is there already",
            id="a file without an id",
        ),
    ],
)
def test_new_does_not_write_over_what_is_there(project: Path, name: str, message: str) -> None:
    file = project / f"data/keepers/{name}.yaml"
    with file.open("a") as unfinished:
        unfinished.write("# unfinished\n")
    before = file.read_bytes()
    done = run("new", "Keeper", name, cwd=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Error: {message}\n"
    assert file.read_bytes() == before


def test_new_of_a_class_that_is_none(project: Path) -> None:
    done = run("new", "Keper", "new-keeper", cwd=project)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        'Error: the context has no class "Keper"; did you mean "Keeper"?\n',
    )


# serve


def serving(*arguments: str | Path, cwd: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [COMMAND, "serve", "--port", "0", *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def first_lines(server: subprocess.Popen[str], number: int) -> list[str]:
    assert server.stdout is not None
    return [server.stdout.readline().rstrip("\n") for _ in range(number)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_serve_says_what_to_try_and_ends_cleanly(
    release: Release, tmp_path: Path, number: signal.Signals
) -> None:
    with serving("--release", release.path, cwd=tmp_path) as server:
        lines = first_lines(server, 4)
        found = re.fullmatch(
            rf"Serving {release.name} at (http://127.0.0.1:[0-9]+)/ until Ctrl-C. Try:", lines[0]
        )
        assert found
        root = found[1]
        thing = f"{root}/id/keeper/board-of-made-up-lights"
        query = f"query@{release.path}/queries/highest-lights.rq"
        assert lines[1:] == [
            f"  open {root}/ in a browser",
            f"  curl --location --header 'Accept: text/turtle' {thing}",
            f"  curl --header 'Accept: text/csv' --data-urlencode {query} {root}/sparql",
        ]
        answers = [
            subprocess.run(line, shell=True, capture_output=True, text=True, check=True) for line in lines[2:]
        ]
        family = children(server.pid)
        server.send_signal(number)
        out, err = server.communicate(timeout=10)
    assert "lt:Keeper" in answers[0].stdout
    assert answers[1].stdout.startswith("lighthouse,label,height\n")
    assert (server.returncode, out) == (0, "")
    assert [json.loads(line)["outcome"] for line in err.splitlines()] == ["answered"]
    deadline = time.monotonic() + 5
    while family & running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert family
    assert family & running() == set(), "no worker is left behind"


def children(process: int) -> set[int]:
    """All that descend from a process."""
    parents = {int(path.name): parent(path) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found = {process}
    while more := {child for child, above in parents.items() if above in found} - found:
        found |= more
    return found - {process}


def parent(path: Path) -> int:
    try:
        return int(path.joinpath("stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def running() -> set[int]:
    return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()}


def test_serve_builds_the_project_where_it_is_called(project: Path) -> None:
    with serving(cwd=project) as server:
        (line,) = first_lines(server, 1)
        server.terminate()
        _, err = server.communicate(timeout=10)
    assert line.startswith(f"Serving {Release.open(project / 'dist').name} at http://127.0.0.1:")
    assert err.splitlines()[:4] == [
        "Reading the sources",
        "Validating 12 records",
        "Drawing the pictures",
        "Writing 135 triples",
    ]
    assert server.returncode == 0


def test_serve_refuses_a_body_that_is_too_large(serve: Serve, release: Release) -> None:
    client = Client(serve("--release", release.path))
    body = b"q" * (Settings().body_bytes + 1)
    reply = client("/sparql", "POST", body, content_type="application/sparql-query")
    client.close()
    assert (reply.status, reply.media_type) == (413, "application/problem+json")


def test_serve_does_not_start_with_a_project_that_is_wrong(broken: Path) -> None:
    done = run("serve", "--port", "0", cwd=broken)
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr.splitlines()[-1]
        == "Error: 1 error, 2 violations, 1 warning in 3 files; nothing was written"
    )


def test_a_port_that_is_taken(release: Release) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--release", release.path, "--port", str(port))
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"Error: port {port} of 127.0.0.1 is taken; choose another with --port\n",
    )


def test_a_host_that_is_none(release: Release) -> None:
    done = run("serve", "--release", release.path, "--host", "host.invalid")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: cannot listen on port 8000 of host.invalid: ")
    assert len(done.stderr.splitlines()) == 1


def test_serve_takes_a_project_or_a_release(release: Release) -> None:
    done = run("serve", "--release", release.path, "--project", ".")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "Error: give --project or --release, not both"


def test_a_release_that_is_damaged_is_not_served(project: Path) -> None:
    run("build", cwd=project)
    file = Release.open(project / "dist").path / "data.nq"
    file.write_bytes(b"")
    done = run("serve", "--release", "dist", cwd=project)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: {file} has 0 bytes and should have 26545;"
        " copy the release again, or delete it and build it again\n"
    )
