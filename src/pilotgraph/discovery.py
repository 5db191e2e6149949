"""What programs look for at addresses that they know beforehand, and the contract that all addresses keep."""

from urllib.parse import urljoin

import pyoxigraph as ox
from flask import Response, request
from rdflib import OWL, VOID

from pilotgraph import contract, contract_page, contract_parts, signposts, sitemap
from pilotgraph.accounts import Account
from pilotgraph.contract_parts import ATOM, PLAIN, XML
from pilotgraph.downloads.files import last_changed
from pilotgraph.edition import Edition
from pilotgraph.formats import RDF_FORMATS, Format
from pilotgraph.negotiation import negotiate
from pilotgraph.paths import escape
from pilotgraph.released.feed import FILE as FEED
from pilotgraph.responses import CACHED, HTML, Form, cached, not_found, page, see_other, send

_FORMS = {form.suffix: form for form in RDF_FORMATS}
# For programs first: who prefers nothing is one.
_OFFERS: tuple[Form, ...] = (*RDF_FORMATS, HTML)


def well_known_void(edition: Edition) -> Response:
    """Lead to the description of the dataset (VoID, section 7.2): to RDF, unless the page is preferred."""
    form = negotiate(request.headers.get("Accept"), _OFFERS)
    path = "/" if form is HTML else f"/void{form.suffix}"
    return Response(status=302, headers={"Location": edition.paths.prefix + path, "Cache-Control": CACHED})


def void(edition: Edition, suffix: str) -> Response:
    """The description of the dataset in one format."""
    form = _FORMS.get(f".{suffix}")
    if form is None:
        raise not_found()
    response = cached(edition.stamp, form, lambda: send(edition.description[form], form.media_type))
    response.headers["Link"] = signposts.of_description(edition, form)
    return response


def catalogue(edition: Edition, suffix: str = "") -> Response:
    """The catalogue that data portals harvest; a person is led to the page that says the same."""
    form = _FORMS.get(f".{suffix}") if suffix else negotiate(request.headers.get("Accept"), _OFFERS)
    written = edition.catalog
    if form is None or written is None:
        raise not_found()
    if isinstance(form, Format):
        graph = written[form]
        # Other forms are written here, so that they change with the code too.
        modified = last_changed(edition) if f"catalog{form.suffix}" in edition.release.files else None
        response = cached(edition.stamp, form, lambda: send(graph, form.media_type), modified)
    else:
        response = see_other(f"{edition.paths.prefix}/")
    response.headers["Link"] = signposts.of_catalogue(edition, form)
    return response


def feed(edition: Edition) -> Response:
    """The releases and what changed in each, for feed readers, as the release has it."""
    if FEED not in edition.release.files:
        raise not_found()
    content = edition.release.read(FEED)
    response = cached(edition.stamp, ATOM, lambda: send(content, ATOM.media_type), last_changed(edition))
    response.headers["Link"] = signposts.of_feed(edition)
    return response


def robots(edition: Edition) -> Response:
    """What crawlers may read (RFC 9309): every page, but none of the endless views that a query makes."""
    prefix = edition.paths.prefix
    # Pages ask for their style by its hash, after a question mark; of two rules the longer one counts.
    rules = f"User-agent: *\nAllow: {prefix}/static/\nDisallow: {prefix}/*?\n"
    text = f"{rules}\nSitemap: {_root(edition)}/sitemap.xml\n"
    return cached(edition.stamp, PLAIN, lambda: send(text.encode(), PLAIN.media_type))


def all_pages(edition: Edition) -> Response:
    """The sitemap, or where there are too many pages for one, the index of several."""

    def write() -> Response:
        total, paths = sitemap.count(edition), _paths(edition)
        if sitemap.count_things(edition) + len(paths) > sitemap.MOST:
            return send(sitemap.index(_root(edition), total), XML.media_type)
        found = sitemap.urls(edition, _origin(edition), paths, range(1, total + 1))
        return send(found, XML.media_type)

    return cached(edition.stamp, XML, write)


def some_pages(edition: Edition, number: int) -> Response:
    """One of several sitemaps."""
    if number > sitemap.count(edition):
        raise not_found()
    paths, numbers = ((), (number,)) if number else (_paths(edition), ())
    return cached(
        edition.stamp,
        XML,
        lambda: send(sitemap.urls(edition, _origin(edition), paths, numbers), XML.media_type),
    )


def show_contract(edition: Edition) -> Response:
    """The contract as a page, with addresses of this site."""

    def write() -> Response:
        names = known_names(edition)
        groups = contract_page.groups(contract.EVERY, edition.paths.prefix, names)
        cases = [(accept, form.media_type) for accept, form in contract_parts.DOCUMENT_CASES]
        return page("contract.html", groups=groups, cases=cases)

    return cached(edition.stamp, HTML, write)


def known_names(edition: Edition) -> dict[str, str]:
    """What stands for the names in the paths of the contract; a site may lack some."""
    dataset, paths = edition.dataset, edition.paths
    versions = edition.describer.vocabulary.ontology.nodes(
        ox.NamedNode(edition.ontology_page.iri), ox.NamedNode(OWL.versionIRI)
    )
    classes = [kind.name for kind in edition.lists.catalogue.kinds.values() if kind.shown]
    found = {
        "class": [("", each) for each in classes],
        "question": [("", each.name) for each in edition.questions],
        "view": [("", each.name) for each in edition.views],
        "guide": [("", each.name) for each in edition.guide],
        "term": [("", each.anchor) for each in _terms(edition)],
        "thing": [(paths.things, each.value) for each in dataset.nodes(VOID.exampleResource)],
        "graph": [(paths.dataset, each) for each in edition.graphs],
        "feed": [("", each) for each in (FEED,) if each in edition.release.files],
        "withdrawn": [(paths.things, each) for each in sorted(edition.withdrawn)],
        "ontology_version": [(f"{edition.ontology_page.iri}/", each.value) for each in versions],
        "dump": [
            (f"{paths.dataset}releases/", each.value)
            for each in dataset.nodes(VOID.dataDump)
            if each.value.endswith(".ttl")
        ],
    }
    below = {
        name: [escape(iri.removeprefix(start)) for start, iri in iris if iri.startswith(start)]
        for name, iris in found.items()
    }
    release = {"release": escape(edition.release.version)}
    return release | {name: local[0] for name, local in below.items() if local}


def _paths(edition: Edition) -> list[str]:
    """Where the pages are that are about no single thing."""
    found = ["/", "/browse", "/contract", "/ontology", "/queries", "/releases"]
    found.append(f"/releases/{escape(edition.release.version)}")
    found += ["/guide"] if edition.guide else []
    found += ["/views", *(f"/views/{escape(each.name)}" for each in edition.views)] if edition.views else []
    found += [f"/queries/{escape(each.name)}" for each in edition.questions]
    found += [kind.path for kind in edition.lists.catalogue.kinds.values() if kind.shown]
    return [edition.paths.prefix + path for path in found] + [each.page for each in _terms(edition)]


def _terms(edition: Edition) -> list[Account]:
    return [account for part in edition.outline for _, accounts in part for account in accounts]


def _origin(edition: Edition) -> str:
    return urljoin(edition.public_url or request.url_root, "/").rstrip("/")


def _root(edition: Edition) -> str:
    return edition.public_url or request.url_root.rstrip("/")
