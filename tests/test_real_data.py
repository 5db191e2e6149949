"""The real graph against what its sources say, number by number.

Expected figures are written from the sources (the paper's Table 1, NHS England's lists, the
profile of the model types), not from the output.
"""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import DCTERMS, RDF, RDFS, Graph, Namespace, URIRef

from pilotgraph.app import create_app
from pilotgraph.downloads.archive import Archive
from pilotgraph.downloads.records import read_history, records
from pilotgraph.formats import RESULT_FORMATS
from pilotgraph.release import Release
from pilotgraph.store import LocalStore, Query

PREFIXES = """
PREFIX pg: <https://w3id.org/pilotgraph/ontology#>
PREFIX id: <https://w3id.org/pilotgraph/id/>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX adms: <http://www.w3.org/ns/adms#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX void: <http://rdfs.org/ns/void#>
"""
PG = Namespace("https://w3id.org/pilotgraph/ontology#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
QUESTIONS = sorted((Path(__file__).parents[1] / "data" / "queries").glob("*.rq"))
CSV = next(format for format in RESULT_FORMATS if format.media_type == "text/csv")

Ask = Callable[[str], list[list[str]]]


@pytest.fixture(scope="module")
def ask(real_release: Release) -> Ask:
    """Answer a query on the real graph with its rows, as texts."""
    store = LocalStore(real_release)

    def rows(query: str) -> list[list[str]]:
        answer = store.query(Query(PREFIXES + query, solutions=CSV))
        return list(csv.reader(io.StringIO(answer.content.decode())))[1:]

    return rows


def test_the_evaluated_vanguards_by_model_type(ask: Ask) -> None:
    question = Path(QUESTIONS[0].parent / "evaluated-vanguards-by-model-type.rq").read_text()
    assert ask(question) == [["EHCH", "6"], ["MCP", "14"], ["PACS", "9"]]


@pytest.mark.parametrize(
    ("wave", "sites"),
    [
        pytest.param("wave/icp-1", 16, id="sixteen integrated care pilots"),
        pytest.param("wave/pioneers-1", 14, id="fourteen pioneers in the first wave"),
        pytest.param("wave/pioneers-2", 11, id="eleven pioneers in the second"),
        pytest.param("wave/vanguards-1", 29, id="twenty-nine vanguards in March 2015"),
        pytest.param("wave/vanguards-2", 8, id="eight urgent care vanguards in July 2015"),
        pytest.param("wave/vanguards-3", 13, id="thirteen acute care vanguards in September 2015"),
    ],
)
def test_a_wave_has_its_sites(ask: Ask, wave: str, sites: int) -> None:
    base = "https://w3id.org/pilotgraph/id/"
    assert ask(f"SELECT (COUNT(?s) AS ?n) {{ ?s a pg:PilotSite ; pg:wave <{base}{wave}> }}") == [[str(sites)]]


def test_each_site_is_in_the_programme_of_its_wave(ask: Ask) -> None:
    wrong = "SELECT ?s { ?s pg:wave ?w ; pg:programme ?p . FILTER NOT EXISTS { ?w pg:programme ?p } }"
    assert ask(wrong) == []
    assert ask("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s a pg:PilotSite }") == [["91"]]


def test_the_twenty_one_urgent_and_acute_care_vanguards_are_outside_the_evaluations(ask: Ask) -> None:
    rows = ask(
        """SELECT ?type (COUNT(?s) AS ?n) {
             ?s pg:inEvaluationScope false ; pg:modelType/pg:abbreviation ?type
           } GROUP BY ?type ORDER BY ?type"""
    )
    assert rows == [["ACC", "13"], ["UEC", "8"]]
    assert ask("SELECT (COUNT(?s) AS ?n) { ?s pg:inEvaluationScope true }") == [["70"]]


def test_sources_state_the_lead_of_nine_evaluated_vanguards_and_one_pioneer(ask: Ask) -> None:
    rows = ask(
        """SELECT ?p (COUNT(DISTINCT ?site) AS ?n) {
             ?lead a pg:Lead ; pg:basis <https://w3id.org/pilotgraph/id/basis/stated> ; pg:about ?site .
             ?site pg:inEvaluationScope true ; pg:programme/pg:abbreviation ?p
           } GROUP BY ?p ORDER BY ?p"""
    )
    assert rows == [["Pioneers", "1"], ["Vanguards", "9"]]


def test_twenty_one_areas_overlap_and_all_are_inferred(ask: Ask) -> None:
    # Rushcliffe has two: its sites share the county, and two of them an organisation.
    rows = ask(
        """SELECT ?basis (COUNT(DISTINCT ?o) AS ?n) {
             ?o a pg:Overlap ; pg:overlapBasis ?how ; pg:basis/rdfs:label ?basis
           } GROUP BY ?basis"""
    )
    assert rows == [["inferred", "22"]]


@pytest.mark.parametrize(
    ("model", "minimum", "maximum"),
    [
        pytest.param("PACS", "250000", "300000", id="primary and acute care"),
        pytest.param("MCP", "100000", "300000", id="multispecialty community providers"),
        pytest.param("EHCH", "2500", "200000", id="care homes"),
    ],
)
def test_the_population_range_of_a_model_type(ask: Ask, model: str, minimum: str, maximum: str) -> None:
    query = f"""SELECT ?from ?to {{
      ?o pg:about ?m ; pg:minimum ?from ; pg:maximum ?to . ?m pg:abbreviation "{model}"
    }}"""
    assert [minimum, maximum] in ask(query)


def test_figures_that_disagree_stand_side_by_side(ask: Ask) -> None:
    rows = ask(
        """SELECT DISTINCT ?value {
             ?observation pg:about/pg:programme? <https://w3id.org/pilotgraph/id/programme/pioneers> ;
               pg:measure <https://w3id.org/pilotgraph/id/measure/applications> ; pg:value ?value }"""
    )
    assert {"99", "111"} <= {row[0] for row in rows}


def test_every_claim_has_source_locator_basis_and_status(ask: Ask) -> None:
    rows = ask(
        "SELECT ?claim { ?class rdfs:subClassOf pg:Claim . ?claim a ?class ."
        " FILTER NOT EXISTS { ?claim dcterms:source ?s ; pg:locator ?l ; pg:basis ?b ; adms:status ?t } }"
    )
    assert rows == []
    claims = ask("SELECT (COUNT(?claim) AS ?n) { ?class rdfs:subClassOf pg:Claim . ?claim a ?class }")
    assert int(claims[0][0]) > 100


def test_the_iri_of_a_claim_answers_with_the_claim_and_its_evidence(ask: Ask, real_release: Release) -> None:
    # One of each kind; a Lead, for one, stands in the record of a site, and has an IRI all the same.
    kinds = ask(
        "SELECT ?class (SAMPLE(?claim) AS ?one) { ?class rdfs:subClassOf pg:Claim . ?claim a ?class }"
        " GROUP BY ?class ORDER BY ?class"
    )
    assert len(kinds) == 11
    client = create_app(real_release, LocalStore(real_release)).test_client()
    for kind, claim in kinds:
        path = claim.removeprefix("https://w3id.org/pilotgraph")
        answer = client.get(path, headers={"Accept": "text/turtle"}, follow_redirects=True)
        graph = Graph().parse(data=answer.data, format="turtle")
        node = URIRef(claim)
        assert (node, RDF.type, URIRef(kind)) in graph
        said = (RDFS.label, PG.about, DCTERMS.source, PG.locator, PG.basis, ADMS.status)
        assert [each for each in said if graph.value(node, each) is None] == [], claim
        page = client.get(path, headers={"Accept": "text/html"}, follow_redirects=True).get_data(as_text=True)
        assert str(graph.value(node, PG.locator)).split(":")[0].split("'")[0] in page
        assert str(graph.value(node, DCTERMS.source)).removeprefix("https://w3id.org/pilotgraph") in page


def test_a_question_on_theme_roles_says_which_are_inferred() -> None:
    """Rows of Table 2 stand in a column by inference; no answer may pass them off as one programme's own."""
    asking = [path for path in QUESTIONS if re.search(r"\bpg:ThemeRole\b", path.read_text(encoding="utf-8"))]
    assert len(asking) >= 5
    silent = [path.name for path in asking if "pg:basis" not in path.read_text(encoding="utf-8")]
    assert silent == []


def test_the_rows_of_an_inferred_column_are_marked(ask: Ask) -> None:
    rows = ask(
        """SELECT ?certainty (COUNT(*) AS ?n) {
             ?claim pg:alternativeSubject ?other ; pg:basis <https://w3id.org/pilotgraph/id/basis/inferred> ;
               pg:certainty/rdfs:label ?certainty ; pg:about ?one ; a pg:ThemeRole FILTER(?one != ?other)
           } GROUP BY ?certainty ORDER BY ?certainty"""
    )
    # Nine rows; that on staff engagement and ownership is two claims.
    assert rows == [["leaning", "5"], ["likely", "4"], ["open", "1"]]


def test_nothing_rests_on_memory(real: Path) -> None:
    records = sorted((real / "data").rglob("*.yaml"))
    assert len(records) > 300
    assert [str(path) for path in records if "memory" in path.read_text(encoding="utf-8").lower()] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda path: path.stem)
