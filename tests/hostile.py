"""The lighthouses, with records by somebody who wants to break in: in literals, in IRIs, and in every head.

Each text would set `window.injected`, open a dialog, or leave an element `x-injected` if a page took it
for markup.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from pilotgraph.build import build
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write

TEXTS = {
    "a script": "<script>window.injected = 1; alert(1)</script>",
    "an image": "<img src=x onerror='window.injected = 1; alert(1)'>",
    "a drawing": "<svg onload=alert(1)><x-injected></svg>",
    "ends": "</script></style></textarea></title></select></option></svg><x-injected onclick=alert(1)>",
    "a comment": "--><!--<x-injected><!DOCTYPE x>]]><?x ?>",
    "quotes": '"\' onmouseover="alert(1)" autofocus `${alert(1)}` &quot;&lt;x-injected&gt;',
    "a template": "{{ 7 * 191 }}{% raise %}${7*191}#{7*191}",
    "a query": '" } ; DROP ALL # \\u0022 } UNION { ?s ?p ?o',
    "a sheet": '=HYPERLINK("javascript:alert(1)","x")',
    "lines": "one\ttwo\nthree",
    "directions": "abc\u202etxt.exe\u202c \u2066x\u2069 \u200f\u200b\u00ad",
    "other scripts": "שלום (עולם) مرحبا 灯塔 👩‍🚀 e\u0301",
    "a long word": "w" * 10_000,
    "a link": "[x](javascript:alert(1)) ![x](javascript:alert(1)) <javascript:alert(1)>",
}
# Each is a legal IRI, or the end of one.
IRIS = (
    "keeper/'onmouseover='alert(1)'x='",
    "keeper/%3Cx-injected%3E",
    "keeper/%22%20onclick=alert(1)%20x=%22",
    "keeper/&lt;x-injected&gt;&quot;",
    "keeper/a;b=c,d!$*(e)@f",
    "keeper/\u202etxt.exe",
    "keeper/%0DSet-Cookie=a",
    "keeper/x.html",
)
# The build refuses these; a release that somebody else made may hold them. IRIs first, and then values of a
# property whose values are addresses.
ELSEWHERE = (
    "javascript:window.injected=1",
    "data:text/html,%3Cscript%3Ealert(1)%3C/script%3E",
    "vbscript:x",
    "file:///etc/passwd",
    "urn:x-injected:'onclick='alert(1)'",
)
ADDRESSES = (
    "javascript:window.injected=1",
    "JaVaScRiPt:window.injected=1",
    " javascript:window.injected=1",
    "java\tscript:window.injected=1",
    "data:text/html,<script>alert(1)</script>",
    "//example.org/x",
    'https://example.org/" onmouseover="alert(1)" x="',
    "https://example.org/<x-injected>",
    "\\\\example.org\\x",
)
_LISTS = {MANIFEST, CHECKSUMS}
_STANDS = "https://stands-for.invalid/"
# As part of a Turtle or a query file's text.
_MARK = "</script><x-injected onclick=alert(1)>&quot;{{ 7 * 191 }}"


def hostile(lighthouses: Path, directory: Path) -> Release:
    """Build the release."""
    root = Path(shutil.copytree(lighthouses, directory / "project"))
    _write_records(root)
    _change(root / "shapes/keeper.ttl", '    sh:pattern "^[A-Z0-9]{3,6}$" ;\n', "")
    _change(root / "shapes/keeper.ttl", '"call sign"@en', f'"call sign {_MARK}"@en')
    _change(root / "shapes/keeper.ttl", '"a keeper has one label, a full name', f'"a keeper {_MARK}')
    _change(root / "shapes/lighthouse.ttl", '    sh:pattern "^https://" ;\n', "")
    _change(root / "shapes/lighthouse.ttl", "    sh:class lt:Lighthouse ;\n", "")
    _change(
        root / "ontology/lighthouses.ttl", '"tower with a lamp that guides', f'"tower {_MARK} that guides'
    )
    _change(root / "ontology/lighthouses.ttl", '"keeper"@en', f'"keeper {_MARK}"@en')
    _change(root / "data/dataset.yaml", "name: Lighthouses of", f"name: Lighthouses {_MARK} of")
    _change(root / "data/dataset.yaml", "about: An invented", f"about: An {_MARK} invented")
    _change(root / "data/dataset.yaml", "https://example.org/people/keeper-of-examples", f"{_STANDS}iri-0")
    _change(root / "data/queries/lights-by-colour.rq", "# question: Which", f"# question: {_MARK} Which")
    _change(root / "data/queries/lights-by-colour.rq", "parameter: the colour", f"parameter: {_MARK}")
    built = build(root, directory / "dist")
    files = {name: _without_check(built.read(name)) for name in built.files if name not in _LISTS}
    return write(directory / "hostile", built.version, files)


def _without_check(content: bytes) -> bytes:
    """Put what the build refuses in the place of what stood for it."""
    for place, iri in enumerate(ELSEWHERE):
        content = content.replace(f"{_STANDS}iri-{place}".encode(), iri.encode())
    for place, address in enumerate(ADDRESSES):
        # JSON, Turtle and N-Quads escape these alike.
        content = content.replace(f"{_STANDS}{place}/".encode(), json.dumps(address)[1:-1].encode())
    return content


def _write_records(root: Path) -> None:
    keepers = [f"keeper/text-{place}" for place in range(len(TEXTS))]
    labels = dict(zip(keepers, TEXTS.values(), strict=True)) | {iri: f"keeper {iri}" for iri in IRIS}
    for iri, label in labels.items():
        # A code is a text that is shown beside others: 10 kB of it say no more than the label's.
        keeper = {"id": iri, "type": "Keeper", "label": label, "callSign": label[:200]}
        _write(root / f"data/{iri.replace('keeper/', 'keepers/')}.yaml", keeper)
    tower = {
        "type": "Lighthouse",
        "firstLit": 1900,
        "focalHeight": 10,
        "flashCount": 1,
        "openToVisitors": True,
        "lampColour": ["lt:redLight"],
    }
    named = {
        "id": "lighthouse/hostile",
        "label": TEXTS["ends"],
        "localName": list(TEXTS.values()),
        "tendedBy": list(labels),
        "inSightOf": [f"{_STANDS}iri-{place}" for place in range(len(ELSEWHERE))],
        "inspections": [
            {
                "id": "inspection/hostile",
                "type": "Inspection",
                "label": TEXTS["a script"],
                "inspectedOn": "2024-05-02",
                "lampPassed": True,
                "logRemark": list(TEXTS.values()),
            }
        ],
    }
    _write(root / "data/lighthouses/hostile.yaml", tower | named)
    for place in range(len(ADDRESSES)):
        here = {"id": f"lighthouse/view-{place}", "label": f"view {place}", "tendedBy": keepers[:1]}
        _write(
            root / f"data/lighthouses/view-{place}.yaml", tower | here | {"liveView": f"{_STANDS}{place}/"}
        )


def _write(path: Path, record: Mapping[str, object]) -> None:
    # What JSON may hold, YAML may; its escapes keep what is invisible.
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def _change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path}: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")
