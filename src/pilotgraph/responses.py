"""What can be sent and how: the forms of a document, pages, redirects, errors, and the headers of all.

Every answer may be read by scripts of any origin (CORS), and forbids a browser to run a script or to
load anything from elsewhere.  Errors are `application/problem+json`, or a page for people, and say
no more than their message.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias

import pyoxigraph as ox
from flask import Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException

from pilotgraph.errors import QueryError
from pilotgraph.formats import RDF_FORMATS, Format
from pilotgraph.negotiation import RequestError, choose
from pilotgraph.protocol import PROBLEM_JSON, failure

FIVE_MINUTES = 300
# What only changes with the release or the code.
CACHED = f"public, max-age={FIVE_MINUTES}"


@dataclass(frozen=True, slots=True)
class Representation:
    """A way to send something that is neither a graph nor a query's result."""

    name: str
    suffix: str
    media_type: str


RdfForm: TypeAlias = Format[ox.RdfFormat]
Form: TypeAlias = Representation | RdfForm

HTML = Representation("HTML", ".html", "text/html")
PROBLEM = Representation("problem", ".json", PROBLEM_JSON)
DOCUMENTS: tuple[Form, ...] = (HTML, *RDF_FORMATS)

ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; Allow says which it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body of a request may have {MAX_CONTENT_LENGTH:,} bytes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. It has been logged.",
}
_KEPT = {"Allow", "Content-Range", "Retry-After"}


def send(content: bytes, media_type: str) -> Response:
    return Response(content, mimetype=media_type)


def page(template: str, **shown: object) -> Response:
    return send(render_template(template, **shown).encode(), HTML.media_type)


def see_other(path: str) -> Response:
    return Response(status=303, headers={"Location": path})


def not_found() -> RequestError:
    return RequestError(HTTPStatus.NOT_FOUND, _DETAILS[HTTPStatus.NOT_FOUND])


def explain(error: QueryError | RequestError | HTTPException) -> Response:
    """Say what went wrong, in the form that the client takes."""
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.code or 500)
        headers = {name: value for name, value in error.get_headers() if name in _KEPT}
        detail = _DETAILS.get(status, status.description).format_map(current_app.config)
        error = RequestError(status, detail, headers)
    told = failure(error)
    if choose(request.headers.get("Accept"), (PROBLEM, HTML)) is HTML:
        response = page("error.html", problem=told.problem)
    else:
        response = send(json.dumps(told.problem).encode(), PROBLEM_JSON)
    response.status_code = told.status
    response.headers.update(told.headers)
    return response


def add_headers(response: Response) -> Response:
    response.headers.update(ALWAYS)
    if request.method == "OPTIONS" and "Allow" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers["Allow"]
        response.headers["Access-Control-Allow-Headers"] = "*"
    return response


def cached(stamp: str, form: Form, write: Callable[[], Response]) -> Response:
    """Write what only changes with a stamp, or say that it has not changed."""
    seen = f"{stamp}\n{request.base_url}\n{form.suffix}"
    tag = hashlib.sha256(seen.encode()).hexdigest()[:32]
    unchanged = tag in request.if_none_match.as_set(include_weak=True)
    response = Response(status=304) if unchanged else write()
    response.set_etag(tag)
    response.headers["Cache-Control"] = CACHED
    return response
