"""Two snapshots -> the comparison of them."""

from pilotgraph.comparison.about import compare_descriptions, compare_graphs
from pilotgraph.comparison.changes import Comparison, order
from pilotgraph.comparison.questions import compare_questions
from pilotgraph.comparison.snapshot import Snapshot
from pilotgraph.comparison.terms import compare_terms, renames
from pilotgraph.comparison.things import compare_things
from pilotgraph.errors import ReleaseError


def compare(old: Snapshot, new: Snapshot) -> Comparison:
    """Find what changed in a dataset from one version to another.

    :raises ReleaseError: if they are versions of two datasets.
    """
    if old.dataset != new.dataset:
        raise ReleaseError(f"{old.dataset} and {new.dataset} are two datasets; compare versions of one")
    names = renames(old.terms, new.terms)
    changes = [
        *compare_things(old, new, names),
        *compare_terms(old.terms, new.terms, names, new.language),
        *compare_questions(old, new, names),
        *compare_graphs(old, new),
        *compare_descriptions(old, new, names),
    ]
    return Comparison(new.dataset, old.version, new.version, sorted(changes, key=order))
