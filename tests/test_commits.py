"""A commit is claimed only if it holds the sources as they are, and git is asked without harm."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from pilotgraph.commits import Commit, are_uncommitted, last_change

INPUTS = ("data/dataset.yaml", "ontology/terms.ttl", "shapes/shape.ttl")
SECONDS = 1_700_000_000


def git(root: Path, *arguments: str, seconds: int = SECONDS) -> str:
    when = {f"GIT_{who}_DATE": f"{seconds} +0900" for who in ("AUTHOR", "COMMITTER")}
    who = ("-c", "user.name=A curator", "-c", "user.email=curator@example.org")
    done = subprocess.run(
        ["git", *who, *arguments],
        cwd=root,
        env=os.environ | when | {"GIT_CONFIG_GLOBAL": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in a repository of its own, with one commit."""
    root = tmp_path / "project"
    for name in INPUTS:
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(name)
    (root / ".gitignore").write_text("ignored*\n")
    git(root.parent, "init", "--quiet", "--initial-branch=main", root.name)
    commit(root, "the first")
    return root


def commit(root: Path, message: str, seconds: int = SECONDS) -> Commit:
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", message, seconds=seconds)
    return Commit(git(root, "rev-parse", "HEAD"), seconds)


def found(root: Path, *more: str, **environment: str) -> Commit | None:
    return last_change(root, (*INPUTS, *more), os.environ | environment)


def test_the_commit_and_its_time_are_found(root: Path) -> None:
    assert found(root) == Commit(git(root, "rev-parse", "HEAD"), SECONDS)


def test_a_commit_that_another_stands_for_is_looked_at_itself(root: Path) -> None:
    first = Commit(git(root, "rev-parse", "HEAD"), SECONDS)
    (root / INPUTS[0]).write_text("other")
    other = commit(root, "another", SECONDS + 60)
    git(root, "reset", "--quiet", "--hard", first.name)
    git(root, "replace", first.name, other.name)
    assert git(root, "show", "--no-patch", "--format=%s", first.name) == "another"
    assert found(root) == first


def test_it_is_the_last_that_changed_the_sources(root: Path) -> None:
    (root / "data/new.yaml").write_text("new")
    changed = commit(root, "a record", SECONDS + 60)
    (root / "README.md").write_text("How to read this.")
    commit(root, "README", SECONDS + 120)
    assert found(root, "data/new.yaml") == changed


@pytest.mark.parametrize("name", ["data/iris.txt", "data/terms.nt", "data/releases/1.0.0.ttl"])
def test_putting_a_release_on_record_changes_no_sources(root: Path, name: str) -> None:
    before = found(root)
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_text("released")
    assert found(root) == before
    commit(root, "published", SECONDS + 60)
    assert found(root) == before is not None


def test_a_project_in_a_folder_of_the_repository(root: Path) -> None:
    inner = root / "tests/other"
    shutil.copytree(root / "data", inner / "data")
    (inner / "data/new.yaml").write_text("new")
    assert found(inner) is None
    added = commit(root, "another project", SECONDS + 60)
    assert found(inner) == added
    assert found(root) == Commit(git(root, "rev-parse", "HEAD~"), SECONDS)


def _change(root: Path) -> None:
    (root / "data/dataset.yaml").write_text("other")


def _stage(root: Path) -> None:
    _change(root)
    git(root, "add", "--all")


def _add(root: Path) -> None:
    (root / "data/new.yaml").write_text("new")


def _ignore(root: Path) -> None:
    (root / "data/ignored.yaml").write_text("new")


def _ignore_folder(root: Path) -> None:
    (root / "data/ignored").mkdir()
    (root / "data/ignored/new.yaml").write_text("new")


def _remove(root: Path) -> None:
    (root / "shapes/shape.ttl").unlink()


def _forget(root: Path) -> None:
    shutil.rmtree(root / ".git")


def _empty(root: Path) -> None:
    _forget(root)
    git(root, "init", "--quiet")


