"""A process that ends with its parent, however that ended."""

import subprocess
import sys

import pytest

from pools import ending

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux tells a process of its parent's end"
)

# The child says when it is bound to its parent; both would go on for ever.
BOUND = """
import os, sys, time
from pilotgraph.orphans import end_with_parent
parent = os.getpid()
if os.fork() == 0:
    end_with_parent(parent)
    print(os.getpid(), flush=True)
time.sleep(3_600)
"""
# The parent is gone before the child asks: the child must see that for itself.
TOO_LATE = """
import os, sys
from pilotgraph.orphans import end_with_parent
parent = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    pass
end_with_parent(parent)
print("goes on", flush=True)
"""


def test_it_ends_when_its_parent_is_killed() -> None:
    command = [sys.executable, "-c", BOUND]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        with ending(int(parent.stdout.readline())):
            parent.kill()


def test_it_ends_when_its_parent_was_gone_before() -> None:
    ended = subprocess.run([sys.executable, "-c", TOO_LATE], stdout=subprocess.PIPE, timeout=30, check=True)
    assert ended.stdout == b""


def test_it_goes_on_while_its_parent_does() -> None:
    text = "import os, pilotgraph.orphans as each; each.end_with_parent(os.getppid()); print('on')"
    ended = subprocess.run([sys.executable, "-c", text], stdout=subprocess.PIPE, timeout=30, check=True)
    assert ended.stdout == b"on\n"
