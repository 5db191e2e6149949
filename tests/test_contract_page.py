"""What the page of the HTTP contract says once, and what for each address."""

from pilotgraph.contract import EVERY
from pilotgraph.contract_lines import Expected, Kind
from pilotgraph.contract_page import Row, groups
from pilotgraph.formats import RDF_XML, TURTLE
from pilotgraph.responses import HTML

PAGE = Expected(media_type="text/html", links=("license", "type"), held=True, cache="no-store")
DATA = Expected(media_type="text/turtle", links=("license",), held=True, cache="no-store")
ASKED = Expected(200, "application/sparql-results+json")


def test_what_all_answers_have_is_said_once() -> None:
    kind = Kind("a thing", "/x/{name}", "Sense.", [(HTML, PAGE), (TURTLE, DATA)], [("text/*", HTML)])
    (group,) = groups([kind], "/below", {"name": "y"})
    assert (group.name, group.sense, group.paths) == ("a thing", "Sense.", {"/x/{name}": "/below/x/y"})
    assert group.headers == ["Link: license", "Vary: Accept", "ETag", "Cache-Control: no-store"]
    assert group.methods == ()
    assert group.rows == [
        Row("/x/{name}", "GET", ["text/html"], PAGE, ["Link: type"]),
        Row("/x/{name}", "GET", ["text/turtle"], DATA, []),
    ]


def test_addresses_of_one_sense_stand_together() -> None:
    kinds = [
        Kind(f"a thing, {form.name}", f"/x{form.suffix}", "One form.", [(form, Expected(varies=False))])
        for form in (TURTLE, RDF_XML)
    ]
    other = Kind("a page", "/{page}", "Another.", [(HTML, PAGE)], needs=("more",))
    first, second = groups([*kinds, other], "", {"page": "y"})
    assert (first.name, first.paths) == ("a thing, by suffix", {"/x.ttl": "/x.ttl", "/x.rdf": "/x.rdf"})
    assert [(row.path, row.accepted) for row in first.rows] == [("/x.ttl", []), ("/x.rdf", [])]
    assert (second.name, second.paths) == ("a page", {"/{page}": ""})


def test_a_method_that_sends_something_is_a_row_of_its_own() -> None:
    bodies = {"POST": ("ASK {}", "application/sparql-query")}
    kind = Kind("asked", "/x", "", [(HTML, PAGE), (TURTLE, DATA)], (), ("GET", "POST"), bodies)
    (group,) = groups([kind], "", {})
    assert group.methods == ("GET", "POST")
    assert group.headers == ["Vary: Accept"]
    assert group.rows[-1] == Row("/x", "POST", ["application/sparql-query"], ASKED, [])


def test_every_kind_is_in_one_group() -> None:
    found = groups(EVERY, "", {})
    assert sorted(path for group in found for path in group.paths) == sorted({kind.path for kind in EVERY})
    assert len({group.name for group in found}) == len(found)
