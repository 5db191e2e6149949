"""Whatever is wrong with a release is found and told, and nothing that lies in it does harm."""

import gzip
import json
import os
import re
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from pilotgraph import formats
from pilotgraph.build import build
from pilotgraph.release import CHECKSUMS, MANIFEST, Release, write
from pilotgraph.released.identity import content_sha256
from pilotgraph.released.records import Recorded, describe
from pilotgraph.verification import __main__ as program
from pilotgraph.verification import apart
from pilotgraph.verification.copy import Copy, Unusable
from pilotgraph.verification.verdict import MOST_FAULTS, Fault, Verdict
from pools import children
from retired import with_retired
from web import LIGHTS

Damage = Callable[[Path], object]


@pytest.fixture
def root(release: Release, tmp_path: Path) -> Path:
    """A copy of a release that a test may spoil."""
    return Path(shutil.copytree(release.path, tmp_path / release.name))


def edit(name: str, old: str, new: str, count: int = 1) -> Damage:
    def damage(root: Path) -> None:
        text = (root / name).read_text(encoding="utf-8")
        assert old in text, name
        (root / name).write_text(text.replace(old, new, count), encoding="utf-8")

    return damage


def resealed(root: Path) -> Path:
    """The same with a manifest and checksums that are true of it, as whoever forges it would make them."""
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name not in (MANIFEST, CHECKSUMS)
    }
    return write(root.parent / "resealed", "0.3.0", files).path


def check(name: str, root: Path) -> Verdict:
    try:
        return program.CHECKS[name](Copy(root))
    except Unusable as unusable:
        return Verdict(name, faults=(unusable.fault,))


def told(verdict: Verdict) -> list[str]:
    return [f"{fault.where}: {fault.message}" for fault in verdict.faults]


def test_a_release_is_what_it_says(release: Release) -> None:
    begun: list[str] = []
    found = list(apart.run(release.path, begin=begun.append))
    assert [verdict.check for verdict in found] == list(apart.CHECKS) == list(program.CHECKS) == begun
    assert [told(verdict) for verdict in found] == [[]] * len(found)
    assert [verdict.check for verdict in found if verdict.left_out] == ["history"]
    assert all(verdict.said or verdict.left_out for verdict in found)


def told_of_all(root: Path) -> list[str]:
    """What all checks tell, but the one that takes long."""
    return [fault for name in program.CHECKS if name != "shapes" for fault in told(check(name, root))]


def test_what_is_withdrawn_is_no_entity(tmp_path: Path) -> None:
    made = build(with_retired(tmp_path / "lights"), tmp_path / "dist")
    assert told_of_all(made.path) == []


def test_a_graph_may_be_empty(lighthouses: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(lighthouses, tmp_path / "lights"))
    for folder in ("data/links", "tests"):
        shutil.rmtree(project / folder)
    made = build(project, tmp_path / "dist")
    assert (made.path / "graphs/registers.nt").read_bytes() == b""
    assert told_of_all(made.path) == []
    edit("description.ttl", "void:triples 0", "void:triples 7", 9)(made.path)
    name = f"{LIGHTS}graph/registers"
    assert told(check("graphs", made.path)) == [f"{name}: no such graph is there"]
    assert told(check("counts", made.path)) == [f"{name}: void:triples is 0 by counting, and 7 is described"]


def test_a_dataset_may_be_empty(lighthouses: Path, tmp_path: Path) -> None:
    project = Path(shutil.copytree(lighthouses, tmp_path / "lights"))
    description = project / "data/dataset.yaml"
    text = re.sub("lookAt:\n(  - .*\n)+", "", description.read_text(encoding="utf-8"))
    for folder in ("data", "tests"):
        shutil.rmtree(project / folder)
    description.parent.mkdir()
    description.write_text(text, encoding="utf-8")
    made = build(project, tmp_path / "dist")
    assert (made.path / "data.nq").read_bytes() == b""
    assert [told(verdict) for verdict in apart.run(made.path)] == [[]] * len(apart.CHECKS)


def _cut(root: Path) -> None:
    (root / "data.nq").write_bytes(b"")


