"""Requests and responses as ASGI 3.0 has them <https://asgi.readthedocs.io/en/stable/specs/www.html>.

What every part of the front needs: the head of a request, its body, who sent it, and how an answer is sent.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address
from typing import Any, NamedTuple, TypeAlias

from pilotgraph.errors import QueryError
from pilotgraph.negotiation import RequestError
from pilotgraph.protocol import PROBLEM_JSON, failure
from pilotgraph.responses import ALWAYS, CACHED, NOT_CACHED
from pilotgraph.settings import Settings
from pilotgraph.turns import FULL

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

IN_URL, IN_BODY = ("GET", "HEAD"), ("POST", "QUERY")  # where a method has its query
TAKE_SECONDS = 30.0  # for a client to take a piece of an answer
_BROKEN = "The body of the request ended before it was whole."

_ALWAYS: Headers = [(name.lower().encode(), value.encode()) for name, value in ALWAYS.items()]
KEPT: Headers = [(b"cache-control", CACHED.encode()), *_ALWAYS]
NOT_KEPT: Headers = [(b"cache-control", NOT_CACHED.encode()), *_ALWAYS]


class Gone(Exception):
    """Raise if the client has gone."""


class Head(NamedTuple):
    """What a request says of itself before its body, as far as an answer depends on it."""

    accept: str | None = None
    content_type: str | None = None
    if_none_match: str | None = None
    forwarded_for: str | None = None

    @classmethod
    def of(cls, scope: Scope) -> "Head":
        accept = content_type = if_none_match = forwarded_for = None
        for name, value in scope["headers"]:
            match name:
                case b"accept":
                    accept = _joined(accept, value)
                case b"content-type":
                    content_type = value.decode("latin-1")
                case b"if-none-match":
                    if_none_match = _joined(if_none_match, value)
                case b"x-forwarded-for":
                    forwarded_for = _joined(forwarded_for, value)
        return cls(accept, content_type, if_none_match, forwarded_for)


def _joined(before: str | None, value: bytes) -> str:
    # One line after another means the same as a list (RFC 9110, section 5.3).
    text = value.decode("latin-1")
    return text if before is None else f"{before}, {text}"


class Room:
    """Bytes that are under way, bounded; one client has half of them at most."""

    def __init__(self, most_bytes: float) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self._of: dict[str, int] = {}

    def takes(self, client: str, size: int) -> bool:
        """Whether there is room for so many more; for one thing there always is, when nothing else is."""
        own = self._of.get(client, 0)
        return not (
            (own and own + size > self.most_bytes / 2) or (self.bytes and self.bytes + size > self.most_bytes)
        )

    def add(self, client: str, size: int) -> None:
        self.bytes += size
        self._of[client] = self._of.get(client, 0) + size
        if not self._of[client]:
            del self._of[client]


class Bodies:
    """Gathers the bodies of requests, in what room there is."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.room = Room(settings.in_flight_mb * 1_000_000)

    async def gather(self, scope: Scope, receive: Receive, client: str) -> bytes:
        """Gather one.

        :raises RequestError: if it is too large, too slow or not whole, or if others leave no room for it.
        """
        if scope["method"] in IN_URL:
            return b""
        pieces, size = list[bytes](), 0
        try:
            async with asyncio.timeout(self._settings.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":  # or what came is not how a body is sent
                        raise RequestError(HTTPStatus.BAD_REQUEST, _BROKEN, {"Connection": "close"})
                    piece = message.get("body", b"")
                    if size + len(piece) > self._settings.body_bytes:
                        said = f"have {self._settings.body_bytes:,} bytes."
                        raise _closing(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said)
                    if not self.room.takes(client, len(piece)):
                        raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, FULL, {"Retry-After": "1"})
                    pieces.append(piece)
                    size += len(piece)
                    self.room.add(client, len(piece))
                    if not message.get("more_body"):
                        return b"".join(pieces)
        except TimeoutError as error:
            said = f"take {self._settings.body_seconds:g} seconds to arrive."
            raise _closing(HTTPStatus.REQUEST_TIMEOUT, said) from error
        finally:
            self.room.add(client, -size)


def _closing(status: HTTPStatus, said: str) -> RequestError:
    return RequestError(status, f"The body of a request may {said}", {"Connection": "close"})


def client_of(scope: Scope, head: Head, proxies: int) -> str:
    """Whose request it is: the address that the outermost of our own proxies saw."""
    address = (scope.get("client") or ("",))[0]
    if proxies and head.forwarded_for:
        forwarded = head.forwarded_for.split(",")
        address = forwarded[-min(proxies, len(forwarded))].strip()
    return _network(address)


@lru_cache(maxsize=10_000)
def _network(address: str) -> str:
    """An address, or of IPv6 the network that one household or machine has (RFC 6177): 64 bits."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:100]
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else str(int(parsed) >> 64)
    return str(parsed)


async def send_whole(scope: Scope, send: Send, status: int, headers: Headers, content: bytes = b"") -> None:
    """Send a response that is ready; to HEAD without its content."""
    if status != HTTPStatus.NOT_MODIFIED:
        headers = [*headers, (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})


async def explain(scope: Scope, send: Send, error: QueryError | RequestError) -> int:
    """Send what went wrong, as `application/problem+json` (RFC 9457), and return the status."""
    told = failure(error)
    headers = [(b"content-type", PROBLEM_JSON.encode()), *NOT_KEPT]
    headers += [(name.lower().encode(), value.encode()) for name, value in told.headers.items()]
    await send_whole(scope, send, told.status, headers, json.dumps(told.problem).encode())
    return told.status
