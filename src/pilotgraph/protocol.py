"""An HTTP request to a SPARQL endpoint -> `Query`; what went wrong -> status, headers, problem.

No HTTP library's request object and no socket here: strings and bytes come in, values go out, so
that every clause of the SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/> is a row in
a test.  Query operations only; an update is refused.  Which format is sent `negotiation` knows.

Beyond the Protocol: the method QUERY <https://www.rfc-editor.org/rfc/rfc10008>; `timeout`, in seconds,
which lowers the deadline of a query; and `format`, for links and browsers, which cannot say `Accept`.
Parameters that mean nothing here are let be.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from werkzeug.http import parse_options_header

from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, Format
from pilotgraph.negotiation import RequestError, choose, not_acceptable
from pilotgraph.store import Query

PROBLEM_JSON = "application/problem+json"

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"

_BODIES = f"{QUERY}, {FORM}"

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "QUERY")
_IN_URL = ("GET", "HEAD")
_IN_BODY = ("POST", "QUERY")

# What tells a client how to ask; the answer to OPTIONS.
HOW_TO_ASK: Mapping[str, str] = {
    "Allow": ", ".join(METHODS),
    "Accept-Post": _BODIES,
    "Accept-Query": _BODIES,
}

# One table: what a client is told of a query that has no answer.  Passing a limit is a 500, the
# Recommendation's "QueryRequestRefused": the same query would fail again, so it is no 503 or 504.
_FAILURES: Mapping[type[QueryError], tuple[HTTPStatus, str]] = {
    MalformedQuery: (HTTPStatus.BAD_REQUEST, "Malformed query"),
    QueryRefused: (HTTPStatus.FORBIDDEN, "Query refused"),
    NoFormat: (HTTPStatus.NOT_ACCEPTABLE, "Not acceptable"),
    LimitExceeded: (HTTPStatus.INTERNAL_SERVER_ERROR, "Limit exceeded"),
    StoreUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, "Busy"),
}
RETRY_AFTER_SECONDS = 1

# Each of these makes a request one for an operation.
_OPERATION = frozenset(("query", "update", "default-graph-uri", "named-graph-uri"))
_MAX_PARAMETERS = 1_000
_MAX_CONTENT_TYPE = 200

_FORMATS: tuple[Format[Any], ...] = (*RESULT_FORMATS, *RDF_FORMATS)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it goes out; `problem` is the JSON object of RFC 9457."""

    status: int
    headers: Mapping[str, str]
    problem: Mapping[str, str | int | Sequence[str]]


def failure(error: QueryError | RequestError, retry_after_seconds: int = RETRY_AFTER_SECONDS) -> Failure:
    """The status, headers and problem of an error; never more of it than its message."""
    headers: dict[str, str] = {}
    if isinstance(error, RequestError):
        status, title, headers = error.status, error.status.phrase, error.headers
    else:
        status, title = _FAILURES[type(error)]
    if isinstance(error, StoreUnavailable):
        headers = {"Retry-After": str(retry_after_seconds)}
    problem: dict[str, str | int | Sequence[str]] = {
        "title": title,
        "status": int(status),
        "detail": str(error),
    }
    if isinstance(error, (RequestError, NoFormat)) and error.offers:
        problem["offers"] = list(error.offers)
    return Failure(int(status), headers, problem)


def accept_of(
    method: str, query_string: bytes, content_type: str | None, accept: str | None, body: bytes
) -> str | None:
    """What stands for the header `Accept`: the header, unless a parameter `format` takes its place.

    Its value is a name of a format, a suffix, or a media type: `json` is that of JSON and of JSON-LD, and
    means either.  For an answer that it cannot hold, any format will do.

    :raises RequestError: 400 with the names, if `format` names no format; as `read_query` otherwise.
    """
    if b"format=" not in query_string and b"format=" not in body:
        return accept
    parameters, _ = _read(method, query_string, content_type, body)
    # Who writes `application/rdf+xml` into a URL without escaping the plus has sent a space.
    names = [
        name.partition(";")[0].strip().replace(" ", "+").lower()
        for value in parameters.get("format", ())
        for name in value.split(",")
        if name.strip()
    ]
    if not names:
        return accept
    types = [media_type for name in names for media_type in _TYPES.get(name, ())]
    if not types:
        offers = [format.name.lower() for format in _FORMATS]
        message = "No format of ours has the name that format gives. It can be: "
        raise _bad_request(message + ", ".join(offers), offers)
    return ", ".join((*dict.fromkeys(types), "*/*;q=0.001"))


def _types() -> dict[str, list[str]]:
    """The media types that each value of `format` means."""
    types: dict[str, list[str]] = {}
    for format in _FORMATS:
        known = (format.media_type, *format.aliases)
        for name in {format.suffix[1:], format.name.lower(), *(each.partition("/")[2] for each in known)}:
            types.setdefault(name, []).append(format.media_type)
        for media_type in known:
            types[media_type] = [media_type]
    return types


_TYPES = _types()


