"""What a document is, belongs to and leads to -> the header `Link` (RFC 8288).

The relations are those of FAIR Signposting, level 1 <https://signposting.org/FAIR/>: a client that knows
nothing of the site finds from any document its thing (`cite-as`), its data (`describedby`), its licence, what
it is part of (`collection`), and from the dataset its files (`item`).
"""

from collections.abc import Iterable, Sequence

from pyoxigraph import NamedNode

from pilotgraph.edition import Edition
from pilotgraph.formats import TURTLE
from pilotgraph.paths import escape
from pilotgraph.responses import DOCUMENTS, HTML, Form

_PAGE = "https://schema.org/AboutPage"
_COLLECTION = "https://schema.org/CollectionPage"
_DATASET = "https://schema.org/Dataset"
# Every link to a view has its query string again, and many proxies take no more than 4 kB of headers.
_LONGEST_QUERY = 250


def of_document(edition: Edition, iri: str, form: Form, classes: Iterable[str]) -> str:
    """Links of one form of the document of a thing.

    :param classes: the IRIs of what the thing is.
    """
    paths = edition.paths
    links = _forms([(each, paths.document(iri, each.suffix)) for each in DOCUMENTS], form)
    links.append(_link(paths.document_iri(iri), "canonical"))
    links.append(_link(iri, "cite-as"))
    links.append(_link(f"{paths.prefix}/", "collection" if form is HTML else "collection describedby"))
    lists = (edition.list_links.of_class(NamedNode(each)) for each in sorted(classes))
    links += [_link(path, "collection") for path in lists if path]
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
    # A release has its data in several formats.
    names = [name for name in files if name.startswith("data.")]
    place = f"{prefix}/releases/{escape(edition.release.version)}"
    links += [_link(f"{place}/{name}", "item", files[name].media_type) for name in names]
    return _joined(edition, [*links, *(_types(_PAGE, _DATASET) if form is HTML else ())])


def of_description(edition: Edition, form: Form) -> str:
    """Links of the description of the dataset."""
    prefix = edition.paths.prefix
    others = [(each, f"{prefix}/void{each.suffix}") for each in DOCUMENTS if each not in (HTML, form)]
    links = [_link(target, "alternate", each.media_type) for each, target in others]
    return _joined(edition, [*links, _link(f"{prefix}/", "describes", HTML.media_type)])


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


def of_file(edition: Edition) -> str:
    """Links of a file of the release."""
    return _joined(edition, [_link(f"{edition.paths.prefix}/", "collection")])


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
