"""Shapes and data, as graphs -> what the shapes say of the data, or what is wrong with the shapes themselves.

pyshacl is the judge, and runs here only: SHACL Core and SPARQL constraints, without inference.  It trusts
the shapes that it is given, so these are looked at first: against the appendix of the specification, and
for what that cannot see (a term that SHACL does not have, a pattern or a query that does not compile).
"""

import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import pyshacl
from pyshacl.entrypoints import meta_validate
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from pilotgraph import formats
from pilotgraph.document import quoted
from pilotgraph.formats import to_graph
from pilotgraph.queries import query_error

# What the appendix names.
_ASKED_FOR = tuple(map(str, (RDF, RDFS, SH)))
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)


# What pyshacl logs it raises too.
logging.getLogger("pyshacl-validate").disabled = True
# A literal that is no number is for the shapes to judge; rdflib would print how it failed to read it.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)


# In the order of a result's first fields.
PARTS = (
    SH.focusNode,
    SH.resultPath,
    SH.value,
    SH.sourceShape,
    SH.sourceConstraintComponent,
    SH.resultSeverity,
)


class Result(NamedTuple):
    focus: Node | None
    path: Node | None
    value: Node | None
    shape: Node | None
    component: Node | None
    severity: Node | None
    message: str


class BadShapes(ValueError):
    """Raise if pyshacl cannot work with the shapes; the message is its own."""


def results(data: Graph, shapes: Graph) -> list[Result]:
    """Hold data against shapes: the results in an order that is the same in every run.

    :param shapes: are changed, to results that are the same.
    :raises BadShapes: if pyshacl stumbles over the shapes.
    """
    _target_properties(shapes)
    try:
        _, report, text = pyshacl.validate(data, shacl_graph=shapes, inplace=True)
    except ReportableRuntimeError as error:
        raise BadShapes(error.message) from error
    if not isinstance(report, Graph):
        raise BadShapes(text)
    return sorted(_results(report), key=_order)


def _order(result: Result) -> list[str]:
    # Blank nodes have another name in every run.
    return ["" if isinstance(part, BNode) else str(part) for part in result]


def _results(report: Graph) -> Iterator[Result]:
    for node in report.objects(report.value(None, RDF.type, SH.ValidationReport), SH.result):
        messages = (" ".join(str(message).split()) for message in report.objects(node, SH.resultMessage))
        focus, path, value, shape, component, severity = (report.value(node, part) for part in PARTS)
        yield Result(focus, path, value, shape, component, severity, min(messages))


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


@lru_cache(maxsize=4)
def ill_formed(contents: tuple[bytes, ...], base: str) -> list[tuple[str, str]]:
    """What is wrong with the shapes themselves: the name of a shape, and what is to be said.

    The appendix takes 10 ms for each form of a shape, and one process often sees the same shapes again.
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
        except (RecursionError, OverflowError):
            yield node, "this regular expression is too deep or too large"


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
    # To know whether takes an eighth of the time of knowing what.
    brief = _without_copies(_without_plain_links(graph))
    if meta_validate(brief, inference="none", abort_on_first=True)[0]:
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


def _without_plain_links(graph: Graph) -> Graph:
    """Shapes of which the appendix says the same, whether or not they are well-formed.

    It looks at a property shape for its type, and once more for each link to it, which adds nothing
    but that there is one path: this is seen here.
    """
    holders = set(graph.subjects(RDF.type, SH.NodeShape))
    plain = {
        shape
        for shape in graph.subjects(RDF.type, SH.PropertyShape)
        if [type(path) for path in graph.objects(shape, SH.path)] == [URIRef]
    }
    brief = Graph()
    brief += ((s, p, o) for s, p, o in graph if not (p == SH.property and s in holders and o in plain))
    return brief


def _without_copies(graph: Graph) -> Graph:
    """Shapes of which the appendix says the same, whether or not they are well-formed: one of each form.

    It asks which terms of SHACL a shape has, how often, and of what kind the values are, and never what a
    text says, or which class or property is named.
    """
    brief, forms = Graph(), set()
    brief += graph
    for shape in sorted(node for node in set(graph.subjects()) if isinstance(node, URIRef)):
        if (None, None, shape) in graph:
            continue
        form = _form(graph, shape)
        if form in forms:
            brief -= graph.cbd(shape)
        forms.add(form or str(shape))
    return brief


def _form(graph: Graph, node: Node, depth: int = 100) -> str:
    """What the appendix sees of a node; nothing, if that is too deep or not a tree."""
    parts = []
    for prop, value in graph.predicate_objects(node):
        if isinstance(value, Literal):
            said = str(value) if value.datatype == XSD.boolean else ""
            part = f"{value.datatype} {bool(value.language)} {bool(value.ill_typed)} {said}"
        elif isinstance(value, BNode):
            is_tree = depth and len(list(graph.subject_predicates(value))) == 1
            part = _form(graph, value, depth - 1) if is_tree else ""
        else:
            is_asked_for = str(value).startswith(_ASKED_FOR) or (value, None, None) in graph
            part = str(value) if is_asked_for else "IRI"
        if not part:
            return ""
        parts.append(f"{prop} {part}")
    return f"[{'; '.join(sorted(parts))}]"


def _named(graph: Graph, node: Node | None) -> str:
    """The name of the shape that an unnamed node is part of, or nothing."""
    while isinstance(node, BNode):
        node = next(graph.subjects(None, node), Literal(""))
    return str(node)
