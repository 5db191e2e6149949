"""Two ontologies -> the terms that were added, renamed, deprecated or removed, or that mean something else.

A term is renamed if it is deprecated in favour of a new one of the same kind.  Then the new term is no
addition, and whoever used the old one and now uses the new says the same as before.
"""

from collections.abc import Mapping

from pyoxigraph import NamedNode
from rdflib import DC, DCTERMS, OWL, RDFS, SKOS

from pilotgraph.comparison.changes import MARKS, WHOLE, Change, Kind, PropertyChange, Sort
from pilotgraph.comparison.facts import (
    class_of,
    is_deprecated,
    kind_of_change,
    label_of,
    marks,
    property_changes,
    renamed,
    replacements,
)
from pilotgraph.comparison.snapshot import TYPE, Facts

# How a term is spoken of; whatever else is said of it is what it means.
WORDING = frozenset(
    map(
        str,
        (
            *(RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy),
            *(SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel, SKOS.notation),
            *(SKOS.example, SKOS.note, SKOS.changeNote, SKOS.editorialNote, SKOS.historyNote),
            *(DCTERMS.title, DCTERMS.description, DCTERMS.source, DCTERMS.creator, DCTERMS.contributor),
            *(DCTERMS.created, DCTERMS.modified, DCTERMS.issued, DC.source, OWL.versionInfo),
        ),
    )
)
_ONTOLOGY = NamedNode(OWL.Ontology)

Terms = Mapping[str, Facts]


def is_meaning(change: PropertyChange) -> bool:
    """Whether a change is one of what a term means: not of its wording, and no mark."""
    return change.property not in WORDING and change.property not in MARKS


def changes_meaning(change: Change) -> bool:
    """Whether whoever used a term before would now say something else with it."""
    return change.kind is Kind.REMOVED or (
        change.kind is not Kind.ADDED and any(map(is_meaning, change.properties))
    )


def is_term(facts: Facts) -> bool:
    """Whether something that an ontology speaks of is a term: all are, but the ontology itself."""
    return _ONTOLOGY not in facts.get(TYPE, ())


def renames(old: Terms, new: Terms) -> dict[str, str]:
    """The new name of each term that was renamed."""
    found = {}
    for iri, facts in old.items():
        name = iri
        seen = {iri}
        # If it was renamed twice since, the last name counts.
        while name in new and is_deprecated(new[name]) and len(replacements(new[name])) == 1:
            (following,) = replacements(new[name])
            if following in seen or following in old or following not in new:
                break
            seen.add(following)
            name = following
        if name != iri and not is_deprecated(facts) and facts.get(TYPE) == new[name].get(TYPE):
            found[iri] = name
    return found


def compare_terms(
    old: Terms, new: Terms, names: Mapping[str, str] | None = None, language: str = ""
) -> list[Change]:
    """Find the changes of terms, in no order.

    :param names: as `renames` finds them; what those terms mean is compared under their new names.
    :param language: that of the labels which changes are told with.
    """
    names = renames(old, new) if names is None else names
    changes = []
    for iri in old.keys() | (new.keys() - set(names.values())):
        before, after = old.get(iri), new.get(iri)
        if not is_term(after or before or {}):
            continue
        if iri in names:
            changes.append(_rename(iri, names, old, new, language))
            continue
        before = before and renamed(before, names)
        # The old term is still there, beside the new one, and may still be spoken of.
        found = property_changes(before, after and renamed(after, names))
        kind = kind_of_change(before, after, differs=bool(found))
        if kind is None:
            continue
        changes.append(
            Change(
                kind,
                Sort.TERM,
                iri,
                label_of(after or before or {}, language),
                class_of(before or after or {}),
                properties=marks(kind, before, after) if kind in WHOLE else found,
            )
        )
    return changes


def _rename(iri: str, names: Mapping[str, str], old: Terms, new: Terms, language: str) -> Change:
    after = new[names[iri]]
    mark = property_changes(old[iri], new[iri], MARKS)
    meant = property_changes(renamed(old[iri], names), renamed(after, names))
    return Change(
        Kind.RENAMED,
        Sort.TERM,
        iri,
        label_of(old[iri], language),
        class_of(after),
        renamed_to=names[iri],
        properties=tuple(
            sorted((*mark, *(each for each in meant if each.property not in MARKS)), key=_property)
        ),
    )


def _property(change: PropertyChange) -> str:
    return change.property
