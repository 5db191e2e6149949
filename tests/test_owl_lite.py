"""The ontologies are OWL Lite, and a reasoner finds nothing wrong with them and their data.

The walk takes the merge of an ontology and its imports as triples and names each thing that the
OWL 1 Reference, section 8.3 <https://www.w3.org/TR/owl-ref/#OWLLite>, and section 8.2 on which it
builds, do not allow.  From OWL 2 we take owl:versionIRI and owl:deprecated.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import owlready2
import pytest
from rdflib import OWL, RDF, RDFS, XSD, BNode, Graph, Literal, Node, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DefinedNamespace

from conftest import merged_ontology, n_triples, read
from pilotgraph.links import derive
from pilotgraph.mapping import lines


def _terms(namespace: type[DefinedNamespace], names: str) -> set[Node]:
    return {namespace[name] for name in names.split()}


PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.OntologyProperty)
KINDS = (OWL.Class, *PROPERTY_KINDS)
CHARACTERISTICS = (OWL.TransitiveProperty, OWL.SymmetricProperty, OWL.InverseFunctionalProperty)
CARDINALITIES = (OWL.cardinality, OWL.minCardinality, OWL.maxCardinality)
QUANTIFIERS = (OWL.someValuesFrom, OWL.allValuesFrom)
NAMES = {*KINDS, *CHARACTERISTICS, *CARDINALITIES, *QUANTIFIERS} | _terms(
    OWL,
    "AllDifferent DeprecatedClass DeprecatedProperty FunctionalProperty Nothing Ontology Restriction Thing"
    " backwardCompatibleWith deprecated differentFrom distinctMembers equivalentClass equivalentProperty"
    " imports incompatibleWith intersectionOf inverseOf onProperty priorVersion sameAs versionIRI"
    " versionInfo",
)
DATATYPES = {RDFS.Literal, RDF.XMLLiteral} | _terms(
    XSD,
    "NCName NMTOKEN Name anyURI base64Binary boolean byte date dateTime decimal double float gDay gMonth"
    " gMonthDay gYear gYearMonth hexBinary int integer language long negativeInteger nonNegativeInteger"
    " nonPositiveInteger normalizedString positiveInteger short string time token unsignedByte unsignedInt"
    " unsignedLong unsignedShort",
)
BUILT_IN = tuple(str(namespace) for namespace in (OWL, RDF, RDFS))


def outside_owl_lite(graph: Graph) -> list[str]:
    """Name everything in a merged ontology that is not OWL Lite."""
    return sorted({f"{_name(graph, where)} {what}" for where, what in _walk(graph)})


def _walk(graph: Graph) -> Iterator[tuple[Node, str]]:
    yield from _vocabulary(graph)
    yield from _declarations(graph)
    yield from _classes(graph)
    yield from _restrictions(graph)
    yield from _properties(graph)
    yield from _individuals(graph)


def _vocabulary(graph: Graph) -> Iterator[tuple[Node, str]]:
    for triple in graph:
        for term in triple:
            if str(term).startswith(str(OWL)) and term not in NAMES:
                yield triple[0], f"uses {_name(graph, term)}, which OWL Lite does not have"


def _declarations(graph: Graph) -> Iterator[tuple[Node, str]]:
    for term in set(graph.subjects(RDF.type)):
        kinds = sorted(_name(graph, kind) for kind in KINDS if (term, RDF.type, kind) in graph)
        individual = any(kind not in NAMES and kind != RDF.List for kind in graph.objects(term, RDF.type))
        if individual:
            kinds.append("an individual")
        if len(kinds) > 1:
            yield term, f"is of several kinds: {', '.join(kinds)}"
    for subject, predicate, value in graph:
        if not str(predicate).startswith(BUILT_IN) and not _kinds(graph, predicate):
            yield subject, f"has {_name(graph, predicate)}, which is not declared as a property"
        if predicate == RDF.type and not str(value).startswith(BUILT_IN) and not _is_class(graph, value):
            yield subject, f"has the type {_name(graph, value)}, which is not declared as a class"


def _classes(graph: Graph) -> Iterator[tuple[Node, str]]:
    for relation in (RDFS.subClassOf, OWL.equivalentClass):
        for subject, value in graph.subject_objects(relation):
            if not _is_class(graph, subject):
                yield subject, f"has {_name(graph, relation)} and is not a named class"
            if not _is_class(graph, value) and not _is_restriction(graph, value):
                name = _name(graph, relation)
                yield subject, f"has {name} with neither a named class nor a restriction"
    for subject, members in graph.subject_objects(OWL.intersectionOf):
        parts = list(Collection(graph, members))
        if not _is_class(graph, subject):
            yield subject, "has owl:intersectionOf and is not a named class"
        if len(parts) < 2:
            yield subject, "has owl:intersectionOf with fewer than two parts"
        if any(not _is_class(graph, part) and not _is_restriction(graph, part) for part in parts):
            yield subject, "has owl:intersectionOf with neither a named class nor a restriction"


def _restrictions(graph: Graph) -> Iterator[tuple[Node, str]]:
    for node in {term for term in graph.all_nodes() if isinstance(term, BNode)}:
        if not _is_restriction(graph, node) and (node, RDF.first, None) not in graph:
            yield node, "is neither a restriction nor a list"
    for restriction in graph.subjects(RDF.type, OWL.Restriction):
        on = list(graph.objects(restriction, OWL.onProperty))
        limits = [(p, o) for p, o in graph.predicate_objects(restriction) if p in CARDINALITIES + QUANTIFIERS]
        if len(on) != 1 or not set(_kinds(graph, on[0])) & {OWL.ObjectProperty, OWL.DatatypeProperty}:
            yield restriction, "is not on one object or datatype property"
        if len(limits) != 1:
            yield restriction, "does not have one constraint"
        for constraint, value in limits:
            if constraint in CARDINALITIES:
                if value not in [Literal(n, datatype=XSD.nonNegativeInteger) for n in (0, 1)]:
                    yield restriction, f"has the cardinality {value}, not 0 or 1 as xsd:nonNegativeInteger"
                if any((each, RDF.type, OWL.TransitiveProperty) in graph for each in on):
                    yield restriction, "limits how many values a transitive property has"
            elif not _fits_range(graph, on, value):
                name = _name(graph, value)
                yield restriction, f"has {_name(graph, constraint)} with {name}, which does not fit"


def _properties(graph: Graph) -> Iterator[tuple[Node, str]]:
    for characteristic in CHARACTERISTICS:
        for term in graph.subjects(RDF.type, characteristic):
            if OWL.ObjectProperty not in _kinds(graph, term):
                yield term, f"is an {_name(graph, characteristic)} and not an object property"
    for term in graph.subjects(RDF.type, OWL.FunctionalProperty):
        if not set(_kinds(graph, term)) & {OWL.ObjectProperty, OWL.DatatypeProperty}:
            yield term, "is functional and neither an object nor a datatype property"
        if (term, RDF.type, OWL.TransitiveProperty) in graph:
            yield term, "is functional and transitive"
    for relation in (RDFS.domain, RDFS.range):
        for term, value in graph.subject_objects(relation):
            if OWL.AnnotationProperty in _kinds(graph, term):
                yield term, f"is an annotation property with {_name(graph, relation)}"
            elif relation == RDFS.domain and not _is_class(graph, value):
                yield term, f"has the domain {_name(graph, value)}, which is not a named class"
            elif relation == RDFS.range and not _fits_range(graph, [term], value):
                yield term, f"has the range {_name(graph, value)}, which does not fit"
    for relation in (RDFS.subPropertyOf, OWL.equivalentProperty, OWL.inverseOf):
        allowed = PROPERTY_KINDS[:1] if relation == OWL.inverseOf else PROPERTY_KINDS[:2]
        for term, other in graph.subject_objects(relation):
            kinds = _kinds(graph, term)
            if kinds != _kinds(graph, other) or not set(kinds) & set(allowed):
                yield (
                    term,
                    f"has {_name(graph, relation)} with {_name(graph, other)}, which is of another kind",
                )


def _individuals(graph: Graph) -> Iterator[tuple[Node, str]]:
    for subject, predicate, value in graph:
        kinds = _kinds(graph, predicate)
        if OWL.ObjectProperty in kinds and isinstance(value, Literal):
            yield subject, f"has a literal for the object property {_name(graph, predicate)}"
        if OWL.DatatypeProperty in kinds and not isinstance(value, Literal):
            yield subject, f"has no literal for the datatype property {_name(graph, predicate)}"


def _kinds(graph: Graph, term: Node) -> list[URIRef]:
    return [kind for kind in PROPERTY_KINDS if (term, RDF.type, kind) in graph]


def _is_class(graph: Graph, term: Node) -> bool:
    return isinstance(term, URIRef) and ((term, RDF.type, OWL.Class) in graph or term == OWL.Thing)


def _is_restriction(graph: Graph, term: Node) -> bool:
    return isinstance(term, BNode) and (term, RDF.type, OWL.Restriction) in graph


def _fits_range(graph: Graph, properties: list[Node], value: Node) -> bool:
    of_data = any(OWL.DatatypeProperty in _kinds(graph, term) for term in properties)
    return value in DATATYPES if of_data else _is_class(graph, value)


def _name(graph: Graph, term: Node) -> str:
    return "a blank node" if isinstance(term, BNode) else graph.namespace_manager.normalizeUri(str(term))


@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_the_merge_of_ontology_and_imports_is_owl_lite(project: str, request: pytest.FixtureRequest) -> None:
    graph = merged_ontology(request.getfixturevalue(project))
    assert len(set(graph.subjects(RDF.type, OWL.Class))) >= 4
    assert len(set(graph.subjects(RDF.type, OWL.ObjectProperty))) >= 4
    assert outside_owl_lite(graph) == []


PREFIXES = """
@prefix : <https://example.org/mini#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:Bridge a owl:Class .
:River a owl:Class .
:crosses a owl:ObjectProperty .
:span a owl:DatatypeProperty .
:remark a owl:AnnotationProperty .
"""


def test_all_of_owl_lite_is_let_through() -> None:
    text = """
    <https://example.org/mini> a owl:Ontology ; owl:versionInfo "1" .
    :Viaduct a owl:Class ; rdfs:subClassOf :Bridge , [ a owl:Restriction ; owl:onProperty :crosses ;
        owl:maxCardinality "0"^^xsd:nonNegativeInteger ] .
    :RiverBridge a owl:Class ; owl:intersectionOf ( :Bridge [ a owl:Restriction ; owl:onProperty :crosses ;
        owl:someValuesFrom :River ] ) .
    :Brook a owl:Class ; owl:equivalentClass :River ; owl:deprecated true .
    :within a owl:ObjectProperty , owl:TransitiveProperty ; rdfs:domain :Bridge ; rdfs:range owl:Thing .
    :crossedBy a owl:ObjectProperty ; owl:inverseOf :crosses .
    :mainSpan a owl:DatatypeProperty , owl:FunctionalProperty ; rdfs:subPropertyOf :span ;
        rdfs:range xsd:decimal .
    :forth a :Bridge ; :mainSpan 521.3 ; :crosses :firth ; :remark "red" .
    """
    assert outside_owl_lite(Graph().parse(data=PREFIXES + text, format="turtle")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            ":Water a owl:Class ; owl:unionOf ( :River :Bridge ) .",
            [":Water uses owl:unionOf, which OWL Lite does not have"],
            id="a union",
        ),
        pytest.param(
            ":Few a owl:Class ; owl:oneOf ( :forth :tay ) .",
            [":Few uses owl:oneOf, which OWL Lite does not have"],
            id="an enumeration",
        ),
        pytest.param(
            ":River owl:disjointWith :Bridge .",
            [":River uses owl:disjointWith, which OWL Lite does not have"],
            id="disjoint classes",
        ),
        pytest.param(
            ":Bridge owl:complementOf :River .",
            [":Bridge uses owl:complementOf, which OWL Lite does not have"],
            id="a complement",
        ),
        pytest.param(
            ":Bridge rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :crosses ; owl:hasValue :tay ] .",
            [
                "a blank node does not have one constraint",
                "a blank node uses owl:hasValue, which OWL Lite does not have",
            ],
            id="a value in a restriction",
        ),
        pytest.param(
            ":span rdfs:range [ a owl:DataRange ; owl:oneOf ( 1 2 ) ] .",
            [
                ":span has the range a blank node, which does not fit",
                "a blank node is neither a restriction nor a list",
                "a blank node uses owl:DataRange, which OWL Lite does not have",
                "a blank node uses owl:oneOf, which OWL Lite does not have",
            ],
            id="a data range",
        ),
        pytest.param(
            ":Bridge owl:hasKey ( :span ) .",
            [":Bridge uses owl:hasKey, which OWL Lite does not have"],
            id="a key, which is of OWL 2",
        ),
        pytest.param(
            ":Bridge rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :crosses ;"
            ' owl:maxCardinality "2"^^xsd:nonNegativeInteger ] .',
            ["a blank node has the cardinality 2, not 0 or 1 as xsd:nonNegativeInteger"],
            id="a cardinality of two",
        ),
        pytest.param(
            ":Bridge rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :crosses ; owl:cardinality 1 ] .",
            ["a blank node has the cardinality 1, not 0 or 1 as xsd:nonNegativeInteger"],
            id="a cardinality that is an xsd:integer",
        ),
        pytest.param(
            ":Bridge rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty :crosses ; owl:allValuesFrom xsd:string ] .",
            ["a blank node has owl:allValuesFrom with xsd:string, which does not fit"],
            id="a datatype for an object property",
        ),
        pytest.param(
            ":Bridge rdfs:subClassOf"
            " [ a owl:Restriction ; owl:onProperty :remark ; owl:someValuesFrom :River ] .",
            ["a blank node is not on one object or datatype property"],
            id="a restriction on an annotation property",
        ),
        pytest.param(
            "[] a owl:Restriction ; owl:onProperty :crosses ; owl:someValuesFrom :River ;"
            " rdfs:subClassOf :Bridge .",
            ["a blank node has rdfs:subClassOf and is not a named class"],
            id="a restriction as a subclass",
        ),
        pytest.param(
            ":Bridge rdfs:subClassOf :Road .",
            [":Bridge has rdfs:subClassOf with neither a named class nor a restriction"],
            id="a superclass that is not declared",
        ),
        pytest.param(
            ":Wet a owl:Class ; owl:intersectionOf ( :River ) .",
            [":Wet has owl:intersectionOf with fewer than two parts"],
            id="an intersection of one",
        ),
        pytest.param(
            ":span a owl:ObjectProperty .",
            [":span is of several kinds: owl:DatatypeProperty, owl:ObjectProperty"],
            id="a property of two kinds",
        ),
        pytest.param(
            ":River a :Bridge .",
            [":River is of several kinds: owl:Class, an individual"],
            id="a class that is an individual",
        ),
        pytest.param(
            ":forth :paintedBy :crew .",
            [":forth has :paintedBy, which is not declared as a property"],
            id="a property that is not declared",
        ),
        pytest.param(
            ":boat a :Ferry .",
            [":boat has the type :Ferry, which is not declared as a class"],
            id="a class that is not declared",
        ),
        pytest.param(
            ":crosses rdfs:domain :Road .",
            [":crosses has the domain :Road, which is not a named class"],
            id="a domain that is not declared",
        ),
        pytest.param(
            ":span rdfs:range xsd:duration .",
            [":span has the range xsd:duration, which does not fit"],
            id="a datatype that OWL leaves out",
        ),
        pytest.param(
            ":remark rdfs:range xsd:string .",
            [":remark is an annotation property with rdfs:range"],
            id="an annotation property with a range",
        ),
        pytest.param(
            ":span a owl:TransitiveProperty .",
            [":span is an owl:TransitiveProperty and not an object property"],
            id="a transitive datatype property",
        ),
        pytest.param(
            ":crosses a owl:TransitiveProperty , owl:FunctionalProperty .",
            [":crosses is functional and transitive"],
            id="a functional transitive property",
        ),
        pytest.param(
            ":crosses rdfs:subPropertyOf :span .",
            [":crosses has rdfs:subPropertyOf with :span, which is of another kind"],
            id="a subproperty of another kind",
        ),
        pytest.param(
            ':forth a :Bridge ; :crosses "the Forth" .',
            [":forth has a literal for the object property :crosses"],
            id="a literal where a thing is meant",
        ),
        pytest.param(
            ":forth a :Bridge ; :span :long .",
            [":forth has no literal for the datatype property :span"],
            id="a thing where a literal is meant",
        ),
    ],
)
def test_what_is_not_owl_lite_is_named(text: str, expected: list[str]) -> None:
    assert outside_owl_lite(Graph().parse(data=PREFIXES + text, format="turtle")) == expected


@pytest.fixture
def java() -> None:
    if shutil.which("java") is None:
        if os.environ.get("CI"):
            pytest.fail("the reasoner needs Java, and there is none")
        pytest.skip("the reasoner needs Java")


def unsatisfiable(root: Path, extra: str, folder: Path) -> list[str]:
    """Let HermiT classify ontology, imports and data, with the links that are derived from them.

    :param extra: more triples, as Turtle with the prefixes of the ontology.
    :raises owlready2.OwlReadyInconsistentOntologyError: if they contradict each other.
    """
    project = read(root)
    data = n_triples(project.records) + "".join(lines(derive(project).triples))
    graph = merged_ontology(root).parse(data=data, format="nt")
    graph.parse(data=extra, format="turtle")
    file = folder / "merged.rdf"
    graph.serialize(file, format="xml")
    world = owlready2.World()
    world.get_ontology(file.as_uri()).load()
    # xsd:date, xsd:gYear and xsd:gYearMonth are datatypes of OWL 1 and not of OWL 2.
    owlready2.sync_reasoner_hermit(world, debug=0, ignore_unsupported_datatypes=True)
    return sorted({each.iri for each in world.inconsistent_classes()} - {str(OWL.Nothing)})


@pytest.mark.reasoner
@pytest.mark.usefixtures("java")
@pytest.mark.parametrize("project", ["lighthouses", "real"])
def test_ontology_and_data_are_consistent(
    project: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    assert unsatisfiable(request.getfixturevalue(project), "", tmp_path) == []


@pytest.mark.reasoner
@pytest.mark.usefixtures("java")
def test_the_reasoner_finds_a_class_that_can_have_no_member(lighthouses: Path, tmp_path: Path) -> None:
    extra = """
    @prefix lt: <https://example.org/lights/ontology#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
    lt:GhostLight a owl:Class ; rdfs:subClassOf lt:Lighthouse ,
        [ a owl:Restriction ; owl:onProperty lt:tendedBy ; owl:minCardinality "1"^^xsd:nonNegativeInteger ] ,
        [ a owl:Restriction ; owl:onProperty lt:tendedBy ; owl:maxCardinality "0"^^xsd:nonNegativeInteger ] .
    """
    assert unsatisfiable(lighthouses, extra, tmp_path) == ["https://example.org/lights/ontology#GhostLight"]


@pytest.mark.reasoner
@pytest.mark.usefixtures("java")
def test_the_reasoner_finds_data_that_contradicts_the_ontology(lighthouses: Path, tmp_path: Path) -> None:
    extra = """
    @prefix lt: <https://example.org/lights/ontology#> .
    @prefix id: <https://example.org/lights/id/lighthouse/> .
    id:north-teal lt:openToVisitors "perhaps" .
    """
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        unsatisfiable(lighthouses, extra, tmp_path)
