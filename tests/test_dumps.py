"""Dumps hold what they say, whoever reads them, in one file or in several."""

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from conftest import Client, Serve, run
from pilotgraph import contents
from pilotgraph.build import build
from pilotgraph.counts import Triple
from pilotgraph.dumps import Dump, dumps, file_names
from pilotgraph.formats import N_QUADS, TRIG, TURTLE, parse
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

BASE = "https://example.org/set/id/"
NESTS, BIRDS, TERMS = (f"https://example.org/set/{name}" for name in ("graph/nests", "graph/birds", "terms"))
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
PREFIXES = {"t": f"{TERMS}#", "unused": "https://example.com/"}


def said(thing: str, term: str, value: str) -> Triple:
    return f"<{BASE}{thing}>", f"<{TERMS}#{term}>", value


GRAPHS: dict[str, set[Triple]] = {
    NESTS: {
        (f"<{BASE}nest/1>", TYPE, f"<{TERMS}#Nest>"),
        said("nest/1", "of", f"<{BASE}bird/a:b>"),
        said("nest/1", "note", '"wet .\\n}\\t\\"cold\\""@en'),
        said("nest/2", "note", f'"{"far " * 40}"'),
    },
    BIRDS: {
        said("bird/a:b", "name", '"Músarrindill 🐦"@is'),
        said("bird/é", "eggs", '"5"^^<http://www.w3.org/2001/XMLSchema#integer>'),
    },
}
ONTOLOGY = parse(
    b"@prefix : <https://example.org/set/terms#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
    b':Nest rdfs:label "nest"@en ; rdfs:subClassOf [ rdfs:label "thing" ; :has [ :of [] ] ] .\n'
    b':Bird rdfs:label "bird"@en . :Egg rdfs:label "egg"@en .\n',
    TURTLE,
    BASE,
)
OTHERS = {TERMS: [quad.triple for quad in ONTOLOGY]}
RDFLIB = {
    ".nt": "nt",
    ".ttl": "turtle",
    ".rdf": "xml",
    ".jsonld": "json-ld",
    ".nq": "nquads",
    ".trig": "trig",
}
rdflib_warns = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")


def made(most_bytes: int = 50_000_000) -> list[Dump]:
    return dumps(GRAPHS, OTHERS, PREFIXES, BASE, most_bytes)


def canonical(quads: list[ox.Quad]) -> str:
    """The hash of the canonical N-Quads, from scratch."""
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return hashlib.sha256("".join(sorted(f"{quad} .\n" for quad in dataset)).encode()).hexdigest()


def read(dump: Dump) -> list[ox.Quad]:
    return list(ox.parse(dump.content, dump.form.codec, base_iri="https://wrong.invalid/"))


def test_there_is_a_file_for_the_dataset_and_for_each_graph_in_each_format() -> None:
    forms = (".nt", ".ttl", ".jsonld", ".rdf")
    assert [(dump.path, dump.graph, dump.triples, dump.part) for dump in made()] == [
        ("data.nq", "", 6, 0),
        ("data.trig", "", 6, 0),
        *((f"data{form}", "", 6, 0) for form in forms),
        *((f"graphs/birds{form}", BIRDS, 2, 0) for form in forms),
        *((f"graphs/nests{form}", NESTS, 4, 0) for form in forms),
        *((f"graphs/terms{form}", TERMS, 7, 0) for form in forms),
    ]


DUMPS = {dump.path: dump for dump in made()}


@pytest.mark.parametrize("path", DUMPS)
def test_a_dump_holds_what_it_says(path: str) -> None:
    dump = DUMPS[path]
    quads = read(dump)
    assert (len(quads), canonical(quads)) == (dump.triples, dump.canonical)
    named = (ox.NamedNode(NESTS), ox.NamedNode(BIRDS)) if dump.form in (N_QUADS, TRIG) else ()
    assert {quad.graph_name for quad in quads} == set(named or (ox.DefaultGraph(),))


@pytest.mark.parametrize("path", [path for path in DUMPS if not path.endswith((".nq", ".trig"))])
@rdflib_warns
def test_rdflib_reads_the_same_from_a_dump(path: str) -> None:
    dump = DUMPS[path]
    graph = Graph().parse(
        data=dump.content, format=RDFLIB[dump.form.suffix], publicID="https://wrong.invalid/"
    )
    again = graph.serialize(format="nt", encoding="utf-8")
    assert canonical(list(ox.parse(again, ox.RdfFormat.N_TRIPLES))) == dump.canonical


def test_files_that_hold_the_same_have_the_same_hash() -> None:
    hashes: dict[str, set[str]] = {}
    for dump in DUMPS.values():
        hashes.setdefault(dump.path.rpartition(".")[0], set()).add(dump.canonical)
    # That of the dataset with its graphs, and that of their union.
    assert {stem: len(found) for stem, found in hashes.items()} == {
        "data": 2,
        "graphs/birds": 1,
        "graphs/nests": 1,
        "graphs/terms": 1,
    }
    assert DUMPS["data.nq"].canonical == hashlib.sha256(DUMPS["data.nq"].content).hexdigest()


