"""The SPARQL Protocol: one fact a test, and whatever bytes a stranger sends."""

import json
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, Format
from pilotgraph.negotiation import RequestError, choose
from pilotgraph.protocol import (
    HOW_TO_ASK,
    METHODS,
    Failure,
    accept_of,
    failure,
    read_query,
)
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
    pytest.param("GET", "query=" + quote(ASK, safe=""), None, b"", id="GET with all escaped"),
    pytest.param(
        "GET", "query=ASK+%7b+?s+?p+%27%c3%a9%2b%c3%bc%27+}", None, b"", id="escapes in small letters"
    ),
    pytest.param("GET", "&&" + ENCODED + "&", None, b"", id="GET with empty parameters"),
    pytest.param("GET", "que%72y=" + quote(ASK), None, b"", id="GET with an escape in a name"),
    pytest.param(
        "GET", ENCODED + "&debug&maxrows=3&version=1.2", None, b"", id="GET with what other endpoints know"
    ),
    pytest.param("GET", ENCODED, DIRECT, b"ASK {}", id="GET with a body, which means nothing"),
    pytest.param("POST", "", FORM, ENCODED.encode(), id="POST of a form"),
    pytest.param("POST", "", FORM + "; charset=UTF-8", ENCODED.encode(), id="POST of a form that says UTF-8"),
    pytest.param("POST", "", FORM + ';charset="utf-8"', ENCODED.encode(), id="POST, in quotation marks"),
    pytest.param("POST", ENCODED, FORM, b"", id="POST of an empty form, with the query in the URL"),
    pytest.param("POST", "", DIRECT, ASK.encode(), id="POST of the query"),
    pytest.param("POST", "", "Application/SPARQL-Query;charset=utf-8", ASK.encode(), id="POST, any case"),
    pytest.param("QUERY", "", DIRECT, ASK.encode(), id="QUERY"),
    pytest.param("QUERY", "", FORM, ENCODED.encode(), id="QUERY with a form"),
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
        # Where the Protocol has no parameters; but a test of the W3C's, query_post_form, sends one.
        pytest.param("POST", GRAPHS, FORM, b"query=ASK+{}", id="POST of a form, the graphs in the URL"),
        pytest.param("QUERY", GRAPHS, DIRECT, b"ASK {}", id="QUERY"),
    ],
)
def test_graphs_can_be_named_in(
    method: str, query_string: str, content_type: str | None, body: bytes
) -> None:
    assert read(method, query_string, content_type, None, body) == Query(
        "ASK {}", ("a:1", "a:3"), ("a:2", "a:4"), JSON, TURTLE
    )


def test_graphs_of_url_and_form_are_asked_together() -> None:
    query = read("POST", "default-graph-uri=a:1", FORM, None, b"query=&default-graph-uri=a:2")
    assert query
    assert query.default_graphs == ("a:1", "a:2")


@pytest.mark.parametrize("query_string", ["", "utm_source=x", "format=ttl&timeout=1", "&", "=query"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nothing_asked_is_no_error(method: str, query_string: str) -> None:
    assert read(method, query_string) is None


def test_options_asks_nothing_and_is_told_how() -> None:
    assert read("OPTIONS", ENCODED) is None
    assert HOW_TO_ASK == {
        "Allow": "GET, HEAD, OPTIONS, POST, QUERY",
        "Accept-Post": "application/sparql-query, application/x-www-form-urlencoded",
        "Accept-Query": "application/sparql-query, application/x-www-form-urlencoded",
    }


@pytest.mark.parametrize("query_string", ["query=", "query", "query=&utm_source=x"])
def test_an_empty_query_is_one(query_string: str) -> None:
    assert read("GET", query_string) == Query("", solutions=JSON, graph=TURTLE)


def test_a_query_as_long_as_it_may_be() -> None:
    for text in ("a" * 1000, "é" * 500):
        assert read("POST", "", DIRECT, None, text.encode()) == Query(text, solutions=JSON, graph=TURTLE)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        *(("3", 3.0), ("2.5", 2.5), (".5", 0.5), ("7.", 7.0), ("0.001", 0.001), ("0030", 30.0)),
        pytest.param("", None, id="an empty field of a form"),
        pytest.param("999999999", 999_999_999.0, id="more than any deadline"),
        pytest.param("3&timeout=&timeout=2", 2.0, id="of several the shortest"),
    ],
)
def test_a_client_says_how_long_it_waits(value: str, seconds: float | None) -> None:
    for method, in_url, content_type, in_body in (
        ("GET", f"query=&timeout={value}", None, ""),
        ("POST", f"timeout={value}", DIRECT, ""),
        ("POST", "", FORM, f"query=&timeout={value}"),
    ):
        query = read(method, in_url, content_type, None, in_body.encode())
        assert query
        assert query.timeout_seconds == seconds


