"""Where a task stands between its anchors, subtask by subtask, and where people do."""

from __future__ import annotations

from collections.abc import Sequence

from mcqtest.bigbench.figures import by_subtask
from mcqtest.bigbench.form import anchors, task_of
from mcqtest.data import Example, Spec
from mcqtest.gate import Anchored, Part
from mcqtest.metrics import official
from mcqtest.types import Question, Results

_SMOOTH = official.METRICS["log_likelihood"]


def parts(results: Results) -> list[Part]:
    """Of each subtask, or of the task where it has none."""
    specs = {each.question.subject: _spec(each.question) for each in results}
    found = []
    for name, scores in by_subtask([each.score for each in results]).items():
        preferred = task_of(specs[name]).preferred
        low, high = anchors(specs[name], preferred)
        score = preferred.figure_of(scores)
        if score is None:
            raise ValueError(f"{name}: its scores lack the parts of {preferred.name}")
        normalized = official.normalised(score, low, high)
        smooth = _SMOOTH.figure_of(scores) if preferred.needs is official.Written else None
        found.append(Part(name, len(scores), preferred.name, score, low, high, normalized, smooth))
    return found


def people(questions: Sequence[Question]) -> tuple[float, float] | None:
    """Their average and the best of them, normalised; None where nobody knows."""
    return _spec(questions[0]).people


def _spec(question: Question) -> Spec:
    if not isinstance(question, Example):
        raise TypeError(f"{question.id}: is no example of a JSON task")
    return question.spec


def corpus(question: Question) -> official.Corpus | None:
    """The preferred metric of its subtask, where that is no mean over examples."""
    preferred = task_of(_spec(question)).preferred
    return preferred if isinstance(preferred, official.Corpus) else None


CRITERION = Anchored(parts, people, corpus)
"""What every JSON task is held to beside the comparison of its examples."""
