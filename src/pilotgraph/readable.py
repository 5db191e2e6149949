"""A release -> what its files hold, or the one that does not hold what its name says.

Hashes tell that a release is what somebody wrote, and not that it was `build` who did.  A command opens what
it is given with `open_readable`, so that the code behind it meets RDF where RDF is looked for, and text where
text is.  The data are looked at by whoever loads them, since that takes long.
"""

import re
from pathlib import Path, PurePosixPath

import pyoxigraph as ox
from rdflib import VOID

from pilotgraph import formats
from pilotgraph.context import Context
from pilotgraph.errors import ReleaseError, SourceError
from pilotgraph.formats import RDF_FORMATS, Format
from pilotgraph.release import Release

_DESCRIPTION = "description.ttl"
_CONTEXT = "context.jsonld"
QUESTIONS = ("queries/",)
# What pages are made of; a release from before there was one of them lacks it.
PAGES = ("ontology.ttl", "shapes.ttl", "catalog.ttl", "history.ttl", "guide/", *QUESTIONS)
_FORMATS = {form.suffix: form for form in RDF_FORMATS}
_NO_BASE = "http://localhost/"  # nothing in a release is relative
_ENDPOINT = ox.NamedNode(VOID.sparqlEndpoint)
_COUNTS = {ox.NamedNode(VOID.triples), ox.NamedNode(VOID.entities)}


def open_readable(path: Path, needed: tuple[str, ...] = (), *, verify: bool = True) -> Release:
    """Open a release as `Release.open` does, and look into the files that are needed.

    :param needed: how the paths of these begin, such as `PAGES`; description and context go without saying.
    :raises ReleaseError: if there is no release, it is not what its manifest says, or such a file does not
        hold what it should.
    """
    release = Release.open(path, verify=verify)
    described = [quad.triple for quad in quads(release, _DESCRIPTION)]
    datasets = {
        each.subject
        for each in described
        if each.predicate == _ENDPOINT and isinstance(each.subject, ox.NamedNode)
    }
    if len(datasets) != 1:
        raise wrong(release, _DESCRIPTION, f"it describes {len(datasets)} datasets with an endpoint, not one")
    for each in described:
        if each.predicate in _COUNTS and not re.fullmatch("[0-9]{1,18}", getattr(each.object, "value", "")):
            raise wrong(release, _DESCRIPTION, f"{each.object} is no number to count with")
    if _CONTEXT in release.files:
        _check_context(release)
    for name in release.files:
        if name.startswith(needed):
            look = quads if PurePosixPath(name).suffix in _FORMATS else text
            look(release, name)
    return release


def _check_context(release: Release) -> None:
    try:
        Context.read(release.read(_CONTEXT), _CONTEXT, _NO_BASE)
    except SourceError as error:
        first = error.problems[0]
        raise wrong(release, _CONTEXT, f"line {first.position.line}: {first.message}") from error


def quads(release: Release, name: str) -> list[ox.Quad]:
    """What a file of RDF holds.

    :raises ReleaseError: if it does not parse, or there is no such file.
    """
    try:
        return formats.parse(release.read(name), _form(name), _NO_BASE)
    except SyntaxError as error:
        raise not_rdf(release, name, error) from error


def text(release: Release, name: str) -> str:
    """What a file of text holds.

    :raises ReleaseError: if it is not UTF-8, or there is no such file.
    """
    try:
        return release.read(name).decode()
    except UnicodeDecodeError as error:
        raise wrong(release, name, f"byte {error.start + 1} is not UTF-8") from error


def not_rdf(release: Release, name: str, error: SyntaxError) -> ReleaseError:
    """Say where a file of RDF cannot be read."""
    said = error.msg.partition(": ")[2] or error.msg
    return wrong(release, name, f"line {error.lineno or 1}: this is not {_form(name).name}: {said}")


def _form(name: str) -> Format[ox.RdfFormat]:
    return _FORMATS[PurePosixPath(name).suffix]


def wrong(release: Release, name: str, message: str) -> ReleaseError:
    """Say of a file that it does not hold what it should."""
    return ReleaseError(f"{release.path / name}: {message}; `pilotgraph verify` tells what else is wrong")
