"""What a client says of the file it asks for -> which of its two forms it gets, and how much of it.

RFC 9110 <https://www.rfc-editor.org/rfc/rfc9110>: content codings (section 12.5.3), preconditions in their
order (13.2.2), ranges (14.2).  werkzeug reads the headers.  Values in, values out: no file is opened here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

from werkzeug.datastructures import Accept
from werkzeug.http import (
    is_byte_range_valid,
    parse_accept_header,
    parse_date,
    parse_etags,
    parse_if_range_header,
    parse_range_header,
)

IDENTITY, GZIP = "identity", "gzip"
_READ_CHARACTERS = 4_000
# Each of these names what a client has by the ETag that came with it.
_NAMING = ("If-None-Match", "If-Match", "If-Range")


class Stored(NamedTuple):
    """One form of a file: its content coding, what identifies it (the text of a strong ETag), its bytes."""

    coding: str
    tag: str
    size: int


class Verdict(NamedTuple):
    """What to answer: 200 with all, 206 with the bytes from `start` to before `end`, 304, 412 or 416."""

    status: HTTPStatus
    start: int = 0
    end: int = 0


def select(headers: Mapping[str, str], forms: Sequence[Stored]) -> Stored:
    """Choose the form of a file that a client is sent.

    Who has one of the forms already is told of that one, if it takes it.  Otherwise a part is one of the file
    as it is: what a client that was broken off has kept is unpacked, unless it says by If-Range what it has.

    :param headers: of the request, by names as RFC 9110 writes them.
    :param forms: the file as it is, and perhaps packed.
    """
    accepted = _by_quality(_read(headers, "Accept-Encoding"), forms)
    named = [form for name in _NAMING for form in accepted if _names(_read(headers, name), form.tag)]
    if named:
        return named[0]
    if "Range" in headers:
        return min(accepted, key=lambda form: form.coding != IDENTITY)
    return accepted[0]


def judge(
    method: str, headers: Mapping[str, str], form: Stored, modified: datetime | None, *, alone: bool = False
) -> Verdict:
    """Hold a request against the form of the file that was selected for it.

    :param modified: when the file last changed, to the second; None if that is not known.
    :param alone: whether the file has no other form.
    """
    if "If-Match" in headers:
        if not parse_etags(_read(headers, "If-Match")).contains(form.tag):
            return Verdict(HTTPStatus.PRECONDITION_FAILED)
    elif modified and (since := parse_date(_read(headers, "If-Unmodified-Since"))) and modified > since:
        return Verdict(HTTPStatus.PRECONDITION_FAILED)
    if "If-None-Match" in headers:
        if parse_etags(_read(headers, "If-None-Match")).contains_weak(form.tag):
            return Verdict(HTTPStatus.NOT_MODIFIED)
    elif modified and (since := parse_date(_read(headers, "If-Modified-Since"))) and modified <= since:
        return Verdict(HTTPStatus.NOT_MODIFIED)
    whole = Verdict(HTTPStatus.OK, 0, form.size)
    # "GET is the only method for which range handling is defined."
    if method != "GET" or not form.size or not _range_holds(headers, form.tag, modified, alone):
        return whole
    return _part(_read(headers, "Range"), form.size) or whole


def _read(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "").strip()
    return value if len(value) <= _READ_CHARACTERS else ""


def _by_quality(accept_encoding: str, forms: Sequence[Stored]) -> list[Stored]:
    """The forms that a client takes, best first; the file as it is, if it takes none."""
    said = parse_accept_header(accept_encoding, Accept)
    taken = [form for form in forms if form.coding != IDENTITY and said.quality(form.coding) > 0]
    plain = [form for form in forms if form.coding == IDENTITY]
    # "If the representation has no content coding, then it is acceptable by default."
    if any(said.quality(IDENTITY) > said.quality(form.coding) for form in taken):
        return plain + taken
    refused = IDENTITY in said.values() or "*" in said.values()
    return taken + (plain if not taken or not refused or said.quality(IDENTITY) else [])


def _names(value: str, tag: str) -> bool:
    """Whether a list of ETags names one; `*` names none."""
    tags = parse_etags(value)
    return not tags.star_tag and tags.contains_weak(tag)


def _range_holds(headers: Mapping[str, str], tag: str, modified: datetime | None, alone: bool) -> bool:
    """Whether what the client has a part of is what there is: only then is another part of use to it."""
    if_range = _read(headers, "If-Range")
    if not if_range:
        return True
    if if_range.startswith("W/"):
        return False  # no weak tag tells that every byte is the same
    had = parse_if_range_header(if_range)
    if had.etag is not None:
        return had.etag == tag
    # If there are two forms of a file, both have its date: who takes the packed one may have either.
    takes_packed = parse_accept_header(_read(headers, "Accept-Encoding"), Accept).quality(GZIP) > 0
    return had.date is not None and had.date == modified and (alone or not takes_packed)


def _part(value: str, size: int) -> Verdict | None:
    """The part that a header Range asks for; None for the whole file.

    What cannot be read, counts in another unit than bytes or asks for several parts is passed over, as
    section 14.2 allows: no harvester asks for several, and their answer would be larger than the file.
    """
    asked = parse_range_header(value)
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    start, end = asked.ranges[0]
    if start < 0:  # so many of the last bytes, or all if there are fewer
        return Verdict(HTTPStatus.PARTIAL_CONTENT, max(0, size + start), size)
    end = size if end is None else min(end, size)
    if not is_byte_range_valid(start, end, size):
        return Verdict(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    return Verdict(HTTPStatus.PARTIAL_CONTENT, start, end)
