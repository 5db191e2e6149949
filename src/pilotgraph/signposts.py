"""What a document is, belongs to and leads to -> the header `Link` (RFC 8288).

The relations are those of FAIR Signposting, level 1 <https://signposting.org/FAIR/>: a client that knows
nothing of the site finds from any document its thing (`cite-as`), its data (`describedby`), its licence, what
it is part of (`collection`), and from the dataset its files (`item`).
"""

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import NamedNode
from rdflib import DCTERMS

from pilotgraph.edition import Edition
from pilotgraph.formats import TURTLE
from pilotgraph.paths import escape
from pilotgraph.provenance import release_iri
from pilotgraph.release import PACKED, ReleasedFile
from pilotgraph.released.feed import FILE as FEED
from pilotgraph.responses import DOCUMENTS, HTML, Form

_PAGE = "https://schema.org/AboutPage"
_COLLECTION = "https://schema.org/CollectionPage"
_DATASET = "https://schema.org/Dataset"
# RFC 5829 has a name for it, and DCMI one that says the same of whatever it is.
_SUCCESSOR = f"successor-version {DCTERMS.isReplacedBy}"
# Every link to a view has its query string again, and many proxies take no more than 4 kB of headers.
_LONGEST_QUERY = 250
_MOST_ITEMS = 12


def of_document(
    edition: Edition, iri: str, form: Form, classes: Iterable[str], replaced: Iterable[str] = ()
) -> str:
    """Links of one form of the document of a thing.

    :param classes: the IRIs of what the thing is.
    :param replaced: those of what took its place, if it is deprecated or withdrawn.
    """
    paths = edition.paths
    links = _forms([(each, paths.document(iri, each.suffix)) for each in DOCUMENTS], form)
    links.append(_link(paths.document_iri(iri), "canonical"))
    links.append(_link(iri, "cite-as"))
    links.append(_link(f"{paths.prefix}/", "collection" if form is HTML else "collection describedby"))
    lists = (edition.list_links.of_class(NamedNode(each)) for each in sorted(classes))
    links += [_link(path, "collection") for path in lists if path]
    links += [_link(edition.paths.href(each) or each, _SUCCESSOR) for each in sorted(replaced)]
    if form is HTML:
        links += _types(_PAGE, *sorted(classes))
    return _joined(edition, links)


def of_thing(edition: Edition, iri: str) -> str:
    """Links of the IRI of a thing: to the documents that describe it."""
    targets = [(each, edition.paths.document(iri, each.suffix)) for each in DOCUMENTS]
    return _joined(edition, [_link(target, "describedby", each.media_type) for each, target in targets])


def of_dataset(edition: Edition, form: Form) -> str:
    """Links of the start page, and of the description in its place."""
    prefix, files = edition.paths.prefix, edition.release.files
    links = _forms([(each, f"{prefix}/void{each.suffix}") for each in DOCUMENTS if each is not HTML], form)
    links.append(_link(edition.paths.dataset, "cite-as"))
    if edition.catalog:
        links.append(_link(f"{prefix}/catalog{TURTLE.suffix}", "describedby", TURTLE.media_type))
    if FEED in files:
        links.append(_link(f"{prefix}/{FEED}", "alternate", "application/atom+xml"))
    # A release has its data in several formats.
    links += _items(release_path(edition, edition.release.version), files)
    return _joined(edition, [*links, *(_types(_PAGE, _DATASET) if form is HTML else ())])


def of_releases(edition: Edition, form: Form) -> str:
    """Links of one form of the list of releases."""
    path = f"{edition.paths.prefix}/releases"
    links = _forms([(each, f"{path}{'' if each is HTML else each.suffix}") for each in DOCUMENTS], form)
    links.append(_link(f"{edition.paths.prefix}/", "collection"))
    return _joined(edition, [*links, *(_types(_COLLECTION) if form is HTML else ())])


def of_release(
    edition: Edition, version: str, form: Form, files: Mapping[str, ReleasedFile], previous: str
) -> str:
    """Links of one form of what is said of a release: to its data, and to the release before it (RFC 5829).

    :param previous: the version before it; empty if there is none.
    """
    path, iri = release_path(edition, version), release_iri(edition.paths.dataset, version)
    links = _forms([(each, f"{path}{'' if each is HTML else each.suffix}") for each in DOCUMENTS], form)
    links += [_link(iri, "canonical"), _link(iri, "cite-as")]
    links += [_link(f"{edition.paths.prefix}/", "collection"), *_items(path, files)]
    links += [_link(release_path(edition, previous), "predecessor-version")] if previous else []
    return _joined(edition, [*links, *(_types(_PAGE, _DATASET) if form is HTML else ())])


def release_path(edition: Edition, version: str) -> str:
    """Where a release has its page, and below that its files."""
    return f"{edition.paths.prefix}/releases/{escape(version)}"


