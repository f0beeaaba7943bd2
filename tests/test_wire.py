"""What processes tell each other, as plain values."""

import json
from dataclasses import replace
from types import SimpleNamespace

from cases import MODEL, outcome_of, policy_of, settings_of

from mcqtest.plugin import wire


def test_a_plan_travels_whole():
    """With the levels that were found by planning; the store is read once."""
    policy = policy_of(
        outcome_of("tides"),
        outcome_of("waves"),
        gate={"toy/tides": {"min_accuracy": 0.5}},
        rules={"licence": {"mean": "items"}},
        reason="why",
    )
    counts = iter([(2, 8, 16, 5)])
    plan = wire.Plan.of(SimpleNamespace(counts=lambda: next(counts), policy=policy))
    found = wire.Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert found == plan == ((2, 8, 16, 5), policy)
    assert found.policy.levels.task.keys() == {("toy", "tides"), ("toy", "waves")}


def test_a_worker_is_the_run_again(monkeypatch):
    """The same settings, model and session, told as plain values; what it is lent stands beside."""
    settings = settings_of(gate={"toy": {"min_accuracy": 0.5}}, rules={"licence": {}}, limit=3)
    identity = replace(MODEL, device="cuda", stamp="12:34")
    run = SimpleNamespace(settings=settings, identity=identity, session="one")
    told = json.loads(json.dumps(wire.worker_input(run, {"OMP_NUM_THREADS": "2"})))
    assert told["environment"] == {"OMP_NUM_THREADS": "2"}
    made = []
    monkeypatch.setattr(wire, "Run", lambda *args, session: made.append((*args, session)))
    wire.worker_run(told)
    assert made == [(settings, identity, "one")]