def _flip(root: Path) -> None:
    content = bytearray((root / "data.nq").read_bytes())
    content[7] ^= 1
    (root / "data.nq").write_bytes(content)


def _pipe(root: Path) -> None:
    (root / "data.nq").unlink()
    os.mkfifo(root / "data.nq")


def _folder(root: Path) -> None:
    (root / "data.nq").unlink()
    (root / "data.nq").mkdir()


def _link_out(root: Path) -> None:
    (root / "data.nq").rename(root.parent / "outside")
    (root / "data.nq").symlink_to("../outside")


def _link_loop(root: Path) -> None:
    (root / "data.nq").unlink()
    (root / "data.nq").symlink_to("data.nq")


def _link_within(root: Path) -> None:
    (root / "data.nq").rename(root / "elsewhere")
    (root / "data.nq").symlink_to("elsewhere")


def _link_folder(root: Path) -> None:
    (root / "views").rename(root.parent / "views")
    (root / "views").symlink_to("../views")


@pytest.mark.parametrize(
    ("damage", "wanted"),
    [
        pytest.param(
            lambda root: (root / "data.nq").unlink(), ["data.nq: there is no such file"], id="missing"
        ),
        pytest.param(_cut, [r"data.nq: it has 0 bytes, and [\d,]+ by the manifest"], id="cut"),
        pytest.param(_flip, ["data.nq: it has another SHA-256 than the manifest says"], id="altered"),
        pytest.param(
            lambda root: (root / "queries/more.rq").write_text("ASK {}"),
            ["queries/more.rq: the manifest does not list this file"],
            id="one too many",
        ),
        pytest.param(_pipe, ["data.nq: this is neither a file nor a folder"], id="a pipe"),
        pytest.param(_folder, ["data.nq: there is no such file"], id="a folder"),
        pytest.param(_link_loop, ["data.nq: a link stands in the place of the file"], id="a link to itself"),
        pytest.param(_link_out, ["data.nq: a link leads out of the release"], id="a link out"),
        pytest.param(
            _link_within,
            [
                "data.nq: a link stands in the place of the file",
                "elsewhere: the manifest does not list this file",
            ],
            id="a link within",
        ),
        pytest.param(
            _link_folder,
            ["views: a link leads out of the release", "views/.*: there is no such file"],
            id="links",
        ),
    ],
)
def test_files_are_those_of_the_manifest(root: Path, damage: Damage, wanted: list[str]) -> None:
    damage(root)
    found = told(check("files", root))
    assert all(any(re.fullmatch(pattern, each) for each in found) for pattern in wanted), found
    assert all(any(re.fullmatch(pattern, each) for pattern in wanted) for each in found), found


def test_a_file_is_of_the_type_that_its_name_says(root: Path) -> None:
    edit(MANIFEST, '"mediaType": "text/markdown"', '"mediaType": "text/html"')(root)
    (said,) = told(check("files", root))
    assert re.fullmatch(r".+\.md: by its name this is text/markdown, and text/html by the manifest", said)


def test_every_fault_is_told_and_not_only_the_first(root: Path) -> None:
    _cut(root)
    (root / "shapes.ttl").unlink()
    (root / "more").write_text("more")
    assert [fault.where for fault in check("files", root).faults] == ["data.nq", "shapes.ttl", "more"]


@pytest.mark.parametrize(
    ("damage", "wanted"),
    [
        pytest.param(lambda root: (root / MANIFEST).unlink(), "there is no such file", id="gone"),
        pytest.param(edit(MANIFEST, "{", "["), "is not a manifest as", id="no JSON"),
        pytest.param(edit(MANIFEST, '"data.nq"', '"../data.nq"'), "is no path inside", id="a path out"),
        pytest.param(
            lambda root: (root / MANIFEST).write_bytes(b"[" * 10**6), "is not a manifest as", id="deep"
        ),
    ],
)
def test_a_manifest_that_is_none(root: Path, damage: Damage, wanted: str) -> None:
    damage(root)
    for name in ("manifest", "files", "checksums"):
        (said,) = told(check(name, root))
        assert said.startswith(f"{MANIFEST}: ")
        assert wanted in said


