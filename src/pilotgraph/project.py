"""A directory of sources -> everything in it, read, mapped, and checked across files.

In: the root of a project, with `ontology/`, `data/` and `shapes/`.  Out: a `Project`, whose
`problems` hold what is wrong with single files, since one bad record is no reason to be silent about
the next.  Only where nothing can be mapped at all (the context, the ontology, a file of shapes or
`data/dataset.yaml` cannot be used) is there a SourceError instead, and it too holds every problem.

Nothing is judged here: what records may say, and whether references lead anywhere, is `validation`'s.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyoxigraph as ox
from rdflib import VOID, URIRef

from pilotgraph import formats
from pilotgraph.context import Context
from pilotgraph.document import Map
from pilotgraph.errors import Position, Problem, SourceError
from pilotgraph.facts import Fact
from pilotgraph.guide import Chapter
from pilotgraph.mapping import RDF_TYPE, Mapped, map_record
from pilotgraph.questions import LinkQuery, Question, Section
from pilotgraph.sources import CONTEXT, DATASET, NO_BASE, Reader, TurtleFile
from pilotgraph.triples import Triples
from pilotgraph.views import View


@dataclass(frozen=True)
class Record:
    """A YAML file and what it says. `path` is written as in positions."""

    path: str
    document: Map
    mapped: Mapped

    @property
    def iri(self) -> str | None:
        """What the record is about, or None if its id cannot be used."""
        # Without an id of its own, what comes first is that of a part.
        own = {value.position for _, value in self.document.entries}
        return next((iri for iri, position in self.mapped.subjects.items() if position in own), None)

    @property
    def types(self) -> list[str]:
        """IRIs of the classes that the record says it belongs to."""
        subject = f"<{self.iri}>"
        return [o[1:-1] for s, p, o, _ in self.mapped.statements if s == subject and p == RDF_TYPE]


@dataclass(frozen=True)
class Project:
    """The sources, read.

    `iri` is the dataset's, and `dataset` the record of it, which is not among `records`.  `base` is the
    namespace of the things, and `vocabulary` that of the ontology's terms.  `links` are the queries for links
    to others, `sections` those of the report on a release, `views` are pictures to be drawn, `chapters`
    those of the guide, and `facts` are what the data are to hold.
    `inputs` are the SHA-256 of all files that were read, by their paths below the root.
    `unreadable` are the paths of files and folders whose content is missing here.
    """

    root: Path
    iri: str
    context: Context
    dataset: Record
    records: list[Record]
    ontology: list[TurtleFile]
    imports: list[TurtleFile]
    shapes: list[TurtleFile]
    questions: list[Question]
    links: list[LinkQuery]
    sections: list[Section]
    views: list[View]
    chapters: list[Chapter]
    facts: list[Fact]
    base: str
    vocabulary: str
    problems: list[Problem]
    unreadable: frozenset[str]
    inputs: dict[str, str]

    @classmethod
    def read(cls, root: Path) -> "Project":
        """Read all sources below `root`.

        :raises SourceError: if the context, the ontology, the shapes or data/dataset.yaml cannot be used.
        """
        reader = Reader(root)
        description = reader.document(reader.root / DATASET)
        context = reader.context(reader.root / CONTEXT)
        base = vocabulary = NO_BASE
        if description and context:
            base = reader.namespace(description, context, str(VOID.uriSpace), ("/",))
            vocabulary = reader.namespace(description, context, str(VOID.vocabulary), ("/", "#"))
            context = context.with_base(base)
        ontology, imports, shapes = (
            reader.turtle(folder, base) for folder in ("ontology", "ontology/imports", "shapes")
        )
        for folder, files in (("ontology", ontology), ("shapes", shapes)):
            if not files and reader.root / folder not in reader.unreadable:
                reader.refuse(reader.root / folder, "there is no file here that ends in .ttl")
        usable = not reader.problems
        documents = reader.documents()
        questions, links = reader.questions(), reader.links()
        sections = reader.sections(questions)
        views, chapters = reader.views(), reader.chapters()
        stated = reader.facts(context) if context else []
        if not (usable and description and context):
            raise SourceError(sorted(reader.problems))
        dataset, *records = (
            Record(reader.shown(path), content, map_record(content, context))
            for path, content in ((reader.root / DATASET, description), *documents.items())
        )
        for record in (dataset, *records):
            reader.problems += record.mapped.problems
        if dataset.iri is None:
            raise SourceError(sorted(reader.problems))
        return cls(
            reader.root,
            dataset.iri,
            context,
            dataset,
            records,
            ontology,
            imports,
            shapes,
            questions,
            links,
            sections,
            views,
            chapters,
            stated,
            base,
            vocabulary,
            sorted(reader.problems),
            frozenset(map(reader.shown, reader.unreadable)),
            dict(sorted(reader.inputs.items())),
        )

    @cached_property
    def subjects(self) -> dict[str, Position]:
        """Every id that a record defines, its own or a part's, and where it does so first."""
        found: dict[str, Position] = {}
        for record in (self.dataset, *self.records):
            for iri, position in record.mapped.subjects.items():
                found.setdefault(iri, position)
        return found

    @cached_property
    def terms(self) -> dict[str, TurtleFile]:
        """Whatever the ontology, its imports and the shapes define, and the file that does so first."""
        found: dict[str, TurtleFile] = {}
        for file in (*self.ontology, *self.imports, *self.shapes):
            for quad in file.quads:
                if isinstance(quad.subject, ox.NamedNode):
                    found.setdefault(quad.subject.value, file)
        return found

    @cached_property
    def description(self) -> Triples:
        """What dataset.yaml says."""
        said = "".join(f"{s} {p} {o} .\n" for s, p, o, _ in self.dataset.mapped.statements)
        return Triples(formats.parse(said.encode(), formats.N_TRIPLES, self.base))

    @property
    def title(self) -> ox.Literal | None:
        """What the dataset is called, in English if that is said."""
        return self.description.title(ox.NamedNode(self.iri))

    def said(self, predicate: URIRef) -> str:
        """What dataset.yaml says of the dataset under a property: a text or an IRI, the first of several."""
        about = f"<{self.iri}>", predicate.n3()
        values = (
            value for subject, prop, value, _ in self.dataset.mapped.statements if (subject, prop) == about
        )
        for value in values:
            (quad,) = formats.parse(f"<x:s> <x:p> {value} .".encode(), formats.N_TRIPLES, NO_BASE)
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                return quad.object.value
        return ""

    def place(self, iri: str) -> Position | None:
        """Where a thing or a term is defined."""
        return self.subjects.get(iri) or (self.terms[iri].place(iri) if iri in self.terms else None)
