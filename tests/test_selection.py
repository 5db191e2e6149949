"""Query strings of lists: what they ask for, how they are written, and what is refused."""

from urllib.parse import parse_qsl

import pytest
from pyoxigraph import Literal, NamedNode

from pilotgraph.catalogue import Catalogue
from pilotgraph.edition import Edition
from pilotgraph.negotiation import RequestError
from pilotgraph.release import Release
from pilotgraph.selection import Selection, pages, read
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
from web import LIGHTS

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def catalogue(release: Release) -> Catalogue:
    with LocalStore(release) as store:
        return Edition(release, store, Settings()).lists.catalogue


def _read(catalogue: Catalogue, query: str, name: str = "Lighthouse") -> Selection:
    kind = catalogue.kinds[name]
    columns = [catalogue.classes(kind), *catalogue.columns(kind)]
    return read(parse_qsl(query, keep_blank_values=True), kind, columns, catalogue)


def test_nothing_asked_is_the_first_page_by_label(catalogue: Catalogue) -> None:
    asked = _read(catalogue, "")
    assert (asked.wanted, asked.sort, asked.descending, asked.page) == ((), "label", False, 1)
    assert asked.text(catalogue) == ""


@pytest.mark.parametrize(
    ("query", "value"),
    [
        pytest.param(
            "tendedBy=keeper/ida-sandpiper",
            NamedNode(f"{LIGHTS}id/keeper/ida-sandpiper"),
            id="a thing as in a record",
        ),
        pytest.param("lampColour=lt:redLight", NamedNode(f"{LIGHTS}ontology#redLight"), id="a CURIE"),
        pytest.param("inSightOf=https://example.com/a", NamedNode("https://example.com/a"), id="an IRI"),
        pytest.param("openToVisitors=true", Literal("true", datatype=NamedNode(f"{XSD}boolean")), id="truth"),
        pytest.param("firstLit=1902", Literal("1902", datatype=NamedNode(f"{XSD}gYear")), id="a year"),
        pytest.param("type=TidalLighthouse", NamedNode(f"{LIGHTS}ontology#TidalLighthouse"), id="a class"),
    ],
)
def test_a_value_is_read_as_a_term_and_written_as_it_was(
    catalogue: Catalogue, query: str, value: NamedNode | Literal
) -> None:
    asked = _read(catalogue, query)
    assert [each for _, each in asked.wanted] == [value]
    assert asked.text(catalogue) == query


def test_an_absolute_iri_of_ours_is_written_short(catalogue: Catalogue) -> None:
    asked = _read(catalogue, f"tendedBy={LIGHTS}id/keeper/ida-sandpiper&page=2&sort=-firstLit")
    assert asked.text(catalogue) == "tendedBy=keeper/ida-sandpiper&sort=-firstLit&page=2"


def test_to_narrow_or_to_sort_goes_back_to_the_first_page(catalogue: Catalogue) -> None:
    asked = _read(catalogue, "lampColour=lt:redLight&sort=firstLit&page=3")
    ((column, value),) = asked.wanted
    assert asked.without(column, value).text(catalogue) == "sort=firstLit"
    assert asked.sorted_by("firstLit").text(catalogue) == "lampColour=lt:redLight&sort=-firstLit"
    assert asked.sorted_by("label").text(catalogue) == "lampColour=lt:redLight"
    other = NamedNode(f"{LIGHTS}ontology#whiteLight")
    assert asked.with_value(column, other).text(catalogue) == (
        "lampColour=lt:redLight&lampColour=lt:whiteLight&sort=firstLit"
    )


FACETS = "type, identifier, firstLit, openToVisitors, lampColour, tendedBy, inSightOf"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        pytest.param(
            "colour=red",
            f'This list cannot be narrowed by "colour". There are: {FACETS}.',
            id="a key that is none",
        ),
        pytest.param(
            "focalHeight=41.5",
            f'This list cannot be narrowed by "focalHeight". There are: {FACETS}.',
            id="a key of numbers",
        ),
        pytest.param(
            "sort=height",
            'This list cannot be sorted by "height". There are: label, type, identifier, firstLit,'
            " automatedIn, focalHeight, flashCount, openToVisitors, lampColour, tendedBy, inSightOf,"
            " liveView.",
            id="a column that is none",
        ),
        pytest.param("sort=firstLit&sort=label", "Give sort once.", id="two orders"),
        pytest.param("page=1&page=2", "Give page once.", id="two pages"),
        pytest.param("page=0", 'A page has a number from 1; "0" is none.', id="page 0"),
        pytest.param("page=-1", 'A page has a number from 1; "-1" is none.', id="a negative page"),
        pytest.param("page=²", 'A page has a number from 1; "²" is none.', id="a digit that is no number"),
        pytest.param(
            "page=99999999", 'A page has a number from 1; "99999999" is none.', id="a page far too high"
        ),
        pytest.param("type=Lighthouse&type=TidalLighthouse", "Give type once.", id="two classes"),
        pytest.param(
            "type=Ship",
            'There is no class "Ship" here. There are: Inspection, Keeper, Lighthouse, TidalLighthouse,'
            " adms:Identifier, foaf:Agent.",
            id="no such class",
        ),
        pytest.param(
            "openToVisitors=maybe", 'openToVisitors: "maybe" is not true or false.', id="no truth value"
        ),
        pytest.param(
            "firstLit=12", 'firstLit: "12" is not a year; write four digits, as in 2015.', id="no year"
        ),
        pytest.param(
            "lampColour=xx:red", 'lampColour: unknown prefix "xx".', id="a prefix that is not declared"
        ),
        pytest.param(
            "&".join(f"inSightOf=lighthouse/a{number}" for number in range(13)),
            "A list can be narrowed by 12 values at once.",
            id="too many values",
        ),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(
    catalogue: Catalogue, query: str, message: str
) -> None:
    with pytest.raises(RequestError) as refused:
        _read(catalogue, query)
    assert (refused.value.status, str(refused.value)) == (400, message)


@pytest.mark.parametrize(
    "value",
    [
        "https://example.org/a> ?p ?o } #",
        "keeper/a> . ?x ?y ?z",
        'keeper/"quoted"',
        "lt:a{b}",
        "keeper/a\\u003e",
        "javascript:alert(1)",
        "keeper/a\nb",
        "",
        "//example.org/x",
    ],
)
def test_no_text_of_a_stranger_gets_into_a_query(catalogue: Catalogue, value: str) -> None:
    kind = catalogue.kinds["Lighthouse"]
    with pytest.raises(RequestError) as refused:
        read([("tendedBy", value)], kind, catalogue.columns(kind), catalogue)
    assert refused.value.status == 400


@pytest.mark.parametrize(("total", "number"), [(0, 1), (1, 1), (50, 1), (51, 2), (1000, 20)])
def test_a_page_has_fifty_rows(total: int, number: int) -> None:
    assert pages(total) == number
