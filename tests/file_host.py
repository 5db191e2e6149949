"""A plain file host over a directory, and what its links lead to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag, urljoin

from conftest import Client
from markup import Markup

PAGE = "text/html"


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body at once: else each answer waits for the client's system
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def hosting(directory: Path) -> Iterator[str]:
    """Serve a directory as `python -m http.server` does; gives the URL of its root, without the last `/`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(directory))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def pages(directory: Path) -> list[str]:
    """The files that are pages, by their paths."""
    return sorted(each.relative_to(directory).as_posix() for each in directory.rglob("*.html"))


def dead_links(url: str, below: str, files: list[str]) -> tuple[list[str], set[str]]:
    """Ask a host for pages and for all that they link to.

    :param below: the path of the export on the host, with a slash at its end.
    :returns: links to what is not there, or to a place that a page does not have; and what is linked to.
    """
    client = Client(url)
    read: dict[str, Markup | None] = {}
    faults: list[str] = []
    linked: set[str] = set()

    def get(address: str) -> bool:
        if address not in read:
            reply = client(address)
            if reply.status != 200:
                return False
            read[address] = Markup(reply.text) if reply.media_type == PAGE else None
        return True

    for file in files:
        here = below + quote(file)
        if not get(here):
            faults.append(f"{here} is not served")
            continue
        page = read[here]
        assert page is not None
        for link in page.links:
            target, fragment = urldefrag(urljoin(url + here, link.url))
            if not target.startswith(url):
                continue
            address = target.removeprefix(url)
            asked = address.partition("?")[0]
            if asked != address or not address.startswith(below) or not get(address):
                faults.append(f"{file}: {link}")
                continue
            there = read[address]
            linked |= {unquote(address.removeprefix(below))} - {file}
            # What the query page is asked stands behind #.
            is_query = asked == f"{below}sparql.html" and fragment.startswith("query=")
            if fragment and not is_query and there is not None and unquote(fragment) not in there.anchors:
                faults.append(f"{file}: {link} has no such place")
    client.close()
    return faults, linked
