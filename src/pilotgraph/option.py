"""What one option may be: a text or a value -> the value, checked, or what to write instead.

Units are in the names; kB and MB are thousands and millions of bytes.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import TypeAlias
from urllib.parse import urlsplit

Value: TypeAlias = int | float | str

PREFIX = "PILOTGRAPH_"

_SHOWN = 60
_GROUPED = 10_000
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?")
# RFC 3986, without user, query and fragment.
_URL = re.compile(r"https?://[A-Za-z0-9._~:/%!$&'()*+,;=\[\]-]+")


@dataclass(frozen=True, slots=True)
class Option:
    """What an operator may change: a number within bounds, which it may reach, or a text.

    `part` is what of the server it is about, `help` a sentence.  A text is one of `choices`; without them
    it is an address or a URL, as `_TEXTS` says.
    """

    name: str
    default: Value
    part: str
    help: str
    unit: str
    bounds: tuple[float, float]
    choices: tuple[str, ...]

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return PREFIX + self.name.upper()

    @property
    def metavar(self) -> str:
        """What stands for the value in the help of a command."""
        if isinstance(self.default, str):
            return "|".join(self.choices) or self.name.rpartition("_")[2].upper()
        return self.unit.upper() or self.name.upper()

    @property
    def wanted(self) -> str:
        """What to write."""
        if self.choices:
            return f"one of {', '.join(map(toml, self.choices))}"
        if isinstance(self.default, str):
            return _TEXTS[self.name][0]
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {toml(self.bounds[0])} to {toml(self.bounds[1])}"

    def check(self, value: object) -> Value:
        """The value, if this option may have it; a whole number serves as a number.

        :raises ValueError: otherwise; the message says what to write.
        """
        if isinstance(self.default, str):
            if isinstance(value, str) and self._takes(value):
                return value
        elif isinstance(value, int if isinstance(self.default, int) else int | float) and (
            # True is a number in Python only; what is infinite, or not a number, lies between no bounds.
            not isinstance(value, bool) and self.bounds[0] <= value <= self.bounds[1]
        ):
            return type(self.default)(value)
        raise ValueError(f"{self.name} cannot be {shown(value)}: write {self.wanted}")

    def read(self, text: str) -> Value:
        """The value that a text stands for, in the environment or after a flag.

        :raises ValueError: as `check`.
        """
        try:
            value: object = type(self.default)(text)
        except ValueError:
            value = text  # no number, as `check` will say
        return self.check(value)

    def _takes(self, text: str) -> bool:
        return text in self.choices if self.choices else _TEXTS[self.name][1](text)


def toml(value: Value) -> str:
    """A value as TOML writes it <https://toml.io/en/v1.0.0#keyvalue-pair>."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value) if value < _GROUPED else f"{value:_}"


def shown(value: object) -> str:
    """What someone wrote, on one line, shortened if long."""
    text = json.dumps(value, default=str)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _is_host(text: str) -> bool:
    if ":" not in text:
        return _HOST.fullmatch(text) is not None
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_site(text: str) -> bool:
    """Whether links can begin with a text: an absolute URL, or nothing."""
    try:
        parts = urlsplit(text)
        return not text or bool(_URL.fullmatch(text) and parts.hostname and parts.port != 0)
    except ValueError:
        return False


_TEXTS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "host": ('an address or a name, without a port, such as "127.0.0.1", "::" or "localhost"', _is_host),
    "public_url": ('the URL of the site, such as "https://example.org/pilots", or ""', _is_site),
}
