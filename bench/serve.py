"""How fast the service answers SPARQL over HTTP, next to other servers with the same data.

All get the same requests from wrk, in interleaved rounds, so that a machine that slows down does so for
all; medians are printed, and the median of the ratios round by round.  Answers are compared before
anything is timed: who is fast and wrong does not count.
"""

import argparse
import json
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict
from pathlib import Path
from statistics import median

import pyoxigraph as ox

import load
import peers
from classes import CLASS_NAMES, classes
from enlarge import enlarge
from peers import TABLE, Peer
from pilotgraph.release import Release
from pilotgraph.store import Data, LocalStore, Query
from rounds import Bench, Plan
from table import OURS, Cell, table

OTHERS: dict[str, Callable[[Path, Path], AbstractContextManager[Peer]]] = {
    "oxigraph": peers.oxigraph,
    "disk": peers.disk,
    "rdflib": peers.rdflib,
}
LEGEND = "requests/s (ms: median, 99th percentile, processor), and the ratio of ours to each"
MODES = ("cold", "warm")
_COUNT = "SELECT (COUNT(*) AS ?triples) WHERE { ?s ?p ?o }"


def compare(
    release: Release,
    triples: int,
    others: Sequence[str],
    flags: Sequence[str],
    only: Sequence[str],
    plan: Plan,
) -> list[Cell]:
    """Measure at one size, and print the tables."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as running:
        place = Path(directory)
        larger = enlarge(release, triples, place / "dist")
        # What our server has loaded is what the others are given.
        store = Data.load(larger).store
        quads = place / "quads.nq"
        with quads.open("wb") as file:
            store.dump(file, ox.RdfFormat.N_QUADS)
        started = [running.enter_context(peers.ours(larger.path, flags, place / "ours.log"))]
        for name in others:
            started.append(running.enter_context(OTHERS[name](quads, place / f"{name}.log")))
        bench = Bench(started, store, place)
        cells: list[Cell] = []
        for query in classes(larger):
            if not only or query.name in only:
                print(f"{len(store):,} triples: {query.name}", flush=True)
                cells += bench.measure(query, plan)
    for mode in plan.modes:
        print(f"\n{len(store):,} triples, {mode}: {LEGEND}\n")
        chosen = [cell for cell in cells if cell.mode == mode]
        print(*table(chosen, [OURS, *others]), sep="\n", flush=True)
    return cells


def first_answer(release: Release, flags: Sequence[str], rounds: int) -> float:
    """Seconds from the start of the command to the first answer, which must be right."""
    with LocalStore(release) as engine:
        right = engine.query(Query(_COUNT)).content
    found = []
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(rounds):
            begin = time.perf_counter()
            with peers.ours(release.path, flags, Path(directory, "log")) as peer:
                content = peer.ask(_COUNT, TABLE)
                found.append(time.perf_counter() - begin)
            if content != right:
                raise SystemExit(f"the first answer is not right: {content.decode()}")
    return median(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    add = parser.add_argument
    add("--release", type=Path, default=Path("dist"), help="whose records are multiplied (default: dist)")
    add("--triples", type=int, nargs="+", default=[100_000, 1_000_000], help="(default: 100000 1000000)")
    add("--concurrency", type=int, nargs="+", default=[1, 8, 64], help="connections (default: 1 8 64)")
    add("--seconds", type=int, default=2, help="that a round takes (default: 2)")
    add("--most-seconds", type=int, default=10, help="that one takes if answers are slow (default: 10)")
    add("--rounds", type=int, default=3, help="how many (default: 3)")
    add("--peers", type=_names(OTHERS), default=[*OTHERS], help=f"(default: {','.join(OTHERS)})")
    add("--modes", type=_names(MODES), default=[*MODES], help=f"(default: {','.join(MODES)})")
    add("--only", nargs="+", choices=CLASS_NAMES, help="these classes of query")
    add("--ours", type=shlex.split, default=[], help='flags of `pilotgraph serve`, as --ours="--workers 4"')
    add("--json", type=Path, help="a file for the figures of all rounds")
    arguments = parser.parse_args()
    load.check()
    # Servers are ended then too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("terminated"))
    release = Release.open(arguments.release)
    seconds = first_answer(release, arguments.ours, arguments.rounds)
    print(f"{release.name}: first answer after {seconds:.2f} s", flush=True)
    plan = Plan(
        arguments.concurrency, arguments.seconds, arguments.most_seconds, arguments.rounds, arguments.modes
    )
    figures = []
    for triples in arguments.triples:
        cells = compare(release, triples, arguments.peers, arguments.ours, arguments.only, plan)
        figures += [{"triples": triples} | asdict(cell) for cell in cells]
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        chosen = [name for name in text.split(",") if name]
        if not set(chosen) <= set(known):
            raise argparse.ArgumentTypeError(f"choose from {', '.join(known)}")
        return chosen

    return names


if __name__ == "__main__":
    main()
