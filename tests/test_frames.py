"""What processes say to each other: frames are whole, or an error."""

import io
from struct import Struct

import pytest

from pilotgraph.frames import ASKED, EVENT, ORDER, REPLIED, Death, Event, Order, Reply, read


def test_a_frame_is_whole_or_an_error() -> None:
    assert read(io.BytesIO(b"abc"), 2) == b"ab"
    assert read(io.BytesIO(b""), 0) == b""
    with pytest.raises(ConnectionResetError):
        read(io.BytesIO(b"abc"), 4)


@pytest.mark.parametrize(
    ("frame", "values"),
    [
        (ORDER, (Order.KILL, 2**22)),  # the most that Linux has processes
        (EVENT, (Event.ENDED, 2**22, Death.CRASH)),
        (ASKED, (3_600.0, 10_000_000)),
        (REPLIED, (Reply.TOO_LARGE, True, -1, 0.25, 10_000_000_000)),
        (REPLIED, (Reply.SOLUTIONS, False, 10_000_000_000, 1e6, 0)),
    ],
)
def test_what_goes_in_comes_out(frame: Struct, values: tuple[object, ...]) -> None:
    assert frame.unpack(frame.pack(*values)) == values
