"""Text that others wrote -> text that can be shown on a terminal without steering it."""

import re

# Control characters, which begin escape sequences (ECMA-48); what ends a line; what changes the direction in
# which text is read, and so its order (Unicode UAX #9); and halves of characters, which cannot be written.
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """The text on one line, with a mark in the place of each character that a terminal would obey."""
    return _STEERING.sub("\ufffd", text)
