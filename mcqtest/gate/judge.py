"""From one task's results to its `Outcome`: against the stored baseline and the thresholds.

What is written into a baseline is decided here as well; where it is, in `mcqtest.gate.files`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from types import MappingProxyType
from typing import Any

from mcqtest.gate.baselines import Olds
from mcqtest.gate.companion import Companion, briers
from mcqtest.gate.comparison import (
    compare,
    differences,
    mismatch,
    set_up_otherwise,
)
from mcqtest.gate.criterion import Finding, Judged
from mcqtest.gate.evidence import echoed, is_alike
from mcqtest.gate.files import target
from mcqtest.gate.making import Made, made
from mcqtest.gate.outcome import Outcome, varied, whole
from mcqtest.gate.policy import KEPT, Policy
from mcqtest.gate.qualities import longer, qualities
from mcqtest.gate.record import Record, scores_of
from mcqtest.gate.sentences import regression
from mcqtest.types import Comparison, Identity, Results, Score, Task


class Judge:
    """Judges every task of a run once, by the ``policy`` of the run."""

    def __init__(
        self,
        policy: Policy,
        baselines: Olds,
        identity: Identity,
        *,
        anchors: Olds | None = None,
    ) -> None:
        self.policy = policy
        self._baselines = baselines
        self._anchors = anchors
        self._identity = identity
        self._outcomes: dict[Task, Outcome] = {}
        self._last: Made | None = None

    def judge(
        self,
        results: Results,
        *,
        compared: bool = True,
        fewer_shots: int = 0,
        in_part: bool = False,
        variants: Mapping[str, Results] = MappingProxyType({}),
        methods: Mapping[str, float] = MappingProxyType({}),
    ) -> Outcome:
        """The outcome of ``results``; without ``compared``, thresholds and figures alone.
        ``in_part``: the task has more questions.
        """
        task = results.task
        if compared and task in self._outcomes:
            return self._outcomes[task]
        new = self.record(results)
        old = self._baselines.old(task) if compared else None
        comparison = self._compare(old, new)
        matched = old if comparison else None
        finding = self._find(results, matched, comparison, in_part=in_part)
        others = {name: scores_of(each) for name, each in variants.items()}
        figures = {**new.figures, **self._of(results).sure, **varied(others)}
        figures |= finding.figures if finding else {}
        failures = self._failures(results, old, new, comparison) if compared else []
        failures += self._worse(finding)
        outcome = Outcome(
            **_about(results),
            scores=self._scores(results),
            figures=figures,
            comparison=asdict(comparison) if comparison else None,
            differences=differences(matched, new) if matched else None,
            failures=failures + self.policy.thresholds.broken(task.path, figures),
            against=matched.weights if matched else None,
            before=whole(math.fsum(matched.values)) if matched else None,
            compared=compared,
            missing=compared and old is None and bool(failures),
            fewer_shots=fewer_shots,
            in_part=in_part,
            noise=kept.noise if matched and (kept := self._kept(results)) else None,
            anchored=self._anchored(results) if compared else None,
            lengths=longer(self._kept(results), self._made(results)) if matched else None,
            variants=others,
            varied={name: self._counted(each) for name, each in variants.items()},
            methods=dict(methods),
            findings={finding.kind: dict(finding.detail)} if finding else {},
            notices=self._notices(results, old, comparison, finding),
            record=str(new),
            companion=str(self._made(results)),
            **self._beside(results, matched),
        )
        if compared:
            self._outcomes[task] = outcome
        return outcome

    def record(self, results: Results) -> Record:
        """The record of ``results``."""
        return self._of(results).record

    def remember(self, results: Results, kept: Companion | None) -> None:
        """These ``results`` are read again, and what stood beside their record was ``kept``."""
        self._last = made(results, self._identity, kept)

    def _of(self, results: Results) -> Made:
        """A task asks for it several times, to be judged and to be kept."""
        if self._last is None or self._last.results is not results:
            self._last = made(results, self._identity)
        return self._last

    def _scores(self, results: Results) -> Sequence[Score]:
        return self._of(results).scores

    def text(self, results: Results) -> str:
        """The baseline file that these results make, with the regressions accepted for it."""
        new, old, policy = self.record(results), self._baselines.old(results.task), self.policy
        comparison = self._compare(old, new) if policy.accepts else None
        accepted: tuple[str, ...] = ()
        fewer = policy.accepts and old is not None and new.count < old.count
        if old is not None and old.weights == new.weights and not fewer:
            accepted = old.accepted
        elif policy.accepts and comparison is not None and old is not None and comparison.lost:
            reason = (
                f"{policy.reason} ({comparison.lost} lost, {comparison.won} won "
                f"against weights {old.weights[:12]}, p = {comparison.p_value:.2g})"
            )
            accepted = (reason,)
        elif policy.accepts and comparison is None and old is not None:
            over = f": {new.count} questions over {old.count}" if fewer else ""
            accepted = (f"{policy.reason} (could not be compared{over})",)
        return str(replace(new, accepted=accepted))

    def _kept(self, results: Results) -> Companion | None:
        """The companion of the baseline, where there is one."""
        return self._baselines.companion(results.task)

    def _made(self, results: Results) -> Companion:
        return self._of(results).companion

    def _anchored(self, results: Results) -> list[float] | None:
        """By how much each score changed since the anchor was recorded, where there is one."""
        old = self._anchors.old(results.task) if self._anchors else None
        new = self.record(results)
        if old is None or mismatch(old, new, baseline=str(self.policy.anchor)):
            return None
        return differences(old, new)

    def _beside(self, results: Results, matched: Record | None) -> dict[str, Any]:
        """What an outcome says beside right and wrong: of its probabilities, and against the
        baseline that is ``matched``, where there is one.
        """
        scores, new, who = self._scores(results), self._made(results), self._identity
        alike = sum(is_alike(score, who.dtype) for score in scores)
        if matched is None:
            return {"alike": alike, "qualities": {}}
        old = self._kept(results)
        then = briers(old, scores) if old else None
        sides = (matched, old), (self.record(results), new)
        return {
            "alike": alike,
            "qualities": qualities(*sides, scores, then=then),
            "brier_before": None if then is None else math.fsum(then),
            "echoes": echoed(old, new) if matched.weights != who.weights else 0,
        }

    def companion(self, results: Results, *, asked: bool) -> str:
        """The file beside that baseline; ``asked``: the answers are this run's own."""
        return str(replace(self._made(results), noise=self._noise(results, asked=asked)))

    def _noise(self, results: Results, *, asked: bool) -> int | None:
        """How many answers changed since the same weights were last asked and recorded, or an
        earlier such count where none did; None where they were not. Stored answers that are read
        again say nothing.
        """
        old, new = self._baselines.old(results.task), self.record(results)
        if old is None or old.weights != new.weights or mismatch(old, new, baseline=""):
            return None
        kept = self._kept(results)
        known = kept.noise if kept else None
        return sum(map(bool, differences(old, new))) or known or 0 if asked else known

    def _compare(self, old: Record | None, new: Record) -> Comparison | None:
        if old is None or mismatch(old, new, baseline=str(self.policy.baseline)):
            return None
        policy = self.policy
        return compare(
            old,
            new,
            policy.levels.task[new.benchmark, new.task],
            tolerance=policy.margins.tolerated(new.benchmark, new.task),
            alpha=policy.alpha,
        )

    def _find(
        self,
        results: Results,
        old: Record | None,
        comparison: Comparison | None,
        *,
        in_part: bool,
    ) -> Finding | None:
        """What the criterion of the task says, where it has one."""
        task, levels = results.task, self.policy.levels
        criterion = task.criterion
        if criterion is None:
            return None
        key = task.benchmark.name, task.name
        judged = Judged(
            results=results,
            new=self.record(results),
            old=old,
            comparison=comparison,
            level=levels.part.get(key, levels.task.get(key, 1.0)),
            rules=self.policy.rules.get(criterion.kind, {}),
            in_part=in_part,
            kept=kept.details if old and (kept := self._kept(results)) else {},
        )
        found: Finding = criterion.decide(judged)
        return found

    def _counted(self, results: Results) -> Mapping[str, float]:
        """What the criterion of the task says of another way of asking."""
        finding = self._find(results, None, None, in_part=False)
        return finding.figures if finding else {}

    def _worse(self, finding: Finding | None) -> list[str]:
        if finding is None or not finding.worse or self.policy.accepts:
            return []
        return ["\n".join([*finding.worse, *[KEPT] * self.policy.update])]

    def _notices(
        self,
        results: Results,
        old: Record | None,
        comparison: Comparison | None,
        finding: Finding | None,
    ) -> list[str]:
        notices = list(finding.notices) if finding else []
        if finding and finding.moved and not self._worse(finding):
            notices.append(finding.moved)
        kept = any(score.probabilities or score.texts for score in self._scores(results))
        if comparison and kept and self._baselines.companion(results.task) is None:
            notices.append(
                f"{results.task.benchmark.name}: its baseline keeps letters alone, so confidences "
                "could not be compared; it will keep more once it is recorded anew"
            )
        if comparison is not None and old is not None:
            new, name = self.record(results), str(self.policy.baseline)
            notices += set_up_otherwise(old, new, baseline=name)
        if self.policy.update and old is not None and comparison is None:
            notices.append(
                f"{results.task.benchmark.name}: recorded without a comparison, for the old "
                "baseline has other questions, or was asked or read in another way"
            )
        return notices

    def _failures(
        self, results: Results, old: Record | None, new: Record, comparison: Comparison | None
    ) -> list[str]:
        """Why the comparison is red; nothing where it is not."""
        policy, task = self.policy, results.task
        if comparison is not None and old is not None:
            red = comparison.regressed and not policy.accepts
            ids = [result.question.id for result in results]
            return regression(old, new, comparison, ids, policy) if red else []
        if policy.update or policy.baseline is None:
            return []
        if old is None:
            place = target(policy, task.benchmark.name, task.name)
            sentence = (
                f"{task.path}: nothing to compare with: no baseline {policy.baseline!r} "
                f"({place}); record one with --snapshot-update"
            )
            return [sentence]
        return [str(mismatch(old, new, baseline=policy.baseline))]


def _about(results: Results) -> dict[str, Any]:
    """What an outcome says of its task, whatever the answers."""
    task, benchmark = results.task, results.task.benchmark
    return {
        "benchmark": benchmark.name,
        "task": task.name,
        "group": task.group,
        "siblings": len(benchmark.tasks),
        "asking": results.asking,
        "title": "" if task.title.isascii() else task.title,
        "expert": benchmark.expert,
    }
