"""Links are derived from what the records say, and refused where they are plainly wrong."""

import csv
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
import yaml
from rdflib import DCTERMS, FOAF, OWL, RDFS, SKOS, VOID, Graph, Literal, URIRef

from pilotgraph import formats, shacl
from pilotgraph.description import Linkset
from pilotgraph.formats import to_graph
from pilotgraph.links import Links, derive
from pilotgraph.project import Project
from pilotgraph.release import Release
from pilotgraph.validation import validate

QUERY = "data/links/beacons.rq"
LIGHTS = "https://example.org/lights/"
KESTREL = f"<{LIGHTS}id/lighthouse/kestrel-point>"
SOUTH_TEAL = f"<{LIGHTS}id/lighthouse/south-teal>"
SAME = OWL.sameAs.n3()
SELECT = "SELECT ?subject_id ?subject_label ?predicate_id ?object_id ?mapping_justification"


@pytest.fixture
def root(lighthouses: Path, tmp_path: Path) -> Path:
    """A copy of the lighthouses, outside the current directory."""
    return Path(shutil.copytree(lighthouses, tmp_path / "lighthouses"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def derived(root: Path) -> Links:
    return derive(Project.read(root))


def problems(root: Path) -> list[str]:
    project = Project.read(root)
    return [str(problem) for problem in (*project.problems, *derive(project).problems)]


def test_a_row_is_a_link(root: Path) -> None:
    links = derived(root)
    triples = [
        (KESTREL, SAME, "<https://example.net/beacons/0017>"),
        (SOUTH_TEAL, SAME, "<https://example.net/beacons/0023>"),
    ]
    assert links.problems == []
    assert links.triples == set(triples)
    assert links.linksets == [
        Linkset(
            "beacons",
            "Lights in the register of made-up beacons",
            "https://example.net/beacons",
            "https://example.net/beacons/",
            triples,
        )
    ]


def test_each_linkset_has_two_files(root: Path) -> None:
    assert {name: content.decode() for name, content in derived(root).files.items()} == {
        "links/beacons.nt": (
            f"{KESTREL} {SAME} <https://example.net/beacons/0017> .\n"
            f"{SOUTH_TEAL} {SAME} <https://example.net/beacons/0023> .\n"
        ),
        "links/beacons.sssom.tsv": (
            "#curie_map:\n"
            "#  beacon: https://example.net/beacons/\n"
            "#  id: https://example.org/lights/id/\n"
            "#  net: https://example.net/\n"
            "#  org: https://example.org/\n"
            "#mapping_set_id: https://example.org/lights/#links/beacons\n"
            "#mapping_set_version: 0.3.0\n"
            "#mapping_set_title: Lights in the register of made-up beacons\n"
            "#license: https://creativecommons.org/licenses/by/4.0/\n"
            "#subject_source: org:lights/\n"
            "#subject_source_version: 0.3.0\n"
            "#object_source: net:beacons\n"
            "subject_id\tsubject_label\tpredicate_id\tobject_id\tmapping_justification\tsee_also\n"
            "id:lighthouse/kestrel-point\tKestrel Point\towl:sameAs\tbeacon:0017\t"
            "semapv:ManualMappingCuration\thttps://example.org/lights/id/identifier/kestrel-point-list\n"
            "id:lighthouse/south-teal\tSouth Teal\towl:sameAs\tbeacon:0023\t"
            "semapv:ManualMappingCuration\thttps://example.org/lights/id/identifier/south-teal-list\n"
        ),
    }


def test_a_project_without_such_queries_has_no_links(root: Path) -> None:
    shutil.rmtree(root / "data/links")
    assert derived(root) == Links()


def test_a_query_sees_the_ontology_with_the_records(root: Path) -> None:
    change(
        root / QUERY,
        "?see_also skos:notation ?number .",
        "?see_also skos:notation ?number . ?class a owl:Class . ?subject_id a ?class .",
    )
    assert len(derived(root).triples) == 2


def test_rows_that_differ_in_what_they_say_beside_are_one_link(root: Path) -> None:
    change(root / QUERY, "?see_also WHERE {", "?see_also ?comment WHERE {\n  VALUES ?comment { 'a' 'b' }")
    links = derived(root)
    assert links.files["links/beacons.nt"].count(b"\n") == 2
    assert links.files["links/beacons.sssom.tsv"].count(b"\nid:") == 4


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "# title:  Lights in the register of made-up beacons\n",
            "",
            f'{QUERY}:1:1: error: no "# title: …" at the head; it says what the links are',
            id="no title",
        ),
        pytest.param(
            "# space:  https://example.net/beacons/\n",
            "# space:\n",
            f'{QUERY}:1:1: error: no "# space: …" at the head; it says what every IRI there begins with',
            id="a space that is not said",
        ),
        pytest.param(
            "# target: https://example.net/beacons\n",
            "# target: beacons\n",
            f'{QUERY}:2:11: error: target: "beacons" is not an absolute IRI',
            id="a target that is no IRI",
        ),
        pytest.param(
            "BIND(owl:sameAs AS ?predicate_id)",
            "BIND(owl:sameAs AS predicate_id)",
            f"{QUERY}:16:22: error: this is not SPARQL from here on",
            id="a slip of syntax",
        ),
        pytest.param(
            "?subject_id rdfs:label",
            "SERVICE <https://example.net/> { ?a ?b ?c } ?subject_id rdfs:label",
            f"{QUERY}:1:1: error: No other endpoint is asked from here: SERVICE is not taken.",
            id="a question to another endpoint",
        ),
        pytest.param(
            f"{SELECT} ?see_also WHERE",
            "CONSTRUCT { ?subject_id ?predicate_id ?object_id } WHERE",
            f"{QUERY}:1:1: error: links are rows; write SELECT, and a variable for each slot of SSSOM",
            id="another form of query",
        ),
        pytest.param(
            "SELECT ?subject_id ?subject_label",
            "SELECT ?subject_id",
            f"{QUERY}:13:1: error: no ?subject_label here; a link has subject_id, subject_label,"
            " predicate_id, object_id, mapping_justification",
            id="a slot that is missing",
        ),
        pytest.param(
            "?see_also",
            "?see_allso",
            f'{QUERY}:13:83: error: ?see_allso is no slot of a link in SSSOM; did you mean "see_also"?',
            id="a variable that is no slot",
        ),
        pytest.param(
            "?see_also WHERE {",
            "?object_source WHERE {",
            f"{QUERY}:13:83: error: the head and the dataset say ?object_source; leave it out here",
            id="a slot that the head says",
        ),
        pytest.param(
            "?subject_id rdfs:label ?subject_label ; adms:identifier ?see_also .",
            "?subject_id adms:identifier ?see_also . OPTIONAL { ?subject_id skos:altLabel ?subject_label }",
            f"{QUERY}:13:20: error: ?subject_label has no value in the row of {KESTREL}; and so in 1 more",
            id="rows without a label",
        ),
        pytest.param(
            "IRI(CONCAT(STR(beacon:), ?number))",
            "IRI(?nothing)",
            f"{QUERY}:13:49: error: ?object_id has no value in the row of {KESTREL}; and so in 1 more",
            id="rows without an object",
        ),
        pytest.param(
            "IRI(CONCAT(STR(beacon:), ?number))",
            "CONCAT(STR(beacon:), ?number)",
            f'{QUERY}:13:49: error: ?object_id is "https://example.net/beacons/0017" in the row of {KESTREL},'
            " and has to be an IRI; and so in 1 more",
            id="an object that is text",
        ),
        pytest.param(
            "BIND(owl:sameAs AS ?predicate_id)",
            'BIND("sameAs" AS ?predicate_id)',
            f'{QUERY}:13:35: error: ?predicate_id is "sameAs" in the row of {KESTREL}, and has to be an IRI;'
            " and so in 1 more",
            id="a predicate that is text",
        ),
        pytest.param(
            "?subject_id rdfs:label ?subject_label ;",
            "BIND(rdfs:label AS ?subject_label) ?subject_id",
            f"{QUERY}:13:20: error: ?subject_label is {RDFS.label.n3()} in the row of {KESTREL}, and has"
            " to be text; and so in 1 more",
            id="a label that is an IRI",
        ),
        pytest.param(
            "STR(beacon:)",
            'STR("https://example.net/bacons/")',
            f"{QUERY}:13:49: error: ?object_id is <https://example.net/bacons/0017>, and does not begin with"
            " the space of the target, <https://example.net/beacons/>; and so in 1 more",
            id="an object in another space",
        ),
        pytest.param(
            "owl:sameAs",
            "skos:exactMatch",
            f"{QUERY}:13:35: error: ?predicate_id is {SKOS.exactMatch.n3()}, which nothing declares; do so in"
            " ontology/imports/; and so in 1 more",
            id="a property that nothing declares",
        ),
        pytest.param(
            "?subject_id rdfs:label ?subject_label ; adms:identifier ?see_also .",
            "?it rdfs:label ?subject_label ; adms:identifier ?see_also ."
            ' BIND(IRI(REPLACE(STR(?it), "lighthouse", "tower")) AS ?subject_id)',
            f"{QUERY}:13:8: error: ?subject_id is <{LIGHTS}id/tower/kestrel-point>, which no record defines;"
            " and so in 1 more",
            id="a subject that is not there",
        ),
        pytest.param(
            "PREFIX net: <https://example.net/>\n",
            "",
            f"{QUERY}:12:1: error: no PREFIX here begins <https://example.net/beacons>, so that the table"
            " cannot name it",
            id="no prefix for the target",
        ),
        pytest.param(
            "PREFIX org: <https://example.org/>\n",
            "",
            f"{QUERY}:12:1: error: no PREFIX here begins <https://example.org/lights/>, so that the table"
            " cannot name it",
            id="no prefix for the dataset",
        ),
        pytest.param(
            "?see_also skos:notation ?number .",
            '?see_also skos:notation ?number . FILTER(?number = "none")',
            f"{QUERY}:13:1: warning: this finds no link",
            id="nothing found",
        ),
    ],
)
def test_a_fault(root: Path, old: str, new: str, expected: str) -> None:
    change(root / QUERY, old, new)
    assert problems(root) == [expected]
    links = derived(root)
    assert (links.linksets, links.files) == ([], {})