def _items(path: str, files: Mapping[str, ReleasedFile]) -> list[str]:
    """The data of a release in each format, unpacked: with all of its files the header would be too long."""
    names = [name for name in files if name.startswith(("data.", "data-")) and not name.endswith(PACKED)]
    return [_link(f"{path}/{name}", "item", files[name].media_type) for name in names[:_MOST_ITEMS]]


def of_description(edition: Edition, form: Form) -> str:
    """Links of the description of the dataset."""
    prefix = edition.paths.prefix
    others = [(each, f"{prefix}/void{each.suffix}") for each in DOCUMENTS if each not in (HTML, form)]
    links = [_link(target, "alternate", each.media_type) for each, target in others]
    return _joined(edition, [*links, _link(f"{prefix}/", "describes", HTML.media_type)])


def of_catalogue(edition: Edition, form: Form) -> str:
    """Links of the catalogue for data portals."""
    prefix = edition.paths.prefix
    others = [(each, f"{prefix}/catalog{each.suffix}") for each in DOCUMENTS if each not in (HTML, form)]
    links = [_link(target, "alternate", each.media_type) for each, target in others]
    links.append(_link(f"{edition.paths.dataset}catalog", "canonical"))
    return _joined(edition, [*links, _link(f"{prefix}/", "describes", HTML.media_type)])


def of_feed(edition: Edition) -> str:
    """Links of the feed of releases: to the page and the RDF that say the same."""
    path = f"{edition.paths.prefix}/releases"
    forms = [(each, f"{path}{'' if each is HTML else each.suffix}") for each in (HTML, TURTLE)]
    return _joined(edition, [_link(target, "alternate", each.media_type) for each, target in forms])


def of_ontology(edition: Edition, form: Form) -> str:
    """Links of one form of the ontology."""
    path, iri = f"{edition.paths.prefix}/ontology", edition.ontology_page.iri
    links = _forms([(each, f"{path}{each.suffix}") for each in DOCUMENTS], form)
    links += [_link(iri, "canonical"), _link(iri, "cite-as")]
    return _joined(edition, [*links, *(_types(_PAGE) if form is HTML else ())])


def of_question(edition: Edition, iri: str, answers: Iterable[tuple[str, str]]) -> str:
    """Links of the page of a published question: to its answer, and to what describes it.

    :param answers: the paths of its answer, each with its media type; left out if what they ask for is long.
    """
    short = [each for each in answers if _is_short(each[0].partition("?")[2])]
    links = [_link(path, "alternate", media_type) for path, media_type in short]
    links += [_link(iri, "canonical"), _link(iri, "cite-as")]
    links += [_link(f"{edition.paths.prefix}/void.ttl", "describedby", TURTLE.media_type), *_types(_PAGE)]
    return _joined(edition, links)


def of_list(edition: Edition, path: str, query: str, forms: Iterable[Form], form: Form) -> str:
    """Links of one form of a list: to the same view in the other forms, and to the dataset it is from.

    :param path: the path of its page, below the root of the site.
    :param query: what is asked for, with its question mark; may be empty.  If it is long, no link repeats it.
    """
    here, links = f"{edition.paths.prefix}{path}", []
    if _is_short(query):
        links = _forms(
            [(each, f"{here}{'' if each is HTML else each.suffix}{query}") for each in forms], form
        )
        links.append(_link(f"{edition.paths.dataset}{path.removeprefix('/')}{query}", "canonical"))
    links.append(_link(f"{edition.paths.prefix}/", "collection"))
    return _joined(edition, [*links, *(_types(_COLLECTION) if form is HTML else ())])


def of_file(edition: Edition, version: str) -> str:
    """Links of a file of a release."""
    return _joined(edition, [_link(release_path(edition, version), "collection")])


def _forms(targets: Sequence[tuple[Form, str]], form: Form) -> list[str]:
    """Lead from one form to the others; those for programs are what describes the page."""
    relation = "alternate describedby" if form is HTML else "alternate"
    links = [_link(target, relation, each.media_type) for each, target in targets if each not in (form, HTML)]
    page = [target for each, target in targets if each is HTML and form is not HTML]
    return [*(_link(target, "alternate describes", HTML.media_type) for target in page), *links]


def _is_short(query: str) -> bool:
    return len(escape(query.removeprefix("?"))) <= _LONGEST_QUERY


def _types(*iris: str) -> list[str]:
    return [_link(iri, "type") for iri in iris if iri.startswith(("http://", "https://"))]


def _joined(edition: Edition, links: Sequence[str]) -> str:
    license_ = [_link(edition.license, "license")] if edition.license else []
    return ", ".join([*links, *license_])


def _link(target: str, relation: str, media_type: str = "") -> str:
    return f'<{escape(target)}>; rel="{relation}"' + (f'; type="{media_type}"' if media_type else "")
