"""A table of links is SSSOM/TSV in its canonical form, and equal links give equal bytes."""

import csv

import pytest
import yaml

from pilotgraph.sssom import SLOTS, curie, write

PREFIXES = {"id": "https://example.org/id/", "b": "https://example.net/b/", "net": "https://example.net/"}
ABOUT = {
    "mapping_set_id": "https://example.org/#links/b",
    "license": "https://creativecommons.org/licenses/by/4.0/",
    "object_source": "https://example.net/b",
}
ROW = {
    "object_id": "https://example.net/b/7",
    "subject_id": "https://example.org/id/one",
    "predicate_id": "http://www.w3.org/2002/07/owl#sameAs",
    "mapping_justification": "https://w3id.org/semapv/vocab/ManualMappingCuration",
}


def head(table: bytes) -> dict[str, object]:
    """The head of a table, as a reader of YAML takes it."""
    lines = [line[1:] for line in table.decode().splitlines() if line.startswith("#")]
    found = yaml.safe_load("\n".join(lines))
    assert isinstance(found, dict)
    return found


def rows(table: bytes) -> list[dict[str, str]]:
    lines = [line for line in table.decode().splitlines(keepends=True) if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


def test_a_table_whole() -> None:
    other = ROW | {"subject_id": "https://example.org/id/a", "subject_label": 'the "first"', "comment": ""}
    assert write(ABOUT, [ROW, other], PREFIXES).decode() == (
        "#curie_map:\n"
        "#  b: https://example.net/b/\n"
        "#  id: https://example.org/id/\n"
        "#  net: https://example.net/\n"
        "#mapping_set_id: https://example.org/#links/b\n"
        "#license: https://creativecommons.org/licenses/by/4.0/\n"
        "#object_source: net:b\n"
        "subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification\n"
        'id:a\t"the ""first"""\towl:sameAs\tb:7\tsemapv:ManualMappingCuration\n'
        "id:one\t\towl:sameAs\tb:7\tsemapv:ManualMappingCuration\n"
    )


def test_columns_stand_in_the_order_of_the_standard() -> None:
    table = write(ABOUT, [dict.fromkeys(reversed(SLOTS), "https://example.net/x") | ROW], PREFIXES)
    names = list(rows(table)[0])
    assert names == [name for name in SLOTS if name in names]
    assert len(names) >= 15


@pytest.mark.parametrize(
    ("values", "said"),
    [
        pytest.param(("skos concept", "skos concept"), True, id="the same in all rows"),
        pytest.param(("skos concept", "owl class"), False, id="not the same"),
        pytest.param(("skos concept", ""), False, id="not in all rows"),
    ],
)
def test_what_all_rows_have_alike_is_said_in_the_head(values: tuple[str, str], said: bool) -> None:
    pairs = zip("ab", values, strict=True)
    table = write(
        ABOUT,
        [ROW | {"subject_id": f"https://example.org/id/{name}", "subject_type": it} for name, it in pairs],
        PREFIXES,
    )
    assert ("subject_type" in head(table)) is said
    assert [row.get("subject_type", "") for row in rows(table)] == (["", ""] if said else list(values))


def test_what_is_no_such_slot_stays_in_the_rows() -> None:
    table = write(ABOUT, [ROW | {"subject_label": "one"}], PREFIXES)
    assert [row["subject_label"] for row in rows(table)] == ["one"]


def test_a_slot_of_several_values_is_a_list_in_the_head_and_escaped_in_a_row() -> None:
    rule = {"curation_rule_text": "this|that"}
    one, two = (ROW | {"see_also": f"https://example.org/{end}"} | rule for end in ("a|b", "c\\d"))
    table = write(ABOUT, [one, two], PREFIXES)
    assert head(table)["curation_rule_text"] == ["this|that"]
    assert [row["see_also"] for row in rows(table)] == [
        r"https://example.org/a\|b",
        r"https://example.org/c\\d",
    ]


@pytest.mark.parametrize(
    "text", ['a "quoted" word', "a\ttab", "two\nlines", "a|pipe", "a\\backslash", "ð 灯"]
)
def test_any_text_is_read_again(text: str) -> None:
    assert [row["comment"] for row in rows(write(ABOUT, [ROW | {"comment": text}], PREFIXES))] == [text]


@pytest.mark.parametrize(
    "text",
    [
        *("1.0.0", "1.0", "1", "2026-11-01", "1e3", "true", "No", "null", "~", "- a", "a: b", "a #b", "#a"),
        *(
            "a:",
            " a",
            "a ",
            '"',
            "'",
            "[a]",
            "{a}",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`",
            "a\tb",
            "ð 灯",
        ),
    ],
)
def test_a_head_gives_the_text_back(text: str) -> None:
    found = head(write(ABOUT | {"mapping_set_title": text}, [ROW], PREFIXES))
    assert found["mapping_set_title"] == text


@pytest.mark.parametrize("text", ["1.0.0", "Links to MeSH", "https://example.org/#a", "A, b (c)"])
def test_a_head_has_no_quotation_marks_that_it_can_do_without(text: str) -> None:
    table = write(ABOUT | {"mapping_set_title": text}, [ROW], PREFIXES).decode()
    assert f"#mapping_set_title: {text}\n" in table


def test_what_is_empty_is_not_said() -> None:
    table = write(ABOUT | {"mapping_set_version": ""}, [ROW | {"comment": ""}], PREFIXES)
    assert "mapping_set_version" not in head(table)
    assert "comment" not in rows(table)[0]


def test_only_prefixes_that_are_used_are_declared_and_none_that_is_known_to_all() -> None:
    more = PREFIXES | {"far": "https://example.com/", "owl": "https://example.com/owl#"}
    table = write(ABOUT, [ROW], more)
    assert head(table)["curie_map"] == PREFIXES
    assert [row["predicate_id"] for row in rows(table)] == ["owl:sameAs"]


def test_rows_are_sorted_and_none_stands_twice() -> None:
    ids = ["https://example.org/id/b", "https://example.org/id/a", "https://example.org/id/b"]
    table = write(ABOUT, [ROW | {"subject_id": each} for each in ids], PREFIXES)
    assert [row["subject_id"] for row in rows(table)] == ["id:a", "id:b"]


def test_a_prefix_may_be_a_word_that_yaml_reads_as_something_else() -> None:
    table = write(ABOUT, [ROW], {"id": PREFIXES["id"], "no": PREFIXES["net"]})
    assert head(table)["curie_map"] == {"id": PREFIXES["id"], "no": PREFIXES["net"]}


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        pytest.param("https://example.org/id/a/b", "id:a/b", id="a prefix that fits"),
        pytest.param("https://example.net/b/7", "b:7", id="of two, the one that leaves less"),
        pytest.param("https://example.net/", "net:", id="nothing left"),
        pytest.param("http://www.w3.org/2004/02/skos/core#broadMatch", "skos:broadMatch", id="known to all"),
        pytest.param("https://example.com/a", "", id="none that fits"),
    ],
)
def test_an_iri_is_written_short(iri: str, short: str) -> None:
    assert curie(iri, PREFIXES) == short
