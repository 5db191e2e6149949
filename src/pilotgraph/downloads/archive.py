"""A release and what is recorded of others -> those of the others that lie beside it.

`dist/` holds whatever was built there.  Of that only a release is given out whose version is recorded with
the very content that it has; all else, builds that were never published or are under way, is as if it were
not there.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from pilotgraph.errors import ReleaseError
from pilotgraph.release import MANIFEST, Release
from pilotgraph.released.identity import is_published
from pilotgraph.released.records import Recorded

# The name of a directory, when its manifest was written, and how many files and bytes it has.
_Seen = tuple[str, int, int, int]


class Archive:
    """Finds releases when they are asked for first, and holds every byte of them against their manifests."""

    def __init__(self, release: Release, records: Iterable[Recorded]) -> None:
        self._served = release
        self._records = {record.version: record for record in records}
        record = self._records.get(release.version)
        # Whether the release that is served is on record, or carries the number of another that is.
        self.published = record is not None and is_published(record, release)
        self.differs = record is not None and not self.published
        self._tried: dict[_Seen, Release | None] = {}
        self._lock = Lock()

    def find(self, version: str) -> Release | None:
        """The release of a version, if it is the one that is served, or is recorded and lies beside it.

        Of a version that is recorded with other content than the served one's, the release that was published
        comes first.
        """
        served = self._served if version == self._served.version else None
        record = self._records.get(version)
        if record is None or (served and self.published):
            return served
        # One thread at a time reads what may be a hundred megabytes; it is read once.
        with self._lock:
            tried = (self._try(place, record) for place in _candidates(self._served.path.parent, version))
            return next((found for found in tried if found), served)

    def _try(self, place: Path, record: Recorded) -> Release | None:
        seen = _see(place)
        if seen is None:
            return None
        if seen not in self._tried:
            self._tried[seen] = _open(place, record)
        return self._tried[seen]


def _candidates(directory: Path, version: str) -> list[Path]:
    """Where a release of a version may lie, in an order that does not depend on the directory's.

    A link is passed over: it may lead anywhere.
    """
    name = re.compile(re.escape(version) + "-[0-9a-f]{8}")
    try:
        return sorted(
            place
            for place in directory.iterdir()
            if name.fullmatch(place.name) and place.is_dir() and not place.is_symlink()
        )
    except OSError:  # of a directory that may not be read nothing beside is given out
        return []


def _see(place: Path) -> _Seen | None:
    """A release as its files look from outside; None if it has no manifest, or cannot be read.

    One that is being copied there looks different when more of it has come, and is then tried again.
    """
    try:
        manifest = (place / MANIFEST).stat()
        files = [each.stat() for each in place.rglob("*") if each.is_file()]
    except OSError:
        return None
    return place.name, manifest.st_mtime_ns, len(files), sum(each.st_size for each in files)


def _open(place: Path, record: Recorded) -> Release | None:
    """Open a release that is what its manifest, its name and its record say; else it is none."""
    try:
        release = Release.open(place)
        same = (release.version, release.name) == (record.version, place.name)
        return release if same and is_published(record, release) else None
    except (ReleaseError, OSError):
        return None
