"""What a release says of itself -> what helps to write a query: prefixes, terms to complete, a first query.

The terms are those that the description of the service counts, as VoID has them: what is in the data, and
no more.
"""

import json
from typing import Any

from pyoxigraph import NamedNode
from rdflib import VOID

from pilotgraph.edition import Edition
from pilotgraph.queries import prefixes
from pilotgraph.triples import TOMBSTONE

_ALWAYS = ("rdfs",)


def used_prefixes(edition: Edition) -> dict[str, str]:
    """The prefixes that a fresh query declares: the ontology's, and those of the published questions."""
    used = {name for question in edition.questions for name in prefixes(question.text)}
    ours = f"{edition.paths.dataset}ontology#"
    return {
        name: space
        for name, space in sorted(edition.context.prefixes.items())
        if name in used or name in _ALWAYS or space == ours
    }


def fresh_query(edition: Edition) -> str:
    """A query to begin with: things of that class of ours which the release has most of, by name."""
    spaces = used_prefixes(edition)
    label = "rdfs:label" if "rdfs" in spaces else "<http://www.w3.org/2000/01/rdf-schema#label>"
    ours = [each.iri for each, _ in edition.classes if each.iri.startswith(edition.paths.dataset)]
    of_class = _written(ours[0], spaces) if ours else "?class"
    declared = "".join(f"PREFIX {name}: <{space}>\n" for name, space in spaces.items())
    return (
        f"{declared}SELECT ?thing ?label WHERE {{\n  ?thing a {of_class} ; {label} ?label .\n}}\nLIMIT 25\n"
    )


def terms(edition: Edition) -> bytes:
    """Write what an editor completes, as JSON: prefixes, classes and properties, most used first."""
    found: dict[str, Any] = {"prefixes": dict(sorted(edition.context.prefixes.items()))}
    for name, partitions, term, counted in (
        ("classes", VOID.classPartition, VOID["class"], VOID.entities),
        ("properties", VOID.propertyPartition, VOID.property, VOID.triples),
    ):
        totals = _totals(edition, str(partitions), str(term), str(counted))
        found[name] = [
            [iri, edition.describer.vocabulary.name(NamedNode(iri)), total]
            for iri, total in sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
        ]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def _totals(edition: Edition, partitions: str, term: str, counted: str) -> dict[str, int]:
    facts = edition.dataset.facts
    totals: dict[str, int] = {}
    for part in facts.objects(edition.dataset.node, NamedNode(partitions)):
        text = facts.text(part, [NamedNode(counted)])
        for each in facts.nodes(part, NamedNode(term)):
            if each == TOMBSTONE:  # which nobody looks for
                continue
            totals[each.value] = max(totals.get(each.value, 0), int(text.value) if text else 0)
    return totals


def _written(iri: str, spaces: dict[str, str]) -> str:
    found = [(len(space), name) for name, space in spaces.items() if iri.startswith(space)]
    if not found or not iri[max(found)[0] :].isalnum():
        return f"<{iri}>"
    length, name = max(found)
    return f"{name}:{iri[length:]}"