def test_what_a_record_says_is_not_derived_as_well(root: Path) -> None:
    key = f'"same": {{"@id": "{OWL.sameAs}", "@type": "@id"}},'
    change(
        root / "ontology/context.jsonld",
        '"notation": "skos:notation",',
        f'"notation": "skos:notation", {key}',
    )
    change(
        root / "data/lighthouses/south-teal.yaml",
        "label: South Teal\n",
        "label: South Teal\nsame: https://example.net/beacons/0023\n",
    )
    assert problems(root) == [
        f"{QUERY}:13:8: error: data/lighthouses/south-teal.yaml:4 says it already: lighthouse/south-teal same"
        " https://example.net/beacons/0023; let one of the two say it"
    ]


def test_two_queries_do_not_derive_one_link(root: Path) -> None:
    shutil.copy(root / QUERY, root / "data/links/towers.rq")
    assert problems(root) == [
        "data/links/towers.rq:13:8: error: data/links/beacons.rq:13 says it already: lighthouse/kestrel-point"
        " http://www.w3.org/2002/07/owl#sameAs https://example.net/beacons/0017; let one of the two say it;"
        " and so in 1 more"
    ]
    assert [linkset.name for linkset in derived(root).linksets] == ["beacons"]


def test_a_table_names_its_licence(root: Path) -> None:
    change(root / "data/dataset.yaml", "licence: https://creativecommons.org/licenses/by/4.0/\n", "")
    assert problems(root) == [
        "data/dataset.yaml:1:5: error: no <http://purl.org/dc/terms/license> here; a table of links names its"
        " licence"
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"# title: \xff\n", "byte 10 is not UTF-8; save the file as UTF-8", id="not text"),
        pytest.param(None, "this is not a file", id="a folder"),
    ],
)
def test_a_file_that_cannot_be_read(root: Path, content: bytes | None, message: str) -> None:
    path = root / "data/links/towers.rq"
    path.mkdir() if content is None else path.write_bytes(content)
    assert problems(root) == [f"data/links/towers.rq:1:1: error: {message}"]


