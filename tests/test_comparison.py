"""Comparisons of two records: laws of the comparison, and what cannot be compared."""

from dataclasses import replace

import pytest
from builders import record_of
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import gate
from mcqtest.gate.comparison import set_up, set_up_otherwise
from mcqtest.types import LETTERS, Question

MARKS = "ABab-"
marks = st.text(MARKS, min_size=1, max_size=60)
pairs = st.integers(1, 60).flatmap(
    lambda n: st.tuples(*[st.text(MARKS, min_size=n, max_size=n)] * 2)
)
levels = st.floats(1e-6, 0.4)
counts = st.integers(0, 200)


@given(pairs, levels)
def test_swapping_sides_swaps_lost_and_won(pair, level):
    """What one lost the other has won, on the same number of questions."""
    one, two = map(record_of, pair)
    there, back = gate.compare(one, two, level), gate.compare(two, one, level)
    assert (there.lost, there.won, there.n) == (back.won, back.lost, back.n)
    assert there.n == len(pair[0])
    assert not (there.regressed and back.regressed)
    assert there.churn == back.churn


@given(marks, levels)
def test_no_change_is_no_regression(text, level):
    """The same answers have p = 1 and nothing lost."""
    found = gate.compare(record_of(text), record_of(text), level)
    assert (found.lost, found.won, found.p_value) == (0, 0, 1.0)
    assert not found.regressed
    assert gate.changed(record_of(text), record_of(text)) == ["same"] * len(text)


@given(pairs)
def test_changes_are_counted_one_by_one(pair):
    """Lost was right and is not; won is right and was not; the difference is that of accuracy."""
    old, new = map(record_of, pair)
    changes = gate.changed(old, new)
    for change, before, after in zip(changes, *pair, strict=True):
        expected = {(True, False): "lost", (False, True): "won"}
        assert change == expected.get((before.isupper(), after.isupper()), "same")
    found = gate.compare(old, new, 0.01)
    assert (found.lost, found.won) == (changes.count("lost"), changes.count("won"))
    difference = sum(old.correct) - sum(new.correct)
    assert difference == found.lost - found.won


@given(counts, counts, levels)
def test_one_loss_more_is_never_better(lost, won, level):
    """Another lost question lowers p or leaves it; another won one raises it or leaves it."""
    n = lost + won + 1
    found = gate.counted(n, lost, won, level)
    assert gate.counted(n, lost + 1, won, level).p_value <= found.p_value
    assert gate.counted(n, lost, won + 1, level).p_value >= found.p_value
    if found.regressed:
        assert lost > won
        assert gate.counted(n, lost + 1, won, level).regressed


@given(counts, counts, levels, levels)
def test_a_stricter_level_is_never_red_alone(lost, won, one, two):
    """Who is red at a small level is red at every larger one."""
    strict, lax = sorted((one, two))
    n = lost + won
    assert gate.counted(n, lost, won, strict).regressed <= gate.counted(n, lost, won, lax).regressed


def test_known_comparison():
    """Ten lost and none won is p = 2**-10, of 100 questions a churn of 10 %."""
    old, new = record_of("A" * 100), record_of("A" * 90 + "b" * 10)
    found = gate.compare(old, new, 0.001)
    assert (found.n, found.lost, found.won) == (100, 10, 0)
    assert found.p_value == pytest.approx(2**-10)
    assert (found.regressed, found.churn) == (True, 0.1)
    assert not gate.compare(old, new, 0.0009).regressed
    assert found.drop is None


@given(counts, counts, st.integers(0, 200), levels)
def test_which_drops_are_possible(lost, won, same, level):
    """Only where it is asked; what was seen is among them."""
    n = lost + won + same + 1
    moved = [-1.0] * lost + [1.0] * won
    found = gate.compared(n, moved, level, alpha=0.01)
    assert found == replace(gate.counted(n, lost, won, level), drop=found.drop)
    smallest, largest = found.drop
    assert smallest <= (lost - won) / n <= largest


def test_a_tolerated_loss():
    """Is proven, and is not held against the candidate; a larger one is."""
    moved = [-1.0] * 60 + [1.0] * 20
    strict, lax, enough = (
        gate.compared(2000, moved, 0.01, tolerance=points / 100) for points in (0, 0.5, 2.5)
    )
    assert (strict.regressed, strict.tolerated) == (True, False)
    assert strict.p_beyond == strict.p_value == lax.p_value
    assert (lax.regressed, enough.regressed, enough.tolerated) == (True, False, True)
    assert strict.p_beyond < lax.p_beyond < enough.p_beyond
    real = gate.compared(2000, moved, 0.01, real=True, tolerance=0.025)
    assert (real.regressed, real.tolerated, real.real) == (False, True, True)


