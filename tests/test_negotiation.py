"""What a client is sent: the table of Accept, what real clients send, and conditional requests."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotgraph.formats import RDF_FORMATS, RESULT_FORMATS, Format
from pilotgraph.negotiation import Offer, RequestError, choose, matches, negotiate, sent_as
from pilotgraph.responses import HTML

JSON, XML, CSV, TSV = RESULT_FORMATS
TURTLE, JSON_LD, N_TRIPLES, N_QUADS, RDF_XML = RDF_FORMATS


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        pytest.param(None, ".ttl", id="no header means our first offer"),
        pytest.param("", ".ttl", id="so does an empty one"),
        pytest.param(" ,, ", ".ttl", id="so does one with nothing in it"),
        pytest.param("*/*", ".ttl", id="so does a full wildcard"),
        pytest.param("*", ".ttl", id="a bare star, as Java sends it, is one"),
        pytest.param("application/*", ".jsonld", id="a type range keeps our order"),
        pytest.param("application/rdf+xml", ".rdf", id="an exact type"),
        pytest.param("Application/RDF+XML", ".rdf", id="in any case"),
        pytest.param("text/turtle;q=0.4, application/rdf+xml", ".rdf", id="the higher q wins"),
        pytest.param("text/turtle ; Q=0.4 , application/rdf+xml ; q=0.5", ".rdf", id="spaces, and Q"),
        pytest.param("text/turtle;q=0.001, application/rdf+xml;q=0.002", ".rdf", id="by a thousandth"),
        pytest.param("application/n-quads, application/rdf+xml", ".nq", id="of equals, our first"),
        pytest.param("application/rdf+xml, */*", ".rdf", id="of equals, the one that was named"),
        pytest.param("application/rdf+xml;q=0.5, */*;q=0.5", ".rdf", id="also with q"),
        pytest.param("*/*, text/turtle;q=0", ".jsonld", id="q=0 rules a format out, whatever the wildcard"),
        pytest.param("text/turtle;q=0, */*;q=0.1", ".jsonld", id="in either order"),
        pytest.param("text/turtle;q=0.1, */*;q=0.9", ".jsonld", id="a named type's q overrides a wildcard's"),
        pytest.param(
            "application/*;q=0.2, */*;q=0.1", ".jsonld", id="a type range's overrides a full wildcard's"
        ),
        pytest.param("application/*;q=0, */*;q=0.1", ".ttl", id="also to rule it out"),
        pytest.param("text/turtle; charset=utf-8", ".ttl", id="a parameter does not hide a match"),
        pytest.param(
            'application/ld+json; profile="http://example.org/a, b"; q=0.8, text/turtle;q=0.7',
            ".jsonld",
            id="not even one with a comma in it",
        ),
        pytest.param("text/turtle;q=0.2, text/turtle;q=0.9, */*;q=0.5", ".ttl", id="twice: the higher q"),
        pytest.param(
            "text/turtle;q=high, application/n-triples;q=0.1", ".nt", id="a range with a bad q is left out"
        ),
        pytest.param('application/rdf+xml, "', ".ttl", id="what cannot be read at all says nothing"),
        pytest.param("text/html, application/xhtml+xml, */*;q=0.8", ".ttl", id="a browser takes anything"),
        pytest.param("application/json", ".jsonld", id="an alias"),
        pytest.param("application/json;q=0.2, text/xml;q=0.3", ".rdf", id="the q of an alias counts"),
        pytest.param("application/json, application/rdf+xml", ".rdf", id="of equals, rather by its own name"),
        pytest.param("application/xml, text/*", ".rdf", id="an alias that was named, before a wildcard"),
        pytest.param("application/rdf+xml, " * 180 + "*/*", ".rdf", id="one as long as is still read"),
        pytest.param("application/rdf+xml, " * 300 + "*/*", ".ttl", id="one that is too long says nothing"),
    ],
)
def test_negotiate(accept: str | None, suffix: str) -> None:
    assert negotiate(accept, RDF_FORMATS).suffix == suffix


@pytest.mark.parametrize(
    "accept",
    [
        *("image/png", "text/html", "*/*;q=0", "text/turtle;q=0", "text/turtle;q=0.000"),
        *("turtle", "*/turtle", "text/turtle2", "text/plain", "application/rdf+json"),
    ],
)
def test_nothing_that_fits_is_406_with_the_offers(accept: str) -> None:
    assert choose(accept, [TURTLE]) is None
    with pytest.raises(RequestError) as error:
        negotiate(accept, [TURTLE])
    assert (error.value.status, str(error.value), error.value.offers) == (
        406,
        "Nothing here has a type that your Accept header allows. It can be sent as: text/turtle",
        ("text/turtle",),
    )


# As each sends it; Comunica's is what it reads a service description with.
COMUNICA = (
    "application/n-quads,application/trig;q=0.95,application/ld+json;q=0.9,application/n-triples;q=0.8,"
    "text/turtle;q=0.6,application/rdf+xml;q=0.5,text/n3;q=0.35,application/xml;q=0.3,image/svg+xml;q=0.3,"
    "text/xml;q=0.3,text/html;q=0.2,application/xhtml+xml;q=0.18,application/json;q=0.135,text/shaclc;q=0.1"
)
JENA = (
    "application/sparql-results+json, application/sparql-results+xml;q=0.9, text/tab-separated-values;q=0.7,"
    " text/csv;q=0.5, application/json;q=0.2, application/xml;q=0.2, */*;q=0.1"
)
RDF4J = (
    "text/csv;q=0.8, application/sparql-results+json;q=0.8, application/json;q=0.8,"
    " application/sparql-results+xml, application/xml, text/tab-separated-values;q=0.8,"
    " application/x-binary-rdf-results-table;q=0.8"
)
SPARQL_WRAPPER = "application/sparql-results+json,application/json,text/javascript,application/javascript"
SPARQL_WRAPPER_N3 = "application/turtle,text/turtle,text/rdf+n3,application/n-triples,application/n3,text/n3"
FIREFOX = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "solutions", "graph"),
    [
        pytest.param("*/*", (JSON, JSON.media_type), (TURTLE, TURTLE.media_type), id="curl and requests"),
        pytest.param(
            SPARQL_WRAPPER, (JSON, JSON.media_type), (JSON_LD, "application/json"), id="SPARQLWrapper"
        ),
        pytest.param("application/turtle,text/turtle", None, (TURTLE, "text/turtle"), id="its Turtle"),
        pytest.param(SPARQL_WRAPPER_N3, None, (TURTLE, "text/turtle"), id="its N3"),
        pytest.param(
            "application/ld+json,application/x-json+ld", None, (JSON_LD, JSON_LD.media_type), id="JSON-LD"
        ),
        pytest.param(
            "application/rdf+xml, application/sparql-results+xml",
            (XML, XML.media_type),
            (RDF_XML, RDF_XML.media_type),
            id="rdflib",
        ),
        pytest.param(
            COMUNICA, (XML, "application/xml"), (N_QUADS, N_QUADS.media_type), id="Comunica, reading"
        ),
        pytest.param(
            "application/sparql-results+json;q=1.0,application/sparql-results+xml;q=0.7",
            (JSON, JSON.media_type),
            None,
            id="Comunica, asking",
        ),
        pytest.param(JENA, (JSON, JSON.media_type), (JSON_LD, "application/json"), id="Jena"),
        pytest.param(RDF4J, (XML, XML.media_type), (RDF_XML, "application/xml"), id="RDF4J"),
        pytest.param(
            "application/json, text/plain, */*",
            (JSON, "application/json"),
            (JSON_LD, "application/json"),
            id="axios",
        ),
        pytest.param("application/sparql-results+xml", (XML, XML.media_type), None, id="R's SPARQL"),
        pytest.param("text/csv", (CSV, "text/csv"), None, id="R and pandas"),
        pytest.param(
            "application/sparql-results+json,*/*;q=0.9",
            (JSON, JSON.media_type),
            (TURTLE, TURTLE.media_type),
            id="Yasgui",
        ),
        pytest.param(
            FIREFOX, (XML, "application/xml"), (RDF_XML, "application/xml"), id="a browser, had we no page"
        ),
        pytest.param("text/n3", None, (TURTLE, "text/n3"), id="N3, of which Turtle is a part"),
        pytest.param(
            "application/trig", None, (TURTLE, "application/trig"), id="TriG, of which it is another"
        ),
    ],
)
def test_what_clients_are_sent(
    accept: str, solutions: tuple[object, str] | None, graph: tuple[object, str] | None
) -> None:
    tables, graphs = choose(accept, RESULT_FORMATS), choose(accept, RDF_FORMATS)
    assert (tables and (tables, sent_as(accept, tables))) == solutions
    assert (graphs and (graphs, sent_as(accept, graphs))) == graph


def test_a_browser_prefers_a_page() -> None:
    offers: tuple[Offer, ...] = (*RESULT_FORMATS, *RDF_FORMATS, HTML)
    assert choose(FIREFOX, offers) is HTML


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param(None, "application/ld+json", id="no header"),
        pytest.param("*/*", "application/ld+json", id="a wildcard"),
        pytest.param("application/json, application/ld+json", "application/ld+json", id="of equals, its own"),
        pytest.param("application/json, application/ld+json;q=0.9", "application/json", id="the higher q"),
        pytest.param("application/json, */*", "application/json", id="what was named, before a wildcard"),
        pytest.param("application/json;q=0, */*", "application/ld+json", id="not what is ruled out"),
        pytest.param("application/ld+json;q=0, application/json", "application/json", id="only the alias"),
        pytest.param(
            "text/turtle", "application/ld+json", id="what was not asked for, if it is sent all the same"
        ),
    ],
)
def test_sent_as(accept: str | None, media_type: str) -> None:
    assert sent_as(accept, JSON_LD) == media_type


FORMATS: tuple[Format[Any], ...] = (*RESULT_FORMATS, *RDF_FORMATS)
KNOWN = sorted({name for each in FORMATS for name in (each.media_type, *each.aliases)})

HEADERS = st.text(st.characters(max_codepoint=255))  # as a server reads the bytes
RANGES = st.builds(
    lambda name, parameters: ";".join([name, *parameters]),
    st.sampled_from([*KNOWN, "*/*", "text/*", "application/*", "*", "image/png"]) | HEADERS,
    st.lists(
        st.sampled_from(["q=0", "q=0.1", " q=1", "q=1.5", "q=-1", "q=nan", "q=", "charset=utf-8"]) | HEADERS,
        max_size=2,
    ),
)
ACCEPTS = st.none() | HEADERS | st.lists(RANGES, max_size=6).map(",".join)


@settings(deadline=None)
@given(ACCEPTS)
def test_whatever_accept_says_there_is_an_offer_or_406(accept: str | None) -> None:
    chosen = choose(accept, FORMATS)
    if chosen is None:
        with pytest.raises(RequestError) as error:
            negotiate(accept, FORMATS)
        assert error.value.status == 406
    else:
        assert negotiate(accept, FORMATS) is chosen
        assert sent_as(accept, chosen) in (chosen.media_type, *chosen.aliases)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KNOWN), st.integers(0, 1000), min_size=1))
def test_of_types_that_are_named_one_of_the_highest_q_is_sent(thousandths: dict[str, int]) -> None:
    accept = ", ".join(f"{name};q={number / 1000:.3f}" for name, number in thousandths.items())
    chosen = choose(accept, FORMATS)
    highest = max(thousandths.values())
    assert (thousandths[sent_as(accept, chosen)] if chosen else 0) == highest


@settings(deadline=None)
@given(ACCEPTS, st.randoms(use_true_random=False))
def test_what_was_asked_before_changes_nothing(accept: str | None, random: Random) -> None:
    before = choose(accept, FORMATS)
    for other in random.sample(KNOWN, 3):
        choose(f"{other};q={random.random():.3f}", FORMATS)
    assert choose(accept, FORMATS) is before


@pytest.mark.parametrize(
    ("if_none_match", "etag", "found"),
    [
        pytest.param(None, '"a"', False, id="no header"),
        pytest.param("", '"a"', False, id="an empty one"),
        pytest.param('"a"', '"a"', True, id="the same"),
        pytest.param('"b"', '"a"', False, id="another"),
        pytest.param('"A"', '"a"', False, id="another case"),
        pytest.param('W/"a"', '"a"', True, id="a weak one is compared weakly"),
        pytest.param('"a"', 'W/"a"', True, id="so is a strong one"),
        pytest.param('W/"a"', 'W/"a"', True, id="so are two weak ones"),
        pytest.param('"b", W/"c" , "a"', '"a"', True, id="one of several"),
        pytest.param('"b,a"', '"a"', False, id="a comma within one"),
        pytest.param('"b,a"', '"b,a"', True, id="the one with the comma"),
        pytest.param("*", '"a"', True, id="any"),
        pytest.param(" * ", '"a"', True, id="any, with spaces"),
        pytest.param('"*"', '"a"', False, id="a star in quotation marks"),
    ],
)
def test_matches(if_none_match: str | None, etag: str, found: bool) -> None:
    assert matches(if_none_match, etag) is found


@settings(deadline=None)
@given(HEADERS)
def test_whatever_is_sent_can_be_compared(if_none_match: str) -> None:
    assert not matches(if_none_match, '"a"') or set("a*") & set(if_none_match)
