"""A release and a store -> what the views and the templates of a site share, made once.

Whatever a release fixes is made ready here: names, counts, the ontology and the description of the
dataset, each written in a format when it is first asked for.  Nothing else changes afterwards.  No HTTP here.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple
from rdflib import DCAT, DCTERMS, FOAF, VOID

from pilotgraph import formats
from pilotgraph.context import Context
from pilotgraph.formats import TURTLE, Format
from pilotgraph.lookup import Lookup
from pilotgraph.pages import Describer, Property, Value
from pilotgraph.paths import Site
from pilotgraph.questions import Question, read_question
from pilotgraph.release import Release
from pilotgraph.service_description import PREFIXES, SD, Limit, served
from pilotgraph.settings import Settings
from pilotgraph.store import Store
from pilotgraph.triples import LABELS, TYPE, Triples
from pilotgraph.vocabulary import Vocabulary

_FIGURES = {
    "version": f"{DCAT}version",
    "released": DCTERMS.issued,
    "things": VOID.entities,
    "triples": VOID.triples,
    "publisher": DCTERMS.publisher,
    "licence": DCTERMS.license,
}


RdfForm: TypeAlias = Format[RdfFormat]


class Written(dict[RdfForm, bytes]):
    """A graph in every format that it is asked for, written once."""

    def __init__(self, graph: Iterable[Triple | Quad], prefixes: Mapping[str, str]) -> None:
        self.graph, self.prefixes = list(graph), prefixes

    def __missing__(self, form: RdfForm) -> bytes:
        content = self[form] = formats.serialize(self.graph, form, self.prefixes)
        return content


class Dataset:
    """What a release says of its dataset as a whole."""

    def __init__(self, release: Release, prefix: str = "") -> None:
        self.triples = [quad.triple for quad in _read(release, "description.ttl")]
        self.facts = Triples(self.triples)
        endpoint = NamedNode(VOID.sparqlEndpoint)
        (self.node,) = (
            each for each in self.facts if isinstance(each, NamedNode) and endpoint in self.facts.about(each)
        )
        self.site = Site(self.node.value, self.text(VOID.uriSpace), prefix)

    def text(self, predicate: str) -> str:
        """One thing that is said of the dataset, or nothing."""
        literal = self.facts.text(self.node, [NamedNode(predicate)])
        found = [literal] if literal else self.nodes(predicate)
        return found[0].value if found else ""

    def nodes(self, predicate: str) -> list[NamedNode]:
        return self.facts.nodes(self.node, NamedNode(predicate))

    def graphs(self) -> tuple[list[str], list[str]]:
        """Return the named graphs, without the ontology's, and which of them hold no data."""
        subsets = {each.value for each in self.nodes(VOID.subset)}
        ontology = f"{self.node.value}ontology"
        names = {
            each.value
            for place in self.facts.subjects(TYPE, NamedNode(SD.NamedGraph))
            for each in self.facts.nodes(place, NamedNode(SD.name))
        } - {ontology}
        return sorted(names), sorted(names - subsets)


