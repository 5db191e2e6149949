"""IRIs <-> URL paths, in the one place where they meet.

Things live below one IRI and are served at /id/; everything else of ours lives below the dataset's
and is served at the same path.  Text in, text out: no HTTP here, and no store.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from pyoxigraph import NamedNode

MAX_IRI_LENGTH = 2_000
# What a path may hold as it is; an escape that is there already stays one.
_CHARACTERS = "/%:@!$&'()*+,;=~"
_ESCAPES = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")


@dataclass(frozen=True, slots=True)
class Site:
    """Where things are served.

    `prefix` is the path below which a proxy shows the site, without a final slash; it is part of
    every link.
    """

    dataset: str
    things: str
    prefix: str = ""

    def path(self, iri: str) -> str | None:
        """Return the path that serves an IRI of ours, as an URL has it; None for IRIs of others."""
        for base, local in ((self.things, "/id/"), (self.dataset, "/")):
            below = iri.removeprefix(base)
            if base == self.dataset and not below.startswith("ontology#"):
                below = below.partition("#")[0]  # of these fragments RDF tells; a page has no such place
            # A path that begins with two slashes would be another host.
            if iri.startswith(base) and "?" not in iri and not below.startswith("/"):
                return self.prefix + local + escape(below)
        return None

    def href(self, iri: str) -> str:
        """Return what a link to an IRI points at; empty where a browser should not follow it."""
        known = self.path(iri)
        return known or (iri if iri.startswith(("https://", "http://")) and _is_legal(iri) else "")

    def document(self, thing: str, suffix: str = "") -> str:
        return f"{self.prefix}/doc/{escape(thing.removeprefix(self.things))}{suffix}"

    def document_iri(self, thing: str) -> str:
        return f"{self.dataset}doc/{thing.removeprefix(self.things)}"

    def candidates(self, name: str) -> list[str]:
        """Return the IRIs of things that an URL path may mean, likeliest first.

        Browsers escape what is not ASCII, so `caf%C3%A9` may stand for `café` or for itself.
        Escaped ASCII stays escaped: `a%2Fb` is not `a/b`.

        :param name: what follows /id/ in the URL, percent-encoded as it was sent.
        """
        iris = dict.fromkeys(self.things + spelling for spelling in (_ESCAPES.sub(_decode, name), name))
        return [iri for iri in iris if len(iri) <= MAX_IRI_LENGTH and _is_legal(iri)]


def escape(iri: str) -> str:
    """Write an IRI, or the end of one, as a URI has it."""
    return quote(iri, safe=_CHARACTERS + "#?")


def as_sent(start: str, uri: str, decoded: str) -> str:
    """Return what follows `start` in a request's URI, percent-encoded as the client sent it.

    WSGI gives a path decoded, where `a%2Fb` and `a/b` are the same; most servers add what was sent.

    :param uri: as the server got it; may be empty.
    :param decoded: the same part of the path as WSGI gives it, for servers that keep no more.
    """
    path = uri.partition("?")[0]
    if path.startswith(start):
        return quote(path.removeprefix(start).encode("latin-1"), safe=_CHARACTERS)
    return quote(decoded, safe=_CHARACTERS.replace("%", ""))


def _decode(match: re.Match[str]) -> str:
    try:
        return bytes.fromhex(match[0].replace("%", "")).decode()
    except UnicodeDecodeError:
        return match[0]


def _is_legal(iri: str) -> bool:
    try:
        NamedNode(iri)
    except ValueError:
        return False
    return True
