"""A release and a store -> a Flask application: the HTTP contract.

`ROUTES` is the contract; the tests read it.  Whatever a release fixes is made ready once, in
`Edition`; a request asks the store for the rest.  Nothing changes afterwards, so threads share it
freely.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from flask import Flask, Response, request
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from pilotgraph import browse, discovery, endpoint, handbook, question_pages, resources, search, view_pages
from pilotgraph.downloads import files as released_files
from pilotgraph.downloads import pages as release_pages
from pilotgraph.edition import Edition
from pilotgraph.errors import QueryError
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.negotiation import RequestError
from pilotgraph.release import Release
from pilotgraph.responses import add_headers, check_host, drop_impossible_dates, explain
from pilotgraph.settings import Settings
from pilotgraph.store import Store


class Route(NamedTuple):
    """One line of the contract. HEAD and OPTIONS go without saying."""

    rule: str
    view: Callable[..., Response]
    methods: tuple[str, ...] = ("GET",)


ROUTES = (
    Route("/", resources.home),
    Route("/id/<path:name>", resources.thing),
    Route("/doc/<path:name>", resources.document),
    Route("/browse", browse.classes),
    Route("/browse/<path:name>", browse.things),
    Route("/ontology", resources.ontology),
    Route("/ontology.<suffix>", resources.ontology),
    Route("/ontology/<version>", resources.ontology),
    Route("/ontology/term/<path:name>", handbook.term),
    Route("/shapes", resources.shapes),
    Route("/report", resources.report),
    Route("/guide", handbook.guide),
    Route("/queries", question_pages.questions),
    Route("/queries/<name>", question_pages.question),
    Route("/sparql", endpoint.sparql, ("GET", "OPTIONS", "POST", "QUERY")),
    Route("/sparql/terms.json", endpoint.terms),
    Route("/views", view_pages.views),
    Route("/views/<name>", view_pages.view),
    Route("/releases", release_pages.releases),
    Route("/releases.<suffix>", release_pages.releases),
    Route("/releases/<name>", release_pages.release),
    Route("/releases/<version>/", release_pages.without_slash),
    Route("/releases/<version>/<path:name>", released_files.file),
    Route("/void.<suffix>", discovery.void),
    Route("/.well-known/void", discovery.well_known_void),
    Route("/catalog", discovery.catalogue),
    Route("/catalog.<suffix>", discovery.catalogue),
    Route("/feed.atom", discovery.feed),
    Route("/contract", discovery.show_contract),
    Route("/robots.txt", discovery.robots),
    Route("/search", search.search),
    Route("/search.<any(json):suffix>", search.search),
    Route("/sitemap.xml", discovery.all_pages),
    Route("/sitemap-<int:number>.xml", discovery.some_pages),
)


def create_app(release: Release, store: Store, settings: Settings | None = None) -> Flask:
    """Make the application that serves a release.

    :param store: answers from the same release; the caller closes it.
    :param settings: of these, the limits of a request, and `public_url`: where readers find the site, if a
        proxy shows it elsewhere; its path becomes part of every link, and the proxy takes it off again.
    """
    settings = settings or Settings()
    edition = Edition(release, store, settings)
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.body_bytes
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = resources.A_YEAR  # pages ask for a static file by its hash
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        site=edition,
        twin=None,  # `export` puts there what pages are told that no server stands behind
        forms=RDF_FORMATS,
        endpoint=lambda: f"{edition.public_url or request.url_root.rstrip('/')}/sparql",
    )
    for route in (*ROUTES, *_graph_routes(edition)):
        app.add_url_rule(route.rule, route.rule, partial(route.view, edition), methods=route.methods)
    for error in (HTTPException, QueryError, RequestError):
        app.register_error_handler(error, explain)
    app.before_request(check_host)
    app.before_request(drop_impossible_dates)
    app.after_request(add_headers)
    return app


def _graph_routes(edition: Edition) -> Iterator[Route]:
    for graph in edition.graphs:
        path = graph.removeprefix(edition.paths.dataset)
        if "#" not in path and ":" not in path:
            yield Route(f"/{path}", resources.graph)
