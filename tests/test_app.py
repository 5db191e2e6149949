"""The HTTP contract, on the lighthouses and on data that means harm; some of it over real sockets."""

import http.client
import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest
from flask import Flask
from flask.testing import FlaskClient

from conftest import Serve
from pilotgraph.app import ROUTES, Route
from pilotgraph.errors import LimitExceeded, StoreUnavailable
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.responses import DOCUMENTS, Form
from pilotgraph.settings import Settings
from pilotgraph.store import Answer, LocalStore, Query
from web import BROWSER, KESTREL, LABEL, LIGHTS, get, serving, triples

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE")
ASK = "/sparql?" + urlencode({"query": "ASK { ?s ?p ?o }"})

# An address for every route of the contract.
EXAMPLES = {
    "/": "/",
    "/id/<path:name>": "/id/lighthouse/kestrel-point",
    "/doc/<path:name>": KESTREL + ".ttl",
    "/ontology": "/ontology",
    "/ontology.<suffix>": "/ontology.ttl",
    "/ontology/<version>": "/ontology/0.3.0",
    "/shapes": "/shapes",
    "/report": "/report",
    "/queries/<name>": "/queries/highest-lights",
    "/sparql": ASK,
    "/releases": "/releases",
    "/releases.<suffix>": "/releases.ttl",
    "/releases/<name>": "/releases/0.3.0",
    "/releases/<version>/": "/releases/0.3.0/",
    "/releases/<version>/<path:name>": "/releases/0.3.0/queries/highest-lights.rq",
    "/catalog": "/catalog",
    "/catalog.<suffix>": "/catalog.rdf",
    "/void.<suffix>": "/void.ttl",
    "/.well-known/void": "/.well-known/void",
    "/contract": "/contract",
    "/feed.atom": "/feed.atom",
    "/robots.txt": "/robots.txt",
    "/sitemap.xml": "/sitemap.xml",
    "/sitemap-<int:number>.xml": "/sitemap-0.xml",
    "/browse": "/browse",
    "/browse/<path:name>": "/browse/Lighthouse",
    "/guide": "/guide",
    "/ontology/term/<path:name>": "/ontology/term/Lighthouse",
    "/views": "/views",
    "/views/<name>": "/views/heights.svg",
    "/queries": "/queries",
    "/sparql/terms.json": "/sparql/terms.json",
    "/search": "/search?q=lamp",
    "/search.<any(json):suffix>": "/search.json?q=lamp",
}
# Those that lead to another address.
LEADING = {
    "/id/<path:name>": 303,
    "/.well-known/void": 302,
    "/releases/<version>/": 308,
    "/shapes": 303,
    "/report": 303,
}

# Names and texts that no curator would write, and that a stranger might.
ODD = {
    "odd/a%20b": "an escaped space",
    "odd/a%2Fb": "an escaped slash",
    "odd/caf%C3%A9": "an escaped letter",
    "odd/café": "a letter",
    "odd/x.ttl": "a suffix that is part of the name",
    "odd/(a)'b,c;d=e@f:g!h$i&j*k+l~m": "all that a path may hold",
    "odd/markup": "<script>alert(1)</script> \"&amp;' {{ 7 * 7 }}",
}
HOSTILE = f"""
<{LIGHTS}id/odd/markup> <{LIGHTS}ontology#logRemark> "<img src=x onerror=alert(1)>" .
<{LIGHTS}id/odd/markup> <{LIGHTS}ontology#inSightOf> <javascript:alert(1)> .
<{LIGHTS}id/odd/markup> <{LIGHTS}ontology#inSightOf> <data:text/html,x> .
<{LIGHTS}id/odd/markup> <{LIGHTS}ontology#liveView>
    "javascript:alert(2)"^^<http://www.w3.org/2001/XMLSchema#anyURI> .
<{LIGHTS}id/odd/markup> <{LIGHTS}ontology#liveView>
    "https://example.org/?a=1&b=2"^^<http://www.w3.org/2001/XMLSchema#anyURI> .
<{LIGHTS}id/odd/markup> <https://example.org/terms#%22onclick=%22> "an odd property" .
"""


