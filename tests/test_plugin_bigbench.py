"""JSON tasks through pytest: found, recorded, green and red, killed and gone on with."""

from __future__ import annotations

import json
import signal

import pytest
import warm
from project import USUAL_ARGS, mistake
from realdata import CHECKOUT
from told import KIND

MODEL = (
    KIND
    + """
class Model:
    def __init__(self, told):
        self.told = told

    def run(self, requests):
        for number, request in enumerate(each for each in requests if not each.known):
            if number == self.told.get("killed") and not Path("again").exists():
                Path("again").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            with open("asked", "a") as file:
                print(request.name, file=file)
            yield self.answer(request)

    def answer(self, request):
        right = request.prompt.query.partition("say ")[2].split("\\n")[0]
        if request.name.partition("/")[2] in self.told.get("wrong", ()):
            right = "no"
        shots = len(request.prompt.shots)
        if request.decoding:
            return Response(request.key, (), shots, f" {right}. And so on", True)
        likely = tuple(-0.5 if each == right else -3.0 for each in request.choices)
        return Response(request.key, likely, shots)
"""
)

HEAD = {"canary": "", "name": "t", "description": "d", "keywords": ["k"]}
CHOICES = {"metrics": ["multiple_choice_grade"], "preferred_score": "multiple_choice_grade"}
TEXTS = {"metrics": ["exact_str_match"], "preferred_score": "exact_str_match"}
BOTH = {**CHOICES, "metrics": ["exact_str_match", "multiple_choice_grade"]}
REGEX = {"output_regex": r"[^\\. ]+"}


def words(first):
    """Forty words, of no other task."""
    return [f"{first}{number}" for number in range(40)]


def choose(name, share=0.0):
    """An example whose wrong choice is worth so much."""
    return {"input": f"{name} say {name}", "target": name, "target_scores": {name: 1, "no": share}}


TASKS = {
    "letters/plain": {**CHOICES, "examples": [choose(each) for each in words("p")]},
    "letters/soft": {**CHOICES, "examples": [choose(each, 0.25) for each in words("s")]},
    "texts": {
        **TEXTS,
        **REGEX,
        "examples": [{"input": f"say {each}", "target": each} for each in words("t")],
    },
    "both": {**BOTH, **REGEX, "examples": [choose(each) for each in words("b")]},
}


@pytest.fixture
def big(pytester, monkeypatch):
    """A project with four JSON tasks and the file of the benchmark that comes along."""
    pytester.makeconftest("import sys\nsys.path.insert(0, '.')")
    pytester.mkpydir("local").joinpath("hearsay.py").write_text(MODEL, "utf-8")
    code = (CHECKOUT / "benchmarks" / "test_bigbench.py").read_text("utf-8")
    pytester.path.joinpath("test_bigbench.py").write_text(code, "utf-8")
    for name, task in {"letters": {}, **TASKS}.items():
        folder = pytester.path / "data" / "bigbench" / name
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath("task.json").write_text(json.dumps(HEAD | task), "utf-8")
    monkeypatch.delenv("MCQTEST_DATA", raising=False)
    return pytester


def model(big, name, **told):
    """A file of this name that tells the model what to do."""
    big.path.joinpath(f"{name}.json").write_text(json.dumps(told), "utf-8")
    return f"--model={name}.json"


def run(big, *args):
    """What comes of it, in a process of its own."""
    usual = ("--backend=local.hearsay", "--data=data", "-m", "bigbench", *USUAL_ARGS)
    return warm.run(big, *usual, *args)


def summary(big):
    """The part of the benchmark."""
    found = json.loads((big.path / ".mcqtest" / "summary.json").read_text("utf-8"))
    return found, found["benchmarks"]["bigbench"]


@pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["alone", "-n 2"])
def test_recorded_green_and_red(big, args):
    """Each task is a case, its subtasks beneath it; a loss in one of them is red."""
    good = model(big, "good")
    assert run(big, good, "--snapshot-update", *args).ret == 0
    result = run(big, good, *args)
    assert result.ret == 0
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(
        [
            "between anchors *n *score *low *high *normalized",
            "both * 40 *1.0000 *0.5000 *1.0000 *100.00",
            "letters * 80 * 100.00",
            "  plain * 40 *1.0000 *0.5000 *1.0000 *100.00",
            "  soft * 40 *1.0000 *0.6250 *1.0000 *100.00",
            "texts * 40 *1.0000 *0.0000 *1.0000 *100.00",
            "MAY SHIP: *normalized score 100.00*",
        ]
    )
    bad = model(big, "bad", wrong=[f"letters/soft/{row}" for row in range(0, 40, 2)])
    result = run(big, bad, "--baseline=good", *args)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["bigbench/letters is worse than baseline 'good'*20 questions*"])
    whole, found = summary(big)
    assert whole["verdict"] == "fail"
    letters = found["tasks"]["letters"]
    assert letters["anchored"]["parts"][1]["score"] == 0.625
    assert letters["anchored"]["parts"][1]["normalized"] == 0
    assert letters["multiple_choice_grade"] == (1 + 0.625) / 2
    assert letters["anchored"]["normalized"] == 50
    assert found["normalized_aggregate_score"] == pytest.approx(250 / 3)
    assert found["tasks"]["both"]["exact_str_match"] == 1
    assert "rouge1" not in found["tasks"]["texts"]


def test_a_baseline_of_real_scores(big):
    """Where a score is more than right or wrong, scores are kept; else letters."""
    bad = model(big, "bad", wrong=["letters/soft/3", "texts/1"])
    assert run(big, bad, "--snapshot-update").ret == 0
    place = big.path / "baselines" / "bad" / "bigbench"
    assert (place / "letters.txt").read_text("utf-8").startswith("mcqtest baseline 2\n")
    assert (place / "texts.txt").read_text("utf-8").startswith("mcqtest baseline 1\n")
    assert " +*++++++++ " in (place / "texts.txt").read_text("utf-8")
    assert run(big, bad).ret == 0


def test_killed_and_gone_on_with(big):
    """What was answered is not asked again; the end is that of an undisturbed run."""
    good = model(big, "good", killed=50)
    assert run(big, good, "--snapshot-update").ret == -signal.SIGKILL
    before = (big.path / "asked").read_text("utf-8").splitlines()
    assert run(big, good, "--snapshot-update").ret == 0
    asked = (big.path / "asked").read_text("utf-8").splitlines()
    assert len(before) == 50
    assert 200 <= len(asked) <= 201  # one was perhaps not yet on disk
    assert summary(big)[1]["n"] == 160


def test_limit_is_spread_over_subtasks(big):
    """Five of each, the first ones; with shots they have a baseline of their own."""
    good = model(big, "good")
    assert run(big, good, "--snapshot-update", "--limit=10", "--shots=2").ret == 0
    rows = (big.path / ".mcqtest" / "results.jsonl").read_text("utf-8").splitlines()
    ids = [row["id"] for row in map(json.loads, rows) if row["task"] == "letters"]
    assert ids == [f"{sub}/{row}" for sub in ("plain", "soft") for row in range(5)]
    assert (big.path / "baselines/good/bigbench/2shots/letters.txt").exists()
    result = run(big, good, "--limit=10", "--shots=2")
    result.stdout.fnmatch_lines(["PARTIAL: *"])


def test_several_numbers_of_shots(big):
    """As in the published runs."""
    good = model(big, "good")
    assert run(big, good, "--snapshot-update", "--limit=4", "--sweep=shots=0,1,2,3").ret == 0
    assert list(summary(big)[1]["sweep"]) == [f"shots={count}" for count in range(4)]


def test_it_is_not_asked_unless_named(big):
    """By its marker, its file, or --benchmarks."""
    good = model(big, "good")
    usual = ("--backend=local.hearsay", "--data=data", good, "--snapshot-update", *USUAL_ARGS)
    assert warm.run(big, *usual).ret == pytest.ExitCode.NO_TESTS_COLLECTED
    warm.run(big, *usual, "--benchmarks=bigbench").assert_outcomes(passed=3)
    warm.run(big, *usual, "test_bigbench.py").assert_outcomes(passed=3)


