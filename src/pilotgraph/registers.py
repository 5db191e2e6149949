"""The description of a dataset -> the registers of others that its links lead to."""

from dataclasses import dataclass

from pyoxigraph import NamedNode
from rdflib import VOID

from pilotgraph.triples import LABELS, Triples


@dataclass(frozen=True, slots=True)
class Register:
    """Where the IRIs of a register begin, and what the set of links into it is called."""

    space: str
    title: str


def read_registers(facts: Triples, language: str = "") -> list[Register]:
    """Return the registers that the description names with `void:uriSpace`, the narrowest first.

    :param facts: what is said of the dataset and its linksets (<https://www.w3.org/TR/void/#linkset>).
    """
    found = set()
    for links in facts:
        title = facts.text(links, LABELS, language)
        for target in facts.nodes(links, NamedNode(VOID.objectsTarget)) if title else ():
            space = facts.text(target, [NamedNode(VOID.uriSpace)])
            if title and space:
                found.add((space.value, title.value))
    return [Register(*each) for each in sorted(found, key=lambda each: (-len(each[0]), each))]
