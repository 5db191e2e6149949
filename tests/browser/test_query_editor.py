"""The editor of the query page: what it completes, where it marks a slip, and how one leaves it."""

from playwright.sync_api import Page, expect

from browser.visitor import Manner, Visit, Visitor

LT = "https://example.org/lights/ontology#"
SLIP = "SELECT ?é WHERE {\n  ?é a \U0001f600 ] .\n}"


def editor(visit: Visit, lights: str, path: str = "/sparql") -> Visitor:
    visitor: Visitor = visit(lights, Manner())
    visitor.open(path)
    visitor.page.locator(".CodeMirror-lines").click()
    return visitor


def write(page: Page, text: str) -> None:
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Delete")
    page.keyboard.type(text)


def test_terms_are_completed_by_label_and_by_name(visit: Visit, lights: str) -> None:
    page = editor(visit, lights).page
    hints = page.locator(".CodeMirror-hint")
    write(page, f"PREFIX lt: <{LT}>\nSELECT * {{ ?x a light")
    page.keyboard.press("Control+Space")
    expect(hints).to_have_text(["lt:Lighthouselighthouse"])
    page.keyboard.press("Enter")
    page.keyboard.type(" ; lt:foc")
    page.keyboard.press("Control+Space")
    expect(hints).to_have_text(["lt:focalHeightfocal height"])
    page.keyboard.press("Enter")
    page.keyboard.type(" ?height }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer")).to_be_visible()
    assert "a+lt%3ALighthouse+%3B+lt%3AfocalHeight" in page.url


def test_a_prefix_is_declared_as_it_is_used(visit: Visit, lights: str) -> None:
    visitor = editor(visit, lights)
    write(visitor.page, "SELECT * { ?x a lt:")
    first = visitor.page.locator(".CodeMirror-line").first
    expect(first).to_have_text(f"PREFIX lt: <{LT}>")
    assert not [each for each in visitor.sent if not each.startswith(lights)]


def test_a_slip_is_marked_where_it_is_until_it_is_mended(visit: Visit, lights: str) -> None:
    visitor = editor(visit, lights)
    page = visitor.page
    write(page, SLIP)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    expect(page.locator(".yasqe .wrong")).to_have_text("]")
    page.locator(".parseErrorIcon").hover()
    write(page, "ASK {}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#answer")).to_be_visible()
    expect(page.locator(".yasqe .wrong")).to_have_count(0)
    # The browser says on its console that a query was refused; that was meant.
    visitor.faults = [each for each in visitor.faults if "400 (Bad Request)" not in each]


def test_the_way_back_leads_to_the_query_before(visit: Visit, lights: str) -> None:
    page = editor(visit, lights).page
    for number in (1, 2):
        write(page, f"SELECT ({number} AS ?n) {{}}")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".answer td")).to_have_text([str(number)])
    page.go_back()
    expect(page.locator(".answer td")).to_have_text(["1"])
    expect(page.locator(".CodeMirror-line")).to_have_text("SELECT (1 AS ?n) {}")


def test_to_skip_to_the_content_loses_nothing(visit: Visit, lights: str) -> None:
    page = editor(visit, lights).page
    write(page, "ASK {}")
    page.evaluate("location.hash = 'content'")
    expect(page.locator(".CodeMirror-line")).to_have_text("ASK {}")


def test_tab_leads_out_of_the_editor(visit: Visit, lights: str) -> None:
    page = editor(visit, lights).page
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".CodeMirror-focused")).to_be_visible()
    expect(page.get_by_role("textbox", name="Your query")).to_be_focused()


def test_a_query_too_long_for_an_address_is_answered(visit: Visit, lights: str) -> None:
    page = editor(visit, lights).page
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(f"SELECT (1 AS ?one) {{}} # {'é' * 11_000}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#shown")).to_contain_text("too long for an address")
    assert page.url == f"{lights}/sparql"
