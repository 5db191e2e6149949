"""The program that `apart` runs: a directory and names of checks -> a line of JSON for each, in that order.

Memory is bounded here, time by whoever started this.  What lies in the directory may be anything: shapes and
queries of strangers are evaluated, so nothing may be fetched.
"""

import json
import os
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from pilotgraph.verification.conformance import check_shapes
from pilotgraph.verification.contents import check_checksums, check_files, check_manifest, check_packed
from pilotgraph.verification.copy import Copy, Unusable
from pilotgraph.verification.descriptions import check_catalogue, check_history, check_provenance
from pilotgraph.verification.statements import check_counts, check_dumps, check_graphs, check_syntax
from pilotgraph.verification.verdict import Fault, Verdict

_MEMORY_BYTES = 4_000_000_000

CHECKS: dict[str, Callable[[Copy], Verdict]] = {
    "manifest": check_manifest,
    "files": check_files,
    "checksums": check_checksums,
    "packed": check_packed,
    "syntax": check_syntax,
    "dumps": check_dumps,
    "graphs": check_graphs,
    "counts": check_counts,
    "catalogue": check_catalogue,
    "history": check_history,
    "provenance": check_provenance,
    "shapes": check_shapes,
}


def main() -> None:
    directory, *names = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_stay_inside)
    copy = listed(Path(directory))
    # Libraries warn as they please; what they print is no report, and from here on nobody reads it.
    report = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 (a device, not a path of ours)
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    print(file=report, flush=True)
    for verdict in verdicts(copy, names):
        print(json.dumps(verdict.as_json()), file=report, flush=True)


def listed(directory: Path) -> Copy | Fault:
    """What lies in a directory, or why that cannot be said."""
    try:
        return Copy(directory)
    except Unusable as unusable:
        return unusable.fault


def verdicts(copy: Copy | Fault, names: Sequence[str]) -> Iterator[Verdict]:
    """The verdict of each check; where there is nothing to check, that is told once."""
    if isinstance(copy, Fault):
        first, *others = names
        yield Verdict(first, faults=(copy,))
        yield from (Verdict(each, left_out="the release was not looked into") for each in others)
        return
    for name in names:
        try:
            verdict = CHECKS[name](copy)
        except Unusable as unusable:
            verdict = Verdict(name, faults=(unusable.fault,))
        except MemoryError:
            verdict = Verdict(name, faults=(Fault("", "it takes more memory than a release should"),))
        except Exception as error:  # noqa: BLE001 (whatever a hostile file brings about is a finding)
            verdict = Verdict(
                name, faults=(Fault("", f"it cannot be checked: {type(error).__name__}: {error}"),)
            )
        yield verdict


def _stay_inside(event: str, _: object) -> None:
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec"):
        _refuse(event)


def _refuse(event: str) -> NoReturn:
    raise PermissionError(f"a release asks for {event}, which is not done for it")


if __name__ == "__main__":
    main()
