"""A valid project -> the files of a release, as bytes: dumps, tables, descriptions, and what they rest on.

The order matters: what describes files is written after them, what counts the description after it, and the
history last, as it tells of all the others.
"""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

import pyoxigraph as ox
from rdflib import DCTERMS, Graph

from pilotgraph import formats
from pilotgraph.counts import Triple
from pilotgraph.dcat_ap import PREFIXES as PORTAL_PREFIXES
from pilotgraph.dcat_ap import add_history, add_standard, catalogue, write_json_ld
from pilotgraph.description import DCAT, add_linksets, add_quality, describe
from pilotgraph.distributions import add_dumps, add_tables
from pilotgraph.dumps import MOST_BYTES, dumps
from pilotgraph.errors import ReleaseRefused
from pilotgraph.executables import describe_questions
from pilotgraph.formats import N_QUADS, N_TRIPLES, RDF_XML, TURTLE
from pilotgraph.graphs import NamedGraphs
from pilotgraph.mapping import n_quads
from pilotgraph.project import Project
from pilotgraph.provenance import FILE as PROVENANCE
from pilotgraph.provenance import Origin, activity_iri, provenance, software_versions
from pilotgraph.quality import assess
from pilotgraph.released import history, records
from pilotgraph.released.records import Recorded
from pilotgraph.service_description import PREFIXES, add_service
from pilotgraph.sources import CONTEXT, TurtleFile
from pilotgraph.tables import About, Tables, tables
from pilotgraph.validation import Report

# The report on the record, for people and for machines.
RECORD = "record.md", "record.ttl"


def contents(
    project: Project, report: Report, named: NamedGraphs, origin: Origin, recorded: Sequence[Recorded]
) -> dict[str, bytes]:
    """Write all files of a release but its pictures, by path.

    :param report: of the same project, in which nothing stops a release.
    :param recorded: what is on record, oldest first; the last may be this release itself.
    :raises ReleaseRefused: if two graphs would hold the same triple.
    """
    prefixes = PREFIXES | project.context.prefixes
    ontology, shapes = _merge((*project.ontology, *project.imports)), _merge(project.shapes)
    questions = describe_questions(project.iri, project.questions, project.context, prefixes)
    # Each graph that is about the data; that of the description comes last, as it counts itself.
    about: dict[str, Iterable[ox.Triple]] = {project.vocabulary.removesuffix("#"): ontology}
    if named.queries:
        about[named.queries] = _triples(questions)
    quality = assess(project, report.graph, report.links.triples)
    figures = quality.graph(project.iri)

    dumped = dumps(named.data, about, prefixes, project.base, MOST_BYTES)
    description = _describe(project, named, ontology, recorded)
    tabled = _tables(project, named, ontology, shapes)
    add_dumps(description, project.iri, dumped)
    add_tables(description, project.iri, tabled)
    add_linksets(description, project.iri, report.links.linksets)
    add_quality(description, project.iri, figures, RECORD)
    graphs = {**named.data} | {name: _as_stored(triples) for name, triples in about.items()}
    add_service(description, project.iri, named.description, graphs)
    graphs[named.description] = _as_stored(_triples(description))
    if twice := list(named.overlaps(graphs)):
        raise ReleaseRefused(sorted(twice))

    def turtle(graph: Graph | Iterable[ox.Triple]) -> bytes:
        triples = _triples(graph) if isinstance(graph, Graph) else graph
        return formats.serialize(triples, TURTLE, prefixes)

    version = project.said(DCAT.version)
    made = provenance(project.iri, version, project.inputs, origin, software_versions())
    stored = {name: graphs[name] for name in (named.description, named.queries) if name}
    files = {
        **{path: content for each in dumped for path, content in each.files.items()},
        **tabled.files,
        **_catalogue(description, project.iri, prefixes),
        "ontology.ttl": turtle(ontology),
        "shapes.ttl": turtle(shapes),
        "context.jsonld": (project.root / CONTEXT).read_bytes(),
        RECORD[0]: quality.markdown().encode(),
        RECORD[1]: turtle(figures),
        PROVENANCE: turtle(made),
        "report.ttl": turtle(report.graph),
        "description.ttl": turtle(description + questions),
        "description.nq": n_quads(stored),
        **{f"guide/{PurePosixPath(each.path).name}": each.text.encode() for each in project.chapters},
        **{f"queries/{question.name}.rq": question.text.encode() for question in project.questions},
        **report.links.files,
    }
    return files | history.files(project, recorded, files)


def _describe(
    project: Project, named: NamedGraphs, ontology: Iterable[ox.Triple], recorded: Sequence[Recorded]
) -> Graph:
    """What is said of the dataset before its files are known."""
    statements = ((s, p, o) for s, p, o, _ in project.dataset.mapped.statements)
    description = describe(project.iri, statements, named.data)
    add_standard(description, project.iri, ontology, project.vocabulary.removesuffix("#"))
    version = project.said(DCAT.version)
    place = records.order(version)
    before = (each for each in reversed(recorded) if records.order(each.version) < place)
    earlier = [(each.iri, each.version, each.issued) for each in before]
    add_history(description, project.iri, activity_iri(project.iri, version), earlier)
    return description


def _tables(
    project: Project,
    named: NamedGraphs,
    ontology: Iterable[ox.Triple],
    shapes: Iterable[ox.Triple],
) -> Tables:
    title = project.title
    language = (title and title.language) or "en"
    licence = project.said(DCTERMS.license)
    shared = About(project.iri, title.value if title else project.iri, licence, language, MOST_BYTES)
    data = (quad.triple for quad in formats.parse(n_quads(named.data), N_QUADS, project.base))
    return tables(data, ontology, shapes, project.context, shared)


def _catalogue(description: Graph, dataset: str, prefixes: dict[str, str]) -> dict[str, bytes]:
    portals, known = catalogue(description, dataset), PORTAL_PREFIXES | prefixes
    return {
        "catalog.ttl": formats.serialize(_triples(portals), TURTLE, known),
        "catalog.rdf": formats.serialize(_triples(portals), RDF_XML, known),
        "catalog.jsonld": write_json_ld(portals, known),
    }


def _as_stored(triples: Iterable[ox.Triple]) -> set[Triple]:
    """Write what is no data as the store will: it takes `"5"^^xsd:nonNegativeInteger` for an integer."""
    store = ox.Store()
    store.bulk_extend(ox.Quad(*triple) for triple in triples)
    return {(str(quad.subject), str(quad.predicate), str(quad.object)) for quad in store}


def _merge(files: Iterable[TurtleFile]) -> set[ox.Triple]:
    return {quad.triple for file in files for quad in file.quads}


def _triples(graph: Graph) -> list[ox.Triple]:
    content = graph.serialize(format="nt", encoding="utf-8")
    return [quad.triple for quad in formats.parse(content, N_TRIPLES, "")]
