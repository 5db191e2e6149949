"""`pilotgraph check`: our own servers keep the contract, and what breaks it on the way is named."""

from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from rdflib import Graph, URIRef

from conftest import Serve
from deployed import Exchange, Fault, Redirector, broken, proxy, without
from pilotgraph.check import Mark, check, hold
from pilotgraph.contract import EVERY
from pilotgraph.contract_lines import Kind
from pilotgraph.deployment import Site, discover
from pilotgraph.release import Release

# Enough of the contract to tell faults from one another.
SOME = [
    kind
    for kind in EVERY
    if kind.name in ("a thing", "a document, Turtle", "a document, HTML", "no such thing")
]


@pytest.fixture(scope="module")
def pilots(real_release: Release, serve: Serve) -> Site:
    """A server of the real project."""
    return discover(serve("--release", real_release.path) + "/")


@pytest.mark.parametrize("kind", EVERY, ids=lambda kind: kind.name)
@pytest.mark.parametrize("name", ["lights", "pilots"])
def test_our_own_server_keeps_the_contract(request: pytest.FixtureRequest, name: str, kind: Kind) -> None:
    found = list(hold(request.getfixturevalue(name), [kind]))
    if "withdrawn" in kind.names:  # of which these have none: see test_tombstones
        assert [each.mark for each in found] == [Mark.LEFT_OUT]
        return
    assert len(found) >= 4
    assert broken(found) == []


def test_what_to_ask_for_is_read_from_the_site(lights: Site) -> None:
    assert lights.examples == [
        f"{lights.dataset}id/keeper/board-of-made-up-lights",
        f"{lights.dataset}id/lighthouse/kestrel-point",
    ]
    assert lights.names == {
        "thing": "keeper/board-of-made-up-lights",
        "graph": "graph/about",
        "ontology_version": "0.3.0",
        "dump": "0.3.0/data.ttl",
        "release": "0.3.0",
        "feed": "feed.atom",
        "class": "Inspection",
        "question": "highest-lights",
        "term": "Inspection",
        "guide": "guide",
        "view": "heights",
    }
    assert set(lights.odd.encode()) - set(range(128))


def test_iris_lead_to_their_documents_through_a_redirect_service(lights: Site, leading: str) -> None:
    found = list(check(lights, kinds=()))
    assert broken(found) == []
    asked = {each.asked.split()[1] for each in found if each.asked.startswith("GET http")}
    assert asked == {leading, f"{leading}ontology", *lights.examples, lights.odd}


@pytest.mark.parametrize("below", ["", "ontology", "id/lighthouse/kestrel-point", "id/lighthouse/vífilsey"])
def test_rdflib_reads_what_an_iri_leads_to(leading: str, below: str) -> None:
    graph = Graph().parse(leading + quote(below))
    assert (URIRef(leading + below), None, None) in graph


def test_the_iri_of_a_term_leads_to_the_ontology(lights: Site, leading: str) -> None:
    found = list(check(lights, [f"{leading}ontology#Lighthouse"], kinds=()))
    assert broken(found) == []


def test_iris_that_lead_nowhere_yet_are_left_out_unless_they_are_insisted_on(lights: Site) -> None:
    said = f"{lights.dataset} answers 404: it is not registered, or leads nowhere; give --iri to insist"
    (left_out,) = [each for each in check(lights, kinds=()) if each.mark is not Mark.KEPT]
    assert left_out == ("IRIs lead here", Mark.LEFT_OUT, [said])
    (iri,) = lights.examples[:1]
    wrong = broken(check(lights, [iri], kinds=()))
    assert len(wrong) == 7
    assert {fault for _, *said in wrong for fault in said} == {f"{iri} answers 404"} | {
        f"it ends at {iri}, which is not below {lights.root}/"
    }


@pytest.mark.parametrize(
    ("attribute", "value", "said"),
    [
        pytest.param(
            "cors",
            False,
            "{iri} has no Access-Control-Allow-Origin: *, so that a script cannot go on",
            id="a script is stopped on the way",
        ),
        pytest.param(
            "site",
            "{redirector}/pilotgraph",
            "{iri} leads on more than 10 times",
            id="it leads round in a circle",
        ),
    ],
)
def test_what_a_redirect_service_does_wrong_is_named(
    lights: Site,
    leading: str,
    redirector: str,
    monkeypatch: pytest.MonkeyPatch,
    attribute: str,
    value: Any,
    said: str,
) -> None:
    value = value.format(redirector=redirector) if isinstance(value, str) else value
    monkeypatch.setattr(Redirector, attribute, value)
    iri = f"{leading}id/lighthouse/kestrel-point"
    wrong = broken(check(lights, [iri], kinds=()))
    assert [each[1:] for each in wrong] == [(said.format(iri=iri),)] * 7


# A proxy that breaks what it passes on.


def lose_qualities(seen: Exchange) -> None:
    ranges = seen.sent.get("Accept", "").split(",")
    if ranges != [""]:
        seen.sent["Accept"] = ",".join(each.partition(";q=")[0] for each in ranges)


def serve_as_text(seen: Exchange) -> None:
    if seen.headers.get_content_type() == "text/turtle":
        seen.headers.replace_header("Content-Type", "text/plain; charset=utf-8")


def find_everything(seen: Exchange) -> None:
    seen.status = 200 if seen.status == 404 else seen.status


def forget_what_the_client_has(seen: Exchange) -> None:
    seen.sent.pop("If-None-Match", None)


def lead_elsewhere(seen: Exchange) -> None:
    if "Location" in seen.headers:
        seen.headers.replace_header("Location", "http://internal.invalid" + seen.headers["Location"])


DOCUMENT = "/doc/keeper/board-of-made-up-lights"
THING = "/id/keeper/board-of-made-up-lights"


@pytest.mark.parametrize(
    ("fault", "asked", "said"),
    [
        pytest.param(
            without("Vary"),
            f"GET {THING}",
            "Vary does not name Accept: a cache would give one client what another takes",
            id="no Vary",
        ),
        pytest.param(
            Fault(answering=serve_as_text),
            f"GET {DOCUMENT}.ttl",
            "Content-Type is text/plain, not text/turtle",
            id="a wrong media type",
        ),
        pytest.param(
            Fault(answering=find_everything),
            "GET /id/there/is-no-such-thing",
            "the status is 200, not 404",
            id="200 for 404",
        ),
        pytest.param(
            Fault(asking=lose_qualities),
            f"GET {THING}  Accept: text/turtle;q=0.4, application/rdf+xml",
            f"Location is {DOCUMENT}.ttl, not {{root}}{DOCUMENT}.rdf",
            id="lost q-values",
        ),
        pytest.param(
            without("Access-Control-Allow-Origin", lambda seen: seen.status >= 400),
            f"GET {THING}  Accept: image/png",
            "Access-Control-Allow-Origin is not *: scripts of other sites cannot read this",
            id="no CORS on errors",
        ),
        pytest.param(
            without("ETag"),
            f"GET {DOCUMENT}.html",
            "there is no ETag: a client cannot ask whether what it has still holds",
            id="no ETag",
        ),
        pytest.param(
            Fault(asking=forget_what_the_client_has),
            f"GET {DOCUMENT}.ttl  If-None-Match: its ETag",
            "the status is 200, not 304",
            id="no 304",
        ),
        pytest.param(
            without("Link", lambda seen: seen.method == "HEAD"),
            f"HEAD {DOCUMENT}.ttl",
            "Link has no rel=alternate, canonical, cite-as, collection, license",
            id="HEAD without a header of GET",
        ),
        pytest.param(
            without("Content-Length", lambda seen: seen.method == "HEAD" and seen.path.startswith("/doc/")),
            f"HEAD {DOCUMENT}.html",
            "Content-Length is missing with HEAD and ",
            id="HEAD without the length",
        ),
        pytest.param(
            Fault(answering=lead_elsewhere),
            f"GET {THING}",
            f"Location is http://internal.invalid{DOCUMENT}.html, not {{root}}{DOCUMENT}.html",
            id="a redirect to the host behind the proxy",
        ),
        pytest.param(
            without("Content-Security-Policy"),
            f"GET {DOCUMENT}.html",
            "Content-Security-Policy is missing or weak: a page might run what stands in the data",
            id="no policy on what a page may load",
        ),
    ],
)
def test_a_fault_on_the_way_is_named(lights: Site, fault: Fault, asked: str, said: str) -> None:
    with proxy(lights.root, fault) as url:
        found = list(hold(replace(lights, root=url), SOME))
    wrong = {name: said for name, *said in broken(found)}
    assert len(wrong) < len(found)
    assert wrong[asked][0].startswith(said.format(root=url))


def test_a_proxy_that_breaks_nothing_is_no_fault(lights: Site) -> None:
    with proxy(lights.root, Fault()) as url:
        assert broken(hold(replace(lights, root=url), SOME)) == []
