"""What a release says about itself -> a report for people, Markdown, and for machines, DQV.

In: a project, and the report of its validation.  Each query of `data/report/` is a section, in the order of
the files' names.  It is asked of the data, the ontology, the shapes and the validation's report as one graph.
Facts that the data are to hold (`facts`) make more sections.  Out: a `Quality`, as `record.md` and as
`dqv:QualityMeasurement`s <https://www.w3.org/TR/vocab-dqv/>.

A section whose head has `# metric:` is measured too.  If its answer is a single number, that is the figure,
and it stands in the summary alone; or else the figure is how many rows there are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyoxigraph as ox
from rdflib import RDF, SKOS, XSD, Graph, Literal, URIRef

from pilotgraph import facts, formats
from pilotgraph.context import Context
from pilotgraph.counts import Triple
from pilotgraph.description import DCAT, DQV
from pilotgraph.project import Project
from pilotgraph.questions import Section

COMPLETENESS = "http://www.w3.org/2016/05/ldqd#completeness"

# Longer tables come last, so that whoever reads on from the top finds what is short.
_LONG = 40

_NUMBERS = {str(XSD[name]) for name in ("integer", "decimal", "double", "float")}
_SPECIAL = re.compile(r"[\\`*_\[\]|<]|&(?=#?\w+;)")

Cell: TypeAlias = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """One section: a heading, a sentence on what it shows, and rows."""

    title: str
    about: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, and what it says. `dimension` is the IRI of a kind of quality, or empty."""

    name: str
    title: str
    number: ox.Literal
    definition: str
    dimension: str


