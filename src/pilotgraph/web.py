"""The web process: one event loop with the server, the workers' pool, and threads for pages.

    pilotgraph serve --- lifeline ---> web process ---> supervisor ---> workers

`serve` starts it again when it dies; it ends when `serve` has ended, and its supervisor and workers with it,
however that happened.  SIGTERM drains: what is under way is answered, nothing more is taken.

The server is granian, embedded: it reads and writes HTTP in threads of its own, bounds the time and size of
a request's head, and holds no thread of ours for a client that is slow.
"""

import asyncio
import gc
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from pilotgraph.errors import PilotgraphError, StoreUnavailable
from pilotgraph.front import Front
from pilotgraph.metrics import Metrics
from pilotgraph.orphans import end_with_parent
from pilotgraph.pool import Pool
from pilotgraph.settings import Settings
from pilotgraph.site import make_site

READY = b"."

# What a head may have: a URL of 64 kB, which is the most that the server takes, and as much beside it.
_HEAD_BYTES = 128_000
# Where a server is reached that listens on all addresses.
_REACHED = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - a name to look up
_OBJECTS = 20_000  # between two collections
_POLL_SECONDS = 0.005


async def serve(path: Path, settings: Settings, lifeline: socket.socket) -> None:
    """Serve a release until SIGTERM, or until the other end of the lifeline is closed.

    :raises PilotgraphError: if the release cannot be served.
    """
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopping.set)

    def abandoned() -> None:
        loop.remove_reader(lifeline)  # its end can be read for ever
        stopping.set()

    loop.add_reader(lifeline, abandoned)
    metrics = Metrics()
    pool = Pool(path, settings, metrics.notice)
    try:
        starting = loop.create_task(pool.start())
        site = await loop.run_in_executor(None, make_site, path, pool, loop, metrics)
        await starting
        server = _server(site, settings)
        serving = loop.create_task(server.serve())
        # What is there now stays: to look for garbage in it took half of the time of a query.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_OBJECTS, 20, 20)
        await _listening(settings.host, settings.port, serving)
        lifeline.sendall(READY)
        stopped = loop.create_task(stopping.wait())
        await asyncio.wait((serving, stopped), return_when=asyncio.FIRST_COMPLETED)
        site.draining = True
        server.stop()  # type: ignore[no-untyped-call]  # granian gives it no type
        with suppress(TimeoutError):
            async with asyncio.timeout(settings.drain_seconds):
                await serving
        site.close()
    finally:
        await pool.close()


def _server(site: Front, settings: Settings) -> Server:
    return Server(
        site,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        backlog=1_024,
        backpressure=settings.connections,
        http1_settings=HTTP1Settings(
            header_read_timeout=int(settings.header_seconds * 1000), max_buffer_size=_HEAD_BYTES
        ),
        log_enabled=False,
    )


async def _listening(host: str, port: int, serving: "asyncio.Task[None]") -> None:
    """Wait until the server takes connections; it does not say so itself."""
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(_REACHED.get(host, host), port)
        except OSError:
            await asyncio.sleep(_POLL_SECONDS)
        else:
            writer.close()
            return
    serving.result()


def run(release: Path, settings: Settings, lifeline: socket.socket) -> None:
    """Be the web process; leaves with exit code 1 if the release cannot be served, and says why."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who sends SIGTERM
    end_with_parent(os.getppid())
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        uvloop.run(serve(release, settings, lifeline))
    except StoreUnavailable:
        sys.exit(1)  # the supervisor has said why
    except PilotgraphError as error:
        sys.exit(f"pilotgraph: {error}")
