"""The pages that explain: of each term of the ontology, and the guide.

Each view takes the edition, and what its route names.
"""

from collections.abc import Iterable
from functools import lru_cache

from flask import Response, request

from pilotgraph.accounts import Account
from pilotgraph.edition import Edition
from pilotgraph.negotiation import negotiate
from pilotgraph.responses import HTML, cached, not_found, page, send


def ontology(edition: Edition) -> Response:
    """All terms in short, under the names that their IRIs have on this page."""
    return send(_write_ontology(edition, request.path), HTML.media_type)


@lru_cache(maxsize=16)
def _write_ontology(edition: Edition, path: str) -> bytes:  # the page marks the path in its navigation
    return page("ontology.html").get_data()


def term(edition: Edition, name: str) -> Response:
    """All that a release says of one term; its IRI leads to the page of the ontology, which has them all."""
    if name not in _by_anchor(edition.outline):  # for which no store is asked
        raise not_found()
    negotiate(request.headers.get("Accept"), (HTML,))
    heading, account = _by_anchor(edition.accounts)[name]
    return cached(edition.stamp, HTML, lambda: page("term.html", heading=heading, term=account))


def _by_anchor(parts: Iterable[list[tuple[str, list[Account]]]]) -> dict[str, tuple[str, Account]]:
    return {
        account.anchor: (heading, account)
        for groups in parts
        for heading, members in groups
        for account in members
    }


def guide(edition: Edition) -> Response:
    """The chapters of the guide, with what their queries find."""
    if not edition.guide:
        raise not_found()
    negotiate(request.headers.get("Accept"), (HTML,))
    return cached(edition.stamp, HTML, lambda: page("guide.html", chapters=edition.chapters))
