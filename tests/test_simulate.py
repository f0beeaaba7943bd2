"""The simulation decides single runs as the gate decides them."""

from __future__ import annotations

import numpy as np
import pytest
from cases import outcome_of, policy_of
from hypothesis import given, settings
from hypothesis import strategies as st
from realdata import script

from mcqtest.gate import Margins, compared, pool, sign_flips
from mcqtest.gate.levels import shares

simulate = script("simulate")
ASKED = simulate.Asked("toy", ((60, 90), (120, 30)), 8)


def judged_by_the_gate(changed, lost):
    """Whether these counts are red, and whether the margin is open, by outcomes of their own."""
    benchmark = ASKED.benchmark
    levels = shares(simulate.ALPHA, [benchmark])
    policy = policy_of(alpha=simulate.ALPHA)
    object.__setattr__(policy, "levels", levels)
    object.__setattr__(policy, "margins", Margins(own={"toy": 8}))
    outcomes = []
    for at, task in enumerate(benchmark.tasks):
        size, gone, won = int(ASKED.sizes[at]), int(lost[at]), int(changed[at] - lost[at])
        outcome = outcome_of(task.name, size, size // 2, gone, won, group=task.group, siblings=4)
        made = compared(size, outcome.differences, levels.task["toy", task.name], alpha=0.01)
        outcome.comparison = {name: getattr(made, name) for name in made.__dataclass_fields__}
        outcome.failures = ["worse"] * made.regressed
        outcomes.append(outcome)
    found = pool("toy", outcomes, policy)
    red = bool(found.failures or any(each.failures for each in outcomes))
    return red, not found.is_excluded


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 28), min_size=4, max_size=4),
    st.lists(st.floats(0, 1), min_size=4, max_size=4),
)
def test_a_run_is_decided_as_by_the_gate(changed, shares_lost):
    """Red or not, and whether the margin is excluded."""
    changed = np.array([changed])
    lost = np.round(changed * np.array(shares_lost)).astype(int)
    levels = shares(simulate.ALPHA, [ASKED.benchmark])
    red = simulate.judged(ASKED, levels, changed, lost)
    open_ = simulate.undecided(ASKED, changed, lost)
    assert (bool(red[0]), bool(open_[0])) == judged_by_the_gate(changed[0], lost[0])


@pytest.mark.parametrize("churn", [0.005, 0.02, 0.06, 0.15])
def test_false_alarms_stay_below_alpha(churn):
    """Of runs on all of MMLU that are no worse; docs/statistics.md has more of them."""
    runs = 10_000
    red = simulate.reds(simulate.SUITE[:1], churn, runs, seed=7).mean()
    assert red <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / runs)
    assert red > 0.002, "so conservative that the levels cannot be as documented"


def test_a_small_drop_turns_the_run_red():
    """A model worse by 0.6 points, at 4 % churn, is stopped at least four times in five."""
    asked = simulate.SUITE[0]
    assert asked.n == 14_042
    levels = shares(simulate.ALPHA, [asked.benchmark])
    counts = simulate.answers(asked, 0.04, 0.006, 5_000, np.random.default_rng(7))
    assert simulate.judged(asked, levels, *counts).mean() >= 0.8


def test_a_drop_of_the_margin_is_seldom_passed():
    """At most as often as alpha, by the same counts."""
    asked = simulate.SUITE[4]
    counts = simulate.answers(asked, 0.06, 0.03, 20_000, np.random.default_rng(7))
    passed = ~simulate.undecided(asked, *counts)
    assert 0.001 < passed.mean() <= 0.01 + 3 * np.sqrt(0.01 * 0.99 / 20_000)


@pytest.mark.parametrize("kind", simulate.KINDS)
def test_real_scores_of_sound_models_are_symmetric(kind):
    """Old and new score of an example are two draws of one distribution, so signs are coins."""
    for draw in simulate.KINDS[kind]:
        moved = draw(np.random.default_rng(8), 20_000)
        assert moved.shape == (20_000,)
        assert 0.001 < sign_flips(moved.tolist()) < 0.999


def test_a_run_of_real_scores_is_red_by_a_task_or_by_all_of_them():
    """A task of 34 examples whose scores all fall, and a small loss everywhere."""
    levels = shares(simulate.ALPHA, [simulate.LITE.benchmark])
    noise = simulate.KINDS["log-likelihood"][0]

    def lost_in_the_smallest(rng, n):
        return noise(rng, n) - (40 if n == 34 else 0)

    def lost_everywhere(rng, n):
        return noise(rng, n) - 0.1

    for draw, red in ((noise, False), (lost_in_the_smallest, True), (lost_everywhere, True)):
        rng = np.random.default_rng(9)
        assert simulate.real_red(simulate.LITE, levels, [draw], rng) == red


def test_what_is_not_computed_cannot_be_red():
    """A loss below one standard deviation has a p-value of 3/32 at least."""
    moved = np.random.default_rng(10).normal(0, 1, (200, 30))
    for each in moved:
        if simulate.p_value(each) == 1:
            assert sign_flips(each.tolist()) >= 3 / 32
