"""Publishes a curated knowledge graph as linked data: YAML in, a versioned release out, and its server.

For programs in Python, a release answers here, with no server and no network:

>>> import pilotgraph
>>> g = pilotgraph.graph()
>>> pilotgraph.rows("SELECT (COUNT(DISTINCT ?thing) > 1 AS ?many) { ?thing ?property ?value }")
[Row(many=True)]

It is the release that the installed package carries, or that PILOTGRAPH_RELEASE names;
`open_release(path)` opens another one, with the same functions.
"""

# Whoever only imports the package, as the command line does, waits for no library.
# ruff: noqa: PLC0415

import os
from typing import TYPE_CHECKING, Any

from pilotgraph.errors import PilotgraphError, QueryError, ReleaseError

if TYPE_CHECKING:
    from rdflib import Graph

    from pilotgraph.library.opened import OpenRelease
    from pilotgraph.library.tables import Row

__all__ = [
    "PilotgraphError",
    "QueryError",
    "ReleaseError",
    "graph",
    "list_questions",
    "open_release",
    "query",
    "rows",
]


def open_release(path: str | os.PathLike[str] | None = None) -> "OpenRelease":
    """Open a release: a directory with one, or with a current one, as `dist` has.

    >>> import pilotgraph
    >>> release = pilotgraph.open_release()
    >>> release.query("ASK {}")
    True
    >>> "data.nq" in release.release.files
    True

    :raises ReleaseError: if there is none, or it is not what its manifest says.
    """
    from pilotgraph.library import opened

    return opened.open_release(path)


def graph(name: str = "data") -> "Graph":
    """Give the release's data as an `rdflib.Graph`, or one graph or document of it by name.

    >>> import pilotgraph
    >>> len(pilotgraph.graph()) > 100
    True
    >>> from rdflib import OWL, RDF
    >>> (None, RDF.type, OWL.Ontology) in pilotgraph.graph("ontology")
    True

    Each call gives a graph of its own.  What asks for superclasses wants the ontology too:
    `pilotgraph.graph() + pilotgraph.graph("ontology")`.

    :raises ReleaseError: if there is no such graph; the message lists those there are.
    """
    return open_release().graph(name)


def query(name_or_text: str, /, **parameters: object) -> Any:
    """Answer a published question by its name, or a SPARQL query, with values for its parameters.

    >>> import pilotgraph
    >>> text = '''
    ... ASK {
    ...   VALUES ?year { 2015 }  # parameter: a year
    ...   FILTER(?year > 2000)
    ... }'''
    >>> pilotgraph.query(text), pilotgraph.query(text, year=1999)
    (True, False)
    >>> pilotgraph.query("ASK { SERVICE <http://example.org/> {} }")
    Traceback (most recent call last):
    pilotgraph.errors.QueryRefused: No other endpoint is asked from here: SERVICE is not taken.

    For SELECT it gives a `pandas.DataFrame`, or a list of rows where there is no pandas; for ASK a bool; for
    CONSTRUCT and DESCRIBE an `rdflib.Graph`.  IRIs are texts, years whole numbers, dates dates, and what
    has no value is missing.

    :param parameters: for a thing its id, a CURIE or its IRI; else a text, a number, a bool or a date.
    :raises QueryError: if there is no answer; the message says why, and what there is.
    """
    return open_release().query(name_or_text, **parameters)


def rows(name_or_text: str, /, **parameters: object) -> "list[Row]":
    """Answer as `query` does, with rows even where pandas is installed.

    >>> import pilotgraph
    >>> (row,) = pilotgraph.rows("SELECT ('a'@en AS ?label) (1.50 AS ?size) {}")
    >>> row.label, row["size"], row._asdict()
    ('a', Decimal('1.5'), {'label': 'a', 'size': Decimal('1.5')})

    :raises QueryError: as `query`, and if it is no SELECT.
    """
    return open_release().rows(name_or_text, **parameters)


def list_questions() -> Any:
    """List the published questions: `name`, `question` and `parameters`, as a table like those of `query`."""
    return open_release().questions()
