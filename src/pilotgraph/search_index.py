"""What is to be found in a release -> an index of its words: an SQLite database with full-text tables (FTS5).

An index is derived from a release and lies beside it, since SQLite promises nobody the same bytes twice.
It can be deleted: a server that finds none, or one that it cannot read, makes its own in memory.
`search_opener` opens it, and `searcher` asks it.
"""

import sqlite3
import unicodedata
from contextlib import closing
from pathlib import Path

from pilotgraph.errors import ReleaseError
from pilotgraph.release import Release
from pilotgraph.search_entries import Source
from pilotgraph.staging import turn

# Another number for other tables, columns or words: an index of another version is not read.
VERSION = 2

# unicode61 splits at what is no letter and no digit, and takes marks off letters; it knows no plurals, so
# `word_form` finds the words of the index that have the same stem.  Stems are known for English only.
_TOKENS = "unicode61 remove_diacritics 2"
_SCHEMA = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    CREATE TABLE thing (
      id INTEGER PRIMARY KEY, iri TEXT UNIQUE, language TEXT, weight REAL, deprecated INTEGER,
      folded_label TEXT, folded_names TEXT,
      label TEXT, names TEXT, codes TEXT, notes TEXT, related TEXT, unseen TEXT
    );
    CREATE TABLE thing_class (class TEXT, thing INTEGER, PRIMARY KEY (class, thing)) WITHOUT ROWID;
    CREATE INDEX class_of_thing ON thing_class (thing);
    CREATE VIRTUAL TABLE thing_text USING fts5 (
      label, names, codes, notes, related, unseen,
      content='thing', content_rowid='id', prefix='2 3', tokenize='{tokens}'
    );
    CREATE VIRTUAL TABLE word_form USING fts5 (word, tokenize='{stems}');
    CREATE VIRTUAL TABLE word_spelling USING fts5 (word, things UNINDEXED, tokenize='trigram');
"""
_FINISH = """
    BEGIN;
    INSERT INTO thing_text (thing_text) VALUES ('rebuild');
    CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab (main, thing_text, row);
    INSERT INTO word_form SELECT term FROM vocabulary;
    INSERT INTO word_spelling
      SELECT term, doc FROM vocabulary WHERE length(term) > 3 AND NOT term GLOB '*[0-9]*';
    DROP TABLE vocabulary;
    COMMIT;
"""


def index_path(release: Release) -> Path:
    """Where the index of a release lies, if there is one."""
    return release.path.parent / f"{release.name}.search.sqlite3"


def write_index(release: Release) -> Path:
    """Write the index of a release beside it, in one step, and return its path.

    :raises ReleaseError: if the disk is full, or the directory cannot be written.
    """
    target = index_path(release)
    # Builds take turns, so what has this name was left by one that was killed.
    beside = target.with_name(".indexing")
    try:
        with turn(target.parent):
            try:
                beside.unlink(missing_ok=True)
                with closing(sqlite3.connect(beside, isolation_level=None)) as connection:
                    fill(connection, release)
                beside.chmod(0o644)
                beside.rename(target)
            finally:
                beside.unlink(missing_ok=True)
    except (OSError, sqlite3.OperationalError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ReleaseError(
            f"{target} cannot be written: {why}. The release is whole; without its index a server"
            " takes longer over the first search"
        ) from error
    return target


def fill(connection: sqlite3.Connection, release: Release) -> None:
    """Make the index of a release in an empty database.

    :param connection: in autocommit mode (`isolation_level=None`).
    """
    source = Source(release)
    stems = f"porter {_TOKENS}" if source.language.partition("-")[0] == "en" else _TOKENS
    connection.executescript(_SCHEMA.format(tokens=_TOKENS, stems=stems))
    connection.execute("BEGIN")
    for number, each in enumerate(source.entries(), 1):
        others = "\n".join(map(fold, "\n".join((each.names, each.codes, each.aliases)).split("\n")))
        connection.execute(
            "INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(number, each.iri, each.language, each.weight, each.deprecated),
                *(fold(each.label), f"\n{others}\n"),
                *(each.label, each.names, each.codes, each.notes, each.related, each.unseen),
            ),
        )
        rows = [(of_class, number) for of_class in each.classes]
        connection.executemany("INSERT INTO thing_class VALUES (?, ?)", rows)
    connection.execute("COMMIT")
    connection.executescript(_FINISH)
    connection.execute(f"PRAGMA user_version = {VERSION}")  # a statement that takes no parameters


def fold(text: str) -> str:
    """A text without capitals, marks on letters, and more than one space, as words are compared."""
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        text = "".join(each for each in apart if not unicodedata.combining(each))
    return " ".join(text.casefold().split())
