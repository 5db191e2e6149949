"""What people come for, by mouse and by keyboard, with scripts and without, on a phone and on a desk."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.visitor import NARROW, WIDE, Manner, Visit

MANNERS = (
    Manner(viewport=WIDE),
    Manner(viewport=WIDE, keyboard=True, scheme="dark"),
    Manner(viewport=NARROW, scripts=False, scheme="dark"),
    Manner(viewport=NARROW, scripts=False, keyboard=True),
    Manner(viewport=NARROW, keyboard=True),
)
WITH_SCRIPTS = [each for each in MANNERS if each.scripts]
SITE = "Mid Nottinghamshire Better Together"
FINDING = "A&E visits in Mid-Nottinghamshire in the sixth year"
SOURCE = "Health Foundation 2020, Mid-Nottinghamshire"
COUNT = "SELECT (COUNT(?site) AS ?sites) { ?site a <https://w3id.org/pilotgraph/ontology#PilotSite> }"

in_every_manner = pytest.mark.parametrize("manner", MANNERS, ids=str)


@in_every_manner
def test_from_the_landing_page_to_the_evidence_of_a_finding(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/")
    visitor.write(page.get_by_role("searchbox", name="Search the site"), "mid nottinghamshire together")
    visitor.use(page.get_by_role("search").get_by_role("button", name="Search"))
    visitor.use(main(page).get_by_role("link", name=SITE, exact=True).first)
    expect(heading(page)).to_have_text(SITE)
    visitor.use(main(page).get_by_role("link", name=FINDING, exact=True).first)
    expect(heading(page)).to_have_text(FINDING)
    visitor.use(main(page).get_by_role("link", name=SOURCE, exact=True).first)
    expect(heading(page)).to_have_text(SOURCE)
    assert visitor.wider_than_the_window() == ""


@in_every_manner
def test_the_evidence_of_a_claim_stands_beside_it(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/id/site/vg-pacs-mid-nottinghamshire")
    claim = main(page).get_by_role("listitem").filter(has=page.get_by_role("link", name=FINDING, exact=True))
    for text in ("source", "locator", "basis"):
        expect(claim.get_by_role("term").filter(has_text=text).first).to_be_visible()
    expect(claim.get_by_role("link", name=SOURCE)).to_be_visible()
    citation = claim.get_by_text("https://w3id.org/pilotgraph/id/finding/")
    expect(citation).to_be_hidden()
    visitor.use(claim.get_by_text(re.compile("^Cite this")))
    expect(citation).to_be_visible()


@in_every_manner
def test_a_published_question_with_another_value(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/")
    visitor.use(page.get_by_role("navigation", name="Site").get_by_role("link", name="Questions"))
    visitor.use(main(page).get_by_role("link", name=re.compile("^What did a programme aim at")).first)
    before = answer(page).inner_text()
    visitor.choose(page.get_by_label("the programme"), "New Care Model Vanguards")
    visitor.use(page.get_by_role("button", name="Ask"))
    expect(page).to_have_url(re.compile(r"\?programme=programme(/|%2F)vanguards$"))
    expect(page.get_by_label("the programme").locator("option:checked")).to_have_text(
        "New Care Model Vanguards"
    )
    assert answer(page).inner_text() != before
    assert visitor.wider_than_the_window() == ""


@in_every_manner
def test_a_query_is_edited_and_run(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/sparql")
    visitor.write(page.get_by_role("textbox", name=re.compile("^Your query")), COUNT)
    visitor.use(page.get_by_role("button", name="Run", exact=True))
    expect(answer(page).get_by_role("cell")).to_have_text("91")
    expect(page).to_have_url(re.compile(r"/sparql\?.*query=SELECT"))
    visitor.open(page.url.removeprefix(site))
    expect(answer(page).get_by_role("cell")).to_have_text("91")
    assert visitor.wider_than_the_window() == ""


@in_every_manner
def test_a_slip_in_a_query_is_shown_where_it_is(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/sparql")
    visitor.write(page.get_by_role("textbox", name=re.compile("^Your query")), "SELECT ?site {\n  ?site a }")
    with page.expect_response(lambda response: response.status == 400):
        visitor.use(page.get_by_role("button", name="Run", exact=True))
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    expect(page.get_by_label("Line 2")).to_be_visible()


@pytest.mark.parametrize("manner", WITH_SCRIPTS, ids=str)
def test_the_keys_run_a_query_where_it_is_written(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/sparql")
    visitor.write(page.get_by_role("textbox", name=re.compile("^Your query")), COUNT)
    page.keyboard.press("ControlOrMeta+Enter")
    expect(answer(page).get_by_role("cell")).to_have_text("91")
    assert not [url for url in visitor.sent if "prefix.cc" in url or "lov." in url]


@in_every_manner
def test_a_picture_its_table_and_its_query(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/")
    visitor.use(page.get_by_role("navigation", name="Site").get_by_role("link", name="Pictures"))
    expect(main(page).get_by_role("img").first).to_be_visible()
    visitor.use(main(page).get_by_role("heading", level=2).get_by_role("link").first)
    picture = main(page).get_by_role("img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    drawn = picture.evaluate("image => image.currentSrc")
    assert drawn.endswith(".dark.svg") == (manner.scheme == "dark")
    assert len(picture.get_attribute("alt") or "") > 40
    visitor.use(main(page).get_by_role("link", name=re.compile("query page", re.I)).first)
    expect(answer(page)).to_be_visible()


@in_every_manner
def test_a_list_is_narrowed_and_sorted(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/")
    visitor.use(page.get_by_role("navigation", name="Site").get_by_role("link", name="Browse"))
    visitor.use(main(page).get_by_role("link", name="pilot site", exact=True).first)
    if manner.keyboard or manner.viewport == NARROW:  # with a mouse, a wide page shows the facets
        visitor.use(page.get_by_role("link", name="Narrow this list"))
    narrowed = page.get_by_role("complementary").get_by_role("link", name="New Care Model Vanguards").first
    visitor.use(narrowed)
    expect(page.get_by_role("list", name="Narrowed by")).to_contain_text("New Care Model Vanguards")
    many = page.get_by_role("row").count()
    assert many > 10
    visitor.use(page.get_by_role("link", name=re.compile("^Remove ")).first)
    expect(page.get_by_role("list", name="Narrowed by")).to_have_count(0)
    assert visitor.wider_than_the_window() == ""


@pytest.mark.parametrize("manner", [each for each in MANNERS if each.keyboard], ids=str)
def test_the_first_stop_skips_to_the_content(visit: Visit, site: str, manner: Manner) -> None:
    visitor = visit(site, manner)
    page = visitor.page
    visitor.open("/browse")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@in_every_manner
def test_a_site_on_another_subject(visit: Visit, lights: str, manner: Manner) -> None:
    visitor = visit(lights, manner)
    page = visitor.page
    visitor.open("/")
    visitor.write(page.get_by_role("searchbox", name="Search the site"), "vifilsey")
    visitor.use(page.get_by_role("search").get_by_role("button", name="Search"))
    visitor.use(main(page).get_by_role("link", name=re.compile("Vífilsey|Gull Island")).first)
    expect(heading(page)).to_be_visible()
    visitor.use(main(page).get_by_role("link", name=re.compile("^inspection of")).first)
    expect(heading(page)).to_have_text(re.compile("^inspection of"))
    assert visitor.wider_than_the_window() == ""


def main(page: Page) -> Locator:
    return page.get_by_role("main")


def heading(page: Page) -> Locator:
    return main(page).get_by_role("heading", level=1)


def answer(page: Page) -> Locator:
    return page.get_by_role("region", name="Answer").get_by_role("table")
