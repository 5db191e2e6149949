"""IRIs and the paths that serve them, both ways."""

import pytest

from pilotgraph.paths import Site, as_sent, escape

TREES = "https://example.org/trees/"
SITE = Site(TREES, TREES + "id/")
BEHIND_A_PROXY = Site(TREES, TREES + "id/", "/flora")


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        pytest.param("id/oak/1", "/id/oak/1", id="a thing"),
        pytest.param("id/eik/þóra", "/id/eik/%C3%BE%C3%B3ra", id="what is not ASCII is escaped in an URL"),
        pytest.param("id/a%20b%2Fc", "/id/a%20b%2Fc", id="an escape in an IRI stays one"),
        pytest.param("ontology#Tree", "/ontology#Tree", id="a term, by the fragment of its document"),
        pytest.param("", "/", id="the dataset"),
        pytest.param("graph/a", "/graph/a", id="whatever else is ours"),
        pytest.param("id/a?b", None, id="an IRI with a query string is not served"),
    ],
)
def test_an_iri_of_ours_has_a_path(iri: str, path: str | None) -> None:
    assert SITE.path(TREES + iri) == path
    assert BEHIND_A_PROXY.path(TREES + iri) == (path and "/flora" + path)


@pytest.mark.parametrize(
    ("iri", "href"),
    [
        pytest.param("https://example.org/tree", "https://example.org/tree", id="https"),
        pytest.param("http://example.org/tree", "http://example.org/tree", id="http"),
        pytest.param(TREES + "id/a", "/id/a", id="ours is relative to this host"),
        pytest.param(TREES + "//evil.example/", TREES + "//evil.example/", id="and never another host's"),
        pytest.param("javascript:alert(1)", "", id="a script is no link"),
        pytest.param("data:text/html,x", "", id="nor is data"),
        pytest.param("urn:isbn:0", "", id="nor a name that no browser can follow"),
    ],
)
def test_what_a_link_points_at(iri: str, href: str) -> None:
    assert SITE.href(iri) == href


@pytest.mark.parametrize(
    ("name", "candidates"),
    [
        pytest.param("oak/1", ["oak/1"], id="ASCII means one thing"),
        pytest.param(
            "caf%C3%A9", ["café", "caf%C3%A9"], id="an escaped letter may be escaped in the IRI too"
        ),
        pytest.param("a%2Fb", ["a%2Fb"], id="an escaped slash is not a slash"),
        pytest.param("a%20b", ["a%20b"], id="an escaped space stays escaped"),
        pytest.param("%FF", ["%FF"], id="what is not UTF-8 stays escaped"),
        pytest.param("%00%0D%0A", ["%00%0D%0A"], id="control characters stay escaped"),
        pytest.param("%EF%BF%BD", ["%EF%BF%BD"], id="a character that no IRI has stays escaped"),
        pytest.param("a b", [], id="a space is in no IRI"),
        pytest.param("a>b", [], id="nor is the sign that ends an IRI in SPARQL"),
        pytest.param("100%", [], id="nor half an escape"),
        pytest.param("a" * 3_000, [], id="nothing has so long a name"),
    ],
)
def test_what_a_path_may_mean(name: str, candidates: list[str]) -> None:
    assert SITE.candidates(name) == [SITE.things + candidate for candidate in candidates]


@pytest.mark.parametrize("name", ["oak/1", "þóra-lundadóttir", "a%20b", "(a)+b,c;d=e@f:g!h$i&j'k*l~m"])
def test_a_path_leads_back_to_its_iri(name: str) -> None:
    path = SITE.path(SITE.things + name)
    assert path is not None
    assert SITE.candidates(path.removeprefix("/id/"))[0] == SITE.things + name


def test_the_paths_of_a_document() -> None:
    assert SITE.document(TREES + "id/eik/þóra", ".ttl") == "/doc/eik/%C3%BE%C3%B3ra.ttl"
    assert BEHIND_A_PROXY.document(TREES + "id/a") == "/flora/doc/a"
    assert SITE.document_iri(TREES + "id/eik/þóra") == TREES + "doc/eik/þóra"


@pytest.mark.parametrize(
    ("uri", "decoded", "name"),
    [
        pytest.param("/id/a%2Fb?x=/id/", "a/b", "a%2Fb", id="the escapes of the client stay"),
        pytest.param("/id/caf\xc3\xa9", "café", "caf%C3%A9", id="bytes that should be escaped are"),
        pytest.param("", "café (1)", "caf%C3%A9%20(1)", id="without the URI, what was decoded is escaped"),
        pytest.param("", "100%", "100%25", id="and then a % is no escape"),
        pytest.param("http://host/id/a", "a", "a", id="an absolute URI is not needed"),
    ],
)
def test_what_the_client_sent(uri: str, decoded: str, name: str) -> None:
    assert as_sent("/id/", uri, decoded) == name


def test_an_iri_as_a_uri() -> None:
    assert escape("https://example.org/café?a=%20#ß") == "https://example.org/caf%C3%A9?a=%20#%C3%9F"
