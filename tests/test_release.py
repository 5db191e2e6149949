"""Releases are whole or absent, named by their content, and checked when they are opened."""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pilotgraph.errors import ReleaseError
from pilotgraph.release import (
    Release,
    ReleasedFile,
    content_type,
    data_sha256,
    parts,
    read_manifest,
    type_of,
    write,
)
from pilotgraph.staging import turn

FILES = {"data.nq": b"<x:a> <x:b> <x:c> <x:g> .\n", "queries/all.rq": b"SELECT * {}\n", "empty.ttl": b""}


def names(out: Path) -> list[str]:
    return sorted(path.name for path in out.iterdir())


def test_a_release_holds_what_was_written(tmp_path: Path) -> None:
    release = write(tmp_path / "dist", "1.0.0", FILES)
    assert {path: release.read(path) for path in FILES} == FILES
    assert sorted(release.files) == ["SHA256SUMS", "data.nq", "empty.ttl", "manifest.json", "queries/all.rq"]
    assert names(tmp_path / "dist") == [".lock", "1.0.0-21922d0e", "current"]
    assert release == Release.open(tmp_path / "dist") == Release.open(tmp_path / "dist" / "current")
    assert release.path == tmp_path / "dist" / release.name


def test_the_manifest_says_type_size_and_hash_of_every_file(tmp_path: Path) -> None:
    manifest = json.loads(write(tmp_path, "1.0.0", FILES).read("manifest.json"))
    assert manifest == {
        "version": "1.0.0",
        "files": [
            {
                "path": "data.nq",
                "mediaType": "application/n-quads",
                "bytes": 26,
                "sha256": "77d70e90f019086386316d1fddac89d6f3a80de6c593881adf1ae23131448c5b",
            },
            {
                "path": "empty.ttl",
                "mediaType": "text/turtle",
                "bytes": 0,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            },
            {
                "path": "queries/all.rq",
                "mediaType": "application/sparql-query",
                "bytes": 12,
                "sha256": "c344e14afead6e9d1b07f63c008122986823136d975a766009c73a62ebe34f4b",
            },
        ],
    }


def test_sha256sum_accepts_the_checksums(tmp_path: Path) -> None:
    release = write(tmp_path, "1.0.0", FILES)
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"],
        cwd=release.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines() == [
        "data.nq: OK",
        "empty.ttl: OK",
        "manifest.json: OK",
        "queries/all.rq: OK",
    ]
    assert (done.returncode, done.stderr) == (0, "")


def test_the_name_is_the_hash_of_the_manifest(tmp_path: Path) -> None:
    release = write(tmp_path, "1.0.0", FILES)
    done = subprocess.run(
        ["sha256sum", release.path / "manifest.json"], capture_output=True, text=True, check=True
    )
    assert release.name == f"1.0.0-{done.stdout[:8]}"


def test_the_same_content_is_not_written_twice(tmp_path: Path) -> None:
    first = write(tmp_path, "1.0.0", FILES)
    before = {path: path.lstat() for path in [tmp_path / "current", *first.path.rglob("*")]}
    assert write(tmp_path, "1.0.0", dict(reversed(FILES.items()))) == first
    assert {path: path.lstat() for path in before} == before


def test_other_content_is_another_release_and_the_first_one_stays(tmp_path: Path) -> None:
    first = write(tmp_path, "1.0.0", FILES)
    second = write(tmp_path, "1.0.0", FILES | {"data.nq": b""})
    assert Release.open(tmp_path) == second != first == Release.open(first.path)
    assert (tmp_path / "current").readlink() == Path(second.name)
    third = write(tmp_path, "1.0.0", FILES)
    assert third == first == Release.open(tmp_path)


def test_an_open_release_stays_the_same_when_current_moves_on(tmp_path: Path) -> None:
    write(tmp_path, "1.0.0", FILES)
    release = Release.open(tmp_path / "current")
    write(tmp_path, "1.0.0", {"data.nq": b"other\n"})
    assert release.read("data.nq") == FILES["data.nq"]


def test_a_release_can_be_moved_and_renamed(tmp_path: Path) -> None:
    release = write(tmp_path / "a", "1.0.0", FILES)
    shutil.copytree(release.path, tmp_path / "b")
    copy = Release.open(tmp_path / "b")
    assert (copy.name, copy.version, copy.files) == (release.name, release.version, release.files)


