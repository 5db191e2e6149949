"""The answer to a SELECT -> rows, or a data frame of pandas.

A row is a tuple whose values have the names of the query's variables.  A frame has a dtype for each
column, one that can hold what is missing.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import Any

from pilotgraph.library.values import Cell

_INTEGERS = range(-(1 << 63), 1 << 63)


class Row(tuple[Cell, ...]):
    """One solution: `row.label`, `row["label"]`, `row[0]`, and `row._asdict()`; `row._fields` are the names.

    A variable that begins with `_`, or with a digit, is reached by `row["_x"]` only.
    """

    __slots__ = ()
    _fields: tuple[str, ...] = ()

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return super().__getitem__(key)
        if key not in self._fields:
            raise KeyError(f"no column is called {key!r}; there is {', '.join(self._fields)}")
        return super().__getitem__(self._fields.index(key))

    def __getattr__(self, name: str) -> Any:
        # Only reached where no column has that name.
        raise AttributeError(f"no column is called {name!r}; there is {', '.join(self._fields)}")

    def _asdict(self) -> dict[str, Cell]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _row, (self._fields, tuple(self))


def _row(fields: tuple[str, ...], values: Iterable[Cell]) -> Row:
    return _rows_of(fields)(values)


@lru_cache(maxsize=256)
def _rows_of(fields: tuple[str, ...]) -> type[Row]:
    """The class of the rows that have these names."""
    columns = {name: property(itemgetter(at)) for at, name in enumerate(fields) if name[0] != "_"}
    return type("Row", (Row,), {"__slots__": (), "__doc__": Row.__doc__, "_fields": fields, **columns})


def rows(fields: Sequence[str], values: Iterable[Sequence[Cell]]) -> list[Row]:
    """Rows of values, whose names are the same in each."""
    make = _rows_of(tuple(fields))
    return [make(each) for each in values]


def frame(fields: Sequence[str], values: Sequence[Sequence[Cell]]) -> Any:
    """The same as `rows` as a `pandas.DataFrame`, its columns in that order.

    Numbers are `Int64`, or `Float64` if one has a point, texts `string`, truth `boolean`, and dates
    `datetime64`; a column of several kinds, or of numbers too large, is of `object`.

    :raises ModuleNotFoundError: if there is no pandas.
    """
    import pandas  # noqa: PLC0415 - who asks for no frame need not have it

    columns = zip(*values, strict=True) if values else ((),) * len(fields)
    series = [pandas.Series(list(column), dtype=_dtype(column)) for column in _numbers(columns)]
    made = pandas.concat(series, axis="columns") if series else pandas.DataFrame(index=range(len(values)))
    made.columns = pandas.Index(list(fields))
    return made


def _numbers(columns: Iterable[Sequence[Cell]]) -> Iterator[Sequence[Any]]:
    # pandas computes with no decimals.
    for column in columns:
        yield [float(each) if isinstance(each, Decimal) else each for each in column]


def _dtype(column: Iterable[Any]) -> str:
    """The dtype that holds all values of a column and None."""
    found = [each for each in column if each is not None]
    match {type(each) for each in found}:
        case kinds if kinds == {bool}:
            return "boolean"
        case kinds if kinds == {int} and all(each in _INTEGERS for each in found):
            return "Int64"
        case kinds if kinds and kinds <= {int, float} and float in kinds:
            return "Float64"
        case kinds if kinds == {str}:
            return "string"
        case kinds if kinds == {date}:
            return "datetime64[s]"
        case kinds if kinds == {datetime} and not any(each.tzinfo for each in found):
            return "datetime64[us]"
        case kinds if kinds == {datetime} and all(each.tzinfo for each in found):
            return "datetime64[us, UTC]"
    return "object"
