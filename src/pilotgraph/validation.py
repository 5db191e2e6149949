"""A project -> a report: what is wrong in it, each finding at its line.

Findings come from three places: from reading and mapping, which the project knows already; from
`crosscheck`, for what SHACL cannot see; and from the shapes.  pyshacl is the judge of those: SHACL Core
and SPARQL constraints, without inference; data and ontology are one graph, so that subclasses count.

A mistake is reported once.  Where a value could not be mapped, or leads nowhere, what SHACL thinks of
that value, or of its absence, is left out.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pyoxigraph as ox
import pyshacl
from pyshacl.entrypoints import meta_validate
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import IdentifiedNode, Node

from pilotgraph import formats
from pilotgraph.crosscheck import check, doubtful, is_missing, written
from pilotgraph.document import quoted
from pilotgraph.errors import PilotgraphError, Position, Problem, Severity, ShapesError
from pilotgraph.project import Project, query_error, shown

Triple: TypeAlias = tuple[Node | None, Node | None, Node | None]

_SEVERITIES: dict[Node | None, Severity] = {SH.Warning: Severity.WARNING, SH.Info: Severity.INFO}

_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)


# What pyshacl logs it raises too.
logging.getLogger("pyshacl-validate").disabled = True


@dataclass(frozen=True)
class Report:
    """What validation found, in the order of files and lines.

    `graph` is the `sh:ValidationReport`, without places: it is released with the data.
    `unreadable` are the paths of files that could not be looked into.
    """

    problems: list[Problem]
    graph: Graph
    unreadable: frozenset[str]

    @property
    def conforms(self) -> bool:
        """Whether nothing here stops a release."""
        return not any(problem.stops_a_release for problem in self.problems)

    @property
    def exit_code(self) -> int:
        """0: it conforms; 1: it does not; 2: some file could not be read."""
        return 2 if self.unreadable else int(not self.conforms)


class _Result(NamedTuple):
    focus: Node | None
    path: Node | None
    value: Node | None
    shape: Node | None
    component: Node | None
    severity: Node | None
    message: str


def validate(project: Project) -> Report:
    """Hold a project against its shapes, and its files against each other.

    :raises ShapesError: if the shapes are not well-formed; it carries the problems of the project too.
    """
    problems = [*project.problems, *check(project)]
    ill_formed = _ill_formed(tuple(file.content for file in project.shapes), project.base)
    if ill_formed:
        raise ShapesError(sorted({*problems, *(_blame(project, *each) for each in ill_formed)}))
    graph, places = _data(project)
    shapes = to_graph(quad for file in project.shapes for quad in file.quads)
    _target_properties(shapes)
    try:
        _, report, text = pyshacl.validate(graph, shacl_graph=shapes, inplace=True)
    except ReportableRuntimeError as error:
        raise ShapesError(sorted({*problems, _blame(project, "", error.message)})) from error
    if not isinstance(report, Graph):
        raise ShapesError(sorted({*problems, _blame(project, "", text)}))
    results = sorted(_results(report), key=_order)
    problems += _as_problems(project, results, places)
    # Of one message at one place, the gravest.
    problems.sort(key=lambda problem: (problem.stops_a_release, problem))
    unique = {(problem.position, problem.message): problem for problem in problems}
    return Report(sorted(unique.values()), _as_graph(project.iri, results), project.unreadable)


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


def to_graph(quads: Iterable[ox.Quad]) -> Graph:
    """The same triples for rdflib, with the same literals."""
    graph = Graph()
    for quad in quads:
        graph.add((_term(quad.subject), _term(quad.predicate), _term(quad.object)))
    return graph


def _term(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> IdentifiedNode | Literal:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Literal(term.value, lang=term.language)
        datatype = URIRef(term.datatype.value)
        # rdflib would rewrite the text: a date and time ending in Z, for one.
        return Literal(term.value, datatype=None if datatype == XSD.string else datatype, normalize=False)
    raise TypeError("RDF 1.1 has no triples in triples")


@lru_cache(maxsize=4)
def _ill_formed(contents: tuple[bytes, ...], base: str) -> list[tuple[str, str]]:
    """What is wrong with the shapes themselves: the name of a shape, and what is to be said.

    The appendix takes 10 ms for each shape, and one process often sees the same shapes again.
    """
    quads = [quad for content in contents for quad in formats.parse(content, formats.TURTLE, base)]
    graph = to_graph(quads)
    found = [
        *_unknown_terms(graph),
        *_broken_patterns(graph),
        *_broken_queries(graph),
        *_against_appendix(graph),
    ]
    return sorted({(_named(graph, node), message) for node, message in found})


def _unknown_terms(graph: Graph) -> Iterator[tuple[Node, str]]:
    for triple in graph:
        for node in triple:
            if isinstance(node, URIRef) and node.startswith(str(SH)) and node not in SH:
                yield triple[0], f"SHACL has no term sh:{node.removeprefix(str(SH))}"


def _broken_patterns(graph: Graph) -> Iterator[tuple[Node, str]]:
    for node, pattern in graph.subject_objects(SH.pattern):
        try:
            re.compile(str(pattern))
        except re.error as error:
            yield node, f"{quoted(str(pattern))} is not a regular expression: {error.msg}"


def _broken_queries(graph: Graph) -> Iterator[tuple[Node, str]]:
    for prop in (SH.select, SH.ask):
        for node, query in graph.subject_objects(prop):
            prefixes = {
                str(graph.value(declaration, SH.prefix)): str(graph.value(declaration, SH.namespace))
                for declaration in graph.objects(node, SH.prefixes / SH.declare)
            }
            slip = query_error(str(query).replace("$PATH", "<urn:path>"), prefixes)
            if slip:
                yield node, "in line {1} of the query: {0}".format(*slip)


def _against_appendix(graph: Graph) -> list[tuple[Node | None, str]]:
    """Hold the shapes against <https://www.w3.org/TR/shacl/#shacl-shacl>."""
    # To know whether takes half the time of knowing what.
    if meta_validate(graph, inference="none", abort_on_first=True)[0]:
        return []
    _, report, _ = meta_validate(graph, inference="none")
    clear: list[tuple[Node | None, str]] = []
    vague: list[tuple[Node | None, str]] = []
    for result in _results(report):
        part = result.path.n3(graph.namespace_manager) if result.path else ""
        if result.component == SH.MinCountConstraintComponent:
            message = f"{part} is missing"
        elif result.component == SH.MaxCountConstraintComponent:
            message = f"{part} is there more than once"
        elif result.path and isinstance(result.value, URIRef | Literal):
            message = f"{part} cannot be {result.value.n3(graph.namespace_manager)}"
        elif part:
            message = f"{part} is not well-formed"
        else:
            vague.append((result.focus, "this is not a well-formed shape"))
            continue
        clear.append((result.focus, message))
    # That a shape is not one of the kinds there are says less than what is wrong with it.
    return clear + [each for each in vague if each[0] not in dict(clear)]


