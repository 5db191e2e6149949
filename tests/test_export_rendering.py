"""Work in processes of its own."""

import os
import signal
import subprocess
import sys
import time

import pytest

from pilotgraph.errors import ExportError
from pilotgraph.export.rendering import in_processes


def test_work_is_done_in_order_and_elsewhere() -> None:
    def done(item: int) -> tuple[int, bool]:
        return item, os.getpid() == own

    own = os.getpid()
    found = [each for part in in_processes(done, range(90), 2) for each in part]
    assert found == [(item, False) for item in range(90)]


def test_a_process_that_the_system_ends_is_told() -> None:
    def fall(item: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(ExportError, match="was ended; is there too little memory"):
        list(in_processes(fall, [1], 1))


INTERRUPTED = """
import sys, time
from multiprocessing import active_children
from pilotgraph.export.rendering import in_processes

def work(item):
    print(item, flush=True)
    time.sleep(0.02)

try:
    list(in_processes(work, range(int(sys.argv[1])), 2))
except KeyboardInterrupt:
    sys.exit(f"{len(active_children())} are left")
"""


@pytest.mark.parametrize(
    "items",
    [
        pytest.param(40, id="one process works, and one waits for work"),
        pytest.param(10_000, id="much is still to be done"),
    ],
)
def test_ctrl_c_is_heard_by_one_and_ends_all(items: int) -> None:
    # What a shell starts in the background does not hear it, and hands that on.
    heard = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", INTERRUPTED, str(items)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, heard)
    assert process.stdout is not None
    for _ in range(20):
        process.stdout.readline()
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "0 are left\n")
    assert time.monotonic() - began < 30, "what was waiting is not done any more"
    assert len(out.splitlines()) < 40 * 10
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
