"""A build publishes all of a project or nothing, and the same bytes wherever it runs."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import FOAF, RDF, SH, VOID, Graph, URIRef
from rdflib.compare import isomorphic

from conftest import COMMAND
from pilotgraph.build import build
from pilotgraph.description import DQV
from pilotgraph.errors import Problem, ReleaseError, ReleaseRefused, Severity, SourceError
from pilotgraph.release import Release

LIGHTS = "https://example.org/lights/"
SAME = ox.NamedNode("http://www.w3.org/2002/07/owl#sameAs")


@pytest.fixture
def project(lighthouses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the second project that a test may spoil, in the current directory."""
    copy = tmp_path / "lights"
    shutil.copytree(lighthouses, copy)
    monkeypatch.chdir(copy)
    return copy


def refusal(project: Path) -> list[str]:
    with pytest.raises(ReleaseRefused) as raised:
        build(project, project / "dist")
    return [str(problem) for problem in raised.value.problems if problem.stops_a_release]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def quads(release: Release, name: str = "data.nq") -> list[ox.Quad]:
    return list(ox.parse(release.read(name), ox.RdfFormat.N_QUADS))


def turtle(release: Release, name: str) -> Graph:
    return Graph().parse(data=release.read(name), format="turtle")


def merged(folder: Path) -> Graph:
    graph = Graph()
    for file in folder.rglob("*.ttl"):
        graph.parse(file)
    return graph


def test_a_release_has_all_its_files(release: Release) -> None:
    graphs = ("inspections", "lights", "ontology", "others", "questions", "registers")
    classes = ("Identifier", "Inspection", "Keeper", "Lighthouse", "TidalLighthouse")
    dumps = [
        *(f"data{suffix}" for suffix in (".jsonld", ".nq", ".nt", ".rdf", ".trig", ".ttl")),
        *(f"graphs/{name}{suffix}" for name in graphs for suffix in (".jsonld", ".nt", ".rdf", ".ttl")),
    ]
    of_data = {
        *(f"{path}{twin}" for path in dumps for twin in ("", ".gz")),
        *(f"tables/{name}.csv{twin}" for name in classes for twin in ("", "-metadata.json")),
        "tables/csv-metadata.json",
    }
    assert of_data <= set(release.files)
    assert sorted(set(release.files) - of_data) == [
        "SHA256SUMS",
        "catalog.jsonld",
        "catalog.rdf",
        "catalog.ttl",
        "changes.md",
        "context.jsonld",
        "description.nq",
        "description.ttl",
        "feed.atom",
        "guide/1-lamps.md",
        "history.ttl",
        "links/beacons.nt",
        "links/beacons.sssom.tsv",
        "manifest.json",
        "ontology.ttl",
        "provenance.ttl",
        "queries/highest-lights.rq",
        "queries/lamps-that-failed.rq",
        "queries/lights-by-colour.rq",
        "record.md",
        "record.ttl",
        "report.ttl",
        "shapes.ttl",
        "views.json",
        "views/heights.csv",
        "views/heights.dark.svg",
        "views/heights.json",
        "views/heights.rq",
        "views/heights.srj",
        "views/heights.svg",
        "views/heights.vl.json",
    ]
    assert release.version == "0.3.0"


def test_the_report_on_the_record_is_released_and_the_description_leads_to_it(release: Release) -> None:
    files = f"{LIGHTS}releases/0.3.0/"
    description, record = turtle(release, "description.ttl"), turtle(release, "record.ttl")
    assert release.read("record.md").startswith("# The record of “Lighthouses of a made-up coast”".encode())
    assert len(record) == 79
    assert all(triple in description for triple in record)
    assert (URIRef(LIGHTS), FOAF.page, URIRef(f"{files}record.md")) in description
    assert (URIRef(LIGHTS), DQV.hasQualityMetadata, URIRef(f"{files}record.ttl")) in description
    assert (URIRef(f"{files}record.ttl"), RDF.type, DQV.QualityMetadata) in description


def test_the_data_is_sorted_and_each_statement_stands_once(release: Release) -> None:
    lines = release.read("data.nq").decode().splitlines()
    assert lines == sorted(set(lines))
    assert len(lines) == len({quad.triple for quad in quads(release)}) > 100


