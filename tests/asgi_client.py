"""A client of an ASGI application, in process: what a server would tell of a request, and what it is sent."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http.client import HTTPMessage
from typing import Any
from urllib.parse import unquote, urlencode

Application = Callable[[Any, Any, Any], Awaitable[None]]


def scope(
    target: str = "/", method: str = "GET", headers: Sequence[tuple[str, str]] = (), **more: Any
) -> Any:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "client": ("127.0.0.1", 40_000),
        "server": ("127.0.0.1", 8_000),
        **more,
    }


def sparql(query: str, **parameters: str) -> str:
    return "/sparql?" + urlencode({"query": query, **parameters})


class Client:
    """One request: it sends the pieces of a body, and takes what is sent when it may."""

    def __init__(self, target: str = "/", method: str = "GET", *body: bytes, **headers: str) -> None:
        """A header's name is written with `_` for `-`, as in `content_type=`."""
        self.scope = scope(target, method, [(k.replace("_", "-"), v) for k, v in headers.items()])
        self.messages: list[Any] = []
        self.takes, self.gone = asyncio.Event(), asyncio.Event()
        self.takes.set()
        self.stalls = False  # after the pieces
        self._pieces = list(body)

    async def receive(self) -> Any:
        if self._pieces:
            piece = self._pieces.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(self._pieces or self.stalls)}
        if not self.stalls and not self.messages and not hasattr(self, "_ended"):
            self._ended = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        await self.takes.wait()
        self.messages.append(message)

    async def ask(self, application: Application) -> "Client":
        await application(self.scope, self.receive, self.send)
        return self

    def asking(self, application: Application) -> "asyncio.Task[Client]":
        return asyncio.get_running_loop().create_task(self.ask(application))

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> HTTPMessage:
        found = HTTPMessage()
        for name, value in self.messages[0]["headers"]:
            found[name.decode()] = value.decode("latin-1")
        return found

    @property
    def body(self) -> bytes:
        assert not self.messages[-1].get("more_body"), "the answer has not ended"
        return b"".join(message["body"] for message in self.messages[1:])
