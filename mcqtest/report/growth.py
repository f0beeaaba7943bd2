"""How scores grow with size, for a terminal and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any

from mcqtest.metrics import scaling
from mcqtest.metrics.scaling import Claim, Correlation, Curve, Family, Study
from mcqtest.report.columns import fitted, wrapped
from mcqtest.report.points import told
from mcqtest.report.terminal import plural
from mcqtest.types import several

_CELLS, _WIDE, _SAYS, _LONGEST = 36, 24, 20, 48
_NAMES = 12
"""Columns of the numbers, of those that a wide terminal has besides, of what is said behind them,
and of the longest name."""


def table(study: Study, width: int = 80) -> list[str]:
    """Everything, in so many columns."""
    lines = []
    for family in study.families:
        lines += [*_tasks(family, width)]
        for note in (*_claimed(family), *_predicted(family), *_joint(family)):
            lines += wrapped(note, width)
        lines += [*_beside(family, study.metric, width), ""]
    for note in _provable(study):
        lines += wrapped(note, width)
    lines += _correlated(study.correlations, width)
    return lines


def _tasks(family: Family, width: int) -> Iterator[str]:
    """A line for each task."""
    curves = [each.curve for each in family.claims]
    sizes = sorted({size for each in curves for size in each.sizes})
    name = " ".join(filter(None, (family.benchmark, family.name)))
    count = plural(len(curves), "task")
    yield f"{name}: {count} at {len(sizes)} sizes, {told(sizes[0])} to {told(sizes[-1])}"
    wide = width >= _CELLS + _WIDE + _SAYS + _LONGEST - 10
    room = min(_LONGEST, width - _CELLS - _SAYS - 1 - (_WIDE if wide else 0))
    more = f"{'smallest':>9}{'predicted':>15}" if wide else ""
    heads = f"{'largest':>8}{'gain':>8}{'L':>6}{'B':>7}{'p':>7}"
    yield f"{fitted('task', room)}{more}{heads}"
    guesses = {id(each.curve): each for each in family.predictions}
    for claim in family.claims:
        more = ""
        if wide:
            guess = guesses.get(id(claim.curve))
            said = f"{_short(guess.low)} to {_short(guess.high)}" if guess else ""
            more = f"{_short(claim.curve.values[0]):>9}{said:>15}"
        yield f"{fitted(claim.curve.task, room)}{more}{_cells(claim)}".rstrip()


def _cells(claim: Claim) -> str:
    b = claim.breakthroughness
    spread = "jump" if b is None else f"{b:.1f}"
    return (
        f"{_short(claim.curve.values[-1]):>8}{_short(claim.gain, '+'):>8}{claim.linearity:>6.1f}"
        f"{spread:>7}{claim.adjusted:>7.1g} {claim.says}"
    )


def _claimed(family: Family) -> Iterator[str]:
    """What may be said, and what not."""
    claims = family.claims
    broke = [each for each in claims if each.broke_through]
    share = f"{len(broke)} of {plural(len(claims), 'task')} ({len(broke) / len(claims):.1%})"
    if max(len(each.curve.sizes) for each in claims) < scaling.LEAST_SIZES:
        share = f"not asked of fewer than {scaling.LEAST_SIZES} sizes"
    yield f"  broke through: {share}{_names(broke)}"
    for word in ("rises", "falls"):
        found = [each for each in claims if each.trend == word]
        yield f"  {word} with size: {len(found)}{_names(found)}"
    down = [each for each in claims if each.gain < 0 and each.trend != "falls"]
    if down:
        yield f"  highest before lowest, no trend proven: {len(down)}{_names(down[::-1])}"


def _names(found: Sequence[Claim]) -> str:
    return f": {several([each.curve.task for each in found], _NAMES)}" if found else ""


def _predicted(family: Family) -> Iterator[str]:
    """The largest size from the smaller ones."""
    found = family.predictions
    if not found:
        return
    held, above = sum(each.holds for each in found), sum(each.is_above for each in found)
    off = _short(median(abs(each.error) for each in found))
    still = _short(median(abs(each.seen - each.last) for each in found))
    yield (
        f"  {scaling.FORM}, {told(found[0].curve.sizes[-1])} held out: median error {off} (the "
        f"next smaller size as it is: {still}); {scaling.LEVEL:.0%} interval holds {held} of "
        f"{len(found)} ({held / len(found):.0%}), {above} lie above; {_widened(family.widened)}"
    )
    if len(family.calibration) > 1:
        by_size = (
            f"{told(each.size)} {each.holds / each.tasks:.0%}" for each in family.calibration
        )
        yield f"  the interval at each size, had it been the largest: {', '.join(by_size)}"


def _widened(factor: float | None) -> str:
    if factor is None:
        return "as fitted: too few smaller sizes to check it"
    if factor == 1:
        return "as fitted: smaller sizes needed no more"
    return f"{factor:.2f} times as wide as fitted, as smaller sizes needed"


def _joint(family: Family) -> Iterator[str]:
    """The law of parameters and tokens, task by task."""
    if family.joint:
        yield f"  {scaling.JOINT_FORM}, Huber loss of log L:"
    for each in family.joint:
        law = each.law
        yield (
            f"    {each.curve.task}: E {law.floor:.4g}, a {law.alpha:.3f}, b {law.beta:.3f}; "
            f"{told(each.parameters)} on {told(each.tokens)} held out: "
            f"predicted {_short(each.predicted)}, seen {_short(each.seen)}"
        )


def _beside(family: Family, metric: str, width: int) -> Iterator[str]:
    """The same tasks by other metrics."""
    for name, claims in family.beside.items():
        yield f"  {name} beside {metric}:"
        by = {each.curve.task: each for each in claims}
        room = min(_LONGEST, width - 30)
        yield f"  {fitted('task', room)}{'L':>6}{'B':>7}{'L':>7}{'B':>7}"
        for claim in family.claims:
            if other := by.get(claim.curve.task):
                cells = f"{_shape(claim)} {_shape(other)}"
                yield f"  {fitted(claim.curve.task, room)}{cells}".rstrip()


def _shape(claim: Claim) -> str:
    b = claim.breakthroughness
    return f"{claim.linearity:>6.1f}{'jump' if b is None else f'{b:.1f}':>7}"


def _provable(study: Study) -> Iterator[str]:
    yield scaling.RULE
    yield (
        f"p: Mann-Kendall, exact, two-sided, by Holm over {plural(len(study.claims), 'curve')}; "
        f"a trend from {scaling.ALPHA:g} down"
    )
    if not scaling.provable(study.claims):
        yield (
            "no trend could be proven with so few sizes for so many tasks: add sizes, or look at "
            "fewer tasks"
        )


def _correlated(found: Sequence[Correlation], width: int) -> Iterator[str]:
    """Do benchmarks order models alike?"""
    if not found:
        return
    room = min(_LONGEST, width - 52)
    yield f"{fitted('orders of models', room)}{'n':>4}{'Spearman':>24}{'Kendall':>24}"
    for each in found:
        rho = _interval(each.spearman, each.spearman_interval)
        tau = _interval(each.kendall, each.kendall_interval)
        name = fitted(f"{each.one}, {each.other}", room)
        yield f"{name}{each.models:>4}{rho:>24}{tau:>24}".rstrip()


def _interval(value: float | None, interval: tuple[float, float] | None) -> str:
    if value is None:
        return "one value"
    return f"{value:.3f}" + (f" {interval[0]:.2f} to {interval[1]:.2f}" if interval else "")


def _short(value: float, sign: str = "") -> str:
    """A value in points, or a small one with its digits."""
    value = round(value, 2) + 0.0  # no minus before a zero
    return f"{value:{sign}.1f}" if abs(value) >= 10 else f"{value:{sign}.2f}"


def data(study: Study) -> dict[str, Any]:
    """The same for programs (docs/scaling.md)."""
    return {
        "axis": study.axis,
        "metric": study.metric,
        "alpha": scaling.ALPHA,
        "rule": scaling.RULE,
        "families": [_family(each) for each in study.families],
        "correlations": [
            {
                "one": each.one,
                "other": each.other,
                "models": each.models,
                "spearman": each.spearman,
                "spearman_interval": each.spearman_interval,
                "kendall": each.kendall,
                "kendall_interval": each.kendall_interval,
            }
            for each in study.correlations
        ],
    }


def _family(family: Family) -> dict[str, Any]:
    guesses = {id(each.curve): each for each in family.predictions}
    return {
        "family": family.name,
        "benchmark": family.benchmark,
        "broke_through": sum(each.broke_through for each in family.claims),
        "interval_level": scaling.LEVEL,
        "interval_widened": family.widened,
        "calibration": [each._asdict() for each in family.calibration],
        "tasks": [
            {**_claim(each), "held_out": _guess(guesses.get(id(each.curve)))}
            for each in family.claims
        ],
        "joint": [
            {
                "task": each.curve.task,
                "form": scaling.JOINT_FORM,
                "E": each.law.floor,
                "log_A": each.law.log_a,
                "a": each.law.alpha,
                "log_B": each.law.log_b,
                "b": each.law.beta,
                "held_out": [each.parameters, each.tokens],
                "predicted": each.predicted,
                "seen": each.seen,
            }
            for each in family.joint
        ],
        "beside": {name: [_claim(each) for each in some] for name, some in family.beside.items()},
    }


def _claim(claim: Claim) -> dict[str, Any]:
    curve: Curve = claim.curve
    return {
        "task": curve.task,
        "sizes": curve.sizes,
        "scores": curve.scores,
        "values": curve.values,
        "normalized": curve.normalised,
        "gain": claim.gain,
        "linearity": claim.linearity,
        "breakthroughness": claim.breakthroughness,
        "kendall": claim.tau,
        "p_value": claim.p_value,
        "adjusted_p_value": claim.adjusted,
        "broke_through": claim.broke_through,
        "single_jump": claim.is_jump,
        "trend": claim.trend or None,
    }


def _guess(guess: scaling.Prediction | None) -> dict[str, Any] | None:
    if guess is None:
        return None
    return {
        "form": scaling.FORM,
        "A": guess.law.scale,
        "a": guess.law.exponent,
        "predicted": guess.predicted,
        "interval": [guess.low, guess.high],
        "seen": guess.seen,
    }