@pytest.mark.parametrize(
    ("kind", "graph"),
    [
        pytest.param("Inspection", "inspections", id="a class that a graph holds"),
        pytest.param("TidalLighthouse", "lights", id="a class whose superclass a graph holds"),
        pytest.param("Keeper", "others", id="a class that no graph holds"),
    ],
)
def test_a_thing_stands_in_the_graph_of_its_class(release: Release, kind: str, graph: str) -> None:
    found = quads(release)
    things = {quad.subject for quad in found if quad.object == ox.NamedNode(f"{LIGHTS}ontology#{kind}")}
    graphs = {quad.graph_name for quad in found if quad.subject in things}
    assert things
    assert graphs == {ox.NamedNode(f"{LIGHTS}graph/{graph}")}


def test_links_stand_in_the_graph_that_holds_linksets(release: Release) -> None:
    graph = ox.NamedNode(f"{LIGHTS}graph/registers")
    links = {quad.triple for quad in quads(release) if quad.graph_name == graph}
    dump = ox.parse(release.read("links/beacons.nt"), ox.RdfFormat.N_TRIPLES)
    assert {quad.triple for quad in dump} == links
    assert {triple.predicate for triple in links} == {SAME}


def test_a_graph_holds_linksets_if_there_are_any(project: Path) -> None:
    edit(project / "data/dataset.yaml", "http://rdfs.org/ns/void#Linkset", "lt:Keeper")
    assert refusal(project) == [
        "data/dataset.yaml:1:5: error: no graph holds <http://rdfs.org/ns/void#Linkset>; let one hold it,"
        " for the links that data/links derives"
    ]
    shutil.rmtree(project / "data/links")
    assert [name for name in build(project, project / "dist").files if "links" in name] == []


def test_a_link_that_is_wrong_is_refused(project: Path) -> None:
    edit(project / "data/links/beacons.rq", "owl:sameAs AS", "skos:exactMatch AS")
    assert [problem.partition(" error:")[0] for problem in refusal(project)] == [
        "data/links/beacons.rq:13:35:"
    ]


@pytest.mark.parametrize("folder", ["ontology", "shapes"])
def test_files_of_one_kind_are_merged_the_ontology_with_its_imports(
    release: Release, lighthouses: Path, folder: str
) -> None:
    assert isomorphic(turtle(release, f"{folder}.ttl"), merged(lighthouses / folder))


def test_blank_nodes_of_two_files_stay_apart(project: Path) -> None:
    for name in ("one", "two"):
        (project / "ontology" / f"{name}.ttl").write_text(
            f'_:a <http://www.w3.org/2000/01/rdf-schema#comment> "{name}"@en .\n'
        )
    assert isomorphic(turtle(build(project, project / "dist"), "ontology.ttl"), merged(project / "ontology"))


def test_context_and_queries_are_published_as_they_are(release: Release, lighthouses: Path) -> None:
    assert release.read("context.jsonld") == (lighthouses / "ontology" / "context.jsonld").read_bytes()
    for file in (lighthouses / "data" / "queries").glob("*.rq"):
        assert release.read(f"queries/{file.name}") == file.read_bytes()


def test_the_description_counts_the_release(release: Release) -> None:
    description = turtle(release, "description.ttl")
    data, about = quads(release), quads(release, "description.nq")
    graphs = {quad.graph_name.value: 0 for quad in data + about if isinstance(quad.graph_name, ox.NamedNode)}
    for name in graphs:
        graphs[name] = sum(quad.graph_name == ox.NamedNode(name) for quad in data + about)
    graphs[LIGHTS] = len(data)
    graphs[f"{LIGHTS}ontology"] = len(turtle(release, "ontology.ttl"))
    graphs[f"{LIGHTS}sparql#default-graph"] = len(data) + len(about) + graphs[f"{LIGHTS}ontology"]
    graphs[f"{LIGHTS}#links/beacons"] = graphs[f"{LIGHTS}graph/registers"]
    said = {str(subject): int(str(number)) for subject, number in description.subject_objects(VOID.triples)}
    counted = {subject: number for subject, number in said.items() if "property/" not in subject}
    dumps = {subject: counted.pop(subject) for subject in said if subject.endswith("-canonical")}
    assert counted == graphs
    assert dumps[f"{LIGHTS}#data.nq-canonical"] == dumps[f"{LIGHTS}#data.nt-canonical"] == len(data)


