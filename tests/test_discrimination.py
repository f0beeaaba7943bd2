"""AUROC and the Brier score of one confidence, by themselves and against those of the authors."""

import gzip
import json
import math
from itertools import pairwise

import pytest
import realdata
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.metrics import auroc, brier_of, brier_parts, isotonic

answers = st.lists(st.tuples(st.sampled_from([0.1, 0.25, 0.5, 0.9]), st.booleans()), min_size=1)


@given(answers)
def test_auroc_is_the_share_of_pairs_in_order(found):
    """Of a right and a wrong answer each, ties counting half."""
    pairs = [(a > b) + (a == b) / 2 for a, hit in found if hit for b, miss in found if not miss]
    expected = sum(pairs) / len(pairs) if pairs else None
    assert auroc(*zip(*found, strict=True)) == pytest.approx(expected)


def test_without_both_kinds_there_is_no_auroc():
    """And not 0.5."""
    assert auroc([0.2, 0.9], [True, True]) is None
    assert auroc([0.2, 0.9], [False, False]) is None


@given(answers)
def test_the_parts_add_up_to_the_score(found):
    """Reliability less resolution plus uncertainty; none is negative."""
    confidences, right = zip(*found, strict=True)
    parts = brier_parts(confidences, right)
    assert min(parts) >= 0
    whole = parts.reliability - parts.resolution + parts.uncertainty
    assert whole == pytest.approx(brier_of(confidences, right))


@given(answers)
def test_isotonic_steps_rise_and_hold_all(found):
    """Each step's share is above the one before, and no answer is lost."""
    confidences, right = zip(*found, strict=True)
    steps = isotonic(confidences, right)
    shares = [step.right / step.n for step in steps]
    assert all(one < other for one, other in pairwise(shares))
    assert sum(step.n for step in steps) == len(right)
    assert sum(step.right for step in steps) == sum(right)


def test_of_nothing_there_is_neither():
    """Nor where the two do not go together."""
    for figure in (auroc, brier_of):
        with pytest.raises(ValueError, match="as many of each"):
            figure([], [])
        with pytest.raises(ValueError, match="as many of each"):
            figure([0.5], [True, False])


@pytest.mark.parametrize("size", ["2m", "53m", "244m", "1b", "4b", "27b"])
def test_those_of_the_authors(size):
    """Of some 8,073 items of BIG-G and of each of their tasks, to 1e-6; logits have six digits."""
    folder = realdata.require("records", "bigbench_items_big_g")
    with gzip.open(folder / f"big_g_t0_{size}_3shot.jsonl.gz", "rt") as file:
        items = [json.loads(line) for line in file]
    with gzip.open(folder / f"big_g_t0_{size}_metrics.json.gz", "rt") as file:
        theirs = json.load(file)
    tasks = {"all": items}
    for item in items:
        tasks.setdefault(item["task"], []).append(item)
    expected = {"all": theirs["all"], **theirs["per_task"]}
    for task, some in tasks.items():
        confidences = [1 / (1 + math.exp(a - b)) for a, b in (item["logits"] for item in some)]
        right = [bool(item["correct"]) for item in some]
        assert brier_of(confidences, right) == pytest.approx(expected[task]["test_bs"], abs=1e-6)
        # Two of 6 x 85 tasks have items whose logits are equal in six digits, and were not.
        near = 1e-6 if task == "all" else 2e-4
        parts = [expected[task][f"test_bs_{name}"] for name in ("mcb", "dsc", "unc")]
        assert brier_parts(confidences, right) == pytest.approx(parts, abs=near)
        found, wanted = auroc(confidences, right), expected[task]["test_roc_auc"]
        assert (found is None) if math.isnan(wanted) else found == pytest.approx(wanted, abs=near)
