"""A benchmark and a model small enough to come with the package.

Both are toys: eight subjects of generated questions and a language model trained on more of
the same, good enough to be right most of the time and to get worse when damaged. They show
the gate at work without a download; they say nothing about real models. Both are written by
``scripts/make_demo.py``.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mcqtest.types import McqtestError

MODEL = Path(__file__).parent / "model"
"""The model, a folder as ``transformers`` loads it."""

DATA = Path(__file__).parent / "data"
"""The folder that holds the benchmark's folder, ``demo``."""

STRENGTH = 0.15
"""Default noise: accuracy clearly drops, and stays clearly above chance."""


def damage(destination: Path, *, strength: float = STRENGTH, seed: int = 0) -> Path:
    """Write a worse copy of the demo model to ``destination``, a new or empty folder.

    Gaussian noise of ``strength`` times a tensor's standard deviation is added to every weight
    matrix. Norms stay: they are vectors. The same seed gives the same bytes.
    """
    # Here, not above: whoever only reads the paths needs neither.
    import numpy as np
    from safetensors.numpy import load_file, save_file

    _make_empty(destination)
    random = np.random.default_rng(seed)
    tensors = load_file(MODEL / "model.safetensors")
    for name in sorted(tensors):
        weights = tensors[name]
        if weights.ndim > 1:
            noise = random.standard_normal(weights.shape) * (strength * weights.std())
            tensors[name] = (weights + noise).astype(weights.dtype)
    for path in sorted(MODEL.glob("*.json")):
        shutil.copyfile(path, destination / path.name)
    # transformers refuses a file that does not name the framework it was saved from.
    save_file(tensors, destination / "model.safetensors", metadata={"format": "pt"})
    return destination


def _make_empty(folder: Path) -> None:
    """Make ``folder``, or see that it is empty."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        occupied = any(folder.iterdir())
    except OSError as error:
        raise McqtestError(f"cannot write to {folder}: {error.strerror}") from error
    if occupied:
        raise McqtestError(f"{folder} is not empty: name a new folder")