def test_the_description_and_the_questions_are_graphs_beside_the_data(release: Release) -> None:
    about = quads(release, "description.nq")
    lines = release.read("description.nq").decode().splitlines()
    assert lines == sorted(set(lines))
    assert {quad.graph_name for quad in about} == {
        ox.NamedNode(f"{LIGHTS}graph/about"),
        ox.NamedNode(f"{LIGHTS}graph/questions"),
    }
    assert not {quad.graph_name for quad in quads(release)} & {quad.graph_name for quad in about}
    assert not {quad.triple for quad in quads(release)} & {quad.triple for quad in about}
    assert len(turtle(release, "description.ttl")) == len({quad.triple for quad in about}) == len(about)


def test_without_questions_no_graph_holds_them(project: Path) -> None:
    edit(project / "data/dataset.yaml", "http://www.w3.org/ns/shacl#SPARQLExecutable", "lt:Keeper")
    assert refusal(project) == [
        "data/dataset.yaml:1:5: error: no graph holds <http://www.w3.org/ns/shacl#SPARQLExecutable>; let one"
        " hold it, for the published questions"
    ]
    shutil.rmtree(project / "data/queries")
    shutil.rmtree(project / "data/guide")  # it leads to one of them
    about = quads(build(project, project / "dist"), "description.nq")
    assert {quad.graph_name for quad in about} == {ox.NamedNode(f"{LIGHTS}graph/about")}


def test_what_the_ontology_says_no_record_says_again(project: Path) -> None:
    ida = f"{LIGHTS}id/keeper/ida-sandpiper"
    said = f'<{ida}> <http://www.w3.org/2000/01/rdf-schema#label> "Ida Sandpiper"@en'
    with (project / "ontology/lighthouses.ttl").open("a", encoding="utf-8") as file:
        file.write(f"{said} .\n")
    assert refusal(project) == [
        f"data/keepers/ida-sandpiper.yaml:1:5: error: {LIGHTS}graph/others and {LIGHTS}ontology both say"
        f" {said}; a triple stands in one graph"
    ]
    assert not (project / "dist").exists()


def test_a_warning_is_noted_and_published(project: Path) -> None:
    notes: list[Problem] = []
    release = build(project, project / "dist", note=notes.append)
    warnings = [str(note) for note in notes if note.severity == Severity.WARNING]
    assert warnings == [
        "data/lighthouses/gannet-stack.yaml:2:5: warning: "
        "say in which year the lamp was first lit, such as 1871"
    ]
    report = turtle(release, "report.ttl")
    assert (None, SH.resultSeverity, SH.Warning) in report
    assert len(list(report.subjects(RDF.type, SH.ValidationResult))) >= len(warnings)


def test_steps_are_told_as_they_begin(project: Path) -> None:
    steps: list[str] = []
    build(project, project / "dist", steps.append)
    assert steps == [
        "Reading the sources",
        "Validating 12 records",
        "Drawing the pictures",
        "Writing 135 triples",
    ]


def test_with_a_violation_nothing_is_written(project: Path) -> None:
    edit(project / "data/lighthouses/south-teal.yaml", "focalHeight: 58.0", "focalHeight: 5800")
    assert refusal(project) == [
        "data/lighthouses/south-teal.yaml:10:14: violation: "
        "a lighthouse has one focal height, in metres, over 0 and under 250"
    ]
    assert not (project / "dist").exists()


def test_a_refused_build_leaves_the_last_release(project: Path) -> None:
    first = build(project, project / "dist")
    before = sorted(path.name for path in (project / "dist").iterdir())
    (project / "data/keepers/ida-sandpiper.yaml").write_text("id: [")
    with pytest.raises(SourceError):
        build(project, project / "dist")
    assert sorted(path.name for path in (project / "dist").iterdir()) == before
    assert Release.open(project / "dist") == first