def test_read_says_what_there_is(tmp_path: Path) -> None:
    release = write(tmp_path, "1.0.0", {"data.nq": b""})
    with pytest.raises(ReleaseError) as raised:
        release.read("../../etc/passwd")
    assert str(raised.value) == (
        f"{release.name} has no file '../../etc/passwd'; it has data.nq, manifest.json, SHA256SUMS"
    )


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("../data.nq", id="a path that leaves the release"),
        pytest.param("/data.nq", id="an absolute path"),
        pytest.param("queries//all.rq", id="an empty segment"),
        pytest.param("queries/../all.rq", id="a way back"),
        pytest.param("", id="no name"),
        pytest.param(".hidden", id="a name that begins with a dot"),
        pytest.param("a b.rq", id="a space, which a URL cannot hold"),
        pytest.param("a\n.rq", id="a line break, which SHA256SUMS cannot hold"),
    ],
)
def test_a_path_that_cannot_be_in_a_release_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path / "dist", "1.0.0", {path: b""})
    assert str(raised.value) == (
        f"{path!r} cannot be in a release: name it with letters, digits and . _ + - only"
    )
    assert not (tmp_path / "dist").exists()


@pytest.mark.parametrize("version", ["", "../1", "1/2", "1 0", ".1"])
def test_a_version_that_cannot_be_in_a_path_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path / "dist", version, FILES)
    assert str(raised.value) == f"{version!r} cannot be a version: write letters, digits and . _ + - only"


def _cut(root: Path) -> None:
    (root / "data.nq").write_bytes(b"<x:a>")


def _flip(root: Path) -> None:
    (root / "data.nq").write_bytes(FILES["data.nq"].replace(b"x:c", b"x:d"))


def _remove(root: Path) -> None:
    (root / "queries" / "all.rq").unlink()


def _directory(root: Path) -> None:
    (root / "data.nq").unlink()
    (root / "data.nq").mkdir()


def _change_checksums(root: Path) -> None:
    (root / "SHA256SUMS").write_bytes(b"")


def _lead_out(root: Path) -> None:
    (root.parent / "outside").write_bytes(FILES["data.nq"])
    (root / "data.nq").unlink()
    (root / "data.nq").symlink_to("../outside")


def _manifest(old: str, new: str) -> Callable[[Path], None]:
    def damage(root: Path) -> None:
        text = (root / "manifest.json").read_text(encoding="utf-8")
        assert old in text
        (root / "manifest.json").write_text(text.replace(old, new), encoding="utf-8")

    return damage


REPAIR = "copy the release again, or delete it and build it again"
STRANGE = "{root}/manifest.json is not a manifest as `pilotgraph build` writes it"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        pytest.param(_cut, "{root}/data.nq has 5 bytes and should have 26; " + REPAIR, id="a file is cut"),
        pytest.param(
            _flip,
            "{root}/data.nq has another SHA-256 than the manifest says; " + REPAIR,
            id="a byte is changed",
        ),
        pytest.param(_remove, "{root}/queries/all.rq is missing; " + REPAIR, id="a file is gone"),
        pytest.param(_directory, "{root}/data.nq is missing; " + REPAIR, id="a directory in a file's place"),
        pytest.param(
            _change_checksums,
            "{root}/SHA256SUMS has 0 bytes and should have 311; " + REPAIR,
            id="the checksums are not those of the manifest",
        ),
        pytest.param(_lead_out, "{root}/data.nq leads out of the release", id="a link leads out"),
        pytest.param(
            _manifest("data.nq", "../data.nq"),
            "{root}/manifest.json lists '../data.nq', which is no path inside a release",
            id="the manifest lists a path that leads out",
        ),
        pytest.param(_manifest("{", "["), STRANGE, id="the manifest is not JSON"),
        pytest.param(_manifest("files", "file"), STRANGE, id="the manifest has no files"),
        pytest.param(_manifest(" 26", ' "26"'), STRANGE, id="a size is a text"),
        pytest.param(_manifest("1.0.0", "1/0"), STRANGE, id="the version is no path"),
        pytest.param(
            lambda root: (root / "manifest.json").write_bytes(b"[" * 100_000), STRANGE, id="a deep manifest"
        ),
        pytest.param(
            lambda root: (root / "manifest.json").write_bytes(b"\xff"), STRANGE, id="the manifest is not text"
        ),
        pytest.param(
            lambda root: (root / "manifest.json").unlink(),
            "{root} holds no release; `pilotgraph build` writes one",
            id="the manifest is gone",
        ),
    ],
)
def test_a_damaged_release_is_not_opened(
    tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    root = write(tmp_path, "1.0.0", FILES).path
    damage(root)
    with pytest.raises(ReleaseError) as raised:
        Release.open(root)
    assert str(raised.value) == message.format(root=root)


def test_without_verify_sizes_are_still_checked(tmp_path: Path) -> None:
    root = write(tmp_path, "1.0.0", FILES).path
    _flip(root)
    assert Release.open(root, verify=False).version == "1.0.0"
    _cut(root)
    with pytest.raises(ReleaseError, match="has 5 bytes and should have 26"):
        Release.open(root, verify=False)


def test_a_build_of_the_same_content_does_not_build_on_a_damaged_release(tmp_path: Path) -> None:
    root = write(tmp_path, "1.0.0", FILES).path
    _cut(root)
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path, "1.0.0", FILES)
    assert str(raised.value) == f"{root}/data.nq has 5 bytes and should have 26; {REPAIR}"


