"""Lists from a store: which columns and facets a class has, and whether rows and counts fit the data."""

import json
from dataclasses import replace

import pytest
from pyoxigraph import NamedNode

from pilotgraph import formats, selection
from pilotgraph.catalogue import Column
from pilotgraph.edition import Edition
from pilotgraph.errors import LimitExceeded
from pilotgraph.formats import N_TRIPLES, RDF_FORMATS
from pilotgraph.list_queries import Stat
from pilotgraph.listing import MAX_ROWS, MAX_SORTED, Lists, choose
from pilotgraph.release import Release
from pilotgraph.responses import RdfForm
from pilotgraph.selection import Selection
from pilotgraph.settings import Settings
from pilotgraph.store import Answer, LocalStore, Query
from pilotgraph.triples import LABELS, TYPE
from web import LIGHTS


class Counting(LocalStore):
    """Counts what it is asked."""

    asked = 0

    def query(self, query: Query) -> Answer:
        self.asked += 1
        return super().query(query)


@pytest.fixture(scope="module")
def store(release: Release) -> Counting:
    return Counting(release)


@pytest.fixture(scope="module")
def lists(release: Release, store: Counting) -> Lists:
    return Edition(release, store, Settings()).lists


def asked(lists: Lists, name: str, **values: str) -> Selection:
    kind = lists.catalogue.kinds[name]
    columns = [lists.catalogue.classes(kind), *lists.catalogue.columns(kind)]
    return selection.read(list(values.items()), kind, columns, lists.catalogue)


def local(things: list[NamedNode] | tuple[NamedNode, ...] | object) -> list[str]:
    assert isinstance(things, list)
    return [thing.value.rpartition("/")[2] for thing in things]


def test_a_table_has_the_columns_that_most_things_fill(lists: Lists) -> None:
    profile = lists.profile(lists.catalogue.kinds["Lighthouse"])
    assert [column.key for column in profile.shown] == [
        *("type", "firstLit", "automatedIn", "focalHeight", "flashCount", "openToVisitors"),
    ]


def test_facets_are_properties_whose_values_are_shared(lists: Lists) -> None:
    profile = lists.profile(lists.catalogue.kinds["Lighthouse"])
    assert [column.key for column in profile.facets] == ["type", "openToVisitors", "lampColour", "tendedBy"]
    colours = profile.counts[NamedNode(f"{LIGHTS}ontology#lampColour")]
    assert {str(value).rpartition("#")[2]: things for value, things in colours.items()} == {
        "redLight>": 3,
        "whiteLight>": 5,
        "greenLight>": 2,
    }


def test_a_class_is_asked_about_once_and_a_page_costs_two_queries(lists: Lists, store: Counting) -> None:
    lists.page(asked(lists, "Keeper"))
    before = store.asked
    lists.page(asked(lists, "Keeper"))
    assert store.asked - before == 2
    lists.page(asked(lists, "Lighthouse", openToVisitors="true"))
    before = store.asked
    lists.page(asked(lists, "Lighthouse", openToVisitors="false", sort="focalHeight"))
    assert store.asked - before == 3


def test_a_list_is_narrowed_and_sorted(lists: Lists) -> None:
    part = lists.page(asked(lists, "Lighthouse", lampColour="lt:greenLight", sort="-firstLit"))
    assert local(part.rows.things) == ["south-teal", "old-mole-head"]
    assert part.total == 2
    part = lists.page(asked(lists, "Lighthouse", type="TidalLighthouse"))
    assert local(part.rows.things) == ["drowned-anvil", "vífilsey"]
    assert lists.page(asked(lists, "Inspection", lampPassed="true")).total > 0
    assert lists.page(asked(lists, "Keeper", lampColour="lt:redLight")).total == 0


def test_what_says_nothing_of_the_subject_is_not_listed(lists: Lists) -> None:
    # The publisher of the dataset is an agent too.
    assert lists.profile(lists.catalogue.kinds["foaf:Agent"]).usage.total == 4
    assert lists.totals() == {
        "Inspection": 5,
        "Keeper": 4,
        "Lighthouse": 8,
        "TidalLighthouse": 2,
        "adms:Identifier": 2,
    }


@pytest.mark.parametrize("form", RDF_FORMATS, ids=lambda form: form.name)
def test_the_same_view_as_triples(lists: Lists, form: RdfForm) -> None:
    wanted = asked(lists, "Lighthouse", lampColour="lt:greenLight")
    found = formats.parse(lists.graph(wanted, form), form, LIGHTS)
    rows = lists.whole(wanted)
    told = {TYPE, *LABELS, *(column.predicate for column in rows.columns)}
    expected = {
        (thing, predicate, value)
        for thing in rows.things
        for predicate in told
        for value in rows.triples.objects(thing, predicate)
    }
    assert {(quad.subject, quad.predicate, quad.object) for quad in found} == expected
    assert len(expected) >= 12


