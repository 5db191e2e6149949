"""Named graphs -> their dumps: everything in every format, each small enough to be fetched by anybody.

In: the triples of each named graph.  Out: a `Dump` for each file, with its twin in gzip (RFC 1952): the
whole dataset with its graphs named (N-Quads, TriG), the union of these graphs, which is what the endpoint is
asked by default, and each graph alone (N-Triples, Turtle, JSON-LD, RDF/XML).

What would be too large for one file comes in parts instead, `data-1.nq`, `data-2.nq` and so on: each is valid
by itself, together they hold each statement once, and a subject is cut only if it alone is too large.
"""

import gzip
import hashlib
import io
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyoxigraph as ox

from pilotgraph import formats
from pilotgraph.counts import Triple
from pilotgraph.formats import JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TRIG, TURTLE, Format
from pilotgraph.lexical import split
from pilotgraph.mapping import lines

# What people can fetch over a poor line, and what most hosts of files take.
MOST_BYTES = 50_000_000
DATASET_FORMATS = (N_QUADS, TRIG)
GRAPH_FORMATS = (N_TRIPLES, TURTLE, JSON_LD, RDF_XML)
# 9 makes files 2 to 3 % smaller, and takes twice the time.
_LEVEL = 6
# How full the parts are to be; what they come to is not known before they are written.
_FULL = 0.9
_UNNAMEABLE = re.compile("[^A-Za-z0-9._+-]+")
_PART = re.compile(r"-[1-9][0-9]*\Z")
_NO_BASE = "http://localhost/"  # nothing in N-Quads is relative


@dataclass(frozen=True, slots=True)
class Dump:
    """A file that holds the dataset, a graph of it, or a part of these.

    `path` is relative to the release.  `packed` is the same in gzip, without name and time.  `graph` is the
    IRI of the one named graph it holds, or nothing for the dataset.  `canonical` is the SHA-256, in
    hexadecimal digits, of what it holds as canonical N-Quads
    (<https://www.w3.org/TR/rdf-canon/#dfn-canonical-n-quads-form>), without names of graphs where the format
    has none.  `part` is 0 for what is whole, and 1 for the first of several.
    """

    path: str
    content: bytes
    packed: bytes
    form: Format[ox.RdfFormat]
    graph: str
    triples: int
    canonical: str
    part: int

    @property
    def packed_path(self) -> str:
        return f"{self.path}.gz"

    @property
    def files(self) -> dict[str, bytes]:
        """Both files, by path."""
        return {self.path: self.content, self.packed_path: self.packed}


def dumps(
    graphs: Mapping[str, Collection[Triple]],
    others: Mapping[str, Iterable[ox.Triple]],
    prefixes: Mapping[str, str],
    base: str,
    most_bytes: int = MOST_BYTES,
) -> list[Dump]:
    """Write the dataset and each of its graphs.

    :param graphs: the data, by the IRI of the named graph.
    :param others: graphs that are about the data, and no part of its dumps; each has dumps of its own.
    :param prefixes: for the formats that have them.
    :param base: what the IRIs of the data's things begin with: in Turtle and TriG they are relative to it.
    :param most_bytes: the size over which a file comes in parts.
    """
    text = "".join(line for name, found in graphs.items() for line in lines(found, name))
    quads = formats.parse(text.encode(), N_QUADS, _NO_BASE)
    writer = _Writer(prefixes, base, most_bytes)
    found = [
        *writer.write("data", "", quads, DATASET_FORMATS),
        *writer.write("data", "", [quad.triple for quad in quads], GRAPH_FORMATS),
    ]
    each_graph: dict[str, Iterable[ox.Triple]] = {name: [] for name in graphs} | dict(others)
    by_name: dict[str, list[ox.Triple]] = {name: [] for name in graphs}
    for quad in quads:
        by_name[_iri(quad.graph_name)].append(quad.triple)
    names = file_names(each_graph)
    for graph, triples in sorted((each_graph | by_name).items()):
        found += writer.write(f"graphs/{names[graph]}", graph, triples, GRAPH_FORMATS)
    return found


