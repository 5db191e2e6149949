"""A table of labels and numbers -> bars, if that is what it is.

Nothing is guessed: a table is drawn only if it is whole, has one column of numbers, and a column that tells
its rows apart.  Bars begin at zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pilotgraph.pages import Table, Value

_ROWS = range(2, 41)  # one bar compares nothing, and many are read in the table


@dataclass(frozen=True, slots=True)
class Bar:
    """One row. `start` and `width` are in percent of the room for bars."""

    label: Value
    number: Value
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars, and what their labels and their numbers are called."""

    label: str
    number: str
    bars: Sequence[Bar]

    @property
    def about(self) -> str:
        """What a reader is told who does not see the bars."""
        most, least = (
            max(self.bars, key=lambda bar: float(bar.number.text)),
            min(self.bars, key=lambda bar: float(bar.number.text)),
        )
        return (
            f"Bar chart of {self.number} by {self.label}, {len(self.bars)} bars: from {least.number.text}"
            f" ({least.label.text}) to {most.number.text} ({most.label.text})."
        )


def draw(table: Table) -> Chart | None:
    """Draw a table whose rows are a label and a number each; None if it is another."""
    numbers = [place for place, column in enumerate(table.columns) if column.number]
    if len(numbers) != 1 or len(table.rows) not in _ROWS or table.total != len(table.rows):
        return None
    (place,) = numbers
    cells = [row[place] for row in table.rows]
    values = [float(cell.text) for cell in cells if cell]
    named = next((each for each in range(len(table.columns)) if _tells_apart(table, each)), None)
    if named is None or len(values) != len(cells) or not all(map(math.isfinite, values)):
        return None
    low, high = min(0.0, *values), max(0.0, *values)
    room = (high - low) or 1.0
    bars = [
        Bar(label, cell, 100 * (min(value, 0.0) - low) / room, 100 * abs(value) / room)
        for row, cell, value in zip(table.rows, cells, values, strict=True)
        if cell and (label := row[named])
    ]
    return Chart(table.columns[named].name, table.columns[place].name, bars)


def _tells_apart(table: Table, place: int) -> bool:
    texts = [cell.text for row in table.rows if (cell := row[place])]
    return not table.columns[place].number and len(set(texts)) == len(table.rows)
