"""Where the baselines of a run are, what they say, and whether they can serve it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import mcqtest
from mcqtest.gate.atomic import write_all
from mcqtest.gate.comparison import impossible, mismatch
from mcqtest.gate.policy import Policy
from mcqtest.gate.record import Record, parse
from mcqtest.types import Identity, McqtestError, Question, Task

_RESTORE = "restore it from version control"


class Baselines:
    """The baselines of one run, each read once: as it was when this run first looked at it."""

    def __init__(self, policy: Policy, identity: Identity) -> None:
        self._policy = policy
        self._identity = identity
        self._olds: dict[Task, Record | None] = {}

    def place(self, task: Task) -> Path:
        """Where a task's baseline is read: in the project, else among those we bring along."""
        name = str(self._policy.baseline)
        own = target(self._policy, task.benchmark.name, task.name)
        if own.parent.parent.is_dir():
            return own
        packaged = packaged_baselines() / name / task.benchmark.name / own.name
        return packaged if packaged.is_file() else own

    def old(self, task: Task) -> Record | None:
        """The stored baseline of ``task``; None where there is none."""
        if task not in self._olds:
            self._olds[task] = self._read(task)
        return self._olds[task]

    def _read(self, task: Task) -> Record | None:
        if self._policy.baseline is None:
            return None
        path = self.place(task)
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise McqtestError(f"{path}: cannot be read ({error}); {_RESTORE}") from None
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
        old, policy, identity = self.old(task), self._policy, self._identity
        if old is None:
            return
        if old.questions == questions and (number := impossible(old, asked)) is not None:
            raise McqtestError(
                f"{self.place(task)}: the answer {old.marks[number]!r} to question {number} is "
                "not one that can have been recorded; restore the file from version control"
            )
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


def target(policy: Policy, benchmark: str, task: str) -> Path:
    """The file of a task's baseline in the project."""
    return Path(policy.baselines_dir) / str(policy.baseline) / benchmark / f"{task}.txt"


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
        texts[place] = staged(staging, benchmark, task).read_text("utf-8")
    write_all(texts)
