"""A WSGI application (PEP 3333) behind an ASGI server: pages and files, made in threads.

In: a scope, and the body of the request as bytes.  Out: the response, sent in pieces, each when the client
has taken the one before; a thread is held while a piece is made, not while a client is slow.  What is in
memory meanwhile has its place in the room that large answers have.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import Any, TypeAlias

from pilotgraph.asgi import Room, Scope, Send
from pilotgraph.endpoint import ASKED
from pilotgraph.loop_store import CLIENT
from pilotgraph.negotiation import RequestError
from pilotgraph.responses import PIECE_BYTES
from pilotgraph.turns import Turns

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_OWN_NAMES = {b"content-type": "CONTENT_TYPE", b"content-length": "CONTENT_LENGTH"}
_CROWDED = "Too many large pages are being sent. Send the request again in a moment."


class Bridge:
    """Runs a WSGI application in threads; `waiting` requests have, or wait for, one of these.

    One client has at most half of the threads, and `queued` requests wait for one.
    """

    def __init__(self, application: Application, threads: int, queued: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="page")
        self._turns = Turns(threads, max(1, threads // 2), queued)
        self.waiting = 0

    async def respond(self, scope: Scope, body: bytes, send: Send, room: Room, client: str) -> int:
        """Answer a request, and return the status.

        :param room: where a large body that is in memory is counted until it has been sent.
        :raises RequestError: if there is no room for it beside those that are being sent, or too many
            requests wait.
        """
        response, held = _Response(self._threads, client), 0
        try:
            self.waiting += 1
            try:
                async with self._turns.turn(client):
                    piece = await response.begin(self._application, environ(scope, body))
            finally:
                self.waiting -= 1
            scope.pop(ASKED, None)  # it is on the page by now, and a slow client would keep it in memory
            if response.in_memory and not room.takes(client, response.in_memory):
                raise RequestError(HTTPStatus.SERVICE_UNAVAILABLE, _CROWDED, {"Retry-After": "1"})
            held = response.in_memory
            room.add(client, held)
            await send(
                {"type": "http.response.start", "status": response.status, "headers": response.headers}
            )
            while len(piece) >= PIECE_BYTES:
                size = PIECE_BYTES if response.in_memory else len(piece)
                for start in range(0, len(piece), size):
                    part = piece[start : start + size]
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                piece = await response.piece()
            await send({"type": "http.response.body", "body": piece})
        finally:
            room.add(client, -held)
            response.close()
        return response.status

    def close(self) -> None:
        """End the threads; what they have begun is finished."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def environ(scope: Scope, body: bytes) -> dict[str, Any]:
    """A request as WSGI has it: texts whose characters are the bytes that were sent."""
    host, port = scope.get("server") or ("localhost", 80)
    path = scope["raw_path"].partition(b"?")[0].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    found: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "REQUEST_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = _OWN_NAMES.get(name) or "HTTP_" + name.decode("latin-1").upper().replace("-", "_")
        text = value.decode("latin-1")
        # One line after another means the same as a list (RFC 9110, section 5.3).
        found[key] = f"{found[key]},{text}" if key in found else text
    if ASKED in scope:
        found[ASKED] = scope[ASKED]
    found["CONTENT_LENGTH"] = str(len(body))  # the body is here, however it came
    found.pop("HTTP_TRANSFER_ENCODING", None)
    return found


class _Response:
    """What a WSGI application answers, made in threads a step at a time."""

    def __init__(self, threads: ThreadPoolExecutor, client: str) -> None:
        self.status, self.headers = 500, list[tuple[bytes, bytes]]()
        self.in_memory = 0  # bytes of a large body that was made at once; a file is read as it is sent
        self._threads, self._client = threads, client
        self._step: Future[bytes] | None = None
        self._content: Iterable[bytes] = ()
        self._pieces: Iterator[bytes] = iter(())

    async def begin(self, application: Application, request: dict[str, Any]) -> bytes:
        """Ask the application; status, headers and the first piece are known then."""
        self._step = self._threads.submit(self._begin, application, request)
        return await asyncio.wrap_future(self._step)

    async def piece(self) -> bytes:
        """Bytes of a good size; fewer if the rest is fewer."""
        self._step = self._threads.submit(self._piece)
        return await asyncio.wrap_future(self._step)

    def close(self) -> None:
        # A step goes on in its thread even if nobody waits for it any more.
        if self._step:
            self._step.add_done_callback(lambda _: self._close())

    def _begin(self, application: Application, request: dict[str, Any]) -> bytes:
        before = CLIENT.set(self._client)
        try:
            self._content = application(request, self._start)
            self._pieces = iter(self._content)
            return self._piece()
        finally:
            CLIENT.reset(before)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None) -> None:
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def _piece(self) -> bytes:
        found, length = list[bytes](), 0
        while length < PIECE_BYTES:
            part = next(self._pieces, None)
            if part is None:
                break
            found.append(part)
            length += len(part)
            if len(part) > PIECE_BYTES:
                self.in_memory += len(part)
        return b"".join(found)

    def _close(self) -> None:
        close = getattr(self._content, "close", None)
        if close:
            close()
