"""An HTTP request to a SPARQL endpoint -> `Query`; what went wrong -> status, headers, problem.

No HTTP library's request object and no socket here: strings and bytes come in, values go out, so
that every clause of the SPARQL 1.1 Protocol <https://www.w3.org/TR/sparql11-protocol/> is a row in
a test.  Query operations only; an update is refused.  `negotiate` serves every other route too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_options_header

from pilotgraph.errors import (
    LimitExceeded,
    MalformedQuery,
    NoFormat,
    PilotgraphError,
    QueryError,
    QueryRefused,
    StoreUnavailable,
)
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS
from pilotgraph.store import Query

PROBLEM_JSON = "application/problem+json"

QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
FORM = "application/x-www-form-urlencoded"

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "QUERY")

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


class RequestError(PilotgraphError):
    """Raise if a request is not what the protocol or HTTP asks for."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        headers: Mapping[str, str] | None = None,
        offers: Sequence[str] = (),
    ) -> None:
        self.status = status
        self.headers = dict(headers or {})
        self.offers = tuple(offers)
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error as it goes out; `problem` is the JSON object of RFC 9457."""

    status: int
    headers: Mapping[str, str]
    problem: Mapping[str, str | int | Sequence[str]]


def failure(error: QueryError | RequestError) -> Failure:
    """The status, headers and problem of an error; never more of it than its message."""
    headers: dict[str, str] = {}
    if isinstance(error, RequestError):
        status, title, headers = error.status, error.status.phrase, error.headers
    else:
        status, title = _FAILURES[type(error)]
    if isinstance(error, StoreUnavailable):
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    problem: dict[str, str | int | Sequence[str]] = {
        "title": title,
        "status": int(status),
        "detail": str(error),
    }
    if isinstance(error, (RequestError, NoFormat)) and error.offers:
        problem["offers"] = list(error.offers)
    return Failure(int(status), headers, problem)


class Offer(Protocol):
    """Anything that can be sent as one media type, such as a `Format`."""

    @property
    def media_type(self) -> str: ...


OfferT = TypeVar("OfferT", bound=Offer)


def negotiate(accept: str | None, offers: Sequence[OfferT]) -> OfferT:
    """Choose the format that a client prefers (RFC 9110, section 12.5.1).

    :param accept: the `Accept` header; absent or empty means that anything will do.
    :param offers: what can be sent, best first: the order settles ties.
    :raises RequestError: 406, if the client rules out every offer.
    """
    chosen = choose(accept, offers)
    if chosen is None:
        raise _not_acceptable(offers)
    return chosen


def choose(accept: str | None, offers: Sequence[OfferT]) -> OfferT | None:
    """As `negotiate`, but None if nothing fits."""
    ranges = list(parse_accept_header(accept, MIMEAccept)) or [("*/*", 1.0)]
    # A parameter other than q narrows nothing that we could send differently, so it is left out;
    # werkzeug's own matching would let `text/turtle; charset=utf-8` match no offer.
    named: dict[str, float] = {}
    for value, quality in ranges:
        name = value.partition(";")[0].strip().lower()
        named[name] = max(quality, named.get(name, 0.0))

    def preference(offer: OfferT) -> tuple[float, int]:
        # "If more than one media range applies to a given type, the most specific reference has precedence."
        media_type = offer.media_type
        specific = (media_type, media_type.partition("/")[0] + "/*", "*/*", "*")
        for rank, name in enumerate(specific):
            if name in named:
                return named[name], -rank
        return 0.0, -len(specific)

    best = max(offers, key=preference)  # of equals, the first
    return best if preference(best)[0] > 0 else None


def _not_acceptable(offers: Sequence[Offer]) -> RequestError:
    types = [offer.media_type for offer in offers]
    message = "Nothing here has a type that your Accept header allows. It can be sent as: "
    return RequestError(HTTPStatus.NOT_ACCEPTABLE, message + ", ".join(types), offers=types)


def read_query(  # noqa: PLR0913, PLR0917 - what a request consists of
    method: str, query_string: bytes, content_type: str | None, accept: str | None, body: bytes, max_kb: int
) -> Query | None:
    """Read a query operation (SPARQL 1.1 Protocol, section 2.1); None if nothing was asked.

    GET and HEAD ask by parameters; POST and QUERY by a form, or by the query itself as the body.

    :param query_string: of the URL, without "?", as it was sent.
    :param max_kb: the longest query text taken, in kB (1,000 bytes) of UTF-8.
    :raises RequestError: if it is no query operation, with the status that says why.
    :raises QueryRefused: if it asks for an update.
    """
    parameters = _parameters(query_string)
    texts = [value for name, value in parameters if name == "query"]
    if method in ("POST", "QUERY"):
        kind, options = parse_options_header(content_type and content_type.lower())
        if options.get("charset", "utf-8") not in ("utf-8", "utf8"):
            raise _unsupported(f"A query is sent in UTF-8, not {options['charset']}.")
        if kind == FORM:
            posted = _parameters(body)
            parameters += posted
            texts += [value for name, value in posted if name == "query"]
        elif kind == QUERY:
            texts.append(_utf8(body))
        elif kind == UPDATE:
            raise QueryRefused("This endpoint answers queries only; it takes no updates.")
        else:
            raise _unsupported(f"{kind or 'No Content-Type'} is not how a query is sent.")
    elif method not in ("GET", "HEAD"):
        raise RequestError(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"A query is sent by GET, POST or QUERY, not by {method}.",
            {"Allow": ", ".join(METHODS)},
        )
    elif not {name for name, _ in parameters} & {"query", "update", "default-graph-uri", "named-graph-uri"}:
        return None
    if any(name == "update" for name, _ in parameters):
        raise QueryRefused("This endpoint answers queries only; it takes no updates.")
    if len(texts) != 1:
        raise RequestError(
            HTTPStatus.BAD_REQUEST,
            f"A request holds exactly one query; this one holds {len(texts) or 'none'}.",
        )
    if len(texts[0].encode()) > max_kb * 1000:
        in_url = method in ("GET", "HEAD")
        raise RequestError(
            HTTPStatus.REQUEST_URI_TOO_LONG if in_url else HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"A query may be {max_kb} kB long; this one is longer.",
        )
    solutions, graph = choose(accept, RESULT_FORMATS), choose(accept, RDF_FORMATS)
    if solutions is None and graph is None:
        raise _not_acceptable([*RESULT_FORMATS, *RDF_FORMATS])
    return Query(
        texts[0],
        tuple(value for name, value in parameters if name == "default-graph-uri"),
        tuple(value for name, value in parameters if name == "named-graph-uri"),
        solutions,
        graph,
    )


def _unsupported(reason: str) -> RequestError:
    return RequestError(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        f"{reason} Send it as {QUERY} or {FORM}.",
        {"Accept": f"{QUERY}, {FORM}"},
    )


def _parameters(content: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(_utf8(content), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _utf8(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise _not_utf8() from error


def _not_utf8() -> RequestError:
    return RequestError(HTTPStatus.BAD_REQUEST, "The request is not in UTF-8.")
