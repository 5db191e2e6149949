"""Requests in a file -> what came back, and how fast: by wrk, which leaves the machine to the server."""

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from peers import Peer, program

_SCRIPT = Path(__file__).with_suffix(".lua")
_REMEDY = "It makes the load. Debian and Ubuntu: apt install wrk; others: https://github.com/wg/wrk"
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Load:
    """One round. Only 200 counts as an answer; if anything else came, times say nothing and are None.

    :param not_200: answers with another status.
    :param lost: connections that were refused, cut or too slow.
    :param processor_ms: what the server used of the processors, for each answer.
    """

    per_second: float
    p50_ms: float | None
    p99_ms: float | None
    processor_ms: float | None
    not_200: int
    lost: int


def check() -> None:
    """Stop here if there is no wrk."""
    program("wrk", _REMEDY)


def put_load(
    peer: Peer, requests: Path, media_type: str, number: int, connections: int, seconds: int
) -> Load:
    """Keep so many connections busy for so long, then wait until the server is idle.

    :param requests: as `write_requests` writes them.
    :param number: where they begin to count.
    """
    command = [program("wrk", _REMEDY), "--threads", "1", "--connections", str(connections)]
    command += ["--duration", f"{seconds}s", "--timeout", f"{_TIMEOUT_SECONDS}s", "--script", str(_SCRIPT)]
    command += [peer.url, "--", str(requests), media_type, str(number)]
    used = peer.processor_seconds()
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=seconds + _TIMEOUT_SECONDS
    )
    used = peer.processor_seconds() - used
    if done.returncode:
        raise SystemExit(f"wrk could not ask {peer.name}: {done.stdout}{done.stderr}")
    if not peer.settle():
        raise SystemExit(f"{peer.name} does not come to rest after its last request")
    found = json.loads(done.stdout.rstrip().rpartition("\n")[2])
    answers = found["answers"] - found["not_200"]
    timed = answers > 0 and not found["not_200"] and not found["lost"]
    return Load(
        per_second=answers / found["seconds"],
        p50_ms=found["p50"] if timed else None,
        p99_ms=found["p99"] if timed else None,
        processor_ms=used / answers * 1e3 if timed else None,
        not_200=found["not_200"],
        lost=found["lost"],
    )


def write_requests(texts: Iterable[str], file: Path) -> None:
    """Write what follows an endpoint's path, a query a line."""
    file.write_text("".join(f"?query={quote(text, safe='')}\n" for text in texts), encoding="ascii")
