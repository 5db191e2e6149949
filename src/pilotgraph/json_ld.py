"""Triples, and the description of a dataset -> JSON-LD to stand inside a page.

A page says of a thing in JSON-LD what its documents say, and of the dataset what search engines for data
ask for, in the words of <https://schema.org/Dataset>.  The text may stand in a `script` element as it is.
"""

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from markupsafe import Markup
from pyoxigraph import Triple

from pilotgraph import formats
from pilotgraph.formats import JSON_LD

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


def _safe(text: str) -> Markup:
    return Markup(text.translate(_ESCAPES))  # noqa: S704 - nothing in it can end the element
