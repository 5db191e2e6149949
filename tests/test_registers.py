"""The registers that a description names."""

from pilotgraph.registers import Register, read_registers
from trees import read

FACTS = """
@prefix void: <http://rdfs.org/ns/void#> .
<urn:all> void:objectsTarget <urn:wide> ; dcterms:title "Plants"@en , "Pflanzen"@de .
<urn:some> void:objectsTarget <urn:narrow> ; dcterms:title "Trees"@en .
<urn:some/same> void:objectsTarget <urn:narrow> .
<urn:none> void:objectsTarget <urn:nowhere> ; dcterms:title "Fungi"@en .
<urn:wide> void:uriSpace "https://plants.example/" .
<urn:narrow> void:uriSpace "https://plants.example/trees/" .
"""


def test_the_narrowest_register_comes_first_and_each_has_a_title_and_a_space() -> None:
    assert read_registers(read(FACTS), "en") == [
        Register("https://plants.example/trees/", "Trees"),
        Register("https://plants.example/", "Plants"),
    ]