def test_a_release_has_the_name_of_its_manifest_or_any_other(root: Path) -> None:
    assert told(check("manifest", root.rename(root.with_name("a copy")))) == []
    wrong = root.with_name("a copy").rename(root.with_name("0.3.0-00000000"))
    assert told(check("manifest", wrong)) == [
        f"0.3.0-00000000: by its manifest, this release is called {root.name}"
    ]


def test_checksums_agree_with_the_manifest(root: Path) -> None:
    lines = (root / CHECKSUMS).read_text().splitlines(keepends=True)
    (root / CHECKSUMS).write_text("".join(lines[:-1]) + "0  more\n")
    (missing,) = (f"a line is missing: {line.strip()}" for line in lines[-1:])
    assert told(check("checksums", root)) == [
        f"{CHECKSUMS}: {missing}",
        f"{CHECKSUMS}: a line is too much: 0  more",
    ]
    (root / CHECKSUMS).write_text("".join(reversed(lines)))
    assert told(check("checksums", root)) == [
        f"{CHECKSUMS}: its lines are in another order, or end in another way"
    ]
    (root / CHECKSUMS).write_bytes(b"\xff")
    assert len(told(check("checksums", root))) == len(lines) + 1


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        pytest.param(lambda twin: b"plain", "this is not gzip", id="not packed"),
        pytest.param(lambda twin: gzip.compress(twin + b"more"), "to something else", id="more"),
        pytest.param(lambda twin: gzip.compress(twin[:-1]), "to less than", id="less"),
        pytest.param(lambda twin: gzip.compress(twin.swapcase()), "to something else", id="other"),
        pytest.param(lambda twin: gzip.compress(twin)[:-20], "it ends too early", id="cut"),
        pytest.param(
            lambda twin: gzip.compress(twin) + b"more", "something follows", id="something after it"
        ),
        pytest.param(lambda twin: gzip.compress(bytes(10**8)), "to something else", id="a bomb"),
    ],
)
def test_packed_files_hold_what_their_twins_do(
    root: Path, content: Callable[[bytes], bytes], wanted: str
) -> None:
    (root / "data.nt.gz").write_bytes(content((root / "data.nt").read_bytes()))
    (said,) = told(check("packed", root))
    assert said.startswith("data.nt.gz: ")
    assert wanted in said


def test_a_packed_file_may_hold_as_much_as_is_unpacked_at_once(root: Path) -> None:
    for content in (b"", bytes(1 << 20), os.urandom(1 << 20)):
        (root / "data.nt").write_bytes(content)
        (root / "data.nt.gz").write_bytes(gzip.compress(content))
        assert told(check("packed", root)) == []


