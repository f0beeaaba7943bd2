"""Questions of a licence by which no examination can be decided: repeated ones, and too many."""

from dataclasses import replace

import pytest
from builders import toy
from cases import MODEL, policy_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.gate import Baselines, Judge, Outcome
from mcqtest.gate.licences import Licence
from mcqtest.types import Question, Result, Results

KEYS = [
    (subject, text, choices)
    for subject in ("civil", "penal")
    for text in ("Who?", "When?")
    for choices in (("a", "b"), ("b", "a"), ("a", "b", "c"))
]
"""Subject, text and choices, by which a question is known; not the right answer, nor its id."""
asked = st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, 1)), min_size=1, max_size=8)


def judged(questions, published) -> Outcome:
    """The outcome of these questions, of which so many were published; None: no licence."""
    plain = toy("law")
    criteria = {} if published is None else {"law": Licence(published)}
    task = replace(plain, criteria=criteria).tasks[0]
    items = tuple(
        Result(Question(text, choices, right, f"{at}", subject=subject), 0, None, 0)
        for at, ((subject, text, choices), right) in enumerate(questions)
    )
    results = Results(task, items, "0123", "asking")
    policy = policy_of(baselines_dir="/nowhere", baseline="none")
    return Judge(policy, Baselines(policy, MODEL), MODEL).judge(results)


@given(asked, st.integers(1, 8))
def test_odd_questions(questions, published):
    """Told are those that stand there again, and more than were published; of none, nothing."""
    again = len(questions) - len({key for key, _ in questions})
    reasons = [f"{again} of {len(questions)} questions stand there more than once"] * bool(again)
    if len(questions) > published:
        reasons.append(f"{len(questions)} questions, where {published} were published")
    expected = [f"toy/law: {'; '.join(reasons)}"] if reasons else []
    assert judged(questions, published).notices == expected
    assert judged(questions, None).notices == []


@pytest.mark.parametrize(
    ("count", "published", "odd"),
    [
        (2, 2, "1 of 2 questions stand there more than once"),
        (3, 9, "2 of 3 questions stand there more than once"),
        (
            3,
            2,
            "2 of 3 questions stand there more than once; 3 questions, where 2 were published",
        ),
    ],
)
def test_one_question_many_times(count, published, odd):
    """All but the first are repetitions, whatever answer each is said to have."""
    questions = [(KEYS[0], at % 2) for at in range(count)]
    assert judged(questions, published).notices == [f"toy/law: {odd}"]


def test_plain_values_of_a_licence():
    """How many questions were asked and published, and that nothing was lost."""
    found = judged([(key, 0) for key in KEYS[:3]], 7).findings["licence"]
    assert (found["questions"], found["published"], found["lost"]) == (3, 7, None)
