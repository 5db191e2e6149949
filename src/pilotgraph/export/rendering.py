"""Addresses -> their answers, written as files: by the application itself, in several processes.

A worker asks the application as a browser would, writes what it gets, and says where that page leads.
When all is known, pages get the links that hold between files.
"""

import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pilotgraph.errors import ExportError
from pilotgraph.export import markup, places
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.orphans import end_with_parent
from pilotgraph.responses import HTML

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

T = TypeVar("T")

_OK, _GONE = 200, 410
_FOUND = frozenset((301, 302, 303, 307, 308))
_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Written:
    """What became of an address: the file that was written, or where it leads; neither if nothing is there.

    `links` are the addresses that its page leads to.
    """

    address: str
    file: str = ""
    page: bool = False
    target: str = ""
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renderer:
    """Writes the answers of an application into a directory.

    :param root: the URL of the site, which pages name; its path is part of links if `prefix` says so.
    """

    app: "Flask"
    directory: Path
    root: str
    prefix: str

    def ask(self, address: str, accept: str = HTML.media_type) -> "TestResponse":
        path = address.partition("?")[0]
        return self.app.test_client().get(
            address,
            base_url=self.root.removesuffix(self.prefix),
            headers={"Accept": f"{accept}, */*;q=0.1"},
            environ_overrides={"REQUEST_URI": path},
            buffered=True,
        )

    def write(self, address: str) -> Written:
        """Ask for an address and write what it gives, with its links as they are.

        :raises ExportError: if it answers neither with a document nor that there is none.
        """
        answer = self.ask(address)
        status = answer.status_code
        if status in _FOUND:
            found = places.read(answer.headers["Location"], address, self.prefix)
            if found is None:
                raise ExportError(f"{address} leads to another site: {answer.headers['Location']}")
            return Written(address, target=found[0])
        page = answer.mimetype == HTML.media_type
        if status not in (_OK, _GONE):
            if status < 500:  # noqa: PLR2004 - the server's own faults begin there
                return Written(address)
            raise ExportError(f"{address} cannot be made: {status}, {answer.get_data(as_text=True)[:200]}")
        file = places.file_of(address, page=page)
        self.put(file, answer.data)
        leads = (places.read(each, address, self.prefix) for each in self._links(answer)) if page else ()
        return Written(address, file, page, links=tuple(dict.fromkeys(each[0] for each in leads if each)))

    @staticmethod
    def _links(answer: "TestResponse") -> list[str]:
        return markup.links(answer.get_data(as_text=True))

    def put(self, file: str, content: bytes) -> None:
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


@dataclass(frozen=True, slots=True)
class Relinker:
    """Gives pages that were written the links that hold between files.

    :param files: the file of each address; that of another, where it leads there.
    :param canonical: what the addresses of documents begin with, for ever.
    """

    renderer: Renderer
    files: Mapping[str, str]
    canonical: str

    def relink(self, page: tuple[str, str]) -> None:
        """Write a page again; it is named by its address and its file."""
        address, file = page
        path = self.renderer.directory / file
        text = path.read_text(encoding="utf-8")
        path.write_text(markup.relink(text, self._change(address, file)), encoding="utf-8")

    def copy(self, address: str, other: str) -> None:
        """Write the page of an address as another file too."""
        text = self.renderer.ask(address).get_data(as_text=True)
        self.renderer.put(other, markup.relink(text, self._change(address, other)).encode())

    def put_missing(self, file: str) -> None:
        """Write the page for addresses at which there is nothing; its links begin at the root of the host."""
        prefix, address = self.renderer.prefix, "/there/is-nothing-here"

        def change(link: str) -> str:
            found = places.read(link, address, prefix)
            if found is None or link.startswith("#"):
                return link
            return places.link_from_root(self.files[found[0]], prefix, found[1])

        text = self.renderer.ask(address).get_data(as_text=True)
        self.renderer.put(file, markup.relink(text, change).encode())

    def lead(self, page: tuple[str, str, str]) -> None:
        """Write what leads on from an address without a suffix.

        :param page: the address that it leads to, the file of that, and its own.
        """
        target, file, other = page
        stem = target.removesuffix(HTML.suffix)
        template = self.renderer.app.jinja_env.get_template("moved.html")
        others = [(form, self.files.get(stem + form.suffix, "")) for form in RDF_FORMATS]
        written = template.render(
            canonical=self.canonical + stem.removeprefix("/"),
            href=places.link_to(file, other),
            others=[(form, places.link_to(each, other)) for form, each in others if each],
        )
        self.renderer.put(other, written.encode())

    def _change(self, address: str, file: str) -> Callable[[str], str]:
        def change(link: str) -> str:
            found = places.read(link, address, self.renderer.prefix)
            if found is None or link.startswith("#"):
                return link
            target, fragment = found
            return places.link_to(self.files[target], file, fragment)

        return change


def in_processes(work: Callable[[T], object], items: Sequence[T], processes: int) -> Iterator[list[object]]:
    """Do something with each of many, in processes that are forked from this one; some at once, in order.

    :raises ExportError: if the system ends one of them.
    """
    parts = [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]
    # What is shared, an application and its store, is inherited: it could not be sent.
    begin = partial(_begin, work, os.getpid())
    try:
        with ProcessPoolExecutor(processes, mp_context=get_context("fork"), initializer=begin) as pool:
            try:
                yield from _started(pool, parts)
            except BaseException:
                # Whoever was interrupted waits for what is under way only, not for all that was to be done.
                pool.shutdown(cancel_futures=True)
                raise
    except BrokenProcessPool as error:
        raise ExportError("a process that writes pages was ended; is there too little memory?") from error


def _started(pool: ProcessPoolExecutor, parts: Sequence[Sequence[object]]) -> Iterator[list[object]]:
    # Ctrl-C is heard by all processes of a terminal: by a new one only when it has begun to ignore it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
    try:
        return pool.map(_work, parts)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_doing: Callable[[Any], object]


def _begin(work: Callable[[Any], object], parent: int) -> None:
    global _doing  # noqa: PLW0603 - a process does one kind of work
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who gives no more to do
    end_with_parent(parent)
    _doing = work


def _work(items: Sequence[object]) -> list[object]:
    return [_doing(each) for each in items]
