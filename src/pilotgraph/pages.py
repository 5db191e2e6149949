"""An IRI and what the store says about it -> what a document holds and what a page shows.

In: triples.  Out: the triples of an RDF document, and dataclasses that a template prints.  No
HTTP and no store here: a function writes the query, the caller asks it, another function reads
the answer.

Nothing is known of the subject.  Headings and order come from the shapes (`sh:name`, `sh:order`,
`sh:group`), names from the labels of the ontology.  What a curator writes inside a record, a reader
finds as a table inside its page: things that name it by a property which the context reverses, and
things that it names and that have no name of their own.

A page stays small however often a thing is named: things that name it are counted by property
and class, and the first `SHOWN` of each are listed.  The RDF document holds them all.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib import DCTERMS, FOAF, OWL, RDF, RDFS, SH, SKOS, VOID, XSD

SHOWN = 100
MAX_ROWS = 1_000
MAX_IRI_LENGTH = 2_000
URL_CHARACTERS = "/%:@!$&'()*+,;=~"

Term = NamedNode | BlankNode | Literal | Triple

TYPE = NamedNode(RDF.type)
LICENSE = NamedNode(DCTERMS.license)
LABELS = (NamedNode(SKOS.prefLabel), NamedNode(RDFS.label), NamedNode(DCTERMS.title))
_NOTATION = NamedNode(SKOS.notation)
_NAMES = (*LABELS, _NOTATION)
_DEFINITIONS = (NamedNode(SKOS.definition), NamedNode(RDFS.comment))
_FAMILIAR = tuple(map(str, (OWL, RDF, RDFS, SKOS)))


class Triples:
    """Triples by subject and by object, for reading; equal ones count once."""

    def __init__(self, triples: Iterable[Triple | Quad]) -> None:
        self._out: dict[Term, dict[NamedNode, dict[Term, None]]] = {}
        self._in: dict[tuple[NamedNode, Term], dict[Term, None]] = {}
        for triple in triples:
            subject, predicate, value = triple.subject, triple.predicate, triple.object
            self._out.setdefault(subject, {}).setdefault(predicate, {})[value] = None
            self._in.setdefault((predicate, value), {})[subject] = None

    def __contains__(self, subject: object) -> bool:
        return subject in self._out

    def __iter__(self) -> Iterator[Term]:
        return iter(self._out)

    def about(self, subject: Term) -> Mapping[NamedNode, Collection[Term]]:
        return self._out.get(subject, {})

    def having(self, predicate: NamedNode) -> list[NamedNode]:
        return [
            subject
            for subject, about in self._out.items()
            if isinstance(subject, NamedNode) and predicate in about
        ]

    def objects(self, subject: Term, *predicates: NamedNode) -> Iterator[Term]:
        for predicate in predicates:
            yield from self.about(subject).get(predicate, ())

    def subjects(self, predicate: NamedNode, value: Term) -> Collection[Term]:
        return self._in.get((predicate, value), ())

    def nodes(self, subject: Term, *predicates: NamedNode) -> list[NamedNode]:
        return [term for term in self.objects(subject, *predicates) if isinstance(term, NamedNode)]

    def text(self, subject: Term, predicates: Iterable[NamedNode], language: str = "") -> Literal | None:
        """Return the literal that suits a reader of `language` best, by the order of predicates."""
        for predicate in predicates:
            literals = [term for term in self.objects(subject, predicate) if isinstance(term, Literal)]
            if literals:
                return min(literals, key=lambda literal: (_distance(literal, language), literal.value))
        return None


def _distance(literal: Literal, language: str) -> int:
    tag = (literal.language or "").lower()
    if tag == language:
        return 0
    return 1 if tag.partition("-")[0] == language.partition("-")[0] else 2 + bool(tag)


@dataclass(frozen=True, slots=True)
class Site:
    """The one place where IRIs and URL paths meet.

    Things live below `things` and are served at /id/; everything else of ours is below
    `dataset` and is served at the same path.  `prefix` is the path below which a proxy shows
    the site, without a final slash, and is part of every link.
    """

    dataset: str
    things: str
    prefix: str = ""

    def path(self, iri: str) -> str | None:
        """Return the path that serves an IRI of ours, as an URL has it; None for IRIs of others."""
        for base, local in ((self.things, "/id/"), (self.dataset, "/")):
            if iri.startswith(base) and "?" not in iri:
                return self.prefix + local + _escape(iri.removeprefix(base))
        return None

    def href(self, iri: str) -> str:
        """Return what a link to an IRI points at; empty where a browser should not follow it."""
        return self.path(iri) or (iri if iri.startswith(("https://", "http://")) else "")

    def document(self, thing: str, suffix: str = "") -> str:
        return f"{self.prefix}/doc/{_escape(thing.removeprefix(self.things))}{suffix}"

    def document_iri(self, thing: str) -> str:
        return f"{self.dataset}doc/{thing.removeprefix(self.things)}"

    def candidates(self, name: str) -> list[str]:
        """Return the IRIs of things that an URL path may mean, likeliest first.

        Browsers escape what is not ASCII, so `caf%C3%A9` may stand for `café` or for itself.
        Escaped ASCII stays escaped: `a%2Fb` is not `a/b`.

        :param name: what follows /id/ in the URL, percent-encoded as it was sent.
        """
        iris = dict.fromkeys(self.things + spelling for spelling in (_unescape(name), name))
        return [iri for iri in iris if len(iri) <= MAX_IRI_LENGTH and _is_legal(iri)]


_ESCAPES = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")


def _unescape(name: str) -> str:
    def decode(match: re.Match[str]) -> str:
        try:
            return bytes.fromhex(match[0].replace("%", "")).decode()
        except UnicodeDecodeError:
            return match[0]

    return _ESCAPES.sub(decode, name)


def _escape(name: str) -> str:
    return quote(name, safe=URL_CHARACTERS + "#")


def _is_legal(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True


class Slot(NamedTuple):
    """Where a property stands on a page, and what it is called there; sorts in page order."""

    group_order: float
    group: str
    order: float
    name: str


class Vocabulary:
    """What a release says about its own terms: names, definitions, and their place on a page.

    :param nested: properties whose subjects are shown within the page of their object.
    """

    def __init__(
        self, ontology: Triples, shapes: Triples, nested: Collection[str] = (), language: str = ""
    ) -> None:
        self.ontology = ontology
        self.nested = frozenset(nested)
        self.language = language
        self._slots: dict[NamedNode, dict[tuple[NamedNode, bool], Slot]] = {}
        for shape in shapes.subjects(TYPE, NamedNode(SH.NodeShape)):
            for target in shapes.nodes(shape, NamedNode(SH.targetClass)):
                slots = self._slots.setdefault(target, {})
                for path, slot in self._read_slots(shapes, shape):
                    slots[path] = min(slot, slots.get(path, slot))

    def _read_slots(self, shapes: Triples, shape: Term) -> Iterator[tuple[tuple[NamedNode, bool], Slot]]:
        for rule in shapes.objects(shape, NamedNode(SH.property)):
            for path in shapes.objects(rule, NamedNode(SH.path)):
                inverse = shapes.nodes(path, NamedNode(SH.inversePath))
                for predicate in [path] if isinstance(path, NamedNode) else inverse:
                    group = next(shapes.objects(rule, NamedNode(SH.group)), None)
                    heading = group and shapes.text(group, LABELS, self.language)
                    name = shapes.text(rule, [NamedNode(SH.name)], self.language)
                    yield (
                        (predicate, bool(inverse)),
                        Slot(
                            _order(shapes, group),
                            heading.value if heading else "",
                            _order(shapes, rule),
                            name.value if name else self.name(predicate),
                        ),
                    )

    def name(self, term: NamedNode) -> str:
        """Return a term's label; without one, its local name as words."""
        label = self.ontology.text(term, LABELS, self.language)
        if label:
            return label.value
        local = re.split("[#/:]", term.value.rstrip("#/"))[-1]
        return re.sub("(?<=[a-z0-9])([A-Z](?![A-Z])|[A-Z]+)", _as_word, local)

    def definition(self, term: NamedNode) -> str:
        definition = self.ontology.text(term, _DEFINITIONS, self.language)
        return definition.value if definition else ""

    def slot(self, classes: Iterable[NamedNode], predicate: NamedNode, *, inverse: bool = False) -> Slot:
        """Return the place of a property on the page of something that has these classes."""
        for each in self._with_superclasses(classes):
            slot = self._slots.get(each, {}).get((predicate, inverse))
            if slot:
                return slot
        return Slot(_LAST, "", _LAST, self.name(predicate))

    def _with_superclasses(self, classes: Iterable[NamedNode]) -> Iterable[NamedNode]:
        found = dict.fromkeys(classes)
        queue = list(found)
        for each in queue:
            for above in self.ontology.nodes(each, NamedNode(RDFS.subClassOf)):
                if above not in found:
                    found[above] = None
                    queue.append(above)
        return found


