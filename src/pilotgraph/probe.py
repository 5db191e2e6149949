"""A URL -> what a web server answers, as it answers: whatever the status, one redirect at a time.

urllib speaks HTTP, finds proxies in the environment and checks certificates; what it would do of its own
accord, following redirects and raising errors, is left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from http.client import HTTPException
from typing import TypeAlias
from urllib.error import URLError
from urllib.parse import quote, urljoin, urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from pilotgraph.errors import PilotgraphError

TIMEOUT_SECONDS = 30.0
MOST_BYTES = 50_000_000  # of an answer that is read
MOST_STEPS = 10  # from an IRI to its document
_AGENT = "pilotgraph-check"


class NoAnswer(PilotgraphError):
    """Raise if nothing answers at a URL, or what answers does not speak HTTP."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `url` is what was asked."""

    url: str
    status: int
    headers: Message
    content: bytes

    @property
    def leads_on(self) -> bool:
        """Whether it is a redirect that a client may follow."""
        return self.status in _REDIRECTS and "Location" in self.headers


Ask: TypeAlias = Callable[..., Reply]

_REDIRECTS = {
    *(HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.SEE_OTHER),
    *(HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT),
}


def _opener() -> OpenerDirector:
    # `build_opener` would open files too.
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler()):
        opener.add_handler(handler)
    return opener


_OPENER = _opener()


def ask(
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Reply:
    """Send one request.

    :param url: an IRI will do: what a URL may not hold is escaped.
    :raises NoAnswer: if nothing answers.
    """
    address = quote(url, safe="/%:@!$&'()*+,;=~?#[]")
    if urlsplit(address).scheme not in ("http", "https") or not urlsplit(address).netloc:
        raise NoAnswer(f"{url} is no URL that begins with http:// or https://")
    request = Request(  # noqa: S310 - its scheme is known
        address, body, {"User-Agent": _AGENT, **(headers or {})}, method=method
    )
    try:
        with _OPENER.open(request, timeout=timeout_seconds) as response:
            return Reply(url, response.status, response.headers, response.read(MOST_BYTES))
    except (OSError, HTTPException, URLError) as error:
        raise NoAnswer(f"{url} does not answer: {getattr(error, 'reason', None) or error}") from error


def follow(url: str, headers: Mapping[str, str] | None = None) -> list[Reply]:
    """Go from redirect to redirect, as a client does, and return every answer on the way.

    :raises NoAnswer: if one does not answer, or there is no end to it.
    """
    replies = [ask(url, headers=headers)]
    while replies[-1].leads_on:
        if len(replies) > MOST_STEPS:
            raise NoAnswer(f"{url} leads on more than {MOST_STEPS} times")
        last = replies[-1]
        replies.append(ask(urljoin(last.url, last.headers["Location"]), headers=headers))
    return replies
