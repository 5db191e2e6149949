"""Records -> named graphs that are disjoint: a query over their union counts each triple once.

`dataset.yaml` says which classes a graph holds.  A thing stands in the graph of its class, or else of the
nearest superclass that has one; `rdfs:Resource` is above every class.  Links that are derived stand in the
graph that holds `void:Linkset`.  What is about the data has graphs without records: that of `dcat:Dataset`
is the description of the dataset, and that of `sh:SPARQLExecutable` the published questions.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

import pyoxigraph as ox
from rdflib import RDF, RDFS, SH, VOID, URIRef

from pilotgraph.counts import Triple
from pilotgraph.description import DCAT
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.links import Links
from pilotgraph.project import Project

_WANTED: dict[URIRef, str] = {
    VOID.Linkset: "for the links that data/links derives",
    RDFS.Resource: "for things that no other does",
    DCAT.Dataset: "for the description of the dataset",
    SH.SPARQLExecutable: "for the published questions",
}


class NamedGraphs:
    """The graphs of a project, by IRI; `data` are the triples of those that records and links are in.

    `description` and `queries` are names of graphs; without published questions the latter may be empty.
    """

    def __init__(self, project: Project, links: Links) -> None:
        self.project = project
        self.problems: list[Problem] = []
        self._supers: dict[str, set[str]] = defaultdict(set)
        for file in (*project.ontology, *project.imports):
            for quad in file.quads:
                if quad.predicate.value == str(RDFS.subClassOf) and isinstance(quad.object, ox.NamedNode):
                    self._supers[str(quad.subject)].add(str(quad.object))
        self._holders, self._places = self._read_holders()
        linked = self._holders.get(VOID.Linkset.n3(), "")
        if links.linksets and not linked:
            self._refuse_none(VOID.Linkset)
        self._rest = self._take(RDFS.Resource)
        self.description = self._take_whole(DCAT.Dataset)
        self.queries = self._take_whole(SH.SPARQLExecutable, needed=bool(project.questions))
        self.data = self._sort()
        if linked:
            self.data[linked] |= links.triples

    def overlaps(self, graphs: Mapping[str, Collection[Triple]]) -> Iterator[Problem]:
        """Find what stands in two graphs, of all that a release has."""
        found: dict[Triple, str] = {}
        for name, triples in graphs.items():
            for triple in triples:
                first = found.setdefault(triple, name)
                if first != name:
                    position = self.project.place(triple[0][1:-1])
                    message = f"{first} and {name} both say {' '.join(triple)}; a triple stands in one graph"
                    yield Problem(position or self._dataset, Severity.ERROR, message)

    @property
    def _dataset(self) -> Position:
        return self.project.subjects[self.project.iri]

    def _refuse(self, position: Position, message: str) -> None:
        self.problems.append(Problem(position, Severity.ERROR, message))

    def _refuse_none(self, kind: URIRef) -> None:
        every = ", which is every class" if kind == RDFS.Resource else ""
        self._refuse(self._dataset, f"no graph holds <{kind}>{every}; let one hold it, {_WANTED[kind]}")

    def _read_holders(self) -> tuple[dict[str, str], dict[str, Position]]:
        """The graph of each class that a graph holds, and where that is said."""
        said = self.project.dataset.mapped.statements
        parts = f"<{self.project.iri}>", VOID.classPartition.n3()
        graphs = {o for s, p, o, _ in said if (s, p) == parts}
        holders: dict[str, str] = {}
        places: dict[str, Position] = {}
        for graph, predicate, held, position in said:
            if graph in graphs and predicate == VOID["class"].n3():
                first = holders.setdefault(held, graph[1:-1])
                places.setdefault(held, position)
                if first != graph[1:-1]:
                    self._refuse(position, f"{first} holds this class already; a class has one graph")
        return holders, places

    def _take(self, kind: URIRef, *, needed: bool = True) -> str:
        """The graph that holds a class, which no thing is sorted by; empty if there is none."""
        if needed and kind.n3() not in self._holders:
            self._refuse_none(kind)
        return self._holders.pop(kind.n3(), "")

    def _take_whole(self, kind: URIRef, *, needed: bool = True) -> str:
        graph = self._take(kind, needed=needed)
        if graph and graph in (self._rest, *self._holders.values()):
            message = f"{graph} holds other classes too; let a graph hold this one alone, {_WANTED[kind]}"
            self._refuse(self._places[kind.n3()], message)
        return graph

    def _sort(self) -> dict[str, set[Triple]]:
        types: dict[str, list[tuple[str, Position]]] = defaultdict(list)
        statements = [each for record in self.project.records for each in record.mapped.statements]
        for subject, predicate, value, position in statements:
            if predicate == RDF.type.n3():
                types[subject].append((value, position))
        names = {subject: self._graph(subject, found) for subject, found in types.items()}
        graphs: dict[str, set[Triple]] = {name: set() for name in (*self._holders.values(), self._rest)}
        for subject, predicate, value, _ in statements:
            graphs[names.get(subject, self._rest)].add((subject, predicate, value))
        return graphs

    def _graph(self, subject: str, types: Iterable[tuple[str, Position]]) -> str:
        placed = [(graph, kind, place) for kind, place in types for graph in self._nearest(kind)]
        if not placed:
            return self._rest
        graph, kind, _ = placed[0]
        other = next((each for each in placed if each[0] != graph), None)
        if other:
            compact = self.project.context.compact
            self._refuse(
                other[2],
                f"{compact(subject[1:-1])} is of {compact(kind[1:-1])}, which stands in {graph}, and of "
                f"{compact(other[1][1:-1])}, which stands in {other[0]}; a thing stands in one graph",
            )
        return graph

    def _nearest(self, kind: str) -> list[str]:
        """The graph of a class, or of its nearest superclass that has one; several if they are as near."""
        level, seen = {kind}, set[str]()
        while level:
            found = sorted({self._holders[each] for each in level if each in self._holders})
            if found:
                return found
            seen |= level
            level = {above for each in level for above in self._supers[each]} - seen
        return []
