"""How a run's false-alarm probability is divided where licences' subjects are compared as well."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import runs

from mcqtest.gate import counted, stats
from mcqtest.gate.licences import Licence, Marks, Subject
from mcqtest.gate.licences.licence import _missed

alphas = st.floats(1e-9, 0.5)


@st.composite
def divided(draw):
    """Selected tasks, and how many parts some of them have; some parts are of no selected task."""
    tasks = draw(runs)
    keys = [(name, task) for name in tasks for task in tasks[name]]
    counts = st.integers(0, 40)
    parts = {key: draw(counts) for key in keys if draw(st.booleans())}
    return tasks, parts | draw(st.dictionaries(st.just(("else", "where")), counts))


def spent(levels, parts):
    """All levels of a run together, exactly."""
    own = sum(Fraction(level) * parts[key] for key, level in levels.part.items())
    return own + sum(map(Fraction, [*levels.pooled.values(), *levels.task.values()]))


@given(alphas, divided())
def test_shares_with_parts_never_exceed_alpha(alpha, run):
    """Pooled comparisons, tasks and every part, summed exactly: alpha, to rounding, and no more."""
    tasks, parts = run
    total = spent(stats.shares(alpha, tasks, parts=parts), parts)
    assert total <= Fraction(alpha)
    assert not any(tasks.values()) or total >= Fraction(alpha) * (1 - Fraction(1, 10**12))


@given(alphas, divided())
def test_parts_take_from_their_own_task_alone(alpha, run):
    """Half of its share; other tasks and pooled comparisons keep theirs, to the last bit."""
    tasks, parts = run
    plain, levels = stats.shares(alpha, tasks), stats.shares(alpha, tasks, parts=parts)
    assert plain.part == {}
    assert levels.pooled == plain.pooled
    assert levels.part.keys() == {key for key, count in parts.items() if count} & plain.task.keys()
    for key, level in plain.task.items():
        if key not in levels.part:
            assert levels.task[key] == level
        else:
            assert levels.task[key] == level / 2
            whole = levels.part[key] * parts[key]
            assert whole == pytest.approx(level / 2)


def test_known_levels():
    """Two licences and their pool: a half is pooled, a quarter each; five subjects a fortieth."""
    levels = stats.shares(0.2, {"pro": ["dentist", "lawyer"]}, parts={("pro", "dentist"): 5})
    assert levels.pooled == pytest.approx({"pro": 0.1})
    assert levels.task == pytest.approx({("pro", "dentist"): 0.025, ("pro", "lawyer"): 0.05})
    assert levels.part == pytest.approx({("pro", "dentist"): 0.005})


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


def reds(alpha, *, drop, monkeypatch):
    """Of simulated runs the shares that are red, red because of lost licences, and with a licence
    lost at all. At each question the model now is as likely right as before, less ``drop``.
    """
    monkeypatch.setattr(stats, "min_detectable_drop", lambda *_: 1.0)  # is no part of a decision
    names = {"pro": list(SIZES)}
    parts = {("pro", name): len(sizes) for name, sizes in SIZES.items() if len(sizes) > 1}
    levels = stats.shares(alpha, names, parts=parts)
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
        pooled = counted(sum(map(sum, SIZES.values())), lost, won, levels.pooled["pro"])
        licence = any(each.comparison.regressed for each in missed)
        plain = any(each.regressed for each in [*whole, pooled])
        counts += plain or licence, licence, bool(missed)
    return counts / RUNS


@pytest.mark.parametrize("alpha", [0.05, 0.2])
def test_false_alarms_stay_below_alpha(alpha, monkeypatch):
    """A run that is no worse is red with probability at most alpha, though licences are often
    lost at the border.
    """
    red, _, lost = reds(alpha, drop=0, monkeypatch=monkeypatch)
    assert red <= alpha + 3 * math.sqrt(alpha * (1 - alpha) / RUNS)
    assert red > alpha / 5
    assert lost > 0.4


def test_true_losses_turn_licences_red(monkeypatch):
    """A model that is worse by a quarter loses licences, and not by chance."""
    red, licence, _ = reds(0.05, drop=0.25, monkeypatch=monkeypatch)
    assert red > 0.95
    assert licence > 0.5