@dataclass(frozen=True, slots=True)
class Quality:
    """The report on one state of a project's record."""

    title: str
    version: str
    figures: Sequence[Figure]
    tables: Sequence[Table]
    context: Context

    def markdown(self) -> str:
        """Write the report for people: figures first, then each section with its table, whole."""
        lines = [f"# The record of “{_escape(self.title)}”, version {_escape(self.version)}", ""]
        if self.figures:
            rows = [(figure.title, figure.number, figure.definition) for figure in self.figures]
            about = "What was counted when this version was made."
            lines += self._section(Table("In figures", about, ("figure", "number", "what it is"), rows))
        for table in sorted(self.tables, key=lambda table: len(table.rows) > _LONG):
            lines += self._section(table)
        return "\n".join(lines)

    def graph(self, dataset: str) -> Graph:
        """Say the figures of a dataset in DQV."""
        graph = Graph()
        root = URIRef(dataset)
        for figure in self.figures:
            metric = URIRef(f"{dataset}#metric/{figure.name}")
            found = URIRef(f"{dataset}#measurement/{figure.name}")
            number = Literal(figure.number.value, datatype=URIRef(figure.number.datatype.value))
            graph.add((metric, RDF.type, DQV.Metric))
            graph.add((metric, SKOS.prefLabel, Literal(figure.title, lang="en")))
            graph.add((metric, SKOS.definition, Literal(figure.definition, lang="en")))
            graph.add((metric, DQV.expectedDataType, URIRef(figure.number.datatype.value)))
            if figure.dimension:
                graph.add((metric, DQV.inDimension, URIRef(figure.dimension)))
            graph.add((found, RDF.type, DQV.QualityMeasurement))
            graph.add((found, DQV.computedOn, root))
            graph.add((found, DQV.isMeasurementOf, metric))
            graph.add((found, DQV.value, number))
            graph.add((root, DQV.hasQualityMeasurement, found))
        return graph

    def _section(self, table: Table) -> list[str]:
        lines = [f"## {_escape(table.title)}", "", _escape(table.about), ""]
        if not table.rows:
            return [*lines, "There are none.", ""]
        numeric = [all(_is_number(row[place]) for row in table.rows) for place in range(len(table.columns))]
        lines.append(_line(map(_escape, table.columns)))
        lines.append(_line("---:" if each else "---" for each in numeric))
        lines += (_line(map(self._shown, row)) for row in table.rows)
        return [*lines, ""]

    def _shown(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if isinstance(cell, ox.NamedNode):
            return f"[{_escape(self.context.compact(cell.value))}](<{cell.value}>)"
        return _escape(cell.value if isinstance(cell, ox.Literal | ox.BlankNode) else str(cell))


def assess(project: Project, report: Graph, derived: Iterable[Triple] = ()) -> Quality:
    """Ask the sections of a project what its record is like.

    :param report: what validation found, in SHACL's terms.
    :param derived: triples that the data get beside what the records say.
    """
    store = ox.Store()
    data = _data(project, derived)
    store.bulk_extend(data)
    figures, tables = [], []
    stated = _facts(project, store)
    store.bulk_extend(_rules(project, report))
    for section in project.sections:
        table = _ask(store, section)
        single = _single(table)
        if section.metric:
            number = single or ox.Literal(_count(table))
            figures.append(Figure(section.name, section.title, number, section.metric, section.dimension))
        if not (section.metric and single):
            tables.append(table)
    return Quality(
        project.title.value if project.title else project.iri,
        project.said(DCAT.version),
        [*figures, *stated[0]],
        [*tables, *stated[1]],
        project.context,
    )


def _data(project: Project, derived: Iterable[Triple]) -> list[ox.Quad]:
    """What the records say, in an order that does not depend on that of the files: answers follow it."""
    statements = {each[:3] for record in project.records for each in record.mapped.statements}
    text = "".join(sorted(f"{s} {p} {o} .\n" for s, p, o in statements.union(derived)))
    return formats.parse(text.encode(), formats.N_TRIPLES, project.base)


def _rules(project: Project, report: Graph) -> list[ox.Quad]:
    """Ontology, shapes and what validation found; blank nodes have the same names each time."""
    triples = report.serialize(format="nt", encoding="utf-8")
    quads = formats.parse(triples, formats.N_TRIPLES, project.base)
    for file in (*project.ontology, *project.imports, *project.shapes):
        quads += file.quads
    named = ox.Dataset(quads)
    named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(named, key=str)


def _ask(store: ox.Store, section: Section) -> Table:
    solutions = store.query(section.text)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(f"{section.path} is no SELECT")
    names = [variable.value for variable in solutions.variables]
    rows = [tuple(solution[name] for name in names) for solution in solutions]
    return Table(section.title, section.about, [name.replace("_", " ") for name in names], rows)


def _single(table: Table) -> ox.Literal | None:
    """The number that is all of an answer."""
    cell = table.rows[0][0] if len(table.rows) == len(table.columns) == 1 else None
    return cell if isinstance(cell, ox.Literal) and _is_number(cell) else None


def _count(table: Table) -> int:
    """How many rows say something: an aggregate over nothing may give one that does not."""
    return sum(any(cell is not None for cell in row) for row in table.rows)


def _facts(project: Project, store: ox.Store) -> tuple[list[Figure], list[Table]]:
    """How many of the facts that the data are to hold are there, and what of the rest."""
    if not project.facts:
        return [], []
    ordered = sorted(project.facts, key=lambda fact: fact.number)
    asked = {fact: facts.triples(store, fact, project.context) for fact in ordered if fact.ask}
    lost = [fact for fact, found in asked.items() if not found]
    excluded = [fact for fact in ordered if fact.excluded]
    again = [fact for fact in ordered if fact.same]
    uses = Counter(
        (predicate, fact.number)
        for fact, found in asked.items()
        for predicate in {triple.predicate.value for triple in found}
    )
    users: dict[str, list[str]] = {}
    for predicate, number in sorted(uses):
        users.setdefault(predicate, []).append(number)
    rare = [
        (ox.NamedNode(predicate), numbers[0]) for predicate, numbers in users.items() if len(numbers) == 1
    ]
    figures = [
        Figure(name, title, ox.Literal(number), definition, COMPLETENESS)
        for name, title, number, definition in (
            (
                "facts-held",
                "Facts held",
                len(asked) - len(lost),
                "facts on the list of those to hold that a query finds in the data",
            ),
            ("facts-missing", "Facts missing", len(lost), "facts on that list that its query does not find"),
            (
                "facts-repeated",
                "Facts repeated",
                len(again),
                "entries of that list that say another one again",
            ),
            (
                "facts-excluded",
                "Facts left out",
                len(excluded),
                "facts on that list with no place in the data, each with a reason",
            ),
            (
                "properties-of-one-fact",
                "Properties of one fact",
                len(rare),
                "properties that the query of one fact only asks for",
            ),
        )
    ]
    tables = [
        Table(
            "Facts missing",
            "Facts that are to be in the data, and are not.",
            ("fact", "what it says"),
            [(fact.number, fact.text) for fact in lost],
        ),
        Table(
            "Facts left out",
            "Facts that have no place in the data, and why.",
            ("fact", "reason"),
            [(fact.number, fact.excluded) for fact in excluded],
        ),
        Table(
            "Properties of one fact",
            "A property that one fact only asks for may not have earned its place.",
            ("property", "fact"),
            rare,
        ),
    ]
    return figures, tables


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, int) or (isinstance(cell, ox.Literal) and cell.datatype.value in _NUMBERS)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"\\{match[0]}", " ".join(text.split()))
