"""Our mapping against a stock JSON-LD processor: on every record the two give the same graph.

PyLD gets the record with every scalar as a string, our context file as it is, and the base.  Both
graphs then go through a store, which brings literals to one form; as there are no blank nodes, they
are isomorphic if they are equal.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pyld import jsonld
from pyoxigraph import BlankNode, RdfFormat, Store

from conftest import REPOSITORY
from pilotgraph.context import Context
from pilotgraph.document import Items, Map, Node, Text, read
from pilotgraph.errors import Position
from pilotgraph.mapping import lines, map_record
from pilotgraph.project import Project
from pilotgraph.sources import CONTEXT

PROJECTS = {"lighthouses": REPOSITORY / "tests/projects/lighthouses", "real": REPOSITORY}
RECORDS = [
    pytest.param(root, path, id=f"{name}: {path.relative_to(root / 'data')}")
    for name, root in PROJECTS.items()
    for path in sorted((root / "data").rglob("*.yaml"))
]


def strings(node: Node) -> Any:
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Items):
        return [strings(item) for item in node.nodes]
    return {key.text: strings(value) for key, value in node.entries}


def by_pyld(document: Map, context: Any, base: str) -> list[str]:
    """What the stock processor makes of a record."""
    options = {"base": base, "format": "application/n-quads"}
    return stored(jsonld.to_rdf({**context, **strings(document)}, options))


def by_us(document: Map, context: Context) -> list[str]:
    mapped = map_record(document, context)
    assert mapped.problems == []
    return stored("".join(lines(mapped.statements)))


def stored(quads: str) -> list[str]:
    store = Store()
    store.load(quads.encode(), RdfFormat.N_QUADS)
    assert not any(isinstance(term, BlankNode) for quad in store for term in (quad.subject, quad.object))
    return sorted(map(str, store))


@lru_cache
def contexts(root: Path) -> tuple[Context, Any]:
    return Project.read(root).context, json.loads((root / CONTEXT).read_bytes())


@pytest.mark.parametrize("name", PROJECTS)
def test_there_are_records_to_compare(name: str) -> None:
    assert sum(param.values[0] == PROJECTS[name] for param in RECORDS) > 5


@pytest.mark.parametrize(("root", "path"), RECORDS)
def test_a_stock_processor_gives_the_same_graph(root: Path, path: Path) -> None:
    context, stock = contexts(root)
    document = read(path.read_bytes(), str(path))
    expected = by_pyld(document, stock, context.base)
    assert expected
    assert by_us(document, context) == expected


BASE = "https://example.org/id/"
SMALL = """{"@context": {
  "@version": 1.1,
  "ex": "https://example.org/terms#",
  "mailto": "https://example.org/mail/",
  "xsd": "http://www.w3.org/2001/XMLSchema#",
  "id": "@id", "type": "@type",
  "Boat": "ex:Boat",
  "note": "ex:note",
  "name": {"@id": "ex:name", "@language": "en-GB"},
  "length": {"@id": "ex:length", "@type": "xsd:decimal"},
  "sign": {"@id": "https://example.org/terms#sign", "@type": "xsd:string", "@container": "@set"},
  "owner": {"@id": "ex:owner", "@type": "@id"},
  "sailors": {"@reverse": "ex:sailsOn", "@type": "@id", "@container": "@set"}
}}"""
PLACE = Position("r.yaml", 1, 1)


def small() -> Context:
    return Context.read(SMALL.encode(), "c.jsonld", BASE)


def test_a_difference_is_noticed() -> None:
    document = read(b"id: a\nlength: 1.10\nowner: b\n", "r.yaml")
    assert by_us(document, small()) == by_pyld(document, json.loads(SMALL), BASE)
    assert by_us(document, small()) != by_pyld(document, json.loads(SMALL), "https://example.com/")
    assert by_us(document, small()) != by_pyld(document, json.loads(SMALL.replace("decimal", "string")), BASE)


# What IRIs, CURIEs and references are made of, and what looks like them.
parts = st.sampled_from(
    [*"abé%/:?#@.- ", "://", "%20", "..", "ex:", "mailto:", "note", "@id", "https://e", "urn:"]
)
names = st.tuples(
    st.sampled_from(["a", "a/", "ex:", "mailto:", "https://e/", "urn:", ""]),
    st.lists(parts, max_size=3).map("".join),
).map("".join)
texts = names | st.text('ab é"\\\n', min_size=1)
values = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["Boat", "ex:Ferry", "note", "https://e/"]) | names,
        "note": texts,
        "name": st.lists(texts, min_size=1, max_size=2),
        "length": st.from_regex(r"[+-]?[0-9]{1,3}\.?[0-9]{0,3}", fullmatch=True),
        "sign": texts,
        "owner": names,
        "sailors": st.lists(names, min_size=1, max_size=2),
    },
)
records = st.builds(
    lambda iri, own, part_iri, part: {"id": iri, **own, "owner": {"id": part_iri, **part}},
    names,
    values,
    names,
    values,
)


def nodes(value: Any) -> Node:
    if isinstance(value, str):
        return Text(value, False, PLACE)
    if isinstance(value, list):
        return Items(tuple(map(nodes, value)), PLACE)
    entries = ((Text(key, True, PLACE), nodes(inner)) for key, inner in value.items())
    return Map(tuple(entries), PLACE)


@given(records)
@example({"id": "a", "owner": {"id": "mailto:b"}})
def test_whatever_we_take_a_stock_processor_takes_for_the_same(record: Any) -> None:
    document = nodes(record)
    assert isinstance(document, Map)
    mapped = map_record(document, small())
    # What we refuse needs no agreement: our subset is smaller.
    if not mapped.problems:
        assert by_us(document, small()) == by_pyld(document, json.loads(SMALL), BASE)
