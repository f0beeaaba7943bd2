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
from mcqtest.types import Identity, McqtestError, Task, several

_ROOTS = ("pyproject.toml", "pytest.toml", "pytest.ini", "tox.ini", "setup.cfg")

_TAKEN = {
    *("data", "revision", "decoding", "reader", "fallback", "reasoning_marks", "backend_option"),
    *("baselines_dir", "run_dir", "alpha", "margin", "tolerance", "licence"),
}
"""Options that say where things are, how recorded outputs are read, and what a model is held to."""

_UNASKED = {"model", "tier", "accept_regression", "comment", "sensitivity", "sweep", "model_name"}
"""Options of a run with a model."""


def add(parser: argparse.ArgumentParser, *names: str) -> None:
    """Options of the gate that the command has, too."""
    for option in (each for each in OPTIONS if each.name in names):
        action = "append" if option.many else "store"
        parser.add_argument(
            f"--{option.name}", metavar=option.metavar, help=option.help, action=action
        )


ASKING = (
    *("data", "revision", "shots", "method", "style", "abstain"),
    *("chat", "chat-option", "system", "shots-as"),
    *("decoding", "reader", "fallback", "reasoning-marks", "limit", "sample", "tier"),
)
"""Options that say what is asked."""


def add_asking(parser: argparse.ArgumentParser) -> None:
    """Those, and which benchmarks and tasks."""
    parser.add_argument(
        "--benchmarks",
        metavar="NAMES",
        action="append",
        help="names, or Python files that define some, commas between (default: the suite)",
    )
    parser.add_argument("--tasks", metavar="NAMES", help="only these tasks, commas between")
    add(parser, *ASKING)


def asking(options: argparse.Namespace) -> tuple[Settings, Finder, list[Task]]:
    """The settings of a run that asks, what finds sides, and the tasks that it asks. Raises
    `McqtestError`.
    """
    found = read(options, every=True)
    finding, definitions, names = finder(options, found)
    names = names or [*found.benchmarks]
    chosen = [definitions.of(name) for name in names or definitions.suite(demo=found.demo)]
    wanted = [name.strip() for name in (options.tasks or "").split(",") if name.strip()]
    tasks = [task for each in chosen for task in each.tasks if not wanted or task.name in wanted]
    missing = [name for name in wanted if name not in {task.name for task in tasks}]
    if missing or not tasks:
        there = several([task.name for each in chosen for task in each.tasks], 10)
        raise McqtestError(f"--tasks={', '.join(missing)}: no such task; there are {there}")
    return found, finding, tasks


def root() -> Path:
    """The project's root: as pytest finds it where no path is given."""
    here = Path.cwd()
    folders = (here, *here.parents)
    return next((each for each in folders if any((each / name).is_file() for name in _ROOTS)), here)


def read(options: argparse.Namespace, *, every: bool = False) -> Settings:
    """The options that were given, else what a tier or ``[tool.mcqtest]`` says, as a run reads
    them; of these none that says how a model is asked, unless ``every`` one is wanted. Raises
    `McqtestError`.
    """
    top = root()
    table = project.table(top)
    tier = project.tier(table, getattr(options, "tier", None))
    table = {**{key: said for key, said in table.items() if key != "tier"}, **tier}

    def lookup(option: Option) -> tuple[Any, Path]:
        if option.key not in _TAKEN and not (every and option.key not in _UNASKED):
            return None, top
        given = None if option.key == "benchmarks" else getattr(options, option.key, None)
        return (given, Path.cwd()) if given is not None else (table.get(option.key), top)

    return settings.read(
        lookup,
        gate=project.without_margins(project.gate(table.get("gate", {}), []), tier),
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
