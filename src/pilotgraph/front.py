"""The web server's application (ASGI 3.0): SPARQL first, and everything else behind it.

A query of a program is answered on the event loop (`answering`); pages, files and what is said of the
endpoint itself are Flask's, behind a `Bridge`.  A request reaches either of them whole: its body is gathered
first, up to a size and a time, so that slow clients cost a little memory and nothing else.
"""

import asyncio
import traceback
from http import HTTPStatus

from pilotgraph.answering import Answering
from pilotgraph.asgi import (
    IN_URL,
    NOT_KEPT,
    TAKE_SECONDS,
    Gone,
    Head,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    client_of,
    explain,
    send_whole,
)
from pilotgraph.bridge import Bridge
from pilotgraph.metrics import MEDIA_TYPE
from pilotgraph.negotiation import RequestError

_SPARQL, _LIVE, _READY, _METRICS = "/sparql", "/health/live", "/health/ready", "/metrics"
_OPERATIONS = (_LIVE, _READY, _METRICS)
_ALLOWED = "GET, HEAD, OPTIONS"
_HOW_TO_ASK: Headers = [
    (b"allow", _ALLOWED.encode()),
    (b"access-control-allow-methods", _ALLOWED.encode()),
    (b"access-control-allow-headers", b"*"),
]
_METHOD = "This address does not take that method; Allow says which it takes."
_WRONG = "Something went wrong on our side. It has been logged."


class Front:
    """Answers all requests for a release; while `draining` it says that it is not ready for more."""

    def __init__(self, answering: Answering, pages: Bridge) -> None:
        self.answering, self.pages = answering, pages
        self.settings = answering.settings
        self.draining = False
        self.under_way = 0
        answering.metrics.state = lambda: self.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.under_way += 1
        begun = False

        async def tracked(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._answer(scope, receive, tracked)
        except RequestError as error:
            # Where it was raised there may be a large body, and a slow client would keep it in memory.
            await explain(scope, send, error.with_traceback(None))
        except (Gone, TimeoutError, asyncio.CancelledError):
            return  # nobody is there to be told
        except Exception:  # noqa: BLE001 - the server would only drop it
            traceback.print_exc()
            if not begun:
                await explain(scope, send, RequestError(HTTPStatus.INTERNAL_SERVER_ERROR, _WRONG))
        finally:
            self.under_way -= 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == _SPARQL:
            body = await self.answering.answer(scope, receive, send)
            if body is not None:
                await self._page(scope, body, send, self._client(scope))
        elif scope["path"] in _OPERATIONS:
            await self._operation(scope, send)
        else:
            client = self._client(scope)
            body = await self.answering.bodies.gather(scope, receive, client)
            await self._page(scope, body, send, client)

    @property
    def state(self) -> dict[str, float]:
        """How things stand, for the operator."""
        service = self.answering.service
        return {
            **service.pool.state,
            "cache_bytes": service.cache.bytes,
            "cache_answers": len(service.cache),
            "in_flight_bytes": self.answering.sending.bytes + self.answering.bodies.room.bytes,
            "requests_under_way": self.under_way,
            "pages_waiting": self.pages.waiting,
            "draining": int(self.draining),
        }

    def close(self) -> None:
        """Write the rest of the log, and make no more pages."""
        self.answering.log.flush()
        self.pages.close()

    def _client(self, scope: Scope) -> str:
        return client_of(scope, Head.of(scope), self.settings.proxies)

    async def _page(self, scope: Scope, body: bytes, send: Send, client: str) -> None:
        async def waiting(message: Message) -> None:
            async with asyncio.timeout(TAKE_SECONDS):
                await send(message)

        await self.pages.respond(scope, body, waiting, self.answering.sending, client)

    async def _operation(self, scope: Scope, send: Send) -> None:
        if scope["method"] == "OPTIONS":
            await send_whole(scope, send, HTTPStatus.OK, [*_HOW_TO_ASK, *NOT_KEPT])
            return
        if scope["method"] not in IN_URL:
            raise RequestError(HTTPStatus.METHOD_NOT_ALLOWED, _METHOD, {"Allow": _ALLOWED})
        status, media_type, content = HTTPStatus.OK, "text/plain; charset=utf-8", b"ok\n"
        if scope["path"] == _METRICS:
            media_type, content = MEDIA_TYPE, self.answering.metrics.page()
        elif scope["path"] == _READY and (self.draining or not self.answering.service.pool.ready):
            status, content = HTTPStatus.SERVICE_UNAVAILABLE, b"not ready\n"
        await send_whole(scope, send, status, [(b"content-type", media_type.encode()), *NOT_KEPT], content)
