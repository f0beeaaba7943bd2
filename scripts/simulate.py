"""How often the gate errs: whole runs of made-up answers, decided as `mcqtest.gate` decides.

    python scripts/simulate.py alarms    # sound models: how often red, how often undecided
    python scripts/simulate.py passes    # models that lost exactly the margin: how often passed
    python scripts/simulate.py decided   # sound models: how often undecided
    python scripts/simulate.py power     # the drop that is seen four times in five
    python scripts/simulate.py real      # sound models whose scores are real numbers: how often red

Only counts matter, so a run is two arrays, changed and lost questions of every task; what follows
from them is looked up in tables that `mcqtest.gate` fills. A changed question is as soon lost as
won where nothing is worse. What else is compared (texts, Brier scores) is red as often as its level
allows. `tests/test_simulate.py` holds single runs against `mcqtest.gate.pool`.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mcqtest.gate import drops, sign_flips, stats
from mcqtest.gate.levels import OTHERS, Levels, shares
from mcqtest.types import Benchmark, Source

Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

ALPHA = 0.01
MMLU = (  # questions of the subjects by group, in the order of their names
    (100, 152, 144, 100, 100, 100, 102, 100, 235, 145, 378, 310, 203, 100, 270, 151, 216, 112),
    (126, 165, 204, 237, 121, 108, 163, 346, 895, 311, 324, 1534, 171),
    (114, 198, 193, 390, 238, 545, 131, 612, 110, 245, 201, 100),
    (135, 100, 265, 173, 100, 223, 103, 234, 100, 783, 306, 282, 272, 166),
)
MMLU_PRO = ((717, 789, 1132, 410, 844, 969, 818, 381, 1101, 1351, 924, 499, 1299, 798),)


def even(questions: int, *groups: int) -> tuple[tuple[int, ...], ...]:
    """Groups of so many tasks, with as many questions each as can be."""
    each, more = divmod(questions, sum(groups))
    sizes = iter([each + (at < more) for at in range(sum(groups))])
    return tuple(tuple(next(sizes) for _ in range(count)) for count in groups)


@dataclass(frozen=True)
class Asked:
    """A benchmark as far as chance knows it."""

    name: str
    groups: Sequence[Sequence[int]]
    """Questions of every task, by group."""
    margin: float
    """In points."""

    @cached_property
    def sizes(self) -> Counts:
        return np.array([size for group in self.groups for size in group], dtype=np.int64)

    @cached_property
    def group_of(self) -> Counts:
        return np.repeat(np.arange(len(self.groups)), [len(group) for group in self.groups])

    @property
    def n(self) -> int:
        return int(self.sizes.sum())

    @property
    def benchmark(self) -> Benchmark:
        """The same for `mcqtest.gate`; tasks are in the order of their names here and there."""
        names = iter(f"t{at:03}" for at in range(len(self.sizes)))
        groups = {
            f"g{at}": tuple(next(names) for _ in group) for at, group in enumerate(self.groups)
        }
        return Benchmark(self.name, groups, Source("", ()), {}, 0, margin=self.margin)


SUITE = (
    Asked("mmlu", MMLU, 2),
    Asked("mmlu_pro", MMLU_PRO, 2),
    Asked("kmmlu", even(35_030, 15, 6, 12, 12), 2),
    Asked("kmmlu_hard", even(4_104, 15, 6, 12, 12), 3),
    Asked("kmmlu_redux", even(2_587, 14), 3),
    Asked("kmmlu_pro", even(2_822, 4, 6, 4), 3),
)
"""How KMMLU's questions are spread over its tasks does not matter much; evenly here."""

_SMALL = (34, 60, 103, 164, 100, 175, 46, 49, 32, 210, 518, 32, 174, 990)
_LARGE = (16_076, 14_200, 10_000, 2_000, 1_000, 1_500, 3_264, 2_289, 54_668, 2_862)
LITE = Asked("bigbench_lite", ((*_SMALL, *_LARGE),), 2)
"""BIG-bench Lite, without examples that are there twice."""


@cache
def table(level: float, most: int) -> tuple[Counts, NDArray[np.float64]]:
    """For 0 to ``most`` changed questions: how many lost are red at ``level``, and how probable."""
    lost = [stats.critical(changed, level) for changed in range(most + 1)]
    sizes = [
        0.0 if found is None else stats.mcnemar(found, changed - found)
        for changed, found in enumerate(lost)
    ]
    never = [changed + 1 if found is None else found for changed, found in enumerate(lost)]
    return np.array(never), np.array(sizes)


