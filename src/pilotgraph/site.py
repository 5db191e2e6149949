"""A release and its workers -> all that answers its requests: the front, and Flask behind it."""

import asyncio
import sys
from pathlib import Path

from pilotgraph.answering import Answering
from pilotgraph.app import create_app
from pilotgraph.bridge import Bridge
from pilotgraph.edition import hash_code
from pilotgraph.front import Front
from pilotgraph.loop_store import LoopStore
from pilotgraph.metrics import Log, Metrics
from pilotgraph.pool import Pool
from pilotgraph.release import Release
from pilotgraph.service import Service


def make_site(path: Path, pool: Pool, loop: asyncio.AbstractEventLoop, metrics: Metrics) -> Front:
    """Make the application that serves a release.

    :param loop: where the pool is.
    :raises ReleaseError: if there is no release; the supervisor looks whether it is what its manifest says.
    """
    release = Release.open(path, verify=False)
    service = Service(pool, f"{release.name} {hash_code()}")
    flask = create_app(release, LoopStore(service, loop), pool.settings)
    answering = Answering(service, metrics, Log(sys.stderr, pool.settings.log), loop)
    return Front(answering, Bridge(flask.wsgi_app, pool.settings.page_threads, pool.settings.queued))
