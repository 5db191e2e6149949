"""A project -> a release: read, validate, sort into named graphs, describe, write.

In: the root of the sources.  Out: a `Release`, or a `ReleaseRefused` with every problem that this run
found, and then nothing is written.  Nothing here knows the clock, the machine or the order in which
a directory is listed, so the same sources give the same bytes.

A released IRI is for ever: `data/iris.txt` lists them all, and a build that has lost one is refused.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pyoxigraph as ox
from rdflib import Graph

from pilotgraph import formats
from pilotgraph.counts import Triple
from pilotgraph.description import DCAT, add_linksets, add_quality, describe
from pilotgraph.errors import Position, Problem, ReleaseRefused, Severity
from pilotgraph.executables import describe_questions, query_iri
from pilotgraph.formats import JSON_LD, N_QUADS, N_TRIPLES, TURTLE
from pilotgraph.graphs import NamedGraphs
from pilotgraph.mapping import lines
from pilotgraph.project import Project
from pilotgraph.quality import assess
from pilotgraph.release import Release, check_version, write
from pilotgraph.service_description import PREFIXES, add_service
from pilotgraph.sources import CONTEXT, TurtleFile
from pilotgraph.validation import Report, validate

IRIS = "data/iris.txt"
# The report on the record, for people and for machines.
RECORD = "record.md", "record.ttl"


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
    named = NamedGraphs(project, report.links)
    listed = _Listed(project)
    problems = [*report.problems, *named.problems]
    if not any(problem.stops_a_release for problem in problems):
        # An IRI that a broken record holds is not lost, so it is no second problem.
        problems += listed.problems(record_iris)
    problems.sort()
    if any(problem.stops_a_release for problem in problems):
        raise ReleaseRefused(problems)
    for problem in problems:
        note(problem)
    pictures, undrawn = _draw(report, progress)
    if undrawn:
        raise ReleaseRefused(undrawn)
    progress(f"Writing {sum(map(len, named.data.values()))} triples")
    version = project.said(DCAT.version)
    check_version(version)  # before it becomes a part of IRIs
    release = write(out, version, _files(project, report, named) | pictures)
    if record_iris:
        listed.add_new()
    return release


def _draw(report: Report, progress: Callable[[str], object]) -> tuple[dict[str, bytes], list[Problem]]:
    if not report.gallery.found:
        return {}, []
    progress("Drawing the pictures")
    return report.gallery.draw()


def _files(project: Project, report: Report, named: NamedGraphs) -> dict[str, bytes]:
    prefixes = PREFIXES | project.context.prefixes
    quads = _n_quads(named.data)
    union = [quad.triple for quad in formats.parse(quads, N_QUADS, project.base)]
    dumps = {
        "data.nq": quads,
        "data.ttl": formats.serialize(union, TURTLE, prefixes),
        "data.jsonld": formats.serialize(union, JSON_LD, prefixes),
    }
    ontology = _merge((*project.ontology, *project.imports))
    shapes = _merge(project.shapes)
    statements = ((s, p, o) for s, p, o, _ in project.dataset.mapped.statements)
    description = describe(project.iri, statements, named.data, dumps)
    add_linksets(description, project.iri, report.links.linksets)
    quality = assess(project, report.graph, report.links.triples)
    figures = quality.graph(project.iri)
    add_quality(description, project.iri, figures, RECORD)
    queries = describe_questions(project.iri, project.questions, project.context, prefixes)
    graphs = {**named.data, project.vocabulary.removesuffix("#"): _as_stored(ontology)}
    if named.queries:
        graphs[named.queries] = _as_stored(_triples(queries))
    add_service(description, project.iri, named.description, graphs)
    graphs[named.description] = _as_stored(_triples(description))
    if twice := list(named.overlaps(graphs)):
        raise ReleaseRefused(sorted(twice))
    about = {name: graphs[name] for name in (named.description, named.queries) if name}
    return dumps | {
        "ontology.ttl": formats.serialize(ontology, TURTLE, prefixes),
        "shapes.ttl": formats.serialize(shapes, TURTLE, prefixes),
        "context.jsonld": (project.root / CONTEXT).read_bytes(),
        RECORD[0]: quality.markdown().encode(),
        RECORD[1]: formats.serialize(_triples(figures), TURTLE, prefixes),
        "report.ttl": formats.serialize(_triples(report.graph), TURTLE, prefixes),
        "description.ttl": formats.serialize(_triples(description + queries), TURTLE, prefixes),
        "description.nq": _n_quads(about),
        **{f"guide/{PurePosixPath(each.path).name}": each.text.encode() for each in project.chapters},
        **{f"queries/{question.name}.rq": question.text.encode() for question in project.questions},
        **report.links.files,
    }


def _n_quads(graphs: Mapping[str, Iterable[Triple]]) -> bytes:
    return "".join(sorted(line for name, found in graphs.items() for line in lines(found, name))).encode()


def _as_stored(triples: Iterable[ox.Triple]) -> set[Triple]:
    """Write what is no data as the store will: it takes `"5"^^xsd:nonNegativeInteger` for an integer."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in triples)
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in store}


def _merge(files: Iterable[TurtleFile]) -> set[ox.Triple]:
    return {quad.triple for file in files for quad in file.quads}


def _triples(graph: Graph) -> list[ox.Triple]:
    content = graph.serialize(format="nt", encoding="utf-8")
    return [quad.triple for quad in formats.parse(content, N_TRIPLES, "")]


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
        asked = {query_iri(project.iri, question.name) for question in project.questions}
        ours = (project.iri, project.base, project.vocabulary)
        self.released = asked | {iri for iri in terms | project.subjects.keys() if iri.startswith(ours)}

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
