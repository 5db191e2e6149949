"""Files of the guide -> chapters: text in Markdown, with queries that are asked and links that are checked.

A chapter is `data/guide/<number>-<name>.md`, CommonMark <https://spec.commonmark.org/0.31.2/> with tables and
without HTML.  Its first line is its title (`# …`).  A fence with `sparql` holds a query whose answer is shown
below it.  A link leads to

* a thing, by its id as records write it: `[the north](place/north)`;
* a term, with a prefix of the context: `[concept](skos:Concept)`;
* a page of the site, by its path: `[the question](/queries/how-many)`;
* anything else on the web, by its address.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pilotgraph.context import Context
from pilotgraph.document import quoted
from pilotgraph.errors import Position, Problem
from pilotgraph.lexical import BadValue
from pilotgraph.queries import form, problem, query_error

FOLDER = "data/guide"
_FENCE = "sparql"


@dataclass(frozen=True, slots=True)
class Link:
    """Where a chapter leads, as it is written there."""

    target: str
    position: Position

    def iri(self, context: Context, dataset: str) -> str:
        """What it names.

        :param dataset: the IRI that those of the site's pages begin with.
        :raises BadValue: if it names nothing that there could be.
        """
        return resolve(self.target, context, dataset)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query of a chapter, and where its first line stands."""

    text: str
    position: Position


@dataclass(frozen=True, slots=True)
class Chapter:
    """A file of the guide. `name` is that of the file without the number that it is sorted by."""

    path: str
    name: str
    title: str
    text: str
    queries: tuple[Asked, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A piece of a chapter in HTML that is safe to print."""

    html: str


Piece: TypeAlias = Prose | Asked


def read_chapter(text: str, path: str, name: str) -> Chapter | Problem:
    """Read a file of the guide, or say what is wrong with it first."""
    tokens = _parser().parse(text)
    titles = [
        place for place, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1"
    ]
    if titles != [0]:
        line = _line(tokens[titles[1]]) if len(titles) > 1 else 1
        return problem(path, "a chapter has one title, its first line: # …", line)
    queries = []
    for token in tokens:
        if token.type != "fence" or token.info.strip() != _FENCE:
            continue
        line = _line(token) + 1
        if slip := query_error(token.content):
            message, line_of_query, column = slip
            return problem(path, message, line + line_of_query - 1, column)
        if form(token.content) != "SELECT":
            return problem(path, "the answer to a query of the guide is shown as a table; write SELECT", line)
        queries.append(Asked(token.content, Position(path, line, 1)))
    links = []
    for block, token in _inline(tokens):
        if token.type == "image":
            return problem(path, "the guide has no images; link to a picture of data/views", _line(block))
        if token.type == "link_open":
            target = str(token.attrs["href"])
            links.append(Link(target, Position(path, *_place(text, block, target))))
    title = tokens[1].content.strip()
    return Chapter(path, re.sub(r"^\d+-", "", name), title, text, tuple(queries), tuple(links))


def resolve(target: str, context: Context, dataset: str) -> str:
    """The IRI that a link of the guide leads to.

    :raises BadValue: if it leads nowhere that there could be.
    """
    if target.startswith("#") or not target:
        raise BadValue(f"{quoted(target)} is no IRI; name a thing, a term or a page")
    return dataset + target[1:] if target.startswith("/") else context.expand(target)


def pieces(chapter: Chapter, href: Callable[[str], str]) -> Iterator[Piece]:
    """Cut a chapter into its queries and what stands between them, below its title.

    :param href: what a page's link to a target is; empty for what is no link.
    """
    parser = _parser()
    tokens = parser.parse(chapter.text)[3:]
    for _, token in _inline(tokens):
        if token.type == "link_open":
            token.attrSet("href", href(str(token.attrs["href"])))
        elif token.type == "image":
            token.type = token.tag = "text"
    for token in tokens:
        if token.type.startswith("heading_"):
            # The title of the page stands above that of a chapter.
            token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"
    start, asked = 0, iter(chapter.queries)
    for place, token in enumerate(tokens):
        if token.type == "fence" and token.info.strip() == _FENCE:
            yield from _prose(parser, tokens[start:place])
            yield next(asked)
            start = place + 1
    yield from _prose(parser, tokens[start:])


def _prose(parser: MarkdownIt, tokens: Sequence[Token]) -> Iterator[Prose]:
    if tokens:
        yield Prose(parser.renderer.render(tokens, parser.options, {}))


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    # A target is no URL yet, and what it becomes is escaped where links are made.
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    return parser


def _inline(tokens: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """What stands within blocks, with its block."""
    for block in tokens:
        for token in block.children or ():
            yield block, token


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _place(text: str, block: Token, target: str) -> tuple[int, int]:
    """The line and column of a link's target, or of the block that holds it."""
    first, end = block.map or (0, 1)
    for number, line in enumerate(text.split("\n")[first:end], first + 1):
        column = line.find(target)
        if column >= 0:
            return number, column + 1
    return first + 1, 1
