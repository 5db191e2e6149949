"""JSON-LD within a page: it says what the triples say, and cannot end the element that it stands in."""

import json

import pyoxigraph as ox
import pytest

from pilotgraph.json_ld import embed, embed_dataset, in_schema_org
from pilotgraph.triples import Triples
from trees import PREFIXES

HOSTILE = "</script><script>alert(1)</script><!-- ]]> & \u2028 \u2029 \u202e"


def parse(turtle: str) -> list[ox.Triple]:
    return [quad.triple for quad in ox.parse(PREFIXES + turtle, ox.RdfFormat.TURTLE)]


@pytest.mark.parametrize(
    "turtle",
    [
        pytest.param('id:a t:height 3.50 ; t:by id:b ; rdfs:label "Ash"@en , "Esche"@de .', id="values"),
        pytest.param(f"id:a rdfs:label {json.dumps(HOSTILE)} .", id="markup"),
        pytest.param('id:a rdfs:label "\\\\ \\" \\n" .', id="backslashes and quotes"),
    ],
)
def test_triples_come_back(turtle: str) -> None:
    triples = parse(turtle)
    text = str(embed(triples))
    assert {quad.triple for quad in ox.parse(text, ox.RdfFormat.JSON_LD)} == set(triples)
    assert not set("<>&\u2028\u2029") & set(text)


def test_a_dataset_is_described_in_the_words_of_schema_org() -> None:
    text = str(embed_dataset({"name": HOSTILE, "license": "", "distribution": [{"contentUrl": "x"}]}))
    assert json.loads(text) == {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "name": HOSTILE,
        "distribution": [{"contentUrl": "x"}],
    }
    assert not set("<>&\u2028\u2029") & set(text)


@pytest.mark.parametrize("right", ["PUBLIC", "RESTRICTED"])
def test_what_all_may_read_is_said_to_be_free(right: str) -> None:
    rights = "<http://publications.europa.eu/resource/authority/access-right/"
    facts = Triples(parse(f"id:a <http://purl.org/dc/terms/accessRights> {rights}{right}> ."))
    (dataset,) = {
        each.subject for each in parse("id:a t:height 1 .") if isinstance(each.subject, ox.NamedNode)
    }
    said = json.loads(str(embed_dataset(in_schema_org(facts, dataset, "en"))))
    assert said["identifier"] == said["@id"] == dataset.value
    assert said.get("isAccessibleForFree", False) is (right == "PUBLIC")