def test_a_thing_in_two_graphs_is_refused(project: Path) -> None:
    edit(
        project / "data/lighthouses/south-teal.yaml",
        "type: Lighthouse\n",
        "type: [Lighthouse, TidalLighthouse, Inspection]\n",
    )
    assert (
        "data/lighthouses/south-teal.yaml:2:37: error: lighthouse/south-teal is of Lighthouse, which stands"
        " in https://example.org/lights/graph/lights, and of Inspection, which stands in"
        " https://example.org/lights/graph/inspections; a thing stands in one graph"
    ) in refusal(project)


def test_a_class_that_no_graph_holds_does_not_move_a_thing(project: Path) -> None:
    with (project / "ontology/lighthouses.ttl").open("a", encoding="utf-8") as file:
        file.write("lt:Ruin a owl:Class .\n")
    edit(project / "data/lighthouses/south-teal.yaml", "type: Lighthouse\n", "type: [lt:Ruin, Lighthouse]\n")
    found = quads(build(project, project / "dist"))
    south = {quad for quad in found if quad.subject == ox.NamedNode(f"{LIGHTS}id/lighthouse/south-teal")}
    assert ox.NamedNode(f"{LIGHTS}ontology#Ruin") in {quad.object for quad in south}
    said = {quad.graph_name for quad in south if quad.predicate != SAME}
    assert said == {ox.NamedNode(f"{LIGHTS}graph/lights")}


def test_a_class_has_one_graph(project: Path) -> None:
    edit(project / "data/dataset.yaml", "holds: lt:Inspection", "holds: [lt:Inspection, lt:Lighthouse]")
    assert refusal(project) == [
        "data/dataset.yaml:30:13: error: https://example.org/lights/graph/inspections holds this class"
        " already; a class has one graph"
    ]


def test_one_graph_holds_the_rest(project: Path) -> None:
    edit(project / "data/dataset.yaml", "http://www.w3.org/2000/01/rdf-schema#Resource", "lt:Keeper")
    assert refusal(project) == [
        "data/dataset.yaml:1:5: error: no graph holds <http://www.w3.org/2000/01/rdf-schema#Resource>, which"
        " is every class; let one hold it, for things that no other does"
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "edition: 0.3.0\n",
            "",
            "'' cannot be a version: write letters, digits and . _ + - only",
            id="none",
        ),
        pytest.param(
            "edition: 0.3.0",
            "edition: 0.3/0",
            "'0.3/0' cannot be a version: write letters, digits and . _ + - only",
            id="one that is no name of a directory",
        ),
    ],
)
def test_a_release_needs_a_version(project: Path, old: str, new: str, message: str) -> None:
    edit(project / "data/dataset.yaml", old, new)
    with pytest.raises(ReleaseError) as raised:
        build(project, project / "dist")
    assert str(raised.value) == message


# IRIs are for ever.


def released(project: Path, *, record_iris: bool = False) -> list[str]:
    """Build, and give what was noted about the list of IRIs."""
    notes: list[Problem] = []
    build(project, project / "dist", note=notes.append, record_iris=record_iris)
    return [str(note) for note in notes if "iris.txt" in note.position.path]


def test_iris_are_recorded_when_asked_and_only_then(project: Path) -> None:
    file = project / "data/iris.txt"
    assert released(project) == []
    assert not file.exists()
    file.write_text(f"{LIGHTS}ontology#Keeper\n", encoding="utf-8")
    note = (
        "data/iris.txt:1:1: info: 52 IRIs are not listed here yet; `pilotgraph build --record-iris` adds them"
    )
    assert released(project) == [note]
    assert released(project, record_iris=True) == []
    iris = file.read_text(encoding="utf-8").splitlines()
    assert iris == sorted(iris)
    assert len(iris) == 54  # the release itself too
    assert f"{LIGHTS}id/keeper/þóra-lundadóttir" in iris, "a record's"
    assert f"{LIGHTS}id/identifier/south-teal-list" in iris, "a part's"
    assert f"{LIGHTS}ontology#Keeper" in iris, "a term's"
    assert f"{LIGHTS}graph/others" in iris, "a graph's"
    assert f"{LIGHTS}queries/highest-lights" in iris, "a question's"
    assert LIGHTS in iris, "the dataset's"
    assert all(iri.startswith(LIGHTS) for iri in iris), "not those of others"
    assert released(project) == []


