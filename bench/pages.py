"""How long pages take and what they weigh, over every thing of a release, beside a floor in the same run.

The floor is `GET /health/live` on the same connection: what a request costs that asks for nothing.

    .venv/bin/python bench/pages.py [RELEASE [N]]

asks for every thing, or for every Nth, and prints one row a kind of page: how many, milliseconds at p50 and
p99, p50 in floors, kB at p50 and at most.
"""

import http.client
import re
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import pyoxigraph as ox

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from conftest import serving
from pilotgraph import formats
from pilotgraph.formats import N_QUADS
from pilotgraph.release import Release

ROUNDS = 200
FIXED = ("/", "/browse", "/ontology", "/queries", "/views", "/guide", "/contract", "/sparql", "/search?q=a")
STATIC = Path(__file__).parent.parent / "src/pilotgraph/static"


def main() -> None:
    release = Release.open(Path(sys.argv[1] if len(sys.argv) > 1 else "dist/current").resolve())
    paths = things(release)[:: int(sys.argv[2]) if len(sys.argv) > 2 else 1]
    with serving("--release", release.path, "--cache-mb", "0") as site:
        connection = http.client.HTTPConnection(urlsplit(site).netloc, timeout=60)
        floor = measure(connection, ["/health/live"] * ROUNDS)
        rows = {
            "the floor": floor,
            "a thing": measure(connection, paths),
            "a list": measure(connection, sorted(lists(connection))),
            **{path: measure(connection, [path] * 20) for path in FIXED},
        }
        connection.close()
    base = statistics.median(ms for ms, _ in floor)
    print(f"{'page':<16}{'pages':>7}{'p50 ms':>9}{'p99 ms':>9}{'floors':>8}{'p50 kB':>9}{'most kB':>9}")
    for name, found in rows.items():
        times, sizes = sorted(ms for ms, _ in found), sorted(size / 1000 for _, size in found)
        p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
        print(
            f"{name:<16}{len(found):>7}{p50:>9.2f}{p99:>9.2f}{p50 / base:>8.1f}"
            f"{statistics.median(sizes):>9.1f}{sizes[-1]:>9.1f}"
        )
    for path in sorted(each for each in STATIC.rglob("*") if each.is_file()):
        print(f"{path.relative_to(STATIC)!s:<40}{path.stat().st_size / 1000:>9.1f} kB")


def things(release: Release) -> list[str]:
    """Return the path of the page of every thing that the data describe."""
    quads = formats.parse(release.read("data.nq"), N_QUADS, "http://localhost/")
    subjects = {quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode)}
    return sorted(f"/doc/{iri.partition('/id/')[2]}.html" for iri in subjects if "/id/" in iri)


def lists(connection: http.client.HTTPConnection) -> set[str]:
    """Return the path of the list of every class."""
    page = fetch(connection, "/browse")[1].decode()
    return set(re.findall(r'href="(/browse/[^"?]+)"', page))


def measure(connection: http.client.HTTPConnection, paths: Iterable[str]) -> list[tuple[float, int]]:
    """Return milliseconds and bytes of the answer to each path; each is asked for once."""
    found = []
    for path in paths:
        begun = time.perf_counter()
        status, content = fetch(connection, path)
        found.append(((time.perf_counter() - begun) * 1000, len(content)))
        if status != 200:
            raise SystemExit(f"{path}: {status}")
    return found


def fetch(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path, headers={"Accept": "text/html, text/plain;q=0.5"})
    response = connection.getresponse()
    return response.status, response.read()


if __name__ == "__main__":
    main()
