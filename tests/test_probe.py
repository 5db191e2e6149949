"""Requests as `check` sends them: any status is an answer, and redirects are followed a step at a time."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from pilotgraph.probe import NoAnswer, ask, follow


class Echo(BaseHTTPRequestHandler):
    """Says what it was asked; below /to/ it leads on, and /mute breaks off."""

    def do_GET(self) -> None:
        if self.path == "/mute":
            return
        if self.path.startswith("/to/"):
            self.send_response(303)
            self.send_header("Location", self.path.removeprefix("/to"))
        else:
            self.send_response(418)
        self.send_header("Link", "<a>; rel=up")
        self.send_header("Link", "<b>; rel=next")
        self.end_headers()
        self.wfile.write(f"{self.command} {self.path} {self.headers['Accept']}".encode())

    do_QUERY = do_GET

    def log_message(self, *_: object) -> None:
        """Tell nobody."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_any_status_is_an_answer(url: str) -> None:
    reply = ask(f"{url}/x", "QUERY", {"Accept": "text/turtle"})
    assert (reply.status, reply.content) == (418, b"QUERY /x text/turtle")
    assert reply.headers.get_all("link") == ["<a>; rel=up", "<b>; rel=next"]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/caf%C3%A9?a=%2F&b", "/caf%C3%A9?a=%2F&b"),
        ("/café", "/caf%C3%A9"),
        ("/a b<c>", "/a%20b%3Cc%3E"),
        ("/(a)'b,c;d=e@f:g!h$i&j*k+l~m", "/(a)'b,c;d=e@f:g!h$i&j*k+l~m"),
    ],
)
def test_an_iri_is_sent_as_a_url(url: str, path: str, sent: str) -> None:
    assert ask(url + path).content.decode() == f"GET {sent} None"


def test_accept_goes_along_from_step_to_step(url: str) -> None:
    steps = follow(f"{url}/to/to/x?y", {"Accept": "text/csv"})
    assert [(step.url, step.status, step.leads_on) for step in steps] == [
        (f"{url}/to/to/x?y", 303, True),
        (f"{url}/to/x?y", 303, True),
        (f"{url}/x?y", 418, False),
    ]
    assert steps[-1].content == b"GET /x?y text/csv"


def test_there_is_an_end_to_following(url: str) -> None:
    with pytest.raises(NoAnswer, match="leads on more than 10 times"):
        follow(url + "/to" * 12 + "/x")


@pytest.mark.parametrize("path", ["/mute", "/to/mute"])
def test_what_breaks_off_is_no_answer(url: str, path: str) -> None:
    with pytest.raises(NoAnswer, match=r"/mute does not answer: "):
        follow(url + path)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "example.org", "http://", ""])
def test_only_the_web_is_asked(url: str) -> None:
    with pytest.raises(NoAnswer, match="is no URL that begins with http:// or https://"):
        ask(url)
