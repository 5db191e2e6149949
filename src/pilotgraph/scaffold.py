"""A class -> the text of a new record, for a curator to fill in.

All of it comes from the project: what is asked for, in which order and in which words, from the shapes
of the class and its superclasses; the names of the keys from the context; what ids look like, which
folder a class has and which parts stand inside such a record, from the records that are there.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from rdflib import RDF, RDFS, SH, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from pilotgraph.context import Term, suggestion
from pilotgraph.document import Items, Map, Text, quoted
from pilotgraph.errors import PilotgraphError
from pilotgraph.formats import to_graph
from pilotgraph.lexical import BadValue
from pilotgraph.mapping import RDF_TYPE
from pilotgraph.project import Project
from pilotgraph.released.retired import Retired
from pilotgraph.sources import shown
from pilotgraph.triples import TOMBSTONE

_SHOWN = 8


def new_record(project: Project, class_name: str, name: str) -> str:
    """The text of a record that is not there yet.

    :param class_name: as records write it after the key for the type, in capitals or not.
    :param name: the last part of the id.
    :raises PilotgraphError: if there is no such class, or the name cannot be used.
    """
    return "\n".join(_Scaffold(project).lines(_find_class(project, class_name), name)) + "\n"


def record_path(project: Project, class_name: str, name: str) -> Path:
    """The file for such a record: where most of its class are."""
    return _Scaffold(project).path(_find_class(project, class_name), name)


def _find_class(project: Project, class_name: str) -> Term:
    classes = {term.name.lower(): term for term in project.context.terms.values() if term.is_class}
    if class_name.lower() not in classes:
        near = suggestion(class_name, [term.name for term in classes.values()])
        raise PilotgraphError(f"the context has no class {quoted(class_name)}{near}")
    term = classes[class_name.lower()]
    if term.iri == TOMBSTONE.value:
        raise PilotgraphError(
            "a tombstone has the id of what was withdrawn, and stands in the place of its record; see"
            ' "Rename or remove something" in CONTRIBUTING.md'
        )
    return term


@dataclass
class _Key:
    """What the shapes say of a key of one class."""

    name: str | None
    order: float = float("inf")
    required: bool = False
    messages: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)

    def comments(self) -> Iterator[str]:
        for message in dict.fromkeys(self.messages):
            yield f"# {message}"
        choices = list(dict.fromkeys(self.choices))
        if choices:
            yield f"# {', '.join(choices[:_SHOWN])}" + (", …" if len(choices) > _SHOWN else "")


class _Scaffold:
    """What the shapes ask for, and what the records show."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.context = project.context
        self.shapes = to_graph(quad for file in project.shapes for quad in file.quads)
        self.classes = to_graph(quad for file in (*project.ontology, *project.imports) for quad in file.quads)
        # Of each class: the ids, the folders, and the classes of the parts that stand below its keys.
        self.ids: dict[Node, set[str]] = defaultdict(set)
        self.retired = Retired(project).all
        self.folders: dict[Node, Counter[str]] = defaultdict(Counter)
        self.parts: dict[tuple[Node, str], Counter[str]] = defaultdict(Counter)
        for thing, of_class in self.classes.subject_objects(RDF.type):
            self.ids[of_class].add(str(thing))
        for record in project.records:
            for subject, predicate, value, _ in record.mapped.statements:
                if predicate == RDF_TYPE:
                    self.ids[URIRef(value[1:-1])].add(subject[1:-1])
            for iri in record.types:
                self.folders[URIRef(iri)][PurePath(record.path).parent.name] += 1
            self.learn_parts(record.document)

    def learn_parts(self, node: Map) -> Term | None:
        """See which parts a record holds; the class of the node."""
        texts = {key.text: value.text for key, value in node.entries if isinstance(value, Text)}
        term = self.context.terms.get(texts.get(self.context.type_key, ""))
        for key, value in node.entries:
            for item in value.nodes if isinstance(value, Items) else (value,):
                part = self.learn_parts(item) if isinstance(item, Map) else None
                if term and part:
                    self.parts[URIRef(term.iri), key.text][part.name] += 1
        return term

    def path(self, term: Term, name: str) -> Path:
        folders = self.folders[URIRef(term.iri)].most_common(1)
        folder = folders[0][0] if folders else _hyphenated(term.name)
        return self.project.root / "data" / folder / f"{name}.yaml"

    def identifier(self, term: Term, name: str) -> str:
        names = (self.context.compact(iri) for iri in sorted(self.ids[URIRef(term.iri)]))
        starts = Counter(start for start, slash, _ in (each.rpartition("/") for each in names) if slash)
        return f"{starts.most_common(1)[0][0] if starts else _hyphenated(term.name)}/{name}"

    def lines(self, term: Term, name: str) -> Iterator[str]:
        identifier = self.identifier(term, name)
        self.check_free(term, name, identifier)
        yield f"{self.context.id_key}: {identifier}"
        yield f"{self.context.type_key}: {term.name}"
        keys = self.keys(term)
        for key in keys:
            if key.required:
                yield from ("", *key.comments(), *self.entry(term, key, name))
        optional = [key for key in keys if not key.required]
        if optional:
            yield from ("", "# What follows may be left out. Take the # away before what you fill in.")
        for key in optional:
            yield from ("", *key.comments(), *(f"# {line}" for line in self.entry(term, key, name)))

    def check_free(self, term: Term, name: str, identifier: str) -> None:
        if "/" in name:
            raise PilotgraphError(f"{quoted(name)} is not a name; leave out the /")
        try:
            iri = self.context.expand(identifier)
        except BadValue as error:
            raise PilotgraphError(str(error)) from None
        taken = self.project.subjects.get(iri)
        if taken:
            raise PilotgraphError(f"the id {quoted(identifier)} is taken, at {taken.path}:{taken.line}")
        path = self.path(term, name)
        if path.exists():
            raise PilotgraphError(f"the file {shown(path, self.project.root)} is there already")

    def above(self, term: Term) -> list[URIRef]:
        """The class and its superclasses."""
        above = self.classes.transitive_objects(URIRef(term.iri), RDFS.subClassOf)
        return [each for each in above if isinstance(each, URIRef)]

    def keys(self, term: Term) -> list[_Key]:
        """The keys for a class, in the order of the shapes; those that only records show come last."""
        found: dict[str, _Key] = {}
        above = self.above(term)
        for of_class in above:
            for holder in self.shapes.subjects(SH.targetClass, of_class):
                for shape in self.shapes.objects(holder, SH.property):
                    # What has no key, because the other end of a link writes it, is told all the same.
                    name = self.context.key(str(self.shapes.value(shape, SH.path)))
                    self.add(found.setdefault(name or str(shape), _Key(name)), shape)
        for holder_class, name in self.parts:
            if holder_class in above:
                # Parts are written out, not referred to.
                found.setdefault(name, _Key(name)).choices.clear()
        return sorted(found.values(), key=lambda key: (key.order, key.name or ""))

    def add(self, key: _Key, shape: Node) -> None:
        """Add what one property shape says of a key."""
        value = self.shapes.value
        order, at_least = value(shape, SH.order), value(shape, SH.minCount)
        key.order = min(key.order, float(str(order)) if order else key.order)
        if at_least and int(str(at_least)) > 0 and value(shape, SH.severity) in (None, SH.Violation):
            key.required = True
        message = value(shape, SH.description) or value(shape, SH.message)
        if message:
            key.messages.append(" ".join(str(message).split()))
        allowed, of_class = value(shape, SH["in"]), value(shape, SH["class"])
        if allowed:
            listed = Collection(self.shapes, allowed)
            key.choices += (
                self.context.compact(each) if isinstance(each, URIRef) else str(each) for each in listed
            )
        elif of_class:
            below = self.classes.transitive_subjects(RDFS.subClassOf, of_class)
            pattern = re.compile(str(value(shape, SH.pattern) or ""))
            ids = sorted({iri for narrower in below if narrower for iri in self.ids[narrower] - self.retired})
            key.choices += (self.context.compact(iri) for iri in ids if pattern.search(iri))

    def entry(self, term: Term, key: _Key, name: str) -> Iterator[str]:
        """The key, with the parts that such records hold there."""
        if key.name is None:
            return
        yield f"{key.name}:"
        kinds: Counter[str] = Counter()
        for of_class in self.above(term):
            kinds += self.parts.get((of_class, key.name), Counter())
        for kind, _ in kinds.most_common():
            part = self.context.terms[kind]
            yield f"  - {self.context.id_key}: {self.identifier(part, name)}"
            yield f"    {self.context.type_key}: {kind}"
            for inner in self.keys(part):
                if inner.required and inner.name:
                    yield f"    {inner.name}:" + "".join(f"  # {message}" for message in inner.messages[:1])


def _hyphenated(name: str) -> str:
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()