class Broken:
    """A store whose answers are counted, and that can be made to fail."""

    def __init__(self, store: LocalStore) -> None:
        self.store = store
        self.asked = 0
        self.error: Exception | None = None

    def query(self, query: Query) -> Answer:
        self.asked += 1
        if self.error:
            raise self.error
        return self.store.query(query)

    def close(self) -> None:
        self.store.close()


@pytest.fixture(scope="module")
def odd_release(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Release:
    labels = "".join(
        f"<{LIGHTS}id/{name}> <{LABEL}> {ox.Literal(label, language='en')} .\n" for name, label in ODD.items()
    )
    quads = [
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(LIGHTS + "graph/others"))
        for triple in ox.parse(labels + HOSTILE, ox.RdfFormat.TURTLE)
    ]
    files = {name: release.read(name) for name in release.files if name not in (MANIFEST, CHECKSUMS)}
    files["data.nq"] += "".join(f"{quad} .\n" for quad in quads).encode()
    return write(tmp_path_factory.mktemp("odd"), release.version, files)


@pytest.fixture(scope="module")
def app(odd_release: Release) -> Flask:
    return serving(odd_release)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def store(odd_release: Release) -> Broken:
    return Broken(LocalStore(odd_release))


@pytest.fixture
def frail(odd_release: Release, store: Broken) -> FlaskClient:
    """A client of an application whose store can fail."""
    return serving(odd_release, store).test_client()


# Routes and methods.


def test_the_table_of_examples_covers_the_contract() -> None:
    assert {route.rule for route in ROUTES} == set(EXAMPLES)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.rule)
def test_a_route_takes_its_methods_and_no_other(client: FlaskClient, route: Route, method: str) -> None:
    allowed = {*route.methods, "HEAD", "OPTIONS"}
    form = {"query": "ASK { ?s ?p ?o }"} if method in ("POST", "QUERY") else None
    path = "/sparql" if form and route.rule == "/sparql" else EXAMPLES[route.rule]
    response = client.open(path, method=method, data=form)
    if method in allowed:
        assert response.status_code == (200 if method == "OPTIONS" else LEADING.get(route.rule, 200))
    else:
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == allowed
    if method == "OPTIONS":
        assert set(response.headers["Allow"].split(", ")) == allowed
        assert response.headers["Access-Control-Allow-Methods"] == response.headers["Allow"]
        assert response.headers["Access-Control-Allow-Headers"] == "*"


@pytest.mark.parametrize("path", [*EXAMPLES.values(), "/static/style.css", "/nothing"])
def test_head_says_what_get_says(client: FlaskClient, path: str) -> None:
    head, found = client.head(path), client.get(path)
    assert head.status_code == found.status_code
    assert head.data == b""
    assert {**head.headers, "Date": ""} == {**found.headers, "Date": ""}
    assert int(found.headers["Content-Length"]) == len(found.data)


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        *[(path, "GET", LEADING.get(rule, 200)) for rule, path in EXAMPLES.items()],
        ("/static/style.css", "GET", 200),
        ("/nothing", "GET", 404),
        ("/", "DELETE", 405),
        ("/sparql?query=nonsense", "GET", 400),
        ("/sparql", "OPTIONS", 200),
    ],
)
def test_every_answer_is_open_to_scripts_and_closed_to_foreign_content(
    client: FlaskClient, path: str, method: str, status: int
) -> None:
    response = client.open(path, method=method)
    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    # Of a file there is one kind, packed or not.
    file = status == 200 and path.startswith("/releases/0.3.0/")
    assert response.headers["Vary"] == ("Accept-Encoding" if file else "Accept")
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert response.headers["Permissions-Policy"].startswith("camera=(), ")
    assert (response.headers.get("Cache-Control") == "no-store") == (status >= 400)


