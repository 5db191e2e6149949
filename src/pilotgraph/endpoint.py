"""The SPARQL endpoint: the protocol for programs, and for people a page with a form and a table."""

from functools import lru_cache

from flask import Response, request

from pilotgraph import guard
from pilotgraph.edition import Edition
from pilotgraph.errors import LimitExceeded, QueryError
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from pilotgraph.negotiation import Offer, choose, negotiate, sent_as
from pilotgraph.protocol import HOW_TO_ASK, accept_of, failure, read_query
from pilotgraph.responses import HTML, Form, RdfForm, cached, page, send
from pilotgraph.service_description import Limit
from pilotgraph.settings import options
from pilotgraph.store import Answer, Query

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
_SHOWN_BYTES = 2_000_000
_TOO_LARGE = (
    f"The answer is larger than {_SHOWN_BYTES // 1_000_000} MB, the most that a page shows."
    " Give the query a LIMIT, or take the answer with format=csv."
)


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
            address = f"{edition.public_url or request.url_root.rstrip('/')}/sparql"
            return cached(
                edition.stamp, form, lambda: send(_describe(edition, form, address), form.media_type)
            )
        return _query_page(edition.questions[0].text if edition.questions else "")
    try:
        answer = _answer(edition, query)
        if to_read and len(answer.content) > _SHOWN_BYTES:
            raise LimitExceeded(_TOO_LARGE)
    except QueryError as error:
        if not to_read:
            raise
        told = failure(error)
        response = _query_page(query.text, problem=told.problem)
        response.status_code = told.status
        response.headers.update(told.headers)
        return response
    if not to_read:
        return send(answer.content, sent_as(accept, answer.format))
    if answer.format in RDF_FORMATS:
        return _query_page(query.text, graph=answer.content.decode())
    return _query_page(query.text, table=edition.describer.table(answer.content))


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


def _query_page(text: str, **shown: object) -> Response:
    return page("sparql.html", query=text, **({"problem": None, "graph": None, "table": None} | shown))
