"""A benchmark as a whole: its outcomes together, judged by the policy of the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mcqtest.gate import stats
from mcqtest.gate.comparison import compared
from mcqtest.gate.criteria import KINDS
from mcqtest.gate.evidence import flat, places, throughout
from mcqtest.gate.outcome import Outcome, varied, whole
from mcqtest.gate.policy import KEPT, Policy
from mcqtest.metrics import STANDARD, measured
from mcqtest.types import Comparison, Score


@dataclass(frozen=True)
class Pooled:
    """One benchmark, all its outcomes together."""

    name: str
    outcomes: Sequence[Outcome]
    comparison: Comparison | None
    """None where some task had nothing to compare with."""
    figures: dict[str, float]
    failures: Sequence[str]

    @property
    def n(self) -> int:
        """Questions that were judged."""
        return sum(outcome.n for outcome in self.outcomes)

    @property
    def too_few(self) -> str | None:
        """That no comparison could have been red, whatever the answers; None if one could."""
        made = [Comparison(**each.comparison) for each in self.outcomes if each.comparison]
        made += [self.comparison] if self.comparison else []
        if not made or any(stats.critical(each.n, each.level) for each in made):
            return None
        return (
            f"{self.name}: {self.n} questions are too few for any drop to be seen; ask more of them"
        )

    @property
    def silent(self) -> str | None:
        """That of a whole task not one answer could be read, so that nothing was measured, or of
        the benchmark where tasks are small; None if some could.
        """
        if "unanswered_share" not in self.figures:
            return None
        silent = throughout(self.outcomes, lambda each: each.unanswered)
        if not silent:
            return None
        where = places(self.name, silent, self.outcomes)
        return (
            f"{where}: no answer could be read in any of {sum(each.n for each in silent)} texts, "
            "so nothing was measured; look at text in results.jsonl, and at max_tokens, --style "
            "and --reader"
        )

    @property
    def flat(self) -> str | None:
        """The same of letters: that all choices were equally probable (`evidence.flat`)."""
        return flat(self.name, self.outcomes)

    @property
    def is_whole(self) -> bool:
        """No task of the benchmark was left out."""
        return len(self.outcomes) == self.outcomes[0].siblings


def pool(name: str, outcomes: Sequence[Outcome], policy: Policy) -> Pooled:
    """Judge a benchmark by the sums over its tasks, its figures and its thresholds."""
    metrics = (*STANDARD, *policy.metrics.get(name, ()))
    found = measured([each.scores for each in outcomes], metrics)
    found |= varied(variants(outcomes))
    for kind in KINDS.values():
        found |= kind.figures(outcomes)
    # Of one task alone, as where a run was ended at its first failure, the task has said it.
    level = policy.levels.pooled.get(name) if len(outcomes) > 1 else None
    comparison = _compare(outcomes, level)
    failures = []
    if comparison is not None and level is not None and not policy.accepts:
        before = sum(each.before or 0 for each in outcomes) / comparison.n
        if comparison.regressed:
            failures.append(_regression(name, comparison, before, found["accuracy"], policy))
    pooled = Pooled(name, outcomes, comparison, found, failures)
    if pooled.is_whole:
        failures += policy.thresholds.broken(name, found)
    return pooled


def _compare(outcomes: Sequence[Outcome], level: float | None) -> Comparison | None:
    made = [each.comparison for each in outcomes if each.comparison]
    if len(made) < len(outcomes):
        return None
    if level is None:  # one task: the pooled comparison is that of the task
        level = made[0]["level"]
    differences = [each for outcome in outcomes for each in outcome.differences or () if each]
    real = any(each["min_detectable_drop"] is None for each in made)
    return compared(sum(each["n"] for each in made), differences, level, real=real)


def _regression(
    name: str, found: Comparison, before: float, accuracy: float, policy: Policy
) -> str:
    return (
        f"{name} as a whole is worse than baseline {policy.baseline!r}: accuracy "
        f"{before:.4f} -> {accuracy:.4f}, {found.lost} questions lost, "
        f"{found.won} won of {found.n}, p = {found.p_value:.2g} "
        f"(red from {found.level:.2g}){f'; {KEPT}' if policy.update else ''}"
    )


def variants(outcomes: Sequence[Outcome]) -> dict[str, Sequence[Score]]:
    """Scores of all tasks in the other ways in which all of them were asked, by name."""
    names = [name for name in outcomes[0].variants if all(name in o.variants for o in outcomes)]
    return {
        name: [score for outcome in outcomes for score in outcome.variants[name]] for name in names
    }


def methods(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Sum of scores by method, where all tasks were asked by all of these."""
    names = [name for name in outcomes[0].methods if all(name in o.methods for o in outcomes)]
    return {name: whole(sum(each.methods[name] for each in outcomes)) for name in names}
