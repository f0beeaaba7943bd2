"""Where the baselines of a run are, what they say, and whether they can serve it."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import mcqtest
from mcqtest.gate import companion as companions
from mcqtest.gate.atomic import write_all
from mcqtest.gate.companion import Companion
from mcqtest.gate.comparison import impossible, mismatch
from mcqtest.gate.policy import Policy
from mcqtest.gate.record import Record, parse
from mcqtest.types import Identity, McqtestError, Question, Task

_RESTORE = "restore it from version control"


class Baselines:
    """The baselines of one run, each read once: as it was when this run first looked at it."""

    def __init__(self, policy: Policy, identity: Identity) -> None:
        self.policy = policy
        self._identity = identity
        self._olds: dict[Task, Record | None] = {}
        self._companions: dict[Task, Companion | None] = {}
        self._asking: dict[Task, str] = {}
        """How each task is asked, in words."""

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

    def check(self, task: Task, *, questions: str, asking: str, asked: Sequence[Question]) -> None:
        """Raise if the baseline of ``task`` cannot serve this run, before anything is asked."""
        self._asking[task] = asking
        old, policy, identity = self.old(task), self.policy, self._identity
        if old is None:
            self._check_ways(task, questions=questions, asking=asking)
            return
        if old.questions == questions and (number := impossible(old, asked)) is not None:
            raise McqtestError(
                f"{self.place(task)}: the answer {old.marks[number]!r} to question {number} is "
                "not one that can have been recorded; restore the file from version control"
            )
        self.companion(task)
        if policy.update and old.model != identity.name:
            raise McqtestError(
                f"baseline {policy.baseline!r} belongs to model {old.model!r}, this is "
                f"{identity.name!r}; drop --baseline to record this model's own, or add "
                f"--model-name={old.model} if it is the same model's next version"
            )
        sentence = mismatch(
            old, replace(old, questions=questions, asking=asking), baseline=str(policy.baseline)
        )
        if sentence and not policy.update:
            raise McqtestError(sentence)
        if sentence and not policy.accepts and old.weights != identity.weights:
            raise McqtestError(
                f"{sentence}: here nothing tells whether this other checkpoint is worse, so it is "
                "recorded only with --accept-regression REASON"
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
        texts[place] = new.read_text("utf-8")
        texts[beside(place)] = beside(new).read_text("utf-8")
    write_all(texts)
