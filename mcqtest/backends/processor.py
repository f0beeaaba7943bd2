"""Which library multiplies float32 matrices fastest on this processor, told before torch is there.

Measured: on AMD's (Zen 2 to 4) oneDNN does more than twice as much as MKL, which is torch's own
choice; on Intel's (Sapphire Rapids) MKL does 182 to 200 GFLOP/s where oneDNN does 136 to 174
(docs/performance.md). For any other processor it is measured once, in the shapes of the model.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

ONEDNN, TORCH = "oneDNN", "torch"
"""What can multiply: oneDNN by itself, or whatever torch takes (MKL on Intel's and AMD's)."""

_RULE = {"AuthenticAMD": ONEDNN, "GenuineIntel": TORCH}
_PATIENCE = 120
"""Seconds that a measurement may take."""

_INFO = Path("/proc/cpuinfo")


def products(asked: str, dtype: str, device: str, config: Mapping[str, Any], torch: str) -> str:
    """Who multiplies for a model with this ``config``; empty where nobody has a choice, which is
    one of float32 on a CPU alone ("auto" may be that). ``asked`` is onednn, torch or auto.
    """
    if device != "cpu" or dtype not in {"float32", "auto"}:
        return ""
    named = {"onednn": ONEDNN, "torch": TORCH}
    maker, name = processor()
    return named.get(asked) or _RULE.get(maker) or _measured(name, config, torch)


def processor() -> tuple[str, str]:
    """Its maker and its name, as it says them; empty where it does not."""
    told: dict[str, str] = {}
    with suppress(OSError):
        for line in _INFO.read_text("utf-8", "replace").splitlines():
            key, _, value = line.partition(":")
            told.setdefault(key.strip(), value.strip())
    return told.get("vendor_id", ""), told.get("model name", "") or platform.processor()


def _measured(name: str, config: Mapping[str, Any], torch: str) -> str:
    """Once for a processor, a torch and a shape; then it is known to every process."""
    text = config.get("text_config") or config
    shape = [_whole(text.get("hidden_size"), 1024), _whole(text.get("intermediate_size"), 4096)]
    place = _cache() / "products.json"
    key = f"{name or platform.machine()}, torch {torch}, {shape[0]} x {shape[1]}"
    known = _read(place)
    if known.get(key) not in {ONEDNN, TORCH}:
        known[key] = _faster(shape)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            made = place.with_name(f"products-{os.getpid()}.json")
            made.write_text(json.dumps(known), "utf-8")
            made.replace(place)
    return known[key]


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mcqtest"


def _read(place: Path) -> dict[str, str]:
    try:
        found = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _faster(shape: list[int]) -> str:
    """By a process of its own, since this one does not need torch; oneDNN, where it fails."""
    command = [sys.executable, "-m", "mcqtest.backends.transformers.timing", *map(str, shape)]
    try:
        done = subprocess.run(  # noqa: S603  our own module
            command, capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ONEDNN
    said = done.stdout.split()
    return said[-1] if said and said[-1] in {ONEDNN, TORCH} else ONEDNN


def _whole(value: Any, usual: int) -> int:
    return value if type(value) is int and 0 < value < 2**20 else usual
