"""What JSON tasks ask, what the answers are worth, and where a task stands between its anchors."""

import json
import math
from dataclasses import replace

import pytest
from builders import complaint

from mcqtest.bigbench import CRITERION, FORM, METRICS, Ending, OfSubtasks, cut
from mcqtest.data import JsonTasks, fingerprint
from mcqtest.gate import Judged
from mcqtest.gate.reference import referred, resolved
from mcqtest.prompts import bigbench as prompts
from mcqtest.types import Benchmark, Decoding, Method, Response, Results

HEAD = {"canary": "", "name": "t", "description": "d", "keywords": ["k"]}
GREEDY = Decoding(8)


def load(tmp_path, metrics, examples, preferred=None, **keys):
    """The examples of such a task."""
    folder = tmp_path / "bigbench" / "t"
    folder.mkdir(parents=True, exist_ok=True)
    task = {**HEAD, "metrics": metrics, "preferred_score": preferred or metrics[0], **keys}
    (folder / "task.json").write_text(json.dumps({**task, "examples": examples}), "utf-8")
    return JsonTasks("bigbench").load("t", tmp_path)


def asks(examples, shots=0):
    """What they ask."""
    return list(FORM.asks(examples, range(len(examples)), shots=shots, decoding=GREEDY))


def judge(example, *said):
    """Its result: a text, or log-probabilities, for each request."""
    told = [
        {"logprobs": (), "text": each} if isinstance(each, str) else {"logprobs": each}
        for each in said
    ]
    return FORM.judge(example, [Response("k", shots=0, **each) for each in told])


CHOOSE = [
    {"input": "1 + 1", "target_scores": {"three": 0, "two": 1, "zwei": 0.5}},
    {"input": "2 + 1", "target_scores": {"three": 1, "two": 0}},
]


def test_a_prompt(tmp_path):
    """The official one of these: choices in the order of the seed, sorted before."""
    first, second = asks(load(tmp_path, ["multiple_choice_grade"], CHOOSE))
    listed = "\n  choice: three\n  choice: two\n  choice: zwei"
    assert first[0].prompt.text == f"\nQ: 1 + 1{listed}\nA: "
    assert second[0].prompt.text == "\nQ: 2 + 1\n  choice: two\n  choice: three\nA: "
    assert first[0].choices == ("three", "two", "zwei")  # as they stand in the file


def test_the_order_of_choices():
    """RandomState(42): one order for each number of choices, whatever numpy's version."""
    orders = {count: list(prompts._permutation(count)) for count in (1, 2, 3, 4, 5, 8)}
    assert orders == {
        1: [0],
        2: [1, 0],
        3: [0, 1, 2],
        4: [1, 3, 0, 2],
        5: [1, 4, 2, 0, 3],
        8: [1, 5, 0, 7, 2, 4, 3, 6],
    }


def test_shots(tmp_path):
    """Others than the question, each with one of its targets; the prefix stands once."""
    texts = [{"input": f"x{at}", "target": [f"y{at}", f"z{at}"]} for at in range(5)]
    keys = {"task_prefix": "Do.", "few_shot_example_separator": "\n\n"}
    examples = load(tmp_path, ["exact_str_match"], texts, **keys)
    for at, (ask,) in enumerate(asks(examples, shots=3)):
        assert ask.prompt.header == "Do."
        assert len(ask.prompt.shots) == 3
        assert all(f"x{at}\n" not in shot for shot in ask.prompt.shots)
        assert ask.prompt.text.count("\n\n\nQ: ") == 3
        assert ask.prompt.query == f"\nQ: x{at}\nA: "
    whole = [ask.prompt.text for (ask,) in asks(examples, shots=3)]
    part = FORM.asks(examples, [1, 3], shots=3, decoding=GREEDY)
    assert [ask.prompt.text for (ask,) in part] == [whole[1], whole[3]]
    assert "has only 5 examples" in complaint(asks, examples, 5)


def test_which_requests_a_question_makes(tmp_path):
    """A text, log-probabilities of choices, and those of targets, by what its metrics look at."""
    both = [{**each, "target": ["two", "2", "two"]} for each in CHOOSE]
    metrics = ["exact_str_match", "multiple_choice_grade", "log_likelihood"]
    text, choices, targets = asks(load(tmp_path, metrics, both))[0]
    assert (text.decoding, text.choices) == (GREEDY, ())
    assert (choices.decoding, choices.choices) == (None, ("three", "two", "zwei"))
    assert targets.choices == ("two", "2")  # asked once each


def test_what_an_example_is_worth(tmp_path):
    """The score of the most probable choice; parts of other metrics beside it."""
    example, _ = load(tmp_path, ["multiple_choice_grade"], CHOOSE)
    found = judge(example, (-3.0, -2.0, -1.0))
    assert (found.answer, found.value, found.gold, found.correct) == (2, 0.5, 1, False)
    assert found.details["multiple_choice_grade"] == 0.5
    assert found.probabilities == pytest.approx((0.0900306, 0.2447285, 0.6652410))
    assert judge(example, (-3.0, -1.0, -2.0)).correct


