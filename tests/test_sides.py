"""Two sides of a comparison: `mcqtest.sides`."""

import json
from argparse import Namespace
from dataclasses import replace

import pytest
import sided
from builders import complaint
from cases import settings_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sided import Project, likely

from mcqtest import archive
from mcqtest.cli import project as cli_project
from mcqtest.gate import Margins, Thresholds
from mcqtest.gate.licences import Licence
from mcqtest.report import dump, sentence
from mcqtest.sides import Definitions, Finder, RunSide, against


def finder(project):
    found = settings_of(run_dir=str(project.runs), baselines_dir=str(project.folder / "baselines"))
    return Finder(found)


def compared(project, old, new, **options):
    """The new side against the old one, as the project's table is empty."""
    found = settings_of(**options)
    sides = finder(project).pair(old, new)
    held = cli_project.held(Namespace(**options), found)
    return against(*sides, definitions=Definitions(), held=held)


_FIGURES = {
    *("ece", "rms_calibration_error", "rms_calibration_error_hendrycks", "calibration_gap"),
    *("brier", "baseline_brier", "confidence"),
}


def plain(summary):
    """As JSON, without what rests on probabilities; and that, which has the six digits that
    results.jsonl has.
    """
    figures = []

    def without(pairs):
        figures.extend(each for key, each in pairs if key in _FIGURES)
        return {key: each for key, each in pairs if key not in _FIGURES}

    found = json.loads(dump(summary), object_pairs_hook=without)
    return found, [each for each in figures if isinstance(each, float)]


def assert_same(found, told):
    """Two summaries."""
    (one, some), (other, others) = plain(found), plain(told)
    assert one == other
    assert some == pytest.approx(others, abs=1e-5)


letters = st.lists(st.sampled_from("ABC-"), min_size=12, max_size=12)
numbers = st.lists(
    st.sampled_from([likely(x, c) for x in "ABC" for c in (0.4, 0.6, 0.8)]),
    min_size=12,
    max_size=12,
)
TASKS = ("foam", "tides", "winds")


@st.composite
def pairs(draw):
    """Answers of an old and a new model, and how they were asked; the new one may lack tasks."""
    way = draw(st.sampled_from(["texts", "letters"]))
    kind = letters if way == "texts" else numbers
    old = {task: draw(kind) for task in TASKS}
    few = draw(st.sets(st.sampled_from(TASKS), min_size=1))
    return way, old, {task: draw(kind) for task in sorted(few)}


@settings(max_examples=12, deadline=None)
@given(pairs(), st.sampled_from([None, 1.0, 40.0]), st.sampled_from([(), ("gw1 crashed",)]))
def test_says_what_the_gate_says(tmp_path_factory, pair, tolerance, problems):
    """A run against a baseline: the same summary, sentence and exit code, whatever was answered."""
    way, old, new = pair
    margins = Margins(90.0, tolerance)
    project = Project(tmp_path_factory.mktemp("project"), margins=margins)
    project.run("old", old, record=True, way=way)
    project.changes["problems"] = problems
    board, pooled, verdict = project.run("new", new, baseline="old", way=way)
    found = compared(project, "old", "new")
    assert_same(found.summary, board.summary(pooled, verdict))
    assert found.verdict == verdict
    said = [
        sentence("new", each.pooled, each.verdict, each.board.policy)
        for each in (found, type(found)(board, pooled, verdict))
    ]
    assert said[0] == said[1]


@settings(max_examples=4, deadline=None)
@given(pairs())
def test_any_two_sides_have_one_verdict(tmp_path_factory, pair):
    """A run and the baseline that it recorded are the same side, old or new."""
    way, old, new = pair
    project = Project(tmp_path_factory.mktemp("project"))
    for name, answers in (("old", old), ("new", new)):
        project.run(name, answers, record=True, way=way)
    found = [
        compared(project, one, other)
        for one in ("old", "old-0001")
        for other in ("new", str(project.folder / "baselines" / "new"))
    ]
    told = [plain(each.summary)[0] for each in found]
    for each in told:
        del each["baseline"], each["reasons"], each["notices"]
        del each["setup"]
    expected = told[0]["benchmarks"]["sea"]
    for each in told:
        made = each["benchmarks"]["sea"]
        assert each["verdict"] == told[0]["verdict"]
        for key in ("n", "lost", "won", "p_value", "level", "change_interval", "margin", "others"):
            assert made[key] == expected[key], key
        assert made["groups"] == expected["groups"]


