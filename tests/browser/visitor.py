"""A person at a browser, with or without a mouse, and what went wrong on the way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Request,
    Response,
    Route,
    ViewportSize,
    expect,
)

NARROW = ViewportSize(width=360, height=740)
WIDE = ViewportSize(width=1440, height=900)
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
# More stops than a page has before its content and in the part of it that a journey needs.
MOST_STOPS = 400

# Loading an image that is missing fails quietly; a violation of the policy is told to the document.
_WATCH = """
window.violations = [];
document.addEventListener('securitypolicyviolation',
  each => window.violations.push(each.effectiveDirective + ' ' + each.blockedURI));
"""
# An editor draws its frame round the element that has the focus.
_FOCUS_IS_SEEN = """element => {
  const seen = style => (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0)
    || style.boxShadow !== 'none';
  for (let each = element, up = 0; each && up < 4; each = each.parentElement, up++)
    if (each.matches(':focus, :focus-within') && seen(getComputedStyle(each))) return true;
  return false;
}"""
# Hidden parts, such as what is for screen readers only, may stand outside.
_WIDER = """() => {
  const page = document.scrollingElement;
  if (page.scrollWidth <= innerWidth) return '';
  const scrolls = each =>
    each && (getComputedStyle(each).overflowX !== 'visible' || scrolls(each.parentElement));
  const out = [...document.body.querySelectorAll('*')]
    .filter(each => each.getBoundingClientRect().right > innerWidth + 1 && !scrolls(each.parentElement))
    .map(each => each.tagName.toLowerCase() + (each.className ? '.' + each.className : ''));
  return `${page.scrollWidth} px on ${innerWidth} px: ${[...new Set(out)].slice(0, 5)}`;
}"""


@dataclass(frozen=True, slots=True)
class Manner:
    """How somebody uses a site."""

    keyboard: bool = False
    scripts: bool = True
    viewport: ViewportSize = field(default_factory=lambda: WIDE)
    scheme: Scheme = "light"

    def __str__(self) -> str:
        hand = "keyboard" if self.keyboard else "mouse"
        scripts = "" if self.scripts else ", no scripts"
        return f"{hand}, {self.viewport['width']} px, {self.scheme}{scripts}"


class Visitor:
    """One tab of a browser at one site.

    `faults` are errors on the console, violations of the content security policy, dialogs, scripts that
    failed, and requests to other hosts, which are not sent.
    """

    def __init__(self, browser: Browser, site: str, manner: Manner) -> None:
        self.site, self.manner = site, manner
        self.faults: list[str] = []
        self.sent: list[str] = []
        self._refused: set[str] = set()
        self._context = browser.new_context(
            base_url=site,
            viewport=manner.viewport,
            color_scheme=manner.scheme,
            java_script_enabled=manner.scripts,
            reduced_motion="reduce",
        )
        self._context.route("**/*", self._keep_within)
        if manner.scripts:
            self._context.add_init_script(_WATCH)
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script failed: {error}"))
        self.page.on("dialog", self._dismiss)
        self.page.on("response", self._note)

    def open(self, path: str) -> Response:
        response = self.page.goto(self.site + path)
        assert response
        return response

    def use(self, target: Locator) -> None:
        """Follow a link or press a button."""
        if self.manner.keyboard:
            self.reach(target)
            self.page.keyboard.press("Enter")
        else:
            target.click()

    def write(self, target: Locator, text: str) -> None:
        """Put a text where another may stand."""
        if self.manner.keyboard:
            self.reach(target)
        else:
            # An editor lies above the element that takes what is typed.
            editor = self.page.locator(".CodeMirror").filter(has=target)
            (editor if editor.count() else target).click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def choose(self, target: Locator, label: str) -> None:
        """Choose from a list by what a reader sees."""
        if self.manner.keyboard:
            self.reach(target)
            self.page.keyboard.type(label)
            expect(target.locator("option:checked")).to_have_text(label)
        else:
            target.select_option(label=label)

    def reach(self, target: Locator) -> None:
        """Press Tab until something has the focus, and see that it shows."""
        expect(target).to_be_visible()
        element = target.element_handle()  # to look for it again at each stop would take most of the time
        for _ in range(MOST_STOPS):
            if element.evaluate("element => element === document.activeElement"):
                assert element.evaluate(_FOCUS_IS_SEEN), f"nobody sees that {target} has the focus"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{MOST_STOPS} times Tab do not lead to {target} on {self.page.url}")

    def wider_than_the_window(self) -> str:
        """Say what makes a page scroll sideways; nothing if it does not."""
        self.page.wait_for_load_state()  # before its style is there, a page is of any width
        found = self.page.evaluate(_WIDER)
        assert isinstance(found, str)
        return found

    def ends(self) -> list[str]:
        """Leave, and return what went wrong."""
        if self.manner.scripts:
            self.note_violations()
        self._context.close()
        return self.faults

    def note_violations(self) -> None:
        self.faults += (f"violation: {each}" for each in self.page.evaluate("window.violations || []"))

    def _keep_within(self, route: Route, request: Request) -> None:
        self.sent.append(request.url)
        if request.url.startswith((f"{self.site}/", "data:", "blob:")) or request.url == self.site:
            route.continue_()
        else:
            self.faults.append(f"a request to {urlsplit(request.url).netloc}: {request.url}")
            route.abort()

    def _note(self, response: Response) -> None:
        if response.request.resource_type in ("document", "fetch") and 400 <= response.status < 500:
            self._refused.add(response.url)

    def _hear(self, message: ConsoleMessage) -> None:
        # That a page which was asked for is refused is said on the console too.
        told = message.location.get("url", "") in self._refused and "status of" in message.text
        if message.type in ("error", "warning") and not told:
            self.faults.append(f"console: {message.text} ({self.page.url})")

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


Visit = Callable[..., Visitor]
