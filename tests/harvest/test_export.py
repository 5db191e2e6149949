"""The real site as files: on a plain file host, in Chromium, with every other host out of reach."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

CHROMIUM = Path("/usr/bin/chromium")
if not os.environ.get("CI"):
    pytest.importorskip("playwright", reason="there is no Playwright (the group `browser`)")
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium", allow_module_level=True)

# ruff: noqa: E402 - what is missing is said before it is imported
from playwright.sync_api import Browser, Page, expect, sync_playwright

from browser.visitor import NARROW, SCHEMES, WIDE, Manner, Scheme, Visitor
from file_host import dead_links, hosting, pages
from pilotgraph import guard
from pilotgraph.edition import Dataset, published_questions, read_context
from pilotgraph.errors import MalformedQuery
from pilotgraph.export.exporter import Exported, export
from pilotgraph.formats import RESULT_FORMATS, TURTLE
from pilotgraph.parameters import bind
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
SLOW = 60_000  # ms that an engine may take to load the data and to answer, beside other tests
KESTREL = "https://example.org/lights/id/lighthouse/kestrel-point"
_ASK = """async (texts) => {
  const { Engine } = await import('./static/offline-engine.js');
  const engine = new Engine(), answers = [];
  for (const text of texts) {
    const { answer, wrong } = await engine.ask(text);
    answers.push(wrong ? { wrong: wrong.message } : answer.result ?? { graph: answer.content });
  }
  return answers;
}"""


@pytest.fixture(scope="module")
def exported(real_release: Release, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return export(real_release, tmp_path_factory.mktemp("twin") / "out")


@pytest.fixture(scope="module")
def site(exported: Exported) -> Iterator[str]:
    with hosting(exported.path) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its sandbox needs a user that is not root; what it is shown is ours.
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), chromium_sandbox=False)
        yield browser
        browser.close()


@pytest.fixture
def visitor(chromium: Browser, site: str) -> Iterator[Visitor]:
    """Somebody whose browser reaches no other host; at the end nothing has gone wrong."""
    found = Visitor(chromium, site, Manner())
    found.page.set_default_timeout(60_000)
    yield found
    assert found.ends() == []


@pytest.fixture(scope="module")
def lights(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with hosting(export(release, tmp_path_factory.mktemp("lights") / "out").path) as url:
        yield url


@pytest.fixture
def keeper(chromium: Browser, lights: str) -> Iterator[Visitor]:
    """A visitor of the small site."""
    found = Visitor(chromium, lights, Manner())
    found.page.set_default_timeout(30_000)
    yield found
    assert found.ends() == []


def run(visitor: Visitor, text: str) -> None:
    visitor.write(visitor.page.get_by_role("textbox", name="Your query"), text)
    visitor.page.get_by_role("button", name="Run").click()


def refusal(text: str) -> str | None:
    """How a server refuses a query that is nested too deep."""
    try:
        guard.read(text)
    except MalformedQuery as error:
        return str(error)
    return None


def rows(result: dict[str, Any]) -> list[str]:
    """What a result in the SPARQL 1.1 JSON format says, row by row, in an order of its own."""
    if "results" not in result:
        return [str(result["boolean"])]
    return sorted(
        json.dumps(
            {
                name: {key: value.lower() if key == "xml:lang" else value for key, value in cell.items()}
                for name, cell in row.items()
            },
            sort_keys=True,
        )
        for row in result["results"]["bindings"]
    )


def ask(page: Page, texts: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(_ASK, texts)
    return found


def test_links_of_a_sample_of_pages_lead_somewhere(exported: Exported, site: str) -> None:
    files = pages(exported.path)
    assert len(files) > 7_000
    sample = [*files[::25], *(each for each in files if "/" not in each)]
    assert dead_links(site, "/", sample)[0] == []


def test_the_browser_answers_every_published_question_as_the_server_does(
    visitor: Visitor, real_release: Release
) -> None:
    texts = [each.text for each in published_questions(real_release)]
    assert len(texts) > 10
    with LocalStore(real_release) as store:
        asked = [Query(text, solutions=RESULT_FORMATS[0], graph=TURTLE) for text in texts]
        wanted = [json.loads(store.query(each).content) for each in asked]
    visitor.open("/sparql.html")
    found = ask(visitor.page, texts)
    different = [
        text
        for text, one, other in zip(texts, found, wanted, strict=True)
        if one.get("head") != other["head"] or rows(one) != rows(other)
    ]
    assert different == []


def test_the_browser_asks_what_the_server_would_and_no_more(visitor: Visitor, real_release: Release) -> None:
    graphs = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    union = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    texts = [
        graphs,
        union,
        f"SELECT (COUNT(*) AS ?n) FROM <{Dataset(real_release).node.value}x> {{ ?s ?p ?o }}",
    ]
    with LocalStore(real_release) as store:
        asked = (Query(each, solutions=RESULT_FORMATS[0]) for each in texts)
        wanted = [rows(json.loads(store.query(each).content)) for each in asked]
    visitor.open("/sparql.html")
    found = ask(visitor.page, [*texts, "ASK { SERVICE <http://example.org/> { ?s ?p ?o } }", "DROP ALL"])
    assert [rows(each) for each in found[:3]] == wanted
    assert all("wrong" in each for each in found[3:])


def test_somebody_asks_and_saves_and_stops(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/sparql.html")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#answer")).to_have_text("Answer 25 rows")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    lines = Path(saved.value.path()).read_text(encoding="utf-8").splitlines()
    assert (len(lines), lines[0]) == (26, "thing,label")
    page.locator("#shown td a").first.click()
    expect(page.locator("article h1")).to_be_visible()
    page.go_back()
    visitor.open(f"/sparql.html?again#query={quote(ENDLESS)}")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#status")).to_have_text("Stopped.")
    visitor.write(page.get_by_role("textbox", name="Your query"), "SELECT ?thing {\n  ?thing a }")
    page.get_by_role("button", name="Run").click()
    expect(page.locator(".problem")).to_contain_text("line 2, column 12")
    expect(page.locator(".CodeMirror .wrong")).to_be_visible()


def test_an_older_answer_does_not_stand_under_a_newer_question(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/sparql.html")
    button = page.locator("#query-form button").first
    button.click()
    expect(page.get_by_role("button", name="Save as CSV")).to_be_visible()
    visitor.write(page.get_by_role("textbox", name="Your query"), ENDLESS)
    button.click()
    expect(page.locator("#status")).to_have_text("Running…")
    expect(page.get_by_role("button", name="Save as CSV")).to_have_count(0)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#status")).to_have_text("Stopped.")
    expect(page.locator("#shown")).to_be_empty()


def test_the_browser_refuses_what_is_nested_too_deep_as_the_server_does(keeper: Visitor) -> None:
    most, deeper = guard.MAX_DEPTH, guard.MAX_DEPTH + 1
    texts = [
        "SELECT * {" + "{" * 800 + "}" * 800 + "}",
        "SELECT * {" + "{" * (most - 1) + "}" * (most - 1) + "}",
        "SELECT * { # 🏮\n {" + "{" * (most - 1) + "}" * (most - 1) + "}}",
        "SELECT * {\n  ?s ?p '🏮' . FILTER" + "(" * deeper + "1" + ")" * deeper + "}",
        "SELECT * { ?s ?p " + "[ <a:a> " * most + "1" + "]" * most + "}",
        "SELECT * {" + "{}" * deeper + "}",
        "SELECT * { # " + "{" * deeper + "\n}",
        "SELECT * { # \r" + "{" * most + "}" * most + "}",
        f"SELECT ('{'(' * deeper}' AS ?a) {{}}",
        'SELECT ("""\\""" ' + "(" * deeper + '""" AS ?a) {}',
        "SELECT ('''a' ''' AS ?a) {" + "{" * most + "}" * most + "}",
        f"SELECT * {{ ?s <a:{'(' * deeper}> ?o }}",
        "PREFIX ex: <a:> SELECT * { ?s ex:a" + "\\(" * deeper + " ?o }",
        "PREFIX ex: <a:> SELECT * { ?s ex:a\\#b " + "[ ex:a\\' " * most + "]" * most + "}",
    ]
    wanted = [refusal(each) for each in texts]
    assert None in wanted
    keeper.open("/sparql.html")
    found = ask(keeper.page, [*texts, COUNT])
    assert [each.get("wrong") for each in found] == [*wanted, None]
    run(keeper, texts[0])
    expect(keeper.page.locator(".problem .detail")).to_have_text(str(wanted[0]), timeout=SLOW)
    run(keeper, COUNT)
    expect(keeper.page.locator("#answer")).to_have_text("Answer 1 row", timeout=SLOW)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"SELECT * {{ ?s a{'/a' * 5_000} ?o }}", id="memory"),
        pytest.param(f"SELECT * {{ FILTER({'!' * 5_000}true) }}", id="stack"),
    ],
)
def test_after_a_query_that_spoils_the_engine_the_next_is_answered(keeper: Visitor, text: str) -> None:
    page = keeper.page
    keeper.open("/sparql.html")
    run(keeper, text)
    told = "The engine gave up on this query. The next one starts it anew."
    expect(page.locator("#status")).to_have_text(told, timeout=SLOW)
    expect(page.locator(".problem")).to_have_count(0)
    run(keeper, COUNT)
    expect(page.locator("#answer")).to_have_text("Answer 1 row", timeout=SLOW)


