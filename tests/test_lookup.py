"""What is asked of a store about one thing: enough for its page, and no more."""

import pyoxigraph as ox
import pytest

from pilotgraph.lookup import NAMED, NAMES, SHOWN, SHOWN_IN_ALL, Incoming, Lookup, room
from pilotgraph.store import Answer, Query
from pilotgraph.triples import LABELS
from trees import PREFIXES, TREES, read

A = TREES + "id/a"
DESCRIBED = [
    quad.triple
    for quad in ox.parse(
        f'<{TREES}> <urn:publisher> <{TREES}id/us> . <{TREES}id/us> <urn:name> "We" .', ox.RdfFormat.TURTLE
    )
]


class Small:
    """A store of a few triples."""

    def __init__(self, turtle: str) -> None:
        self.graph = ox.Store()
        self.load(turtle)

    def load(self, turtle: str, name: str | None = None) -> None:
        graph = ox.NamedNode(name) if name else ox.DefaultGraph()
        self.graph.load((PREFIXES + turtle).encode(), ox.RdfFormat.TURTLE, to_graph=graph)

    def query(self, query: Query) -> Answer:
        answer = self.graph.query(query.text, use_default_graph_as_union=True)
        form = query.graph if isinstance(answer, ox.QueryTriples) else query.solutions
        assert form is not None
        return Answer(answer.serialize(format=form.codec) or b"", form)  # type: ignore[arg-type]  # they fit

    def close(self) -> None:
        pass


def lookup(turtle: str) -> tuple[Lookup, ox.Store]:
    store = Small(turtle)
    return Lookup(store, DESCRIBED, {TREES + "ontology#surveys"}), store.graph


@pytest.mark.parametrize("method", ["document", "incoming", "exists", "page"])
@pytest.mark.parametrize(
    "iri",
    ["https://example.org/> ?p ?o } #", "https://example.org/a b", "not-absolute", "https://a/\x00", ""],
)
def test_what_is_no_iri_never_reaches_a_query(method: str, iri: str) -> None:
    with pytest.raises(ValueError, match=r"IRI|scheme"):
        getattr(lookup("")[0], method)(iri)


def test_a_page_gets_what_it_needs_and_no_more() -> None:
    asked, graph = lookup("""
    id:a a t:Tree ; rdfs:label "a" ; t:neighbour id:b ; t:code id:c .
    id:b a t:Oak ; rdfs:label "b" ; t:height 3 ; t:neighbour id:a .
    id:c t:scheme id:list ; skos:notation "7" .
    id:list rdfs:label "the list" ; t:height 1 .
    id:s a t:Survey ; rdfs:label "s" ; t:surveys id:a ; t:by id:who .
    id:who rdfs:label "who" ; t:height 5 .
    id:x t:surveys id:a .
    """)
    found, incoming = asked.page(A)
    left_out = {
        ox.Triple(ox.NamedNode(TREES + f"id/{name}"), ox.NamedNode(TREES + "ontology#height"), ox.Literal(n))
        for name, n in {"b": 3, "list": 1, "who": 5}.items()
    }
    triples = {
        (subject, predicate, value)
        for subject in found
        for predicate, values in found.about(subject).items()
        for value in values
    }
    expected = {quad.triple for quad in graph} - left_out
    assert triples == {(each.subject, each.predicate, each.object) for each in expected}
    ontology = TREES + "ontology#"
    assert set(incoming) == {
        Incoming(ox.NamedNode(ontology + "neighbour"), ox.NamedNode(ontology + "Oak"), 1),
        Incoming(ox.NamedNode(ontology + "surveys"), ox.NamedNode(ontology + "Survey"), 1),
        Incoming(ox.NamedNode(ontology + "surveys"), None, 1),
    }


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        pytest.param("near", NAMED, id="a few of those that are only linked to"),
        pytest.param("surveys", SHOWN, id="more of those that are shown in full"),
    ],
)
@pytest.mark.parametrize("kind", ["a t:Tree", "t:height 3"], ids=["of a class", "of none"])
def test_a_page_gets_the_first_of_many_and_their_number(kind: str, link: str, shown: int) -> None:
    asked, _ = lookup(
        "id:a a t:Tree ."
        + "".join(f'id:{n:03} t:{link} id:a ; {kind} ; rdfs:label "{n:03}" .\n' for n in range(250))
    )
    found, (incoming,) = asked.page(A)
    assert incoming.total == 250
    members = found.subjects(ox.NamedNode(TREES + "ontology#" + link), ox.NamedNode(A))
    assert {str(each) for each in members} == {f"<{TREES}id/{n:03}>" for n in range(shown)}


