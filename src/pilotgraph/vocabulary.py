"""An ontology and shapes -> what properties and classes are called, and where they stand on a page.

Nothing is known of the subject: names and definitions are those of the ontology, headings and order
those of the shapes (`sh:name`, `sh:order`, `sh:group`), for a class and its superclasses.  What a shape
calls the usual value (`sh:defaultValue`) needs no mark, and whose values it wants to be seen in a table
(`dash:viewer`, <https://datashapes.org/forms.html>), a page shows in full.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from pyoxigraph import NamedNode
from rdflib import DCTERMS, OWL, RDFS, SH, SKOS

from pilotgraph.lexical import words
from pilotgraph.triples import LABELS, TYPE, Term, Triples

LAST = float("inf")
FIRST = -LAST
_DEFINITIONS = (NamedNode(SKOS.definition), NamedNode(RDFS.comment))
_INVERSE_OF = NamedNode(OWL.inverseOf)
_VIEWER = NamedNode("http://datashapes.org/dash#viewer")
_IN_FULL = {NamedNode(f"http://datashapes.org/dash#{name}") for name in ("DetailsViewer", "ValueTableViewer")}
# SKOS and DCMI say so, but an ontology need not repeat it.
_INVERSES = {
    NamedNode(SKOS.broader): "narrower",
    NamedNode(SKOS.narrower): "broader",
    NamedNode(SKOS.related): "related",
    NamedNode(DCTERMS.isPartOf): "has part",
    NamedNode(DCTERMS.hasPart): "is part of",
    NamedNode(DCTERMS.isReplacedBy): "replaces",
    NamedNode(DCTERMS.replaces): "is replaced by",
    NamedNode(DCTERMS.isReferencedBy): "references",
    NamedNode(DCTERMS.references): "is referenced by",
}


class Slot(NamedTuple):
    """Where a property stands on a page, and what it is called there; sorts in page order.

    What has no heading comes first.  `usual` is the value that needs no mark, as N-Triples have it.
    """

    group_order: float
    group: str
    order: float
    name: str
    usual: str = ""


class Vocabulary:
    """What a release says about its own terms.

    :param nested: properties whose subjects are shown within the page of their object.
    """

    def __init__(
        self, ontology: Triples, shapes: Triples, nested: Collection[str] = (), language: str = ""
    ) -> None:
        self.ontology, self.nested, self.language = ontology, frozenset(nested), language
        self._slots: dict[tuple[NamedNode, NamedNode, bool], Slot] = {}
        # Properties whose values are shown in full on the page of their subject.
        self.in_full: set[str] = set()
        for shape in shapes.subjects(TYPE, NamedNode(SH.NodeShape)):
            for target in shapes.nodes(shape, NamedNode(SH.targetClass)):
                for rule in shapes.objects(shape, NamedNode(SH.property)):
                    self._read_rule(target, rule, shapes)

    def _read_rule(self, target: NamedNode, rule: Term, shapes: Triples) -> None:
        group = next(shapes.objects(rule, NamedNode(SH.group)), None)
        heading = group and shapes.text(group, LABELS, self.language)
        name = shapes.text(rule, [NamedNode(SH.name)], self.language)
        usual = next(shapes.objects(rule, NamedNode(SH.defaultValue)), None)
        for path in shapes.objects(rule, NamedNode(SH.path)):
            inverse = shapes.nodes(path, NamedNode(SH.inversePath))
            for predicate in inverse or ([path] if isinstance(path, NamedNode) else []):
                key = (target, predicate, bool(inverse))
                slot = Slot(
                    _order(shapes, group) if group else FIRST,
                    heading.value if heading else "",
                    _order(shapes, rule),
                    name.value if name else self.name(predicate),
                    str(usual or ""),
                )
                known = self._slots.get(key, slot)
                # A rule that only adds to another leaves the usual value as it is.
                self._slots[key] = min(slot, known)._replace(usual=slot.usual or known.usual)
                if not inverse and not _IN_FULL.isdisjoint(shapes.nodes(rule, _VIEWER)):
                    self.in_full.add(predicate.value)

    def name(self, term: NamedNode) -> str:
        """Return a term's label; without one, its local name as words."""
        label = self.ontology.text(term, LABELS, self.language)
        return label.value if label else words(term.value)

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
        return Slot(FIRST, "", LAST, self.name(predicate))

    def slots(self, of_class: NamedNode) -> dict[NamedNode, Slot]:
        """Return the properties that shapes describe of the things of a class, and where they stand."""
        described = (predicate for _, predicate, inverse in self._slots if not inverse)
        found = {each: self.slot([of_class], each) for each in dict.fromkeys(described)}
        return {each: slot for each, slot in found.items() if slot.order < LAST or slot.group}

    def inverse(self, classes: Iterable[NamedNode], predicate: NamedNode) -> Slot | None:
        """Return the place of what names something by a property, if that has a name of its own.

        The shapes may give one (`sh:inversePath`), or the ontology (`owl:inverseOf`), or SKOS and DCMI.
        """
        slot = self.slot(classes, predicate, inverse=True)
        if slot.order < LAST:
            return slot
        others = self.ontology.nodes(predicate, _INVERSE_OF) or [
            each for each in self.ontology.subjects(_INVERSE_OF, predicate) if isinstance(each, NamedNode)
        ]
        name = self.name(others[0]) if others else _INVERSES.get(predicate, "")
        return slot._replace(name=name) if name else None


def _order(shapes: Triples, node: Term | None) -> float:
    order = node and shapes.text(node, [NamedNode(SH.order)])
    return float(order.value) if order else LAST
