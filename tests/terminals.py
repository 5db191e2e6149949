"""A terminal for tests of what people see."""

import os
import pty
import subprocess
from pathlib import Path

from conftest import COMMAND


def on_terminal(*arguments: str | Path, cwd: Path, **environment: str) -> tuple[int, str]:
    """Run a command whose three streams are a terminal of 100 columns; exit code and what is seen."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments],
        cwd=cwd,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"} | environment,
    )
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(ours, 65_536):
            seen += chunk
    except OSError:
        pass  # Linux says EIO when the other end is closed
    os.close(ours)
    return process.wait(60), seen.decode().replace("\r\n", "\n")
