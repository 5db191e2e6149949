"""The links of a page: read, and written anew, with every other character left as it is."""

from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple

# Where templates put addresses; `srcset` holds one, and `data-terms` is what the query editor completes.
_ADDRESSES = frozenset(("action", "data-terms", "href", "src", "srcset"))


class _Tag(NamedTuple):
    """A start tag that holds addresses, and where it stands in the text."""

    start: int
    end: int
    name: str
    attributes: list[tuple[str, str | None]]


class _Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[_Tag] = []
        # The parser counts lines by this character alone.
        self._lines = [0, *(place + 1 for place, each in enumerate(text) if each == "\n")]
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if any(name in _ADDRESSES and value for name, value in attrs):
            line, column = self.getpos()
            start = self._lines[line - 1] + column
            self.found.append(_Tag(start, start + len(self.get_starttag_text() or ""), tag, attrs))


def links(text: str) -> list[str]:
    """Return the addresses that a page holds, each once, in their order."""
    found = (value for tag in _Tags(text).found for name, value in tag.attributes if name in _ADDRESSES)
    return list(dict.fromkeys(value for value in found if value))


def relink(text: str, change: Callable[[str], str]) -> str:
    """Write a page with other addresses.

    :param change: gives the new address for one that the page holds.
    """
    parts, place = [], 0
    for tag in _Tags(text).found:
        attributes = [
            (name, change(value) if value and name in _ADDRESSES else value) for name, value in tag.attributes
        ]
        if attributes != tag.attributes:
            written = (name if value is None else f'{name}="{escape(value)}"' for name, value in attributes)
            parts += [text[place : tag.start], f"<{' '.join((tag.name, *written))}>"]
            place = tag.end
    return "".join([*parts, text[place:]])
