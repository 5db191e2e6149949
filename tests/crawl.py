"""Follow every link of a site, as a robot that never tires would."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from flask.testing import FlaskClient

from markup import Markup, bad_addresses, ill_formed
from web import get

HOST = "http://localhost"
PAGE = "text/html"
ACCEPT = f"{PAGE},*/*;q=0.1"


class Answer(NamedTuple):
    """What a robot needs to know of an answer."""

    status: int
    media_type: str
    location: str
    text: str


Ask = Callable[[str], Answer]


def in_process(client: FlaskClient) -> Ask:
    """Ask an application without a socket."""

    def ask(address: str) -> Answer:
        answer = get(client, address, ACCEPT)
        return Answer(
            answer.status_code,
            answer.mimetype or "",
            answer.headers.get("Location", ""),
            answer.data.decode(errors="replace"),  # a packed file has no text, and no links
        )

    return ask


@dataclass(repr=False)
class Crawl:
    """What a robot saw: pages by their address, answers by theirs, and what is wrong.

    :param ask: answers for an address; several threads may read at once, if it may be asked by them.
    :param prefix: the path that a proxy takes off again; every link must begin with it.
    :param strict: also parse each page as HTML's rules have it, which takes most of the time.
    """

    ask: Ask
    prefix: str = ""
    strict: bool = True
    pages: dict[str, Markup] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    wanted: dict[str, str] = field(default_factory=dict)

    def everything(self, start: str = "/") -> "Crawl":
        """Read every page that a start leads to.

        A view with parameters is read where it is named, and its own parameters are not followed: filters
        can be put together in more ways than anyone tries.
        """
        queue, seen = deque([start]), {start}
        while queue:
            address = queue.popleft()
            for target in self.read(address, expected=200):
                deeper = "?" in target and "?" in address
                if target not in seen and not deeper:
                    seen.add(target)
                    queue.append(target)
        return self

    def read(self, address: str, expected: int | None = None) -> list[str]:
        """Read what an address gives; return where its links lead within the site."""
        answer = self.get(address)
        if answer.status in (303, 308):
            target = self._within(address, answer.location)
            return [target] if target else []
        if expected is not None and answer.status != expected:
            self.faults.append(f"{address}: {answer.status}, from {self.wanted.get(address, 'the start')}")
        if answer.media_type != PAGE:
            return []
        page = self.pages[address] = Markup(answer.text)
        faults = [*page.faults, *bad_addresses(page.links)]
        # Views with parameters are many, and made from the same templates: those that are asked for by name.
        if self.strict and ("?" not in address or expected is None):
            faults.append(ill_formed(answer.text))
        self.faults += [f"{address}: {fault}" for fault in faults if fault]
        targets = [target for link in page.links if (target := self._within(address, link.url))]
        for target in targets:
            self.wanted.setdefault(target, address)
        return list(dict.fromkeys(targets))

    def get(self, address: str) -> Answer:
        answer = self.ask(address)
        self.answers[address] = answer.status
        return answer

    def missing_anchors(self) -> list[str]:
        """Name the links to a place in a page that has no such place, among the pages that were read."""
        return sorted(
            f"{address}: {link}"
            for address, page in self.pages.items()
            for link in page.links
            if (found := urldefrag(urljoin(HOST + self.prefix + address, link.url))).fragment
            and (there := self._page(found.url)) is not None
            and found.fragment not in there.anchors
        )

    def _page(self, url: str) -> Markup | None:
        return self.pages.get(url.removeprefix(HOST + self.prefix)) if url.startswith(HOST) else None

    def _within(self, address: str, link: str) -> str | None:
        url = urldefrag(urljoin(HOST + self.prefix + address, link)).url
        if urlsplit(url).netloc != urlsplit(HOST).netloc:
            return None
        if not url.startswith(f"{HOST}{self.prefix}/"):
            self.faults.append(f"{address}: a link leads out of the site: {link}")
            return None
        return url.removeprefix(HOST + self.prefix)
