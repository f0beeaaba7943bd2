"""Where the baselines of a run are, what they say, and whether they can serve it."""

from __future__ import annotations

import glob
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import mcqtest
from mcqtest.gate import companion as companions
from mcqtest.gate.atomic import write_all
from mcqtest.gate.companion import Companion
from mcqtest.gate.comparison import impossible, mismatch
from mcqtest.gate.policy import Policy
from mcqtest.gate.record import Record, parse
from mcqtest.types import Identity, McqtestError, Question, Task, several

_RESTORE = "restore it from version control"


class Olds(Protocol):
    """What results are compared with."""

    def old(self, task: Task) -> Record | None:
        """The record of ``task``; None where there is none."""
        ...

    def companion(self, task: Task) -> Companion | None:
        """What its letters cannot hold; None where there is none."""
        ...


class Baselines:
    """The baselines of one run, each read once: as it was when this run first looked at it."""

    def __init__(self, policy: Policy, identity: Identity) -> None:
        self.policy = policy
        self._identity = identity
        self._olds: dict[Task, Record | None] = {}
        self._companions: dict[Task, Companion | None] = {}
        self._asking: dict[Task, str] = {}
        """How each task is asked, in words."""
        self._owners: dict[str, str | None] = {}
        """Benchmark -> another model that has recorded it under this baseline's name."""

    def place(self, task: Task) -> Path:
        """Where a task's baseline is read: in the project, else among those we bring along. Another
        way than the benchmark's own was once recorded in the place of that one.
        """
        root = Path(self.policy.baselines_dir) / str(self.policy.baseline)
        own = target(self.policy, task.benchmark.name, task.name)
        if not root.is_dir():
            root = packaged_baselines() / str(self.policy.baseline)
            own = root / own.relative_to(Path(self.policy.baselines_dir) / root.name)
            if not own.is_file():
                return target(self.policy, task.benchmark.name, task.name)
        earlier = root / task.benchmark.name / own.name
        if not own.exists() and earlier.is_file() and self._says_so(earlier, task):
            return earlier
        return own

    def _says_so(self, path: Path, task: Task) -> bool:
        """Whether a baseline was asked in the way of this run."""
        try:
            found = parse(path.read_text("utf-8"), where=str(path))
        except (McqtestError, OSError, UnicodeDecodeError):
            return False
        return found.asking == self._asking.get(task)

    def old(self, task: Task) -> Record | None:
        """The stored baseline of ``task``; None where there is none."""
        if task not in self._olds:
            self._olds[task] = self._read(task)
        return self._olds[task]

    def require(self, task: Task) -> None:
        """Raise if there is no baseline of ``task``."""
        if self.old(task) is None:
            raise McqtestError(
                f"{task.path}: no baseline {self.policy.baseline!r} ({self.place(task)}); name "
                "another, or record it with --snapshot-update first"
            )

    def companion(self, task: Task) -> Companion | None:
        """What its letters cannot hold; None where there is none."""
        old = self.old(task)
        if task not in self._companions:
            path = beside(self.place(task))
            text = None if old is None else _text(path)
            self._companions[task] = (
                None
                if text is None or old is None
                else companions.parse(text, old, where=str(path))
            )
        return self._companions[task]

    def _read(self, task: Task) -> Record | None:
        if self.policy.baseline is None:
            return None
        path = self.place(task)
        if (text := _text(path)) is None:
            return None
        found = parse(text, where=str(path))
        if found.contradiction:
            raise McqtestError(f"{path}: {found.contradiction}; {_RESTORE}")
        if (found.benchmark, found.task) != (task.benchmark.name, task.name):
            raise McqtestError(
                f"{path}: this is the baseline of {found.benchmark}/{found.task}, not of "
                f"{task.path}; restore the file from version control"
            )
        return found

    def check(
        self,
        task: Task,
        *,
        questions: str,
        asking: str,
        asked: Sequence[Question],
        left_out: int = 0,
        valued: bool = False,
    ) -> None:
        """Raise if the baseline of ``task`` cannot serve this run, before anything is asked.
        ``left_out``: questions of the task besides those ``asked``; ``valued``: their answers are
        texts, and no choices.
        """
        self._asking[task] = asking
        if self.policy.update:
            self._check_owner(task)
        if (old := self.old(task)) is None:
            self._check_ways(task, questions=questions, asking=asking)
            return
        number = impossible(old, asked, valued=valued) if old.questions == questions else None
        if number is not None:
            raise McqtestError(
                f"{self.place(task)}: the answer {old.marks[number]!r} to question {number} is "
                "not one that can have been recorded; restore the file from version control"
            )
        self.companion(task)
        now = replace(old, questions=questions, asking=asking)
        every = len(asked) + left_out
        sentence = mismatch(old, now, baseline=str(self.policy.baseline), every=every)
        if sentence and not self.policy.update:
            raise McqtestError(sentence)
        if not self.policy.accepts:
            self._check_kept(task, old, sentence, len(asked), left_out)

    def _check_kept(
        self, task: Task, old: Record, sentence: str | None, asked: int, left_out: int
    ) -> None:
        """Raise where a recording would make less of a baseline, or nobody knows whether it would;
        ``sentence``: why it cannot be compared.
        """
        if asked < old.count:
            again = "run without --limit, or " if asked + left_out >= old.count else ""
            raise McqtestError(
                f"{task.path}: {asked} questions would replace the {old.count} of baseline "
                f"{self.policy.baseline!r}; {again}record them all the same with "
                "--accept-regression REASON"
            )
        if sentence and old.weights != self._identity.weights:
            raise McqtestError(
                f"{sentence}: here nothing tells whether this other checkpoint is worse, so it is "
                "recorded only with --accept-regression REASON"
            )

    def _check_owner(self, task: Task) -> None:
        """Raise where another model has recorded the benchmark under this name, in any way."""
        name, policy, identity = task.benchmark.name, self.policy, self._identity
        if name not in self._owners:
            folder = Path(policy.baselines_dir) / str(policy.baseline) / name
            found = (model_of(path) for path in sorted(folder.rglob("*.txt")))
            others = (model for model in found if model not in {None, identity.name})
            self._owners[name] = next(others, None)
        if (owner := self._owners[name]) is not None:
            raise McqtestError(
                f"baseline {policy.baseline!r} belongs to model {owner!r}, this is "
                f"{identity.name!r}; drop --baseline to record this model's own, or add "
                f"--model-name={owner} if it is the same model's next version"
            )

    def check_any(self, tasks: Collection[Task]) -> None:
        """Raise where none of the ``tasks`` has a baseline to be compared with."""
        policy = self.policy
        if policy.update or policy.baseline is None or not tasks:
            return
        if any(self.old(task) is not None for task in tasks):
            return
        folders = [Path(policy.baselines_dir)]
        if any(task.benchmark.demo for task in tasks):
            folders.append(packaged_baselines())
        named = next((each for root in folders if (each := root / policy.baseline).is_dir()), None)
        if named is None:
            there = sorted({name for root in folders for name in _folders(root)})
            found = f"no baseline {policy.baseline!r} in {policy.baselines_dir}"
        else:
            there = _folders(named)
            found = f"baseline {policy.baseline!r} has none of the selected tasks"
        raise McqtestError(
            f"{found} (there is {several(there, 10) or 'nothing'}); record it "
            "with --snapshot-update, name another with --baseline, or ask for thresholds alone "
            "with --baseline=none"
        )

    def _check_ways(self, task: Task, *, questions: str, asking: str) -> None:
        """Raise where there is a baseline of ``task``, but of other ways of asking alone."""
        if self.policy.update or self.policy.baseline is None:
            return
        root = Path(self.policy.baselines_dir) / str(self.policy.baseline)
        if not root.is_dir():
            root = packaged_baselines() / str(self.policy.baseline)
        folder, name = root / task.benchmark.name, f"{task.name}.txt"
        for path in (folder / name, *sorted(folder.glob(f"*/{glob.escape(name)}"))):
            if (text := _text(path)) is not None:
                found = parse(text, where=str(path))
                now = replace(found, questions=questions, asking=asking)
                sentence = mismatch(found, now, baseline=str(self.policy.baseline))
                if sentence is not None:
                    raise McqtestError(sentence)


