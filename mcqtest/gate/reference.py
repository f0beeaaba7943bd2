"""Metrics of users' own in another process: by the place where they are defined."""

from __future__ import annotations

import importlib
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

from mcqtest.types import McqtestError, Metric, one_line


def referred(metric: Metric) -> dict[str, Any]:
    """A metric as plain values. Its function stands at the top of a module, or is what a frozen
    dataclass that stands there makes of plain values. Raises `McqtestError` for one that only this
    process can have.
    """
    function, made = metric.of, dict[str, Any]()
    if is_dataclass(function) and not isinstance(function, type):
        made = {"made": {each.name: getattr(function, each.name) for each in fields(function)}}
        function = type(function)
    module = getattr(function, "__module__", "")
    name = getattr(function, "__qualname__", "<")
    if not module or "<" in name or getattr(sys.modules.get(module), name, None) is not function:
        raise McqtestError(
            f"metric {metric.name}: with -n its function has to stand by a name of its own at the "
            "top of a module; write it so"
        )
    # As pytest does: the folder above the topmost package is where the module is looked for.
    file = getattr(sys.modules[module], "__file__", None)
    up = module.count(".") + (Path(file or "").stem == "__init__")
    root = str(Path(file).resolve().parents[up]) if file else ""
    plain = {each.name: getattr(metric, each.name) for each in fields(metric)}
    return plain | {"of": [root, module, name]} | made


def resolved(plain: dict[str, Any]) -> Metric:
    """The metric again. Raises `McqtestError` where its module cannot be imported."""
    root, module, name = plain["of"]
    plain, made = {**plain}, plain.get("made")
    plain.pop("made", None)
    if module not in sys.modules and root and root not in sys.path:
        sys.path.insert(0, root)
    try:
        function = getattr(importlib.import_module(module), name)
    except Exception as error:
        said = one_line(error, named=True)
        raise McqtestError(
            f"metric {plain['name']}: {module} cannot be imported by the process that reports "
            f"({said}); write it into a module that can, and import it"
        ) from error
    return Metric(**{**plain, "of": function if made is None else function(**made)})
