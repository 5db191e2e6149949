"""What the page of a list shows: headings that sort, facets that narrow, what is chosen, and other pages."""

import pytest

from pilotgraph import selection
from pilotgraph.edition import Edition
from pilotgraph.list_page import ListPage, Writer
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore


def shown(edition: Edition, name: str, *values: tuple[str, str]) -> ListPage:
    lists = edition.lists
    kind = lists.catalogue.kinds[name]
    columns = [lists.catalogue.classes(kind), *lists.catalogue.columns(kind)]
    wanted = selection.read(values, kind, columns, lists.catalogue)
    writer = Writer(edition.describer, lists.catalogue)
    return writer.page(wanted, lists.profile(kind), lists.page(wanted))


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings(public_url="https://example.net/below/"))


def test_a_row_is_a_thing_with_links_and_labels(edition: Edition) -> None:
    page = shown(edition, "Lighthouse")
    assert (page.total, page.whole, page.page, page.pages) == (8, 8, 1, 1)
    title, cells = page.rows[1]
    assert (title.text, title.href) == ("Gannet Stack", "/below/id/lighthouse/gannet-stack")
    by_key = dict(zip([heading.key for heading in page.headings[1:]], cells, strict=True))
    assert [value.text for value in by_key["type"].values] == ["lighthouse"]
    assert by_key["type"].values[0].href == "/below/browse/Lighthouse"
    assert [value.text for value in by_key["flashCount"].values] == ["5"]
    assert [value.text for value in by_key["openToVisitors"].values] == ["no"]
    assert by_key["firstLit"].values == []
    assert page.above == []


def test_a_heading_sorts_and_sorts_the_other_way_again(edition: Edition) -> None:
    page = shown(edition, "Lighthouse", ("sort", "focalHeight"))
    headings = {heading.key: heading for heading in page.headings}
    assert headings["focalHeight"].order == "ascending"
    assert headings["focalHeight"].number
    assert headings["focalHeight"].href == "/below/browse/Lighthouse?sort=-focalHeight"
    assert (headings["label"].order, headings["label"].href) == ("", "/below/browse/Lighthouse")
    assert page.rows[0][0].text == "Old Mole Head"


def test_a_facet_counts_what_is_left(edition: Edition) -> None:
    page = shown(edition, "Lighthouse", ("lampColour", "lt:redLight"))
    assert (page.total, page.whole) == (3, 8)
    (chosen,) = page.chosen
    assert (chosen.name, chosen.value.text, chosen.href) == ("lamp colour", "red", "/below/browse/Lighthouse")
    facets = {
        facet.name: [(choice.value.text, choice.total) for choice in facet.choices] for facet in page.facets
    }
    # Neither red, which is chosen, nor green, which none of these has.
    assert facets["lamp colour"] == [("white", 1)]
    for facet in page.facets:
        for choice in facet.choices:
            query = choice.href.partition("?")[2]
            narrowed = shown(edition, "Lighthouse", *(_pair(each) for each in query.split("&")))
            assert narrowed.total == choice.total < page.total


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def test_several_values_stand_in_one_cell(edition: Edition) -> None:
    page = shown(edition, "TidalLighthouse")
    assert [value.text for value in page.above] == ["lighthouse"]
    place = [heading.key for heading in page.headings].index("tendedBy") - 1
    cells = {title.text: cells[place] for title, cells in page.rows}
    assert not cells["Drowned Anvil"].several
    assert [value.text for value in cells["Drowned Anvil"].values] == ["Board of Made-up Lights"]
    inspections = shown(edition, "Inspection", ("sort", "-inspectedOn"))
    remarks = [cell for _, row in inspections.rows for cell in row if cell.several]
    assert [[value.text for value in cell.values] for cell in remarks] == [
        ["Pane replaced.", "Tower painted."]
    ]


def test_a_class_that_is_chosen_is_not_offered_again(edition: Edition) -> None:
    page = shown(edition, "Lighthouse", ("type", "TidalLighthouse"))
    assert [chosen.value.text for chosen in page.chosen] == ["tidal lighthouse"]
    assert "type" not in {facet.name for facet in page.facets}


def test_pages_lead_to_each_other(real_release: Release) -> None:
    with LocalStore(real_release) as store:
        edition = Edition(real_release, store, Settings())
        totals = edition.lists.totals()
        name = max(totals, key=lambda name: totals[name])
        first, second = shown(edition, name), shown(edition, name, ("page", "2"))
        last = shown(edition, name, ("page", str(first.pages)))
    assert first.pages == -(-totals[name] // 50) > 2
    path = f"/browse/{name}"
    assert (first.previous, first.next) == ("", f"{path}?page=2")
    assert (second.previous, second.next) == (path, f"{path}?page=3")
    assert (last.next, len(last.rows)) == ("", totals[name] - 50 * (first.pages - 1))
    assert {row[0].iri for row in first.rows}.isdisjoint(row[0].iri for row in second.rows)
