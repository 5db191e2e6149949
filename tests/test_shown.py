"""How what a page shows is ordered and folded."""

import pytest

from pilotgraph.shown import (
    SHOWN_ENTRIES,
    SHOWN_ROWS,
    Group,
    Property,
    Value,
    by_text,
    place_of,
    short_address,
)


@pytest.mark.parametrize(
    ("texts", "ordered"),
    [
        pytest.param(["Reference 10", "Reference 2"], ["Reference 2", "Reference 10"], id="numbers count"),
        pytest.param(["beta", "Alpha"], ["Alpha", "beta"], id="capitals do not"),
        pytest.param(["1 " + "9" * 40, "1 2"], ["1 2", "1 " + "9" * 40], id="however long they are"),
        pytest.param(["b", "2", ""], ["", "2", "b"], id="they come before letters"),
    ],
)
def test_the_order_of_texts(texts: list[str], ordered: list[str]) -> None:
    values = sorted((Value(text) for text in texts), key=by_text)
    assert [value.text for value in values] == ordered


def column(*texts: str, number: bool = True) -> Property:
    return Property("n", values=[Value(text, number=number) for text in texts])


@pytest.mark.parametrize(
    ("found", "counts"),
    [
        pytest.param(column("2", "1", "3"), True, id="places in a list"),
        pytest.param(column("1", "2", "4"), True, id="some may be missing"),
        pytest.param(column("1", "1", "2"), False, id="no place is taken twice"),
        pytest.param(column("2", "3"), False, id="the first is 1"),
        pytest.param(column("1", "90"), False, id="and the last is not far"),
        pytest.param(column("1"), False, id="one alone counts nothing"),
        pytest.param(column("1", "1.5"), False, id="there is no place between two"),
        pytest.param(column("1", "2", number=False), False, id="texts are not places"),
        pytest.param(column(), False, id="nothing is not"),
    ],
)
def test_a_column_of_places(found: Property, counts: bool) -> None:
    assert found.counts is counts


def test_a_member_without_a_place_comes_last() -> None:
    columns = [column("1", "2")]
    found = [place_of((Value("x"), [cell]), columns) for cell in ([Value("2", number=True)], [])]
    assert found == [2, float("inf")]


@pytest.mark.parametrize(
    ("total", "heading", "first"),
    [
        pytest.param(SHOWN_ROWS, "", SHOWN_ROWS, id="a short table is whole"),
        pytest.param(SHOWN_ROWS + 3, "", SHOWN_ROWS + 3, id="a few rows more are not folded"),
        pytest.param(90, "", SHOWN_ROWS, id="many are"),
        pytest.param(90, "Evidence", SHOWN_ENTRIES, id="and earlier if each takes more room"),
    ],
)
def test_how_much_is_shown_at_once(total: int, heading: str, first: int) -> None:
    members = [(Value(str(n)), [[Value("x")]]) for n in range(total)]
    assert Group("", "", total, [Property("p", heading=heading)], members).first == first


def test_a_part_has_the_columns_that_it_fills() -> None:
    members = [(Value("a"), [[], [Value("x")], []]), (Value("b"), [[Value("y")], [], []])]
    group = Group("", "", 2, [Property(name) for name in ("p", "q", "r")], members)
    found = [group.part(0, 1), group.part(1)]
    assert [[column.name for column in part.columns] for part in found] == [["q"], ["p"]]
    assert [part.members for part in found] == [
        [(Value("a"), [[Value("x")]])],
        [(Value("b"), [[Value("y")]])],
    ]


@pytest.mark.parametrize(
    ("address", "short"),
    [
        pytest.param("https://a.example/licence/4.0/", "a.example/licence/4.0", id="host and path"),
        pytest.param("http://a.example/", "a.example", id="a host"),
        pytest.param("urn:isbn:1", "urn:isbn:1", id="no web address"),
    ],
)
def test_an_address_as_people_say_it(address: str, short: str) -> None:
    assert short_address(address) == short


@pytest.mark.parametrize(
    ("href", "host"),
    [
        pytest.param("https://a.example:80/b", "a.example", id="of others"),
        pytest.param("/id/x", "", id="ours"),
        pytest.param("", "", id="no link"),
    ],
)
def test_where_a_link_leads(href: str, host: str) -> None:
    assert Value("x", href).host == host
