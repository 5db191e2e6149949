"""The pages of a site -> sitemaps <https://www.sitemaps.org/protocol.html>.

Things are asked of the store, a sitemap's worth at a time; the other pages are given.  No HTTP here.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree as ET

from pyoxigraph import NamedNode
from rdflib import DCTERMS

from pilotgraph.edition import Edition
from pilotgraph.formats import RESULT_FORMATS
from pilotgraph.responses import HTML
from pilotgraph.store import Query
from pilotgraph.triples import TOMBSTONE, TYPE

MOST = 50_000  # URLs in one sitemap
SPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


def count(edition: Edition) -> int:
    """How many sitemaps the things of a release take."""
    return -(-count_things(edition) // MOST)


def index(root: str, total: int) -> bytes:
    """A sitemap that leads to others: that of the pages which are about no single thing, and those of things.

    :param root: the URL of the site, without a final slash.
    """
    return _write(
        "sitemapindex", "sitemap", [(f"{root}/sitemap-{number}.xml", "") for number in range(total + 1)]
    )


def urls(edition: Edition, origin: str, paths: Iterable[str], numbers: Iterable[int]) -> bytes:
    """A sitemap of pages at these paths, and of the documents of things.

    :param origin: the scheme and the host of the site.
    :param numbers: which of the sitemaps of things, counted from 1.
    """
    things = (thing for number in numbers for thing in json.loads(zlib.decompress(_things(edition, number))))
    documents = [(edition.paths.document(iri, HTML.suffix), modified) for iri, modified in things]
    pages = [(path, "") for path in paths] + documents
    return _write("urlset", "url", [(origin + path, modified) for path, modified in pages])


def _write(root: str, item: str, entries: Sequence[tuple[str, str]]) -> bytes:
    tree = ET.Element(root, xmlns=SPACE)
    for address, modified in entries:
        entry = ET.SubElement(tree, item)
        ET.SubElement(entry, "loc").text = address
        if modified:
            ET.SubElement(entry, "lastmod").text = modified
    return bytes(ET.tostring(tree, encoding="utf-8", xml_declaration=True))


@lru_cache(maxsize=4)
def count_things(edition: Edition) -> int:
    """How many things of a release have documents."""
    (row,) = _ask(edition, f"SELECT (COUNT(DISTINCT ?thing) AS ?total) {{ {_below(edition)} }}")
    return int(row["total"]["value"])


# For three million things, some 30 MB: whoever reads the sitemaps one by one has each of them made once.
@lru_cache(maxsize=64)
def _things(edition: Edition, number: int) -> bytes:
    """The things of one sitemap, each with the day when it was last changed, where that is known.

    :returns: pairs in JSON, compressed, which takes a twentieth of the memory.
    """
    rows = _ask(
        edition,
        "SELECT ?thing (MAX(?day) AS ?modified)"
        f" {{ {_below(edition)} OPTIONAL {{ ?thing {NamedNode(DCTERMS.modified)} ?day }} }}"
        f" GROUP BY ?thing ORDER BY ?thing LIMIT {MOST} OFFSET {MOST * (number - 1)}",
    )
    found = [(row["thing"]["value"], row.get("modified", {}).get("value", "")) for row in rows]
    return zlib.compress(json.dumps(found).encode())


def _below(edition: Edition) -> str:
    things = json.dumps(edition.paths.things)  # a text of JSON is one of SPARQL
    return f"?thing {TYPE} ?class FILTER(STRSTARTS(STR(?thing), {things}) && ?class != {TOMBSTONE})"


def _ask(edition: Edition, query: str) -> list[dict[str, Any]]:
    answer = edition.store.query(Query(query, solutions=RESULT_FORMATS[0], graph=None)).content
    rows: list[dict[str, Any]] = json.loads(answer)["results"]["bindings"]
    return rows
