"""Every metric against the official package's own functions, to 1e-9 (`tox -e parity`).

Responses are made up: right, almost right, another example's, cut, shuffled, nothing; log-
probabilities with ties. Targets and choices are those of real tasks.
"""

from __future__ import annotations

import gzip
import json
import random
from functools import cache

import numpy as np
import pytest
from bigbench_examples import chosen, numeric, weighed, written
from bigbench_package import official
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from realdata import require

from mcqtest.metrics.official import (
    METRICS,
    Chosen,
    Standing,
    Weighed,
    Written,
    aggregate,
)

FOLDERS = ("bigbench", "bigbench_extra")
MOST = 400
"""Examples of one task or subtask; of 110,000 in bbq_lite_json alone a part is enough."""
ROUGE = {"rouge1": "rouge", "rouge2": "rouge", "rougeLsum": "rouge"}


@cache
def tasks():
    """Name -> examples of every task and subtask that can be read."""
    found = {}
    for folder in FOLDERS:
        root = require(folder)
        for path in sorted(root.rglob("task.json*")):
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
            if "malformed" not in str(path) and "examples" in (task := json.loads(text)):
                found["/".join(path.relative_to(root).parts[:-1])] = task["examples"]
    return found


def sample(examples, seed):
    rng = random.Random(seed)
    return rng.sample(examples, min(MOST, len(examples))), rng


def targets(example):
    """As the official code has them: the best choice where no target is given."""
    if "target" not in example:
        scores = example["target_scores"]
        return [max(scores, key=scores.__getitem__)]
    given = example["target"]
    return given if isinstance(given, list) else [given]