ONE = "A request holds exactly one query; this one holds"
HOW = f"Send it as {DIRECT} or {FORM}."
NOT_UTF8 = "The request is not in UTF-8."
TAKES = dict.fromkeys(("Accept", "Accept-Post", "Accept-Query"), f"{DIRECT}, {FORM}")
ESCAPE = "A % begins the escape of a byte, such as %20; for the sign itself write %25."
SECONDS = "timeout is a number of seconds over 0, such as 2.5."
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
    pytest.param("GET", "named-graph-uri=a:g", None, b"", 400, f"{ONE} none.", {}, id="only a named graph"),
    pytest.param("GET", "query=a&query=b&query=", None, b"", 400, f"{ONE} 3.", {}, id="three queries"),
    pytest.param("POST", "", FORM, b"query=a&query=a", 400, f"{ONE} 2.", {}, id="one query twice"),
    pytest.param("POST", "query=a", DIRECT, b"", 400, f"{ONE} 2.", {}, id="one in the URL, an empty body"),
    pytest.param("GET", "query=50%", None, b"", 400, ESCAPE, {}, id="a % at the end"),
    pytest.param("GET", "query=50%+a", None, b"", 400, ESCAPE, {}, id="a % before something else"),
    pytest.param(
        "GET", "query=%u00e9", None, b"", 400, ESCAPE, {}, id="an escape as JavaScript once wrote it"
    ),
    pytest.param("GET", "query=a&x=%4", None, b"", 400, ESCAPE, {}, id="half an escape, anywhere"),
    pytest.param("POST", "", FORM, b"query=%g0", 400, ESCAPE, {}, id="no escape, in a form"),
    pytest.param(
        "GET",
        "query=a" + "&a" * 1000,
        None,
        b"",
        400,
        "A request may have 1,000 parameters; this one has more.",
        {},
        id="too many parameters",
    ),
    *(
        pytest.param("GET", f"query=a&timeout={value}", None, b"", 400, SECONDS, {}, id=f"timeout={value}")
        for value in (
            "0",
            "0.0",
            "-1",
            "%2B1",
            "1e3",
            "inf",
            "nan",
            "1_0",
            "10s",
            "PT5S",
            "%D9%A3",
            "1,5",
            ".",
            "+3",
        )
    ),
    pytest.param("GET", "query=a&timeout=" + "9" * 10, None, b"", 400, SECONDS, {}, id="a timeout of ages"),
    pytest.param(
        "GET", "query=a&timeout=1&timeout=x", None, b"", 400, SECONDS, {}, id="one timeout of two is wrong"
    ),
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
    pytest.param(
        "get",
        "query=",
        None,
        b"",
        405,
        "A query is sent by GET, POST or QUERY, not by get.",
        ALLOW,
        id="a method in small letters",
    ),
    pytest.param(
        "POST", "", FORM, urlencode({"query": LONG}).encode(), 413, TOO_LONG, {}, id="a long query, escaped"
    ),
    pytest.param(
        "POST", "", DIRECT, ("é" * 501).encode(), 413, TOO_LONG, {}, id="longer in bytes than in letters"
    ),
    pytest.param("HEAD", urlencode({"query": LONG}), None, b"", 414, TOO_LONG, {}, id="also asked by HEAD"),
    pytest.param("QUERY", "", DIRECT, LONG.encode(), 413, TOO_LONG, {}, id="also asked by QUERY"),
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
    pytest.param(
        "QUERY",
        "",
        None,
        b"ASK {}",
        415,
        f"No Content-Type is not how a query is sent. {HOW}",
        TAKES,
        id="QUERY and no media type",
    ),
    pytest.param(
        "POST",
        "",
        "multipart/form-data; boundary=x",
        b"",
        415,
        f"multipart/form-data is not how a query is sent. {HOW}",
        TAKES,
        id="a form of the other kind",
    ),
    pytest.param(
        "POST",
        "",
        DIRECT + ";" + "a" * 200,
        b"ASK {}",
        415,
        f"The Content-Type is longer than 200 characters. {HOW}",
        TAKES,
        id="a long media type",
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
        pytest.param("QUERY", "", "application/sparql-update; charset=utf-8", b"", id="QUERY of an update"),
        pytest.param("GET", "update=", None, b"", id="GET of an empty update"),
    ],
)
def test_an_update_is_refused(method: str, query_string: str, content_type: str | None, body: bytes) -> None:
    with pytest.raises(QueryRefused) as refused:
        read(method, query_string, content_type, None, body)
    assert str(refused.value) == "Only queries are answered here: updates are not taken."


