"""Figures of confidence that thresholds bound: of letters, and of texts that state one."""

from mcqtest.answers import READING
from mcqtest.answers.reading import judge
from mcqtest.metrics import SURE, Columns, measured
from mcqtest.types import Question, Response, Score


def score(value, *, answer=0, likely=None, **said):
    details = {f"confidence.{name}": number for name, number in said.items()}
    return Score("1", value, answer, 0, 2, likely, details=details)


def test_letters_have_theirs():
    """Though a recording says something else besides."""
    found = [score(1.0, likely=(0.9, 0.1), stated=0.2), score(0.0, likely=(0.4, 0.6))]
    assert Columns(found).sure == [0.9, 0.6]
    assert measured([found], SURE) == {"auroc": 1, "aurc": 0.25, "accuracy_at_coverage": 0.5}


def test_nothing_is_gained_by_not_stating():
    """Who gives no answer, no number, or none from 0 to 1, would be left out first."""
    found = [
        score(1.0, stated=0.7),
        score(0.0, answer=None, stated=0.9),
        score(1.0),
        score(1.0, stated=7.0),
    ]
    assert Columns(found).sure == [0.7, 0.0, 0.0, 0.0]


def test_of_several_kinds_that_which_most_answers_have():
    """Of equals the first by name; so every answer is measured by one kind."""
    found = [score(1.0, stated=0.7, logits=0.2), score(0.0, stated=0.6)]
    assert Columns(found).sure == [0.7, 0.6]
    assert Columns([score(1.0, b=0.7, a=0.2)]).sure == [0.2]


def test_without_confidences_or_with_real_scores_there_are_no_figures():
    """And not 0 or 0.5."""
    assert measured([[score(1.0)]], SURE) == {}
    assert measured([[score(0.5, stated=0.5)]], SURE) == {}


def test_where_all_are_equally_sure_nothing_is_ranked():
    """No 0.5, and no share of the surest: nobody could say which these are."""
    for found in (
        [score(1.0, stated=0.7), score(0.0, stated=0.7)],
        [score(1.0, likely=(0.9, 0.1)), score(0.0, likely=(0.1, 0.9))],
    ):
        assert len({*Columns(found).sure}) == 1
        assert measured([found], SURE) == {}


def test_a_number_that_few_texts_state_is_no_confidence_of_all():
    """Greedy texts of which one in three hundred says "90% sure" are not ranked by that."""
    few = [score(float(at % 3 == 0)) for at in range(299)] + [score(0.0, stated=0.9)]
    assert Columns(few).sure is None
    assert measured([few], SURE) == {}
    half = [score(1.0, stated=0.6), score(0.0)]
    assert Columns(half).sure == [0.6, 0.0]


def test_what_a_text_states_is_kept_with_its_score():
    """So a threshold can bound it, in the run and later; a recording's own number comes first."""
    question = Question("Why?", ("x", "y"), 0, "1")

    def judged(**recorded):
        said = Response("1", (), 0, "Answer: A. Confidence: 80%", confidences=recorded)
        return judge(question, [said], READING, "sea/tides/1").score.details

    assert judged() == {"confidence.stated": 0.8}
    assert judged(stated=0.3, logits=0.5) == {"confidence.stated": 0.3, "confidence.logits": 0.5}
