"""Links as a table in SSSOM, the Simple Standard for Sharing Ontological Mappings <https://w3id.org/sssom/>.

In: what is said of the set as a whole, and a row a link, both by the names of SSSOM's slots, with IRIs in
full.  Out: SSSOM/TSV in its canonical form <https://mapping-commons.github.io/sssom/spec-formats-tsv/>: a
head in YAML, each line after a `#`, then the rows, sorted.  Equal links give equal bytes.
"""

import json
import re
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

from rdflib import OWL, RDF, RDFS, SKOS, XSD


class Kind(Enum):
    """What a slot holds."""

    NAME = "an IRI, which a table writes as a CURIE"
    ADDRESS = "an IRI, which a table writes out"
    TEXT = "text"


class Slot(NamedTuple):
    """`several`: it may hold several values.  `shared`: what all rows have alike is said in the head."""

    kind: Kind
    several: bool = False
    shared: bool = False


# The slots of a link in SSSOM 1.0, in its order.
SLOTS = {
    "subject_id": Slot(Kind.NAME),
    "subject_label": Slot(Kind.TEXT),
    "subject_category": Slot(Kind.TEXT),
    "predicate_id": Slot(Kind.NAME),
    "predicate_label": Slot(Kind.TEXT),
    "predicate_modifier": Slot(Kind.TEXT),
    "object_id": Slot(Kind.NAME),
    "object_label": Slot(Kind.TEXT),
    "object_category": Slot(Kind.TEXT),
    "mapping_justification": Slot(Kind.NAME),
    "author_id": Slot(Kind.NAME, several=True),
    "author_label": Slot(Kind.TEXT, several=True),
    "reviewer_id": Slot(Kind.NAME, several=True),
    "reviewer_label": Slot(Kind.TEXT, several=True),
    "creator_id": Slot(Kind.NAME, several=True),
    "creator_label": Slot(Kind.TEXT, several=True),
    "license": Slot(Kind.ADDRESS),
    "subject_type": Slot(Kind.TEXT, shared=True),
    "subject_source": Slot(Kind.NAME, shared=True),
    "subject_source_version": Slot(Kind.TEXT, shared=True),
    "object_type": Slot(Kind.TEXT, shared=True),
    "object_source": Slot(Kind.NAME, shared=True),
    "object_source_version": Slot(Kind.TEXT, shared=True),
    "mapping_provider": Slot(Kind.ADDRESS, shared=True),
    "mapping_source": Slot(Kind.NAME),
    "mapping_cardinality": Slot(Kind.TEXT),
    "mapping_tool": Slot(Kind.TEXT, shared=True),
    "mapping_tool_version": Slot(Kind.TEXT, shared=True),
    "mapping_date": Slot(Kind.TEXT, shared=True),
    "publication_date": Slot(Kind.TEXT),
    "confidence": Slot(Kind.TEXT),
    "curation_rule": Slot(Kind.NAME, several=True, shared=True),
    "curation_rule_text": Slot(Kind.TEXT, several=True, shared=True),
    "subject_match_field": Slot(Kind.NAME, several=True, shared=True),
    "object_match_field": Slot(Kind.NAME, several=True, shared=True),
    "match_string": Slot(Kind.TEXT, several=True),
    "subject_preprocessing": Slot(Kind.NAME, several=True, shared=True),
    "object_preprocessing": Slot(Kind.NAME, several=True, shared=True),
    "similarity_score": Slot(Kind.TEXT),
    "similarity_measure": Slot(Kind.TEXT, shared=True),
    "see_also": Slot(Kind.ADDRESS, several=True),
    "issue_tracker_item": Slot(Kind.NAME),
    "other": Slot(Kind.TEXT),
    "comment": Slot(Kind.TEXT),
}

