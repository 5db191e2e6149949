"""A few things from a store, to show how terms are used."""

import pyoxigraph as ox
import pytest

from pilotgraph.accounts import Samples
from pilotgraph.formats import N_TRIPLES
from pilotgraph.lookup import Lookup
from pilotgraph.samples import SHOWN, sample
from pilotgraph.store import Answer, Query
from trees import PREFIXES, TREES

TERM, THING = TREES + "ontology#", TREES + "id/"
DATASET = ox.NamedNode(TREES)
TREE, OAK, HEIGHT = (ox.NamedNode(TERM + name) for name in ("Tree", "Oak", "height"))


class Trees:
    """Answers from ten trees and what is said of them, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.store = ox.Store()
        data = "".join(
            f'id:t{number} a t:Tree ; rdfs:label "Tree {number}" ; t:height {number}.5 ; t:by _:b{number} .'
            for number in range(10)
        )
        graph = ox.NamedNode(TREES + "graph/trees")
        triples = ox.parse(PREFIXES + data, ox.RdfFormat.TURTLE)
        self.store.extend(ox.Quad(each.subject, each.predicate, each.object, graph) for each in triples)

    def query(self, query: Query) -> Answer:
        self.asked += 1
        # With no graph named, the union of them all is asked.
        named: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [
            ox.NamedNode(each) for each in query.default_graphs
        ]
        results = self.store.query(
            query.text, default_graph=named or None, use_default_graph_as_union=not named
        )
        if isinstance(results, ox.QueryTriples):
            return Answer(results.serialize(format=ox.RdfFormat.N_TRIPLES) or b"", N_TRIPLES)
        assert query.solutions
        return Answer(results.serialize(format=query.solutions.codec) or b"", query.solutions)

    def close(self) -> None:
        pass


def take(graphs: tuple[str, ...] = (), chosen: str = "") -> Samples:
    facts = ox.parse(
        f"<{TREES}> <http://rdfs.org/ns/void#exampleResource> {chosen or '<urn:none>'} .", ox.RdfFormat.TURTLE
    )
    lookup = Lookup(Trees(), [quad.triple for quad in facts])
    return sample(lookup, graphs, DATASET, ([TREE, OAK], [HEIGHT, ox.NamedNode(TERM + "by")]))


def test_a_few_things_of_a_class_come_with_their_names() -> None:
    found = take()
    assert len(set(found.things[TREE])) == SHOWN
    assert found.things[OAK] == []
    for thing in found.things[TREE]:
        label = found.names.text(thing, [ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label")])
        assert label is not None
        assert label.value.startswith("Tree ")


def test_the_examples_of_the_dataset_come_first() -> None:
    found = take(chosen=f"<{THING}t7>, <{THING}t3>")
    assert {each.value for each in found.things[TREE][:2]} == {THING + "t7", THING + "t3"}
    assert len(found.things[TREE]) == SHOWN


def test_a_property_is_shown_with_values_that_have_a_name() -> None:
    found = take()
    assert len(found.values[HEIGHT]) == SHOWN
    assert {type(value) for _, value in found.values[HEIGHT]} == {ox.Literal}
    assert ox.NamedNode(TERM + "by") not in found.values


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        pytest.param("graph/trees", SHOWN, id="the graph that has them"),
        pytest.param("graph/other", 0, id="another"),
    ],
)
def test_only_the_graphs_that_hold_data_are_asked(graph: str, found: int) -> None:
    assert len(take((TREES + graph,)).things[TREE]) == found


def test_as_many_terms_as_there_are_take_a_few_queries() -> None:
    trees = Trees()
    terms = [ox.NamedNode(f"{TERM}T{number}") for number in range(100)]
    sample(Lookup(trees, []), (), DATASET, (terms, terms))
    assert trees.asked == 8
