"""How fast records become N-Quads, next to stock JSON-LD processors, and where a build's time goes.

All figures are from one run on one machine; read the ratios.  Rounds are interleaved and medians
printed, so that a machine that slows down does so for all.  The graphs are compared before anything
is timed: who is fast and wrong does not count.
"""

import argparse
import gc
import json
import tempfile
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import chain
from pathlib import Path
from statistics import median
from typing import Any

import yaml
from pyld import jsonld
from pyoxigraph import RdfFormat, Store
from rdflib import Graph

from generate import generate
from pilotgraph import formats
from pilotgraph.build import build
from pilotgraph.context import Context
from pilotgraph.counts import Triple
from pilotgraph.document import read
from pilotgraph.dumps import dumps
from pilotgraph.mapping import lines, map_record
from pilotgraph.project import Project
from pilotgraph.release import write
from pilotgraph.sources import CONTEXT
from pilotgraph.tables import About, tables
from pilotgraph.validation import validate

Contents = list[bytes]
Loader = type[yaml.CSafeLoader] | type[yaml.SafeLoader]


def ours(contents: Contents, context: Context) -> str:
    mapped = (map_record(read(content, "bench.yaml"), context) for content in contents)
    return "".join(lines(chain.from_iterable(record.statements for record in mapped)))


def events(contents: Contents) -> None:
    """The floor: what libyaml and PyYAML's C events take, with nothing done to them."""
    for content in contents:
        for _ in yaml.parse(content, Loader=yaml.CSafeLoader):
            pass


