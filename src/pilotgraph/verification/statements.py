"""Files as statements: whether all parse, hold what is described, and are counted rightly."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import PurePosixPath
from xml.etree import ElementTree

import pyoxigraph as ox
from rdflib import DCTERMS, OWL, RDF, VOID, Graph, Literal, URIRef

from pilotgraph import formats
from pilotgraph.counts import Triple, add_counts, count_entities, part
from pilotgraph.description import DCAT, SPDX
from pilotgraph.formats import N_QUADS
from pilotgraph.provenance import file_iri
from pilotgraph.release import PACKED
from pilotgraph.service_description import SD
from pilotgraph.verification.copy import FORMATS, Copy, Unusable
from pilotgraph.verification.verdict import Fault, Verdict

_DUMPS = ("data.", "data-", "graphs/")
_WITH_GRAPHS = (".nq", ".trig")
_JSON = (".json", ".srj")
_XML = (".svg", ".atom")
_ONTOLOGY = ox.NamedNode(str(OWL.Ontology))
_COUNTED = (
    *(
        VOID.triples,
        VOID.entities,
        VOID.distinctSubjects,
        VOID.distinctObjects,
        VOID.properties,
        VOID.classes,
    ),
    *(VOID["class"], VOID.property, VOID.classPartition, VOID.propertyPartition),
)


def check_syntax(copy: Copy) -> Verdict:
    """Whatever is RDF, JSON or XML parses."""
    wanted = [name for name in copy.files if PurePosixPath(name).suffix in (*FORMATS, *_JSON, *_XML)]

    def faults() -> Iterator[Fault]:
        for name in wanted:
            try:
                _parse(copy, name)
            except Unusable as unusable:
                yield unusable.fault

    return Verdict.of("syntax", f"{len(wanted)} files of RDF, JSON and XML parse", faults())


def check_dumps(copy: Copy) -> Verdict:
    """Each dump holds as many statements as are described, and what has the RDFC-1.0 hash that is."""
    described = dict(_described_dumps(copy))
    held: dict[tuple[str, str], list[ox.Quad]] = defaultdict(list)
    owners = {
        path_of(copy, file): str(each) for each, file in copy.description.subject_objects(VOID.dataDump)
    }

    def faults() -> Iterator[Fault]:
        for name in copy.files:
            if name.startswith(_DUMPS) and PurePosixPath(name).suffix in FORMATS and name not in described:
                yield Fault(name, "no distribution describes this dump")
        for name, (triples, digest) in described.items():
            try:
                quads = copy.parse(name)
            except Unusable as unusable:
                yield unusable.fault
                continue
            found = len(set(quads))
            if found != triples:
                yield Fault(name, f"it holds {found:,} statements, and {triples:,} are described")
            elif canonical_hash(quads) != digest:
                yield Fault(name, "what it holds has another RDFC-1.0 hash than is described")
            held[owners.get(name, ""), PurePosixPath(name).suffix] += quads
        yield from _disagreements(copy, held)

    return Verdict.of(
        "dumps",
        f"{len(described)} dumps: statements, RDFC-1.0 hashes, and each graph in all formats",
        faults(),
    )


def check_graphs(copy: Copy) -> Verdict:
    """No statement stands in two named graphs, and the graphs are those that are described."""
    graphs = _graphs(copy)

    def faults() -> Iterator[Fault]:
        # A graph that is empty can only be told of: no file of quads and no store holds one.
        empty = {str(each) for each in copy.description.subjects(VOID.triples, Literal(0))}
        told = _told(copy)
        for name in sorted(told - empty - graphs.keys() | graphs.keys() - told):
            yield Fault(name, "no such graph is there" if name in told else "this graph is not described")
        first: dict[Triple, str] = {}
        for name, triples in graphs.items():
            for triple in sorted(triples):
                if (other := first.setdefault(triple, name)) != name:
                    yield Fault(name, f"{' '.join(triple)} stands in {other} too")

    total = sum(map(len, graphs.values()))
    return Verdict.of(
        "graphs", f"{len(graphs)} named graphs have {total:,} statements, none in two", faults()
    )


def check_counts(copy: Copy) -> Verdict:
    """The numbers of VoID are those that counting gives."""
    graphs, root = _graphs(copy), copy.dataset
    again, described = Graph(), copy.description
    data = {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in copy.data}
    add_counts(again, URIRef(root), data, root, "#")
    entities = count_entities(data, str(described.value(URIRef(root), VOID.uriSpace)))
    again.add((URIRef(root), VOID.entities, Literal(entities)))
    for name, triples in ({name: set[Triple]() for name in _told(copy)} | graphs).items():
        kind = part(root, "sparql#graph", name).removeprefix(root)
        add_counts(again, URIRef(name), triples, root, f"{kind}/")
    default = chain.from_iterable(graphs.values())
    add_counts(again, URIRef(f"{root}sparql#default-graph"), default, root, "sparql#default-graph/")
    numbers = [triple for triple in again if triple[1] in _COUNTED]

    def faults() -> Iterator[Fault]:
        for subject, predicate, value in sorted(numbers):
            if (subject, predicate, value) not in described:
                said = " and ".join(sorted(map(str, described.objects(subject, predicate)))) or "nothing"
                name = str(predicate).removeprefix(str(VOID))
                yield Fault(str(subject), f"void:{name} is {value} by counting, and {said} is described")
        for about in sorted({str(subject) for subject, _, _ in numbers}):
            for predicate in _COUNTED:
                if (URIRef(about), predicate, None) not in again:
                    for value in described.objects(URIRef(about), predicate):
                        name = predicate.removeprefix(str(VOID))
                        yield Fault(about, f"void:{name} is described as {value}, and counts nothing")
        yield from _linkset_faults(copy)

    return Verdict.of("counts", f"{len(numbers):,} statements of VoID, counted again", faults())


def canonical_hash(quads: Iterable[ox.Quad | ox.Triple]) -> str:
    """The SHA-256 of statements as canonical N-Quads."""
    return hashlib.sha256(formats.serialize(quads, N_QUADS)).hexdigest()


def path_of(copy: Copy, address: object) -> str | None:
    """The path in the release that an address leads to, or None if it leads elsewhere."""
    start = file_iri(copy.dataset, copy.version, "")
    return str(address).removeprefix(start) if str(address).startswith(start) else None


def _parse(copy: Copy, name: str) -> None:
    suffix = PurePosixPath(name).suffix
    if suffix in FORMATS:
        copy.parse(name)
        return
    try:
        if suffix in _JSON:
            json.loads(copy.read(name))
        else:
            ElementTree.fromstring(copy.read(name))  # noqa: S314 (within bounds of time and memory)
    except (ValueError, RecursionError, ElementTree.ParseError) as error:
        raise Unusable(name, f"it does not parse: {error}") from error


def _described_dumps(copy: Copy) -> Iterator[tuple[str, tuple[int, str]]]:
    """Each dump that is not packed: its path, how many statements it holds, and their hash."""
    graph = copy.description
    for distribution, canonical in sorted(graph.subject_objects(DCTERMS.hasFormat)):
        if (distribution, RDF.type, DCAT.Distribution) not in graph:
            continue
        path = path_of(copy, graph.value(distribution, DCAT.downloadURL))
        triples = graph.value(canonical, VOID.triples)
        checksum = graph.value(canonical, SPDX.checksum)
        digest = graph.value(checksum, SPDX.checksumValue) if checksum else None
        if path and not path.endswith(PACKED):
            count = int(triples) if isinstance(triples, Literal) and str(triples).isdecimal() else -1
            yield path, (count, str(digest))


def _disagreements(copy: Copy, held: Mapping[tuple[str, str], list[ox.Quad]]) -> Iterator[Fault]:
    """Compare what the files of each format hold together: with the data, or else with each other."""
    wanted: dict[tuple[str, bool], str] = {
        (copy.dataset, True): canonical_hash(copy.data),
        (copy.dataset, False): canonical_hash(quad.triple for quad in copy.data),
    }
    graphs: dict[str, list[ox.Triple]] = defaultdict(list)
    for quad in copy.data:
        graphs[getattr(quad.graph_name, "value", "")].append(quad.triple)
    wanted |= {(name, False): canonical_hash(triples) for name, triples in graphs.items()}
    for (owner, suffix), quads in sorted(held.items()):
        named = owner == copy.dataset and suffix in _WITH_GRAPHS
        found = canonical_hash(quads if named else (quad.triple for quad in quads))
        if wanted.setdefault((owner, named), found) != found:
            yield Fault(owner, f"its dumps that end in {suffix} hold something else than others do")


def _graphs(copy: Copy) -> dict[str, set[Triple]]:
    """All named graphs that an endpoint serves from a release, written as its store writes them."""
    store = ox.Store()
    store.bulk_extend(copy.data)
    store.bulk_extend(copy.parse("description.nq"))
    ontology = copy.parse("ontology.ttl")
    headers = sorted({str(quad.subject) for quad in ontology if quad.object == _ONTOLOGY})
    if len(headers) != 1:
        raise Unusable(
            "ontology.ttl", f"it has {len(headers)} things of type owl:Ontology, and should have one"
        )
    header = ox.NamedNode(headers[0][1:-1])
    store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object, header) for quad in ontology)
    graphs: dict[str, set[Triple]] = defaultdict(set)
    for quad in store:
        name = quad.graph_name
        found = (str(quad.subject), str(quad.predicate), str(quad.object))
        graphs["" if isinstance(name, ox.DefaultGraph) else name.value].add(found)
    return graphs


def _told(copy: Copy) -> set[str]:
    """The named graphs that are described."""
    return {str(each) for each in copy.description.objects(None, SD.name)}


def _linkset_faults(copy: Copy) -> Iterator[Fault]:
    graph = copy.description
    for links, address in sorted(graph.subject_objects(VOID.dataDump)):
        path = path_of(copy, address)
        if path is None or (links, RDF.type, VOID.Linkset) not in graph:
            continue
        try:
            found = len(set(copy.parse(path)))
        except Unusable as unusable:
            yield unusable.fault
            continue
        said = graph.value(links, VOID.triples)
        if str(said) != str(found):
            yield Fault(path, f"it holds {found:,} links, and {said} are described")