def test_a_query_of_a_foreign_link_waits_until_somebody_runs_it(keeper: Visitor) -> None:
    page = keeper.page
    keeper.open(f"/sparql.html#query={quote(COUNT)}")
    expect(page.locator("#status")).to_have_text("This query came with the link. Press Run to ask it.")
    expect(page.locator(".CodeMirror")).to_contain_text("COUNT")
    page.evaluate("hash => { location.hash = hash }", f"query={quote(ENDLESS)}")
    expect(page.locator(".CodeMirror")).to_contain_text("?j ?k ?l")
    page.go_back()
    expect(page.locator(".CodeMirror")).not_to_contain_text("?j ?k ?l")
    assert not [each for each in keeper.sent if "wasm" in each or "data.nq" in each]
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#answer")).to_have_text("Answer 1 row", timeout=SLOW)
    keeper.open("/ontology/term/Inspection.html")
    page.get_by_role("link", name="Run this query").click()
    expect(page.locator("#answer")).to_be_visible(timeout=SLOW)


def test_a_triple_as_a_value_is_shown_by_its_parts(keeper: Visitor) -> None:
    page = keeper.page
    keeper.open("/sparql.html")
    run(keeper, f"SELECT ?x {{ VALUES ?x {{ <<( <{KESTREL}> <a:b> <<( <a:c> <a:d> 'é'@fr )>> )>> }} }}")
    cell = page.locator("#shown td")
    shown = "<< Kestrel Point a:b << a:c a:d é >> >>"
    expect(cell).to_have_text(shown, timeout=SLOW)
    expect(cell.get_by_role("link", name="Kestrel Point")).to_have_attribute("title", KESTREL)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    assert KESTREL in Path(saved.value.path()).read_text(encoding="utf-8")