# Things and their documents.


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("form", DOCUMENTS, ids=lambda form: form.name)
def test_a_thing_with_an_odd_name_has_its_documents(client: FlaskClient, name: str, form: Form) -> None:
    # A client escapes what is not ASCII; `café` and `caf%C3%A9` are then one URL, which means the first.
    path = quote(name, safe="/%:@!$&'()*+,;=~")
    response = get(client, f"/id/{path}", form.media_type)
    assert (response.status_code, response.headers["Location"]) == (303, f"/doc/{path}{form.suffix}")
    response = client.get(response.headers["Location"])
    assert (response.status_code, response.mimetype) == (200, form.media_type)
    if form.suffix == ".nt":
        meant = name.replace("caf%C3%A9", "café")
        label = ox.Literal(ODD[meant], language="en")
        assert f"<{LIGHTS}id/{meant}> <{LABEL}> {label} ." in response.text


def test_a_path_that_was_not_escaped_means_the_same(client: FlaskClient) -> None:
    response = client.get("/id/keeper/þóra-lundadóttir")
    assert response.headers["Location"] == "/doc/keeper/%C3%BE%C3%B3ra-lundad%C3%B3ttir.html"


@pytest.mark.parametrize("name", [name for name in ODD if "%2F" not in name])
def test_a_server_that_does_not_say_what_was_sent_will_do(client: FlaskClient, name: str) -> None:
    path = quote(name, safe="/%:@!$&'()*+,;=~")
    response = client.get(f"/id/{path}", environ_overrides={"REQUEST_URI": ""})
    assert (response.status_code, response.headers["Location"]) == (303, f"/doc/{path}.html")


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/nothing", id="no route"),
        pytest.param("/id/", id="no name"),
        pytest.param("/id/lighthouse/nothing", id="no such thing"),
        pytest.param("/id/lighthouse", id="half a name"),
        pytest.param("/id/lighthouse/kestrel-point/", id="a slash too many"),
        pytest.param("/id//lighthouse/kestrel-point", id="an empty segment"),
        pytest.param("/id/keeper/../lighthouse/kestrel-point", id="a way round"),
        pytest.param("/doc/lighthouse/nothing.ttl", id="no such document"),
        pytest.param("/doc/lighthouse/kestrel-point.exe", id="no such suffix"),
        pytest.param("/doc/.ttl", id="a suffix and no name"),
        pytest.param("/id/a%20b", id="an escaped space"),
        pytest.param("/id/lighthouse%2Fkestrel-point", id="an escaped slash is not a slash"),
        pytest.param("/id/%00", id="a null byte"),
        pytest.param("/id/%0D%0ASet-Cookie:%20a=b", id="a line break"),
        pytest.param("/id/%FF%FE", id="what is not UTF-8"),
        pytest.param("/id/%ED%A0%80", id="half a surrogate pair"),
        pytest.param("/id/%EF%BF%BD", id="a replacement character"),
        pytest.param("/id/x>%20?p%20?o%20}%20#", id="the end of an IRI in SPARQL"),
        pytest.param("/id/x%3E%20%3Fp%20%3Fo%20%7D%20%23", id="the same, escaped"),
        pytest.param("/id/%", id="half an escape"),
        pytest.param("/id/" + "a" * 100_000, id="a very long name"),
        pytest.param("/id/" + "%41" * 3_000, id="a very long escaped name"),
        pytest.param("/doc/" + "a/" * 1_500 + "b.ttl", id="a very deep name"),
        pytest.param("/ontology/9.9.9", id="no such version"),
        pytest.param("/ontology.exe", id="no such form of the ontology"),
        pytest.param("/releases/0.3.0/nothing.ttl", id="no such file"),
        pytest.param("/releases/9.9.9/data.nq", id="another release"),
        pytest.param("/releases/0.3.0/../../../etc/passwd", id="out of the release"),
        pytest.param("/releases/0.3.0/%2e%2e/%2e%2e/etc/passwd", id="out of the release, escaped"),
        pytest.param("/static/../app.py", id="out of the static files"),
    ],
)
def test_what_is_not_there_is_404(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert json.loads(response.data) == {
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address.",
    }
    assert "Set-Cookie" not in response.headers


# Caches.


@pytest.mark.parametrize("path", ["/", "/ontology", KESTREL + ".html", KESTREL + ".ttl"])
def test_what_a_client_has_is_not_sent_again_nor_asked_for(
    frail: FlaskClient, store: Broken, path: str
) -> None:
    first = frail.get(path)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    asked = store.asked
    weak = first.headers["ETag"]
    for tag in (weak, weak.removeprefix("W/"), f'"x", {weak}'):
        again = frail.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
        assert again.headers["Vary"] == "Accept"
    assert store.asked == asked
    assert frail.get(path, headers={"If-None-Match": "*"}).status_code == 304
    assert frail.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_a_tag_is_of_one_form_of_one_document_of_one_release(client: FlaskClient, release: Release) -> None:
    other = serving(release).test_client()
    tags = [each.get(KESTREL + form.suffix).headers["ETag"] for each in (client, other) for form in DOCUMENTS]
    tags += [get(client, "/", form.media_type).headers["ETag"] for form in DOCUMENTS]
    tags += [get(client, "/ontology", form.media_type).headers["ETag"] for form in DOCUMENTS]
    assert len(set(tags)) == 4 * len(DOCUMENTS)


def test_what_is_not_there_stays_404_whatever_a_client_has(client: FlaskClient) -> None:
    assert client.get("/doc/lighthouse/nothing.ttl", headers={"If-None-Match": "*"}).status_code == 404


def test_the_page_of_the_ontology_has_an_anchor_for_every_term(
    client: FlaskClient, odd_release: Release
) -> None:
    page = Page(get(client, "/ontology", BROWSER).text)
    terms = {
        triple.subject.value.partition("#")[2]
        for triple in triples(odd_release.read("ontology.ttl"), ox.RdfFormat.TURTLE)
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value.startswith(LIGHTS + "ontology#")
    }
    assert len(terms) > 20
    assert terms <= set(page.ids)


# Failures.


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/id/lighthouse/kestrel-point", KESTREL + ".html", KESTREL + ".ttl", ASK),
        *("/id/lighthouse/nothing", "/sitemap.xml", "/browse/Lighthouse.csv", "/queries/highest-lights.csv"),
    ],
)
@pytest.mark.parametrize("accept", ["text/html", "application/problem+json"])
def test_a_store_that_is_busy_is_no_404(frail: FlaskClient, store: Broken, path: str, accept: str) -> None:
    store.error = StoreUnavailable("Too many queries are waiting.")
    if path.startswith("/sparql") and accept == "application/problem+json":
        accept = "*/*"
    response = get(frail, path, accept if path != "/" else BROWSER)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    assert "Too many queries are waiting." in response.text
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/ontology", "/ontology.ttl", "/sparql", "/releases/0.3.0/data.nq"])
def test_what_needs_no_store_works_without_one(frail: FlaskClient, store: Broken, path: str) -> None:
    store.error = StoreUnavailable("Gone.")
    assert frail.get(path).status_code == 200


