"""A URL -> whether the site there keeps the HTTP contract, check by check.

Each line of the contract is tried at the site's own addresses; then the IRIs of things are followed wherever
they lead, step by step, since between an IRI and its document there may be a redirect service.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from email.message import Message
from enum import StrEnum
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import pyoxigraph as ox

from pilotgraph import contract, contract_parts, formats
from pilotgraph.conformity import faults, head_faults, links
from pilotgraph.contract_lines import BROWSER, Kind, Line, lines
from pilotgraph.delivery import delivered
from pilotgraph.deployment import Site
from pilotgraph.formats import RDF_FORMATS, RDF_XML, TURTLE
from pilotgraph.paths import escape
from pilotgraph.probe import NoAnswer, Reply, ask, follow
from pilotgraph.responses import HTML, RdfForm

_MOST_THINGS = 3  # of the examples, whose IRIs are followed
_THINGS = ("a thing", "a document")  # how the kinds begin that are about one thing


# What an IRI is asked for, and what that leads to.
_ACCEPTED = (
    *((form.media_type, form.media_type) for form in RDF_FORMATS),
    (BROWSER, HTML.media_type),
    (contract_parts.QUALITIES, RDF_XML.media_type),
)


class Mark(StrEnum):
    """What came of a check."""

    KEPT = "✓"
    BROKEN = "✗"
    LEFT_OUT = "-"


class Checked(NamedTuple):
    """One check: what was asked, and what is wrong with the answer, or why it was not asked."""

    asked: str
    mark: Mark
    said: Sequence[str] = ()

    @classmethod
    def of(cls, asked: str, said: Sequence[str]) -> "Checked":
        return cls(asked, Mark.BROKEN if said else Mark.KEPT, said)


def check(
    site: Site, iris: Sequence[str] = (), *, host_only: bool = False, kinds: Iterable[Kind] | None = None
) -> Iterator[Checked]:
    """Hold a site against the contract.

    :param iris: IRIs of things that are to lead here; without any, those that the site gives as examples,
        if they lead anywhere yet.
    :param host_only: follow no IRI.
    :param kinds: what of the contract is tried; without it, all.
    """
    tried = tuple(contract.EVERY if kinds is None else kinds)
    yield from hold(site, tried)
    if site.odd:
        named = {**site.names, "thing": site.name(site.odd)}
        about = [kind for kind in tried if kind.name.startswith(_THINGS)]
        yield from hold(replace(site, names=named), about)
    if "thing" in site.names:
        yield _say_the_same(site, site.names["thing"])
    if "dump" in site.names:
        yield from _hand_out_files(site)
    if not host_only:
        yield from _lead_here(site, iris)


def hold(site: Site, kinds: Iterable[Kind]) -> Iterator[Checked]:
    """Try every line of some kinds, each with the names of this site."""
    replies: dict[tuple[str, str | None], Reply] = {}
    for line in lines(kinds):
        missing = line.kind.names - set(site.names)
        if missing:
            if line.method == "HEAD":  # once a kind
                said = f"the site names no {', '.join(sorted(missing))} to ask for"
                yield Checked(f"{line.kind.path}", Mark.LEFT_OUT, [said])
            continue
        yield _try(site, line, replies)


def _try(site: Site, line: Line, replies: dict[tuple[str, str | None], Reply]) -> Checked:
    url = site.root + line.kind.path.format_map(site.names)
    path = urlsplit(url).path + (f"?{urlsplit(url).query}" if urlsplit(url).query else "")
    asked = f"{line.method} {path}" + (f"  Accept: {line.accept}" if line.accept else "")
    headers = {"Accept": line.accept} if line.accept else {}
    body = None
    if line.body:
        body, headers["Content-Type"] = line.body[0].encode(), line.body[1]
    before = replies.get((path, line.accept))
    if line.held:
        asked += f"  If-None-Match: {line.held}"
        tag = before.headers.get("ETag") if before else None
        if tag is None:
            return Checked(asked, Mark.BROKEN, ["there is no ETag to send back"])
        headers["If-None-Match"] = "*" if line.held == "*" else tag
    try:
        reply = ask(url, line.method, headers, body)
    except NoAnswer as error:
        return Checked(asked, Mark.BROKEN, [str(error)])
    said = faults(line.expected, site.root, site.names, reply.status, reply.headers)
    if line.method == "GET" and not line.held:
        replies[path, line.accept] = reply
    elif line.method == "HEAD" and before:
        said += head_faults(before.headers, reply.headers)
    return Checked.of(asked, said)


def _say_the_same(site: Site, name: str) -> Checked:
    """Whether the document of a thing holds the same in each of its formats."""
    asked, said = f"/doc/{name} says the same in each format", []
    found: dict[str, set[ox.Triple]] = {}
    for form in RDF_FORMATS:
        url = f"{site.root}/doc/{name}{form.suffix}"
        try:
            found[form.name] = {quad.triple for quad in formats.parse(ask(url).content, form, url)}
        except NoAnswer as error:
            said.append(str(error))
        except SyntaxError as error:
            said.append(f"{form.name} does not parse: {error}")
    first = next(iter(found.values()), set())
    said += [f"{form} differs from {next(iter(found))}" for form, each in found.items() if each != first]
    return Checked.of(asked, said)


def _hand_out_files(site: Site) -> Iterator[Checked]:
    try:
        for asked, said in delivered(site):
            yield Checked.of(asked.replace(site.root, urlsplit(site.root).path), said)
    except NoAnswer as error:
        yield Checked(f"/releases/{site.names['dump']}", Mark.BROKEN, [str(error)])


def _lead_here(site: Site, iris: Sequence[str]) -> Iterator[Checked]:
    """Whether IRIs lead to documents of this site, for every form and whatever stands between."""
    if not iris:
        odd = [site.odd] if site.odd else []
        iris = [site.dataset, site.ontology, *site.examples[:_MOST_THINGS], *odd]
        why = _why_not(site.dataset)
        if why:
            yield Checked("IRIs lead here", Mark.LEFT_OUT, [f"{why}; give --iri to insist"])
            return
    for iri in iris:
        for accept, form in _ACCEPTED:
            yield Checked.of(f"GET {iri}  Accept: {accept}", _lost(site, iri, accept, form))


def _why_not(iri: str) -> str:
    """Why an IRI leads nowhere yet, if so."""
    try:
        reply = ask(iri, headers={"Accept": TURTLE.media_type})
    except NoAnswer as error:
        return str(error)
    answers = reply.leads_on or reply.status == HTTPStatus.OK
    return "" if answers else f"{iri} answers {reply.status}: it is not registered, or leads nowhere"


def _lost(site: Site, iri: str, accept: str, media_type: str) -> list[str]:
    """What goes wrong on the way from an IRI to its document."""
    without_fragment = iri.partition("#")[0]
    try:
        steps = follow(without_fragment, {"Accept": accept})
    except NoAnswer as error:
        return [str(error)]
    said = [
        f"{step.url} has no Access-Control-Allow-Origin: *, so that a script cannot go on"
        for step in steps
        if step.headers.get("Access-Control-Allow-Origin") != "*"
    ]
    last = steps[-1]
    if not last.url.startswith(f"{site.root}/"):
        said.append(f"it ends at {last.url}, which is not below {site.root}/")
    if last.status != HTTPStatus.OK:
        return [*said, f"{last.url} answers {last.status}"]
    is_thing = iri.startswith(site.things)
    if is_thing and not any(step.status == HTTPStatus.SEE_OTHER for step in steps[:-1]):
        said.append("no step on the way is a 303, which tells the thing from its document")
    sent = last.headers.get_content_type()
    if sent != media_type:
        said.append(f"{last.url} is {sent}, not {media_type}")
    elif form := next((each for each in RDF_FORMATS if each.media_type == sent), None):
        said += _about(iri, last, form)
    if not _cites(last.headers, last.url, without_fragment):
        said.append(f"{last.url} has no Link with rel=cite-as to {without_fragment}")
    return said


def _about(iri: str, reply: Reply, form: RdfForm) -> list[str]:
    try:
        subjects = {quad.subject for quad in formats.parse(reply.content, form, reply.url)}
    except SyntaxError as error:
        return [f"{reply.url} does not parse: {error}"]
    return [] if ox.NamedNode(iri) in subjects else [f"{reply.url} says nothing of {iri}"]


def _cites(headers: Message, url: str, iri: str) -> bool:
    cited = {urljoin(url, target) for target, relation in links(headers) if relation == "cite-as"}
    return escape(iri) in cited
