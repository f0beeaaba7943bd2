"""What a checkpoint's baseline is called unless told otherwise: after its folder."""

from __future__ import annotations

import re
from pathlib import Path

_STEP = re.compile(
    r"(?:global[-_]?)?(?:checkpoint|ckpt|step|epoch|iter|iteration)[-_]?\d+.*", re.IGNORECASE
)
_EVERY = {"best", "checkpoint", "checkpoints", "ckpts", "final", "last", "latest"}
"""Names that every training run gives."""


def named(folder: Path) -> str:
    """The folder's name; with that of the training run before it, where every run has one of such a
    name: two runs' ``checkpoint-500`` are no versions of one model.
    """
    if not _is_common(folder.name):
        return folder.name
    run = next(
        (each.name for each in folder.parents if each.name and not _is_common(each.name)), ""
    )
    return f"{run.lstrip('.')}--{folder.name}" if run.strip(". ") else folder.name


def _is_common(name: str) -> bool:
    return bool(_STEP.fullmatch(name)) or name.casefold() in _EVERY
