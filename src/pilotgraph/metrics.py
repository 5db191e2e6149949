"""What has been answered, and how things stand -> a page for Prometheus, and a line a query for the log.

Counting is a few additions, since a known answer takes less time than a counter of `prometheus_client`; the
page is made when it is asked for.  Text format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
No address is kept, and nothing is written down of who asked.
"""

import json
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TextIO

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)

MEDIA_TYPE = CONTENT_TYPE_LATEST

ANSWERED, UNCHANGED, GONE, REQUEST = "answered", "unchanged", "gone", "request"
_OUTCOMES: Mapping[type[QueryError], str] = {
    MalformedQuery: "malformed",
    QueryRefused: "refused",
    NoFormat: "not_acceptable",
    LimitExceeded: "limit",
    StoreUnavailable: "busy",
}
OUTCOMES = (ANSWERED, UNCHANGED, GONE, REQUEST, *_OUTCOMES.values())
_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


def outcome_of(error: Exception) -> str:
    """How a query ended that got no answer; a `RequestError` is the fault of the request around it."""
    return next((name for kind, name in _OUTCOMES.items() if isinstance(error, kind)), REQUEST)


class Asked(NamedTuple):
    """One query, as log and metrics tell it; `rows` is None where they are not counted."""

    text: str
    digest: str
    outcome: str
    status: int
    seconds: float
    size: int = 0
    rows: int | None = None
    origin: str = ""


class Metrics:
    """Counts queries; `state` tells how many there are of what a name says, when the page is made."""

    def __init__(self) -> None:
        self.state: Callable[[], Mapping[str, float]] = dict
        self._outcomes = Counter[str](dict.fromkeys(OUTCOMES, 0))
        self._origins = Counter[str]()
        self._events = Counter[str]()
        self._buckets = [0] * (len(_SECONDS) + 1)
        self._seconds, self._bytes = 0.0, 0
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def count(self, outcome: str, seconds: float, size: int, origin: str) -> None:
        """Count a query: how it ended, the time, the bytes of its answer and where that was from."""
        self._outcomes[outcome] += 1
        self._buckets[bisect_left(_SECONDS, seconds)] += 1
        self._seconds += seconds
        self._bytes += size
        if origin:
            self._origins[origin] += 1

    def notice(self, event: str) -> None:
        """Count something that happened to the processes."""
        self._events[event] += 1

    def page(self) -> bytes:
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What `prometheus_client` asks of a collector."""
        outcomes = CounterMetricFamily("pilotgraph_queries", "Queries, by how they ended", labels=["outcome"])
        for name, number in self._outcomes.items():
            outcomes.add_metric([name], number)
        origins = CounterMetricFamily("pilotgraph_answers", "Answers, by where from", labels=["origin"])
        for name, number in self._origins.items():
            origins.add_metric([name], number)
        events = CounterMetricFamily(
            "pilotgraph_process_events", "Starts of the supervisor and ends of workers", labels=["event"]
        )
        for name, number in self._events.items():
            events.add_metric([name], number)
        seconds = HistogramMetricFamily("pilotgraph_query_seconds", "Seconds from request to answer")
        so_far, buckets = 0, []
        for bound, number in zip((*map(str, _SECONDS), "+Inf"), self._buckets, strict=True):
            so_far += number
            buckets.append((bound, so_far))
        seconds.add_metric([], buckets, self._seconds)
        size = CounterMetricFamily("pilotgraph_answer_bytes", "Bytes of answers", value=self._bytes)
        yield from (outcomes, origins, events, seconds, size)
        for name, value in self.state().items():
            yield GaugeMetricFamily(f"pilotgraph_{name}", name.replace("_", " ").capitalize(), value=value)


class Log:
    """A line of JSON for each query; lines are gathered, for whoever flushes to write at once.

    :param tells: "hash" or "text": what a line tells of the query; with "none" the caller writes nothing.
    """

    def __init__(self, stream: TextIO, tells: str) -> None:
        self._stream, self.tells = stream, tells
        self._lines: list[str] = []

    @property
    def waiting(self) -> bool:
        return bool(self._lines)

    def write(self, asked: Asked) -> None:
        line = {
            "time": round(time.time(), 3),
            "query": asked.digest,
            "outcome": asked.outcome,
            "status": asked.status,
            "ms": round(asked.seconds * 1000, 2),
            "rows": asked.rows,
            "bytes": asked.size,
            "origin": asked.origin,
        }
        if self.tells == "text":
            line["text"] = asked.text
        self._lines.append(json.dumps(line))

    def flush(self) -> None:
        lines, self._lines = self._lines, []
        if lines:
            self._stream.write("\n".join([*lines, ""]))
            self._stream.flush()
