"""What a search asks of an index, in SQL, and what comes of it; `searcher` says when to ask what.

The words of a stranger become strings of FTS5's query language, in which nothing means anything
(<https://sqlite.org/fts5.html#fts5_strings>).
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_START, _END = "\x02", "\x03"  # the index has no control characters
_MARK = re.compile(f"([{_START}{_END}])")
_SNIPPET = 180  # characters
_FORMS = 12
_NEAR = 60
_NO_LETTER = re.compile(r"[\W_]+")

# How much a word counts in: label, names, codes, notes, names of what is named, what is not seen.
_HITS = """
    WITH hit AS MATERIALIZED (
      SELECT rowid AS id, bm25(thing_text, 10, 6, 4, 1, 0.3, 0.3) AS rank FROM thing_text
      WHERE thing_text MATCH :words
    ), written AS MATERIALIZED (
      SELECT rowid AS id FROM thing_text WHERE thing_text MATCH '{label names codes} : (' || :written || ')'
    ), named AS MATERIALIZED (
      SELECT rowid AS id FROM thing_text WHERE thing_text MATCH '{label names codes} : (' || :words || ')'
    )
    SELECT id, iri, language, deprecated FROM hit JOIN thing USING (id)
    WHERE :class = '' OR id IN (SELECT thing FROM thing_class WHERE class = :class)
    ORDER BY deprecated AND folded_label <> :folded, CASE
        WHEN folded_label = :folded THEN 0
        WHEN instr(folded_names, char(10) || :folded || char(10)) THEN 1
        WHEN substr(folded_label, 1, length(:folded)) = :folded THEN 2
        WHEN id IN written THEN 3
        WHEN id IN named THEN 4
        ELSE 5
      END, deprecated, rank * weight, folded_label, iri
    LIMIT :most OFFSET :start
"""
_COUNT = "SELECT count(*) FROM thing_text WHERE thing_text MATCH :words"
_CLASSES = """
    SELECT class, count(*) FROM thing_class
    WHERE thing IN (SELECT rowid FROM thing_text WHERE thing_text MATCH :words)
    GROUP BY class ORDER BY 2 DESC, class
"""
_SPELLING = """
    SELECT word, things FROM word_spelling
    WHERE word_spelling MATCH ? AND length(word) BETWEEN ? AND ? ORDER BY rank LIMIT ?
