"""A release -> its export: every page and document that its site leads to, and what hosts read.

The application is asked for all that it names in its sitemap and on its pages, so an export has no page that
the server would show otherwise, and none of its links is dead.  Nothing here knows the clock or the machine:
the same release gives the same bytes.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from pilotgraph.edition import Edition
from pilotgraph.errors import ExportError
from pilotgraph.export import directory, hosts, places, twin
from pilotgraph.export.rendering import Relinker, Renderer, Written, in_processes
from pilotgraph.formats import RDF_FORMATS, TURTLE
from pilotgraph.release import Release
from pilotgraph.responses import HTML
from pilotgraph.settings import Settings
from pilotgraph.sitemap import SPACE
from pilotgraph.store import LocalStore

_STATIC = Path(__file__).parent.parent / "static"
# The server's own script, and what is for readers of the code.
_NOT_COPIED = frozenset(("query.js", "README.md"))
# How a server answers, what it leaves to another address, and what is made here from all that was written.
_LEFT_OUT = frozenset(("/contract", "/.well-known/void", "/sitemap.xml"))
_DOCUMENTS = "/doc/"
_SUFFIX = re.compile(r"\.<(?:[^<>]*:)?suffix>")
_MOST_PROCESSES = 4
_MISSING = "404.html"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the directory, how many files, and how many of them are pages."""

    path: Path
    files: int
    pages: int


def export(
    release: Release,
    target: Path,
    public_url: str = "",
    progress: Callable[[str], object] = lambda step: None,
) -> Exported:
    """Write the site of a release into a directory, in place of an older export.

    :param public_url: where readers will find it; by default, where IRIs lead, and at the root of a host.
    :param progress: is told each step when it begins, and how far it is.
    :raises ExportError: if there is something else in the directory, it cannot be written, or an address
        cannot be a file.
    """
    directory.check(target)  # before work that takes a minute
    progress("Opening the release")
    with closing(LocalStore(release)) as store:
        settings = Settings(public_url=public_url)
        app = twin.make_app(release, store, settings, (_STATIC.parent / twin.ENGINE).stat().st_size)
        edition = twin.edition_of(app)
        root = (public_url or edition.paths.dataset).rstrip("/")
        with directory.replacing(target) as staging:
            renderer = Renderer(app, staging, root, edition.paths.prefix)
            site = _Site(release, edition, renderer, progress)
            site.write()
            files = directory.files_in(staging)
            renderer.put(directory.MARKER, directory.marker(release.name, files))
    return Exported(target, len(files) + 1, sum(each.page for each in site.known.values()))


