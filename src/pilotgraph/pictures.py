"""A release -> its pictures, as pages show them: what is said of each, and its files."""

import json
from dataclasses import dataclass
from typing import Any, get_type_hints

from pilotgraph.readable import text, wrong
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


# What the list says of each; its text is a file of its own.
_TOLD = {name: kind for name, kind in get_type_hints(Picture).items() if name != "text"}


def published_pictures(release: Release) -> list[Picture]:
    """The pictures that a release carries, in the order that its sources give.

    :raises ReleaseError: if the list of them, or the query of one, is not as a build writes it.
    """
    if INDEX not in release.files:
        return []
    try:
        told = json.loads(text(release, INDEX))
    except ValueError as error:
        raise wrong(release, INDEX, f"this is not JSON: {error}") from error
    except RecursionError as error:
        raise wrong(release, INDEX, "this is nested too deep") from error
    if not (isinstance(told, list) and all(map(_is_told, told))):
        raise wrong(release, INDEX, "this is no list of pictures, each with what is said of it")
    return [Picture(**each, text=text(release, f"views/{each['name']}.rq")) for each in told]


def _is_told(each: Any) -> bool:
    return (
        isinstance(each, dict)
        and each.keys() == _TOLD.keys()
        and all(isinstance(each[name], kind) for name, kind in _TOLD.items())
    )
