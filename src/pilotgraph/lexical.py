"""The texts of IRIs and literals: which are legal, and how the store writes them.

IRIs are those of RFC 3987.  A literal comes out in the form that the store gives back (pyoxigraph rewrites
`521.30` to `521.3`), so that dump, page and endpoint agree.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial

from pilotgraph.document import quoted

XSD = "http://www.w3.org/2001/XMLSchema#"

# RFC 3987, section 2.2, without IP literals.  Quantifiers are possessive, so no text takes long to refuse.
_CHARACTERS = (
    r"A-Za-z0-9._~!$&'()*+,;=\-"
    "\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef"
    + "".join(f"{chr(plane << 16)}-{chr((plane << 16) + 0xFFFD)}" for plane in range(1, 14))
    + "\U000e1000-\U000efffd"
)


def _run(more: str, quantifier: str) -> str:
    """A pattern for characters of an IRI, those in `more` too, and %XX."""
    return rf"(?:[{more}{_CHARACTERS}]++|%[0-9A-Fa-f]{{2}}){quantifier}+"


_IRI = re.compile(
    r"(?!https?:(?!//[^/?#]))"  # legal without a host, but surely a slip
    r"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:{_run(':', '*')}@)?{_run('', '*')}(?::[0-9]*)?(?=[/?#]|\Z)|(?!//))"
    rf"{_run(':@/', '*')}(?:\?{_run(':@/?', '*')})?(?:\#{_run(':@/?', '*')})?"
)
# RFC 3986, section 5.3: such a reference, below a base that ends in /, resolves to the two written together.
_RELATIVE = re.compile(rf"(?![@.]){_run('@', '+')}(?:/(?!\.){_run('@', '+')})*")


class BadValue(ValueError):
    """Raise if a text is not what its key asks for; the message is for the curator."""


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI, legal by RFC 3987."""
    return _IRI.fullmatch(text) is not None


def is_relative(text: str) -> bool:
    """Whether a text is names with / between them, which a base that ends in / comes before as it is."""
    return _RELATIVE.fullmatch(text) is not None


def split(iri: str) -> tuple[str, str]:
    """An IRI up to its last / or #, and what follows."""
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:cut], iri[cut:]


def words(iri: str) -> str:
    """The local name of a term as words, as in `inScheme`: in scheme."""
    local = re.split("[#/:]", iri.rstrip("#/"))[-1]
    return re.sub("(?<=[a-z0-9])([A-Z](?![A-Z])|[A-Z]+)", _as_word, local)


def _as_word(match: re.Match[str]) -> str:
    return " " + (match[0] if len(match[0]) > 1 else match[0].lower())


def write_text(end: str, text: str) -> str:
    """A literal of any text. `end` is what follows it: a quotation mark, with a language if there is one."""
    # As canonical N-Triples escapes; document lets no other control character through.
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}{end}'


_INTEGER = re.compile(r"[+-]?0*[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
# The store has 128 bits for a decimal times 10^18.
_WHOLE_DIGITS, _FRACTION_DIGITS = 20, 18
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YEAR = re.compile(r"(?!0000)[0-9]{4}")
_YEAR_MONTH = re.compile(r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])")
_TIME = re.compile(r"([0-9T:-]{19})(?:\.([0-9]{1,18}))?(Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?")


def _typed(name: str, form: Callable[[str], str | None], wanted: str) -> Callable[[str], str]:
    """A converter to literals of a datatype from a function that gives the canonical form, or None."""

    def convert(text: str) -> str:
        canonical = form(text)
        if canonical is None:
            raise BadValue(f"{quoted(text)} is not {wanted}")
        return f'"{canonical}"^^<{XSD}{name}>'

    return convert


def _integer(text: str) -> str | None:
    # Beyond 64 bits the store compares texts, not numbers.
    if not _INTEGER.fullmatch(text):
        return None
    # Python takes no number of more than 4,300 digits, and zeros are digits too.
    number = int(text.lstrip("+-").lstrip("0") or "0") * (-1 if text[0] == "-" else 1)
    return str(number) if -(1 << 63) <= number < 1 << 63 else None


def _decimal(text: str) -> str | None:
    if not _DECIMAL.fullmatch(text):
        return None
    whole, _, fraction = text.lstrip("+-").partition(".")
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    if len(whole) > _WHOLE_DIGITS or len(fraction) > _FRACTION_DIGITS:
        return None
    number = f"{whole}.{fraction}" if fraction else whole
    return f"-{number}" if text[0] == "-" and number != "0" else number


def _date(text: str) -> str | None:
    try:
        return text if _DATE.fullmatch(text) and date.fromisoformat(text) else None
    except ValueError:
        return None


def _date_time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    moment, fraction, zone = match.groups(default="")
    try:
        datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    fraction = fraction.rstrip("0")
    return moment + (f".{fraction}" if fraction else "") + ("Z" if zone[1:] == "00:00" else zone)


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


# From the text of a record to N-Triples, for each datatype that a context may ask for.
LITERALS: dict[str, Callable[[str], str]] = {
    XSD + name: _typed(name, form, wanted)
    for name, form, wanted in (
        ("anyURI", lambda text: text if is_iri(text) else None, "an absolute IRI"),
        ("boolean", lambda text: text if text in ("true", "false") else None, "true or false"),
        ("date", _date, "a date; write year-month-day, of a day that exists, as in 2015-02-28"),
        ("dateTime", _date_time, "a date and time; write them as in 2015-02-28T09:30:00Z"),
        ("decimal", _decimal, "a decimal number; write digits and a point only, as in 1200 or 3.5"),
        ("gYear", _matching(_YEAR), "a year; write four digits, as in 2015"),
        ("gYearMonth", _matching(_YEAR_MONTH), "a month of a year; write them as in 2015-02"),
        ("integer", _integer, "a whole number; write digits only, as in 1200"),
    )
}
LITERALS[XSD + "string"] = partial(write_text, '"')