def test_every_thing_stands_in_one_list_of_its_class(real_release: Release) -> None:
    with LocalStore(real_release) as store:
        lists = Edition(real_release, store, Settings()).lists
        counted = store.query(
            Query("SELECT ?class (COUNT(*) AS ?n) { GRAPH ?g { ?s a ?class } } GROUP BY ?class")
        )
        rows = json.loads(counted.content)["results"]["bindings"]
        totals = {row["class"]["value"]: int(row["n"]["value"]) for row in rows}
        for kind in lists.catalogue.kinds.values():
            profile = lists.profile(kind)
            assert profile.usage.total == sum(totals[each.value] for each in kind.members)
            assert len(profile.shown) <= 6
            shown = lists.page(Selection(kind)).rows
            assert len(shown.things) == min(50, profile.usage.total)
            # A reader sees a name for every thing in a table: no bare IRI.
            for column in shown.columns:
                for thing in shown.things:
                    for value in shown.triples.nodes(thing, column.predicate):
                        assert column.predicate == TYPE or value in shown.triples


def columns(**stats: Stat) -> list[str]:
    made = {
        Column(key, NamedNode(f"http://x/{key}"), key, links=key.startswith("link")): stat
        for key, stat in stats.items()
    }
    found = choose(list(made), {column.predicate: stat for column, stat in made.items()}, total=10)
    return [column.key for column in found]


def test_a_readable_few_are_chosen() -> None:
    short = Stat(10, 10, 5, 8, 0)
    assert columns(a=short, rare=Stat(2, 2, 2, 8, 0), b=short, long=Stat(10, 10, 10, 300, 0)) == ["a", "b"]
    assert columns(same=Stat(10, 10, 1, 8, 0), elsewhere=Stat(10, 10, 9, 8, 3), a=short, b=short) == [
        "a",
        "b",
    ]
    assert columns(many=Stat(90, 10, 9, 8, 0), **{f"c{n}": short for n in range(6)}) == [
        f"c{n}" for n in range(6)
    ]
    assert columns(link=Stat(10, 10, 5, 90, 0), long=Stat(9, 9, 9, 300, 0)) == ["link", "long"]
    assert columns() == []


def test_a_graph_of_the_whole_is_not_cut(real_release: Release) -> None:
    with LocalStore(real_release) as store:
        lists = Edition(real_release, store, Settings()).lists
        kind = max(lists.catalogue.kinds.values(), key=lambda kind: lists.catalogue.counts.get(kind.iri, 0))
        found = formats.parse(lists.graph(Selection(kind), N_TRIPLES), N_TRIPLES, LIGHTS)
        assert len({quad.subject for quad in found}) == lists.catalogue.counts[kind.iri] > 50


def test_a_list_that_is_too_long_is_cut_and_not_sorted(release: Release) -> None:
    with LocalStore(release) as store:
        lists = replace(Edition(release, store, Settings()).lists, most=4)
        part = lists.page(asked(lists, "Lighthouse", sort="-focalHeight"))
        assert (part.total, part.beyond, len(part.rows.things)) == (4, True, 5)
        # What is left is few, and is counted and sorted.
        part = lists.page(asked(lists, "Lighthouse", lampColour="lt:redLight", sort="-focalHeight"))
        assert (part.total, part.beyond) == (3, False)
        assert local(part.rows.things) == ["kestrel-point", "drowned-anvil", "new-mole-head"]
        assert lists.totals()["Lighthouse"] == 8
        part = lists.page(asked(lists, "Keeper"))
        assert (part.total, part.beyond) == (4, False)


@pytest.mark.parametrize(("most", "most_rows"), [(MAX_SORTED, 4), (4, MAX_ROWS)])
def test_a_list_that_is_too_long_is_not_written_as_rows(release: Release, most: int, most_rows: int) -> None:
    with LocalStore(release) as store:
        lists = replace(Edition(release, store, Settings()).lists, most=most, most_rows=most_rows)
        with pytest.raises(LimitExceeded, match=r"more than 4 rows.* Narrow the list,.* take the dump"):
            lists.whole(asked(lists, "Lighthouse"))
        with pytest.raises(LimitExceeded, match="more than 4 rows"):
            lists.whole(asked(lists, "Lighthouse", lampColour="lt:whiteLight"))
        wanted = asked(lists, "Lighthouse", lampColour="lt:redLight", sort="-focalHeight")
        assert local(lists.whole(wanted).things) == ["kestrel-point", "drowned-anvil", "new-mole-head"]
        assert len(lists.whole(asked(lists, "Keeper")).things) == 4
        assert len(formats.parse(lists.graph(asked(lists, "Lighthouse"), N_TRIPLES), N_TRIPLES, LIGHTS)) > 8


def test_rows_are_fewer_than_what_is_sorted() -> None:
    assert MAX_ROWS <= MAX_SORTED
