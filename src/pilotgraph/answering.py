"""SPARQL over HTTP, for programs: a request -> an answer, complete, or an error that says why there is none.

On the event loop, without Flask.  An answer that is known leaves at once; the rest waits for a worker, as
long as the client is there, and holds no thread.
"""

import asyncio
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple

from pilotgraph.asgi import (
    IN_BODY,
    IN_URL,
    KEPT,
    NOT_KEPT,
    TAKE_SECONDS,
    Bodies,
    Gone,
    Head,
    Headers,
    Receive,
    Room,
    Scope,
    Send,
    client_of,
    explain,
    send_whole,
)
from pilotgraph.endpoint import ANSWERS, ASKED, FOR_A_PAGE
from pilotgraph.errors import QueryError, StoreUnavailable
from pilotgraph.metrics import ANSWERED, GONE, UNCHANGED, Asked, Log, Metrics, outcome_of
from pilotgraph.negotiation import RequestError, choose, matches, sent_as
from pilotgraph.protocol import accept_of, failure, read_query
from pilotgraph.responses import HTML, PIECE_BYTES
from pilotgraph.service import Given, Key, Service, key_of
from pilotgraph.store import Query

_WATCH_SECONDS = 0.1  # after which it is worth knowing whether the client is still there
_FLUSH_SECONDS = 0.2
_SHORT_BYTES = 4_000
_CROWDED = "Too many large answers are being sent. Send the query again in a moment."


class _Question(NamedTuple):
    """A query that was sent, and what it is known by."""

    query: Query
    accept: str | None
    to_read: bool  # by a person, on a page
    key: Key
    tag: str
    digest: str


