"""What a person reads: header, a line per task, and the tables of benchmarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcqtest.data import Tags
from mcqtest.gate import KINDS, Outcome, Policy, Pooled, methods, variants
from mcqtest.metrics import COVERAGE, STANDARD, SURE, accuracy
from mcqtest.report import slices, sweeps
from mcqtest.report.board import boards, label, name_width, people
from mcqtest.report.columns import fitted
from mcqtest.report.summary import accuracies, reasoning_gain, wavering
from mcqtest.types import Identity

_COLUMNS = f" {'n':>6} {'accuracy':>8} {'change':>7} {'lost':>4} {'won':>4} {'p':>8}"


_KNOWN = (
    {metric.name for metric in (*STANDARD, *SURE)}
    | {"spread", "deviation"}
    | {bound.figure for kind in KINDS.values() for bound in kind.bounds.values()}
)
"""Figures that have places of their own; the others are benchmarks' own metrics."""

NONE: Tags = {}
"""No question has a label."""


def columns(width: int = 80, name: str = "task") -> str:
    """The heading of a table in a terminal of this width."""
    return fitted(name, name_width(width)) + _COLUMNS


def header(
    identity: Identity, policy: Policy, *, about: str, data: str, threads: int = 0, tier: str = ""
) -> list[str]:
    """Two lines above everything else; ``about`` is a word on the model, ``data`` where the
    questions are, and ``threads`` are those of each process on a CPU.
    """
    on = f", {plural(threads, 'thread')}" if threads else ""
    if identity.products and identity.products not in identity.setup:
        on += f", products by {identity.products}"
    if policy.baseline is None:
        against = "no baseline: thresholds alone"
    else:
        against = f"{'recording' if policy.update else 'against'} baseline {policy.baseline!r}"
    return [
        f"mcqtest: {identity.name}{about}, weights {identity.weights[:12]}; {identity.setup}{on}",
        f"mcqtest: {against}, alpha {policy.alpha:g}{f', tier {tier}' if tier else ''}; {data}",
    ]


def planned(tasks: int, questions: int, requests: int, stored: int, *, loading: str = "") -> str:
    """One line once it is known what is going to be asked; ``loading`` is said where something
    is.
    """
    first = f"; {loading}" if loading and stored < requests else ""
    kept = ", none stored" if not stored else f", {stored:,} stored"
    asked = "" if requests == questions else f" in {plural(requests, 'request')}"
    if not requests:  # tasks that talk by themselves: nobody knows yet what they are going to ask
        asked = kept = ""
    return f"mcqtest: {plural(tasks, 'task')}, {plural(questions, 'question')}{asked}{kept}{first}"


def loads(said: str, size: int, *, workers: int = 0) -> str:
    """That a model of so many bytes is going to be loaded, by each of ``workers`` if there are
    any. Empty where that is soon done, or nobody knows.
    """
    takes = f"{size / 1e9:.1f} GB" if size >= 10**8 else f"{size / 1e6:.0f} MB"
    if workers and size:
        each = f"each of {plural(workers, 'worker')} loads the model, {takes} of weights"
        return f"{each}; {said}" if said else each
    return f"{said} ({takes} of weights)" if said and size else said


def spent(told: Mapping[str, float]) -> str:
    """What answers took, that cost something; empty where they cost nothing."""
    if not told.get("answers") and not told.get("sent again"):
        return ""
    words = [plural(int(told.get("answers", 0)), "answer") + " asked for"]
    if again := int(told.get("sent again", 0)):
        words.append(f"{again:,} sent again")
    read, written = int(told["tokens read"]), int(told["tokens written"])
    words.append(f"{read:,} tokens read and {written:,} written")
    if "cost" in told:
        words.append(f"cost {told['cost']:.2f}")
    return ", ".join(words)


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def line(outcome: Outcome, width: int = 80) -> str:
    """One task."""
    name = label(outcome, name_width(width))
    return _columns(name, [outcome], outcome.comparison["p_value"] if outcome.comparison else None)


