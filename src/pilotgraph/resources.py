"""The dataset, its things, its ontology and its files, each in the form that a client takes.

Each view takes the edition, and what its route names.
"""

from urllib.parse import quote

import pyoxigraph as ox
from flask import Response, request, send_file
from rdflib import DCTERMS, FOAF, OWL, RDF, VOID

from pilotgraph import formats
from pilotgraph.edition import Edition
from pilotgraph.formats import Format
from pilotgraph.negotiation import negotiate
from pilotgraph.paths import as_sent, escape
from pilotgraph.responses import DOCUMENTS, HTML, Form, RdfForm, cached, not_found, page, see_other, send

A_YEAR = 31_536_000
_SUFFIXES = {each.suffix: each for each in DOCUMENTS}


def home(edition: Edition) -> Response:
    form = negotiate(request.headers.get("Accept"), DOCUMENTS)
    if isinstance(form, Format):
        return cached(edition.stamp, form, lambda: send(edition.description[form], form.media_type))
    return cached(edition.stamp, form, lambda: _write_home(edition))


def _write_home(edition: Edition) -> Response:
    examples = edition.dataset.nodes(VOID.exampleResource)
    names = edition.lookup.names(each.value for each in examples)
    return page("home.html", examples=[edition.describer.value(each, names) for each in examples])


def graph(edition: Edition) -> Response:
    """The IRI of a named graph leads to the description of the dataset, which describes it."""
    return see_other(f"{edition.paths.prefix}/")


def question(edition: Edition, name: str) -> Response:
    """The IRI of a published question leads to its answer, or to the description that holds it."""
    found = next((each for each in edition.questions if each.name == name), None)
    if found is None:
        raise not_found()
    form = negotiate(request.headers.get("Accept"), DOCUMENTS)
    asked = f"sparql?query={quote(found.text, safe='')}" if form is HTML else ""
    return see_other(f"{edition.paths.prefix}/{asked}")


def thing(edition: Edition, name: str) -> Response:
    return _see_document(edition, as_sent("/id/", request.environ.get("REQUEST_URI", ""), name))


def document(edition: Edition, name: str) -> Response:
    sent = as_sent("/doc/", request.environ.get("REQUEST_URI", ""), name)
    stem, dot, suffix = sent.rpartition(".")
    form = _SUFFIXES.get(dot + suffix)
    if form is None:
        return _see_document(edition, sent)
    return cached(edition.stamp, form, lambda: _describe(edition, stem, form))


def _see_document(edition: Edition, name: str) -> Response:
    for iri in edition.paths.candidates(name):
        if edition.lookup.exists(iri):
            form = negotiate(request.headers.get("Accept"), DOCUMENTS)
            return see_other(edition.paths.document(iri, form.suffix))
    raise not_found()


def _describe(edition: Edition, name: str, form: Form) -> Response:
    for iri in edition.paths.candidates(name):
        response = _write_graph(edition, iri, form) if isinstance(form, Format) else _write_page(edition, iri)
        if response:
            links = [
                f'<{edition.paths.document(iri, each.suffix)}>; rel="alternate"; type="{each.media_type}"'
                for each in DOCUMENTS
                if each is not form
            ]
            links.append(f'<{escape(edition.paths.document_iri(iri))}>; rel="canonical"')
            links.append(f'<{edition.paths.prefix}/>; rel="describedby"')
            if edition.license:
                links.append(f'<{escape(edition.license)}>; rel="license"')
            response.headers["Link"] = ", ".join(links)
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
    return send(formats.serialize(found, form, edition.prefixes), form.media_type)


def _write_page(edition: Edition, iri: str) -> Response | None:
    found, incoming = edition.lookup.page(iri)
    if ox.NamedNode(iri) not in found:
        return None
    return page(
        "thing.html",
        thing=edition.describer.describe(iri, found, incoming),
        document=edition.paths.document_iri(iri),
        path=edition.paths.document(iri),
    )


def ontology(edition: Edition, suffix: str = "", version: str = "") -> Response:
    iri = edition.ontology_page.iri
    versions = edition.describer.vocabulary.ontology.nodes(ox.NamedNode(iri), ox.NamedNode(OWL.versionIRI))
    form = _SUFFIXES.get(f".{suffix}") if suffix else negotiate(request.headers.get("Accept"), DOCUMENTS)
    if form is None or (version and ox.NamedNode(f"{iri}/{version}") not in versions):
        raise not_found()
    if isinstance(form, Format):
        return cached(edition.stamp, form, lambda: send(edition.ontology[form], form.media_type))
    return cached(edition.stamp, form, lambda: page("ontology.html"))


def file(edition: Edition, version: str, name: str) -> Response:
    found = edition.release.files.get(name)
    if found is None or version != edition.release.version:
        raise not_found()
    path = edition.release.path / name
    response = send_file(path, found.media_type, etag=found.sha256, max_age=A_YEAR, conditional=True)
    response.cache_control.public = response.cache_control.immutable = True
    return response