def test_a_choice_without_text_is_certain(tmp_path):
    """It is not asked; 26 official examples have one."""
    odd = [{"input": "x", "target_scores": {"a": 1, "": 0}}]
    example = load(tmp_path, ["multiple_choice_grade"], odd)[0]
    (ask,) = asks([example])[0]
    assert ask.choices == ("a",)
    assert judge(example, (-1.0,)).answer == 1
    odd[0]["target_scores"] = {"": 1}
    (example,) = load(tmp_path, ["expected_calibration_error", "exact_str_match"], odd * 1)
    assert "no choice with any text" in complaint(asks, [example])


def test_a_metric_of_another_range_is_worth_a_share(tmp_path):
    """0 at its low anchor and 1 at the high one, so that tasks can be held against each other."""
    example = load(tmp_path, ["sequence_f1"], [{"input": "x", "target": "a b c d"}])[0]
    assert judge(example, "a x c").value == 0.5
    example = load(tmp_path, ["log_likelihood"], [{"input": "x", "target": "a"}])[0]
    assert judge(example, (-2.5,)).value == 0.75
    chosen = [{"input": "x", "target_scores": {"a": 1, "b": 0}}]
    brier = "calibration_multiple_choice_brier_score"
    example = load(tmp_path, ["multiple_choice_grade"], chosen, brier)[0]
    assert judge(example, (0.0, -50.0)).value == pytest.approx(1)  # less is better


def test_texts_are_cut(tmp_path):
    """As officially; an answer that ended before its text did is whole."""
    example = load(tmp_path, ["exact_str_match"], [{"input": "x", "target": " a b"}])[0]
    assert judge(example, " a b. And more").correct
    assert not judge(example, "a b. And more").correct
    said = [Response("k", (), 0, text, truncated=True) for text in (" a b. And", " a b", "", "...")]
    found = [FORM.judge(example, [each]) for each in said]
    assert [each.truncated for each in found] == [0, 1, 0, 0]
    assert [each.answer for each in found] == ["a b", "a b", None, ""]
    spec = replace(example.spec, output_regex=None, stop_string="\n")
    assert [cut(text, spec) for text in ("a\nb", "\nb", "ab")] == ["a\n", "\nb", "ab"]


def test_limit_takes_of_every_subtask(tmp_path):
    """The first of each, as many as can be, in their order."""
    example = load(tmp_path, ["multiple_choice_grade"], CHOOSE)[0]
    every = [replace(example, subject=each) for each in "aaabcc"]
    assert list(FORM.first(every, None)) == list(range(6))
    assert list(FORM.first(every, 3)) == [0, 3, 4]
    assert list(FORM.first(every, 5)) == [0, 1, 3, 4, 5]


WRONG = {
    "no metric is called 'accuracy'": {"metrics": ["accuracy"]},
    "preferred_score is bleu, which its metrics (multiple_choice_grade) do not give": {
        "metrics": ["multiple_choice_grade"],
        "preferred": "bleu",
    },
    "rouge are three metrics": {"metrics": ["rouge"]},
    "bleurt is a model of its own": {"metrics": ["bleurt"]},
    "a choice drawn by lot is worth 1, as much as the best can be": {
        "metrics": ["multiple_choice_grade"],
        "examples": [{"input": "x", "target": "a", "target_scores": {"a": 1, "b": 1}}],
    },
    "no target_scores, which its metrics need": {
        "metrics": ["multiple_choice_grade", "exact_str_match"],
        "preferred": "exact_str_match",
        "examples": [*CHOOSE, {"input": "x", "target": "a"}],
    },
}


@pytest.mark.parametrize("said", WRONG)
def test_metrics_that_cannot_be(tmp_path, said):
    """One line, before anything is asked."""
    examples = load(tmp_path, **{"examples": CHOOSE, **WRONG[said]})
    found = complaint(asks, examples)
    assert said in found
    assert "t/task.json" in found


def test_all_that_changes_a_score_changes_the_fingerprint(tmp_path):
    """So that a baseline of other rules is never compared with."""
    keys = [
        {},
        {"stop_string": "\n"},
        {"output_regex": "."},
        {"absolute_normalization": True},
        {"preferred": "expected_calibration_error"},
        {"examples": [CHOOSE[0], {**CHOOSE[1], "target_scores": {"three": 1, "two": 0.5}}]},
    ]
    told = [
        load(tmp_path, **{"metrics": ["multiple_choice_grade"], "examples": CHOOSE, **each})
        for each in keys
    ]
    assert len(set(map(fingerprint, told))) == len(keys)


def finding(results, kept=None, level=0.01):
    """What the criterion says of a task with these results."""
    benchmark = Benchmark("b", {"all": ("t",)}, JsonTasks("b"), {"text": Method(form=FORM)}, 0)
    old = object() if kept is not None else None
    task = Results(benchmark.tasks[0], tuple(results), "", "")
    return CRITERION.decide(Judged(task, None, old, None, level, {}, kept=kept or {}))