def _as_word(match: re.Match[str]) -> str:
    return " " + (match[0] if len(match[0]) > 1 else match[0].lower())


_LAST = float("inf")


def _order(shapes: Triples, node: Term | None) -> float:
    order = node and shapes.text(node, [NamedNode(SH.order)])
    return float(order.value) if order else _LAST


class Incoming(NamedTuple):
    """How many things of one class name a thing by one property."""

    predicate: NamedNode
    of_class: NamedNode | None
    total: int


def document_query(iri: str) -> str:
    """Write the query for the triples that have a thing as subject or as object."""
    thing = NamedNode(iri)
    return _construct(f"{thing} ?p ?o BIND({thing} AS ?s)", f"?s ?p {thing} BIND({thing} AS ?o)")


def exists_query(iri: str) -> str:
    """Write the query whether anything is said of a thing."""
    return f"ASK {{ {NamedNode(iri)} ?p ?o }}"


def incoming_query(iri: str) -> str:
    """Write the query that counts the things that name a thing, by property and class."""
    return (
        "SELECT ?property ?class (COUNT(?thing) AS ?things) WHERE {"
        f" ?thing ?property {NamedNode(iri)} OPTIONAL {{ ?thing {TYPE} ?class }} }}"
        " GROUP BY ?property ?class"
    )


