"""A benchmark as a whole: its outcomes together, judged by the policy of the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from mcqtest.gate import levels, stats
from mcqtest.gate.comparison import beyond, chance, compared
from mcqtest.gate.criteria import KINDS
from mcqtest.gate.evidence import flat, places, throughout
from mcqtest.gate.outcome import Outcome, varied, whole
from mcqtest.gate.policy import KEPT, Policy
from mcqtest.gate.qualities import WORSE
from mcqtest.metrics import STANDARD, SURE, measured
from mcqtest.types import Comparison, Score


@dataclass(frozen=True)
class Pooled:
    """One benchmark, all its outcomes together."""

    name: str
    outcomes: Sequence[Outcome]
    comparison: Comparison | None
    """None where some task had nothing to compare with."""
    figures: dict[str, float]
    worse: Sequence[str]
    """Why its accuracy as a whole is red."""
    beside: Sequence[str] = ()
    """Why it is red besides: groups, what else got worse, and thresholds."""
    groups: Mapping[str, Comparison] = field(default_factory=dict)
    """Group of several tasks -> its comparison, where all of it that was asked was compared."""
    others: Mapping[str, Comparison] = field(default_factory=dict)
    """What else may get worse (`mcqtest.gate.levels.OTHERS`) -> its comparison."""
    margin: float | None = None
    """The drop that a pass excludes, a fraction; None where none has to be."""

    @property
    def failures(self) -> list[str]:
        """Why it is red beside its tasks."""
        return [*self.worse, *self.beside]

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
        the benchmark where tasks are small; None if some could. That a model declines is an answer,
        unless it declines everywhere.
        """
        if "unanswered_share" not in self.figures:
            return None
        silent = throughout(self.outcomes, lambda each: each.unanswered - each.abstained)
        if all(each.unanswered == each.n for each in self.outcomes):
            silent = list(self.outcomes)
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
        return len(self.outcomes) >= self.outcomes[0].siblings

    @property
    def part(self) -> str | None:
        """What was asked of it, where something was left out; None where nothing was."""
        cut = sum(outcome.in_part for outcome in self.outcomes)
        if self.is_whole and not cut:
            return None
        tasks = f"{len(self.outcomes)} of {self.outcomes[0].siblings} tasks"
        some = "not all questions of" if cut == len(self.outcomes) else f"{cut} of them in part,"
        return f"{self.name}: {f'{some} ' if cut else ''}{tasks}"

    @property
    def noise(self) -> float | None:
        """The churn of the baseline's weights themselves, where they were recorded twice."""
        known = [each.noise for each in self.outcomes]
        return None if None in known else sum(each or 0 for each in known) / self.n

    @property
    def is_excluded(self) -> bool:
        """A drop of the margin is excluded, or does not have to be."""
        if self.margin is None or self.comparison is None or self.comparison.drop is None:
            return self.margin is None
        return self.comparison.drop[1] <= self.margin


def pool(name: str, outcomes: Sequence[Outcome], policy: Policy) -> Pooled:
    """Judge a benchmark by the sums over its tasks, its figures and its thresholds."""
    metrics = (*STANDARD, *SURE, *policy.metrics.get(name, ()))
    found = measured([each.scores for each in outcomes], metrics)
    found |= varied(variants(outcomes))
    for kind in KINDS.values():
        found |= kind.figures(outcomes)
    groups = _groups(name, outcomes, policy)
    pooled = Pooled(
        name,
        outcomes,
        _whole(name, outcomes, groups, policy),
        found,
        worse := [],
        beside := [],
        groups,
        _others(name, outcomes, policy),
        policy.margins.of(name),
    )
    if not policy.accepts:
        worse += _worse(pooled, policy)
        beside += _otherwise(pooled, policy)
    if pooled.is_whole:
        beside += policy.thresholds.broken(name, found)
    return pooled


