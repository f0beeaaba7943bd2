"""The model of a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Identity:
    """The model of a run, found out once and handed to every worker."""

    name: str
    folder: str
    weights: str
    """Fingerprint of the checkpoint's files."""
    key: str
    """Hash of all that can change an answer, apart from the question."""
    setup: str
    """Versions, dtype and device, in words."""
    device: str
    stamp: str
    """Of the files before they were hashed (`Checkpoint.stamp`)."""
    dtype: str = ""
    """Type of the numbers that it computes with; empty where that is not known."""
    products: str = ""
    """What multiplies float32 matrices on a CPU; empty where that is no question."""
    parameters: int | None = None
    active_parameters: int | None = None
    """Those that have a part in one token; of both None where that is not known."""

    @property
    def size(self) -> dict[str, int]:
        """Its numbers of parameters by name, as far as they are known."""
        found = {"parameters": self.parameters, "active_parameters": self.active_parameters}
        return {name: count for name, count in found.items() if count is not None}
