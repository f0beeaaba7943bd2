"""What was found of an architecture is kept beside the run, and not found again.

It is known by all that it can hang on but the weights: the configuration, versions, dtype, options,
device and processor. Nothing there has a part in an answer: who deletes it loses seconds.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch

from mcqtest.backends.processor import processor
from mcqtest.backends.setup import Setup


class Remembered:
    """Whole numbers by name, such as the longest row that was right: the larger counts."""

    def __init__(self, place: Path | None = None) -> None:
        self._place = place
        """A file; None: nothing is kept."""
        self._known = {} if place is None else _read(place)

    @classmethod
    def of(cls, model: Any, setup: Setup) -> Remembered:
        """For one model, in the run folder that its ``setup`` names, if it names one. Code that
        comes with a checkpoint may change as its weights do: nothing is kept of it.
        """
        if not setup.place or setup.options.get("trust_remote_code") == "1":
            return cls()
        on = torch.cuda.get_device_name(model.device) if model.device.type == "cuda" else ""
        # of which an adapter brings its own, by a configuration that is not the model's
        kinds = sorted(
            {f"{type(each).__module__}.{type(each).__name__}" for each in model.modules()}
        )
        parts = [type(model).__name__, model.config.to_json_string(), setup.identity(""), *kinds]
        name = hashlib.sha256(json.dumps([*parts, on, *processor()]).encode()).hexdigest()[:16]
        return cls(Path(setup.place) / "found" / f"{name}.json")

    def get(self, name: str) -> int:
        return self._known.get(name, 0)

    def put(self, name: str, number: int) -> None:
        """Whoever else has found something meanwhile keeps it."""
        self._known[name] = number
        if self._place is None:
            return
        others = _read(self._place)
        self._known |= {key: max(value, self.get(key)) for key, value in others.items()}
        made = self._place.with_name(f"{self._place.stem}-{os.getpid()}.tmp")
        with suppress(OSError):  # a full disk is told where it costs something
            self._place.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(json.dumps(self._known), "utf-8")
            made.replace(self._place)


def _read(place: Path) -> dict[str, int]:
    """Nothing, where it is not as it was written."""
    try:
        found = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    good = isinstance(found, Mapping) and all(
        type(each) is int and each > 0 for each in found.values()
    )
    return dict(found) if good else {}