def test_a_packed_file_has_a_twin(root: Path) -> None:
    (root / "data.nt").unlink()
    assert told(check("packed", root)) == ["data.nt: there is no such file"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shapes.ttl", b"<x:a> <x:b>"),
        ("data.rdf", b"<rdf:RDF"),
        ("data.jsonld", b'{"@context": "https://example.org/context"}'),
        ("data.trig", b"\xff"),
        ("views.json", b"[" * 10**5),
        ("views/heights.svg", b'<!DOCTYPE a [<!ENTITY b "' + b"c" * 99 + b'">]><a>&d;</a>'),
    ],
)
def test_what_does_not_parse_is_told(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
    (said,) = told(check("syntax", root))
    assert said.startswith(f"{name}: ")


HEIGHT = f'"58"^^<http://www.w3.org/2001/XMLSchema#decimal> <{LIGHTS}graph/lights>'


def _drop_line(name: str) -> Damage:
    def damage(root: Path) -> None:
        lines = (root / name).read_bytes().splitlines(keepends=True)
        (root / name).write_bytes(b"".join(lines[1:]))

    return damage


def _say_elsewhere(root: Path) -> None:
    text = (root / "data.nq").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.endswith("/graph/lights> ."))
    other = line.replace("/graph/lights>", "/graph/others>")
    (root / "data.nq").write_text(f"{text}{other}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "damage", "wanted"),
    [
        pytest.param(
            "dumps",
            _drop_line("graphs/lights.nt"),
            [
                r"graphs/lights.nt: it holds 81 statements, and 82 are described",
                rf"{LIGHTS}graph/lights: its .*",
            ],
            id="a statement is lost",
        ),
        pytest.param(
            "dumps",
            edit("data.ttl", '"58"', '"59"'),
            [
                "data.ttl: what it holds has another RDFC-1.0 hash than is described",
                rf"{LIGHTS}: its dumps that end in .ttl hold something else than others do",
            ],
            id="a statement is another",
        ),
        pytest.param(
            "dumps",
            lambda root: shutil.copy(root / "data.nq", root / "data-1.nq"),
            ["data-1.nq: no distribution describes this dump"],
            id="a dump that is not described",
        ),
        pytest.param(
            "graphs",
            edit("data.nq", f"{LIGHTS}graph/inspections>", f"{LIGHTS}graph/strange>", 1),
            [rf"{LIGHTS}graph/strange: this graph is not described"],
            id="a graph that is not described",
        ),
        pytest.param(
            "graphs",
            _say_elsewhere,
            [rf"{LIGHTS}graph/.*: .* stands in {LIGHTS}graph/.* too"],
            id="a statement in two graphs",
        ),
        pytest.param(
            "counts",
            edit("description.ttl", "void:triples 82", "void:triples 83", 9),
            [rf"{LIGHTS}graph/lights: void:triples is 82 by counting, and 83 is described"],
            id="a number is wrong",
        ),
        pytest.param(
            "counts",
            _drop_line("links/beacons.nt"),
            ["links/beacons.nt: it holds 1 links, and 2 are described"],
            id="a link is lost",
        ),
        pytest.param(
            "catalogue",
            _cut,
            [
                r"data.nq: it has 0 bytes, and \d+ by (description|catalog).*",
                "data.nq: it has another SHA-256 than .*",
            ],
            id="a file is not as described",
        ),
        pytest.param(
            "catalogue",
            edit("catalog.ttl", "/releases/0.3.0/data.nq>", "/releases/0.3.0/nowhere>", 9),
            [
                rf"catalog.ttl: <{LIGHTS}.*/nowhere> leads to no file of this release",
                "catalog.* says something .*",
            ],
            id="a way that leads nowhere",
        ),
        pytest.param(
            "catalogue",
            lambda root: (root / "catalog.jsonld").write_text("{"),
            [r"catalog.jsonld: line 1: this is not JSON-LD: .*"],
            id="the first catalogue is broken",
        ),
        pytest.param(
            "provenance",
            edit("provenance.ttl", "prov:used", "prov:wasInformedBy"),
            [r"provenance.ttl: it does not say what used <.*>"],
            id="an input that nothing used",
        ),
        pytest.param(
            "shapes",
            edit("data.nq", HEIGHT, HEIGHT.replace("58", "5800")),
            [rf"{LIGHTS}id/lighthouse/south-teal: a violation: .*", "report.ttl: it does not tell .*"],
            id="a violation",
        ),
        pytest.param(
            "shapes",
            edit("report.ttl", "sh:resultMessage", "sh:message"),
            ["report.ttl: it tells what is not so: .*", "report.ttl: it does not tell .*"],
            id="a report of something else",
        ),
        pytest.param(
            "shapes",
            edit("shapes.ttl", "sh:path", "sh:pfad"),
            ["shapes.ttl: .*SHACL has no term.*"],
            id="shapes",
        ),
        pytest.param(
            "counts",
            lambda root: (root / "description.ttl").write_text("nonsense"),
            ["description.ttl: line 1: this is not Turtle: .*"],
            id="no description",
        ),
        pytest.param(
            "dumps",
            edit("description.ttl", "dcat:version ", "dcat:versionNotes "),
            ["description.ttl: it says no version of the dataset"],
            id="no version",
        ),
    ],
)
def test_a_forged_release_is_told_by_what_it_holds(
    root: Path, name: str, damage: Damage, wanted: list[str]
) -> None:
    damage(root)
    forged = resealed(root)
    assert [told(check(each, forged)) for each in ("manifest", "files", "checksums")] == [[], [], []]
    found = told(check(name, forged))
    assert all(any(re.fullmatch(pattern, each) for each in found) for pattern in wanted), found
    assert all(any(re.fullmatch(pattern, each) for pattern in wanted) for each in found), found


