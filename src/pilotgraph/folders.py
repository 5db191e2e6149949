"""A folder of sources -> what stands in it, in an order that is the same everywhere.

pathlib's `glob` and `rglob` pass over a folder that may not be read as if it were empty, and a release would
lack what it holds.  Here that is told.
"""

import errno
import os
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeAlias

# Is told the folder that cannot be read, and why.
Refuse: TypeAlias = Callable[[Path, str], object]


def entries(folder: Path, refuse: Refuse) -> list[Path]:
    """What stands in a folder; nothing if there is no such folder."""
    return sorted(path for path, _ in _scan(folder, refuse))


def below(top: Path, refuse: Refuse, passed_by: Collection[str] = ()) -> list[Path]:
    """Whatever is below a folder, folders too; nothing if there is no such folder.

    Hidden folders are not looked into, and links to folders are not followed, so that none is walked twice.

    :param passed_by: names in the folder itself that are not looked into either.
    """
    found = []
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        for path, is_folder in _scan(folder, refuse):
            found.append(path)
            if is_folder and not path.name.startswith(".") and not (folder == top and path.name in passed_by):
                waiting.append(path)
    return sorted(found)


def _scan(folder: Path, refuse: Refuse) -> list[tuple[Path, bool]]:
    try:
        with os.scandir(folder) as found:
            return [(folder / entry.name, entry.is_dir(follow_symlinks=False)) for entry in found]
    except OSError as error:
        # Only what has no name is absent: a link that leads nowhere has one.
        if error.errno != errno.ENOENT or folder.is_symlink():
            refuse(folder, f"the folder cannot be read: {error.strerror}")
        return []
