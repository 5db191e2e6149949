"""The processes of a server as Linux shows them: who descends from whom, their memory, their sockets."""

import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class Process(NamedTuple):
    """A process that is told from a later one with the same number by when it started, in clock ticks."""

    number: int
    started: int


class Socket(NamedTuple):
    """One end of a connection, or a listener, whose peer has port 0. TCP and UDP, IPv4 and IPv6."""

    port: int
    peer: str
    peer_port: int


class _Status(NamedTuple):
    state: str
    parent: int
    group: int
    started: int


def _statuses() -> dict[int, _Status]:
    """All processes that are not dead."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold anything.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        status = _Status(fields[0], int(fields[1]), int(fields[2]), int(fields[19]))
        if status.state not in "ZX":
            found[int(path.parent.name)] = status
    return found


def generations(root: int) -> list[list[Process]]:
    """A process, its children, their children and so on: a list each."""
    statuses = _statuses()
    found: list[list[Process]] = []
    numbers = [root] if root in statuses else []
    while numbers:
        found.append([Process(number, statuses[number].started) for number in numbers])
        numbers = [number for number, status in statuses.items() if status.parent in numbers]
    return found


def tree(root: int) -> list[Process]:
    """A process and all that descend from it."""
    return [process for generation in generations(root) for process in generation]


def alive(processes: Iterable[Process]) -> set[Process]:
    """Those that are not dead."""
    statuses = _statuses()
    return {
        each
        for each in processes
        if each.number in statuses and statuses[each.number].started == each.started
    }


def group(leader: int) -> set[Process]:
    """The processes of a process group, whoever their parents are by now."""
    return {Process(number, each.started) for number, each in _statuses().items() if each.group == leader}


def memory_kb(root: int) -> int:
    """What a process and its descendants hold: of a page that n share, each counts the nth part."""
    total = 0
    for process in tree(root):
        try:
            lines = Path(f"/proc/{process.number}/smaps_rollup").read_text().splitlines()
        except OSError:  # it ended meanwhile
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total


def sockets(root: int) -> list[Socket]:
    """What a process and its descendants have open to a network."""
    held = set()
    for process in tree(root):
        try:
            held |= {str(link.readlink()) for link in Path(f"/proc/{process.number}/fd").iterdir()}
        except OSError:  # it ended meanwhile
            continue
    return [found for inode, found in _network() if f"socket:[{inode}]" in held]


def _network() -> Iterator[tuple[str, Socket]]:
    for protocol in ("tcp", "tcp6", "udp", "udp6"):
        path = Path(f"/proc/net/{protocol}")
        for line in path.read_text().splitlines()[1:] if path.exists() else ():
            _, local, peer, *rest = line.split()
            yield rest[6], Socket(_address(local)[1], *_address(peer))


def _address(written: str) -> tuple[str, int]:
    """Linux writes an address as 32-bit words, each in the order of bytes that the machine has."""
    address, port = written.split(":")
    content = b"".join(struct.pack("=I", int(address[at : at + 8], 16)) for at in range(0, len(address), 8))
    family = socket.AF_INET if len(content) == 4 else socket.AF_INET6
    return socket.inet_ntop(family, content), int(port, 16)


_COMPUTE = """
import time
wall = time.perf_counter()
while time.process_time() < 0.2:
    pass
print((time.perf_counter() - wall) / 0.2)
"""


def slowness() -> float:
    """How many times as long everything takes now, because others compute too; 1 on an idle machine."""
    command = [sys.executable, "-S", "-c", _COMPUTE]
    return max(1.0, float(subprocess.run(command, capture_output=True, check=True).stdout))


def until(what: str, true: Callable[[], object], seconds: float) -> float:
    """Wait until something is so, and tell how long that took; fail if it takes too long."""
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds, f"{what}: not after {seconds:g} s"
        time.sleep(0.01)
    return time.monotonic() - start
