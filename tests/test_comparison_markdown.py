"""The section of a change log."""

import re

import pytest
from markdown_it import MarkdownIt

from comparisons import NEW, OLD
from pilotgraph.comparison.as_rdf import Told, describe_changes, describe_versions
from pilotgraph.comparison.changes import Comparison, Version
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.markdown import as_markdown, escape
from pilotgraph.comparison.names import Names
from snapshots import DATASET, snapshot

NAMES = Names.of(NEW, OLD)


def test_a_section_has_a_list_for_each_kind_of_change() -> None:
    text = as_markdown(compare(OLD, NEW), NAMES)
    assert text.startswith(
        "## 1.1.0 (2026-12-01)\n\n"
        "1,314 triples about 7 things; 1.0.0 had 12 triples about 5 things.\n\n"
        "### Added\n\n"
        "- [Ash](<https://example.org/small/id/ash>) (tree) with 2 parts\n"
        "  - [Leaves of the ash](<https://example.org/small/id/leaf>) (claim)\n"
    )
    assert re.findall("^### (.*)$", text, re.MULTILINE) == [
        *("Added", "Changed", "Renamed", "Deprecated", "Restored", "Withdrawn", "Removed")
    ]
    for line in (
        "  - tallness: 20 → 21",
        "- [Elm](<https://example.org/small/id/elm>) (tree);"
        " use [Oak](<https://example.org/small/id/oak>) instead",
        r"- [Rot \*and\* decay](<https://example.org/small/id/rot>) (claim)"
        " of [Elm](<https://example.org/small/id/elm>)",
        "- [height](<https://example.org/small/ontology#height>) (datatype property) is now"
        " [tallness](<https://example.org/small/ontology#tallness>)",
        "- The question [How tall is it?](<https://example.org/small/queries/oak>)",
        "    -# terms: t:height",
    ):
        assert line in text.splitlines()


def test_it_is_the_same_from_a_record() -> None:
    comparison = compare(OLD, NEW)
    record = describe_versions(comparison) + describe_changes(comparison)
    assert as_markdown(Told(record, DATASET).of("1.1.0"), NAMES) == as_markdown(comparison, NAMES)


def test_every_link_leads_to_an_iri_and_a_query_stays_in_its_item() -> None:
    html = MarkdownIt().render(as_markdown(compare(OLD, NEW), NAMES))
    assert set(re.findall('href="([^"]*)"', html)) >= {
        f"{DATASET}{each}" for each in ("id/ash", "id/leaf", "queries/oak", "ontology#height", "graph/more")
    }
    assert '<li>select:<pre><code class="language-diff">-# terms: t:height\n' in html


def test_a_query_with_a_fence_stays_in_its_own() -> None:
    query = "SELECT * {\\n  ?oak t:note '''\\n```\\n''' , %s\\n}"
    asked = f'<{DATASET}queries/oak> a sh:SPARQLExecutable ; sh:select "{query}" .'
    old, new = (snapshot(description=asked % number, version=number) for number in "12")
    html = MarkdownIt().render(as_markdown(compare(old, new), NAMES))
    shown = re.findall("<pre><code[^>]*>(.*?)</code></pre>", html, re.DOTALL)
    assert shown == [" ```\n-''' , 1\n+''' , 2\n }\n"]


@pytest.mark.parametrize(
    ("old", "numbers", "said"),
    [
        ("", 7, "The first release: 7 triples."),
        ("", -1, "The first release."),
        ("1", 7, "7 triples.\n\nNothing in the data, the terms or the questions changed."),
    ],
)
def test_a_release_without_changes(old: str, numbers: int, said: str) -> None:
    comparison = Comparison(DATASET, Version(old), Version("2", "2026-12-01", numbers), ())
    assert as_markdown(comparison, NAMES) == f"## 2 (2026-12-01)\n\n{said}\n"


@pytest.mark.parametrize(
    "text",
    [
        "[a](b)",
        "<b>bold</b>",
        "*a* _b_ `c`",
        "# no heading",
        "a | b",
        "~~gone~~",
        "&amp;",
        "\\",
        "a\nb",
        "![x](y)",
    ],
)
def test_a_text_stands_for_itself(text: str) -> None:
    # A list item is where texts stand.
    tokens = (
        MarkdownIt("commonmark").enable("strikethrough").parseInline(f"x {escape(text)}")[0].children or []
    )
    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens) == f"x {' '.join(text.split())}"