def test_a_published_question_has_an_answer(ask: Ask, question: Path) -> None:
    assert ask(question.read_text(encoding="utf-8")) != []


def test_there_are_published_questions() -> None:
    assert len(QUESTIONS) >= 15


# The endpoint on itself.

DEFAULT = "<https://w3id.org/pilotgraph/sparql#default-graph>"


def test_no_triple_stands_in_two_graphs_the_ontology_included(ask: Ask) -> None:
    graphs = [row[0] for row in ask("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g")]
    below = "https://w3id.org/pilotgraph/"
    names = ("claims", "description", "identifiers", "mappings", "queries", "records")
    assert graphs == [*(f"{below}graph/{name}" for name in names), f"{below}ontology"]
    twice = "SELECT ?s ?p ?o { GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER(?g != ?h) }"
    assert ask(twice) == []


def test_each_graph_has_as_many_triples_as_is_said(ask: Ask) -> None:
    said = ask("SELECT ?g ?n { ?set sd:namedGraph/sd:name ?g . ?g void:triples ?n } ORDER BY ?g")
    found = ask("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g")
    assert said == found
    assert ask(f"SELECT ?n {{ {DEFAULT} void:triples ?n }}") == ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")


@pytest.mark.parametrize(
    ("whole", "pattern"),
    [
        pytest.param("?g", "GRAPH ?g { ?s ?p ?o }", id="of each named graph"),
        pytest.param(DEFAULT, "?s ?p ?o", id="of the default graph"),
    ],
)
def test_each_property_and_class_has_as_many_as_is_said(ask: Ask, whole: str, pattern: str) -> None:
    graph = "?g " if whole == "?g" else ""
    known = "?set sd:namedGraph/sd:name ?g ." if graph else ""
    for said, found in (
        (
            f"SELECT {graph}?p ?n ?d {{ {known} {whole} void:propertyPartition ?part ."
            " ?part void:property ?p ; void:triples ?n ; void:distinctSubjects ?d }",
            f"SELECT {graph}?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?d) {{ {pattern} }}"
            f" GROUP BY {graph}?p",
        ),
        (
            f"SELECT {graph}?class ?n {{ {known} {whole} void:classPartition ?part ."
            " ?part void:class ?class ; void:entities ?n }",
            f"SELECT {graph}(?o AS ?class) (COUNT(*) AS ?n) {{ VALUES ?p {{ rdf:type }} {pattern}"
            f" FILTER(ISIRI(?o)) }} GROUP BY {graph}?o",
        ),
    ):
        rows = ask(said)
        assert len(rows) > 50
        assert sorted(rows) == sorted(ask(found))


