"""Two descriptions -> changes of the named graphs, and of what is said of the dataset and the ontology.

Version, day of issue, numbers, files and what is measured differ with each release: they are no changes.
"""

from collections.abc import Mapping

from pyoxigraph import NamedNode
from rdflib import DCTERMS, OWL, PROV, VOID

from pilotgraph.comparison.changes import Change, Kind, Sort
from pilotgraph.comparison.facts import class_of, kind_of_change, label_of, property_changes, renamed
from pilotgraph.comparison.snapshot import Facts, Snapshot
from pilotgraph.comparison.terms import is_term
from pilotgraph.description import DCAT, DQV, SPDX
from pilotgraph.service_description import SD

# What is said of a named graph by those who wrote the dataset, and not counted.
_OF_GRAPHS = frozenset(map(str, (DCTERMS.title, DCTERMS.description)))
# What is said of this version alone.
_SPACES = tuple(map(str, (VOID, DQV, SPDX, PROV)))
_OF_VERSIONS = frozenset(
    map(
        str,
        (
            *(DCAT.version, DCAT.previousVersion, DCAT.hasVersion, DCAT.hasCurrentVersion, DCAT.isVersionOf),
            *(DCAT.distribution, DCAT.byteSize, DCAT.servesDataset),
            *(DCTERMS.issued, DCTERMS.modified, DCTERMS.hasVersion, DCTERMS.isVersionOf, DCTERMS.replaces),
            *(OWL.versionIRI, OWL.versionInfo, OWL.priorVersion, OWL.imports),
            "http://www.w3.org/ns/adms#versionNotes",
        ),
    )
)


def compare_graphs(old: Snapshot, new: Snapshot) -> list[Change]:
    """Find the changes of named graphs, in no order."""
    changes = []
    for iri in old.graphs.keys() | new.graphs.keys():
        was, now = old.graphs.get(iri), new.graphs.get(iri)
        found = property_changes(was, now, _OF_GRAPHS) if was is not None and now is not None else ()
        kind = kind_of_change(was, now, differs=bool(found))
        if kind:
            label = label_of(now or was or {}, new.language)
            changes.append(Change(kind, Sort.GRAPH, iri, label, str(SD.Graph), properties=found))
    return changes


def compare_descriptions(old: Snapshot, new: Snapshot, names: Mapping[str, str]) -> list[Change]:
    """Find what is said otherwise of the dataset, of those whom the description names, and of the ontology.

    :param names: the new names of terms that were renamed.
    """
    before, after = _described(old), _described(new)
    found = []
    for iri in before.keys() | after.keys():
        was, now = before.get(iri, {}), after.get(iri, {})
        changes = property_changes(renamed(was, names), renamed(now, names))
        if changes:
            label = label_of(now, new.language) or label_of(was, old.language)
            kind = class_of(now) or class_of(was)
            found.append(Change(Kind.CHANGED, Sort.DESCRIPTION, iri, label, kind, properties=changes))
    return found


def _described(snapshot: Snapshot) -> dict[str, Facts]:
    """What is said of the dataset and of whom it names, such as its publisher, and of the ontology."""
    found: dict[str, Facts] = {}
    wanted = [snapshot.dataset]
    for iri in wanted:
        facts = found[iri] = _lasting(snapshot.described[iri], snapshot.dataset)
        named = {each.value for values in facts.values() for each in values if isinstance(each, NamedNode)}
        wanted += sorted(named & snapshot.described.keys() - set(wanted))
    headers = ((iri, facts) for iri, facts in snapshot.terms.items() if not is_term(facts))
    return found | {iri: _lasting(facts, snapshot.dataset) for iri, facts in headers}


def _lasting(facts: Facts, dataset: str) -> Facts:
    """What does not differ from release to release by itself."""
    versions = f"{dataset}releases/", f"{dataset}ontology/"
    kept = {
        predicate: {value for value in values if not value.value.startswith(versions)}
        for predicate, values in facts.items()
        if predicate not in _OF_VERSIONS and not predicate.startswith(_SPACES)
    }
    return {predicate: values for predicate, values in kept.items() if values}
