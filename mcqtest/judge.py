"""From one task's results to its `Case`: against the stored baseline and the thresholds.

What is written into a baseline is decided here as well; where it is, in `mcqtest.identity`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import MappingProxyType

from mcqtest import gate, stats
from mcqtest.case import Case, row, varied
from mcqtest.examination import Examination, examine
from mcqtest.identity import Identity, baseline_name, packaged_baselines, target
from mcqtest.licences import Deciding
from mcqtest.record import Record, parse, record
from mcqtest.settings import Settings
from mcqtest.types import McqtestError, Question, Results, Task, Verdict

_KEPT = "the old baseline is kept; to record all the same, add --accept-regression REASON"


class Judge:
    """Judges every task of a run once. ``levels`` are set when the tasks are known."""

    def __init__(self, settings: Settings, identity: Identity) -> None:
        self.settings = settings
        self.identity = identity
        self.levels = stats.Levels({}, {})
        self.thresholds = gate.Thresholds(settings.gate)
        self._deciding = Deciding(**settings.licence)
        self._cases: dict[Task, Case] = {}
        self._olds: dict[Task, Record | None] = {}
        self._last: tuple[Results, Record] | None = None

    # Where baselines are

    @property
    def baseline(self) -> str | None:
        """The name of the baseline that is compared with or recorded; None for neither."""
        return baseline_name(self.settings, self.identity)

    def target(self, task: Task) -> Path:
        """Where a task's baseline is recorded."""
        return target(self.settings, str(self.baseline), task.benchmark.name, task.name)

    def place(self, task: Task) -> Path:
        """Where a task's baseline is read: in the project, else among those we bring along."""
        own = self.target(task)
        if own.parent.parent.is_dir():
            return own
        packaged = packaged_baselines() / str(self.baseline) / task.benchmark.name / own.name
        return packaged if packaged.is_file() else own

    def old(self, task: Task) -> Record | None:
        """The stored baseline of ``task``, as it was when this run first looked at it."""
        if task not in self._olds:
            self._olds[task] = self._read(task)
        return self._olds[task]

    def _read(self, task: Task) -> Record | None:
        if self.baseline is None:
            return None
        path = self.place(task)
        try:
            text = path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise McqtestError(
                f"{path}: cannot be read ({error}); restore it from version control"
            ) from None
        found = parse(text, where=str(path))
        if found.contradiction:
            raise McqtestError(f"{path}: {found.contradiction}; restore it from version control")
        if (found.benchmark, found.task) != (task.benchmark.name, task.name):
            raise McqtestError(
                f"{path}: this is the baseline of {found.benchmark}/{found.task}, not of "
                f"{task.path}; restore the file from version control"
            )
        return found

    def check(self, task: Task, *, questions: str, asking: str, asked: Sequence[Question]) -> None:
        """Raise if the baseline of ``task`` cannot serve this run, before anything is asked."""
        old = self.old(task)
        if old is None:
            return
        if old.questions == questions and (number := gate.impossible(old, asked)) is not None:
            raise McqtestError(
                f"{self.place(task)}: the answer {old.marks[number]!r} to question {number} is "
                "not one that can have been recorded; restore the file from version control"
            )
        if self.settings.update and old.model != self.identity.name:
            raise McqtestError(
                f"baseline {self.baseline!r} belongs to model {old.model!r}, this is "
                f"{self.identity.name!r}; drop --baseline to record this model's own, or add "
                f"--model-name={old.model} if it is the same model's next version"
            )
        sentence = gate.mismatch(
            old, replace(old, questions=questions, asking=asking), baseline=str(self.baseline)
        )
        if sentence and not self.settings.update:
            raise McqtestError(sentence)
        if sentence and not self._accepts and old.weights != self.identity.weights:
            raise McqtestError(
                f"{sentence}: here nothing tells whether this other checkpoint is worse, so it is "
                "recorded only with --accept-regression REASON"
            )

    # Judging

    def judge(
        self,
        results: Results,
        *,
        compared: bool = True,
        fewer_shots: int = 0,
        in_part: bool = False,
        styles: Mapping[str, int] = MappingProxyType({}),
        methods: Mapping[str, int] = MappingProxyType({}),
    ) -> Case:
        """The case of ``results``; without ``compared``, thresholds and figures alone. ``in_part``:
        the task has more questions.
        """
        if compared and results.task in self._cases:
            return self._cases[results.task]
        new = self.record(results)
        old = self.old(results.task) if compared else None
        verdict = self._verdict(results.task, old, new)
        changes = gate.changed(old, new) if verdict and old else [None] * len(results)
        failures = self._failures(results, old, new, verdict) if compared else []
        figures = {**new.figures, **varied(styles, len(results))}
        examination = self._examine(results, old, new, verdict, in_part=in_part)
        notices: list[str] = []
        if examination is not None:
            figures["passed"] = float(examination.now.passed)
            notices += [examination.odd] if examination.odd else []
            if examination.is_worse and not self._accepts:
                kept = [_KEPT] * self.settings.update
                failures.append("\n".join([examination.reason, examination.moved, *kept]))
            elif examination.sentence:
                notices.append(examination.sentence)
        if compared and self.settings.update and old is not None and verdict is None:
            notices.append(
                f"{results.task.benchmark.name}: recorded without a comparison, for the old "
                "baseline has other questions, or was asked or read in another way"
            )
        case = Case(
            benchmark=results.task.benchmark.name,
            task=results.task.name,
            group=results.task.group,
            rows=[
                row(results.task, each, move) for each, move in zip(results, changes, strict=True)
            ],
            figures=figures,
            verdict=asdict(verdict) if verdict else None,
            failures=failures + self.thresholds.broken(results.task.path, figures),
            against=old.weights if verdict and old else None,
            before=sum(old.correct) if verdict and old else None,
            compared=compared,
            missing=compared and old is None and bool(failures),
            siblings=len(results.task.benchmark.tasks),
            asking=results.asking,
            fewer_shots=fewer_shots,
            styles=dict(styles),
            methods=dict(methods),
            title="" if results.task.title.isascii() else results.task.title,
            licence=examination.to_json() if examination else None,
            expert=results.task.benchmark.expert,
            notices=notices,
        )
        if compared:
            self._cases[results.task] = case
        return case

    def _examine(
        self,
        results: Results,
        old: Record | None,
        new: Record,
        verdict: Verdict | None,
        *,
        in_part: bool,
    ) -> Examination | None:
        key = results.task.benchmark.name, results.task.name
        return examine(
            results,
            old,
            new,
            verdict,
            deciding=self._deciding,
            in_part=in_part,
            level=self.levels.part.get(key, self.levels.task.get(key, 1.0)),
        )

    def record(self, results: Results) -> Record:
        """The record of ``results``; a case asks for it twice, to be judged and to be kept."""
        if self._last is None or self._last[0] is not results:
            who = self.identity
            new = record(results, model=who.name, weights=who.weights, setup=who.setup)
            self._last = results, new
        return self._last[1]

    def text(self, results: Results) -> str:
        """The baseline file that these results make, with the regressions accepted for it."""
        new, old = self.record(results), self.old(results.task)
        verdict = self._verdict(results.task, old, new)
        accepted: tuple[str, ...] = ()
        if old is not None and old.weights == new.weights:
            accepted = old.accepted
        elif self._accepts and verdict is not None and old is not None and verdict.lost:
            reason = (
                f"{self.settings.accept_regression} ({verdict.lost} lost, {verdict.won} won "
                f"against weights {old.weights[:12]}, p = {verdict.p_value:.2g})"
            )
            accepted = (reason,)
        elif self._accepts and verdict is None and old is not None:
            accepted = (f"{self.settings.accept_regression} (could not be compared)",)
        return str(replace(new, accepted=accepted))

    @property
    def _accepts(self) -> bool:
        return self.settings.update and self.settings.accept_regression is not None

    def _verdict(self, task: Task, old: Record | None, new: Record) -> Verdict | None:
        if old is None or gate.mismatch(old, new, baseline=str(self.baseline)):
            return None
        level = self.levels.task[task.benchmark.name, task.name]
        return gate.compare(old, new, level)

    def _failures(
        self, results: Results, old: Record | None, new: Record, verdict: Verdict | None
    ) -> list[str]:
        """Why the comparison is red; nothing where it is not."""
        path = results.task.path
        if verdict is not None and old is not None:
            red = verdict.regressed and not self._accepts
            return self._regression(results, old, new, verdict) if red else []
        if self.settings.update or self.baseline is None:
            return []
        if old is None:
            sentence = (
                f"{path}: nothing to compare with: no baseline {self.baseline!r} "
                f"({self.target(results.task)}); record one with --snapshot-update"
            )
            return [sentence]
        return [str(gate.mismatch(old, new, baseline=self.baseline))]

    def _regression(
        self, results: Results, old: Record, new: Record, verdict: Verdict
    ) -> list[str]:
        lost = gate.moves(old, new, [result.question.id for result in results], "lost")
        worse = (
            f"{results.task.path} is worse than baseline {self.baseline!r}: accuracy "
            f"{old.accuracy:.4f} -> {new.accuracy:.4f}, {verdict.lost} questions lost, "
            f"{verdict.won} won, p = {verdict.p_value:.2g} (red from {verdict.level:.2g})"
        )
        questions = gate.told(lost, "lost")
        silent = sum(move.endswith(">-") for move in lost)
        if silent:
            questions += f"; {silent} of the lost now without a readable answer"
        return ["\n".join([worse, questions, *([_KEPT] if self.settings.update else [])])]
