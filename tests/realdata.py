"""The real benchmark data, which is not part of the project, and the benchmark files."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


def require(*parts: str) -> Path:
    """The path of real data, ``require("mmlu", "test")``; without it the test is skipped.

    Where MCQTEST_REQUIRE_DATA is 1, as in CI, the test fails instead: a skip that nobody
    sees is no test.
    """
    root = Path(os.environ.get("MCQTEST_DATA") or CHECKOUT.parent / "shared" / "data")
    path = root.joinpath(*parts)
    if not path.exists():
        wanted = "/".join(parts)
        message = f"real benchmark data not found: set MCQTEST_DATA to a folder with {wanted}"
        if os.environ.get("MCQTEST_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path


def benchmark(name: str) -> ModuleType:
    """The module of ``benchmarks/test_<name>.py``; one may take constants from another."""
    return _package(f"benchmarks.test_{name}")


def script(name: str) -> ModuleType:
    """The module of ``scripts/<name>.py``."""
    return _module("scripts", name)


@cache  # benchmarks are compared by identity
def _package(name: str) -> ModuleType:
    sys.path.insert(0, str(CHECKOUT))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(CHECKOUT))


@cache
def _module(folder: str, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        f"{folder}_{name}", CHECKOUT / folder / f"{name}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for it
    sys.path.insert(0, str(CHECKOUT / folder))  # one script may take from another
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(CHECKOUT / folder))
    return module
