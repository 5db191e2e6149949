"""A release -> its pictures, as pages show them: what is said of each, and its files."""

import json
from dataclasses import dataclass

from pilotgraph.release import Release
from pilotgraph.views import INDEX


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the data; `text` is its query, `alt` what it shows in a sentence; sizes are in pixels."""

    name: str
    title: str
    about: str
    note: str
    alt: str
    width: int
    height: int
    text: str


def published_pictures(release: Release) -> list[Picture]:
    """The pictures that a release carries, in the order that its sources give."""
    if INDEX not in release.files:
        return []
    told = json.loads(release.read(INDEX))
    return [Picture(**each, text=release.read(f"views/{each['name']}.rq").decode()) for each in told]