def read_incoming(answer: bytes) -> list[Incoming]:
    """Read the answer to `incoming_query`, in the SPARQL 1.1 JSON format."""
    return [
        Incoming(
            NamedNode(row["property"]["value"]),
            NamedNode(row["class"]["value"]) if "class" in row else None,
            int(row["things"]["value"]),
        )
        for row in json.loads(answer)["results"]["bindings"]
    ]


def page_query(iri: str, incoming: Iterable[Incoming], vocabulary: Vocabulary) -> str:
    """Write the query for what the page of a thing shows: its triples and names of what they name."""
    thing = NamedNode(iri)
    patterns = [
        f"{thing} ?p ?o BIND({thing} AS ?s)",
        f"{thing} ?link ?s . {_some_of('?s', *_NAMES)}",
        f"{thing} ?link ?s . {_nameless('?s')} ?s ?p ?o",
        f"{thing} ?link ?part . {_nameless('?part')} ?part ?x ?s . {_some_of('?s', *_NAMES)}",
    ]
    for predicate, of_class, total in incoming:
        kind = f"{TYPE} {of_class}" if of_class else "?p ?o"
        untyped = "" if of_class else f"FILTER NOT EXISTS {{ ?member {TYPE} ?class }}"
        # Sorting is dear where there are many, and only needed where some are left out.
        first = f"ORDER BY ?member LIMIT {SHOWN}" if total > SHOWN else ""
        found = f"?member {predicate} {thing} ; {kind} {untyped}"
        members = f"{{ SELECT DISTINCT ?member WHERE {{ {found} }} {first} }}"
        if predicate.value in vocabulary.nested:
            patterns.append(f"{members} ?member ?p ?o BIND(?member AS ?s)")
            patterns.append(f"{members} ?member ?link ?s . {_some_of('?s', *_NAMES)}")
        else:
            patterns.append(f"{members} {_some_of('?member', *_NAMES, TYPE, predicate)} BIND(?member AS ?s)")
    return _construct(*patterns)


def names_query(iris: Iterable[str]) -> str:
    """Write the query for the names of things."""
    things = " ".join(str(NamedNode(iri)) for iri in iris)
    return _construct(f"VALUES ?s {{ {things} }} {_some_of('?s', *_NAMES)}")


def _construct(*patterns: str) -> str:
    return f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {{ {' } UNION { '.join(patterns)} }} }}"


def _some_of(subject: str, *predicates: NamedNode) -> str:
    # FILTER, since the engine would join VALUES to every label there is: 80 ms and not 0.2.
    return f"{subject} ?p ?o FILTER(?p IN ({', '.join(map(str, predicates))}))"


def _nameless(subject: str) -> str:
    names = ", ".join(map(str, LABELS))
    return f"FILTER NOT EXISTS {{ {subject} ?named ?name FILTER(?named IN ({names})) }}"


def document(iri: str, triples: Iterable[Triple], site: Site, license_iri: str) -> list[Triple]:
    """Return the triples of a thing's RDF document: what was found, and what the document is.

    :param license_iri: empty if the dataset has none.
    """
    page = NamedNode(site.document_iri(iri))
    about = {
        TYPE: FOAF.Document,
        NamedNode(FOAF.primaryTopic): iri,
        NamedNode(VOID.inDataset): site.dataset,
        LICENSE: license_iri,
    }
    said = (Triple(page, predicate, NamedNode(value)) for predicate, value in about.items() if value)
    return [*triples, *said]


