"""A directory of sources -> everything in it, read, mapped, and checked across files.

In: the root of a project, with `ontology/`, `data/` and `shapes/`.  Out: a `Project`, whose
`problems` hold what is wrong with single files, since one bad record is no reason to be silent about
the next.  Only where nothing can be mapped at all (the context, the ontology, a file of shapes or
`data/dataset.yaml` cannot be used) is there a SourceError instead, and it too holds every problem.

Nothing is judged here: what records may say, and whether references lead anywhere, is `validation`'s.
"""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox
from rdflib import VOID

from pilotgraph import document, facts, formats
from pilotgraph.context import Context
from pilotgraph.document import Map, Text, quoted
from pilotgraph.errors import (
    ContextError,
    DocumentError,
    Position,
    Problem,
    Severity,
    SourceError,
)
from pilotgraph.facts import Fact
from pilotgraph.lexical import is_iri
from pilotgraph.mapping import RDF_TYPE, Mapped, map_record
from pilotgraph.questions import Question, Section, read_question, read_section

CONTEXT = "ontology/context.jsonld"
DATASET = "data/dataset.yaml"

# Below data/, these hold no records: folders of queries and charts, and files for people.
_NOT_RECORDS = ("links", "queries", "report", "views")
_FOR_PEOPLE = (".md", ".txt")

# The context is needed to find the base in dataset.yaml, before there is one.
_NO_BASE = "base:/"

Query = TypeVar("Query")


def split(iri: str) -> tuple[str, str]:
    """An IRI up to its last / or #, and what follows."""
    cut = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:cut], iri[cut:]


def shown(path: Path, root: Path) -> str:
    """A path as a curator would type it: from the current directory if it is below, or else from the root."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (resolve would show where a link leads)
    for start in (Path.cwd(), root):
        if absolute.is_relative_to(start):
            return absolute.relative_to(start).as_posix()
    return absolute.as_posix()


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
class TurtleFile:
    """A file of the ontology, of its imports or of the shapes."""

    path: str
    content: bytes
    quads: list[ox.Quad]

    def place(self, iri: str) -> Position | None:
        """The line that begins with a term, or else the first that names it: parsers do not say."""
        name = rf"(?:<{re.escape(iri)}>|[\w.-]*:{re.escape(split(iri)[1])})(?![\w:/#-])"
        text = self.content.decode()
        found = re.search(f"^{name}", text, re.MULTILINE) or re.search(name, text)
        if found is None:
            return None
        line = text.count("\n", 0, found.start()) + 1
        return Position(self.path, line, found.start() - text.rfind("\n", 0, found.start()))


@dataclass(frozen=True)
class Project:
    """The sources, read.

    `iri` is the dataset's, and `dataset` the record of it, which is not among `records`.  `base` is the
    namespace of the things, and `vocabulary` that of the ontology's terms.  `sections` are those of the
    report on a release, and `facts` are what the data are to hold.  `unreadable` are the paths of files
    whose content is missing here.
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
    sections: list[Section]
    facts: list[Fact]
    base: str
    vocabulary: str
    problems: list[Problem]
    unreadable: frozenset[str]

    @classmethod
    def read(cls, root: Path) -> "Project":
        """Read all sources below `root`.

        :raises SourceError: if the context, the ontology, the shapes or data/dataset.yaml cannot be used.
        """
        reader = _Reader(root)
        description = reader.document(reader.root / DATASET)
        context = reader.context(reader.root / CONTEXT)
        base = vocabulary = _NO_BASE
        if description and context:
            base = reader.namespace(description, context, str(VOID.uriSpace), ("/",))
            vocabulary = reader.namespace(description, context, str(VOID.vocabulary), ("/", "#"))
            context = context.with_base(base)
        ontology, imports, shapes = (
            reader.turtle(folder, base) for folder in ("ontology", "ontology/imports", "shapes")
        )
        for folder, files in (("ontology", ontology), ("shapes", shapes)):
            if not files:
                reader.refuse(reader.root / folder, "there is no file here that ends in .ttl")
        usable = not reader.problems
        documents = reader.documents()
        questions = reader.questions()
        sections = reader.sections(questions)
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
            sections,
            stated,
            base,
            vocabulary,
            sorted(reader.problems),
            frozenset(map(reader.shown, reader.unreadable)),
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

    def place(self, iri: str) -> Position | None:
        """Where a thing or a term is defined."""
        return self.subjects.get(iri) or (self.terms[iri].place(iri) if iri in self.terms else None)