def test_queries_are_not_asked_of_records_with_errors(root: Path) -> None:
    change(root / QUERY, "owl:sameAs AS", "skos:exactMatch AS")
    change(root / "data/lighthouses/south-teal.yaml", "label: South Teal\n", "lable: South Teal\n")
    assert derived(root) == Links()


def test_the_caller_may_know_that_records_are_not_sound(root: Path) -> None:
    assert derive(Project.read(root), sound=False) == Links()


def test_validation_tells_what_is_wrong_with_links(root: Path) -> None:
    change(root / QUERY, "owl:sameAs AS", "skos:exactMatch AS")
    report = validate(Project.read(root))
    assert [problem for problem in map(str, report.problems) if "links" in problem] == problems(root)
    assert report.links.linksets == []


# The real data.


@pytest.fixture(scope="module")
def description(real_release: Release) -> Graph:
    return Graph().parse(data=real_release.read("description.ttl"), format="turtle")


@cache
def identifiers(real: Path) -> Counter[str]:
    """How many identifiers of each scheme the files have, counted without the program."""
    found: Counter[str] = Counter()
    stack = [yaml.safe_load(path.read_text()) for path in (real / "data").rglob("*.yaml")]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if node.get("type") == "Identifier":
                found[node["identifierScheme"].removeprefix("identifier-scheme/")] += 1
            stack += node.values()
        elif isinstance(node, list):
            stack += node
    return found


