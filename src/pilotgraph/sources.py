"""Files below a root -> what they hold, each parsed as its kind, and what is wrong with them.

Nothing here knows what the files mean for each other: that is `project`'s.
"""

import hashlib
import os
import re
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyoxigraph as ox

from pilotgraph import document, facts, folders, formats, guide
from pilotgraph.context import Context
from pilotgraph.document import Map, Text, quoted
from pilotgraph.errors import ContextError, DocumentError, Position, Problem, Severity
from pilotgraph.facts import Fact
from pilotgraph.guide import Chapter, read_chapter
from pilotgraph.lexical import is_iri, split
from pilotgraph.questions import (
    LinkQuery,
    Question,
    Section,
    read_links,
    read_question,
    read_section,
)
from pilotgraph.views import DRAWN, SPEC, View, published_name, read_view

CONTEXT = "ontology/context.jsonld"
DATASET = "data/dataset.yaml"
LINKS = "data/links"
QUESTIONS = "data/queries"
REPORT = "data/report"
VIEWS = "data/views"

# Below data/, these hold no records: folders of queries and charts, what was released, files for people.
_NOT_RECORDS = ("guide", "links", "queries", "releases", "report", "terms.nt", "views")
FOR_PEOPLE = (".md", ".txt")
# A query's name becomes a part of IRIs and of paths.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")

# The context is needed to find the base in dataset.yaml, before there is one.
NO_BASE = "base:/"

Query = TypeVar("Query")


