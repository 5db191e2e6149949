"""A directory -> the verdict of each check, made by processes that may be killed.

A process does one check after the other.  If it takes too long over one, or comes to its end, that check has
failed, and another process goes on with the next.  If none can be started, all checks that are left have
failed for that.
"""

import json
import os
import select
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from pilotgraph.isolation import isolated
from pilotgraph.verification.verdict import Fault, Verdict

# In the order in which they run: what is cheap and says most comes first.
CHECKS = (
    *("manifest", "files", "checksums", "packed", "syntax", "dumps"),
    *("graphs", "counts", "catalogue", "history", "provenance", "shapes"),
)
SECONDS = 600.0
# A report has bounds of its own, and no line of it is as long.
_MOST_BYTES = 10_000_000
_CHUNK = 1 << 16
# Until the program is loaded, and has listed the directory.
_START_SECONDS = 120.0
_ENDED = "the process that looked into it came to its end: is something too deep, or too large?"


def run(
    directory: Path, seconds: float = SECONDS, begin: Callable[[str], object] = lambda check: None
) -> Iterator[Verdict]:
    """Check a directory.

    :param seconds: how long a check may take.
    :param begin: is told the name of each check before it begins.
    """
    left = list(CHECKS)
    while left:
        with TemporaryFile() as errors, _process(directory, left, errors) as process:
            try:
                for line in _lines(process, seconds, lambda: begin(left[0])):
                    yield Verdict.from_json(json.loads(line))
                    left.pop(0)
                    if not left:
                        return
                yield Verdict(left.pop(0), faults=(Fault("", _ENDED),))
            except TimeoutError as error:
                yield Verdict(left.pop(0), faults=(Fault("", str(error)),))
            except _NotStartedError as error:
                why = str(error) or _last_line(process, errors)
                fault = Fault("", f"the checker could not be started: {why}")
                yield from (Verdict(check, faults=(fault,)) for check in left)
                return
            finally:
                process.kill()


class _NotStartedError(Exception):
    """Raise if a process is not ready; the message is empty if it came to its end."""


def _process(directory: Path, checks: Sequence[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    environment = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": os.defpath}
    return subprocess.Popen(  # noqa: S603 (a fixed command)
        isolated("pilotgraph.verification.__main__", directory.resolve(), *checks),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=environment,
        bufsize=0,
    )


def _last_line(process: subprocess.Popen[bytes], errors: IO[bytes]) -> str:
    status = process.wait()
    errors.seek(0)
    said = errors.read(_MOST_BYTES).decode(errors="replace").splitlines()
    return said[-1] if said else f"it ended with status {status}, and said nothing"


def _lines(process: subprocess.Popen[bytes], seconds: float, begin: Callable[[], object]) -> Iterator[bytes]:
    """What a process prints, line by line, after an empty line that says that it is ready.

    :raises TimeoutError: if a line takes too long.
    :raises _NotStartedError: if it is never ready.
    """
    if process.stdout is None:
        raise TypeError("the output is a pipe")
    read, limit, ready = b"", max(seconds, _START_SECONDS), False
    while True:
        if ready:
            begin()
        deadline = time.monotonic() + limit
        while b"\n" not in read:
            wait = max(deadline - time.monotonic(), 0)
            if not select.select([process.stdout], [], [], wait)[0]:
                if not ready:
                    raise _NotStartedError(f"it is not ready after {limit:g} seconds")
                raise TimeoutError(f"this is not done after {limit:g} seconds, and was ended")
            piece = os.read(process.stdout.fileno(), _CHUNK)
            if not piece and not ready:
                raise _NotStartedError
            if not piece or len(read) > _MOST_BYTES:
                return
            read += piece
        line, _, read = read.partition(b"\n")
        if ready:
            yield line
        limit, ready = seconds, True
