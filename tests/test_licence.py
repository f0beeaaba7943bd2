"""A licence that was lost: when it is red, what it rests on, and what is said; figures of many."""

from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

import pytest
from builders import toy
from cases import MODEL, policy_of

from mcqtest.gate import Baselines, Judge, Judged, compare, target
from mcqtest.gate.levels import ACCURACY
from mcqtest.gate.licences import Licence
from mcqtest.gate.licences.licence import examine, percent
from mcqtest.types import Question, Result, Results

N = 40
LICENCE = Licence(2 * N)
FLOORS, AVERAGE = Licence(2 * N, mean=None), Licence(2 * N, floor=None)
LEVEL = 0.01
SAME = range(24)
ANY = {"questions": "any"}


def task_of(licence, **changes):
    """The only licence of a benchmark, or where it is None a task that is none."""
    criteria = {} if licence is None else {"law": licence}
    return replace(toy("law"), criteria=criteria, **changes).tasks[0]


def answered(*rights, licence=LICENCE, sizes=(N, N), **changes):
    """Results in two subjects, civil and penal law, these of their questions right."""
    items = [
        Result(
            Question(f"{name} {at}?", ("a", "b"), 0, f"{name}{at}", subject=name),
            int(at not in right),
            None,
            0,
        )
        for name, size, right in zip(("civil", "penal"), sizes, rights, strict=True)
        for at in range(size)
    ]
    return Results(task_of(licence, **changes), tuple(items), "0123", "asking")


def judge_of(tmp_path, before=None, *, alpha=LEVEL, **changes):
    """A judge of the licence's task, with the record of ``before`` as its baseline."""
    policy = policy_of(baselines_dir=str(tmp_path), alpha=alpha, **changes)
    policy = policy.planned({task_of(LICENCE): 2})
    judge = Judge(policy, Baselines(policy, MODEL), MODEL)
    if before is not None:
        path = target(policy, "toy", "law")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(judge.record(before)), "utf-8")
    return judge


def examined(before, now, *, rules=MappingProxyType({}), in_part=False, title="law", **changes):
    """From the right questions of both subjects, then and now, to the examination."""
    changes["titles"] = {"law": title}
    old, new = (answered(*rights, **changes) for rights in (before, now))
    policy = policy_of()
    judge = Judge(policy, Baselines(policy, MODEL), MODEL)
    one, two = (judge.record(each) for each in (old, new))
    found = Judged(
        results=new,
        new=two,
        old=one,
        comparison=compare(one, two, 2 * LEVEL),
        level=LEVEL,
        rules=rules,
        in_part=in_part,
    )
    return examine(new.task.benchmark.criteria["law"], found)


# --- what a lost licence rests on -------------------------------------------------------------


def test_lost_by_a_subject():
    """Twelve lost in one subject are red though the other won as many; the sentence says all."""
    found = examined((SAME, SAME), (range(12), range(36)))
    assert found.before.passed
    assert not found.now.passed
    assert found.is_worse
    lost = ", ".join(f"civil{at} A>B" for at in range(12, 24))
    assert found.sentence == (
        "toy/law: licence lost: civil 12 of 40 right, 40.00 % needed (12 lost, 0 won, "
        f"p = 0.00024, red from 0.01); lost (question baseline>now): {lost}"
    )


@pytest.mark.parametrize(("lost", "worse"), [(6, False), (7, True)])
def test_the_level_of_a_subject_decides(lost, worse):
    """Seven of seven lost are below 0.01, six of six are not, whatever the whole is judged at."""
    found = examined((range(16), range(40)), (range(16 - lost), range(40)))
    (missed,) = found.missed
    assert (missed.subject, missed.comparison.n, missed.comparison.level) == ("civil", N, LEVEL)
    assert (missed.comparison.lost, missed.comparison.won) == (lost, 0)
    assert found.is_worse == worse


def test_lost_by_one_question():
    """Chance at the border is not red; the sentence says so and names what moved either way."""
    now = ({*range(14), 20}, range(36))
    found = examined((range(16), range(40)), now)
    assert not found.is_worse
    assert found.sentence == (
        "toy/law: licence lost, by itself not red since chance may explain it: civil 15 of 40 "
        "right, 40.00 % needed (2 lost, 1 won, p = 0.5, red from 0.01); lost (question "
        "baseline>now): civil14 A>B, civil15 A>B; won (question baseline>now): civil20 B>A"
    )


def test_lost_by_the_average():
    """It rests on the comparison of the whole licence, with the questions of all subjects."""
    found = examined((SAME, SAME), (range(16), range(20)))
    (missed,) = found.missed
    assert (missed.subject, missed.comparison.n, missed.comparison.level) == (
        None,
        2 * N,
        2 * LEVEL,
    )
    assert (missed.comparison.lost, missed.comparison.won) == (12, 0)
    assert found.is_worse
    names = [f"civil{at} A>B" for at in range(16, 24)] + [f"penal{at} A>B" for at in range(20, 24)]
    assert found.sentence == (
        "toy/law: licence lost: average 45.00 %, 60.00 % needed (12 lost, 0 won, p = 0.00024, "
        f"red from 0.02); lost (question baseline>now): {', '.join(names)}"
    )


