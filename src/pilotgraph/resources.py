"""The dataset, its things, its ontology and its files, each in the form that a client takes.

Each view takes the edition, and what its route names.
"""

from collections.abc import Iterable
from urllib.parse import quote

import pyoxigraph as ox
from flask import Response, request, send_file
from rdflib import DCAT, DCTERMS, FOAF, OWL, RDF, VOID

from pilotgraph import formats, handbook, json_ld, signposts
from pilotgraph.edition import Edition
from pilotgraph.formats import Format
from pilotgraph.negotiation import negotiate
from pilotgraph.paths import as_sent
from pilotgraph.responses import DOCUMENTS, HTML, Form, RdfForm, cached, not_found, page, see_other, send
from pilotgraph.triples import LABELS, TYPE, Triples

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
    examples = edition.dataset.nodes(VOID.exampleResource)
    names = edition.lookup.names(each.value for each in examples)
    return page(
        "home.html",
        examples=[edition.describer.value(each, names) for each in examples],
        embedded=json_ld.embed_dataset(_schema(edition)),
    )


def _schema(edition: Edition) -> dict[str, json_ld.Json]:
    """Say of the dataset what <https://schema.org/Dataset> has words for."""
    iri, publisher = edition.paths.dataset, edition.dataset.text(DCTERMS.publisher)
    named = edition.dataset.facts.text(ox.NamedNode(publisher), LABELS) if publisher else None
    files = f"{iri}releases/{quote(edition.release.version)}/"
    return {
        "@id": iri,
        "url": iri,
        "name": edition.title,
        "description": edition.intro,
        "inLanguage": edition.language,
        "license": edition.license,
        "version": edition.dataset.text(f"{DCAT}version"),
        "datePublished": edition.dataset.text(DCTERMS.issued),
        "publisher": {"@id": publisher, "name": named.value} if named else {},
        "distribution": [
            {
                "@type": "DataDownload",
                "contentUrl": files + quote(file.path),
                "encodingFormat": file.media_type,
                "contentSize": f"{file.size} B",
            }
            for file in edition.files
            if file.path.startswith("data.")
        ],
    }


def graph(edition: Edition) -> Response:
    """The IRI of a named graph leads to the description of the dataset, which describes it."""
    return see_other(f"{edition.paths.prefix}/")


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
            response = see_other(edition.paths.document(iri, form.suffix))
            response.headers["Link"] = signposts.of_thing(edition, iri)
            return response
    raise not_found()


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
    response.headers["Link"] = signposts.of_document(edition, iri, form, _classes(found, iri))
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
    classes = [each.value for each in found.nodes(ox.NamedNode(iri), TYPE)]
    response.headers["Link"] = signposts.of_document(edition, iri, HTML, classes)
    return response


def _classes(found: Iterable[ox.Triple], iri: str) -> list[str]:
    said = Triples(each for each in found if each.predicate == TYPE)
    return [each.value for each in said.nodes(ox.NamedNode(iri), TYPE)]


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


def file(edition: Edition, version: str, name: str) -> Response:
    found = edition.release.files.get(name)
    if found is None or version != edition.release.version:
        raise not_found()
    path = edition.release.path / name
    response = send_file(path, found.media_type, etag=found.sha256, max_age=A_YEAR, conditional=True)
    response.cache_control.public = response.cache_control.immutable = True
    response.headers["Link"] = signposts.of_file(edition)
    return response
