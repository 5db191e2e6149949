"""The SPARQL Protocol and content negotiation: one fact a test."""

from urllib.parse import quote, urlencode

import pytest

from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.protocol import Failure, RequestError, choose, failure, negotiate, read_query
from pilotgraph.store import Query

ASK = "ASK { ?s ?p 'é+ü' }"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
JSON, XML, CSV, TSV = RESULT_FORMATS
TURTLE, JSON_LD, N_TRIPLES, N_QUADS, RDF_XML = RDF_FORMATS


def read(
    method: str = "GET",
    query_string: str | bytes = b"",
    content_type: str | None = None,
    accept: str | None = None,
    body: bytes = b"",
) -> Query | None:
    if isinstance(query_string, str):
        query_string = query_string.encode()
    return read_query(method, query_string, content_type, accept, body, max_kb=1)


ENCODED = urlencode({"query": ASK})

WAYS = [
    pytest.param("GET", ENCODED, None, b"", id="GET"),
    pytest.param("HEAD", ENCODED, None, b"", id="HEAD"),
    pytest.param("GET", "query=" + quote(ASK), None, b"", id="GET with %20 for a space"),
    pytest.param("GET", "query=ASK+{+?s+?p+'é%2Bü'+}", None, b"", id="GET with UTF-8 as it is"),
    pytest.param(
        "GET", ENCODED + "&timeout=3&format=", None, b"", id="GET with parameters of other endpoints"
    ),
    pytest.param("GET", ENCODED, DIRECT, b"ASK {}", id="GET with a body, which means nothing"),
    pytest.param("POST", "", FORM, ENCODED.encode(), id="POST of a form"),
    pytest.param("POST", "", FORM + "; charset=UTF-8", ENCODED.encode(), id="POST of a form that says UTF-8"),
    pytest.param("POST", "", DIRECT, ASK.encode(), id="POST of the query"),
    pytest.param("POST", "", "Application/SPARQL-Query;charset=utf-8", ASK.encode(), id="POST, any case"),
    pytest.param("QUERY", "", DIRECT, ASK.encode(), id="QUERY"),
]


@pytest.mark.parametrize(("method", "query_string", "content_type", "body"), WAYS)
def test_a_query_can_be_sent_by(
    method: str, query_string: str, content_type: str | None, body: bytes
) -> None:
    assert read(method, query_string, content_type, None, body) == Query(ASK, solutions=JSON, graph=TURTLE)


GRAPHS = "default-graph-uri=a:1&named-graph-uri=a:2&default-graph-uri=a%3A3&named-graph-uri=a:4"


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body"),
    [
        pytest.param("GET", f"{GRAPHS}&query=ASK+{{}}", None, b"", id="GET"),
        pytest.param("POST", GRAPHS, DIRECT, b"ASK {}", id="POST of the query"),
        pytest.param("POST", "", FORM, f"query=ASK+{{}}&{GRAPHS}".encode(), id="POST of a form"),
        pytest.param("POST", GRAPHS, FORM, b"query=ASK+{}", id="POST of a form, the graphs in the URL"),
    ],
)
def test_graphs_can_be_named_in(
    method: str, query_string: str, content_type: str | None, body: bytes
) -> None:
    assert read(method, query_string, content_type, None, body) == Query(
        "ASK {}", ("a:1", "a:3"), ("a:2", "a:4"), JSON, TURTLE
    )


@pytest.mark.parametrize("query_string", ["", "utm_source=x"])
def test_nothing_asked_is_no_error(query_string: str) -> None:
    assert read("GET", query_string) is None


def test_an_empty_query_is_one() -> None:
    assert read("GET", "query=") == Query("", solutions=JSON, graph=TURTLE)


ONE = "A request holds exactly one query; this one holds"
HOW = f"Send it as {DIRECT} or {FORM}."
NOT_UTF8 = "The request is not in UTF-8."
TAKES = {"Accept": f"{DIRECT}, {FORM}"}
LONG = "ASK {} #" + "a" * 1_000
TOO_LONG = "A query may be 1 kB long; this one is longer."
ALLOW = {"Allow": "GET, HEAD, OPTIONS, POST, QUERY"}

