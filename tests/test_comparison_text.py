"""What people read of a comparison."""

import pytest

from comparisons import NEW, OLD
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.markdown import as_markdown
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.text import Look, as_text, difference
from snapshots import snapshot, things

TOLD = """\
Few statements
1.0.0 (2026-11-01) → 1.1.0 (2026-12-01)
12 triples about 5 things → 1,314 triples about 7 things
things: 1 added with 2 parts, 1 changed, 1 deprecated, 1 restored, 1 withdrawn, 1 removed; \
terms: 1 changed, 1 renamed; questions: 1 changed; graphs: 1 added; description changed

Things: 6

  Added: 1

    Ash (tree) with 2 parts
    https://example.org/small/id/ash
      Leaves of the ash (claim)
      https://example.org/small/id/leaf
      A1 (code)
      https://example.org/small/id/ash-1

  Changed: 1

    Oak (tree)
    https://example.org/small/id/oak
      near: Elm → Fir
      tallness: 20 → 21

  Deprecated: 1

    Elm (tree)
    https://example.org/small/id/elm
      use Oak instead
      https://example.org/small/id/oak

  Restored: 1

    Yew (tree)
    https://example.org/small/id/yew

  Withdrawn: 1

    Fir (tree)
    https://example.org/small/id/fir
      comment: No fir.
      deleted: 2026-12-01

  Removed: 1

    Rot *and* decay (claim)
    https://example.org/small/id/rot
      of Elm

Terms: 2

  Changed: 1

    near (object property)
    https://example.org/small/ontology#near
      means something else
      sub property of: [ owl:inverseOf of ] → [ owl:inverseOf t:about ]

  Renamed: 1

    height → tallness (datatype property)
    https://example.org/small/ontology#height → https://example.org/small/ontology#tallness

Published questions: 1

  Changed: 1

    How tall is it?
    https://example.org/small/queries/oak
      select:
        -# terms: t:height
        +# terms: t:tallness
         PREFIX t: <https://example.org/small/ontology#>
        …
         WHERE {
        -  ?oak t:height ?h
        -}
        +  ?oak t:tallness ?h
        +} LIMIT 1

Named graphs: 1

  Added: 1

    More
    https://example.org/small/graph/more

What is said of the dataset: 1

  Changed: 1

    Few statements
    https://example.org/small/
      license: https://example.org/free → https://example.org/freer
"""


def lines(old: str, new: str) -> list[str]:
    """What is told of one thing, below its IRI."""
    before, after = snapshot(things(old)), snapshot(things(new))
    found = [line for line, _ in as_text(compare(before, after), Names.of(after, before))]
    return [line.removeprefix("      ") for line in found if line.startswith("      ")]


def test_everything_is_told_by_what_it_is_and_what_happened_to_it() -> None:
    told = as_text(compare(OLD, NEW), Names.of(NEW, OLD))
    assert "".join(f"{line}\n" for line, _ in told) == TOLD


def test_no_differences() -> None:
    told = list(as_text(compare(NEW, NEW), Names.of(NEW)))
    assert told[-1] == ("no differences", Look.PLAIN)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("t:a 1", "t:a 1, 2", ["a:", "  + 2"], id="a value more"),
        pytest.param("t:a 1, 2", "t:a 3, 4", ["a:", "  - 1", "  - 2", "  + 3", "  + 4"], id="several"),
        pytest.param(f't:a "{"o" * 70}"', 't:a "n"', ["a:", f"  - {'o' * 70}", "  + n"], id="a long one"),
        pytest.param('t:a "x\\ny"', "t:b 1", ["a:", "  - x", "    y", "b:", "  + 1"], id="lines"),
        pytest.param(
            't:a "1"',
            "t:a 1",
            ['a: "1" → "1"^^<http://www.w3.org/2001/XMLSchema#integer>'],
            id="values that look alike",
        ),
        pytest.param(
            "t:a :elm",
            "t:a :fir",
            ["a: https://example.org/small/id/elm → https://example.org/small/id/fir"],
            id="IRIs",
        ),
    ],
)
def test_values(old: str, new: str, expected: list[str]) -> None:
    assert lines(f":oak {old} .", f":oak {new} .") == expected


def test_the_lines_that_differ_between_texts() -> None:
    old = "a\nb\nc\nd\ne\nf\ng\nh"
    assert list(difference(old, old.replace("a", "x").replace("h", "y"))) == [
        *("-a", "+x", " b", "…", " g", "-h", "+y")
    ]


ONTOLOGY = """
    d:ontology a owl:Ontology ; owl:versionInfo "1.0.0" ; dcterms:title "Small"@en .
    t:of a owl:ObjectProperty ; rdfs:label "of"@en ; skos:definition "what it is about"@en .
"""
MARKS = "t:of owl:deprecated true ; dcterms:isReplacedBy t:about . t:about a owl:ObjectProperty ; "


@pytest.mark.parametrize(
    ("taken", "put", "said"),
    [
        pytest.param('"what', '"whatever', ["means something else"], id="meaning"),
        pytest.param('"of"', '"on"', ["in other words, with the same meaning"], id="wording"),
        pytest.param('"what', '"whatever', [], id="new"),
        pytest.param("t:of a", "t:of owl:deprecated true ; a", [], id="deprecated"),
        pytest.param(
            "t:of a",
            f'{MARKS} skos:definition "whatever it is about"@en . t:of a',
            ["means something else"],
            id="renamed, with another meaning",
        ),
        pytest.param(
            "t:of a", f'{MARKS} skos:definition "what it is about"@en . t:of a', [], id="renamed, and no more"
        ),
    ],
)
def test_whether_a_term_means_what_it_meant(
    taken: str, put: str, said: list[str], request: pytest.FixtureRequest
) -> None:
    old = "" if request.node.callspec.id == "new" else ONTOLOGY
    before, after = snapshot(ontology=old), snapshot(ontology=ONTOLOGY.replace(taken, put, 1))
    comparison, names = compare(before, after), Names.of(after, before)
    told = [line.strip() for line, _ in as_text(comparison, names)]
    assert [line for line in told if "mean" in line] == said
    items = as_markdown(comparison, names).splitlines()
    assert [line.rpartition("): ")[2] for line in items if "mean" in line and "/ontology#" in line] == said
