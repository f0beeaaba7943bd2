"""From the cases of a whole run to its verdict, `summary.json` and `results.jsonl`.

Lives in the process that reports (the only one, or xdist's controller) and sees nothing but
cases. No verdict is a pass unless every selected case was judged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcqtest import gate, record, stats, summary
from mcqtest.case import Case, varied
from mcqtest.identity import Identity, baseline_name
from mcqtest.settings import Settings
from mcqtest.types import Verdict

FORMAT = 1
UNFINISHED = "the run did not finish"
_SILENT = 0.5
"""Share of answers that cannot be read, above which people are told."""
_MEASURED = 10
"""Questions of a task that cannot all go unanswered by accident."""


@dataclass(frozen=True)
class Pooled:
    """One benchmark, all its cases together."""

    name: str
    cases: Sequence[Case]
    verdict: Verdict | None
    """None where some case had nothing to compare with."""
    figures: dict[str, float]
    failures: Sequence[str]

    @property
    def too_few(self) -> str | None:
        """That no comparison could have been red, whatever the answers; None if one could."""
        verdicts = [Verdict(**case.verdict) for case in self.cases if case.verdict]
        verdicts += [self.verdict] if self.verdict else []
        if not verdicts or any(stats.critical(each.n, each.level) for each in verdicts):
            return None
        n = sum(case.n for case in self.cases)
        return f"{self.name}: {n} questions are too few for any drop to be seen; ask more of them"

    @property
    def silent(self) -> str | None:
        """That of a whole task not one answer could be read, so that nothing was measured, or of
        the benchmark where tasks are small; None if some could.
        """
        if "unanswered_share" not in self.figures:
            return None
        silent = [case for case in self.cases if case.unanswered == case.n]
        if len(silent) < len(self.cases):
            silent = [case for case in silent if case.n >= _MEASURED]
        if not silent:
            return None
        names = ", ".join(case.task for case in silent)
        where = self.name if len(silent) == len(self.cases) else f"{self.name}: {names}"
        return (
            f"{where}: no answer could be read in any of {sum(case.n for case in silent)} texts, "
            "so nothing was measured; look at text in results.jsonl, and at max_tokens, --style "
            "and --reader"
        )

    @property
    def is_whole(self) -> bool:
        """No task of the benchmark was left out."""
        return len(self.cases) == self.cases[0].siblings


@dataclass
class Scoreboard:
    """Collects cases as they come and judges the run when it ends."""

    settings: Settings
    identity: Identity
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    notices: dict[str, None] = field(default_factory=dict)
    """Sentences for people; a dict keeps the order and drops repetitions."""

    @property
    def baseline(self) -> str | None:
        return baseline_name(self.settings, self.identity)

    def add(self, case: Case) -> None:
        key = case.benchmark, case.task
        kept = self.cases.get(key)
        if kept is None or not kept.compared:  # a comparison counts more than a look
            self.cases[key] = case
        self.notices.update(dict.fromkeys(case.notices))

    def benchmarks(self) -> list[Pooled]:
        """Pooled verdicts, benchmarks and their cases in the order of their names."""
        names = sorted({benchmark for benchmark, _ in self.cases})
        levels = stats.shares(
            self.settings.alpha,
            {name: [task for benchmark, task in self.cases if benchmark == name] for name in names},
        )
        thresholds = gate.Thresholds(self.settings.gate)
        pooled = [self._pool(name, levels, thresholds) for name in names]
        self.notices.update(dict.fromkeys(self._notes(pooled, thresholds)))
        return pooled

    def _notes(self, pooled: Sequence[Pooled], thresholds: gate.Thresholds) -> Iterator[str]:
        """What a person should know of whole benchmarks."""
        for each in pooled:
            if len({case.against for case in each.cases if case.against}) > 1:
                yield (
                    f"baseline {self.baseline!r} of {each.name} mixes several checkpoints' answers"
                )
        parts = {
            each.name: f"only {len(each.cases)} of its {each.cases[0].siblings} tasks were selected"
            for each in pooled
        }
        whole = self._whole(pooled)
        for place in (each for each in thresholds.bounds if each not in whole):
            why = parts.get(place, "not selected, or there is no such")
            yield f"thresholds of {place} were not checked: {why}"
        for each in pooled:
            if (share := each.figures.get("unanswered_share", 0)) > _SILENT:
                yield f"{each.name}: {share:.0%} of answers could not be read"

    @staticmethod
    def _whole(pooled: Sequence[Pooled]) -> set[str]:
        """Benchmarks and tasks of which everything was judged: thresholds count for these."""
        tasks = {f"{each.name}/{case.task}" for each in pooled for case in each.cases}
        return tasks | {each.name for each in pooled if each.is_whole}

    def _pool(self, name: str, levels: stats.Levels, thresholds: gate.Thresholds) -> Pooled:
        cases = [self.cases[key] for key in sorted(self.cases) if key[0] == name]
        figures = record.figures(summary.results(cases))
        figures |= varied(summary.styles(cases), sum(case.n for case in cases))
        if (passed := summary.passed(cases)) is not None:
            figures["passed"] = float(passed)
        verdict = _pooled_verdict(cases, levels.pooled.get(name))
        failures = []
        accepted = self.settings.update and self.settings.accept_regression
        if verdict is not None and name in levels.pooled and verdict.regressed and not accepted:
            before = sum(case.before or 0 for case in cases) / verdict.n
            kept = (
                "; the old baseline is kept; to record all the same, add --accept-regression REASON"
            )
            failures.append(
                f"{name} as a whole is worse than baseline {self.baseline!r}: accuracy "
                f"{before:.4f} -> {figures['accuracy']:.4f}, {verdict.lost} questions lost, "
                f"{verdict.won} won of {verdict.n}, p = {verdict.p_value:.2g} "
                f"(red from {verdict.level:.2g}){kept if self.settings.update else ''}"
            )
        pooled = Pooled(name, cases, verdict, figures, failures)
        if pooled.is_whole:
            failures += thresholds.broken(name, figures)
        return pooled

    def verdict(self, pooled: Sequence[Pooled], problems: Sequence[str]) -> tuple[str, list[str]]:
        """``pass``, ``fail`` or ``recorded``, and every reason against a pass."""
        reasons = [*problems]
        for each in pooled:
            reasons += each.failures
            for case in each.cases:  # that a baseline is missing is said once for all
                said = case.failures[1:] if case.missing else case.failures
                reasons += [sentence.partition("\n")[0] for sentence in said]
            reasons += self._uncompared(each)
        if not pooled and not reasons:
            reasons.append("no question was judged")
        whole = self._whole(pooled)
        reasons += [each.silent for each in pooled if each.silent]
        if not self.settings.update:
            reasons += [each.too_few for each in pooled if each.too_few]
        if pooled and self.baseline is None and not whole & self.settings.gate.keys():
            reasons.append(
                "nothing was checked: no baseline, and no threshold is configured for what was "
                "selected, those of a benchmark needing all of its tasks; look for a misspelt name "
                "in the gate tables, or name a baseline"
            )
        if reasons:
            return "fail", reasons
        return ("recorded" if self.settings.update else "pass"), []

    def _uncompared(self, pooled: Pooled) -> list[str]:
        """A pass says "no worse", so nothing may pass that was not compared."""
        sentences = []
        if missing := [case for case in pooled.cases if case.missing]:
            sentences.append(
                f"{pooled.name}: nothing to compare {len(missing)} of {len(pooled.cases)} tasks "
                f"with: no baseline {self.baseline!r} in {self.settings.baselines_dir}; record one "
                "with --snapshot-update, the answers are stored"
            )
        looked = [case for case in pooled.cases if not case.compared]
        if looked and self.baseline is not None:
            sentences.append(
                f"{pooled.name}/{looked[0].task}: its tests never say `results == baseline`, so "
                "nothing was compared; say so, or run with --baseline=none"
            )
        return sentences

    def summary(self, pooled: Sequence[Pooled], problems: Sequence[str]) -> dict[str, Any]:
        """What summary.json holds (docs/formats.md). The same for the same answers, however
        many processes gave them and in whatever order.
        """
        verdict, reasons = self.verdict(pooled, problems)
        return {
            "format": FORMAT,
            "model": self.identity.name,
            "baseline": self.baseline,
            "verdict": verdict,
            "reasons": reasons,
            "alpha": self.settings.alpha,
            "weights": self.identity.weights,
            "setup": self.identity.setup,
            "notices": sorted(self.notices),
            "benchmarks": {
                each.name: summary.benchmark(each.cases, each.figures, each.verdict)
                for each in pooled
            },
        }

    def rows(self) -> Iterable[str]:
        """The lines of results.jsonl."""
        for key in sorted(self.cases):
            for row in self.cases[key].rows:
                short = row["probabilities"]
                if short is not None:  # six digits are more than any figure needs
                    short = [round(value, 6) for value in short]
                line = {**row, "probabilities": short}
                yield json.dumps(line, allow_nan=False, ensure_ascii=False) + "\n"


def _pooled_verdict(cases: Sequence[Case], level: float | None) -> Verdict | None:
    verdicts = [case.verdict for case in cases if case.verdict]
    if len(verdicts) < len(cases):
        return None
    if level is None:  # one case: the pooled comparison is that of the case
        level = verdicts[0]["level"]
    n, lost, won = (sum(verdict[key] for verdict in verdicts) for key in ("n", "lost", "won"))
    return gate.judge(n, lost, won, level)


def unfinished(settings: Settings, identity: Identity) -> dict[str, Any]:
    """The summary that lies there while a run goes on, and after one that was killed."""
    board = Scoreboard(settings, identity)
    return board.summary([], [UNFINISHED])


def refused(reason: str) -> dict[str, Any]:
    """The summary of a run that a mistake ended before there was a model to speak of."""
    return {"format": FORMAT, "verdict": "fail", "reasons": [reason], "benchmarks": {}}


def dump(summary: dict[str, Any]) -> str:
    return json.dumps(summary, indent=1, allow_nan=False, ensure_ascii=False) + "\n"
