"""A comparison -> JSON with keys that stay.

An object with `dataset`, an IRI; `old` and `new`, each with `version`, `issued`, `triples` and `things`; and
`changes`, a list of objects:

* `kind`: added, changed, renamed, deprecated, restored, withdrawn or removed;
* `sort`: thing, term, question, graph or description;
* `iri`, and `label`, what it was called;
* `class` and `graph`, each with `iri` and `label`; `movedFrom`, the IRI of the graph that it stood in before;
* `partOf`: the IRI of the thing that it belongs to;
* `replacedBy`: IRIs of what to use instead;
* `properties`: a list with `iri`, `label`, `removed` and `added`, which hold values as the SPARQL 1.1 JSON
  format writes them (<https://www.w3.org/TR/sparql11-results-json/>), an IRI with its `label`; and `meaning`,
  which is false if what a term means is not concerned.

A key is there whatever holds; what is unknown or does not apply is null.
"""

import json
from typing import Any

from pyoxigraph import NamedNode

from pilotgraph.comparison.changes import Change, Comparison, PropertyChange, Sort, Value, Version
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.terms import is_meaning
from pilotgraph.lexical import XSD


def as_json(comparison: Comparison, names: Names) -> str:
    """Write a comparison as JSON, ending in a line break."""
    written = {
        "dataset": comparison.dataset,
        "old": _version(comparison.old),
        "new": _version(comparison.new),
        "changes": [_change(each, names) for each in comparison.changes],
    }
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def _version(version: Version) -> dict[str, Any]:
    return {
        "version": version.version or None,
        "issued": version.issued or None,
        "triples": version.triples if version.triples >= 0 else None,
        "things": version.things if version.things >= 0 else None,
    }


def _change(change: Change, names: Names) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "sort": change.sort,
        "iri": change.iri,
        "label": change.label or None,
        "class": _named(change.of_class, names),
        "graph": _named(change.graph, names),
        "movedFrom": change.moved_from or None,
        "partOf": change.part_of or None,
        "replacedBy": list(change.replaced_by),
        "properties": [_property(each, change.sort, names) for each in change.properties],
    }


def _named(iri: str, names: Names) -> dict[str, str] | None:
    return {"iri": iri, "label": names.term(iri)} if iri else None


def _property(change: PropertyChange, sort: Sort, names: Names) -> dict[str, Any]:
    return {
        "iri": change.property,
        "label": names.term(change.property),
        "meaning": is_meaning(change) if sort is Sort.TERM else None,
        "removed": [_value(each, names) for each in change.removed],
        "added": [_value(each, names) for each in change.added],
    }


def _value(value: Value, names: Names) -> dict[str, str | None]:
    if isinstance(value, NamedNode):
        return {"type": "uri", "value": value.value, "label": names.label(value.value) or None}
    written: dict[str, str | None] = {"type": "literal", "value": value.value}
    if value.language:
        return written | {"xml:lang": value.language}
    return written if value.datatype.value == f"{XSD}string" else written | {"datatype": value.datatype.value}