def file_names(graphs: Iterable[str]) -> dict[str, str]:
    """What the files of named graphs are called: as the graphs are, after the last / or # of their IRIs.

    No name is that of a part of another, as `birds-1` is of `birds`, whether that comes in parts or not.
    """
    names: dict[str, str] = {}
    for graph in sorted(graphs):
        stem = _UNNAMEABLE.sub("_", split(graph.rstrip("/#"))[1]).lstrip(".+-") or "graph"
        tried = (stem, *(f"{stem}_{number}" for number in range(2, len(names) + 3)))
        names[graph] = next(name for name in tried if not any(_clash(name, each) for each in names.values()))
    return names


def _clash(one: str, other: str) -> bool:
    """Whether two files may have the same name, if their content is cut into parts."""
    # Two names that differ in case only are one file on some disks.
    one, other = one.casefold(), other.casefold()
    return one == other or _whole(one) == other or one == _whole(other)


def _whole(name: str) -> str:
    """The name of that of which a file would be a part; itself if its name is not like that of a part."""
    return _PART.sub("", name)


@dataclass(frozen=True, slots=True)
class _Writer:
    prefixes: Mapping[str, str]
    base: str
    most_bytes: int

    def write(
        self,
        stem: str,
        graph: str,
        statements: Iterable[ox.Triple] | Iterable[ox.Quad],
        forms: Iterable[Format[ox.RdfFormat]],
    ) -> Iterator[Dump]:
        ordered = formats.order(statements)
        whole = _hash(ordered)
        for form in forms:
            content = formats.write(ordered, form, self.prefixes, self.base)
            parts = [(ordered, content)]
            if len(content) > self.most_bytes:
                parts = list(self._parts(_together(ordered, form), form))
            several = len(parts) > 1
            for number, (held, written) in enumerate(parts, 1):
                yield Dump(
                    f"{stem}-{number}{form.suffix}" if several else f"{stem}{form.suffix}",
                    written,
                    _pack(written),
                    form,
                    graph,
                    len(held),
                    _hash(held) if several else whole,
                    number if several else 0,
                )

    def _parts(
        self, units: Sequence[Sequence[ox.Quad]], form: Format[ox.RdfFormat]
    ) -> Iterator[tuple[list[ox.Quad], bytes]]:
        """Write units of statements, in as few files as are small enough."""
        held = [quad for unit in units for quad in unit]
        content = formats.write(held, form, self.prefixes, self.base)
        if len(units) == 1 and len(content) > self.most_bytes and not _has_blank(units[0]):
            units = [[quad] for quad in units[0]]
        if len(units) <= 1 or len(content) <= self.most_bytes:
            yield held, content
            return
        pieces = math.ceil(len(content) / self.most_bytes / _FULL)
        # As many statements in each, as nearly as whole units allow.
        cuts, piece, total = [0], 0, 0
        for number, unit in enumerate(units):
            if number and total * pieces // len(held) > piece:
                piece = total * pieces // len(held)
                cuts.append(number)
            total += len(unit)
        if len(cuts) == 1:  # the last unit is larger than all others
            cuts.append(len(units) - 1)
        for start, stop in pairwise([*cuts, len(units)]):
            yield from self._parts(units[start:stop], form)


def _together(ordered: Iterable[ox.Quad], form: Format[ox.RdfFormat]) -> list[list[ox.Quad]]:
    """Sort statements into units that stay in one file: those of a subject, in TriG in one graph.

    A blank node means something within one file only, so whatever names one is in the first unit.
    """
    if form in (N_QUADS, N_TRIPLES):  # lines are sorted, from the first part to the last
        ordered = sorted(ordered, key=str)
    units: dict[object, list[ox.Quad]] = {}
    for quad in ordered:
        graph = quad.graph_name if form is TRIG else None
        key = None if _has_blank([quad]) else (quad.subject, graph)
        units.setdefault(key, []).append(quad)
    return ([units.pop(None)] if None in units else []) + list(units.values())


def _has_blank(quads: Iterable[ox.Quad]) -> bool:
    return any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object))


def _pack(content: bytes) -> bytes:
    # Not gzip.compress: which system it names in the head depends on the version of Python.
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", _LEVEL, packed, mtime=0) as file:
        file.write(content)
    return packed.getvalue()


def _hash(ordered: Iterable[ox.Quad]) -> str:
    return hashlib.sha256(formats.write(ordered, N_QUADS)).hexdigest()


def _iri(name: ox.NamedNode | ox.BlankNode | ox.DefaultGraph) -> str:
    return "" if isinstance(name, ox.DefaultGraph) else name.value
