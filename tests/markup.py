"""A page as a browser reads it: its addresses, its anchors, and what must not be in it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

import html5rdf
from html5rdf.html5parser import ParseError

# Attributes that a browser follows or loads, or where it sends a form.
_ADDRESSES = frozenset(
    ("action", "cite", "data", "formaction", "href", "poster", "src", "srcset", "xlink:href")
)
_SCHEMES = frozenset(("http", "https"))
# What RFC 3987 leaves out of an IRI.
_NEVER = re.compile(r"""[\x00-\x20\x7f<>"{}|\\^`]""")
_HOST = re.compile(r"[\w.-]*\w|[0-9a-f:]+")


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a page, and the element that holds it."""

    element: str
    url: str

    def __str__(self) -> str:
        return f"<{self.element}> {self.url!r}"


@dataclass(repr=False)
class Markup(HTMLParser):
    """What was read of a page.

    `faults` are what this site never sends: inline scripts, styles and handlers, an image without a text
    for those who do not see it, an identifier given twice.
    """

    text: str
    links: list[Link] = field(default_factory=list)
    anchors: Counter[str] = field(default_factory=Counter)
    elements: Counter[str] = field(default_factory=Counter)
    data: list[object] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._block: list[str] | None = None
        self.feed(self.text)
        self.close()
        self.faults += [
            f"#{name} is there {times} times" for name, times in self.anchors.items() if times > 1
        ]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements[tag] += 1
        if name := found.get("id"):
            self.anchors[name] += 1
        for attribute, value in attrs:
            if attribute in _ADDRESSES:
                # Of a set of images each is an address, followed by how wide it is.
                several = (value or "").split(",") if attribute == "srcset" else [value or ""]
                self.links += (
                    Link(tag, each.split()[0] if attribute == "srcset" else each) for each in several
                )
            if attribute == "style" or attribute.startswith("on"):
                self.faults.append(f"<{tag} {attribute}={value!r}>")
        if tag in ("style", "base", "iframe", "object", "embed"):
            self.faults.append(f"<{tag}>")
        if tag == "img" and not found.get("alt"):
            self.faults.append(f"an image without a text: {found.get('src')}")
        if tag == "script" and "src" not in found:
            # A block of data: browsers do not run it.
            if found.get("type") == "application/ld+json":
                self._block = []
            else:
                self.faults.append(f"an inline script: {self.get_starttag_text()}")

    def handle_data(self, data: str) -> None:
        if self._block is not None:
            self._block.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "script" and self._block is not None:
            self.data.append(json.loads("".join(self._block)))
            self._block = None


def ill_formed(text: str) -> str:
    """Return what HTML's own rules of parsing find first against a text, or nothing.

    See <https://html.spec.whatwg.org/multipage/parsing.html#parse-errors>.
    """
    parser = html5rdf.HTMLParser(strict=True)
    try:
        parser.parse(text)
    except ParseError as error:
        ((line, column), code, values) = parser.errors[0]
        return f"{line}:{column}: {code} {values}: {error}: {text.splitlines()[line - 1][:200]}"
    return ""


def bad_addresses(links: list[Link]) -> Iterator[str]:
    """Name the links that are no address, or one that no browser should follow."""
    for link in links:
        parts = urlsplit(link.url)
        if _NEVER.search(link.url) or (not link.url and link.element != "form"):
            yield f"{link} is no address"
        elif parts.scheme and (parts.scheme not in _SCHEMES or not _HOST.fullmatch(parts.hostname or "")):
            yield f"{link} is no address on the web"
        elif not parts.scheme and parts.netloc:
            yield f"{link} leads to another host"