@pytest.mark.parametrize(
    ("licence", "names"),
    [(LICENCE, ["civil", "penal", None]), (FLOORS, ["civil", "penal"]), (AVERAGE, [None])],
)
def test_each_thing_that_is_missed(licence, names):
    """Subjects in their order, then the average; only what is asked for."""
    found = examined((SAME, SAME), (range(15), range(10)), licence=licence)
    assert [each.subject for each in found.missed] == names
    assert all(f"{name or 'average'} " in found.sentence for name in names)
    assert found.sentence.count(" needed (") == len(names)


def test_one_significant_loss_is_enough():
    """The other subject fell below its floor by chance; both are told."""
    found = examined((range(16), range(40)), (range(15), range(15)))
    assert [each.subject for each in found.missed] == ["civil", "penal", None]
    assert [each.comparison.regressed for each in found.missed] == [False, True, True]
    assert found.is_worse


def test_the_average_is_the_one_decided_on():
    """In subjects of 10 and 70 questions it is lost over subjects and kept over items."""
    rights = (range(4), range(60)), (range(4), range(55))
    found = examined(*rights, sizes=(10, 70))
    assert [each.subject for each in found.missed] == [None]
    assert "average 59.28 %, 60.00 % needed" in found.sentence
    assert examined(*rights, sizes=(10, 70), rules={"mean": "items"}).sentence is None


def test_too_few_questions_are_not_lost():
    """Neither run passed; where any number will do, it is lost."""
    rights, licence = ((SAME, SAME), (range(12), SAME)), Licence(2 * N + 1)
    assert examined(*rights, licence=licence).sentence is None
    assert examined(*rights, licence=licence, rules=ANY).is_worse


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ((SAME, SAME), (SAME, SAME)),
        ((SAME, SAME), (range(16), range(32))),
        ((range(40), range(40)), (SAME, SAME)),
        ((range(15), range(40)), (range(0), range(40))),
        ((range(23), range(24)), (range(0), range(0))),
        ((range(15), range(40)), (SAME, SAME)),
    ],
)
def test_not_lost(before, now):
    """Nothing is said of a licence that is kept, nor of one that the baseline did not pass."""
    found = examined(before, now)
    assert (found.sentence, found.moved, list(found.missed)) == (None, "", [])
    assert not found.is_worse


def test_asked_in_part_is_not_lost():
    """Neither was passed, so neither can be lost."""
    found = examined((SAME, SAME), (range(0), range(0)), in_part=True)
    assert found.sentence is None
    assert "only 80 questions asked" in (found.now.undecided, found.before.undecided)


def test_many_questions_are_counted():
    """Twenty are named, the others are a number; losses and wins each."""
    found = examined((range(40), SAME), (range(10), SAME))
    assert "civil29 A>B, and 10 more" in found.sentence
    assert "civil30" not in found.sentence
    exactly = examined((range(30), range(20, 40)), (range(10), range(40)), licence=FLOORS)
    assert "more" not in exactly.sentence


def test_titles_are_told():
    """The name as published stands beside the one for command lines."""
    found = examined((SAME, SAME), (range(12), SAME), title="변호사")
    assert found.sentence.startswith("toy/law 변호사: licence lost: ")


def test_a_task_that_is_no_licence(tmp_path):
    """Nothing is found of it, and nothing said but what its comparison says."""
    judge = judge_of(tmp_path, answered(SAME, SAME, licence=None))
    outcome = judge.judge(answered(range(0), range(0), licence=None))
    assert outcome.findings == {}
    (sentence,) = outcome.failures
    assert sentence.startswith("toy/law is worse than baseline ")
    assert outcome.notices == []


SHARES = {"59.99 %": Fraction(59_996, 100_000), "57.00 %": Fraction(57, 100)}
SHARES |= {"100.00 %": Fraction(1), "33.33 %": Fraction(1, 3), "0.05 %": Fraction(1, 2000)}
SHARES |= {"0.00 %": None, "0.01 %": Fraction(1, 9_999), "69.00 %": 69 / 100, "29.00 %": 29 / 100}
"""As the board has them too, in floats, of which 0.57 is a little less than 57 %."""


@pytest.mark.parametrize("text", SHARES)
def test_shares_are_cut(text):
    """And not rounded, so that what misses a mark never looks as if it reached it."""
    assert percent(SHARES[text]) == text


# --- through the judge ------------------------------------------------------------------------

BEFORE, WORSE, BORDER = (SAME, SAME), (range(12), range(36)), (range(24), range(23))


def test_a_worse_licence_is_a_failure(tmp_path):
    """Red although the task's own comparison is not, at half of the task's share by two."""
    share = float(ACCURACY) * LEVEL
    outcome = judge_of(tmp_path, answered(*BEFORE)).judge(answered(*WORSE))
    assert outcome.comparison["p_value"] > outcome.comparison["level"] == share / 2
    (sentence,) = outcome.failures
    assert sentence.startswith("toy/law: licence lost: civil 12 of 40 right")
    assert "p = 0.00024, red from 0.0024)" in sentence
    assert outcome.notices == []
    found = outcome.findings["licence"]
    assert (found["passed"], found["passed_before"]) == (False, True)
    assert found["lost"] == sentence.replace("\n", "; ")
    assert found["questions"] == 2 * N
    assert outcome.figures["passed"] == 0