def test_a_limit_is_named_and_asking_again_is_not_advised(frail: FlaskClient, store: Broken) -> None:
    store.error = LimitExceeded("The query ran longer than 10 s, the limit. Narrow the query.")
    response = frail.get(ASK)
    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert "Retry-After" not in response.headers
    assert json.loads(response.data) == {
        "title": "Limit exceeded",
        "status": 500,
        "detail": "The query ran longer than 10 s, the limit. Narrow the query.",
    }


@pytest.mark.parametrize("accept", ["*/*", BROWSER])
def test_an_error_of_ours_is_logged_and_not_shown(
    frail: FlaskClient, store: Broken, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    store.error = RuntimeError("secret /etc/path")
    response = get(frail, KESTREL + ".ttl", accept)
    assert response.status_code == 500
    assert "Something went wrong on our side." in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "secret" in caplog.text


# Pages.

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a page holds; refuses tags that are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def addresses(self, *tags: str) -> list[str]:
        found = [
            attributes.get(name)
            for tag, attributes in self.tags
            if tag in tags
            for name in ("href", "src", "action")
        ]
        return [address for address in found if address is not None]


PAGES = (
    "/",
    "/ontology",
    "/sparql",
    "/nothing",
    KESTREL + ".html",
    "/doc/keeper/board-of-made-up-lights.html",
    "/doc/odd/markup.html",
    "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o }"}),
    "/sparql?query=nonsense",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_asks_nothing_of_other_hosts(client: FlaskClient, path: str) -> None:
    response = get(client, path, BROWSER)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    page = Page(response.text)
    names = [tag for tag, _ in page.tags]
    assert len(page.ids) == len(set(page.ids))
    assert (names.count("h1"), names.count("main"), names.count("title")) == (1, 1, 1)
    assert not {"style", "iframe", "object", "embed"} & set(names)
    # A script of ours, or data that is none.
    scripts = [attributes for tag, attributes in page.tags if tag == "script"]
    assert all(
        (attributes.get("src") or "").startswith("/static/")
        or attributes.get("type") == "application/ld+json"
        for attributes in scripts
    )
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"], tag
    # A browser loads these by itself; `canonical` and `alternate` it does not.
    loaded = [
        attributes["href"] or ""
        for tag, attributes in page.tags
        if tag == "link" and attributes["rel"] in ("stylesheet", "icon")
    ]
    assert len(loaded) >= 2
    for address in (*loaded, *(src for attributes in scripts if (src := attributes.get("src")))):
        found = client.get(address)
        assert found.status_code == 200
        assert found.headers["Cache-Control"] == "public, max-age=31536000"
    assert all(address.startswith("/") for address in page.addresses("form"))


