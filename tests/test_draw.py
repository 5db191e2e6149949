"""Specs are drawn in a process of their own: what goes wrong there is told, and the rest is drawn."""

import os
import subprocess
import sys
from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from pilotgraph.draw import Refused, draw
from pilotgraph.palettes import DARK, LIGHT, configuration

MARKUP = "<script>alert(1)</script> & \"\u202e'\u0007"


def chart(text: str, **more: object) -> tuple[Mapping[str, object], Mapping[str, object]]:
    spec = {
        "data": {"values": [{"a": text, "b": 2}]},
        "mark": {"type": "bar", "fill": {"expr": "accent"}},
        "encoding": {"y": {"field": "a"}, "x": {"field": "b", "type": "quantitative"}},
    }
    return spec | more, configuration(LIGHT)


@pytest.fixture(scope="module")
def drawn() -> list[bytes | Refused]:
    """Three pictures, of which the second cannot be drawn."""
    return draw([chart(MARKUP), chart("x", mark="triangles"), (chart(MARKUP)[0], configuration(DARK))])


def test_a_picture_has_the_colours_of_its_theme(drawn: list[bytes | Refused]) -> None:
    light, _, dark = drawn
    assert isinstance(light, bytes)
    assert isinstance(dark, bytes)
    assert LIGHT.accent.encode() in light
    assert DARK.accent.encode() in dark


def test_what_cannot_be_drawn_is_told_and_the_rest_is_drawn(drawn: list[bytes | Refused]) -> None:
    assert [isinstance(each, Refused) for each in drawn] == [False, True, False]
    assert isinstance(drawn[1], Refused)
    assert drawn[1].message.startswith("this cannot be drawn: ")
    assert "\n" not in drawn[1].message


def test_texts_are_measured_by_the_font_that_the_renderer_brings_along() -> None:
    """A machine that has a narrow face of that family too would draw pictures of another size."""
    widths = []
    for text in ("W" * 5, "W" * 15):
        (picture,) = draw([chart(text)])
        assert isinstance(picture, bytes)
        widths.append(float(ElementTree.fromstring(picture).attrib["width"]))
    # In Liberation Sans, a W is 1933 of 2048 units wide; letters of axes have 12 pixels.
    assert widths[1] - widths[0] == pytest.approx(10 * 12 * 1933 / 2048, abs=1)


def test_texts_stay_texts_and_the_picture_is_xml(drawn: list[bytes | Refused]) -> None:
    picture = drawn[0]
    assert isinstance(picture, bytes)
    assert b"<script" not in picture
    assert b"&lt;script&gt;" in picture
    assert "\ufffd".encode() in picture  # in the place of the control character, which XML cannot hold
    assert b"http" not in picture.replace(b"http://www.w3.org/", b"")


def test_bytes_depend_on_nothing_but_the_spec(drawn: list[bytes | Refused]) -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from test_draw import *\n"
        "first, second = draw([chart('before'), chart(MARKUP)])\n"
        "sys.stdout.buffer.write(second)"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8"}
    again = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, timeout=60, check=True
    )
    assert again.stdout == drawn[0]


def test_a_picture_that_takes_too_long_is_given_up() -> None:
    (told,) = draw([chart("slow")], seconds=0.01)
    assert told == Refused("it is not drawn after 0.01 seconds")


def test_nothing_to_draw_is_no_process() -> None:
    assert draw([]) == []
