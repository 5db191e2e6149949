"""The whole of the real site over a real socket: every link and anchor resolves, and no page is heavy.

What a thing's document says in the forms for programs, and that each is there, is tested with the triples.
"""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from conftest import Client
from crawl import ACCEPT, PAGE, Answer, Crawl
from kinds import kinds
from markup import ill_formed
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import Release

THREADS = 4
STRICTLY_EVERY = 40  # a page out of so many is parsed by all rules of HTML, which takes half a second
MOST_BYTES = 100_000
# All terms on one page, so that each IRI of a term leads to its place; the editor of queries; and every file
# of a release with its SHA-256.
HEAVY = re.compile(r"/ontology(\.html|/[\d.]+)?|/sparql(\?.*)?|/releases/[\d.]+", re.DOTALL)
_PART = re.compile(r'<(?:link rel="(?:stylesheet|icon)"|script)[^>]* (?:href|src)="([^"]+)"')


@dataclass
class Whole:
    """What was read of a site."""

    site: str
    crawl: Crawl = field(init=False)
    texts: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._connections = threading.local()
        self._clients: list[Client] = []
        self.crawl = Crawl(self._ask, strict=False)
        try:
            self._read()
        finally:
            for client in self._clients:
                client.close()

    def _read(self) -> None:
        wave = ["/", *re.findall(f"<loc>{re.escape(self.site)}([^<]*)", self._ask("/sitemap.xml").text)]
        seen = set(wave)
        with ThreadPoolExecutor(THREADS) as threads:
            while wave:
                found = list(threads.map(lambda address: self.crawl.read(address, 200), wave))
                # Filters can be put together in more ways than anyone tries.
                wanted = {
                    target
                    for address, targets in zip(wave, found, strict=True)
                    for target in targets
                    if not ("?" in address and "?" in target) and not self._is_a_form(target)
                }
                wave = sorted(wanted - seen)
                seen |= wanted

    def _is_a_form(self, address: str) -> bool:
        """Whether it is a document for programs of a thing whose page was read."""
        return any(
            address == f"{stem}{form.suffix}" and f"{stem}.html" in self.crawl.pages
            for form in RDF_FORMATS
            if (stem := address.removesuffix(form.suffix)) != address and stem.startswith("/doc/")
        )

    def _ask(self, address: str) -> Answer:
        if not hasattr(self._connections, "client"):
            self._connections.client = Client(self.site)
            self._clients.append(self._connections.client)
        reply = self._connections.client(address, accept=ACCEPT)
        text = ""
        if reply.media_type == PAGE or address == "/sitemap.xml":
            text = self.texts[address] = reply.text
            self.sizes[address] = len(reply.body)
        self.parts[address] = len(reply.body)
        return Answer(reply.status, reply.media_type, reply.headers.get("Location", ""), text)

    def size(self, address: str) -> int:
        """How many bytes a page takes, with its style, its icon and its scripts."""
        loaded = set(_PART.findall(self.texts[address]))
        return self.sizes[address] + sum(self.parts[part] for part in loaded)


@pytest.fixture(scope="module")
def whole(site: str) -> Whole:
    return Whole(site)


def test_every_thing_and_every_view_is_read(whole: Whole, real_release: Release) -> None:
    documents = [address for address in whole.crawl.pages if address.startswith("/doc/")]
    assert len(documents) > 3000
    paths = {path for path in kinds(real_release).values() if "?" not in path} - {"/doc/nothing/at-all.html"}
    assert paths - whole.crawl.pages.keys() == set()


def test_every_link_resolves(whole: Whole) -> None:
    assert whole.crawl.faults == []


def test_every_anchor_exists(whole: Whole) -> None:
    assert whole.crawl.missing_anchors() == []


def test_no_page_is_heavy(whole: Whole) -> None:
    sizes = {address: whole.size(address) for address in whole.crawl.pages if not HEAVY.fullmatch(address)}
    heavy = sorted((size, address) for address, size in sizes.items() if size > MOST_BYTES)
    assert [f"{address}: {size:,} bytes" for size, address in reversed(heavy)] == []


def test_a_sample_of_pages_is_html_by_all_its_rules(whole: Whole) -> None:
    sample = sorted(whole.crawl.pages)[::STRICTLY_EVERY]
    kinds = {urlsplit(address).path.split("/")[1] for address in sample}
    assert {"doc", "browse", "queries", "ontology"} <= kinds
    assert [fault for address in sample if (fault := ill_formed(whole.texts[address]))] == []