def test_recording_keeps_comments_and_adds_nothing_twice(project: Path) -> None:
    file = project / "data/iris.txt"
    file.write_text(f"# Released IRIs.\n\n{LIGHTS}ontology#Keeper\n", encoding="utf-8")
    released(project, record_iris=True)
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert (lines[0], len(lines), lines.count(f"{LIGHTS}ontology#Keeper")) == ("# Released IRIs.", 55, 1)
    released(project, record_iris=True)
    assert file.read_text(encoding="utf-8") == text
    assert [path.name for path in (project / "data").iterdir() if path.name.startswith(".")] == []


def test_a_build_that_lost_an_iri_is_refused(project: Path) -> None:
    released(project, record_iris=True)
    file = project / "data/iris.txt"
    before = file.read_text(encoding="utf-8")
    lost = f"{LIGHTS}id/lighthouse/old-mole-head"
    (project / "data/lighthouses/old-mole-head.yaml").unlink()
    for path in (project / "data").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            text.replace("lighthouse/old-mole-head", "lighthouse/new-mole-head"), encoding="utf-8"
        )
    line = before.splitlines().index(lost) + 1
    refused = refusal(project)
    assert (
        f"data/iris.txt:{line}:1: error: <{lost}> was released, and an IRI is for ever;"
        " bring it back, as deprecated or as a tombstone if need be"
    ) in refused
    assert all(problem.startswith("data/iris.txt") for problem in refused)
    assert file.read_text(encoding="utf-8") == before


def test_an_iri_in_a_broken_record_is_not_lost(project: Path) -> None:
    released(project, record_iris=True)
    edit(project / "data/keepers/ida-sandpiper.yaml", "type: Keeper", "type: Keper")
    assert [line for line in refusal(project) if "iris.txt" in line] == []


def test_a_list_that_is_not_text_is_refused_at_its_line(project: Path) -> None:
    (project / "data/iris.txt").write_bytes(b"# fine\n\xff\xfe\n")
    assert refusal(project) == [
        "data/iris.txt:2:1: error: byte 8 is not UTF-8; save the file as UTF-8",
    ]


# The same bytes.


def test_two_builds_elsewhere_and_with_other_hash_seeds_are_the_same(
    lighthouses: Path, tmp_path: Path
) -> None:
    """Two real processes; directories, times of files, time zone, language, hash seed and umask differ."""
    releases = []
    for seed, folder, zone in (("1", "a", "Asia/Tokyo"), ("2", "b/deeper", "America/Lima")):
        copy = tmp_path / folder
        shutil.copytree(lighthouses, copy, copy_function=shutil.copy)
        for file in copy.rglob("*"):
            os.utime(file, (int(seed) * 10**8, int(seed) * 10**8))
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": ("C", "C.UTF-8")[int(seed) - 1],
        }
        subprocess.run(
            [COMMAND, "build"],
            cwd=copy,
            env=environment,
            umask=(0o022, 0o077)[int(seed) - 1],
            check=True,
            capture_output=True,
        )
        releases.append(Release.open(copy / "dist"))
    one, two = releases
    assert one.name == two.name
    assert len(one.files) == len(two.files) == 102
    assert [name for name in one.files if one.read(name) != two.read(name)] == []
    for name in one.files:
        marks = [(release.path / name).stat() for release in releases]
        assert len({(each.st_mode, each.st_mtime_ns) for each in marks}) == 1, name


@pytest.mark.parametrize(
    "open_release",
    [lambda path: path / "dist", lambda path: path / "dist" / "current"],
    ids=["dist", "current"],
)
def test_a_built_release_can_be_opened(project: Path, open_release: Callable[[Path], Path]) -> None:
    release = build(project, project / "dist")
    assert Release.open(open_release(project)) == release
    assert (URIRef(LIGHTS), RDF.type, VOID.Dataset) in turtle(release, "description.ttl")