def on_record(root: Path, digest: str, change: str = "", content: str = "") -> list[str]:
    """What is told of a release that has the one record, and says of it besides."""
    iri = f"{LIGHTS}releases/0.3.0"
    known = Recorded("0.3.0", iri, "2026-11-01", 146, 20, digest, "", (), content)
    record = formats.serialize(describe(LIGHTS, known, None), formats.TURTLE).decode()
    (root / "history.ttl").write_text(f"{record}\n{change.replace('IRI', iri)}")
    verdict = check("history", root)
    return told(verdict) or [verdict.said]


def test_a_version_on_record_has_the_data_that_were_recorded(root: Path) -> None:
    (digest,) = (file.sha256 for file in Release.open(root).files.values() if file.path == "data.nq")
    good = ["on record: 0.3.0; version 0.3.0 is on record with these data"]
    assert on_record(root, digest) == good
    assert on_record(root, "0" * 64) == ["history.ttl: version 0.3.0 was published with other data"]


def test_a_version_on_record_has_the_content_that_was_recorded(root: Path) -> None:
    release = Release.open(root)
    (digest,) = (file.sha256 for file in release.files.values() if file.path == "data.nq")
    content = content_sha256(release.files, release.read)
    good = ["on record: 0.3.0; version 0.3.0 is on record with these data"]
    assert on_record(root, digest, content=content) == good
    (root / "changes.md").write_text("what is on record is no part of that", encoding="utf-8")
    assert on_record(root, digest, content=content) == good
    with (root / "ontology.ttl").open("a", encoding="utf-8") as file:
        file.write("# in other words\n")
    assert on_record(root, digest, content=content) == [
        "history.ttl: version 0.3.0 was published with these data and other files"
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            "<IRI#id/a> <http://purl.org/dc/terms/isPartOf> <IRI> ;"
            " <https://www.w3.org/ns/activitystreams#object> <x:a> .",
            f"history.ttl: what is said of the changes in <{LIGHTS}releases/0.3.0> is not whole",
            id="a change of no kind",
        ),
        pytest.param(
            f"<{LIGHTS}releases/0.2.0> <http://www.w3.org/ns/dcat#version> '0.2.0' .",
            f"history.ttl: <{LIGHTS}releases/0.2.0> is no version (dcterms:isVersionOf) of <{LIGHTS}> here",
            id="a record that is not whole",
        ),
        pytest.param(
            "<IRI> <http://rdfs.org/ns/void#triples> 5 .",
            f"history.ttl: the record of <{LIGHTS}releases/0.3.0> has to have one void:triples",
            id="two numbers",
        ),
    ],
)
def test_a_record_that_cannot_be_read_is_told(root: Path, change: str, said: str) -> None:
    (digest,) = (file.sha256 for file in Release.open(root).files.values() if file.path == "data.nq")
    assert on_record(root, digest, change) == [said]


# In a process of its own.


def shape(query: str) -> str:
    return f"""
    <x:shape> a <http://www.w3.org/ns/shacl#NodeShape> ;
      <http://www.w3.org/ns/shacl#targetClass> <{LIGHTS}ontology#Lighthouse> ;
      <http://www.w3.org/ns/shacl#sparql> [ <http://www.w3.org/ns/shacl#message> "m" ;
        <http://www.w3.org/ns/shacl#select> "{query}" ] .
    """


def add_shape(root: Path, query: str) -> None:
    with (root / "shapes.ttl").open("a", encoding="utf-8") as file:
        file.write(shape(query))


def only(monkeypatch: pytest.MonkeyPatch, *checks: str) -> None:
    monkeypatch.setattr(apart, "CHECKS", checks)


def test_a_check_that_does_not_end_is_ended(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "manifest", "shapes", "history")
    add_shape(root, "SELECT $this { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER (?a = ?l && ?d = ?i) }")
    found = list(apart.run(root, seconds=2))
    assert [verdict.check for verdict in found] == ["manifest", "shapes", "history"]
    assert told(found[1]) == [": this is not done after 2 seconds, and was ended"]
    assert found[2].left_out


