"""What commands take from the project that they are called in, and their options for it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcqtest.gate import Policy
from mcqtest.options import OPTIONS, Option
from mcqtest.run import Settings, policy_of, project, settings
from mcqtest.sides import Definitions, Finder
from mcqtest.types import Identity

_ROOTS = ("pyproject.toml", "pytest.toml", "pytest.ini", "tox.ini", "setup.cfg")

_TAKEN = {
    *("data", "revision", "decoding", "reader", "fallback", "reasoning_marks", "backend_option"),
    *("baselines_dir", "run_dir", "alpha", "margin", "tolerance", "licence"),
}
"""Options that say where things are, how recorded outputs are read, and what a model is held to."""


def add(parser: argparse.ArgumentParser, *names: str) -> None:
    """Options of the gate that the command has, too."""
    for option in (each for each in OPTIONS if each.name in names):
        action = "append" if option.many else "store"
        parser.add_argument(
            f"--{option.name}", metavar=option.metavar, help=option.help, action=action
        )


def root() -> Path:
    """The project's root: as pytest finds it where no path is given."""
    here = Path.cwd()
    folders = (here, *here.parents)
    return next((each for each in folders if any((each / name).is_file() for name in _ROOTS)), here)


def read(options: argparse.Namespace) -> Settings:
    """The options that were given, else what ``[tool.mcqtest]`` says, as a run reads them; of these
    none that says how a model is asked. Raises `McqtestError`.
    """
    top = root()
    table = project.table(top)

    def lookup(option: Option) -> tuple[Any, Path]:
        if option.key not in _TAKEN:
            return None, top
        given = getattr(options, option.key, None)
        return (given, Path.cwd()) if given is not None else (table.get(option.key), top)

    return settings.read(
        lookup,
        gate=project.gate(table.get("gate", {}), []),
        root=top,
        required=project.required(table.get("required", []), []),
        environment=os.environ,
        update=False,
    )


def held(options: argparse.Namespace, found: Settings) -> Callable[[Policy | None], Policy]:
    """What a side is held to: what its run was, else what the project says; options come first."""

    def policy(kept: Policy | None) -> Policy:
        if kept is None:
            nobody = Identity(*("",) * 7)
            return policy_of(replace(found, baseline=None), nobody)
        margins = kept.margins
        if getattr(options, "margin", None) is not None:
            margins = replace(margins, margin=found.margin)
        if getattr(options, "tolerance", None) is not None:
            margins = replace(margins, tolerance=found.tolerance)
        alpha = found.alpha if getattr(options, "alpha", None) is not None else kept.alpha
        return replace(kept, alpha=alpha, margins=margins)

    return policy


def benchmarks(options: argparse.Namespace) -> tuple[list[str], list[Path]]:
    """Names of benchmarks that were given, and files that define some."""
    said = [name.strip() for each in options.benchmarks or () for name in each.split(",")]
    files = [Path(name) for name in said if name.endswith(".py")]
    return [name for name in said if name and not name.endswith(".py")], files


def finder(options: argparse.Namespace, found: Settings) -> tuple[Finder, Definitions, list[str]]:
    """What finds sides, what knows benchmarks, and the names of those that were given."""
    names, files = benchmarks(options)
    definitions = Definitions(files, Path(found.data) if found.data else None)
    return Finder(found, definitions), definitions, [*names, *definitions.names]
