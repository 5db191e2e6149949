"""Which release is meant where nobody names one.

In: what the environment says, and where the package is installed.  Out: a path for `Release.open`.  A wheel
carries the release in `packaged/`, in the package; a package that runs from its sources has what the project
around it built last.
"""

import os
from pathlib import Path

from pilotgraph.errors import ReleaseError
from pilotgraph.settings import RELEASE_VARIABLE

PACKAGE = Path(__file__).parent.parent
# As in `release` and `sources`, whose libraries take a tenth of a second to load.
_MANIFEST = "manifest.json"
_BUILT, _CURRENT = "dist", "current"
_DATASET = "data/dataset.yaml"


def find_release(path: str | os.PathLike[str] | None = None) -> Path:
    """Say where the release is that is meant: the one named here, or else `named` or `carried`.

    :raises ReleaseError: if none is named, and the package has none.
    """
    found = Path(path) if path is not None else named() or carried()
    if not found:
        raise ReleaseError(
            f"there is no release: run `pilotgraph build` in a project, or name one with {RELEASE_VARIABLE}"
        )
    return found


def named() -> Path | None:
    """The release that the environment names with PILOTGRAPH_RELEASE, if it does."""
    text = os.environ.get(RELEASE_VARIABLE)
    return Path(text) if text else None


def carried(package: Path = PACKAGE) -> Path | None:
    """The release in an installed package, or the current one of the project that the package is part of."""
    packed = sorted((package / "packaged").glob(f"*/{_MANIFEST}"))
    if packed:
        return packed[0].parent
    root = package.parent.parent
    built = root / _BUILT
    return built if is_project(root) and (built / _CURRENT / _MANIFEST).is_file() else None


def meant(directory: Path = Path()) -> Path | None:
    """The release that a command means where its arguments name none; None if it is one of the directory.

    It is the one that the environment names, or, where there is no project in sight, the package's.
    """
    return named() or (None if in_sight(directory) else carried())


def is_project(directory: Path) -> bool:
    """Whether someone in this directory means the project there, be it whole or not."""
    return (directory / _DATASET).is_file() or (directory / "ontology").is_dir()


def in_sight(directory: Path) -> bool:
    """Whether a directory is a project, or has releases that were built."""
    return is_project(directory) or any(
        (directory / _BUILT / each).is_file() for each in (_MANIFEST, f"{_CURRENT}/{_MANIFEST}")
    )
