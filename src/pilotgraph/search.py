"""`/search`: what a release has to say of some words, as a page and as JSON.

The JSON is an object: `query`; `searchedFor`, the words in the end; `match`, which is all, corrected or
some; `suggestion`, or null; `total`, `page`, `pages`; `items`, twenty a page, best first, each with `iri`,
`url`, `label`, `language`, `classes`, `snippet` and `deprecated`; and `classes`, how many of each class there
are, whatever class was asked for.  A label and a snippet have `text` and `marks`, which are pairs of places
in the text, in code points: the first character that was searched for, and the one after the last.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import urlencode

from flask import Response, request
from pyoxigraph import NamedNode

from pilotgraph.edition import Edition
from pilotgraph.errors import LimitExceeded
from pilotgraph.negotiation import RequestError, negotiate
from pilotgraph.pages import Value
from pilotgraph.responses import HTML, Representation, cached, page, send
from pilotgraph.search_entries import QUESTION
from pilotgraph.search_queries import Hit, Marked
from pilotgraph.searcher import MAX_CHARACTERS, MAX_WORDS, NOTHING, PAGE, TOO_LONG, Found, split
from pilotgraph.service_description import PREFIXES

JSON = Representation("JSON", ".json", "application/json")
FORMS = (HTML, JSON)

_PAGE_DIGITS = 6
# What people call what SHACL calls an executable.
_QUESTION = Value("question", iri=QUESTION)


@dataclass(frozen=True, slots=True)
class Item:
    """Something that was found, as a page shows it."""

    hit: Hit
    href: str
    classes: tuple[Value, ...]
    language: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A class that can be chosen, or is; `key` is what stands for it in a URL."""

    key: str
    value: Value
    total: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks for."""

    text: str
    of_class: str
    page: int

    def query(self, **changed: object) -> str:
        """The query of a URL that asks for it, with something changed; without what goes without saying."""
        asked = {"q": self.text, "class": self.of_class, "page": self.page} | changed
        return urlencode({name: value for name, value in asked.items() if value not in ("", 1)})


Classes: TypeAlias = dict[str, str]


def search(edition: Edition, suffix: str = "") -> Response:
    """Find things, terms and questions; `suffix` is that of JSON, or none."""
    form = JSON if suffix else negotiate(request.headers.get("Accept"), FORMS)
    asked = _read(edition)
    stamp = f"{edition.stamp}\n{asked.query()}"
    response = cached(stamp, form, lambda: _answer(edition, asked, form))
    response.headers["Link"] = _links(edition, asked, form)
    return response


def _read(edition: Edition) -> Asked:
    """What is asked for.

    :raises RequestError: 400, if it is not what can be asked.
    """
    text, key, number = (request.args.get(name, "").strip() for name in ("q", "class", "page"))
    words = split(text)
    if len(text) > MAX_CHARACTERS or len(words) > MAX_WORDS:
        raise _bad(TOO_LONG)
    if number and not (number.isascii() and number.isdigit() and len(number) <= _PAGE_DIGITS and int(number)):
        raise _bad("page is the number of a page, from 1.")
    if key and not (_is_iri(iri := _expand(edition, key)) and edition.searcher.knows_class(iri)):
        raise _bad("class is the name of no class that anything here is of. Leave it out to see all classes.")
    return Asked(text, key, int(number or 1))


def _answer(edition: Edition, asked: Asked, form: Representation) -> Response:
    of_class = _expand(edition, asked.of_class) if asked.of_class else ""
    try:
        found = edition.searcher.find(asked.text, of_class, asked.page) if asked.text else NOTHING
    except LimitExceeded as error:
        raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error
    pages = max(1, -(-found.total // PAGE))
    if asked.page > pages:
        raise _bad(f"The last page of this search is {pages}.")
    items = [_item(edition, hit) for hit in found.hits]
    choices = [Choice(_key(edition, iri), _value(edition, iri), total) for iri, total in found.classes]
    if form is JSON:
        content = _as_json(asked, found, pages, items, choices)
        return send(json.dumps(content, ensure_ascii=False).encode(), JSON.media_type)
    return page(
        "search.html",
        asked=asked,
        found=found,
        pages=pages,
        items=items,
        choices=choices,
        chosen=_value(edition, of_class) if of_class else None,
        first=(asked.page - 1) * PAGE + 1,
        longest=MAX_CHARACTERS,
    )


def _as_json(asked: Asked, found: Found, pages: int, items: list[Item], choices: list[Choice]) -> object:
    return {
        "query": asked.text,
        "searchedFor": found.words,
        "match": found.match,
        "suggestion": found.suggestion or None,
        "total": found.total,
        "page": asked.page,
        "pages": pages,
        "items": [
            {
                "iri": each.hit.iri,
                "url": each.href,
                "label": _marked(each.hit.label),
                "language": each.hit.language or None,
                "classes": [{"iri": of.iri, "label": of.text} for of in each.classes],
                "snippet": _marked(each.hit.snippet),
                "deprecated": each.hit.deprecated,
            }
            for each in items
        ],
        "classes": [
            {"class": each.key, "iri": each.value.iri, "label": each.value.text, "total": each.total}
            for each in choices
        ],
    }


def _marked(text: Marked) -> dict[str, Any]:
    return {"text": text.text, "marks": text.marks}


def _item(edition: Edition, hit: Hit) -> Item:
    return Item(
        hit,
        edition.paths.href(hit.iri),
        tuple(_value(edition, each) for each in hit.classes),
        "" if hit.language == edition.language else hit.language,
    )


def _value(edition: Edition, of_class: str) -> Value:
    return _QUESTION if of_class == QUESTION else edition.describer.term(NamedNode(of_class))


def _links(edition: Edition, asked: Asked, form: Representation) -> str:
    other = JSON if form is HTML else HTML
    suffix = other.suffix if other is JSON else ""
    query = asked.query()
    address = f"{edition.paths.prefix}/search{suffix}{'?' if query else ''}{query}"
    return f'<{address}>; rel="alternate"; type="{other.media_type}"'


def _key(edition: Edition, iri: str) -> str:
    """What stands for a class in a URL: its own name if the term is the ontology's, or else with a prefix."""
    own = edition.ontology_page.iri + "#"
    if iri.startswith(own):
        return iri.removeprefix(own)
    found = [(len(space), name) for name, space in _prefixes(edition).items() if iri.startswith(space)]
    length, name = max(found, default=(0, ""))
    return f"{name}:{iri[length:]}" if name else iri


def _expand(edition: Edition, key: str) -> str:
    name, colon, local = key.partition(":")
    if not colon:
        return f"{edition.ontology_page.iri}#{key}"
    space = _prefixes(edition).get(name)
    return key if space is None else space + local


def _prefixes(edition: Edition) -> dict[str, str]:
    return PREFIXES | dict(edition.prefixes)


def _is_iri(text: str) -> bool:
    try:
        NamedNode(text)
    except ValueError:
        return False
    return True


def _bad(message: str) -> RequestError:
    return RequestError(HTTPStatus.BAD_REQUEST, message)
