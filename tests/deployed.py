"""What stands between a client and a site: a redirect service, and a proxy that breaks what it passes on."""

import http.client
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from pilotgraph.check import Checked, Mark


class Quiet(BaseHTTPRequestHandler):
    """Answers every method by `answer`."""

    protocol_version = "HTTP/1.1"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self.answer
        raise AttributeError(name)

    def answer(self) -> None:
        raise NotImplementedError

    def log_message(self, *_: object) -> None:
        """Tell nobody."""


@contextmanager
def listening(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Redirector(Quiet):
    """Leads from IRIs below /pilotgraph/ to a site, as w3id.org would."""

    site = ""
    cors = True

    def answer(self) -> None:
        below = self.path.removeprefix("/pilotgraph/")
        found = self.site and below != self.path
        self.send_response(302 if found else 404)
        if found:
            self.send_header("Location", f"{self.site}/{below}")
        if self.cors:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", "0")
        self.end_headers()


@dataclass
class Exchange:
    """A request and its answer, to be changed before they go on."""

    method: str
    path: str
    sent: dict[str, str]
    status: int = 0
    headers: Message = field(default_factory=Message)
    content: bytes = b""


@dataclass(frozen=True)
class Fault:
    """What a proxy does to a request and to its answer."""

    asking: Callable[[Exchange], object] = lambda _: None
    answering: Callable[[Exchange], object] = lambda _: None


@contextmanager
def proxy(site: str, fault: Fault) -> Iterator[str]:
    class Proxy(Quiet):
        def answer(self) -> None:
            seen = Exchange(self.command, self.path, dict(self.headers.items()))
            fault.asking(seen)
            connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=30)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            connection.request(seen.method, seen.path, body, seen.sent)
            response = connection.getresponse()
            seen.status, seen.headers, seen.content = response.status, response.headers, response.read()
            connection.close()
            fault.answering(seen)
            self.send_response_only(seen.status)
            for name, value in seen.headers.items():
                self.send_header(name, value)
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(seen.content)

    with listening(Proxy) as url:
        yield url


def without(name: str, when: Callable[[Exchange], bool] = lambda _: True) -> Fault:
    """Leave a header out."""

    def change(seen: Exchange) -> None:
        if when(seen):
            del seen.headers[name]

    return Fault(answering=change)


def broken(found: Iterable[Checked]) -> list[tuple[str, ...]]:
    return [(each.asked, *each.said) for each in found if each.mark is not Mark.KEPT]
