"""What a client takes -> what it is sent: the headers Accept and If-None-Match, for every route.

The rules are those of RFC 9110 <https://www.rfc-editor.org/rfc/rfc9110>, sections 12.5.1 and 13.1.2;
werkzeug reads the headers.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from http import HTTPStatus
from typing import Protocol, TypeVar

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header, parse_etags, unquote_etag

from pilotgraph.errors import PilotgraphError
from pilotgraph.formats import Format

# The longest Accept header that is read, and the longest that is remembered with what came of it: what
# is longer would take time and memory from others.  No client known sends a third of the first.
_READ_CHARACTERS = 4_000
_REMEMBERED_CHARACTERS = 500


class RequestError(PilotgraphError):
    """Raise if a request is not what the protocol or HTTP asks for."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        headers: Mapping[str, str] | None = None,
        offers: Sequence[str] = (),
    ) -> None:
        self.status = status
        self.headers = dict(headers or {})
        self.offers = tuple(offers)
        super().__init__(message)


class Offer(Protocol):
    """Anything that can be sent as one media type, such as a `Format`."""

    @property
    def media_type(self) -> str: ...


OfferT = TypeVar("OfferT", bound=Offer)


def negotiate(accept: str | None, offers: Sequence[OfferT]) -> OfferT:
    """Choose the format that a client prefers (RFC 9110, section 12.5.1).

    :param accept: the `Accept` header; if it is absent or empty, anything will do, and also if it is
        too long or nothing in it can be read.
    :param offers: what can be sent, best first: the order settles ties.
    :raises RequestError: 406, if the client rules out every offer.
    """
    chosen = choose(accept, offers)
    if chosen is None:
        raise not_acceptable(offers)
    return chosen


def choose(accept: str | None, offers: Sequence[OfferT]) -> OfferT | None:
    """As `negotiate`, but None if nothing fits."""
    place, _ = _best(accept or "", tuple(offers))
    return None if place is None else offers[place]


def sent_as(accept: str | None, offer: Offer) -> str:
    """The media type to send an offer as: an alias if the client asked by that, else its own."""
    place, media_type = _best(accept or "", (offer,))
    return offer.media_type if place is None else media_type


def _best(accept: str, offers: tuple[Offer, ...]) -> tuple[int | None, str]:
    """The place of the best offer, or None, and the media type to send it as."""
    if len(accept) > _READ_CHARACTERS:
        accept = ""
    return (_find_best if len(accept) <= _REMEMBERED_CHARACTERS else _find_best.__wrapped__)(accept, offers)


@lru_cache(maxsize=1024)
def _find_best(accept: str, offers: tuple[Offer, ...]) -> tuple[int | None, str]:
    ranges = list(parse_accept_header(accept, MIMEAccept)) or [("*/*", 1.0)]
    # A parameter other than q narrows nothing that we could send differently, so it is left out;
    # werkzeug's own matching would let `text/turtle; charset=utf-8` match no offer.
    named: dict[str, float] = {}
    for value, quality in ranges:
        name = value.partition(";")[0].strip().lower()
        named[name] = max(quality, named.get(name, 0.0))
    fits = [_fit(named, offer) for offer in offers]
    place = max(range(len(offers)), key=lambda each: fits[each][:2])  # of equals, the first
    return (place if fits[place][0] > 0 else None), fits[place][2]


def _fit(named: Mapping[str, float], offer: Offer) -> tuple[float, int, str]:
    """How well an offer fits: its quality, how specific the range is that gives it, the media type."""
    media_type = offer.media_type
    # "If more than one media range applies to a given type, the most specific reference has precedence."
    specific = ((media_type, 3), (media_type.partition("/")[0] + "/*", 1), ("*/*", 0), ("*", 0))
    fits = next(([(named[name], rank, media_type)] for name, rank in specific if name in named), [])
    # An alias is true of the offer, but says less of what is wanted, and a wildcard does not mean it.
    aliases = offer.aliases if isinstance(offer, Format) else ()
    fits += [(named[alias], 2, alias) for alias in aliases if alias in named]
    return max(fits, key=lambda fit: fit[:2], default=(0.0, 0, media_type))


def not_acceptable(offers: Sequence[Offer]) -> RequestError:
    types = [offer.media_type for offer in offers]
    message = "Nothing here has a type that your Accept header allows. It can be sent as: "
    return RequestError(HTTPStatus.NOT_ACCEPTABLE, message + ", ".join(types), offers=types)


def matches(if_none_match: str | None, etag: str) -> bool:
    """Whether a client has what it asks for (RFC 9110, section 13.1.2), so that 304 is the answer.

    :param if_none_match: the header; `*` matches whatever there is.
    :param etag: what identifies it now, as in the header `ETag`.
    """
    tags = parse_etags((if_none_match or "").strip())
    return tags.contains_weak(unquote_etag(etag)[0])
