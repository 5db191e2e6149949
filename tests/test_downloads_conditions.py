"""Headers of requests for a file -> which form of it, and how much of that."""

from datetime import UTC, datetime
from http import HTTPStatus

import pytest

from pilotgraph.downloads.conditions import GZIP, IDENTITY, Stored, Verdict, judge, select

PLAIN, PACKED = Stored(IDENTITY, "p" * 64, 1_000), Stored(GZIP, "z" * 64, 100)
MODIFIED = datetime(2026, 11, 1, tzinfo=UTC)
DAY_BEFORE, THAT_DAY, DAY_AFTER = (
    f"{day} 2026 00:00:00 GMT" for day in ("Sat, 31 Oct", "Sun, 01 Nov", "Mon, 02 Nov")
)
WHOLE = Verdict(HTTPStatus.OK, 0, 1_000)
UNCHANGED, FAILED = Verdict(HTTPStatus.NOT_MODIFIED), Verdict(HTTPStatus.PRECONDITION_FAILED)
BEYOND = Verdict(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)


def part(start: int, end: int) -> Verdict:
    return Verdict(HTTPStatus.PARTIAL_CONTENT, start, end)


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        pytest.param({}, PLAIN, id="nothing is said"),
        pytest.param({"Accept-Encoding": ""}, PLAIN, id="an empty header"),
        pytest.param({"Accept-Encoding": "gzip"}, PACKED, id="gzip"),
        pytest.param({"Accept-Encoding": "GZip"}, PACKED, id="in any case"),
        pytest.param({"Accept-Encoding": "gzip, deflate, br, zstd"}, PACKED, id="a browser"),
        pytest.param({"Accept-Encoding": "br"}, PLAIN, id="a coding that there is not"),
        pytest.param({"Accept-Encoding": "identity"}, PLAIN, id="identity"),
        pytest.param({"Accept-Encoding": "gzip;q=0"}, PLAIN, id="gzip is refused"),
        pytest.param(
            {"Accept-Encoding": "gzip;q=0.5"}, PACKED, id="identity is not preferred if it is not named"
        ),
        pytest.param({"Accept-Encoding": "gzip;q=0.5, identity"}, PLAIN, id="identity is preferred"),
        pytest.param({"Accept-Encoding": "gzip;q=0.5, identity;q=0.2"}, PACKED, id="gzip is preferred"),
        pytest.param({"Accept-Encoding": "*"}, PACKED, id="any"),
        pytest.param({"Accept-Encoding": "*;q=0"}, PLAIN, id="none is taken, and no other is there"),
        pytest.param(
            {"Accept-Encoding": "identity;q=0"}, PLAIN, id="identity is refused, and nothing else taken"
        ),
        pytest.param({"Accept-Encoding": "gzip" + " " * 5_000}, PACKED, id="spaces"),
        pytest.param({"Accept-Encoding": "gzip, " + "x, " * 5_000}, PLAIN, id="a header too long to read"),
        pytest.param(
            {"Accept-Encoding": "gzip", "Range": "bytes=0-9"}, PLAIN, id="a part is of the file as it is"
        ),
        pytest.param(
            {"Accept-Encoding": "gzip, identity;q=0", "Range": "bytes=0-9"},
            PACKED,
            id="unless that is refused",
        ),
        pytest.param(
            {"Accept-Encoding": "gzip", "Range": "bytes=0-9", "If-Range": f'"{PACKED.tag}"'},
            PACKED,
            id="or the client has a part of the packed file",
        ),
        pytest.param(
            {"Range": "bytes=0-9", "If-Range": f'"{PACKED.tag}"'}, PLAIN, id="which it has to take, too"
        ),
        pytest.param(
            {"Accept-Encoding": "gzip", "If-None-Match": f'"{PLAIN.tag}"'}, PLAIN, id="it has the file"
        ),
        pytest.param({"If-None-Match": f'"{PACKED.tag}"'}, PLAIN, id="it has what it does not take any more"),
        pytest.param(
            {"Accept-Encoding": "gzip", "If-None-Match": "*"}, PACKED, id="it has whatever there is"
        ),
        pytest.param(
            {"Accept-Encoding": "gzip", "If-Match": f'"{PLAIN.tag}"'}, PLAIN, id="it wants the file"
        ),
    ],
)
def test_select(headers: dict[str, str], form: Stored) -> None:
    assert select(headers, [PLAIN, PACKED]) == form
    assert select(headers, [PLAIN]) == PLAIN


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        pytest.param({}, WHOLE, id="nothing is said"),
        pytest.param({"If-None-Match": f'"{PLAIN.tag}"'}, UNCHANGED, id="it has it"),
        pytest.param({"If-None-Match": f'W/"{PLAIN.tag}"'}, UNCHANGED, id="a proxy made the tag weak"),
        pytest.param({"If-None-Match": f'"a", "{PLAIN.tag}"'}, UNCHANGED, id="it has several"),
        pytest.param({"If-None-Match": "*"}, UNCHANGED, id="it has whatever there is"),
        pytest.param({"If-None-Match": '"a"'}, WHOLE, id="it has another"),
        pytest.param({"If-Modified-Since": THAT_DAY}, UNCHANGED, id="it is from then"),
        pytest.param({"If-Modified-Since": DAY_AFTER}, UNCHANGED, id="it is older"),
        pytest.param({"If-Modified-Since": DAY_BEFORE}, WHOLE, id="it is newer"),
        pytest.param({"If-Modified-Since": "yesterday"}, WHOLE, id="no date"),
        pytest.param(
            {"If-None-Match": '"a"', "If-Modified-Since": DAY_AFTER}, WHOLE, id="a tag outdoes a date"
        ),
        pytest.param({"If-Match": f'"{PLAIN.tag}"'}, WHOLE, id="it is what it should be"),
        pytest.param({"If-Match": "*"}, WHOLE, id="it is there"),
        pytest.param({"If-Match": '"a"'}, FAILED, id="it is another"),
        pytest.param({"If-Match": f'W/"{PLAIN.tag}"'}, FAILED, id="a weak tag says too little"),
        pytest.param({"If-Unmodified-Since": THAT_DAY}, WHOLE, id="unmodified since then"),
        pytest.param({"If-Unmodified-Since": DAY_BEFORE}, FAILED, id="modified since"),
        pytest.param(
            {"If-Match": "*", "If-Unmodified-Since": DAY_BEFORE}, WHOLE, id="again the tag outdoes the date"
        ),
        pytest.param(
            {"If-Match": '"a"', "If-None-Match": f'"{PLAIN.tag}"'}, FAILED, id="412 comes before 304"
        ),
        pytest.param({"If-None-Match": "*", "Range": "bytes=0-9"}, UNCHANGED, id="304 comes before 206"),
        pytest.param({"Range": "bytes=0-9"}, part(0, 10), id="the first bytes"),
        pytest.param({"Range": "bytes=10-"}, part(10, 1_000), id="the rest"),
        pytest.param({"Range": "bytes=-10"}, part(990, 1_000), id="the last bytes"),
        pytest.param({"Range": "bytes=-9999"}, part(0, 1_000), id="more than there are"),
        pytest.param({"Range": "bytes=990-9999"}, part(990, 1_000), id="an end beyond the end"),
        pytest.param({"Range": f"bytes=0-{10**300}"}, part(0, 1_000), id="far beyond"),
        pytest.param({"Range": "bytes=999-999"}, part(999, 1_000), id="the last byte"),
        pytest.param({"Range": "bytes=1000-"}, BEYOND, id="nothing of it"),
        pytest.param({"Range": f"bytes={10**300}-"}, BEYOND, id="nothing, by far"),
        pytest.param({"Range": "bytes=9-0"}, WHOLE, id="no range"),
        pytest.param({"Range": "bytes=-0"}, WHOLE, id="none of the last"),
        pytest.param({"Range": "bytes=a-b"}, WHOLE, id="no numbers"),
        pytest.param({"Range": "lines=0-9"}, WHOLE, id="another unit"),
        pytest.param({"Range": "bytes=0-9,20-29"}, WHOLE, id="several"),
        pytest.param({"Range": "bytes=" + "0-1," * 5_000 + "0-1"}, WHOLE, id="thousands"),
        pytest.param({"Range": "bytes=0-9", "If-Range": f'"{PLAIN.tag}"'}, part(0, 10), id="of what it has"),
        pytest.param({"Range": "bytes=0-9", "If-Range": '"a"'}, WHOLE, id="it has a part of another"),
        pytest.param({"Range": "bytes=0-9", "If-Range": f'W/"{PLAIN.tag}"'}, WHOLE, id="it may have another"),
        pytest.param({"Range": "bytes=0-9", "If-Range": THAT_DAY}, part(0, 10), id="of that day"),
        pytest.param({"Range": "bytes=0-9", "If-Range": DAY_AFTER}, WHOLE, id="of another day"),
        pytest.param(
            {"Range": "bytes=0-9", "If-Range": THAT_DAY, "Accept-Encoding": "gzip"},
            WHOLE,
            id="of that day, and it may be packed",
        ),
        pytest.param(
            {"Range": "bytes=0-9", "If-Range": THAT_DAY, "Accept-Encoding": "gzip;q=0, *;q=0"},
            part(0, 10),
            id="of that day, and not packed",
        ),
    ],
)
def test_judge(headers: dict[str, str], verdict: Verdict) -> None:
    assert judge("GET", headers, PLAIN, MODIFIED) == verdict


def test_the_date_of_a_file_in_one_form_tells_which_form_that_is() -> None:
    asked = {"Range": "bytes=0-9", "If-Range": THAT_DAY, "Accept-Encoding": "gzip"}
    assert judge("GET", asked, PLAIN, MODIFIED) == WHOLE
    assert judge("GET", asked, PLAIN, MODIFIED, alone=True) == part(0, 10)


def test_a_range_is_for_get_only() -> None:
    assert judge("HEAD", {"Range": "bytes=0-9"}, PLAIN, MODIFIED) == WHOLE


def test_of_an_empty_file_there_is_no_part() -> None:
    assert judge("GET", {"Range": "bytes=0-"}, Stored(IDENTITY, "e", 0), None) == Verdict(HTTPStatus.OK)


@pytest.mark.parametrize("name", ["If-Modified-Since", "If-Unmodified-Since"])
def test_without_a_date_no_date_decides(name: str) -> None:
    assert judge("GET", {name: DAY_AFTER}, PLAIN, None) == WHOLE
    assert judge("GET", {name: DAY_BEFORE}, PLAIN, None) == WHOLE
