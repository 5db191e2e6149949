"""A project -> what is wrong in it that SHACL cannot see.

Shapes look at things by their class, so a thing without a class, or of a misspelt one, would pass
unseen; so would everything, if the misspelling were in a shape.  Shapes do not know file names, and
they take two records with one id for one thing.  So these are looked at here: every id is defined once
and in the file named after it, every thing has a class, and whatever is named is defined somewhere.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SH, XSD

from pilotgraph.context import Context
from pilotgraph.document import Items, Map, Text, quoted
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.lexical import BadValue, split
from pilotgraph.mapping import RDF_TYPE
from pilotgraph.project import Project, Record
from pilotgraph.questions import Question
from pilotgraph.released import iris
from pilotgraph.sources import TurtleFile
from pilotgraph.views import View

# Their terms are known to everyone, so that an ontology need not declare them.
_CORE = tuple(map(str, (RDF, RDFS, OWL, XSD)))

# What a shape says that it is about. After a slip here it is about nothing.
_ABOUT = frozenset(
    map(str, (SH.path, SH.property, SH["class"], SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf))
)


def check(project: Project) -> list[Problem]:
    """Find what is wrong between files, or between a record and what the shapes will look at."""
    found = [(place, message) for record in project.records for place, message in _check_name(record)]
    for record in (project.dataset, *project.records):
        found += _check_subjects(project, record)
    found += _check_terms(project)
    found += _check_references(project)
    return sorted(Problem(place, Severity.ERROR, message) for place, message in found)


@dataclass(slots=True)
class Written:
    """Where a record has a key for a property of something, and whether any value there was refused."""

    key: Position
    refused: bool = False


def written(project: Project) -> dict[tuple[str, str], Written]:
    """What is written in the records, by subject and property, be it mapped or not."""
    found: dict[tuple[str, str], Written] = {}
    for record in (project.dataset, *project.records):
        refused = {problem.position for problem in record.mapped.problems}
        for about, key, value in _values(record.document, project.context):
            entry = found.setdefault(about, Written(key))
            entry.refused |= key in refused or value in refused
    return found


def _values(node: Map, context: Context) -> Iterator[tuple[tuple[str, str], Position, Position]]:
    identifier = next((value for key, value in node.entries if key.text == context.id_key), None)
    try:
        subject = context.expand(identifier.text) if isinstance(identifier, Text) else ""
    except BadValue:
        subject = ""
    for key, value in node.entries:
        prop = _property(key.text, context)
        for item in value.nodes or (value,) if isinstance(value, Items) else (value,):
            yield (subject, prop), key.position, item.position
            if isinstance(item, Map):
                yield from _values(item, context)


def _property(key: str, context: Context) -> str:
    """What a key stands for; nothing, if that is the id, or a property of the value instead."""
    if key == context.type_key:
        return str(RDF.type)
    term = context.terms.get(key)
    if key == context.id_key or (term and term.reverse):
        return ""
    # A misspelt key stands for the nearest, as it does in the message about it.
    near = get_close_matches(key, (*context.terms, context.type_key), 1) if term is None else ()
    return term.iri if term else _property(near[0], context) if near else ""


def _check_name(record: Record) -> Iterator[tuple[Position, str]]:
    if record.iri is None:
        return
    # Some file systems write an accented letter as two characters.
    stem = unicodedata.normalize("NFC", Path(record.path).stem)
    last = unicodedata.normalize("NFC", split(record.iri)[1])
    if stem != last:
        message = f"the id ends in {quoted(last)}, and the file's name is {quoted(stem)}; make them equal"
        yield record.mapped.subjects[record.iri], message


def _check_subjects(project: Project, record: Record) -> Iterator[tuple[Position, str]]:
    typed = {subject[1:-1] for subject, predicate, _, _ in record.mapped.statements if predicate == RDF_TYPE}
    untyped = record.mapped.subjects.keys() - typed
    tried = {about for about, _, _ in _values(record.document, project.context)} if untyped else ()
    for iri, position in record.mapped.subjects.items():
        first = project.subjects[iri]
        if position != first:
            name = quoted(project.context.compact(iri))
            yield position, f"the id {name} is taken, at {first.path}:{first.line}; give each its own"
        if iri not in typed and (iri, str(RDF.type)) not in tried:
            yield position, f"no {quoted(project.context.type_key)} here; write the class that this is of"


def _check_terms(project: Project) -> Iterator[tuple[Position, str]]:
    """What a question or a view says that it rests on, where that is no name at all."""
    for query in _queries(project):
        for text, place in query.terms:
            try:
                project.context.expand(text)
            except BadValue as error:
                yield place, str(error)


def _queries(project: Project) -> list[Question | View]:
    return [*project.questions, *project.views]


def _check_references(project: Project) -> Iterator[tuple[Position, str]]:
    # What is not defined because its file is broken; which it would be, the file's name tells.
    broken = {Path(path).stem for path in project.unreadable}
    broken |= {
        Path(record.path).stem for record in project.records if any(_check_name(record)) or not record.iri
    }
    families: dict[str, list[str]] = defaultdict(list)
    for iri in sorted({*project.terms, *project.subjects}):
        space, name = split(iri)
        families[space].append(name)
    listed = iris.read(project.root)
    messages: dict[str, str] = {}
    for iri, found in _references(project):
        if _is_defined(project, iri) or split(iri)[1] in broken:
            continue
        if iri not in messages:
            messages[iri] = _lost(project, iri) if iri in listed else _missing(project, iri, families)
        if isinstance(found, TurtleFile):
            yield found.place(iri) or Position(found.path, 1, 1), messages[iri]
        else:
            yield found, messages[iri]


def doubtful(project: Project) -> set[str]:
    """Things that SHACL cannot judge, since they are defined twice, or have no class that is defined."""
    times: Counter[str] = Counter()
    classed: set[str] = set()
    for record in (project.dataset, *project.records):
        times.update(record.mapped.subjects.keys())
        for subject, predicate, value, _ in record.mapped.statements:
            if predicate == RDF_TYPE and not is_missing(project, value[1:-1]):
                classed.add(subject[1:-1])
    return {iri for iri, number in times.items() if number > 1 or iri not in classed}


def is_missing(project: Project, iri: str) -> bool:
    """Whether an IRI is the project's to define, and nothing there defines it."""
    return _is_ours(project, iri) and not _is_defined(project, iri)


