"""Metrics as Prometheus reads them, and the log as lines of JSON."""

import io
import json
import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)
from pilotgraph.metrics import ANSWERED, MEDIA_TYPE, OUTCOMES, REQUEST, Asked, Log, Metrics, outcome_of
from pilotgraph.negotiation import RequestError

ASKED = Asked("ASK {}", "0f", ANSWERED, 200, 0.0034, 1234, 7, "worker")


def samples(metrics: Metrics) -> dict[tuple[str, str], float]:
    """What a page says: numbers by name and label."""
    return dict(_samples(metrics.page().decode()))


def _samples(page: str) -> Iterator[tuple[tuple[str, str], float]]:
    for family in text_string_to_metric_families(page):
        assert family.documentation
        assert family.type in ("counter", "gauge", "histogram")
        for sample in family.samples:
            assert sample.name.startswith("pilotgraph_")
            yield (sample.name, next(iter(sample.labels.values()), "")), sample.value


def test_a_page_before_the_first_query_has_every_outcome() -> None:
    said = samples(Metrics())
    assert {label for name, label in said if name == "pilotgraph_queries_total"} == set(OUTCOMES)
    assert set(said.values()) == {0.0}
    assert MEDIA_TYPE.startswith("text/plain")


def test_it_counts_what_it_is_told() -> None:
    metrics = Metrics()
    for seconds, size in ((0.0004, 100), (0.0005, 10), (0.3, 1), (100.0, 0)):
        metrics.count(ANSWERED, seconds, size, "worker")
    metrics.count("limit", 0.02, 0, "")
    metrics.notice("worker ended: memory")
    metrics.state = lambda: {"workers": 2, "cache_bytes": 12.0}
    said = samples(metrics)
    assert said["pilotgraph_queries_total", ANSWERED] == 4
    assert said["pilotgraph_queries_total", "limit"] == 1
    assert said["pilotgraph_queries_total", "busy"] == 0
    assert said["pilotgraph_answers_total", "worker"] == 4
    assert said["pilotgraph_answer_bytes_total", ""] == 111
    assert said["pilotgraph_process_events_total", "worker ended: memory"] == 1
    assert said["pilotgraph_workers", ""] == 2
    assert said["pilotgraph_cache_bytes", ""] == 12
    buckets = {bound: said["pilotgraph_query_seconds_bucket", bound] for bound in ("0.0005", "0.02", "0.5")}
    assert buckets == {"0.0005": 2, "0.02": 3, "0.5": 4}
    assert said["pilotgraph_query_seconds_bucket", "+Inf"] == said["pilotgraph_query_seconds_count", ""] == 5
    assert said["pilotgraph_query_seconds_sum", ""] == pytest.approx(100.3209)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (MalformedQuery(), "malformed"),
        (QueryRefused(), "refused"),
        (NoFormat([]), "not_acceptable"),
        (LimitExceeded(), "limit"),
        (StoreUnavailable(), "busy"),
        (RequestError(HTTPStatus.BAD_REQUEST, "no"), REQUEST),
    ],
)
def test_each_error_is_an_outcome(error: QueryError | RequestError, outcome: str) -> None:
    assert outcome_of(error) == outcome
    assert outcome in OUTCOMES


@pytest.mark.parametrize(("tells", "text"), [("hash", None), ("text", 'ASK { "\n" }')])
def test_a_query_is_one_line(tells: str, text: str | None) -> None:
    stream = io.StringIO()
    log = Log(stream, tells)
    assert not log.waiting
    log.write(ASKED._replace(text='ASK { "\n" }'))
    log.write(ASKED._replace(outcome="limit", status=500, rows=None, origin=""))
    assert log.waiting
    assert stream.getvalue() == ""
    log.flush()
    log.flush()
    assert not log.waiting
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first.pop("time") == pytest.approx(time.time(), abs=600)
    assert first.pop("text", None) == text
    assert first == {
        "query": "0f",
        "outcome": ANSWERED,
        "status": 200,
        "ms": 3.4,
        "rows": 7,
        "bytes": 1234,
        "origin": "worker",
    }
    assert (second["outcome"], second["status"], second["rows"]) == ("limit", 500, None)