@pytest.mark.parametrize("path", DUMPS)
def test_the_twin_in_gzip_has_no_time_and_no_name(path: str) -> None:
    dump = DUMPS[path]
    assert dump.packed_path == f"{path}.gz"
    assert gzip.decompress(dump.packed) == dump.content
    magic, deflate, flags, time = dump.packed[:2], dump.packed[2], dump.packed[3], dump.packed[4:8]
    assert (magic, deflate, flags, time) == (b"\x1f\x8b", 8, 0, bytes(4))
    assert dump.files == {path: dump.content, f"{path}.gz": dump.packed}


def test_a_graph_without_statements_has_dumps_too() -> None:
    found = dumps(GRAPHS | {TERMS: set()}, {}, PREFIXES, BASE)
    empty = [dump for dump in found if dump.graph == TERMS]
    assert len(empty) == 4
    assert [(read(dump), dump.triples) for dump in empty] == [([], 0)] * 4
    assert {dump.canonical for dump in empty} == {hashlib.sha256(b"").hexdigest()}


def test_turtle_can_be_read_by_people() -> None:
    assert DUMPS["graphs/nests.ttl"].content.decode() == (
        "@base <https://example.org/set/id/> .\n"
        "@prefix t: <https://example.org/set/terms#> .\n"
        "\n"
        "<nest/1> a t:Nest ;\n"
        '\tt:note "wet .\\n}\\t\\"cold\\""@en ;\n'
        "\tt:of </set/id/bird/a:b> .\n"
        "\n"
        f'<nest/2> t:note "{"far " * 40}" .\n'
    )


@pytest.mark.parametrize("most_bytes", [1, 150, 400, 700, 1_000])
def test_what_is_too_large_comes_in_parts_that_lose_nothing(most_bytes: int) -> None:
    found: dict[tuple[str, str], list[Dump]] = {}
    for dump in made(most_bytes):
        stem = re.sub("-[0-9]+$", "", dump.path.removesuffix(dump.form.suffix)) if dump.part else None
        found.setdefault((stem or dump.path.removesuffix(dump.form.suffix), dump.form.suffix), []).append(
            dump
        )
    assert len(found) == len(DUMPS)
    for (stem, suffix), parts in found.items():
        whole = DUMPS[stem + suffix]
        several = len(parts) > 1
        assert several or len(parts[0].content) <= most_bytes or whole.triples == 1
        assert [part.part for part in parts] == (list(range(1, len(parts) + 1)) if several else [0])
        assert [part.path for part in parts] == (
            [f"{stem}-{number}{suffix}" for number in range(1, len(parts) + 1)]
            if several
            else [stem + suffix]
        )
        held = [quad for part in parts for quad in read(part)]
        assert sum(part.triples for part in parts) == len(held) == whole.triples
        assert canonical(held) == whole.canonical
        for part in parts:
            assert canonical(read(part)) == part.canonical
            blank = any(
                isinstance(term, ox.BlankNode) for quad in held for term in (quad.subject, quad.object)
            )
            assert len(part.content) <= most_bytes or part.triples == 1 or (blank and part.part <= 1)
            assert gzip.decompress(part.packed) == part.content
        if suffix in (".nq", ".nt") and stem != "graphs/terms":
            assert b"".join(part.content for part in parts) == whole.content


