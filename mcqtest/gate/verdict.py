"""The verdict of a run. No verdict is a pass unless every selected task was judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mcqtest.gate.evidence import oddities
from mcqtest.gate.policy import Policy
from mcqtest.gate.pool import Pooled
from mcqtest.types import Comparison, several

_SILENT = 0.5
"""Share of answers that cannot be read, above which people are told."""

_LONGER = 1.25
"""How much longer all texts of a benchmark are, or shorter, before people are told."""


UNDECIDED = 6
"""Exit code where no loss is proven, and yet not enough is known for a pass: the verdicts
``undecided`` and ``partial``. pytest itself ends in it where ``--max-warnings`` is exceeded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the checkpoint may ship."""

    state: str
    """One of `STATES`."""
    reasons: Sequence[str]
    """Every reason against a pass."""

    @property
    def is_green(self) -> bool:
        return self.state in {"pass", "no_loss_proven", "recorded"}

    @property
    def code(self) -> int:
        """The exit code that says so, where nothing else went wrong (README, "Exit codes")."""
        return 0 if self.is_green else 1 if self.state == "fail" else UNDECIDED


STATES = ("pass", "fail", "undecided", "partial", "no_loss_proven", "recorded")
"""``pass``: no loss is proven, and for all of every benchmark one of its margin is excluded.
``fail``: a loss beyond the tolerance is proven, a threshold broken, or the run is broken.
``undecided``: neither. ``partial``: no loss is proven, but something was left out.
``no_loss_proven``: that is all that was asked. ``recorded``: these are the baseline now."""


def decide(
    pooled: Sequence[Pooled],
    problems: Sequence[str],
    policy: Policy,
    *,
    late: Sequence[str] = (),
) -> Verdict:
    """The verdict over whole benchmarks; ``problems`` stand against a pass whatever they say, and
    so do those that are told ``late``, behind what the verdicts say.
    """
    reasons = [*problems]
    for each in pooled:
        reasons += each.worse
        for outcome in each.outcomes:  # that a baseline is missing is said once for all
            said = outcome.failures[1:] if outcome.missing else outcome.failures
            reasons += [sentence.partition("\n")[0] for sentence in said]
        reasons += each.beside
        reasons += _uncompared(each, policy)
    if not pooled and not reasons:
        reasons.append("no question was judged")
    reasons += [said for each in pooled for said in (each.silent, each.flat) if said]
    if not policy.update:
        reasons += _left_out(pooled, policy)
    held = _whole(pooled) & policy.thresholds.bounds.keys()
    if pooled and policy.baseline is None and not held:
        reasons.append(
            "nothing was checked: no baseline, and no threshold is configured for what was "
            "selected, those of a benchmark needing all of its tasks; look for a misspelt name "
            "in the gate tables, or name a baseline"
        )
    if reasons := [*reasons, *late]:
        return Verdict("fail", reasons)
    if policy.update:
        return Verdict("recorded", ())
    return _sure(pooled, policy)


def _sure(pooled: Sequence[Pooled], policy: Policy) -> Verdict:
    """Where nothing stands against a pass: whether enough is known for one."""
    found = [why for each in pooled if (why := unsure(each, policy))]
    for state in ("undecided", "partial"):
        if said := [sentence for word, sentence in found if word == state]:
            return Verdict(state, said)
    if any(each.margin is None for each in pooled):
        return Verdict("no_loss_proven", ())
    return Verdict("pass", ())


def unsure(pooled: Pooled, policy: Policy) -> tuple[str, str] | None:
    """Why nothing is decided for a benchmark of which no loss is proven: ``undecided`` or
    ``partial``, and a sentence; None where all is known that has to be.
    """
    if policy.update:
        return None
    if pooled.too_few:
        return "undecided", pooled.too_few
    if pooled.margin is not None and pooled.part:
        return "partial", pooled.part
    if pooled.is_excluded or policy.baseline is None:
        return None
    found, margin = pooled.comparison, 100 * (pooled.margin or 0)
    largest = found.drop[1] if found and found.drop else 1.0
    sentence = (
        f"{pooled.name}: a drop of up to {100 * largest:.2f} points is possible "
        f"({100 * (1 - policy.alpha):g} %), the margin is {margin:g}; a fixed set of questions "
        "cannot grow: ask with less noise (more samples, a larger dtype), or state another margin"
    )
    return "undecided", sentence


def _uncompared(pooled: Pooled, policy: Policy) -> list[str]:
    """A pass says "no worse", so nothing may pass that was not compared."""
    sentences = []
    if missing := [each for each in pooled.outcomes if each.missing]:
        names = several([each.task for each in missing])
        sentences.append(
            f"{pooled.name}: nothing to compare {len(missing)} of {len(pooled.outcomes)} tasks "
            f"with: baseline {policy.baseline!r} in {policy.baselines_dir} lacks {names}; "
            "record them with --snapshot-update, the answers are stored"
        )
    looked = [each for each in pooled.outcomes if not each.compared]
    if looked and policy.baseline is not None:
        sentences.append(
            f"{pooled.name}/{looked[0].task}: its tests never say `results == baseline`, so "
            "nothing was compared; say so, or run with --baseline=none"
        )
    return sentences


def _left_out(pooled: Sequence[Pooled], policy: Policy) -> Iterator[str]:
    """That a benchmark was not asked, or not all of it, without which a run is no pass."""
    asked = {each.name: each for each in pooled}
    for name in policy.required if pooled else ():
        found = asked.get(name)
        if found is None:
            yield f"{name} is required and was not asked; select it, or correct required"
        elif not found.is_whole:
            tasks = f"{len(found.outcomes)} of its {found.outcomes[0].siblings} tasks"
            yield f"{name} is required, and only {tasks} were asked; select them all"


def notes(pooled: Sequence[Pooled], policy: Policy) -> Iterator[str]:
    """What a person should know of whole benchmarks, whatever the verdict."""
    for each in pooled:
        if len({outcome.against for outcome in each.outcomes if outcome.against}) > 1:
            yield f"baseline {policy.baseline!r} of {each.name} mixes several checkpoints' answers"
    parts = {
        each.name: (
            f"only {len(each.outcomes)} of its {each.outcomes[0].siblings} tasks were selected"
        )
        for each in pooled
    }
    whole = _whole(pooled)
    for place in (each for each in policy.thresholds.bounds if each not in whole):
        why = parts.get(place, "not selected, or there is no such")
        yield f"thresholds of {place} were not checked: {why}"
    for each in pooled:
        away = sum(outcome.abstained for outcome in each.outcomes) / each.n
        if (share := each.figures.get("unanswered_share", 0) - away) > _SILENT:
            yield f"{each.name}: {share:.0%} of answers could not be read"
        yield from oddities(each.name, each.outcomes)
        yield from _moved(each)


def _moved(pooled: Pooled) -> Iterator[str]:
    """Losses that are tolerated, parts that are worse in a better whole, and other lengths."""
    tasks = {
        f"{pooled.name}/{each.task}": Comparison(**each.comparison)
        for each in pooled.outcomes
        if each.comparison
    }
    made = tasks | {f"{pooled.name}, {group}": each for group, each in pooled.groups.items()}
    if (whole := pooled.comparison) is not None:
        made[pooled.name] = whole
        worse = [name for name, each in made.items() if each.regressed]
        if whole.won > whole.lost and worse:
            yield (
                f"better overall ({whole.won} won, {whole.lost} lost), worse in {', '.join(worse)}"
            )
    for name, each in made.items():
        if each.tolerated:
            yield (
                f"{name}: a loss is proven ({each.lost} lost, {each.won} won, p = "
                f"{each.p_value:.2g}), but not one beyond the tolerance of "
                f"{100 * each.tolerance:g} points"
            )
    lengths = [each.lengths for each in pooled.outcomes if each.lengths]
    before, now = (sum(each[at] for each in lengths) for at in (0, 1))
    if before and not 1 / _LONGER < now / before < _LONGER:
        yield (
            f"{pooled.name}: texts are {now / before:.2f} times as long as the baseline's "
            f"({now:,} characters, {before:,} before)"
        )


def _whole(pooled: Sequence[Pooled]) -> set[str]:
    """Benchmarks and tasks of which everything was judged: thresholds count for these."""
    tasks = {f"{each.name}/{outcome.task}" for each in pooled for outcome in each.outcomes}
    return tasks | {each.name for each in pooled if each.is_whole}
