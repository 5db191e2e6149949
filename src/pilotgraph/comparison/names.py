"""What IRIs and values are called, for people: by a release, or by several where one has no word for it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from pyoxigraph import NamedNode

from pilotgraph.comparison.changes import STRUCTURE, Value
from pilotgraph.comparison.facts import label_of
from pilotgraph.comparison.snapshot import Facts, Snapshot
from pilotgraph.context import Context
from pilotgraph.lexical import words

_IRI = re.compile("<([^<>]*)>")


class Names:
    """Looks names up.

    :param sources: facts by subject; the first that have a label give it.
    :param language: that of readers.
    :param context: how records write IRIs, if that is known.
    """

    def __init__(
        self, sources: Iterable[Mapping[str, Facts]], language: str = "", context: Context | None = None
    ) -> None:
        self._sources, self._language, self.context = list(sources), language, context

    @classmethod
    def of(cls, *snapshots: Snapshot) -> Self:
        """The names of snapshots, the first of which counts most."""
        sources = (facts for each in snapshots for facts in (each.things, each.terms, each.described))
        contexts = (each.context for each in snapshots if each.context)
        return cls(sources, snapshots[0].language, next(contexts, None))

    @property
    def prefixes(self) -> dict[str, str]:
        """The prefixes that records are written with."""
        return dict(self.context.prefixes) if self.context else {}

    def label(self, iri: str) -> str:
        """What something is called; empty if nothing says so."""
        found = (label_of(facts[iri], self._language) for facts in self._sources if iri in facts)
        return next(filter(None, found), "")

    def term(self, iri: str) -> str:
        """What a property, a class or a graph is called; without a label, its local name as words."""
        label = self.label(iri)
        if label:
            return label
        local = words(iri)
        # Classes that no ontology of the release has a label for, such as owl:ObjectProperty, are words too.
        return local[:1].lower() + local[1:] if local[1:2].islower() else local

    def values(self, values: Sequence[Value]) -> list[str]:
        """What values are called; as N-Triples have them, if two of them would look alike."""
        texts = [self._value(each) for each in values]
        return texts if len(set(texts)) == len(texts) else list(map(str, values))

    def _value(self, value: Value) -> str:
        if isinstance(value, NamedNode):
            return self.label(value.value) or value.value
        if value.datatype == STRUCTURE and self.context:
            compact = self.context.compact
            return _IRI.sub(lambda match: compact(match[1]), value.value)
        return value.value
