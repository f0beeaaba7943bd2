"""The model of a run, and where its baselines are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import mcqtest
from mcqtest.settings import Settings


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


def baseline_name(settings: Settings, identity: Identity) -> str | None:
    """``--baseline``, else the model's own name; None where only thresholds count."""
    if settings.baseline == "none":
        return identity.name if settings.update else None
    return settings.baseline or identity.name


def target(settings: Settings, baseline: str, benchmark: str, task: str) -> Path:
    """The file of a task's baseline in the project."""
    return Path(settings.baselines_dir) / baseline / benchmark / f"{task}.txt"


def packaged_baselines() -> Path:
    """The baselines that come with mcqtest: in the wheel inside it, in a checkout beside it."""
    package = Path(mcqtest.__file__).parent
    inside = package / "baselines"
    return inside if inside.is_dir() else package.parent / "baselines"
