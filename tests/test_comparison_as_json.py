"""The keys that programs rely on."""

import json

from comparisons import NEW, OLD
from pilotgraph.comparison.as_json import as_json
from pilotgraph.comparison.comparing import compare
from pilotgraph.comparison.names import Names
from snapshots import DATASET


def test_a_comparison_as_json() -> None:
    found = json.loads(as_json(compare(OLD, NEW), Names.of(NEW, OLD)))
    assert list(found) == ["dataset", "old", "new", "changes"]
    assert found["old"] == {"version": "1.0.0", "issued": "2026-11-01", "triples": 12, "things": 5}
    by_iri = {each["iri"].removeprefix(DATASET): each for each in found["changes"]}
    assert by_iri["id/oak"] == {
        "kind": "changed",
        "sort": "thing",
        "iri": f"{DATASET}id/oak",
        "label": "Oak",
        "class": {"iri": f"{DATASET}ontology#Tree", "label": "tree"},
        "graph": {"iri": f"{DATASET}graph/things", "label": "Things"},
        "movedFrom": None,
        "partOf": None,
        "replacedBy": [],
        "properties": [
            {
                "iri": f"{DATASET}ontology#near",
                "label": "near",
                "meaning": None,
                "removed": [{"type": "uri", "value": f"{DATASET}id/elm", "label": "Elm"}],
                "added": [{"type": "uri", "value": f"{DATASET}id/fir", "label": "Fir"}],
            },
            {
                "iri": f"{DATASET}ontology#tallness",
                "label": "tallness",
                "meaning": None,
                "removed": [
                    {"type": "literal", "value": "20", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
                ],
                "added": [
                    {"type": "literal", "value": "21", "datatype": "http://www.w3.org/2001/XMLSchema#integer"}
                ],
            },
        ],
    }
    assert by_iri["id/leaf"]["partOf"] == f"{DATASET}id/ash"
    assert by_iri["ontology#height"]["replacedBy"] == [f"{DATASET}ontology#tallness"]
    assert [each["meaning"] for each in by_iri["ontology#near"]["properties"]] == [True]
    reasons = [value for each in by_iri["id/fir"]["properties"] for value in each["added"]]
    assert {"type": "literal", "value": "No fir.", "xml:lang": "en"} in reasons
