"""What multiplies: by the processor's maker, measured once where nobody knows."""

import json
import subprocess

import pytest

from mcqtest.backends import processor
from mcqtest.backends.processor import ONEDNN, TORCH, products
from mcqtest.backends.setup import Setup

CONFIG = {"hidden_size": 64, "intermediate_size": 96}


@pytest.fixture
def cpu(tmp_path, monkeypatch):
    """A processor that says who made it; timings are told, and counted."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    timed = []

    def run(command, **_):
        timed.append(command[-2:])
        return subprocess.CompletedProcess(command, 0, f"warm-up\n{TORCH}\n", "")

    def made_by(maker, name="Some CPU"):
        info = tmp_path / "cpuinfo"
        info.write_text(f"processor\t: 0\nvendor_id\t: {maker}\nmodel name\t: {name}\n")
        monkeypatch.setattr(processor, "_INFO", info)
        return timed

    monkeypatch.setattr(subprocess, "run", run)
    return made_by


def chosen(asked="auto", dtype="float32", device="cpu", torch="2.13.0+cpu", **config):
    return products(asked, dtype, device, {**CONFIG, **config}, torch)


@pytest.mark.parametrize(("maker", "by"), [("AuthenticAMD", ONEDNN), ("GenuineIntel", TORCH)])
def test_makers_that_were_measured(cpu, maker, by):
    """By a rule, in no time; whoever asks for the other gets it."""
    timed = cpu(maker)
    assert chosen() == by
    assert (chosen("onednn"), chosen("torch")) == (ONEDNN, TORCH)
    assert not timed


def test_others_are_measured_once(cpu, tmp_path):
    """For a processor, a torch and a shape: every process then takes the same."""
    timed = cpu("ARM")
    assert [chosen(), chosen()] == [TORCH, TORCH]
    assert timed == [["64", "96"]]
    assert chosen(text_config={"hidden_size": 8, "intermediate_size": "x"}) == TORCH
    assert timed[1:] == [["8", "4096"]]
    kept = tmp_path / "cache/mcqtest/products.json"
    kept.write_text(json.dumps(dict.fromkeys(json.loads(kept.read_text()), ONEDNN)))
    assert chosen() == ONEDNN
    kept.write_text("{")
    assert chosen() == TORCH
    assert chosen(torch="3.0") == TORCH
    assert len(timed) == 4


def test_a_measurement_that_fails(cpu, monkeypatch, tmp_path):
    """Nothing is lost: what was taken before there was a choice; nor where nothing can be kept."""
    cpu("ARM")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cpuinfo"))  # a file
    assert chosen() == TORCH

    def fails(command, **_):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", fails)
    assert chosen() == ONEDNN


@pytest.mark.parametrize(
    ("dtype", "device"), [("bfloat16", "cpu"), ("float32", "cuda"), ("float64", "cpu")]
)
def test_elsewhere_there_is_no_choice(cpu, dtype, device):
    cpu("GenuineIntel")
    assert not chosen("torch", dtype, device)


def test_answers_of_one_are_not_those_of_the_other():
    """The key of oneDNN is that of before there was a choice; the words name what is not."""
    told = [
        Setup("transformers", "float32", "cpu", "torch 2", {"products": "auto"}, products=by)
        for by in ("", ONEDNN, TORCH)
    ]
    keys = [each.identity("f") for each in told]
    assert keys[0] == keys[1] != keys[2]
    assert [str(each) for each in told] == [
        *["torch 2, float32 on cpu"] * 2,
        "torch 2, float32 on cpu, products by torch",
    ]