@pytest.mark.parametrize(
    ("totals", "shown"),
    [
        pytest.param([], SHOWN, id="no group"),
        pytest.param([200], SHOWN, id="one of many"),
        pytest.param([SHOWN, 2, 1], SHOWN, id="small ones leave room"),
        pytest.param([200] * 4, SHOWN_IN_ALL // 4, id="large ones share alike"),
        pytest.param([4, 200, 200, 200], (SHOWN_IN_ALL - 4) // 3, id="what one does not need, others have"),
        pytest.param([9] * 100, 1, id="each group shows one at least"),
    ],
)
def test_groups_share_the_room_of_a_page(totals: list[int], shown: int) -> None:
    assert room(totals) == shown


def test_what_the_shapes_want_in_full_is_in_page_and_document() -> None:
    asked, _ = lookup("""
    id:a t:planting id:p ; t:near id:b .
    id:p rdfs:label "planting of a" ; t:by id:b .
    id:b rdfs:label "b" ; t:height 3 .
    """)
    asked = Lookup(asked.store, [], in_full=[TREES + "ontology#planting"])
    planting, by = (ox.NamedNode(TREES + each) for each in ("id/p", "ontology#by"))
    found, _ = asked.page(A)
    assert by in found.about(planting)
    assert found.text(ox.NamedNode(TREES + "id/b"), LABELS)
    assert {triple.predicate for triple in asked.document(A) if triple.subject == planting} == {by, LABELS[1]}


def test_a_document_has_all_that_names_a_thing_and_what_its_parts_say() -> None:
    asked, graph = lookup("""
    id:a t:near id:b ; t:code id:part .
    id:b rdfs:label "b" ; t:near id:a , id:c .
    id:part skos:notation "7" .
    id:survey rdfs:label "s" ; t:surveys id:a ; t:by id:d .
    id:d rdfs:label "d" ; t:near id:c .
    """)
    whole = {ox.NamedNode(TREES + "id/" + name) for name in ("a", "part", "survey")}
    expected = {quad.triple for quad in graph if quad.subject in whole or quad.object == ox.NamedNode(A)}
    assert len(expected) == 7
    assert set(asked.document(A)) == expected


@pytest.mark.parametrize(
    ("iri", "known", "triples"),
    [
        pytest.param(TREES + "id/us", True, 2, id="the publisher is described with the dataset"),
        pytest.param(A, True, 1, id="what the store has"),
        pytest.param(TREES + "id/b", False, 0, id="what is only named is not described"),
    ],
)
def test_what_the_store_does_not_hold(iri: str, known: bool, triples: int) -> None:
    asked, _ = lookup("id:a t:near id:b .")
    assert asked.exists(iri) is known
    assert len(asked.document(iri)) == triples
    assert (ox.NamedNode(iri) in asked.page(iri)[0]) is known


def test_many_names_are_asked_for_in_several_queries() -> None:
    class Counting(Small):
        def query(self, query: Query) -> Answer:
            lengths.append(len(query.text))
            return super().query(query)

    lengths: list[int] = []
    asked = Lookup(Counting('id:a rdfs:label "A" .'), DESCRIBED)
    others = [f"{TREES}id/{number}-{'x' * 900}" for number in range(300)]
    assert list(asked.names([*others, A])) == [ox.NamedNode(A)]
    assert len(lengths) > 10
    assert max(lengths) < 30_000


def test_names() -> None:
    asked, _ = lookup('id:a rdfs:label "A" ; skos:notation "1" ; t:height 3 . id:b rdfs:label "B" .')
    found = asked.names([A, TREES + "id/nothing"])
    assert list(found) == list(read("id:a a t:Tree ."))
    assert set(found.about(ox.NamedNode(A))) == {NAMES[1], NAMES[3]}


def test_things_are_alike_if_they_are_of_one_class() -> None:
    names, _ = lookup("<a> a t:Tree . <b> a t:Tree , t:Stump . <c> a t:Stump .".replace("<", f"<{TREES}id/"))
    assert sorted(names.alike(A)) == [A, TREES + "id/b"]
    assert names.alike(TREES + "id/none") == []


def test_things_in_a_scheme_are_like_those_in_the_same_scheme() -> None:
    names, _ = lookup(
        "id:a a t:Form ; skos:inScheme id:bark . id:b a t:Form ; skos:inScheme id:bark , id:crown ."
        " id:c a t:Form ; skos:inScheme id:crown . id:d a t:Form ."
    )
    assert sorted(names.alike(A)) == [A, TREES + "id/b"]
    assert sorted(names.alike(TREES + "id/b")) == [A, TREES + "id/b", TREES + "id/c"]
    assert sorted(names.alike(TREES + "id/d")) == [A, *(f"{TREES}id/{name}" for name in "bcd")]


def test_a_page_leaves_out_how_graphs_that_stand_apart_name_a_thing() -> None:
    store = Small('id:a a t:Tree ; rdfs:label "a" .')
    data, about = TREES + "graph/data", TREES + "graph/about"
    store.load('id:b a t:Tree ; rdfs:label "b" ; t:near id:a .', data)
    store.load('id:set a t:Set ; t:example id:a . id:c a t:Tree ; rdfs:label "c" ; t:near id:a .', about)
    near = Incoming(ox.NamedNode(TREES + "ontology#near"), ox.NamedNode(TREES + "ontology#Tree"), 1)
    asked = Lookup(store, [], apart=[about])
    found, incoming = asked.page(A)
    assert incoming == asked.incoming(A) == [near]
    assert {str(each) for each in found} == {f"<{A}>", f"<{TREES}id/b>"}
    assert {each.total for each in Lookup(store, []).incoming(A)} == {1, 2}
    assert len(asked.document(A)) == 5, "a document leaves out nothing"
    assert asked.exists(TREES + "id/set"), "and what stands there is there"
