"""Dumps and tables, as other people's software reads them.

Every dump is parsed by rapper (it has no JSON-LD), by rdflib and by the command riot of Apache Jena,
and must come out with the number of statements and the RDFC-1.0 hash that the description gives for it.
Tables are read by csvw, which validates them too, and must say nothing that the data does not.

Jena's jars come by `mvn --file tests/clients/jena/pom.xml dependency:copy-dependencies`.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, VOID, XSD, Dataset, Graph, Literal, Namespace, URIRef

from conftest import REPOSITORY
from pilotgraph.release import Release

SPDX = Namespace("http://spdx.org/rdf/terms#")
JENA = REPOSITORY / "tests/clients/jena/target/lib"
# The graphs that have dumps, besides those of the data.
RAPPER = {".nq": "nquads", ".nt": "ntriples", ".rdf": "rdfxml", ".trig": "trig", ".ttl": "turtle"}
RDFLIB = {
    ".jsonld": "json-ld",
    ".nq": "nquads",
    ".nt": "nt",
    ".rdf": "xml",
    ".trig": "trig",
    ".ttl": "turtle",
}
GRAPH_FORMATS = (".jsonld", ".nt", ".rdf", ".ttl")
NO_BASE = "http://wrong.invalid/"

Found = tuple[int, str]


def missing(what: str) -> NoReturn:
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="module", params=["lighthouses", "real data"])
def published(request: pytest.FixtureRequest) -> Release:
    found: Release = request.getfixturevalue("release" if request.param == "lighthouses" else "real_release")
    return found


@pytest.fixture(scope="module")
def described(published: Release) -> dict[str, Found]:
    """How many statements each dump has, and their hash, as the description says; twins in gzip too."""
    graph = Graph().parse(published.path / "description.ttl", format="turtle")
    found = {}
    for file, canonical in graph.subject_objects(DCTERMS.hasFormat):
        if (canonical, VOID.triples, None) in graph and "#" in str(file):
            (total,) = graph.objects(canonical, VOID.triples)
            (checksum,) = graph.objects(canonical, SPDX.checksum)
            (value,) = graph.objects(checksum, SPDX.checksumValue)
            found[str(file).partition("#")[2]] = (int(str(total)), str(value))
    return found


def dumped(release: Release) -> list[str]:
    """The dumps of a release, without their twins."""
    return sorted(
        path
        for path in release.files
        if path.startswith(("data.", "graphs/")) and Path(path).suffix in RDFLIB
    )


def hashed(quads: Collection[ox.Quad]) -> Found:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{quad} .\n" for quad in dataset)
    return len(lines), hashlib.sha256("".join(lines).encode()).hexdigest()


def in_lines(content: bytes) -> list[ox.Quad]:
    """Statements that another reader wrote as N-Quads."""
    return list(ox.parse(content, ox.RdfFormat.N_QUADS))


def test_everything_that_is_described_is_there_and_nothing_else(
    published: Release, described: dict[str, Found]
) -> None:
    paths = dumped(published)
    graphs = {path.partition(".")[0] for path in paths if path.startswith("graphs/")}
    assert len(graphs) == 6  # four of data, that of the questions, and that of the ontology
    assert len(paths) == len(RDFLIB) + len(graphs) * len(GRAPH_FORMATS) == 30
    assert sorted(described) == sorted([*paths, *(f"{path}.gz" for path in paths)])


def test_twins_in_gzip_hold_the_same(published: Release, described: dict[str, Found]) -> None:
    paths = dumped(published)
    unpacked = [gzip.decompress(published.read(f"{path}.gz")) == published.read(path) for path in paths]
    assert unpacked == [True] * 30
    assert [described[f"{path}.gz"] for path in paths] == [described[path] for path in paths]


def test_rapper_reads_every_dump(published: Release, described: dict[str, Found]) -> None:
    rapper = shutil.which("rapper") or missing("there is no rapper here: apt install raptor2-utils")
    found = {}
    for path in dumped(published):
        if form := RAPPER.get(Path(path).suffix):
            done = subprocess.run(
                [rapper, "--quiet", "--input", form, "--output", "nquads", published.path / path, NO_BASE],
                capture_output=True,
                timeout=60,
                check=False,
            )
            assert (done.returncode, done.stderr) == (0, b""), path
            found[path] = hashed(in_lines(done.stdout))
    assert len(found) == 30 - 7
    assert found == {path: described[path] for path in found}


@pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")
def test_rdflib_reads_every_dump(published: Release, described: dict[str, Found]) -> None:
    found = {}
    for path in dumped(published):
        form = RDFLIB[Path(path).suffix]
        graph = Dataset() if form in ("nquads", "trig") else Graph()
        # It would rewrite the text of a value: a date and time that ends in Z, for one.
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("rdflib.NORMALIZE_LITERALS", False)
            graph.parse(data=published.read(path), format=form, publicID=NO_BASE)
        lines = graph.serialize(format="nquads" if isinstance(graph, Dataset) else "nt", encoding="utf-8")
        found[path] = hashed(in_lines(lines))
    assert len(found) == 30
    assert found == {path: described[path] for path in found}


@pytest.fixture(scope="module")
def riot() -> list[str]:
    java = shutil.which("java") or missing("there is no java here: apt install default-jre-headless")
    if not JENA.is_dir():
        missing(
            f"there is no Jena in {JENA}: mvn --file tests/clients/jena/pom.xml dependency:copy-dependencies"
        )
    return [java, "-Xshare:auto", "-cp", f"{JENA}/*", "riotcmd.riot"]


def ask_riot(riot: list[str], release: Release, *arguments: str) -> tuple[bytes, str]:
    done = subprocess.run(
        [*riot, *arguments], cwd=release.path, capture_output=True, timeout=120, check=False
    )
    # It warns of IRIs and values that are wrong.
    said = done.stderr.decode()
    assert done.returncode == 0, said
    return done.stdout, said


def test_jena_counts_every_twin_in_gzip(
    riot: list[str], published: Release, described: dict[str, Found]
) -> None:
    paths = [f"{path}.gz" for path in dumped(published)]
    output, said = ask_riot(riot, published, "--count", *paths)
    counts = re.findall(r"^(\S+) +: \w+ = ([\d,]+)$", output.decode() + said, re.MULTILINE)
    assert {path: int(total.replace(",", "")) for path, total in counts} == {
        path: described[path][0] for path in paths
    }
    assert len(counts) == 30


def test_jena_reads_every_dump(riot: list[str], published: Release, described: dict[str, Found]) -> None:
    whole = [path for path in dumped(published) if path.startswith("data.")]
    found = {path: hashed(in_lines(ask_riot(riot, published, "--output=nq", path)[0])) for path in whole}
    assert len(found) == len(RDFLIB)
    assert found == {path: described[path] for path in found}
    # One start of Java reads all graphs in a format: what it gives is their union.
    graphs = [path for path in dumped(published) if path.startswith("graphs/")]
    united = {}
    for form in GRAPH_FORMATS:
        paths = [path for path in graphs if path.endswith(form)]
        assert len(paths) == 6
        output, said = ask_riot(riot, published, "--output=nq", *paths)
        assert "WARN" not in said
        united[form] = hashed(in_lines(output))
    triples = [
        quad
        for path in graphs
        if path.endswith(".nt")
        for quad in ox.parse(published.read(path), ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True)
    ]
    assert set(united.values()) == {hashed(triples)}


# Tables.


@pytest.fixture(scope="module")
def csvw() -> Any:
    return pytest.importorskip("csvw") if not os.environ.get("CI") else __import__("csvw")


def convert(csvw: Any, release: Release) -> Iterator[tuple[str, str, str]]:
    """Turn all tables into triples by <https://www.w3.org/TR/csv2rdf/>, as csvw reads cells and templates."""
    for table in csvw.CSVW(str(release.path / "tables/csv-metadata.json")).tables:
        schema = table.tableSchema
        for cells in table.iterdicts(strict=True):
            # IRIs come as objects of another library.
            row = {name: cell.unsplit() if hasattr(cell, "unsplit") else cell for name, cell in cells.items()}
            subject = URIRef(schema.aboutUrl.expand(**row)).n3()
            for column in schema.columns:
                cell = row.get(column.name)
                if column.suppressOutput or (cell is None and not column.virtual):
                    continue
                predicate = URIRef(column.propertyUrl.expand(**row)).n3()
                if column.valueUrl:
                    yield subject, predicate, URIRef(column.valueUrl.expand(**row)).n3()
                    continue
                for value in cell if isinstance(cell, list) else [cell]:
                    yield subject, predicate, literal(column, value).n3()


