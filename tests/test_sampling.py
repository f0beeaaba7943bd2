"""``--decoding from=generation_config``: texts are drawn as the checkpoint's files say."""

import json

import pytest
from builders import complaint
from cases import settings_of

from mcqtest import backends
from mcqtest.backends import Setup
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.generation_config import told
from mcqtest.run.terms import decoding_of
from mcqtest.types import Decoding

QWEN = {"do_sample": True, "temperature": 0.6, "top_k": 20, "top_p": 0.95, "eos_token_id": [1]}


def write(folder, **config):
    (folder / "generation_config.json").write_text(json.dumps(config))
    return folder


def test_what_is_taken(tmp_path):
    """Temperature, top-k and top-p; a temperature that is not stated is 1."""
    assert told(write(tmp_path, **QWEN)) == {"temperature": "0.6", "top_k": "20", "top_p": "0.95"}
    assert told(write(tmp_path, do_sample=True)) == {"temperature": "1.0"}


@pytest.mark.parametrize("config", [None, {}, {"do_sample": False, "temperature": 0.6}])
def test_who_draws_nothing(tmp_path, config):
    """Has nothing that could be taken."""
    if config is not None:
        write(tmp_path, **config)
    assert "draws no tokens" in complaint(told, tmp_path)


def test_what_is_not_ours_is_refused(tmp_path):
    """And told, with what would be taken without it; values without effect are none."""
    assert told(write(tmp_path, **QWEN, min_p=0.0, repetition_penalty=1.0, num_beams=1))
    said = complaint(told, write(tmp_path, **QWEN, repetition_penalty=1.05))
    assert "also says repetition_penalty=1.05" in said
    assert "--decoding temperature=0.6 --decoding top_p=0.95 --decoding top_k=20" in said


def decoding(**said):
    return decoding_of(settings_of(decoding=said), lambda: {"temperature": "0.6", "top_p": "0.95"})


def test_what_is_said_besides_counts_more():
    """Without ``from`` nothing is taken; several samples make a mean, unless told otherwise."""
    every = {"from": "generation_config"}
    assert decoding(top_p="1") == {"top_p": "1"}
    assert decoding(**every, top_p="1") == {"temperature": "0.6", "top_p": "1"}
    assert decoding(**every, samples="4")["vote"] == "mean"
    assert decoding(**every, samples="4", vote="majority")["vote"] == "majority"
    assert "there is generation_config" in complaint(decoding, **{"from": "config"})


def test_top_k_cannot_be_negative():
    with pytest.raises(ValueError, match="0 \\(all\\) or more"):
        Decoding(max_tokens=1, top_k=-1)


@pytest.mark.parametrize("kind", ["transformers", "vllm"])
def test_of_a_checkpoint(tmp_path, kind):
    """Whatever runs it; recorded outputs have no such file."""
    model = Checkpoint(write(tmp_path, **QWEN), "qwen")
    assert backends.sampling(model, Setup(kind, "", "", "", {}))["top_k"] == "20"
    said = complaint(backends.sampling, model, Setup("replay", "", "", "", {}))
    assert "--backend=replay knows no such file" in said