def test_adjusted():
    """Held against the run's alpha, it says what the level says."""
    found = gate.counted(100, 12, 2, 0.001)
    assert found.adjusted(0.01) == pytest.approx(10 * found.p_value)
    assert replace(found, level=0.0).adjusted(0.01) == 1.0
    assert gate.counted(100, 1, 1, 0.001).adjusted(0.01) == 1.0


def test_an_unreadable_answer_is_lost():
    """An answer that could not be read any more counts as wrong, not as absent."""
    assert gate.changed(record_of("A-a-"), record_of("--A-")) == ["lost", "same", "won", "same"]


def test_records_of_other_lengths_are_never_compared():
    """The caller asks for `mismatch` first; forgetting that is no comparison."""
    with pytest.raises(ValueError, match="zip"):
        gate.compare(record_of("AB"), record_of("ABC"), 0.01)


def test_moves_name_the_questions():
    """Identifier, and the letters then and now; nothing else is listed."""
    old, new = record_of("ABcd+-"), record_of("bBD-*A")
    ids = ["p", "q", "r", "s", "t", "u"]
    assert gate.moves(old, new, ids, "lost") == ["p A>B", "t +>*"]
    assert gate.moves(old, new, ids, "won") == ["r C>D", "u ->A"]
    evil = ["p\n\x1b[1m약", *ids[1:]]
    assert gate.moves(old, new, evil, "lost")[0] == "p\\n\\x1b[1m약 A>B"


@given(pairs)
def test_moves_are_as_many_as_changes(pair):
    """Every lost and every won question is named once, in order."""
    old, new = map(record_of, pair)
    ids = [str(number) for number in range(len(pair[0]))]
    for change in ("lost", "won", "same"):
        named = [int(move.split()[0]) for move in gate.moves(old, new, ids, change)]
        assert named == [n for n, each in enumerate(gate.changed(old, new)) if each == change]


@pytest.mark.parametrize("many", [1, 19, 20, 21, 45])
def test_twenty_questions_are_named(many):
    """All where they are no more, else the first twenty and how many more there are."""
    moved = [f"q{number} A>B" for number in range(many)]
    more = f", and {many - 20} more" if many > 20 else ""
    said = f"lost (question baseline>now): {', '.join(moved[:20])}{more}"
    assert gate.listed(moved, "lost") == said


# --- what cannot be compared ------------------------------------------------------------------

SAME = {"model": "large", "weights": "w", "setup": "s", "figures": {}, "accepted": ("why",)}


@given(marks)
def test_equal_questions_can_be_compared(text):
    """Another model, machine or answer is what a comparison is for."""
    old, new = record_of(text), record_of(text[::-1], **SAME)
    assert gate.mismatch(old, new, baseline="v1") is None


@pytest.mark.parametrize(
    ("then", "now", "every", "found", "limited"),
    [
        ("5, aa", "4, bb", 5, "5 questions, this run has 4", True),
        ("5, aa", "4, bb", 4, "5 questions, this run has 4", False),
        ("5, aa", "4, bb", 9, "5 questions, this run has 4", False),
        ("4, aa", "5, bb", 5, "4 questions, this run has 5; run with --limit=4 if", True),
        ("5, aa", "5, bb", 5, "5 questions as this run has, but with other texts", False),
        ("500, aa", "500, bb", 500, "500 questions as this run has, but with other", False),
    ],
)
def test_another_question_set(then, now, every, found, limited):
    """Counts are told; without --limit is advised only where that gives as many as there were, and
    with one where there were fewer.
    """
    old, new = record_of("A", questions=then), record_of("A", questions=now)
    sentence = gate.mismatch(old, new, baseline="v1", every=every)
    assert sentence.startswith("toy/tides: another question set: baseline 'v1' has ")
    assert found in sentence
    assert ("--limit" in sentence) == limited
    assert "--snapshot-update" in sentence
    assert len(sentence.splitlines()) == 1


@pytest.mark.parametrize("swapped", [False, True])
def test_asked_in_another_way(swapped):
    """Both ways are told, so that the option that differs can be seen."""
    old, new = record_of("A", asking="mmlu, 5 shots"), record_of("A", asking="mmlu, 0 shots")
    sentence = gate.mismatch(*((new, old) if swapped else (old, new)), baseline="v1")
    assert sentence.startswith("toy/tides: asked in another way: baseline 'v1'")
    assert "(mmlu, 5 shots)" in sentence
    assert "(mmlu, 0 shots)" in sentence
    assert "--snapshot-update" in sentence
    assert len(sentence.splitlines()) == 1


