"""What a person reads: header, a line per task, groups, and the verdict in one sentence."""

from __future__ import annotations

import time
from collections.abc import Sequence

from mcqtest.board import label, licences, name_width, people
from mcqtest.case import Case
from mcqtest.identity import Identity, baseline_name
from mcqtest.report import Pooled, Scoreboard
from mcqtest.settings import Settings
from mcqtest.summary import accuracies, methods, passed, reasoning_gain, styles
from mcqtest.wide import fitted

_COLUMNS = f" {'n':>6} {'accuracy':>8} {'change':>7} {'lost':>4} {'won':>4} {'p':>8}"


def columns(width: int = 80, name: str = "task") -> str:
    """The heading of a table in a terminal of this width."""
    return fitted(name, name_width(width)) + _COLUMNS


def header(settings: Settings, identity: Identity) -> list[str]:
    """Two lines above everything else."""
    toy = " (a toy: it shows the tool, not a real model)" if settings.model == "demo" else ""
    lines = [
        f"mcqtest: {identity.name}{toy}, weights {identity.weights[:12]}; {identity.setup}",
    ]
    baseline = baseline_name(settings, identity)
    if baseline is None:
        against = "no baseline: thresholds alone"
    else:
        against = f"{'recording' if settings.update else 'against'} baseline {baseline!r}"
    data = "demo questions" if settings.demo else settings.data or "questions from the hub"
    return [*lines, f"mcqtest: {against}, alpha {settings.alpha:g}; {data}"]


def planned(tasks: int, questions: int, requests: int, stored: int) -> str:
    """One line once it is known what is going to be asked."""
    kept = "none stored" if not stored else f"{stored:,} stored"
    asked = "" if requests == questions else f" in {plural(requests, 'request')}"
    return f"mcqtest: {plural(tasks, 'task')}, {plural(questions, 'question')}{asked}, {kept}"


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def line(case: Case, width: int = 80) -> str:
    """One task."""
    name = label(case, name_width(width))
    return _columns(name, [case], case.verdict["p_value"] if case.verdict else None)


def short(case: Case) -> str:
    """One task behind PASSED or FAILED."""
    text = f"n={case.n} accuracy={case.right / case.n:.4f}"
    if case.licence:
        text += f" licence={'passed' if case.licence['passed'] else 'not passed'}"
    if case.verdict is None:
        return text
    counts = f"lost={case.verdict['lost']} won={case.verdict['won']}"
    return f"{text} {counts} p={case.verdict['p_value']:.2g}"


def _columns(name: str, cases: Sequence[Case], p_value: float | None) -> str:
    """Counts over ``cases``; the change only where all of them were compared."""
    n, right = sum(case.n for case in cases), sum(case.right for case in cases)
    text = f"{name} {n:>6,} {right / n:>8.4f}"
    verdicts = [case.verdict for case in cases if case.verdict]
    if len(verdicts) < len(cases):
        return text
    gained = right - sum(case.before or 0 for case in cases)
    change = f"{gained / n:+.4f}" if gained else "="
    lost, won = (sum(verdict[key] for verdict in verdicts) for key in ("lost", "won"))
    p = "" if p_value is None else f"{p_value:.2g}"
    return f"{text} {change:>7} {lost:>4} {won:>4} {p:>8}".rstrip()


def summary(pooled: Sequence[Pooled], width: int = 80) -> list[str]:
    """Groups and totals of every benchmark, its licences, and how people did."""
    lines = []
    for each in pooled:
        lines.append(columns(width, each.name))
        groups = sorted({case.group for case in each.cases})
        for group in groups if len(groups) > 1 else ():
            cases = [case for case in each.cases if case.group == group]
            lines.append(_columns(fitted(f"  {group}", name_width(width)), cases, None))
        p_value = each.verdict.p_value if each.verdict else None
        lines.append(_columns(fitted("  all", name_width(width)), each.cases, p_value))
        lines += [f"  {sentence}" for sentence in _details(each)]
        lines += [*people(each.cases, width), *licences(each.cases, width)]
    return lines


def _details(pooled: Pooled) -> list[str]:
    """Interval, macro accuracy and calibration; what a green run could have seen."""
    cases = pooled.cases
    found = accuracies(cases)
    (low, high), macro = found["interval"], found["macro_accuracy"]
    figures = pooled.figures
    micro = f"micro accuracy (over questions) {found['accuracy']:.4f}"
    details = [
        f"{micro}, 95 % interval {low:.4f} to {high:.4f}",
        f"macro accuracy (over tasks) {macro:.4f}",
    ]
    if "ece" in figures:
        details.append(
            f"calibration: ECE {figures['ece']:.4f}, RMS {figures['rms_calibration_error']:.4f}, "
            f"gap {figures['calibration_gap']:.4f}, Brier {figures['brier']:.4f}"
        )
    fewer = sum(case.fewer_shots for case in cases)
    if fewer:
        details.append(f"{plural(fewer, 'question')} asked with fewer shots, to fit the context")
    return [*details, *_texts(pooled, found["chance"]), *_ways(pooled)]


def _texts(pooled: Pooled, chance: float) -> list[str]:
    """What reading the texts came to, where there are any."""
    if "unanswered_share" not in pooled.figures:
        return []
    share = pooled.figures.get("truncated_share")
    cut = "" if share is None else f", {share:.2%} of texts truncated"
    silent = sum(case.unanswered for case in pooled.cases)
    drawn = sum(row["guessed"] for case in pooled.cases for row in case.rows)
    lots = f" ({drawn:,} of them drawn by lot)" if drawn else ""
    silence = f"{plural(silent, 'question')} without a readable answer{lots}"
    return [f"{silence}{cut}; guessing would reach {chance:.4f}"]


