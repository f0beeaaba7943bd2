"""The official package ``bigbench`` as far as its metrics go, without tensorflow.

Installed by `tox -e parity` alone, with ``t5``, both without what they depend on. What they import
and do not use here has an empty stand-in; t5's metrics are its own, its ``__init__`` (which loads
tensorflow) is passed by.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from functools import cache
from types import ModuleType
from typing import Any

import pytest

_STAND_INS = {
    "datasets": ("load_metric",),
    "editdistance": (),
    "tensorflow": (),
    "tensorflow.compat": (),
    "tensorflow.compat.v1": (),
    "tensorflow.compat.v2": (),
}
_PASSED_BY = ("t5", "t5.evaluation")


def official(name: str) -> Any:
    """The module ``bigbench.api.<name>``; without the package the test is skipped."""
    if importlib.util.find_spec("bigbench") is None:
        pytest.skip("the official package is not installed: tox -e parity")
    _prepare()
    return importlib.import_module(f"bigbench.api.{name}")


@cache
def _prepare() -> None:
    for name, attributes in _STAND_INS.items():
        module = sys.modules[name] = ModuleType(name)
        for each in attributes:
            setattr(module, each, None)
    for name in _PASSED_BY:
        spec = importlib.util.find_spec(name)
        assert spec is not None, f"{name} is not installed"
        sys.modules[name] = module = ModuleType(name)
        module.__path__ = list(spec.submodule_search_locations or ())
