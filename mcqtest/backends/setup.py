"""What can be said about a run before the model is loaded: it goes into the key of every response,
so that a stored answer is never taken for that of another dtype or version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mcqtest.backends import arguments
from mcqtest.types import McqtestError

_UNTOLD = {"dtype", "device", "hf_token"}
"""Options that are told by other words, and one that is nobody's business."""

REVISION = 2
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
        if not self.device:
            return self.versions
        moving = sorted(self.options.keys() - arguments.WITHOUT_EFFECT - _UNTOLD)
        told = "".join(f", {key}={' '.join(self.options[key].split())}" for key in moving)
        return f"{self.versions}, {self.dtype} on {self.device}{told}"

    def identity(self, fingerprint: str) -> str:
        """Hash of all that can change an answer, apart from the question, of a model with this
        ``fingerprint``.
        """
        counted = sorted(self.options.keys() - arguments.WITHOUT_EFFECT)
        options = {key: self.options[key] for key in counted}
        parts = [
            fingerprint,
            REVISION,
            self.backend,
            self.versions,
            self.dtype,
            self.device,
        ]
        return hashlib.sha256(json.dumps([*parts, options]).encode()).hexdigest()


_DTYPES = ("auto", "float64", "float32", "bfloat16", "float16")


def dtype(asked: str, device: str, config: Mapping[str, Any]) -> str:
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
