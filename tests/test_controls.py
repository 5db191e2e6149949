"""Text from elsewhere is shown as it is, but for what a terminal would obey."""

import pytest

from pilotgraph.controls import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("Åre, 10\u202fkm, 日本 👩\u200d⚕️", "Åre, 10\u202fkm, 日本 👩\u200d⚕️", id="text"),
        pytest.param("\x1b[31mred", "\ufffd[31mred", id="colour"),
        pytest.param("\x1b]0;title\x07", "\ufffd]0;title\ufffd", id="a title"),
        pytest.param("\x9b31m\x7f", "\ufffd31m\ufffd", id="in one character"),
        pytest.param("a\rb\nc\u2028d\x85", "a\ufffdb\ufffdc\ufffdd\ufffd", id="the ends of lines"),
        pytest.param("a\u202eb\u2066c", "a\ufffdb\ufffdc", id="another direction"),
        pytest.param("\udcff", "\ufffd", id="no character"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown
