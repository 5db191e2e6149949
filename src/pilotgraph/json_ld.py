"""Triples, and the description of a dataset -> JSON-LD to stand inside a page.

A page says of a thing in JSON-LD what its documents say, and of the dataset what search engines for data
ask for, in the words of <https://schema.org/Dataset>.  The text may stand in a `script` element as it is.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import DCAT, DCTERMS, VOID

from pilotgraph import formats
from pilotgraph.formats import JSON_LD
from pilotgraph.triples import LABELS, Triples

_PUBLIC = NamedNode("http://publications.europa.eu/resource/authority/access-right/PUBLIC")
Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"

# Within a string these mean the same, but end no element and open no comment.
_ESCAPES = str.maketrans(
    {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
)


def embed(triples: Iterable[Triple]) -> Markup:
    """Write triples as JSON-LD for a `script` element."""
    return _safe(formats.serialize(triples, JSON_LD).decode())


def embed_dataset(description: Mapping[str, Json]) -> Markup:
    """Write what is said of a dataset in the words of schema.org; what is empty is left out."""
    said = {name: value for name, value in description.items() if value}
    return _safe(
        json.dumps({"@context": "https://schema.org/", "@type": "Dataset", **said}, ensure_ascii=False)
    )


def in_schema_org(facts: Triples, dataset: NamedNode, language: str) -> dict[str, Json]:
    """Say of a dataset what its description says, in the words of <https://schema.org/Dataset>.

    Of its files, these are the ones that hold the whole of it and are not packed.

    :param facts: the description.
    """

    def text(node: NamedNode, term: str) -> str:
        said = facts.text(node, [NamedNode(term)], language)
        found = [said] if said else facts.nodes(node, NamedNode(term))
        return found[0].value if found else ""

    def named(node: NamedNode) -> str:
        label = facts.text(node, LABELS, language)
        return label.value if label else ""

    def all_named(kind: str, term: str) -> list[Json]:
        nodes = facts.nodes(dataset, NamedNode(term))
        return [{"@type": kind, "@id": node.value, "name": named(node)} for node in nodes if named(node)]

    dumps = {each.value for each in facts.nodes(dataset, NamedNode(VOID.dataDump))}
    files = facts.nodes(dataset, NamedNode(DCAT.distribution))
    keywords = facts.objects(dataset, NamedNode(DCAT.keyword))
    periods = facts.nodes(dataset, NamedNode(DCTERMS.temporal))
    return {
        "@id": dataset.value,
        "url": dataset.value,
        "identifier": dataset.value,
        "isAccessibleForFree": _PUBLIC in facts.nodes(dataset, NamedNode(DCTERMS.accessRights)),
        "name": named(dataset),
        "description": text(dataset, DCTERMS.description),
        "inLanguage": language,
        "license": text(dataset, DCTERMS.license),
        "version": text(dataset, f"{DCAT}version"),
        "datePublished": text(dataset, DCTERMS.issued),
        "dateModified": text(dataset, DCTERMS.modified),
        "publisher": all_named("Organization", DCTERMS.publisher),
        "creator": all_named("Organization", DCTERMS.creator),
        "keywords": [each.value for each in keywords if isinstance(each, Literal)],
        "spatialCoverage": all_named("Place", DCTERMS.spatial),
        "temporalCoverage": [
            "/".join(text(each, end) or ".." for end in (DCAT.startDate, DCAT.endDate)) for each in periods
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": named(file),
                "contentUrl": text(file, DCAT.downloadURL),
                "encodingFormat": text(file, DCAT.mediaType).partition("/media-types/")[2],
                "contentSize": f"{text(file, DCAT.byteSize)} B",
            }
            for file in files
            if text(file, DCAT.downloadURL) in dumps and not text(file, DCAT.compressFormat)
        ],
    }


def _safe(text: str) -> Markup:
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - nothing in it can end the element
