"""What tests of the site share: a client in process, and how it is used."""

from typing import Any

import pyoxigraph as ox
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from pilotgraph.app import create_app
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore, Store

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
LIGHTS = "https://example.org/lights/"
KESTREL = "/doc/lighthouse/kestrel-point"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Buffered(FlaskClient):
    """Reads an answer at once, so that no file stays open."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return super().open(*arguments, **{"buffered": True, **options})


def serving(release: Release, store: Store | None = None, public_url: str = "") -> Flask:
    app = create_app(release, store or LocalStore(release), Settings(public_url=public_url))
    app.test_client_class = Buffered
    return app


def get(client: FlaskClient, path: str, accept: str | None = None, *, follow: bool = False) -> TestResponse:
    headers = {"Accept": accept} if accept is not None else {}
    return client.get(path, headers=headers, follow_redirects=follow)


def triples(content: bytes, form: ox.RdfFormat) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(content, form, base_iri="http://wrong.invalid/")}
