"""A release -> the application of its site as an export shows it: the server's own, where that is not needed.

Pages are the server's.  The query page and the search are pages whose scripts do in the browser what a
server does elsewhere; `static/offline.json` tells them what to load, and `static/search.json` what can be
found.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pyoxigraph import NamedNode

from pilotgraph import completion
from pilotgraph.app import create_app
from pilotgraph.edition import Edition
from pilotgraph.formats import N_QUADS, TURTLE
from pilotgraph.guard import MAX_DEPTH
from pilotgraph.release import DATA, PACKED, Release
from pilotgraph.responses import FOR_PAGES, page
from pilotgraph.search_entries import QUESTION, Source
from pilotgraph.settings import Settings
from pilotgraph.store import DESCRIPTION, ONTOLOGY, Store
from pilotgraph.triples import LABELS

if TYPE_CHECKING:
    from flask import Flask, Response

_WASM = "'wasm-unsafe-eval'"
ENGINE = "static/vendor/oxigraph-0.5.11/web_bg.wasm"


def policy_of(*, scripts: bool, meta: bool = True) -> str:
    """The server's policy for a page, which may also run the engine of queries if it has scripts.

    :param meta: it stands in the page, where browsers take no rule about frames.
    """
    rules = FOR_PAGES["Content-Security-Policy"].split("; ")
    if meta:
        rules = [rule for rule in rules if not rule.startswith("frame-ancestors")]
    if scripts:
        rules += [f"script-src 'self' {_WASM}", "connect-src 'self'", "worker-src 'self'"]
    return "; ".join(rules)


@dataclass(frozen=True, slots=True)
class Twin:
    """What templates are told of an export: its policies, and how many bytes the query page loads."""

    bytes: int
    policy: str = policy_of(scripts=False)
    policy_with_scripts: str = policy_of(scripts=True)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A file that the browser's store is filled from; `graph` names the graph of what is in none."""

    path: str
    bytes: int
    media_type: str
    graph: str = ""


def loaded(release: Release, edition: Edition) -> list[Loaded]:
    """The files that hold what the server's store holds, in their compressed form where there is one."""
    found = [(name, N_QUADS.media_type, "") for name in (*release.parts(DATA), DESCRIPTION)]
    found.append((ONTOLOGY, TURTLE.media_type, edition.ontology_page.iri))
    files = []
    for name, media_type, graph in found:
        file = release.files.get(name + PACKED) or release.files[name]
        files.append(Loaded(f"releases/{release.version}/{file.path}", file.size, media_type, graph))
    return files


def make_app(release: Release, store: Store, settings: Settings, engine_bytes: int) -> "Flask":
    """Make the application whose answers an export holds.

    :param engine_bytes: the size of the engine that answers queries in the browser.
    """
    app = create_app(release, store, settings)
    edition = edition_of(app)
    size = engine_bytes + sum(each.bytes for each in loaded(release, edition))
    app.jinja_env.globals["twin"] = Twin(size)
    app.view_functions["/sparql"] = lambda: _query_page(edition)
    app.view_functions["/search"] = lambda: page("offline_search.html")
    return app


def edition_of(app: "Flask") -> Edition:
    edition = app.jinja_env.globals["site"]
    assert isinstance(edition, Edition)  # noqa: S101 - `create_app` put it there
    return edition


def _query_page(edition: Edition) -> "Response":
    return page("offline.html", query=completion.fresh_query(edition))


def for_scripts(release: Release, edition: Edition, base: str) -> bytes:
    """What the scripts of an export are told: what to load, and how to name and to show what is found.

    :param base: what relative IRIs in a query are resolved against.
    """
    files = [
        {"path": each.path, "bytes": each.bytes, "media_type": each.media_type, "graph": each.graph}
        for each in loaded(release, edition)
    ]
    return _write(
        {
            "files": files,
            "base": base,
            "nested_brackets": MAX_DEPTH,
            "things": edition.paths.things,
            "terms": f"{edition.paths.dataset}ontology#",
            "labels": [each.value for each in LABELS],
            "language": edition.language,
        }
    )


def to_find(release: Release, edition: Edition) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that has a page, with the address of it and with what it is found by."""
    for entry in Source(release).entries():
        path = edition.paths.path(entry.iri)
        if path is None:
            continue
        kinds = [
            "question" if each == QUESTION else edition.describer.term(NamedNode(each)).text
            for each in entry.classes
        ]
        also = (entry.related, entry.unseen, entry.aliases, *kinds)
        yield (
            path,
            {
                "label": entry.label,
                "language": "" if entry.language == edition.language else entry.language,
                "kind": ", ".join(kinds),
                "names": _words(entry.names, entry.codes),
                "also": _words(*also),
                "weight": round(entry.weight, 2),
            },
        )


def write_found(found: list[dict[str, Any]]) -> bytes:
    """Write the list that the search looks through, an entry a line."""
    lines = (json.dumps(each, ensure_ascii=False, separators=(",", ":")) for each in found)
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode()


def _words(*texts: str) -> str:
    """The words of some texts, each once, in their order."""
    return " ".join(dict.fromkeys(" ".join(texts).split()))


def _write(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
