"""Adapters and whole models, gated by the same command."""

import importlib.util
import json
from pathlib import Path

import pytest

from mcqtest import demo

ROOT = Path(__file__).parent.parent
NEEDED = ("torch", "transformers", "peft")
THERE = all(importlib.util.find_spec(name) for name in NEEDED)


@pytest.mark.skipif(not THERE, reason="peft applies adapters")
def test_an_adapter_is_gated_as_its_base_with_it_merged_in(pytester):
    """To 1e-4, the same questions lost and won, also in a worker; damaged it is red, and without
    its weights a mistake.
    """
    import adapters

    place = pytester.path
    tuned = adapters.save(place / "tuned", demo.MODEL, strength=0.01)
    adapters.merged(place / "merged", demo.MODEL, tuned)

    def run(name, *options):
        result = pytester.runpytest_subprocess(
            *(ROOT / "benchmarks" / "test_demo.py", f"--model={place / name}", "--data=demo"),
            *(f"--baselines-dir={ROOT / 'baselines'}", "--baseline=demo", "-k", "largest"),
            *(f"--run-dir={place / 'run' / name}", "-p", "no:cacheprovider", *options),
        )
        rows = place / "run" / name / "results.jsonl"
        if result.ret == pytest.ExitCode.USAGE_ERROR:
            return result, []
        return result, list(map(json.loads, rows.read_text("utf-8").splitlines()))

    (one, mine), (other, whole) = run("tuned", "-n1"), run("merged")
    assert (one.ret, len(mine)) == (other.ret, len(whole)) == (6, 100)  # of 800: a part
    one.stdout.fnmatch_lines(["mcqtest: tuned (an adapter on model*, weights *), weights *"])
    for a, b in zip(mine, whole, strict=True):
        assert (a["id"], a["answer"], a["change"]) == (b["id"], b["answer"], b["change"])
        assert a["probabilities"] == pytest.approx(b["probabilities"], abs=1e-4)
    draw = iter(range(100))
    adapters.change(tuned, lambda name, each: each * (1000 if next(draw) % 5 == 0 else 1))
    damaged, _ = run("tuned")
    assert damaged.ret == 1
    (tuned / adapters.TENSORS).unlink()
    removed, _ = run("tuned")
    assert removed.ret == pytest.ExitCode.USAGE_ERROR
    removed.stderr.fnmatch_lines([f"*{tuned}: adapter_config.json is there and adapter_model*"])
