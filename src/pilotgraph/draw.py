"""Vega-Lite specs -> SVG, in a process of their own.

The renderer is JavaScript in V8 (vl-convert): a text that is no XML, or too large a picture, ends its
whole process, and after one error the next picture may fail too.  So a process draws until something goes
wrong, and another goes on from there; what was wrong is a `Refused`, with no SVG.  Nothing is fetched, the
clock is UTC, and equal specs give equal bytes.
"""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from pilotgraph.isolation import isolated

# The renderer ends itself after a minute of processor time; here a busy machine is allowed for.
SECONDS = 300.0
# A fontconfig file that knows no font: a narrow face of the family, where one is installed, would be measured
# in place of the one that the renderer brings along.
_FONTS = Path(__file__).with_name("fonts.conf")
# What XML 1.0 cannot hold (section 2.2), such as control characters.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a spec cannot be drawn, as the curator reads it."""

    message: str


def draw(
    charts: Sequence[tuple[Mapping[str, object], Mapping[str, object]]], seconds: float = SECONDS
) -> list[bytes | Refused]:
    """Draw specs, each with a configuration; the result has their order."""
    # Compared as texts, so that what is drawn again in one process is drawn once.
    return list(_draw(tuple(json.dumps(_clean(each)) for each in charts), seconds))


def _clean(node: Any) -> Any:
    """The same, with a sign in the place of what SVG cannot hold."""
    if isinstance(node, str):
        return _NO_XML.sub("\ufffd", node)
    if isinstance(node, Mapping):
        return {_clean(key): _clean(value) for key, value in node.items()}
    return [_clean(each) for each in node] if isinstance(node, list | tuple) else node


@lru_cache(maxsize=64)
def _draw(charts: tuple[str, ...], seconds: float) -> tuple[bytes | Refused, ...]:
    done: list[bytes | Refused] = []
    while len(done) < len(charts):
        done += _run(charts[len(done) :], seconds)
    return tuple(done)


def _run(charts: Sequence[str], seconds: float) -> list[bytes | Refused]:
    """Draw until something goes wrong, which is the last that is told."""
    # No locale, no time zone and no fonts of this machine; nothing else of its environment is needed.
    environment = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": os.defpath, "FONTCONFIG_FILE": str(_FONTS)}
    try:
        ended = subprocess.run(  # noqa: S603 (a fixed command)
            isolated("pilotgraph.renderer"),
            input=f"[{','.join(charts)}]".encode(),
            capture_output=True,
            timeout=seconds,
            env=environment,
            check=False,
        )
        output, why = ended.stdout, "the renderer ended; is it too large, or is a value out of all bounds?"
    except subprocess.TimeoutExpired as error:
        output, why = error.stdout or b"", f"it is not drawn after {seconds:g} seconds"
    told = [json.loads(line) for line in output.splitlines(keepends=True) if line.endswith(b"\n")]
    done = [Refused(each["wrong"]) if "wrong" in each else each["svg"].encode() for each in told]
    told_why = len(done) == len(charts) or (done and isinstance(done[-1], Refused))
    return done if told_why else [*done, Refused(why)]
