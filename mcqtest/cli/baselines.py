"""``mcqtest baselines``: which there are, whether they are sound, and what can go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mcqtest import archive
from mcqtest.cli import project
from mcqtest.cli.listed import listed, shown
from mcqtest.cli.said import Said
from mcqtest.gate import (
    Entry,
    beside,
    entries,
    folders,
    orphans,
    packaged,
    packaged_baselines,
    trouble,
)
from mcqtest.report import plural
from mcqtest.run import Settings
from mcqtest.sides import Definitions, strange
from mcqtest.types import McqtestError, one_line, several

UNSOUND = 1
"""Exit code where a file would be refused."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=ACTIONS, default="list", help=_HELP)
    parser.add_argument("names", nargs="*", metavar="NAME", help="baselines; rename: OLD NEW")
    parser.add_argument("--yes", action="store_true", help="remove and prune without asking")
    parser.add_argument(
        "--keep-runs",
        type=int,
        metavar="N",
        help="prune: of all runs keep the last N, and those that a baseline was recorded from",
    )
    parser.add_argument(
        "--benchmarks",
        metavar="NAMES",
        action="append",
        help="only these; or files that define some",
    )
    project.add(parser, "baselines-dir", "run-dir", "data")


def run(options: argparse.Namespace) -> Said:
    settings = project.read(options)
    root = Path(settings.baselines_dir)
    action = ACTIONS[options.action]
    named = options.names[:1] if action is _rename else options.names
    come, _ = packaged(root)
    looks = action in {_list, _show}
    for name in named:
        if name in come and not looks:
            raise McqtestError(
                f"{name} comes with mcqtest ({packaged_baselines() / name}): {options.action} is "
                f"for what lies in {root}; there is {_there(root)}"
            )
        if name not in {*folders(root), *come}:
            raise McqtestError(f"no baseline {name!r} in {root}; there is {_there(root)}")
    return action(options, settings, root)


def _there(root: Path) -> str:
    return several(folders(root), 10) or "none"


def _list(options: argparse.Namespace, settings: Settings, root: Path) -> Said:  # noqa: ARG001
    return listed(root, options.names)


def _show(options: argparse.Namespace, settings: Settings, root: Path) -> Said:  # noqa: ARG001
    if not options.names:
        raise McqtestError(f"show: name a baseline; there is {_there(root)}")
    return shown(root, options.names)


def _rename(options: argparse.Namespace, settings: Settings, root: Path) -> Said:  # noqa: ARG001
    if len(options.names) != 2:
        raise McqtestError("rename: give the old name and the new one")
    old, new = options.names
    if {*new} & {*"/\\"} or new.startswith(".") or new != new.strip() or new in {"", "none"}:
        raise McqtestError(f"rename: {new!r} cannot be the name of a baseline; choose another")
    if (root / new).exists():
        raise McqtestError(f"rename: there is a baseline {new!r} already; remove it first")
    _change(lambda: (root / old).rename(root / new))
    return Said(f"{old} is now {new}", {"old": old, "new": new})


def _remove(options: argparse.Namespace, settings: Settings, root: Path) -> Said:  # noqa: ARG001
    if not options.names:
        raise McqtestError(f"remove: name a baseline; there is {_there(root)}")
    names, _ = project.benchmarks(options)
    found = [each for each in entries(root, options.names) if not names or each.benchmark in names]
    paths = [path for each in found for path in (each.path, beside(each.path))]
    what = sorted({" ".join(filter(None, each.place)) for each in found})
    return _gone(options, root, paths, [f"{each}: all of its tasks" for each in what])


def _check(options: argparse.Namespace, settings: Settings, root: Path) -> Said:
    found = list(entries(root, options.names))
    names, files = project.benchmarks(options)
    definitions = Definitions(files, Path(settings.data) if settings.data else None)
    bad = [said for each in found if (said := trouble(each))]
    bad += [f"{path}: beside no baseline; remove it" for path in orphans(root, options.names)]
    unknown: list[str] = []
    if settings.data or settings.demo or names:
        for each in found if not bad else ():
            if not names or each.benchmark in names:
                odd, is_bad = strange(each, definitions)
                (bad if is_bad else unknown).extend(odd)
    checked = f"{plural(len(found), 'baseline file')} in {root}"
    held = settings.data or settings.demo or names
    against = "" if held else "; name --data to check the questions as well"
    lines = [*bad, *(f"note: {each}" for each in dict.fromkeys(unknown))]
    word = f"{len(bad)} unsound" if bad else "all sound"
    data = {"files": len(found), "unsound": bad, "notes": list(dict.fromkeys(unknown))}
    return Said("\n".join([*lines, f"{checked}: {word}{against}"]), data, UNSOUND if bad else 0)


