"""A release -> another with as many triples as wanted, in the same graphs, for measuring a server.

In: a release that was built.  Out: one whose records are copies of its own: every thing has a name of its
own in each copy, and its references lead to things of the same copy.  The first copy keeps the names,
so that published questions find what they name.  Nothing is validated; the dumps in other formats are
left out, and the other files are those of the release.
"""

from collections.abc import Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import pyoxigraph as ox

from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write

DATA = "data.nq"
_LEFT_OUT = MANIFEST, CHECKSUMS
_OF_DATA = ("data.", "data-", "graphs/", "tables/")


def enlarge(release: Release, triples: int, out: Path) -> Release:
    """Write a release with so many triples of records into `out`."""
    kept = [path for path in release.files if path not in _LEFT_OUT and not path.startswith(_OF_DATA)]
    files = {path: release.read(path) for path in kept}
    quads = list(ox.parse(path=release.path / DATA, format=ox.RdfFormat.N_QUADS))
    files[DATA] = "".join(sorted(islice(_copies(quads), triples))).encode()
    return write(out, release.version, files)


def _copies(quads: Sequence[ox.Quad]) -> Iterator[str]:
    """Lines of N-Quads, without an end."""
    things = {quad.subject for quad in quads}
    # What changes with the copy is where a thing is named: at the end of its IRI.
    rows = [
        (
            str(quad.subject)[:-1],
            f"> {quad.predicate} {quad.object}"[: -1 if quad.object in things else None],
            ">" if quad.object in things else "",
            f" {quad.graph_name} .\n",
        )
        for quad in quads
    ]
    for copy in count():
        suffix = f"~{copy}" if copy else ""  # no name of ours holds a tilde
        for subject, middle, end, graph in rows:
            yield f"{subject}{suffix}{middle}{suffix if end else ''}{end}{graph}"
