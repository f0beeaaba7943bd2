"""Backends: each file runs requests on one kind of model, and alone imports its library.

`Setup` is what can be said about a run before the model is loaded: it goes into the key of
every response, so a stored answer is never taken for that of another dtype or version.
"""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcqtest.checkpoint import Checkpoint, cuda_devices, installed
from mcqtest.types import Backend, McqtestError

_OPTIONS = {
    "device": "cpu, cuda, mps",
    "dtype": "float32, bfloat16, float16 or auto",
    "max_length": "number of tokens of context, where it is to be smaller than the model's",
    "batch_tokens": "number of tokens computed at once",
    "share": "1 or 0; 0 computes every prompt whole, without sharing its prefix",
    "trust_remote_code": "0 or 1; 1 runs the Python code that comes with the checkpoint",
    "attn_implementation": "as in transformers",
}
"""Options of the transformers backend, as ``--backend-option key=value``."""

_VALUES = {
    "max_length": "[1-9][0-9]*",
    "batch_tokens": "[1-9][0-9]*",
    "share": "[01]",
    "trust_remote_code": "[01]",
}
"""What their values look like, where a wrong one would not be refused by torch itself."""

_WITHOUT_EFFECT = {"batch_tokens"}
"""Options that change at most the last bits of an answer; a stored one stays good."""


REVISION = 1
"""Of the way in which our own code scores; a change that moves answers raises it, and answers
that an older mcqtest stored are then asked again."""


@dataclass(frozen=True)
class Setup:
    """How a checkpoint is going to be run."""

    backend: str
    dtype: str
    device: str
    versions: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.versions}, {self.dtype} on {self.device}"

    def identity(self, checkpoint: Checkpoint) -> str:
        """Hash of all that can change an answer, apart from the question."""
        options = {key: self.options[key] for key in sorted(self.options.keys() - _WITHOUT_EFFECT)}
        parts = [
            checkpoint.fingerprint,
            REVISION,
            self.backend,
            self.versions,
            self.dtype,
            self.device,
        ]
        return hashlib.sha256(json.dumps([*parts, options]).encode()).hexdigest()


def setup(backend: str, checkpoint: Checkpoint, options: Mapping[str, str]) -> Setup:
    """Decide how ``checkpoint`` is run; raises `McqtestError` where it cannot be."""
    if backend not in {"auto", "transformers"}:
        raise McqtestError(f"--backend={backend}: unknown; choose auto or transformers")
    for key in options:
        if key not in _OPTIONS:
            known = "; ".join(f"{name} ({text})" for name, text in _OPTIONS.items())
            raise McqtestError(f"--backend-option {key}: unknown; the options are {known}")
        if not re.fullmatch(_VALUES.get(key, ".+"), options[key]):
            raise McqtestError(
                f"--backend-option {key}={options[key]}: not a value of it ({_OPTIONS[key]})"
            )
    torch, transformers = installed("torch"), installed("transformers")
    if torch is None or transformers is None:
        missing = "torch" if torch is None else "transformers"
        raise McqtestError(f'{missing} is not installed; pip install "mcqtest[transformers]"')
    device = options.get("device", "auto")
    if device == "auto":
        # Told from the files alone, since importing torch costs more than a stored run.
        device = "cuda" if cuda_devices() and not torch.endswith("+cpu") else "cpu"
    return Setup(
        backend="transformers",
        dtype=_dtype(options.get("dtype", "auto"), device, checkpoint.config),
        device=device,
        versions=f"transformers {transformers}, torch {torch}",
        options=options,
    )


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


def load(checkpoint: Checkpoint, chosen: Setup) -> Backend:
    """Load the model. Takes seconds to minutes; imports torch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where warnings are errors, a library's are not ours
        from mcqtest.backends.transformers import Transformers

    return Transformers(checkpoint, chosen)
