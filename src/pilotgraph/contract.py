"""The HTTP contract, as one table: kind of address x Accept x method -> what the answer must be like.

The table is data; `contract_lines` makes lines of it.  Tests run it over our own server, `check` over a
deployed one, and the page /contract shows it.  `conformity` compares an answer with a line.

What it rests on: RFC 9110 (HTTP) <https://www.rfc-editor.org/rfc/rfc9110>, RFC 9457 (problems), "Cool
URIs for the Semantic Web" <https://www.w3.org/TR/cooluris/> for 303, FAIR Signposting
<https://signposting.org/FAIR/> for the header Link, VoID section 7.2, and the CORS protocol of
<https://fetch.spec.whatwg.org/>.
"""

from dataclasses import replace

from pilotgraph.contract_lines import Expected, Kind
from pilotgraph.contract_parts import (
    ASK,
    ATOM,
    CSV,
    DOCUMENT_CASES,
    GONE,
    JSON,
    KEPT,
    NOT_THERE,
    OF_DATASET,
    OF_LIST,
    OF_PICTURE,
    OF_QUESTION,
    OF_RELEASE,
    OF_THING,
    PLAIN,
    RESULT,
    RESULT_CASES,
    SIGNPOSTS,
    SVG,
    XML,
    by_suffix,
    document,
    forms,
    leads,
    page,
)
from pilotgraph.formats import JSON_LD, RDF_FORMATS, RESULT_FORMATS, TURTLE
from pilotgraph.protocol import METHODS, QUERY
from pilotgraph.responses import CACHED, DOCUMENTS, FOR_EVER, HTML