def excluded(n: int, changed: Counts, margin: float) -> Counts:
    """For each number of changed questions the most that can be lost, and the margin be excluded;
    -1: none. With one more changed it is the same, or one more.
    """
    first, last = int(changed.min()), int(changed.max())
    most, more = -1, first
    while most < more:  # of the fewest, by halving
        middle = (most + more + 1) // 2
        inside = drops.p_at_least(n, middle, first - middle, margin) <= ALPHA
        most, more = (middle, more) if inside else (most, middle - 1)
    found = [most]
    for count in range(first + 1, last + 1):
        lost = most + 1
        most += bool(drops.p_at_least(n, lost, count - lost, margin) <= ALPHA)
        found.append(most)
    return np.array(found)[changed - first]


def judged(asked: Asked, levels: Levels, changed: Counts, lost: Counts) -> Flags:
    """Of each run (a row of counts by task) whether it is red."""
    name = asked.name
    most = int(changed.sum(axis=1).max())
    red = np.zeros(len(changed), dtype=bool)
    spent = np.zeros(len(changed))
    level = next(each for (of, _), each in levels.task.items() if of == name)
    critical, sizes = table(level, most)
    red |= (lost >= critical[changed]).any(axis=1)
    if changed.shape[1] > 1:
        spent += sizes[changed].sum(axis=1)
        for at, group in enumerate(asked.benchmark.groups):
            if (level := levels.group.get((name, group), 0.0)) > 0:
                own = asked.group_of == at
                moved, gone = changed[:, own].sum(axis=1), lost[:, own].sum(axis=1)
                critical, sizes = table(level, most)
                red |= gone >= critical[moved]
                spent += sizes[moved]
        red |= _whole(changed.sum(axis=1), lost.sum(axis=1), levels.pooled[name] - spent)
    return red


def undecided(asked: Asked, changed: Counts, lost: Counts) -> Flags:
    """Of each run whether a drop of the margin is not excluded."""
    found: Flags = lost.sum(axis=1) > excluded(asked.n, changed.sum(axis=1), asked.margin / 100)
    return found


def _whole(changed: Counts, lost: Counts, level: NDArray[np.float64]) -> Flags:
    from scipy.special import betainc

    p_values = np.where(lost > 0, betainc(np.maximum(lost, 1), changed - lost + 1, 0.5), 1.0)
    found: Flags = p_values <= level
    return found


def answers(
    asked: Asked, churn: float, drop: float, runs: int, rng: np.random.Generator
) -> tuple[Counts, Counts]:
    """Changed and lost questions of every task: each question changes with the chance ``churn``,
    and more are lost than won by a share ``drop`` of all.
    """
    churn = max(churn, drop)
    changed = rng.binomial(asked.sizes, churn, size=(runs, len(asked.sizes)))
    return changed, rng.binomial(changed, (1 + drop / churn) / 2 if churn else 0.5)


def reds(suite: Sequence[Asked], churn: float, runs: int, *, seed: int) -> Flags:
    """Whole runs of sound models: whether each is red."""
    rng = np.random.default_rng(seed)
    levels = shares(ALPHA, [each.benchmark for each in suite])
    red = np.zeros(runs, dtype=bool)
    for asked in suite:
        red |= judged(asked, levels, *answers(asked, churn, 0.0, runs, rng))
        others = sum(levels.other[asked.name, other] for other in OTHERS)
        red |= rng.random(runs) < others
    return red


def interval(count: int, runs: int) -> str:
    """The share in per cent, with Clopper and Pearson's interval of 99 %."""
    low = beta.ppf(0.005, count, runs - count + 1) if count else 0.0
    high = beta.ppf(0.995, count + 1, runs - count) if count < runs else 1.0
    return f"{100 * count / runs:.3f} ({100 * low:.3f} to {100 * high:.3f})"


CHURNS = (0.005, 0.02, 0.06, 0.15)


def alarms() -> Iterator[tuple[str, ...]]:
    """Sound models: how often red."""
    yield "run", *(f"churn {churn:.1%}" for churn in CHURNS)
    for name, suite, runs in (("mmlu", SUITE[:1], 100_000), ("all six", SUITE, 10_000)):
        found = [reds(suite, churn, runs, seed=1).sum() for churn in CHURNS]
        yield f"{name}, {runs:,} runs", *(interval(int(count), runs) for count in found)


