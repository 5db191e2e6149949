"""The files of a release -> what each is, in words, in the groups that a reader looks for.

A packed file stands beside the one it holds.  What a name cannot tell (the class of a table, the title of a
graph) is asked of the caller.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pilotgraph.release import PACKED, ReleasedFile, type_of

_ALL, _GRAPHS, _TABLES = "The whole dataset", "Each named graph", "Tables for spreadsheets"
_LINKS, _MODEL, _ABOUT = "Links to others", "Ontology and shapes", "Descriptions"
_CHECKS, _USES, _OTHERS = "Checks", "Questions, guide and pictures", "Other files"
ORDER = (_ALL, _TABLES, _GRAPHS, _MODEL, _ABOUT, _CHECKS, _LINKS, _USES, _OTHERS)
SENSES = {
    _ALL: "All data in one file, in each format; take the one that your tools read best. For a store of"
    " triples, data.nq and ontology.ttl.",
    _TABLES: "One table a class, one row a thing. Beside each stands what its columns mean (CSV on the"
    " Web). The text is UTF-8: import it as text, rather than open it. Several values in a cell stand"
    " between |, and a column that names things has their IRIs, by which tables join.",
    _GRAPHS: "The data by the part of the dataset that they are in.",
    _MODEL: "What the classes and properties mean, and the rules that records keep.",
    _ABOUT: "What the release is, for catalogues, archives and readers of news.",
    _CHECKS: "By these it can be told whether a copy is whole, and how good the data are.",
    _LINKS: "What leads from things here to those of others, a file for each of the others.",
    _USES: "What this site shows beside the data.",
}
_COLUMNS = ".csv-metadata.json"
_MANY = 30  # files are folded
# The first that fits a path, unpacked.
_PLACES: tuple[tuple[str, str], ...] = (
    (r"data(-\d+)?\.\w+", _ALL),
    (r"graphs/.*", _GRAPHS),
    (r"tables/.*", _TABLES),
    (r"links/.*", _LINKS),
    (r"(ontology|shapes)\.\w+|context\.jsonld", _MODEL),
    (r"(catalog|description|provenance|history)\.\w+|changes\.md|feed\.atom", _ABOUT),
    (r"report\.ttl|record\.\w+|manifest\.json|SHA256SUMS", _CHECKS),
    (r"(queries|guide|views)/.*|views\.json", _USES),
)
_WORDS = {
    "catalog": "the entry for data portals (DCAT-AP)",
    "changes": "what changed from release to release, to read",
    "context": "what the keys of records mean",
    "description": "the dataset, its graphs and its endpoint (VoID, DCAT)",
    "feed": "releases and their changes, for feed readers",
    "history": "releases and their changes, as data",
    "manifest": "every file with its size and SHA-256",
    "ontology": "classes, properties and concepts",
    "provenance": "what it was made from, and with what (PROV-O)",
    "record": "what is in it, on what it rests, and what is missing",
    "report": "what validation found (SHACL)",
    "shapes": "the rules that records keep (SHACL)",
    "SHA256SUMS": "the SHA-256 of every file",
}


_ANCHORS = {
    _ALL: "dataset",
    _TABLES: "tables",
    _GRAPHS: "graphs",
    _MODEL: "model",
    _ABOUT: "descriptions",
    _CHECKS: "checks",
    _LINKS: "links",
    _USES: "uses",
    _OTHERS: "others",
}


@dataclass(frozen=True, slots=True)
class Item:
    """A file, what it is, and its packed twin if it has one."""

    file: ReleasedFile
    what: str
    format: str
    packed: ReleasedFile | None


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one purpose.

    `anchor` names it in links, whatever other groups there are; `sense` is what for; `folded` are too many to
    be shown at once.
    """

    name: str
    anchor: str
    sense: str
    items: list[Item]

    @property
    def folded(self) -> bool:
        return self.name in (_LINKS, _USES, _OTHERS) or len(self.items) > _MANY


def groups(files: Mapping[str, ReleasedFile], name: Callable[[str], str]) -> list[Group]:
    """Put the files of a release in groups.

    :param name: the title of a part of the dataset, given the path of its file without suffix; or nothing.
    """
    found: dict[str, list[Item]] = {}
    for path, file in sorted(files.items()):
        plain = path.removesuffix(PACKED)
        if plain == path or plain not in files:
            found.setdefault(_group(plain), []).append(_item(file, plain, files, name))
    return [Group(each, _ANCHORS[each], SENSES.get(each, ""), found[each]) for each in ORDER if each in found]


def first_choices(groups: Iterable[Group]) -> list[Item]:
    """The few files that most readers want: the data for stores, to read and to draw tables from."""
    known = {item.file.path: item for group in groups for item in group.items}
    wanted = ("data.ttl", "data.nq", "data.jsonld", "data.rdf", "catalog.ttl", "changes.md")
    parts = [path for path in known if re.fullmatch(r"data-1\.(ttl|nq)", path)]
    return [known[path] for path in (*wanted, *parts) if path in known]


def _group(path: str) -> str:
    return next((group for pattern, group in _PLACES if re.fullmatch(pattern, path)), _OTHERS)


def _item(
    file: ReleasedFile, plain: str, files: Mapping[str, ReleasedFile], name: Callable[[str], str]
) -> Item:
    stem, form = str(PurePosixPath(plain).with_suffix("")), type_of(plain).name
    packed = files.get(plain + PACKED) if file.path == plain else None
    if plain != file.path:
        form += ", packed"
    return Item(file, _say(plain, stem, name), form, packed)


def _say(path: str, stem: str, name: Callable[[str], str]) -> str:
    if path == "tables/csv-metadata.json":
        return "what the columns of all tables mean"
    if path.endswith(_COLUMNS):
        table = path.removesuffix(_COLUMNS)
        return f"what the columns of {name(table) or PurePosixPath(table).name} mean"
    if match := re.fullmatch(r"data(?:-(\d+))?\.(\w+)", path):
        said = "all data, " + ("by named graph" if match[2] in ("nq", "trig") else "as one graph")
        return f"{said}, part {match[1]}" if match[1] else said
    return _WORDS.get(stem) or name(stem) or PurePosixPath(stem).name.replace("-", " ")