@pytest.mark.parametrize("link", [None, "1.0.0-00000000"], ids=["nothing there", "a link that leads nowhere"])
def test_a_directory_without_a_release_says_how_to_get_one(tmp_path: Path, link: str | None) -> None:
    if link:
        (tmp_path / "current").symlink_to(link)
    with pytest.raises(ReleaseError) as raised:
        Release.open(tmp_path)
    assert str(raised.value) == f"{tmp_path} holds no release; `pilotgraph build` writes one"


def test_everything_is_on_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, rename = os.fsync, Path.rename

    def record_sync(descriptor: int) -> None:
        done.append(str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path)))
        sync(descriptor)

    def record_rename(path: Path, target: Path) -> Path:
        done.append(f"{path.name} -> {target.name}")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", record_sync)
    monkeypatch.setattr(Path, "rename", record_rename)
    release = write(tmp_path, "1.0.0", FILES)
    named = done.index(f".building -> {release.name}")
    assert sorted(done[:named]) == sorted(
        [".building", ".building/queries", *(f".building/{path}" for path in release.files)]
    )
    assert done[named + 1 :] == [".", ".current -> current", "."]


# A child that counts what it does to the disk and kills itself, really, at the n-th time.
KILLED = """
import itertools, json, os, signal, sys
from pathlib import Path
from pilotgraph.release import Release, write

out = Path(sys.argv[1])
OLD, NEW = {"data.nq": b"old"}, {"data.nq": b"new", "queries/all.rq": b""}
old = write(out, "1.0.0", OLD)
seen = []
for moment in itertools.count():
    child = os.fork()
    if child == 0:
        left = moment
        def hook(event, arguments):
            global left
            if event in ("open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir"):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
        sys.addaudithook(hook)
        write(out, "1.0.0", NEW)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    seen.append(Release.open(out).read("data.nq").decode())
    assert Release.open(old.path) == old
    if not os.WIFSIGNALED(status):
        break
print(json.dumps(seen))
"""


def test_a_build_killed_at_any_moment_leaves_a_whole_release(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    seen = json.loads(done.stdout)
    assert len(seen) > 10, "the child was killed at too few moments to show anything"
    assert seen == sorted(seen, reverse=True), "the old release stays until the new one takes its place"
    assert (seen[0], seen[-1]) == ("old", "new")
    leftovers = [name for name in names(tmp_path) if name.startswith(".") and name != ".lock"]
    assert leftovers == []


def test_a_full_disk_leaves_the_last_release(tmp_path: Path) -> None:
    first = write(tmp_path, "1.0.0", FILES)
    before = names(tmp_path)
    script = (
        "import sys; from pathlib import Path; from pilotgraph.release import write\n"
        "write(Path(sys.argv[1]), '1.0.1', {'a.nq': b'small', 'data.nq': bytes(100_000)})"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)),
    )
    assert done.stderr.splitlines()[-1] == (
        f"pilotgraph.errors.ReleaseError: {tmp_path}/.building/data.nq cannot be written: File too large. No"
        " release was made; the last one is as it was. Make room and build again"
    )
    assert names(tmp_path) == before
    assert Release.open(tmp_path) == first


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            ".building",
            "{out}/.building cannot be written: File exists. No release was made; the last one is as it was."
            " Move away what is there and build again",
        ),
        ("current", "{out}/current is not the link that a build makes; move it away and build again"),
    ],
)
@pytest.mark.parametrize("kind", ["file", "directory"])
def test_a_stranger_in_the_way_is_an_error_and_stays(
    tmp_path: Path, name: str, message: str, kind: str
) -> None:
    first = write(tmp_path, "1.0.0", FILES)
    stranger = tmp_path / name
    stranger.unlink(missing_ok=True)
    if kind == "file" or name == ".building":
        stranger.write_text("mine")
    else:
        stranger.mkdir()
    before = names(tmp_path)
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path, "1.0.1", FILES)
    assert str(raised.value) == message.format(out=tmp_path)
    assert names(tmp_path) == before
    assert Release.open(first.path) == first


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
def test_what_is_no_release_in_the_place_of_one_is_named(tmp_path: Path, kind: str) -> None:
    target = write(tmp_path / "there", "1.0.0", FILES).name
    stranger = tmp_path / "dist" / target
    stranger.parent.mkdir()
    if kind == "file":
        stranger.write_text("mine")
    elif kind == "directory":
        stranger.mkdir()
    else:
        stranger.symlink_to("nowhere")
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path / "dist", "1.0.0", FILES)
    assert str(raised.value) == f"{stranger} is in the way, and is no release; delete it and build again"
    assert names(tmp_path / "dist") == [".lock", target]


