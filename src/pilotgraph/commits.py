"""Files in a git repository -> the commit that holds them as they are, if there is one.

`git` itself is asked, and only what it knows without changing, fetching or running anything.  No repository,
no git, a repository that git does not trust, one that was cloned without the history that is needed: then
no commit is known, and that is all.
"""

import os
import posixpath
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

# What may change a release stands here; the facts that are to be found in it are tests too.  What tells of
# releases is written when one is published, so the commit that adds it comes after the one it was made of.
_SOURCES = (
    *("data", "ontology", "shapes", "tests/coverage"),
    *(":(exclude)data/iris.txt", ":(exclude)data/terms.nt", ":(exclude)data/releases"),
)
_SECONDS = 60.0
# A repository may name programs that git then runs, and a partial clone has others fetched.
_OPTIONS = (
    *("--no-optional-locks", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "protocol.allow=never"),
)


class Commit(NamedTuple):
    """A commit: its hash in hexadecimal digits, and when it was made, in seconds since 1970."""

    name: str
    seconds: int


def last_change(root: Path, inputs: Iterable[str], environment: Mapping[str, str]) -> Commit | None:
    """The last commit, as of the one that is checked out, that changed the sources of a project.

    A commit that leaves the sources as they were leaves the release as it was too.

    :param inputs: the files that count, by their paths below `root`.
    """
    git = _Git(root, environment)
    if _differ(git, root, inputs) is not False:
        return None
    found = git("rev-list", "--max-count=1", "--timestamp", "HEAD", "--", *_SOURCES)
    shallow = git("rev-parse", "--git-path", "shallow")
    if not found or shallow is None:
        return None
    seconds, name = found.split()
    # What came before the first commit of a shallow clone is unknown, so nobody knows what this one changed.
    boundary = root / shallow.removesuffix("\n")
    if boundary.is_file() and name in boundary.read_text(encoding="utf-8").split():
        return None
    return Commit(name, int(seconds))


def are_uncommitted(root: Path, inputs: Iterable[str], environment: Mapping[str, str]) -> bool:
    """Whether the sources of a project are in a git work tree, and are not in its last commit as they are.

    :param inputs: as `last_change`.
    """
    return _differ(_Git(root, environment), root, inputs) is True


def _differ(git: "_Git", root: Path, inputs: Iterable[str]) -> bool | None:
    """Whether the files that count are others than those of the last commit; None if git cannot tell."""
    top = git("rev-parse", "--show-toplevel")
    if top is None:
        return None
    prefix = os.path.relpath(root.resolve(), Path(top.removesuffix("\n")).resolve())
    # git's names: joined as text, since no link in them is followed.
    wanted = {posixpath.normpath(posixpath.join(prefix, each)) for each in inputs}
    status = git(
        *("status", "--porcelain=v1", "-z", "--untracked-files=all", "--ignored=traditional"),
        *("--no-renames", "--ignore-submodules=none", "--", *_SOURCES),
    )
    if status is None:
        return None
    return any(_is_change(each, wanted) for each in status.split("\0") if each)


def _is_change(entry: str, wanted: set[str]) -> bool:
    """Whether a line of git's status concerns a build: what it does not read may lie about untracked."""
    state, path = entry[:2], entry[3:]
    if state not in ("??", "!!"):
        return True
    # A folder that is ignored whole is told as one.
    return any(each == path or (path.endswith("/") and each.startswith(path)) for each in wanted)


class _Git:
    """Asks git about the repository that a directory is in; an answer is None where it has none."""

    def __init__(self, root: Path, environment: Mapping[str, str]) -> None:
        self._root = root
        self._program = shutil.which("git", path=environment.get("PATH"))
        # Within a hook, git's own variables speak of another state than that of the files.
        own = {name: value for name, value in environment.items() if not name.startswith("GIT_")}
        self._environment = own | {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0"}

    def __call__(self, *arguments: str) -> str | None:
        if self._program is None:
            return None
        try:
            done = subprocess.run(  # noqa: S603 (a fixed command)
                [self._program, *_OPTIONS, *arguments],
                cwd=self._root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode(errors="surrogateescape") if done.returncode == 0 else None