def test_chance_at_the_border_is_a_notice(tmp_path):
    """The task stays green."""
    outcome = judge_of(tmp_path, answered(*BEFORE)).judge(answered(*BORDER))
    assert outcome.failures == []
    (notice,) = outcome.notices
    assert notice.startswith(
        "toy/law: licence lost, by itself not red since chance may explain it: average"
    )


def test_a_kept_licence(tmp_path):
    """Says nothing, and is passed in the figures."""
    outcome = judge_of(tmp_path, answered(*BEFORE)).judge(answered(*BEFORE))
    assert (outcome.failures, outcome.notices) == ([], [])
    found = outcome.findings["licence"]
    assert (found["passed"], found["passed_before"]) == (True, True)
    assert (found["lost"], outcome.figures["passed"]) == (None, 1)


def test_an_accepted_loss_is_a_notice(tmp_path):
    """With --accept-regression the sentence stays, and the task is green; an update alone is not
    enough.
    """
    update = judge_of(tmp_path, answered(*BEFORE), update=True)
    (sentence,) = update.judge(answered(*WORSE)).failures
    assert sentence.startswith("toy/law: licence lost: civil")
    _, questions, remedy = sentence.split("\n")
    assert questions.startswith("lost (question baseline>now): civil12 A>B, ")
    assert remedy.startswith("the old baseline is kept; to record all the same, add ")
    judge = judge_of(tmp_path, answered(*BEFORE), update=True, reason="new data")
    outcome = judge.judge(answered(*WORSE))
    assert outcome.failures == []
    (notice,) = outcome.notices
    assert notice.startswith("toy/law: licence lost: civil")


@pytest.mark.parametrize("changes", [{}, {"baseline": "none"}, {"update": True}])
def test_no_baseline(tmp_path, changes):
    """Whether it is passed is known all the same; nothing can be lost."""
    for rights, passed in ((BEFORE, True), (WORSE, False)):
        outcome = judge_of(tmp_path, **changes).judge(answered(*rights))
        assert not any("licence" in sentence for sentence in [*outcome.failures, *outcome.notices])
        found = outcome.findings["licence"]
        assert (found["passed"], found["passed_before"]) == (passed, None)
        assert outcome.figures["passed"] == passed


def test_recorded_without_a_comparison(tmp_path):
    """Other questions cannot be compared with; that nothing was is told, once it is recorded."""
    other = replace(answered(*BEFORE), questions="4567")
    outcome = judge_of(tmp_path, other, update=True).judge(answered(*WORSE))
    (notice,) = outcome.notices
    assert notice.startswith("toy: recorded without a comparison, for the old baseline has other")
    assert judge_of(tmp_path, other).judge(answered(*WORSE)).notices == []
    assert judge_of(tmp_path / "new", update=True).judge(answered(*WORSE)).notices == []


def test_only_looked_at(tmp_path):
    """Without the comparison nothing is held against the baseline."""
    judge = judge_of(tmp_path, answered(*BEFORE))
    outcome = judge.judge(answered(*WORSE), compared=False)
    assert (outcome.failures, outcome.notices) == ([], [])
    assert outcome.findings["licence"]["passed_before"] is None


def test_rules_decide(tmp_path):
    """What was left out leaves it open, --licence says over what and how many."""
    every = answered(range(40), range(40), licence=Licence(81))
    free = {"rules": {"licence": {"questions": "any", "mean": "items"}}}
    limited = judge_of(tmp_path, **free).judge(every, in_part=True)
    assert limited.findings["licence"]["undecided"] == "only 80 questions asked"
    assert limited.figures["passed"] == 0
    assert judge_of(tmp_path, **free).judge(every).figures["passed"] == 1
    assert judge_of(tmp_path).judge(every).figures["passed"] == 0
    outcome = judge_of(tmp_path, **free).judge(every)
    assert (outcome.figures["passed"], outcome.findings["licence"]["average_over"]) == (1, "items")


def test_no_licence_has_no_figure(tmp_path):
    """Nor has its outcome a licence."""
    outcome = judge_of(tmp_path).judge(answered(*BEFORE, licence=None))
    assert outcome.findings == {}
    assert "passed" not in outcome.figures


def test_too_few_to_be_red():
    """Where losing a whole subject is not red either, the sentence says so."""
    found = examined((range(3), range(40)), (range(0), range(40)), sizes=(5, 40), rules=ANY)
    assert "p = 0.12, red from 0.01; so few questions are never red)" in found.sentence


def test_subjects_are_compared_where_several_have_a_floor():
    """One comparison for each; none where there is one alone, or no floor to reach."""
    several = [Question("?", ("a",), 0, str(at), subject=f"s{at % 3}") for at in range(6)]
    assert Licence(6).comparisons(several) == 3
    assert Licence(6).comparisons(several[:1]) == 0
    assert Licence(6, floor=None).comparisons(several) == 0
