"""Two versions that differ in every way, for tests of what is written of a comparison."""

from pilotgraph.comparison.snapshot import Snapshot
from snapshots import DATASET, files, things

_QUERY = (
    f"# terms: t:height\nPREFIX t: <{DATASET}ontology#>\nSELECT ?h\\nWHERE {{\\n  ?oak t:height ?h\\n}}\\n"
)
_HEADER = '<https://example.org/small/ontology> a owl:Ontology . t:Tree a owl:Class ; rdfs:label "tree"@en .'


def _question(query: str) -> str:
    written = query.replace("\n", "\\n")
    asked = f'<{DATASET}queries/oak> a sh:SPARQLExecutable ; rdfs:comment "How tall is it?"@en'
    return f'{asked} ; sh:select "{written}" .'


OLD_FILES = files(
    things("""
        :oak a t:Tree ; rdfs:label "Oak"@en ; t:height 20 ; t:near :elm .
        :elm a t:Tree ; rdfs:label "Elm"@en ; t:height 30 .
        :fir a t:Tree ; rdfs:label "Fir"@en .
        :rot a t:Claim ; rdfs:label "Rot *and* decay"@en ; t:of :elm .
        :yew a t:Tree ; rdfs:label "Yew"@en ; owl:deprecated true .
    """),
    _HEADER
    + """
        t:height a owl:DatatypeProperty ; rdfs:label "height"@en .
        t:near rdfs:subPropertyOf [ owl:inverseOf t:of ] ; a owl:ObjectProperty .
    """,
    _question(_QUERY)
    + f"<{DATASET}> dcterms:license <https://example.org/free> ; void:triples 12 ; void:entities 5 ;"
    ' dcterms:issued "2026-11-01"^^xsd:date .',
)
NEW_FILES = files(
    things("""
        :oak a t:Tree ; rdfs:label "Oak"@en ; t:tallness 21 ; t:near :fir .
        :elm a t:Tree ; rdfs:label "Elm"@en ; t:tallness 30 ;
            owl:deprecated true ; dcterms:isReplacedBy :oak .
        :fir a as:Tombstone ; rdfs:label "Fir"@en ;
            as:deleted "2026-12-01"^^xsd:date ; rdfs:comment "No fir."@en .
        :yew a t:Tree ; rdfs:label "Yew"@en .
        :ash a t:Tree ; rdfs:label "Ash"@en ; t:code :ash-1 .
        :ash-1 a t:Code ; skos:notation "A1" .
        :leaf a t:Claim ; rdfs:label "Leaves of the ash"@en ; t:of :ash .
    """),
    _HEADER
    + """
        t:tallness a owl:DatatypeProperty ; rdfs:label "tallness"@en .
        t:height a owl:DatatypeProperty ; rdfs:label "height"@en ; owl:deprecated true ;
            dcterms:isReplacedBy t:tallness .
        t:near rdfs:subPropertyOf [ owl:inverseOf t:about ] ; a owl:ObjectProperty .
    """,
    _question(_QUERY.replace("t:height", "t:tallness").replace("}", "} LIMIT 1"))
    + f"<{DATASET}> dcterms:license <https://example.org/freer> ; void:triples 1314 ; void:entities 7 ;"
    ' dcterms:issued "2026-12-01"^^xsd:date . d:two sd:name g:more . g:more dcterms:title "More"@en .',
    version="1.1.0",
)
OLD, NEW = Snapshot.read(OLD_FILES), Snapshot.read(NEW_FILES)
