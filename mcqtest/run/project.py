"""What a project's pyproject.toml and ini file say: ``[tool.mcqtest]`` and the gate's tables."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
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
    if b"mcq" not in raw:
        return {}  # most projects: not worth parsing
    try:
        tables = tomllib.loads(raw.decode())
    except ValueError as error:
        raise McqtestError(f"{path}: not valid TOML ({error})") from None
    tools = tables.get("tool")
    tools = tools if isinstance(tools, Mapping) else {}
    for name in (*(f"tool.{each}" for each in tools), *tables):
        if re.fullmatch(r"(tool\.)?mcq[-_ ]?(tests?)?", name) and name != "tool.mcqtest":
            raise McqtestError(f"{path}: [{name}] is read by nobody; write [tool.mcqtest]")
    found = tools.get("mcqtest", {})
    if not isinstance(found, Mapping):
        raise McqtestError(f"{path}: tool.mcqtest = {found!r}: write a table, [tool.mcqtest]")
    spelt = _spelt(found, f"{path}: [tool.mcqtest]", _KEYS | {"gate", "tier"})
    if "tier" in spelt:
        spelt["tier"] = _tiers(spelt["tier"], path)
    return spelt


_KEYS = {option.key for option in OPTIONS if option.key != "tier"} | {"required"}
"""What a tier may say; the table may have tiers and gates besides."""


def _spelt(found: Mapping[str, Any], where: str, known: set[str]) -> dict[str, Any]:
    """Keys as the options have them; raises for one that is unknown, and where one is there in both
    spellings.
    """
    for key in found:
        if (other := key.replace("-", "_")) not in known:
            raise McqtestError(f"{where} {key}: unknown; there are {', '.join(sorted(known))}")
        if other != key and other in found:
            raise McqtestError(f"{where} has {key} and {other}; drop one")
    return {key.replace("-", "_"): value for key, value in found.items()}


def _tiers(found: Any, path: Path) -> dict[str, dict[str, Any]]:
    """Name -> options, of every ``[tool.mcqtest.tier.NAME]``, chosen or not."""
    if not isinstance(found, Mapping):
        raise McqtestError(
            f"{path}: [tool.mcqtest] tier = {found!r}: write tables, [tool.mcqtest.tier.NAME], "
            "and choose one with --tier=NAME"
        )
    for name, said in found.items():
        if not isinstance(said, Mapping):
            raise McqtestError(
                f"{path}: [tool.mcqtest.tier] {name} = {said!r}: write a table, "
                f"[tool.mcqtest.tier.{name}]"
            )
    return {
        name: _spelt(said, f"{path}: [tool.mcqtest.tier.{name}]", _KEYS)
        for name, said in found.items()
    }


def tier(table: Mapping[str, Any], name: str | None) -> dict[str, Any]:
    """The options of the tier of this name (``--tier``); none without one. Raises `McqtestError`
    for one that the project's ``table`` does not have.
    """
    if not name:
        return {}
    tiers: Mapping[str, dict[str, Any]] = table.get("tier", {})
    if name not in tiers:
        there = f"there is {', '.join(sorted(tiers))}" if tiers else "there is none"
        raise McqtestError(
            f"--tier={name}: no [tool.mcqtest.tier.{name}] in pyproject.toml; {there}"
        )
    return tiers[name]


def without_margins(
    gate: Mapping[str, Mapping[str, Any]], chosen: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The gate's tables without the margins, or tolerances, that a ``chosen`` tier replaces."""
    replaced = {"margin", "tolerance"} & chosen.keys()
    return {
        place: {key: value for key, value in said.items() if key not in replaced}
        for place, said in gate.items()
    }


def unread(folder: Path, root: Path) -> list[str]:
    """That the current folder's table is not the one that is read, in a sentence."""
    if folder == root:
        return []
    try:
        found = bool(table(folder))
    except McqtestError:
        found = True
    said = (
        f"{folder / 'pyproject.toml'}: its [tool.mcqtest] is not read, for the root of these tests "
        f"is {root}; add --rootdir=. if it is meant"
    )
    return [said] if found else []


def defines(root: Path, name: str) -> bool:
    """Whether some Python file below a project's root defines a benchmark of this name, so that
    it may be one that was not collected.
    """
    said = re.escape(name).replace("_", r"[\W_]")
    pattern = re.compile(
        rf"""name\s*=\s*["']{said}["']|Benchmark\(\s*["']{said}["']|["'/]{said}\.(csv|jsonl|parquet)"""
    )
    found = 0
    for folder, folders, files in os.walk(root):
        skipped = {each for each in folders if each.startswith(".") or each == "node_modules"}
        folders[:] = sorted({*folders} - skipped) if "pyvenv.cfg" not in files else []
        for file in (each for each in sorted(files) if each.endswith(".py")):
            found += 1
            with suppress(OSError):
                if pattern.search((Path(folder) / file).read_text("utf-8", "replace")):
                    return True
        if found > _MOST:
            return True  # nobody knows
    return False


_MOST = 5000
"""Python files of a project that are looked into."""


def required(named: Any, lines: Sequence[str]) -> list[str]:
    """Benchmarks without which a run is no pass: ``required = ["mmlu"]``, and of the ini file."""
    names = [named] if isinstance(named, str) else named
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise McqtestError(
            f'[tool.mcqtest] required = {named!r}: write names of benchmarks, ["mmlu"]'
        )
    every = [name.strip() for line in (*names, *lines) for name in line.split(",")]
    return [name for name in dict.fromkeys(every) if name]


def gate(tree: Mapping[str, Any], lines: list[str]) -> dict[str, dict[str, Any]]:
    """Thresholds by place, from the table ``[tool.mcqtest.gate]`` and from ini lines.

    ``mmlu.min_accuracy = 0.6`` bounds a benchmark, ``mmlu.anatomy.max_ece = 0.1`` a task.
    """
    bounds: dict[str, dict[str, Any]] = {}
    said: dict[str, float] = {}
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
        if said.setdefault("/".join((*path, key)), number) != number:
            raise McqtestError(
                f"mcq_gate: {'.'.join((*path, key))} is {said['/'.join((*path, key))]:g} and "
                f"{number:g}; drop one"
            )
        bounds.setdefault("/".join(path), {})[key] = number
    return bounds


def overruled(tree: Mapping[str, Any], lines: list[str]) -> list[str]:
    """Thresholds of the table that an ini line has another value for, in sentences."""
    tables, both = gate(tree, []), gate(tree, lines)
    return [
        f"gate.{place.replace('/', '.')}.{key} = {both[place][key]:g} (mcq_gate) counts, not "
        f"{bound:g} ([tool.mcqtest.gate])"
        for place, bounds in tables.items()
        for key, bound in bounds.items()
        if both[place][key] != bound
    ]