def table(release: Release, name: str) -> list[dict[str, str]]:
    lines = release.read(f"links/{name}.sssom.tsv").decode().splitlines(keepends=True)
    return list(csv.DictReader((line for line in lines if line[0] != "#"), delimiter="\t"))


TARGETS = {
    "doi": "doi",
    "eurovoc": "eurovoc",
    "geonames": "geonames",
    "gss": "gss",
    "mesh": "mesh",
    "pmc": "pmcid",
    "pubmed": "pmid",
    "wikidata": "wikidata",
}


def test_every_target_has_its_linkset(real_release: Release, real: Path) -> None:
    names = {Path(name).name.partition(".")[0] for name in real_release.files if name.startswith("links/")}
    assert names == TARGETS.keys() == {path.stem for path in (real / "data/links").iterdir()}


@pytest.mark.parametrize(("name", "scheme"), TARGETS.items())
def test_every_identifier_of_a_scheme_is_a_link(
    real_release: Release, real: Path, name: str, scheme: str
) -> None:
    rows = table(real_release, name)
    assert len(rows) == len({row["see_also"] for row in rows}) == identifiers(real)[scheme] >= 5


@pytest.mark.parametrize("name", TARGETS)
def test_dump_table_graph_and_description_agree(real_release: Release, description: Graph, name: str) -> None:
    dump = {quad.triple for quad in ox.parse(real_release.read(f"links/{name}.nt"), ox.RdfFormat.N_TRIPLES)}
    data = ox.parse(real_release.read("data.nq"), ox.RdfFormat.N_QUADS)
    graph = ox.NamedNode("https://w3id.org/pilotgraph/graph/mappings")
    assert dump <= {quad.triple for quad in data if quad.graph_name == graph}
    links = URIRef(f"https://w3id.org/pilotgraph/#links/{name}")
    assert list(description.objects(links, VOID.triples)) == [Literal(len(dump))]
    parts = [links, *description.objects(links, VOID.subset)]
    said = {
        str(predicate): int(str(description.value(part, VOID.triples)))
        for part in parts
        for predicate in description.objects(part, VOID.linkPredicate)
    }
    assert said == Counter(triple.predicate.value for triple in dump)
    assert len(table(real_release, name)) == len(dump)


