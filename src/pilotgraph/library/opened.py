"""A release -> graphs and answers in Python, from this process and with no network.

In: a release, a question's name or a query, and values for parameters.  Out: rdflib's graphs, rows, or data
frames.  Queries pass the guard that the endpoint has, so SERVICE and updates are refused here too.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph

from pilotgraph import formats
from pilotgraph.asking import check_things
from pilotgraph.context import Context
from pilotgraph.document import quoted
from pilotgraph.edition import Dataset, published_questions, read_context
from pilotgraph.errors import QueryError, ReleaseError
from pilotgraph.formats import N_TRIPLES, TURTLE
from pilotgraph.lexical import BadValue, split
from pilotgraph.library.finding import find_release
from pilotgraph.library.tables import Row, frame, rows
from pilotgraph.library.values import Cell, to_python, to_text
from pilotgraph.lookup import Lookup
from pilotgraph.parameters import bind
from pilotgraph.questions import Question
from pilotgraph.release import Release
from pilotgraph.service_description import PREFIXES
from pilotgraph.store import LocalStore, Query

_ALL, _ONTOLOGY = "data", "ontology"
_NO_BASE = "http://localhost/"  # nothing in a release is relative
_NO_TRIPLES = "a triple as a value, as RDF 1.2 has it, and rdflib has none; ask with SELECT for what is in it"
_QUESTIONS = ("name", "question", "parameters")


class OpenRelease:
    """A release that answers in Python; `release` has its version, its name and its files.

    What it gives is the caller's: no graph, row or frame is given twice.
    """

    def __init__(self, release: Release) -> None:
        self.release = release

    def __repr__(self) -> str:
        return f"<OpenRelease {self.release.name} in {self.release.path}>"

    def graph(self, name: str = _ALL) -> Graph:
        """A graph for rdflib, with the prefixes that records and questions use.

        :param name: `data`, the union of all graphs of data; or a named graph, by its IRI or the last part of
            that; or another document of the release, such as `ontology`, `shapes` or `description`.  By
            these names they are as the files have them, by the IRI of a graph as SPARQL sees it.  The data
            have no ontology in them: add the two where superclasses are asked for.
        :raises QueryError: if the last part is that of several graphs; the message has their IRIs.
        :raises ReleaseError: if the release has none of that name; the message lists those it has.  Or if
            it has what rdflib has not: a triple as a value.
        """
        quads = self._quads(name)
        if _has_triples(quads):
            raise ReleaseError(f"the graph {quoted(name)} holds {_NO_TRIPLES}")
        return self._bound(quads)

    def query(self, name_or_text: str, /, **parameters: object) -> Any:
        """Answer a published question, or a SPARQL query, which may have parameters too.

        :param name_or_text: the name of a question, as `questions` lists them, or the text of a query.
        :param parameters: other values than the defaults: for a thing its id, a CURIE or its IRI, for a
            literal a text, a number, True or False, or a date.
        :returns: for SELECT a `pandas.DataFrame`, or a list of `Row` where there is no pandas; for ASK a
            bool; for CONSTRUCT and DESCRIBE an `rdflib.Graph`.
        :raises QueryError: if there is no such question, parameter or thing, or the query cannot be answered;
            the message says what there is instead.
        """
        answer = self._answer(name_or_text, parameters)
        return _table(*answer) if isinstance(answer, tuple) else answer

    def rows(self, name_or_text: str, /, **parameters: object) -> list[Row]:
        """The answer to a SELECT as rows, with or without pandas; a number with a point is a `Decimal`.

        :raises QueryError: as `query`, and if the query is no SELECT.
        """
        answer = self._answer(name_or_text, parameters)
        if not isinstance(answer, tuple):
            raise QueryError("only a SELECT has rows; ask others with query()")
        return rows(*answer)

    def questions(self) -> Any:
        """The published questions: names, what they ask, and parameters with their defaults, as a table."""
        found = [(each.name, each.question, self._defaults(each)) for each in self._questions.values()]
        return _table(_QUESTIONS, found)

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {each.name: each for each in published_questions(self.release)}

    @cached_property
    def _dataset(self) -> Dataset:
        return Dataset(self.release)

    @cached_property
    def _context(self) -> Context:
        return read_context(self.release, self._dataset)

    @cached_property
    def _store(self) -> LocalStore:
        return LocalStore(self.release)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(self._store, self._dataset.triples)

    def _defaults(self, question: Question) -> str:
        return ", ".join(f"{each.name}={self._typed(each.default)}" for each in question.parameters)

    def _typed(self, term: ox.NamedNode | ox.Literal) -> str:
        return self._context.compact(term.value) if isinstance(term, ox.NamedNode) else term.value

    def _bound(self, quads: Iterable[ox.Quad]) -> Graph:
        graph = formats.to_graph(quads)
        for prefix, space in (PREFIXES | self._context.prefixes).items():
            graph.bind(prefix, space, override=True, replace=True)
        return graph

    def _quads(self, name: str) -> list[ox.Quad]:
        graphs, apart = self._dataset.graphs()
        if name in graphs:
            return self._store.graph(name)
        short = _ONTOLOGY if name == f"{self._dataset.node.value}{_ONTOLOGY}" else name
        if name == _ALL:
            return [quad for iri in graphs if iri not in apart for quad in self._store.graph(iri)]
        files = {path.removesuffix(".ttl") for path in self.release.files if path.endswith(".ttl")}
        called = [iri for iri in graphs if split(iri)[1] == name]
        # Of what is no data a file comes first: it has datatypes that a store would rewrite.
        if short in files and set(called) <= set(apart):
            return formats.parse(self.release.read(f"{short}.ttl"), TURTLE, _NO_BASE)
        if len(called) > 1:
            raise QueryError(f"{quoted(name)} may be {' or '.join(called)}: give the whole IRI of one")
        if called:
            return self._store.graph(called[0])
        named = {split(iri)[1] for iri in graphs}
        known = sorted(each for each in files.union(named) - {_ALL} if "/" not in each)
        raise ReleaseError(f"the release has no graph {quoted(name)}; it has {_ALL}, {', '.join(known)}")

    def _answer(
        self, query: str, parameters: Mapping[str, object]
    ) -> tuple[list[str], list[list[Cell]]] | bool | Graph:
        text, values = self._text(query), {name: to_text(name, each) for name, each in parameters.items()}
        try:
            bound = bind(text, values, self._context)
        except BadValue as error:
            raise QueryError(str(error)) from error
        check_things(self._lookup, text, values, self._context, self._dataset.site)
        answer = self._store.query(Query(bound, graph=N_TRIPLES))
        if answer.format is N_TRIPLES:
            quads = formats.parse(answer.content, N_TRIPLES, _NO_BASE)
            if _has_triples(quads):
                raise QueryError(f"the answer holds {_NO_TRIPLES}")
            return self._bound(quads)
        result = json.loads(answer.content)
        if "boolean" in result:
            return bool(result["boolean"])
        names = result["head"]["vars"]
        found = result["results"]["bindings"]
        return names, [[to_python(row[name]) if name in row else None for name in names] for row in found]

    def _text(self, query: str) -> str:
        if query in self._questions:
            return self._questions[query].text
        if len(query.split()) > 1 or "{" in query:
            return query
        near = get_close_matches(query, self._questions)
        known = f"did you mean {', '.join(near)}?" if near else "list_questions() has those there are"
        raise QueryError(f"no question is called {quoted(query)}; {known}")


def open_release(path: str | os.PathLike[str] | None = None) -> OpenRelease:
    """Open a release; without a path that which `find_release` says.

    :raises ReleaseError: if there is none, or it is not what its manifest says.
    """
    # A directory with a current release may have another one later.
    return _open(Release.open(find_release(path), verify=False).path)


@lru_cache(maxsize=4)
def _open(path: Path) -> OpenRelease:
    return OpenRelease(Release.open(path))


def _has_triples(quads: Iterable[ox.Quad]) -> bool:
    return any(isinstance(quad.object, ox.Triple) for quad in quads)


def _table(fields: Sequence[str], values: Sequence[Sequence[Cell]]) -> Any:
    """A data frame where pandas is installed, else rows."""
    try:
        return frame(fields, values)
    except ModuleNotFoundError as error:
        if error.name != "pandas":  # it is there, and lacks something
            raise
        return rows(fields, values)
