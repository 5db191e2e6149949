"""What the HTTP contract is written in: kinds of address, what answers are like, and the lines they make.

A kind of address and what there is at it make a line for every method, and for every way to say what one
takes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import NamedTuple

from pilotgraph.formats import RESULT_FORMATS
from pilotgraph.negotiation import Offer
from pilotgraph.protocol import PROBLEM_JSON
from pilotgraph.responses import HTML, NOT_CACHED

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
NOTHING_OF_OURS = "image/png"
READ = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must be like.

    `location` is below the root of the site, with names in braces; `links` are the relations that the
    header Link must have; `varies` says that the answer depends on Accept; `held` that it can be asked
    for with If-None-Match; `allow` what methods the header Allow names.
    """

    status: int = 200
    media_type: str = ""
    location: str = ""
    links: tuple[str, ...] = ()
    varies: bool = True
    held: bool = False
    cache: str = ""
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of address.

    `path` is below the root of the site, with names in braces that `check` and the page fill in.
    `answers` are what there is, best first, and what each answer is like; with one, Accept decides nothing,
    unless it is `negotiated`.  `needs` names what a site may lack, and with it the address.
    """

    name: str
    path: str
    sense: str
    answers: Sequence[tuple[Offer, Expected]]
    cases: Sequence[tuple[str, Offer]] = ()
    methods: Sequence[str] = READ
    bodies: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    negotiated: bool = False
    needs: Sequence[str] = ()

    @property
    def names(self) -> set[str]:
        """What has to be known to ask: the names in the path, and what else the site may lack."""
        return {*re.findall(r"{(\w+)}", self.path), *self.needs}


class Line(NamedTuple):
    """One line of the table; with `held`, the request says which answer it has, by its ETag or by `*`."""

    kind: Kind
    method: str
    accept: str | None
    expected: Expected
    held: str = ""

    @property
    def body(self) -> tuple[str, str] | None:
        """A body and its media type, for a method that has one."""
        return self.kind.bodies.get(self.method)


def lines(kinds: Iterable[Kind]) -> Iterator[Line]:
    """The table, line by line."""
    for kind in kinds:
        yield from _lines(kind)


def _lines(kind: Kind) -> Iterator[Line]:
    known = dict(kind.answers)
    first = next(iter(known.values()))
    missing = first.status == HTTPStatus.NOT_FOUND
    asked: list[tuple[str | None, Expected]] = [(None, first), ("*/*", first)]
    if len(known) == 1 and not kind.negotiated:
        asked.append((NOTHING_OF_OURS, first))
    else:
        asked += [(BROWSER, known[HTML])] if HTML in known else []
        asked += [(form.media_type, expected) for form, expected in kind.answers]
        asked += [(accept, known[form]) for accept, form in kind.cases]
        refused = first if missing else Expected(406, PROBLEM_JSON, cache=NOT_CACHED)
        if first.status == HTTPStatus.GONE:
            refused = Expected(410, PROBLEM_JSON, cache=NOT_CACHED)
        asked.append((NOTHING_OF_OURS, refused))
    yield from (Line(kind, "GET", accept, expected) for accept, expected in asked)
    for expected in dict.fromkeys(each for each in known.values() if each.held):
        accept = next(accept for accept, given in asked if given is expected)
        unchanged = replace(expected, status=304, media_type="", links=())
        yield from (Line(kind, "GET", accept, unchanged, held) for held in ("its ETag", "*"))
    yield Line(kind, "HEAD", None, first)
    if missing:
        return
    yield Line(kind, "OPTIONS", None, Expected(allow=tuple(kind.methods)))
    for method in kind.bodies:
        yield Line(kind, method, RESULT_FORMATS[0].media_type, Expected(200, RESULT_FORMATS[0].media_type))
    refused = Expected(405, PROBLEM_JSON, cache=NOT_CACHED, allow=tuple(kind.methods))
    yield Line(kind, "DELETE", None, refused)
