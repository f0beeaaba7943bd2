"""How a run's false-alarm probability is divided: never more than alpha, and all of it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from builders import toy
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from mcqtest.gate import counted, stats
from mcqtest.gate.levels import ACCURACY, OTHERS, Levels, shares, size, spent
from mcqtest.gate.licences import Licence, Marks, Subject
from mcqtest.gate.licences.licence import _missed

alphas = st.floats(1e-6, 0.5)
benchmarks = st.dictionaries(
    st.sampled_from(["mmlu", "kmmlu", "sea"]),
    st.lists(st.integers(1, 5), min_size=1, max_size=4),
    max_size=3,
)
"""Name -> how many tasks each of its groups has."""


def named(sizes):
    """Benchmarks with groups of so many tasks."""
    return [
        replace(
            toy(),
            name=name,
            groups={
                f"g{at}": tuple(f"t{at}_{number}" for number in range(count))
                for at, count in enumerate(counts)
            },
        )
        for name, counts in sizes.items()
    ]


@st.composite
def divided(draw):
    """Benchmarks, and how many parts some of their tasks have."""
    found = named(draw(benchmarks))
    keys = [(each.name, task.name) for each in found for task in each.tasks]
    return found, {key: draw(st.integers(0, 40)) for key in keys if draw(st.booleans())}


def total(levels, parts):
    """What all comparisons of a run spend at most, exactly: tasks and groups are within what their
    benchmark may spend.
    """
    return sum(map(Fraction, [*levels.pooled.values(), *levels.other.values()]))


@given(alphas, divided())
def test_shares_never_exceed_alpha(alpha, run):
    """Accuracy and all others, summed exactly: alpha, to rounding, and no more. A benchmark's
    tasks, their parts and its groups are less than what it may spend.
    """
    found, parts = run
    levels = shares(alpha, found, parts=parts)
    assert total(levels, parts) <= Fraction(alpha)
    if found:
        assert total(levels, parts) >= Fraction(alpha) * (1 - Fraction(1, 10**12))
    for each in found:
        own = [level for (name, _), level in levels.task.items() if name == each.name]
        own += [level for (name, _), level in levels.group.items() if name == each.name]
        own += [
            level * parts[name, task]
            for (name, task), level in levels.part.items()
            if name == each.name
        ]
        rounded_up = math.nextafter(levels.pooled[each.name], 1)
        assert sum(map(Fraction, own)) <= Fraction(rounded_up)
        assert levels.left(each.name, own) >= 0
        if len(each.tasks) > 1:
            assert math.fsum(own) <= 0.4 * levels.pooled[each.name] * (1 + 1e-12)


@given(alphas, divided())
def test_every_comparison_has_a_level(alpha, run):
    """Each task, each group of several tasks where there are several groups, and what else may get
    worse; whatever was selected of the benchmark.
    """
    found, parts = run
    levels = shares(alpha, found, parts=parts)
    assert levels.task.keys() == {(each.name, task.name) for each in found for task in each.tasks}
    assert levels.group.keys() == {
        (each.name, group)
        for each in found
        for group, tasks in each.groups.items()
        if len(each.groups) > 1 and len(tasks) > 1
    }
    assert levels.other.keys() == {(each.name, other) for each in found for other in OTHERS}
    assert levels.part.keys() == {key for key, count in parts.items() if count}
    assert all(level > 0 for level in [*levels.task.values(), *levels.other.values()])


@given(alphas, divided())
def test_parts_take_from_their_own_task_alone(alpha, run):
    """Half of its share; all others keep theirs, to the last bit."""
    found, parts = run
    plain, levels = shares(alpha, found), shares(alpha, found, parts=parts)
    assert (plain.part, levels.pooled, levels.group) == ({}, plain.pooled, plain.group)
    for key, level in plain.task.items():
        if key in levels.part:
            assert levels.task[key] == pytest.approx(level / 2)
            assert levels.part[key] * parts[key] == pytest.approx(level / 2)
        else:
            assert levels.task[key] == level


def test_known_levels():
    """All of alpha 0.01 for two benchmarks, one of two groups and one of a single task."""
    levels = shares(0.01, named({"mmlu": [2, 3], "sea": [1]}), parts={("mmlu", "t0_0"): 5})
    assert levels.pooled == pytest.approx({"mmlu": 0.00475, "sea": 0.00475})
    assert levels.task["mmlu", "t1_0"] == pytest.approx(0.00475 * 0.3 / 5)
    assert levels.task["mmlu", "t0_0"] == pytest.approx(0.00475 * 0.3 / 10)
    assert levels.part["mmlu", "t0_0"] == pytest.approx(0.00475 * 0.3 / 50)
    assert levels.group["mmlu", "g0"] == pytest.approx(0.00475 * 0.1 / 2)
    assert levels.task["sea", "t0_0"] == pytest.approx(0.00475)
    assert levels.other["sea", "anchor"] == pytest.approx(0.0001)
    assert float(ACCURACY) + sum(map(float, OTHERS.values())) == pytest.approx(1)
    with pytest.raises(ValueError, match="alpha"):
        shares(1.0, [])


# --- what tasks cannot spend ------------------------------------------------------------------


def compared(lost, won, level):
    return {"lost": lost, "won": won, "real": False, "tolerance": 0.0}


@given(st.integers(0, 200), st.floats(1e-6, 0.4))
def test_a_size_is_the_chance_of_red(changed, level):
    """Of a task of which so many questions changed, summed over all that it can come to."""
    chances = [
        binom.pmf(lost, changed, 0.5)
        for lost in range(changed + 1)
        if stats.mcnemar(lost, changed - lost) <= level
    ]
    found = size(compared(0, changed, level), level)
    assert found == pytest.approx(math.fsum(chances), abs=1e-12)
    assert found <= level
    all_of_it = level if stats.mcnemar(changed, 0) <= level else 0.0
    assert size({**compared(0, changed, level), "real": True}, level) == all_of_it
    assert size({**compared(0, changed, level), "tolerance": 0.01}, level) == all_of_it


class Judged:
    """As much of an outcome as is asked for what it spends."""

    def __init__(self, task, comparison):
        self.benchmark, self.task, self.comparison = "mmlu", task, comparison


@given(st.lists(st.integers(0, 9), min_size=2, max_size=3), st.floats(0.01, 0.5))
def test_a_run_stays_below_alpha_given_what_changed(changed, alpha):
    """Exactly, over all that may be lost of these changes: a task or the whole is red with
    probability at most what the benchmark may spend, whatever changed (Tarone 1990).
    """
    levels = shares(alpha, named({"mmlu": [len(changed)]}))
    tasks = [f"t0_{at}" for at in range(len(changed))]
    own = [levels.task["mmlu", task] for task in tasks]
    red = 0.0
    for lost in itertools.product(*(range(count + 1) for count in changed)):
        pairs = [*zip(lost, changed, strict=True)]
        chance = math.prod(binom.pmf(each, count, 0.5) for each, count in pairs)
        outcomes = [
            Judged(task, compared(each, count - each, 0))
            for task, (each, count) in zip(tasks, pairs, strict=True)
        ]
        left = levels.left("mmlu", spent(outcomes, levels))
        alone = any(
            stats.mcnemar(each, count - each) <= level
            for (each, count), level in zip(pairs, own, strict=True)
        )
        whole = stats.mcnemar(sum(lost), sum(changed) - sum(lost)) <= left
        red += chance * (alone or whole)
    assert red <= levels.pooled["mmlu"] * (1 + 1e-9)


def test_tasks_that_were_left_out_keep_their_share():
    """So that what is selected moves no level."""
    levels = shares(0.01, named({"mmlu": [2]}))
    both = [Judged(f"t0_{at}", compared(0, 0, 0)) for at in range(2)]
    assert spent(both, levels) == [0.0, 0.0]
    assert spent(both[:1], levels) == [0.0, levels.task["mmlu", "t0_1"]]
    divided = shares(0.01, named({"mmlu": [2]}), parts={("mmlu", "t0_0"): 3})
    assert spent(both, divided) == [0.0, divided.task["mmlu", "t0_0"], 0.0]
    assert Levels({"mmlu": 0.1}).left("mmlu", [0.25]) == 0.0


# --- a whole run ------------------------------------------------------------------------------

SIZES = {"dentist": (60, 60, 60), "physician": (90, 60, 30), "lawyer": (150,)}
LICENCES = {
    "dentist": Licence(0, Fraction(1, 2), Fraction(11, 20)),
    "physician": Licence(0, Fraction(1, 2), None),
    "lawyer": Licence(0, None, Fraction(11, 20)),
}
RUNS = 6000


def marks(name, right):
    """What is reached in one licence with so many right answers in its subjects."""
    table = zip(right, SIZES[name], strict=True)
    return Marks(LICENCES[name], tuple(Subject(str(at), *each) for at, each in enumerate(table)))


def reds(alpha, *, drop):
    """Of simulated runs the shares that are red, red because of lost licences, and with a licence
    lost at all. At each question the model now is as likely right as before, less ``drop``.
    """
    parts = {("pro", name): len(sizes) for name, sizes in SIZES.items() if len(sizes) > 1}
    pro = replace(toy(*SIZES), name="pro")
    levels = shares(alpha, [pro], parts=parts)
    rng = np.random.default_rng(11)
    counts = np.zeros(3)
    for _ in range(RUNS):
        whole, missed = [], []
        for name, sizes in SIZES.items():
            before = [rng.random(n) < 0.58 for n in sizes]
            now = [rng.random(n) < 0.58 - drop for n in sizes]
            pairs = [*zip(before, now, strict=True)]
            moves = [
                (str(at), change)
                for at, (one, two) in enumerate(pairs)
                for change, found in (("lost", one & ~two), ("won", ~one & two))
                for _ in range(found.sum())
            ]
            changes = [change for _, change in moves]
            key = "pro", name
            lost, won = changes.count("lost"), changes.count("won")
            comparison = counted(sum(sizes), lost, won, levels.task[key])
            whole.append(comparison)
            sums = ([int(each.sum()) for each in side] for side in (before, now))
            reached = (marks(name, right) for right in sums)
            level = levels.part.get(key, levels.task[key])
            missed += _missed(*reached, comparison, moves, level)
        lost, won = (sum(getattr(each, name) for each in whole) for name in ("lost", "won"))
        own = [
            level + (level if key in levels.part else 0) for key, level in levels.task.items()
        ]  # at most what they can spend
        pooled = counted(sum(map(sum, SIZES.values())), lost, won, levels.left("pro", own))
        licence = any(each.comparison.regressed for each in missed)
        plain = any(each.regressed for each in [*whole, pooled])
        counts += plain or licence, licence, bool(missed)
    return counts / RUNS


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_false_alarms_stay_below_alpha(alpha):
    """A run that is no worse is red with probability at most alpha, though licences are often
    lost at the border.
    """
    red, _, lost = reds(alpha, drop=0)
    assert red <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / RUNS)
    assert red > alpha / 5
    assert lost > 0.4


def test_true_losses_turn_licences_red():
    """A model that is worse by a quarter loses licences, and not by chance."""
    red, licence, _ = reds(0.05, drop=0.25)
    assert red > 0.95
    assert licence > 0.5
