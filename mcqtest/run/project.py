"""What a project's pyproject.toml and ini file say: ``[tool.mcqtest]`` and the gate's tables."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcqtest.options import OPTIONS
from mcqtest.types import McqtestError


def table(root: Path) -> dict[str, Any]:
    """``[tool.mcqtest]`` of the project's pyproject.toml; empty where there is none."""
    path = root / "pyproject.toml"
    try:
        raw = path.read_bytes()
    except OSError:
        return {}
    if b"mcqtest" not in raw:
        return {}  # most projects: not worth parsing
    try:
        found = tomllib.loads(raw.decode()).get("tool", {}).get("mcqtest", {})
    except ValueError as error:
        raise McqtestError(f"{path}: not valid TOML ({error})") from None
    if not isinstance(found, Mapping):
        raise McqtestError(f"{path}: tool.mcqtest = {found!r}: write a table, [tool.mcqtest]")
    known = {option.key for option in OPTIONS} | {"gate"}
    for key in found:
        if key.replace("-", "_") not in known:
            raise McqtestError(
                f"{path}: [tool.mcqtest] {key}: unknown; there are {', '.join(sorted(known))}"
            )
    return {key.replace("-", "_"): value for key, value in found.items()}


def gate(tree: Mapping[str, Any], lines: list[str]) -> dict[str, dict[str, Any]]:
    """Thresholds by place, from the table ``[tool.mcqtest.gate]`` and from ini lines.

    ``mmlu.min_accuracy = 0.6`` bounds a benchmark, ``mmlu.anatomy.max_ece = 0.1`` a task.
    """
    bounds: dict[str, dict[str, Any]] = {}
    if not isinstance(tree, Mapping):
        raise McqtestError(
            f"[tool.mcqtest] gate = {tree!r}: write tables, [tool.mcqtest.gate.mmlu]"
        )
    for benchmark, entries in tree.items():
        if not isinstance(entries, Mapping):
            raise McqtestError(
                f"[tool.mcqtest.gate] {benchmark}: write a table, [tool.mcqtest.gate.{benchmark}]"
            )
        for key, value in entries.items():
            if isinstance(value, Mapping):
                bounds.setdefault(f"{benchmark}/{key}", {}).update(value)
            else:
                bounds.setdefault(benchmark, {})[key] = value
    for line in lines:
        place, equals, value = line.partition("=")
        *path, key = (part.strip() for part in place.split("."))
        try:
            number = float(value)
        except ValueError:
            equals = ""
        if not equals or not 1 <= len(path) <= 2 or not all(path):
            raise McqtestError(f"mcq_gate: {line!r}: write it as mmlu.min_accuracy = 0.6")
        bounds.setdefault("/".join(path), {})[key] = number
    return bounds
