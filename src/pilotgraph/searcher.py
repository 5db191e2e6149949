"""Words -> what a release has to say of them, best first; for any number of threads.

All words must be found, each in any of its forms, and the last one may be the beginning of a word.  If that
finds nothing, words that the index does not know are taken for slips, and then some of the words will do.
"""

import sqlite3
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from pilotgraph.errors import LimitExceeded
from pilotgraph.search_index import fold
from pilotgraph.search_opener import Opener
from pilotgraph.search_queries import Hit, Index, pieces, quoted

PAGE = 20
MAX_CHARACTERS, MAX_WORDS = 200, 16
TOO_LONG = f"A search has at most {MAX_CHARACTERS} characters and {MAX_WORDS} words."

_TOO_SLOW = "The search took more than {:g} s and was ended. Search for longer words, or for fewer."
_STEPS = 1_000  # of SQLite's machine, between two looks at the clock
_FEW = 3
_LIKE_ENOUGH, _MUCH_COMMONER = 0.75, 10
_SHORTEST_SLIP = 4


class Match(StrEnum):
    """How what was found answers what was asked."""

    ALL = "all"  # all words
    CORRECTED = "corrected"  # all words, with others in the place of slips
    SOME = "some"  # some of the words


@dataclass(frozen=True, slots=True)
class Found:
    """One page of what was found. `classes` count all of it, whatever class was asked for.

    `words` are what was searched for in the end; `suggestion` is what may have been meant, or empty.
    """

    words: str
    match: Match
    total: int
    hits: Sequence[Hit]
    classes: Sequence[tuple[str, int]]
    suggestion: str = ""


NOTHING = Found("", Match.ALL, 0, (), ())


class Searcher:
    """Searches a release.

    :param opener: gives connections to its index.
    :param deadline_seconds: after which a search is ended.
    """

    def __init__(self, opener: Opener, deadline_seconds: float = 1.0) -> None:
        self._opener, self._deadline_seconds = opener, deadline_seconds

    def find(self, text: str, of_class: str = "", page: int = 1) -> Found:
        """Find what has all the words of a text.

        :param of_class: the IRI of a class, to see the things of that class only.
        :param page: which twenty of them; counts from 1.
        :raises LimitExceeded: if it takes too long.
        :raises StoreUnavailable: if the index is still being made.
        """
        words = [word for word in split(text) if _has_token(word)]
        if not words:
            return NOTHING
        return self._opener.use(lambda connection: self._find(connection, words, of_class, page))

    def knows_class(self, iri: str) -> bool:
        """Whether anything in the index is of a class."""
        asked = "SELECT EXISTS (SELECT 1 FROM thing_class WHERE class = ?)"
        return bool(self._opener.use(lambda connection: connection.execute(asked, (iri,)).fetchone()[0]))

    def _find(self, connection: sqlite3.Connection, words: list[str], of_class: str, page: int) -> Found:
        with _deadline(connection, self._deadline_seconds):
            index = Index(connection)
            match, meant, expression = Match.ALL, words, index.all_of(words)
            total = index.count(expression.words)
            likely = _likely(index, words, unknown=total == 0) if total < _FEW else words
            if not total and likely != words:
                match, meant, expression = Match.CORRECTED, likely, index.all_of(likely)
                total = index.count(expression.words)
            if not total:
                meant = [piece for word in likely for piece in pieces(word)]
                if len(meant) > 1:
                    match, expression = Match.SOME, index.some_of(meant)
                    total = index.count(expression.words)
            if not total:
                return NOTHING
            classes = index.classes(expression)
            if of_class:
                total = dict(classes).get(of_class, 0)
            said = " ".join(meant)
            hits = index.hits(expression, fold(said), of_class, (page - 1) * PAGE, PAGE)
            suggestion = " ".join(likely) if likely != words and match is Match.ALL else ""
            return Found(said, match, total, hits, classes, suggestion)


def _likely(index: Index, words: Sequence[str], *, unknown: bool) -> list[str]:
    """Words, with likelier ones in the place of those that no thing has, or hardly any.

    :param unknown: whether only a word that no thing has may be a slip.
    """
    found: list[str] = []
    for place, word in enumerate(words, 1):
        known = index.count(index.forms(word, last=place == len(words)))
        meant = written = pieces(fold(word))
        if known <= (0 if unknown else 1):
            meant = [_likelier(index, piece, known) for piece in written]
        found += [word] if meant == written else meant
    return found


def _likelier(index: Index, word: str, known: int) -> str:
    # A code is no slip for another one.
    is_code = any(each.isdigit() for each in word)
    if is_code or len(word) < _SHORTEST_SLIP or (not known and index.count(quoted(word))):
        return word
    matcher = SequenceMatcher(b=word, autojunk=False)
    best = (_LIKE_ENOUGH, 0, word)
    for other, things in index.near(word):
        matcher.set_seq1(other)
        if other != word and things >= known * _MUCH_COMMONER:
            best = max(best, (matcher.ratio(), things, other))
    return best[2]


def split(text: str) -> list[str]:
    """The words of a text, with a space for each control character."""
    return "".join(" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text).split()


def _has_token(word: str) -> bool:
    """Whether FTS5 sees anything in a word (<https://sqlite.org/fts5.html#unicode61_tokenizer>)."""
    return any(unicodedata.category(each)[0] in "LN" or unicodedata.category(each) == "Co" for each in word)


@contextmanager
def _deadline(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise LimitExceeded(_TOO_SLOW.format(seconds)) from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