@pytest.mark.parametrize("path", PAGES)
def test_every_link_of_ours_leads_somewhere(client: FlaskClient, path: str) -> None:
    page = Page(get(client, path, BROWSER).text)
    local = {address for address in page.addresses("a") if address.startswith("/")}
    assert len(local) >= 4
    for address in local:
        target, _, fragment = address.partition("#")
        response = get(client, target, BROWSER, follow=True)
        assert response.status_code == 200, address
        assert not fragment or fragment in Page(response.text).ids, address


def test_a_claim_stands_in_the_page_of_what_it_is_about(client: FlaskClient) -> None:
    page = client.get(KESTREL + ".html").text
    assert ">inspection of Kestrel Point in 2024</a></th>" in page
    assert '<td data-name="lamp passed"><span class="short">no</span></td>' in page
    assert page.index("focal height (m)") < page.index("flashes in a period") < page.index("live view")


def test_text_from_the_data_is_text_on_the_page(client: FlaskClient) -> None:
    page = client.get("/doc/odd/markup.html").text
    assert "<h1>&lt;script&gt;alert(1)&lt;/script&gt; &#34;&amp;amp;&#39; {{ 7 * 7 }}</h1>" in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    found = Page(page)
    hrefs = found.addresses("a")
    assert not [href for href in hrefs if not href.startswith(("/", "#", "https://", "http://"))]
    assert "https://example.org/?a=1&b=2" in hrefs
    assert ">javascript:alert(1)</span>" in page
    assert ">javascript:alert(2)</span>" in page


def test_a_licence_that_is_no_address_of_the_web_is_text(release: Release, tmp_path: Path) -> None:
    files = {name: release.read(name) for name in release.files if name not in (MANIFEST, CHECKSUMS)}
    said = files["description.ttl"]
    files["description.ttl"] = said.replace(b"https://creativecommons.org/", b"javascript:alert(1)//")
    assert files["description.ttl"] != said
    client = serving(write(tmp_path, release.version, files)).test_client()
    for path in ("/", "/releases/0.3.0"):
        page = client.get(path).text
        assert "javascript:alert(1)//" not in "".join(Page(page).addresses("a"))
        assert "Licence:" in page


@pytest.mark.parametrize("public_url", ["https://example.net/flora", "https://example.net/flora/"])
def test_behind_a_proxy_every_link_has_the_path_that_readers_see(
    odd_release: Release, public_url: str
) -> None:
    client = serving(odd_release, public_url=public_url).test_client()
    for path in PAGES:
        page = Page(get(client, path, BROWSER).text)
        local = [each for each in page.addresses("a", "form", "link") if each.startswith("/")]
        assert len(local) > 4
        assert not [each for each in local if not each.startswith("/flora/")]
    response = get(client, "/id/lighthouse/kestrel-point", BROWSER)
    assert response.headers["Location"] == "/flora/doc/lighthouse/kestrel-point.html"
    assert "https://example.net/flora/sparql" in get(client, "/", BROWSER).text
    assert f"<{LIGHTS}id/lighthouse/kestrel-point>" in client.get(KESTREL + ".nt").text


