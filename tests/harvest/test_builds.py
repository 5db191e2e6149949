"""Whatever happens to a build, the last release is whole and served; two clean machines make the same."""

import fcntl
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from conftest import COMMAND, REPOSITORY, Client, Serve, run
from pilotgraph.release import Release
from pilotgraph.verification import apart

BUILD = [sys.executable, "-m", "pilotgraph", "build"]
# Whoever may do anything to files is no test of rights: root gives up what makes it root.
MORTAL = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
MOUNTING = ["unshare", "--map-root-user", "--mount", "--"]
KILLS = 20
SEED = 20_261_122


@pytest.fixture(scope="module")
def built(lighthouses: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the second project, with a release in `dist`."""
    copy = Path(shutil.copytree(lighthouses, tmp_path_factory.mktemp("built") / "lights"))
    assert run("build", "--project", copy).returncode == 0
    return copy


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    """The same, to be spoilt."""
    return Path(shutil.copytree(built, tmp_path / "lights", symlinks=True))


@pytest.fixture
def needs_mounts() -> None:
    done = subprocess.run([*MOUNTING, "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounts of one's own are not allowed here: {done.stderr.strip()}")


def change(project: Path, number: int) -> None:
    """Let the next build make another release."""
    place = project / "data/keepers/ida-sandpiper.yaml"
    text = place.read_text(encoding="utf-8").partition("\n#")[0].rstrip("\n")
    place.write_text(f"{text}\n# Change {number}.\n", encoding="utf-8")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def message(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one line that tells what happened."""
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    start = "Error: " if code else "Warning: "
    (line,) = (line for line in done.stderr.splitlines() if line.startswith(start))
    return line.removeprefix(start)


def build(
    project: Path, *before: str | Path, options: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Build as a process in the project's directory, run by another command if there is one."""
    return subprocess.run(
        [*before, *BUILD, *options], cwd=project, capture_output=True, text=True, timeout=120, check=False
    )


class Reader:
    """Somebody who reads the last release all the while."""

    def __init__(self, project: Path, serve: Serve) -> None:
        self.dist = project / "dist"
        self.last = Release.open(self.dist)
        self.client = Client(serve("--release", self.dist))
        self.page = self.client("/").body

    def look(self) -> Release:
        """The server answers as before, and what `current` leads to is whole."""
        assert self.client("/").body == self.page
        assert self.client("/doc/lighthouse/kestrel-point.ttl").status == 200
        assert Release.open(self.last.path) == self.last
        return Release.open(self.dist)


@pytest.fixture
def reader(project: Path, serve: Serve) -> Iterator[Reader]:
    reader = Reader(project, serve)
    yield reader
    reader.client.close()


def test_a_build_killed_at_any_time_leaves_a_whole_release(project: Path, reader: Reader) -> None:
    moments = random.Random(SEED)
    duration, killed = 60.0, 0
    for number in range(4 * KILLS):
        before = reader.look()
        change(project, number)
        started = time.monotonic()
        process = subprocess.Popen(BUILD, cwd=project, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            process.wait(duration * moments.random())
        except subprocess.TimeoutExpired:
            process.kill()
            killed += 1
        else:
            duration = min(duration, time.monotonic() - started)
        process.wait()
        after = reader.look()
        assert after == before or after.name != before.name
        if killed == KILLS:
            break
    assert killed == KILLS
    _leaves_nothing(project)


# A child that counts what it does to files of the project, and kills itself at the n-th time.
KILLED = """
import os, signal, sys
from pilotgraph import build, search_index
from pilotgraph.cli import main

moment, count = int(sys.argv[1]), 0
def hook(event, arguments):
    global count
    if event in ("open", "os.mkdir", "os.rename", "os.symlink", "os.remove", "os.rmdir", "sqlite3.connect"):
        path = os.fsdecode(arguments[0]) if isinstance(arguments[0], (str, bytes, os.PathLike)) else ""
        written = event != "open" or (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        if "dist" in path and written or path.endswith((".new", ".part")):
            count += 1
            if count == moment:
                os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
try:
    main(sys.argv[2:])
finally:
    print(count)
"""


def test_a_build_killed_as_it_writes_leaves_a_whole_release(project: Path, reader: Reader) -> None:
    def killed(moment: int, number: int) -> subprocess.CompletedProcess[str]:
        change(project, number)
        return subprocess.run(
            [sys.executable, "-c", KILLED, str(moment), "build"],
            cwd=project,
            capture_output=True,
            text=True,
            check=False,
        )

    whole = killed(0, 0)
    total = int(whole.stdout.splitlines()[-1])
    assert total > 100, "it writes more than a hundred files"
    moments = random.Random(SEED).sample(range(1, total), 8)
    for number, moment in enumerate([*moments, total - 3, total - 2, total - 1, total], 1):
        assert killed(moment, number).returncode == -signal.SIGKILL
        reader.look()
    _leaves_nothing(project)


def _leaves_nothing(project: Path) -> None:
    """After whatever happened, a build does what it always does, and clears away what was left."""
    change(project, 10**6)
    done = build(project)
    assert done.returncode == 0, done.stderr
    dist = project / "dist"
    made = {path.name for path in dist.iterdir() if path.is_dir() and not path.is_symlink()}
    indexes = {f"{name}.search.sqlite3" for name in made}
    assert set(names(dist)) - made - indexes == {".lock", "current"}
    assert all(Release.open(dist / name).name == name for name in made)
    assert [name for name in names(project / "data") if name.startswith(".")] == []
    failed = [verdict for verdict in apart.run(dist / "current") if verdict.status == "failed"]
    assert failed == []


FULL = """
set -eu
mount -t tmpfs -o size=16m none "$1"
cp -a "$1".before/. "$1"
"$3" serve --release "$1" --port "$4" --host 127.0.0.1 >/dev/null 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 100); do
  "$5" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$4/')" 2>/dev/null && break
  sleep 0.1
done
free=$(df --output=avail -B1024 "$1" | tail -n 1)
head -c $(( (free - $2) * 1024 )) /dev/zero > "$1/ballast"
code=0
"$5" -m pilotgraph build || code=$?
"$5" -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$4/doc/lighthouse/kestrel-point.ttl')"
"$3" verify "$1" >&2
rm "$1/ballast"
ls -A "$1"
exit $code
"""


@pytest.mark.usefixtures("needs_mounts")
@pytest.mark.parametrize(
    ("free_kb", "said"),
    [
        pytest.param(0, "No space left on device. No release was made; the last one is as it was", id="none"),
        pytest.param(
            400, "No space left on device. No release was made; the last one is as it was", id="little"
        ),
        pytest.param(None, "The release is whole", id="enough for a release, and not for its index"),
    ],
)
def test_a_full_disk_leaves_the_last_release(project: Path, free_kb: int | None, said: str) -> None:
    dist = project / "dist"
    dist.rename(project / "dist.before")
    dist.mkdir()
    release = Release.open(project / "dist.before")
    if free_kb is None:
        blocks = [-(-file.size // 4096) for file in release.files.values()]
        free_kb = 4 * (sum(blocks) + 24)
    change(project, 1)
    port = str(_free_port())
    done = subprocess.run(
        [*MOUNTING, "sh", "-c", FULL, "sh", dist, str(free_kb), COMMAND, port, sys.executable],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # The index can be made again, by whoever serves the release.
    line = message(done, int("No release" in said))
    assert said in line
    assert str(Path("dist")) in line
    assert f"{release.name}" in done.stdout or "The release is whole" in line
    left = [name for name in done.stdout.splitlines() if name.startswith(".") and name != ".lock"]
    assert left == []
    assert ": 12 checks, verified" in done.stderr


def _free_port() -> int:
    import socket  # noqa: PLC0415

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_without_rights_the_last_release_stays(project: Path, reader: Reader) -> None:
    change(project, 1)
    for place, mode in ((reader.dist / ".lock", 0o444), (reader.dist, 0o555)):
        place.chmod(mode)
    said = message(build(project, *MORTAL))
    assert said == (
        "dist/.lock cannot be written: Permission denied. No release was made; the last one is as it was. Get"
        " the right to write there, or choose another place with --out, and build again"
    )
    assert reader.look() == reader.last


def test_without_rights_no_place_is_made(project: Path) -> None:
    (project / "locked").mkdir(mode=0o555)
    said = message(build(project, *MORTAL, options=["--out", "locked/new"]))
    assert said.startswith(
        "locked/new cannot be written: Permission denied. No release was made; there was none"
    )
    assert names(project / "locked") == []


@pytest.mark.usefixtures("needs_mounts")
def test_a_read_only_disk_leaves_the_last_release(project: Path, reader: Reader) -> None:
    change(project, 1)
    read_only = 'mount --bind dist dist && mount -o remount,ro,bind dist && exec "$@"'
    said = message(build(project, *MOUNTING, "sh", "-c", read_only, "sh"))
    assert "cannot be written: Read-only file system. No release was made; the last one is as it was." in said
    assert "Choose a place that can be written with --out and build again" in said
    assert reader.look() == reader.last


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_stands_in_the_place_of_the_link_stays(project: Path, kind: str) -> None:
    link = project / "dist/current"
    link.unlink()
    if kind == "folder":
        link.mkdir()
        (link / "mine").write_text("mine")
    else:
        link.write_text("mine")
    change(project, 1)
    before = names(project / "dist")
    said = message(build(project))
    assert said == "dist/current is not the link that a build makes; move it away and build again"
    assert names(project / "dist") == before


def test_a_link_that_leads_nowhere_is_put_right(project: Path) -> None:
    shutil.rmtree(Release.open(project / "dist").path)
    assert build(project).returncode == 0
    assert Release.open(project / "dist").version == "0.3.0"


def test_a_build_waits_for_another_and_says_so(project: Path, reader: Reader) -> None:
    change(project, 1)
    with (project / "dist/.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # What a shell starts in the background does not hear it, and hands that on.
        heard = signal.signal(signal.SIGINT, signal.SIG_DFL)
        try:
            process = subprocess.Popen(
                BUILD, cwd=project, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        finally:
            signal.signal(signal.SIGINT, heard)
        assert process.stderr is not None
        told = next(line for line in process.stderr if "another build" in line)
        assert told == "Waiting until another build there has ended\n"
        assert reader.look() == reader.last
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert reader.look() != reader.last


def test_a_build_that_is_stopped_by_hand_leaves_nothing(project: Path, reader: Reader) -> None:
    before = names(project / "dist")
    change(project, 1)
    with (project / "dist/.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            BUILD, cwd=project, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        next(line for line in process.stderr if "another build" in line)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, "Aborted!" in said, "Traceback" in said) == (1, True, False)
    assert names(project / "dist") == before
    assert reader.look() == reader.last


# The same bytes.


@pytest.mark.usefixtures("needs_mounts")
def test_the_fonts_of_the_machine_change_no_picture(project: Path) -> None:
    bare = (
        'mount -t tmpfs none /usr/share/fonts && exec "$@"'
        if Path("/usr/share/fonts").is_dir()
        else 'exec "$@"'
    )
    done = build(project, *MOUNTING, "sh", "-c", bare, "sh")
    assert done.returncode == 0, done.stderr
    made = [name for name in names(project / "dist") if name.startswith("0.3.0-") and "search" not in name]
    assert made == [Release.open(project / "dist").name]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the files of this one as they are now, and one commit."""
    root = tmp_path_factory.mktemp("origin")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in filter(None, found.split("\0")):
        if (REPOSITORY / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, root / name)
    for command in (
        ["init", "--quiet"],
        ["add", "--all"],
        ["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "All"],
    ):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def test_two_clean_environments_make_the_same_release(origin: Path, tmp_path: Path) -> None:
    """Clones at other places, environments made anew, another locale, zone, hash seed and umask."""
    differences: Sequence[tuple[str, dict[str, str], int]] = (
        ("one", {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"}, 0o022),
        ("two/deeper", {"PYTHONHASHSEED": "2", "LC_ALL": "C.UTF-8", "TZ": "America/Lima"}, 0o077),
    )
    started = [
        (place, _start_clean_build(origin, tmp_path / place, environment, mask))
        for place, environment, mask in differences
    ]
    for _, process in started:
        output, _ = process.communicate(timeout=600)
        assert process.returncode == 0, output
    one, two = (tmp_path / place / "clone/dist/current" for place, _ in started)
    compared = subprocess.run(["diff", "-r", one, two], capture_output=True, text=True, check=False)
    assert (compared.returncode, compared.stdout) == (0, "")
    assert one.readlink() == two.readlink()
    assert _marks(one.resolve()) == _marks(two.resolve())
    assert "swh:1:rev:" in (one / "provenance.ttl").read_text(encoding="utf-8")


CLEAN = """
set -eu
mkdir -p tmp
git clone --quiet "$1" clone
cd clone
"$2" -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade pip
.venv/bin/pip install --quiet --constraint constraints.txt --build-constraint constraints.txt --editable .
.venv/bin/pilotgraph build
"""


def _start_clean_build(
    origin: Path, place: Path, environment: dict[str, str], mask: int
) -> "subprocess.Popen[str]":
    place.mkdir(parents=True)
    python = Path(sys.base_prefix) / "bin/python3"
    return subprocess.Popen(
        ["sh", "-c", CLEAN, "sh", origin, python],
        cwd=place,
        env=os.environ | environment | {"TMPDIR": str(place / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=mask,
    )


def _marks(root: Path) -> dict[str, tuple[int, int]]:
    """Rights and time of everything in a release."""
    found = [root, *root.rglob("*")]
    return {
        path.relative_to(root).as_posix(): (path.stat().st_mode, path.stat().st_mtime_ns) for path in found
    }
