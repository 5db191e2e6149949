"""The SPARQL endpoint: the protocol for programs, and for people a page with a form and a table."""

from functools import lru_cache
from urllib.parse import quote, urlencode

from flask import Response, request

from pilotgraph import completion, guard, snippets
from pilotgraph.answer_pages import Shown, show, slip
from pilotgraph.edition import Edition
from pilotgraph.errors import QueryError
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from pilotgraph.negotiation import Offer, choose, negotiate, sent_as
from pilotgraph.protocol import HOW_TO_ASK, accept_of, failure, read_query
from pilotgraph.responses import (
    HTML,
    NOT_CACHED,
    WITH_SCRIPTS,
    Form,
    RdfForm,
    Representation,
    cached,
    page,
    send,
)
from pilotgraph.service_description import Limit
from pilotgraph.settings import options
from pilotgraph.store import Answer, Query

JSON = Representation("JSON", ".json", "application/json")
SERVICE: tuple[Form, ...] = (*RDF_FORMATS, HTML)
ANSWERS: tuple[Offer, ...] = (*RESULT_FORMATS, *RDF_FORMATS, HTML)
# What of the settings a client is told.
_LIMITS = frozenset(
    ("answer_mb", "deadline_seconds", "memory_mb", "query_kb", "slow_after_ms", "slow_per_client")
)
# What a page of results is made from.
FOR_A_PAGE = f"{RESULT_FORMATS[0].media_type}, {TURTLE.media_type}"


# Where a request says what became of its query, if that is known: an `Answer` or a `QueryError`.
ASKED = "pilotgraph.asked"


def sparql(edition: Edition) -> Response:
    asked = request.method, request.query_string, request.headers.get("Content-Type")
    body = request.get_data()
    accept = accept_of(*asked, request.headers.get("Accept"), body)
    to_read = choose(accept, ANSWERS) is HTML
    query = read_query(*asked, FOR_A_PAGE if to_read else accept, body, edition.settings.query_kb)
    if request.method == "OPTIONS":
        return Response(headers=HOW_TO_ASK)
    if query is None:
        form = negotiate(accept, SERVICE)
        if isinstance(form, Format):
            # Told with the address that was asked, by which clients know it again.
            address = _address(edition)
            return cached(
                edition.stamp, form, lambda: send(_describe(edition, form, address), form.media_type)
            )
        return _open(edition)
    try:
        answer = _answer(edition, query)
        if not to_read:
            return send(answer.content, sent_as(accept, answer.format))
        return _write(edition, query, show(edition, answer))
    except QueryError as error:
        if not to_read:
            raise
        told = failure(error)
        response = _write(edition, query, problem=told.problem, slip=slip(query.text, error))
        response.status_code = told.status
        response.headers.update(told.headers)
        response.headers["Cache-Control"] = NOT_CACHED
        return response


def terms(edition: Edition) -> Response:
    """What the editor of the query page completes."""
    return cached(edition.stamp, JSON, lambda: send(completion.terms(edition), JSON.media_type))


def _answer(edition: Edition, query: Query) -> Answer:
    asked = request.environ.get(ASKED)
    if isinstance(asked, QueryError):
        raise asked
    return asked if isinstance(asked, Answer) else edition.store.query(query)


@lru_cache(maxsize=16)
def _describe(edition: Edition, form: RdfForm, address: str) -> bytes:
    settings = edition.settings
    limits = {
        option.name: Limit(getattr(settings, option.name), option.unit, option.help)
        for option in options()
        if option.name in _LIMITS
    } | {name: Limit(most, "", text) for name, (most, text) in guard.LIMITS.items()}
    return edition.describe_service(form, address, limits)


def _open(edition: Edition) -> Response:
    """The page with a query to begin with: a published question, if one is named, or a fresh one."""
    start = request.args.get("question", "")
    found = next((each.text for each in edition.questions if each.name == start), None)
    return _write(edition, Query(found or completion.fresh_query(edition)), start=start)


def _write(edition: Edition, query: Query, shown: Shown | None = None, **more: object) -> Response:
    # Besides its text, a request may say which graphs it asks, and for how long.
    besides = [("default-graph-uri", each) for each in query.default_graphs]
    besides += [("named-graph-uri", each) for each in query.named_graphs]
    besides += [("timeout", f"{query.timeout_seconds:g}")] if query.timeout_seconds else []
    asked = urlencode([("query", query.text), *besides], quote_via=quote)
    endpoint = _address(edition) + (f"?{urlencode(besides, quote_via=quote)}" if besides else "")
    graph, short = shown is not None and shown.graph is not None, len(asked) <= snippets.ADDRESS_BYTES
    here = f"{edition.paths.prefix}/sparql?{asked}"
    response = page(
        "sparql.html",
        query=query.text,
        besides=besides,
        shown=shown,
        here=here,
        downloads=[
            (each.name, f"{here}&format={quote(each.name.lower())}", each.media_type)
            for each in (RDF_FORMATS if graph else RESULT_FORMATS)
            if short
        ],
        snippets=snippets.of_query(endpoint, query.text, len(asked), graph=graph) if shown else [],
        address_bytes=snippets.ADDRESS_BYTES,
        **({"problem": None, "slip": None, "start": ""} | more),
    )
    response.headers["Content-Security-Policy"] = WITH_SCRIPTS
    return response


def _address(edition: Edition) -> str:
    return f"{edition.public_url or request.url_root.rstrip('/')}/sparql"
