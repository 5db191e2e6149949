"""Files of queries -> questions, sections of the report, and links: each is a query with a head.

* A question says what it asks (`# question:`) and of which terms (`# terms:`).
* A section of the report has a `# title:` and an `# about:`.  It may be measured (`# metric:`), as a sign of
  a kind of quality (`# dimension:`), and may be the answer of a question (`# answers:`) in place of a query.
* Links have a `# title:`, the dataset that they lead to (`# target:`), and what every IRI there begins with
  (`# space:`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import pyoxigraph as ox

from pilotgraph.document import quoted
from pilotgraph.errors import MalformedQuery, Position, Problem
from pilotgraph.lexical import is_iri
from pilotgraph.parameters import Parameter, parameters
from pilotgraph.queries import Head, located, place, prefixes, problem, query_error

_OF_SECTIONS = ("title", "about", "metric", "dimension", "answers", "note")
_OF_LINKS = {
    "title": "what the links are",
    "target": "the IRI of the dataset that they lead to",
    "space": "what every IRI there begins with",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A query to be published. `terms` names what it rests on, each with its place."""

    path: str
    name: str
    question: str
    text: str
    terms: tuple[tuple[str, Position], ...]
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A query whose answer is a part of the report on a release.

    `name` is that of the file without the number that it is sorted by.  `metric` says what its number of
    rows is, or the one number that is its answer; nothing, if that is no figure to keep.  `dimension` is the
    IRI of the kind of quality that it is a sign of, if one is named.
    """

    path: str
    name: str
    title: str
    about: str
    metric: str
    dimension: str
    text: str


@dataclass(frozen=True, slots=True)
class LinkQuery:
    """A query whose rows are links. `prefixes` are those that a table of them may be written with."""

    path: str
    name: str
    title: str
    target: str
    space: str
    text: str
    prefixes: Mapping[str, str]

    def place(self, variable: str) -> Position:
        """Where a variable stands first; or else where the query begins."""
        start = len(self.text) - len(Head(self.text).body)
        found = variable and re.compile(rf"[?$]{variable}\b").search(self.text, start)
        found = found or re.compile(r"\bSELECT\b", re.IGNORECASE).search(self.text, start)
        return Position(self.path, *place(self.text, found.start() if found else 0))


def read_question(text: str, path: str, name: str) -> Question | Problem:
    """Read the file of a question, or say what is wrong with it first."""
    if slip := query_error(text):
        return problem(path, *slip)
    head = Head(text)
    if not text.startswith("# question:") or not head.said("question"):
        return problem(path, "the first line of a query says what it asks: # question: …?")
    if not head.said("terms"):
        return problem(path, "the head of a question names the terms that it rests on: # terms: …")
    terms = tuple((term, Position(path, *place(text, start))) for term, start in head.words("terms"))
    try:
        return Question(path, name, head.said("question"), text, terms, parameters(text))
    except MalformedQuery as error:
        return problem(path, *located(error))


def read_section(text: str, path: str, name: str, questions: Mapping[str, str]) -> Section | Problem:
    """Read the file of a section of the report, or say what is wrong with it first.

    :param questions: texts by name: a section may have `# answers: <name>` in place of a query.
    """
    head = Head(text)
    if strange := head.strange(path, _OF_SECTIONS):
        return strange
    query = text
    if asked := head.said("answers"):
        if head.body.strip():
            at = place(text, len(text) - len(head.body.lstrip()))
            return problem(path, "a section has `# answers:` or a query; take one of the two out", *at)
        if asked not in questions:
            near = get_close_matches(asked, questions, 1)
            hint = f"; did you mean {quoted(near[0])}?" if near else ""
            return problem(path, f"no question is called {quoted(asked)}{hint}", *head.place("answers"))
        query = questions[asked]
    if slip := query_error(query):
        return problem(path, *slip)
    if not head.said("title") or not head.said("about"):
        return problem(
            path, "the head of a section has its heading and what it shows: # title: …, # about: …"
        )
    title, about, metric, dimension = map(head.said, ("title", "about", "metric", "dimension"))
    if dimension and not is_iri(dimension):
        return problem(path, f"{quoted(dimension)} is not an absolute IRI", *head.place("dimension"))
    if dimension and not metric:
        return problem(
            path, "a dimension is that of a figure; write # metric: … too", *head.place("dimension")
        )
    if not isinstance(ox.Store().query(query), ox.QuerySolutions):
        return problem(path, "a section of the report is a table; write SELECT")
    return Section(path, re.sub(r"^\d+-", "", name), title, about, metric, dimension, query)


def read_links(text: str, path: str, name: str) -> LinkQuery | Problem:
    """Read the file of a query for links, or say what is wrong with it first."""
    if slip := query_error(text):
        return problem(path, *slip)
    head = Head(text)
    for key, meaning in _OF_LINKS.items():
        if not head.said(key):
            return problem(path, f'no "# {key}: …" at the head; it says {meaning}')
        if key != "title" and not is_iri(head.said(key)):
            message = f"{key}: {quoted(head.said(key))} is not an absolute IRI"
            return problem(path, message, *head.place(key))
    # A name without a prefix is no CURIE.
    spaces = {prefix: space for prefix, space in prefixes(text).items() if prefix}
    title, target, space = map(head.said, _OF_LINKS)
    return LinkQuery(path, name, title, target, space, text, spaces)
