"""Devices that are lent to workers, under crashes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.plugin import workers as lending
from mcqtest.plugin.workers import Devices

VISIBLE = "CUDA_VISIBLE_DEVICES"


def devices(gpus, workers=1, device="cuda"):
    """The devices of a machine where these are visible."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VISIBLE, ",".join(gpus))
        return Devices(workers, device=device)


@given(st.integers(1, 4), st.lists(st.integers(0, 9), max_size=30))
def test_no_device_is_shared_while_one_is_free(count, moves):
    """Over any starts and deaths: all devices are used before any is lent twice."""
    gpus = [f"GPU-{number}" for number in range(count)]
    pool, live = devices(gpus), {}
    for number, move in enumerate(moves):
        if move < 4 and live:
            pool.take_back(dead := sorted(live)[move % len(live)])
            del live[dead]
        else:
            before = Counter(live.values())
            live[f"gw{number}"] = lent = pool.lend(f"gw{number}")[VISIBLE]
            assert lent in gpus
            assert before[lent] == min(before[gpu] for gpu in gpus)


@given(st.integers(1, 4), st.integers(1, 9), st.lists(st.integers(0, 99), max_size=20))
def test_a_replacement_gets_the_device_of_the_dead(count, workers, deaths):
    """However often workers crash, and where several share a device."""
    gpus = [f"GPU-{number}" for number in range(count)]
    pool = devices(gpus, workers)
    live = {f"gw{number}": pool.lend(f"gw{number}")[VISIBLE] for number in range(workers)}
    for number, death in enumerate(deaths, start=workers):
        dead = sorted(live)[death % workers]
        before = live.pop(dead)
        pool.take_back(dead)
        live[f"gw{number}"] = pool.lend(f"gw{number}")[VISIBLE]
        assert live[f"gw{number}"] == before


def test_devices_are_lent_in_their_order():
    """The first worker gets the first visible device, whatever it is called."""
    pool = devices(["MIG-b", "3", "GPU-a"], 3)
    assert [pool.lend(worker) for worker in ("gw0", "gw1", "gw2")] == [
        {VISIBLE: "MIG-b"},
        {VISIBLE: "3"},
        {VISIBLE: "GPU-a"},
    ]


def test_taking_back_what_was_not_lent():
    """A worker that died before it got a device, or is reported dead twice, changes nothing."""
    pool = devices(["0", "1"], 2)
    pool.take_back("gw9")
    pool.lend("gw0")
    pool.take_back("gw0")
    pool.take_back("gw0")
    assert [pool.lend(worker)[VISIBLE] for worker in ("gw1", "gw2", "gw3")] == ["0", "1", "0"]


@pytest.mark.parametrize(("gpus", "device"), [([], "cuda"), (["0"], "cpu"), (["0"], "mps")])
def test_without_devices_workers_share_the_cores(monkeypatch, gpus, device):
    """Each gets its part of the threads, at least one; no device is hidden or shown."""
    monkeypatch.setattr(lending, "allowed_cores", lambda: 8)
    for workers, threads in [(0, 8), (1, 8), (3, 2), (8, 1), (100, 1)]:
        pool = devices(gpus, workers, device)
        assert pool.lend("gw0") == {"OMP_NUM_THREADS": str(threads)}
        pool.take_back("gw0")
        assert pool.lend("gw1") == {"OMP_NUM_THREADS": str(threads)}
