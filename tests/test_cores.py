"""Threads follow the cores that a process has: its mask, its quota, and what others leave."""

import os
import time

import pytest

from mcqtest.backends import cores


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of eight cores whose kernel says what a test writes."""
    monkeypatch.setattr(cores, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(cores, "_mask", lambda: set(range(8)))
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)

    def write(path, text):
        where = tmp_path / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(text, "utf-8")
        return where.parent

    return write


def grouped(machine, version, inside="/box/job", top="/"):
    """A process in a control group, which the machine shows at ``sys``."""
    lines = {1: "4:memory:/box\n3:cpu,cpuacct:{}\n0::/\n", 2: "0::{}\n"}[version]
    machine("proc/self/cgroup", lines.format(inside))
    place = machine("sys/there", "")
    kind = {1: "cgroup cgroup rw,cpu,cpuacct", 2: "cgroup2 cgroup2 rw,nsdelegate"}[version]
    other = f"30 1 0:2 / {place}/memory rw - cgroup cgroup rw,memory\n"
    machine("proc/self/mountinfo", f"{other}31 1 0:3 {top} {place} rw,nosuid shared:1 - {kind}\n")


def quota(machine, version, path, share):
    """A quota of so many cores in a group; None: none."""
    period = 50_000
    if version == 2:
        number = "max" if share is None else int(share * period)
        machine(f"{path}/cpu.max", f"{number} {period}\n")
    else:
        machine(f"{path}/cpu.cfs_quota_us", f"{-1 if share is None else int(share * period)}\n")
        machine(f"{path}/cpu.cfs_period_us", f"{period}\n")


def test_a_machine_without_control_groups(machine):
    """All cores of the mask."""
    assert cores.allowed_cores() == 8


def test_the_mask_of_this_process(monkeypatch):
    """Is asked of the kernel, where that has one."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(cores, "_quotas", lambda: iter(()))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 9})
    assert cores.allowed_cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores.allowed_cores() == 1


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("share", "count"), [(None, 8), (0.5, 1), (1, 1), (1.5, 2), (2, 2), (64, 8)]
)
def test_the_quota_of_a_control_group(machine, version, share, count):
    """Of either version; a part of a core is a core."""
    grouped(machine, version)
    quota(machine, version, "sys/box/job", share)
    assert cores.allowed_cores() == count


@pytest.mark.parametrize("version", [1, 2])
def test_the_quota_of_a_group_around_it(machine, version):
    """The tightest of all groups counts, and nothing above what is shown."""
    grouped(machine, version)
    quota(machine, version, "sys/box/job", 6)
    quota(machine, version, "sys/box", 3)
    assert cores.allowed_cores() == 3
    quota(machine, version, "sys", 2)
    assert cores.allowed_cores() == 2
    quota(machine, version, ".", 1)
    assert cores.allowed_cores() == 2


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("top", ["/docker/abc", "/other"])
def test_a_container_that_sees_its_own_group_alone(machine, version, top):
    """It is shown as the topmost, whatever name it has outside."""
    grouped(machine, version, inside="/docker/abc", top=top)
    quota(machine, version, "sys", 2)
    assert cores.allowed_cores() == 2


@pytest.mark.parametrize(
    ("asked", "count"), [("3", 3), ("4,2", 4), ("64", 8), ("0", 8), ("many", 8), ("", 8)]
)
def test_what_the_user_says(machine, monkeypatch, asked, count):
    """Is never exceeded."""
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert cores.allowed_cores() == count


@pytest.mark.parametrize("text", ["", "max", "words 1\n", "0 0\n", "-5 100000\n", "\xff"])
def test_files_that_say_nothing(machine, text):
    """Whatever a kernel writes there, there is a number of threads."""
    grouped(machine, 2)
    machine("sys/box/job/cpu.max", text)
    machine("proc/stat", f"cpu0 {text}\n")
    assert cores.allowed_cores() == 8
    assert cores._busy() is None
    machine("proc/self/mountinfo", f"{text}\n - \n1 2 - cgroup2\n1 2 3 / / - cgroup2 {text}\n")
    machine("proc/self/cgroup", f"{text}\n0::\n:{text}\n")
    assert cores.allowed_cores() == 8


def stat(machine, *busy, nice=0.0):
    """Let the first cores have been busy for so many seconds each."""
    ticks = os.sysconf("SC_CLK_TCK")
    lines = [f"cpu  {sum(busy) * ticks:.0f} 0 0 0 0 0 0 0 0 0"]
    for number in range(12):  # those beyond the eighth are not ours
        seconds = busy[number] if number < len(busy) else 90 * (number >= 8)
        lines.append(f"cpu{number} {seconds * ticks:.0f} {nice * ticks:.0f} 0 9999 9999 0 0 0 0 0")
    machine("proc/stat", "\n".join([*lines, "intr 1 2 3", "ctxt 4"]))


@pytest.mark.parametrize(
    ("busy", "own", "free"),
    [
        ((), 0, 8),
        ((1,) * 8, 8, 8),
        ((1,) * 8, 7, 7),
        ((1,) * 8, 6.5, 6),
        ((0.2, 0, 0), 0, 8),
        ((1, 1, 0.8), 0, 5),
        ((1,) * 8, 0, 1),
        ((1,) * 8, 0.5, 1),
        ((), 2, 8),
    ],
)
def test_cores_that_others_leave(machine, monkeypatch, busy, own, free):
    """What is busy and not by this process is others'; a small share of a core is nobody's."""
    now, used = 100.0, 7.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(time, "process_time", lambda: used)
    stat(machine)
    meter = cores.Meter()
    now, used = 101.0, used + own
    stat(machine, *busy)
    assert meter.free() == free


def test_others_that_make_room(machine, monkeypatch):
    """A nice process takes no core away, unless this one is nice as well."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    monkeypatch.setattr(time, "process_time", lambda: 0.0)
    monkeypatch.setattr(os, "nice", lambda _: 0)
    stat(machine)
    meter = cores.Meter()
    now = 101.0
    stat(machine, nice=0.5)
    assert meter.free() == 8
    monkeypatch.setattr(os, "nice", lambda _: 5)
    stat(machine)
    meter = cores.Meter()
    now = 102.0
    stat(machine, nice=0.5)
    assert meter.free() == 4


def test_free_cores_are_no_more_than_allowed(machine, monkeypatch):
    """However idle the machine is."""
    monkeypatch.setattr(cores, "_OFTEN", 0.0)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    stat(machine)
    meter = cores.Meter()
    time.sleep(0.01)
    assert meter.free() == 3


def test_too_soon_to_tell(machine, monkeypatch):
    """Time is measured in hundredths of a second: a short while says nothing."""
    stat(machine)
    assert cores.Meter().free() is None
    monkeypatch.setattr(cores, "_OFTEN", 0.0)
    (machine("proc/stat", "") / "stat").unlink()
    assert cores.Meter().free() is None


def test_this_machine():
    """Whatever it is, there is a core for this process."""
    meter = cores.Meter()
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        assert cores.allowed_cores() >= 1
    free = meter.free()
    assert free is None or 1 <= free <= cores.allowed_cores()