def literal(column: Any, value: Any) -> Literal:
    language, datatype = column.inherit("lang"), column.inherit("datatype")
    if language and language != "und":  # what csvw has for none
        return Literal(value, lang=language)
    if datatype is None or datatype.base == "string":
        return Literal(value)
    text = datatype.formatted(value)
    if datatype.base == "dateTime":  # csvw writes the same moment so
        text = text.replace("+00:00", "Z")
    return Literal(text, datatype=XSD[datatype.base], normalize=False)


def is_valid(csvw: Any, metadata: Path) -> bool:
    """Whether tables are as a file describes them, or as that of all tables in a folder does."""
    if metadata.is_dir():
        metadata /= "csv-metadata.json"
    with warnings.catch_warnings():
        warnings.simplefilter("always")  # by these it judges
        try:
            return bool(csvw.CSVW(str(metadata), validate=True).is_valid)
        except ValueError:  # as it says that a key leads nowhere
            return False


def test_csvw_takes_the_tables_for_valid(csvw: Any, published: Release) -> None:
    assert is_valid(csvw, published.path / "tables")


def test_csvw_takes_each_table_for_valid_by_itself(csvw: Any, release: Release) -> None:
    names = [path for path in release.files if path.endswith(".csv-metadata.json")]
    assert [is_valid(csvw, release.path / name) for name in names] == [True] * 5


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(b"2025-07-19", b"19 July", id="no date"),
        pytest.param(b"inspection/gannet-stack-2022", b"inspection/drowned-anvil-2025", id="a key twice"),
        pytest.param(b"lamp passed", b"lamp failed", id="another heading"),
        pytest.param(b"inspection of Drowned Anvil in 2025,", b",", id="nothing where something is required"),
    ],
)
def test_csvw_refuses_a_table_that_was_changed(
    csvw: Any, release: Release, tmp_path: Path, old: bytes, new: bytes
) -> None:
    tables = Path(shutil.copytree(release.path / "tables", tmp_path / "tables"))
    content = (tables / "Inspection.csv").read_bytes()
    assert old in content
    assert is_valid(csvw, tables)
    (tables / "Inspection.csv").write_bytes(content.replace(old, new))
    assert not is_valid(csvw, tables)