def test_a_side_against_itself_has_lost_nothing(tmp_path):
    """And what a margin excludes is known."""
    project = Project(tmp_path)
    project.run("old", dict.fromkeys(TASKS, "ABC" * 40), record=True)
    found = compared(project, "old-0001", "old-0001")
    assert (found.verdict.state, found.pooled[0].comparison.lost) == ("pass", 0)


def test_a_run_is_held_to_what_it_was_held_to(tmp_path):
    """Margin, thresholds, alpha; options come first."""
    bounds = Thresholds({"sea": {"min_accuracy": 0.99}})
    project = Project(tmp_path, thresholds=bounds)
    answers = dict.fromkeys(TASKS, "ABC" * 40)
    project.run("old", answers, record=True)
    project.run("new", {**answers, "foam": "AAC" * 40}, baseline="old")
    found = compared(project, "old", "new")
    assert any(
        "accuracy 0.8889 is below min_accuracy = 0.99" in each for each in found.verdict.reasons
    )
    assert compared(project, "old", "new", margin="none").pooled[0].margin is None
    assert compared(project, "old", "new", alpha=0.05).board.policy.alpha == 0.05


def test_other_questions_are_a_mistake(tmp_path):
    """As in the gate: neither a loss nor a pass."""
    project = Project(tmp_path)
    project.run("old", {"foam": "ABC" * 4}, record=True)
    project.run("new", {"foam": "ABC" * 5}, record=True)
    said = complaint(compared, project, "old", "new")
    assert (
        "sea/foam: another question set: baseline 'old' has 12 questions, this run has 15" in said
    )
    project.run("letters", {"foam": [likely("A")] * 12}, way="letters", record=True)
    assert "asked in another way" in complaint(compared, project, "old", "letters")


def test_what_a_name_means(tmp_path, monkeypatch):
    """A model's name is its baseline on the old side and its last run on the new one."""
    project = Project(tmp_path)
    for marks in ("AAAA", "ABCA"):
        project.run("small", {"foam": marks}, record=True)
    project.run("large", {"foam": "ABCA"}, baseline="small")
    known = finder(project)
    assert [known.stored("small", old=old).kind for old in (True, False)] == ["baseline", "run"]
    assert known.stored("small", old=False).name == "small-0002"
    assert known.stored("small-0001", old=True).kind == "run"
    assert known.stored("large", old=True).kind == "run"
    assert known.stored(str(project.runs), old=True).name == "large-0003"
    assert known.stored(str(tmp_path / "baselines" / "small"), old=False).kind == "baseline"
    for name in ("small", "huge"):
        (tmp_path / name).mkdir()  # as the folder of a checkpoint
    monkeypatch.chdir(tmp_path)
    assert known.stored("small", old=True).kind == "baseline"
    assert "huge: no baseline is there" in complaint(lambda: known.stored("huge", old=True).tasks)
    (tmp_path / "huge").rmdir()
    said = complaint(known.stored, "huge", old=True)
    assert "huge: no such file or folder, run or baseline; runs in " in said
    assert "large-0003, small-0002, small-0001; baselines in " in said


def test_of_several_ways_the_same_is_compared(tmp_path):
    """As the gate finds its own among those of a baseline."""
    project = Project(tmp_path)
    answers = {"foam": "ABC" * 4}
    project.run("old", answers, record=True)
    own = tmp_path / "baselines" / "old" / "sea"
    (own / "letters").mkdir()
    for path in own.glob("foam.*"):
        path.rename(own / "letters" / path.name)
    project.run("old", {"foam": [likely("A")] * 12}, way="letters", record=True)
    project.run("new", answers, baseline="old")
    assert compared(project, "old", "new").pooled[0].comparison.lost == 0


def test_other_styles_are_part_of_it(tmp_path):
    """As of a run with --sensitivity: how far accuracy moves, and the bound on that."""
    project = Project(tmp_path, thresholds=Thresholds({"sea": {"max_spread": 0.1}}))
    answers = dict.fromkeys(TASKS, "ABC" * 8)
    project.run("old", answers, record=True)
    for last, state in (("C", "pass"), ("A", "fail")):
        styles = {"i1f1": answers, "i2f2": dict.fromkeys(TASKS, f"AB{last}" * 8)}
        board, pooled, verdict = project.run("new", answers, baseline="old", styles=styles)
        found = compared(project, "old", "new")
        assert (verdict.state, found.verdict) == (state, verdict)
        assert_same(found.summary, board.summary(pooled, verdict))