def short(outcome: Outcome) -> str:
    """One task behind PASSED or FAILED."""
    text = f"n={outcome.n} accuracy={outcome.right / outcome.n:.4f}"
    for name, detail in outcome.findings.items():
        text += f" {KINDS[name].short(detail)}"
    if outcome.comparison is None:
        return text
    counts = f"lost={outcome.comparison['lost']} won={outcome.comparison['won']}"
    return f"{text} {counts} p={outcome.comparison['p_value']:.2g}"


def _columns(name: str, outcomes: Sequence[Outcome], p_value: float | None) -> str:
    """Counts over ``outcomes``; the change only where all of them were compared."""
    n, right = sum(outcome.n for outcome in outcomes), sum(outcome.right for outcome in outcomes)
    text = f"{name} {n:>6,} {right / n:>8.4f}"
    made = [outcome.comparison for outcome in outcomes if outcome.comparison]
    if len(made) < len(outcomes):
        return text
    gained = right - sum(outcome.before or 0 for outcome in outcomes)
    change = f"{gained / n:+.4f}" if gained else "="
    lost, won = (sum(each[key] for each in made) for key in ("lost", "won"))
    p = "" if p_value is None else f"{p_value:.2g}"
    return f"{text} {change:>7} {lost:>4} {won:>4} {p:>8}".rstrip()


def summary(pooled: Sequence[Pooled], width: int = 80, tags: Tags = NONE) -> list[str]:
    """Groups and totals of every benchmark, how people did, and boards of criteria."""
    lines = []
    for each in pooled:
        lines.append(columns(width, each.name))
        groups = sorted({outcome.group for outcome in each.outcomes})
        for group in groups if len(groups) > 1 else ():
            outcomes = [outcome for outcome in each.outcomes if outcome.group == group]
            p_value = each.groups[group].p_value if group in each.groups else None
            lines.append(_columns(fitted(f"  {group}", name_width(width)), outcomes, p_value))
        p_value = each.comparison.p_value if each.comparison else None
        lines.append(_columns(fitted("  all", name_width(width)), each.outcomes, p_value))
        lines += [f"  {sentence}" for sentence in [*_change(each), *_details(each)]]
        lines += [f"  {line}" for line in slices.table(each.outcomes, tags)]
        lines += [*people(each.outcomes, width), *boards(each.outcomes, width)]
    return lines


def _change(pooled: Pooled) -> list[str]:
    """The paired difference, with what is excluded and what is asked for."""
    found = pooled.comparison
    if found is None or found.drop is None:
        return []
    smallest, largest = (100 * each for each in found.drop)
    change = 100 * (
        sum(each.right for each in pooled.outcomes)
        - sum(each.before or 0 for each in pooled.outcomes)
    )
    margin = "" if pooled.margin is None else f"; margin {100 * pooled.margin:g} points"
    within = f"interval {-largest:+.2f} to {-smallest:+.2f}"
    churn = f"; churn {found.churn:.2%}"
    if pooled.noise is not None:
        churn += f", {pooled.noise:.2%} where the same weights were recorded twice"
    return [f"change {change / found.n:+.2f} points, {within}{margin}{churn}"]