def _groups(name: str, outcomes: Sequence[Outcome], policy: Policy) -> dict[str, Comparison]:
    """Of one task alone, as where a run was ended at its first failure, the task has said it."""
    found = {}
    for (benchmark, group), level in policy.levels.group.items():
        members = [each for each in outcomes if each.group == group]
        if benchmark == name and len(members) > 1:
            made = _compare(members, level, policy, policy.margins.tolerated(name))
            if made is not None:
                found[group] = made
    return found


def _whole(
    name: str, outcomes: Sequence[Outcome], groups: Mapping[str, Comparison], policy: Policy
) -> Comparison | None:
    """The comparison of all tasks together; that of a single task is the task's own."""
    if len(outcomes) == 1:
        own = outcomes[0].comparison
        return Comparison(**own) if own else None
    known = [each.comparison for each in outcomes]
    if None in known:
        return None
    spent = levels.spent(outcomes, policy.levels)
    for (benchmark, group), level in policy.levels.group.items():
        if benchmark == name:
            made = groups.get(group)
            spent.append(level if made is None else levels.size(asdict(made), level))
    level = policy.levels.left(name, spent)
    return _compare(outcomes, level, policy, policy.margins.tolerated(name))


def _compare(
    outcomes: Sequence[Outcome], level: float, policy: Policy, tolerance: float
) -> Comparison | None:
    made = [each.comparison for each in outcomes if each.comparison]
    if len(made) < len(outcomes):
        return None
    differences = [each for outcome in outcomes for each in outcome.differences or () if each]
    return compared(
        sum(each["n"] for each in made),
        differences,
        level,
        real=any(each["real"] for each in made),
        tolerance=tolerance,
        alpha=policy.alpha,
    )


def _others(name: str, outcomes: Sequence[Outcome], policy: Policy) -> dict[str, Comparison]:
    """What can be told of every task."""
    found = {}
    for (benchmark, other), level in policy.levels.other.items():
        if benchmark != name:
            continue
        moved = [
            each.anchored if other == "anchor" else each.qualities.get(other) for each in outcomes
        ]
        if None in moved:
            continue
        changes = [value for each in moved for value in each or ()]
        tolerance = policy.margins.tolerated(name)
        if other == "brier":  # a question that is lost costs up to 2
            tolerance *= 2
        found[other] = compared(len(changes), changes, level, tolerance=tolerance)
    return found


def _worse(pooled: Pooled, policy: Policy) -> list[str]:
    """Why its accuracy as a whole is red."""
    found = pooled.comparison
    if found is None or len(pooled.outcomes) == 1 or not found.regressed:
        return []
    return [_kept(_regression(pooled, f"{pooled.name} as a whole", found, policy), policy)]


def _otherwise(pooled: Pooled, policy: Policy) -> list[str]:
    """Which groups are red, and what else got worse."""
    sentences = []
    for group, made in pooled.groups.items():
        if made.regressed:
            sentences.append(_regression(pooled, f"{pooled.name}, {group},", made, policy, group))
    for other, made in pooled.others.items():
        if not made.regressed:
            continue
        p = chance(made, policy.alpha)
        counts = f"{made.lost} worse, {made.won} better of {made.n} questions, {p}"
        if other == "anchor":
            sentences.append(
                f"{pooled.name} is worse than anchor {policy.anchor!r}{beyond(made)}: {counts}"
            )
        else:
            sentences.append(f"{pooled.name}: {WORSE[other]}: {counts}")
    return [_kept(each, policy) for each in sentences]


def _kept(sentence: str, policy: Policy) -> str:
    return f"{sentence}; {KEPT}" if policy.update else sentence


def _regression(
    pooled: Pooled, what: str, found: Comparison, policy: Policy, group: str | None = None
) -> str:
    outcomes = [each for each in pooled.outcomes if group in {None, each.group}]
    before = sum(each.before or 0 for each in outcomes) / found.n
    now = sum(each.right for each in outcomes) / found.n
    return (
        f"{what} is worse than baseline {policy.baseline!r}{beyond(found)}: accuracy "
        f"{before:.4f} -> {now:.4f}, {found.lost} questions lost, {found.won} won of {found.n}, "
        f"{chance(found, policy.alpha)}"
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