class _Reader:
    """Reads files below a root, and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 (as above)
        self.problems: list[Problem] = []
        self.unreadable: set[Path] = set()

    def shown(self, path: Path) -> str:
        return shown(path, self.root)

    def refuse(self, path: Path, message: str, line: int = 1, column: int = 1) -> None:
        position = Position(self.shown(path), line, column)
        self.problems.append(Problem(position, Severity.ERROR, message))

    def content(self, path: Path, limit: int | None = None) -> bytes | None:
        """The file's bytes; None if it cannot be read, or has more than `limit`."""
        try:
            if path.is_file():
                size = path.stat().st_size
                if not limit or size <= limit:
                    return path.read_bytes()
                said = f"the file has {size} bytes, and may have {limit}; divide it"
            elif path.exists():
                said = "this is not a file"
            elif path.is_symlink():
                said = f"the link leads nowhere: {quoted(str(path.readlink()))}"
            else:
                said = "there is no such file"
        except OSError as error:
            said = f"the file cannot be read: {error.strerror}"
        self.unreadable.add(path)
        self.refuse(path, said)
        return None

    def document(self, path: Path) -> Map | None:
        content = self.content(path, document.MAX_BYTES)
        if content is None:
            return None
        try:
            return document.read(content, self.shown(path))
        except DocumentError as error:
            self.unreadable.add(path)
            self.problems += error.problems
            return None

    def documents(self) -> dict[Path, Map]:
        """All records, by path."""
        data = self.root / "data"
        found = {}
        for path in sorted(data.rglob("*")):
            parts = path.relative_to(data).parts
            if parts[0] in _NOT_RECORDS or path == self.root / DATASET:
                continue
            if any(part.startswith(".") for part in parts) or (path.is_dir() and not path.is_symlink()):
                continue
            if path.is_dir():
                self.unreadable.add(path)
                self.refuse(path, "a link to a folder is not followed; put the folder itself here")
            elif path.suffix == ".yaml" or not path.exists():
                content = self.document(path)
                if content is not None:
                    found[path] = content
            elif path.suffix == ".yml":
                self.unreadable.add(path)
                self.refuse(path, f"records end in .yaml; name the file {quoted(path.stem + '.yaml')}")
            elif path.suffix not in _FOR_PEOPLE:
                message = "this file is not read: records end in .yaml, and queries stand in data/queries"
                position = Position(self.shown(path), 1, 1)
                self.problems.append(Problem(position, Severity.WARNING, message))
        return found

    def context(self, path: Path) -> Context | None:
        content = self.content(path)
        if content is None:
            return None
        try:
            return Context.read(content, self.shown(path), _NO_BASE)
        except (ContextError, DocumentError) as error:
            self.problems += error.problems
            return None

    def namespace(self, description: Map, context: Context, meaning: str, ends: tuple[str, ...]) -> str:
        """The IRI that dataset.yaml gives under the key for `meaning`."""
        path = self.root / DATASET
        name = context.key(meaning)
        if name is None:
            self.refuse(self.root / CONTEXT, f"no key stands for <{meaning}>, which {self.shown(path)} needs")
            return _NO_BASE
        value = next((node for key, node in description.entries if key.text == name), None)
        if value is None:
            self.refuse(path, f"no {quoted(name)} here; write the IRI that our own IRIs begin with")
            return _NO_BASE
        text = value.text if isinstance(value, Text) else ""
        if not (is_iri(text) and text.endswith(ends) and not re.search(r"[?]|#.", text)):
            message = f"{name}: one absolute IRI is wanted, and it ends in {' or '.join(ends)}"
            self.problems.append(Problem(value.position, Severity.ERROR, message))
            return _NO_BASE
        return text

    def turtle(self, folder: str, base: str) -> list[TurtleFile]:
        files = []
        for path in sorted((self.root / folder).glob("*.ttl")):
            content = self.content(path)
            if content is None:
                continue
            try:
                quads = formats.parse(content, formats.TURTLE, base)
            except SyntaxError as error:
                said = error.msg.partition(": ")[2]
                self.refuse(path, f"this is not Turtle: {said}", error.lineno or 1, error.offset or 1)
                continue
            if any(isinstance(quad.object, ox.Triple) for quad in quads):
                self.refuse(path, "a triple stands where a thing should; write RDF 1.1")
                continue
            files.append(TurtleFile(self.shown(path), content, quads))
        return files

    def facts(self, context: Context) -> list[Fact]:
        found = []
        for path in sorted((self.root / facts.FOLDER).glob("*.yaml")):
            content = self.document(path)
            if content is not None:
                found += facts.read(content, context, self.problems)
        self.problems += facts.check(found)
        return found

    def questions(self) -> list[Question]:
        return self.queries("data/queries", read_question)

    def sections(self, questions: list[Question]) -> list[Section]:
        texts = {question.name: question.text for question in questions}
        return self.queries("data/report", partial(read_section, questions=texts))

    def queries(self, folder: str, read: Callable[[str, str, str], Query | Problem]) -> list[Query]:
        found = []
        for path in sorted((self.root / folder).glob("*.rq")):
            content = self.content(path)
            if content is None:
                continue
            try:
                query = read(content.decode(), self.shown(path), path.stem)
            except UnicodeDecodeError as error:
                self.refuse(path, f"byte {error.start + 1} is not UTF-8; save the file as UTF-8")
                continue
            if isinstance(query, Problem):
                self.problems.append(query)
            else:
                found.append(query)
        return found