def passes() -> Iterator[tuple[str, ...]]:
    """Models that lost exactly the margin, in one benchmark: how often passed."""
    churns = CHURNS[1:]
    yield "benchmark", *(f"churn {churn:.1%}" for churn in churns)
    for asked in SUITE:
        cells = []
        for churn in churns:
            runs = 100_000 if asked.n < 20_000 else 20_000
            rng = np.random.default_rng(2)
            levels = shares(ALPHA, [asked.benchmark])
            drop = asked.margin / 100
            counts = answers(asked, churn, drop, runs, rng)
            passed = ~judged(asked, levels, *counts) & ~undecided(asked, *counts)
            cells.append(interval(int(passed.sum()), runs))
        yield asked.name, *cells


def decided() -> Iterator[tuple[str, ...]]:
    """Sound models: how often undecided, in per cent."""
    churns = (0.02, 0.06, 0.1, 0.15)
    yield "benchmark", "questions", "margin", *(f"churn {churn:.0%}" for churn in churns)
    runs = 4_000
    anywhere = np.zeros((len(churns), runs), dtype=bool)
    for asked in SUITE:
        cells = []
        for at, churn in enumerate(churns):
            counts = answers(asked, churn, 0.0, runs, np.random.default_rng([3, at, asked.n]))
            anywhere[at] |= (found := undecided(asked, *counts))
            cells.append(f"{100 * found.mean():.1f}")
        yield asked.name, f"{asked.n:,}", f"{asked.margin:g}", *cells
    every = (f"{100 * each.mean():.1f}" for each in anywhere)
    yield "all six", f"{sum(asked.n for asked in SUITE):,}", "", *every


def power() -> Iterator[tuple[str, ...]]:
    """The drop, in points, that turns four of five runs of MMLU red: overall, in one group, in one
    subject of so many questions.
    """
    asked = SUITE[0]
    subjects = {n: int(np.argmin(abs(asked.sizes - n))) for n in (100, 545, 1534)}
    everywhere = np.ones(len(asked.sizes), dtype=bool)
    places = {
        "overall": everywhere,
        "STEM alone": asked.group_of == 0,
        **{f"subject of {n}": np.arange(len(asked.sizes)) == at for n, at in subjects.items()},
    }
    yield "gate", "churn", *places
    for gate in GATES:
        for churn in (0.02, 0.06):
            found = [_seen(asked, gate, churn, where) for where in places.values()]
            yield gate, f"{churn:.0%}", *(f"{100 * each:.2f}" for each in found)


def _seen(asked: Asked, gate: str, churn: float, where: Flags) -> float:
    low, high = 0.0, 0.06 if where.all() else 0.2 if where.sum() > 1 else 1.0
    for _ in range(13):
        middle = (low + high) / 2
        rng = np.random.default_rng(4)
        runs = 8_000
        rate = np.where(where, np.maximum(churn, middle), churn)
        changed = rng.binomial(asked.sizes, rate, size=(runs, len(asked.sizes)))
        lean = np.where(where, np.minimum(1, middle / rate), 0)
        lost = rng.binomial(changed, (1 + lean) / 2)
        low, high = (
            (low, middle) if GATES[gate](asked, changed, lost).mean() >= 0.8 else (middle, high)
        )
    return high


def _ours(asked: Asked, changed: Counts, lost: Counts) -> Flags:
    return judged(asked, shares(ALPHA, [asked.benchmark]), changed, lost)


def _halves(asked: Asked, changed: Counts, lost: Counts) -> Flags:
    """Half of alpha for the whole, half in equal parts for tasks (mcqtest 0.1)."""
    most = int(changed.sum(axis=1).max())
    red = (lost >= table(ALPHA / 2 / len(asked.sizes), most)[0][changed]).any(axis=1)
    whole = table(ALPHA / 2, most)[0][changed.sum(axis=1)]
    found: Flags = red | (lost.sum(axis=1) >= whole)
    return found