def _ways(pooled: Pooled) -> list[str]:
    """Accuracy in other styles and by other methods, where they were asked for."""
    n = sum(case.n for case in pooled.cases)
    lines = []
    if counts := styles(pooled.cases):
        low, high = min(counts, key=counts.__getitem__), max(counts, key=counts.__getitem__)
        lines.append(
            f"sensitivity, in {len(counts)} styles: {counts[low] / n:.4f} ({low}) to "
            f"{counts[high] / n:.4f} ({high}), spread {pooled.figures['spread']:.4f}, standard "
            f"deviation {pooled.figures['deviation']:.4f}"
        )
    gain = reasoning_gain(pooled.cases)
    if gain is not None:
        by = {name: f"{count / n:.4f}" for name, count in methods(pooled.cases).items()}
        lines.append(f"cot {by['cot']}, letters {by['letters']}: reasoning gains {gain:+.4f}")
    return lines


def sentence(
    board: Scoreboard, pooled: Sequence[Pooled], verdict: str, reasons: Sequence[str]
) -> str:
    """The verdict."""
    n = sum(case.n for each in pooled for case in each.cases)
    on = f"{plural(n, 'question')} of {_tasks(pooled)}"
    name, baseline = board.identity.name, board.baseline
    licences = "".join(f"; {each.name}: {said}" for each in pooled if (said := _licences(each)))
    if verdict == "recorded":
        changed = _changed(board, pooled)
        return f"RECORDED: {name} on {on} is now baseline {baseline!r}{changed}{licences}"
    if verdict == "fail":
        more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
        word = "NOT RECORDED" if board.settings.update else "MAY NOT SHIP"
        return f"{word}: {name}: {reasons[0]}{more}{licences}"
    if baseline is None:
        return f"MAY SHIP: {name} keeps every threshold on {on}; nothing was compared{licences}"
    return (
        f"MAY SHIP: {name} is no worse than baseline {baseline!r} on {on}{_how_sure(board, pooled)}"
    )


def _licences(pooled: Pooled) -> str:
    """``licences 11 of 14 (12 before; lost pharmacist, dentist; won lawyer)``; empty where there
    are none.
    """
    count, before = passed(pooled.cases), passed(pooled.cases, "passed_before")
    if count is None:
        return ""
    words = f"licences {count} of {len(pooled.cases)}"
    if before is None:
        return words
    moved = [f"{before} before"]
    for verb, now in (("lost", False), ("won", True)):
        names = [
            case.task
            for case in pooled.cases
            if case.licence
            and case.licence["passed"] is now
            and case.licence["passed_before"] is not now
        ]
        moved += [f"{verb} {', '.join(names)}"] if names else []
    return f"{words} ({'; '.join(moved)})"


def _tasks(pooled: Sequence[Pooled]) -> str:
    """``57 tasks``, or ``3 of 57 tasks`` where some were left out."""
    tasks = sum(len(each.cases) for each in pooled)
    every = sum(each.cases[0].siblings for each in pooled)
    return plural(tasks, "task") if tasks >= every else f"{tasks} of {plural(every, 'task')}"


def _changed(board: Scoreboard, pooled: Sequence[Pooled]) -> str:
    """What a recording changed against the old baseline, where there was one to compare with."""
    verdicts = [each.verdict for each in pooled if each.verdict]
    if not verdicts:
        return ""
    lost, won = sum(v.lost for v in verdicts), sum(v.won for v in verdicts)
    reason = board.settings.accept_regression
    accepted = f"; regressions accepted: {reason}" if reason and lost else ""
    return f" ({lost} lost and {won} won against the old one{accepted})"


def _how_sure(board: Scoreboard, pooled: Sequence[Pooled]) -> str:
    parts = []
    for each in pooled:
        verdict = each.verdict
        if verdict is None:
            continue
        licences = f", {said}" if (said := _licences(each)) else ""
        parts.append(
            f"{each.name}: {verdict.lost} lost, {verdict.won} won, churn {verdict.churn:.2%}, "
            f"p = {verdict.p_value:.2g}{licences}; a drop of "
            f"{100 * verdict.min_detectable_drop:.2f} points would have been seen with 80 % power"
        )
    return f" ({'; '.join(parts)}; false alarms at most {board.settings.alpha:g})"


class Clock:
    """Time left on a task, from the pace since its first answer."""

    def __init__(self) -> None:
        self._task: object = None
        self._start = 0.0
        self._first = 0
        self._shown = 0.0

    def line(self, name: str, task: object, done: int, total: int) -> str | None:
        """The progress line, at most five times a second and never for quick tasks."""
        now = time.monotonic()
        if task != self._task:
            self._task, self._start, self._first, self._shown = task, now, done, now + 0.8
        if now < self._shown + 0.2 or done >= total:
            return None
        self._shown = now
        pace = (done - self._first) / (now - self._start)
        left = f", {duration((total - done) / pace)} left" if pace > 0 else ""
        return f"  {name}: {done:,} of {total:,} questions{left}"


def duration(seconds: float) -> str:
    """``45 s``, ``3 min 20 s``, ``2 h 05 min``."""
    whole = int(seconds + 0.5)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
