"""Published questions -> RDF that holds them whole: SHACL's `sh:SPARQLExecutable`, and the prefixes they use.

So a client can ask the endpoint what to ask it, as at <https://github.com/sib-swiss/sparql-examples>: the
question is an `rdfs:comment`, the text `sh:select`, `sh:ask`, `sh:construct` or `sh:describe`, and the
endpoint the `schema:target`.  What may be changed is a `sh:parameter`, whose path ends in the name of the
variable (<https://www.w3.org/TR/shacl/#constraint-components-parameters>), with the value that the text has.

A question has no `rdfs:label`: whoever searches the labels of things would find it among them.
"""

from collections.abc import Iterable, Mapping

import pyoxigraph as ox
from rdflib import DCTERMS, RDF, RDFS, SDO, SH, XSD, Graph, Literal, URIRef

from pilotgraph import formats
from pilotgraph.context import Context
from pilotgraph.queries import form, prefixes
from pilotgraph.questions import Question


def endpoint(dataset: str) -> URIRef:
    return URIRef(f"{dataset}sparql")


def query_iri(dataset: str, name: str) -> str:
    """The IRI of a published question, which is for ever."""
    return f"{dataset}queries/{name}"


def describe_questions(
    dataset: str, questions: Iterable[Question], context: Context, known: Mapping[str, str]
) -> Graph:
    """Say what is published to be asked, and which prefixes to write it with.

    :param context: what the terms are written with that a question rests on.
    :param known: prefixes to declare beside those of the questions.
    """
    graph = Graph()
    asked = list(questions)
    declared = URIRef(f"{endpoint(dataset)}#prefixes")
    for question in asked:
        _add_question(graph, dataset, question, context)
        graph.add((URIRef(query_iri(dataset, question.name)), SH.prefixes, declared))
    for name, space in _agreed(known, map(prefixes, (question.text for question in asked))).items():
        declaration = URIRef(f"{endpoint(dataset)}#prefix/{name}")
        graph.add((declared, SH.declare, declaration))
        graph.add((declaration, RDF.type, SH.PrefixDeclaration))
        graph.add((declaration, SH.prefix, Literal(name)))
        graph.add((declaration, SH.namespace, Literal(space, datatype=XSD.anyURI)))
    return graph


def _agreed(known: Mapping[str, str], used: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Prefixes that stand for one namespace each, since two declarations of one contradict each other."""
    spaces: dict[str, set[str]] = {}
    for each in used:
        for name, space in each.items():
            spaces.setdefault(name, set()).add(space)
    agreed = {name: found.pop() for name, found in spaces.items() if name and len(found) == 1}
    return agreed | dict(known)


def _add_question(graph: Graph, dataset: str, question: Question, context: Context) -> None:
    query, kind = URIRef(query_iri(dataset, question.name)), form(question.text)
    graph.add((query, RDF.type, SH.SPARQLExecutable))
    graph.add((query, RDF.type, URIRef(f"{SH}SPARQL{kind.capitalize()}Executable")))
    graph.add((query, URIRef(f"{SH}{kind.lower()}"), Literal(question.text)))
    graph.add((query, RDFS.comment, Literal(question.question, lang="en")))
    graph.add((query, SDO.target, endpoint(dataset)))
    for term, _ in question.terms:
        graph.add((query, DCTERMS.subject, URIRef(context.expand(term))))
    for place, parameter in enumerate(question.parameters, 1):
        changed = URIRef(f"{query}#parameter/{parameter.name}")
        default = formats.to_term(parameter.default)
        graph.add((query, SH.parameter, changed))
        graph.add((changed, RDF.type, SH.Parameter))
        graph.add((changed, SH.path, URIRef(f"{query}#{parameter.name}")))
        graph.add((changed, SH.name, Literal(parameter.name)))
        graph.add((changed, SH.description, Literal(parameter.description, lang="en")))
        graph.add((changed, SH.order, Literal(place)))
        graph.add((changed, SH.defaultValue, default))
        if isinstance(parameter.default, ox.Literal):
            graph.add((changed, SH.datatype, URIRef(parameter.default.datatype.value)))
        else:
            graph.add((changed, SH.nodeKind, SH.IRI))
