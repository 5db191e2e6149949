"""RDF terms <-> values of Python.

In an answer a literal comes as what its datatype means, if its text is one of that datatype, so that
`"2015"^^xsd:gYear` is the number 2015.  Whatever else there is comes as its text, and so does an IRI: whole,
not shortened.
For a parameter it is the other way round; `parameters` then judges the text by the default.
"""

import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from numbers import Integral
from typing import Any, TypeAlias

from pilotgraph.document import quoted
from pilotgraph.errors import QueryError
from pilotgraph.lexical import XSD

# Of a number as a parameter; a float has 325 at most, and no store takes as many.
_MOST_DIGITS = 1_000
_MOST = 10**_MOST_DIGITS
_TOO_LONG = f"{{}} has more than {_MOST_DIGITS:,} digits: no datatype here takes such a number"

# What a cell of an answer may hold; None where a variable has no value.
Cell: TypeAlias = str | int | float | Decimal | bool | date | datetime | None

_WHOLE = "[+-]?[0-9]+"
_POINT = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# XML Schema 1.1, part 2, sections 3.3 and 3.4: the pattern is narrower than what Python's reader takes.
_FORMS: dict[str, tuple[str, Callable[[str], Cell]]] = {
    "boolean": ("true|false|1|0", lambda text: text in ("true", "1")),
    "decimal": (_POINT, Decimal),
    "double": (rf"{_POINT}(?:[eE]{_WHOLE})?|[+-]?INF|NaN", float),
    "float": (rf"{_POINT}(?:[eE]{_WHOLE})?|[+-]?INF|NaN", float),
    "date": (_DAY, date.fromisoformat),
    "dateTime": (rf"{_DAY}T[0-9:]{{8}}(?:\.[0-9]+)?(?:Z|[+-][0-9:]{{5}})?", datetime.fromisoformat),
    "gYear": ("[0-9]{4}", int),
}
_INTEGERS = (
    *("integer", "long", "int", "short", "byte", "nonNegativeInteger", "positiveInteger"),
    *(
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
        "nonPositiveInteger",
        "negativeInteger",
    ),
)
_FORMS |= dict.fromkeys(_INTEGERS, (_WHOLE, int))
_READERS = {XSD + name: (re.compile(pattern), read) for name, (pattern, read) in _FORMS.items()}


def to_python(term: Mapping[str, Any]) -> Cell:
    """What a term means, given as in the SPARQL 1.1 results in JSON, section 3.2.2.

    :raises QueryError: if it is a triple, as SPARQL 1.2 has it.
    """
    text = term["value"]
    if term["type"] == "triple":
        raise QueryError("a triple as a value has no equivalent in Python; select its subject or object")
    if term["type"] == "bnode":
        return f"_:{text}"
    pattern, read = _READERS.get(term.get("datatype", ""), (None, None))
    if pattern and read and pattern.fullmatch(text):
        try:
            return read(text)
        except ValueError:  # the 30th of February, or a number that Python refuses for its length
            return str(text)
    return str(text)


def to_text(name: str, value: object) -> str:
    """Write the value of a parameter as one would type it.

    :param name: of the parameter, for the message.
    :raises QueryError: if no kind of parameter can take such a value.
    """
    # The numbers of a data frame are NumPy's, which know their equivalent in Python.
    with suppress(TypeError, ValueError):  # of several there is none
        value = value.item() if hasattr(value, "item") else value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Integral):
        whole = int(value)
        if not -_MOST < whole < _MOST:
            raise QueryError(_TOO_LONG.format(quoted(name)))
        return str(whole)
    if isinstance(value, float | Decimal) and math.isfinite(value):
        number = Decimal(str(value))
        if abs(number.adjusted()) >= _MOST_DIGITS:
            raise QueryError(_TOO_LONG.format(quoted(name)))
        return format(number, "f")
    taken = "a text, an id or IRI, a number, True or False, or a date"
    try:
        given = repr(value)
    except ValueError:  # there is a number in it that Python does not write for its length
        given = f"a {type(value).__name__}"
    raise QueryError(f"{quoted(name)} cannot be {given}: give {taken}")
