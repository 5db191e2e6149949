"""What file hosts read."""

import json
import re
from fnmatch import fnmatch

import pytest

from pilotgraph.export.hosts import TYPES, headers, host_files
from pilotgraph.formats import RDF_FORMATS
from pilotgraph.release import FILE_TYPES, content_type
from pilotgraph.responses import ALWAYS, CACHED, FOR_EVER, FOR_PAGES

FILES = host_files(["2.0.0", "1.0.0"], "/below", "https://example.org/below")
# A rule of `_headers`: a path with at most one asterisk, and below it names with values.
_RULE = re.compile(r"/[^\s*]*(\*[^\s*]*)?\n(  [A-Za-z-]+: \S.*\n)+")


def rules() -> dict[str, dict[str, str]]:
    """The rules of `_headers`, as Netlify and Cloudflare document them."""
    found: dict[str, dict[str, str]] = {}
    path = ""
    for line in FILES["_headers"].decode().splitlines():
        if line.startswith("  "):
            name, _, value = line.strip().partition(": ")
            found[path][name] = value
        else:
            path = line
            found[path] = {}
    return found


def matching(path: str) -> list[dict[str, str]]:
    found = []
    for pattern, given in rules().items():
        spelled = ".*".join(map(re.escape, pattern.split("*")))
        if re.fullmatch(re.sub(r":[a-z]+", "[^/]+", spelled), path):
            found.append(given)
    return found


def test_the_rules_of_headers_are_such() -> None:
    text = FILES["_headers"].decode()
    assert "".join(each[0] for each in re.finditer(_RULE, text)) == text
    assert len(rules()) <= 100  # the most that Cloudflare Pages takes, and the longest line
    assert max(map(len, text.splitlines())) <= 2_000


@pytest.mark.parametrize(
    ("path", "media_type", "cache"),
    [
        ("/below/doc/a.ttl", "text/turtle; charset=utf-8", None),
        ("/below/releases/1.0.0/data.nq.gz", "application/gzip", FOR_EVER),
        ("/below/releases/2.0.0/data.nq", "application/n-quads", FOR_EVER),
        ("/below/releases/2.0.0/tables/A.csv", "text/csv; charset=utf-8; header=present", FOR_EVER),
        ("/below/releases/2.0.0/tables/A.csv-metadata.json", "application/json", FOR_EVER),
        ("/below/releases/2.0.0/SHA256SUMS", None, FOR_EVER),
        ("/below/releases/2.0.0/index.html", "text/html; charset=utf-8", None),
        ("/below/releases/2.0.0/", None, None),
        ("/below/releases/2.0.0.ttl", "text/turtle; charset=utf-8", None),
        ("/below/.well-known/void", "text/turtle; charset=utf-8", None),
        ("/below/static/vendor/x/y.wasm", "application/wasm", None),
        ("/below/feed.atom", "application/atom+xml", None),
    ],
)
def test_no_header_is_given_by_two_rules(path: str, media_type: str | None, cache: str | None) -> None:
    found = matching(path)
    names = [name for given in found for name in given]
    assert len(names) == len(set(names))
    every = {name: value for given in found for name, value in given.items()}
    assert (every.get("Content-Type"), every.get("Cache-Control")) == (media_type, cache)
    assert every["Access-Control-Allow-Origin"] == "*"


def test_headers_are_those_of_the_server_and_let_the_engine_run() -> None:
    policy = headers()["Content-Security-Policy"]
    assert "'wasm-unsafe-eval'" in policy
    assert "worker-src 'self'" in policy
    assert policy.startswith(FOR_PAGES["Content-Security-Policy"])
    rest = {name: value for name, value in headers().items() if name != "Content-Security-Policy"}
    assert rest.items() <= (ALWAYS | FOR_PAGES).items()


def test_what_s3_is_given_names_every_type_once() -> None:
    told = json.loads(FILES["s3-metadata.json"])
    types = [each["pattern"] for each in told["metadata"] if "ContentType" in each]
    assert len(types) == len(set(types)) == len(TYPES) + 1


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("releases/1.0.0/data.nq", ("application/n-quads", FOR_EVER)),
        ("releases/2.0.0/tables/A.csv-metadata.json", ("application/csvm+json", FOR_EVER)),
        ("releases/2.0.0/index.html", ("text/html; charset=utf-8", CACHED)),
        ("releases/2.0.0.ttl", ("text/turtle; charset=utf-8", CACHED)),
        ("releases/3.0.0/data.nq", ("application/n-quads", CACHED)),
        (".well-known/void", ("text/turtle; charset=utf-8", CACHED)),
    ],
)
def test_the_last_pattern_that_a_key_of_s3_has_counts(key: str, given: tuple[str, str]) -> None:
    rules = [
        each for each in json.loads(FILES["s3-metadata.json"])["metadata"] if fnmatch(key, each["pattern"])
    ]
    types = [each["ContentType"] for each in rules if "ContentType" in each]
    caches = [each["CacheControl"] for each in rules if "CacheControl" in each]
    assert (types[-1], caches[-1]) == given


@pytest.mark.parametrize("suffix", [each for each in FILE_TYPES if each])
def test_a_host_is_told_the_types_that_the_server_sends(suffix: str) -> None:
    assert TYPES[suffix] == content_type(FILE_TYPES[suffix].media_type)


@pytest.mark.parametrize("form", RDF_FORMATS)
def test_apache_is_told_every_form_of_rdf(form: object) -> None:
    text = FILES[".htaccess"].decode()
    assert f'AddType "{content_type(form.media_type)}" {form.suffix}' in text  # type: ignore[attr-defined]
    assert f"%1/doc/%2{form.suffix} [R=303,L]" in text  # type: ignore[attr-defined]


def test_the_error_page_is_named_with_the_path_of_the_site() -> None:
    assert b"ErrorDocument 404 /below/404.html\n" in FILES[".htaccess"]


def test_the_readme_names_what_hosts_read() -> None:
    readme = FILES["README.txt"].decode()
    assert [name for name in FILES if name not in (*readme.split(), "README.txt")] == []
    assert max(map(len, readme.splitlines())) <= 110
