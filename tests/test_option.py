"""An option takes what it may be, from a text or as a value, and says of the rest what to write instead."""

import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from pilotgraph.option import Option, shown, toml


def number(
    default: float, low: float, high: float, name: str = "wait_seconds", unit: str = "seconds"
) -> Option:
    return Option(name, default, "queries", "How long.", unit, (low, high), ())


def text(name: str, default: str = "", choices: tuple[str, ...] = ()) -> Option:
    return Option(name, default, "address", "Where.", "", (0, 0), choices)


WHOLE = number(2, 1, 20_000, "queued", "queries")
SECONDS = number(10.0, 0.5, 60)
LOG = text("log", "hash", ("none", "hash", "text"))
HOST, SITE = text("host", "::"), text("public_url")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (WHOLE, 1),
        (WHOLE, 20_000),
        (SECONDS, 0.5),
        (SECONDS, 60.0),
        (LOG, "none"),
        (HOST, "127.0.0.1"),
        (HOST, "0.0.0.0"),
        (HOST, "::1"),
        (HOST, "fe80::1%eth0"),
        (HOST, "db-1.example.org"),
        (SITE, ""),
        (SITE, "https://example.org"),
        (SITE, "http://example.org:8080/pilots/"),
        (SITE, "http://[::1]:8000/a%20b"),
    ],
)
def test_what_an_option_may_be(option: Option, value: object) -> None:
    assert option.check(value) == value
    assert option.read(str(value)) == value


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *((WHOLE, value) for value in (0, 20_001, 2.0, True, "2", None, math.nan, 10**400, [1])),
        *((SECONDS, value) for value in (0.49, 60.1, math.inf, -math.inf, math.nan, True, "5", 10**400)),
        *((LOG, value) for value in ("", "Hash", "hash ", 1, None)),
        *(
            (HOST, value)
            for value in ("", "a b", "a:80", "[::1]", "http://a", "-a", "a/b", "\u00e4", "a\n", 1)
        ),
        *(
            (SITE, value)
            for value in (
                "example.org",
                "/pilots",
                "ftp://example.org",
                "https://",
                "https:///a",
                "https://example.org/a b",
                "https://example.org/?a",
                "https://example.org/#a",
                "https://me@example.org/",
                "https://example.org:port/",
                "https://example.org:0/",
                "https://[::1/",
                'https://example.org/"',
                "https://example.org/\n",
                "https://ex\u00e4mple.org/",
                7,
            )
        ),
    ],
)
def test_what_an_option_cannot_be(option: Option, value: object) -> None:
    with pytest.raises(ValueError, match=rf"^{option.name} cannot be "):
        option.check(value)


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (WHOLE, 'queued cannot be "x": write a whole number from 1 to 20_000'),
        (SECONDS, 'wait_seconds cannot be "x": write a number from 0.5 to 60'),
        (LOG, 'log cannot be "x": write one of "none", "hash", "text"'),
        (
            SITE,
            'public_url cannot be "x": write the URL of the site, such as "https://example.org/pilots",'
            ' or ""',
        ),
    ],
)
def test_the_message_says_what_to_write(option: Option, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        option.read("x")
    assert str(caught.value) == said


def test_a_host_has_no_port() -> None:
    with pytest.raises(ValueError, match="an address or a name, without a port, such as"):
        HOST.read("localhost:8000")


@pytest.mark.parametrize("read", ["", "1e3", "0x10", "1.0", "nan", "inf", "1,000", "9" * 5_000])
def test_a_text_that_is_no_whole_number_in_bounds(read: str) -> None:
    with pytest.raises(ValueError, match=r"queued cannot be ") as caught:
        WHOLE.read(read)
    assert len(str(caught.value)) < 150


def test_a_whole_number_serves_as_a_number_and_comes_out_as_one() -> None:
    value = SECONDS.check(5)
    assert (value, type(value)) == (5.0, float)


@pytest.mark.parametrize(
    ("option", "flag", "variable", "metavar"),
    [
        (SECONDS, "--wait-seconds", "PILOTGRAPH_WAIT_SECONDS", "SECONDS"),
        (number(8000, 0, 65_535, "port", ""), "--port", "PILOTGRAPH_PORT", "PORT"),
        (SITE, "--public-url", "PILOTGRAPH_PUBLIC_URL", "URL"),
        (LOG, "--log", "PILOTGRAPH_LOG", "none|hash|text"),
    ],
)
def test_the_names_of_an_option(option: Option, flag: str, variable: str, metavar: str) -> None:
    assert (option.flag, option.variable, option.metavar) == (flag, variable, metavar)


@effort(deadline=None)
@given(
    st.one_of(
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(st.characters(codec="utf-8", exclude_characters="\x7f")),
    )
)
def test_values_are_written_as_toml_reads_them(value: float | str) -> None:
    assert tomllib.loads(f"a = {toml(value)}") == {"a": value}


def test_what_is_shown_is_one_short_line() -> None:
    assert shown("a\n\udcff" + "x" * 100) == r'"a\n\udcff' + "x" * 50 + "…"
    assert shown({"a": True}) == '{"a": true}'
