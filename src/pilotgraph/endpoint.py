"""The SPARQL endpoint: the protocol for programs, and for people a page with a form and a table."""

from flask import Response, request

from pilotgraph.edition import Edition
from pilotgraph.errors import QueryError
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from pilotgraph.protocol import Offer, choose, failure, negotiate, read_query
from pilotgraph.responses import HTML, MAX_QUERY_KB, Form, page, send

SERVICE: tuple[Form, ...] = (*RDF_FORMATS, HTML)
ANSWERS: tuple[Offer, ...] = (*RESULT_FORMATS, *RDF_FORMATS, HTML)
# What a page of results is made from.
_FOR_A_PAGE = f"{RESULT_FORMATS[0].media_type}, {TURTLE.media_type}"


def sparql(edition: Edition) -> Response:
    accept = request.headers.get("Accept")
    to_read = choose(accept, ANSWERS) is HTML
    query = read_query(
        request.method,
        request.query_string,
        request.headers.get("Content-Type"),
        _FOR_A_PAGE if to_read else accept,
        request.get_data(),
        MAX_QUERY_KB,
    )
    if query is None:
        form = negotiate(accept, SERVICE)
        if isinstance(form, Format):
            return send(edition.description[form], form.media_type)
        return _query_page(edition.questions[0].text if edition.questions else "")
    try:
        answer = edition.store.query(query)
    except QueryError as error:
        if not to_read:
            raise
        told = failure(error)
        response = _query_page(query.text, problem=told.problem)
        response.status_code = told.status
        response.headers.update(told.headers)
        return response
    if not to_read:
        return send(answer.content, answer.format.media_type)
    if answer.format in RDF_FORMATS:
        return _query_page(query.text, graph=answer.content.decode())
    return _query_page(query.text, table=edition.describer.table(answer.content))


def _query_page(text: str, **shown: object) -> Response:
    return page("sparql.html", query=text, **({"problem": None, "graph": None, "table": None} | shown))
