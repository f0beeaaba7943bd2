"""What a run is going to see: `gate/foresight.py`, and how fast: `run/pace.py`."""

import pytest
from builders import toy
from cases import MODEL

from mcqtest.gate import Margins, foresee
from mcqtest.gate.levels import shares, size
from mcqtest.gate.policy import Policy
from mcqtest.run import pace

SIZES = {"a": 400, "b": 300, "c": 300}


def policy(*names, alpha=0.01):
    benchmark = toy(*names)
    made = Policy(alpha=alpha, baseline=None, baselines_dir="", update=False, margins=Margins())
    return made.planned(dict.fromkeys(benchmark.tasks, 0))


def test_the_whole_has_what_tasks_cannot_spend():
    """As the gate finds it once the counts are there, here for counts that are foreseen."""
    held = policy(*SIZES)
    found = foresee("toy", SIZES, held, 0.02)
    spent = [
        size({"lost": round(0.02 * n), "won": 0, "real": False, "tolerance": 0}, level)
        for (_, task), level in held.levels.task.items()
        for n in [SIZES[task]]
    ]
    assert found.level == held.levels.left("toy", spent)
    part = foresee("toy", {"a": 400, "b": 300}, held, 0.02)
    assert part.level < found.level  # of c nobody knows
    assert foresee("toy", {"a": 400}, held, 0.02).level == held.levels.task["toy", "a"]


def test_more_questions_see_more():
    """And less churn."""
    held = policy(*SIZES)
    large = {name: 10 * size for name, size in SIZES.items()}
    assert foresee("toy", large, held, 0.06).seen < foresee("toy", SIZES, held, 0.06).seen
    few, many = (foresee("toy", SIZES, held, churn) for churn in (0.02, 0.15))
    assert few.seen < many.seen
    assert few.excluded < many.excluded
    assert foresee("toy", dict.fromkeys(SIZES, 1), held, 0.02).seen == 1


def test_levels_are_those_of_a_run():
    """Whatever is selected."""
    assert policy(*SIZES).levels == shares(0.01, [toy(*SIZES)])


def test_a_pace_is_kept_for_its_way(tmp_path):
    """Requests that were answered here, by benchmark and way; a run of others leaves it there."""
    for asking, requests in (("letters, prompts 01ab", 100), ("cot, prompts ff", 30), ("x", 19)):
        watch = pace.Stopwatch(MODEL, 2)
        watch.add("toy", asking, requests=requests, seconds=50)
        watch.add("toy", asking, requests=0, seconds=1000)
        watch.keep(tmp_path)
    found = pace.read(tmp_path)
    assert found.keys() == {("toy", "letters"), ("toy", "cot")}
    assert found["toy", "letters"].takes(400) == pytest.approx(100)  # two at a time
    assert found["toy", "cot"].model == MODEL.name


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "paces": []}', '{"format": 1}', "[" * 9])
def test_no_pace(tmp_path, text):
    """A file that says nothing is no matter."""
    (tmp_path / "pace.json").write_text(text)
    assert pace.read(tmp_path) == {}
    pace.Stopwatch(MODEL, 0).keep(tmp_path / "none")
    assert not (tmp_path / "none").exists()
