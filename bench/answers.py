"""Whether two answers are the same: as tables, or as graphs."""

from collections import Counter
from collections.abc import Hashable

import pyoxigraph as ox

from classes import QueryClass
from peers import GRAPH, TABLE

_NO_OTHER = "a benchmark asks for tables and graphs only"


def media_type(query: QueryClass) -> str:
    return GRAPH if query.graph else TABLE


def meaning(query: QueryClass, content: bytes) -> tuple[int, object]:
    """How many rows or triples an answer has, and a value that is equal for equal answers."""
    if query.graph:
        # rdflib-endpoint describes in RDF/XML, whatever it is asked for.
        form = ox.RdfFormat.RDF_XML if content.startswith(b"<?xml") else ox.RdfFormat.N_TRIPLES
        graph = ox.Dataset(ox.parse(content, format=form))
        graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return len(graph), set(graph)
    found = ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON)
    if not isinstance(found, ox.QuerySolutions):
        raise TypeError(_NO_OTHER)
    names = sorted(str(name) for name in found.variables)
    rows: list[Hashable] = [tuple(str(row[name[1:]]) for name in names) for row in found]
    return len(rows), rows if query.ordered else Counter(rows)


def reference(store: ox.Store, text: str) -> bytes:
    """The answer of the engine in this process."""
    found = store.query(text, use_default_graph_as_union=True)
    if isinstance(found, ox.QueryTriples):
        content = found.serialize(format=ox.RdfFormat.N_TRIPLES)
    elif isinstance(found, ox.QuerySolutions):
        content = found.serialize(format=ox.QueryResultsFormat.JSON)
    else:
        raise TypeError(_NO_OTHER)
    assert content is not None  # no file was given to write to
    return content