class Answering:
    """Answers queries; large answers are sent in what room there is for them."""

    def __init__(self, service: Service, metrics: Metrics, log: Log, loop: asyncio.AbstractEventLoop) -> None:
        self.service, self.metrics, self.log = service, metrics, log
        self.settings = service.pool.settings
        self.bodies = Bodies(self.settings)
        self._loop = loop
        self.sending = Room(self.settings.in_flight_mb * 1_000_000)
        self._remembered = lru_cache(maxsize=1_024)(self._read)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> bytes | None:
        """Answer a request to the endpoint.

        :returns: None; or the body of a request that another answers, with what is in its scope: one that
            asks for a page, or for nothing.
        :raises Gone: if nobody is there to take the answer; TimeoutError, if it is not taken.
        """
        began, head, body, question = perf_counter(), Head.of(scope), b"", None
        method, query_string = scope["method"], scope["query_string"]
        client = client_of(scope, head, self.settings.proxies)
        try:
            if method in IN_BODY:
                body = await self.bodies.gather(scope, receive, client)
                question = self._read(query_string, head.accept, method, head.content_type, body)
            elif method in IN_URL:
                short = len(query_string) <= _SHORT_BYTES and len(head.accept or "") <= _SHORT_BYTES
                question = (self._remembered if short else self._read)(query_string, head.accept)
            if question is None:
                return body
            if question.to_read:
                await self._ask_for_page(scope, receive, client, question, began)
                return body
            await self._give(scope, receive, send, head, client, question, began)
        except (QueryError, RequestError) as error:
            self._tell(question, outcome_of(error), began, status=await explain(scope, send, error))
        except (Gone, TimeoutError):
            self._tell(question, GONE, began)
            raise
        return None

    def _read(
        self,
        query_string: bytes,
        accept: str | None,
        method: str = "GET",
        content_type: str | None = None,
        body: bytes = b"",
    ) -> _Question | None:
        """Read a question; None if nothing is asked, or a person is to be told what is wrong with it."""
        accept = accept_of(method, query_string, content_type, accept, body)
        to_read = choose(accept, ANSWERS) is HTML
        try:
            taken = FOR_A_PAGE if to_read else accept
            query = read_query(method, query_string, content_type, taken, body, self.settings.query_kb)
        except (QueryError, RequestError):
            if to_read:
                return None
            raise
        if query is None:
            return None
        digest = blake2b(query.text.encode(), digest_size=8).hexdigest()
        key = key_of(query)
        return _Question(query, accept, to_read, key, self.service.tag(key), digest)

    async def _ask_for_page(
        self, scope: Scope, receive: Receive, client: str, question: _Question, began: float
    ) -> None:
        """Ask for a page's sake: no thread is held meanwhile, and it is the person's turn that is taken."""
        given = self.service.known(question.key)
        try:
            given = given or await self._work(question.query, client, receive)
        except QueryError as error:
            scope[ASKED] = error
            self._tell(question, outcome_of(error), began, status=failure(error).status)
        else:
            scope[ASKED] = given.answer
            self._tell(question, ANSWERED, began, given)

    async def _give(  # noqa: PLR0913, PLR0917 - a request, an answer, and the question between them
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        head: Head,
        client: str,
        question: _Question,
        began: float,
    ) -> None:
        tag = (b"etag", question.tag.encode())
        # POST is not conditional: its answers are not what its URL stands for (RFC 9110, section 13.1.2).
        seen = head.if_none_match if scope["method"] != "POST" else None
        if seen and seen != "*" and matches(seen, question.tag):
            await send_whole(scope, send, HTTPStatus.NOT_MODIFIED, [tag, *KEPT])
            self._tell(question, UNCHANGED, began, status=HTTPStatus.NOT_MODIFIED)
            return
        given = self.service.known(question.key)
        if given is None:
            given = await self._work(question.query, client, receive)
        if seen == "*":  # it is true of whatever there is, and here is an answer
            await send_whole(scope, send, HTTPStatus.NOT_MODIFIED, [tag, *KEPT] if given.kept else NOT_KEPT)
            self._tell(question, UNCHANGED, began, status=HTTPStatus.NOT_MODIFIED)
            return
        content_type = _content_type(sent_as(question.accept, given.answer.format))
        headers = [content_type, tag, *KEPT] if given.kept else [content_type, *NOT_KEPT]
        content = given.answer.content
        if len(content) <= PIECE_BYTES or scope["method"] == "HEAD":
            await send_whole(scope, send, HTTPStatus.OK, headers, content)
        else:
            await self._send_large(client, send, headers, content)
        self._tell(question, ANSWERED, began, given)

    async def _work(self, query: Query, client: str, receive: Receive) -> Given:
        """Answer a query that is not known, as long as the client is there."""
        asking = asyncio.current_task()
        watching: list[asyncio.Task[None]] = []

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            if asking:
                asking.cancel()

        timer = self._loop.call_later(
            _WATCH_SECONDS, lambda: watching.append(self._loop.create_task(watch()))
        )
        try:
            return await self.service.answer(query, client)
        except asyncio.CancelledError as error:
            raise Gone from error
        finally:
            timer.cancel()
            for task in watching:
                task.cancel()

    async def _send_large(self, client: str, send: Send, headers: Headers, content: bytes) -> None:
        """Send an answer in pieces, if there is room for it beside those that are being sent."""
        size = len(content)
        if not self.sending.takes(client, size):
            raise StoreUnavailable(_CROWDED)
        self.sending.add(client, size)
        try:
            headers = [*headers, (b"content-length", b"%d" % size)]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            for start in range(0, size, PIECE_BYTES):
                piece, more = content[start : start + PIECE_BYTES], start + PIECE_BYTES < size
                async with asyncio.timeout(TAKE_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": more})
        finally:
            self.sending.add(client, -size)

    def _tell(
        self,
        question: _Question | None,
        outcome: str,
        began: float,
        given: Given | None = None,
        *,
        status: int = HTTPStatus.OK,
    ) -> None:
        """Tell log and metrics how a query ended."""
        seconds, size = perf_counter() - began, len(given.answer.content) if given else 0
        origin = given.origin if given else ""
        self.metrics.count(outcome, seconds, size, origin)
        if self.log.tells == "none":
            return
        if not self.log.waiting:
            self._loop.call_later(_FLUSH_SECONDS, self.log.flush)
        rows = given.answer.rows if given else None
        text, digest = (question.query.text, question.digest) if question else ("", "")
        self.log.write(Asked(text, digest, outcome, int(status), seconds, size, rows, origin))


@lru_cache(maxsize=256)
def _content_type(media_type: str) -> tuple[bytes, bytes]:
    # Without it some clients take text for Latin-1.
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    return b"content-type", f"{media_type}{charset}".encode()