def test_csvw_refuses_a_key_that_leads_nowhere(csvw: Any, real_release: Release, tmp_path: Path) -> None:
    tables = Path(shutil.copytree(real_release.path / "tables", tmp_path / "tables"))
    described = json.loads((tables / "csv-metadata.json").read_bytes())["tables"]
    keys = [key for table in described for key in table["tableSchema"].get("foreignKeys", ())]
    assert len(keys) > 30
    other = tables / keys[0]["reference"]["resource"]
    # Every row has another name than what leads to it.
    other.write_bytes(other.read_bytes().replace(b"\nhttp", b"\nhttps://example.org/?http"))
    assert not is_valid(csvw, tables)


def test_tables_say_nothing_that_the_data_does_not(csvw: Any, published: Release) -> None:
    said = list(convert(csvw, published))
    data = {
        (str(quad.subject), str(quad.predicate), str(quad.object))
        for quad in ox.parse(published.read("data.nt"), ox.RdfFormat.N_TRIPLES)
    }
    # RFC 6570 writes what is beyond ASCII as RFC 3987 maps an IRI to a URI.
    mapped = {tuple(as_uri(term) for term in triple) for triple in data}
    assert len(said) == len(set(said))
    assert set(said) <= mapped
    assert set(said) >= mapped - several(data)
    assert len(said) > 0.8 * len(data)


def as_uri(term: str) -> str:
    return f"<{quote(term[1:-1], safe=SAFE)}>" if term.startswith("<") else term


SAFE = "%:/?#[]@!$&'()*+,;=-._~"


def several(data: Iterable[tuple[str, str, str]]) -> set[tuple[str, ...]]:
    """What tables have for reading only: properties by which a thing of a class has several things."""
    types = {s: o for s, p, o in data if p.endswith("#type>")}
    links = [(s, p, o) for s, p, o in data if o.startswith("<") and not p.endswith("#type>")]
    first: dict[tuple[str, str], str] = {}
    found = {(types[s], p) for s, p, o in links if first.setdefault((s, p), o) != o}
    return {tuple(as_uri(term) for term in (s, p, o)) for s, p, o in links if (types[s], p) in found}
