"""Pictures as people and programs meet them: a gallery, and for each a page with its data and its query.

The address of a picture leads a browser to the page, and gives a program the picture or the data, by Accept;
a suffix names one of its files.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from flask import Response, request

from pilotgraph.edition import Edition
from pilotgraph.negotiation import negotiate
from pilotgraph.paths import escape
from pilotgraph.pictures import Picture
from pilotgraph.protocol import QUERY
from pilotgraph.responses import HTML, Representation, cached, not_found, page, send
from pilotgraph.shown import Property, Table, Value

SVG = Representation("SVG", ".svg", "image/svg+xml")
CSV = Representation("CSV", ".csv", "text/csv")
JSON = Representation("JSON", ".json", "application/json")
FORMS: tuple[Representation, ...] = (HTML, SVG, CSV, JSON)
FILES: tuple[Representation, ...] = (
    SVG,
    Representation("SVG for dark pages", ".dark.svg", SVG.media_type),
    CSV,
    JSON,
    Representation("Vega-Lite", ".vl.json", JSON.media_type),
    Representation("SPARQL", ".rq", QUERY),
)
# A table of more rows is folded.
_LONG = 25
_LABEL = "Label"


def views(edition: Edition) -> Response:
    """All pictures."""
    if not edition.views:
        raise not_found()
    return cached(edition.stamp, HTML, lambda: page("views.html"))


def view(edition: Edition, name: str) -> Response:
    """One picture: its page, or one of its files."""
    known = {each.name: each for each in edition.views}
    if name in known:
        form = negotiate(request.headers.get("Accept"), FORMS)
        stem = name
    else:
        found = next((each for each in FILES if name.removesuffix(each.suffix) in known), None)
        if found is None:
            raise not_found()
        form, stem = found, name.removesuffix(found.suffix)
    response = cached(edition.stamp, form, lambda: _write(edition, known[stem], form))
    response.headers["Link"] = ", ".join(_links(edition, stem, form))
    return response


def _write(edition: Edition, picture: Picture, form: Representation) -> Response:
    if form is not HTML:
        return send(edition.release.read(f"views/{picture.name}{form.suffix}"), form.media_type)
    return send(_page(edition, picture), form.media_type)


@lru_cache(maxsize=64)
def _page(edition: Edition, picture: Picture) -> bytes:
    """The page of a picture; it is the same for everyone, and a long table takes time to write."""
    table = _table(edition, picture)
    return page("view.html", view=picture, table=table, files=FILES, long=_LONG).get_data()


def _table(edition: Edition, picture: Picture) -> Table:
    """What a picture is drawn from; the column ?x has the texts of ?xLabel, if there is one."""
    content = edition.release.read(f"views/{picture.name}.srj")
    read = json.loads(content)
    names = read["head"]["vars"]
    nameless = any(
        cell["type"] == "uri" and name + _LABEL not in names
        for row in read["results"]["bindings"]
        for name, cell in row.items()
    )
    describer = edition.describer
    table = describer.table(content, edition.lookup.names) if nameless else describer.table(content)
    places = {name: place for place, name in enumerate(names)}
    labels = {place: places[name + _LABEL] for name, place in places.items() if name + _LABEL in places}
    kept = [place for place in places.values() if place not in labels.values()]
    rows = [[_named(row, place, labels) for place in kept] for row in table.rows]
    columns = [
        Property(_as_words(table.columns[place].name), values=[cell for row in rows if (cell := row[index])])
        for index, place in enumerate(kept)
    ]
    return Table(columns, rows, table.total)


def _named(row: Sequence[Value | None], place: int, labels: Mapping[int, int]) -> Value | None:
    cell = row[place]
    label = row[labels[place]] if place in labels else None
    return replace(cell, text=label.text, language=label.language) if cell and label else cell


def _as_words(name: str) -> str:
    """The name of a variable as a heading: `comparedWith` is "compared with"."""
    return re.sub(r"(?<=[a-z])([A-Z])", lambda match: f" {match[1].lower()}", name).replace("_", " ")


def _links(edition: Edition, name: str, form: Representation) -> list[str]:
    path = f"{edition.paths.prefix}/views/{name}"
    links = [
        f'<{path}{"" if each is HTML else each.suffix}>; rel="alternate"; type="{each.media_type}"'
        for each in FORMS
        if each is not form
    ]
    links.append(f'<{edition.paths.prefix}/>; rel="collection"')
    if edition.license:
        links.append(f'<{escape(edition.license)}>; rel="license"')
    return links