def test_a_process_that_ends_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = children(os.getpid())  # servers of other tests

    def end(check: str) -> None:
        if check == "shapes":
            (checker,) = children(os.getpid()) - others
            os.kill(checker, signal.SIGKILL)

    only(monkeypatch, "manifest", "shapes", "history")
    found = list(apart.run(root, begin=end))
    assert [verdict.status for verdict in found] == ["ok", "failed", "left out"]
    assert told(found[1]) == [f": {apart._ENDED}"]


def test_a_checker_that_cannot_be_started_is_told_once(
    root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "elsewhere/pilotgraph"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('half an installation')")
    monkeypatch.setattr(sys, "path", [str(broken.parent), *sys.path])
    begun: list[str] = []
    found = list(apart.run(root, begin=begun.append))
    assert [verdict.check for verdict in found] == list(apart.CHECKS)
    said = ": the checker could not be started: ImportError: half an installation"
    assert {tuple(told(verdict)) for verdict in found} == {(said,)}
    assert not begun


def test_a_checker_that_is_never_ready_is_told_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_START_SECONDS", 0.01)
    found = list(apart.run(root, seconds=0.01))
    assert [verdict.check for verdict in found] == list(apart.CHECKS)
    said = ": the checker could not be started: it is not ready after 0.01 seconds"
    assert {tuple(told(verdict)) for verdict in found} == {(said,)}


def test_nothing_is_fetched(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        port = server.getsockname()[1]
        asked = threading.Event()

        def answer() -> None:
            try:
                server.accept()[0].close()
                asked.set()
            except OSError:
                pass

        thread = threading.Thread(target=answer)
        thread.start()
        add_shape(root, f"SELECT $this {{ SERVICE <http://127.0.0.1:{port}/> {{ ?a ?b ?c }} }}")
        only(monkeypatch, "shapes")
        (found,) = apart.run(root)
        assert found.status == "failed"
        assert not asked.is_set()
        socket.create_connection(("127.0.0.1", port)).close()
        thread.join(30)


def test_verdicts_pass_between_processes_and_stay_short() -> None:
    faults = (Fault(f"file {number}", "\x1b[31m" + "long" * 1000) for number in range(10**9))
    verdict = Verdict.of("files", "said", faults)
    assert len(verdict.faults) == MOST_FAULTS + 1
    assert all(len(fault.message) <= 501 and "\x1b" not in fault.message for fault in verdict.faults)
    for each in (verdict, Verdict("a", left_out="b"), Verdict("a", "b")):
        assert Verdict.from_json(json.loads(json.dumps(each.as_json()))) == each


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("a", said="\x1b[31m\x9b"),
        Verdict("a", left_out="\x1b[31m\x9b"),
        Verdict("a", faults=(Fault("\x1b[31m", "\x9b"),)),
        Verdict("\x1b[31m\x9b"),
    ],
)
def test_no_text_of_a_verdict_steers_a_terminal(verdict: Verdict) -> None:
    texts = [verdict.check, verdict.said, verdict.left_out, *chain.from_iterable(verdict.faults)]
    assert all(text.isprintable() for text in texts)
    assert "\ufffd" in "".join(texts)


def test_of_a_directory_with_too_many_files_one_thing_is_said(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = sum(path.is_file() for path in root.rglob("*"))
    names = list(program.CHECKS)
    monkeypatch.setattr("pilotgraph.verification.copy._MOST_FILES", many)
    assert isinstance(program.listed(root), Copy)
    monkeypatch.setattr("pilotgraph.verification.copy._MOST_FILES", many - 1)
    found = list(program.verdicts(program.listed(root), names))
    assert [verdict.check for verdict in found] == names
    said = f"it holds more than {many - 1:,} files, and was not looked into further"
    assert [told(verdict) for verdict in found if verdict.status == "failed"] == [[f": {said}"]]
    assert {verdict.status for verdict in found[1:]} == {"left out"}
