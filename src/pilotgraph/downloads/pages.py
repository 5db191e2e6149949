"""The pages of releases: all that were published, and one with its files; as RDF to programs.

Each view takes the edition, and what its route names.
"""

import json
from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus

import pyoxigraph as ox
from flask import Response, request
from rdflib import DCTERMS, RDFS

from pilotgraph import formats, signposts
from pilotgraph.comparison.as_rdf import PREFIXES as CHANGE_PREFIXES
from pilotgraph.comparison.changes import Kind
from pilotgraph.comparison.told import nested, summary
from pilotgraph.description import DCAT
from pilotgraph.downloads.contents import groups
from pilotgraph.downloads.files import recorded, told
from pilotgraph.downloads.records import read_history, statements
from pilotgraph.edition import Edition
from pilotgraph.formats import RDF_FORMATS, TURTLE, Format
from pilotgraph.negotiation import negotiate
from pilotgraph.provenance import FILE as PROVENANCE
from pilotgraph.provenance import file_iri, release_iri
from pilotgraph.release import Release
from pilotgraph.released.records import Recorded
from pilotgraph.responses import DOCUMENTS, Form, RdfForm, cached, not_found, page, see_other, send
from pilotgraph.service_description import PREFIXES
from pilotgraph.shown import Value

_TABLES = "tables/csv-metadata.json"
_SEE_ALSO = ox.NamedNode(RDFS.seeAlso)
_SUFFIXES = {form.suffix: form for form in RDF_FORMATS}
_SHOWN_CHANGES = 60


def releases(edition: Edition, suffix: str = "") -> Response:
    """All releases that were published, newest first."""
    form = _SUFFIXES.get(f".{suffix}") if suffix else negotiate(request.headers.get("Accept"), DOCUMENTS)
    if form is None:
        raise not_found()
    response = cached(edition.stamp, form, lambda: _write_releases(edition, form))
    response.headers["Link"] = signposts.of_releases(edition, form)
    return response


def _write_releases(edition: Edition, form: Form) -> Response:
    found, archive = recorded(edition)
    if isinstance(form, Format):
        history = read_history(edition.release)
        served = _version_of(edition, edition.release.version)
        return _send(edition, {*statements(history), *served}, form)
    changes = told(edition)
    rows = [
        (each, summary(changes.of(each.version)) if each.previous else "the first release") for each in found
    ]
    return page("releases.html", records=rows, archive=archive)


def release(edition: Edition, name: str) -> Response:
    """One release: its page, or what is recorded of it and what it was made from."""
    found, archive = recorded(edition)
    version, form = _split(name, _known(edition))
    kept = archive.find(version)
    stamp = f"{edition.stamp} {kept.name if kept else ''}"
    record = next((each for each in found if each.version == version), None)
    response = cached(stamp, form, lambda: _write_release(edition, version, kept, record, form))
    before = record.previous if record else ""
    files = kept.files if kept else {}
    response.headers["Link"] = signposts.of_release(edition, version, form, files, before)
    return response


def without_slash(edition: Edition, version: str) -> Response:
    """Lead to a release from its address as if it were a directory, as who knows archives may write it."""
    if version not in _known(edition):
        raise not_found()
    response = see_other(signposts.release_path(edition, version))
    response.status_code = HTTPStatus.PERMANENT_REDIRECT
    return response


def _known(edition: Edition) -> set[str]:
    """The versions that have a page: the one that is served, and what was published."""
    return {edition.release.version, *(record.version for record in recorded(edition)[0])}


def _split(name: str, known: Collection[str]) -> tuple[str, Form]:
    """A version and the form of what is said of it; a version may end like a suffix."""
    if name in known:
        return name, negotiate(request.headers.get("Accept"), DOCUMENTS)
    for suffix, form in _SUFFIXES.items():
        if name.removesuffix(suffix) in known:
            return name.removesuffix(suffix), form
    raise not_found()


