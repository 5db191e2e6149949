"""Lists of things by class: the page of all classes, and the list of each, as a page and for programs."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from flask import Response, request

from pilotgraph import selection, sheet, signposts
from pilotgraph.catalogue import LABEL, SORT, Kind
from pilotgraph.document import quoted
from pilotgraph.edition import Edition
from pilotgraph.formats import RDF_FORMATS, Format
from pilotgraph.list_page import ListPage, Writer
from pilotgraph.negotiation import RequestError, negotiate
from pilotgraph.responses import HTML, Form, Representation, cached, page, send
from pilotgraph.selection import Selection
from pilotgraph.triples import Triples

CSV = Representation("CSV", ".csv", "text/csv")
JSON = Representation("JSON", ".json", "application/json")
FORMS: tuple[Form, ...] = (HTML, CSV, JSON, *RDF_FORMATS)
_SUFFIXES = {each.suffix: each for each in FORMS if each is not HTML}


def classes(edition: Edition) -> Response:
    """All classes of the release."""
    return cached(edition.stamp, HTML, lambda: _write_classes(edition))


def _write_classes(edition: Edition) -> Response:
    lists = edition.lists
    tree = [(kind, lists.catalogue.under(kind)) for kind in lists.catalogue.tree()]
    return page("browse.html", tree=tree, totals=lists.totals())


def things(edition: Edition, name: str) -> Response:
    """The things of one class, in the form that the client takes or that a suffix names."""
    kind, form = _find(edition, name)
    known = [*edition.lists.catalogue.columns(kind), edition.lists.catalogue.classes(kind)]
    _check_order(edition, kind)
    wanted = selection.read(list(request.args.items(multi=True)), kind, known, edition.lists.catalogue)
    # The address is that of its query string too.
    stamp = f"{edition.stamp} {request.query_string.decode('latin-1')}"
    response = cached(stamp, form, lambda: _WRITERS.get(form.suffix, _write_graph)(edition, wanted, form))
    # The other forms have all rows, of whatever page.
    asked = _asked(edition, selection.whole(wanted))
    # How many a narrowed list has is not known here without another query.
    total = 0 if wanted.wanted else edition.lists.profile(kind).total
    response.headers["Link"] = signposts.of_list(edition, kind.path, asked, _forms(edition, total), form)
    return response


def _check_order(edition: Edition, kind: Kind) -> None:
    """Refuse to sort by what no thing of a list has: the same order under another name."""
    asked = request.args.getlist(SORT)
    # What a class is like as a whole is dear, and most addresses name no order.
    known = [LABEL, *(each.key for each in edition.lists.profile(kind).columns)] if asked else []
    for each in asked:
        key = each.removeprefix("-")
        if key not in known:
            message = f"This list cannot be sorted by {quoted(key)}. There are: {', '.join(known)}."
            raise RequestError(HTTPStatus.BAD_REQUEST, message)


def _find(edition: Edition, name: str) -> tuple[Kind, Form]:
    kinds = edition.lists.catalogue.kinds
    stem, dot, suffix = name.rpartition(".")
    if stem in kinds and dot + suffix in _SUFFIXES:
        return kinds[stem], _SUFFIXES[dot + suffix]
    if name not in kinds:
        known = ", ".join(kind.name for kind in edition.lists.catalogue.sort(kinds.values()) if kind.shown)
        raise RequestError(
            HTTPStatus.NOT_FOUND, f"No class with things has that name here. There are: {known}."
        )
    return kinds[name], negotiate(request.headers.get("Accept"), FORMS)


def _write_page(edition: Edition, wanted: Selection, form: Form) -> Response:
    shown = _page(edition, wanted)
    forms = _forms(edition, shown.total + shown.beyond)[1:]
    canonical = f"{edition.paths.dataset}{wanted.kind.path.removeprefix('/')}{_asked(edition, wanted)}"
    term = edition.paths.path(wanted.kind.iri.value)
    return page("list.html", list=shown, forms=forms, canonical=canonical, term=term)


def _forms(edition: Edition, total: int) -> Sequence[Form]:
    """The forms that a list of so many things can be had in."""
    return FORMS if edition.lists.has_rows(total) else [each for each in FORMS if each not in (CSV, JSON)]


def _asked(edition: Edition, wanted: Selection) -> str:
    text = wanted.text(edition.lists.catalogue)
    return f"?{text}" if text else ""


def _page(edition: Edition, wanted: Selection) -> ListPage:
    lists = edition.lists
    part = lists.page(wanted)
    last = selection.pages(part.total)
    if wanted.page > last:
        number = "one page" if last == 1 else f"{last} pages"
        raise RequestError(HTTPStatus.NOT_FOUND, f"This list has {number}.")
    writer = Writer(edition.describer, lists.catalogue)
    return writer.page(wanted, lists.profile(wanted.kind), part)


def _write_csv(edition: Edition, wanted: Selection, form: Form) -> Response:
    rows = edition.lists.whole(wanted)
    content = sheet.write_csv(rows, _naming(edition, rows.triples), edition.context.id_key)
    return send(content, form.media_type)


def _write_json(edition: Edition, wanted: Selection, form: Form) -> Response:
    rows = edition.lists.whole(wanted)
    about = {
        "class": wanted.kind.iri.value,
        "total": len(rows.things),
        "license": edition.license,
        "dataset": edition.paths.dataset,
    }
    content = sheet.write_json(rows, _naming(edition, rows.triples), edition.context.id_key, about)
    return send(content, form.media_type)


def _write_graph(edition: Edition, wanted: Selection, form: Form) -> Response:
    if not isinstance(form, Format):
        raise TypeError(form)
    return send(edition.lists.graph(wanted, form), form.media_type)


def _naming(edition: Edition, triples: Triples) -> sheet.Naming:
    return lambda thing: edition.describer.value(thing, triples).text


_WRITERS: dict[str, Callable[[Edition, Selection, Form], Response]] = {
    HTML.suffix: _write_page,
    CSV.suffix: _write_csv,
    JSON.suffix: _write_json,
}