@dataclass(frozen=True, slots=True)
class Value:
    """One value as a page shows it. `href` is empty for what is no link."""

    text: str
    href: str = ""
    iri: str = ""
    language: str = ""
    notation: str = ""


@dataclass(frozen=True, slots=True)
class Property:
    """A property as a page names it, and its values: of one thing, or none in a table's head."""

    name: str
    definition: str
    href: str
    values: Sequence[Value] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Properties that belong together; the heading may be empty."""

    heading: str
    properties: Sequence[Property]


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one class that name the described thing by one property.

    With `columns` it is a table, each member with its own values; without, a list of links.
    `total` counts those that are not shown as well.
    """

    of_class: str
    name: str
    total: int
    columns: Sequence[Property]
    members: Sequence[tuple[Value, Sequence[Sequence[Value]]]]


@dataclass(frozen=True, slots=True)
class Description:
    """What the page of one thing shows. `nested` are the groups to show as tables."""

    iri: str
    title: Value
    classes: Sequence[Value]
    sections: Sequence[Section]
    nested: Sequence[Group] = ()
    linked: Sequence[Group] = ()


@dataclass(frozen=True, slots=True)
class Describer:
    """Turns triples into what a page shows, in the words of one release.

    `facts` describe the dataset, and name what the store does not hold.
    """

    site: Site
    vocabulary: Vocabulary
    facts: Triples

    def describe(self, iri: str, triples: Triples, incoming: Iterable[Incoming] = ()) -> Description:
        thing = NamedNode(iri)
        classes = triples.nodes(thing, TYPE)
        nested: list[Group] = []
        linked: list[Group] = []
        for predicate in triples.about(thing):
            parts = [each for each in triples.nodes(thing, predicate) if self._is_part(each, triples)]
            if parts:
                part_class = next(iter(triples.nodes(parts[0], TYPE)), None)
                name = self.vocabulary.slot(classes, predicate).name
                nested.append(self._table(name, Incoming(predicate, part_class, len(parts)), parts, triples))
        for each in incoming:
            inverse = self.vocabulary.slot(classes, each.predicate, inverse=True)
            slot = self.vocabulary.slot([each.of_class] if each.of_class else [], each.predicate)
            name = (inverse if inverse.order < _LAST else slot).name
            members = [
                member
                for member in triples.subjects(each.predicate, thing)
                if isinstance(member, NamedNode)
                if (
                    each.of_class in triples.nodes(member, TYPE)
                    if each.of_class
                    else not triples.nodes(member, TYPE)
                )
            ]
            if each.predicate.value in self.vocabulary.nested:
                nested.append(self._table(name, each, members, triples))
            else:
                linked.append(self._list(name, each, members, triples))
        return Description(
            iri,
            self.value(thing, triples),
            [self.term(each) for each in classes],
            self._sections(thing, triples),
            sorted(nested, key=_heading),
            sorted(linked, key=_heading),
        )

    def terms(self, namespace: str) -> list[tuple[str, list[Description]]]:
        """Describe the ontology's own terms, by what they are."""
        ontology = self.vocabulary.ontology
        found: dict[str, list[Description]] = {}
        for term in ontology:
            if isinstance(term, NamedNode) and term.value.startswith(namespace):
                kinds = [self.vocabulary.name(kind) for kind in ontology.nodes(term, TYPE)]
                found.setdefault(min(kinds, default=""), []).append(self.describe(term.value, ontology))
        return [
            (kind, sorted(terms, key=lambda term: _in_page_order(term.title)))
            for kind, terms in sorted(found.items())
        ]

    def term(self, term: NamedNode) -> Value:
        """Return a class or a property as a page names it."""
        return Value(self.vocabulary.name(term), self.site.href(term.value), term.value)

    def value(self, term: Term, triples: Triples) -> Value:
        """Return a term as a page shows it, named by what the triples or the ontology say."""
        if isinstance(term, Literal):
            is_address = term.datatype.value == str(XSD.anyURI)
            return Value(term.value, self.site.href(term.value) if is_address else "", "", self._other(term))
        if not isinstance(term, NamedNode):
            return Value(str(term))
        language = self.vocabulary.language
        label = triples.text(term, LABELS, language) or self.facts.text(term, LABELS, language)
        notation = triples.text(term, [_NOTATION])
        code = notation.value if notation else ""
        return Value(
            label.value if label else code or self._name(term),
            self.site.href(term.value),
            term.value,
            self._other(label),
            code if label else "",
        )

    def _name(self, term: NamedNode) -> str:
        if term.value.startswith(self.site.things):
            return term.value.removeprefix(self.site.things)
        known = term in self.vocabulary.ontology or term.value.startswith(_FAMILIAR)
        return self.vocabulary.name(term) if known else term.value

    def _other(self, literal: Literal | None) -> str:
        language = (literal and literal.language) or ""
        return "" if language == self.vocabulary.language else language

    def _sections(self, thing: Term, triples: Triples) -> list[Section]:
        # Blank nodes are the restrictions of an ontology; a title stands in the heading, parts below.
        title = triples.text(thing, LABELS, self.vocabulary.language)
        found: dict[str, list[Property]] = {}
        for slot, predicate in self._slots(triples.nodes(thing, TYPE), triples.about(thing)):
            values = [
                self.value(value, triples)
                for value in triples.objects(thing, predicate)
                if not isinstance(value, BlankNode)
                and not (predicate in LABELS and value == title)
                and not self._is_part(value, triples)
            ]
            if values:
                found.setdefault(slot.group, []).append(self._property(slot, predicate, values))
        return [Section(heading, properties) for heading, properties in found.items()]

    def _property(self, slot: Slot, predicate: NamedNode, values: Iterable[Value] = ()) -> Property:
        known = predicate in self.vocabulary.ontology
        href = (known and self.site.path(predicate.value)) or ""
        definition = self.vocabulary.definition(predicate)
        return Property(slot.name, definition, href, sorted(values, key=_in_page_order))

    def _slots(
        self, classes: Iterable[NamedNode], predicates: Iterable[NamedNode]
    ) -> list[tuple[Slot, NamedNode]]:
        slots = [(self.vocabulary.slot(classes, each), each) for each in predicates if each != TYPE]
        return sorted(slots, key=lambda pair: (pair[0], pair[1].value))

    def _is_part(self, term: Term, triples: Triples) -> bool:
        return term in triples and triples.text(term, LABELS) is None and isinstance(term, NamedNode)

    def _table(self, name: str, group: Incoming, members: Iterable[NamedNode], triples: Triples) -> Group:
        used = {each for member in members for each in triples.about(member)} - {group.predicate, *_NAMES}
        columns = self._slots([group.of_class] if group.of_class else [], used)
        return self._list(name, group, members, triples, columns)

    def _list(
        self,
        name: str,
        group: Incoming,
        members: Iterable[NamedNode],
        triples: Triples,
        columns: Sequence[tuple[Slot, NamedNode]] = (),
    ) -> Group:
        rows = [
            (
                self.value(member, triples),
                [self._values(triples.objects(member, column), triples) for _, column in columns],
            )
            for member in members
        ]
        return Group(
            self.vocabulary.name(group.of_class) if group.of_class else "",
            name,
            group.total,
            [self._property(slot, column) for slot, column in columns],
            sorted(rows, key=lambda row: _in_page_order(row[0])),
        )

    def _values(self, terms: Iterable[Term], triples: Triples) -> list[Value]:
        return sorted((self.value(each, triples) for each in terms), key=_in_page_order)


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to a SELECT or an ASK, as a page shows it; `total` counts rows left out as well."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Value | None]]
    total: int


def read_table(answer: bytes, describer: Describer) -> Table:
    """Read an answer in the SPARQL 1.1 JSON format."""
    read = json.loads(answer)
    if "boolean" in read:
        return Table(("answer",), [[Value(str(read["boolean"]).lower())]], 1)
    columns, found = read["head"]["vars"], read["results"]["bindings"]

    def show(cell: Mapping[str, str] | None) -> Value | None:
        if cell is None:
            return None
        if cell["type"] == "uri":
            return describer.value(NamedNode(cell["value"]), Triples([]))
        mark = "_:" if cell["type"] == "bnode" else ""
        return Value(f"{mark}{cell['value']}", language=cell.get("xml:lang", ""))

    rows = [[show(row.get(column)) for column in columns] for row in found[:MAX_ROWS]]
    return Table(columns, rows, len(found))


def _in_page_order(value: Value) -> tuple[str, str, str]:
    return (value.text.casefold(), value.language, value.iri)


def _heading(group: Group) -> tuple[str, str]:
    return (group.of_class, group.name)
