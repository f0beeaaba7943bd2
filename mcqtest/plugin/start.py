"""From a pytest configuration to the two plugins of a run."""

from __future__ import annotations

import os
import resource
import shlex
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mcqtest import report
from mcqtest.gate import write_or_remove
from mcqtest.options import OPTIONS, Option
from mcqtest.plugin import ci
from mcqtest.plugin.cases import Cases
from mcqtest.plugin.controller import Controller
from mcqtest.plugin.spending import Spending
from mcqtest.plugin.wire import worker_run
from mcqtest.run import OccupiedError, Run, Settings, lock, places, project, settings
from mcqtest.types import McqtestError


def start(config: pytest.Config, flags: Collection[str] = places.FLAGS) -> None:
    """Register what this process needs; a mistake of the user ends pytest with one line.
    ``flags``: spellings of options that no other plugin has taken.
    """
    if (given := getattr(config, "workerinput", {}).get("mcqtest")) is not None:
        os.environ.update(given["environment"])
        run = worker_run(given)
        config.pluginmanager.register(Cases(run), "mcqtest-cases")
        config.pluginmanager.register(Spending(config, run), "mcqtest-spending")
        return
    try:
        places.check_alone(_arguments(config), config.invocation_params.dir, flags)
        table = project.table(config.rootpath)
        found = _settings(config, table)
        if not found.model:
            return
        _check(config)
        if not config.option.collectonly:
            _occupy(config, Path(found.run_dir), found.model)
            _spoil(Path(found.run_dir), report.UNFINISHED)  # reading the weights may take hours
        run = Run(found)
        notices = [*places.differing(_places(config, flags, table))]
        notices += project.unread(config.invocation_params.dir, config.rootpath)
        notices += project.overruled(table.get("gate", {}), config.getini("mcq_gate"))
        controller = Controller(config, run, workers=_workers(config), notices=notices)
    except McqtestError as error:
        if not isinstance(error, OccupiedError):
            _refuse(config, str(error))
        ci.refuse(str(error))
        raise pytest.UsageError(str(error)) from None
    config.pluginmanager.register(controller, "mcqtest-controller")
    config.pluginmanager.register(Spending(config, run), "mcqtest-spending")
    if not controller.workers:
        config.pluginmanager.register(Cases(run), "mcqtest-cases")


def _check(config: pytest.Config) -> None:
    """Raise where this pytest cannot run us."""
    if not config.pluginmanager.hasplugin("syrupy"):
        raise McqtestError(
            "syrupy, which keeps baselines, is switched off; leave out -p no:syrupy, or where "
            "plugins are not loaded by themselves add -p syrupy"
        )
    workers, limit = _workers(config), resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    least = 16 + 4 * workers
    if 0 <= limit < least:
        whose = f" with {workers} workers" if workers else ""
        raise McqtestError(
            f"{limit} files may be open at once, and a run{whose} needs {least}; raise it, as with "
            "ulimit -n 1024"
        )


_OCCUPIED = pytest.StashKey[bool]()
"""This process has the lock of the run's folder."""


def _occupy(config: pytest.Config, folder: Path, model: str) -> None:
    config.add_cleanup(lock(folder, model=model))
    config.stash[_OCCUPIED] = True


def _refuse(config: pytest.Config, reason: str) -> None:
    """Leave the reason in place of an earlier run's summary, unless that run goes on."""
    table: Mapping[str, Any] = {}
    tier: Mapping[str, Any] = {}
    with suppress(McqtestError):  # that it cannot be read may be the mistake
        table = project.table(config.rootpath)
        tier = _tier(config, table)
    try:
        option = next(each for each in OPTIONS if each.key == "run_dir")
        given, base = _lookup(config, table, tier)(option)
        folder = base / Path(given or settings.DEFAULTS["run_dir"]).expanduser()
        if not config.stash.get(_OCCUPIED, False) and (folder / "summary.json").is_file():
            _occupy(config, folder, "?")
    except OccupiedError:
        return
    except McqtestError:  # of a full disk: what lies there must go all the more
        pass
    except (OSError, RuntimeError, TypeError, ValueError):
        return  # the mistake itself is what is going to be told
    _spoil(folder, reason)