def _break(root: Path) -> None:
    (root / ".git/HEAD").write_text("nonsense")


@pytest.mark.parametrize(
    ("spoil", "more"),
    [
        pytest.param(_change, (), id="a file is changed"),
        pytest.param(_stage, (), id="a change waits to be committed"),
        pytest.param(_add, ("data/new.yaml",), id="a file is new"),
        pytest.param(_ignore, ("data/ignored.yaml",), id="a file is ignored by git and read all the same"),
        pytest.param(_ignore_folder, ("data/ignored/new.yaml",), id="a folder is ignored"),
        pytest.param(_remove, (), id="a file is gone"),
        pytest.param(_forget, (), id="no repository"),
        pytest.param(_empty, (), id="no commit"),
        pytest.param(_break, (), id="a broken repository"),
    ],
)
def test_no_commit_is_claimed(root: Path, spoil: Callable[[Path], None], more: tuple[str, ...]) -> None:
    assert found(root) is not None
    spoil(root)
    assert found(root, *more) is None


@pytest.mark.parametrize(
    ("spoil", "more", "uncommitted"),
    [
        pytest.param(_change, (), True, id="a file is changed"),
        pytest.param(_add, ("data/new.yaml",), True, id="a file is new"),
        pytest.param(_add, (), False, id="a new file is not read"),
        pytest.param(_empty, INPUTS, True, id="no commit"),
        pytest.param(_forget, (), False, id="no repository"),
        pytest.param(_break, (), False, id="a broken repository"),
    ],
)
def test_whether_sources_wait_to_be_committed(
    root: Path, spoil: Callable[[Path], None], more: tuple[str, ...], uncommitted: bool
) -> None:
    assert not are_uncommitted(root, INPUTS, os.environ)
    spoil(root)
    assert are_uncommitted(root, (*INPUTS, *more), os.environ) is uncommitted


@pytest.mark.parametrize("spoil", [_add, _ignore])
def test_files_that_are_not_read_do_not_matter(root: Path, spoil: Callable[[Path], None]) -> None:
    before = found(root)
    spoil(root)
    assert found(root) == before is not None


def test_without_git_there_is_no_commit(root: Path, tmp_path: Path) -> None:
    assert found(root, PATH=str(tmp_path)) is None


def test_a_shallow_clone_knows_what_its_history_tells(root: Path, tmp_path: Path) -> None:
    for number in (1, 2):
        (root / "data/dataset.yaml").write_text(f"change {number}")
        last = commit(root, f"change {number}", SECONDS + number)
    for depth, known in ((1, None), (2, last)):
        clone = tmp_path / f"depth-{depth}"
        git(tmp_path, "clone", "--quiet", "--depth", str(depth), root.as_uri(), clone.name)
        assert found(clone) == known


def test_a_linked_work_tree(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "--quiet", "--detach", str(tmp_path / "linked"))
    assert found(tmp_path / "linked") == found(root) is not None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_repository_that_git_does_not_trust(root: Path, tmp_path: Path) -> None:
    for path in (root, *root.rglob("*")):
        os.chown(path, 12345, 12345)
    assert found(root, HOME=str(tmp_path), GIT_CONFIG_GLOBAL="") is None


def test_variables_of_a_hook_do_not_mislead(root: Path) -> None:
    before = found(root)
    assert found(root, GIT_DIR="/nonexistent", GIT_INDEX_FILE="/nonexistent") == before is not None


def test_no_program_of_the_repository_is_run(root: Path, tmp_path: Path) -> None:
    spy = tmp_path / "spy"
    spy.write_text(f"#!/bin/sh\ntouch {tmp_path}/seen\n")
    spy.chmod(0o755)
    git(root, "config", "core.fsmonitor", str(spy))
    assert found(root) is not None
    assert not (tmp_path / "seen").exists()
    git(root, "status")
    assert (tmp_path / "seen").exists(), "it would have been run"