def _unpaired(asked: Asked, changed: Counts, lost: Counts) -> Flags:
    """Two means as of independent samples with the largest variance, 1 %, each task and the whole
    by itself: how a threshold of the kind of TensorRT-LLM's is made.
    """
    from scipy.special import ndtri

    z = -float(ndtri(ALPHA))
    drop = (2 * lost - changed).sum(axis=1) / asked.n
    found: Flags = drop >= z * math.sqrt(2 * 0.25 / asked.n)
    return found


def _tolerance(asked: Asked, changed: Counts, lost: Counts) -> Flags:
    """Five points of accuracy below the stored one: the kind of vLLM's."""
    found: Flags = (2 * lost - changed).sum(axis=1) / asked.n >= 0.05
    return found


GATES = {
    "ours": _ours,
    "half and half": _halves,
    "unpaired z": _unpaired,
    "5 points": _tolerance,
}


def likelihoods(rng: np.random.Generator, n: int) -> Floats:
    """Log-likelihoods: all of them move, some a hundred times as far as others."""
    return np.asarray(rng.lognormal(0, 1, n) * (rng.gamma(2, 1, n) - rng.gamma(2, 1, n)))


def overlaps(rng: np.random.Generator, n: int) -> Floats:
    """ROUGE: half of the texts are others, and share so many of some dozen words."""
    words = rng.integers(4, 30, n)
    return np.where(rng.random(n) < 0.5, (_part(rng, words) - _part(rng, words)) / words, 0.0)


def _part(rng: np.random.Generator, words: Counts) -> Counts:
    return rng.binomial(words, rng.beta(0.4, 0.6, len(words)))


def soft_scores(rng: np.random.Generator, n: int) -> Floats:
    """What the choice is worth, a tenth of them chosen otherwise; all choices of an example have a
    worth of their own.
    """
    worth = np.sort(rng.choice([0.0, 0.25, 0.5, 0.8, 1.0], size=(n, 4)), axis=1)
    picks = rng.integers(0, 4, size=(2, n))
    moved = worth[np.arange(n), picks[0]] - worth[np.arange(n), picks[1]]
    return np.where(rng.random(n) < 0.1, moved, 0.0)


def matches(rng: np.random.Generator, n: int) -> Floats:
    """Right or wrong, of which 6 % change."""
    return rng.choice([-1.0, 0.0, 1.0], size=n, p=[0.03, 0.94, 0.03])


KINDS: dict[str, tuple[Callable[[np.random.Generator, int], Floats], ...]] = {
    "soft scores": (soft_scores,),
    "all kinds in turn": (likelihoods, overlaps, soft_scores, matches),
    "ROUGE": (overlaps,),
    "log-likelihood": (likelihoods,),
}
"""What the tasks are scored by, taken in turn. Old and new scores of an example are two draws of
the same distribution, another one for each example."""


def p_value(differences: Floats) -> float:
    """By the gate's own test; 1 where the loss is below one standard deviation, for then it is 3/32
    at least (arXiv 2104.10005).
    """
    if -differences.sum() < math.sqrt(differences @ differences):
        return 1.0
    return sign_flips(differences[differences != 0].tolist())


def real_red(
    asked: Asked, levels: Levels, kinds: Sequence[Callable[..., Floats]], rng: np.random.Generator
) -> bool:
    """One run of a sound model: whether it is red."""
    draws = (kinds[at % len(kinds)](rng, int(n)) for at, n in enumerate(asked.sizes))
    tasks = list(draws)
    own = list(levels.task.values())
    red = any(p_value(task) <= level for task, level in zip(tasks, own, strict=True))
    # Tasks whose scores are real numbers may spend all of their levels.
    red |= p_value(np.concatenate(tasks)) <= levels.left(asked.name, own)
    others = sum(levels.other[asked.name, other] for other in OTHERS)
    return bool(red or rng.random() < others)


def real() -> Iterator[tuple[str, ...]]:
    """Sound models on BIG-bench Lite, scored by real numbers: how often red."""
    runs = 10_000
    yield "scores", "red"
    levels = shares(ALPHA, [LITE.benchmark])
    for name, kinds in KINDS.items():
        rng = np.random.default_rng([5, len(name)])
        count = sum(real_red(LITE, levels, kinds, rng) for _ in range(runs))
        yield f"{name}, {runs:,} runs", interval(count, runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    tables = {each.__name__: each for each in (alarms, passes, decided, power, real)}
    parser.add_argument("table", choices=tables)
    for row in tables[parser.parse_args().table]():
        print("| " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()
