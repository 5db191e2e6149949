"""Files as bytes: whether they are those that the manifest lists, and the packed ones hold the others."""

import hashlib
import os
import re
import zlib
from collections.abc import Iterator

from pilotgraph.release import CHECKSUMS, MANIFEST, PACKED, ReleasedFile, checksums, name_of, type_of
from pilotgraph.verification.copy import Copy, Unusable
from pilotgraph.verification.verdict import Fault, Verdict

_CHUNK = 1 << 20
_NAME = re.compile(r".+-[0-9a-f]{8}")
_GZIP = 16 + zlib.MAX_WBITS


def check_manifest(copy: Copy) -> Verdict:
    """The manifest can be read, and the directory is named by it."""
    version, listed = copy.manifest
    name = name_of(version, copy.read(MANIFEST))

    def faults() -> Iterator[Fault]:
        # Who copies a release may call it what they like; but a name like ours says which one it is.
        if _NAME.fullmatch(copy.root.name) and copy.root.name != name:
            yield Fault(copy.root.name, f"by its manifest, this release is called {name}")

    return Verdict.of("manifest", f"{name} lists {len(listed)} files", faults())


def check_files(copy: Copy) -> Verdict:
    """Every file is there, as the manifest says: size, SHA-256, media type; and there are no others."""
    _, listed = copy.manifest
    own = {MANIFEST, CHECKSUMS}

    def faults() -> Iterator[Fault]:
        yield from copy.strange
        elsewhere = {fault.where for fault in copy.strange}
        for file in listed:
            if file.path not in elsewhere:
                yield from _compare(copy, file)
            named = type_of(file.path).media_type
            if file.media_type != named:
                said = f"by its name this is {named}, and {file.media_type} by the manifest"
                yield Fault(file.path, said)
        for name in sorted(set(copy.files) - own - {file.path for file in listed}):
            yield Fault(name, "the manifest does not list this file")

    total = sum(file.size for file in listed)
    return Verdict.of("files", f"{len(listed)} files, {total:,} bytes: sizes and SHA-256", faults())


def check_checksums(copy: Copy) -> Verdict:
    """SHA256SUMS says the same as the manifest, and what the manifest is."""
    _, listed = copy.manifest
    files = [*listed, ReleasedFile.of(MANIFEST, copy.read(MANIFEST))]
    wanted = checksums(files)

    def faults() -> Iterator[Fault]:
        found = copy.read(CHECKSUMS)
        if found == wanted:
            return
        lines, other = set(wanted.decode().splitlines()), found.decode(errors="replace").splitlines()
        yield from (Fault(CHECKSUMS, f"a line is missing: {line}") for line in sorted(lines - set(other)))
        yield from (Fault(CHECKSUMS, f"a line is too much: {line}") for line in sorted(set(other) - lines))
        if lines == set(other):
            yield Fault(CHECKSUMS, "its lines are in another order, or end in another way")

    return Verdict.of("checksums", f"{CHECKSUMS} agrees with the manifest in {len(files)} lines", faults())


def check_packed(copy: Copy) -> Verdict:
    """Each file in gzip unpacks to the file without that suffix."""
    packed = [name for name in copy.files if name.endswith(PACKED)]

    def faults() -> Iterator[Fault]:
        for name in packed:
            try:
                yield from _unpack(copy, name, copy.read(name.removesuffix(PACKED)))
            except Unusable as unusable:
                yield unusable.fault

    return Verdict.of("packed", f"{len(packed)} files in gzip hold what their twins hold", faults())


def _compare(copy: Copy, file: ReleasedFile) -> Iterator[Fault]:
    try:
        descriptor = copy.open(file.path)
    except Unusable as unusable:
        yield unusable.fault
        return
    with os.fdopen(descriptor, "rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size != file.size:
            yield Fault(file.path, f"it has {size:,} bytes, and {file.size:,} by the manifest")
        elif hashlib.file_digest(stream, "sha256").hexdigest() != file.sha256:
            yield Fault(file.path, "it has another SHA-256 than the manifest says")


def _unpack(copy: Copy, name: str, twin: bytes) -> Iterator[Fault]:
    """Compare piece by piece: what is unpacked is never more than the twin has, and a piece."""
    unpacker, left, place = zlib.decompressobj(_GZIP), copy.read(name), 0
    try:
        while not unpacker.eof:
            piece = unpacker.decompress(left, _CHUNK)
            left = unpacker.unconsumed_tail
            if piece != twin[place : place + len(piece)]:
                yield Fault(name, "it unpacks to something else than the file beside it")
                return
            place += len(piece)
            if not (piece or left or unpacker.eof):
                yield Fault(name, "it ends too early")
                return
    except zlib.error as error:
        yield Fault(name, f"this is not gzip: {error}")
        return
    if place != len(twin):
        yield Fault(name, "it unpacks to less than the file beside it has")
    if unpacker.unused_data:
        yield Fault(name, "something follows the packed file")
