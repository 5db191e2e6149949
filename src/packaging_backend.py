"""The build backend of this project (PEP 517): setuptools, with wheels that carry the release.

In: the sources, where the front end stands.  Out: what setuptools makes.  Before it makes a wheel, the
release is built with the project's own dependencies and put into the package, at
`pilotgraph/packaged/<name>/`, with the index for searching beside it.  An editable install has no release in
it: there, what `pilotgraph build` wrote last is used.

The version is that of the software, and behind it that of the data: `1.0.0+data.2.0.0`, which is greater than
`1.0.0+data.1.0.0` (PEP 440, local versions), so that whoever upgrades gets new data too.  A source
distribution, from which such a wheel is made, has the same; an editable install has the software's alone.

It is done in a copy, so that the sources stay as they are, and nothing that an earlier build left is packed.
Times and modes are the same everywhere: equal sources give equal wheels.
"""

import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    prepare_metadata_for_build_editable,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = Mapping[str, Any] | None

# Where `pilotgraph.library.finding` looks.
_PLACE = "src/pilotgraph/packaged"
_IGNORED = ("__pycache__", "*.egg-info", "packaged")
# Names a file of settings that setuptools reads last.
_CONFIG = "DIST_EXTRA_CONFIG"
_EPOCH = "SOURCE_DATE_EPOCH"
# ZIP archives, such as wheels, know no earlier time.
_EARLIEST_SECONDS = 315_532_800


def get_requires_for_build_wheel(config_settings: Settings = None) -> list[str]:
    """What has to be there to build the release, beside what setuptools needs."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_project()["dependencies"]]


def get_requires_for_build_sdist(config_settings: Settings = None) -> list[str]:
    """What has to be there to read the version of the data, beside what setuptools needs."""
    return [*build_meta.get_requires_for_build_sdist(config_settings), *_project()["dependencies"]]


def build_sdist(sdist_directory: str, config_settings: Settings = None) -> str:
    """Pack the sources."""
    with _versioned(Path.cwd()):
        made: str = build_meta.build_sdist(sdist_directory, config_settings)
    return made


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    """Say what a wheel will say, without building the release."""
    with _versioned(Path.cwd()):
        made: str = build_meta.prepare_metadata_for_build_wheel(metadata_directory, config_settings)
    return made


def build_wheel(
    wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None
) -> str:
    """Build the release, and a wheel that carries it.

    If the sources cannot be released, it ends with what a curator would be told.
    """
    root = Path.cwd()
    wheels = root / wheel_directory  # which may be absolute
    with TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in ("pyproject.toml", *_read_by_setuptools()):
            shutil.copyfile(root / name, copy / name)
        shutil.copytree(root / "src", copy / "src", ignore=shutil.ignore_patterns(*_IGNORED))
        seconds = _add_release(root, copy / _PLACE)
        for path in copy.rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        with _versioned(root), chdir(copy), _settled(seconds):
            wheel: str = build_meta.build_wheel(str(wheels), config_settings)
        return wheel


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project


def _read_by_setuptools() -> list[str]:
    project = _project()
    return [project["readme"], *project["license-files"]]


def _add_release(root: Path, place: Path) -> float:
    """Build the release and put it there; the result is when it counts as made, in seconds since 1970."""
    _use(root)
    from pilotgraph.build import build  # noqa: PLC0415 - only here are the dependencies sure to be installed
    from pilotgraph.errors import PilotgraphError  # noqa: PLC0415 - the same
    from pilotgraph.search_index import write_index  # noqa: PLC0415 - the same

    with TemporaryDirectory() as built:
        try:
            release = build(root, Path(built), lambda step: print(step, flush=True))
        except PilotgraphError as error:
            sys.exit(f"{error}\nError: the release was not built, so there is no wheel")
        index = write_index(release)
        shutil.copytree(release.path, place / release.name)
        shutil.copyfile(index, place / index.name)
        return (release.path / "manifest.json").stat().st_mtime


def _use(root: Path) -> None:
    """Let the program be imported that is to be packed."""
    if str(root / "src") not in sys.path:
        sys.path.insert(0, str(root / "src"))


@contextmanager
def _versioned(root: Path) -> Iterator[None]:
    """Setuptools shall put the version of the data behind that of the software."""
    _use(root)
    from pilotgraph.description import DCAT  # noqa: PLC0415 - only here are the dependencies sure to be installed
    from pilotgraph.errors import PilotgraphError  # noqa: PLC0415 - the same
    from pilotgraph.project import Project  # noqa: PLC0415 - the same

    try:
        said = Project.read(root).said(DCAT.version)
    except PilotgraphError as error:
        sys.exit(f"{error}\nError: the version of the data cannot be read")
    # A version of data may be any; here it is letters and digits with dots between them.
    tag = re.sub("[^A-Za-z0-9]+", ".", f"data {said}").strip(".")
    before = os.environ.get(_CONFIG)
    with TemporaryDirectory() as directory:
        config = Path(directory) / "setup.cfg"
        config.write_text(f"[egg_info]\ntag_build = +{tag}\n", encoding="ascii")
        os.environ[_CONFIG] = str(config)
        try:
            yield
        finally:
            if before is None:
                del os.environ[_CONFIG]
            else:
                os.environ[_CONFIG] = before


@contextmanager
def _settled(seconds: float) -> Iterator[None]:
    """What setuptools writes shall depend on neither the clock nor on who builds."""
    mask = os.umask(0o022)
    os.environ.setdefault(_EPOCH, str(max(int(seconds), _EARLIEST_SECONDS)))
    try:
        yield
    finally:
        os.umask(mask)
