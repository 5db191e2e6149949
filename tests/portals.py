"""What tests of the catalogue share: a project that says all that a portal may ask for."""

import json
import shutil
from pathlib import Path

from conftest import REPOSITORY

EU = "http://publications.europa.eu/resource/authority/"
_KEYS = {
    "Code": "rdfs:Resource",
    "Contact": "vcard:Organization",
    "Agency": "foaf:Organization",
    "Licence": "dcterms:LicenseDocument",
    "Language": "dcterms:LinguisticSystem",
    "Frequency": "dcterms:Frequency",
    "Rights": "dcterms:RightsStatement",
    "Location": "dcterms:Location",
    "Period": "dcterms:PeriodOfTime",
    "Provenance": "dcterms:ProvenanceStatement",
    "kind": {"@id": "dcterms:type", "@type": "@id"},
    "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
    "creator": {"@id": "dcterms:creator", "@type": "@id"},
    "contactPoint": {"@id": "dcat:contactPoint", "@type": "@id"},
    "hasURL": {"@id": "vcard:hasURL", "@type": "@id"},
    "language": {"@id": "dcterms:language", "@type": "@id"},
    "keyword": {"@id": "dcat:keyword", "@language": "en"},
    "dataTheme": {"@id": "dcat:theme", "@type": "@id"},
    "accessRights": {"@id": "dcterms:accessRights", "@type": "@id"},
    "availability": {"@id": "dcatap:availability", "@type": "@id"},
    "accrualPeriodicity": {"@id": "dcterms:accrualPeriodicity", "@type": "@id"},
    "where": {"@id": "dcterms:spatial", "@type": "@id"},
    "bbox": "dcat:bbox",
    "centroid": "dcat:centroid",
    "temporal": {"@id": "dcterms:temporal", "@type": "@id"},
    "startDate": {"@id": "dcat:startDate", "@type": "xsd:date"},
    "endDate": {"@id": "dcat:endDate", "@type": "xsd:date"},
    "provenance": {"@id": "dcterms:provenance", "@type": "@id"},
    "modified": {"@id": "dcterms:modified", "@type": "xsd:date"},
}
_PREFIXES = {
    "dcatap": "http://data.europa.eu/r5r/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
}
_SAID = f"""licence:
  id: https://creativecommons.org/licenses/by/4.0/
  type: Licence
  label: Creative Commons Attribution 4.0 International
  kind:
    id: http://purl.org/adms/licencetype/Attribution
    type: Code
    label: attribution
    inScheme: http://purl.org/adms/licencetype/1.0
publishedBy:
  id: https://example.org/people/keeper-of-examples
  type: Agency
  label: Keeper of examples
  kind:
    id: http://purl.org/adms/publishertype/PrivateIndividual(s)
    type: Code
    label: private individual
    inScheme: {{id: http://purl.org/adms/publishertype/1.0, type: Code, label: types of publisher}}
creator: https://example.org/people/keeper-of-examples
contactPoint:
  id: https://example.org/lights/#contact
  type: Contact
  label: Keeper of examples
  hasURL: https://example.org/lights/
modified: 2026-11-01
language:
  {{id: {EU}language/ENG, type: Language, label: English, inScheme: {EU}language}}
keyword: [lamp, tower]
dataTheme:
  id: {EU}data-theme/TRAN
  type: Code
  label: Transport
  inScheme: {{id: {EU}data-theme, type: Code, label: Data theme}}
accessRights:
  {{id: {EU}access-right/PUBLIC, type: Rights, label: public, inScheme: {EU}access-right}}
availability:
  {{id: {EU}planned-availability/STABLE, type: Code, label: stable, inScheme: {EU}planned-availability}}
accrualPeriodicity:
  {{id: {EU}frequency/IRREG, type: Frequency, label: irregular, inScheme: {EU}frequency}}
where:
  id: https://sws.geonames.org/6269131/
  type: Location
  label: England
  bbox: POLYGON((-6 50, 1 50, 1 55, -6 55, -6 50))
  centroid: POINT(-1 52)
temporal:
  id: https://example.org/lights/#temporal
  type: Period
  startDate: 1850-01-01
  endDate: 2020-12-31
provenance:
  id: https://example.org/lights/#provenance
  type: Provenance
  label: Made up.
"""
_DECLARED = ("adms", "dcat", "dcatap", "dcterms", "foaf", "skos", "vcard", "void")


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def tell_all(project: Path, target: Path) -> Path:
    """Copy the lighthouses, and say of them all that DCAT-AP recommends."""
    shutil.copytree(project, target)
    path = target / "ontology/context.jsonld"
    context = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({"@context": context["@context"] | _PREFIXES | _KEYS}), encoding="utf-8")
    for name in _DECLARED:
        shutil.copy(REPOSITORY / f"ontology/imports/{name}.ttl", target / "ontology/imports")
    dataset = target / "data/dataset.yaml"
    replace(dataset, "publishedBy: https://example.org/people/keeper-of-examples\n", "")
    replace(dataset, "licence: https://creativecommons.org/licenses/by/4.0/\n", _SAID)
    return target
