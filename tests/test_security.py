"""What SECURITY says, tried: its names and sums, and its proxies, each before a real server."""

import gzip
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from conftest import REPOSITORY, Client, Serve
from pilotgraph.delivery import delivered
from pilotgraph.deployment import Site
from pilotgraph.release import Release
from pilotgraph.settings import Settings, options

TEXT = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")
DEFAULTS = Settings()

ALL = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
JSON = "application/sparql-results+json"


def block(language: str) -> str:
    match = re.search(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert match, f"SECURITY has no example for {language}"
    return match[1]


def number(pattern: str, text: str = TEXT) -> int:
    match = re.search(pattern, text)
    assert match, pattern
    return int(match[1].replace(",", ""))


# What it says of the settings.


def test_every_setting_that_is_named_exists() -> None:
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", TEXT)) | set(
        re.findall(r"\b[a-z]+_(?:mb|kb|seconds)\b", TEXT)
    )
    assert len(named) >= 10
    assert named <= {option.name for option in options()}


def test_the_sum_of_the_memory() -> None:
    match = re.search(r"\n\n((?:    .*\n)+)\n`data` is .*: (\d+) MB for", TEXT)
    assert match
    terms = [re.split(r" {3,}", line.strip())[0] for line in match[1].splitlines()]
    formula = " ".join(terms).replace("\N{MULTIPLICATION SIGN}", "*").replace("÷", "/")
    most_mb = eval(formula, {"data": int(match[2]), **DEFAULTS.values()})
    assert most_mb == pytest.approx(number(r"the sum is (\d+) GB") * 1000, rel=0.1)
    assert number(r"--memory (\d+)g") * 1024**3 > most_mb * 1_000_000
    assert number(r"MemoryMax=(\d+)G", block("ini")) * 1024**3 > most_mb * 1_000_000


def test_who_stops_the_server_waits_until_it_has_drained() -> None:
    assert number(r"--stop-timeout (\d+)") > DEFAULTS.drain_seconds
    assert number(r"TimeoutStopSec=(\d+)", block("ini")) > DEFAULTS.drain_seconds


@pytest.mark.parametrize(
    ("proxy", "seconds", "largest"),
    [
        ("nginx", r"proxy_read_timeout (\d+)s", r"client_max_body_size (\d+)m"),
        ("caddy", r"response_header_timeout (\d+)s", r"max_size (\d+)MB"),
        ("apache", r" timeout=(\d+)", r"LimitRequestBody (\d+)000000"),
    ],
)
def test_a_proxy_waits_longer_and_takes_more_than_the_server(proxy: str, seconds: str, largest: str) -> None:
    assert number(seconds, block(proxy)) > 2 * DEFAULTS.deadline_seconds
    assert number(largest, block(proxy)) * 1_000_000 > DEFAULTS.body_bytes


def test_a_server_listens_to_its_own_machine_and_believes_nobody_unless_told() -> None:
    assert (DEFAULTS.host, DEFAULTS.proxies, DEFAULTS.log) == ("127.0.0.1", 0, "hash")


# Its proxies.


def nginx(folder: Path, port: int, upstream: str) -> list[str]:
    server = re.sub(
        r" *ssl_certificate.*\n", "", block("nginx").replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    )
    temporary = "".join(
        f"{each}_temp_path {each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        "daemon off; master_process off; error_log stderr warn; pid nginx.pid; events {}\n"
        f"http {{ access_log off; {temporary}\n{server.replace('127.0.0.1:8000', upstream)} }}"
    )
    return ["nginx", "-p", str(folder), "-c", "nginx.conf", "-e", "stderr"]


