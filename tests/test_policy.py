"""What a run is held to: its levels, and its way to another process."""

import json
from dataclasses import fields, replace

import pytest
from builders import toy
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import THRESHOLDS, Margins, Policy, Thresholds

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
    anchor=st.none() | words,
    margins=st.builds(
        Margins,
        st.none() | st.just("none") | st.floats(5, 50),
        st.none() | st.floats(0, 4),
        st.dictionaries(words, st.dictionaries(st.sampled_from(["tolerance"]), st.floats(0, 4))),
    ),
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
def test_levels_come_from_whole_benchmarks(policy, tasks):
    """Whatever is selected of them; parts are those of the tasks that were planned."""
    levels = policy.planned(tasks).levels
    selected = {task.benchmark for task in tasks}
    every = {(each.name, task.name) for each in selected for task in each.tasks}
    assert levels.task.keys() == every
    assert levels.pooled.keys() == {each.name for each in selected}
    parts = {(task.benchmark.name, task.name) for task, n in tasks.items() if n}
    assert levels.part.keys() == parts


def test_what_is_selected_moves_no_level():
    """A red run repeated without its red task has the levels that it had."""
    policy = Policy(0.01, "small", "/project/baselines", update=False)
    first, *others = SEA.tasks
    assert policy.planned({first: 0}).levels == policy.planned(dict.fromkeys(others, 0)).levels


@pytest.mark.parametrize(
    ("update", "reason", "accepts"),
    [(False, None, False), (False, "why", False), (True, None, False), (True, "why", True)],
)
def test_a_regression_is_accepted_where_it_is_recorded(update, reason, accepts):
    """A reason alone makes no worse model pass, and a recording alone takes none."""
    policy = Policy(0.01, "small", "/project/baselines", update=update, reason=reason)
    assert policy.accepts is accepts
