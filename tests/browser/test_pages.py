"""Every kind of page, wide and narrow, light and dark: no fault for axe-core, and nothing goes wrong.

axe-core's rules are WCAG 2.2 A and AA and its own best practices <https://dequeuniversity.com/rules/axe/4.12/>.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser.visitor import NARROW, SCHEMES, WIDE, Manner, Visit, Visitor
from kinds import kinds
from pilotgraph.release import Release

# What these answer to a browser is no 200.
REFUSALS = {"nothing": 404, "a question refused": 400, "a query refused": 400}
AXE = Axe().axe_script
# All that a failing test prints; the whole report of a page would be most of the time that a run takes.
RUN = """async () => {
  const report = await axe.run({resultTypes: ['violations']});
  const first = each => each.nodes.slice(0, 3).map(node => String(node.target));
  return report.violations.map(each => [each.id, each.help, first(each)]);
}"""
# Each size and each scheme of colours once: what is laid out otherwise is not coloured otherwise.
STATES = ((WIDE, SCHEMES[0]), (NARROW, SCHEMES[1]))


@pytest.fixture(scope="module")
def real_kinds(real_release: Release) -> dict[str, str]:
    return dict(kinds(real_release))


@pytest.fixture(scope="module")
def kinds_of_lights(release: Release) -> dict[str, str]:
    return dict(kinds(release))


def test_real_pages(visit: Visit, site: str, real_kinds: dict[str, str]) -> None:
    assert len(real_kinds) > 50
    assert looked_at(visit(site), real_kinds) == []


def test_pages_of_another_subject(visit: Visit, lights: str, kinds_of_lights: dict[str, str]) -> None:
    assert len(kinds_of_lights) > 20
    assert looked_at(visit(lights), kinds_of_lights) == []


def looked_at(visitor: Visitor, paths: dict[str, str]) -> list[str]:
    return [fault for name, path in paths.items() for fault in faults(visitor, name, path)]


def faults(visitor: Visitor, name: str, path: str) -> list[str]:
    """Look at a page in every size and colour, and say what is wrong with it."""
    status = visitor.open(path).status
    found = [] if status == REFUSALS.get(name, 200) else [f"{name} ({path}): {status}"]
    visitor.page.evaluate(AXE)
    for viewport, scheme in STATES:
        visitor.page.set_viewport_size(viewport)
        visitor.page.emulate_media(color_scheme=scheme)
        seen = f"{name} ({path}), {viewport['width']} px, {scheme}"
        if wider := visitor.wider_than_the_window():
            found.append(f"{seen}: {wider}")
        for rule, help, elements in visitor.page.evaluate(RUN):
            found.append(f"{seen}: {rule}: {help}: {elements}")
    return found


def test_a_page_is_dark_where_the_system_is(visit: Visit, site: str) -> None:
    dark = visit(site, Manner(scheme="dark"))
    light = visit(site, Manner(scheme="light"))
    colours = []
    for visitor in (dark, light):
        visitor.open("/")
        colours.append(visitor.page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert colours[0] != colours[1]
