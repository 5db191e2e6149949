"""Work in processes of its own."""

import os
import signal

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
