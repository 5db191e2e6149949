"""What is searched for is found, the likeliest first, whatever is written."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotgraph import searcher as module
from pilotgraph.errors import LimitExceeded
from pilotgraph.release import Release
from pilotgraph.search_opener import Opener
from pilotgraph.search_queries import Marked
from pilotgraph.searcher import Found, Match, Searcher, split
from small_releases import small_release

THINGS = "https://example.org/lights/id/"
OWN = "https://example.org/lights/ontology#"
# What means something to FTS5, to LIKE or to SQL.
SYNTAX = [*"\"*^-+:(){}'%_;", "\x00", "\x02", "\x03", "\u202e"]
WORDS = ["AND", "OR", "NOT", "NEAR", "label", "kestrel", "teal", "lamp", "灯台", "þóra", "🗼"]


@pytest.fixture(scope="module")
def searcher(release: Release) -> Searcher:
    return Searcher(Opener(release))


def labels(found: Found) -> list[str]:
    return [hit.label.text for hit in found.hits]


def test_the_same_label_is_first_then_what_begins_with_it_then_what_has_it(searcher: Searcher) -> None:
    found = searcher.find("lighthouse")
    assert (found.hits[0].iri, found.match) == (f"{OWN}Lighthouse", Match.ALL)
    named = ["lighthouse" in label.lower() for label in labels(found)]
    assert named == sorted(named, reverse=True)
    assert found.total > sum(named) > 1


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param("Kestrel Point", "lighthouse/kestrel-point", id="a label"),
        pytest.param("kestrel  POINT", "lighthouse/kestrel-point", id="a label in capitals"),
        pytest.param("point kestrel", "lighthouse/kestrel-point", id="a label the other way round"),
        pytest.param("kestr", "lighthouse/kestrel-point", id="the beginning of a label"),
        pytest.param("thora lundad", "keeper/þóra-lundadóttir", id="another letter for þ is a slip"),
        pytest.param("vitavorður", "keeper/þóra-lundadóttir", id="another name, without its marks"),
        pytest.param("vífilsey", "lighthouse/vífilsey", id="marks on letters"),
        pytest.param("灯台", "lighthouse/vífilsey", id="another script"),
        pytest.param("0023", "identifier/south-teal-list", id="a code"),
        pytest.param("cracked", "inspection/kestrel-point-2024", id="a note"),
        pytest.param("paintings tower", "inspection/kestrel-point-2025", id="another form of a word"),
        pytest.param("tidal drowned-anvil", "lighthouse/drowned-anvil", id="a class, and the end of an IRI"),
        pytest.param("Kestrell Pont", "lighthouse/kestrel-point", id="two slips"),
    ],
)
def test_find(searcher: Searcher, text: str, first: str) -> None:
    assert searcher.find(text).hits[0].iri == THINGS + first


def test_a_word_as_it_is_written_comes_before_its_other_forms(tmp_path: Path) -> None:
    labels = "".join(f':{number} rdfs:label "one care {number}" . ' for number in range(9))
    searcher = Searcher(Opener(small_release(tmp_path, labels + ':z rdfs:label "caring" .')))
    found = searcher.find("care")
    assert found.total == 10
    assert found.hits[-1].label.text == "caring"


def test_a_thing_is_found_by_a_code_that_is_its_own(searcher: Searcher) -> None:
    found = {hit.iri: hit for hit in searcher.find("0023").hits}
    assert f"{THINGS}lighthouse/south-teal" in found


def test_all_words_are_looked_for_and_some_only_if_nothing_has_all(searcher: Searcher) -> None:
    both = searcher.find("north teal")
    assert both.match is Match.ALL
    some = searcher.find("north kestrel starboard")
    assert (some.match, some.total > both.total) == (Match.SOME, True)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        pytest.param("kestrl point", "kestrel point", id="a letter left out"),
        pytest.param("lighthuose", "lighthouse", id="two letters in the wrong order"),
        pytest.param("inspecttion", "inspection", id="a letter too many"),
    ],
)
def test_a_word_that_nothing_has_is_taken_for_a_slip(searcher: Searcher, text: str, meant: str) -> None:
    found, wanted = searcher.find(text), searcher.find(meant)
    assert (found.match, found.words, found.total) == (Match.CORRECTED, meant, wanted.total)


def test_of_a_rare_word_that_may_be_a_slip_it_is_said_what_may_be_meant(tmp_path: Path) -> None:
    towers = "".join(f':{number} rdfs:label "tower {number}" . ' for number in range(10))
    searcher = Searcher(Opener(small_release(tmp_path, towers + ':a rdfs:label "towre" .')))
    found = searcher.find("towre")
    assert (found.match, found.total, found.suggestion) == (Match.ALL, 1, "tower")
    assert searcher.find("tower").suggestion == ""


def test_a_code_is_no_slip_for_another(searcher: Searcher) -> None:
    assert searcher.find("IDA8").total == 0


def test_classes_are_counted_whatever_class_is_asked_for(searcher: Searcher) -> None:
    everything = searcher.find("teal")
    towers = searcher.find("teal", f"{OWN}Lighthouse")
    assert towers.classes == everything.classes
    assert towers.total == dict(everything.classes)[f"{OWN}Lighthouse"] < everything.total
    assert {of_class for hit in towers.hits for of_class in hit.classes} == {f"{OWN}Lighthouse"}
    assert searcher.find("teal", f"{OWN}Keeper").hits == []


def test_pages_follow_each_other(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAGE", 1_000)
    everything = searcher.find("a")
    monkeypatch.setattr(module, "PAGE", 7)
    pages = [searcher.find("a", page=page) for page in range(1, -(-everything.total // 7) + 1)]
    assert [hit for page in pages for hit in page.hits] == list(everything.hits)
    assert len(everything.hits) == everything.total > 7


@pytest.mark.parametrize("text", ["", "   ", "🗼", '"', "-- ''", "\x00", "\u202e\u2066"])
def test_of_no_word_nothing_is_found(searcher: Searcher, text: str) -> None:
    assert searcher.find(text).total == 0


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('"inspections', "inspections"),
        ("inspections*", "inspections"),
        ("(inspections", "inspections"),
        ("^inspections,", "inspections"),
        ("kestrel -point", "kestrel point"),
        ("kestrel\x00point", "kestrel point"),
        ("NOT kestrel", "not kestrel"),
        ("kestrel AND point", "kestrel and point"),
        ("kestrel OR teal", "kestrel or teal"),
        ("NEAR(kestrel point)", "near kestrel point"),
        ("label:kestrel", "label kestrel"),
    ],
)
def test_the_syntax_of_the_index_means_nothing(searcher: Searcher, text: str, plain: str) -> None:
    found, wanted = searcher.find(text), searcher.find(plain)
    assert labels(found) == labels(wanted) != []


def test_what_is_found_is_marked(searcher: Searcher) -> None:
    label = searcher.find("point 2024 insp").hits[0].label
    assert [(part, marked) for part, marked in label.parts if part] == [
        ("inspection", True),
        (" of Kestrel ", False),
        ("Point", True),
        (" in ", False),
        ("2024", True),
    ]


def test_split_takes_control_characters_for_spaces() -> None:
    assert split("a\x00b\u0085c\td\u200de") == ["a", "b", "c", "d\u200de"]


def test_a_search_that_takes_too_long_is_ended(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_STEPS", 1)
    opener = Opener(release)
    with pytest.raises(LimitExceeded, match="took more than 0 s"):
        Searcher(opener, deadline_seconds=0).find("teal")
    assert Searcher(opener).find("teal").total > 0


@pytest.mark.parametrize(("name", "known"), [("Lighthouse", True), ("Keepers", False)])
def test_knows_class(searcher: Searcher, name: str, known: bool) -> None:
    assert searcher.knows_class(OWN + name) is known


def pieces() -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.sampled_from(SYNTAX + WORDS), st.text(max_size=5))).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(text=st.one_of(st.text(max_size=60), pieces()))
def test_any_text_can_be_searched_for(searcher: Searcher, text: str) -> None:
    found = searcher.find(text[:200])
    assert len(found.hits) <= found.total
    for hit in found.hits:
        assert list(_marked(hit.label)) == [part for part, marked in hit.label.parts if marked]
        assert "".join(part for part, _ in hit.snippet.parts) == hit.snippet.text


def _marked(text: Marked) -> Iterator[str]:
    for first, last in text.marks:
        assert 0 <= first < last <= len(text.text)
        yield text.text[first:last]