REFUSED = [
    pytest.param("GET", "query=a&query=b", None, b"", 400, f"{ONE} 2.", {}, id="two queries"),
    pytest.param(
        "POST", "query=a", DIRECT, b"b", 400, f"{ONE} 2.", {}, id="one in the URL and one in the body"
    ),
    pytest.param(
        "POST", "query=a", FORM, b"query=b", 400, f"{ONE} 2.", {}, id="one in the URL, one in a form"
    ),
    pytest.param("GET", "default-graph-uri=a:g", None, b"", 400, f"{ONE} none.", {}, id="only a graph"),
    pytest.param("POST", "", FORM, b"", 400, f"{ONE} none.", {}, id="an empty form"),
    pytest.param("POST", "", FORM, b"Query=ASK+{}", 400, f"{ONE} none.", {}, id="a parameter in capitals"),
    pytest.param("GET", "query=%ff", None, b"", 400, NOT_UTF8, {}, id="escaped bytes that are not UTF-8"),
    pytest.param("GET", b"query=\xff", None, b"", 400, NOT_UTF8, {}, id="bytes that are not UTF-8"),
    pytest.param("GET", "query=%ED%A0%80", None, b"", 400, NOT_UTF8, {}, id="a surrogate"),
    pytest.param("POST", "", DIRECT, b"\xff", 400, NOT_UTF8, {}, id="a body that is not UTF-8"),
    pytest.param("POST", "", FORM, b"query=%ff", 400, NOT_UTF8, {}, id="a form that is not UTF-8"),
    pytest.param(
        "PUT",
        "",
        DIRECT,
        b"ASK {}",
        405,
        "A query is sent by GET, POST or QUERY, not by PUT.",
        ALLOW,
        id="PUT",
    ),
    pytest.param("POST", "", DIRECT, LONG.encode(), 413, TOO_LONG, {}, id="a long query in a body"),
    pytest.param("GET", urlencode({"query": LONG}), None, b"", 414, TOO_LONG, {}, id="a long query in a URL"),
    pytest.param(
        "POST",
        "",
        None,
        b"ASK {}",
        415,
        f"No Content-Type is not how a query is sent. {HOW}",
        TAKES,
        id="no media type",
    ),
    pytest.param(
        "POST",
        "",
        "text/plain",
        b"ASK {}",
        415,
        f"text/plain is not how a query is sent. {HOW}",
        TAKES,
        id="another media type",
    ),
    pytest.param(
        "POST",
        "",
        DIRECT + ";charset=latin1",
        b"ASK {}",
        415,
        f"A query is sent in UTF-8, not latin1. {HOW}",
        TAKES,
        id="another encoding",
    ),
]


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body", "status", "message", "headers"), REFUSED
)
def test_refused(
    method: str,
    query_string: str | bytes,
    content_type: str | None,
    body: bytes,
    status: int,
    message: str,
    headers: dict[str, str],
) -> None:
    with pytest.raises(RequestError) as error:
        read(method, query_string, content_type, None, body)
    assert (error.value.status, str(error.value), error.value.headers) == (status, message, headers)


@pytest.mark.parametrize(
    ("method", "query_string", "content_type", "body"),
    [
        pytest.param("POST", "", "application/sparql-update", b"CLEAR ALL", id="POST of an update"),
        pytest.param("POST", "", FORM, b"update=CLEAR+ALL", id="POST of a form with an update"),
        pytest.param("GET", "update=CLEAR+ALL", None, b"", id="GET of an update"),
        pytest.param("GET", "query=ASK+{}&update=CLEAR+ALL", None, b"", id="GET of a query and an update"),
    ],
)
def test_an_update_is_refused(method: str, query_string: str, content_type: str | None, body: bytes) -> None:
    with pytest.raises(QueryRefused) as refused:
        read(method, query_string, content_type, None, body)
    assert str(refused.value) == "This endpoint answers queries only; it takes no updates."


@pytest.mark.parametrize(
    ("accept", "solutions", "graph"),
    [
        pytest.param(None, JSON, TURTLE, id="no header: the first of each kind"),
        pytest.param("text/csv", CSV, None, id="solutions only"),
        pytest.param("application/rdf+xml", None, RDF_XML, id="graphs only"),
        pytest.param("text/csv, application/n-triples;q=0.1", CSV, N_TRIPLES, id="each kind by itself"),
        pytest.param("text/*", CSV, TURTLE, id="a range covers both kinds"),
    ],
)
def test_each_kind_of_answer_has_its_format(accept: str | None, solutions: object, graph: object) -> None:
    query = read("GET", ENCODED, None, accept)
    assert query
    assert (query.solutions, query.graph) == (solutions, graph)


ALL_TYPES = [each.media_type for each in RESULT_FORMATS] + [each.media_type for each in RDF_FORMATS]
NOTHING = "Nothing here has a type that your Accept header allows. It can be sent as: "


