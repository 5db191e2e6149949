"""The HTTP contract, as one table: kind of address x Accept x method -> what the answer must be like.

The table is data; `contract_lines` makes lines of it.  Tests run it over our own server, `check` over a
deployed one, and the page /contract shows it.  `conformity` compares an answer with a line.

What it rests on: RFC 9110 (HTTP) <https://www.rfc-editor.org/rfc/rfc9110>, RFC 9457 (problems), "Cool
URIs for the Semantic Web" <https://www.w3.org/TR/cooluris/> for 303, FAIR Signposting
<https://signposting.org/FAIR/> for the header Link, VoID section 7.2, and the CORS protocol of
<https://fetch.spec.whatwg.org/>.
"""

from collections.abc import Iterable
from dataclasses import replace

from pilotgraph.contract_lines import Expected, Kind
from pilotgraph.formats import JSON_LD, RDF_FORMATS, RDF_XML, RESULT_FORMATS, TURTLE
from pilotgraph.negotiation import Offer
from pilotgraph.protocol import METHODS, PROBLEM_JSON, QUERY
from pilotgraph.responses import CACHED, DOCUMENTS, HTML, NOT_CACHED, Form, Representation

FOR_EVER = "public, max-age=31536000, immutable"
PLAIN = Representation("text", ".txt", "text/plain")
XML = Representation("XML", ".xml", "application/xml")
CSV = Representation("CSV", ".csv", "text/csv")
JSON = Representation("JSON", ".json", "application/json")
SVG = Representation("SVG", ".svg", "image/svg+xml")
_SPARQL = Representation("SPARQL", ".rq", QUERY)
# What has an address of its own, by its suffix.
_OF_LIST: tuple[Form, ...] = (CSV, JSON, *RDF_FORMATS)
_OF_PICTURE = (
    SVG,
    Representation("SVG for dark pages", ".dark.svg", SVG.media_type),
    CSV,
    JSON,
    Representation("Vega-Lite", ".vl.json", JSON.media_type),
    _SPARQL,
)
_OF_QUESTION = (
    *(Representation(each.name, f".{each.name.lower()}", each.media_type) for each in RESULT_FORMATS),
    _SPARQL,
)
_ASK = "ASK { ?s ?p ?o }"
QUALITIES = "text/turtle;q=0.4, application/rdf+xml"
# What a request for a document, or for a result, may say besides the name of one format.
DOCUMENT_CASES: tuple[tuple[str, Offer], ...] = (
    (QUALITIES, RDF_XML),
    ("text/html;q=0, */*;q=0.1", TURTLE),
    ("text/turtle; charset=utf-8", TURTLE),
    ("image/png, text/turtle;q=0.1", TURTLE),
    ("application/*", JSON_LD),
)
_RESULT_CASES: tuple[tuple[str, Offer], ...] = (
    ("text/csv;q=0.4, application/sparql-results+xml", RESULT_FORMATS[1]),
    ("image/png, text/csv;q=0.1", RESULT_FORMATS[2]),
)


def _page(links: tuple[str, ...] = (), *, held: bool = False, cache: str = "") -> Expected:
    return Expected(media_type=HTML.media_type, links=links, held=held, cache=cache)


def _document(form: Form, *links: str, varies: bool = True) -> tuple[Offer, Expected]:
    """A document that stays the same as long as the release and the code do."""
    links += ("type", "describedby") if form is HTML else ()
    expected = Expected(200, form.media_type, links=links, varies=varies, held=True, cache=CACHED)
    return form, expected


def _leads(location: str, *links: str, status: int = 303) -> Expected:
    return Expected(status, location=location, links=links, cache=CACHED)


def _forms(name: str, path: str, sense: str, forms: Iterable[Form], *links: str) -> list[Kind]:
    """A document at the address of each of its forms, whatever the client takes."""
    return [
        Kind(f"{name}, {form.name}", path + form.suffix, sense, [_document(form, *links, varies=False)])
        for form in forms
    ]


def _by_suffix(path: str, *links: str) -> list[tuple[Offer, Expected]]:
    return [(form, _leads(f"{path}{form.suffix}", *links)) for form in DOCUMENTS]


