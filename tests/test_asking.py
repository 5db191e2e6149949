"""What is typed after `query` is a file, standard input or a published question."""

import os
import threading
from pathlib import Path

import pytest

from pilotgraph.asking import check_things, query_text
from pilotgraph.edition import Dataset, published_questions, read_context
from pilotgraph.errors import QueryError
from pilotgraph.lookup import Lookup
from pilotgraph.release import Release
from pilotgraph.store import LocalStore

NAME = "lights-by-colour"


def test_a_published_question_is_found_by_its_name(release: Release) -> None:
    assert query_text(release, NAME) == release.read(f"queries/{NAME}.rq").decode()


def test_a_file_comes_before_a_name(
    release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / NAME).write_text("ASK {}")
    monkeypatch.chdir(tmp_path)
    assert query_text(release, NAME) == "ASK {}"


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        pytest.param("lights-by-color", f"did you mean {NAME}?", id="almost a name"),
        pytest.param("xyz", "--list shows those", id="nothing like a name"),
    ],
)
def test_what_is_neither_is_refused(release: Release, typed: str, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        query_text(release, typed)
    assert str(caught.value) == f"{typed} is neither a file nor a published question; {hint}"


def test_a_pipe_is_a_file(release: Release, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=["ASK {}"])
    writer.start()
    assert query_text(release, str(pipe)) == "ASK {}"
    writer.join()


def test_a_file_that_is_not_utf_8_is_refused(release: Release, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_bytes(b"ASK {} # \xff")
    with pytest.raises(QueryError, match=r"^the query is not UTF-8, at byte 10$"):
        query_text(release, str(tmp_path / "q.rq"))


def test_questions_are_listed_by_name(release: Release) -> None:
    names = [question.name for question in published_questions(release)]
    assert names == sorted(names)
    assert NAME in names


def test_the_id_of_a_thing_that_is_not_there_is_refused(release: Release) -> None:
    checked(release, "<id/lighthouse/north-teal>", "lighthouse/south-teal")
    with pytest.raises(QueryError) as caught:
        checked(release, "<id/lighthouse/north-teal>", "lighthouse/nort-teal")
    assert str(caught.value) == (
        "tower: the release has no lighthouse/nort-teal; did you mean lighthouse/north-teal,"
        " lighthouse/south-teal, lighthouse/gannet-stack?"
    )


@pytest.mark.parametrize(
    ("default", "typed", "meant"),
    [
        pytest.param("<id/lighthouse/north-teal>", "gannet-stack", "lighthouse/gannet-stack", id="a thing"),
        pytest.param(
            "<id/lighthouse/north-teal>", "Gannet-Stack", "lighthouse/gannet-stack", id="in capitals"
        ),
        pytest.param("<ontology#greenLight>", "redlight", "lt:redLight", id="a term"),
        pytest.param("<ontology#greenLight>", "colour/redLight", "lt:redLight", id="of another class"),
    ],
)
def test_the_last_part_of_an_id_is_told_with_the_whole(
    release: Release, default: str, typed: str, meant: str
) -> None:
    with pytest.raises(QueryError) as caught:
        checked(release, default, typed)
    assert str(caught.value) == f"tower: the release has no {typed}; did you mean {meant}?"


@pytest.mark.parametrize("typed", ["redLight", "lt:reddLight"])
def test_so_is_a_term_that_the_ontology_does_not_have(release: Release, typed: str) -> None:
    checked(release, "<ontology#greenLight>", "lt:redLight")
    with pytest.raises(QueryError, match=rf"^tower: the release has no {typed}; did you mean lt:redLight"):
        checked(release, "<ontology#greenLight>", typed)


@pytest.mark.parametrize(
    ("default", "typed"),
    [
        pytest.param('"https://example.org/lights/id/a"', "a b", id="a text that looks like an id"),
        pytest.param("<urn:x>", "urn:y", id="what is someone else's"),
        pytest.param("<graph/lights>", "https://example.org/lights/graph/others", id="what is described"),
    ],
)
def test_what_need_not_be_in_the_data_is_let_pass(release: Release, default: str, typed: str) -> None:
    checked(release, default, typed)


def checked(release: Release, default: str, typed: str) -> None:
    dataset = Dataset(release)
    text = (
        f"BASE <{dataset.node.value}>\nSELECT * {{\n VALUES ?tower {{ {default} }} # parameter: a tower\n}}"
    )
    context = read_context(release, dataset)
    lookup = Lookup(LocalStore(release), dataset.triples)
    check_things(lookup, text, {"tower": typed}, context, dataset.site)
