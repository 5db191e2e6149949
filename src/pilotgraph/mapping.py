"""Record + context -> RDF statements, each with its place in the file.

A record is a map with an id; a map inside it is a part, with an id of its own.  Scalars are mapped from
their text, to the literals that `lexical` writes.  There are no blank nodes and no rdf:List: then the
sorted lines of N-Quads are canonical.

What does not fit is collected, not raised: the curator sees all problems of a record at once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple, TypeAlias

from pilotgraph.context import Context, Term, suggestion
from pilotgraph.document import Items, Map, Node, Text, quoted
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.lexical import LITERALS, BadValue, write_text

RDF_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"

# Subject, predicate and object as N-Triples writes them, and the place of the value.
Statement: TypeAlias = tuple[str, str, str, Position]


@dataclass(slots=True)
class Mapped:
    """What a record says.

    `subjects`: the IRIs that it defines, its own first, with the places of their ids.
    """

    statements: list[Statement] = field(default_factory=list)
    subjects: dict[str, Position] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def map_record(document: Map, context: Context) -> Mapped:
    """Map one record, with its parts."""
    mapper = _Mapper(_compile(context))
    mapper.map_part(document)
    return mapper.mapped


def lines(statements: Iterable[Statement | tuple[str, str, str]], graph: str = "") -> list[str]:
    """N-Triples, or N-Quads of one named graph: sorted, none twice, each with its line break.

    :param graph: its IRI, without angle brackets.
    """
    end = f" <{graph}> .\n" if graph else " .\n"
    found = (f"{each[0]} {each[1]} {each[2]}{end}" for each in statements)
    # Unlike a set, a dict keeps the order of the records, which is nearly that of the lines: half the time.
    return sorted(dict.fromkeys(found))


def n_quads(graphs: Mapping[str, Iterable[Statement | tuple[str, str, str]]]) -> bytes:
    """Canonical N-Quads of named graphs, by their IRIs: without blank nodes, sorted is canonical."""
    return "".join(sorted(line for name, found in graphs.items() for line in lines(found, name))).encode()


class _Property(NamedTuple):
    predicate: str
    convert: Callable[[str], str]
    reverse: bool
    takes_parts: bool


class _Table(NamedTuple):
    context: Context
    properties: dict[str, _Property]
    things: "_Cache"


class _Cache(dict[str, str]):
    """Remembers what was converted: a date, a class or a thing comes up again and again."""

    def __init__(self, convert: Callable[[str], str]) -> None:
        self._convert = convert

    def __missing__(self, text: str) -> str:
        value = self[text] = self._convert(text)
        return value


@lru_cache(maxsize=4)
def _compile(context: Context) -> _Table:
    things = _Cache(lambda text: f"<{context.expand(text)}>")
    classes = _Cache(partial(_class, context))
    literals = {datatype: _Cache(convert).__getitem__ for datatype, convert in LITERALS.items()}

    def converter(term: Term) -> Callable[[str], str]:
        if term.type == "@id":
            return things.__getitem__
        if term.language:
            return partial(write_text, f'"@{term.language}')
        return literals.get(term.type or "", partial(write_text, '"'))

    properties = {
        name: _Property(f"<{term.iri}>", converter(term), term.reverse, term.type == "@id")
        for name, term in context.terms.items()
        if not term.is_class
    }
    properties[context.type_key] = _Property(RDF_TYPE, classes.__getitem__, False, False)
    return _Table(context, properties, things)


# What the core schema of YAML reads as no value.
_NULLS = frozenset(("~", "null", "Null", "NULL"))


class _Mapper:
    def __init__(self, table: _Table) -> None:
        self.table = table
        self.mapped = Mapped()

    def refuse(self, position: Position, message: str) -> None:
        self.mapped.problems.append(Problem(position, Severity.ERROR, message))

    def map_part(self, node: Map) -> str | None:
        """Add what a map says; its subject, or None if it has none that can be used."""
        identifier = self.identify(node)
        subject = identifier or ""
        property_of = self.table.properties.get
        statements = self.mapped.statements
        start = len(statements)
        for key, value in node.entries:
            row = property_of(key.text)
            if row is None:
                self.refuse_key(key)
                continue
            predicate, convert, reverse, _ = row
            items = value.nodes if type(value) is Items else (value,)
            if not items:
                self.refuse(
                    value.position, f"{quoted(key.text)} has an empty list; give it a value, or leave it out"
                )
            for item in items:
                if type(item) is Text:
                    text, plain, position = item
                    if not text or (plain and text in _NULLS):
                        self.refuse(position, f"{quoted(key.text)} has no value; write one, or leave it out")
                        continue
                    try:
                        found = convert(text)
                    except BadValue as error:
                        self.refuse(position, f"{key.text}: {error}")
                        continue
                else:
                    position = item.position
                    nested = self.map_nested(key.text, row, item)
                    if nested is None:
                        continue
                    found = nested
                statements.append(
                    (found, predicate, subject, position)
                    if reverse
                    else (subject, predicate, found, position)
                )
        if identifier is None:
            # Its problems are known now; what it says is about nothing.
            del statements[start:]
        return identifier

    def map_nested(self, name: str, row: _Property, item: Node) -> str | None:
        if not isinstance(item, Map):
            self.refuse(item.position, f"{quoted(name)} has a list in a list; write one list")
        elif not row.takes_parts:
            self.refuse(item.position, f"{quoted(name)} takes a text, not a map")
        else:
            return self.map_part(item)
        return None

    def identify(self, node: Map) -> str | None:
        """The subject that a map is about; None if its id cannot be used."""
        id_key = self.table.context.id_key
        value = next((value for key, value in node.entries if key.text == id_key), None)
        if value is None:
            self.refuse(
                node.position, f"no {quoted(id_key)} here; every record has one, and every part of it its own"
            )
            return None
        if not isinstance(value, Text):
            self.refuse(value.position, f"{quoted(id_key)} takes one text")
            return None
        if not value.text or (value.plain and value.text in _NULLS):
            self.refuse(value.position, f"{quoted(id_key)} has no value; write one")
            return None
        try:
            subject = self.table.things[value.text]
        except BadValue as error:
            self.refuse(value.position, f"{id_key}: {error}")
            return None
        first = self.mapped.subjects.setdefault(subject[1:-1], value.position)
        if first is not value.position:
            self.refuse(
                value.position, f"{quoted(value.text)} is the id on line {first.line} too; give each its own"
            )
        return subject

    def refuse_key(self, key: Text) -> None:
        context = self.table.context
        if key.text == context.id_key:
            return  # the one key that is no property
        if key.text in context.terms:
            self.refuse(
                key.position, f"{quoted(key.text)} is a class; write it after {quoted(context.type_key)}"
            )
            return
        near = suggestion(key.text, [context.id_key, *self.table.properties])
        self.refuse(key.position, f"unknown key {quoted(key.text)}{near}")


def _class(context: Context, text: str) -> str:
    term = context.terms.get(text)
    if term and term.is_class:
        return f"<{term.iri}>"
    prefix, colon, _ = text.partition(":")
    if colon and prefix in context.prefixes:
        return f"<{context.expand(text)}>"
    classes = [name for name, term in context.terms.items() if term.is_class]
    raise BadValue(f"{quoted(text)} is not a class of the context{suggestion(text, classes)}")
