"""What the suites share: a server with a module's settings, and what to ask it."""

import sys
from collections.abc import Iterator

import pytest

from abuse.honest import Questions
from abuse.server import Server
from pilotgraph.release import Release
from pilotgraph.store import LocalStore

# They ask Linux what the processes are.
collect_ignore_glob = [] if sys.platform == "linux" else ["test_*.py"]


@pytest.fixture(scope="session")
def local(real_release: Release) -> Iterator[LocalStore]:
    """The engine in this process, on the same release."""
    with LocalStore(real_release) as store:
        yield store


@pytest.fixture(scope="session")
def questions(real_release: Release, local: LocalStore) -> Questions:
    return Questions.of(real_release, local)


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, real_release: Release) -> Iterator[Server]:
    """One server for a module, with its SETTINGS."""
    with Server.running(real_release.path, **request.module.SETTINGS) as running:
        yield running
