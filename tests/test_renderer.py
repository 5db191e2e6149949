"""The program that draws: one line a picture, nothing is fetched, and its end is no one else's."""

import json
import subprocess
import sys

import pytest

from pilotgraph.draw import Refused, draw

BARS = {
    "data": {"values": [{"a": "x", "b": 2}]},
    "mark": "bar",
    "encoding": {"y": {"field": "a"}, "x": {"field": "b", "type": "quantitative"}},
}


def render(*specs: object) -> tuple[int, list[dict[str, str]]]:
    content = json.dumps([[each, {}] for each in specs]).encode()
    command = [sys.executable, "-I", "-m", "pilotgraph.renderer"]
    ended = subprocess.run(command, input=content, capture_output=True, timeout=60, check=False)
    return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


def test_it_draws_until_something_is_wrong_and_fetches_nothing() -> None:
    code, told = render(BARS, BARS | {"data": {"url": "http://127.0.0.1:9/a.json"}}, BARS)
    assert code == 0
    assert [list(each) for each in told] == [["svg"], ["wrong"]]
    assert told[1]["wrong"] == (
        "this cannot be drawn: Error: External data url not allowed: http://127.0.0.1:9/a.json"
    )


def test_a_control_character_ends_the_renderer() -> None:
    """Which is why `draw` takes them out, and why it is a process of its own."""
    text = {"mark": "text", "encoding": {"text": {"field": "a"}}}
    bell = BARS | text | {"data": {"values": [{"a": "\u0007"}]}}
    code, told = render(BARS, bell)
    assert code < 0
    assert [list(each) for each in told] == [["svg"]]


def test_its_end_is_told_of_the_picture_that_it_drew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pilotgraph.draw._clean", lambda chart: chart)
    text = {"mark": "text", "encoding": {"text": {"field": "a"}}}
    bell = BARS | text | {"data": {"values": [{"a": "\u0007"}]}}
    told = draw([(BARS, {}), (bell, {}), (BARS, {})])
    assert told[0] == told[2]
    assert told[1] == Refused("the renderer ended; is it too large, or is a value out of all bounds?")
