"""A release and a store -> what the views and the templates of a site share, made once.

Whatever a release fixes is made ready here: names, counts, the ontology and the description of the
dataset, each written in a format when it is first asked for.  Nothing else changes afterwards.  No HTTP here.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple
from rdflib import DCAT, DCTERMS, FOAF, VOID

from pilotgraph import formats
from pilotgraph.accounts import Account, Samples
from pilotgraph.catalogue import Catalogue
from pilotgraph.constraints import Constraints, names_in
from pilotgraph.context import Context
from pilotgraph.diagram import Diagram, draw
from pilotgraph.formats import RDF_FORMATS, TURTLE, Format
from pilotgraph.guide import Chapter, read_chapter
from pilotgraph.guide_pages import ShownChapter, show_chapter
from pilotgraph.list_links import ListLinks
from pilotgraph.listing import Lists
from pilotgraph.lookup import Lookup
from pilotgraph.pages import Describer, Property, Value
from pilotgraph.paths import Site
from pilotgraph.pictures import published_pictures
from pilotgraph.questions import Question, read_question
from pilotgraph.registers import read_registers
from pilotgraph.release import Release
from pilotgraph.samples import sample
from pilotgraph.search_opener import Opener
from pilotgraph.searcher import Searcher
from pilotgraph.service_description import PREFIXES, SD, Limit, served
from pilotgraph.settings import Settings
from pilotgraph.store import Store
from pilotgraph.terms import Terms, counts
from pilotgraph.triples import TOMBSTONE, TYPE, Triples
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
        title = facts.title(self.dataset.node)
        self.title = title.value if title else self.paths.dataset
        self.language = ((title and title.language) or "en").lower()
        self.license = self.dataset.text(DCTERMS.license)
        # No document of a release is newer than what the dataset says of itself.
        dates = [NamedNode(DCTERMS.modified), NamedNode(DCTERMS.issued)]
        self.modified = facts.text(self.dataset.node, dates)
        self.code = hash_code()
        self.stamp = f"{release.name} {self.code} {public_url}"
        self.context = context = read_context(release, self.dataset)
        nested = {term.iri for term in context.terms.values() if term.reverse}
        ontology, shapes = _read(release, "ontology.ttl"), _read(release, "shapes.ttl")
        vocabulary = Vocabulary(Triples(ontology), Triples(shapes), nested, self.language)
        # Named graphs whose IRIs lead to the description, and those of them that are about the data.
        self.graphs, apart = self.dataset.graphs()
        self.lookup = Lookup(store, self.dataset.triples, nested, apart, vocabulary.in_full)
        self.searcher = Searcher(Opener(release))
        self.prefixes = {"foaf": str(FOAF), "void": str(VOID)} | context.prefixes
        self.lists = self._list(store, vocabulary, apart)
        self.list_links = ListLinks(self.paths, self.lists.catalogue)
        registers = read_registers(facts, self.language)
        self.describer = Describer(self.paths, vocabulary, facts, registers, self.list_links)
        self.license_name = self.describer.named(NamedNode(self.license)).text if self.license else ""
        self.description = Written(self.dataset.triples, PREFIXES | context.prefixes)
        self.ontology = Written(ontology, self.prefixes)
        iri = f"{self.paths.dataset}ontology"
        self.ontology_page = self.describer.describe(iri, vocabulary.ontology)

        # The start page.
        intro = facts.text(self.dataset.node, [NamedNode(DCTERMS.description)], self.language)
        self.intro = intro.value if intro else ""
        self.figures = [
            Property(name, values=[self.describer.named(each) for each in found])
            for name, predicate in _FIGURES.items()
            if (found := list(facts.objects(self.dataset.node, NamedNode(predicate))))
        ]
        parts = map(self._count, [each for each, _ in self._partitions()])
        self.classes = sorted(parts, key=lambda part: (-part[1], part[0].text))
        self.questions = published_questions(release)
        self.views = published_pictures(release)
        self.guide = published_chapters(release)
        self._chapters: list[ShownChapter] | None = None
        self._accounts: tuple[list[tuple[str, list[Account]]], list[tuple[str, list[Account]]]] | None = None
        self.terms = Terms(
            self.describer,
            Constraints(Triples(shapes), self.language),
            context,
            counts(facts, self.dataset.node),
            self.questions,
        )
        self.linksets = [
            self._linkset(each)
            for each in self.dataset.nodes(VOID.subset)
            if facts.nodes(each, NamedNode(VOID.objectsTarget))
        ]

    @cached_property
    def outline(self) -> tuple[list[tuple[str, list[Account]]], list[tuple[str, list[Account]]]]:
        """The same as `accounts` without examples, for which no store is asked."""
        terms, nothing = self.terms, Samples()
        return terms.by_kind(terms.own, nothing), terms.by_kind(terms.used, nothing)

    @property
    def accounts(self) -> tuple[list[tuple[str, list[Account]]], list[tuple[str, list[Account]]]]:
        """What pages say of the ontology's own terms and of those of others, each by kind.

        It is made when it is first asked for, since it asks the store for examples.

        :raises QueryError: if the store has no answer just now; the next reader asks again.
        """
        # Two that come at once make it twice: neither waits for a thread that waits for the store.
        if self._accounts is None:
            names, apart = self.dataset.graphs()
            graphs = [each for each in names if each not in apart]
            asked = chain.from_iterable(self.terms.constraints.by_class.values())
            samples = sample(self.lookup, graphs, self.dataset.node, self.terms.wanted(), names_in(asked))
            own, used = (self.terms.by_kind(each, samples) for each in (self.terms.own, self.terms.used))
            self._accounts = own, used
        return self._accounts

    @cached_property
    def catalog(self) -> Written | None:
        """The catalogue for data portals, as the release has it; None if it is from before there was one."""
        if f"catalog{TURTLE.suffix}" not in self.release.files:
            return None
        quads = _read(self.release, f"catalog{TURTLE.suffix}")
        written = Written((quad.triple for quad in quads), self.description.prefixes)
        for form in RDF_FORMATS:
            if (name := f"catalog{form.suffix}") in self.release.files:
                written[form] = self.release.read(name)
        return written

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The things that were withdrawn, so that only a tombstone is left of each.

        :raises QueryError: as for `accounts`.
        """
        return self.lookup.withdrawn() if TOMBSTONE in self.terms.totals else frozenset()

    @cached_property
    def diagram(self) -> Diagram:
        """The picture of the model."""
        return draw(self.terms)

    @property
    def chapters(self) -> list[ShownChapter]:
        """The guide with what its queries find, made when it is first asked for.

        :raises QueryError: as for `accounts`.
        """
        if self._chapters is None:
            self._chapters = [show_chapter(each, self.terms, self.lookup) for each in self.guide]
        return self._chapters

    def describe_service(self, form: RdfForm, address: str, limits: Mapping[str, Limit]) -> bytes:
        """Write the description of the endpoint, as the server gives it that answers at `address`."""
        triples = served(self.dataset.triples, self.paths.dataset, address, limits)
        return formats.serialize(triples, form, self.description.prefixes)

    def _list(self, store: Store, vocabulary: Vocabulary, apart: Collection[str]) -> Lists:
        site, facts = self.paths, self.dataset.facts
        totals = {
            of_class: int(total.value)
            for part, of_class in self._partitions()
            if (total := facts.text(part, [NamedNode(VOID.entities)]))
        }
        ontology = f"{site.dataset}ontology"
        catalogue = Catalogue(vocabulary, self.context, f"{ontology}#", self.prefixes, totals)
        return Lists(store, catalogue, (site.things, site.dataset), (*apart, ontology), self.language)

    def _partitions(self) -> list[tuple[NamedNode, NamedNode]]:
        """What is counted by class, and the class; what is withdrawn is none of these."""
        facts = self.dataset.facts
        return [
            (part, of_class)
            for part in self.dataset.nodes(VOID.classPartition)
            for of_class in facts.nodes(part, NamedNode(VOID["class"]))
            if of_class != TOMBSTONE
        ]

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
        path
        for path in Path(__file__).parent.rglob("*")
        if path.suffix in {".py", ".html", ".css", ".js", ".svg"}
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


def published_chapters(release: Release) -> list[Chapter]:
    """The chapters of the guide that a release carries, in their order."""
    paths = sorted(path for path in release.files if path.startswith("guide/"))
    read = (read_chapter(release.read(path).decode(), path, PurePosixPath(path).stem) for path in paths)
    return [chapter for chapter in read if isinstance(chapter, Chapter)]