def test_a_hand_edited_baseline_is_refused(tmp_path):
    """Its figures are not those of its letters, or a letter is none of the question's."""
    project = Project(tmp_path)
    project.run("old", {"foam": "ABC" * 4}, record=True)
    path = tmp_path / "baselines" / "old" / "sea" / "foam.txt"
    text = path.read_text("utf-8")
    path.write_text(text.replace("ABCABCABCA", "aBCABCABCA"), "utf-8")
    assert "its answers have accuracy" in complaint(compared, project, "old", "old")
    path.write_text(text.replace("ABCABCABCA", "DBCABCABCA"), "utf-8")
    (tmp_path / "baselines" / "old" / "sea" / "foam.json").unlink()
    assert "the answer 'D' to question 0 is not one" in complaint(compared, project, "old", "old")


def test_a_baseline_without_its_questions(tmp_path):
    """Is compared by what its letters tell: the right answer to a question that it has wrong is
    not known, so nothing is said of Brier scores.
    """
    project = Project(tmp_path)
    old, new = (
        {"foam": [likely(letter) for letter in marks]} for marks in ("ABC" * 20, "ABA" * 20)
    )
    project.run("old", old, record=True, way="letters", texts=False)
    project.run("new", new, record=True, way="letters", texts=False)
    for each in archive.every(project.runs):
        for path in each.path.iterdir():
            path.unlink()
        each.path.rmdir()
    found = finder(project).stored("new", old=True)
    assert {
        score.gold for score in found.scores({("sea", "foam"): None}, texts=False)["sea", "foam"]
    } == {0, 1, None}


def test_a_run_of_an_earlier_version(tmp_path):
    """Has less than a comparison needs, and says what to do."""
    (tmp_path / ".mcqtest").mkdir()
    (tmp_path / ".mcqtest" / "summary.json").write_text("{}", "utf-8")
    said = complaint(finder(Project(tmp_path)).stored, str(tmp_path / ".mcqtest"), old=True)
    assert "made by an earlier version" in said


def test_benchmarks_of_ones_own(tmp_path):
    """Are known from their file, where no run remembers them."""
    path = tmp_path / "test_mine.py"
    path.write_text(
        "from mcqtest.types import Benchmark, Source\n"
        "MINE = Benchmark('mine', {'all': ('one',)}, Source('', ()), {}, 0)\n",
        "utf-8",
    )
    known = Definitions([path])
    assert known.task("mine", "one").path == "mine/one"
    assert "mine/two: the benchmark has no such task" in complaint(known.task, "mine", "two")
    assert "with --benchmarks=test_other.py" in complaint(known.of, "other")
    path.write_text("1 / 0\n", "utf-8")
    said = complaint(Definitions([path]).of, "mine")
    assert "cannot be imported (ZeroDivisionError: division by zero)" in said


def test_packaged_benchmarks_are_known():
    """By their names."""
    assert len(Definitions().of("mmlu").tasks) == 57


def test_runs_remember_what_a_comparison_needs(tmp_path):
    """So benchmarks of one's own are compared without their file."""
    project = Project(tmp_path)
    project.run("old", dict.fromkeys(TASKS, "ABC" * 4), record=True)
    kept = archive.newest(project.runs)
    light = Definitions().light(kept.policy, "sea")
    assert [each.name for each in light.tasks] == sorted(TASKS)
    assert light.margin == 30
    assert Definitions().light(replace(kept.policy, groups={}), "sea") is None
    assert RunSide(kept).identity.name == "old"


@pytest.mark.parametrize("missing", ["tasks.jsonl", "results.jsonl"])
def test_half_a_run_is_a_mistake(tmp_path, missing):
    """One line, and no traceback."""
    project = Project(tmp_path)
    project.run("old", {"foam": "ABC" * 4}, record=True)
    (archive.newest(project.runs).path / missing).unlink()
    assert missing in complaint(compared, project, "old", "old-0001")


def test_licences_are_decided_as_in_the_gate(tmp_path, monkeypatch):
    """By the rule of their benchmark's file and the subjects of its data."""
    licensed = replace(sided.SEA, criterion=Licence(questions=24))
    monkeypatch.setattr(sided, "SEA", licensed)
    project = Project(tmp_path)
    project.run("old", {"foam": "ABC" * 8}, record=True)
    board, pooled, verdict = project.run("new", {"foam": "AAC" * 8}, baseline="old")

    class Known(Definitions):
        def of(self, name):
            return licensed

        def questions(self, task, stored):
            return sided.asked(task.name, stored.record.count)

    sides = finder(project).pair("old", "new")
    found = against(*sides, definitions=Known(), held=lambda policy: policy)
    assert "licence" in found.summary["benchmarks"]["sea"]["tasks"]["foam"]
    assert_same(found.summary, board.summary(pooled, verdict))
