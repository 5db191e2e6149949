"""What can be sent and how: the forms of a document, pages, redirects, errors, and the headers of all.

Every answer may be read by scripts of any origin (CORS), and forbids a browser to load anything from
elsewhere and to run a script, but for the site's own on the page that needs it.  Errors are
`application/problem+json`, or a page for people, and say no more than their message.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TypeAlias

import pyoxigraph as ox
from flask import Response, current_app, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_date, quote_etag

from pilotgraph.errors import QueryError
from pilotgraph.formats import RDF_FORMATS, Format
from pilotgraph.negotiation import RequestError, choose, matches
from pilotgraph.protocol import PROBLEM_JSON, failure

FIVE_MINUTES = 300
# What only changes with the release or the code.
CACHED = f"public, max-age={FIVE_MINUTES}"
# What never changes: a file of a release.
FOR_EVER = "public, max-age=31536000, immutable"
NOT_CACHED = "no-store"
PIECE_BYTES = 64_000  # of a file or a large answer, sent when the client has taken what was before


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

# What a browser does with a page, which means nothing for what is not one.
FOR_PAGES = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
# The page with an editor for queries runs scripts of the site, which fetch from the site.
WITH_SCRIPTS = FOR_PAGES["Content-Security-Policy"] + "; script-src 'self'; connect-src 'self'"
# Open to scripts of any origin, those too whose page has asked for isolation.
ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; Allow says which it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body of a request may have {MAX_CONTENT_LENGTH:,} bytes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. It has been logged.",
}
# HTML cannot write most control characters; a page that shows what it was asked for says where one was.
# <https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream>
_WRITABLE = bytes(ord("?") if byte < ord(" ") and byte not in b"\t\n\f\r" else byte for byte in range(256))
_KEPT = {"Allow", "Content-Range", "Retry-After"}
_DATED = ("HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")


def send(content: bytes, media_type: str) -> Response:
    return Response(content, mimetype=media_type)


def page(template: str, **shown: object) -> Response:
    content = render_template(template, **shown).encode()
    return send(content.translate(_WRITABLE), HTML.media_type)


def see_other(path: str) -> Response:
    """Lead on to what another address has; where to, only changes with the release."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": path, "Cache-Control": CACHED})


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
    response.headers["Cache-Control"] = NOT_CACHED
    return response


def check_host() -> None:
    """Refuse a request whose Host names none (RFC 9112, section 3.2): links would lead nowhere.

    :raises RequestError: 400.
    """
    if not request.host:
        raise RequestError(HTTPStatus.BAD_REQUEST, "The header Host names no host.")


def drop_impossible_dates() -> None:
    """Pass over conditions whose date no calendar has, as over any text that is no date.

    Python's reader of dates, which werkzeug and Flask use, raises OverflowError where a number is too large.
    Who asks for a part under such a condition is sent the whole (RFC 9110, section 13.1.5).
    """
    for name in _DATED:
        try:
            date = parse_date(request.environ.get(name))
            if date:
                date.astimezone(UTC)
        except OverflowError:
            del request.environ[name]
            if name == "HTTP_IF_RANGE":
                request.environ.pop("HTTP_RANGE", None)


def add_headers(response: Response) -> Response:
    for name, value in ALWAYS.items():
        if name != "Vary" or "Vary" not in response.headers:
            response.headers[name] = value
    for name, value in FOR_PAGES.items():
        response.headers.setdefault(name, value)
    if request.method == "OPTIONS" and "Allow" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers["Allow"]
        response.headers["Access-Control-Allow-Headers"] = "*"
    return response


def cached(
    stamp: str, form: Form, write: Callable[[], Response], modified: datetime | None = None
) -> Response:
    """Write what only changes with a stamp, or say that it has not changed.

    :param write: raises, if there is nothing to write.
    :param modified: the day on which it last changed; None if that is not known, or code can change it too.
    """
    seen = f"{stamp}\n{request.base_url}\n{form.suffix}"
    # Weak, as a proxy may compress what is sent.
    tag = quote_etag(hashlib.sha256(seen.encode()).hexdigest()[:32], weak=True)
    held = request.headers.get("If-None-Match", "").strip()
    if held == "*":
        write()  # it is true of whatever there is, and of nothing else
    unchanged = matches(held, tag)
    if "If-None-Match" not in request.headers and modified:
        # No later date will do: who names the hour of their last visit may have been here earlier that day.
        unchanged = request.if_modified_since == modified
    response = Response(status=HTTPStatus.NOT_MODIFIED) if unchanged else write()
    if modified:
        response.last_modified = modified
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = CACHED
    return response
