"""A project -> a release: read, validate, sort into named graphs, describe, write.

In: the root of the sources.  Out: a `Release`, or a `ReleaseRefused` with every problem that this run
found, and then nothing is written.  Nothing here knows the clock, the machine or the order in which
a directory is listed, so the same sources give the same bytes.

Two rules hold for the whole graph and so are looked at here.  Named graphs are disjoint: a thing
stands in the graph that holds its class, or the nearest superclass, and a query over the union counts
each triple once.  And a released IRI is for ever: `data/iris.txt` lists them all, and a build that has
lost one is refused.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pyoxigraph as ox
from rdflib import DCTERMS, OWL, PROV, RDF, RDFS, SH, SKOS, VOID, XSD, Graph

from pilotgraph import formats
from pilotgraph.description import DCAT, DQV, SD, SPDX, Triple, add_linksets, add_quality, describe
from pilotgraph.errors import Position, Problem, ReleaseRefused, Severity
from pilotgraph.formats import JSON_LD, N_QUADS, N_TRIPLES, TURTLE
from pilotgraph.links import Links
from pilotgraph.mapping import lines
from pilotgraph.project import Project
from pilotgraph.quality import assess
from pilotgraph.release import Release, check_version, write
from pilotgraph.sources import CONTEXT, TurtleFile
from pilotgraph.validation import Report, validate

IRIS = "data/iris.txt"
# The report on the record, for people and for machines.
RECORD = "record.md", "record.ttl"

# For files about the data; the project's own prefixes come from its context and win.
_PREFIXES = {
    "dcat": DCAT,
    "dcterms": DCTERMS,
    "dqv": DQV,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "sd": SD,
    "sh": SH,
    "skos": SKOS,
    "spdx": SPDX,
    "void": VOID,
    "xsd": XSD,
}
_NO_LINKS = f"no graph holds <{VOID.Linkset}>; let one hold it, for the links that data/links derives"
_NO_REST = (
    f"no graph holds <{RDFS.Resource}>, which is every class; let one hold it, for things that no other does"
)


def build(
    root: Path,
    out: Path,
    progress: Callable[[str], object] = lambda step: None,
    note: Callable[[Problem], object] = lambda problem: None,
    *,
    record_iris: bool = False,
) -> Release:
    """Build the project at `root` into a release in `out`, and make it the current one.

    :param progress: is told each step when it begins.
    :param note: is told each problem that does not stop the release.
    :param record_iris: add what is released for the first time to `data/iris.txt`.
    :raises ReleaseRefused: if there are violations; the last release stays the current one.
    :raises SourceError: if the sources cannot be read at all.
    """
    progress("Reading the sources")
    project = Project.read(root)
    progress(f"Validating {len(project.records)} records")
    report = validate(project)
    sorting = _Sorting(project, report.links)
    listed = _Listed(project)
    problems = [*report.problems, *sorting.problems]
    if not any(problem.stops_a_release for problem in problems):
        # An IRI that a broken record holds is not lost, so it is no second problem.
        problems += listed.problems(record_iris)
    problems.sort()
    if any(problem.stops_a_release for problem in problems):
        raise ReleaseRefused(problems)
    for problem in problems:
        note(problem)
    progress(f"Writing {sum(map(len, sorting.graphs.values()))} triples")
    version = project.said(DCAT.version)
    check_version(version)  # before it becomes a part of IRIs
    release = write(out, version, _files(project, report, sorting.graphs))
    if record_iris:
        listed.add_new()
    return release


def _files(project: Project, report: Report, graphs: Mapping[str, set[Triple]]) -> dict[str, bytes]:
    prefixes = {name: str(space) for name, space in _PREFIXES.items()} | project.context.prefixes
    quads = "".join(sorted(line for name in graphs for line in lines(graphs[name], name))).encode()
    union = [quad.triple for quad in formats.parse(quads, N_QUADS, project.base)]
    dumps = {
        "data.nq": quads,
        "data.ttl": formats.serialize(union, TURTLE, prefixes),
        "data.jsonld": formats.serialize(union, JSON_LD, prefixes),
    }
    ontology = _merge((*project.ontology, *project.imports))
    shapes = _merge(project.shapes)
    statements = ((s, p, o) for s, p, o, _ in project.dataset.mapped.statements)
    name = project.vocabulary.removesuffix("#")
    description = describe(project.iri, statements, graphs, (name, len(ontology)), dumps)
    add_linksets(description, project.iri, report.links.linksets)
    quality = assess(project, report.graph, report.links.triples)
    figures = quality.graph(project.iri)
    add_quality(description, project.iri, figures, RECORD)
    return dumps | {
        "ontology.ttl": formats.serialize(ontology, TURTLE, prefixes),
        "shapes.ttl": formats.serialize(shapes, TURTLE, prefixes),
        "context.jsonld": (project.root / CONTEXT).read_bytes(),
        RECORD[0]: quality.markdown().encode(),
        RECORD[1]: formats.serialize(_triples(figures), TURTLE, prefixes),
        "report.ttl": formats.serialize(_triples(report.graph), TURTLE, prefixes),
        "description.ttl": formats.serialize(_triples(description), TURTLE, prefixes),
        **{f"queries/{question.name}.rq": question.text.encode() for question in project.questions},
        **report.links.files,
    }


def _merge(files: Iterable[TurtleFile]) -> set[ox.Triple]:
    return {quad.triple for file in files for quad in file.quads}


def _triples(graph: Graph) -> list[ox.Triple]:
    content = graph.serialize(format="nt", encoding="utf-8")
    return [quad.triple for quad in formats.parse(content, N_TRIPLES, "")]


class _Sorting:
    """Sorts things into named graphs, by the classes that `dataset.yaml` says a graph holds."""

    def __init__(self, project: Project, links: Links) -> None:
        self.project = project
        self.problems: list[Problem] = []
        self.supers: dict[str, set[str]] = defaultdict(set)
        for file in (*project.ontology, *project.imports):
            for quad in file.quads:
                if quad.predicate.value == str(RDFS.subClassOf) and isinstance(quad.object, ox.NamedNode):
                    self.supers[str(quad.subject)].add(str(quad.object))
        self.holders = self.read_holders()
        self.rest = self.holders.pop(RDFS.Resource.n3(), "")
        if not self.rest:
            self.refuse(project.subjects[project.iri], _NO_REST)
        self.graphs = self.sort()
        linked = self.holders.get(VOID.Linkset.n3(), "")
        if links.linksets and not linked:
            self.refuse(project.subjects[project.iri], _NO_LINKS)
        elif linked:
            self.graphs[linked] |= links.triples

    def refuse(self, position: Position, message: str) -> None:
        self.problems.append(Problem(position, Severity.ERROR, message))

    def read_holders(self) -> dict[str, str]:
        """The graph of each class that a graph holds."""
        said = self.project.dataset.mapped.statements
        parts = f"<{self.project.iri}>", VOID.classPartition.n3()
        graphs = {o for s, p, o, _ in said if (s, p) == parts}
        holders: dict[str, str] = {}
        for graph, predicate, held, position in said:
            if graph in graphs and predicate == VOID["class"].n3():
                first = holders.setdefault(held, graph[1:-1])
                if first != graph[1:-1]:
                    self.refuse(position, f"{first} holds this class already; a class has one graph")
        return holders

    def sort(self) -> dict[str, set[Triple]]:
        types: dict[str, list[tuple[str, Position]]] = defaultdict(list)
        statements = [each for record in self.project.records for each in record.mapped.statements]
        for subject, predicate, value, position in statements:
            if predicate == RDF.type.n3():
                types[subject].append((value, position))
        names = {subject: self.graph(subject, found) for subject, found in types.items()}
        graphs: dict[str, set[Triple]] = {name: set() for name in (*self.holders.values(), self.rest)}
        for subject, predicate, value, _ in statements:
            graphs[names.get(subject, self.rest)].add((subject, predicate, value))
        return graphs

    def graph(self, subject: str, types: Iterable[tuple[str, Position]]) -> str:
        placed = [(graph, kind, place) for kind, place in types for graph in self.nearest(kind)]
        if not placed:
            return self.rest
        graph, kind, _ = placed[0]
        other = next((each for each in placed if each[0] != graph), None)
        if other:
            compact = self.project.context.compact
            self.refuse(
                other[2],
                f"{compact(subject[1:-1])} is of {compact(kind[1:-1])}, which stands in {graph}, and of "
                f"{compact(other[1][1:-1])}, which stands in {other[0]}; a thing stands in one graph",
            )
        return graph

    def nearest(self, kind: str) -> list[str]:
        """The graph of a class, or of its nearest superclass that has one; several if they are as near."""
        level, seen = {kind}, set[str]()
        while level:
            found = sorted({self.holders[each] for each in level if each in self.holders})
            if found:
                return found
            seen |= level
            level = {above for each in level for above in self.supers[each]} - seen
        return []


class _Listed:
    """The list of all IRIs that were ever released, `data/iris.txt`: one a line, `#` for a comment."""

    def __init__(self, project: Project) -> None:
        self.path = project.root / IRIS
        self.shown = PurePosixPath(project.dataset.path).with_name(self.path.name).as_posix()
        # A character that is not UTF-8 makes its line an IRI that is lost: reported at its place.
        text = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        self.lines = [line.strip() for line in text.splitlines()]
        terms = {
            quad.subject.value for quad in _merge(project.ontology) if isinstance(quad.subject, ox.NamedNode)
        }
        ours = (project.iri, project.base, project.vocabulary)
        self.released = {iri for iri in terms | project.subjects.keys() if iri.startswith(ours)}

    def problems(self, record: bool) -> Iterator[Problem]:
        for number, line in enumerate(self.lines, 1):
            if line and not line.startswith("#") and line not in self.released:
                yield Problem(
                    Position(self.shown, number, 1),
                    Severity.ERROR,
                    f"<{line}> was released, and an IRI is for ever; bring it back, as deprecated if need be",
                )
        new = len(self.released - set(self.lines))
        # Before the first release is published there is no list, and nothing to be told.
        if new and self.lines and not record:
            message = f"{new} IRIs are not listed here yet; `pilotgraph build --record-iris` adds them"
            yield Problem(Position(self.shown, 1, 1), Severity.INFO, message)

    def add_new(self) -> None:
        comments = [line for line in self.lines if line.startswith("#")]
        iris = sorted(self.released.union(self.lines) - {"", *comments})
        text = "".join(f"{line}\n" for line in comments + iris)
        beside = self.path.with_name(f".{self.path.name}")
        beside.write_text(text, encoding="utf-8")
        beside.rename(self.path)
