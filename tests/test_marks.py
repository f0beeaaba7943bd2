"""Whether a licence is passed: exact borders, laws, and margins against counting one by one."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from realdata import benchmark

from mcqtest.gate.licences import Licence, Marks, Rules, Subject
from mcqtest.gate.licences.marks import marks, to_json

LICENCES = benchmark("kmmlu_pro").KMMLU_PRO.criteria
FLOORS, AVERAGE = "certified_judicial_scrivener", "lawyer"
BOTH = sorted(LICENCES.keys() - {FLOORS, AVERAGE})
MANY = 10_000
ANY = Rules(questions="any")

shares = st.none() | st.integers(0, 20).map(lambda part: Fraction(part, 20)) | st.fractions(0, 1)
licences = st.builds(Licence, questions=st.integers(0, 12), floor=shares, mean=shares)
counts = st.integers(1, 5).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
tables = st.lists(counts, min_size=1, max_size=3)
overs = st.sampled_from(["subjects", "items"])
answers = st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=20)
rulings = st.builds(Rules, mean=overs, questions=st.sampled_from(["published", "any"]))


def exam(*rights, n=MANY):
    """Answers in as many subjects of ``n`` questions, so many right in each."""
    return [(f"{at}과목", place < right) for at, right in enumerate(rights) for place in range(n)]


def held(licence, table, over="subjects"):
    """Marks of these (right, n)."""
    subjects = tuple(Subject(str(at), *counts) for at, counts in enumerate(table))
    return Marks(licence, subjects, over)


# --- the three cases --------------------------------------------------------------------------


def test_rules():
    """Twelve licences ask for 40 % everywhere and 60 % on average; one for either alone."""
    assert len(BOTH) == 12
    for name, licence in LICENCES.items():
        floor = None if name == AVERAGE else Fraction(40, 100)
        mean = {FLOORS: None, AVERAGE: Fraction(5422, 10_000)}.get(name, Fraction(60, 100))
        assert (licence.floor, licence.mean) == (floor, mean)


PASSED = [
    *((name, rights) for name in BOTH for rights in [(4000, 8000), (4000, 4000, MANY), (6000,)]),
    *((FLOORS, rights) for rights in [(4000,), (4000, 4000), (4000, MANY)]),
    *((AVERAGE, rights) for rights in [(5422,), (5422, 5422), (844, MANY), (0, 8133, 8133)]),
]
"""Right answers of 10,000 in each subject that are just enough, or more."""
FAILED = [
    *((name, rights) for name in BOTH for rights in [(3999, 8001), (3999, MANY), (4000, 7999)]),
    *((name, rights) for name in BOTH for rights in [(5999,), (5999, 5999), (4000, 4000, 9999)]),
    *((FLOORS, rights) for rights in [(3999,), (3999, MANY), (MANY, MANY, 3999)]),
    *((AVERAGE, rights) for rights in [(5421,), (5421, 5422), (843, MANY), (0, 8133, 8132)]),
]
"""As many that are too few."""


@pytest.mark.parametrize(("name", "rights"), PASSED)
def test_at_the_border_is_passed(name, rights):
    """40.00 % in every subject and 60.00 % on average; 법무사 the first alone; 변호사 54.22 %."""
    assert marks(LICENCES[name], exam(*rights)).passed


@pytest.mark.parametrize(("name", "rights"), FAILED)
def test_below_the_border_is_not_passed(name, rights):
    """39.99 % in one subject, 59.99 % on average, 54.21 %: nothing is rounded, nothing made up."""
    assert not marks(LICENCES[name], exam(*rights)).passed


@pytest.mark.parametrize("over", ["subjects", "items"])
@pytest.mark.parametrize(("right", "passed"), [(84, True), (82, True), (81, False), (80, False)])
def test_lawyer(right, passed, over):
    """Of the 150 published questions 84, which is 56.00 %, are enough, and 80, 53.33 %, are not."""
    found = marks(LICENCES[AVERAGE], exam(right, n=150), rules=Rules(over))
    assert (found.passed, found.average) == (passed, Fraction(right, 150))


@pytest.mark.parametrize("over", ["subjects", "items"])
def test_pharmacist(over):
    """약사: 231 of 271 questions right, above 85 %, and not passed because of one subject."""
    table = [(93, 93), (93, 93), (7, 20), (38, 65)]
    assert sum(n for _, n in table) == LICENCES["pharmacist"].questions == 271
    found = held(LICENCES["pharmacist"], table, over)
    assert sum(right for right, _ in table) / 271 > 0.85
    assert found.reaches_mean
    assert not found.passed
    assert [found.margin(subject) for subject in found.subjects] == [55, 55, -1, 12]
    table[2] = (8, 20)
    assert held(LICENCES["pharmacist"], table, over).passed


def test_the_average_is_over_subjects_or_items():
    """A small subject weighs as much as a large one, or as many questions as it has."""
    said = [*exam(100, n=100), *[("small", False)] * 5, *[("small", True)] * 5]
    licence = Licence(110, mean=Fraction(80, 100))
    assert marks(licence, said).average == Fraction(75, 100)
    assert not marks(licence, said).passed
    items = marks(licence, said, rules=Rules("items"))
    assert (items.average, items.passed) == (Fraction(105, 110), True)


# --- what is never a pass ---------------------------------------------------------------------


@given(licences, tables, overs, st.data())
def test_an_empty_subject_is_never_passed(licence, table, over, data):
    """Whatever the others reached and whatever is asked for; nor is an examination of nothing."""
    table.insert(data.draw(st.integers(0, len(table))), (0, 0))
    found = held(licence, table, over)
    assert not found.passed
    assert [found.reaches_floor(subject) for subject in found.subjects if not subject.n] == [False]
    nothing = marks(licence, [], rules=Rules(over, "any"))
    assert (nothing.passed, nothing.reaches_mean, nothing.mean_margin) == (False, False, None)
    assert nothing.average == 0


@given(licences, answers, rulings)
def test_asked_in_part_is_never_passed(licence, said, rules):
    """Even where every number of questions will do, and the reason is told."""
    found = marks(licence, said, rules=rules, in_part=True)
    assert not found.passed
    assert found.undecided == f"only {len(said)} questions asked"


@given(licences, answers, rulings)
def test_fewer_questions_than_published_are_never_passed(licence, said, rules):
    """A subject may be missing among them; unless any number of questions will do."""
    found = marks(licence, said, rules=rules)
    reached = found.reaches_mean and all(map(found.reaches_floor, found.subjects))
    few = len(said) < licence.questions and rules.questions == "published"
    assert found.passed == (reached and not few)
    reason = f"only {len(said)} of {licence.questions} published questions"
    assert found.undecided == reason * few


def test_a_missing_subject_is_never_passed():
    """All that was asked is right, but a subject, or one question, is not among it."""
    whole = exam(10, 10, 10, n=10)
    assert marks(Licence(30), whole).passed
    assert not marks(Licence(30), whole[:20]).passed
    assert not marks(Licence(30), whole[:-1]).passed
    assert marks(Licence(30), exam(10, 10, n=10), rules=ANY).passed


@pytest.mark.parametrize("wrong", [{"mean": "median"}, {"questions": "all"}, {"mean": ""}])
def test_unknown_decisions_are_refused(wrong):
    """With the ones that there are."""
    known = r"unknown; there are (subjects and items|published and any)"
    with pytest.raises(ValueError, match=known):
        Rules(**wrong)


# --- laws -------------------------------------------------------------------------------------


@given(licences, answers, rulings, st.data())
def test_a_right_answer_more_never_loses_a_licence(licence, said, rules, data):
    """A wrong answer that turns right keeps what was reached, and no margin gets smaller."""
    wrong = [at for at, (_, right) in enumerate(said) if not right]
    if not wrong:
        return
    at = data.draw(st.sampled_from(wrong))
    before = marks(licence, said, rules=rules)
    said[at] = (said[at][0], True)
    after = marks(licence, said, rules=rules)
    assert after.passed >= before.passed
    assert after.average > before.average
    for one, two in zip(before.subjects, after.subjects, strict=True):
        assert after.reaches_floor(two) >= before.reaches_floor(one)
        if licence.floor is not None:
            assert after.margin(two) == before.margin(one) + (one.name == said[at][0])
    assert licence.mean is None or after.mean_margin >= before.mean_margin


@given(licences, answers, rulings, st.data())
def test_order_does_not_matter(licence, said, rules, data):
    """Of answers or of subjects: the same scores, average, margins and outcome."""
    one = marks(licence, said, rules=rules)
    two = marks(licence, data.draw(st.permutations(said)), rules=rules)
    assert sorted(one.subjects) == sorted(two.subjects)
    assert [each.name for each in one.subjects] == list(dict.fromkeys(name for name, _ in said))
    turned = replace(one, subjects=one.subjects[::-1])
    for other in (two, turned):
        assert (other.passed, other.average) == (one.passed, one.average)
        assert (other.mean_margin, other.undecided) == (one.mean_margin, one.undecided)


@given(licences, answers, rulings, st.permutations(["민법", "average", ""]))
def test_names_of_subjects_do_not_matter(licence, said, rules, names):
    """Only which questions are in the same subject."""
    new = dict(zip("abc", names, strict=True))
    one = marks(licence, said, rules=rules)
    two = marks(licence, [(new[name], right) for name, right in said], rules=rules)
    assert [(new[name], *rest) for name, *rest in one.subjects] == [tuple(s) for s in two.subjects]
    assert (one.passed, one.average, one.mean_margin) == (two.passed, two.average, two.mean_margin)


@pytest.mark.parametrize("name", LICENCES)
@given(sizes=st.lists(st.integers(1, 300), min_size=1, max_size=8), over=overs)
def test_all_right_passes_and_all_wrong_does_not(name, sizes, over):
    """Every licence, however its questions are divided."""
    licence = LICENCES[name]
    assert held(licence, [(n, n) for n in sizes], over).passed
    assert not held(licence, [(0, n) for n in sizes], over).passed


@given(licences, st.integers(1, 6), st.lists(st.integers(0, 6), min_size=1, max_size=4))
def test_averages_agree_where_subjects_have_equal_size(licence, n, rights):
    """Over subjects and over items are then the same; so are the margins."""
    table = [(min(right, n), n) for right in rights]
    one, two = (held(licence, table, over) for over in ("subjects", "items"))
    assert (one.average, one.passed, one.mean_margin) == (two.average, two.passed, two.mean_margin)


# --- margins ----------------------------------------------------------------------------------


@given(licences, counts)
def test_margin_of_a_subject(licence, count):
    """Losing as many keeps the floor and one more misses it; winning as many as lack reaches it
    and one fewer does not.
    """
    found = held(licence, [count])
    (subject,) = found.subjects
    margin = found.margin(subject)
    if licence.floor is None:
        assert margin is None
        return
    assert (margin >= 0) == found.reaches_floor(subject)
    assert found.reaches_floor(subject._replace(right=subject.right - margin))
    if margin < subject.right:
        assert not found.reaches_floor(subject._replace(right=subject.right - margin - 1))


def moved(found, many):
    """Every way of losing so many right answers, or of winning, where the number is negative."""
    step = 1 if many >= 0 else -1
    room = [each.right if step > 0 else each.n - each.right for each in found.subjects]
    for some in product(*(range(most + 1) for most in room)):
        if sum(some) == abs(many):
            pairs = zip(found.subjects, some, strict=True)
            subjects = (each._replace(right=each.right - step * count) for each, count in pairs)
            yield replace(found, subjects=tuple(subjects))


@given(licences, tables, overs)
def test_margin_of_the_average(licence, table, over):
    """Any so many lost answers keep it and one more, in the worst place, misses it; so many won
    ones reach it in the best place, and one fewer nowhere.
    """
    found = held(licence, table, over)
    margin = found.mean_margin
    if licence.mean is None:
        assert margin is None
        return
    assert (margin >= 0) == found.reaches_mean
    now = [each.reaches_mean for each in moved(found, margin)]
    more = [each.reaches_mean for each in moved(found, margin + 1)]
    assert now
    if margin < 0:
        assert any(now)
        assert not any(more)
    else:
        assert all(now)
        assert not more or not all(more)


def test_known_margins():
    """A question of the smaller subject weighs more, so fewer of these are needed or can go."""
    licence = Licence(15)
    assert held(licence, [(5, 5), (6, 10)]).mean_margin == 2
    assert held(licence, [(1, 5), (6, 10)]).mean_margin == -2
    assert held(licence, [(5, 5), (0, 10)]).mean_margin == -2
    assert held(licence, [(3, 5), (0, 10)]).mean_margin == -4  # only two are left of the smaller
    assert held(licence, [(5, 5), (2, 10)]).mean_margin == 0
    assert held(licence, [(3, 5), (6, 10)]).mean_margin == 0


# --- as plain values --------------------------------------------------------------------------


@given(licences, answers, rulings, st.booleans())
def test_plain_values(licence, said, rules, compared):
    """JSON as it stands; of the baseline only where there is one."""
    turned = [(name, not right) for name, right in said]
    before, found = (marks(licence, each, rules=rules) for each in (turned, said))
    plain = to_json(found, before if compared else None)
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    subjects = plain.pop("subjects")
    assert plain == {
        "passed": found.passed,
        "passed_before": before.passed if compared else None,
        "undecided": found.undecided,
        "questions": len(said),
        "published": licence.questions,
        "average": float(found.average),
        "average_before": float(before.average) if compared else None,
        "average_over": rules.mean,
        "average_needed": None if licence.mean is None else float(licence.mean),
        "average_margin": found.mean_margin,
    }
    for each, subject in zip(subjects, found.subjects, strict=True):
        assert each == {
            "subject": subject.name,
            "n": subject.n,
            "right": subject.right,
            "right_before": subject.n - subject.right if compared else None,
            "needed": None if licence.floor is None else float(licence.floor),
            "margin": found.margin(subject),
        }