def strings(value: Any) -> Any:
    """What YAML made of a scalar, as a string again: peers would give a number or a date another form."""
    if isinstance(value, dict):
        return {key: strings(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [strings(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


class Peers:
    """Stock processors, each from YAML bytes to sorted lines."""

    def __init__(self, context: Any, base: str) -> None:
        self.context = context
        self.options = {"base": base, "format": "application/n-quads"}

    def pyld_in_one_call(self, contents: Contents, loader: Loader) -> str:
        """All records as one document, which spares PyLD most."""
        graph = [strings(yaml.load(content, Loader=loader)) for content in contents]
        return by_line(jsonld.to_rdf({**self.context, "@graph": graph}, self.options))

    def pyld_by_record(self, contents: Contents, loader: Loader) -> str:
        """A record is a document: what one would write first."""
        records = (strings(yaml.load(content, Loader=loader)) for content in contents)
        return by_line("".join(jsonld.to_rdf({**self.context, **record}, self.options) for record in records))

    def rdflib_in_one_call(self, contents: Contents, loader: Loader) -> str:
        graph = [strings(yaml.load(content, Loader=loader)) for content in contents]
        return by_line(self.parse({"@graph": graph}, Graph()).serialize(format="nt"))

    def rdflib_by_record(self, contents: Contents, loader: Loader) -> str:
        graph = Graph()
        for content in contents:
            graph = self.parse(strings(yaml.load(content, Loader=loader)), graph)
        return by_line(graph.serialize(format="nt"))

    def parse(self, document: Any, graph: Graph) -> Graph:
        data = json.dumps({**self.context, **document})
        return graph.parse(data=data, format="json-ld", base=self.options["base"])


def by_line(quads: str) -> str:
    return "".join(sorted(set(quads.splitlines(keepends=True))))


def same(first: str, second: str) -> bool:
    """Whether a store holds the same after loading the one as after the other."""
    graphs = []
    for quads in (first, second):
        store = Store()
        store.load(quads.encode(), RdfFormat.N_QUADS)
        graphs.append(set(store))
    return graphs[0] == graphs[1]


def drop(results: Iterable[object]) -> None:
    """Make each result and keep none, as `ours` does: what is kept costs the collector time."""
    deque(results, maxlen=0)


def medians(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Seconds of processor time of each task, the middle of so many interleaved rounds."""
    found: dict[str, list[float]] = {name: [] for name in tasks}
    # What the benchmark itself holds is nothing for the collector to walk through in every round.
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            found[name].append(time.process_time() - start)
    return {name: median(seconds) for name, seconds in found.items()}


def compare(project: Project, triples: int, rounds: int, with_peers: bool) -> None:
    contents = [content for _, content in generate(project, triples)]
    context = project.context
    written = ours(contents, context)
    count = written.count("\n")
    documents = [read(content, "bench.yaml") for content in contents]
    statements = [each for document in documents for each in map_record(document, context).statements]
    tasks: dict[str, Callable[[], object]] = {
        "ours": partial(ours, contents, context),
        "ours: reading": lambda: drop(read(content, "bench.yaml") for content in contents),
        "ours: mapping": lambda: drop(map_record(document, context) for document in documents),
        "ours: sorted lines": partial(lines, statements),
        "floor: YAML events": partial(events, contents),
    }
    if with_peers:
        peers = Peers(json.loads((project.root / CONTEXT).read_bytes()), project.base)
        for peer in (
            peers.pyld_by_record,
            peers.pyld_in_one_call,
            peers.rdflib_by_record,
            peers.rdflib_in_one_call,
        ):
            for loader in (yaml.CSafeLoader, yaml.SafeLoader):
                name = f"{peer.__name__.replace('_', ' ')}, {loader.__name__}"
                if not same(peer(contents, loader), written):
                    raise SystemExit(f"{name}: another graph than ours")
                tasks[name] = partial(peer, contents, loader)
    print(f"\n{len(contents)} records, {sum(map(len, contents))} bytes -> {count} triples as sorted N-Quads")
    found = medians(tasks, rounds)
    for name, seconds in found.items():
        rate, ratio = count / seconds, seconds / found["ours"]
        print(f"  {name:<36} {seconds * 1e3:9.1f} ms {rate:12,.0f} triples/s {ratio:7.2f} x ours")
    together = found["ours: mapping"] + found["ours: sorted lines"]
    print(f"  mapping and lines together: {count / together:,.0f} triples/s")
    floor = found["floor: YAML events"]
    print(
        f"  times the floor: reading {found['ours: reading'] / floor:.2f}, ours {found['ours'] / floor:.2f}"
    )


def dissect(project: Project) -> None:
    """Time `build` end to end, and its parts on their own."""
    with tempfile.TemporaryDirectory() as directory:
        # Shapes are held against those of SHACL once a process; a second build is like its parts below.
        build(project.root, Path(directory, "first"))
        start = time.perf_counter()
        release = build(project.root, Path(directory, "second"))
        whole = time.perf_counter() - start
        # What `write` adds by itself is not among the files that it takes.
        names = release.files.keys() - {"manifest.json", "SHA256SUMS"}
        files = {name: release.read(name) for name in names}
        prefixes = project.context.prefixes
        quads = formats.parse(files["data.nq"], formats.N_QUADS, project.base)
        triples = [quad.triple for quad in quads]
        graphs: dict[str, set[Triple]] = {}
        for quad in quads:
            row = str(quad.subject), str(quad.predicate), str(quad.object)
            graphs.setdefault(str(quad.graph_name)[1:-1], set()).add(row)
        ontology, shapes = (
            [quad.triple for file in found for quad in file.quads]
            for found in ((*project.ontology, *project.imports), project.shapes)
        )
        about = About(project.iri, project.iri, "", "en")
        parts: dict[str, Callable[[], object]] = {
            "read the project": lambda: Project.read(project.root),
            "validate": lambda: validate(project),
            "parse the quads": lambda: formats.parse(files["data.nq"], formats.N_QUADS, project.base),
            "write the dumps": lambda: dumps(graphs, {}, prefixes, project.base),
            "write the tables": lambda: tables(triples, ontology, shapes, project.context, about),
            "write the release": lambda: write(Path(directory, "third"), release.version, files),
        }
        found = {}
        for name, part in parts.items():
            start = time.perf_counter()
            part()
            found[name] = time.perf_counter() - start
    print(f"\nbuild of {project.root}: {len(quads)} triples, {whole:.2f} s from end to end")
    for name, seconds in found.items():
        print(f"  {name:<36} {seconds:9.3f} s {seconds / whole:7.1%}")
    print(f"  {'sum of the parts':<36} {sum(found.values()):9.3f} s {sum(found.values()) / whole:7.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument(
        "--project", type=Path, default=Path(__file__).parent.parent, help="whose shape to use"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how many times each is measured (default: 5)")
    arguments = parser.parse_args()
    # rdflib's JSON-LD parser uses a class that rdflib deprecates.
    warnings.filterwarnings("ignore", category=DeprecationWarning, module="rdflib")
    project = Project.read(arguments.project)
    if project.problems:
        raise SystemExit("\n".join(map(str, project.problems)))
    compare(project, 10_000, arguments.rounds, with_peers=True)
    compare(project, 100_000, arguments.rounds, with_peers=False)
    dissect(project)


if __name__ == "__main__":
    main()
