"""The records of releases -> `feed.atom`, an Atom feed (RFC 4287) <https://www.rfc-editor.org/rfc/rfc4287>.

An entry is a release that was published: its id is the release's IRI, its title is what that was called then,
and it is updated on the day when it was issued, at the first second of it, since a record keeps no more.  A
feed needs a time even before the first release: it is then as old as the dataset says that it is, and no more
may be said than a month or a year, whose first day is taken.
"""

from collections.abc import Sequence
from datetime import date
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from pyoxigraph import Literal, NamedNode
from rdflib import DCTERMS, VOID

from pilotgraph.project import Project
from pilotgraph.provenance import release_iri
from pilotgraph.released.changes import Section
from pilotgraph.triples import LABELS, Triples

FILE = "feed.atom"
SPACE = "http://www.w3.org/2005/Atom"

_DUMP, _PUBLISHER, _LICENCE = map(NamedNode, (VOID.dataDump, DCTERMS.publisher, DCTERMS.license))
_DATES = (NamedNode(DCTERMS.modified), NamedNode(DCTERMS.issued))
_TITLE = (NamedNode(DCTERMS.title),)
_NO_DATE = "1970-01-01"
_FIRST_DAY = "0001-01-01"
# XML has no place for these, however they are written <https://www.w3.org/TR/xml/#charsets>.
_UNWRITABLE = {number: " " for number in (*range(32), 0xFFFE, 0xFFFF) if chr(number) not in "\t\n\r"}


def write(project: Project, sections: Sequence[Section]) -> bytes:
    """Write the feed of a dataset.

    :param sections: what is told of its releases, the newest first.
    """
    facts, dataset, title = project.description, NamedNode(project.iri), project.title
    said = facts.text(dataset, _DATES)
    publisher = next(iter(facts.nodes(dataset, _PUBLISHER)), None)
    author = (facts.text(publisher, LABELS, "en") if publisher else None) or title
    feed = ET.Element("feed", xmlns=SPACE)
    if title and title.language:
        feed.set("xml:lang", title.language)
    _add(feed, "id", f"{project.iri}{FILE}")
    _add(feed, "title", f"{title.value if title else project.iri}: releases")
    _add(feed, "updated", _time(sections[0].release.issued if sections else said.value if said else _NO_DATE))
    person = ET.SubElement(feed, "author")
    _add(person, "name", author.value if author else project.iri)
    if publisher:
        _add(person, "uri", publisher.value)
    for licence in facts.nodes(dataset, _LICENCE)[:1]:
        _add(feed, "rights", licence.value)
    _link(feed, "self", f"{project.iri}{FILE}", "application/atom+xml")
    _link(feed, "alternate", release_iri(project.iri, "").rstrip("/"), "text/html")
    for each in sections:
        _add_entry(feed, each, title)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True)) + b"\n"


def _add_entry(feed: ET.Element, section: Section, title: Literal | None) -> None:
    release, text = section.release, section.text
    known, node = Triples(release.graph), NamedNode(release.iri)
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", release.iri)
    now = f"{title.value} {release.version}" if title else release.version
    called = known.text(node, _TITLE, (title and title.language) or "")
    element = _add(entry, "title", called.value if called else now)
    if called and called.language:
        element.set("xml:lang", called.language)
    _add(entry, "published", _time(release.issued))
    _add(entry, "updated", _time(release.issued))
    _link(entry, "alternate", release.iri, "text/html")
    for dump in known.nodes(node, _DUMP):
        _link(entry, "enclosure", dump.value, "application/gzip")
    _add(entry, "summary", section.summary)
    # The entry has a title, which is the heading of the text.
    body = text.partition("\n")[2]
    _add(entry, "content", MarkdownIt("commonmark", {"html": False}).render(body)).set("type", "html")


def _time(text: str) -> str:
    """The first second of a day, or of a month or a year if no day is said (RFC 4287, section 3.3)."""
    day = text[: len(_FIRST_DAY)]
    try:
        known = date.fromisoformat(day + _FIRST_DAY[len(day) :]).isoformat()
    except ValueError:
        known = _NO_DATE
    return f"{known}T00:00:00Z"


def _link(parent: ET.Element, relation: str, target: str, media_type: str) -> None:
    ET.SubElement(parent, "link", rel=relation, href=target, type=media_type)


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text.translate(_UNWRITABLE)
    return element