def target(policy: Policy, benchmark: str, task: str) -> Path:
    """The file of a task's baseline in the project."""
    folder = Path(policy.baselines_dir) / str(policy.baseline) / benchmark
    return folder / policy.ways.get(benchmark, "") / f"{task}.txt"


def is_recorded(policy: Policy, benchmark: str, way: str) -> bool:
    """Whether the baseline has any task of a benchmark in this way's folder."""
    if policy.baseline is None:
        return False
    root = Path(policy.baselines_dir) / policy.baseline
    if not root.is_dir():
        root = packaged_baselines() / policy.baseline
    return any((root / benchmark / way).glob("*.txt"))


def beside(place: Path) -> Path:
    """The companion of a baseline's file."""
    return place.with_suffix(".json")


def _text(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise McqtestError(f"{path}: cannot be read ({error}); {_RESTORE}") from None


def model_of(path: Path) -> str | None:
    """The model that a baseline file says it was recorded from; None for what is no baseline."""
    with suppress(McqtestError):
        return parse(_text(path) or "", where=str(path)).model
    return None


def _folders(root: Path) -> list[str]:
    """Names of the folders in this one."""
    with suppress(OSError):
        return sorted(each.name for each in root.iterdir() if each.is_dir())
    return []


def packaged_baselines() -> Path:
    """The baselines that come with mcqtest: in the wheel inside it, in a checkout beside it."""
    package = Path(mcqtest.__file__).parent
    inside = package / "baselines"
    return inside if inside.is_dir() else package.parent / "baselines"


def staged(staging: Path, benchmark: str, task: str) -> Path:
    """Where a new baseline waits until the whole run is judged."""
    return staging / benchmark / f"{task}.txt"


def publish(policy: Policy, staging: Path, tasks: Iterable[tuple[str, str]]) -> None:
    """Make the staged files of ``tasks`` (benchmark, task) the baseline."""
    texts = {}
    for benchmark, task in tasks:
        place = target(policy, benchmark, task)
        new = staged(staging, benchmark, task)
        try:
            texts[place] = new.read_text("utf-8")
            texts[beside(place)] = beside(new).read_text("utf-8")
        except OSError as error:
            raise McqtestError(
                f"{benchmark}/{task}: judged, but its new baseline cannot be read "
                f"({new}: {error.strerror}); nothing was recorded, run again"
            ) from None
    write_all(texts)