def test_questions_are_told_before_the_asking():
    """Other questions have other prompts too; the reason is told, not its consequence."""
    old = record_of("A", questions="5, aa", asking="one")
    new = record_of("A", questions="4, bb", asking="two")
    assert "another question set" in gate.mismatch(old, new, baseline="v1")


@given(st.integers(2, 26), st.data())
def test_answers_that_cannot_have_been_recorded(count, data):
    """A letter beyond the choices, by one or by many, or in the case of the other colour."""
    right = data.draw(st.integers(0, count - 1))
    question = Question("?", ("x",) * count, right, "q")
    wrong = LETTERS[:count].replace(LETTERS[right], "").lower()
    for mark in LETTERS + LETTERS.lower() + "-":
        found = gate.impossible(record_of("-" + mark), (question, question))
        assert found == (None if mark in f"{LETTERS[right]}{wrong}-" else 1)


def test_pooled_counts_are_judged_like_a_task():
    """The pooled comparison is that of one long task with all the questions."""
    one, two = ("AAbB", "aABB"), ("Aab-", "aaBA")
    made = [gate.compare(record_of(a), record_of(b), 0.01) for a, b in (one, two)]
    sums = [sum(getattr(each, name) for each in made) for name in ("n", "lost", "won")]
    long = gate.compare(record_of(one[0] + two[0]), record_of(one[1] + two[1]), 0.01)
    assert gate.counted(*sums, 0.01) == long
    assert replace(long, level=0.5).p_value == long.p_value


@pytest.mark.parametrize(
    ("then", "now", "differs"),
    [
        ("transformers 5.1, torch 2.13.0+cpu, float32 on cpu", "", False),
        ("transformers 5.1, torch 2.13.0+cpu, float32 on cpu", "torch 2.14.1+cpu", False),
        ("transformers 5.1, torch 2.13.0+cpu, float32 on cpu", "bfloat16 on cpu", True),
        ("transformers 5.1, torch 2.13.0+cpu, float32 on cpu", "float32 on cuda", True),
        ("vllm 0.33.0, torch 2.14.0, bfloat16 on cuda", "quantization=fp8", True),
        ("vllm 0.33.0, torch 2.14.0, bfloat16 on cuda", "transformers 5.1", True),
    ],
)
def test_another_set_up_is_told(then, now, differs):
    """Another backend, device, type or option moves answers as new weights do; versions are told
    in the header alone.
    """
    parts = then.split(", ")
    kind = now.split(" ")[0]
    places = {"torch": 1, "bfloat16": 2, "float32": 2, "transformers": 0}
    if now and kind in places:
        parts[places[kind]] = now
    elif now:
        parts.append(now)
    old, new = (replace(record_of("AB"), setup=each) for each in (then, ", ".join(parts)))
    said = set_up_otherwise(old, new, baseline="ship-1")
    sentence = (
        f"{old.benchmark}: baseline 'ship-1' was recorded with ({then}), this run is on "
        f"({', '.join(parts)}); what differs may come from that"
    )
    assert said == [sentence] * differs


@pytest.mark.parametrize(
    ("then", "now", "sentences"), [("12", "12", 0), ("12", "3a", 1), ("12", "", 0), ("", "12", 0)]
)
def test_another_chat_template_is_told(then, now, sentences):
    """By its own sentence, also where its fingerprint looks like a version."""
    bare = "transformers 5.1, float32 on cpu"
    old, new = (replace(record_of("AB"), setup=set_up(bare, each)) for each in (then, now))
    said = set_up_otherwise(old, new, baseline="ship-1")
    expected = (
        f"{old.benchmark}: the chat template is not that of baseline 'ship-1' ({then} then, {now} "
        "now); it is part of what is judged"
    )
    assert said == [expected] * sentences


@pytest.mark.parametrize(
    ("then", "now", "option"),
    [
        ("mcqtest 2", "mcqtest 3", "mcqtest-2"),
        ("lm_eval", "mcqtest 3", "lm_eval"),
        ("mcqtest 3", "mmlu_pro", "mcqtest"),
        ("mcqtest 1", "mcqtest 3", None),
        ("mine:read 012345678901", "mcqtest 3", None),
    ],
)
def test_read_by_another_reader(then, now, option):
    """The option is told that reads texts as then, where that is all, and there is one today."""
    asking = "mmlu_pro, 5 shots, cot, reader {}, fallback wrong, prompts 1"
    old, new = (record_of("A", asking=asking.format(each)) for each in (then, now))
    said = gate.mismatch(old, new, baseline="v1")
    assert ("--reader=" in said) == (option is not None)
    assert option is None or f"read texts as then with --reader={option}, or record" in said
    other = replace(new, asking=new.asking.replace("5 shots", "0 shots"))
    assert "--reader" not in gate.mismatch(old, other, baseline="v1")
