"""A release and a store -> a Flask application: the HTTP contract, and the pages.

`ROUTES` is the contract; the tests read it.  Whatever a release fixes (names, counts, the ontology
and the description of the dataset in every format) is made ready once, in `create_app`; a request
asks the store for the rest.  Nothing changes afterwards, so threads share it freely.

Every answer may be read by scripts of any origin (CORS), and forbids a browser to run a script or to
load anything from elsewhere.  Errors are `application/problem+json`, or a page for people, and say
no more than their message.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import pyoxigraph as ox
from flask import Flask, Response, render_template, request, send_file
from jinja2 import StrictUndefined
from rdflib import DCAT, DCTERMS, FOAF, OWL, VOID
from werkzeug.exceptions import HTTPException

from pilotgraph import formats, pages
from pilotgraph.context import Context
from pilotgraph.errors import QueryError
from pilotgraph.formats import N_TRIPLES, RDF_FORMATS, RESULT_FORMATS, TURTLE, Format
from pilotgraph.pages import URL_CHARACTERS, Describer, Property, Site, Triples, Vocabulary
from pilotgraph.protocol import PROBLEM_JSON, Offer, RequestError, choose, failure, negotiate, read_query
from pilotgraph.release import Release
from pilotgraph.store import Query, Store

MAX_QUERY_KB = 200
# A form may write three bytes for one.
MAX_BODY_BYTES = 3 * MAX_QUERY_KB * 1000 + 10_000
A_YEAR = 31_536_000
FIVE_MINUTES = 300


@dataclass(frozen=True, slots=True)
class Route:
    """One line of the contract. HEAD and OPTIONS go without saying."""

    rule: str
    view: str
    methods: tuple[str, ...] = ("GET",)


ROUTES = (
    Route("/", "home"),
    Route("/id/<path:name>", "thing"),
    Route("/doc/<path:name>", "document"),
    Route("/ontology", "ontology"),
    Route("/ontology.<suffix>", "ontology"),
    Route("/ontology/<version>", "ontology"),
    Route("/sparql", "sparql", ("GET", "POST", "QUERY")),
    Route("/releases/<version>/<path:name>", "file"),
)


@dataclass(frozen=True, slots=True)
class Representation:
    """A way to send something that is neither a graph nor a query's result."""

    name: str
    suffix: str
    media_type: str


RdfForm: TypeAlias = Format[ox.RdfFormat]
Form: TypeAlias = Representation | RdfForm

HTML = Representation("HTML", ".html", "text/html")
PROBLEM = Representation("problem", ".json", PROBLEM_JSON)
DOCUMENTS: tuple[Form, ...] = (HTML, *RDF_FORMATS)
SERVICE: tuple[Form, ...] = (*RDF_FORMATS, HTML)
ANSWERS: tuple[Offer, ...] = (*RESULT_FORMATS, *RDF_FORMATS, HTML)
SUFFIXES = {each.suffix: each for each in DOCUMENTS}
# What a page of results is made from.
_FOR_A_PAGE = f"{RESULT_FORMATS[0].media_type}, {TURTLE.media_type}"

_ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept",
}
_DETAILS = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take that method; Allow says which it takes.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"The body of a request may have {MAX_BODY_BYTES:,} bytes.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. It has been logged.",
}
_KEPT = {"Allow", "Content-Range", "Retry-After"}
_FIGURES = {
    "version": f"{DCAT}version",
    "released": DCTERMS.issued,
    "things": VOID.entities,
    "triples": VOID.triples,
    "publisher": DCTERMS.publisher,
    "licence": DCTERMS.license,
}