KINDS: tuple[Kind, ...] = (
    Kind(
        "a thing",
        "/id/{thing}",
        "The IRI of a thing is not a document, so it leads to one: to the form that the client prefers.",
        by_suffix("/doc/{thing}", "describedby", "license"),
        DOCUMENT_CASES,
    ),
    Kind(
        "a document, in any form",
        "/doc/{thing}",
        "The address of a document without a suffix leads to the form that the client prefers.",
        by_suffix("/doc/{thing}", "describedby", "license"),
        DOCUMENT_CASES,
    ),
    *forms(
        "a document",
        "/doc/{thing}",
        "One form of what is said of a thing; its suffix decides, not Accept.",
        DOCUMENTS,
        *OF_THING,
    ),
    Kind(
        "a thing that was withdrawn",
        "/id/{withdrawn}",
        "Its IRI is for ever, and has a tombstone: what it was called, when it was withdrawn, and why.",
        [(form, replace(GONE, media_type=form.media_type)) for form in DOCUMENTS],
        needs=("withdrawn",),
    ),
    *(
        Kind(
            f"the document of a thing that was withdrawn, {form.name}",
            f"/doc/{{withdrawn}}{form.suffix}",
            "Its tombstone in one form.",
            [(form, replace(GONE, media_type=form.media_type, varies=False))],
            needs=("withdrawn",),
        )
        for form in DOCUMENTS
    ),
    Kind(
        "the dataset",
        "/",
        "The page about the dataset, or its description in RDF.",
        [document(form, *OF_DATASET) for form in DOCUMENTS],
        DOCUMENT_CASES,
    ),
    *forms(
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
        [(form, leads(f"/void{form.suffix}", status=302)) for form in RDF_FORMATS]
        + [(HTML, leads("/", status=302))],
        DOCUMENT_CASES[:1],
    ),
    Kind(
        "the catalogue",
        "/catalog",
        "What data portals harvest, in DCAT-AP; a person is led to the page about the dataset.",
        [document(form, "alternate", "canonical", "describes", "license") for form in RDF_FORMATS]
        + [(HTML, leads("/", "alternate", "describes", "license"))],
        DOCUMENT_CASES[:1],
    ),
    *forms(
        "the catalogue",
        "/catalog",
        "The catalogue in one form.",
        RDF_FORMATS,
        "alternate",
        "canonical",
        "describes",
        "license",
    ),
    Kind(
        "a named graph",
        "/{graph}",
        "The IRI of a named graph leads to the description of the dataset, which says what it holds.",
        [(HTML, leads("/"))],
    ),
    Kind(
        "the ontology",
        "/ontology",
        "All terms in one document: their IRIs are this one and a fragment.",
        [document(form, *SIGNPOSTS) for form in DOCUMENTS],
        DOCUMENT_CASES,
    ),
    Kind(
        "a version of the ontology",
        "/ontology/{ontology_version}",
        "The version IRI that the ontology names.",
        [document(form, *SIGNPOSTS) for form in DOCUMENTS],
        DOCUMENT_CASES[:1],
    ),
    *forms("the ontology", "/ontology", "One form of the ontology.", DOCUMENTS, *SIGNPOSTS),
    Kind(
        "a term",
        "/ontology/term/{term}",
        "A page about one term; what programs read of it is in the ontology.",
        [(HTML, page(held=True, cache=CACHED))],
        negotiated=True,
    ),
    Kind(
        "the shapes",
        "/shapes",
        "The rules that records keep are this IRI and a fragment; it leads to the file that has them.",
        [(HTML, leads("/releases/{release}/shapes.ttl"))],
    ),
    Kind(
        "the validation's report",
        "/report",
        "What validation found is this IRI and a fragment; it leads to the file of the release.",
        [(HTML, leads("/releases/{release}/report.ttl"))],
    ),
    Kind(
        "the guide",
        "/guide",
        "How the model answers questions, for people; a site need not have one.",
        [(HTML, page(held=True, cache=CACHED))],
        negotiated=True,
        needs=("guide",),
    ),
    Kind(
        "the endpoint, when nothing is asked",
        "/sparql",
        "The SPARQL endpoint describes itself; to a person it shows a page to ask from.",
        [(form, replace(RESULT, media_type=form.media_type)) for form in RDF_FORMATS] + [(HTML, page())],
        DOCUMENT_CASES[:1],
        METHODS,
        {"POST": (ASK, QUERY), "QUERY": (ASK, QUERY)},
    ),
    Kind(
        "a query",
        "/sparql?query=ASK%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D",
        "The answer to a query, as the SPARQL 1.1 Protocol has it.",
        [(form, replace(RESULT, media_type=form.media_type)) for form in RESULT_FORMATS] + [(HTML, page())],
        RESULT_CASES,
        METHODS,
    ),
    Kind(
        "what the query page completes",
        "/sparql/terms.json",
        "Prefixes, classes and properties, for editors.",
        [(JSON, replace(KEPT, media_type=JSON.media_type))],
    ),
    Kind(
        "the questions",
        "/queries",
        "The questions that are published with the data.",
        [(HTML, page(held=True, cache=CACHED))] + [(form, leads("/")) for form in RDF_FORMATS],
        DOCUMENT_CASES,
    ),
    Kind(
        "a question",
        "/queries/{question}",
        "To a person a page with its answer, to a program the answer, or the description that holds it.",
        [
            (HTML, page(held=True, cache=CACHED)),
            *((form, replace(RESULT, media_type=form.media_type)) for form in RESULT_FORMATS),
            *((form, leads("/")) for form in RDF_FORMATS),
        ],
        RESULT_CASES,
    ),
    *forms(
        "a question",
        "/queries/{question}",
        "The answer to a question in one format, or the question itself in SPARQL.",
        OF_QUESTION,
    ),
    Kind(
        "the classes",
        "/browse",
        "The classes of the things that there are.",
        [(HTML, replace(KEPT, media_type=HTML.media_type))],
    ),
    Kind(
        "a list",
        "/browse/{class}",
        "The things of a class, for people and for programs.",
        [
            (form, Expected(200, form.media_type, links=("alternate", "license"), held=True, cache=CACHED))
            for form in (HTML, *OF_LIST)
        ],
        DOCUMENT_CASES[:1],
    ),
    *forms(
        "a list",
        "/browse/{class}",
        "All things of a class in one form.",
        OF_LIST,
        "alternate",
        "collection",
        "license",
    ),
    Kind(
        "the pictures",
        "/views",
        "The pictures that are drawn from the data; a site need not have any.",
        [(HTML, replace(KEPT, media_type=HTML.media_type))],
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
    *forms(
        "a picture",
        "/views/{view}",
        "One file of a picture: the drawing, its data, and what they are made by.",
        OF_PICTURE,
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
        [document(JSON, "alternate", varies=False)],
    ),
    Kind(
        "the releases",
        "/releases",
        "The releases that were published, with what changed in each.",
        [document(form, "alternate", "license") for form in DOCUMENTS],
        DOCUMENT_CASES[:1],
    ),
    *forms("the releases", "/releases", "The same in RDF.", RDF_FORMATS, "alternate", "license"),
    Kind(
        "a release",
        "/releases/{release}",
        "One release: its page, or in RDF what is recorded of it and what it was made from.",
        [document(form, *OF_RELEASE) for form in DOCUMENTS],
        DOCUMENT_CASES[:1],
    ),
    Kind(
        "a release, as if it were a directory",
        "/releases/{release}/",
        "A slash too many leads to the release.",
        [(HTML, leads("/releases/{release}", status=308))],
    ),
    *forms(
        "a release",
        "/releases/{release}",
        "What is said of a release, in one form of RDF.",
        RDF_FORMATS,
        *OF_RELEASE,
    ),
    Kind(
        "a file of a release",
        "/releases/{dump}",
        "It never changes, so a client may keep it for ever. It has Last-Modified, a strong ETag and"
        " Repr-Digest, which is its SHA-256 (RFC 9530); it is sent in parts (Range, If-Range), and packed to"
        " who takes gzip.",
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
        "the feed",
        "/feed.atom",
        "The releases and what changed in each, as Atom (RFC 4287).",
        [(ATOM, replace(KEPT, media_type=ATOM.media_type, links=("alternate", "license")))],
        needs=("feed",),
    ),
    Kind(
        "this table",
        "/contract",
        "The contract, for people.",
        [(HTML, replace(KEPT, media_type=HTML.media_type))],
    ),
    Kind(
        "what crawlers may read",
        "/robots.txt",
        "As RFC 9309 has it.",
        [(PLAIN, replace(KEPT, media_type=PLAIN.media_type))],
    ),
    Kind(
        "all pages",
        "/sitemap.xml",
        "As sitemaps.org has it; over 50,000 pages it leads to several.",
        [(XML, replace(KEPT, media_type=XML.media_type))],
    ),
    Kind(
        "some of the pages",
        "/sitemap-0.xml",
        "One of several sitemaps: this one has the pages that are about no single thing.",
        [(XML, replace(KEPT, media_type=XML.media_type))],
    ),
)
# What is not there, wherever it would be.
MISSING: tuple[Kind, ...] = tuple(
    Kind(
        name,
        path,
        "It is not there, and is said not to be: to a program as a problem (RFC 9457).",
        [(JSON_LD, NOT_THERE), (HTML, replace(NOT_THERE, media_type=HTML.media_type))],
    )
    for name, path in (
        ("no such thing", "/id/there/is-no-such-thing"),
        ("no such document", "/doc/there/is-no-such-thing.ttl"),
        ("no such address", "/there-is-no-such-address"),
    )
)
EVERY = (*KINDS, *MISSING)