def said(right, other, rng):
    """A response: how good it is, is drawn by lot."""
    words = right.split(" ")
    made = [
        right,
        f" {right.upper()}\n",
        right + " and more",
        other,
        "",
        " ".join(rng.sample(words, len(words))),
        " ".join(words[: len(words) // 2]),
        right.replace(" ", " . ", 1),
        str(rng.choice([0, 1, -3, 9.5, 11])),
    ]
    return rng.choice(made)


def texts(name):
    examples, rng = sample(tasks()[name], name)
    every = [targets(example) for example in examples]
    return [Written(said(rng.choice(e), rng.choice(rng.choice(every)), rng), e) for e in every]


def choices(name):
    """Of the examples with choices; a third of them have ties."""
    examples, rng = sample([e for e in tasks()[name] if "target_scores" in e], name)
    found = []
    for example in examples:
        scores = example["target_scores"]
        coarse = rng.random() < 1 / 3
        told = [-rng.expovariate(0.2) for _ in scores]
        told = [float(round(each)) for each in told] if coarse else told
        absolute = rng.random() < 0.5
        found.append(Chosen(list(scores), list(scores.values()), told, absolute=absolute))
    return found


def likelihoods(name):
    examples, rng = sample(tasks()[name], name)
    return [
        Weighed(targets(example), [-rng.expovariate(0.05) for _ in targets(example)])
        for example in examples
    ]


def ours(name, examples):
    return METRICS[name].figure([METRICS[name].parts(each) for each in examples])


def official_text(name, examples):
    """The bootstrap of ROUGE, whose median moves, is taken for the mean that it estimates."""
    module = official("task_metrics")
    function = module.GENERATIVE_FN[ROUGE.get(name, name)]
    patch = pytest.MonkeyPatch()
    with patch.context() as each:
        aggregator = module.metrics.scoring.BootstrapAggregator
        each.setattr(
            aggregator, "_bootstrap_resample", lambda _, rows: np.tile(rows.mean(axis=0), (3, 1))
        )
        return function([list(e.targets) for e in examples], [e.response for e in examples])[name]


def samples(examples):
    """As the official code has them once the model was asked."""
    from scipy.special import logsumexp

    return [
        {
            "choice": list(example.choices),
            "target_scores": dict(zip(example.choices, example.scores, strict=True)),
            "absolute_log_prob": list(example.logprobs),
            "log_prob": list(example.logprobs)
            if example.absolute
            else list(np.array(example.logprobs) - logsumexp(example.logprobs)),
        }
        for example in examples
    ]


def official_choice(name, examples):
    return official("task_metrics").MULTIPLE_CHOICE_FN[name](samples(examples))


def likelihood(examples):
    names = ("log_likelihood", "log_likelihood_per_word", "log_likelihood_per_char")
    found = {name: ours(name, examples) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def official_likelihood(examples):
    return official("task_metrics").log_likelihood_fn(
        [list(each.logprobs) for each in examples], [list(each.targets) for each in examples]
    )


TEXTS = [name for name, each in METRICS.items() if each.needs is Written]
CHOICES = [name for name, each in METRICS.items() if each.needs is Chosen]
CLOSE = {"rel": 0, "abs": 1e-9}


def applies(name, examples):
    if name.startswith("numeric"):
        return all(len(example.targets) == 1 for example in examples)
    if name == "macro_f1":
        return all(list(e.scores).count(1) == 1 and sum(e.scores) == 1 for e in examples)
    return True


# --- real tasks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", TEXTS)
def test_texts_of_real_targets(metric):
    """Of every task, whether or not it asks for the metric."""
    official("task_metrics")
    count = 0
    for name in tasks():
        asked = texts(name)
        asked = asked[:60] if metric in ROUGE else asked
        if applies(metric, asked):
            count += len(asked)
            assert ours(metric, asked) == pytest.approx(official_text(metric, asked), **CLOSE), name
    assert count > 4_000


@pytest.mark.parametrize("metric", CHOICES)
def test_choices_of_real_tasks(metric):
    official("task_metrics")
    count = 0
    for name in tasks():
        asked = choices(name)
        if asked and applies(metric, asked):
            count += len(asked)
            found = official_choice(metric, asked)
            assert ours(metric, asked) == pytest.approx(found, **CLOSE), name
            alone = [(ours(metric, [each]), official_choice(metric, [each])) for each in asked[:40]]
            assert [one for one, _ in alone] == pytest.approx([two for _, two in alone], **CLOSE)
    assert count > 10_000


def test_likelihood_of_real_targets():
    """Where one example has several targets there is the sum alone, on both sides."""
    official("task_metrics")
    for name in tasks():
        asked = likelihoods(name)
        assert likelihood(asked) == pytest.approx(official_likelihood(asked), **CLOSE), name


def test_the_bootstrap_of_rouge_is_near_the_mean():
    """What the official code really gives moves around ours."""
    asked = texts("linguistics_puzzles")[:40]
    found = official("task_metrics").rouge_fn(
        [list(each.targets) for each in asked], [each.response for each in asked]
    )
    for name in ROUGE:
        assert 0 < abs(ours(name, asked) - found[name]) < 1


# --- anything ------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", TEXTS)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_texts(metric, data):
    official("task_metrics")
    kind = numeric if metric.startswith("numeric") else written
    asked = data.draw(st.lists(kind, min_size=1, max_size=5))
    assert ours(metric, asked) == pytest.approx(official_text(metric, asked), **CLOSE)


@pytest.mark.filterwarnings("ignore:Warning. Target scores sum to 0")
@pytest.mark.parametrize("metric", CHOICES)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_choices(metric, data):
    official("task_metrics")
    asked = data.draw(st.lists(chosen(single=metric == "macro_f1"), min_size=1, max_size=8))
    assert ours(metric, asked) == pytest.approx(official_choice(metric, asked), **CLOSE)


@given(st.lists(weighed, min_size=1, max_size=5))
def test_any_likelihood(asked):
    """But for a single target without words, where the official code divides by 0."""
    official("task_metrics")
    single = all(len(each.targets) == 1 for each in asked)
    assume(not single or all(each.targets[0].strip() for each in asked))
    assert likelihood(asked) == pytest.approx(official_likelihood(asked), **CLOSE)


# --- anchors and averages ------------------------------------------------------------------------


@given(st.data())
def test_aggregates(data):
    """Subtasks, or none, that prefer one metric or several."""
    module, results = official("task"), official("results")
    names = data.draw(st.sampled_from([["t"], ["t:a"], ["t:a", "t:b"], ["t:a", "t:b", "t:c"]]))
    prefer = st.sampled_from(["multiple_choice_grade", "bleu"])
    parts = []
    for name in names:
        preferred = data.draw(prefer)
        figures = {preferred: data.draw(st.floats(-1, 1)), "more": 0.5}
        figures |= data.draw(st.sampled_from([{}, {"rouge1": 30.0}]))
        low, high = METRICS[preferred].low + data.draw(st.floats(0, 0.5)), METRICS[preferred].high
        parts.append(Standing(name, figures, preferred, low, high))
    told = [module.ScoreData(dict(e.figures), e.preferred, 0, e.low, e.high, e.name) for e in parts]
    *_, found = results.add_aggregate_scores(task_name="t", scores=told)
    mine = aggregate("t", parts)
    assert dict(mine.figures) == pytest.approx(found.score_dict, **CLOSE)
    assert mine.preferred == found.preferred_score
    assert (mine.low, mine.high) == pytest.approx((found.low_score, found.high_score), **CLOSE)
