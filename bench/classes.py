"""Twelve classes of query, and the queries of each that are sent.

In: the data, to take constants from.  Out: texts for two kinds of measuring.

* **cold**: no text is sent twice.  It holds a constant of the data, where its class has one, and a number
  that counts up, at a place where it changes neither the plan nor the answer: mostly a LIMIT beyond any
  answer.  Whoever keeps answers by the text of a query gains nothing.
* **warm**: a hundred texts, drawn with repeats, the k-th with a weight of 1/k (Zipf's law).
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyoxigraph as ox

from pilotgraph.release import Release

# Where a text takes its constant, and its number.
VALUE, NUMBER = "$VALUE", "NUMBER"

_PREFIXES = """\
PREFIX pg: <https://w3id.org/pilotgraph/ontology#>
PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_QUESTION = "queries/findings-with-intervals.rq"
_MOST_TEXTS = 20_000
_WARM_TEXTS, _WARM_DRAWS = 100, 20_000
# Beyond the rows of any answer.
_FIRST_NUMBER = 10_000_000


@dataclass(frozen=True, slots=True)
class QueryClass:
    """A class of query.

    :param text: with VALUE where it takes a constant, and NUMBER once.
    :param values: a query that finds constants, as `?value`; empty if the text takes none.
    :param together: take so many constants in one text that their `?size` makes about this.
    :param graph: the answer is a graph, not a table.
    :param ordered: the order of the rows is a part of the answer, and no two rows tie.
    """

    name: str
    text: str
    values: str = ""
    together: int = 0
    graph: bool = False
    ordered: bool = False


_CLASSES = (
    QueryClass(
        "point",
        "SELECT ?property ?value WHERE { $VALUE ?property ?value } LIMIT NUMBER",
        "SELECT DISTINCT ?value WHERE { ?value a ?class FILTER(isIRI(?value)) }",
    ),
    QueryClass(
        "100 rows",
        """SELECT ?thing ?property ?object WHERE {
             ?thing dcterms:source $VALUE ; ?property ?object
           } LIMIT NUMBER""",
        """SELECT ?value WHERE { ?thing dcterms:source ?value ; ?property ?object }
           GROUP BY ?value HAVING(COUNT(*) > 90 && COUNT(*) < 110)""",
    ),
    QueryClass(
        "3-hop join",
        """SELECT ?claim ?site WHERE {
             ?claim pg:about ?site . ?site pg:programme ?programme . ?programme rdfs:label $VALUE
           } LIMIT NUMBER""",
        "SELECT DISTINCT ?value WHERE { ?programme a pg:Programme ; rdfs:label ?value }",
    ),
    QueryClass(
        "OPTIONAL",
        """SELECT ?finding ?outcome ?effect ?low ?high ?period WHERE {
             ?finding a pg:Finding ; pg:outcome ?outcome
             OPTIONAL { ?finding pg:effect ?effect }
             OPTIONAL { ?finding pg:intervalLow ?low ; pg:intervalHigh ?high }
             OPTIONAL { ?finding pg:period ?period }
           } LIMIT NUMBER""",
    ),
    QueryClass(
        "path",
        """SELECT ?kind (COUNT(?organisation) AS ?organisations) WHERE {
             ?organisation org:classification/skos:broader* ?kind
           } GROUP BY ?kind LIMIT NUMBER""",
    ),
    QueryClass(
        "count",
        "SELECT ?class (COUNT(?thing) AS ?things) WHERE { ?thing a ?class } GROUP BY ?class LIMIT NUMBER",
    ),
    QueryClass(
        "count distinct",
        """SELECT ?theme (COUNT(DISTINCT ?source) AS ?sources) WHERE {
             ?judgement pg:theme ?theme ; dcterms:source ?source
           } GROUP BY ?theme HAVING(COUNT(DISTINCT ?source) > 1) LIMIT NUMBER""",
    ),
    QueryClass(
        "regex",
        """SELECT ?thing ?label WHERE {
             ?thing rdfs:label ?label FILTER(REGEX(?label, $VALUE, "i"))
           } LIMIT NUMBER""",
        """SELECT DISTINCT ?value WHERE {
             ?publication a pg:Publication ; rdfs:label ?title
             BIND(REPLACE(STR(?title), "^.* ", "") AS ?value)
             FILTER(REGEX(?value, "^[a-z]{6,}$"))
           }""",
    ),
    QueryClass(
        "DESCRIBE",
        "DESCRIBE $VALUE LIMIT NUMBER",
        "SELECT DISTINCT ?value WHERE { ?claim pg:about ?value }",
        graph=True,
    ),
    QueryClass(
        "CONSTRUCT 10,000",
        """CONSTRUCT { ?thing ?property ?value } WHERE {
             VALUES ?class { $VALUE } ?thing a ?class ; ?property ?value
           } LIMIT NUMBER""",
        "SELECT ?value (COUNT(*) AS ?size) WHERE { ?thing a ?value ; ?property ?object } GROUP BY ?value",
        together=10_000,
        graph=True,
    ),
    QueryClass(
        "top 20",
        """SELECT ?thing ?code WHERE {
             ?thing adms:identifier ?identifier .
             ?identifier skos:notation ?code FILTER(STRLEN(?code) < NUMBER)
           } ORDER BY ?code ?thing LIMIT 20""",
        ordered=True,
    ),
)
_PUBLISHED = "published"
CLASS_NAMES = (*(query.name for query in _CLASSES), _PUBLISHED)


def classes(release: Release) -> tuple[QueryClass, ...]:
    """All classes; the last one is a question that the release publishes."""
    text = release.read(_QUESTION).decode()
    return *_CLASSES, QueryClass(_PUBLISHED, f"{text}LIMIT {NUMBER}")


def texts(query: QueryClass, store: ox.Store) -> list[str]:
    """The texts of a class, each with another constant and NUMBER for its number, in a mixed order."""
    text = _PREFIXES + query.text
    if not query.values:
        return [text]
    found = store.query(_PREFIXES + query.values, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    rows = sorted(found, key=str)
    if query.together:
        sizes = {str(row["value"]): int(_lexical(row["size"])) for row in rows}
        return [text.replace(VALUE, " ".join(_together(sizes, query.together)))]
    constants = [str(row["value"]) for row in rows]
    if not constants:
        raise SystemExit(f"{query.name}: the data has no constant for it")
    random.Random(1).shuffle(constants)
    return [text.replace(VALUE, constant) for constant in constants[:_MOST_TEXTS]]


def warm(cold: Sequence[str]) -> list[str]:
    """A hundred texts, drawn with repeats by Zipf's law."""
    ranks = range(1, _WARM_TEXTS + 1)
    distinct = [numbered(cold[rank % len(cold)], rank) for rank in ranks]
    return random.Random(1).choices(distinct, [1 / rank for rank in ranks], k=_WARM_DRAWS)


def numbered(text: str, number: int) -> str:
    return text.replace(NUMBER, str(_FIRST_NUMBER + number))


def _together(sizes: dict[str, int], wanted: int) -> Iterable[str]:
    for value, size in sorted(sizes.items(), key=lambda each: -each[1]):
        if size <= wanted:
            yield value
            wanted -= size


def _lexical(term: object) -> str:
    assert isinstance(term, ox.Literal)
    return term.value
