"""A copy of the second project in which something is deprecated, and something withdrawn."""

import shutil
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
LIGHTS, OURS = "https://example.org/lights/", "https://w3id.org/pilotgraph/"
OLD, NEW = f"{LIGHTS}id/lighthouse/old-mole-head", f"{LIGHTS}id/lighthouse/new-mole-head"
GONE = f"{LIGHTS}id/lighthouse/phantom-rock"
KEYS = """
    "as": "https://www.w3.org/ns/activitystreams#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "Tombstone": "as:Tombstone",
    "deprecated": {"@id": "owl:deprecated", "@type": "xsd:boolean"},
    "formerType": {"@id": "as:formerType", "@type": "@id"},
    "deleted": {"@id": "as:deleted", "@type": "xsd:dateTime"},
    "reason": {"@id": "rdfs:comment", "@language": "en"},
    "replacedBy": {"@id": "dcterms:isReplacedBy", "@type": "@id", "@container": "@set"},
"""
TOMBSTONE = """id: lighthouse/phantom-rock
type: Tombstone
label: Phantom Rock
formerType: lt:Lighthouse
deleted: 2026-11-05T00:00:00Z
reason: It was a reflection, which one inspector took for a light.
replacedBy: lighthouse/kestrel-point
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), encoding="utf-8")


def with_keys(target: Path) -> Path:
    """Copy the second project, with the keys and the shapes that our own project has for this."""
    shutil.copytree(REPOSITORY / "tests/projects/lighthouses", target)
    edit(target / "ontology/context.jsonld", '"@version": 1.1,\n', f'"@version": 1.1,\n{KEYS}')
    shutil.copy(REPOSITORY / "ontology/imports/as.ttl", target / "ontology/imports/as.ttl")
    with (target / "ontology/imports/dcterms.ttl").open("a", encoding="utf-8") as file:
        file.write("dcterms:isReplacedBy a owl:AnnotationProperty .\n")
    shapes = (REPOSITORY / "shapes/retired.ttl").read_text(encoding="utf-8").replace(OURS, LIGHTS)
    (target / "shapes/retired.ttl").write_text(shapes, encoding="utf-8")
    return target


def with_retired(target: Path) -> Path:
    """The same, with a tower and a property that are deprecated, and one tower withdrawn."""
    project = with_keys(target)
    lights = project / "data/lighthouses"
    edit(lights / "old-mole-head.yaml", "inSightOf: lighthouse/new-mole-head\n", "")
    with (lights / "old-mole-head.yaml").open("a", encoding="utf-8") as file:
        file.write("deprecated: true\nreplacedBy: lighthouse/new-mole-head\n")
    edit(lights / "new-mole-head.yaml", "inSightOf: lighthouse/old-mole-head\n", "")
    (lights / "phantom-rock.yaml").write_text(TOMBSTONE, encoding="utf-8")
    with (project / "ontology/lighthouses.ttl").open("a", encoding="utf-8") as file:
        file.write("\nlt:liveView owl:deprecated true ; dcterms:isReplacedBy lt:logRemark .\n")
    return project
