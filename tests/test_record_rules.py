"""Rules for the record of the pilots: `record/*.rq`, each a query that must find nothing.

They speak of our own terms, so they are held against the real graph only; what holds for any graph is in
`hygiene/`.  The default graph is the ontology and the data.  The `# bad:` lines of a rule are what it
must find in `record/bad.ttl`, so that no rule is idle; ids are written there as in a record.
"""

from pathlib import Path

import pytest
from pyoxigraph import QuerySolutions, RdfFormat, Store

from conftest import n_triples, read

FOLDER = Path(__file__).parent / "record"
RULES = sorted(FOLDER.glob("*.rq"))


def with_ontology(root: Path) -> Store:
    store = Store()
    for path in (root / "ontology").rglob("*.ttl"):
        store.load(path=str(path))
    return store


@pytest.fixture(scope="module")
def record(real: Path) -> Store:
    store = with_ontology(real)
    store.load(n_triples(read(real).records), RdfFormat.N_TRIPLES)
    return store


@pytest.fixture(scope="module")
def bad(real: Path) -> Store:
    store = with_ontology(real)
    store.load(path=str(FOLDER / "bad.ttl"))
    return store


def problems(store: Store, rule: Path) -> list[str]:
    solutions = store.query(rule.read_text())
    assert isinstance(solutions, QuerySolutions)
    found = {solution["problem"].value for solution in solutions}
    return sorted(problem.replace("https://w3id.org/pilotgraph/id/", "") for problem in found)


def header(rule: Path, key: str) -> list[str]:
    lines = rule.read_text().splitlines()
    return [line.removeprefix(f"# {key}:").strip() for line in lines if line.startswith(f"# {key}:")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_the_record_keeps_the_rule(record: Store, rule: Path) -> None:
    assert problems(record, rule) == [], header(rule, "rule")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.stem)
def test_the_rule_finds_what_is_bad(bad: Store, rule: Path) -> None:
    assert len(header(rule, "rule")) == 1
    assert header(rule, "bad")
    assert problems(bad, rule) == header(rule, "bad")


def test_there_are_rules_and_claims_to_hold_against_them(record: Store) -> None:
    assert len(RULES) >= 14
    claims = record.query(
        "PREFIX pg: <https://w3id.org/pilotgraph/ontology#> SELECT DISTINCT ?claim { ?claim pg:about ?thing }"
    )
    assert isinstance(claims, QuerySolutions)
    assert sum(1 for _ in claims) > 200
