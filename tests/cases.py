"""Settings, a model's identity a policy and outcomes, as the reporting side of a run sees them."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from builders import IDENTITY, toy

from mcqtest.gate import Margins, Outcome, Policy, Thresholds, compared, decide
from mcqtest.gate.levels import shares
from mcqtest.metrics import measured
from mcqtest.report import Scoreboard, dump
from mcqtest.run.settings import Settings
from mcqtest.types import Identity, Question, Result

MODEL = Identity(
    name="small",
    folder="/models/small",
    weights="abcdef0123456789" * 4,
    key=IDENTITY,
    setup="transformers 5, float32 on cpu",
    device="cpu",
    stamp="",
)


def settings_of(**changes):
    """Settings as a plain run has them."""
    values = {
        "model": "/models/small",
        "backend": "auto",
        "backend_option": {},
        "data": "/data",
        "revision": {},
        "demo": False,
        "method": None,
        "style": None,
        "sensitivity": None,
        "sweep": None,
        "benchmarks": [],
        "tags": None,
        "decoding": {},
        "bigbench": {},
        "reader": None,
        "fallback": None,
        "shots": None,
        "limit": None,
        "sample": None,
        "tier": None,
        "comment": None,
        "baseline": None,
        "baselines_dir": "/project/baselines",
        "abstain": None,
        "chat": None,
        "chat_option": {},
        "system": None,
        "shots_as": None,
        "reasoning_marks": None,
        "model_name": None,
        "rules": {},
        "margin": None,
        "tolerance": None,
        "anchor": None,
        "alpha": 0.01,
        "run_dir": "/project/.mcqtest",
        "accept_regression": None,
        "gate": {},
        "required": [],
        "update": False,
    }
    return Settings(**(values | changes))


def policy_of(*outcomes, **changes):
    """The policy of a run in which the benchmarks of these outcomes were planned; their margin is
    so large that a few questions exclude it.
    """
    tasks = {}
    for each in outcomes:
        tasks.setdefault(each.benchmark, {}).setdefault(each.group, {})[each.task] = None
    values = {
        "alpha": 0.01,
        "baseline": MODEL.name,
        "baselines_dir": "/project/baselines",
        "update": False,
        "gate": {},
    }
    values |= changes
    if values["baseline"] == "none":
        values["baseline"] = None
    thresholds = Thresholds(values.pop("gate"))
    benchmarks = [
        replace(toy(), name=name, groups={group: tuple(of) for group, of in groups.items()})
        for name, groups in tasks.items()
    ]
    margins = Margins(values.pop("margin", 90.0), values.pop("tolerance", None))
    return Policy(
        **values,
        thresholds=thresholds,
        margins=margins,
        levels=shares(values["alpha"], benchmarks),
    )


def board_of(*outcomes, **changes):
    """A scoreboard after these outcomes, all that were planned."""
    board = Scoreboard(policy_of(*outcomes, **changes), MODEL)
    for outcome in outcomes:
        board.add(outcome)
    return board


def decided(board, problems=()):
    """Benchmarks as a whole, and the verdict on them."""
    pooled = board.benchmarks()
    return pooled, decide(pooled, problems, board.policy)


def summary_of(*outcomes, problems=(), **changes):
    """What summary.json says after these outcomes, as its reader sees it."""
    board = board_of(*outcomes, **changes)
    return json.loads(dump(board.summary(*decided(board, problems))))


def outcome_of(task="tides", n=4, right=3, lost=0, won=0, *, benchmark="toy", **changes):
    """A judged task with ``right`` of ``n`` questions right; ``lost=None``: no comparison.

    The answers are right first, then wrong, and the last wrong one could not be read.
    """
    answers = [0] * right + [1] * (n - right)
    if right < n:
        answers[-1] = None
    results = [
        Result(Question("", ("", ""), 0, str(row)), answer, (0.75, 0.25), 5)
        for row, answer in enumerate(answers)
    ]
    moved = None
    if lost is not None:
        moved = [-1.0] * lost + [1.0] * won + [0.0] * (n - lost - won)
    comparison = None if moved is None else asdict(compared(n, moved, 0.1, alpha=0.01))
    values = {
        "benchmark": benchmark,
        "task": task,
        "group": "water",
        "scores": [each.score for each in results],
        "figures": measured([results]),
        "comparison": comparison,
        "differences": moved,
        "qualities": {},
        "failures": [],
        "against": None if lost is None else "0" * 64,
        "before": None if lost is None else right + lost - won,
        "compared": True,
        "missing": False,
        "siblings": 1,
        "asking": "toy_style, 2 shots, letters, prompts 0123456789abcdef",
        "fewer_shots": 0,
        "notices": [],
    }
    return Outcome(**(values | changes))


def rescored(outcome, *changes):
    """The outcome, with these changes of its scores, from the first one on."""
    rest = [{}] * (outcome.n - len(changes))
    pairs = zip(outcome.scores, [*changes, *rest], strict=True)
    outcome.scores = [replace(score, **each) for score, each in pairs]
    return outcome


def lines_of(outcome):
    """Its lines of results.jsonl, as their reader sees them."""
    return [json.loads(line) for line in outcome.rows()]
