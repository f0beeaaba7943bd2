"""From texts to a result: votes, lots where nothing can be read, and what goes along."""

from collections import Counter

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.answers import FALLBACKS, READERS, Reading, judge, majority, read
from mcqtest.types import LETTERS, Question, Response

votes = st.lists(st.none() | st.integers(0, 4), max_size=12)


def question(count=4, answer=2):
    """A question whose choices have texts that no test writes."""
    return Question("?", tuple(f"choice {number}" for number in range(count)), answer, "0")


def text(said, *, shots=5, truncated=False):
    """A response that is a text."""
    return Response("key", (), shots, said, truncated)


def judged(*texts, reader="mcqtest", fallback="wrong", name="toy/tides/0", count=4):
    """The result of a question that was answered by these texts."""
    responses = [text(each) for each in texts]
    return judge(question(count), responses, Reading(reader, fallback), name)


def stated(vote):
    """A text that gives this answer, or none."""
    return "I cannot tell." if vote is None else f"The answer is ({LETTERS[vote]})."


@given(votes)
def test_the_majority_has_the_most_votes(some):
    """No answer has more votes; of those with as many, it was given first."""
    counts = Counter(vote for vote in some if vote is not None)
    most = [vote for vote in some if vote is not None and counts[vote] == max(counts.values())]
    assert majority(some) == (most[0] if most else None)


@given(votes, st.data())
def test_unreadable_texts_have_no_vote(some, data):
    """Wherever they stand among the others, and however many they are."""
    readable = [vote for vote in some if vote is not None]
    more = [*readable]
    for place in data.draw(st.lists(st.integers(0, len(readable)), max_size=20)):
        more.insert(place, None)
    assert majority(more) == majority(readable) == majority(some)


@given(votes, st.randoms())
def test_order_matters_only_among_equals(some, random):
    """Any order of the votes has a majority with as many votes, the same one if it is alone."""
    shuffled = random.sample(some, len(some))
    first, second = majority(some), majority(shuffled)
    counts = Counter(vote for vote in some if vote is not None)
    assert counts[first] == counts[second]
    if list(counts.values()).count(counts[first]) == 1:
        assert first == second


@given(votes, st.permutations(range(5)))
def test_no_choice_is_preferred(some, names):
    """Choices in another order get the same votes: their places do not decide."""
    renamed = [None if vote is None else names[vote] for vote in some]
    winner = majority(some)
    assert majority(renamed) == (None if winner is None else names[winner])


@pytest.mark.parametrize(
    ("some", "answer"),
    [
        ([], None),
        ([None, None], None),
        ([None, 3], 3),
        ([1, 0], 1),
        ([0, 1, 1], 1),
        ([2, 0, 0, 2], 2),
        ([None, None, None, 0], 0),
        ([3, 1, 0, 0, 1], 1),
    ],
)
def test_known_majorities(some, answer):
    """Counted by hand."""
    assert majority(some) == answer


FORMS = {
    "kmmlu": "따라서, 정답은 ({}) 입니다.",
    "kmmlu_pro": "정답: {}",
    "kmmlu_pro_strict": "정답: {}",
    "kmmlu_pro_english": "Answer: {}",
    "kmmlu_pro_english_strict": "Answer: {}",
}
"""What a reader reads, where that is not "The answer is (C)."."""


@pytest.mark.parametrize("reader", READERS)
@given(some=st.lists(st.none() | st.integers(0, 3), min_size=1, max_size=8))
def test_texts_are_read_and_counted(reader, some):
    """The answer is the majority of what the reader reads; votes and texts stand in order."""
    form = FORMS.get(reader, "The answer is ({}).")
    texts = ["..." if vote is None else form.format("ABCD"[vote]) for vote in some]
    result = judged(*texts, reader=reader)
    assert result.votes == tuple(some)
    assert result.texts == tuple(texts)
    assert result.answer == majority(some)
    assert result.correct == (majority(some) == 2)
    assert result.probabilities is None
    assert not result.guessed


def test_the_reader_is_the_one_that_was_chosen():
    """The same text is read as each reader does."""
    said = "The answer is: **C**, as B is less"
    results = {reader: judged(said, reader=reader).answer for reader in READERS}
    assert results["mmlu_pro"] == results["mmlu_pro_api"] == 1
    assert results["lm_eval"] is None


def test_texts_of_choices_are_known_to_the_reader():
    """An answer without its letter is read."""
    assert judged("The answer is choice 3.").answer == 3


def test_an_unreadable_answer_is_wrong():
    """By default: no answer, not guessed, no votes."""
    result = judged("I cannot tell.", "")
    assert (result.answer, result.guessed, result.correct) == (None, False, False)
    assert result.votes == (None, None)
    assert Reading() == Reading("mcqtest", "wrong")


@given(st.text(st.characters(codec="utf-8")), st.integers(1, 26))
def test_lots_are_drawn_by_name(name, count):
    """One of the choices, the same each time, and said to be guessed; texts and votes stay."""
    first, second = (judged("?", "", fallback="random", name=name, count=count) for _ in range(2))
    assert first == second
    assert first.answer in range(count)
    assert first.guessed
    assert first.votes == (None, None)


@pytest.mark.parametrize("count", range(1, 17))
def test_every_choice_can_be_drawn(count):
    """Over a thousand names each choice is drawn, none of them much more often than its share."""
    names = [f"toy/tides/{number}" for number in range(1000)]
    drawn = Counter(judged("", fallback="random", name=name, count=count).answer for name in names)
    assert drawn.keys() == set(range(count))
    share = 1000 / count
    assert all(share / 2 < number < 2 * share for number in drawn.values())


