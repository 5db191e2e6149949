"""An ontology and shapes -> what properties and classes are called, and where they stand on a page.

Nothing is known of the subject: names and definitions are those of the ontology, headings and order
those of the shapes (`sh:name`, `sh:order`, `sh:group`), for a class and its superclasses.
"""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode
from rdflib import RDFS, SH, SKOS

from pilotgraph.triples import LABELS, TYPE, Term, Triples

LAST = float("inf")
_DEFINITIONS = (NamedNode(SKOS.definition), NamedNode(RDFS.comment))


class Slot(NamedTuple):
    """Where a property stands on a page, and what it is called there; sorts in page order."""

    group_order: float
    group: str
    order: float
    name: str


class Vocabulary:
    """What a release says about its own terms.

    :param nested: properties whose subjects are shown within the page of their object.
    """

    def __init__(
        self, ontology: Triples, shapes: Triples, nested: Collection[str] = (), language: str = ""
    ) -> None:
        self.ontology, self.nested, self.language = ontology, frozenset(nested), language
        self._slots: dict[tuple[NamedNode, NamedNode, bool], Slot] = {}
        for shape in shapes.subjects(TYPE, NamedNode(SH.NodeShape)):
            for target in shapes.nodes(shape, NamedNode(SH.targetClass)):
                for rule in shapes.objects(shape, NamedNode(SH.property)):
                    self._read_rule(target, rule, shapes)

    def _read_rule(self, target: NamedNode, rule: Term, shapes: Triples) -> None:
        group = next(shapes.objects(rule, NamedNode(SH.group)), None)
        heading = group and shapes.text(group, LABELS, self.language)
        name = shapes.text(rule, [NamedNode(SH.name)], self.language)
        for path in shapes.objects(rule, NamedNode(SH.path)):
            inverse = shapes.nodes(path, NamedNode(SH.inversePath))
            for predicate in inverse or ([path] if isinstance(path, NamedNode) else []):
                key = (target, predicate, bool(inverse))
                slot = Slot(
                    _order(shapes, group),
                    heading.value if heading else "",
                    _order(shapes, rule),
                    name.value if name else self.name(predicate),
                )
                self._slots[key] = min(slot, self._slots.get(key, slot))

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
        queue = list(classes)
        for each in queue:
            slot = self._slots.get((each, predicate, inverse))
            if slot:
                return slot
            above = self.ontology.nodes(each, NamedNode(RDFS.subClassOf))
            queue += [other for other in above if other not in queue]
        return Slot(LAST, "", LAST, self.name(predicate))


def _as_word(match: re.Match[str]) -> str:
    return " " + (match[0] if len(match[0]) > 1 else match[0].lower())


def _order(shapes: Triples, node: Term | None) -> float:
    order = node and shapes.text(node, [NamedNode(SH.order)])
    return float(order.value) if order else LAST
