"""What is to be found in a release, and in which words."""

from pathlib import Path

import pytest

from pilotgraph.release import Release
from pilotgraph.search_entries import QUESTION, Entry, Source
from small_releases import DATASET, small_release

BASE = "https://example.org/lights/"
OWN = f"{BASE}ontology#"


@pytest.fixture(scope="module")
def entries(release: Release) -> dict[str, Entry]:
    found = list(Source(release).entries())
    by_iri = {entry.iri: entry for entry in found}
    assert len(by_iri) == len(found)
    return by_iri


def test_things_terms_and_questions_are_found(entries: dict[str, Entry], release: Release) -> None:
    asked = [name for name in release.files if name.startswith("queries/")]
    assert sum(QUESTION in entry.classes for entry in entries.values()) == len(asked)
    assert entries[f"{BASE}queries/highest-lights"].label.endswith("?")
    assert entries[f"{OWN}Lighthouse"].label == "lighthouse"
    assert entries[f"{BASE}id/lighthouse/north-teal"].classes == (f"{OWN}Lighthouse",)


def test_what_others_have_defined_is_not_found(entries: dict[str, Entry]) -> None:
    assert [iri for iri in entries if not iri.startswith(BASE)] == []


def test_a_definition_stands_before_other_texts(entries: dict[str, Entry]) -> None:
    assert entries[f"{OWN}Lighthouse"].notes.startswith("tower with a lamp that guides ships")


def test_all_texts_of_a_thing_are_in_its_notes(entries: dict[str, Entry]) -> None:
    assert "Tower painted." in entries[f"{BASE}id/inspection/kestrel-point-2025"].notes.split("\n")


def test_a_number_is_no_text(entries: dict[str, Entry]) -> None:
    assert "1902" not in entries[f"{BASE}id/lighthouse/north-teal"].notes


def test_a_thing_is_found_by_what_it_names_and_by_its_class(entries: dict[str, Entry]) -> None:
    found = entries[f"{BASE}id/lighthouse/drowned-anvil"]
    assert {"red", "Board of Made-up Lights", "Kestrel Point"} <= set(found.related.split("\n"))
    assert found.unseen.split("\n") == ["tidal lighthouse", "drowned-anvil"]


def test_what_many_things_name_weighs_more(entries: dict[str, Entry]) -> None:
    board = entries[f"{BASE}id/keeper/board-of-made-up-lights"]
    assert board.weight > entries[f"{BASE}id/inspection/kestrel-point-2025"].weight


def entry(release: Release, name: str) -> Entry:
    (found,) = (each for each in Source(release).entries() if each.iri.endswith(f"/id/{name}"))
    return found


def test_what_has_a_code_and_no_name_is_known_by_what_it_belongs_to(tmp_path: Path) -> None:
    release = small_release(tmp_path, ':tower rdfs:label "Tower" ; :number :17 . :17 skos:notation "0017" .')
    found = entry(release, "17")
    assert (found.label, found.codes, found.notes) == ("0017", "", "Tower")
    assert entry(release, "tower").related == "0017"


def test_the_code_of_what_a_thing_names_is_not_seen_where_it_has_a_name(tmp_path: Path) -> None:
    release = small_release(tmp_path, ':tower :in :ward . :ward rdfs:label "Ward" ; skos:notation "W7" .')
    found = entry(release, "tower")
    assert (found.related, found.unseen) == ("Ward", "tower\nW7")


def test_a_short_text_that_is_said_of_one_thing_is_another_name_of_it(tmp_path: Path) -> None:
    release = small_release(tmp_path, ':tower :short "TWR" ; :place "page 2" . :mole :place "page 2" .')
    assert entry(release, "tower").aliases == "tower\nTWR"
    assert entry(release, "mole").aliases == "mole"


def test_what_has_neither_name_nor_code_is_called_as_its_iri_ends(tmp_path: Path) -> None:
    release = small_release(tmp_path, f'<{DATASET}id/tower/left> rdfs:comment "It leans." .')
    assert entry(release, "tower/left").label == "tower/left"


def test_the_label_is_in_the_language_of_the_dataset_and_the_others_are_names(tmp_path: Path) -> None:
    release = small_release(tmp_path, ':tower rdfs:label "Turm"@de, "tower"@en ; skos:altLabel "pile" .')
    found = entry(release, "tower")
    assert (found.label, found.language, sorted(found.names.split("\n"))) == ("tower", "en", ["Turm", "pile"])


def test_texts_have_no_control_characters(tmp_path: Path) -> None:
    release = small_release(tmp_path, r':tower rdfs:label "To\u0002wer\nof \u0085" ; rdfs:comment "\u0003" .')
    found = entry(release, "tower")
    assert (found.label, found.notes) == ("To wer of  ", " ")