def _named(graph: Graph, node: Node | None) -> str:
    """The name of the shape that an unnamed node is part of, or nothing."""
    while isinstance(node, BNode):
        node = next(graph.subjects(None, node), Literal(""))
    return str(node)


def _blame(project: Project, shape: str, message: str) -> Problem:
    named = (place for file in project.shapes if shape and (place := file.place(shape)))
    folder = Position(shown(project.root / "shapes", project.root), 1, 1)
    return Problem(project.place(shape) or next(named, folder), Severity.ERROR, " ".join(message.split()))


def _target_properties(shapes: Graph) -> None:
    """Give property shapes the targets of the node shapes that hold them.

    The results are the same.  But below `sh:property` pyshacl takes up one thing after the other, and
    the targets of a shape all at once, which halves the time.
    """
    nested = (SH.node, SH["not"], SH.qualifiedValueShape, RDF.first)
    inner = {shape for prop in nested for shape in shapes.objects(None, prop)}
    for shape in {shape for target in _TARGETS for shape in shapes.subjects(target)} - inner:
        if any((shape, prop, None) in shapes for prop in (SH.path, SH.deactivated)):
            continue
        held = list(shapes.objects(shape, SH.property))
        shapes.remove((shape, SH.property, None))
        for target in _TARGETS:
            for subject in list(shapes.objects(shape, target)):
                for prop in held:
                    shapes.add((prop, target, subject))
        if (shape, SH.closed, None) in shapes:
            paths = [path for prop in held for path in shapes.objects(prop, SH.path)]
            shapes.add((shape, SH.ignoredProperties, Collection(shapes, BNode(), paths).uri))


def _data(project: Project) -> tuple[Graph, dict[Triple, Position]]:
    """Data and ontology as one graph, and the places of the data's values."""
    statements = [each for record in (project.dataset, *project.records) for each in record.mapped.statements]
    text = "".join(f"{subject} {predicate} {value} .\n" for subject, predicate, value, _ in statements)
    quads = formats.parse(text.encode(), formats.N_TRIPLES, project.base)
    graph = to_graph(quad for file in (*project.ontology, *project.imports) for quad in file.quads)
    places: dict[Triple, Position] = {}
    for quad, (_, _, _, position) in zip(quads, statements, strict=True):
        triple = _term(quad.subject), _term(quad.predicate), _term(quad.object)
        graph.add(triple)
        places.setdefault(triple, position)
    return graph, places


def _results(report: Graph) -> Iterator[_Result]:
    for node in report.objects(report.value(None, RDF.type, SH.ValidationReport), SH.result):
        messages = (" ".join(str(message).split()) for message in report.objects(node, SH.resultMessage))
        yield _Result(
            report.value(node, SH.focusNode),
            report.value(node, SH.resultPath),
            report.value(node, SH.value),
            report.value(node, SH.sourceShape),
            report.value(node, SH.sourceConstraintComponent),
            report.value(node, SH.resultSeverity),
            min(messages),
        )


def _order(result: _Result) -> list[str]:
    # Blank nodes have another name in every run.
    return ["" if isinstance(part, BNode) else str(part) for part in result]


def _as_problems(
    project: Project, results: list[_Result], places: dict[Triple, Position]
) -> Iterator[Problem]:
    keys, doubted = written(project), doubtful(project)
    for result in results:
        focus, value = str(result.focus), str(result.value)
        key = keys.get((focus, str(result.path))) if result.value is None else None
        if (key and key.refused) or is_missing(project, value) or {focus, value} & doubted:
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


def _as_graph(dataset: str, results: list[_Result]) -> Graph:
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
        for prop, term in (
            (SH.focusNode, result.focus),
            (SH.resultPath, result.path),
            (SH.value, result.value),
            (SH.sourceShape, result.shape),
            (SH.sourceConstraintComponent, result.component),
            (SH.resultSeverity, result.severity),
        ):
            # An unnamed path or shape is to be found in the shapes.
            if isinstance(term, URIRef | Literal):
                graph.add((node, prop, term))
    return graph
