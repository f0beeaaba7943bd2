"""How much memory a model takes, and when advice on memory is in place."""

import json

import pytest

from mcqtest import backends
from mcqtest.backends import memory
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.vllm.failures import said, smaller
from mcqtest.report import terminal


class OutOfMemoryError(RuntimeError):
    """As torch calls it."""


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OutOfMemoryError("no"),
        RuntimeError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] not enough memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED"),
        ValueError("No available memory for the cache blocks. Try"),
        ValueError("Free memory on device (1/24 GiB) is less than desired GPU memory utilization"),
        ValueError("7.3 GiB KV cache is needed, which is larger than the available"),
    ],
)
def test_memory_ran_out(error):
    """In whatever words: then, and only then, is a smaller setting named."""
    assert memory.ran_out(error)
    assert smaller(error).startswith("; try a smaller --backend-option max_num_seqs")


@pytest.mark.parametrize(
    "error", [RuntimeError("shapes"), KeyError("out of memory"), ValueError("dtype")]
)
def test_another_error(error):
    """Has nothing to do with it."""
    assert not memory.ran_out(error)
    assert smaller(error) == ""


class ValidationError(ValueError):
    """As pydantic reports what a check of settings raised, or what it found itself."""

    def __init__(self, cause=None, **first):
        super().__init__(f"1 validation error for ModelConfig\n  Value error, {cause} [type=value")
        self._first = {**first, "ctx": {"error": cause}} if cause else first

    def errors(self):
        return [self._first, {"msg": "another"}]


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (RuntimeError("one\n  two"), "RuntimeError: one two"),
        (ValidationError(ValueError("no such\narchitecture")), "ValueError: no such architecture"),
        (ValidationError(loc=("max_model_len",), msg="a number"), "max_model_len: a number"),
        (ValidationError(msg="Field required"), "Field required"),
        (ValidationError(ValidationError(OSError("deep"))), "OSError: deep"),
    ],
)
def test_an_engine_in_one_line(error, line):
    """What went wrong, and not how the checks of its settings report it."""
    assert said(error) == line


def test_memory_in_wrapped_errors():
    """Is looked for in what went wrong."""
    assert smaller(ValidationError(ValueError("No available memory for the cache")))
    assert smaller(ValidationError(ValueError("out of memory, but no"), loc=())) != ""
    assert smaller(ValidationError(msg="out of memory")) == ""


@pytest.mark.parametrize(
    ("config", "dtype", "size"),
    [
        ({"dtype": "bfloat16"}, "float32", 600),
        ({"torch_dtype": "float32"}, "bfloat16", 150),
        ({"dtype": "bfloat16"}, "bfloat16", 300),
        ({"dtype": "bfloat16"}, "auto", 300),
        ({}, "float32", 300),
        ({"dtype": "bfloat16", "quantization_config": {"quant_method": "awq"}}, "float32", 300),
        ({"dtype": "bfloat16", "quantization_config": None}, "float32", 600),
    ],
)
def test_weights_in_memory(tmp_path, config, dtype, size):
    """As they lie there, or wider, or narrower."""
    for name, count in (("model-1", 100), ("model-2", 200)):
        (tmp_path / f"{name}.safetensors").write_bytes(b"0" * count)
    assert memory.weights(tmp_path.glob("*.safetensors"), config, dtype) == size


@pytest.mark.parametrize(
    ("size", "said", "workers", "line"),
    [
        (50_000, "", 0, ""),
        (16_060_000_000, "loading the model", 0, "loading the model (16.1 GB of weights)"),
        (0, "starting it", 0, "starting it"),
        (538_000_000, "", 2, "each of 2 workers loads the model, 0.5 GB of weights"),
        (2_600_000, "slow", 1, "each of 1 worker loads the model, 3 MB of weights; slow"),
        (0, "", 2, ""),
        (0, "slow", 2, "slow"),
    ],
)
def test_what_is_said_of_loading(size, said, workers, line):
    """That it takes long, where it does; with workers, what each takes."""
    assert terminal.loads(said, size, workers=workers) == line


def test_loading_is_told_where_something_is_asked():
    """And not where everything is stored."""
    assert terminal.planned(1, 9, 9, 8, loading="slow").endswith(", 8 stored; slow")
    assert terminal.planned(1, 9, 9, 9, loading="slow").endswith(", 9 stored")
    assert terminal.planned(1, 9, 9, 0).endswith(", none stored")


@pytest.mark.parametrize(("size", "slow"), [(1, False), (2, True)])
def test_a_large_checkpoint_takes_long(tmp_path, monkeypatch, size, slow):
    """It is told before; a small one is there at once, but for an engine that starts slowly."""
    monkeypatch.setattr(backends.checkpoint, "installed", lambda name: "1")
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "x", "dtype": "bfloat16"}))
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(size * 10**9 // 2)  # holes: nothing is written; twice that in float32
    model = Checkpoint(tmp_path, "x")
    for backend, told in (("transformers", slow), ("vllm", True)):
        chosen = backends.setup(backend, model, {"dtype": "float32"})
        words, bytes_ = backends.cost(model, chosen)
        assert (bool(words), bytes_) == (told, size * 10**9)
