"""One task's results and the baseline file of the last release, for who judges by them."""

from __future__ import annotations

from dataclasses import replace

from builders import toy
from cases import MODEL, policy_of

from mcqtest.gate import Baselines, Judge, target
from mcqtest.gate.levels import Levels
from mcqtest.types import Question, Result, Results

TASK, OTHER = toy("tides", "winds").tasks
LEVEL = 0.01
OLD = replace(MODEL, weights="0" * 64)
"""The last release of the same model."""
QUESTIONS = [Question("?", ("a", "b", "c"), 0, f"q{number}") for number in range(40)]
GOOD, BAD = "A" * 40, "A" * 28 + "b" * 12


def results_of(text, *, asking="asking", questions="0123"):
    """Results with these marks."""
    answers = [None if mark == "-" else "ABC".index(mark.upper()) for mark in text]
    items = [
        Result(question, answer, None, 0)
        for question, answer in zip(QUESTIONS, answers, strict=False)
    ]
    return Results(TASK, tuple(items), questions, asking)


def judge_of(folder="/nowhere", *, identity=MODEL, **changes):
    """The judge of a run that has its baselines in ``folder``."""
    policy = policy_of(baselines_dir=str(folder), **changes)
    policy = replace(policy, levels=Levels(task={("toy", "tides"): LEVEL}))
    return Judge(policy, Baselines(policy, identity), identity)


def baselines_of(folder="/nowhere", **changes):
    """The baselines of such a run."""
    return judge_of(folder, **changes)._baselines


def keep(folder, said):
    """Make this the baseline file."""
    path = target(policy_of(baselines_dir=str(folder)), "toy", "tides")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(said), "utf-8")


def release(folder, results, *, recorder=OLD):
    """Make these results the baseline, as the last release had recorded them."""
    keep(folder, judge_of(identity=recorder).record(results))
