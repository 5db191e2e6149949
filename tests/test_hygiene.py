"""Rules for every ontology and its data: `hygiene/*.rq`, each a query that must find nothing.

A query sees the graphs <graph:ontology>, <graph:imports>, <graph:data>, <graph:links> (what is derived from
the data), <graph:dataset> (what `dataset.yaml` says) and <graph:shapes>, and as default graph all of them.
Its `# bad:` lines are what it must find in `hygiene/bad.trig`, so that no rule is idle.
"""

from pathlib import Path

import pytest
from pyoxigraph import NamedNode, QuerySolutions, RdfFormat, Store

from conftest import n_triples, read
from pilotgraph.links import derive

FOLDER = Path(__file__).parent / "hygiene"
RULES = sorted(FOLDER.glob("*.rq"))


@pytest.fixture(scope="module", params=["lighthouses", "real"])
def sources(request: pytest.FixtureRequest) -> Store:
    root: Path = request.getfixturevalue(request.param)
    store = Store()
    for path in (root / "ontology").glob("*.ttl"):
        store.load(path=str(path), to_graph=NamedNode("graph:ontology"))
    for path in (root / "ontology/imports").glob("*.ttl"):
        store.load(path=str(path), to_graph=NamedNode("graph:imports"))
    for path in (root / "shapes").glob("*.ttl"):
        store.load(path=str(path), to_graph=NamedNode("graph:shapes"))
    project = read(root)
    store.load(n_triples(project.records), RdfFormat.N_TRIPLES, to_graph=NamedNode("graph:data"))
    links = "".join(f"{' '.join(triple)} .\n" for triple in derive(project).triples)
    store.load(links, RdfFormat.N_TRIPLES, to_graph=NamedNode("graph:links"))
    store.load(n_triples([project.dataset]), RdfFormat.N_TRIPLES, to_graph=NamedNode("graph:dataset"))
    return store


@pytest.fixture(scope="module")
def bad() -> Store:
    store = Store()
    store.load(path=str(FOLDER / "bad.trig"))
    return store


def problems(store: Store, rule: Path) -> list[str]:
    solutions = store.query(rule.read_text(), use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    return sorted({solution["problem"].value for solution in solutions})


def header(rule: Path, key: str) -> list[str]:
    lines = rule.read_text().splitlines()
    return [line.removeprefix(f"# {key}:").strip() for line in lines if line.startswith(f"# {key}:")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_sources_keep_the_rule(sources: Store, rule: Path) -> None:
    assert problems(sources, rule) == [], header(rule, "rule")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_the_rule_finds_what_is_bad(bad: Store, rule: Path) -> None:
    assert len(header(rule, "rule")) == 1
    assert problems(bad, rule) == header(rule, "bad")


def test_there_are_rules_and_sources_to_hold_against_them(sources: Store) -> None:
    assert len(RULES) >= 20
    assert len(list(sources.named_graphs())) == 6
    assert len(sources) > 300