def _write_release(
    edition: Edition, version: str, kept: Release | None, record: Recorded | None, form: Form
) -> Response:
    if isinstance(form, Format):
        return _send(edition, _said(edition, version, kept), form)
    publisher = edition.dataset.nodes(str(DCTERMS.publisher))
    return page(
        "release.html",
        version=version,
        iri=release_iri(edition.paths.dataset, version),
        record=record,
        kept=kept,
        served=kept is edition.release,
        differs=version == edition.release.version and recorded(edition)[1].differs,
        path=signposts.release_path(edition, version),
        groups=groups(kept.files, _titles(edition, kept)) if kept else (),
        issued=record.issued if record else edition.dataset.text(str(DCTERMS.issued)),
        publisher=edition.describer.named(publisher[0]).text if publisher else "",
        changes=_changes(edition, record),
    )


def _changes(edition: Edition, record: Recorded | None) -> list[tuple[str, int, list[Value]]]:
    """What became of which things and terms, how many there are, and the first of them, as then called."""
    tops = [each.change for each in nested(told(edition).of(record.version).changes)] if record else []
    found = {kind: [each for each in tops if each.kind is kind] for kind in Kind}
    return [
        (
            kind,
            len(changes),
            [
                Value(each.label or each.iri, edition.paths.href(each.iri), each.iri)
                for each in changes[:_SHOWN_CHANGES]
            ],
        )
        for kind, changes in found.items()
        if changes
    ]


def _titles(edition: Edition, release: Release) -> Callable[[str], str]:
    """Tell what the part of the dataset is called whose file has a path, without its suffix.

    Of tables the release itself says it, as CSV on the Web has it.
    """
    described = json.loads(release.read(_TABLES)) if _TABLES in release.files else {"tables": []}
    found = {f"tables/{each['url'].removesuffix('.csv')}": each["dc:title"] for each in described["tables"]}
    for iri in edition.graphs:
        name = iri.removeprefix(f"{edition.paths.dataset}graph/")
        found[f"graphs/{name}"] = edition.describer.named(ox.NamedNode(iri)).text
    return lambda stem: found.get(stem, "")


def _version_of(edition: Edition, version: str) -> list[ox.Triple]:
    about = ox.NamedNode(release_iri(edition.paths.dataset, version))
    return [
        ox.Triple(about, ox.NamedNode(DCTERMS.isVersionOf), ox.NamedNode(edition.paths.dataset)),
        ox.Triple(about, ox.NamedNode(DCAT.version), ox.Literal(version)),
    ]


def _said(edition: Edition, version: str, kept: Release | None) -> set[ox.Triple]:
    """What is recorded of a release, what it says of how it was made, and that it is one of the dataset."""
    iri = release_iri(edition.paths.dataset, version)
    about = ox.NamedNode(iri)
    found = {
        each
        for each in statements(read_history(edition.release))
        if isinstance(each.subject, ox.NamedNode)
        and (each.subject == about or each.subject.value.startswith(f"{iri}#"))
    }
    found.update(_version_of(edition, version))
    # A build that only carries the version's number was made from something else.
    _, archive = recorded(edition)
    published = kept is not edition.release or not archive.differs
    if kept and published and PROVENANCE in kept.files:
        place, inputs = (kept.path / PROVENANCE).as_uri(), f"{iri}#input/"
        made = [quad.triple for quad in formats.parse(kept.read(PROVENANCE), TURTLE, place)]
        # Each source file is named in the file itself, and there are many.
        found.update(each for each in made if inputs not in str(each))
        found.add(
            ox.Triple(about, _SEE_ALSO, ox.NamedNode(file_iri(edition.paths.dataset, version, PROVENANCE)))
        )
    return found


def _send(edition: Edition, statements: Iterable[ox.Triple], form: RdfForm) -> Response:
    prefixes = CHANGE_PREFIXES | PREFIXES | edition.prefixes
    return send(formats.serialize(statements, form, prefixes), form.media_type)
