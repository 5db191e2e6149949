"""Chapters as a page shows them, with what their queries find."""

import pytest
from markupsafe import Markup

from pilotgraph.edition import Edition, published_chapters
from pilotgraph.guide_pages import SHOWN_ROWS, Answered
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore


@pytest.fixture(scope="module")
def edition(release: Release) -> Edition:
    return Edition(release, LocalStore(release), Settings(public_url="https://example.net/flora"))


def test_a_release_carries_its_guide(release: Release) -> None:
    (chapter,) = published_chapters(release)
    assert (chapter.path, chapter.title) == ("guide/1-lamps.md", "From a lamp to its keeper")
    assert release.files["guide/1-lamps.md"].media_type == "text/markdown"


def test_links_are_those_of_the_site_and_answers_have_names(edition: Edition) -> None:
    (chapter,) = edition.chapters
    before, answered, after = chapter.pieces
    assert (chapter.anchor, chapter.title) == ("lamps", "From a lamp to its keeper")
    assert isinstance(before, Markup)
    assert '<a href="/flora/ontology#Lighthouse">lighthouse</a>' in before
    assert '<a href="/flora/id/lighthouse/kestrel-point">Kestrel Point</a>' in before
    assert isinstance(answered, Answered)
    assert len(answered.table.rows) == SHOWN_ROWS < answered.table.total
    first = answered.table.rows[0][0]
    assert first is not None
    assert (first.text, first.href) == ("Gannet Stack", "/flora/id/lighthouse/gannet-stack")
    assert isinstance(after, Markup)
    assert '<a href="/flora/queries/highest-lights">' in after
    assert '<a href="https://example.net/beacons">' in after


def test_every_query_of_the_real_guide_finds_rows_on_the_real_data(real_release: Release) -> None:
    with LocalStore(real_release) as store:
        chapters = Edition(real_release, store, Settings()).chapters
    answers = [piece for chapter in chapters for piece in chapter.pieces if isinstance(piece, Answered)]
    assert len(chapters) >= 6
    assert len(answers) >= len(chapters)
    for answer in answers:
        assert answer.table.total, answer.text
        assert len(answer.table.rows) == min(answer.table.total, SHOWN_ROWS)