def test_between_anchors(tmp_path):
    """Guessing is 0 and all right 100; of subtasks the mean, whatever their size."""
    first, second = load(tmp_path, ["multiple_choice_grade"], CHOOSE)
    right = [judge(first, (-3.0, -1.0, -2.0)), judge(second, (-1.0, -2.0))]
    wrong = judge(second, (-2.0, -1.0))
    assert finding(right).detail["normalized"] == 100
    (part,) = finding([right[0], wrong]).detail["parts"]
    assert (part["score"], part["low"], part["n"]) == (0.5, 0.5, 2)
    split = [
        replace(each, question=replace(each.question, subject=name))
        for each, name in [(right[0], "a"), (right[1], "a"), (wrong, "b")]
    ]
    assert finding(split).detail["normalized"] == 0
    assert OfSubtasks("multiple_choice_grade")(split) == 0.5
    assert Ending("b")(split) == 0
    assert Ending("c")(split) is None


def test_a_figure_of_all_examples_together_is_compared(tmp_path):
    """Macro F1 is no mean: whole examples are exchanged with the baseline's."""
    chosen = [
        {"input": f"x{at}", "target_scores": {"a": at % 2, "b": 1 - at % 2}} for at in range(40)
    ]
    examples = load(tmp_path, ["macro_f1"], chosen)
    assert CRITERION.comparisons(examples) == 1
    keys = CRITERION.keeps(examples)
    good = [judge(each, (-1.0, -2.0) if each.answer == 0 else (-2.0, -1.0)) for each in examples]
    kept = {key: [each.details[key] for each in good] for key in keys}
    bad = [judge(each, (-1.0, -2.0)) for each in examples]
    (said,) = finding(bad, kept).worse
    assert "b/t is worse than its baseline in macro_f1: 1 -> 0.3333 of 40 examples" in said
    assert not finding(good, kept).worse
    assert not finding(bad, {}).worse  # a baseline that does not keep what it takes
    assert not finding(bad).worse


def test_means_are_compared_by_their_examples_alone(tmp_path):
    """Nothing else is kept of them, and no level is spent."""
    examples = load(tmp_path, ["multiple_choice_grade"], CHOOSE)
    assert CRITERION.comparisons(examples) == 0
    assert CRITERION.keeps(examples) == ()


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.name)
def test_metrics_reach_other_processes(metric):
    """By the place of their class and what makes them."""
    assert resolved(referred(metric)) == metric


WRITE = [{"input": "1 + 1", "target": ["2", "two"]}, {"input": "2 + 1", "target": "3"}]


def test_likelihood_beside_texts(tmp_path):
    """Asked on demand, of the same prompt, for all targets; the score does not hang on it."""
    examples = load(tmp_path, ["exact_str_match"], WRITE)
    smooth = FORM.with_likelihood()
    rows = list(smooth.asks(examples, range(2), shots=0, decoding=GREEDY))
    plain = asks(examples)
    assert [row[:1] for row in rows] == plain
    assert [(row[1].prompt, row[1].choices, row[1].beside) for row in rows] == [
        (plain[0][0].prompt, ("2", "two"), True),
        (plain[1][0].prompt, ("3",), True),
    ]
    said = [[Response("k", (), 0, text), Response("k", (likely,), 0)] for text, likely in SAID]
    said[0][1] = Response("k", (-1.0, -2.0), 0)
    results = [smooth.judge(*pair) for pair in zip(examples, said, strict=True)]
    assert [result.value for result in results] == [1, 0]
    found = OfSubtasks("log_likelihood")(results)
    assert found == pytest.approx((math.log(math.exp(-1) + math.exp(-2)) - 4) / 2)
    assert finding(results).detail["parts"][0]["log_likelihood"] == pytest.approx(found)
    without = [FORM.judge(each, pair[:1]) for each, pair in zip(examples, said, strict=True)]
    assert "log_likelihood" not in finding(without).detail["parts"][0]


SAID = [("2", -1.0), ("no", -4.0)]


LISTED = (["multiple_choice_grade"], ["log_likelihood"], ["exact_str_match", "log_likelihood"])


@pytest.mark.parametrize("metrics", LISTED)
def test_likelihood_is_asked_once(tmp_path, metrics):
    """Not of choices, and not where a task asks for it anyway."""
    examples = load(tmp_path, metrics, [{**each, "target": "two"} for each in CHOOSE])
    smooth = FORM.with_likelihood()
    assert list(smooth.asks(examples, range(2), shots=0, decoding=GREEDY)) == asks(examples)


def test_a_target_without_text_has_no_likelihood(tmp_path):
    """Nothing can be asked of it, so that nothing more is told."""
    examples = load(tmp_path, ["exact_str_match"], [*WRITE, {"input": "0", "target": ""}])
    smooth = FORM.with_likelihood()
    rows = list(smooth.asks(examples, range(3), shots=0, decoding=GREEDY))
    assert [len(row) for row in rows] == [2, 2, 1]
    assert smooth.judge(examples[2], [Response("k", (), 0, "")]).value == 1
