"""`serve`: the port that it keeps, the web process that it starts again, and how it ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from abuse.processes import generations
from abuse.server import HOST, PATIENCE_SECONDS, Server
from conftest import COMMAND, REPOSITORY, run
from pilotgraph.release import Release
from pools import POINT, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux what the processes are")


@pytest.fixture(scope="module")
def server(release: Release) -> Iterator[Server]:
    with Server.running(release.path) as running:
        yield running


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Path:
    """A release that a test may damage."""
    place = tmp_path / release.name
    shutil.copytree(release.path, place)
    return place


def damage(place: Path) -> None:
    content = (place / "data.nq").read_bytes()
    (place / "data.nq").write_bytes(content[:-2] + b"\n\n")


def test_a_free_port_is_found_and_said(server: Server) -> None:
    assert server.port > 0
    assert server.ask(POINT).status == 200


def test_a_port_that_is_taken_is_one_line(server: Server, release: Release) -> None:
    ended = run("serve", "--release", release.path, "--host", HOST, "--port", str(server.port))
    assert (ended.returncode, ended.stdout) == (1, "")
    assert f"port {server.port} of {HOST} is taken" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_port_that_someone_only_listens_on_is_taken(release: Release) -> None:
    with closing(socket.socket()) as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # even by one who would share it
        stranger.bind((HOST, 0))
        stranger.listen()
        port = str(stranger.getsockname()[1])
        ended = run("serve", "--release", release.path, "--host", HOST, "--port", port)
    assert ended.returncode == 1
    assert "is taken" in ended.stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_one_line(release: Release, host: str) -> None:
    ended = run("serve", "--release", release.path, "--host", host, "--port", "0")
    assert ended.returncode == 1
    assert f"cannot listen on port 0 of {host}" in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_release_that_does_not_match_its_manifest_is_one_line(copy: Path) -> None:
    damage(copy)
    ended = run("serve", "--release", copy, "--host", HOST, "--port", "0")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"pilotgraph: {copy}/data.nq has another SHA-256 than the manifest says")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize("missing", ["data.nq", "context.jsonld", "manifest.json"])
def test_a_release_that_is_not_whole_is_one_line(copy: Path, missing: str) -> None:
    (copy / missing).unlink()
    ended = run("serve", "--release", copy, "--host", HOST, "--port", "0")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.count("\n") == 1


def test_a_web_process_that_is_killed_is_started_again_and_the_port_kept(
    server: Server, release: Release
) -> None:
    for _ in range(2):
        (web,) = generations(server.process.pid)[1]
        os.kill(web.number, signal.SIGKILL)
        with closing(socket.socket()) as thief, pytest.raises(OSError):
            thief.bind((HOST, server.port))

        def answered() -> bool:
            try:
                return server.ask(POINT).status == 200
            except OSError:
                return False

        until(answered)
        (again,) = generations(server.process.pid)[1]
        assert again != web


@pytest.mark.parametrize(("number", "when"), [(signal.SIGTERM, "starting"), (signal.SIGINT, "restarting")])
def test_a_signal_ends_it_well_whenever_it_comes(copy: Path, number: signal.Signals, when: str) -> None:
    """Also before it answers, and while it has no web process."""
    command = [str(COMMAND), "serve", "--release", str(copy), "--host", HOST, "--port", "0"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0
    ) as process:
        try:
            assert process.stdout
            assert process.stderr
            if when == "starting":
                until(lambda: len(generations(process.pid)) > 1)
            else:
                assert b"Serving" in process.stdout.readline()
                damage(copy)
                (web,) = generations(process.pid)[1]
                os.kill(web.number, signal.SIGKILL)
                assert b"it is started again" in process.stderr.readline()
            process.send_signal(number)
            assert process.wait(PATIENCE_SECONDS) == 0
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def test_what_cannot_be_served_any_more_is_tried_again_without_haste(copy: Path) -> None:
    with Server.running(copy) as server:
        content = (copy / "data.nq").read_bytes()
        damage(copy)
        (web,) = generations(server.process.pid)[1]
        os.kill(web.number, signal.SIGKILL)
        started, seen = time.monotonic(), {web}
        while time.monotonic() - started < 2:
            seen.update(*generations(server.process.pid)[1:2])
            time.sleep(0.02)
        assert len(seen) < 5
        (copy / "data.nq").write_bytes(content)

        def answered() -> bool:
            try:
                return server.ask(POINT).status == 200
            except OSError:
                return False

        until(answered)
