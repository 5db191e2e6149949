"""The example notebook runs to its end, with pandas and without; and what a data frame holds."""

import importlib
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY
from pilotgraph.library.opened import OpenRelease
from pilotgraph.library.tables import frame
from pilotgraph.library.values import Cell
from pilotgraph.release import Release

NOTEBOOK = REPOSITORY / "tests/notebooks/pilots-in-python.ipynb"
SECONDS = 120


def needed(name: str) -> Any:
    """A package of the group `notebook`; without it, the tests that need it are skipped, except in CI."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"there is no {name}: pip install --group notebook")


def read() -> Any:
    return needed("nbformat").read(NOTEBOOK, as_version=4)


def executed(directory: Path, before: str = "") -> dict[str, Any]:
    """What the cells of the notebook put out, by the cells' names, after a cell of ours."""
    notebook = read()
    for package in ("ipykernel", "pandas"):
        needed(package)
    notebook.cells.insert(0, needed("nbformat").v4.new_code_cell(before))
    client = needed("nbclient").NotebookClient(
        notebook, timeout=SECONDS, kernel_name="python3", resources={"metadata": {"path": str(directory)}}
    )
    client.execute()
    return {cell.id: cell.get("outputs", []) for cell in notebook.cells[1:]}


def text(outputs: Sequence[Any]) -> str:
    return "".join(each.get("text") or each["data"]["text/plain"] for each in outputs)


def test_it_is_valid_and_holds_no_output() -> None:
    notebook = read()
    needed("nbformat").validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert [cell.id for cell in cells if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("pandas", [True, False], ids=["with pandas", "without"])
def test_it_runs(
    pandas: bool, real_release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILOTGRAPH_RELEASE", str(real_release.path))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    found = executed(tmp_path, "" if pandas else "import sys; sys.modules['pandas'] = None")
    assert text(found["open"]).startswith(f"{real_release.name} in ")
    assert ("text/html" in found["population"][0]["data"]) is pandas
    assert "Tower Hamlets Together" in text(found["population"])
    assert [line.split() for line in text(found["count"]).splitlines()][-3:] == (
        [["0", "EHCH", "6", "1"], ["1", "MCP", "14", "4"], ["2", "PACS", "9", "4"]]
        if pandas
        else [
            ["[Row(model='EHCH',", "sites=6,", "stated=1),"],
            ["Row(model='MCP',", "sites=14,", "stated=4),"],
            ["Row(model='PACS',", "sites=9,", "stated=4)]"],
        ]
    )
    assert found["picture"][0]["data"]["image/svg+xml"].startswith("<svg ")
    assert f"Version {real_release.version}" in text(found["cite"])
    assert "creativecommons.org" in text(found["cite"])


# Frames


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        pytest.param([1, None], "Int64", id="whole numbers"),
        pytest.param([1 << 70, None], "object", id="numbers too large for 64 bits"),
        pytest.param([Decimal("-0.031"), 2, None], "Float64", id="numbers of which one has a point"),
        pytest.param([1.5, float("inf")], "Float64", id="floats"),
        pytest.param([True, None], "boolean", id="truth"),
        pytest.param(["a", None], "string", id="texts"),
        pytest.param([date(1066, 10, 14), None], "datetime64[s]", id="dates, also of long ago"),
        pytest.param([datetime(2015, 2, 28, 9), None], "datetime64[us]", id="times"),
        pytest.param([datetime(2015, 2, 28, tzinfo=UTC)], "datetime64[us, UTC]", id="times with a zone"),
        pytest.param([datetime(2015, 2, 28), datetime(2015, 2, 28, tzinfo=UTC)], "object", id="some with"),
        pytest.param(["a", 1], "object", id="several kinds"),
        pytest.param([True, 1], "object", id="truth is no number"),
        pytest.param([None], "object", id="nothing"),
    ],
)
def test_a_column_has_a_dtype_that_holds_it(column: list[Cell], dtype: str) -> None:
    pandas = needed("pandas")
    made = frame(["x"], [[each] for each in column])
    assert str(made["x"].dtype) == dtype
    for value, cell in zip(column, made["x"], strict=True):
        match value:
            case None:
                assert pandas.isna(cell)
            case date():
                assert cell == pandas.Timestamp(value)
            case Decimal():
                assert cell == float(value)
            case _:
                assert cell == value


@pytest.mark.parametrize("values", [[], [[1, 2, 3]]], ids=["no rows", "one row"])
def test_columns_have_the_order_of_the_query(values: list[list[Cell]]) -> None:
    needed("pandas")
    made = frame(["z", "a", "z_1"], values)
    assert list(made.columns) == ["z", "a", "z_1"]
    assert len(made) == len(values)


def test_a_row_without_columns() -> None:
    needed("pandas")
    assert frame([], [[], []]).shape == (2, 0)


def test_values_of_a_frame_are_values_of_parameters(real_release: Release) -> None:
    needed("pandas")
    opened = OpenRelease(real_release)
    sums = opened.query("allocations-by-model-type")
    years = opened.query("SELECT (2016 AS ?year) {}")
    assert len(sums) == len(opened.rows("allocations-by-model-type")) > 0
    assert len(opened.query("publications-of-a-year", year=years["year"][0])) == len(
        opened.rows("publications-of-a-year", year=2016)
    )
