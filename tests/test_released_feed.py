"""Readers of news get entries with their own titles and whole dates, whatever the dataset says."""

import shutil
from dataclasses import replace
from pathlib import Path

import feedparser
import pyoxigraph as ox
import pytest

from conftest import read
from pilotgraph.project import Project
from pilotgraph.released.changes import Section
from pilotgraph.released.feed import write
from pilotgraph.released.records import Recorded, describe
from web import LIGHTS


@pytest.fixture
def project(lighthouses: Path) -> Project:
    return read(lighthouses)


def section(title: ox.Literal | None, text: str = "text") -> Section:
    """What is told of a release that was called so."""
    release = Recorded("0.1.0", f"{LIGHTS}releases/0.1.0", "2026-11-01", 1, 1, "0" * 64, "", ())
    graph = describe(LIGHTS, release, title, ["data.nq.gz"])
    return Section(replace(release, graph=graph), f"## 0.1.0\n\n{text}", "summary")


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        pytest.param(ox.Literal("Lamps", language="en"), "Lamps 0.1.0", id="another name"),
        pytest.param(None, "Lighthouses of a made-up coast 0.1.0", id="a record without a title"),
    ],
)
def test_an_entry_has_the_name_that_its_release_had(
    project: Project, title: ox.Literal | None, wanted: str
) -> None:
    feed = feedparser.parse(write(project, [section(title)]))
    assert [entry.title for entry in feed.entries] == [wanted]


def test_a_title_says_its_own_language(project: Project) -> None:
    title = ox.Literal("Leuchtt\u00fcrme", language="de")
    (entry,) = feedparser.parse(write(project, [section(title)])).entries
    assert (entry.title_detail.language, entry.title) == ("de", "Leuchtt\u00fcrme 0.1.0")


def test_characters_that_xml_has_not_are_left_out(project: Project) -> None:
    """<https://www.w3.org/TR/xml/#charsets>"""
    feed = feedparser.parse(write(project, [section(ox.Literal("La\x0bmps"), "te\x00xt\ufffe")]))
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.entries[0].title == "La mps 0.1.0"


@pytest.mark.parametrize(
    ("said", "kind", "wanted"),
    [
        pytest.param("2026", "gYear", "2026-01-01T00:00:00Z", id="a year"),
        pytest.param("2026-11", "gYearMonth", "2026-11-01T00:00:00Z", id="a month"),
        pytest.param("2026-11-20", "date", "2026-11-20T00:00:00Z", id="a day"),
        pytest.param("2026-11-20T23:30:00Z", "dateTime", "2026-11-20T00:00:00Z", id="a time"),
        pytest.param("soon", "string", "1970-01-01T00:00:00Z", id="no date"),
    ],
)
def test_a_feed_without_entries_is_as_old_as_the_dataset(
    lighthouses: Path, tmp_path: Path, said: str, kind: str, wanted: str
) -> None:
    """RFC 4287, section 3.3: a date has its day and its time."""
    root = Path(shutil.copytree(lighthouses, tmp_path / "lights"))
    for name, old, new in (
        ("data/dataset.yaml", "released: 2026-11-01", f"released: {said}"),
        (
            "ontology/context.jsonld",
            '"dcterms:issued", "@type": "xsd:date"',
            f'"dcterms:issued", "@type": "xsd:{kind}"',
        ),
    ):
        text = (root / name).read_text(encoding="utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), encoding="utf-8")
    assert feedparser.parse(write(read(root), [])).feed.updated == wanted
