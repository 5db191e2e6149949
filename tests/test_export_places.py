"""Addresses and their files."""

import pytest

from pilotgraph.errors import ExportError
from pilotgraph.export import places


@pytest.mark.parametrize(
    ("address", "page", "file"),
    [
        ("/", True, "index.html"),
        ("/browse", True, "browse.html"),
        ("/browse/Tree", True, "browse/Tree.html"),
        ("/browse/Tree?page=2", True, "browse/Tree/page=2.html"),
        ("/browse/Tree?species=species/oak&page=2", True, "browse/Tree/species=species/oak&page=2.html"),
        ("/browse/Tree.csv?species=species/oak", False, "browse/Tree/species=species/oak.csv"),
        ("/browse/skos:Concept", True, "browse/skos:Concept.html"),
        ("/doc/tree/oak.html", True, "doc/tree/oak.html"),
        ("/doc/tree/oak.v2.html", True, "doc/tree/oak.v2.html"),
        ("/doc/keeper/%C3%BE%C3%B3ra.ttl", False, "doc/keeper/þóra.ttl"),
        ("/ontology/1.0.0", True, "ontology/1.0.0.html"),
        ("/releases/", True, "releases/index.html"),
        ("/.well-known/void", False, ".well-known/void"),
        ("/queries?about=Tree", True, "queries/about=Tree.html"),
        ("/a?b=%2F", True, "a/b=%2F.html"),
    ],
)
def test_an_address_has_a_file(address: str, page: bool, file: str) -> None:
    assert places.file_of(address, page=page) == file


@pytest.mark.parametrize("address", ["/a/../b", "/a//b", "/a/%2E%2E/b", "/a%00b", "/a?../../b"])
def test_no_file_lies_elsewhere(address: str) -> None:
    with pytest.raises(ExportError, match="no file can have the address"):
        places.file_of(address, page=True)


def test_two_addresses_with_one_file_are_named() -> None:
    with pytest.raises(ExportError, match=r"/a and /a\.html would both be the file a\.html"):
        places.by_file({"/a.html": "a.html", "/b": "b.html", "/a": "a.html"})


@pytest.mark.parametrize(
    ("link", "read"),
    [
        ("/browse/Tree", ("/browse/Tree", "")),
        ("#top", ("/here/x.html", "top")),
        ("y.ttl#part", ("/here/y.ttl", "part")),
        ("/browse/Tree?page=2#x", ("/browse/Tree?page=2", "x")),
        ("/static/style.css?0f3a", ("/static/style.css", "")),
        ("/sparql?query=ASK%20%7B%7D", ("/sparql", "query=ASK%20%7B%7D")),
        ("/search?q=oak", ("/search", "q=oak")),
        ("https://example.org/browse", None),
        ("//example.org/browse", None),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/below/a-path"])
def test_a_link_leads_to_an_address(link: str, read: tuple[str, str] | None, prefix: str) -> None:
    written = prefix + link if link.startswith("/") and not link.startswith("//") else link
    assert places.read(written, "/here/x.html", prefix) == read


def test_a_link_out_of_the_path_of_the_site_is_another_sites() -> None:
    assert places.read("/other", "/x", "/below") is None


@pytest.mark.parametrize(
    ("file", "source", "link"),
    [
        ("browse.html", "index.html", "browse.html"),
        ("index.html", "doc/tree/oak.html", "../../index.html"),
        ("doc/tree/þ.html", "doc/tree/oak.html", "%C3%BE.html"),
        ("browse/skos:Concept.html", "browse/Tree.html", "skos%3AConcept.html"),
        ("a/b=%2F.html", "a.html", "a/b=%252F.html"),
        ("a/x?y.html", "a.html", "a/x%3Fy.html"),
        ("a.html", "a.html", "a.html"),
    ],
)
def test_a_link_is_relative(file: str, source: str, link: str) -> None:
    assert places.link_to(file, source) == link
    assert places.link_to(file, source, "part") == f"{link}#part"


@pytest.mark.parametrize(
    ("file", "link"), [("index.html", "/p/"), ("a/index.html", "/p/a/"), ("a.html", "/p/a.html")]
)
def test_a_link_from_anywhere_begins_at_the_root(file: str, link: str) -> None:
    assert places.link_from_root(file, "/p") == link


def test_an_address_without_a_suffix_is_a_directory_to_hosts() -> None:
    assert places.index_of("/id/keeper/%C3%BE") == "id/keeper/þ/index.html"