def _is_ours(project: Project, iri: str) -> bool:
    return iri.startswith((project.base, project.vocabulary))


def _is_defined(project: Project, iri: str) -> bool:
    return iri in project.subjects or iri in project.terms or iri in (project.base, project.vocabulary)


def _references(project: Project) -> Iterator[tuple[str, Position | TurtleFile]]:
    """What has to be defined: in data only what is ours, elsewhere what is foreign too."""
    for record in (project.dataset, *project.records):
        for subject, _, value, position in record.mapped.statements:
            # With a reversed key, the reference is the subject.
            for term in (subject, value):
                if term[0] == "<" and _is_ours(project, term[1:-1]):
                    yield term[1:-1], position
    for name in project.context.terms.values():
        if not name.iri.startswith(_CORE):
            yield name.iri, name.position
    yield from _asked(project)
    for file in (*project.ontology, *project.imports, *project.shapes):
        nodes = (node for quad in file.quads for node in quad.triple)
        named = {node.value for node in nodes if isinstance(node, ox.NamedNode)}
        about = {str(quad.object)[1:-1] for quad in file.quads if quad.predicate.value in _ABOUT}
        for iri in sorted(named):
            if _is_ours(project, iri) or (iri in about and not iri.startswith(_CORE)):
                yield iri, file


def _asked(project: Project) -> Iterator[tuple[str, Position]]:
    """The terms that questions and views rest on, and the things that are the defaults of parameters."""
    for query in _queries(project):
        for text, place in query.terms:
            with suppress(BadValue):
                iri = project.context.expand(text)
                if not iri.startswith(_CORE):
                    yield iri, place
    for question in project.questions:
        for parameter in question.parameters:
            iri = parameter.default.value if isinstance(parameter.default, ox.NamedNode) else ""
            if _is_ours(project, iri):
                yield iri, Position(question.path, *parameter.place)


def _lost(project: Project, iri: str) -> str:
    """What is said of an IRI that was released, and of which the sources have nothing any more."""
    if iri.startswith(project.vocabulary):
        name = quoted(iri.removeprefix(project.vocabulary))
        return f"{name} was released and the ontology does not define it; bring it back, as deprecated"
    name = quoted(iri.removeprefix(project.base))
    return f"{name} was released and has no record; bring it back, as deprecated or as a tombstone"


def _missing(project: Project, iri: str, families: dict[str, list[str]]) -> str:
    start, message = "", "nothing here defines"
    if iri.startswith(project.vocabulary):
        start, message = project.vocabulary, "the ontology does not define"
    elif iri.startswith(project.base):
        start, message = project.base, "no record has the id"
    term = project.context.terms.get(iri.removeprefix(start)) if start == project.base else None
    if term and term.is_class:
        wanted = project.context.curie(term.iri) or term.iri
        return f"{message} {quoted(term.name)}; write the class as {wanted}"
    # Names are compared within one family: with the same beginning before them, all are alike.
    space, name = split(iri)
    family = next(iter(get_close_matches(space, families, 1)), "")
    near = [family + each for each in get_close_matches(name, families.get(family, ()))]
    wanted, *known = (quoted(each.removeprefix(start)) if start else f"<{each}>" for each in (iri, *near))
    return f"{message} {wanted}" + (f"; did you mean {', '.join(known)}?" if known else "")
