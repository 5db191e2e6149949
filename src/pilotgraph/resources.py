"""The dataset, its things, its ontology and its files, each in the form that a client takes.

Each view takes the edition, and what its route names.
"""

from http import HTTPStatus

import pyoxigraph as ox
from flask import Response, request
from rdflib import DCTERMS, FOAF, OWL, RDF, VOID

from pilotgraph import formats, handbook, json_ld, signposts
from pilotgraph.downloads.contents import first_choices, groups
from pilotgraph.edition import Edition
from pilotgraph.formats import Format
from pilotgraph.negotiation import RequestError, choose, negotiate
from pilotgraph.paths import as_sent, escape
from pilotgraph.responses import (
    CACHED,
    DOCUMENTS,
    HTML,
    Form,
    RdfForm,
    cached,
    not_found,
    page,
    see_other,
    send,
)
from pilotgraph.triples import REPLACED_BY, TYPE, Triples

A_YEAR = 31_536_000
_SUFFIXES = {each.suffix: each for each in DOCUMENTS}


def home(edition: Edition) -> Response:
    form = negotiate(request.headers.get("Accept"), DOCUMENTS)
    if isinstance(form, Format):
        response = cached(edition.stamp, form, lambda: send(edition.description[form], form.media_type))
    else:
        response = cached(edition.stamp, form, lambda: _write_home(edition))
    response.headers["Link"] = signposts.of_dataset(edition, form)
    return response


def _write_home(edition: Edition) -> Response:
    dataset, examples = edition.dataset, edition.dataset.nodes(VOID.exampleResource)
    downloads = first_choices(groups(edition.release.files, lambda _: ""))
    names = edition.lookup.names(each.value for each in examples)
    return page(
        "home.html",
        examples=[edition.describer.value(each, names) for each in examples],
        embedded=json_ld.embed_dataset(json_ld.in_schema_org(dataset.facts, dataset.node, edition.language)),
        downloads=downloads,
        tables=any(path.startswith("tables/") for path in edition.release.files),
    )


def graph(edition: Edition) -> Response:
    """The IRI of a named graph leads to the description of the dataset, which describes it."""
    return see_other(f"{edition.paths.prefix}/")


def shapes(edition: Edition) -> Response:
    """The IRI of a shape, without its fragment, leads to the file that describes it."""
    return _see_file(edition, "shapes.ttl")


def report(edition: Edition) -> Response:
    """The IRI of a result of the validation, without its fragment, leads to the file that describes it."""
    return _see_file(edition, "report.ttl")


def _see_file(edition: Edition, name: str) -> Response:
    return see_other(f"{edition.paths.prefix}/releases/{escape(edition.release.version)}/{name}")


def thing(edition: Edition, name: str) -> Response:
    return _see_document(edition, as_sent("/id/", request.environ.get("REQUEST_URI", ""), name))


def document(edition: Edition, name: str) -> Response:
    sent = as_sent("/doc/", request.environ.get("REQUEST_URI", ""), name)
    stem, dot, suffix = sent.rpartition(".")
    form = _SUFFIXES.get(dot + suffix)
    if form is None:
        return _see_document(edition, sent)
    gone = _find_withdrawn(edition, stem)
    if gone:
        return _write_tombstone(edition, gone, form)
    return cached(edition.stamp, form, lambda: _describe(edition, stem, form))


def _see_document(edition: Edition, name: str) -> Response:
    if gone := _find_withdrawn(edition, name):
        form = choose(request.headers.get("Accept"), DOCUMENTS)
        if form is None:
            raise RequestError(HTTPStatus.GONE, "It was withdrawn. Its tombstone has no type that you take.")
        return _write_tombstone(edition, gone, form)
    for iri in edition.paths.candidates(name):
        if edition.lookup.exists(iri):
            form = negotiate(request.headers.get("Accept"), DOCUMENTS)
            response = see_other(edition.paths.document(iri, form.suffix))
            response.headers["Link"] = signposts.of_thing(edition, iri)
            return response
    raise not_found()


