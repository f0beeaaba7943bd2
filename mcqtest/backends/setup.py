"""What can be said about a run before the model is loaded: it goes into the key of every response,
so that a stored answer is never taken for that of another dtype or version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcqtest.backends import arguments, libraries, processor, quantised, tokenizer
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.tokenizer import TokenizerFiles
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
    tokenizer: str = ""
    """Hash of a tokenizer that is not the checkpoint's own, or not as its class would take it."""
    scheme: str = ""
    """How its weights are quantised, in words; the fingerprint covers what they stand for."""
    products: str = ""
    """What multiplies float32 matrices on a CPU (`mcqtest.backends.processor`)."""
    place: str = ""
    """The run folder, where what is found of an architecture can be kept; has no part in a key."""

    def files(self, folder: Path) -> TokenizerFiles:
        """The tokenizer of the checkpoint in ``folder``, ready to be loaded.

        Raises `McqtestError` where there is none, or it is not the one that was counted.
        """
        found = tokenizer.find(folder, self.options)
        tokenizer.check(found)
        if self.tokenizer and found.content != self.tokenizer:
            raise McqtestError(
                f"{found.folder}: the tokenizer was written to while it was read; wait until it "
                "is complete and run again"
            )
        return found

    def __str__(self) -> str:
        if not self.device:
            return self.versions
        given = {key: text for key, text in self._counted.items() if key not in _UNTOLD}
        if self.tokenizer and "tokenizer" in given:  # wherever it lies
            given["tokenizer"] = self.tokenizer[:12]
        told = "".join(f", {key}={' '.join(text.split())}" for key, text in given.items())
        how = f", {self.scheme}" if self.scheme else ""
        how += "" if self._as_ever else f", products by {self.products}"
        return f"{self.versions}, {self.dtype} on {self.device}{how}{told}"

    @property
    def _as_ever(self) -> bool:
        """Nobody multiplies, or who did before there was a choice."""
        return self.products in {"", processor.ONEDNN}

    @property
    def _counted(self) -> dict[str, str]:
        """Options that can change an answer, in order; what is said as it would be anyway is not
        one.
        """
        others = arguments.WITHOUT_EFFECT | arguments.SERVED | arguments.BY_CONTENT | {"products"}
        counted = sorted(self.options.keys() - others)
        chosen = {key: self.options[key] for key in counted}
        return {key: text for key, text in chosen.items() if (key, text) != ("bos", "auto")}

    def identity(self, fingerprint: str) -> str:
        """Hash of all that can change an answer, apart from the question, of a model with this
        ``fingerprint``.
        """
        options = self._counted
        if self.tokenizer:  # it counts by content, wherever it lies
            options.pop("tokenizer", None)
        parts = [fingerprint, REVISION, self.backend, self.versions, self.dtype, self.device]
        if self.tokenizer:
            parts.append(self.tokenizer)
        if not self._as_ever:
            parts.append(f"products by {self.products}")
        return hashlib.sha256(json.dumps([*parts, options]).encode()).hexdigest()


_DTYPES = ("auto", "float64", "float32", "bfloat16", "float16")


def of_checkpoint(
    checkpoint: Checkpoint,
    options: Mapping[str, str],
    *,
    backend: str,
    device: str,
    versions: str,
) -> Setup:
    """How a checkpoint is run by a ``backend`` of these ``versions``."""
    files = tokenizer.find(checkpoint.words, options)
    counted = "tokenizer" in options or files.as_written
    folders = {checkpoint.folder, checkpoint.words}
    parts = libraries.part(backend, device, folders, checkpoint.config, options)
    return Setup(
        backend=backend,
        dtype=dtype(options.get("dtype", "auto"), device, checkpoint.config),
        device=device,
        versions=versions + parts,
        options=options,
        tokenizer=files.content if counted else "",
        scheme=quantised.told(checkpoint.config, checkpoint.gguf),
    )


def dtype(asked: str, device: str, config: Mapping[str, Any]) -> str:
    """The checkpoint's own type on an accelerator; float32 on a CPU, where half precision is
    mostly slower and always less exact. Quantised checkpoints decide for themselves.
    """
    if asked not in _DTYPES:
        raise McqtestError(f"--backend-option dtype={asked}: choose one of {', '.join(_DTYPES)}")
    if asked != "auto" or config.get("quantization_config"):
        return asked
    if device == "cpu":
        return "float32"
    text = config.get("text_config") or {}
    own = config.get("dtype") or config.get("torch_dtype") or text.get("dtype") or "auto"
    return str(own)
