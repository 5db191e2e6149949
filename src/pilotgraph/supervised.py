"""A supervisor's process, as the web process sees it: begun, and ended."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from pilotgraph.errors import StoreUnavailable
from pilotgraph.frames import EVENT, Death, Event
from pilotgraph.settings import Settings

# Named, not imported: it is another process.
_SUPERVISOR = "pilotgraph.supervisor"
_PATIENCE_SECONDS = 5.0


class Supervised:
    """A running supervisor; to make one waits until it is ready.

    :raises StoreUnavailable: if it does not start; it has said why on standard error.
    """

    def __init__(self, release: Path, settings: Settings) -> None:
        # -P: nothing in the current directory may pass for a module.
        command = [sys.executable, "-P", "-m", _SUPERVISOR, str(release), json.dumps(settings.values())]
        self.control, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = subprocess.Popen(  # noqa: S603 - our own module
                    command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    env={**os.environ, "RUST_BACKTRACE": "0"},
                )
            except OSError:
                self.control.close()
                raise
        ready = self.control.recv(EVENT.size, socket.MSG_WAITALL)
        if ready != EVENT.pack(Event.READY, 0, Death.UNRELATED):
            self.end()
            raise StoreUnavailable("The query workers did not start.")

    def end(self) -> None:
        self.control.close()
        try:
            self.process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