def shown(path: Path, root: Path) -> str:
    """A path as a curator would type it: from the current directory if it is below, or else from the root."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 (resolve would show where a link leads)
    for start in (Path.cwd(), root):
        if absolute.is_relative_to(start):
            return absolute.relative_to(start).as_posix()
    return absolute.as_posix()


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


class Reader:
    """Reads files below a root, and collects what is wrong with them."""

    def __init__(self, root: Path) -> None:
        self.root = Path(os.path.abspath(root))  # noqa: PTH100 (as above)
        self.problems: list[Problem] = []
        self.unreadable: set[Path] = set()
        # The SHA-256 of each file that was read, in hexadecimal digits, by its path below the root.
        self.inputs: dict[str, str] = {}

    def shown(self, path: Path) -> str:
        return shown(path, self.root)

    def refuse(self, path: Path, message: str, line: int = 1, column: int = 1) -> None:
        position = Position(self.shown(path), line, column)
        self.problems.append(Problem(position, Severity.ERROR, message))

    def refuse_folder(self, folder: Path, message: str) -> None:
        # Several kinds of files may be looked for in one folder, and it is told once.
        if self.unreadable.isdisjoint((folder, *folder.parents)):
            self.unreadable.add(folder)
            self.refuse(folder, message)

    def content(self, path: Path, limit: int | None = None) -> bytes | None:
        """The file's bytes; None if it cannot be read, or has more than `limit`."""
        try:
            if path.is_file():
                size = path.stat().st_size
                if not limit or size <= limit:
                    content = path.read_bytes()
                    name = path.relative_to(self.root).as_posix()
                    self.inputs[name] = hashlib.sha256(content).hexdigest()
                    return content
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
        for path in folders.below(data, self.refuse_folder, _NOT_RECORDS):
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
            elif path.suffix not in FOR_PEOPLE:
                message = "this file is not read: records end in .yaml, and queries stand in data/queries"
                position = Position(self.shown(path), 1, 1)
                self.problems.append(Problem(position, Severity.WARNING, message))
        return found

    def context(self, path: Path) -> Context | None:
        content = self.content(path)
        if content is None:
            return None
        try:
            return Context.read(content, self.shown(path), NO_BASE)
        except (ContextError, DocumentError) as error:
            self.problems += error.problems
            return None

    def namespace(self, description: Map, context: Context, meaning: str, ends: tuple[str, ...]) -> str:
        """The IRI that dataset.yaml gives under the key for `meaning`."""
        path = self.root / DATASET
        name = context.key(meaning)
        if name is None:
            self.refuse(self.root / CONTEXT, f"no key stands for <{meaning}>, which {self.shown(path)} needs")
            return NO_BASE
        value = next((node for key, node in description.entries if key.text == name), None)
        if value is None:
            self.refuse(path, f"no {quoted(name)} here; write the IRI that our own IRIs begin with")
            return NO_BASE
        text = value.text if isinstance(value, Text) else ""
        if not (is_iri(text) and text.endswith(ends) and not re.search(r"[?]|#.", text)):
            message = f"{name}: one absolute IRI is wanted, and it ends in {' or '.join(ends)}"
            self.problems.append(Problem(value.position, Severity.ERROR, message))
            return NO_BASE
        return text

    def turtle(self, folder: str, base: str) -> list[TurtleFile]:
        files = []
        for path in folders.entries(self.root / folder, self.refuse_folder):
            if not path.name.endswith(".ttl"):
                continue
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
        for path in self.files(facts.FOLDER, ".yaml"):
            content = self.document(path)
            if content is not None:
                found += facts.read(content, context, self.problems)
        self.problems += facts.check(found)
        return found

    def questions(self) -> list[Question]:
        return self.queries(QUESTIONS, read_question)

    def links(self) -> list[LinkQuery]:
        return self.queries(LINKS, read_links)

    def chapters(self) -> list[Chapter]:
        return self.queries(guide.FOLDER, read_chapter, suffix=".md")

    def sections(self, questions: list[Question]) -> list[Section]:
        texts = {question.name: question.text for question in questions}
        sections = self.queries(REPORT, partial(read_section, questions=texts))
        names: dict[str, Section] = {}
        for section in sections:
            first = names.setdefault(section.name, section)
            if first is not section:
                message = f"{first.path} is called {quoted(section.name)} too; numbers do not count"
                self.problems.append(Problem(Position(section.path, 1, 1), Severity.ERROR, message))
        return sections

    def views(self) -> list[View]:
        """Views, in the order of their files' names; a file of the folder that no view uses is told."""
        folder = self.root / VIEWS
        there = folders.entries(folder, self.refuse_folder)
        beside = {path.name: path for path in there if path.suffix in DRAWN}
        specs = {name: beside.pop(name) for name in list(beside) if name.endswith(SPEC)}
        drawn = {name: content for name, path in beside.items() if (content := self.content(path))}
        first: dict[str, str] = {}

        def read(text: str, path: str, stem: str) -> View | Problem:
            spec, name = specs.pop(stem + SPEC, folder / (stem + SPEC)), published_name(stem)
            if first.setdefault(name, path) != path:
                message = f"{first[name]} is called {quoted(name)} too; numbers do not count"
                return Problem(Position(path, 1, 1), Severity.ERROR, message)
            content = self.content(spec)
            if content is None:
                return self.problems.pop()
            # What is not UTF-8 is no JSON either, and told as such.
            drawing = content.decode(errors="replace"), self.shown(spec)
            return read_view(text, path, name, drawing, drawn)

        before = len(self.problems)
        found = self.queries(VIEWS, read, DRAWN)
        used = {folder / name for view in found for name in view.files}
        # What a broken spec uses, nobody knows.
        idle = set() if len(self.problems) > before else set(beside.values()) - used
        for path in sorted(idle | set(specs.values())):
            message = "no picture uses this file: a spec has the name of its query, and names what it draws"
            self.problems.append(Problem(Position(self.shown(path), 1, 1), Severity.WARNING, message))
        return found

    def queries(
        self,
        folder: str,
        read: Callable[[str, str, str], Query | Problem],
        beside: Container[str] = (),
        suffix: str = ".rq",
    ) -> list[Query]:
        """What each file of a folder is read as: a query, or a text with queries.

        :param beside: suffixes of other files that stand there.
        """
        found = []
        for path in self.files(folder, suffix, beside):
            content = self.content(path)
            if content is None:
                continue
            if not _NAME.fullmatch(path.stem):
                self.refuse(path, "name the file with letters, digits and . _ + - only: IRIs are made of it")
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

    def files(self, folder: str, suffix: str, beside: Container[str] = ()) -> Iterator[Path]:
        """The files of a folder that end in `suffix`; what stands there unread is told."""
        start = self.root / folder
        for path in folders.below(start, self.refuse_folder):
            below = path.relative_to(start)
            if any(part.startswith(".") for part in below.parts):
                continue
            if path.suffix == suffix and len(below.parts) == 1:
                yield path
            elif path.suffix in beside and len(below.parts) == 1:
                continue
            elif path.is_file() and path.suffix and path.suffix not in FOR_PEOPLE:
                message = f"this file is not read: those of {folder} end in {suffix}, and have no folders"
                self.problems.append(Problem(Position(self.shown(path), 1, 1), Severity.WARNING, message))