def test_the_dataset_is_its_data_and_not_what_is_said_of_it(ask: Ask, real_release: Release) -> None:
    ((triples,),) = ask("SELECT ?n { <https://w3id.org/pilotgraph/> void:triples ?n }")
    assert int(triples) == len(real_release.read("data.nq").splitlines())
    subsets = ask(
        "SELECT (SUM(?n) AS ?all) {"
        " <https://w3id.org/pilotgraph/> void:subset ?g . ?g a sd:Graph ; void:triples ?n }"
    )
    assert subsets == [[triples]]


def test_each_published_question_can_be_asked_for(ask: Ask) -> None:
    rows = ask(
        "SELECT ?query ?words ?text { ?query a sh:SPARQLExecutable ; rdfs:comment ?words ;"
        " sh:select|sh:ask|sh:construct ?text }"
    )
    below = "https://w3id.org/pilotgraph/queries/"
    texts = {f"{below}{path.stem}": path.read_text(encoding="utf-8") for path in QUESTIONS}
    assert {query: text.replace("\r\n", "\n") for query, _, text in rows} == texts
    assert [query for query, words, text in rows if words[:40] not in text.split("\n")[0]] == []


def test_a_search_of_labels_finds_things_and_terms_only(ask: Ask) -> None:
    below = "https://w3id.org/pilotgraph/graph/"
    about = f"VALUES ?g {{ <{below}description> <{below}queries> }}"
    rows = ask(f"SELECT DISTINCT ?s {{ {about} GRAPH ?g {{ ?s rdfs:label ?label }} }}")
    assert rows == [["https://w3id.org/pilotgraph/id/agent/maintainers"]]


def test_every_iri_of_ours_in_any_file_of_the_release_leads_somewhere(real_release: Release) -> None:
    base = "https://w3id.org/pilotgraph/"
    files = [each for each in real_release.files if re.fullmatch(r"[\w-]+\.ttl", each)]
    assert len(files) > 8
    named = {
        term.value.partition("#")[0]
        for name in files
        for triple in ox.parse(real_release.read(name), ox.RdfFormat.TURTLE)
        for term in triple
        if isinstance(term, ox.NamedNode) and term.value.startswith(base)
    }
    assert len(named) > 3_000
    client = create_app(real_release, LocalStore(real_release)).test_client()
    accept = {"Accept": "text/turtle, text/html;q=0.1"}
    lost = {}
    for iri in named:
        # That documents of things are there is known from where each is led to.
        with client.get(
            iri.removeprefix(base[:-1]), headers=accept, follow_redirects=not iri.startswith(f"{base}id/")
        ) as response:
            if response.status_code not in (200, 303):
                lost[iri] = response.status_code
    assert lost == {}


def test_a_version_on_record_is_built_as_it_was_published(real_release: Release) -> None:
    """Who changes what a release holds writes a new version into dataset.yaml, which is not on record yet."""
    known = records(read_history(real_release), "https://w3id.org/pilotgraph/")
    assert known
    assert all(each.content for each in known)
    assert not Archive(real_release, known).differs