def read_query(  # noqa: PLR0913, PLR0917 - what a request consists of
    method: str, query_string: bytes, content_type: str | None, accept: str | None, body: bytes, max_kb: int
) -> Query | None:
    """Read a query operation (SPARQL 1.1 Protocol, section 2.1); None if nothing was asked.

    GET and HEAD ask by parameters; POST and QUERY by a form, or by the query itself as the body; OPTIONS
    asks nothing.  The graphs may be named in the URL, in a form, or in both.

    :param query_string: of the URL, without "?", as it was sent.
    :param accept: what `accept_of` gave.
    :param max_kb: the longest query text taken, in kB (1,000 bytes) of UTF-8.
    :raises RequestError: if it is no query operation, with the status that says why.
    :raises QueryRefused: if it asks for an update.
    """
    parameters, text = _read(method, query_string, content_type, body)
    if method not in _IN_BODY and (method == "OPTIONS" or not parameters.keys() & _OPERATION):
        return None
    if "update" in parameters:
        raise _no_updates()
    texts = parameters.get("query", []) + ([] if text is None else [text])
    if len(texts) != 1:
        raise _bad_request(f"A request holds exactly one query; this one holds {len(texts) or 'none'}.")
    if len(texts[0].encode()) > max_kb * 1000:
        raise RequestError(
            HTTPStatus.REQUEST_URI_TOO_LONG if method in _IN_URL else HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A query may be {max_kb} kB long; this one is longer.",
        )
    solutions, graph = choose(accept, RESULT_FORMATS), choose(accept, RDF_FORMATS)
    if solutions is None and graph is None:
        raise not_acceptable(_FORMATS)
    return Query(
        texts[0],
        tuple(parameters.get("default-graph-uri", ())),
        tuple(parameters.get("named-graph-uri", ())),
        solutions,
        graph,
        _timeout_seconds(parameters.get("timeout", ())),
    )


def _read(
    method: str, query_string: bytes, content_type: str | None, body: bytes
) -> tuple[dict[str, list[str]], str | None]:
    """The parameters of a request, each with its values in order, and the query if that is the body."""
    if method not in METHODS:
        raise RequestError(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"A query is sent by GET, POST or QUERY, not by {method}.",
            {"Allow": HOW_TO_ASK["Allow"]},
        )
    pairs, text = _parameters(query_string), None
    if method in _IN_BODY:
        if content_type and len(content_type) > _MAX_CONTENT_TYPE:
            raise _unsupported(f"The Content-Type is longer than {_MAX_CONTENT_TYPE} characters.")
        kind, options = parse_options_header(content_type and content_type.lower())
        if options.get("charset", "utf-8") not in ("utf-8", "utf8"):
            raise _unsupported(f"A query is sent in UTF-8, not {options['charset']}.")
        if kind == FORM:
            pairs += _parameters(body)
        elif kind == QUERY:
            text = _utf8(body)
        elif kind == UPDATE:
            raise _no_updates()
        else:
            raise _unsupported(f"{kind or 'No Content-Type'} is not how a query is sent.")
    parameters: dict[str, list[str]] = {}
    for name, value in pairs:
        parameters.setdefault(name, []).append(value)
    return parameters, text


def _timeout_seconds(values: Sequence[str]) -> float | None:
    """Of several the shortest; an empty one, as a form sends, says nothing."""
    stated = [value for value in values if value]
    if not all(_SECONDS.fullmatch(value) and float(value) > 0 for value in stated):
        raise _bad_request("timeout is a number of seconds over 0, such as 2.5.")
    return min(map(float, stated), default=None)


def _parameters(content: bytes) -> list[tuple[str, str]]:
    """Read parameters as `urllib.parse.parse_qsl` does, with nothing lost or replaced."""
    if content.count(b"&") >= _MAX_PARAMETERS:
        raise _bad_request(f"A request may have {_MAX_PARAMETERS:,} parameters; this one has more.")
    pairs = (pair.partition(b"=") for pair in content.replace(b"+", b" ").split(b"&") if pair)
    return [(_unquote(name), _unquote(value)) for name, _, value in pairs]


def _unquote(content: bytes) -> str:
    # urllib goes through Python for each escape: 0.1 s for a body of 600 kB, and other clients wait.
    if b"%" in content:
        escaped = content.replace(b"\\", b"\\\\").replace(b"%", b"\\x")
        try:
            content = escaped.decode("unicode_escape").encode("latin-1")
        except UnicodeDecodeError as error:
            message = "A % begins the escape of a byte, such as %20; for the sign itself write %25."
            raise _bad_request(message) from error
    return _utf8(content)


def _utf8(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _bad_request("The request is not in UTF-8.") from error


def _bad_request(message: str, offers: Sequence[str] = ()) -> RequestError:
    return RequestError(HTTPStatus.BAD_REQUEST, message, offers=offers)


def _no_updates() -> QueryRefused:
    return QueryRefused("Only queries are answered here: updates are not taken.")


def _unsupported(reason: str) -> RequestError:
    headers = dict.fromkeys(("Accept", "Accept-Post", "Accept-Query"), _BODIES)
    message = f"{reason} Send it as {QUERY} or {FORM}."
    return RequestError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message, headers)
