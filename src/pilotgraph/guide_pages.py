"""A chapter of the guide, and a store -> what a page shows: prose, and each query with what it finds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import NamedNode

from pilotgraph.guide import Asked, Chapter, pieces, resolve
from pilotgraph.lookup import Lookup
from pilotgraph.pages import Describer
from pilotgraph.shown import Table
from pilotgraph.store import Query
from pilotgraph.terms import Terms

SHOWN_ROWS = 6


@dataclass(frozen=True, slots=True)
class Answered:
    """A query of a chapter, and the first rows that it finds."""

    text: str
    table: Table


@dataclass(frozen=True, slots=True)
class ShownChapter:
    """A chapter as a page prints it; `anchor` is the name of its place there."""

    anchor: str
    title: str
    pieces: Sequence[Markup | Answered]


def show_chapter(chapter: Chapter, terms: Terms, lookup: Lookup) -> ShownChapter:
    """Ask the queries of a chapter, and make its links those of the site.

    :raises QueryError: if the store has no answer.
    """

    def href(target: str) -> str:
        try:
            iri = resolve(target, terms.context, terms.describer.site.dataset)
            return terms.name(NamedNode(iri)).href
        except ValueError:
            return ""  # a build refuses such a chapter; a release is read as it is

    shown: list[Markup | Answered] = []
    for piece in pieces(chapter, href):
        if isinstance(piece, Asked):
            shown.append(_answer(piece, terms.describer, lookup))
        else:
            shown.append(Markup(piece.html))  # noqa: S704 (made by a Markdown renderer that takes no HTML)
    return ShownChapter(re.sub(r"[^a-z0-9]+", "-", chapter.name.lower()), chapter.title, shown)


def _answer(query: Asked, describer: Describer, lookup: Lookup) -> Answered:
    answer = lookup.store.query(Query(query.text))
    return Answered(query.text.strip(), describer.table(answer.content, lookup.names, SHOWN_ROWS))
