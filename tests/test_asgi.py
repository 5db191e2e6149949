"""What every part of the front needs: the body of a request, whose it is, and how an answer is sent."""

import asyncio
import json
from http import HTTPStatus

import pytest

from asgi_client import Client, scope
from pilotgraph.asgi import Bodies, Head, Room, client_of, explain, send_whole
from pilotgraph.errors import LimitExceeded, StoreUnavailable
from pilotgraph.negotiation import RequestError
from pilotgraph.settings import Settings
from pools import eventually, on_loop

# The largest body: three bytes for one of a query, and 10 kB.
SMALL = Settings(query_kb=1, body_seconds=0.2, answer_mb=1, in_flight_mb=1)
LARGEST = 13_000
CLOSING = RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Too large.", {"Connection": "close"})


@pytest.mark.parametrize("pieces", [(), (b"",), (b"abc",), (b"a", b"", b"bc"), (b"a" * LARGEST,)])
@pytest.mark.parametrize("method", ["POST", "QUERY", "PUT"])
@on_loop
async def test_a_body_is_gathered(method: str, pieces: tuple[bytes, ...]) -> None:
    client, bodies = Client("/", method, *pieces), Bodies(SMALL)
    assert await bodies.gather(client.scope, client.receive, "a") == b"".join(pieces)
    assert bodies.room.bytes == 0


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@on_loop
async def test_where_a_body_means_nothing_none_is_waited_for(method: str) -> None:
    client = Client("/", method, b"abc")
    client.stalls = True
    assert await Bodies(SMALL).gather(client.scope, client.receive, "a") == b""


@pytest.mark.parametrize("pieces", [(b"a" * LARGEST, b"a"), (b"a" * 6_501,) * 2, (b"a" * (LARGEST + 1),)])
@on_loop
async def test_a_body_has_a_largest_size(pieces: tuple[bytes, ...]) -> None:
    client, bodies = Client("/", "POST", *pieces), Bodies(SMALL)
    with pytest.raises(RequestError, match="may have 13,000 bytes") as error:
        await bodies.gather(client.scope, client.receive, "a")
    assert (error.value.status, error.value.headers) == (413, {"Connection": "close"})
    assert bodies.room.bytes == 0


@on_loop
async def test_a_body_has_a_longest_time() -> None:
    client, bodies = Client("/", "POST", b"abc"), Bodies(SMALL)
    client.stalls = True
    with pytest.raises(RequestError, match=r"may take 0\.2 seconds") as error:
        await bodies.gather(client.scope, client.receive, "a")
    assert (error.value.status, error.value.headers) == (408, {"Connection": "close"})
    assert bodies.room.bytes == 0


@on_loop
async def test_a_body_is_whole() -> None:
    client, bodies = Client("/", "POST", b"abc"), Bodies(Settings())
    client.stalls = True
    client.gone.set()
    with pytest.raises(RequestError, match="ended before it was whole") as error:
        await bodies.gather(client.scope, client.receive, "a")
    assert error.value.status == 400
    assert bodies.room.bytes == 0


@on_loop
async def test_all_bodies_together_have_a_largest_size() -> None:
    bodies = Bodies(Settings(query_kb=100, answer_mb=1, in_flight_mb=1))
    stalled = [Client("/", "POST", b"a" * 300_000) for _ in range(3)]
    gathering = []
    for each in stalled:
        each.stalls = True
        gathering.append(asyncio.ensure_future(bodies.gather(each.scope, each.receive, str(each))))
    await eventually(lambda: bodies.room.bytes == 900_000)
    one_more = Client("/", "POST", b"a" * 300_000)
    with pytest.raises(RequestError) as error:
        await bodies.gather(one_more.scope, one_more.receive, "another")
    assert (error.value.status, error.value.headers["Retry-After"]) == (503, "1")
    assert bodies.room.bytes == 900_000
    for each in stalled:
        each.gone.set()
    ends = await asyncio.gather(*gathering, return_exceptions=True)
    assert [type(end) for end in ends] == [RequestError] * 3
    assert bodies.room.bytes == 0
    assert len(await bodies.gather(one_more.scope, Client("/", "POST", b"abc").receive, "another")) == 3