def create_app(release: Release, store: Store, public_url: str | None = None) -> Flask:
    """Make the application that serves a release.

    :param store: answers from the same release; the caller closes it.
    :param public_url: where readers find the site, if a proxy shows it elsewhere; its path becomes
        part of every link, and the proxy takes it off again.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = A_YEAR  # pages ask for a static file by its hash
    app.url_map.merge_slashes = False
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    views = _Views(release, store, (public_url or "").rstrip("/"), _hash_code(Path(app.root_path)))
    for route in (*ROUTES, *views.graph_routes()):
        app.add_url_rule(route.rule, route.rule, getattr(views, route.view), methods=route.methods)
    app.register_error_handler(HTTPException, views.http_error)
    app.register_error_handler(QueryError, views.error)
    app.register_error_handler(RequestError, views.error)
    app.after_request(_add_headers)
    return app


def _hash_code(root: Path) -> str:
    # New code has new ETags, and a new address for its styles, with the same release too.
    files = (file for file in root.rglob("*") if file.suffix in {".py", ".html", ".css", ".svg"})
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _add_headers(response: Response) -> Response:
    response.headers.update(_ALWAYS)
    if request.method == "OPTIONS" and "Allow" in response.headers:
        response.headers["Access-Control-Allow-Methods"] = response.headers["Allow"]
        response.headers["Access-Control-Allow-Headers"] = "*"
    return response


@dataclass(frozen=True, slots=True)
class Chrome:
    """What is around every page; `path` is what a link of ours begins with."""

    path: str
    title: str
    language: str
    release: str
    license: str
    assets: str


@dataclass(frozen=True, slots=True)
class Link:
    """Something to follow."""

    name: str
    href: str
    media_type: str = HTML.media_type


class _Views:
    """One method a view, and what they share; nothing is changed once it is made."""

    def __init__(self, release: Release, store: Store, public_url: str, code: str) -> None:
        self.release, self.store, self.public_url = release, store, public_url
        self.description, ontology = self.read("description.ttl"), self.read("ontology.ttl")
        self.facts = Triples(self.description)
        (self.dataset,) = self.facts.having(_node(VOID.uriSpace))
        things = self.fact(VOID.uriSpace)
        self.site = Site(self.dataset.value, things, quote(urlsplit(public_url).path, safe="/%"))
        context = Context.read(release.read("context.jsonld"), "context.jsonld", things)
        nested = {term.iri for term in context.terms.values() if term.reverse}
        title = self.facts.text(self.dataset, pages.LABELS)
        language = ((title and title.language) or "en").lower()
        vocabulary = Vocabulary(Triples(ontology), Triples(self.read("shapes.ttl")), nested, language)
        self.describer = Describer(self.site, vocabulary, self.facts)
        self.license = self.fact(DCTERMS.license)
        name = title.value if title else self.dataset.value
        self.chrome = Chrome(self.site.prefix, name, language, release.name, self.license, code)
        self.prefixes = {"foaf": str(FOAF), "void": str(VOID)} | context.prefixes
        self.whole = {
            (name, form): formats.serialize(quads, form, self.prefixes)
            for name, quads in (("description", self.description), ("ontology", ontology))
            for form in RDF_FORMATS
        }
        self.queries = [
            release.read(name).decode() for name in sorted(release.files) if name.startswith("queries/")
        ]
        self.home_page = self.describe_dataset()
        self.ontology_page = self.describe_ontology()

    # Made once.

    def read(self, name: str) -> list[ox.Quad]:
        return formats.parse(self.release.read(name), TURTLE, (self.release.path / name).as_uri())

    def fact(self, predicate: str) -> str:
        """One thing that is said of the dataset, or nothing."""
        literal = self.facts.text(self.dataset, [_node(predicate)])
        found = [literal] if literal else self.facts.nodes(self.dataset, _node(predicate))
        return found[0].value if found else ""

    def graph_routes(self) -> list[Route]:
        """The IRIs of the named graphs lead to the description of the dataset, which describes them."""
        graphs = self.facts.nodes(self.dataset, _node(VOID.subset))
        paths = (each.value.removeprefix(self.dataset.value) for each in graphs)
        return [Route(f"/{path}", "graph") for path in paths if path and "#" not in path and ":" not in path]

    def questions(self) -> list[Link]:
        return [
            Link(
                text.partition("\n")[0].removeprefix("# question:").strip(),
                f"{self.site.prefix}/sparql?{urlencode({'query': text})}",
            )
            for text in self.queries
        ]

    def describe_dataset(self) -> dict[str, object]:
        classes = []
        for part in self.facts.nodes(self.dataset, _node(VOID.classPartition)):
            (of_class,) = self.facts.nodes(part, _node(VOID["class"]))
            total = self.facts.text(part, [_node(VOID.entities)])
            classes.append((self.describer.term(of_class), int(total.value if total else 0)))
        base = f"{self.site.prefix}/releases/{quote(self.release.version)}/"
        files = [file for file in self.release.files.values() if not file.path.startswith("queries/")]
        figures = [
            Property(name, "", "", [self.describer.value(each, self.facts) for each in found])
            for name, predicate in _FIGURES.items()
            if (found := list(self.facts.objects(self.dataset, _node(predicate))))
        ]
        return {
            "description": self.fact(DCTERMS.description),
            "figures": figures,
            "classes": sorted(classes, key=lambda pair: (-pair[1], pair[0].text)),
            "questions": self.questions(),
            "files": [
                (file, base + file.path)
                for file in sorted(files, key=lambda file: (not file.path.startswith("data."), file.path))
            ],
            "things": self.site.things,
            "formats": [Link(TURTLE.name, base + "description.ttl", TURTLE.media_type)],
        }

    def describe_ontology(self) -> dict[str, object]:
        iri = f"{self.dataset.value}ontology"
        return {
            "ontology": self.describer.describe(iri, self.describer.vocabulary.ontology),
            "terms": self.describer.terms(f"{iri}#"),
            "formats": [
                Link(each.name, f"{self.site.prefix}/ontology{each.suffix}", each.media_type)
                for each in RDF_FORMATS
            ],
        }

    # One method a view.

    def home(self) -> Response:
        form = negotiate(request.headers.get("Accept"), DOCUMENTS)
        if isinstance(form, Format):
            return self.cached(form, lambda: _send(self.whole["description", form], form.media_type))
        return self.cached(form, self.write_home)

    def write_home(self) -> Response:
        examples = self.facts.nodes(self.dataset, _node(VOID.exampleResource))
        names = Triples(self.ask_graph(pages.names_query(each.value for each in examples)))
        return self.page(
            "home.html",
            examples=[self.describer.value(each, names) for each in examples],
            endpoint=self.endpoint,
            **self.home_page,
        )

    def graph(self) -> Response:
        return _see_other(f"{self.site.prefix}/")

    def thing(self, name: str) -> Response:
        return self.see_document(_as_sent("/id/", name))

    def see_document(self, name: str) -> Response:
        for iri in self.site.candidates(name):
            if json.loads(self.ask(pages.exists_query(iri)))["boolean"] or ox.NamedNode(iri) in self.facts:
                form = negotiate(request.headers.get("Accept"), DOCUMENTS)
                return _see_other(self.site.document(iri, form.suffix))
        raise _not_found()

    def document(self, name: str) -> Response:
        sent = _as_sent("/doc/", name)
        stem, dot, suffix = sent.rpartition(".")
        form = SUFFIXES.get(dot + suffix)
        if form is None:
            return self.see_document(sent)
        return self.cached(form, lambda: self.describe(stem, form))

    def describe(self, name: str, form: Form) -> Response:
        for iri in self.site.candidates(name):
            response = self.write_graph(iri, form) if isinstance(form, Format) else self.write_page(iri)
            if response:
                links = [
                    *(
                        f'<{self.site.document(iri, each.suffix)}>; rel="alternate"; type="{each.media_type}"'
                        for each in DOCUMENTS
                        if each is not form
                    ),
                    f'<{_as_uri(self.site.document_iri(iri))}>; rel="canonical"',
                    f'<{self.site.prefix}/>; rel="describedby"',
                ]
                if self.license:
                    links.append(f'<{_as_uri(self.license)}>; rel="license"')
                response.headers["Link"] = ", ".join(links)
                return response
        raise _not_found()

    # What is described with the dataset, such as its publisher, is a thing but not in the store.

    def write_graph(self, iri: str, form: RdfForm) -> Response | None:
        thing = ox.NamedNode(iri)
        found = self.ask_graph(pages.document_query(iri))
        if not any(triple.subject == thing for triple in found):
            if thing not in self.facts:
                return None
            found = [quad.triple for quad in self.description if thing in (quad.subject, quad.object)]
        triples = pages.document(iri, found, self.site, self.license)
        return _send(formats.serialize(triples, form, self.prefixes), form.media_type)

    def write_page(self, iri: str) -> Response | None:
        incoming = pages.read_incoming(self.ask(pages.incoming_query(iri)))
        found = Triples(self.ask_graph(pages.page_query(iri, incoming, self.describer.vocabulary)))
        if ox.NamedNode(iri) not in found:
            if ox.NamedNode(iri) not in self.facts:
                return None
            incoming, found = [], self.facts
        return self.page(
            "thing.html",
            thing=self.describer.describe(iri, found, incoming),
            document=self.site.document_iri(iri),
            formats=[
                Link(each.name, self.site.document(iri, each.suffix), each.media_type) for each in RDF_FORMATS
            ],
        )

    def ontology(self, suffix: str = "", version: str = "") -> Response:
        iri = f"{self.dataset.value}ontology"
        versions = self.describer.vocabulary.ontology.nodes(ox.NamedNode(iri), _node(OWL.versionIRI))
        if version and f"{iri}/{version}" not in [each.value for each in versions]:
            raise _not_found()
        form = SUFFIXES.get(f".{suffix}") if suffix else negotiate(request.headers.get("Accept"), DOCUMENTS)
        if form is None:
            raise _not_found()
        if isinstance(form, Format):
            return self.cached(form, lambda: _send(self.whole["ontology", form], form.media_type))
        return self.cached(form, lambda: self.page("ontology.html", **self.ontology_page))

    def sparql(self) -> Response:
        accept = request.headers.get("Accept")
        to_read = choose(accept, ANSWERS) is HTML
        query = read_query(
            request.method,
            request.query_string,
            request.headers.get("Content-Type"),
            _FOR_A_PAGE if to_read else accept,
            request.get_data(),
            MAX_QUERY_KB,
        )
        if query is None:
            form = negotiate(accept, SERVICE)
            if isinstance(form, Format):
                return _send(self.whole["description", form], form.media_type)
            return self.query_page(self.queries[0] if self.queries else "")
        if not to_read:
            answer = self.store.query(query)
            return _send(answer.content, answer.format.media_type)
        try:
            answer = self.store.query(query)
        except QueryError as error:
            told = failure(error)
            return self.query_page(query.text, told.status, told.headers, problem=told.problem)
        if answer.format in RDF_FORMATS:
            return self.query_page(query.text, graph=answer.content.decode())
        return self.query_page(query.text, table=pages.read_table(answer.content, self.describer))

    def query_page(
        self, text: str, status: int = 200, headers: Mapping[str, str] | None = None, **shown: object
    ) -> Response:
        nothing = {"problem": None, "graph": None, "table": None}
        page = self.page(
            "sparql.html",
            **(nothing | shown),
            query=text,
            questions=self.home_page["questions"],
            endpoint=self.endpoint,
        )
        page.status_code = status
        page.headers.update(headers or {})
        return page

    def file(self, version: str, name: str) -> Response:
        file = self.release.files.get(name)
        if file is None or version != self.release.version:
            raise _not_found()
        response = send_file(
            self.release.path / name, file.media_type, etag=file.sha256, max_age=A_YEAR, conditional=True
        )
        response.cache_control.public = response.cache_control.immutable = True
        return response

    # Errors.

    def http_error(self, error: HTTPException) -> Response:
        status = HTTPStatus(error.code or 500)
        headers = {name: value for name, value in error.get_headers() if name in _KEPT}
        return self.error(RequestError(status, _DETAILS.get(status, status.description), headers))

    def error(self, error: QueryError | RequestError) -> Response:
        told = failure(error)
        if choose(request.headers.get("Accept"), (PROBLEM, HTML)) is HTML:
            response = self.page("error.html", problem=told.problem)
        else:
            response = _send(json.dumps(told.problem).encode(), PROBLEM_JSON)
        response.status_code = told.status
        response.headers.update(told.headers)
        return response

    # What views share.

    @property
    def endpoint(self) -> str:
        return f"{self.public_url or request.url_root.rstrip('/')}/sparql"

    def page(self, template: str, **shown: object) -> Response:
        return _send(render_template(template, site=self.chrome, **shown).encode(), HTML.media_type)

    def cached(self, form: Form, write: Callable[[], Response]) -> Response:
        """Write what only changes with the release or the code, or say that it has not changed."""
        seen = "\n".join((self.release.name, self.chrome.assets, self.endpoint, request.path, form.suffix))
        tag = hashlib.sha256(seen.encode()).hexdigest()[:32]
        unchanged = tag in request.if_none_match.as_set(include_weak=True)
        response = Response(status=304) if unchanged else write()
        response.set_etag(tag)
        response.cache_control.public = True
        response.cache_control.max_age = FIVE_MINUTES
        return response

    def ask(self, query: str) -> bytes:
        return self.store.query(Query(query, solutions=RESULT_FORMATS[0], graph=N_TRIPLES)).content

    def ask_graph(self, query: str) -> list[ox.Triple]:
        return [quad.triple for quad in formats.parse(self.ask(query), N_TRIPLES, self.dataset.value)]


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _send(content: bytes, media_type: str) -> Response:
    return Response(content, mimetype=media_type)


def _see_other(path: str) -> Response:
    return Response(status=303, headers={"Location": path})


def _not_found() -> RequestError:
    return RequestError(HTTPStatus.NOT_FOUND, _DETAILS[HTTPStatus.NOT_FOUND])


def _as_sent(start: str, name: str) -> str:
    """What follows `start` in the URL, percent-encoded as the client sent it.

    WSGI gives the path decoded, where `a%2Fb` and `a/b` are the same; most servers add what was sent.
    """
    sent = request.environ.get("REQUEST_URI", "").partition("?")[0]
    if sent.startswith(start):
        return quote(sent.removeprefix(start).encode("latin-1"), safe=URL_CHARACTERS)
    return quote(name, safe=URL_CHARACTERS.replace("%", ""))


def _as_uri(iri: str) -> str:
    return quote(iri, safe=URL_CHARACTERS + "#?")