@pytest.mark.parametrize(
    ("accept", "solutions", "graph"),
    [
        pytest.param(None, JSON, TURTLE, id="no header: the first of each kind"),
        pytest.param("text/csv", CSV, None, id="solutions only"),
        pytest.param("application/rdf+xml", None, RDF_XML, id="graphs only"),
        pytest.param("text/csv, application/n-triples;q=0.1", CSV, N_TRIPLES, id="each kind by itself"),
        pytest.param("text/*", CSV, TURTLE, id="a range covers both kinds"),
        pytest.param("application/json", JSON, JSON_LD, id="so does an alias"),
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
    ("value", "solutions", "graph"),
    [
        # What SPARQLWrapper sends for each of its formats, with "Accept: */*" where it means another kind.
        pytest.param("json", JSON, JSON_LD, id="json"),
        pytest.param("xml", XML, RDF_XML, id="xml"),
        pytest.param("csv", CSV, TURTLE, id="csv; a graph as we like"),
        pytest.param("tsv&format=text/tab-separated-values", TSV, TURTLE, id="tsv, twice"),
        pytest.param("turtle", JSON, TURTLE, id="turtle; solutions as we like"),
        pytest.param("n3", JSON, TURTLE, id="n3"),
        pytest.param("rdf", JSON, RDF_XML, id="rdf"),
        pytest.param("rdf%2Bxml&format=application/rdf%2Bxml", JSON, RDF_XML, id="rdf+xml"),
        pytest.param(
            "json-ld&format=application/ld%2Bjson%2Capplication/x-json%2Bld", JSON, JSON_LD, id="json-ld"
        ),
        pytest.param("srj", JSON, TURTLE, id="a suffix"),
        pytest.param("nt", JSON, N_TRIPLES, id="another"),
        pytest.param("N-Quads", JSON, N_QUADS, id="a name, in any case"),
        pytest.param("application/sparql-results%2Bxml", XML, TURTLE, id="a media type"),
        pytest.param(
            "application/sparql-results+xml;charset=utf-8", XML, TURTLE, id="with its plus as it is"
        ),
        pytest.param("sparql-results%2Bjson", JSON, TURTLE, id="a part of one"),
        pytest.param("csv,nt", CSV, N_TRIPLES, id="one for each kind"),
        pytest.param("&format=csv", CSV, TURTLE, id="an empty one before it"),
    ],
)
def test_a_parameter_names_the_format_in_place_of_accept(
    value: str, solutions: object, graph: object
) -> None:
    for method, in_url, content_type, in_body in (
        ("GET", f"query=&format={value}", None, ""),
        ("POST", f"format={value}", DIRECT, ""),
        ("QUERY", "", FORM, f"query=&format={value}"),
    ):
        url, body = in_url.encode(), in_body.encode()
        accept = accept_of(method, url, content_type, "text/html,image/png", body)
        query = read_query(method, url, content_type, accept, body, 1)
        assert query
        assert (query.solutions, query.graph) == (solutions, graph)


@pytest.mark.parametrize(
    ("query_string", "body"),
    [
        pytest.param("query=a", "", id="no format"),
        pytest.param("query=a&format=", "", id="an empty one"),
        pytest.param("query=a&xformat=csv", "", id="another name"),
        pytest.param("query=a&Format=csv", "", id="a name in capitals"),
        pytest.param("query=format=csv", "", id="within the query"),
        pytest.param("query=a", "format=csv", id="in a body that means nothing"),
    ],
)
@pytest.mark.parametrize("accept", [None, "", "text/turtle", "no such thing"])
def test_else_accept_stands(query_string: str, body: str, accept: str | None) -> None:
    assert accept_of("GET", query_string.encode(), None, accept, body.encode()) == accept


NAMES = ["json", "xml", "csv", "tsv", "turtle", "json-ld", "n-triples", "n-quads", "rdf/xml"]


@pytest.mark.parametrize(
    "value", ["html", "text/plain", "*/*", "jsonp", "application/rdf%2Bjson", ".csv", "x,y"]
)
def test_a_format_that_we_do_not_have_is_400_with_those_that_we_have(value: str) -> None:
    with pytest.raises(RequestError) as error:
        accept_of("GET", f"query=&format={value}".encode(), None, None, b"")
    assert failure(error.value) == Failure(
        400,
        {},
        {
            "title": "Bad Request",
            "status": 400,
            "detail": f"No format of ours has the name that format gives. It can be: {', '.join(NAMES)}",
            "offers": NAMES,
        },
    )


def test_every_name_of_every_format_is_known() -> None:
    formats: list[Format[Any]] = [*RESULT_FORMATS, *RDF_FORMATS]
    assert [each.name.lower() for each in formats] == NAMES
    for form in formats:
        for name in (form.name, form.suffix[1:], form.media_type, *form.aliases):
            accept = accept_of("GET", urlencode({"format": name}).encode(), None, None, b"")
            kind = RESULT_FORMATS if form in RESULT_FORMATS else RDF_FORMATS
            assert choose(accept, kind) is form or choose(accept, formats) is form


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


def test_who_is_to_wait_longer_is_told_so() -> None:
    assert failure(StoreUnavailable("Here."), retry_after_seconds=30).headers == {"Retry-After": "30"}


def test_every_reason_why_a_query_has_no_answer_has_a_status() -> None:
    reasons = QueryError.__subclasses__()
    assert len(reasons) == 5
    for reason in reasons:
        assert 400 <= failure(reason("x")).status < 600


TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=50)


