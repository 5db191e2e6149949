"""What the files of a release are, in words."""

import pytest

from pilotgraph.downloads.contents import Item, first_choices, groups
from pilotgraph.release import ReleasedFile


def found(*paths: str) -> dict[str, Item]:
    files = {path: ReleasedFile.of(path, path.encode()) for path in paths}
    named = {"graphs/one": "The first part", "tables/Lamp": "lamp"}
    return {
        f"{group.name}: {item.file.path}": item
        for group in groups(files, lambda stem: named.get(stem, ""))
        for item in group.items
    }


@pytest.mark.parametrize(
    ("path", "group", "what"),
    [
        ("data.nq", "The whole dataset", "all data, by named graph"),
        ("data.ttl", "The whole dataset", "all data, as one graph"),
        ("data-2.nq", "The whole dataset", "all data, by named graph, part 2"),
        ("graphs/one.nt", "Each named graph", "The first part"),
        ("graphs/other-one.nt", "Each named graph", "other one"),
        ("tables/Lamp.csv", "Tables for spreadsheets", "lamp"),
        ("tables/Lamp.csv-metadata.json", "Tables for spreadsheets", "what the columns of lamp mean"),
        ("tables/Wick.csv-metadata.json", "Tables for spreadsheets", "what the columns of Wick mean"),
        ("tables/csv-metadata.json", "Tables for spreadsheets", "what the columns of all tables mean"),
        ("ontology.ttl", "Ontology and shapes", "classes, properties and concepts"),
        ("catalog.rdf", "Descriptions", "the entry for data portals (DCAT-AP)"),
        ("feed.atom", "Descriptions", "releases and their changes, for feed readers"),
        ("SHA256SUMS", "Checks", "the SHA-256 of every file"),
        ("links/doi.nt", "Links to others", "doi"),
        ("queries/a-question.rq", "Questions, guide and pictures", "a question"),
        ("novelty.bin", "Other files", "novelty"),
    ],
)
def test_a_file_has_its_group_and_words(path: str, group: str, what: str) -> None:
    (item,) = found(path).items()
    assert (item[0], item[1].what) == (f"{group}: {path}", what)


def test_a_group_has_the_same_anchor_whatever_others_there_are() -> None:
    for paths in (("tables/Lamp.csv",), ("data.nq", "graphs/one.nt", "tables/Lamp.csv", "novelty.bin")):
        found = groups({path: ReleasedFile.of(path, b"") for path in paths}, lambda _: "")
        anchors = {group.name: group.anchor for group in found}
        assert anchors["Tables for spreadsheets"] == "tables"
        assert len(set(anchors.values())) == len(paths)


def test_a_packed_file_stands_beside_what_it_holds() -> None:
    items = found("data.nq", "data.nq.gz", "data-3.nt.gz")
    assert set(items) == {"The whole dataset: data.nq", "The whole dataset: data-3.nt.gz"}
    packed = items["The whole dataset: data.nq"].packed
    assert packed is not None
    assert packed.path == "data.nq.gz"
    assert items["The whole dataset: data-3.nt.gz"].format == "N-Triples, packed"


def test_the_first_choices_are_few_and_in_an_order() -> None:
    files = {
        path: ReleasedFile.of(path, b"")
        for path in ("data.trig", "data.nq", "data.ttl", "data.nt", "catalog.ttl", "tables/Lamp.csv")
    }
    chosen = first_choices(groups(files, lambda _: ""))
    assert [item.file.path for item in chosen] == ["data.ttl", "data.nq", "catalog.ttl"]


def test_of_data_in_parts_the_first_is_shown() -> None:
    files = {path: ReleasedFile.of(path, b"") for path in ("data-1.nq", "data-2.nq", "data-1.jsonld")}
    assert [item.file.path for item in first_choices(groups(files, lambda _: ""))] == ["data-1.nq"]


@pytest.mark.parametrize(("number", "folded"), [(30, False), (31, True)])
def test_many_files_of_a_group_are_folded(number: int, folded: bool) -> None:
    paths = [f"tables/Lamp-{each}.csv" for each in range(number)]
    (group,) = groups({path: ReleasedFile.of(path, b"") for path in paths}, lambda stem: "")
    assert (group.name, len(group.items), group.folded) == ("Tables for spreadsheets", number, folded)
