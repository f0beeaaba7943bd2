"""``mcqtest show``: questions with what was answered then and now."""

from __future__ import annotations

import argparse
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mcqtest import archive
from mcqtest.cli import project
from mcqtest.cli.said import Said
from mcqtest.cli.screen import has_colours
from mcqtest.report import looks, markdown, plural
from mcqtest.run import Settings
from mcqtest.sides import Finder, Found, Key, RunSide, Side, Wanted, moved
from mcqtest.types import McqtestError

_FIRST = 20
"""Questions that are shown unless told otherwise."""
_KINDS = ("lost", "won", "unread")


def arguments(parser: argparse.ArgumentParser) -> None:
    add_sides(parser)
    for kind, what in zip(_KINDS, ("lost", "won", "now without a readable answer"), strict=True):
        parser.add_argument(f"--{kind}", action="store_true", help=f"questions that are {what}")
    parser.add_argument("--id", action="append", metavar="ID", help="this question; repeatable")
    parser.add_argument("-k", metavar="WORD", help="of tasks whose name or benchmark has this word")
    parser.add_argument(
        "--limit",
        type=int,
        default=_FIRST,
        metavar="N",
        help=f"so many at most, spread over the tasks; 0: all (default: {_FIRST})",
    )
    parser.add_argument("--whole", action="store_true", help="do not cut long texts")
    parser.add_argument("--markdown", action="store_true", help="say it in Markdown")


def add_sides(parser: argparse.ArgumentParser) -> None:
    """Which run is looked at, and what it is compared with."""
    parser.add_argument("run", nargs="?", help="a run or its folder (default: the last one)")
    parser.add_argument(
        "--baseline",
        metavar="NAME",
        help="compare with this baseline or run (default: what the run was compared with)",
    )
    project.add(parser, "run-dir", "baselines-dir")


def run(options: argparse.Namespace) -> Said:
    settings = project.read(options)
    if options.limit < 0:
        raise McqtestError(f"--limit={options.limit}: a whole number from 0 up is needed")
    new = run_of(options.run, settings)
    old = against(options.baseline, new, settings)
    kinds = [kind for kind in _KINDS if getattr(options, kind)]
    if old is None and not (options.id or "unread" in kinds):
        raise McqtestError(
            f"{new.name} was compared with nothing that is there now; name --baseline=NAME, or ask "
            "for --unread or --id=ID"
        )
    wanted = Wanted(kinds or ("lost", "won"), options.id or (), word(options.k))
    found = moved(old, new, wanted)
    rows = found.first(0 if options.id else options.limit)
    seen = found.seen(rows)
    what = "named" if options.id else " or ".join(wanted.kinds)
    lacking = [*earlier(options.run, new), *since(options.baseline, old, new)]
    lacking += found.lacking(rows)
    said = heading(found, what, len(seen))
    notes = [f"note: {each}" for each in lacking]
    whole = options.whole or bool(options.id)
    if options.markdown:
        lines = markdown(seen, [*said, *notes], whole=whole)
    else:
        width = shutil.get_terminal_size().columns
        lines = [*said, *notes, *looks(seen, width, whole=whole, colours=has_colours())]
    data = {
        "run": new.name,
        "baseline": None if old is None else old.name,
        "n": found.n,
        "letters": dict(zip(("then", "now"), map(dict, found.letters), strict=True)),
        "notes": lacking,
        "questions": [each.to_json() for each in seen],
    }
    return Said("\n".join(lines), data, pages=True)


def heading(found: Found, what: str, shown: int) -> list[str]:
    """What is compared, and how much of it is shown."""
    against = "" if found.old is None else f" against {found.old.kind} {found.old.name}"
    lines = [f"{found.new.kind} {found.new.name}{against}: {plural(found.n, 'question')} {what}"]
    then, now = found.letters
    if now and found.n >= _FEW:  # a model that says one letter more often is seen by that
        told = f"answered then {_counted(then)}; now" if then else "answered"
        lines.append(f"{told} {_counted(now)}")
    if shown < found.n:
        lines.append(
            f"shown: {shown:,} of them, spread over the tasks; --limit=0 shows all, -k WORD those "
            "of a task, --id=ID one"
        )
    return lines


_FEW = 10
"""Questions from which on it is told which letters were answered."""


def _counted(letters: Counter[str]) -> str:
    return ", ".join(f"{letter} {count:,}" for letter, count in sorted(letters.items()))


def earlier(said: str | None, new: RunSide) -> list[str]:
    """That the last run is not the one that is shown, though none was named."""
    if said is not None or archive.is_newest(new.kept):
        return []
    return ["the last run of this folder did not finish, or was not kept; this is an earlier one"]


def since(named: str | None, old: Side | None, new: RunSide) -> list[str]:
    """That what the run was compared with, where nothing else is named, is another one by now."""
    if named is not None or old is None:
        return []
    told = new.kept.summary["benchmarks"]
    for (benchmark, task), (stored, *_) in old.tasks.items():
        then = told.get(benchmark, {}).get("tasks", {}).get(task, {})
        known = then.get("baseline_accuracy"), stored.record.accuracy
        whole = then.get("n") == stored.record.count and known[0] is not None
        if whole and abs(known[0] - known[1]) > _OTHER:
            lost = sum(each.get("lost") or 0 for each in told.values())
            said = f"baseline {old.name} was recorded anew since this run, which had lost "
            return [f"{said}{plural(lost, 'question')}; --baseline=RUN takes a run that is kept"]
    return []


_OTHER = 1e-5
"""Accuracies that differ by more are those of other answers; a file has six digits of a score."""


def run_of(said: str | None, settings: Settings) -> RunSide:
    """The run that is looked at."""
    folder = Path(settings.run_dir)
    return RunSide(archive.named(said, folder) if said else archive.newest(folder))


def against(said: str | None, new: RunSide, settings: Settings) -> Side | None:
    """What it is compared with: what is named, else what it was compared with, if that is there."""
    finder = Finder(settings)
    if said is not None:
        return finder.stored(said, old=True)
    name = new.policy.baseline if new.policy else None
    if name is None or new.kept.summary.get("verdict") == "recorded":
        return None
    with suppress(McqtestError):
        return finder.baseline(name)
    return None


def word(said: str | None) -> Callable[[Key], bool]:
    """Whether a task is meant: all, where no word is given."""
    wanted = (said or "").casefold()
    return lambda key: wanted in "/".join(key).casefold()
