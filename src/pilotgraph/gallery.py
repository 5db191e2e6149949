"""A project -> its pictures: each view's query is asked, and what it finds is drawn.

In: a project, and links that are derived from its records.  Out: a `Gallery`; its `files` are to be released,
those of one view under `views/<name>`: `.svg` and `.dark.svg`, the picture; `.csv` and `.json`, what was
found, as a table and as a list of rows; `.srj`, the same as the endpoint gives it; `.rq`, the query; and
`.vl.json`, the spec with all that it draws.  `views.json` says of each what a page says, in their order.

A query is asked of the records, the links and the ontology as one graph.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree import ElementTree

import pyoxigraph as ox

from pilotgraph.counts import Triple
from pilotgraph.draw import Refused, draw
from pilotgraph.errors import Position, Problem, Severity
from pilotgraph.formats import N_TRIPLES
from pilotgraph.lexical import XSD
from pilotgraph.palettes import PALETTES, configuration
from pilotgraph.project import Project
from pilotgraph.views import INDEX, SPEC, Row, Scalar, View, fill

# A picture of more is no picture, and no page shows it beside one.
MAX_ROWS = 5_000
_WHOLE = {f"{XSD}integer", f"{XSD}nonNegativeInteger", f"{XSD}positiveInteger"}
_NUMBERS = {f"{XSD}{name}" for name in ("decimal", "double", "float")}
_SPECIAL = ("NaN", "INF", "-INF")


@dataclass(frozen=True, slots=True)
class Found:
    """A view, and what its query found: `rows` for the spec, and all of it as CSV and as JSON."""

    view: View
    rows: list[Row]
    csv: bytes
    srj: bytes


@dataclass(frozen=True, slots=True)
class Gallery:
    """What there is to draw. `problems` say what is wrong."""

    found: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def draw(self) -> tuple[dict[str, bytes], list[Problem]]:
        """Draw it all: files by path, and what cannot be drawn."""
        files: dict[str, bytes] = {}
        told: list[dict[str, object]] = []
        problems: list[Problem] = []
        specs = [(found.view, found.view.with_rows(found.rows)) for found in self.found]
        charts = [(spec, configuration(palette)) for _, spec in specs for palette in PALETTES]
        drawn = iter(draw(charts) if charts else ())
        for found in self.found:
            stem = f"views/{found.view.name}"
            for palette in PALETTES:
                picture = next(drawn)
                if isinstance(picture, Refused):
                    problems.append(_refused(found.view, picture))
                    continue
                files[stem + palette.suffix] = picture
                if palette is PALETTES[0]:
                    told.append(_told(found, picture))
            files |= {
                f"{stem}.csv": found.csv,
                f"{stem}.srj": found.srj,
                f"{stem}.json": _json(found.rows),
                f"{stem}.rq": found.view.text.encode(),
                f"{stem}{SPEC}": _json(found.view.with_rows(found.rows)),
            }
        if told:
            files[INDEX] = _json(told)
        return files, sorted(set(problems))


def gather(project: Project, derived: Iterable[Triple], *, sound: bool = True) -> Gallery:
    """Ask the queries of all views.

    :param derived: triples that the data get beside what the records say.
    :param sound: whether the records are, as far as the caller knows.  If they are not, no query is asked, so
        that a mistake is reported once.
    """
    gallery = Gallery()
    if not (project.views and sound):
        return gallery
    store = ox.Store()
    # In an order that does not depend on that of the files: answers follow it.
    statements = {each[:3] for record in project.records for each in record.mapped.statements}
    text = "".join(sorted(f"{s} {p} {o} .\n" for s, p, o in statements.union(derived)))
    store.bulk_load(text.encode(), N_TRIPLES.codec)
    store.bulk_extend(quad for file in (*project.ontology, *project.imports) for quad in file.quads)
    for view in project.views:
        found = _ask(store, view)
        if isinstance(found, Problem):
            gallery.problems.append(found)
        else:
            gallery.found.append(found)
    return gallery


def _ask(store: ox.Store, view: View) -> Found | Problem:
    solutions = store.query(view.text)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(f"{view.path} is no SELECT")
    names = [variable.value for variable in solutions.variables]
    csv, srj = (_table(store, view, form) for form in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.JSON))
    rows: list[Row] = [{name: _scalar(each[name]) for name in names} for each in solutions]
    if not rows:
        message = "the query finds nothing, so that there is no picture"
        return Problem(Position(view.path, 1, 1), Severity.WARNING, message)
    if len(rows) > MAX_ROWS:
        message = f"the query finds {len(rows):,} rows, and a picture may show {MAX_ROWS:,}; ask for less"
        return Problem(Position(view.path, 1, 1), Severity.ERROR, message)
    return Found(view, rows, csv, srj)


def _table(store: ox.Store, view: View, form: ox.QueryResultsFormat) -> bytes:
    solutions = store.query(view.text)
    if not isinstance(solutions, ox.QuerySolutions):
        raise TypeError(f"{view.path} is no SELECT")
    content = solutions.serialize(format=form)
    return content or b""


def _scalar(term: object) -> Scalar:
    """A term as a spec takes it; one that is not bound is null."""
    if not isinstance(term, ox.Literal):
        return term.value if isinstance(term, ox.NamedNode | ox.BlankNode) else None
    datatype = term.datatype.value
    if datatype in _WHOLE:
        return int(term.value)
    if datatype in _NUMBERS:
        return None if term.value in _SPECIAL else float(term.value)
    return term.value == "true" if datatype == f"{XSD}boolean" else term.value


def _told(found: Found, picture: bytes) -> dict[str, object]:
    """What a page says of a picture: its sentences with what was found, and how large it is, in pixels."""
    root = ElementTree.fromstring(picture)  # noqa: S314 (what the renderer wrote)
    view = found.view
    texts = {key: fill(getattr(view, key), found.rows) for key in ("title", "about", "note", "alt")}
    size = {key: round(float(root.attrib[key])) for key in ("width", "height")}
    return {"name": view.name, **texts, **size}


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _refused(view: View, why: Refused) -> Problem:
    path = view.path.removesuffix(".rq") + SPEC
    return Problem(Position(path, 1, 1), Severity.ERROR, why.message)