def test_no_format_of_either_kind_is_refused() -> None:
    with pytest.raises(RequestError) as error:
        read("GET", ENCODED, None, "image/png")
    assert failure(error.value) == Failure(
        406,
        {},
        {
            "title": "Not Acceptable",
            "status": 406,
            "detail": NOTHING + ", ".join(ALL_TYPES),
            "offers": ALL_TYPES,
        },
    )


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        pytest.param(None, ".ttl", id="no header means our first offer"),
        pytest.param("", ".ttl", id="so does an empty one"),
        pytest.param(" ,, ", ".ttl", id="so does one with nothing in it"),
        pytest.param("*/*", ".ttl", id="so does a full wildcard"),
        pytest.param("*", ".ttl", id="a bare star, as Java sends it, is one"),
        pytest.param("application/*", ".jsonld", id="a type range keeps our order"),
        pytest.param("application/rdf+xml", ".rdf", id="an exact type"),
        pytest.param("Application/RDF+XML", ".rdf", id="in any case"),
        pytest.param("text/turtle;q=0.4, application/rdf+xml", ".rdf", id="the higher q wins"),
        pytest.param("application/n-quads, application/rdf+xml", ".nq", id="of equals, our first"),
        pytest.param("application/rdf+xml, */*", ".rdf", id="of equals, the one that was named"),
        pytest.param("application/rdf+xml;q=0.5, */*;q=0.5", ".rdf", id="also with q"),
        pytest.param("*/*, text/turtle;q=0", ".jsonld", id="q=0 rules a format out, whatever the wildcard"),
        pytest.param("text/turtle;q=0, */*;q=0.1", ".jsonld", id="in either order"),
        pytest.param("text/turtle;q=0.1, */*;q=0.9", ".jsonld", id="a named type's q overrides a wildcard's"),
        pytest.param(
            "application/*;q=0.2, */*;q=0.1", ".jsonld", id="a type range's overrides a full wildcard's"
        ),
        pytest.param("application/*;q=0, */*;q=0.1", ".ttl", id="also to rule it out"),
        pytest.param("text/turtle; charset=utf-8", ".ttl", id="a parameter does not hide a match"),
        pytest.param(
            'application/ld+json; profile="http://example.org/a, b"; q=0.8, text/turtle;q=0.7',
            ".jsonld",
            id="not even one with a comma in it",
        ),
        pytest.param(
            "text/turtle;q=high, application/n-triples;q=0.1", ".nt", id="a range with a bad q is left out"
        ),
        pytest.param("text/html, application/xhtml+xml, */*;q=0.8", ".ttl", id="a browser takes anything"),
    ],
)
def test_negotiate(accept: str | None, suffix: str) -> None:
    assert negotiate(accept, RDF_FORMATS).suffix == suffix


@pytest.mark.parametrize(
    "accept", ["image/png", "text/html", "*/*;q=0", "text/turtle;q=0", "text/turtle;q=0.000"]
)
def test_nothing_that_fits_is_406_with_the_offers(accept: str) -> None:
    assert choose(accept, [TURTLE]) is None
    with pytest.raises(RequestError) as error:
        negotiate(accept, [TURTLE])
    assert (error.value.status, str(error.value), error.value.offers) == (
        406,
        NOTHING + "text/turtle",
        ("text/turtle",),
    )


@pytest.mark.parametrize(
    ("error", "status", "title", "headers"),
    [
        (MalformedQuery("Here."), 400, "Malformed query", {}),
        (QueryRefused("Here."), 403, "Query refused", {}),
        (LimitExceeded("Here."), 500, "Limit exceeded", {}),
        (StoreUnavailable("Here."), 503, "Busy", {"Retry-After": "1"}),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, QueryError) else "",
)
def test_the_failure_of_a_query(error: QueryError, status: int, title: str, headers: dict[str, str]) -> None:
    assert failure(error) == Failure(status, headers, {"title": title, "status": status, "detail": "Here."})


def test_the_failure_of_a_query_with_another_kind_of_answer_has_the_offers() -> None:
    assert failure(NoFormat(["text/csv"])) == Failure(
        406,
        {},
        {
            "title": "Not acceptable",
            "status": 406,
            "detail": "This answer can be sent as: text/csv",
            "offers": ["text/csv"],
        },
    )


def test_every_reason_why_a_query_has_no_answer_has_a_status() -> None:
    reasons = QueryError.__subclasses__()
    assert len(reasons) == 5
    for reason in reasons:
        assert 400 <= failure(reason("x")).status < 600
