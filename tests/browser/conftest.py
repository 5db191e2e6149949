"""What the suites share: Chromium, the two sites as real servers, and visitors that must meet no fault."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser.visitor import Manner, Visit, Visitor
from conftest import Serve
from pilotgraph.release import Release

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its sandbox needs a user that is not root; what it is shown is ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(real_release: Release, serve: Serve) -> str:
    """The real site."""
    return serve("--release", real_release.path)


@pytest.fixture(scope="session")
def lights(release: Release, serve: Serve) -> str:
    """The site of the second project."""
    return serve("--release", release.path)


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Visit a site in some manner; at the end nothing has gone wrong."""
    visitors: list[Visitor] = []

    def begin(site: str, manner: Manner | None = None) -> Visitor:
        visitors.append(Visitor(chromium, site, manner or Manner()))
        return visitors[-1]

    yield begin
    assert [fault for visitor in visitors for fault in visitor.ends()] == []
