"""Data and shapes of one release: whether the data conform, and the report says of them what SHACL does."""

from collections import Counter
from collections.abc import Iterator

from rdflib import RDF, SH, Graph, Literal, URIRef

from pilotgraph import formats, shacl
from pilotgraph.shacl import Result
from pilotgraph.verification.copy import Copy, Unusable
from pilotgraph.verification.verdict import Fault, Verdict

_SHAPES, _REPORT = "shapes.ttl", "report.ttl"
_Row = frozenset[tuple[str, str]]


def check_shapes(copy: Copy) -> Verdict:
    """Data, ontology and description conform to the release's own shapes, and the report says so."""
    for shape, message in shacl.ill_formed((copy.read(_SHAPES),), "urn:x-none:/"):
        raise Unusable(_SHAPES, f"{shape or 'a shape'}: {message}")
    asked = [quad for name in ("ontology.ttl", "description.ttl") for quad in copy.parse(name)] + copy.data
    shapes = formats.to_graph(copy.parse(_SHAPES))
    try:
        results = shacl.results(formats.to_graph(asked), shapes)
    except shacl.BadShapes as error:
        raise Unusable(_SHAPES, str(error)) from error
    found, told = Counter(map(_row, results)), _told(formats.to_graph(copy.parse(_REPORT)))

    def faults() -> Iterator[Fault]:
        for result in results:
            if result.severity == SH.Violation:
                yield Fault(str(result.focus), f"a violation: {result.message}")
        yield from (Fault(_REPORT, f"it does not tell {_shown(row)}") for row in found - told)
        yield from (Fault(_REPORT, f"it tells what is not so: {_shown(row)}") for row in told - found)

    said = f"{len(asked):,} statements conform to {_SHAPES}; {_REPORT} tells all {len(results)} remarks"
    return Verdict.of("shapes", said, faults())


def _row(result: Result) -> _Row:
    """A result as a report tells it; an unnamed path or shape is not told."""
    terms = zip(shacl.PARTS, result[:-1], strict=True)
    told = {(str(part), term.n3()) for part, term in terms if isinstance(term, URIRef | Literal)}
    return frozenset(told | {(str(SH.resultMessage), Literal(result.message).n3())})


def _told(report: Graph) -> Counter[_Row]:
    return Counter(
        frozenset((str(part), term.n3()) for part, term in report.predicate_objects(node) if part != RDF.type)
        for node in report.subjects(RDF.type, SH.ValidationResult)
    )


def _shown(row: _Row) -> str:
    said = dict(row)
    return f"{said.get(str(SH.resultMessage), '')} of {said.get(str(SH.focusNode), 'nothing')}"
