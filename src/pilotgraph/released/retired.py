"""A project -> what of it is out of use: deprecated, or withdrawn; and who still speaks of that.

A thing or a term that is deprecated (`owl:deprecated`) stays as it was, and may say what took its place
(`dcterms:isReplacedBy`); whatever is in use should name that.  What should never have been is withdrawn: all
that stays is a tombstone (`as:Tombstone`), which nothing in use may name.
"""

from collections.abc import Iterator
from functools import cached_property

import pyoxigraph as ox

from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.lexical import BadValue
from pilotgraph.mapping import RDF_TYPE
from pilotgraph.project import Project
from pilotgraph.released import iris
from pilotgraph.triples import DEPRECATED, FORMER_TYPE, REPLACED_BY, TOMBSTONE, TRUE

_TRUE = frozenset(map(str, TRUE))
# By these a thing may name what is out of use.
_MAY = frozenset(map(str, (REPLACED_BY, FORMER_TYPE)))


class Retired:
    """What is out of use in a project. `replaced` holds what took its place, where that is said."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.deprecated: set[str] = set()
        self.withdrawn: dict[str, Position] = {}
        self.replaced: dict[str, dict[str, Position]] = {}
        self._other_types: list[tuple[str, Position]] = []
        types: dict[str, list[tuple[str, Position]]] = {}
        for record in project.records:
            for subject, predicate, value, position in record.mapped.statements:
                if predicate == RDF_TYPE:
                    types.setdefault(subject[1:-1], []).append((value, position))
                self._take(subject, predicate, value, position)
        for file in project.ontology:
            for quad in file.quads:
                subject = str(quad.subject)
                if quad.predicate in (DEPRECATED, REPLACED_BY):
                    place = file.place(subject[1:-1]) or Position(file.path, 1, 1)
                    self._take(subject, str(quad.predicate), str(quad.object), place)
        for iri, found in types.items():
            places = [position for value, position in found if value == str(TOMBSTONE)]
            if places:
                self.withdrawn[iri] = places[0]
                self._other_types += [(iri, place) for value, place in found if value != str(TOMBSTONE)]

    def _take(self, subject: str, predicate: str, value: str, position: Position) -> None:
        if predicate == str(DEPRECATED) and value in _TRUE:
            self.deprecated.add(subject[1:-1])
        elif predicate == str(REPLACED_BY) and value.startswith("<"):
            self.replaced.setdefault(subject[1:-1], {}).setdefault(value[1:-1], position)

    def problems(self) -> Iterator[Problem]:
        """What is wrong about what is out of use, and where it is still spoken of."""
        for iri, place in self._other_types:
            message = (
                f"{self._name(iri)} is withdrawn, so it has no other class; say what it was as formerType"
            )
            yield Problem(place, Severity.ERROR, message)
        listed = iris.read(self.project.root) if self.withdrawn else {}
        for iri, place in self.withdrawn.items() if listed else ():
            if iri not in listed:
                message = f"{self._name(iri)} was never released; delete the file"
                yield Problem(self.project.subjects.get(iri, place), Severity.ERROR, message)
        yield from self._check_replaced()
        if self.deprecated or self.withdrawn:
            yield from self._check_records()
            yield from self._check_queries()
            yield from self._check_terms()

    def _check_replaced(self) -> Iterator[Problem]:
        for iri, others in self.replaced.items():
            if iri not in self.deprecated and iri not in self.withdrawn:
                message = f"{self._name(iri)} is replaced, so it is deprecated; say so too"
                yield Problem(next(iter(others.values())), Severity.ERROR, message)
            for other, place in others.items():
                if other in self.withdrawn:
                    message = f"{self._name(other)} is withdrawn, so it replaces nothing"
                    yield Problem(place, Severity.ERROR, message)
                elif self._leads(other, iri):
                    message = f"{self._name(iri)} is replaced by itself, in the end; name what to use instead"
                    yield Problem(place, Severity.ERROR, message)

    def _leads(self, start: str, end: str) -> bool:
        seen, todo = set[str](), [start]
        while todo:
            each = todo.pop()
            if each == end:
                return True
            if each not in seen:
                seen.add(each)
                todo += self.replaced.get(each, ())
        return False

    def _check_records(self) -> Iterator[Problem]:
        used: dict[str, list[Position]] = {}
        for record in (self.project.dataset, *self.project.records):
            own = record.iri
            for subject, predicate, value, position in record.mapped.statements:
                if predicate in _MAY or subject[1:-1] in self.withdrawn:
                    continue
                is_live = subject[1:-1] not in self.deprecated
                if predicate[1:-1] in self.deprecated and is_live:
                    used.setdefault(predicate[1:-1], []).append(position)
                if not value.startswith("<"):  # a text that looks like an IRI names nothing
                    continue
                if value[1:-1] in self.project.terms and value[1:-1] in self.deprecated and is_live:
                    used.setdefault(value[1:-1], []).append(position)
                elif value[1:-1] in self.withdrawn or (
                    # Inside the record of a thing that is deprecated, its parts go on naming it.
                    is_live and value[1:-1] in self.deprecated and value[1:-1] != own
                ):
                    yield self._problem(position, value[1:-1])
        for iri, places in sorted(used.items()):
            rest = f", here and in {len(places) - 1} more places" if len(places) > 1 else ""
            yield self._problem(min(places), iri, rest)

    def _check_queries(self) -> Iterator[Problem]:
        terms = [each.terms for each in self.project.questions] + [each.terms for each in self.project.views]
        for named in terms:
            for text, place in named:
                try:
                    iri = self.project.context.expand(text)
                except BadValue:  # which is told already
                    continue
                if iri in self.deprecated or iri in self.withdrawn:
                    yield self._problem(place, iri)
        for question in self.project.questions:
            for parameter in question.parameters:
                iri = parameter.default.value if isinstance(parameter.default, ox.NamedNode) else ""
                if iri in self.deprecated or iri in self.withdrawn:
                    yield self._problem(Position(question.path, *parameter.place), iri)

    def _check_terms(self) -> Iterator[Problem]:
        """Terms in use that rest on others which are not."""
        for file in self.project.ontology:
            found = {
                (str(quad.subject)[1:-1], quad.object.value)
                for quad in file.quads
                if isinstance(quad.object, ox.NamedNode) and quad.predicate not in (REPLACED_BY,)
            }
            for iri, other in sorted(found):
                is_out = other in self.withdrawn or (other in self.deprecated and iri not in self.deprecated)
                if is_out:
                    yield self._problem(file.place(iri) or Position(file.path, 1, 1), other)

    def _problem(self, place: Position, iri: str, rest: str = "") -> Problem:
        others = [self._name(each) for each in self._in_use_instead(iri)]
        instead = f"; name {' or '.join(others)} instead" if others else ""
        if iri in self.withdrawn:
            message = f"{self._name(iri)} is withdrawn, so nothing may name it{instead}"
            return Problem(place, Severity.ERROR, message)
        return Problem(place, Severity.WARNING, f"{self._name(iri)} is deprecated{rest}{instead}")

    def _in_use_instead(self, iri: str) -> Iterator[str]:
        """What took the place of something, and is in use: what was replaced in its turn is passed over."""
        seen, todo = {iri}, list(reversed(self.replaced.get(iri, {})))
        while todo:
            each = todo.pop()
            if each in seen:
                continue
            seen.add(each)
            if each in self.replaced:
                todo += reversed(self.replaced[each])
            elif each not in self.all:
                yield each

    @cached_property
    def all(self) -> frozenset[str]:
        """Whatever is deprecated or withdrawn."""
        return frozenset((*self.deprecated, *self.withdrawn))

    def _name(self, iri: str) -> str:
        return self.project.context.name(iri)