def test_somebody_gives_a_question_other_values(visitor: Visitor, real_release: Release) -> None:
    question = next(
        each
        for each in published_questions(real_release)
        if any(hasattr(x.default, "value") for x in each.parameters)
    )
    page = visitor.page
    visitor.open(f"/queries/{question.name}.html")
    field = page.locator("#question-form select").first
    name = field.get_attribute("name") or ""
    values = field.locator("option").evaluate_all("options => options.map((each) => each.value)")
    value = next(each for each in values if each != field.input_value())
    context = read_context(real_release, Dataset(real_release))
    text = bind(question.text, {name: value}, context)
    with LocalStore(real_release) as store:
        total = len(rows(json.loads(store.query(Query(text, solutions=RESULT_FORMATS[0])).content)))
    field.select_option(value)
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#status")).to_contain_text(f"Answer {total:,} row")
    assert page.locator("#text").text_content() == text
    page.locator("#edit").click()
    expect(page.locator("#status")).to_contain_text(f"Answer {total:,} row")


@pytest.mark.parametrize("colour", ["lt:greenLight", "https://example.org/lights/ontology#greenLight"])
def test_an_address_with_values_asks_for_them_as_on_a_server(keeper: Visitor, colour: str) -> None:
    page = keeper.page
    keeper.open(f"/queries/lights-by-colour.html?colour={quote(colour)}&from=elsewhere")
    expect(page.locator("#status")).to_contain_text("Answer", timeout=SLOW)
    expect(page.locator("#question-form select")).to_have_value("lt:greenLight")
    expect(page.locator("#text")).to_contain_text("ontology#greenLight>")
    green = page.locator("#shown tbody tr").all_text_contents()
    page.locator("#question-form input").fill("1000")
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("#shown")).to_contain_text("Nothing in the data fits.", timeout=SLOW)
    assert page.url.endswith("/queries/lights-by-colour.html?colour=lt%3AgreenLight&least=1000")
    keeper.open(page.url.removeprefix(keeper.site).replace("least=1000", "least=0"))
    expect(page.locator("#status")).to_contain_text("Answer", timeout=SLOW)
    assert page.locator("#shown tbody tr").all_text_contents() == green
    assert green


