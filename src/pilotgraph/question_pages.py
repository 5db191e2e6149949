"""Published questions as people and programs meet them: a list, and for each a page with its answer.

The IRI of a question names the question.  A program that takes a table gets the answer, and one that takes
RDF the description that holds the question; a browser gets a page with both, and a form for what may be
changed.
"""

from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, request
from pyoxigraph import NamedNode

from pilotgraph import signposts, snippets
from pilotgraph.answer_pages import Shown, show
from pilotgraph.asking import check_things
from pilotgraph.edition import Edition
from pilotgraph.errors import QueryError
from pilotgraph.executables import query_iri
from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from pilotgraph.lexical import BadValue
from pilotgraph.negotiation import Offer, RequestError, negotiate, sent_as
from pilotgraph.parameters import bind
from pilotgraph.protocol import QUERY, failure
from pilotgraph.queries import Head
from pilotgraph.question_forms import fields
from pilotgraph.question_groups import QuestionGroup, classes_of, group, rests_on
from pilotgraph.questions import Question
from pilotgraph.responses import (
    DOCUMENTS,
    HTML,
    NOT_CACHED,
    Representation,
    cached,
    not_found,
    page,
    see_other,
    send,
)
from pilotgraph.store import Query

SPARQL = Representation("SPARQL", ".rq", QUERY)
ANSWERS: tuple[Offer, ...] = (HTML, *RESULT_FORMATS, SPARQL, *RDF_FORMATS)
# People know these better than `.srj` and `.srx`, which mean the same.
_TABLES: Mapping[str, Format[Any]] = {f".{each.name.lower()}": each for each in RESULT_FORMATS}
_GRAPHS: Mapping[str, Format[Any]] = {each.suffix: each for each in RDF_FORMATS}
_SUFFIXES: Mapping[str, Offer] = {
    **{each.suffix: each for each in (HTML, SPARQL)},
    **{each.suffix: each for each in RESULT_FORMATS},
    **_TABLES,
    **_GRAPHS,
}


def questions(edition: Edition) -> Response:
    """The published questions in groups; `about` keeps those that rest on one class."""
    form = negotiate(request.headers.get("Accept"), DOCUMENTS)
    if form is not HTML:
        return see_other(f"{edition.paths.prefix}/")
    about = request.args.get("about", "")
    return cached(f"{edition.stamp} {about}", form, lambda: _write_list(edition, about))


def _write_list(edition: Edition, about: str) -> Response:
    describer, vocabulary = edition.describer, edition.describer.vocabulary
    groups, totals = _grouped(edition)
    names = {edition.context.compact(each.value): each for each in totals}
    if about and about not in names:
        told = f"No published question rests on {about}. The list of all questions says on what they rest."
        raise RequestError(HTTPStatus.BAD_REQUEST, told)
    if about:
        chosen = names[about]
        kept = (each for each in edition.questions if chosen in classes_of(each, edition.context, vocabulary))
        groups = [QuestionGroup(chosen, tuple(kept))]
    shown = [
        (
            describer.term(each.of_class) if each.of_class else None,
            vocabulary.definition(each.of_class) if each.of_class else "",
            each.questions,
        )
        for each in groups
    ]
    chips = [(describer.term(each).text, name, totals[each]) for name, each in names.items()]
    return page("questions.html", groups=shown, chips=chips, about=about, total=len(edition.questions))


@lru_cache(maxsize=4)
def _grouped(edition: Edition) -> tuple[list[QuestionGroup], dict[NamedNode, int]]:
    return group(edition.questions, edition.context, edition.describer.vocabulary)


