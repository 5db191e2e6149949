"""Those who take files of a release slowly, in shreds, or by the hundred: others are answered beside them."""

import hashlib
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from abuse.honest import Questions
from abuse.processes import memory_kb, tree, until
from abuse.server import PATIENCE_SECONDS, Server, answers, rest
from pilotgraph.release import Release

SETTINGS = {"connections": 600}
READERS = 50
# What a reader may cost while it waits; the dump has many times as much.
MOST_MB_EACH = 1.5


@pytest.fixture(autouse=True)
def others_are_answered(server: Server, questions: Questions) -> Iterator[None]:
    yield
    questions.ask(server)


@pytest.fixture(scope="module")
def dump(real_release: Release) -> str:
    """The largest file of the release, which no pair of sockets takes in."""
    name = max(real_release.files, key=lambda name: real_release.files[name].size)
    assert real_release.files[name].size > 5_000_000
    return name


@contextmanager
def readers(server: Server, release: Release, name: str, count: int) -> Iterator[list[socket.socket]]:
    """Clients that ask for a file and do not read it."""
    head = f"GET /releases/{release.version}/{name} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    with ExitStack() as stack:
        opened = [stack.enter_context(server.connect(receive_bytes=4_096)) for _ in range(count)]
        for connection in opened:
            connection.sendall(head.encode())
        yield opened


def held(server: Server, release: Release) -> int:
    """How many files of the release the server's processes have open."""
    found = 0
    for process in tree(server.process.pid):
        for link in Path(f"/proc/{process.number}/fd").glob("*"):
            try:
                found += str(link.readlink()).startswith(str(release.path.resolve()))
            except OSError:  # closed meanwhile
                continue
    return found


def test_slow_readers_cost_little_memory_and_keep_nobody_waiting(
    server: Server, real_release: Release, dump: str, questions: Questions
) -> None:
    # What the first page, file and answers take, they take without slow readers too.
    questions.ask(server, 20)
    for path in ("/browse", f"/releases/{real_release.version}/manifest.json"):
        assert server.request("GET", path, headers={"Accept": "*/*"}).status == 200
    before = memory_kb(server.process.pid)
    with readers(server, real_release, dump, READERS) as slow:
        until("all are under way", lambda: held(server, real_release) >= READERS, PATIENCE_SECONDS)
        questions.ask(server, 20)
        page = server.request("GET", "/browse", headers={"Accept": "text/html"})
        assert page.status == 200
        taken_mb = (memory_kb(server.process.pid) - before) / 1000
        assert taken_mb < READERS * MOST_MB_EACH
        # In the end each has all of it.
        for connection in slow[:3]:
            (reply,) = answers(rest(connection))
            assert hashlib.sha256(reply.body).hexdigest() == real_release.files[dump].sha256
    until("no file is open", lambda: not held(server, real_release), PATIENCE_SECONDS)


def test_clients_that_go_away_leave_no_file_open(server: Server, real_release: Release, dump: str) -> None:
    for _ in range(3):
        with readers(server, real_release, dump, READERS) as broken:
            until("some are under way", lambda: held(server, real_release), PATIENCE_SECONDS)
            for connection in broken:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    until("no file is open", lambda: not held(server, real_release), PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("ranges", "status"),
    [
        pytest.param("bytes=" + ",".join(f"{n}-{n}" for n in range(0, 6_000, 2)), 200, id="3,000 shreds"),
        pytest.param("bytes=" + ",".join(["0-"] * 1_000), 200, id="the whole a thousand times"),
        pytest.param("bytes=0-,1-,2-,3-", 200, id="wholes that overlap"),
        pytest.param("bytes=" + "9" * 5_000 + "-", 200, id="a number that is longer than the file"),
        pytest.param("bytes=99999999999-", 416, id="beyond the end"),
        pytest.param("bytes=1-0", 200, id="an end before the start"),
        pytest.param("bytes=0-0", 206, id="a byte"),
    ],
)
def test_what_a_range_asks_for_is_never_more_than_the_file(
    server: Server, real_release: Release, dump: str, ranges: str, status: int
) -> None:
    reply = server.request("GET", f"/releases/{real_release.version}/{dump}", headers={"Range": ranges})
    assert reply.status == status
    assert len(reply.body) <= real_release.files[dump].size


@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since", "If-Range"])
@pytest.mark.parametrize("name", ["releases/{}/data.ttl", "static/style.css", "catalog.ttl"])
def test_a_year_that_no_number_holds_is_no_date(
    server: Server, real_release: Release, name: str, header: str
) -> None:
    headers = {header: f"Mon, 01 Jan {'9' * 20} 00:00:00 GMT", "Range": "bytes=0-0"}
    reply = server.request("GET", f"/{name.format(real_release.version)}", headers=headers)
    assert reply.status in (200, 206)


def test_a_flood_of_dumps_and_pages_leaves_room_for_questions(
    server: Server, real_release: Release, dump: str, questions: Questions
) -> None:
    asked = f"/releases/{real_release.version}"
    paths = (f"{asked}/{dump}", asked, f"{asked}.ttl", "/releases", f"{asked}/{dump}.gz")
    with ExitStack() as stack:
        for number in range(200):
            connection = stack.enter_context(server.connect(receive_bytes=4_096))
            connection.sendall(f"GET {paths[number % len(paths)]} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        questions.ask(server, 20)
        # Another client has its page in its turn.
        page = server.request("GET", "/browse", headers={"Accept": "text/html"}, source="127.0.0.2")
        assert page.status == 200


def test_the_server_ends_while_files_are_taken(real_release: Release, dump: str) -> None:
    with (
        Server.running(real_release.path, drain_seconds=1) as server,
        readers(server, real_release, dump, 20),
    ):
        until("some are under way", lambda: held(server, real_release), PATIENCE_SECONDS)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(PATIENCE_SECONDS) == 0


def test_who_takes_a_file_when_the_server_is_stopped_has_it_whole(real_release: Release, dump: str) -> None:
    with Server.running(real_release.path, drain_seconds=20) as server:
        with readers(server, real_release, dump, 1) as (connection,):
            until("it is under way", lambda: held(server, real_release), PATIENCE_SECONDS)
            server.process.send_signal(signal.SIGTERM)
            (reply,) = answers(rest(connection))
        assert hashlib.sha256(reply.body).hexdigest() == real_release.files[dump].sha256
        assert server.process.wait(PATIENCE_SECONDS) == 0