class Edition:
    """A release as a site shows it; templates know it as `site`.

    :param store: answers from the same release; the caller closes it.
    :param settings: of these, what readers are told: the limits, and where the site is.
    """

    def __init__(self, release: Release, store: Store, settings: Settings) -> None:
        self.release, self.store, self.settings = release, store, settings
        self.public_url = public_url = settings.public_url.rstrip("/")
        self.dataset = Dataset(release, quote(urlsplit(public_url).path, safe="/%"))
        self.paths, facts = self.dataset.site, self.dataset.facts
        title = facts.text(self.dataset.node, LABELS)
        self.title = title.value if title else self.paths.dataset
        self.language = ((title and title.language) or "en").lower()
        self.license = self.dataset.text(DCTERMS.license)
        self.code = hash_code()
        self.stamp = f"{release.name} {self.code} {public_url}"
        context = read_context(release, self.dataset)
        nested = {term.iri for term in context.terms.values() if term.reverse}
        ontology, shapes = _read(release, "ontology.ttl"), _read(release, "shapes.ttl")
        vocabulary = Vocabulary(Triples(ontology), Triples(shapes), nested, self.language)
        self.describer = Describer(self.paths, vocabulary, facts)
        # Named graphs whose IRIs lead to the description, and those of them that are about the data.
        self.graphs, apart = self.dataset.graphs()
        self.lookup = Lookup(store, self.dataset.triples, nested, apart)
        self.prefixes = {"foaf": str(FOAF), "void": str(VOID)} | context.prefixes
        self.description = Written(self.dataset.triples, PREFIXES | context.prefixes)
        self.ontology = Written(ontology, self.prefixes)
        iri = f"{self.paths.dataset}ontology"
        self.ontology_page = self.describer.describe(iri, vocabulary.ontology)
        self.terms = self.describer.terms(f"{iri}#")
        self.borrowed = self.describer.borrowed(iri)

        # The start page.
        self.intro = self.dataset.text(DCTERMS.description)
        self.figures = [
            Property(name, values=[self.describer.value(each, facts) for each in found])
            for name, predicate in _FIGURES.items()
            if (found := list(facts.objects(self.dataset.node, NamedNode(predicate))))
        ]
        parts = map(self._count, self.dataset.nodes(VOID.classPartition))
        self.classes = sorted(parts, key=lambda part: (-part[1], part[0].text))
        self.questions = published_questions(release)
        self.linksets = [
            self._linkset(each)
            for each in self.dataset.nodes(VOID.subset)
            if facts.nodes(each, NamedNode(VOID.objectsTarget))
        ]
        files = [file for file in release.files.values() if not file.path.startswith(("links/", "queries/"))]
        self.files = sorted(files, key=lambda file: (not file.path.startswith("data."), file.path))

    def describe_service(self, form: RdfForm, address: str, limits: Mapping[str, Limit]) -> bytes:
        """Write the description of the endpoint, as the server gives it that answers at `address`."""
        triples = served(self.dataset.triples, self.paths.dataset, address, limits)
        return formats.serialize(triples, form, self.description.prefixes)

    def _count(self, part: NamedNode) -> tuple[Value, int]:
        (of_class,) = self.dataset.facts.nodes(part, NamedNode(VOID["class"]))
        total = self.dataset.facts.text(part, [NamedNode(VOID.entities)])
        return self.describer.term(of_class), int(total.value if total else 0)

    def _linkset(self, links: NamedNode) -> tuple[Value, Value, int, list[Value]]:
        """Return what links are called, where they lead, how many there are, and their files."""
        facts = self.dataset.facts
        target, *_ = facts.nodes(links, NamedNode(VOID.objectsTarget))
        total = facts.text(links, [NamedNode(VOID.triples)])
        files = facts.nodes(links, NamedNode(VOID.dataDump), NamedNode(DCTERMS.hasFormat))
        return (
            self.describer.value(links, facts),
            self.describer.value(target, facts),
            int(total.value if total else 0),
            [Value(each.value.rpartition("/")[2], self.paths.href(each.value)) for each in files],
        )


def read_context(release: Release, dataset: Dataset) -> Context:
    """Return what the keys and the short names of a release mean."""
    return Context.read(release.read("context.jsonld"), "context.jsonld", dataset.site.things)


def _read(release: Release, name: str) -> list[Quad]:
    return formats.parse(release.read(name), TURTLE, (release.path / name).as_uri())


def hash_code() -> str:
    """What the program is like: it changes with its code, templates and styles."""
    # New code has new ETags, and a new address for its styles, with the same release too.
    files = (
        path for path in Path(__file__).parent.rglob("*") if path.suffix in {".py", ".html", ".css", ".svg"}
    )
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def published_questions(release: Release) -> list[Question]:
    """The questions that a release carries, by name."""
    paths = sorted(path for path in release.files if path.startswith("queries/"))
    read = (read_question(release.read(path).decode(), path, PurePosixPath(path).stem) for path in paths)
    return [question for question in read if isinstance(question, Question)]
