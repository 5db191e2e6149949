"""Which classes things are listed by, how an URL calls them, and what can be listed of them."""

import pytest
from pyoxigraph import NamedNode

from pilotgraph.catalogue import Catalogue
from pilotgraph.edition import Edition
from pilotgraph.release import Release
from pilotgraph.settings import Settings
from pilotgraph.store import LocalStore
from web import LIGHTS

TERMS = f"{LIGHTS}ontology#"


def _catalogue(release: Release) -> Catalogue:
    with LocalStore(release) as store:
        return Edition(release, store, Settings()).lists.catalogue


@pytest.fixture(scope="module")
def catalogue(release: Release) -> Catalogue:
    return _catalogue(release)


@pytest.fixture(scope="module")
def real_catalogue(real_release: Release) -> Catalogue:
    return _catalogue(real_release)


def test_a_class_is_called_by_its_local_name_or_by_a_prefix(catalogue: Catalogue) -> None:
    assert set(catalogue.kinds) == {
        *("Inspection", "Keeper", "Lighthouse", "TidalLighthouse"),
        *("adms:Identifier", "foaf:Agent"),
    }
    assert catalogue.kinds["adms:Identifier"].path == "/browse/adms:Identifier"
    assert catalogue.path(f"{TERMS}Keeper") == "/browse/Keeper"
    assert catalogue.path(f"{TERMS}Nothing") == ""


def test_a_class_lists_the_things_of_the_classes_below_it(catalogue: Catalogue) -> None:
    both = {NamedNode(f"{TERMS}Lighthouse"), NamedNode(f"{TERMS}TidalLighthouse")}
    assert set(catalogue.kinds["Lighthouse"].members) == both
    assert catalogue.kinds["TidalLighthouse"].members == (NamedNode(f"{TERMS}TidalLighthouse"),)


def test_classes_stand_below_others_and_a_foreign_one_only_if_it_has_things(catalogue: Catalogue) -> None:
    assert {kind.name: kind.below for kind in catalogue.tree()} == {
        "adms:Identifier": (),
        "Inspection": (),
        "Keeper": (),
        "Lighthouse": ("TidalLighthouse",),
    }
    assert not catalogue.kinds["foaf:Agent"].shown


def test_columns_are_those_of_the_shapes_in_their_order(catalogue: Catalogue) -> None:
    columns = catalogue.columns(catalogue.kinds["TidalLighthouse"])
    assert [column.key for column in columns] == [
        *("identifier", "firstLit", "automatedIn", "focalHeight", "flashCount", "openToVisitors"),
        *("lampColour", "tendedBy", "inSightOf", "liveView"),
    ]
    assert [column.key for column in columns if column.links] == [
        *("identifier", "lampColour", "tendedBy", "inSightOf"),
    ]
    assert columns[3].name == "focal height (m)"
    assert columns[3].definition


def test_a_key_means_the_same_property_for_every_class(catalogue: Catalogue) -> None:
    (tended,) = [each for each in catalogue.columns(catalogue.kinds["Lighthouse"]) if each.key == "tendedBy"]
    found = catalogue.column("tendedBy")
    assert found is not None
    assert (found.predicate, found.links) == (tended.predicate, True)
    for key in ("inspections", "Lighthouse", "no such key"):
        assert catalogue.column(key) is None


def test_a_superclass_without_things_has_what_all_below_it_share(real_catalogue: Catalogue) -> None:
    kinds = real_catalogue.kinds
    above = [each for each in kinds.values() if each.shown and each.iri not in each.members]
    assert above
    for kind in above:
        shared = {each.key for each in real_catalogue.columns(kind)}
        for member in kind.members:
            below = real_catalogue.kind(member)
            assert below is not None
            assert shared <= {each.key for each in real_catalogue.columns(below)}
        assert len(shared) > 3
