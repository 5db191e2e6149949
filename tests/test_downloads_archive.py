"""Which of the directories beside a release are older releases, and which are nothing to a stranger."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pilotgraph.comparison.as_rdf import Told
from pilotgraph.downloads.archive import Archive
from pilotgraph.downloads.records import read_history, records, statements
from pilotgraph.release import Release, write
from releases_beside import Beside, files_of, history, put_beside, rebuilt, record, retold
from web import LIGHTS


@pytest.fixture
def beside(release: Release, tmp_path: Path) -> Beside:
    return put_beside(release, tmp_path, whole=False)


def archive(beside: Beside) -> Archive:
    return Archive(beside.served, records(read_history(beside.served), LIGHTS))


def test_what_is_served_is_found_and_what_is_recorded(beside: Beside) -> None:
    found = archive(beside)
    assert found.find("0.3.0") is beside.served
    older = found.find("0.2.0")
    assert older is not None
    assert older.path == beside.older.path.resolve()
    assert found.find("0.2.0") is older, "it is read once"


@pytest.mark.parametrize(
    "version", ["0.1.0", "9.9.9", "", ".", "..", "../etc", "0.2.0-", "current", ".building"]
)
def test_nothing_else_is(beside: Beside, version: str) -> None:
    assert archive(beside).find(version) is None


def test_a_build_that_was_not_published_is_not_found(beside: Beside) -> None:
    write(beside.out, "0.4.0", files_of(beside.served))
    assert archive(beside).find("0.4.0") is None


def test_a_build_with_other_data_than_were_published_is_not_found(beside: Beside) -> None:
    files = files_of(beside.older)
    shutil.rmtree(beside.older.path)
    write(beside.out, "0.2.0", {**files, "data.nq": files["data.nq"] * 2})
    assert archive(beside).find("0.2.0") is None


def test_of_several_with_the_same_data_the_first_by_name_is_taken(beside: Beside) -> None:
    files = files_of(beside.older)
    others = [write(beside.out, "0.2.0", {**files, "extra.md": str(number).encode()}) for number in range(5)]
    found = archive(beside).find("0.2.0")
    assert found is not None
    assert found.name == min(each.name for each in (*others, beside.older))


@pytest.mark.parametrize("name", ["data.ttl", "manifest.json"])
def test_a_damaged_one_is_not_found(beside: Beside, name: str) -> None:
    place = beside.older.path / name
    place.write_bytes(place.read_bytes().replace(b"a", b"b", 1))
    assert archive(beside).find("0.2.0") is None


def test_one_with_a_file_too_few_is_not_found(beside: Beside) -> None:
    (beside.older.path / "ontology.ttl").unlink()
    assert archive(beside).find("0.2.0") is None


@pytest.mark.parametrize("make", [rebuilt, retold])
def test_a_build_with_the_number_of_another_release_does_not_pass_for_it(
    beside: Beside, make: Callable[[Release, Path], Release]
) -> None:
    build = make(beside.served, beside.out)
    found = Archive(build, records(read_history(build), LIGHTS))
    assert (found.published, found.differs) == (False, True)
    published = found.find("0.3.0")
    assert published is not None
    assert published.name == beside.served.name
    shutil.rmtree(beside.served.path)
    alone = Archive(build, records(read_history(build), LIGHTS))
    assert alone.find("0.3.0") is build, "what was published is not here"


def test_what_was_published_is_known_to_be(beside: Beside, release: Release) -> None:
    known, unknown = archive(beside), Archive(release, ())
    assert (known.published, known.differs) == (True, False)
    assert (unknown.published, unknown.differs) == (False, False)


def test_a_link_is_not_followed(beside: Beside, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "release"
    beside.older.path.rename(elsewhere)
    beside.older.path.symlink_to(elsewhere)
    assert archive(beside).find("0.2.0") is None


def test_another_name_than_its_content_gives_is_not_taken(beside: Beside) -> None:
    beside.older.path.rename(beside.out / "0.2.0-00000000")
    assert archive(beside).find("0.2.0") is None


def test_one_that_is_put_there_later_is_found(
    beside: Beside, tmp_path_factory: pytest.TempPathFactory
) -> None:
    away = tmp_path_factory.mktemp("away") / "release"
    beside.older.path.rename(away)
    found = archive(beside)
    assert found.find("0.2.0") is None
    away.rename(beside.older.path)
    assert found.find("0.2.0") is not None


@pytest.mark.parametrize("last", ["manifest.json", "ontology.ttl"])
def test_one_that_is_being_copied_is_found_when_all_of_it_has_come(
    beside: Beside, tmp_path_factory: pytest.TempPathFactory, last: str
) -> None:
    file, away = beside.older.path / last, tmp_path_factory.mktemp("away") / last
    shutil.move(file, away)
    found = archive(beside)
    assert found.find("0.2.0") is None
    shutil.copyfile(away, file)
    assert found.find("0.2.0") is not None


def test_beside_a_directory_that_cannot_be_read_there_is_nothing(
    beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied", str(path))

    found = archive(beside)
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert found.find("0.2.0") is None
    assert found.find("0.3.0") is beside.served


def test_records_are_read_newest_first(beside: Beside) -> None:
    found = records(read_history(beside.served), LIGHTS)
    assert [(each.version, each.issued, each.previous) for each in found] == [
        ("0.3.0", "2026-11-01", "0.2.0"),
        ("0.2.0", "2026-03-04", "0.1.0"),
        ("0.1.0", "2026-01-02", ""),
    ]
    told = Told(statements(read_history(beside.served)), LIGHTS)
    changes = [(each.kind, each.iri) for each in told.of("0.3.0").changes]
    assert changes == [
        ("added", f"{LIGHTS}id/lighthouse/kestrel-point"),
        ("added", f"{LIGHTS}id/lighthouse/north-teal"),
        ("changed", f"{LIGHTS}id/lighthouse/south-teal"),
    ]
    assert found[0].triples == 1_234
    assert found[1].sha256 == beside.older.files["data.nq"].sha256
    assert not told.of("0.1.0").changes


def test_a_circle_of_records_ends(release: Release, tmp_path: Path) -> None:
    known = history(record("1.0", "0" * 64, previous="2.0"), record("2.0", "1" * 64, previous="1.0"))
    served = write(tmp_path, release.version, {"history.ttl": known})
    found = records(read_history(served), LIGHTS)
    assert {each.version for each in found} == {"1.0", "2.0"}


def test_what_is_no_whole_record_tells_of_no_release(release: Release, tmp_path: Path) -> None:
    spoiled = record("1.1", "1" * 64).replace("void:triples 1234", 'void:triples "many"')
    known = history(record("1.0", "0" * 64), record("1.0-rc", "2" * 64), spoiled)
    served = write(tmp_path, release.version, {"history.ttl": known})
    assert [each.version for each in records(read_history(served), LIGHTS)] == ["1.0"]


def test_a_release_older_than_records_has_none(release: Release, tmp_path: Path) -> None:
    older = write(tmp_path, release.version, {"data.nq": release.read("data.nq")})
    assert records(read_history(older), LIGHTS) == []