# Over real sockets, by a real server.


@pytest.fixture(scope="module")
def port(odd_release: Release, serve: Serve) -> int:
    return int(serve("--release", odd_release.path).rpartition(":")[2])


def raw(port: int, request: bytes) -> bytes:
    """Send bytes, and read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        pytest.param(b"/id/lighthouse/kestrel-point", 303, id="a thing"),
        pytest.param(b"/id/odd/a%2Fb", 303, id="an escaped slash that is in the IRI"),
        pytest.param(b"/id/lighthouse%2Fkestrel-point", 404, id="an escaped slash that is not"),
        pytest.param("/id/keeper/þóra-lundadóttir".encode(), 303, id="bytes that should be escaped"),
        pytest.param(b"/id/%FF%FE", 404, id="what is not UTF-8"),
        pytest.param(b"/id/x%0d%0aSet-Cookie:%20a=b", 404, id="a line break"),
        pytest.param(b"/id/%00", 404, id="a null byte"),
        pytest.param(b"http://elsewhere.example/id/lighthouse/kestrel-point", 303, id="an absolute address"),
        pytest.param(b"/id/" + b"a" * 60_000, 404, id="a very long path"),
        pytest.param(b"/../../etc/passwd", 404, id="a way out"),
    ],
)
def test_paths_over_a_socket(port: int, path: bytes, status: int) -> None:
    answer = raw(port, b"GET " + path + b" HTTP/1.0\r\nHost: x\r\n\r\n")
    head = answer.partition(b"\r\n\r\n")[0]
    assert head.split(b" ", 2)[1] == b"%d" % status
    assert b"Set-Cookie" not in head


def test_a_path_that_is_longer_than_a_head_may_be(port: int) -> None:
    answer = raw(port, b"GET /id/" + b"a" * 200_000 + b" HTTP/1.0\r\nHost: x\r\n\r\n")
    # By how much of it has come when it is looked at, the address is too long or the head is.
    assert answer.split(b" ", 2)[1] in (b"414", b"431")


@pytest.mark.parametrize("path", ["/", KESTREL + ".ttl", "/nothing", "/releases/0.3.0/data.nq"])
def test_head_over_a_socket_has_the_headers_of_get_and_no_body(port: int, path: str) -> None:
    answers = [
        raw(port, f"{method} {path} HTTP/1.0\r\nHost: x\r\n\r\n".encode()) for method in ("GET", "HEAD")
    ]
    (got, _, content), (head, _, body) = (answer.partition(b"\r\n\r\n") for answer in answers)
    dated = re.compile(rb"(?m)^date: .*$")
    assert dated.sub(b"", head) == dated.sub(b"", got)
    assert f"content-length: {len(content)}\r\n".encode() in got + b"\r\n"
    assert body == b""


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_query_in_the_body_over_a_socket(port: int, method: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for body in (b"ASK { ?s ?p ?o }", iter([b"ASK { ?s ", b"?p ?o }"])):  # at once, and in chunks
        connection.request(method, "/sparql", body, {"Content-Type": "application/sparql-query"})
        response = connection.getresponse()
        assert response.status == 200
        assert json.loads(response.read())["boolean"] is True
    connection.close()


def test_a_body_in_chunks_that_grows_too_large_is_refused(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    chunks = (b"q" * 10_000 for _ in range(Settings().body_bytes // 10_000 + 1))
    connection.request("POST", "/sparql", chunks, {"Content-Type": "application/sparql-query"})
    assert connection.getresponse().status == 413
    connection.close()


def test_threads_share_the_application(port: int, client: FlaskClient) -> None:
    paths = [KESTREL + form.suffix for form in DOCUMENTS] + ["/ontology", ASK]
    expected = {path: client.get(path).data for path in paths}

    def fetch(path: str) -> tuple[str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", path)
        body = connection.getresponse().read()
        connection.close()
        return path, body

    with ThreadPoolExecutor(8) as pool:
        for path, body in pool.map(fetch, paths * 10):
            assert body == expected[path], path