"""
_SHOWN = """
    SELECT highlight(thing_text, 0, :open, :close), highlight(thing_text, 1, :open, :close),
      highlight(thing_text, 2, :open, :close), snippet(thing_text, 3, :open, :close, '…', 28),
      snippet(thing_text, 4, :open, :close, '…', 12), substr(notes, 1, :most),
      substr(related, 1, :most)
    FROM thing_text WHERE thing_text MATCH :words AND rowid = :id
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and the places in it that were searched for: first character and the one after the last."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> Iterator[tuple[str, bool]]:
        """The text in pieces, each with whether it was searched for."""
        end = 0
        for first, last in self.marks:
            yield self.text[end:first], False
            yield self.text[first:last], True
            end = last
        yield self.text[end:], False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found; `snippet` shows where, or says what it is."""

    iri: str
    classes: tuple[str, ...]
    label: Marked
    language: str
    snippet: Marked
    deprecated: bool = False


class Expression(NamedTuple):
    """An expression of FTS5, and the same without other forms of the words than what is written."""

    words: str
    written: str


class Index:
    """The index of a release, through one connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._ask = connection.execute

    def all_of(self, words: Sequence[str]) -> Expression:
        """An expression for things that have all words, the last one at least in part."""
        return self._expression(words, " AND ")

    def some_of(self, words: Sequence[str]) -> Expression:
        """An expression for things that have one of the words or more."""
        return self._expression(words, " OR ")

    def count(self, words: str) -> int:
        """How many things fit an expression."""
        return int(self._ask(_COUNT, {"words": words}).fetchone()[0])

    def classes(self, expression: Expression) -> list[tuple[str, int]]:
        """How many things of each class fit an expression."""
        return self._ask(_CLASSES, {"words": expression.words}).fetchall()

    def hits(self, expression: Expression, folded: str, of_class: str, start: int, most: int) -> list[Hit]:
        """Some of what fits an expression, best first.

        :param folded: the words together: what is called so comes first.
        :param of_class: the IRI of a class; empty for all.
        """
        asked = {"folded": folded, "class": of_class, "most": most, "start": start} | expression._asdict()
        return [self._hit(expression.words, *row) for row in self._ask(_HITS, asked).fetchall()]

    def near(self, word: str) -> list[tuple[str, int]]:
        """Words that share letters with a word of three letters or more, and how many things have each."""
        threes = {word[place : place + 3] for place in range(len(word) - 2)}
        asked = (" OR ".join(map(quoted, sorted(threes))), len(word) - 2, len(word) + 2, _NEAR)
        return self._ask(_SPELLING, asked).fetchall()

    def _hit(self, expression: str, number: int, iri: str, language: str, deprecated: int) -> Hit:
        asked = {"words": expression, "id": number, "open": _START, "close": _END, "most": _SNIPPET + 1}
        *found, start, neighbours = self._ask(_SHOWN, asked).fetchone()
        label, names, codes, notes, related = map(_read, found)
        classes = self._ask("SELECT class FROM thing_class WHERE thing = ?", (number,)).fetchall()
        # What shows why it was found; where the label does, or nothing that is shown, what it is.
        shown = (names, codes) if label.marks else (names, codes, notes, related)
        snippet = next((each for each in shown if each.marks), None) or Marked(
            _cut(start, _SNIPPET) if start else _cut(neighbours, _SNIPPET // 2)
        )
        kinds = tuple(sorted(each for (each,) in classes))
        return Hit(iri, kinds, label, language, snippet, bool(deprecated))

    def _expression(self, words: Sequence[str], joined: str) -> Expression:
        *before, last = words
        forms = [*(self.forms(word, last=False) for word in before), self.forms(last, last=True)]
        written = [*map(quoted, before), f"({_or(_begun(last))})"]
        return Expression(joined.join(forms), joined.join(written))

    def forms(self, word: str, *, last: bool) -> str:
        """An expression for a word: itself, words of the same stem, and if it is the last, what it begins."""
        found = _begun(word) if last else [quoted(word)]
        if len(pieces(word)) == 1:
            asked = "SELECT word FROM word_form WHERE word_form MATCH ? LIMIT ?"
            found += (quoted(form) for (form,) in self._ask(asked, (quoted(word), _FORMS)))
        return f"({_or(found)})"


def _begun(word: str) -> list[str]:
    # One letter begins too much.
    return [quoted(word), f"{quoted(word)} *"] if len(word) > 1 else [quoted(word)]


def _or(expressions: Sequence[str]) -> str:
    return " OR ".join(dict.fromkeys(expressions))


def pieces(word: str) -> list[str]:
    """What stands between the characters of a word that are no letters."""
    return [piece for piece in _NO_LETTER.split(word) if piece]


def quoted(text: str) -> str:
    """An expression for a text as it is, in small letters, as the index has its words."""
    return '"' + text.lower().replace('"', '""') + '"'


def _cut(text: str, most: int) -> str:
    """The beginning of a text, in whole words and in one line."""
    line = _one_line(text)
    return line if len(line) <= most else line[:most].rpartition(" ")[0].rstrip(" ·") + " …"


def _one_line(text: str) -> str:
    return text.strip("\n").replace("\n", " · ")


def _read(marked: str) -> Marked:
    """A text as FTS5 marks it, in one line."""
    text, marks, start = "", [], 0
    for piece in _MARK.split(_one_line(marked)):
        if piece == _START:
            start = len(text)
        elif piece == _END:
            marks.append((start, len(text)))
        else:
            text += piece
    return Marked(text, tuple(marks))
