"""Chapters of the guide: what is read of them, what is refused, and what a page gets."""

import pytest

from pilotgraph.context import Context
from pilotgraph.errors import Position, Problem
from pilotgraph.guide import Asked, Chapter, Prose, pieces, read_chapter, resolve
from pilotgraph.lexical import BadValue

TREES = "https://example.org/trees/"
CONTEXT = Context.read(
    b'{"@context": {"id": "@id", "type": "@type", "t": "https://example.org/trees/ontology#"}}',
    "context.jsonld",
    TREES + "id/",
)
QUERY = "SELECT ?tree WHERE {\n  ?tree ?p ?o\n}\n"
TEXT = f"""# Oaks

An [oak](t:Oak) such as [the old one](tree/old),
and [all of them](/queries/oaks) or <https://example.net/>.

## How tall

```sparql
{QUERY}```

Tall *enough*.

```
not a query
```
"""


def chapter(text: str = TEXT) -> Chapter:
    found = read_chapter(text, "data/guide/07-oaks.md", "07-oaks")
    assert isinstance(found, Chapter), found
    return found


def html(text: str) -> str:
    return "".join(
        each.html for each in pieces(chapter(text), lambda target: f"/to/{target}") if isinstance(each, Prose)
    )


def test_a_chapter_has_a_title_queries_and_links_each_with_its_place() -> None:
    found = chapter()
    assert (found.name, found.title) == ("oaks", "Oaks")
    assert [(query.text, query.position.line) for query in found.queries] == [(QUERY, 9)]
    assert [(link.target, link.position.line, link.position.column) for link in found.links] == [
        ("t:Oak", 3, 10),
        ("tree/old", 3, 39),
        ("/queries/oaks", 4, 19),
        ("https://example.net/", 4, 38),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        pytest.param("Oaks\n", 1, 1, "a chapter has one title, its first line: # …", id="no title"),
        pytest.param("", 1, 1, "a chapter has one title, its first line: # …", id="an empty file"),
        pytest.param("# A\n\n# B\n", 3, 1, "a chapter has one title, its first line: # …", id="two titles"),
        pytest.param(
            "# A\n\n```sparql\nSELECT ?x\nWHERE { ?x n:p ?o }\n```\n",
            5,
            12,
            "the prefix n: is not declared",
            id="a query that is wrong is told at its own line",
        ),
        pytest.param(
            "# A\n\n```sparql\nASK { ?s ?p ?o }\n```\n",
            4,
            1,
            "the answer to a query of the guide is shown as a table; write SELECT",
            id="a query without rows",
        ),
        pytest.param(
            "# A\n\n```sparql\nSELECT * { SERVICE <http://x/> { ?s ?p ?o } }\n```\n",
            4,
            1,
            "SERVICE",
            id="a query that would fetch",
        ),
        pytest.param(
            "# A\n\nSee\n![oak](oak.png)\n",
            3,
            1,
            "the guide has no images; link to a picture of data/views",
            id="an image",
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(text: str, line: int, column: int, message: str) -> None:
    found = read_chapter(text, "data/guide/1-a.md", "1-a")
    assert isinstance(found, Problem)
    assert found.position == Position("data/guide/1-a.md", line, column)
    assert message in found.message


def test_a_page_gets_the_queries_apart_and_the_rest_without_the_title() -> None:
    found = list(pieces(chapter(), lambda target: f"/to/{target}"))
    assert [type(each) for each in found] == [Prose, Asked, Prose]
    first, last = found[0], found[2]
    assert isinstance(first, Prose)
    assert isinstance(last, Prose)
    assert "Oaks" not in first.html
    assert '<a href="/to/tree/old">the old one</a>' in first.html
    assert "<h3>How tall</h3>" in first.html
    assert "<em>enough</em>" in last.html
    assert "<code>not a query" in last.html


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("<b onclick=x>bold</b>", "&lt;b onclick=x&gt;bold&lt;/b&gt;", id="HTML is text"),
        pytest.param("<script>alert(1)</script>", "&lt;script&gt;", id="a script is text"),
        pytest.param("[x](javascript:alert)", "[x](javascript:alert)", id="a script is no link"),
        pytest.param('[x](a"b)', 'href="/to/a&quot;b"', id="a quotation mark ends no attribute"),
        pytest.param("| a |\n|---|\n| 1 |\n", "<td>1</td>", id="a table"),
    ],
)
def test_text_of_a_chapter_does_nothing_but_show(text: str, shown: str) -> None:
    assert shown in html(f"# A\n\n{text}\n")


@pytest.mark.parametrize(
    ("target", "iri"),
    [
        pytest.param("tree/old", TREES + "id/tree/old", id="a thing, by its id"),
        pytest.param("t:Oak", TREES + "ontology#Oak", id="a term, by its prefix"),
        pytest.param("/queries/oaks", TREES + "queries/oaks", id="a page, by its path"),
        pytest.param("https://example.net/", "https://example.net/", id="an address"),
    ],
)
def test_where_a_link_leads(target: str, iri: str) -> None:
    assert resolve(target, CONTEXT, TREES) == iri


@pytest.mark.parametrize("target", ["#below", "", "x:y", "../up", "a b"])
def test_a_link_that_names_nothing_is_refused(target: str) -> None:
    with pytest.raises(BadValue):
        resolve(target, CONTEXT, TREES)