def test_a_head_is_read_as_far_as_it_matters() -> None:
    headers = [
        ("accept", "text/csv"),
        ("accept", "text/html;q=0.1"),
        ("content-type", "text/plain"),
        ("if-none-match", '"a"'),
        ("if-none-match", '"b"'),
        ("x-forwarded-for", "192.0.2.1"),
        ("x-forwarded-for", "192.0.2.2"),
        ("cookie", "a=b"),
    ]
    assert Head.of(scope(headers=headers)) == Head(
        "text/csv, text/html;q=0.1", "text/plain", '"a", "b"', "192.0.2.1, 192.0.2.2"
    )
    assert Head.of(scope()) == Head(None, None, None, None)


@pytest.mark.parametrize(
    ("peer", "proxies", "forwarded_for", "client"),
    [
        ("192.0.2.9", 0, None, "192.0.2.9"),
        ("192.0.2.9", 0, "198.51.100.1", "192.0.2.9"),  # who is no proxy of ours is not believed
        ("192.0.2.9", 1, None, "192.0.2.9"),
        ("192.0.2.9", 1, "198.51.100.1", "198.51.100.1"),
        ("192.0.2.9", 1, "203.0.113.7, 198.51.100.1", "198.51.100.1"),  # what the client said comes first
        ("192.0.2.9", 2, "203.0.113.7, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        ("192.0.2.9", 3, "198.51.100.1", "198.51.100.1"),
        ("::ffff:192.0.2.9", 0, None, "192.0.2.9"),
        ("unix:", 0, None, "unix:"),
    ],
)
def test_a_client_is_known_by_its_address(
    peer: str, proxies: int, forwarded_for: str | None, client: str
) -> None:
    head = Head(forwarded_for=forwarded_for)
    assert client_of(scope(client=(peer, 40_000)), head, proxies) == client


def test_a_household_has_one_network() -> None:
    one, same, other = (
        client_of(scope(client=(address, 1)), Head(), 0)
        for address in ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1")
    )
    assert one == same != other
    assert client_of(scope(client=None), Head(), 0) == ""


@pytest.mark.parametrize(
    ("method", "status", "body", "length"),
    [("GET", 200, b"abc", "3"), ("HEAD", 200, b"", "3"), ("GET", 304, b"", None)],
)
@on_loop
async def test_a_response_is_sent_whole(method: str, status: int, body: bytes, length: str | None) -> None:
    client = Client("/", method)
    await send_whole(client.scope, client.send, status, [], b"" if status == 304 else b"abc")
    assert (client.status, client.body, client.headers["Content-Length"]) == (status, body, length)


@pytest.mark.parametrize(
    ("error", "status", "header"),
    [
        (LimitExceeded("Too long."), 500, ("Retry-After", None)),
        (StoreUnavailable("Busy."), 503, ("Retry-After", "1")),
        (CLOSING, 413, ("Connection", "close")),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
@on_loop
async def test_an_error_is_a_problem(
    method: str, error: LimitExceeded | StoreUnavailable | RequestError, status: int, header: tuple[str, str]
) -> None:
    client = Client("/", method)
    assert await explain(client.scope, client.send, error) == client.status == status
    assert client.headers["Content-Type"] == "application/problem+json"
    assert client.headers["Access-Control-Allow-Origin"] == "*"
    assert client.headers["Cache-Control"] == "no-store"
    assert client.headers[header[0]] == header[1]
    if method == "GET":
        assert json.loads(client.body)["detail"] == str(error)
        assert json.loads(client.body)["status"] == status
    else:
        assert client.body == b""


def test_a_client_has_half_of_a_room_and_who_is_alone_has_it_all() -> None:
    room = Room(100)
    assert room.takes("a", 1_000)
    room.add("a", 40)
    assert [room.takes("a", size) for size in (10, 11)] == [True, False]
    assert [room.takes("b", size) for size in (60, 61)] == [True, False]
    room.add("a", -40)
    assert (room.bytes, room.takes("a", 1_000)) == (0, True)
