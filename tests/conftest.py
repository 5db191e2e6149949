"""What tests share: the two projects, a release, the command line and a server as real processes."""

import gzip
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rdflib import Graph

from deployed import Redirector, listening
from pilotgraph.build import build
from pilotgraph.deployment import Site, discover
from pilotgraph.mapping import lines
from pilotgraph.project import Project, Record
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.search_index import write_index
from web import LIGHTS

REPOSITORY = Path(__file__).parent.parent
COMMAND = Path(sys.executable).with_name("pilotgraph")

Serve = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer over HTTP, whatever its status; redirects are not followed."""

    status: int
    headers: Message
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        return self.body.decode()


class Client:
    """One HTTP connection that stays open, so that thousands of requests take seconds."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def __call__(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Reply:
        """Send a request; a header's name is written with `_` for `-`, as in `content_type=`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            self._connection.request(method, path, body, named)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):  # it was idle for longer than servers wait
            self._connection.close()
            self._connection.request(method, path, body, named)
            response = self._connection.getresponse()
        return Reply(response.status, response.headers, response.read())

    def close(self) -> None:
        self._connection.close()


@pytest.fixture(scope="session")
def lighthouses() -> Path:
    """Root of the second project, whose subject is another one."""
    return REPOSITORY / "tests/projects/lighthouses"


@pytest.fixture(scope="session")
def real() -> Path:
    """Root of the real project: the repository."""
    return REPOSITORY


@pytest.fixture(scope="session")
def release(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release built from `lighthouses`."""
    return build(lighthouses, tmp_path_factory.mktemp("lighthouses"))


@pytest.fixture(scope="session")
def real_release(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release built from `real`, with the index that the command writes beside it."""
    made = build(real, tmp_path_factory.mktemp("real"))
    write_index(made)
    return made


@pytest.fixture(scope="session")
def serve() -> Iterator[Serve]:
    """Start `pilotgraph serve ARGUMENTS…` on a free port; gives the URL of its root, without the last `/`."""
    with ExitStack() as servers:
        yield lambda *arguments: servers.enter_context(serving(*arguments))


@pytest.fixture(scope="session")
def redirector() -> Iterator[str]:
    """A redirect service, which leads nowhere until a test gives it a site."""
    with listening(Redirector) as url:
        yield url


@pytest.fixture(scope="session")
def lights(release: Release, redirector: str, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A server of the lighthouses, whose IRIs are at the redirector."""
    base = f"{redirector}/pilotgraph/".encode()
    names = [name for name in release.files if name not in (MANIFEST, CHECKSUMS)]
    plain = [name for name in names if not name.endswith(".gz")]
    files = {name: release.read(name).replace(LIGHTS.encode(), base) for name in plain}
    packed = [name for name in names if name.endswith(".gz")]
    files |= {name: gzip.compress(files[name.removesuffix(".gz")], mtime=0) for name in packed}
    moved = write(tmp_path_factory.mktemp("moved"), release.version, files)
    return discover(serve("--release", moved.path))


@pytest.fixture
def leading(lights: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """The base of the IRIs that lead to the lighthouses."""
    monkeypatch.setattr(Redirector, "site", lights.root)
    return lights.dataset


def read(root: Path) -> Project:
    """Read a project that has no problem."""
    project = Project.read(root)
    assert project.problems == []
    return project


def n_triples(records: Iterable[Record]) -> str:
    """What records say, as sorted N-Triples."""
    return "".join(lines(statement for record in records for statement in record.mapped.statements))


def merged_ontology(root: Path) -> Graph:
    """The ontology of a project together with its imports."""
    graph = Graph()
    for path in sorted((root / "ontology").rglob("*.ttl")):
        graph.parse(path, format="turtle")
    return graph


def run(*arguments: str | Path, cwd: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    """Run `pilotgraph ARGUMENTS…` to its end, whatever its exit code."""
    return subprocess.run(
        [COMMAND, *arguments], cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


@contextmanager
def serving(*arguments: str | Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [COMMAND, "serve", *arguments, "--host", "127.0.0.1", "--port", str(port)],
        cwd=REPOSITORY,
    )
    with server:
        try:
            _wait_until_it_answers(server, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                raise


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"pilotgraph serve ended with exit code {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("pilotgraph serve does not listen after 60 s")