def test_lots_are_the_same_everywhere():
    """Pinned: another machine, process or version draws the same."""
    names = [f"a/b/{number}" for number in range(8)]
    drawn = [judged("", fallback="random", name=name, count=10).answer for name in names]
    assert drawn == [5, 3, 5, 9, 0, 5, 6, 5]


def test_lots_do_not_depend_on_the_texts():
    """A question has one lot, however and how often it was answered unreadably."""
    one, other = judged("", fallback="random"), judged("no", "idea", fallback="random")
    assert one.answer == other.answer


@given(st.lists(st.none() | st.integers(0, 3), max_size=5), st.integers(0, 3))
def test_nothing_is_drawn_where_something_was_read(some, vote):
    """One readable text is enough."""
    result = judged(*map(stated, [*some, vote]), fallback="random")
    assert result.answer == majority([*some, vote])
    assert not result.guessed


@pytest.mark.parametrize("fallback", FALLBACKS)
@pytest.mark.parametrize("reader", ["mmlu_pro", "mmlu_pro_api", "lm_eval"])
def test_a_letter_beyond_the_choices_is_wrong(reader, fallback):
    """Published readers read it, and their scripts score it wrong: it is not drawn anew."""
    result = judged("The answer is (J).", reader=reader, fallback=fallback)
    assert (result.answer, result.guessed, result.correct) == (None, False, False)
    assert result.votes == (None,)


@pytest.mark.parametrize("reader", ["mmlu_pro", "mmlu_pro_api", "lm_eval"])
def test_letters_beyond_the_choices_have_no_votes(reader):
    """One that the question has wins against them; alone they are wrong, and no lot is drawn."""
    said = "The answer is (J).", "The answer is (C).", "The answer is (J)."
    result = judged(*said, reader=reader, fallback="random")
    assert (result.answer, result.guessed) == (2, False)
    assert result.votes == (None, 2, None)
    alone = judged(said[0], reader=reader, fallback="random")
    assert (alone.answer, alone.guessed) == (None, False)


def test_our_reader_has_no_letters_beyond_the_choices():
    """To it they are no answer, for which there is the fallback."""
    assert judged("The answer is (J).").answer is None
    assert judged("The answer is (J).", fallback="random").guessed
    assert judged("The answer is (J).", "The answer is (C).", "The answer is (J).").answer == 2


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1))
def test_truncated_texts_are_counted(some):
    """And the fewest shots that any of them had are those of the result."""
    responses = [text(stated(1), shots=shots, truncated=cut) for shots, cut in some]
    result = judge(question(), responses, Reading(), "toy/tides/0")
    assert result.truncated == sum(cut for _, cut in some)
    assert result.shots == min(shots for shots, _ in some)


def test_truncated_texts_are_read_all_the_same():
    """What was stated before the limit counts."""
    cut = text("The answer is (B). Let me check: the", truncated=True)
    result = judge(question(), [cut], Reading(), "toy/tides/0")
    assert (result.answer, result.truncated) == (1, 1)


def test_probabilities_come_before_texts():
    """Where choices were scored, the highest counts; a text that goes along is kept unread."""
    scored = Response("key", (-3.0, -0.5, -2.0, -9.0), 3, "The answer is (C).")
    result = judge(question(), [scored], Reading(fallback="random"), "toy/tides/0")
    assert result.answer == 1
    assert result.confidence == max(result.probabilities)
    assert (result.texts, result.votes, result.shots) == (("The answer is (C).",), (), 3)
    assert not result.guessed


def test_scored_choices_need_no_text():
    """The ordinary case has no texts and no votes."""
    result = judge(question(), [Response("key", (-3.0, -2.0, -0.1, -9.0), 3)], Reading(), "name")
    assert (result.answer, result.texts, result.votes, result.truncated) == (2, (), (), 0)


@pytest.mark.parametrize("name", ["", "mcq", "MCQTEST", "mcqtest ", "random"])
def test_unknown_readers_are_refused(name):
    """By one line that names those that exist, wherever a reader can be named."""
    for call in (lambda: Reading(reader=name), lambda: read("The answer is B.", reader=name)):
        message = complaint(call)
        assert f"--reader={name}:" in message
        assert all(known in message for known in READERS)


@pytest.mark.parametrize("name", ["", "Random", "lot", "mcqtest"])
def test_unknown_fallbacks_are_refused(name):
    """By one line that names those that exist."""
    message = complaint(Reading, fallback=name)
    assert f"--fallback={name}:" in message
    assert all(known in message for known in FALLBACKS)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("fallback", FALLBACKS)
def test_a_reading_says_how_it_reads(reader, fallback):
    """Its words differ from those of any other reading, as records are compared by them."""
    words = str(Reading(reader, fallback))
    assert reader.replace("mcqtest-", "mcqtest ") in words
    assert fallback in words
    others = {str(Reading(one, two)) for one in READERS for two in FALLBACKS}
    assert len(others) == len(READERS) * len(FALLBACKS)


def test_our_reader_has_a_revision(monkeypatch):
    """When our reader changes, so do its words; published ones never change."""
    before = [str(Reading(reader)) for reader in READERS]
    monkeypatch.setattr("mcqtest.answers.reader.REVISION", 1000)
    changed = [str(Reading(reader)) != words for reader, words in zip(READERS, before, strict=True)]
    assert dict(zip(READERS, changed, strict=True)) == {
        reader: reader == "mcqtest" for reader in READERS
    }