@settings(deadline=None)
@given(text=TEXTS, default=st.lists(TEXTS, max_size=3), named=st.lists(TEXTS, max_size=3))
def test_what_is_sent_is_what_is_asked_in_every_way(text: str, default: list[str], named: list[str]) -> None:
    graphs = [("default-graph-uri", each) for each in default] + [("named-graph-uri", each) for each in named]
    in_url, form = urlencode(graphs).encode(), urlencode([("query", text), *graphs], quote_via=quote).encode()
    asked = Query(text, tuple(default), tuple(named), JSON, TURTLE)
    assert read("GET", form) == asked
    assert read("POST", "", FORM, None, form) == asked
    for method in ("POST", "QUERY"):
        assert read(method, in_url, DIRECT, None, text.encode()) == asked


# What means something, so that more than noise is tried.
PIECES = (
    b"query= update= default-graph-uri= timeout= format= json csv 1.5 ASK & = + % %20 %ff %C3%A9 \xc3\xa9"
    b" \\ \\x41 \\N{DIGIT\x00 , ;"
)
CONTENT = st.lists(
    st.sampled_from([*PIECES.split(b" "), b" ", b"\r\n", b"a" * 600]) | st.binary(max_size=4), max_size=8
).map(b"".join)


@settings(deadline=None)
@given(CONTENT)
def test_parameters_are_read_as_the_standard_library_reads_them(content: bytes) -> None:
    content = content.replace(b"query", b"q")
    try:
        query = read("GET", b"default-graph-uri=&query=&" + content)
    except (RequestError, QueryRefused):
        return
    assert query
    pairs = parse_qsl(content.decode(), keep_blank_values=True, errors="strict")
    expected = ("", *(value for name, value in pairs if name == "default-graph-uri"))
    assert query.default_graphs == expected


# As a server reads the bytes of a header.
HEADER = st.text(st.characters(max_codepoint=255), max_size=20)
CONTENT_TYPES = (
    st.none()
    | HEADER
    | st.builds(
        lambda media_type, rest: media_type + rest,
        st.sampled_from([FORM, DIRECT, "application/sparql-update", "text/plain"]),
        st.sampled_from(["", ";charset=utf-8", "; charset=latin1", ';charset="', ";charset*=utf-8''x"])
        | HEADER,
    )
)
ACCEPTS = (
    st.none() | HEADER | st.sampled_from(["*/*", "text/csv", "text/turtle;q=0.5, text/html", "image/png"])
)


@settings(deadline=None)
@given(st.sampled_from(METHODS) | HEADER, CONTENT, CONTENT_TYPES, ACCEPTS, CONTENT)
def test_whatever_is_sent_there_is_a_query_or_a_reason(
    method: str, query_string: bytes, content_type: str | None, accept: str | None, body: bytes
) -> None:
    try:
        stated = accept_of(method, query_string, content_type, accept, body)
        query = read_query(method, query_string, content_type, stated, body, 1)
    except (RequestError, QueryRefused) as error:
        told = failure(error)
        assert told.status in {400, 403, 405, 406, 413, 414, 415}
        assert json.loads(json.dumps(told.problem))["status"] == told.status
        assert all(f"{name}: {value}".isprintable() for name, value in told.headers.items())
        assert ("Allow" in told.headers) is (told.status == 405)
        assert ("offers" in told.problem) or told.status != 406
        return
    if query is None:
        assert method in ("GET", "HEAD", "OPTIONS")
        return
    assert len(query.text.encode()) <= 1000
    assert query.solutions in (None, *RESULT_FORMATS)
    assert query.graph in (None, *RDF_FORMATS)
    assert query.solutions or query.graph
    assert query.timeout_seconds is None or query.timeout_seconds > 0
