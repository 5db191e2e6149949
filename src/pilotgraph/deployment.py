"""A URL -> what the site there says of itself: enough to know what to ask it for.

Its description names the dataset, its things and its files, its ontology a version, and its endpoint a thing
with a name that is not plain, and one that was withdrawn.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pyoxigraph as ox
from rdflib import OWL, VOID

from pilotgraph import formats
from pilotgraph.conformity import links
from pilotgraph.errors import PilotgraphError
from pilotgraph.formats import RESULT_FORMATS, TURTLE
from pilotgraph.paths import escape
from pilotgraph.probe import ask, follow
from pilotgraph.service_description import SD
from pilotgraph.sitemap import SPACE
from pilotgraph.triples import TOMBSTONE, TYPE, Term, Triples

# A thing whose name is written with escapes or with what is not ASCII, where links break first.
_ODD = (
    "SELECT ?thing {{ ?thing a ?class FILTER(STRSTARTS(STR(?thing), {0}) && REGEX(STR(?thing), {1})"
    f" && ?class != {TOMBSTONE}) }}}} LIMIT 1"
)
_WITHDRAWN = f"SELECT ?thing {{{{ ?thing a {TOMBSTONE} FILTER(STRSTARTS(STR(?thing), {{0}})) }}}} LIMIT 1"
_NOT_PLAIN = "[^ -~]|%"
# Where the pages of a kind are.
_PLACES = (
    ("class", "/browse/"),
    ("question", "/queries/"),
    ("term", "/ontology/term/"),
    ("view", "/views/"),
)


class NoSite(PilotgraphError):
    """Raise if there is nothing at a URL that the contract could be held against."""


@dataclass(frozen=True, slots=True)
class Site:
    """What a site says of itself.

    `root` is its URL, without a final slash; `names` stand for the names in the paths of the contract;
    `odd` is a thing whose IRI holds more than plain characters, or empty.
    """

    root: str
    dataset: str
    things: str
    examples: Sequence[str]
    names: Mapping[str, str]
    odd: str = ""

    @property
    def ontology(self) -> str:
        return f"{self.dataset}ontology"

    def name(self, iri: str) -> str:
        """A thing, as the paths of the contract name it."""
        return escape(iri.removeprefix(self.things))


def discover(url: str) -> Site:
    """Read what a site says of its dataset.

    :raises NoAnswer: if nothing answers there.
    :raises NoSite: if what answers does not describe a dataset.
    """
    root = url.rstrip("/")
    graph = _read(f"{root}/")
    endpoint, space = ox.NamedNode(VOID.sparqlEndpoint), ox.NamedNode(VOID.uriSpace)
    datasets = [node for node in graph if isinstance(node, ox.NamedNode) and endpoint in graph.about(node)]
    if len(datasets) != 1:
        raise NoSite(f"{root}/ describes {len(datasets)} datasets with an endpoint; one is wanted")
    (dataset,) = datasets
    spaces = [each for each in graph.objects(dataset, space) if isinstance(each, ox.Literal)]
    things = spaces[0].value if spaces else f"{dataset.value}id/"
    examples = _below(things, graph.nodes(dataset, ox.NamedNode(VOID.exampleResource)))
    ontology = _read(f"{root}/ontology")
    header = ox.NamedNode(f"{dataset.value}ontology")
    named = {
        "thing": (things, examples),
        "graph": (dataset.value, _graphs(graph, f"{dataset.value}graph/")),
        "ontology_version": (
            f"{header.value}/",
            [each.value for each in ontology.nodes(header, ox.NamedNode(OWL.versionIRI))],
        ),
        "dump": (
            f"{dataset.value}releases/",
            [
                each.value
                for each in graph.nodes(dataset, ox.NamedNode(VOID.dataDump))
                if each.value.endswith(TURTLE.suffix)
            ],
        ),
    }
    names = {
        name: escape(sorted(iris)[0].removeprefix(start)) for name, (start, iris) in named.items() if iris
    }
    names |= {"release": names["dump"].partition("/")[0]} if "dump" in names else {}
    names |= _pages(root) | _feed(root)
    if gone := _find(root, _WITHDRAWN.format(json.dumps(things))):
        names["withdrawn"] = escape(gone.removeprefix(things))
    odd = _find(root, _ODD.format(json.dumps(things), json.dumps(_NOT_PLAIN)))
    return Site(root, dataset.value, things, sorted(examples), names, odd)


def _pages(root: str) -> dict[str, str]:
    """Pages that the sitemap names, one of each kind: what stands for them in the paths of the contract."""
    paths = [urlsplit(each).path for each in _sitemap(f"{root}/sitemap.xml")]
    found = {"guide": "guide"} if any(path.endswith("/guide") for path in paths) else {}
    for name, place in _PLACES:
        local = sorted(path.partition(place)[2] for path in paths if place in path and "/doc/" not in path)
        found |= {name: local[0]} if local else {}
    return found


def _feed(root: str) -> dict[str, str]:
    """The feed that the start page leads to, if it has one."""
    targets = (target for target, _ in links(follow(f"{root}/", {"Accept": TURTLE.media_type})[-1].headers))
    return {"feed": "feed.atom"} if any(target.endswith("/feed.atom") for target in targets) else {}


def _sitemap(url: str, *, of_index: bool = False) -> list[str]:
    """What a sitemap names, or the first that an index names; an index may not name another."""
    reply = ask(url)
    try:
        tree = ET.fromstring(reply.content)  # noqa: S314 - expat bounds what entities grow to
    except ET.ParseError:
        return []  # a check of its own asks for the sitemap
    places = [each.text or "" for each in tree.iter(f"{{{SPACE}}}loc")]
    if tree.tag != f"{{{SPACE}}}sitemapindex":
        return places
    if of_index or not places:
        return []
    return _sitemap(urljoin(url, urlsplit(places[0]).path), of_index=True)


def _below(start: str, nodes: Iterable[ox.NamedNode]) -> list[str]:
    return [each.value for each in nodes if each.value.startswith(start)]


def _graphs(graph: Triples, start: str) -> list[str]:
    named: list[Term] = [*graph.subjects(TYPE, ox.NamedNode(SD.NamedGraph))]
    return [iri for each in named for iri in _below(start, graph.nodes(each, ox.NamedNode(SD.name)))]


def _read(url: str) -> Triples:
    reply = follow(url, {"Accept": TURTLE.media_type})[-1]
    try:
        return Triples(formats.parse(reply.content, TURTLE, url))
    except SyntaxError as error:
        raise NoSite(f"{url} does not answer with Turtle, but with status {reply.status}: {error}") from error


def _find(root: str, query: str) -> str:
    """The thing that a query finds; empty if there is none."""
    reply = ask(
        f"{root}/sparql?{urlencode({'query': query})}", headers={"Accept": RESULT_FORMATS[0].media_type}
    )
    try:
        rows = json.loads(reply.content)["results"]["bindings"]
    except (ValueError, KeyError):
        return ""  # that the endpoint is at fault is for a check of its own to say
    return str(rows[0]["thing"]["value"]) if rows else ""
