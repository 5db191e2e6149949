"""The index of a release is a file beside it, which anyone may delete."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from pilotgraph import search_index
from pilotgraph.cli import main
from pilotgraph.errors import ReleaseError
from pilotgraph.release import Release
from pilotgraph.search_entries import Source
from pilotgraph.search_index import VERSION, fill, fold, index_path, write_index


@pytest.fixture
def copy(release: Release, tmp_path: Path) -> Release:
    """A release that nothing lies beside."""
    return Release.open(shutil.copytree(release.path, tmp_path / release.name))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("Kestrel  Point", "kestrel point", id="capitals and spaces"),
        pytest.param("Vífilsey", "vifilsey", id="marks on letters"),
        pytest.param("Nai\u0308ve", "naive", id="marks that stand apart"),
        pytest.param("Straße", "strasse", id="one letter for two"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_build_writes_it_beside_the_release_and_not_into_it(lighthouses: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["build", "--project", str(lighthouses), "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    release = Release.open(tmp_path)
    assert index_path(release) == tmp_path / f"{release.name}.search.sqlite3"
    with closing(sqlite3.connect(index_path(release))) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert "sqlite" not in release.read("SHA256SUMS").decode()


def test_another_one_takes_the_place_of_the_first(copy: Release) -> None:
    index_path(copy).write_bytes(b"of an older program")
    path = write_index(copy)
    assert path.read_bytes().startswith(b"SQLite format 3\0")
    assert sorted(copy.path.parent.iterdir()) == sorted([copy.path, path, path.with_name(".lock")])


def test_when_it_cannot_be_written_nothing_is_left(copy: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(connection: sqlite3.Connection, release: Release) -> None:
        fill(connection, release)
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(search_index, "fill", fail)
    with pytest.raises(ReleaseError, match=r"search\.sqlite3 cannot be written: database or disk is full"):
        write_index(copy)
    assert sorted(copy.path.parent.iterdir()) == sorted([copy.path, copy.path.with_name(".lock")])


@pytest.mark.parametrize(("language", "forms"), [("en", ["lamp", "lamps"]), ("is", ["lamps"])])
def test_stems_are_those_of_english(
    copy: Release, monkeypatch: pytest.MonkeyPatch, language: str, forms: list[str]
) -> None:
    def source(release: Release) -> Source:
        found = Source(release)
        found.language = language
        return found

    monkeypatch.setattr(search_index, "Source", source)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    fill(connection, copy)
    asked = "SELECT word FROM word_form WHERE word_form MATCH 'lamps' ORDER BY word"
    assert [word for (word,) in connection.execute(asked)] == forms
    connection.close()