def _find_withdrawn(edition: Edition, name: str) -> str:
    """The IRI of a thing that was withdrawn; empty if it was not."""
    return next((iri for iri in edition.paths.candidates(name) if iri in edition.withdrawn), "")


def _write_tombstone(edition: Edition, iri: str, form: Form) -> Response:
    """Say that a thing is gone, why, and what there is instead (RFC 9110, section 15.5.11).

    It is sent whatever the client has, since only what is there can be unchanged (section 13.2.1).
    """
    thing, found = ox.NamedNode(iri), Triples(edition.lookup.document(iri))
    if isinstance(form, Format):
        response = send(formats.serialize(found.of(thing), form, edition.prefixes), form.media_type)
    else:
        response = page(
            "withdrawn.html",
            thing=edition.describer.withdrawn(iri, found, edition.lookup.names),
            document=edition.paths.document_iri(iri),
            path=edition.paths.document(iri),
        )
    response.status_code = HTTPStatus.GONE
    response.headers["Cache-Control"] = CACHED
    response.headers["Link"] = signposts.of_document(edition, iri, form, *_about(found, iri))
    return response


def _describe(edition: Edition, name: str, form: Form) -> Response:
    for iri in edition.paths.candidates(name):
        response = _write_graph(edition, iri, form) if isinstance(form, Format) else _write_page(edition, iri)
        if response:
            return response
    raise not_found()


def _write_graph(edition: Edition, iri: str, form: RdfForm) -> Response | None:
    found = edition.lookup.document(iri)
    if not found:
        return None
    about = {
        RDF.type: FOAF.Document,
        FOAF.primaryTopic: iri,
        VOID.inDataset: edition.paths.dataset,
        DCTERMS.license: edition.license,
    }
    document = ox.NamedNode(edition.paths.document_iri(iri))
    found += (ox.Triple(document, ox.NamedNode(p), ox.NamedNode(o)) for p, o in about.items() if o)
    if edition.modified:
        found.append(ox.Triple(document, ox.NamedNode(DCTERMS.modified), edition.modified))
    response = send(formats.serialize(found, form, edition.prefixes), form.media_type)
    response.headers["Link"] = signposts.of_document(edition, iri, form, *_about(Triples(found), iri))
    return response


def _write_page(edition: Edition, iri: str) -> Response | None:
    found, incoming = edition.lookup.page(iri)
    if ox.NamedNode(iri) not in found:
        return None
    response = page(
        "thing.html",
        embedded=json_ld.embed(found.of(ox.NamedNode(iri))),
        thing=edition.describer.describe(iri, found, incoming),
        document=edition.paths.document_iri(iri),
        path=edition.paths.document(iri),
    )
    response.headers["Link"] = signposts.of_document(edition, iri, HTML, *_about(found, iri))
    return response


def _about(found: Triples, iri: str) -> tuple[list[str], list[str]]:
    """The classes of a thing, and what took its place."""
    classes, replaced = (found.nodes(ox.NamedNode(iri), each) for each in (TYPE, REPLACED_BY))
    return [each.value for each in classes], [each.value for each in replaced]


def ontology(edition: Edition, suffix: str = "", version: str = "") -> Response:
    iri = edition.ontology_page.iri
    versions = edition.describer.vocabulary.ontology.nodes(ox.NamedNode(iri), ox.NamedNode(OWL.versionIRI))
    form = _SUFFIXES.get(f".{suffix}") if suffix else negotiate(request.headers.get("Accept"), DOCUMENTS)
    if form is None or (version and f"{iri}/{version}" not in {each.value for each in versions}):
        raise not_found()
    if isinstance(form, Format):
        response = cached(edition.stamp, form, lambda: send(edition.ontology[form], form.media_type))
    else:
        response = cached(edition.stamp, form, lambda: handbook.ontology(edition))
    response.headers["Link"] = signposts.of_ontology(edition, form)
    return response
