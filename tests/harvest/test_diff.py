"""Two versions of the real data that differ in four ways: the comparison says exactly that, in a second."""

import json
import re
import shutil
from pathlib import Path

import pytest

from conftest import run
from pilotgraph.build import build
from pilotgraph.comparison.as_rdf import Told, describe_changes
from pilotgraph.comparison.changes import Change, Comparison, Sort
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.markdown import as_markdown
from pilotgraph.comparison.names import Names
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.release import Release

OURS = "https://w3id.org/pilotgraph/"
TERMS = f"{OURS}ontology#"
SITE = """\
id: site/vg-made-up
type: PilotSite
label: Made-up vanguard
description: A site that a test adds.
programme: programme/vanguards
wave: wave/vanguards-1
modelType: model-type/pacs
inEvaluationScope: false
partner: organisation/nhs-somerset-ccg
place: place/south-somerset
source: publication/hsj-7004007
status: evidence-status/single-source
claims:
  - id: lead/vg-made-up
    type: Lead
    label: Lead of the made-up vanguard
    organisation: organisation/yeovil-district-hospital-nhs-foundation-trust
    basis: basis/stated
    source: publication/hsj-7004007
    locator: a row that is made up
    status: evidence-status/single-source
  - id: funding/vg-made-up-2015-16-allocated
    type: FundingFigure
    label: Allocation to the made-up vanguard, 2015-16
    fundingKind: funding-kind/allocated
    amount: 1000000
    periodStart: 2015-04-01
    periodEnd: 2016-03-31
    basis: basis/stated
    source: publication/hsj-7004007
    locator: a row that is made up
    status: evidence-status/single-source
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def rename(root: Path) -> None:
    """Give `pg:partner` another name, wherever it is used, and leave the old one deprecated."""
    ontology = root / "ontology/pilotgraph.ttl"
    text = ontology.read_text(encoding="utf-8")
    (term,) = re.findall(r"^:partner\n.*?\.\n\n", text, re.MULTILINE | re.DOTALL)
    old = (
        ':partner\n    a owl:ObjectProperty ;\n    rdfs:label "has partner"@en ;\n'
        '    skos:definition "relates a pilot site to an organisation that took part in it"@en ;\n'
        "    owl:deprecated true ;\n    dcterms:isReplacedBy :partnerOrganisation ;\n"
        f"    rdfs:isDefinedBy <{OURS}ontology> .\n\n"
    )
    renamed = term.replace(":partner\n", ":partnerOrganisation\n")
    ontology.write_text(text.replace(term, old + renamed).replace("1.0.0", "1.1.0"), encoding="utf-8")
    used = [root / "ontology/context.jsonld", *root.glob("shapes/*.ttl"), *root.glob("data/*/*.rq")]
    for path in used:
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\bpg:partner\b", "pg:partnerOrganisation", text), encoding="utf-8")


@pytest.fixture(scope="module")
def next_release(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the real project with a site, another figure, a deprecated concept and a renamed term."""
    root = tmp_path_factory.mktemp("next")
    for name in ("data", "ontology", "shapes", "tests/coverage"):
        shutil.copytree(real / name, root / name)
    edit(root / "data/dataset.yaml", "\nversion: 1.0.0\n", "\nversion: 1.1.0\n")
    edit(root / "data/observations/icp-smallest-site-practices.yaml", "value: 1\n", "value: 2\n")
    edit(
        root / "data/schemes/aim.yaml",
        "id: aim/dedicated-offer\n",
        "id: aim/dedicated-offer\n    deprecated: true\n    replacedBy: aim/care-coordination\n",
    )
    (root / "data/sites/vg-made-up.yaml").write_text(SITE, encoding="utf-8")
    rename(root)
    return build(root, root / "dist")


@pytest.fixture(scope="module")
def comparison(real_release: Release, next_release: Release) -> Comparison:
    return compare(Snapshot.of(real_release), Snapshot.of(next_release))


def told(change: Change) -> tuple[str, ...]:
    return change.kind, change.iri.removeprefix(OURS), change.part_of.removeprefix(OURS)


def test_a_comparison_tells_of_the_four_changes_and_of_nothing_else(comparison: Comparison) -> None:
    assert list(map(told, comparison.changes)) == [
        ("added", "id/funding/vg-made-up-2015-16-allocated", "id/site/vg-made-up"),
        ("added", "id/lead/vg-made-up", "id/site/vg-made-up"),
        ("changed", "id/observation/icp-smallest-site-practices", "id/programme/icp"),
        ("added", "id/site/vg-made-up", ""),
        ("deprecated", "id/aim/dedicated-offer", "id/scheme/aim"),
        ("renamed", "ontology#partner", ""),
    ]
    *_, figure, _, concept, term = comparison.changes
    assert [(each.property, each.removed[0].value, each.added[0].value) for each in figure.properties] == [
        (f"{TERMS}value", "1", "2")
    ]
    assert (concept.replaced_by, concept.told) == ((f"{OURS}id/aim/care-coordination",), ())
    assert (term.renamed_to, term.told) == (f"{TERMS}partnerOrganisation", ())


def test_the_other_way_round_the_site_and_the_term_are_gone(
    real_release: Release, next_release: Release
) -> None:
    back = compare(Snapshot.of(next_release), Snapshot.of(real_release))
    kinds = {(each.kind, each.iri.removeprefix(OURS)) for each in back.changes}
    assert {("removed", "id/site/vg-made-up"), ("restored", "id/aim/dedicated-offer")} <= kinds
    assert {("removed", "ontology#partnerOrganisation"), ("restored", "ontology#partner")} <= kinds


def test_a_release_does_not_differ_from_itself(real_release: Release) -> None:
    done = run("diff", real_release.path, real_release.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("\nno differences\n")


def test_the_command_says_it_in_each_format(
    real_release: Release, next_release: Release, comparison: Comparison
) -> None:
    done = run("diff", real_release.path, next_release.path)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines()[3] == (
        "things: 1 added with 2 parts, 1 changed, 1 deprecated; terms: 1 renamed"
    )
    assert "    has partner → has partner (object property)\n" in done.stdout
    assert "      has value: 1 → 2\n" in done.stdout
    done = run("diff", "--format", "json", real_release.path, next_release.path)
    assert len(json.loads(done.stdout)["changes"]) == 6
    names = Names.of(Snapshot.of(next_release), Snapshot.of(real_release))
    read = Told(describe_changes(comparison), OURS).of("1.1.0")
    assert read.of(Sort.THING) == comparison.of(Sort.THING)
    done = run("diff", "--format", "markdown", real_release.path, next_release.path)
    assert done.stdout == as_markdown(comparison, names)
    assert (
        "- [Made-up vanguard](<https://w3id.org/pilotgraph/id/site/vg-made-up>) (pilot site) with 2 parts\n"
        in (done.stdout)
    )
