"""What the rows of the contract are made of: forms, cases of Accept, and what is expected of an answer."""

from collections.abc import Iterable

from pilotgraph.contract_lines import Expected, Kind
from pilotgraph.formats import JSON_LD, RDF_FORMATS, RDF_XML, RESULT_FORMATS, TURTLE
from pilotgraph.negotiation import Offer
from pilotgraph.protocol import PROBLEM_JSON, QUERY
from pilotgraph.responses import CACHED, DOCUMENTS, HTML, NOT_CACHED, Form, Representation

PLAIN = Representation("text", ".txt", "text/plain")
XML = Representation("XML", ".xml", "application/xml")
ATOM = Representation("Atom", ".atom", "application/atom+xml")
CSV = Representation("CSV", ".csv", "text/csv")
JSON = Representation("JSON", ".json", "application/json")
SVG = Representation("SVG", ".svg", "image/svg+xml")
SPARQL = Representation("SPARQL", ".rq", QUERY)
# What has an address of its own, by its suffix.
OF_LIST: tuple[Form, ...] = (CSV, JSON, *RDF_FORMATS)
OF_PICTURE = (
    SVG,
    Representation("SVG for dark pages", ".dark.svg", SVG.media_type),
    CSV,
    JSON,
    Representation("Vega-Lite", ".vl.json", JSON.media_type),
    SPARQL,
)
OF_QUESTION = (
    *(Representation(each.name, f".{each.name.lower()}", each.media_type) for each in RESULT_FORMATS),
    SPARQL,
)
ASK = "ASK { ?s ?p ?o }"
QUALITIES = "text/turtle;q=0.4, application/rdf+xml"
# What a request for a document, or for a result, may say besides the name of one format.
DOCUMENT_CASES: tuple[tuple[str, Offer], ...] = (
    (QUALITIES, RDF_XML),
    ("text/html;q=0, */*;q=0.1", TURTLE),
    ("text/turtle; charset=utf-8", TURTLE),
    ("image/png, text/turtle;q=0.1", TURTLE),
    ("application/*", JSON_LD),
)
RESULT_CASES: tuple[tuple[str, Offer], ...] = (
    ("text/csv;q=0.4, application/sparql-results+xml", RESULT_FORMATS[1]),
    ("image/png, text/csv;q=0.1", RESULT_FORMATS[2]),
)


def page(links: tuple[str, ...] = (), *, held: bool = False, cache: str = "") -> Expected:
    return Expected(media_type=HTML.media_type, links=links, held=held, cache=cache)


def document(form: Form, *links: str, varies: bool = True) -> tuple[Offer, Expected]:
    """A document that stays the same as long as the release and the code do."""
    links += ("type", "describedby") if form is HTML else ()
    expected = Expected(200, form.media_type, links=links, varies=varies, held=True, cache=CACHED)
    return form, expected


def leads(location: str, *links: str, status: int = 303) -> Expected:
    return Expected(status, location=location, links=links, cache=CACHED)


def forms(name: str, path: str, sense: str, forms: Iterable[Form], *links: str) -> list[Kind]:
    """A document at the address of each of its forms, whatever the client takes."""
    return [
        Kind(f"{name}, {form.name}", path + form.suffix, sense, [document(form, *links, varies=False)])
        for form in forms
    ]


def by_suffix(path: str, *links: str) -> list[tuple[Offer, Expected]]:
    return [(form, leads(f"{path}{form.suffix}", *links)) for form in DOCUMENTS]


SIGNPOSTS = ("alternate", "cite-as", "license")
OF_THING = ("alternate", "canonical", "cite-as", "collection", "license")
OF_DATASET = ("alternate", "cite-as", "item", "license")
OF_RELEASE = ("alternate", "canonical", "cite-as", "collection", "item", "license")
KEPT = Expected(varies=False, held=True, cache=CACHED)
RESULT = Expected(held=True, cache=CACHED)
GONE = Expected(410, links=("alternate", "canonical", "cite-as", "license"), cache=CACHED)
NOT_THERE = Expected(404, PROBLEM_JSON, cache=NOT_CACHED)