def test_a_release_that_cannot_be_made_the_current_one_is_there(tmp_path: Path) -> None:
    first = write(tmp_path, "1.0.0", FILES)
    (tmp_path / ".current").mkdir()
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path, "1.0.1", FILES)
    (made,) = tmp_path.glob("1.0.1-*")
    assert str(raised.value).startswith(f"{tmp_path}/.current cannot be written: ")
    assert f". {made} is made, but it is not the current release. " in str(raised.value)
    assert Release.open(made).version == "1.0.1"
    assert Release.open(tmp_path) == first


def test_a_link_that_leads_nowhere_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to("1.0.0-00000000")
    assert write(tmp_path, "1.0.0", FILES) == Release.open(tmp_path)


def test_a_file_in_place_of_the_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("mine")
    with pytest.raises(ReleaseError) as raised:
        write(tmp_path / "dist", "1.0.0", FILES)
    assert str(raised.value) == (
        f"{tmp_path}/dist cannot be written: File exists. No release was made; there was none before. Move"
        " away what is there and build again"
    )


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_times_and_rights_are_the_same_everywhere(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        release = write(tmp_path / "dist", "1.0.0", FILES, datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    finally:
        os.umask(before)
    found = {path.relative_to(release.path).as_posix(): path.stat() for path in release.path.rglob("*")}
    found["."] = release.path.stat()
    assert len(found) == len(FILES) + len(["manifest", "checksums", "queries", "."])
    assert {each.st_mtime_ns for each in found.values()} == {1_795_253_400 * 10**9}
    modes = {name: oct(each.st_mode & 0o777) for name, each in found.items()}
    assert modes == {name: "0o755" if name in (".", "queries") else "0o644" for name in found}


def test_a_build_waits_for_another_and_says_so(tmp_path: Path) -> None:
    told = threading.Event()
    with turn(tmp_path):
        second = threading.Thread(target=write, args=(tmp_path, "1.0.0", FILES, None, told.set))
        second.start()
        assert told.wait(10)
        assert names(tmp_path) == [".lock"]
    second.join(10)
    assert Release.open(tmp_path).version == "1.0.0"


WRITER = """
import sys
from pathlib import Path
from pilotgraph.release import write

for turn in range(15):
    write(Path(sys.argv[1]), "1.0.0", {"data.nq": (sys.argv[2] * turn).encode(), "b.nq": b""})
"""


def test_builds_at_once_do_not_break_each_other(tmp_path: Path) -> None:
    write(tmp_path, "1.0.0", FILES)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, tmp_path, text], stderr=subprocess.PIPE, env=os.environ, text=True
        )
        for text in ("one", "two", "two")
    ]
    opened = 0
    while any(writer.poll() is None for writer in writers):
        assert Release.open(tmp_path).version == "1.0.0"
        opened += 1
    assert [writer.communicate()[1] for writer in writers] == ["", "", ""]
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert opened > 0
    releases = [path for path in tmp_path.iterdir() if not path.is_symlink() and path.is_dir()]
    assert len(releases) == 1 + 15 + 15 - 1, "every content once; the empty one is common to the writers"
    for path in releases:
        assert Release.open(path).name == path.name


