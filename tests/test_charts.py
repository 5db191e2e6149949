"""Which tables are drawn as bars, and how long the bars are."""

import pytest

from pilotgraph.charts import draw
from pilotgraph.pages import Property, Table, Value


def table(*columns: tuple[str, list[str | None]], number: str = "n", total: int | None = None) -> Table:
    cells = [
        [None if text is None else Value(text, number=name == number) for text in texts]
        for name, texts in columns
    ]
    rows = list(zip(*cells, strict=True))
    shown = [
        Property(name, values=[cell for cell in column if cell])
        for (name, _), column in zip(columns, cells, strict=True)
    ]
    return Table(shown, rows, len(rows) if total is None else total)


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [
        pytest.param(["4", "2", "1"], [(0, 100), (0, 50), (0, 25)], id="bars begin at zero"),
        pytest.param(["3", "-1"], [(25, 75), (0, 25)], id="what is less goes the other way"),
        pytest.param(["-1", "-2"], [(50, 50), (0, 100)], id="all less than zero"),
        pytest.param(["0", "0"], [(0, 0), (0, 0)], id="all zero"),
        pytest.param(["1.0E1", "5"], [(0, 100), (0, 50)], id="a double"),
    ],
)
def test_bars(numbers: list[str], bars: list[tuple[float, float]]) -> None:
    chart = draw(table(("what", list("abc"[: len(numbers)])), ("n", list(numbers))))
    assert chart
    assert [(bar.start, bar.width) for bar in chart.bars] == bars
    assert [bar.label.text for bar in chart.bars] == list("abc"[: len(numbers)])


def test_a_chart_is_told_in_words() -> None:
    chart = draw(table(("what", ["a", "b", "c"]), ("n", ["2", "10", "9"])))
    assert chart
    assert chart.about == "Bar chart of n by what, 3 bars: from 2 (a) to 10 (b)."


def test_rows_are_told_apart_by_the_first_column_that_does() -> None:
    chart = draw(table(("kind", ["x", "x"]), ("what", ["a", "b"]), ("n", ["1", "2"])))
    assert chart
    assert chart.label == "what"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(table(("what", ["a", "b"])), id="no numbers"),
        pytest.param(table(("n", ["1", "2"])), id="no column that tells rows apart"),
        pytest.param(table(("what", ["a", "a"]), ("n", ["1", "2"])), id="two rows called the same"),
        pytest.param(table(("what", ["a", None]), ("n", ["1", "2"])), id="a row without a name"),
        pytest.param(table(("what", ["a", "b"]), ("n", ["1", None])), id="a number is missing"),
        pytest.param(table(("what", ["a", "b"]), ("n", ["1", "NaN"])), id="no number"),
        pytest.param(table(("what", ["a", "b"]), ("n", ["1", "INF"])), id="no end"),
        pytest.param(table(("what", ["a"]), ("n", ["1"])), id="one row"),
        pytest.param(table(("what", ["a", "b"]), ("n", ["1", "2"]), total=3), id="rows are left out"),
        pytest.param(
            table(("what", [str(each) + "x" for each in range(41)]), ("n", ["1"] * 41)), id="too many rows"
        ),
    ],
)
def test_another_table_is_not_drawn(other: Table) -> None:
    assert draw(other) is None


def test_two_columns_of_numbers_are_not_drawn() -> None:
    low, high = Value("1", number=True), Value("2", number=True)
    columns = [
        Property("what", values=[Value("a")]),
        Property("low", values=[low]),
        Property("high", values=[high]),
    ]
    assert draw(Table(columns, [(Value("a"), low, high), (Value("b"), low, high)], 2)) is None