def test_the_graph_of_links_holds_nothing_else(real_release: Release) -> None:
    lines = [line for name in TARGETS for line in real_release.read(f"links/{name}.nt").decode().splitlines()]
    graph = "<https://w3id.org/pilotgraph/graph/mappings> ."
    data = real_release.read("data.nq").decode().splitlines()
    assert sorted(line.removesuffix(f" {graph}") + " ." for line in data if line.endswith(graph)) == sorted(
        lines
    )


COVERAGE, REPLACES, FORMAT = DCTERMS.coverage, DCTERMS.replaces, DCTERMS.hasFormat


@pytest.mark.parametrize(
    ("name", "subject", "predicate", "value"),
    [
        pytest.param("gss", "place/cornwall", OWL.sameAs, "E06000052", id="a place is the area of its code"),
        pytest.param(
            "gss", "place/gateshead", REPLACES, "E08000020", id="and has replaced that of a former code"
        ),
        pytest.param("gss", "organisation/nhs-somerset-ccg", COVERAGE, "E38000150", id="a body has an area"),
        pytest.param("geonames", "place/corby", OWL.sameAs, "2652381/", id="a town is the town"),
        pytest.param("mesh", "theme/leadership", SKOS.exactMatch, "D007857", id="a concept matches exactly"),
        pytest.param(
            "mesh", "intervention/reablement", SKOS.broadMatch, "D012046", id="or one that is broader"
        ),
        pytest.param("mesh", "place/england", RDFS.seeAlso, "D004739", id="a place is no concept"),
        pytest.param("eurovoc", "care-sector/social-care", SKOS.closeMatch, "4143", id="nearly the same"),
        pytest.param(
            "wikidata", "organisation/cornwall-council", RDFS.seeAlso, "Q3774189", id="council or area"
        ),
        pytest.param("wikidata", "place/hackney", RDFS.seeAlso, "Q205679", id="a borough"),
        pytest.param("doi", "publication/lewis-2021", OWL.sameAs, "10.5334/ijic.5631", id="the work itself"),
        pytest.param(
            "pubmed", "publication/lewis-2021", FOAF.isPrimaryTopicOf, "34754281/", id="a page about it"
        ),
        pytest.param("pmc", "publication/lewis-2021", FORMAT, "PMC8555475/", id="its text, elsewhere"),
    ],
)
def test_a_predicate_says_what_is_true(
    real_release: Release, description: Graph, name: str, subject: str, predicate: URIRef, value: str
) -> None:
    links = URIRef(f"https://w3id.org/pilotgraph/#links/{name}")
    space = description.value(description.value(links, VOID.objectsTarget), VOID.uriSpace)
    line = f"<https://w3id.org/pilotgraph/id/{subject}> {predicate.n3()} <{space}{value}> .\n"
    assert line in real_release.read(f"links/{name}.nt").decode()


def test_links_break_no_shape(real: Path) -> None:
    """Who holds the dumps against the shapes of the release finds no more than validation does."""
    project = Project.read(real)
    shapes = to_graph(quad for file in project.shapes for quad in file.quads)
    triples = [triple for record in project.records for *triple, _ in record.mapped.statements]
    ontology = [quad for file in (*project.ontology, *project.imports) for quad in file.quads]
    graphs = []
    for more in ((), derive(project).triples):
        text = "".join(f"{' '.join(triple)} .\n" for triple in (*triples, *more))
        graphs.append(to_graph([*formats.parse(text.encode(), formats.N_TRIPLES, ""), *ontology]))
    without, links = (
        Counter(result.shape for result in shacl.results(graph, shapes) if result.shape) for graph in graphs
    )
    assert len(graphs[1]) > len(graphs[0]) + 250
    assert links == without


def test_only_places_and_publications_are_the_same_as_something_of_others(real_release: Release) -> None:
    lines = [line for name in TARGETS for line in real_release.read(f"links/{name}.nt").decode().splitlines()]
    same = [line.split()[0] for line in lines if f" {SAME} " in line]
    kinds = Counter(
        subject.removeprefix("<https://w3id.org/pilotgraph/id/").split("/")[0] for subject in same
    )
    assert kinds.keys() == {"place", "publication"}
    # One place, one area: two codes for one place would be one area with two codes.
    assert [subject for subject, number in Counter(same).items() if number > 1] == []