def test_a_dump_may_come_in_parts(tmp_path: Path) -> None:
    files = {f"data-{number}.nq": f"{number}\n".encode() for number in range(1, 12)}
    release = write(tmp_path, "1.0.0", files | {"all.nq": b"whole\n", "data-0.nq": b"", "data-13.nq": b""})
    # By number, and up to the first that is not there.
    assert release.parts("data.nq") == [f"data-{number}.nq" for number in range(1, 12)]
    assert release.read_parts("data.nq").split() == [str(number).encode() for number in range(1, 12)]
    assert (release.parts("all.nq"), release.read_parts("all.nq")) == (["all.nq"], b"whole\n")
    with pytest.raises(ReleaseError, match=r"has no file 'data\.ttl'"):
        release.parts("data.ttl")
    assert parts(release.files, "data.ttl") == ["data.ttl"]
    assert parts(["v1/all-1.nq.gz"], "v1/all.nq") == ["v1/all.nq"]


def test_data_in_parts_have_the_checksum_of_the_whole() -> None:
    lines = [f"{number}\n".encode() for number in range(12)]
    divided = {f"data-{number}.nq": line for number, line in enumerate(lines, 1)}
    whole = {"data.nq": b"".join(lines), "data-1.nq": b"a dump of something else"}
    digest = hashlib.sha256(whole["data.nq"]).hexdigest()
    assert data_sha256(divided, divided.__getitem__) == data_sha256(whole, whole.__getitem__) == digest
    with pytest.raises(KeyError, match=r"data\.nq"):
        data_sha256(files := dict[str, bytes](), files.__getitem__)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("data.trig", "application/trig"),
        ("data.nq.gz", "application/gzip"),
        ("tables/Boat.csv", "text/csv"),
        ("tables/Boat.csv-metadata.json", "application/csvm+json"),
        ("tables/csv-metadata.json", "application/csvm+json"),
        ("views/boats.json", "application/json"),
    ],
)
def test_a_file_has_the_media_type_of_its_name(path: str, media_type: str) -> None:
    assert ReleasedFile.of(path, b"").media_type == media_type


@pytest.mark.parametrize(
    ("path", "name", "sent"),
    [
        ("data.nq", "N-Quads", "application/n-quads"),
        ("changes.md", "Markdown", "text/markdown; charset=utf-8"),
        ("tables/A.csv", "CSV", "text/csv; charset=utf-8; header=present"),
        ("tables/A.csv-metadata.json", "JSON", "application/csvm+json"),
        ("SHA256SUMS", "text", "text/plain; charset=utf-8"),
        ("views/a.png", "png", "application/octet-stream"),
    ],
)
def test_a_file_is_named_and_sent_as_what_its_name_says(path: str, name: str, sent: str) -> None:
    found = type_of(path)
    assert (found.name, content_type(found.media_type)) == (name, sent)


@pytest.mark.parametrize("said", ["text/plain\r\nX-Evil: 1", "text", "text/html; charset=utf-8", "", "a/b\n"])
def test_a_manifest_that_says_no_media_type_is_refused(tmp_path: Path, said: str) -> None:
    manifest = write(tmp_path, "1.0.0", FILES).read("manifest.json")
    written = manifest.replace(b"text/turtle", json.dumps(said)[1:-1].encode())
    with pytest.raises(ReleaseError, match="which is no media type"):
        read_manifest(Path("manifest.json"), written)


@pytest.mark.parametrize("said", ["\ud800" * 64, "0" * 63, "A" * 64, ""])
def test_a_manifest_that_says_no_hash_is_refused(tmp_path: Path, said: str) -> None:
    release = write(tmp_path, "1.0.0", FILES)
    digest = release.files["data.nq"].sha256.encode()
    written = release.read("manifest.json").replace(digest, json.dumps(said)[1:-1].encode())
    with pytest.raises(ReleaseError, match="which is no SHA-256"):
        read_manifest(Path("manifest.json"), written)


def test_what_is_too_large_for_a_manifest_is_not_read(tmp_path: Path) -> None:
    release = write(tmp_path, "1.0.0", FILES)
    with (release.path / "manifest.json").open("ab") as file:
        file.truncate(60_000_000_000)
    with pytest.raises(ReleaseError, match=r"manifest\.json is too large to be the manifest of a release"):
        Release.open(tmp_path)


def test_links_that_lead_to_themselves_are_no_release(tmp_path: Path) -> None:
    release = write(tmp_path / "dist", "1.0.0", FILES)
    (release.path / "data.nq").unlink()
    (release.path / "data.nq").symlink_to("data.nq")
    with pytest.raises(ReleaseError, match=r"data\.nq is missing"):
        Release.open(release.path)
    (tmp_path / "current").symlink_to("current")
    with pytest.raises(ReleaseError, match="holds no release"):
        Release.open(tmp_path)
