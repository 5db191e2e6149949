"""A harvester's visit, beside nginx serving the same directory: dumps, what is unchanged, and slow readers.

    .venv/bin/python bench/harvester.py [RELEASE] [--megabytes N]

The release's records are multiplied until its N-Quads have so many megabytes.  Both servers answer the same
requests from wrk, in interleaved rounds on one machine; medians are printed, and the ratio of ours to
nginx's, round by round.  Then fifty clients ask each for the whole dump and read ten kilobytes a second: what
the server's processes take in memory, before and meanwhile.
"""

import argparse
import gzip
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import peers
from enlarge import DATA, enlarge
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write

PACKED = f"{DATA}.gz"
ROUNDS, SECONDS, CONNECTIONS = 3, 3, 4
READERS, READ_SECONDS, READ_BYTES = 50, 10, 10_000
_WRK = "It makes the load. Debian and Ubuntu: apt install wrk"
_NGINX = "It is what we are compared with. Debian and Ubuntu: apt install nginx-light"
_UNITS = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9}


class Server:
    """A server that runs: where its files are, and the session of its processes."""

    def __init__(self, name: str, files: str, session: int) -> None:
        self.name, self.files, self.session = name, files, session

    def memory_mb(self) -> float:
        """What its processes take; what they share counts once."""
        taken = 0
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it has ended meanwhile
                fields = (place / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.session:
                    found = re.search(r"^Pss:\s+(\d+) kB", (place / "smaps_rollup").read_text(), re.MULTILINE)
                    taken += int(found[1]) * 1024 if found else 0
        return taken / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("release", nargs="?", type=Path, default=Path("dist"), help="(default: dist)")
    parser.add_argument("--megabytes", type=int, default=48, help="of N-Quads (default: 48)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as running:
        place = Path(directory)
        release = make(Release.open(arguments.release), arguments.megabytes * 1_000_000, place)
        for name in (DATA, PACKED):
            print(f"{name:<12}{release.files[name].size / 1e6:>8.1f} MB")
        peer = running.enter_context(peers.ours(release.path, (), place / "ours.log"))
        ours = Server("ours", f"{peer.url.removesuffix('/sparql')}/releases/{release.version}", peer.session)
        others = running.enter_context(nginx(release.path, place))
        servers = (ours, others)
        compare("data.nq", servers, DATA, "MB/s")
        compare("data.nq, packed for who takes gzip", servers, DATA, "MB/s", "Accept-Encoding: gzip")
        compare("data.nq.gz", servers, PACKED, "MB/s")
        compare("a part of 1 MB", servers, DATA, "MB/s", "Range: bytes=1000000-1999999")
        compare("unchanged (304)", servers, DATA, "answers/s", "If-None-Match: {}")
        print(f"\n{READERS} clients that read {READ_BYTES // 1000} kB/s: memory before, and most meanwhile")
        for server in servers:
            before = server.memory_mb()
            print(f"{server.name:<8}{before:>8.0f} MB{slow(server):>8.0f} MB")


def make(release: Release, size: int, place: Path) -> Release:
    """A release whose N-Quads have about so many bytes, with their packed twin."""
    triples = len((release.path / DATA).read_bytes().splitlines()) * size // release.files[DATA].size
    larger = enlarge(release, triples, place / "larger")
    files = {path: larger.read(path) for path in larger.files if path not in (MANIFEST, CHECKSUMS)}
    return write(place / "dist", release.version, files | {PACKED: gzip.compress(files[DATA], mtime=0)})


@contextmanager
def nginx(root: Path, place: Path) -> Iterator[Server]:
    """nginx with `sendfile` and `gzip_static`, and one worker, as our server has one process for files."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    temporary = " ".join(
        f"{kind}_temp_path {place}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off; master_process off; pid {place}/nginx.pid; error_log {place}/nginx.log; events {{}}\n"
        f"http {{ {temporary} access_log off; sendfile on; gzip_static on; gzip_proxied any;\n"
        f"  types {{ application/n-quads nq; application/gzip gz; }}\n"
        f"  server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n"
    )
    command = [shutil.which("nginx") or peers.program("nginx", _NGINX), "-c", str(place / "nginx.conf")]
    with subprocess.Popen([*command, "-e", str(place / "nginx.log")], start_new_session=True) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            for _ in range(200):
                with suppress(OSError):
                    urlopen(url + "/SHA256SUMS").close()
                    break
                time.sleep(0.05)
            else:
                raise SystemExit(f"nginx did not start: {(place / 'nginx.log').read_text()}")
            yield Server("nginx", url, process.pid)
        finally:
            process.terminate()


def compare(what: str, servers: Sequence[Server], name: str, unit: str, header: str = "") -> None:
    """Print the medians of interleaved rounds, and that of their ratios."""
    found: dict[str, list[float]] = {server.name: [] for server in servers}
    for number in range(ROUNDS):
        for server in servers if number % 2 else servers[::-1]:
            found[server.name].append(load(f"{server.files}/{name}", header, unit))
    ours, others = found.values()
    ratio = median(one / other for one, other in zip(ours, others, strict=True))
    print(f"{what:<36}{median(ours):>9.0f}{median(others):>9.0f} {unit:<10}{ratio:>6.2f}", flush=True)


def load(url: str, header: str, unit: str) -> float:
    """Keep connections busy with one request; return bytes or answers a second."""
    if "{}" in header:
        with urlopen(Request(url, method="HEAD")) as response:
            header = header.format(response.headers["ETag"])
    command = [peers.program("wrk", _WRK), "--threads", "1", "--connections", str(CONNECTIONS)]
    command += ["--duration", f"{SECONDS}s", *(["--header", header] if header else []), url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    wrong = re.search(r"Non-2xx or 3xx responses|Socket errors", said)
    if wrong:
        raise SystemExit(f"{url}: {said}")
    if unit == "MB/s":
        sent = re.search(r"Transfer/sec:\s+([\d.]+)([KMG]?B)", said)
        return float(sent[1]) * _UNITS[sent[2]] / 1e6 if sent else 0.0
    answered = re.search(r"Requests/sec:\s+([\d.]+)", said)
    return float(answered[1]) if answered else 0.0


def slow(server: Server) -> float:
    """The most memory in MB that a server takes while many read the dump slowly."""
    address = urlsplit(server.files)
    head = f"GET {address.path}/{DATA} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode()
    with ExitStack() as stack:
        readers = [
            stack.enter_context(socket.create_connection((address.hostname, address.port)))
            for _ in range(READERS)
        ]
        for reader in readers:
            reader.sendall(head)
        most, end = 0.0, time.monotonic() + READ_SECONDS
        while time.monotonic() < end:
            for reader in readers:
                if not reader.recv(READ_BYTES):
                    raise SystemExit(f"{server.name} has left a slow reader")
            most = max(most, server.memory_mb())
            time.sleep(0.8)
    return most


if __name__ == "__main__":
    main()