def caddy(folder: Path, port: int, upstream: str) -> list[str]:
    site = (
        block("caddy")
        .replace("example.org {", f"http://127.0.0.1:{port} {{")
        .replace("127.0.0.1:8000", upstream)
    )
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{site}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def apache2(folder: Path, port: int, upstream: str) -> list[str]:
    modules = [
        "mpm_event",
        "authz_core",
        "proxy",
        "proxy_http",
        "headers",
        "deflate",
        "filter",
        "reqtimeout",
        "setenvif",
    ]
    site = re.sub(r" *SSL.*\n", "", block("apache").replace("*:443", f"*:{port}")).replace(
        "127.0.0.1:8000", upstream
    )
    (folder / "apache.conf").write_text(
        f"ServerRoot {folder}\nServerName localhost\nListen 127.0.0.1:{port}\n"
        "PidFile apache.pid\nMutex posixsem\nErrorLog /dev/stderr\n"
        + "".join(f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so\n" for each in modules)
        + ("User nobody\nGroup nogroup\n" if os.geteuid() == 0 else "")
        + site
    )
    return ["apache2", "-D", "FOREGROUND", "-f", str(folder / "apache.conf")]


Proxy = Callable[[Path, int, str], list[str]]
PROXIES: list[Proxy] = [nginx, caddy, apache2]


@contextmanager
def running(proxy: Proxy, folder: Path, upstream: str) -> Iterator[str]:
    """A proxy before an upstream; gives its URL."""
    name = proxy.__name__
    if shutil.which(name) is None:
        if os.environ.get("CI"):
            pytest.fail(f"there is no {name} here")
        pytest.skip(f"there is no {name} here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command, log = proxy(folder, port, upstream), folder / "log"
    with (
        log.open("wb") as said,
        subprocess.Popen(
            command, cwd=folder, env={**os.environ, **home}, stdout=said, stderr=said
        ) as process,
    ):
        try:
            deadline = time.monotonic() + 30
            while not listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{name} does not start: {log.read_text()}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def server(serve: Serve, release: Release) -> str:
    return serve("--release", str(release.path), "--proxies", "1")


@pytest.fixture(scope="module", params=PROXIES, ids=lambda proxy: proxy.__name__)
def ask(
    request: pytest.FixtureRequest, server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a proxy before the server."""
    folder = tmp_path_factory.mktemp("proxy")
    with (
        running(request.param, folder, server.removeprefix("http://")) as url,
        closing(Client(url)) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def answer(server: str) -> bytes:
    """What the server says to ALL, without a proxy."""
    with closing(Client(server)) as client:
        return client(f"/sparql?query={quote(ALL)}", accept=JSON).body


def test_a_query_is_answered_in_every_way_to_send_it(ask: Client, answer: bytes) -> None:
    text = {"content_type": "application/sparql-query", "accept": JSON}
    form = {"content_type": "application/x-www-form-urlencoded", "accept": JSON}
    for reply in (
        ask(f"/sparql?query={quote(ALL)}", accept=JSON),
        ask("/sparql", "POST", urlencode({"query": ALL}).encode(), **form),
        ask("/sparql", "POST", ALL.encode(), **text),
        ask("/sparql", "QUERY", ALL.encode(), **text),
    ):
        assert (reply.status, reply.media_type) == (200, JSON)
        assert reply.body == answer


def test_the_longest_query_passes(ask: Client) -> None:
    padding = "x" * (DEFAULTS.query_kb * 1000 - len(ALL) - 2)
    body = "query=" + "".join(f"%{byte:02x}" for byte in f"{ALL} #{padding}".encode())
    assert len(body) > 590_000
    form = {"content_type": "application/x-www-form-urlencoded", "accept": JSON}
    assert ask("/sparql", "POST", body.encode(), **form).status == 200
    path = f"/sparql?query={quote(ALL)}%20%23"
    assert ask(path + "x" * (63_000 - len(path)), accept=JSON).status == 200


def test_an_answer_is_compressed_and_known_again(ask: Client, answer: bytes) -> None:
    path = f"/sparql?query={quote(ALL)}"
    reply = ask(path, accept=JSON, accept_encoding="gzip")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(reply.body) == answer
    assert {"accept", "accept-encoding"} <= set(
        re.split(r"[\s,]+", ",".join(reply.headers.get_all("Vary", [])).lower())
    )
    tag = reply.headers["ETag"]
    again = ask(path, accept=JSON, accept_encoding="gzip", if_none_match=tag)
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/doc/lighthouse/kestrel-point.jsonld", "/browse/Lighthouse.json", "/sitemap.xml"),
        *("/queries/highest-lights", "/views/heights.svg", "/sparql/terms.json"),
        *("/static/style.css", "/static/query.js", "/releases", "/releases/0.3.0"),
    ],
)
def test_pages_and_their_parts_are_compressed_and_known_again(ask: Client, path: str) -> None:
    reply = ask(path, accept="*/*", accept_encoding="gzip")
    assert (reply.status, reply.headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(reply.body) == ask(path, accept="*/*").body
    tag = reply.headers["ETag"]
    assert tag.startswith('W/"')
    again = ask(path, accept="*/*", accept_encoding="gzip", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")


def test_files_of_releases_pass_as_the_server_sends_them(ask: Client) -> None:
    names = {"dump": "0.3.0/data.ttl"}
    site = Site(ask.url, "https://example.org/lights/", "https://example.org/lights/id/", [], names, "")
    asked = list(delivered(site))
    assert [said for _, said in asked if said] == []
    assert len(asked) > 8
    packed = ask("/releases/0.3.0/data.ttl", accept_encoding="gzip")
    assert (packed.headers["Content-Encoding"], packed.headers["ETag"][:1]) == ("gzip", '"')
    assert packed.headers["Repr-Digest"] == _repr_digest(packed.body)
    untwinned = ask("/releases/0.3.0/shapes.ttl", accept_encoding="gzip")
    assert untwinned.headers["Repr-Digest"] == _repr_digest(untwinned.body)


def _repr_digest(content: bytes) -> str:
    return f"sha-256=:{b64encode(hashlib.sha256(content).digest()).decode()}:"


@pytest.mark.parametrize(("query", "status"), [("SELECT", 400), ("ASK { SERVICE <http://a/> {} }", 403)])
def test_an_error_is_the_servers(ask: Client, query: str, status: int) -> None:
    reply = ask(f"/sparql?query={quote(query)}", accept=JSON)
    assert (reply.status, reply.media_type) == (status, "application/problem+json")
    assert json.loads(reply.body)["status"] == status


@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
def test_how_busy_the_server_is_stays_inside(ask: Client, server: str, path: str) -> None:
    with closing(Client(server)) as inside:
        assert inside(path).status == 200
    assert ask(path).status in (403, 404)


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent: the path and the addresses before it."""

    def do_GET(self) -> None:
        content = json.dumps([self.path, self.headers.get_all("X-Forwarded-For")]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize("proxy", PROXIES, ids=lambda proxy: proxy.__name__)
def test_a_client_cannot_choose_its_address_and_paths_stay_as_they_are(proxy: Proxy, tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as echo:
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        with running(proxy, tmp_path, f"127.0.0.1:{echo.server_port}") as url, closing(Client(url)) as ask:
            reply = ask("/doc/a%2Fb%20c//d?e=%2F", x_forwarded_for="192.0.2.1")
        echo.shutdown()
    assert json.loads(reply.body) == ["/doc/a%2Fb%20c//d?e=%2F", ["127.0.0.1"]]