@dataclass(slots=True)
class _Site:
    """A site on its way into a directory. `known` is what became of each address."""

    release: Release
    edition: Edition
    renderer: Renderer
    progress: Callable[[str], object]
    known: dict[str, Written] = field(default_factory=dict)
    processes: int = field(default_factory=lambda: min(_cores(), _MOST_PROCESSES))

    def write(self) -> None:
        self._copy()
        sitemaps = self._sitemaps()
        starts = {*self._starts(), *(each for found in sitemaps.values() for each in found)}
        self._render(sorted(starts | {_thing(each) for each in starts if each.startswith(_DOCUMENTS)}))
        files = self._files()
        places.by_file({each.address: each.file for each in self.known.values() if each.file})
        self._relink(files)
        self._write_sitemaps(sitemaps, files)
        self._write_rest(files)

    # What there is.

    def _copy(self) -> None:
        self.progress("Copying the files of the release")
        kept = sorted(each for each in _STATIC.rglob("*") if each.is_file() and each.name not in _NOT_COPIED)
        for source in kept:
            self._take(source, f"static/{source.relative_to(_STATIC).as_posix()}")
        for name in self.release.files:
            self._take(self.release.path / name, f"releases/{self.release.version}/{name}")

    def _take(self, source: Path, file: str) -> None:
        path = self.renderer.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, path)
        address = f"/{quote(file, safe='/:@!$&()*+,;=~')}"
        self.known[address] = Written(address, file)

    def _starts(self) -> Iterator[str]:
        """Addresses that no page need name: those of the routes that take no name, in every form."""
        for rule in self.renderer.app.url_map.iter_rules():
            if rule.rule in _LEFT_OUT or rule.rule.startswith("/search."):
                continue
            if not rule.arguments:
                yield rule.rule
            elif rule.arguments == {"suffix"}:
                yield from (_SUFFIX.sub(form.suffix, rule.rule) for form in RDF_FORMATS)
        # Sitemaps pass over what was withdrawn, whose IRI is for ever too.
        for iri in self.edition.withdrawn:
            yield self._below(self.edition.paths.document(iri, HTML.suffix))

    def _sitemaps(self) -> dict[str, list[str]]:
        """The sitemaps by their addresses, each with the addresses that it lists."""
        found: dict[str, list[str]] = {}
        waiting = ["/sitemap.xml"]
        for each in waiting:
            tree = ET.fromstring(self.renderer.ask(each).data)  # noqa: S314 - it is ours
            listed = [self._below(loc.text or "") for loc in tree.iter(f"{{{SPACE}}}loc")]
            if tree.tag.endswith("sitemapindex"):
                waiting += listed
            found[each] = (
                [] if tree.tag.endswith("sitemapindex") else [x for x in listed if x not in _LEFT_OUT]
            )
        return found

    def _below(self, url: str) -> str:
        """The address of a URL of the site."""
        return urlsplit(url).path.removeprefix(self.renderer.prefix)

    # Pages and documents.

    def _render(self, waiting: list[str]) -> None:
        starts = frozenset(waiting)
        named: dict[str, str] = {}
        self._warm()
        while waiting:
            done, total = len(self.known), len(self.known) + len(waiting)
            found: list[Written] = []
            for part in in_processes(self.renderer.write, waiting, self.processes):
                found += (each for each in part if isinstance(each, Written))
                self.progress(f"Writing pages and documents: {done + len(found):,} of {total:,}")
            for each in found:
                if not (each.file or each.target or each.address in starts):
                    raise ExportError(f"{named[each.address]} leads to {each.address}, where nothing is")
                self.known[each.address] = each
                for target in (*each.links, *([each.target] if each.target else [])):
                    named.setdefault(target, each.address)
            waiting = sorted(named.keys() - self.known.keys())

    def _warm(self) -> None:
        """Make what many pages share before processes are forked, each of which would make it again."""
        for each in ("/", "/browse", "/ontology", "/guide"):
            self.renderer.ask(each)
        if own := self.edition.outline[0]:
            self.renderer.ask(own[0][1][0].page.removeprefix(self.renderer.prefix))

    def _files(self) -> dict[str, str]:
        """The file that a link to each address leads to."""
        found = {}
        for address, written in self.known.items():
            end, steps = written, 0
            while end.target and steps < len(self.known):
                end, steps = self.known[end.target], steps + 1
            if end.file:
                found[address] = end.file
        return found

    def _relink(self, files: dict[str, str]) -> None:
        relinker = Relinker(self.renderer, files, self.edition.paths.dataset)
        pages = sorted((each.address, each.file) for each in self.known.values() if each.page)
        done = 0
        for part in in_processes(relinker.relink, pages, self.processes):
            done += len(part)
            self.progress(f"Linking pages: {done:,} of {len(pages):,}")
        leads = list(self._leads(files))
        for _ in in_processes(relinker.lead, leads, self.processes):
            self.progress("Writing addresses without a suffix")
        # What stands after # is lost on the way from an address that leads on, and here it names a term.
        ontology = self._below(self.edition.paths.prefix + "/ontology")
        relinker.copy(ontology, places.index_of(ontology))
        relinker.put_missing(_MISSING)

    def _leads(self, files: dict[str, str]) -> Iterator[tuple[str, str, str]]:
        """Addresses without a suffix that lead to a file: where to, that file, and their own."""
        taken = set(files.values()) | {places.index_of("/ontology")}
        for address, written in sorted(self.known.items()):
            if "?" in address or address not in files or not (written.target or written.page):
                continue
            index = places.index_of(address) if address != "/" else ""
            if index and index not in taken and not address.endswith(".html"):
                taken.add(index)
                yield self._end(written).address, files[address], index

    def _end(self, written: Written) -> Written:
        while written.target:
            written = self.known[written.target]
        return written

    # What is made from all of them.

    def _write_sitemaps(self, sitemaps: dict[str, list[str]], files: dict[str, str]) -> None:
        ET.register_namespace("", SPACE)
        for address in sitemaps:
            tree = ET.fromstring(self.renderer.ask(address).data)  # noqa: S314 - it is ours
            for entry in list(tree):
                place = entry.find(f"{{{SPACE}}}loc")
                path = self._below((place.text or "") if place is not None else "")
                if place is None or path in _LEFT_OUT:
                    tree.remove(entry)
                else:
                    place.text = self.renderer.root + places.link_from_root(files.get(path, path[1:]), "")
            self.renderer.put(address[1:], ET.tostring(tree, encoding="utf-8", xml_declaration=True))

    def _write_rest(self, files: dict[str, str]) -> None:
        self.progress("Writing what can be found")
        put, release, edition = self.renderer.put, self.release, self.edition
        put("static/offline.json", twin.for_scripts(release, edition, f"{self.renderer.root}/sparql"))
        found = (
            (self._below(path.partition("#")[0]), path, entry)
            for path, entry in twin.to_find(release, edition)
        )
        listed = [
            {**entry, "href": quote(files[address]) + "".join(f"#{each}" for each in path.split("#")[1:])}
            for address, path, entry in found
            if address in files
        ]
        put("static/search.json", twin.write_found(listed))
        put(hosts.VOID, edition.description[TURTLE])
        versions = {each.split("/")[1] for each in files.values() if re.match(r"releases/[^/]+/", each)}
        for name, content in hosts.host_files(versions, self.renderer.prefix, self.renderer.root).items():
            put(name, content)


def _cores() -> int:
    """The cores that this process may use; where the system does not say (macOS), those that there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _thing(document: str) -> str:
    """The address of the IRI of a thing, of which a document is."""
    return "/id/" + document.removeprefix(_DOCUMENTS).removesuffix(HTML.suffix)
