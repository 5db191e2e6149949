"""A supervisor's process: begun when it is ready, ended whatever it does."""

import os
import signal
from pathlib import Path

import pytest

from pilotgraph.errors import StoreUnavailable
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.supervised import Supervised
from pools import state, until


def test_it_is_ready_when_it_is_there_and_ends_when_nobody_is_left_to_order(release: Release) -> None:
    running = Supervised(release.path, Settings())
    assert running.process.poll() is None
    running.end()
    assert running.process.returncode == 0


def test_without_a_release_it_says_why_and_is_gone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StoreUnavailable, match="did not start"):
        Supervised(tmp_path, Settings())
    assert capfd.readouterr().err.startswith(f"pilotgraph: {tmp_path} holds no release")


def test_one_that_does_not_listen_is_ended_too(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pilotgraph.supervised._PATIENCE_SECONDS", 0.2)
    running = Supervised(release.path, Settings())
    os.kill(running.process.pid, signal.SIGSTOP)
    until(lambda: state(running.process.pid) == "T")
    running.end()
    assert running.process.returncode == -signal.SIGKILL
