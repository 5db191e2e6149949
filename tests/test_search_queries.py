"""What a search asks of an index, and what it makes of the answers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from pilotgraph.search_index import fill
from pilotgraph.search_queries import Index, Marked, pieces, quoted
from small_releases import small_release

LONG = "A tower of stone that stands on the mole, " * 9


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    release = small_release(
        tmp_path_factory.mktemp("small"),
        f"""
        :a rdfs:label "tower" ; skos:definition "{LONG}" .
        :b rdfs:label "towers" ; :near :a, :c .
        :c rdfs:label "mole" ; skos:notation "M1" ; skos:altLabel "high wall" .
        """,
    )
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        fill(connection, release)
        yield Index(connection)


def snippet(index: Index, word: str) -> Marked:
    expression = index.all_of([word])
    hits = index.hits(expression, word, "", 0, 20)
    return hits[0].snippet


@pytest.mark.parametrize(
    ("word", "last", "expression"),
    [
        pytest.param("mole", False, '("mole")', id="a word"),
        pytest.param("mole", True, '("mole" OR "mole" *)', id="the last word"),
        pytest.param("m", True, '("m")', id="one letter begins too much"),
        pytest.param("towering", False, '("towering" OR "tower" OR "towers")', id="other forms of it"),
        pytest.param('mo"le', False, '("mo""le")', id="a quotation mark"),
    ],
)
def test_forms(index: Index, word: str, last: bool, expression: str) -> None:
    assert index.forms(word, last=last) == expression


def test_all_of_and_some_of(index: Index) -> None:
    forms, written = '("towers" OR "tower")', '"towers"'
    assert index.all_of(["towers", "b1"]) == (
        f'{forms} AND ("b1" OR "b1" *)',
        f'{written} AND ("b1" OR "b1" *)',
    )
    assert index.some_of(["towers", "b"]) == (f'{forms} OR ("b")', f'{written} OR ("b")')


def test_near_words_are_as_long_within_two_letters(index: Index) -> None:
    assert sorted(word for word, _ in index.near("towr")) == ["tower", "towers"]
    assert dict(index.near("mola")) == {"mole": 3}


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        pytest.param("high", [("high", True), (" wall", False)], id="another name"),
        pytest.param("M1", [("M1", True)], id="a code"),
        pytest.param("towers", [("tower · mole", False)], id="what is named, for want of words"),
    ],
)
def test_a_snippet_shows_why_a_thing_was_found(
    index: Index, word: str, shown: list[tuple[str, bool]]
) -> None:
    assert [part for part in snippet(index, word).parts if part[0]] == shown


def test_a_long_text_is_cut_between_words(index: Index) -> None:
    text = snippet(index, "tower").text
    assert text.endswith(" …")
    assert LONG.startswith(text.removesuffix(" …") + " ")
    assert 100 < len(text) < 200


def test_the_parts_of_a_text_that_has_no_marks() -> None:
    assert list(Marked("all of it").parts) == [("all of it", False)]


def test_pieces_stand_between_what_is_no_letter() -> None:
    assert pieces("«co-operate_2»") == ["co", "operate", "2"]


def test_quoted_keeps_whatever_it_holds() -> None:
    assert quoted('a "b" *') == '"a ""b"" *"'
