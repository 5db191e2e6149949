"""A release whose hashes are right, and whose files hold something else: one line says which."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotgraph.cli import main
from pilotgraph.errors import Position, Problem, Severity, SourceError
from pilotgraph.readable import PAGES, open_readable
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write

QUERY, CHAPTER, VIEW = "queries/highest-lights.rq", "guide/1-lamps.md", "views/heights.rq"
Resealed = Callable[[str, bytes], Release]


@pytest.fixture
def resealed(release: Release, tmp_path: Path) -> Resealed:
    """Write a release that differs in one file, with a manifest that is true of it."""
    files = {name: release.read(name) for name in release.files if name not in (MANIFEST, CHECKSUMS)}

    def reseal(name: str, content: bytes) -> Release:
        assert name in files
        return write(tmp_path / "resealed", release.version, files | {name: content})

    return reseal


def told(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert isinstance(result.exception, SystemExit | None), repr(result.exception)
    *_, last = result.stderr.splitlines() or [""]
    return result.exit_code, last


TURTLE = "line 1: this is not Turtle: a is not a valid subject or graph name"
QUADS = "line 1: this is not N-Quads: The subject of a triple must be an IRI or a blank node"
NESTED = "line 1: nested more than 32 deep; give the inner parts a file of their own"
LIST = "this is no list of pictures, each with what is said of it"
NOTHING = "it describes 0 datasets with an endpoint, not one"


@pytest.mark.parametrize(
    ("name", "content", "said", "commands"),
    [
        (QUERY, b"a\xff", "byte 2 is not UTF-8", "list get export serve"),
        (CHAPTER, b"\xff", "byte 1 is not UTF-8", "get export serve"),
        (VIEW, b"\xff", "byte 1 is not UTF-8", "get export"),
        ("views.json", b"[1, 2]", LIST, "get export"),
        ("views.json", b'[{"name": "heights"}]', LIST, "get export"),
        ("views.json", b"{}", LIST, "get export"),
        ("views.json", b"[" * 1_000_000, "this is nested too deep", "get export"),
        ("views.json", b"x", "this is not JSON: Expecting value: line 1 column 1 (char 0)", "get export"),
        ("description.ttl", b"", NOTHING, "list query get export serve diff"),
        ("description.ttl", b"a b", TURTLE, "list query get export serve diff"),
        ("ontology.ttl", b"a b", TURTLE, "query get export serve"),
        ("shapes.ttl", b"a b", TURTLE, "get export serve"),
        ("context.jsonld", b"[" * 1_000, NESTED, "list query get export serve diff"),
        ("data.nq", b"a b", QUADS, "query get export"),
        ("description.nq", b"a b", QUADS, "query get export"),
    ],
)
def test_what_a_command_needs_and_cannot_read_is_told(
    name: str, content: bytes, said: str, commands: str, resealed: Resealed, release: Release, tmp_path: Path
) -> None:
    bad = resealed(name, content)
    ways: dict[str, tuple[str | Path, ...]] = {
        "list": ("query", "--release", bad.path, "--list"),
        "query": ("query", "--release", bad.path, "highest-lights"),
        "get": ("get", "--release", bad.path, "/"),
        "export": ("export", "--release", bad.path, tmp_path / "site"),
        "serve": ("serve", "--release", bad.path, "--port", "0"),
        "diff": ("diff", bad.path, release.path),
    }
    wanted = f"Error: {bad.path / name}: {said}; `pilotgraph verify` tells what else is wrong"
    for command in commands.split():
        assert told(*ways[command]) == (2 if command == "diff" else 1, wanted), command
    assert not (tmp_path / "site").exists()


def test_what_a_command_does_not_need_is_no_hindrance(resealed: Resealed, release: Release) -> None:
    bad = resealed(CHAPTER, b"\xff")
    assert told("query", "--release", bad.path, "highest-lights")[0] == 0
    assert told("query", "--release", bad.path, "--list")[0] == 0
    assert told("diff", bad.path, release.path)[0] == 0


def test_a_count_that_is_none_is_told(resealed: Resealed, release: Release) -> None:
    text = release.read("description.ttl")
    bad = resealed("description.ttl", text.replace(b"void:triples ", b'void:triples "many", ', 1))
    code, said = told("diff", bad.path, release.path)
    assert (code, '"many" is no number to count with' in said) == (2, True)


def test_a_good_release_is_opened(release: Release) -> None:
    assert open_readable(release.path, PAGES) == release


@pytest.mark.parametrize("command", ["query", "get"])
def test_what_writes_nothing_does_not_say_so(
    command: str, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise SourceError([Problem(Position("context.jsonld", 1, 1), Severity.ERROR, "no")])

    monkeypatch.setattr("pilotgraph.readable.open_readable", refuse)
    assert told(command, "--release", release.path, "/") == (1, "Error: 1 error in 1 file")
