"""Whether a site hands out files as harvesters need it: ours does, and what a proxy breaks is named."""

from collections.abc import Callable

import pytest

from deployed import Exchange, Fault, proxy, without
from pilotgraph.check import Mark, check
from pilotgraph.delivery import delivered
from pilotgraph.deployment import Site
from pilotgraph.probe import NoAnswer


def named(url: str) -> Site:
    return Site(url, "https://example.org/", "https://example.org/id/", [], {"dump": "0.3.0/data.ttl"}, "")


def test_our_site_hands_out_files_in_every_way(lights: Site) -> None:
    asked = list(delivered(lights))
    assert [said for _, said in asked if said] == []
    for header in ("Range", "If-Range", "Accept-Encoding", "If-None-Match", "If-Modified-Since", "If-Match"):
        assert any(f"  {header}: " in each for each, _ in asked)


def test_it_is_part_of_the_check(lights: Site) -> None:
    found = [each for each in check(lights, kinds=(), host_only=True) if "/data.ttl" in each.asked]
    assert len(found) == len(list(delivered(lights)))
    assert {each.mark for each in found} == {Mark.KEPT}


def ignoring(name: str) -> Fault:
    """Pass a request on without a header."""

    def change(seen: Exchange) -> None:
        seen.sent = {key: value for key, value in seen.sent.items() if key.lower() != name.lower()}

    return Fault(asking=change)


def answering(change: Callable[[Exchange], object]) -> Fault:
    return Fault(answering=change)


def replaced(name: str, value: str) -> Fault:
    def change(seen: Exchange) -> None:
        if name in seen.headers:
            seen.headers.replace_header(name, value)

    return answering(change)


def damaged(seen: Exchange) -> None:
    seen.content = seen.content.replace(b"e", b"f", 1)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        pytest.param(ignoring("Range"), "the status is 200, not 206", id="ranges are passed over"),
        pytest.param(without("Repr-Digest"), "Repr-Digest is missing", id="there is no digest"),
        pytest.param(
            answering(damaged), "not the SHA-256 of what was sent", id="what is sent is not what was meant"
        ),
        pytest.param(without("Last-Modified"), "there is no Last-Modified", id="there is no date"),
        pytest.param(replaced("ETag", 'W/"a"'), "which is not strong", id="the tag is weak"),
        pytest.param(ignoring("If-None-Match"), "the status is 200, not 304", id="nothing is unchanged"),
        pytest.param(ignoring("If-Modified-Since"), "the status is 200, not 304", id="since no day"),
        pytest.param(ignoring("If-Match"), "the status is 200, not 412", id="nothing is another"),
        pytest.param(
            replaced("Vary", "Accept"), "Vary does not name Accept-Encoding", id="a cache may mix up"
        ),
        pytest.param(
            replaced("Content-Range", "bytes 0-1/2"), "Content-Range is bytes 0-1/2, not", id="another part"
        ),
        pytest.param(replaced("ETag", '"a"'), "ETag is that of the file as it is", id="one tag for both"),
    ],
)
def test_what_is_wrong_is_named(lights: Site, fault: Fault, said: str) -> None:
    with proxy(lights.root, fault) as url:
        found = [each for _, faults in delivered(named(url)) for each in faults]
    assert any(said in each for each in found), found


def test_a_file_that_is_not_there_is_one_fault(lights: Site) -> None:
    asked = list(delivered(Site(lights.root, "", "", [], {"dump": "0.3.0/nothing.ttl"}, "")))
    assert asked == [(f"GET {lights.root}/releases/0.3.0/nothing.ttl", ["the status is 404, not 200"])]


def test_where_nothing_answers_that_is_said() -> None:
    with pytest.raises(NoAnswer):
        list(delivered(named("http://127.0.0.1:9")))
    (found,) = check(named("http://127.0.0.1:9"), kinds=(), host_only=True)
    assert found.mark is Mark.BROKEN