def _prune(options: argparse.Namespace, settings: Settings, root: Path) -> Said:
    """What no run can read any more; and old runs, where somebody says how many are kept."""
    _, files = project.benchmarks(options)
    definitions = Definitions(files, Path(settings.data) if settings.data else None)
    paths = orphans(root, options.names)
    what = [f"{path}: beside no baseline" for path in paths]
    for each in entries(root, options.names):
        if (why := definitions.gone(each.benchmark, each.task, each.way)) is not None:
            paths += [each.path, beside(each.path)]
            what.append(f"{each.path}: {why}")
    said = _gone(options, root, paths, what)
    if options.keep_runs is None:
        return said
    if options.keep_runs < 1:
        raise McqtestError(f"--keep-runs={options.keep_runs}: a whole number from 1 up is needed")
    folder = Path(settings.run_dir)
    spared = _recorded_from(root, folder)
    old = archive.surplus(folder, keep=options.keep_runs, spared=spared)
    names = [each.name for each in old]
    if names and not _agreed(options, names, plural(len(names), "run")):
        return Said(f"{said.text}\nno run was removed", {**said.data, "runs": []}, said.code)
    archive.remove(folder, old)
    text = f"{said.text}\n{plural(len(names), 'run')} removed: {', '.join(names) or 'none'}"
    return Said(text, {**said.data, "runs": names}, said.code)


def _recorded_from(root: Path, folder: Path) -> set[str]:
    """Runs that a baseline was recorded from: its first task says it for all."""
    first: dict[tuple[str, str, str], Entry] = {}
    for each in entries(root):
        first.setdefault(each.place, each)
    found = (archive.holding(each.record, folder) for each in first.values() if not trouble(each))
    return {each.name for each in found if each is not None}


def _gone(
    options: argparse.Namespace, root: Path, paths: Sequence[Path], what: Sequence[str]
) -> Said:
    """Remove these files, if somebody says so, and the folders that are left empty."""
    there = [path for path in paths if path.exists()]
    if not there:
        return Said("nothing to remove", {"removed": []})
    listed = "\n".join(what)
    if not _agreed(options, what, plural(len(there), "file")):
        return Said("nothing was removed", {"removed": []})
    for path in there:
        _change(path.unlink)
    for folder in sorted({path.parent for path in there}, key=lambda each: -len(each.parts)):
        place = folder
        while place != root and not any(place.iterdir()):
            _change(place.rmdir)
            place = place.parent
    return Said(
        f"{listed}\n{plural(len(there), 'file')} removed",
        {"removed": [str(path) for path in there]},
    )


def _agreed(options: argparse.Namespace, what: Sequence[str], how_many: str) -> bool:
    """Whether somebody says that ``what`` is listed may go. Raises `McqtestError` where nobody can
    be asked.
    """
    if options.yes:
        return True
    if not sys.stdin.isatty():
        raise McqtestError(f"{options.action}: {how_many} would be removed; say --yes")
    print("\n".join(what), file=sys.stderr)  # noqa: T201
    print(f"remove {how_many}? [y/N] ", end="", file=sys.stderr, flush=True)  # noqa: T201
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _change(action: Callable[[], object]) -> None:
    try:
        action()
    except OSError as error:
        raise McqtestError(f"cannot be changed ({one_line(error)})") from None


ACTIONS: dict[str, Callable[[argparse.Namespace, Settings, Path], Said]] = {
    "list": _list,
    "show": _show,
    "rename": _rename,
    "remove": _remove,
    "check": _check,
    "prune": _prune,
}
_HELP = "list (default), show, rename, remove, check (against companions and --data) or prune"
