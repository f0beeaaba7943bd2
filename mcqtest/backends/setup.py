"""What can be said about a run before the model is loaded: it goes into the key of every response,
so that a stored answer is never taken for that of another dtype or version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from mcqtest.backends import arguments
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.recording import Recording

REVISION = 2
"""Of the way in which our own code scores; a change that moves answers raises it, and answers
that an older mcqtest stored are then asked again."""

Model = Checkpoint | Recording
"""What ``--model`` names."""


@dataclass(frozen=True)
class Setup:
    """How a checkpoint is going to be run."""

    backend: str
    dtype: str
    device: str
    versions: str
    options: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.versions}, {self.dtype} on {self.device}" if self.device else self.versions

    def identity(self, checkpoint: Model) -> str:
        """Hash of all that can change an answer, apart from the question."""
        counted = sorted(self.options.keys() - arguments.WITHOUT_EFFECT)
        options = {key: self.options[key] for key in counted}
        parts = [
            checkpoint.fingerprint,
            REVISION,
            self.backend,
            self.versions,
            self.dtype,
            self.device,
        ]
        return hashlib.sha256(json.dumps([*parts, options]).encode()).hexdigest()