def _details(pooled: Pooled) -> list[str]:
    """Interval, macro accuracy and calibration."""
    outcomes = pooled.outcomes
    found = accuracies(outcomes)
    (low, high), macro = found["interval"], found["macro_accuracy"]
    figures = pooled.figures
    micro = f"micro accuracy (over questions) {found['accuracy']:.4f}"
    known = None not in (low, high)
    details = [
        f"{micro}, 95 % interval {low:.4f} to {high:.4f}" if known else micro,
        f"macro accuracy (over tasks) {macro:.4f}",
    ]
    if "ece" in figures:
        details.append(
            f"calibration: ECE {figures['ece']:.4f}, RMS {figures['rms_calibration_error']:.4f}, "
            f"gap {figures['calibration_gap']:.4f}, Brier {figures['brier']:.4f}"
        )
    if "aurc" in figures:
        ranked = f"AUROC {figures['auroc']:.4f}, " if "auroc" in figures else ""
        details.append(
            f"confidence: {ranked}AURC {figures['aurc']:.4f}; of the {COVERAGE:.0%} that are "
            f"surest {figures['accuracy_at_coverage']:.4f} are right"
        )
    if own := {name: value for name, value in figures.items() if name not in _KNOWN}:
        details.append(", ".join(f"{name} {value:.4f}" for name, value in own.items()))
    fewer = sum(outcome.fewer_shots for outcome in outcomes)
    if fewer:
        details.append(f"{plural(fewer, 'question')} asked with fewer shots, to fit the context")
    if (count := wavering(outcomes)) is not None:
        of = sum(outcome.n for outcome in outcomes)
        details.append(
            f"asked again in the same words, {count:,} of {of:,} answers are others "
            f"({count / of:.2%}): so much churn is the model's own"
        )
    return [*details, *_texts(pooled, found["chance"]), *_ways(pooled), *sweeps.table(pooled)]


def _texts(pooled: Pooled, chance: float) -> list[str]:
    """What reading the texts came to, where there are any."""
    if "unanswered_share" not in pooled.figures:
        return []
    share = pooled.figures.get("truncated_share")
    cut = "" if share is None else f", {share:.2%} of texts truncated"
    silent = sum(outcome.unanswered for outcome in pooled.outcomes)
    drawn = sum(score.guessed for outcome in pooled.outcomes for score in outcome.scores)
    lots = f" ({drawn:,} of them drawn by lot)" if drawn else ""
    away = sum(outcome.abstained for outcome in pooled.outcomes)
    silence = f"{plural(silent - away, 'question')} without a readable answer{lots}"
    if away:
        right = sum(outcome.right for outcome in pooled.outcomes)
        given = sum(outcome.n for outcome in pooled.outcomes) - silent
        of_given = (
            f" ({right / given:.4f} of the {given:,} answers given are right)" if given else ""
        )
        silence += f", {away:,} declined: the model says that it does not know{of_given}"
    guessed = f"; guessing would reach {chance:.4f}" if chance else ""  # of choices
    told = [f"{silence}{cut}{guessed}"]
    if thoughts := sum(outcome.cut_thoughts for outcome in pooled.outcomes):
        told.append(
            f"{plural(thoughts, 'text')} with a thought that never ends; --decoding max_tokens=N "
            "leaves more room, and in a chat thinking_tokens=N ends a thought"
        )
    if ended := sum(outcome.ended_thoughts for outcome in pooled.outcomes):
        texts = sum(len(score.texts) for outcome in pooled.outcomes for score in outcome.scores)
        told.append(
            f"{plural(ended, 'thought')} of {texts:,} ended by their budget, thinking_tokens"
        )
    return told


def _ways(pooled: Pooled) -> list[str]:
    """Accuracy in other styles and by other methods, where they were asked for."""
    n = sum(outcome.n for outcome in pooled.outcomes)
    lines = []
    if found := {
        name: accuracy(scores)
        for name, scores in variants(pooled.outcomes).items()
        if "=" not in name
    }:
        low, high = min(found, key=found.__getitem__), max(found, key=found.__getitem__)
        lines.append(
            f"sensitivity, in {len(found)} styles: {found[low]:.4f} ({low}) to "
            f"{found[high]:.4f} ({high}), spread {pooled.figures['spread']:.4f}, standard "
            f"deviation {pooled.figures['deviation']:.4f}"
        )
    gain = reasoning_gain(pooled.outcomes)
    if gain is not None:
        by = {name: f"{count / n:.4f}" for name, count in methods(pooled.outcomes).items()}
        lines.append(f"cot {by['cot']}, letters {by['letters']}: reasoning gains {gain:+.4f}")
    return lines