# The slots of a set that are said here, in its order.
_HEAD = (
    *("mapping_set_id", "mapping_set_version", "mapping_set_title", "license"),
    *("subject_type", "subject_source", "subject_source_version"),
    *("object_type", "object_source", "object_source_version"),
    *("mapping_provider", "mapping_tool", "mapping_tool_version", "mapping_date"),
    *("subject_match_field", "object_match_field", "subject_preprocessing", "object_preprocessing"),
    *("similarity_measure", "curation_rule", "curation_rule_text"),
)

# These are known in every table, with no other meaning.
BUILT_IN = {
    "linkml": "https://w3id.org/linkml/",
    "owl": str(OWL),
    "rdf": str(RDF),
    "rdfs": str(RDFS),
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": str(SKOS),
    "sssom": "https://w3id.org/sssom/",
    "xsd": str(XSD),
}

# YAML takes these as text without quotation marks: a version, and words that begin with a letter.
_PLAIN = re.compile(r"\d+(?:\.\d+){2,}|[A-Za-z](?:[^\x00-\x1f:#]|:(?=\S)|(?<=\S)#)*(?<!\s)")
_NO_TEXT = frozenset(("false", "n", "no", "null", "off", "on", "true", "y", "yes"))


def curie(iri: str, prefixes: Mapping[str, str]) -> str:
    """An IRI with the prefix that leaves the least to be written; nothing if none fits."""
    spaces = {**prefixes, **BUILT_IN}
    fitting = [(len(space), name) for name, space in spaces.items() if iri.startswith(space)]
    length, name = max(fitting, default=(0, ""))
    return f"{name}:{iri[length:]}" if fitting else ""


def write(about: Mapping[str, str], rows: Iterable[Mapping[str, str]], prefixes: Mapping[str, str]) -> bytes:
    """Write a table.

    :param about: what is said of the set, by slot; nothing is written of one that is empty.
    :param rows: the links, by slot; an empty value is none.
    :param prefixes: one for every IRI that is written as a CURIE.
    """
    table = [_short(row, prefixes) for row in rows]
    columns = [name for name in SLOTS if any(row.get(name) for row in table)]
    values = {name: {row.get(name, "") for row in table} for name in columns if SLOTS[name].shared}
    alike = {name: found.pop() for name, found in values.items() if len(found) == 1}
    head = alike | _short(about, prefixes)
    columns = [name for name in columns if name not in alike]
    used = {
        value.partition(":")[0] for row in (head, *table) for name, value in row.items() if _is_name(name)
    }
    spaces = {name: space for name, space in prefixes.items() if name in used - BUILT_IN.keys()}
    lines = ["#curie_map:"] if spaces else []
    lines += (f"#  {_yaml(name)}: {_yaml(spaces[name])}" for name in sorted(spaces))
    for name in _HEAD:
        if value := head.get(name):
            lines += [f"#{name}:", f"#  - {_yaml(value)}"] if _is_list(name) else [f"#{name}: {_yaml(value)}"]
    lines.append("\t".join(columns))
    cells = {tuple(row.get(name, "") for name in columns) for row in table}
    lines += (
        "\t".join(_cell(name, value) for name, value in zip(columns, row, strict=True))
        for row in sorted(cells)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _short(row: Mapping[str, str], prefixes: Mapping[str, str]) -> dict[str, str]:
    return {name: curie(value, prefixes) if _is_name(name) else value for name, value in row.items()}


def _is_name(name: str) -> bool:
    return name in SLOTS and SLOTS[name].kind is Kind.NAME


def _is_list(name: str) -> bool:
    return name in SLOTS and SLOTS[name].several


def _cell(name: str, value: str) -> str:
    if _is_list(name):
        value = value.replace("\\", "\\\\").replace("|", "\\|")
    doubled = value.replace('"', '""')
    return f'"{doubled}"' if re.search('[\t\n\r"]', value) else value


def _yaml(value: str) -> str:
    plain = _PLAIN.fullmatch(value) and not value.endswith(":") and value.lower() not in _NO_TEXT
    # What JSON calls a string, YAML calls one in double quotes.
    return value if plain else json.dumps(value, ensure_ascii=False)