def test_without_a_model_it_is_skipped(big):
    """As any benchmark."""
    warm.run(big, *USUAL_ARGS).assert_outcomes(skipped=1)


def test_no_tasks_are_there(big):
    """Told in a line, once they are to be asked."""
    big.path.joinpath("empty").mkdir()
    result = run(big, model(big, "good"), "--data=empty")
    assert "bigbench: no tasks" in mistake(result)


MISTAKES = {
    "--style=mmlu": "--style=mmlu: bigbench puts every question once",
    "--decoding=samples=4": "--decoding samples=4: bigbench puts",
    "--sensitivity=reversed,rotated": "--sensitivity: bigbench puts its questions in one way",
    "--shots=40": "has only 40 examples, the question among them",
    "--chat=on": "--chat=on: bigbench puts its questions in plain text",
}


@pytest.mark.parametrize("option", MISTAKES)
def test_what_cannot_be_asked(big, option):
    """One line, before anything is asked."""
    assert MISTAKES[option] in mistake(run(big, model(big, "good"), option, "--snapshot-update"))


def test_a_wrong_task_is_a_line(big):
    """Of the others, if one is to be asked."""
    path = big.path / "data" / "bigbench" / "texts" / "task.json"
    path.write_text(json.dumps(HEAD | TASKS["texts"] | {"metrics": ["bleurt"]}), "utf-8")
    good = model(big, "good")
    said = mistake(run(big, good, "--snapshot-update"))
    assert "texts/task.json: preferred_score is exact_str_match, which its metrics" in said
    assert run(big, good, "--snapshot-update", "-k", "letters").ret == 0


def test_people(big):
    """How people do stands beside the tasks, and how many of these are above them."""
    path = big.path / "data" / "bigbench" / "people.csv"
    path.write_text("task,average,best\ntexts,80,100\nboth,60,90\n", "utf-8")
    bad = model(big, "bad", wrong=[f"texts/{row}" for row in range(10)])
    result = run(big, bad, "--snapshot-update")
    result.stdout.fnmatch_lines(
        [
            "both *100.00 *60.00 *90.00",
            "texts *75.00 *80.00 *100.00",
            "above people on average: 1 of 2 tasks, above the best of them: 1",
        ]
    )
    assert summary(big)[1]["people"] == {"tasks": 2, "above_average": 1, "above_best": 1}


def test_recorded_outputs(big):
    """A line for each question, with a text, log-probabilities, or both."""
    likely = {"logprobs": [-0.1, -3.0]}
    lines = [
        *({"task": "texts", "index": row, "output": f"t{row}."} for row in range(40)),
        *({"task": "both", "index": row, "output": f"b{row}.", **likely} for row in range(40)),
        *({"task": "letters", "index": row, **likely} for row in range(80)),
    ]
    path = big.path / "api.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    usual = ("--data=data", "-m", "bigbench", *USUAL_ARGS, "--snapshot-update")
    result = warm.run(big, "--backend=replay", "--model=api.jsonl", *usual)
    result.assert_outcomes(passed=3)
    found = summary(big)[1]
    assert (found["accuracy"], found["normalized_aggregate_score"]) == (1, 100)


def test_likelihood_is_told_beside(big):
    """On demand, and held against a baseline that was recorded without."""
    good = model(big, "good")
    assert run(big, good, "--snapshot-update").ret == 0
    result = run(big, good, "--bigbench=likelihood=on")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        ["between anchors *normalized *log-lik.", "texts * 100.00 *-0.5000", "normalized, mean*"]
    )
    texts = summary(big)[1]["tasks"]["texts"]
    assert texts["anchored"]["parts"][0]["log_likelihood"] == texts["log_likelihood"] == -0.5
    assert "log_likelihood" not in summary(big)[1]["tasks"]["letters"]
