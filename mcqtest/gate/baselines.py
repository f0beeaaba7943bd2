"""Where the baselines of a run are, what they say, and whether they can serve it."""

from __future__ import annotations

import glob
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Protocol

from mcqtest.gate import companion as companions
from mcqtest.gate.companion import Companion
from mcqtest.gate.comparison import impossible, mismatch
from mcqtest.gate.excerpt import Excerpt, alike
from mcqtest.gate.files import (
    RESTORE,
    beside,
    folders,
    model_of,
    packaged_baselines,
    target,
    text_of,
)
from mcqtest.gate.policy import Policy
from mcqtest.gate.record import Record, parse
from mcqtest.types import Identity, McqtestError, Question, Task, several


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
        self._asking: dict[Task, tuple[str, Excerpt | None]] = {}
        """How each task is asked, in words, and which of its questions."""
        self._cuts: dict[Task, tuple[Record, Excerpt]] = {}
        """Baselines of more questions than are asked: as they are stored, and the part."""
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
        asking, excerpt = self._asking.get(task, ("", None))
        if excerpt is not None and excerpt.is_of(found):
            asking = excerpt.asking()
        return found.asking == asking

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
            whole, excerpt = self._cuts.get(task, (old, None))
            text = None if whole is None else text_of(path)
            found = None
            if text is not None and whole is not None and old is not None:
                found = companions.parse(text, whole, where=str(path))
                found = excerpt.companion(found, old) if excerpt else found
            self._companions[task] = found
        return self._companions[task]

    def forget(self, task: Task) -> None:
        """Let its companion go, by far the largest part; it would be read again."""
        self._companions.pop(task, None)

    def whole(self, task: Task) -> dict[str, Any] | None:
        """Of a baseline that has more questions than are asked: ``questions`` and ``asking`` of all
        of them, and the ``places`` of those that are; None where it has these alone.
        """
        if task not in self._cuts:
            return None
        old, excerpt = self._cuts[task]
        return {
            "questions": old.questions,
            "asking": old.asking,
            "places": [*excerpt.places],
        }

    def _read(self, task: Task) -> Record | None:
        if self.policy.baseline is None:
            return None
        path = self.place(task)
        if (text := text_of(path)) is None:
            return None
        found = parse(text, where=str(path))
        if found.contradiction:
            raise McqtestError(f"{path}: {found.contradiction}; {RESTORE}")
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
        excerpt: Excerpt | None = None,
    ) -> None:
        """Raise if the baseline of ``task`` cannot serve this run, before anything is asked.
        ``left_out``: questions of the task besides those ``asked``, and ``excerpt`` which; a
        baseline of all of them serves with its answers to these. ``valued``: their answers are
        texts, and no choices.
        """
        self._asking[task] = asking, excerpt
        if self.policy.update:
            self._check_owner(task)
            excerpt = None
        if (old := self.old(task)) is None:
            self._check_ways(task, questions=questions, asking=asking, excerpt=excerpt)
            return
        now = alike(old, questions=questions, asking=asking, excerpt=excerpt)
        every = len(asked) + left_out
        sentence = mismatch(old, now, baseline=str(self.policy.baseline), every=every)
        if excerpt is not None and not sentence and now.questions != questions:
            self._cuts[task] = old, excerpt
            old = self._olds[task] = excerpt.record(old, questions=questions, asking=asking)
        number = impossible(old, asked, valued=valued) if old.questions == questions else None
        if number is not None:
            place = excerpt.places[number] if task in self._cuts and excerpt else number
            raise McqtestError(
                f"{self.place(task)}: the answer {old.marks[number]!r} to question {place} is "
                "not one that can have been recorded; restore the file from version control"
            )
        self.companion(task)
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
            again = "run without --limit and --sample, or " if asked + left_out >= old.count else ""
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
        places = [Path(policy.baselines_dir)]
        if any(task.benchmark.demo for task in tasks):
            places.append(packaged_baselines())
        named = next((each for root in places if (each := root / policy.baseline).is_dir()), None)
        if named is None:
            there = sorted({name for root in places for name in folders(root)})
            found = f"no baseline {policy.baseline!r} in {policy.baselines_dir}"
        else:
            there = folders(named)
            found = f"baseline {policy.baseline!r} has none of the selected tasks"
        raise McqtestError(
            f"{found} (there is {several(there, 10) or 'nothing'}); record it "
            "with --snapshot-update, name another with --baseline, or ask for thresholds alone "
            "with --baseline=none"
        )

    def _check_ways(
        self, task: Task, *, questions: str, asking: str, excerpt: Excerpt | None
    ) -> None:
        """Raise where there is a baseline of ``task``, but of other ways of asking alone."""
        if self.policy.update or self.policy.baseline is None:
            return
        root = Path(self.policy.baselines_dir) / str(self.policy.baseline)
        if not root.is_dir():
            root = packaged_baselines() / str(self.policy.baseline)
        folder, name = root / task.benchmark.name, f"{task.name}.txt"
        for path in (folder / name, *sorted(folder.glob(f"*/{glob.escape(name)}"))):
            if (text := text_of(path)) is not None:
                found = parse(text, where=str(path))
                now = alike(found, questions=questions, asking=asking, excerpt=excerpt)
                sentence = mismatch(found, now, baseline=str(self.policy.baseline))
                if sentence is not None:
                    raise McqtestError(sentence)
