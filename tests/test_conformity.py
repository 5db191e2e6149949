"""What is said of an answer that breaks the HTTP contract."""

from dataclasses import replace
from email.message import Message

import pytest

from pilotgraph.conformity import faults, head_faults, links
from pilotgraph.contract import EVERY
from pilotgraph.contract_lines import Expected, lines

ROOT = "https://example.net/lights"
NAMES = {"thing": "keeper/%C3%BE%C3%B3ra"}
GOOD = {
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding, Accept",
}


def message(headers: dict[str, str]) -> Message:
    made = Message()
    for name, value in headers.items():
        made[name] = value
    return made


@pytest.mark.parametrize(
    ("expected", "status", "headers", "said"),
    [
        pytest.param(Expected(), 200, {}, [], id="as it should be"),
        pytest.param(Expected(404), 200, {}, ["the status is 200, not 404"], id="the status"),
        pytest.param(
            Expected(),
            200,
            {"Vary": "Accept-Encoding"},
            ["Vary does not name Accept: a cache would give one client what another takes"],
            id="no Vary",
        ),
        pytest.param(Expected(varies=False), 200, {"Vary": ""}, [], id="no Vary where nothing varies"),
        pytest.param(
            Expected(406),
            406,
            {"Access-Control-Allow-Origin": "https://example.org"},
            ["Access-Control-Allow-Origin is not *: scripts of other sites cannot read this"],
            id="no CORS",
        ),
        pytest.param(
            Expected(),
            200,
            {"X-Content-Type-Options": ""},
            ["X-Content-Type-Options is not nosniff: a browser may take data for a page"],
            id="a type that may be guessed",
        ),
        pytest.param(
            Expected(media_type="text/turtle"),
            200,
            {"Content-Type": "text/plain; charset=utf-8"},
            ["Content-Type is text/plain, not text/turtle"],
            id="another type",
        ),
        pytest.param(
            Expected(media_type="text/turtle"),
            200,
            {},
            ["Content-Type is missing, not text/turtle"],
            id="no type",
        ),
        pytest.param(
            Expected(media_type="text/html"),
            200,
            {"Content-Type": "text/html", "Content-Security-Policy": "default-src 'self' 'unsafe-inline'"},
            [
                "Content-Security-Policy is missing or weak: a page might run what stands in the data",
                "Content-Type does not say charset=utf-8",
            ],
            id="a page that is open to scripts",
        ),
        pytest.param(
            Expected(303, location="/doc/{thing}.ttl"),
            303,
            {"Location": "/lights/doc/keeper/%C3%BE%C3%B3ra.ttl"},
            [],
            id="a path is as good as a URL",
        ),
        pytest.param(
            Expected(303, location="/doc/{thing}.ttl"),
            303,
            {"Location": "/doc/keeper/%C3%BE%C3%B3ra.ttl"},
            [
                "Location is /doc/keeper/%C3%BE%C3%B3ra.ttl,"
                " not https://example.net/lights/doc/keeper/%C3%BE%C3%B3ra.ttl"
            ],
            id="the path of the proxy is lost",
        ),
        pytest.param(
            Expected(links=("license", "cite-as")),
            200,
            {"Link": '<https://example.org/x>; rel="cite-as"'},
            ["Link has no rel=license"],
            id="a relation is lost",
        ),
        pytest.param(
            Expected(held=True),
            200,
            {},
            ["there is no ETag: a client cannot ask whether what it has still holds"],
            id="no ETag",
        ),
        pytest.param(
            Expected(cache="public, max-age=300"),
            200,
            {"Cache-Control": "max-age=300,public"},
            [],
            id="the order of directives means nothing",
        ),
        pytest.param(
            Expected(404, cache="no-store"),
            404,
            {"Cache-Control": "public, max-age=300"},
            ["Cache-Control is public, max-age=300, not no-store"],
            id="an error that is kept",
        ),
        pytest.param(
            Expected(405, allow=("GET", "HEAD")),
            405,
            {"Allow": "HEAD"},
            ["Allow is HEAD, not GET, HEAD"],
            id="a method is not told",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    expected: Expected, status: int, headers: dict[str, str], said: list[str]
) -> None:
    sent = message({name: value for name, value in (GOOD | headers).items() if value})
    assert faults(expected, ROOT, NAMES, status, sent) == said


def test_head_is_held_against_get() -> None:
    got = message({"ETag": '"x"', "Content-Length": "12", "Date": "now"})
    assert head_faults(got, message({"etag": '"x"', "content-length": "12", "date": "later"})) == []
    assert head_faults(got, message({"ETag": '"y"', "Date": "now"})) == [
        "Content-Length is missing with HEAD and 12 with GET",
        'Etag is "y" with HEAD and "x" with GET',
    ]


def test_links_are_read_as_rfc_8288_has_them() -> None:
    header = (
        '<https://example.org/a,b;c>; rel="alternate describedby"; type="text/turtle",'
        ' </x>;title="a, <b>; rel=no";rel=License , <>; rel=up'
    )
    assert links(message({"Link": header})) == [
        ("https://example.org/a,b;c", "alternate"),
        ("https://example.org/a,b;c", "describedby"),
        ("/x", "license"),
        ("", "up"),
    ]


def test_a_line_of_the_table_is_no_test_that_cannot_fail() -> None:
    for line in lines(EVERY):
        wrong = replace(line.expected, status=500)
        assert faults(wrong, ROOT, {}, line.expected.status, message(GOOD)) != []
