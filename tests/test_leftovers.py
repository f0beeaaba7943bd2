"""Nothing of vLLM's stays in shared memory, and nothing of anybody else's is touched."""

import subprocess
import sys
from pathlib import Path

import pytest

from mcqtest.backends.vllm import leftovers

SHARED = Path("/dev/shm")

HOLDER = """
import mmap, sys
with open(sys.argv[1], "r+b") as file:
    held = mmap.mmap(file.fileno(), 0)
print("ready", flush=True)
sys.stdin.readline()
held[:4] = b"more"
print(held[:4].decode())
"""

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="no shared memory in files here")


@pytest.fixture
def named(request):
    """A file of shared memory, and a process that holds it."""
    made = []

    def make(name, *, between=()):
        path = SHARED / name
        path.write_bytes(b"some")
        command = [*between, sys.executable, "-c", HOLDER, str(path)]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        made.append((path, process))
        assert process.stdout.readline() == "ready\n"
        return path, process

    yield make
    for path, process in made:
        if process.poll() is None:
            process.communicate("\n")
        path.unlink(missing_ok=True)


@pytest.mark.parametrize("between", [(), ("sh", "-c", '"$@"; true', "sh")], ids=["child", "deeper"])
def test_a_name_is_taken_away(named, between):
    """The processes that hold the memory go on with it."""
    path, process = named("vllm_dist_mcqtest-tp:0-[0-1]-cpushm_0", between=between)
    assert leftovers.unname() == [str(path)]
    assert not path.exists()
    assert process.communicate("\n")[0] == "more\n"
    assert leftovers.unname() == []


def test_other_names_stay(named):
    """What vLLM takes away by itself, and what others hold."""
    path, _ = named("psm_mcqtest")
    other = SHARED / "vllm_dist_mcqtest_other-cpushm_0"
    other.write_bytes(b"some")  # of a run that nobody here started
    try:
        assert leftovers.unname() == []
        assert path.exists()
        assert other.exists()
    finally:
        other.unlink()
