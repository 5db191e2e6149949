"""The supervisor as a process, without a client: how it starts, what it opens, how it ends."""

import io
import json
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from pilotgraph.release import Release
from pilotgraph.supervisor import DEATHS, QUERIES, READY, Limits, read


@contextmanager
def supervisor(release: Path, directory: Path) -> Iterator[tuple[socket.socket, subprocess.Popen[str]]]:
    """A running supervisor and the other end of its lifeline."""
    directory.mkdir()
    ours, theirs = socket.socketpair()
    command = [
        sys.executable,
        "-m",
        "pilotgraph.supervisor",
        str(release),
        str(directory),
        json.dumps(asdict(Limits())),
    ]
    # The lifeline is closed first: leaving the process waits for its end.
    with subprocess.Popen(command, stdin=theirs.fileno(), stderr=subprocess.PIPE, text=True) as process, ours:
        theirs.close()
        ours.settimeout(30)
        yield ours, process


def test_its_sockets_are_for_their_owner_only(release: Release, tmp_path: Path) -> None:
    with supervisor(release.path, tmp_path / "sockets") as (lifeline, _):
        assert lifeline.recv(1) == READY
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "sockets").iterdir()}
    assert modes == {QUERIES: 0o600, DEATHS: 0o600}


def test_it_ends_with_its_lifeline_and_leaves_nothing(release: Release, tmp_path: Path) -> None:
    with supervisor(release.path, tmp_path / "sockets") as (lifeline, process):
        assert lifeline.recv(1) == READY
        lifeline.close()
        assert process.wait(10) == 0
    assert not (tmp_path / "sockets").exists()


def test_a_release_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with supervisor(tmp_path / "none", tmp_path / "sockets") as (lifeline, process):
        assert lifeline.recv(1) == b""
        _, said = process.communicate(timeout=10)
    assert process.returncode == 1
    assert said.startswith("pilotgraph: ")
    assert said.count("\n") == 1
    assert not (tmp_path / "sockets").exists()


def test_a_frame_is_whole_or_an_error() -> None:
    assert read(io.BytesIO(b"abc"), 2) == b"ab"
    with pytest.raises(ConnectionResetError):
        read(io.BytesIO(b"abc"), 4)
