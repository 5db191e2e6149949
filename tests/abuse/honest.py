"""What an honest client asks, and what it must be told: expectations are those of the engine in process."""

import itertools
import time
from dataclasses import dataclass
from typing import NamedTuple

import pyoxigraph as ox

from abuse.server import HOST, Server
from conftest import Reply
from pilotgraph.formats import RESULT_FORMATS
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

CSV = next(format for format in RESULT_FORMATS if format.media_type == "text/csv")

# An honest answer takes milliseconds, and on a machine with much else to do, less than this.
PROMPT_SECONDS = 5.0
_KNOWN = 100


class Question(NamedTuple):
    text: str
    expected: bytes

    def check(self, reply: Reply) -> None:
        assert reply.status == 200, reply.text
        assert reply.media_type == CSV.media_type
        assert reply.body == self.expected


@dataclass(frozen=True)
class Questions:
    """Point queries: what is said of one thing of the release. No two are the same, so none is remembered."""

    known: tuple[Question, ...]
    count: "itertools.count[int]"

    @classmethod
    def of(cls, release: Release, local: LocalStore) -> "Questions":
        quads = ox.parse(release.read("data.nq"), ox.RdfFormat.N_QUADS)
        subjects = sorted({quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)})
        texts = [f"SELECT ?p ?o {{ <{each}> ?p ?o }}" for each in subjects[:: len(subjects) // _KNOWN]]
        known = tuple(Question(text, local.query(Query(text, solutions=CSV)).content) for text in texts)
        assert len({each.expected for each in known}) > _KNOWN // 2
        return cls(known, itertools.count())

    def next(self) -> Question:
        number = next(self.count)
        text, expected = self.known[number % len(self.known)]
        return Question(f"{text} # {number}", expected)

    def ask(self, server: Server, times: int = 1, source: str = HOST) -> None:
        """Ask, one after the other: every answer must be right and prompt."""
        for _ in range(times):
            question = self.next()
            start = time.monotonic()
            question.check(server.ask(question.text, source=source))
            assert time.monotonic() - start < PROMPT_SECONDS
