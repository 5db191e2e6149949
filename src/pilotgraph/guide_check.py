"""The guide of a project -> what in it is no longer true: a query without an answer, a link to nothing.

Queries are asked of the records, the ontology and the links to others as one graph.  What a chapter itself
gets wrong, `guide` has told when it read it.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import pyoxigraph as ox

from pilotgraph.counts import Triple
from pilotgraph.document import quoted
from pilotgraph.errors import Problem, Severity
from pilotgraph.formats import N_TRIPLES
from pilotgraph.guide import Link
from pilotgraph.lexical import BadValue
from pilotgraph.project import Project
from pilotgraph.views import published_name

# Pages of every site, by their path below that of the dataset.
PAGES = frozenset(("", "browse", "contract", "guide", "ontology", "queries", "search", "sparql", "views"))


def check_guide(project: Project, links: Iterable[Triple] = (), *, sound: bool = True) -> list[Problem]:
    """Find what is wrong with the guide.

    :param links: triples that are derived, beside those of the records.
    :param sound: whether the records are, as far as the caller knows.  If they are not, no query is asked, so
        that a mistake is reported once.
    """
    found = [each for chapter in project.chapters for link in chapter.links for each in _check(project, link)]
    if not (project.chapters and sound):
        return found
    store = _store(project, links)
    for chapter in project.chapters:
        for query in chapter.queries:
            answer = store.query(query.text)
            if isinstance(answer, ox.QuerySolutions) and next(answer, None) is None:
                message = "this query finds nothing; the guide shows answers"
                found.append(Problem(query.position, Severity.ERROR, message))
    return found


def _check(project: Project, link: Link) -> Iterator[Problem]:
    try:
        iri = link.iri(project.context, project.iri)
    except BadValue as error:
        yield Problem(link.position, Severity.ERROR, str(error))
        return
    if not iri.startswith(project.iri):
        if not iri.startswith(("https://", "http://")):
            message = f"{quoted(link.target)} is no address that a browser may follow"
            yield Problem(link.position, Severity.ERROR, message)
    elif not (
        iri in project.subjects or iri in project.terms or _is_page(project, iri) or _is_broken(project, iri)
    ):
        message = f"{quoted(link.target)} names nothing: no record, term, question, picture or page"
        yield Problem(link.position, Severity.ERROR, message)


def _is_page(project: Project, iri: str) -> bool:
    below = iri.removeprefix(project.iri)
    folder, _, name = below.partition("/")
    named = {
        "queries": {question.name for question in project.questions},
        "views": {view.name for view in project.views},
        "browse": {iri.removeprefix(project.vocabulary) for iri in project.terms},
    }
    return below in PAGES or name in named.get(folder, ())


def _is_broken(project: Project, iri: str) -> bool:
    """Whether a file of that name could not be read, which is told there."""
    paths = project.unreadable.union(each.position.path for each in project.problems)
    stems = {PurePosixPath(path).name.partition(".")[0] for path in paths}
    return iri.rpartition("/")[2] in stems.union(map(published_name, stems))


def _store(project: Project, links: Iterable[Triple]) -> ox.Store:
    statements = {(s, p, o) for record in project.records for s, p, o, _ in record.mapped.statements}
    store = ox.Store()
    store.bulk_load(
        "".join(f"{s} {p} {o} .\n" for s, p, o in statements.union(links)).encode(), N_TRIPLES.codec
    )
    store.bulk_extend(quad for file in (*project.ontology, *project.imports) for quad in file.quads)
    return store
