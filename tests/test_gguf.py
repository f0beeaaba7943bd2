"""GGUF: which file it is, what counts, and who reads it."""

import json

import pytest
from builders import complaint

from mcqtest import backends
from mcqtest.backends import checkpoint
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.weights import find_weights

Q4, Q8 = "model-Q4_0.gguf", "model-Q8_0.gguf"


@pytest.fixture
def folder(tmp_path):
    """A folder as far as it is read before anything is loaded."""
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "llama"}), "utf-8")
    (tmp_path / Q4).write_bytes(b"GGUF")
    return tmp_path


def fingerprint(folder):
    return Checkpoint(folder, "any").fingerprint


def test_it_is_the_weights_where_there_are_no_others(folder):
    """And then each of its bytes counts."""
    found = find_weights(folder, {})
    assert (found.files, found.is_standard, found.unread) == ((Q4,), True, ())
    before = fingerprint(folder)
    (folder / Q4).write_bytes(b"GGUG")
    assert fingerprint(folder) != before


def test_beside_others_it_is_not_read(folder):
    """It changes no answer, and so no key."""
    (folder / "model.safetensors").write_bytes(b"tensors")
    before = fingerprint(folder)
    (folder / Q4).write_bytes(b"GGUG")
    assert fingerprint(folder) == before
    assert Checkpoint(folder, "any").gguf is None


def test_several_are_none(folder):
    """Each is a model; or they are shards of one."""
    (folder / Q8).write_bytes(b"GGUF")
    assert f"2 files of GGUF ({Q4}, {Q8})" in complaint(find_weights, folder, {})
    for name in (Q4, Q8):
        (folder / name).unlink()
    for number in (1, 2):
        (folder / f"m-0000{number}-of-00002.gguf").write_bytes(b"GGUF")
    assert "in 2 shards (m-00001-of-00002.gguf, ...); join" in complaint(find_weights, folder, {})


def test_who_reads_it(folder, monkeypatch):
    """The library is named where it is missing, and part of the key where it is there; vLLM has a
    line.
    """
    there = {"torch": "2", "transformers": "5", "vllm": "0.23"}
    monkeypatch.setattr(checkpoint, "installed", there.get)
    model = Checkpoint(folder, "any")
    said = complaint(backends.setup, "transformers", model, {"device": "cpu"})
    assert said.endswith("gguf is not installed; pip install gguf")
    there["gguf"] = "0.19"
    found = str(backends.setup("transformers", model, {"device": "cpu"}))
    assert found == f"transformers 5, torch 2, gguf 0.19, float32 on cpu, weights from GGUF ({Q4})"
    assert "--backend=openai" in complaint(backends.setup, "vllm", model, {})