_SIGNPOSTS = ("alternate", "cite-as", "license")
_OF_THING = ("alternate", "canonical", "cite-as", "collection", "license")
_OF_DATASET = ("alternate", "cite-as", "item", "license")
_KEPT = Expected(varies=False, held=True, cache=CACHED)
_RESULT = Expected(held=True, cache=CACHED)
_MISSING = Expected(404, PROBLEM_JSON, cache=NOT_CACHED)

KINDS: tuple[Kind, ...] = (
    Kind(
        "a thing",
        "/id/{thing}",
        "The IRI of a thing is not a document, so it leads to one: to the form that the client prefers.",
        _by_suffix("/doc/{thing}", "describedby", "license"),
        DOCUMENT_CASES,
    ),
    Kind(
        "a document, in any form",
        "/doc/{thing}",
        "The address of a document without a suffix leads to the form that the client prefers.",
        _by_suffix("/doc/{thing}", "describedby", "license"),
        DOCUMENT_CASES,
    ),
    *_forms(
        "a document",
        "/doc/{thing}",
        "One form of what is said of a thing; its suffix decides, not Accept.",
        DOCUMENTS,
        *_OF_THING,
    ),
    Kind(
        "the dataset",
        "/",
        "The page about the dataset, or its description in RDF.",
        [_document(form, *_OF_DATASET) for form in DOCUMENTS],
        DOCUMENT_CASES,
    ),
    *_forms(
        "the description",
        "/void",
        "The description of the dataset, as VoID and DCAT have it.",
        RDF_FORMATS,
        "alternate",
        "describes",
        "license",
    ),
    Kind(
        "where crawlers look for VoID",
        "/.well-known/void",
        "VoID's section 7.2: it leads to the description.",
        [(form, _leads(f"/void{form.suffix}", status=302)) for form in RDF_FORMATS]
        + [(HTML, _leads("/", status=302))],
        DOCUMENT_CASES[:1],
    ),
    Kind(
        "a named graph",
        "/{graph}",
        "The IRI of a named graph leads to the description of the dataset, which says what it holds.",
        [(HTML, _leads("/"))],
    ),
    Kind(
        "the ontology",
        "/ontology",
        "All terms in one document: their IRIs are this one and a fragment.",
        [_document(form, *_SIGNPOSTS) for form in DOCUMENTS],
        DOCUMENT_CASES,
    ),
    Kind(
        "a version of the ontology",
        "/ontology/{ontology_version}",
        "The version IRI that the ontology names.",
        [_document(form, *_SIGNPOSTS) for form in DOCUMENTS],
        DOCUMENT_CASES[:1],
    ),
    *_forms("the ontology", "/ontology", "One form of the ontology.", DOCUMENTS, *_SIGNPOSTS),
    Kind(
        "a term",
        "/ontology/term/{term}",
        "A page about one term; what programs read of it is in the ontology.",
        [(HTML, _page(held=True, cache=CACHED))],
        negotiated=True,
    ),
    Kind(
        "the guide",
        "/guide",
        "How the model answers questions, for people; a site need not have one.",
        [(HTML, _page(held=True, cache=CACHED))],
        negotiated=True,
        needs=("guide",),
    ),
    Kind(
        "the endpoint, when nothing is asked",
        "/sparql",
        "The SPARQL endpoint describes itself; to a person it shows a page to ask from.",
        [(form, replace(_RESULT, media_type=form.media_type)) for form in RDF_FORMATS] + [(HTML, _page())],
        DOCUMENT_CASES[:1],
        METHODS,
        {"POST": (_ASK, QUERY), "QUERY": (_ASK, QUERY)},
    ),
    Kind(
        "a query",
        "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
        "The answer to a query, as the SPARQL 1.1 Protocol has it.",
        [(form, replace(_RESULT, media_type=form.media_type)) for form in RESULT_FORMATS] + [(HTML, _page())],
        _RESULT_CASES,
        METHODS,
    ),
    Kind(
        "what the query page completes",
        "/sparql/terms.json",
        "Prefixes, classes and properties, for editors.",
        [(JSON, replace(_KEPT, media_type=JSON.media_type))],
    ),
    Kind(
        "the questions",
        "/queries",
        "The questions that are published with the data.",
        [(HTML, _page(held=True, cache=CACHED))] + [(form, _leads("/")) for form in RDF_FORMATS],
        DOCUMENT_CASES,
    ),
    Kind(
        "a question",
        "/queries/{question}",
        "To a person a page with its answer, to a program the answer, or the description that holds it.",
        [
            (HTML, _page(held=True, cache=CACHED)),
            *((form, replace(_RESULT, media_type=form.media_type)) for form in RESULT_FORMATS),
            *((form, _leads("/")) for form in RDF_FORMATS),
        ],
        _RESULT_CASES,
    ),
    *_forms(
        "a question",
        "/queries/{question}",
        "The answer to a question in one format, or the question itself in SPARQL.",
        _OF_QUESTION,
    ),
    Kind(
        "the classes",
        "/browse",
        "The classes of the things that there are.",
        [(HTML, replace(_KEPT, media_type=HTML.media_type))],
    ),
    Kind(
        "a list",
        "/browse/{class}",
        "The things of a class, for people and for programs.",
        [
            (form, Expected(200, form.media_type, links=("alternate", "license"), held=True, cache=CACHED))
            for form in (HTML, *_OF_LIST)
        ],
        DOCUMENT_CASES[:1],
    ),
    *_forms(
        "a list",
        "/browse/{class}",
        "All things of a class in one form.",
        _OF_LIST,
        "alternate",
        "collection",
        "license",
    ),
    Kind(
        "the pictures",
        "/views",
        "The pictures that are drawn from the data; a site need not have any.",
        [(HTML, replace(_KEPT, media_type=HTML.media_type))],
        needs=("view",),
    ),
    Kind(
        "a picture",
        "/views/{view}",
        "To a person its page, to a program the drawing or the data.",
        [
            (form, Expected(200, form.media_type, links=("alternate", "license"), held=True, cache=CACHED))
            for form in (HTML, SVG, CSV, JSON)
        ],
    ),
    *_forms(
        "a picture",
        "/views/{view}",
        "One file of a picture: the drawing, its data, and what they are made by.",
        _OF_PICTURE,
        "alternate",
        "collection",
        "license",
    ),
    Kind(
        "a search",
        "/search?q=a",
        "What is found for some words.",
        [
            (form, Expected(200, form.media_type, links=("alternate",), held=True, cache=CACHED))
            for form in (HTML, JSON)
        ],
    ),
    Kind(
        "a search, as JSON",
        "/search.json?q=a",
        "The same for programs, whatever they take.",
        [_document(JSON, "alternate", varies=False)],
    ),
    Kind(
        "a file of a release",
        "/releases/{dump}",
        "It never changes.",
        [
            (
                TURTLE,
                Expected(
                    200,
                    TURTLE.media_type,
                    links=("collection", "license"),
                    varies=False,
                    held=True,
                    cache=FOR_EVER,
                ),
            )
        ],
    ),
    Kind(
        "this table",
        "/contract",
        "The contract, for people.",
        [(HTML, replace(_KEPT, media_type=HTML.media_type))],
    ),
    Kind(
        "what crawlers may read",
        "/robots.txt",
        "As RFC 9309 has it.",
        [(PLAIN, replace(_KEPT, media_type=PLAIN.media_type))],
    ),
    Kind(
        "all pages",
        "/sitemap.xml",
        "As sitemaps.org has it; over 50,000 pages it leads to several.",
        [(XML, replace(_KEPT, media_type=XML.media_type))],
    ),
    Kind(
        "some of the pages",
        "/sitemap-0.xml",
        "One of several sitemaps: this one has the pages that are about no single thing.",
        [(XML, replace(_KEPT, media_type=XML.media_type))],
    ),
)
# What is not there, wherever it would be.
MISSING: tuple[Kind, ...] = tuple(
    Kind(
        name,
        path,
        "It is not there, and is said not to be: to a program as a problem (RFC 9457).",
        [(JSON_LD, _MISSING), (HTML, replace(_MISSING, media_type=HTML.media_type))],
    )
    for name, path in (
        ("no such thing", "/id/there/is-no-such-thing"),
        ("no such document", "/doc/there/is-no-such-thing.ttl"),
        ("no such address", "/there-is-no-such-address"),
    )
)
EVERY = (*KINDS, *MISSING)
