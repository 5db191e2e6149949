"""What the web process, the supervisor and its workers say to each other over sockets.

All are processes of one machine and one user, started from the same files, so numbers are in one form and
nothing is negotiated.
"""

import struct
from enum import IntEnum
from typing import BinaryIO

# To the supervisor: what to do, and with which process or how nice.
ORDER = struct.Struct("!BI")
# From it: what happened, to which process, and how that ended.
EVENT = struct.Struct("!BIB")
# A query: the seconds it may take, and the length of the JSON that follows.
ASKED = struct.Struct("!dI")
# A reply: what it is, whether the worker ends now, the rows or -1, the processor time that it has used
# since it was forked, in seconds, and the length of what follows.
REPLIED = struct.Struct("!B?qdQ")


class Order(IntEnum):
    FORK = 0
    KILL = 1


class Event(IntEnum):
    READY = 0
    FORKED = 1  # one end of the worker's socket comes with it
    ENDED = 2


class Reply(IntEnum):
    SOLUTIONS = 0
    GRAPH = 1
    MALFORMED = 2
    NO_FORMAT = 3
    TOO_LARGE = 4


class Death(IntEnum):
    """Why a worker ended."""

    UNRELATED = 0  # to its query: killed from outside, or retired
    DEADLINE = 1
    MEMORY = 2
    CRASH = 3


def read(stream: BinaryIO, size: int) -> bytes:
    """Read as many bytes as were announced.

    :raises ConnectionResetError: if the other side ended before.
    """
    content = stream.read(size)
    if len(content) < size:
        raise ConnectionResetError
    return content
