"""What a run is held to: its levels, and its way to another process."""

import json
from dataclasses import fields, replace

import pytest
from builders import toy
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import THRESHOLDS, Policy, Thresholds

SEA, LAND = (replace(toy(*"abcd"), name=name) for name in ("sea", "land"))
TASKS = (*SEA.tasks, *LAND.tasks)
words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)
bounds = st.dictionaries(st.sampled_from([*THRESHOLDS]), st.integers(0, 1))
planned = st.dictionaries(st.sampled_from(TASKS), st.integers(0, 5))
policies = st.builds(
    Policy,
    alpha=st.floats(1e-6, 0.4),
    baseline=st.none() | words,
    baselines_dir=words,
    update=st.booleans(),
    reason=st.none() | words,
    thresholds=st.builds(Thresholds, st.dictionaries(words, bounds)),
    rules=st.dictionaries(words, st.dictionaries(words, words)),
    required=st.lists(words).map(tuple),
)


@given(policies, planned)
def test_a_policy_travels_whole(policy, tasks):
    """Through JSON, as any way between processes may be: nothing of it is lost or becomes else."""
    policy = policy.planned(tasks)
    found = Policy.from_json(json.loads(json.dumps(policy.to_json())))
    assert found == policy
    assert policy.to_json().keys() == {each.name for each in fields(Policy)}


@given(policies, planned)
def test_levels_are_shares_of_alpha(policy, tasks):
    """Each planned task has one, and what its criterion compares; all together are no more."""
    levels = policy.planned(tasks).levels
    assert levels.task.keys() == {(task.benchmark.name, task.name) for task in tasks}
    parts = {(task.benchmark.name, task.name): n for task, n in tasks.items() if n}
    assert levels.part.keys() == parts.keys()
    every = [task.benchmark.name for task in tasks]
    assert levels.pooled.keys() == {name for name in every if every.count(name) > 1}
    spent = sum(levels.task.values()) + sum(levels.pooled.values())
    spent += sum(level * parts[key] for key, level in levels.part.items())
    assert spent <= policy.alpha * (1 + 1e-12)
    assert not tasks or spent >= policy.alpha * (1 - 1e-12)


def test_a_task_in_two_groups_is_compared_once():
    """Whoever plans it again spends no more of alpha."""
    policy = Policy(0.01, "small", "/project/baselines", update=False)
    first, second, *_ = SEA.tasks
    twice = policy.planned({first: 0, second: 0, replace(second, group="other"): 0})
    assert twice == policy.planned({first: 0, second: 0})
    assert twice.planned({first: 0}).levels.task == {("sea", "a"): 0.01}


@pytest.mark.parametrize(
    ("update", "reason", "accepts"),
    [(False, None, False), (False, "why", False), (True, None, False), (True, "why", True)],
)
def test_a_regression_is_accepted_where_it_is_recorded(update, reason, accepts):
    """A reason alone makes no worse model pass, and a recording alone takes none."""
    policy = Policy(0.01, "small", "/project/baselines", update=update, reason=reason)
    assert policy.accepts is accepts