def _spoil(folder: Path, reason: str) -> None:
    """Leave no summary of an earlier run to be taken for that of this one."""
    path = folder / "summary.json"
    with suppress(OSError):  # of a name that no file can have
        if path.is_file():
            write_or_remove(path, report.dump(report.refused(reason)))


def _workers(config: pytest.Config) -> int:
    """Processes that run cases for this one; 0 without xdist."""
    if getattr(config.option, "dist", "no") == "no":
        return 0
    return len(getattr(config.option, "tx", None) or ())


def _settings(config: pytest.Config, table: Mapping[str, Any]) -> Settings:
    given = {each.name: config.getoption(f"mcq_{each.key}") for each in OPTIONS}
    for name, value in given.items():
        if value == "":
            raise McqtestError(f"--{name}= is empty: give a value, or leave the option out")
    tier = _tier(config, table)
    gate = project.gate(table.get("gate", {}), config.getini("mcq_gate"))
    required = table.get("required", []), config.getini("mcq_required")
    if "required" in tier:
        required = tier["required"], []
    found = settings.read(
        _lookup(config, table, tier),
        gate=project.without_margins(gate, tier),
        root=config.rootpath,
        required=project.required(*required),
        environment=os.environ,
        update=bool(config.getoption("update_snapshots", default=False)),
    )
    if not found.model and (named := [name for name, value in given.items() if value is not None]):
        raise McqtestError(f"--{named[0]}: no model is named; give --model=PATH as well")
    return found


def _named_tier(config: pytest.Config) -> str | None:
    """On the command line or in the ini file."""
    return config.getoption("mcq_tier") or config.getini("mcq_tier") or None


def _tier(config: pytest.Config, table: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the tier that is chosen."""
    return project.tier(table, _named_tier(config))


def _arguments(config: pytest.Config) -> list[str]:
    """What pytest chose its root by."""
    return [*_addopts(), *config.invocation_params.args]


def _addopts() -> list[str]:
    return shlex.split(os.environ.get("PYTEST_ADDOPTS", ""))


def _places(
    config: pytest.Config, flags: Collection[str], table: Mapping[str, Any]
) -> list[places.Place]:
    """Where options are given, what counts first; as `_lookup` and `settings.read` have it."""
    here, root = config.invocation_params.dir, config.rootpath
    lines = {
        "command line": config.invocation_params.args,
        "PYTEST_ADDOPTS": _addopts(),
        "addopts": config.getini("addopts") or (),
    }
    tier = _tier(config, table)  # chosen, so that it counts is no news
    ini = {each.key: config.getini(f"mcq_{each.key}") for each in OPTIONS if each.key not in tier}
    rest = {key: value for key, value in table.items() if key not in {"tier", *tier}}
    environment = {"data": os.environ.get("MCQTEST_DATA")}
    return [
        *(place for name, each in lines.items() for place in places.given(name, each, here, flags)),
        places.Place(f"tier {_named_tier(config)}", tier, root),
        places.Place("ini file", ini, root),
        places.Place("[tool.mcqtest]", rest, root),
        places.Place("MCQTEST_DATA", environment, Path.cwd()),
    ]


def _lookup(
    config: pytest.Config, table: Mapping[str, Any], tier: Mapping[str, Any]
) -> settings.Lookup:
    """Command line, tier, ini file, ``[tool.mcqtest]``: the first that names an option."""

    def lookup(option: Option) -> tuple[Any, Path]:
        given = config.getoption(f"mcq_{option.key}")
        if given is not None:
            return given, config.invocation_params.dir
        if option.key in tier:
            return tier[option.key], config.rootpath
        ini = config.getini(f"mcq_{option.key}")
        said = None if option.key == "tier" else table.get(option.key)  # there, these are tables
        return (ini if ini not in (None, "", []) else said), config.rootpath

    return lookup