def question(edition: Edition, name: str) -> Response:
    """One published question, with other values for its parameters if the URL gives them."""
    found, form = _named(edition, name)
    if form in RDF_FORMATS and found.name == name:  # by Accept: the description of the question
        return see_other(f"{edition.paths.prefix}/")
    given = request.args.to_dict()
    try:
        text = _bind(edition, found, given)
        if form is HTML:
            stamp = f"{edition.stamp}\n{urlencode(given)}"
            return cached(stamp, HTML, lambda: _write_answer(edition, found, text, given))
        stamp = f"{edition.stamp}\n{urlencode(given)}\n{form.media_type}"
        return cached(stamp, HTML, lambda: _send_answer(edition, text, form))
    except (QueryError, RequestError) as error:
        if form is not HTML:
            raise
        told = failure(error)
        wrong = next((each for each in given if str(error).startswith(f"{each}: ")), "")
        named = {"title": "That cannot be asked"} if isinstance(error, RequestError) else {}
        response = _write(edition, found, given, wrong=wrong, problem={**told.problem, **named})
        response.status_code = told.status
        response.headers.update(told.headers)
        response.headers["Cache-Control"] = NOT_CACHED
        return response


def _named(edition: Edition, name: str) -> tuple[Question, Offer]:
    """The question that an address names, and the form that is asked for, by suffix or by Accept."""
    known = {each.name: each for each in edition.questions}
    if name in known:
        return known[name], negotiate(request.headers.get("Accept"), ANSWERS)
    stem, dot, suffix = name.rpartition(".")
    form = _SUFFIXES.get(dot + suffix)
    if stem not in known or form is None:
        raise not_found()
    return known[stem], form


def _bind(edition: Edition, found: Question, given: dict[str, str]) -> str:
    """The text of a question with the values that a request gives.

    :raises RequestError: 400, if a value cannot be one, or is the id of nothing.
    """
    twice = next((name for name, values in request.args.lists() if len(values) > 1), None)
    if twice:
        raise RequestError(HTTPStatus.BAD_REQUEST, f"{twice}: give one value")
    try:
        text = bind(found.text, given, edition.context)
        check_things(edition.lookup, found.text, given, edition.context, edition.paths)
    except BadValue as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, str(error)) from error
    except QueryError as error:
        if type(error) is not QueryError:  # the store could not say
            raise
        raise RequestError(HTTPStatus.BAD_REQUEST, str(error)) from error
    return text


def _send_answer(edition: Edition, text: str, form: Offer) -> Response:
    if form is SPARQL:
        return send(text.encode(), SPARQL.media_type)
    solutions = next((each for each in RESULT_FORMATS if each is form), None)
    graph = next((each for each in RDF_FORMATS if each is form), None)
    answer = edition.store.query(Query(text, solutions=solutions, graph=graph))
    return send(answer.content, sent_as(request.headers.get("Accept"), answer.format))


def _write_answer(edition: Edition, found: Question, text: str, given: dict[str, str]) -> Response:
    answer = edition.store.query(Query(text, solutions=RESULT_FORMATS[0], graph=TURTLE))
    return _write(edition, found, given, text=text, shown=show(edition, answer))


def _write(  # noqa: PLR0913 - a question, and what came of it
    edition: Edition,
    found: Question,
    given: dict[str, str],
    *,
    text: str = "",
    wrong: str = "",
    shown: Shown | None = None,
    problem: object = None,
) -> Response:
    describer, context = edition.describer, edition.context
    here = f"{edition.paths.prefix}/queries/{quote(found.name, safe='')}"
    host = edition.public_url or request.url_root.rstrip("/")
    asked = f"?{urlencode(given)}" if given else ""
    graph = shown is not None and shown.graph is not None
    address = f"{host}{here.removeprefix(edition.paths.prefix)}"
    file = f"{address}{TURTLE.suffix if graph else '.csv'}{asked}"
    downloads = [
        (each.name, f"{here}{suffix}{asked}", each.media_type)
        for suffix, each in (_GRAPHS if graph else _TABLES).items()
    ]
    iri = query_iri(edition.paths.dataset, found.name)
    response = page(
        "question.html",
        question=found,
        note=Head(found.text).said("note"),
        iri=iri,
        here=here,
        asked=asked,
        terms=[describer.term(each) for each in rests_on(found, context)],
        fields=fields(edition, found, given, wrong),
        text=text or found.text,
        shown=shown,
        problem=problem,
        downloads=downloads,
        address=address + asked,
        snippets=snippets.of_address(file, graph=graph),
    )
    answers = [(path, media_type) for _, path, media_type in downloads]
    response.headers["Link"] = signposts.of_question(edition, iri, answers)
    return response
