"""How many parameters a checkpoint has, from the headers of its files."""

import json
from dataclasses import replace

import numpy as np
import pytest
from cases import MODEL, board_of, decided, outcome_of
from safetensors.numpy import save_file

from mcqtest import demo
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.parameters import counted


def checkpoint(folder, tensors, **config):
    """A folder with these tensors: name -> shape, or shape and dtype."""
    folder.mkdir(exist_ok=True)
    made = {
        name: np.zeros(shape, dtype)
        for name, (shape, dtype) in {
            name: each if isinstance(each[0], tuple) else (each, "float16")
            for name, each in tensors.items()
        }.items()
    }
    save_file(made, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **config}))
    return Checkpoint(folder, "m")


EXPERTS = {f"layers.0.experts.{at}.w": (10, 10) for at in range(4)}
REST = {"embed": (20, 10), "layers.0.shared_experts.w": (10, 10)}


def test_the_demo():
    """All of its parameters take part in each token."""
    found = counted(Checkpoint(demo.MODEL, "demo"))
    assert found == {"parameters": 777_344, "active_parameters": 777_344}


@pytest.mark.parametrize(
    "config",
    [
        {"num_local_experts": 4, "num_experts_per_tok": 1},
        {"text_config": {"n_routed_experts": 4, "num_experts_per_tok": 1}},
    ],
)
def test_of_experts_some_are_active(tmp_path, config):
    """Those that a token is sent to, and the shared ones."""
    found = counted(checkpoint(tmp_path, EXPERTS | REST, **config))
    assert found == {"parameters": 700, "active_parameters": 400}


@pytest.mark.parametrize(
    "config", [{}, {"num_experts": 4}, {"num_experts": 4, "num_experts_per_tok": 5}]
)
def test_how_many_are_active_is_not_guessed(tmp_path, config):
    """The configuration has to say it."""
    assert counted(checkpoint(tmp_path, EXPERTS | REST, **config)) == {"parameters": 700}


def test_eight_bits_are_a_number_each_and_four_are_not(tmp_path):
    """What is packed cannot be counted; a small table of whole numbers is none of the weights."""
    eight = checkpoint(tmp_path / "8", {"w": ((10, 10), "int8"), "scale": (10,)})
    assert counted(eight)["parameters"] == 110
    four = checkpoint(tmp_path / "4", {"w": ((10, 5), "uint8"), "norm": (10,)})
    assert counted(four) == {}
    table = checkpoint(tmp_path / "t", {"w": (100, 100), "positions": ((50,), "int32")})
    assert counted(table)["parameters"] == 10_000


def test_what_cannot_be_read_has_no_count(tmp_path):
    """That is told when the model is loaded."""
    model = checkpoint(tmp_path, REST)
    (tmp_path / "model.safetensors").write_bytes(b"no")
    assert counted(model) == {}


def test_a_summary_tells_what_is_known():
    """And has no key for what is not."""
    board = board_of(outcome_of())
    assert "parameters" not in board.summary(*decided(board))
    board.identity = replace(MODEL, parameters=7, active_parameters=None)
    found = board.summary(*decided(board))
    assert found["parameters"] == 7
    assert "active_parameters" not in found
