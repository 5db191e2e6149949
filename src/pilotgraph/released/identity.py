"""The files of a release -> what makes it the release that was published, whoever builds it again.

Two digests say so.  One is of the data (`release.data_sha256`).  The other is of all that the sources and the
program decide: also names and dates of the dataset, ontology, shapes, questions, tables, pictures.  Left out
is what depends on the machine or on the time of the build, so that a second build with the same packages is
the same: twins in gzip with what is said of their bytes, where the sources came from, and what is on record.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from pilotgraph.provenance import FILE as PROVENANCE
from pilotgraph.release import CHECKSUMS, MANIFEST, PACKED, Release, data_sha256
from pilotgraph.released.feed import FILE as FEED
from pilotgraph.released.history import CHANGES, HISTORY
from pilotgraph.released.records import Recorded

_DESCRIPTION = "description.nq"
# The others of these say again what the description says.
_LEFT_OUT = re.compile(
    rf"(?:{'|'.join(map(re.escape, (MANIFEST, CHECKSUMS, PROVENANCE, FEED, CHANGES, HISTORY)))})"
    rf"|(?:description|catalog)\.\w+|.*{re.escape(PACKED)}"
)
_OF_PACKED = re.compile(rb"<[^>]*" + re.escape(PACKED).encode() + rb"(?:-sha256)?> ")


def content_sha256(
    names: Collection[str], read: Callable[[str], bytes], known: Mapping[str, str] = MappingProxyType({})
) -> str:
    """The SHA-256 of lines as in SHA256SUMS for all files that a second build repeats, in hexadecimal digits.

    Of the description these are the statements but those about packed files; its line has the name of that
    file.

    :param names: the paths of all files.
    :param read: gives the content of a file.
    :param known: SHA-256 by path, of files that then need not be read.
    """
    alike = (name for name in names if not _LEFT_OUT.fullmatch(name))
    digests = {name: known.get(name) or hashlib.sha256(read(name)).hexdigest() for name in alike}
    if _DESCRIPTION in names:
        said = read(_DESCRIPTION).splitlines(keepends=True)
        kept = b"".join(line for line in said if not _OF_PACKED.match(line))
        digests[_DESCRIPTION] = hashlib.sha256(kept).hexdigest()
    lines = (f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def is_published(record: Recorded, release: Release) -> bool:
    """Whether a release is the one that was published, as far as a record tells: it may be of data only."""
    if data_sha256(release.files, release.read) != record.sha256:
        return False
    known = {path: file.sha256 for path, file in release.files.items()}
    return not record.content or content_sha256(release.files, release.read, known) == record.content
