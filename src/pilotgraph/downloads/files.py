"""A file of a release, over HTTP: whole or in part, as it is or packed, or not again.

What a file is, its manifest says: it is not read before it is sent, and then a piece at a time.  A release
never changes, so what is sent of it may be kept for ever.
"""

import base64
from datetime import UTC, date, datetime, time
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import Self

from flask import Response, request

from pilotgraph import signposts
from pilotgraph.comparison.as_rdf import Told
from pilotgraph.downloads.archive import Archive
from pilotgraph.downloads.conditions import GZIP, IDENTITY, Stored, Verdict, judge, select
from pilotgraph.downloads.records import read_history, records, statements
from pilotgraph.edition import Edition
from pilotgraph.negotiation import RequestError
from pilotgraph.release import PACKED, Release, ReleasedFile, content_type
from pilotgraph.released.records import Recorded
from pilotgraph.responses import CACHED, FOR_EVER, PIECE_BYTES, not_found

_GONE = "Release {} was published on {}, but this server does not keep it."
_CHANGED = "The file is not, or is no longer, what the header If-Match or If-Unmodified-Since says."
_BEYOND = "The file has {:,} bytes; the header Range asks for none of them."


# A long history takes a second or two to read; who asks meanwhile waits, and does not read it again.
_READING = Lock()


def recorded(edition: Edition) -> tuple[list[Recorded], Archive]:
    """What was published, newest first, and where it is."""
    with _READING:
        return _recorded(edition)


def told(edition: Edition) -> Told:
    """What changed in each release that was published."""
    with _READING:
        return _told(edition)


@lru_cache(maxsize=16)
def _recorded(edition: Edition) -> tuple[list[Recorded], Archive]:
    found = records(read_history(edition.release), edition.paths.dataset)
    return found, Archive(edition.release, found)


@lru_cache(maxsize=16)
def _told(edition: Edition) -> Told:
    return Told(statements(read_history(edition.release)), edition.paths.dataset)


def find_release(edition: Edition, version: str) -> Release:
    """The release of a version.

    :raises RequestError: 404, which says so if it is only not kept here.
    """
    known, archive = recorded(edition)
    release = archive.find(version)
    if release is None:
        for record in known:
            if record.version == version:
                raise RequestError(HTTPStatus.NOT_FOUND, _GONE.format(version, record.issued))
        raise not_found()
    return release


def file(edition: Edition, version: str, name: str) -> Response:
    """A file of the release that is served, or of an older one that lies beside it."""
    release = find_release(edition, version)
    found = release.files.get(name)
    if found is None:
        raise not_found()
    modified = _released(edition, release)
    forms = [Stored(IDENTITY, found.sha256, found.size)]
    packed = release.files.get(name + PACKED)
    if packed:
        forms.append(Stored(GZIP, packed.sha256, packed.size))
    headers = dict(request.headers)
    form = select(headers, forms)
    verdict = judge(request.method, headers, form, modified, alone=len(forms) == 1)
    sent = packed if packed and form.coding == GZIP else found
    response = _respond(release, sent, form, verdict)
    if _differs(edition, release):
        response.headers["Cache-Control"] = CACHED
    response.content_type = content_type(found.media_type)
    if modified:
        response.last_modified = modified
    response.headers["Link"] = signposts.of_file(edition, version)
    return response


def _respond(release: Release, sent: ReleasedFile, form: Stored, verdict: Verdict) -> Response:
    status, start, end = verdict
    if status == HTTPStatus.PRECONDITION_FAILED:
        raise RequestError(status, _CHANGED)
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        headers = {"Content-Range": f"bytes */{form.size}", "Accept-Ranges": "bytes"}
        raise RequestError(status, _BEYOND.format(form.size), headers)
    response = Response(status=status, direct_passthrough=True)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(form.tag)
    if status == HTTPStatus.NOT_MODIFIED:
        return response
    # RFC 9530: of the whole form that was selected, whatever part of it is sent.
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(form.tag)).decode()}:"
    response.headers["Accept-Ranges"] = "bytes"
    if form.coding != IDENTITY:
        response.headers["Content-Encoding"] = form.coding
    if status == HTTPStatus.PARTIAL_CONTENT:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{form.size}"
    if request.method == "GET":
        response.response = _Pieces(release.path / sent.path, start, end)
    response.content_length = end - start
    return response


class _Pieces:
    """A part of a file, read as it is taken; the server closes it (PEP 3333), also if its client has gone."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._stream, self._left = path.open("rb"), end - start
        self._stream.seek(start)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        if not self._left:
            raise StopIteration
        piece = self._stream.read(min(PIECE_BYTES, self._left))
        if not piece:
            raise OSError(f"{self._stream.name} has become shorter than its manifest says")
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._stream.close()


def _differs(edition: Edition, release: Release) -> bool:
    """Whether what is given out has the number of another release: one day that may stand in its place."""
    _, archive = recorded(edition)
    return release is edition.release and archive.differs


def last_changed(edition: Edition) -> datetime | None:
    """When what the release has under an address that others had before it last changed there.

    None if days do not tell: another release is of the same one.
    """
    known, _ = recorded(edition)
    day = _released(edition, edition.release)
    others = {each.issued[:10] for each in known if each.version != edition.release.version}
    return None if day and day.date().isoformat() in others else day


def _released(edition: Edition, release: Release) -> datetime | None:
    """When a release was published, which the times of its files do not tell: a copy has new ones."""
    if _differs(edition, release):
        return None
    said = edition.modified.value if edition.modified else ""
    if release is not edition.release:
        known, _ = recorded(edition)
        said = next((each.issued for each in known if each.version == release.version), "")
    try:
        return datetime.combine(date.fromisoformat(said[:10]), time(), UTC)
    except ValueError:
        return None
