"""A project -> a report: what is wrong in it, each finding at its line.

Findings come from seven places: from reading and mapping, which the project knows already; from
`crosscheck`, for what SHACL cannot see; from `links`; from `gallery`; from `guide_check`; from `released`,
for what is out of use, and for what was published before and is broken now; and from the shapes.  For
`shacl`, which is the judge of those, data and ontology are one graph, so that subclasses count.

A mistake is reported once.  Where a value could not be mapped, or leads nowhere or to what is withdrawn, what
SHACL thinks of that value, or of its absence, is left out.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from rdflib import RDF, SH, Graph, Literal, URIRef
from rdflib.term import Node

from pilotgraph import formats, shacl
from pilotgraph.crosscheck import check, doubtful, is_missing, written
from pilotgraph.errors import PilotgraphError, Position, Problem, Severity, ShapesError
from pilotgraph.formats import to_graph, to_term
from pilotgraph.gallery import Gallery, gather
from pilotgraph.guide_check import check_guide
from pilotgraph.links import Links, derive
from pilotgraph.project import Project
from pilotgraph.released import checks
from pilotgraph.released.retired import Retired
from pilotgraph.shacl import Result
from pilotgraph.sources import shown

Triple: TypeAlias = tuple[Node | None, Node | None, Node | None]

_SEVERITIES: dict[Node | None, Severity] = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}


@dataclass(frozen=True)
class Report:
    """What validation found, in the order of files and lines.

    `graph` is the `sh:ValidationReport`, without places: it is released with the data.
    `unreadable` are the paths of files that could not be looked into.  `links` are those to others, and
    `gallery` is what views show.
    """

    problems: list[Problem]
    graph: Graph
    unreadable: frozenset[str]
    links: Links = field(default_factory=Links)
    gallery: Gallery = field(default_factory=Gallery)

    @property
    def conforms(self) -> bool:
        """Whether nothing here stops a release."""
        return not any(problem.stops_a_release for problem in self.problems)

    @property
    def exit_code(self) -> int:
        """0: it conforms; 1: it does not; 2: some file could not be read."""
        return 2 if self.unreadable else int(not self.conforms)


def validate(project: Project) -> Report:
    """Hold a project against its shapes, and its files against each other.

    :raises ShapesError: if the shapes are not well-formed; it carries the problems of the project too.
    """
    retired = Retired(project)
    problems = [*project.problems, *check(project), *retired.problems()]
    links = derive(project, sound=not any(problem.stops_a_release for problem in problems))
    problems += links.problems
    ill_formed = shacl.ill_formed(tuple(file.content for file in project.shapes), project.base)
    if ill_formed:
        raise ShapesError(sorted({*problems, *(_blame(project, *each) for each in ill_formed)}))
    graph, places = _data(project)
    shapes = to_graph(quad for file in project.shapes for quad in file.quads)
    try:
        results = shacl.results(graph, shapes)
    except shacl.BadShapes as error:
        raise ShapesError(sorted({*problems, _blame(project, "", str(error))})) from error
    problems += _as_problems(project, results, places, retired.withdrawn)
    sound = not any(problem.stops_a_release for problem in problems)
    gallery = gather(project, links.triples, sound=sound)
    problems += gallery.problems
    problems += check_guide(project, links.triples, sound=sound)
    if not any(problem.stops_a_release for problem in problems):
        # An IRI that a broken record holds is not lost, so it is no second problem.
        problems += checks.check(project, links)
    # Of one message at one place, the gravest.
    problems.sort(key=lambda problem: (problem.stops_a_release, problem))
    unique = {(problem.position, problem.message): problem for problem in problems}
    graph = _as_graph(project.iri, results)
    return Report(sorted(unique.values()), graph, project.unreadable, links, gallery)


def problems_in(report: Report, project: Project, files: Sequence[Path]) -> Report:
    """The same report, as far as it concerns some files, or what is below some folders.

    :raises PilotgraphError: if one is not part of the project, about which nothing can be said.
    """
    for file in files:
        if not (file.parent.resolve() / file.name).is_relative_to(project.root.resolve()):
            raise PilotgraphError(f"{file} is not in the project, which is {project.root}")
    wanted = [Path(shown(file, project.root)) for file in files]

    def concerns(path: str) -> bool:
        return any(Path(path).is_relative_to(each) for each in wanted)

    problems = [problem for problem in report.problems if concerns(problem.position.path)]
    return replace(report, problems=problems, unreadable=frozenset(filter(concerns, report.unreadable)))


def _blame(project: Project, shape: str, message: str) -> Problem:
    named = (place for file in project.shapes if shape and (place := file.place(shape)))
    folder = Position(shown(project.root / "shapes", project.root), 1, 1)
    return Problem(project.place(shape) or next(named, folder), Severity.ERROR, " ".join(message.split()))


def _data(project: Project) -> tuple[Graph, dict[Triple, Position]]:
    """Data and ontology as one graph, and the places of the data's values."""
    statements = [each for record in (project.dataset, *project.records) for each in record.mapped.statements]
    text = "".join(f"{subject} {predicate} {value} .\n" for subject, predicate, value, _ in statements)
    quads = formats.parse(text.encode(), formats.N_TRIPLES, project.base)
    graph = to_graph(quad for file in (*project.ontology, *project.imports) for quad in file.quads)
    places: dict[Triple, Position] = {}
    for quad, (_, _, _, position) in zip(quads, statements, strict=True):
        triple = to_term(quad.subject), to_term(quad.predicate), to_term(quad.object)
        graph.add(triple)
        places.setdefault(triple, position)
    return graph, places


def _as_problems(
    project: Project,
    results: list[Result],
    places: dict[Triple, Position],
    withdrawn: Collection[str],
) -> Iterator[Problem]:
    keys, doubted = written(project), doubtful(project)
    for result in results:
        focus, value = str(result.focus), str(result.value)
        key = keys.get((focus, str(result.path))) if result.value is None else None
        told = is_missing(project, value) or value in withdrawn
        if (key and key.refused) or told or {focus, value} & doubted:
            continue
        place = (
            places.get((result.focus, result.path, result.value)) or (key and key.key) or project.place(focus)
        )
        if place is None:
            # Someone else's thing: where it is first spoken of.
            place = next((place for triple, place in places.items() if result.focus in triple), None)
        yield Problem(
            place or Position(project.dataset.path, 1, 1),
            _SEVERITIES.get(result.severity, Severity.VIOLATION),
            result.message,
            str(result.shape) if isinstance(result.shape, URIRef) else "",
        )


def _as_graph(dataset: str, results: list[Result]) -> Graph:
    """The report as SHACL writes it, with names in place of blank nodes.

    `sh:conforms` is false if there is any result, be it a warning:
    <https://www.w3.org/TR/shacl/#conforms>.
    """
    graph = Graph()
    graph.bind("sh", SH)
    report = URIRef(f"{dataset}report")
    graph.add((report, RDF.type, SH.ValidationReport))
    graph.add((report, SH.conforms, Literal(not results)))
    for number, result in enumerate(results, 1):
        node = URIRef(f"{report}#{number}")
        graph.add((report, SH.result, node))
        graph.add((node, RDF.type, SH.ValidationResult))
        graph.add((node, SH.resultMessage, Literal(result.message)))
        for prop, term in zip(shacl.PARTS, result[:-1], strict=True):
            # An unnamed path or shape is to be found in the shapes.
            if isinstance(term, URIRef | Literal):
                graph.add((node, prop, term))
    return graph