def test_a_subject_stays_in_one_part_unless_it_is_too_large_by_itself() -> None:
    small, large = ([said(thing, "n", f'"{number}"') for number in range(9)] for thing in ("a", "b"))
    graphs = {
        NESTS: {
            *small,
            *(said("b", term, value) for (_, _, value), term in zip(large, "abcdefghi", strict=True)),
        }
    }
    size = len(dumps(graphs, {}, PREFIXES, BASE)[0].content)
    in_two = [dump for dump in dumps(graphs, {}, PREFIXES, BASE, size * 2 // 3) if dump.form is N_QUADS]
    assert [{str(quad.subject) for quad in read(dump)} for dump in in_two] == [{f"<{BASE}a>"}, {f"<{BASE}b>"}]
    in_more = [dump for dump in dumps(graphs, {}, PREFIXES, BASE, size // 4) if dump.form is N_QUADS]
    assert len(in_more) > 3
    assert all(len({quad.subject for quad in read(dump)}) == 1 for dump in in_more)


def test_what_shares_a_blank_node_stays_in_one_part() -> None:
    parts = [dump for dump in made(200) if dump.graph == TERMS and dump.form.suffix == ".nt"]
    blank = [sum("_:" in str(quad) for quad in read(part)) for part in parts]
    assert (len(parts), blank) == (3, [4, 0, 0])


def test_each_graph_has_a_name_of_its_own_for_its_files() -> None:
    graphs = {
        "https://example.org/graph/claims": "claims",
        "https://example.org/other/claims": "claims_2",
        "https://example.org/other/Claims": "Claims_2",
        "https://example.org/ontology#": "ontology",
        "https://example.org/": "example.org",
        "urn:x": "urn_x",
        "https://example.org/vífil/..": "graph",
        "https://example.org/a,b(c)": "a_b_c_",
    }
    names = file_names(graphs)
    assert len({name.casefold() for name in names.values()}) == len(graphs)
    assert {graph: names[graph] for graph in graphs if "laims" not in graph} == {
        graph: name for graph, name in graphs.items() if "laims" not in graph
    }
    assert file_names(reversed(list(graphs))) == names


@pytest.mark.parametrize(
    ("graphs", "wanted"),
    [
        pytest.param(["a/birds", "a/birds-1"], ["birds", "birds-1_2"], id="the whole first"),
        pytest.param(["a/birds-1", "b/Birds"], ["birds-1", "Birds_2"], id="the part first"),
        pytest.param(["a/birds-1", "a/birds-2"], ["birds-1", "birds-2"], id="no whole"),
        pytest.param(["a/birds", "a/birds-01"], ["birds", "birds-01"], id="like no part"),
        pytest.param(["a/birds", "a/birds-1-1"], ["birds", "birds-1-1"], id="a part of no part"),
        pytest.param(["a/b", "a/b-1", "b/b"], ["b", "b-1_2", "b_2"], id="several"),
    ],
)
def test_no_file_is_called_like_a_part_of_another(graphs: list[str], wanted: list[str]) -> None:
    iris = [f"https://example.org/{graph}" for graph in graphs]
    assert file_names(reversed(iris)) == dict(zip(iris, wanted, strict=True))


def test_a_graph_in_parts_leaves_the_files_of_others_alone() -> None:
    graphs = {f"{NESTS}-1": GRAPHS[BIRDS], NESTS: GRAPHS[NESTS]}
    found = dumps(graphs, {}, {}, BASE, most_bytes=200)
    assert len({each.path for each in found}) == len(found)
    assert any(each.part and each.graph == NESTS for each in found)


@pytest.fixture(scope="module")
def in_parts(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of the lighthouses in which no dump is larger than 8 kB."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contents, "MOST_BYTES", 8_000)
        return build(lighthouses, tmp_path_factory.mktemp("parts"))


def sizes(release: Release) -> Mapping[str, int]:
    return {
        path: file.size
        for path, file in release.files.items()
        if path.startswith(("data", "graphs/", "tables/")) and not path.endswith((".gz", "-metadata.json"))
    }


def test_a_release_in_parts_has_no_file_that_is_too_large(in_parts: Release, release: Release) -> None:
    assert max(sizes(release).values()) > 8_000
    # Statements of the ontology that share blank nodes stay together.
    assert {path for path, size in sizes(in_parts).items() if size > 8_000} <= {"graphs/ontology-1.nt"}
    assert "data.nq" not in in_parts.files
    assert in_parts.parts("data.nq") == [f"data-{number}.nq" for number in range(1, 5)]
    assert in_parts.read_parts("data.nq") == release.read("data.nq")
    assert release.parts("data.nq") == ["data.nq"]


def test_a_release_in_parts_is_asked_like_any_other(in_parts: Release, release: Release) -> None:
    data = "https://example.org/lights/graph/"
    graphs = " ".join(f"<{data}{name}>" for name in ("inspections", "lights", "registers"))
    text = f"SELECT ?g (COUNT(*) AS ?n) {{ VALUES ?g {{ {graphs} }} GRAPH ?g {{ ?s ?p ?o }} }} GROUP BY ?g"
    with LocalStore(in_parts) as store, LocalStore(release) as whole:
        answers = [each.query(Query(text)).content for each in (store, whole)]
    rows = [json.loads(each)["results"]["bindings"] for each in answers]
    assert len(rows[0]) == 3
    assert sorted(map(str, rows[0])) == sorted(map(str, rows[1]))
    asked = run("query", "--release", in_parts.path, "--format", "csv", "highest-lights")
    assert asked.returncode == 0
    assert "Gannet Stack" in asked.stdout


def test_a_release_in_parts_is_served(in_parts: Release, serve: Serve) -> None:
    client = Client(serve("--release", in_parts.path))
    place = f"/releases/{in_parts.version}"
    part = client(f"{place}/data-2.nq")
    assert (part.status, part.media_type, part.body) == (200, N_QUADS.media_type, in_parts.read("data-2.nq"))
    assert client(f"{place}/data.nq").status == 404
    assert f"{place}/data-1.nq" in client("/").headers["Link"]
    assert "Kestrel Point" in client("/search?q=kestrel", accept="text/html").text
    assert client("/doc/lighthouse/kestrel-point.html").status == 200
    client.close()