@pytest.mark.parametrize(
    "values", ["colour=lt:octarine", "least=high", "least=", "colour=lt:redLight&least=x"]
)
def test_an_address_with_values_that_no_field_takes_shows_no_other_answer(
    keeper: Visitor, values: str
) -> None:
    keeper.open(f"/queries/lights-by-colour.html?{values}")
    expect(keeper.page.locator("#status")).to_contain_text(
        f"no answer for {values.partition('&')[2] or values}"
    )
    expect(keeper.page.locator("#shown")).to_be_empty()


def test_an_address_without_values_shows_the_answer_that_it_came_with(keeper: Visitor) -> None:
    keeper.open("/queries/lights-by-colour.html?from=elsewhere")
    expect(keeper.page.locator("#shown tbody tr").first).to_be_visible()
    assert not [each for each in keeper.sent if "wasm" in each or "data.nq" in each]


def test_somebody_searches(visitor: Visitor) -> None:
    page = visitor.page
    visitor.open("/browse.html")
    page.get_by_role("searchbox").fill("Torbay")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".results li").first).to_contain_text("Torbay")
    page.locator(".results a").first.click()
    expect(page.locator("article h1")).to_contain_text("Torbay")


@pytest.mark.parametrize("path", ["/sparql.html", "/queries/claims-in-conflict.html", "/search.html?q=a"])
def test_without_scripts_a_page_says_so_and_has_no_dead_form(chromium: Browser, site: str, path: str) -> None:
    visitor = Visitor(chromium, site, Manner(scripts=False))
    visitor.open(path)
    expect(visitor.page.locator("main noscript p")).to_contain_text("JavaScript")
    for form in visitor.page.locator("main form").all():
        expect(form).to_be_hidden()
    assert visitor.ends() == []


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_no_page_scrolls_sideways(chromium: Browser, site: str, viewport: Any, scheme: Scheme) -> None:
    visitor = Visitor(chromium, site, Manner(viewport=viewport, scheme=scheme))
    for path in ("/", "/sparql.html", "/search.html?q=care", "/queries/claims-in-conflict.html", "/404.html"):
        visitor.open(path)
        assert visitor.wider_than_the_window() == ""
    visitor.open("/sparql.html")
    visitor.page.get_by_role("button", name="Run").click()
    expect(visitor.page.locator("#answer")).to_be_visible(timeout=60_000)
    assert visitor.wider_than_the_window() == ""
    assert visitor.ends() == []
