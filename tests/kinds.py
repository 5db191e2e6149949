"""Every kind of page that a release has, by a name for the person who reads a failing test."""

import json
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from pilotgraph.edition import Edition, published_questions
from pilotgraph.formats import N_TRIPLES, RESULT_FORMATS
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore, Query

_BY_CLASS = """SELECT ?class (COUNT(*) AS ?things) (MIN(STR(?thing)) AS ?first) {
  ?thing a ?class FILTER(STRSTARTS(STR(?thing), "%s"))
} GROUP BY ?class ORDER BY DESC(?things) STR(?class)"""
_MOST_NAMED = """SELECT ?thing (COUNT(*) AS ?times) {
  ?other ?property ?thing FILTER(STRSTARTS(STR(?thing), "%s"))
} GROUP BY ?thing ORDER BY DESC(?times) STR(?thing) LIMIT 1"""
SELECT = "SELECT ?thing ?class { ?thing a ?class } ORDER BY ?thing LIMIT 20"
WRONG = "SELECT ?thing { ?thing a }"


def kinds(release: Release) -> Mapping[str, str]:
    """Return the path of one page of each kind, and of one thing of each class."""
    with LocalStore(release) as store:
        edition = Edition(release, store, Settings())
        things = edition.paths.things

        def ask(query: str) -> list[dict[str, str]]:
            answer = store.query(Query(query % things, solutions=RESULT_FORMATS[0], graph=N_TRIPLES))
            rows = json.loads(answer.content)["results"]["bindings"]
            return [{name: cell["value"] for name, cell in row.items()} for row in rows]

        classes = ask(_BY_CLASS)
        (most,) = ask(_MOST_NAMED)
        largest = edition.paths.document(most["thing"], ".html")
        by_class = {
            f"a thing: {_local(row['class'])}": edition.paths.document(row["first"], ".html")
            for row in classes
        }
        terms = {
            f"a term: {name}": f"/ontology/term/{name}"
            for row in classes[:2]
            if (name := short(edition, row["class"])) and ":" not in name
        }
        lists = {
            f"a list: {name}": f"/browse/{name}"
            for row in classes[:4]
            if (name := short(edition, row["class"]))
        }
    (question, *_) = [each for each in published_questions(release) if each.parameters]
    parameter, *_ = question.parameters
    describe = f"DESCRIBE <{most['thing']}>"
    fixed = {
        "the landing page": "/",
        "all classes": "/browse",
        "the releases": "/releases",
        "a release": f"/releases/{quote(release.version)}",
        **lists,
        **terms,
        "an empty search": "/search",
        "a search": f"/search?q={quote(edition.title.split()[0])}",
        "a search that finds nothing": "/search?q=qqqxzzy",
        "all questions": "/queries",
        "a question": f"/queries/{question.name}",
        "a question refused": f"/queries/{question.name}?{urlencode({parameter.name: 'no such thing'})}",
        "the query page": "/sparql",
        "an answer": f"/sparql?{urlencode({'query': SELECT})}",
        "an answer that is a graph": f"/sparql?{urlencode({'query': describe})}",
        "a query refused": f"/sparql?{urlencode({'query': WRONG})}",
        "all pictures": "/views",
        **{f"a picture: {name}": f"/views/{name}" for name in views(release)},
        "the ontology": "/ontology",
        "the guide": "/guide",
        "the contract": "/contract",
        "nothing": "/doc/nothing/at-all.html",
    }
    return fixed | {"what is named most": largest} | by_class


def views(release: Release) -> list[str]:
    """Name the pictures of a release."""
    names = (
        path.removeprefix("views/").partition(".") for path in release.files if path.startswith("views/")
    )
    return sorted({name for name, _, suffix in names if suffix == "svg"})


def short(edition: Edition, iri: str) -> str:
    """Return what the list of a class is called in its address."""
    own = iri.removeprefix(f"{edition.paths.dataset}ontology#")
    if own != iri:
        return own
    prefix, space = max(
        ((prefix, space) for prefix, space in edition.prefixes.items() if iri.startswith(space)),
        key=lambda pair: len(pair[1]),
        default=("", ""),
    )
    return f"{prefix}:{iri.removeprefix(space)}" if prefix else ""


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]
